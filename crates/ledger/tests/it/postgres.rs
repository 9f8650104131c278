//! What only PostgreSQL can show: several processes, sessions that are cut, a writer that stops and wakes up.
//!
//! Time is moved by changing the row of the lease, and a session is stopped where it waits for a lock, so nothing here
//! depends on how fast the machine is.

use std::process::{Child, Command, Stdio};
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use ledger::store::{StoredCheckpoint, StoredTile, TreeStep};
use ledger::{
    Batch, Claim, ItemId, Lease, PostgresStore, Salt, Sealed, Store, StoreError, StoredItem,
};
use postgres::{Client, NoTls};
use testbed::Postgres;

const HOUR: Duration = Duration::from_secs(60 * 60);

fn database() -> String {
    Postgres::shared().database()
}

fn open(address: &str) -> PostgresStore {
    PostgresStore::open(address).unwrap()
}

/// Someone who looks at the tables, or holds on to them.
fn onlooker(address: &str) -> Client {
    Client::connect(address, NoTls).unwrap()
}

fn claim(store: &mut PostgresStore, who: &str) -> Lease {
    match store.claim(who, HOUR).unwrap() {
        Claim::Held(lease) => lease,
        Claim::Busy(holder) => panic!("{who} finds {holder}"),
    }
}

/// The lease's time is over.
fn let_lapse(address: &str) {
    let now = "UPDATE merit.head SET lapses = CURRENT_TIMESTAMP";
    onlooker(address).batch_execute(now).unwrap();
}

fn sealed(number: u64) -> Sealed {
    let salt = std::array::from_fn(|at| number.to_le_bytes()[at % 8]);
    Sealed {
        body: format!("entry {number}").into_bytes(),
        salt: Salt(salt),
    }
}

fn entries(from: u64, to: u64) -> Vec<Sealed> {
    (from..to).map(sealed).collect()
}

fn append(store: &mut PostgresStore, lease: Lease, from: u64, to: u64) -> ledger::Result<()> {
    store.append(
        lease,
        &Batch {
            first: from,
            entries: &entries(from, to),
            ..Batch::default()
        },
    )
}

/// The same, but too much for one statement: with something to erase.
fn append_step_by_step(
    store: &mut PostgresStore,
    lease: Lease,
    from: u64,
    to: u64,
) -> ledger::Result<()> {
    let erase = [ItemId([0; 16])];
    store.append(
        lease,
        &Batch {
            first: from,
            entries: &entries(from, to),
            erase: &erase,
            ..Batch::default()
        },
    )
}

fn item(number: u8) -> StoredItem {
    StoredItem {
        id: ItemId([number; 16]),
        sealed: vec![number; 100],
    }
}

/// Waits until as many sessions of the database wait for a lock: the server's id of the last one.
fn await_waiting(client: &mut Client, sessions: usize) -> i32 {
    let sql = "SELECT pid FROM pg_stat_activity \
               WHERE datname = current_database() AND wait_event_type = 'Lock' ORDER BY query_start";
    loop {
        let rows = client.query(sql, &[]).unwrap();
        if rows.len() == sessions {
            return rows.last().unwrap().get(0);
        }
        thread::yield_now();
    }
}

/// Takes the place of an entry without committing to it, so that whoever writes it waits.
fn bar_entry(client: &mut Client, index: i64) {
    client.batch_execute("BEGIN").unwrap();
    client
        .execute("INSERT INTO merit.entry VALUES ($1, '', '')", &[&index])
        .unwrap();
}

#[test]
fn what_was_written_is_read_by_another_process() {
    let address = database();
    let (mut writer, mut reader) = (open(&address), open(&address));
    let lease = claim(&mut writer, "writer");
    let put = [item(1), item(2)];
    let batch = Batch {
        first: 0,
        entries: &entries(0, 5),
        put: &put,
        ..Batch::default()
    };
    writer.append(lease, &batch).unwrap();
    assert_eq!(reader.length().unwrap(), 5);
    assert_eq!(reader.read(1, 3).unwrap(), entries(1, 4));
    assert_eq!(reader.read(5, 3).unwrap(), []);
    assert_eq!(reader.items(None, 9).unwrap(), put);
    assert_eq!(reader.items(Some(ItemId([1; 16])), 9).unwrap(), put[1..]);
}

#[test]
fn ten_thousand_entries_go_in_one_batch_and_come_back_in_order() {
    let address = database();
    let mut store = open(&address);
    let lease = claim(&mut store, "writer");
    append(&mut store, lease, 0, 3).unwrap();
    append(&mut store, lease, 3, 10_003).unwrap();
    assert_eq!(store.length().unwrap(), 10_003);
    assert_eq!(store.read(0, usize::MAX).unwrap(), entries(0, 10_003));
}

#[test]
fn rows_of_any_size_fit_into_statements() {
    let address = database();
    let mut store = open(&address);
    let lease = claim(&mut store, "writer");
    let sizes = [0, 3 << 20, 3 << 20, 9 << 20, 1, 1, 1];
    let big: Vec<Sealed> = (0..3)
        .map(|n| Sealed {
            body: vec![b' '; 3 << 20],
            ..sealed(n)
        })
        .collect();
    let put: Vec<StoredItem> = (0..)
        .zip(sizes)
        .map(|(id, size)| StoredItem {
            id: ItemId([id; 16]),
            sealed: vec![id; size],
        })
        .collect();
    store
        .append(
            lease,
            &Batch {
                put: &put,
                entries: &big,
                ..Batch::default()
            },
        )
        .unwrap();
    assert_eq!(store.items(None, 100).unwrap(), put);
    assert_eq!(store.read(0, 100).unwrap(), big);
}

#[test]
fn a_batch_that_starts_elsewhere_is_refused_and_leaves_nothing() {
    let address = database();
    let mut store = open(&address);
    let lease = claim(&mut store, "writer");
    append(&mut store, lease, 0, 2).unwrap();
    for first in [0, 1, 3, u64::MAX] {
        let put = [item(1)];
        let refused = store.append(
            lease,
            &Batch {
                first,
                entries: &entries(0, 1),
                put: &put,
                ..Batch::default()
            },
        );
        assert!(
            matches!(refused, Err(StoreError::NotNext { length: 2, first: f }) if f == first),
            "{refused:?}"
        );
    }
    assert_eq!(store.length().unwrap(), 2);
    assert_eq!(store.items(None, 9).unwrap(), []);
}

#[test]
fn an_id_is_used_once_even_after_its_erasure_and_within_a_batch() {
    let address = database();
    let mut store = open(&address);
    let lease = claim(&mut store, "writer");
    let erase = [ItemId([1; 16]), ItemId([9; 16])];
    store
        .append(
            lease,
            &Batch {
                put: &[item(1), item(2)],
                ..Batch::default()
            },
        )
        .unwrap();
    store
        .append(
            lease,
            &Batch {
                erase: &erase,
                ..Batch::default()
            },
        )
        .unwrap();
    assert_eq!(store.item(ItemId([1; 16])).unwrap(), None);
    for put in [[item(3), item(1)], [item(4), item(4)], [item(2), item(5)]] {
        let culprit = if put[0] == item(2) {
            put[0].id
        } else {
            put[1].id
        };
        let refused = store.append(
            lease,
            &Batch {
                put: &put,
                entries: &entries(0, 1),
                ..Batch::default()
            },
        );
        assert!(
            matches!(refused, Err(StoreError::ItemExists(id)) if id == culprit),
            "{refused:?}"
        );
    }
    assert_eq!(store.items(None, 9).unwrap(), [item(2)]);
    assert_eq!(store.length().unwrap(), 0);
}

#[test]
fn the_bytes_of_an_erased_item_leave_its_table() {
    let address = database();
    let mut store = open(&address);
    let lease = claim(&mut store, "writer");
    store
        .append(
            lease,
            &Batch {
                put: &[item(1)],
                ..Batch::default()
            },
        )
        .unwrap();
    store
        .append(
            lease,
            &Batch {
                erase: &[item(1).id],
                ..Batch::default()
            },
        )
        .unwrap();
    let sql = "SELECT COUNT(*) FROM merit.item WHERE sealed IS NOT NULL";
    let left: i64 = onlooker(&address).query_one(sql, &[]).unwrap().get(0);
    assert_eq!(left, 0);
}

#[test]
fn tiles_grow_and_checkpoints_supersede_each_other() {
    let address = database();
    let mut store = open(&address);
    let lease = claim(&mut store, "writer");
    let tile = |level, index, hashes: usize| StoredTile {
        level,
        index,
        hashes: vec![7; 32 * hashes],
    };
    let note = |size| StoredCheckpoint {
        size,
        note: format!("示例\n{size}\n"),
    };
    let first = TreeStep {
        tiles: &[tile(0, 0, 3), tile(1, 0, 1)],
        checkpoint: Some(&note(3)),
        supersedes: None,
    };
    store.put_tree(lease, &first).unwrap();
    let second = TreeStep {
        tiles: &[tile(0, 0, 9), tile(0, 1, 1)],
        checkpoint: Some(&note(9)),
        supersedes: Some(3),
    };
    store.put_tree(lease, &second).unwrap();
    assert_eq!(store.tile(0, 0).unwrap(), Some(tile(0, 0, 9)));
    assert_eq!(store.tile(2, 0).unwrap(), None);
    assert_eq!(
        store.tiles(None, 2).unwrap(),
        [tile(0, 0, 9), tile(0, 1, 1)]
    );
    assert_eq!(store.tiles(Some((0, 1)), 2).unwrap(), [tile(1, 0, 1)]);
    assert_eq!(store.checkpoints(None, 9).unwrap(), [note(9)]);
    assert_eq!(store.checkpoints(Some(9), 9).unwrap(), []);
    assert_eq!(store.checkpoint().unwrap(), Some(note(9)));
}

#[test]
fn of_two_who_claim_at_once_one_wins() {
    const ROUNDS: usize = 100;
    let address = database();
    let barrier = Barrier::new(2);
    let contender = |name: &'static str| {
        let mut store = open(&address);
        let barrier = &barrier;
        move || {
            let mut epochs = Vec::new();
            for _ in 0..ROUNDS {
                barrier.wait();
                let claimed = store.claim(name, HOUR).unwrap();
                barrier.wait();
                match claimed {
                    Claim::Held(lease) => {
                        epochs.push(lease.epoch);
                        store.release(lease).unwrap();
                    }
                    Claim::Busy(holder) => assert_ne!(holder, name),
                }
            }
            epochs
        }
    };
    let mut epochs = thread::scope(|scope| {
        let one = scope.spawn(contender("one"));
        let two = scope.spawn(contender("two"));
        [one.join().unwrap(), two.join().unwrap()].concat()
    });
    epochs.sort_unstable();
    assert_eq!(epochs, (1..=ROUNDS as u64).collect::<Vec<_>>());
}

#[test]
fn a_lease_is_taken_over_when_it_has_lapsed_and_not_before() {
    let address = database();
    let (mut old, mut new) = (open(&address), open(&address));
    let lease = claim(&mut old, "old at 甲");
    assert_eq!(
        new.claim("new", HOUR).unwrap(),
        Claim::Busy("old at 甲".to_owned())
    );
    let_lapse(&address);
    old.renew(lease).unwrap();
    assert_eq!(
        new.claim("new", HOUR).unwrap(),
        Claim::Busy("old at 甲".to_owned())
    );
    let_lapse(&address);
    let taken = claim(&mut new, "new");
    assert_eq!(taken.epoch, lease.epoch + 1);
    assert!(matches!(old.renew(lease), Err(StoreError::Superseded)));
    assert!(matches!(old.release(lease), Err(StoreError::Superseded)));
    new.renew(taken).unwrap();
}

#[test]
fn a_lease_without_time_lapses_at_once_and_one_without_end_is_long() {
    let address = database();
    let (mut one, mut two) = (open(&address), open(&address));
    assert!(matches!(
        one.claim("one", Duration::ZERO).unwrap(),
        Claim::Held(_)
    ));
    assert!(matches!(
        two.claim("two", Duration::MAX).unwrap(),
        Claim::Held(_)
    ));
    assert_eq!(
        one.claim("one", HOUR).unwrap(),
        Claim::Busy("two".to_owned())
    );
}

#[test]
fn a_writer_that_slept_through_its_lease_changes_nothing() {
    let address = database();
    let (mut old, mut new) = (open(&address), open(&address));
    let lease = claim(&mut old, "old");
    append(&mut old, lease, 0, 2).unwrap();
    let_lapse(&address);
    append(&mut old, lease, 2, 3).expect("nobody has taken over");
    claim(&mut new, "new");
    assert!(matches!(
        append(&mut old, lease, 3, 4),
        Err(StoreError::Superseded)
    ));
    assert!(matches!(
        append(&mut old, lease, 9, 10),
        Err(StoreError::Superseded)
    ));
    assert!(matches!(
        old.put_tree(lease, &TreeStep::default()),
        Err(StoreError::Superseded)
    ));
    assert_eq!(new.length().unwrap(), 3);
    assert_eq!(new.read(0, 9).unwrap(), entries(0, 3));
}

#[test]
fn a_lease_given_back_is_no_lease() {
    let address = database();
    let mut store = open(&address);
    let lease = claim(&mut store, "one");
    store.release(lease).unwrap();
    assert!(matches!(
        append(&mut store, lease, 0, 1),
        Err(StoreError::Superseded)
    ));
    assert!(matches!(store.renew(lease), Err(StoreError::Superseded)));
    assert_eq!(claim(&mut store, "one").epoch, lease.epoch + 1);
}

#[test]
fn many_may_make_the_tables_at_once() {
    const MAKERS: usize = 8;
    for _ in 0..5 {
        let address = database();
        let barrier = Barrier::new(MAKERS);
        thread::scope(|scope| {
            for _ in 0..MAKERS {
                scope.spawn(|| {
                    barrier.wait();
                    assert_eq!(open(&address).length().unwrap(), 0);
                });
            }
        });
    }
}

#[test]
fn tables_from_the_future_and_lost_heads_are_refused() {
    let address = database();
    let mut store = open(&address);
    let lease = claim(&mut store, "writer");
    append(&mut store, lease, 0, 1).unwrap();
    for damage in [
        "UPDATE merit.head SET version = 2",
        "DELETE FROM merit.head",
        "DROP TABLE merit.head",
        "DROP TABLE merit.head; CREATE TABLE merit.head (name TEXT)",
    ] {
        onlooker(&address).batch_execute(damage).unwrap();
        let refused = PostgresStore::open(&address).err();
        assert!(
            matches!(refused, Some(StoreError::Damaged(_))),
            "{damage}: {refused:?}"
        );
    }
}

#[test]
fn an_entry_that_is_missing_is_told() {
    let address = database();
    let mut store = open(&address);
    let lease = claim(&mut store, "writer");
    append(&mut store, lease, 0, 5).unwrap();
    onlooker(&address)
        .batch_execute("DELETE FROM merit.entry WHERE idx = 2")
        .unwrap();
    assert_eq!(store.read(0, 2).unwrap(), entries(0, 2));
    assert!(matches!(store.read(0, 9), Err(StoreError::Damaged(_))));
}

#[test]
fn a_cut_connection_is_made_anew_at_the_next_call() {
    let address = database();
    let mut store = open(&address);
    let lease = claim(&mut store, "writer");
    append(&mut store, lease, 0, 2).unwrap();
    let mut onlooker = onlooker(&address);
    let cut = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    onlooker.batch_execute(cut).unwrap();
    assert_eq!(store.read(0, 9).unwrap(), entries(0, 2));
    onlooker.batch_execute(cut).unwrap();
    assert!(matches!(
        append(&mut store, lease, 2, 3),
        Err(StoreError::Failed(_))
    ));
    append(&mut store, lease, 2, 3).unwrap();
    assert_eq!(store.length().unwrap(), 3);
}

#[test]
fn a_session_cut_in_the_middle_of_a_batch_leaves_nothing_of_it() {
    for append in [append, append_step_by_step] {
        let address = database();
        let mut store = open(&address);
        let lease = claim(&mut store, "writer");
        let mut other = onlooker(&address);
        bar_entry(&mut other, 300);
        thread::scope(|scope| {
            let appending = scope.spawn(|| append(&mut store, lease, 0, 1000));
            let mut killer = onlooker(&address);
            let writer = await_waiting(&mut killer, 1);
            killer
                .execute("SELECT pg_terminate_backend($1, 10000)", &[&writer])
                .unwrap();
            assert!(matches!(
                appending.join().unwrap(),
                Err(StoreError::Failed(_))
            ));
        });
        other.batch_execute("ROLLBACK").unwrap();
        assert_eq!(store.length().unwrap(), 0);
        assert_eq!(store.read(0, 9).unwrap(), []);
        append(&mut store, lease, 0, 1000).unwrap();
    }
}

#[test]
fn whoever_takes_over_while_a_batch_waits_stops_it() {
    for append in [append, append_step_by_step] {
        let address = database();
        let mut old = open(&address);
        let lease = claim(&mut old, "old");
        let mut new = onlooker(&address);
        new.batch_execute("BEGIN; UPDATE merit.head SET epoch = epoch + 1, holder = 'new'")
            .unwrap();
        thread::scope(|scope| {
            let appending = scope.spawn(|| append(&mut old, lease, 0, 10));
            await_waiting(&mut onlooker(&address), 1);
            new.batch_execute("COMMIT").unwrap();
            assert!(matches!(
                appending.join().unwrap(),
                Err(StoreError::Superseded)
            ));
        });
        assert_eq!(old.length().unwrap(), 0);
        assert_eq!(old.read(0, 9).unwrap(), []);
    }
}

#[test]
fn readers_see_whole_batches_only() {
    let address = database();
    let (mut writer, mut reader) = (open(&address), open(&address));
    let lease = claim(&mut writer, "writer");
    append(&mut writer, lease, 0, 2).unwrap();
    let mut other = onlooker(&address);
    bar_entry(&mut other, 300);
    thread::scope(|scope| {
        let append = scope.spawn(|| append(&mut writer, lease, 2, 1000));
        await_waiting(&mut onlooker(&address), 1);
        assert_eq!(reader.length().unwrap(), 2);
        assert_eq!(reader.read(0, 999).unwrap(), entries(0, 2));
        other.batch_execute("ROLLBACK").unwrap();
        append.join().unwrap().unwrap();
    });
    assert_eq!(reader.read(0, 999).unwrap(), entries(0, 999));
}

/// Where the writer of the next test finds its database.
const STOPPED: &str = "MERIT_TEST_STOPPED_WRITER";

/// Not a test of its own: the process that is stopped in the next one. It tells how its two batches went.
#[test]
fn stopped_writer() {
    let Ok(address) = std::env::var(STOPPED) else {
        return;
    };
    let mut store = open(&address);
    let lease = claim(&mut store, "old");
    for _ in 0..2 {
        println!(
            "outcome: {:?}",
            append_step_by_step(&mut store, lease, 0, 1000)
        );
    }
}

fn spawn_writer(address: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "postgres::stopped_writer",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(STOPPED, address)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn signal(process: &Child, signal: &str) {
    let done = Command::new("kill")
        .args([signal, &process.id().to_string()])
        .status()
        .unwrap();
    assert!(done.success());
}

#[test]
fn a_writer_stopped_in_the_middle_of_a_batch_doesnt_hold_up_the_next_one() {
    let address = database();
    let mut new = open(&address);
    let mut other = onlooker(&address);
    bar_entry(&mut other, 300);
    let old = spawn_writer(&address);
    await_waiting(&mut onlooker(&address), 1);
    signal(&old, "-STOP");
    // The server goes on, answers, and hears nothing more: the row of the lease is locked.
    other.batch_execute("ROLLBACK").unwrap();
    let_lapse(&address);
    let lease = claim(&mut new, "new");
    append(&mut new, lease, 0, 3).unwrap();
    signal(&old, "-CONT");
    let said = String::from_utf8(old.wait_with_output().unwrap().stdout).unwrap();
    let outcomes: Vec<&str> = said
        .lines()
        .filter_map(|line| Some(line.split_once("outcome: ")?.1))
        .collect();
    assert!(outcomes[0].starts_with("Err(Failed"), "{said}");
    assert_eq!(outcomes[1], "Err(Superseded)");
    assert_eq!(new.read(0, 9999).unwrap(), entries(0, 3));
}

#[test]
fn the_server_says_whether_it_writes_to_the_disk() {
    assert!(!open(&database()).is_durable());
    let careful = Postgres::start(&["fsync = on"]);
    assert!(open(&careful.database()).is_durable());
}

#[test]
fn every_commit_waits_for_the_disk_whatever_the_server_would_do() {
    // A standby that never comes shows whether a commit waits: one that is synchronous does.
    let server = Postgres::start(&[
        "synchronous_commit = off",
        "synchronous_standby_names = 'nobody'",
    ]);
    let address = server.database();
    let mut onlooker = onlooker(&address);
    thread::scope(|scope| {
        let store = scope.spawn(|| open(&address));
        let waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
        while onlooker.query(waiting, &[]).unwrap().is_empty() {
            assert!(!store.is_finished(), "no commit has waited");
            thread::yield_now();
        }
        onlooker
            .batch_execute("ALTER SYSTEM SET synchronous_standby_names = ''")
            .unwrap();
        onlooker.batch_execute("SELECT pg_reload_conf()").unwrap();
        store.join().unwrap();
    });
}
