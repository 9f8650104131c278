//! What every store must do. Each test gets a function that opens another handle on the same data, which is fresh.
//!
//! A store is added by an `impl Fresh` that says how fresh data are made and opened, and one line `conformance!(name, Type);`.

use std::thread;
use std::time::Duration;

use ledger::faulty::{Faulty, Script};
use ledger::store::{StoredCheckpoint, StoredTile, TreeStep};
use ledger::{
    Batch, Claim, ItemId, Lease, Location, Salt, Sealed, SqliteStore, Store, StoreError, StoredItem,
};

/// Fresh data, thrown away in the end.
pub trait Fresh {
    /// Data of their own, with nothing in them.
    fn fresh() -> Self;

    /// Another handle on them.
    fn open(&self) -> Box<dyn Store>;
}

/// Opens another handle on the same data.
type Opener<'o> = &'o dyn Fn() -> Box<dyn Store>;

/// Makes a test of each demand for one store.
macro_rules! conformance {
    ($store:ident, $data:ty) => {
        conformance!(@tests $store, $data:
            a_new_ledger_is_empty
            what_is_appended_is_read_in_order
            reading_ends_at_the_limit_or_the_end_of_the_log
            big_bodies_come_back_whole
            an_empty_batch_changes_nothing
            a_batch_that_does_not_start_at_the_end_is_refused
            only_one_handle_holds_the_lease_and_the_other_learns_who
            the_holder_asking_again_keeps_the_right
            a_released_lease_is_void_and_the_next_epoch_is_higher
            an_older_lease_can_do_nothing
            a_lease_nobody_gave_can_do_nothing
            a_batch_with_a_used_item_id_leaves_nothing
            an_item_id_is_used_once_even_after_its_erasure
            items_are_listed_in_order_of_their_ids
            erased_items_are_gone_and_the_rest_stays
            erasing_what_is_not_there_is_no_error
            an_item_put_and_erased_in_one_batch_is_gone
            an_item_is_sealed_anew_under_its_id
            sealing_anew_what_is_not_there_is_refused_as_a_whole
            tiles_grow_and_are_listed_in_order
            checkpoints_are_listed_replaced_and_superseded
            a_step_of_the_tree_happens_as_a_whole_under_the_lease
            another_handle_sees_what_was_written
            another_handle_sees_whole_batches_only
            one_of_many_claims_at_once_is_held
            numbers_beyond_everything_stored_find_nothing
        );
    };
    (@tests $store:ident, $data:ty: $($test:ident)*) => {
        mod $store {
            use super::Fresh;
            $(
                #[test]
                fn $test() {
                    let data = <$data>::fresh();
                    super::$test(&|| data.open());
                }
            )*
        }
    };
}

conformance!(sqlite, super::SqliteData);
conformance!(behind_faulty, super::BehindFaulty);
conformance!(postgres, super::PostgresData);

pub struct SqliteData(tempfile::TempDir);

impl Fresh for SqliteData {
    fn fresh() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn open(&self) -> Box<dyn Store> {
        Box::new(SqliteStore::open(&self.0.path().join("ledger.merit")).unwrap())
    }
}

/// A database of the server that the tests share.
pub struct PostgresData(Location);

impl Fresh for PostgresData {
    fn fresh() -> Self {
        Self(testbed::Postgres::shared().database().parse().unwrap())
    }

    fn open(&self) -> Box<dyn Store> {
        self.0.open().unwrap()
    }
}

/// A store that could fail but isn't told to is like the store inside.
pub struct BehindFaulty(SqliteData);

impl Fresh for BehindFaulty {
    fn fresh() -> Self {
        Self(SqliteData::fresh())
    }

    fn open(&self) -> Box<dyn Store> {
        Box::new(Faulty::new(self.0.open(), Script::default()))
    }
}

/// Longer than any test.
const LONG: Duration = Duration::from_secs(3600);

fn claimed(store: &mut dyn Store) -> Lease {
    match store.claim("the test", LONG).unwrap() {
        Claim::Held(lease) => lease,
        Claim::Busy(who) => panic!("{who} holds it"),
    }
}

/// A handle with the lease.
fn writer(open: Opener<'_>) -> (Box<dyn Store>, Lease) {
    let mut store = open();
    let lease = claimed(&mut *store);
    (store, lease)
}

fn entry(number: u64) -> Sealed {
    let [salt, ..] = number.to_le_bytes();
    Sealed {
        body: format!("entry {number}").into_bytes(),
        salt: Salt([salt; 32]),
    }
}

fn entries(numbers: std::ops::Range<u64>) -> Vec<Sealed> {
    numbers.map(entry).collect()
}

fn id(number: u8) -> ItemId {
    ItemId([number; 16])
}

fn item(number: u8, sealed: &str) -> StoredItem {
    StoredItem {
        id: id(number),
        sealed: sealed.into(),
    }
}

fn tile(level: u8, index: u64, hashes: usize) -> StoredTile {
    StoredTile {
        level,
        index,
        hashes: vec![level + 1; hashes * 32],
    }
}

fn checkpoint(size: u64, note: &str) -> StoredCheckpoint {
    StoredCheckpoint {
        size,
        note: note.into(),
    }
}

fn append(store: &mut dyn Store, lease: Lease, numbers: std::ops::Range<u64>) {
    let batch = Batch {
        first: numbers.start,
        entries: &entries(numbers.clone()),
        ..Batch::default()
    };
    store.append(lease, &batch).unwrap();
}

fn put(store: &mut dyn Store, lease: Lease, items: &[StoredItem]) {
    let first = store.length().unwrap();
    store
        .append(
            lease,
            &Batch {
                first,
                put: items,
                ..Batch::default()
            },
        )
        .unwrap();
}

fn erase(store: &mut dyn Store, lease: Lease, ids: &[ItemId]) {
    let first = store.length().unwrap();
    store
        .append(
            lease,
            &Batch {
                first,
                erase: ids,
                ..Batch::default()
            },
        )
        .unwrap();
}

fn is_superseded<T: std::fmt::Debug>(result: ledger::Result<T>) {
    assert!(matches!(result, Err(StoreError::Superseded)), "{result:?}");
}

fn a_new_ledger_is_empty(open: Opener<'_>) {
    let mut store = open();
    assert_eq!(store.length().unwrap(), 0);
    assert_eq!(store.read(0, 10).unwrap(), []);
    assert_eq!(store.item(id(1)).unwrap(), None);
    assert_eq!(store.items(None, 10).unwrap(), []);
    assert_eq!(store.tile(0, 0).unwrap(), None);
    assert_eq!(store.tiles(None, 10).unwrap(), []);
    assert_eq!(store.checkpoint().unwrap(), None);
    assert_eq!(store.checkpoints(None, 10).unwrap(), []);
    assert!(!store.erasures_pending().unwrap());
}

fn what_is_appended_is_read_in_order(open: Opener<'_>) {
    let (mut store, lease) = writer(open);
    append(&mut *store, lease, 0..3);
    append(&mut *store, lease, 3..300);
    assert_eq!(store.length().unwrap(), 300);
    assert_eq!(store.read(0, 1000).unwrap(), entries(0..300));
}

fn reading_ends_at_the_limit_or_the_end_of_the_log(open: Opener<'_>) {
    let (mut store, lease) = writer(open);
    append(&mut *store, lease, 0..20);
    assert_eq!(store.read(0, 0).unwrap(), []);
    assert_eq!(store.read(5, 1).unwrap(), entries(5..6));
    assert_eq!(store.read(5, 10).unwrap(), entries(5..15));
    assert_eq!(store.read(15, 10).unwrap(), entries(15..20));
    assert_eq!(store.read(19, usize::MAX).unwrap(), entries(19..20));
    assert_eq!(store.read(20, 10).unwrap(), []);
    assert_eq!(store.read(21, 10).unwrap(), []);
}

fn big_bodies_come_back_whole(open: Opener<'_>) {
    let (mut store, lease) = writer(open);
    let big: Vec<u8> = (0..1024 * 1024_u32)
        .map(|place| place.to_le_bytes()[1])
        .collect();
    let bodies = [big.clone(), Vec::new(), big.clone()];
    let entries: Vec<Sealed> = bodies
        .into_iter()
        .map(|body| Sealed {
            body,
            salt: Salt([7; 32]),
        })
        .collect();
    let put = [StoredItem {
        id: id(1),
        sealed: big,
    }];
    let batch = Batch {
        entries: &entries,
        put: &put,
        ..Batch::default()
    };
    store.append(lease, &batch).unwrap();
    assert_eq!(store.read(0, 10).unwrap(), entries);
    assert_eq!(store.item(id(1)).unwrap().as_ref(), put.first());
}

fn an_empty_batch_changes_nothing(open: Opener<'_>) {
    let (mut store, lease) = writer(open);
    store.append(lease, &Batch::default()).unwrap();
    append(&mut *store, lease, 0..1);
    store
        .append(
            lease,
            &Batch {
                first: 1,
                ..Batch::default()
            },
        )
        .unwrap();
    store.put_tree(lease, &TreeStep::default()).unwrap();
    assert_eq!(store.length().unwrap(), 1);
}

fn a_batch_that_does_not_start_at_the_end_is_refused(open: Opener<'_>) {
    let (mut store, lease) = writer(open);
    append(&mut *store, lease, 0..2);
    for first in [0, 1, 3, u64::MAX] {
        let put = [item(1, "one")];
        let batch = Batch {
            first,
            entries: &entries(2..3),
            put: &put,
            ..Batch::default()
        };
        let refused = store.append(lease, &batch);
        assert!(
            matches!(refused, Err(StoreError::NotNext { length: 2, first: told }) if told == first),
            "{refused:?}"
        );
    }
    assert_eq!(store.length().unwrap(), 2);
    assert_eq!(store.item(id(1)).unwrap(), None);
    append(&mut *store, lease, 2..3);
}

fn only_one_handle_holds_the_lease_and_the_other_learns_who(open: Opener<'_>) {
    let (mut first, mut second) = (open(), open());
    let claim = first.claim("http://first.example", LONG).unwrap();
    assert!(matches!(claim, Claim::Held(_)), "{claim:?}");
    let claim = second.claim("http://second.example", LONG).unwrap();
    assert_eq!(claim, Claim::Busy("http://first.example".into()));
}

fn the_holder_asking_again_keeps_the_right(open: Opener<'_>) {
    let (mut store, _) = writer(open);
    let lease = claimed(&mut *store);
    append(&mut *store, lease, 0..1);
    store.renew(lease).unwrap();
}

fn a_released_lease_is_void_and_the_next_epoch_is_higher(open: Opener<'_>) {
    let (mut first, old) = writer(open);
    first.release(old).unwrap();
    is_superseded(first.append(old, &Batch::default()));
    is_superseded(first.renew(old));
    is_superseded(first.release(old));

    let (mut second, new) = writer(open);
    assert!(new.epoch > old.epoch, "{new:?} after {old:?}");
    append(&mut *second, new, 0..1);
    second.release(new).unwrap();
    let newest = claimed(&mut *first);
    assert!(newest.epoch > new.epoch, "{newest:?} after {new:?}");
    append(&mut *first, newest, 1..2);
}

fn an_older_lease_can_do_nothing(open: Opener<'_>) {
    let (mut first, old) = writer(open);
    append(&mut *first, old, 0..1);
    first.release(old).unwrap();
    let (mut second, new) = writer(open);

    for store in [&mut first, &mut second] {
        let batch = Batch {
            first: 1,
            entries: &entries(1..2),
            ..Batch::default()
        };
        is_superseded(store.append(old, &batch));
        let (put, erase) = ([item(1, "one")], [id(1)]);
        is_superseded(store.append(
            old,
            &Batch {
                first: 1,
                put: &put,
                ..Batch::default()
            },
        ));
        is_superseded(store.append(
            old,
            &Batch {
                first: 1,
                erase: &erase,
                ..Batch::default()
            },
        ));
        let tiles = [tile(0, 0, 1)];
        is_superseded(store.put_tree(
            old,
            &TreeStep {
                tiles: &tiles,
                ..TreeStep::default()
            },
        ));
        is_superseded(store.renew(old));
        is_superseded(store.release(old));
    }
    assert_eq!(second.length().unwrap(), 1);
    assert_eq!(second.items(None, 9).unwrap(), []);
    assert_eq!(second.tiles(None, 9).unwrap(), []);
    append(&mut *second, new, 1..2);
}

fn a_lease_nobody_gave_can_do_nothing(open: Opener<'_>) {
    let mut store = open();
    for epoch in [0, 1, u64::MAX] {
        is_superseded(store.append(Lease { epoch }, &Batch::default()));
        is_superseded(store.renew(Lease { epoch }));
    }
    let lease = claimed(&mut *store);
    is_superseded(store.append(
        Lease {
            epoch: lease.epoch + 1,
        },
        &Batch::default(),
    ));
    append(&mut *store, lease, 0..1);
}

fn a_batch_with_a_used_item_id_leaves_nothing(open: Opener<'_>) {
    let (mut store, lease) = writer(open);
    put(&mut *store, lease, &[item(5, "five"), item(9, "nine")]);
    let batches = [
        vec![item(5, "other"), item(1, "one")],
        vec![item(1, "one"), item(9, "nine")],
        vec![
            item(1, "one"),
            item(2, "two"),
            item(5, "five"),
            item(3, "three"),
        ],
    ];
    for put in &batches {
        let erase = [id(9)];
        let batch = Batch {
            first: 0,
            entries: &entries(0..2),
            put,
            erase: &erase,
            ..Batch::default()
        };
        let refused = store.append(lease, &batch);
        let Err(StoreError::ItemExists(known)) = refused else {
            panic!("{refused:?}")
        };
        assert!(known == id(5) || known == id(9));
        assert_eq!(store.length().unwrap(), 0);
        assert_eq!(
            store.items(None, 9).unwrap(),
            [item(5, "five"), item(9, "nine")]
        );
    }
    let twice = [item(1, "one"), item(1, "one")];
    let refused = store.append(
        lease,
        &Batch {
            put: &twice,
            ..Batch::default()
        },
    );
    assert!(matches!(refused, Err(StoreError::ItemExists(twice)) if twice == id(1)));
    assert_eq!(store.item(id(1)).unwrap(), None);
}

fn an_item_id_is_used_once_even_after_its_erasure(open: Opener<'_>) {
    let (mut store, lease) = writer(open);
    put(&mut *store, lease, &[item(1, "one")]);
    erase(&mut *store, lease, &[id(1)]);
    let again = [item(1, "one")];
    let refused = store.append(
        lease,
        &Batch {
            put: &again,
            ..Batch::default()
        },
    );
    assert!(matches!(refused, Err(StoreError::ItemExists(used)) if used == id(1)));
    assert_eq!(store.item(id(1)).unwrap(), None);
}

fn items_are_listed_in_order_of_their_ids(open: Opener<'_>) {
    let (mut store, lease) = writer(open);
    let numbers = [7, 255, 0, 128, 9, 127];
    let items: Vec<StoredItem> = numbers.map(|number| item(number, "sealed")).into();
    put(&mut *store, lease, &items);
    let mut listed = Vec::new();
    let mut after = None;
    loop {
        let page = store.items(after, 4).unwrap();
        assert!(page.len() <= 4);
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        listed.extend(page);
    }
    let ids: Vec<ItemId> = listed.iter().map(|item| item.id).collect();
    assert_eq!(ids, [0, 7, 9, 127, 128, 255].map(id));
    assert_eq!(store.items(Some(id(8)), 1).unwrap(), [item(9, "sealed")]);
    assert_eq!(store.items(None, 0).unwrap(), []);
}

fn erased_items_are_gone_and_the_rest_stays(open: Opener<'_>) {
    let (mut store, lease) = writer(open);
    append(&mut *store, lease, 0..2);
    put(
        &mut *store,
        lease,
        &[item(1, "one"), item(2, "two"), item(3, "three")],
    );
    erase(&mut *store, lease, &[id(3), id(1)]);
    assert_eq!(store.item(id(1)).unwrap(), None);
    assert_eq!(store.items(None, 9).unwrap(), [item(2, "two")]);
    assert_eq!(store.read(0, 9).unwrap(), entries(0..2));
    assert!(!store.erasures_pending().unwrap());
}

fn erasing_what_is_not_there_is_no_error(open: Opener<'_>) {
    let (mut store, lease) = writer(open);
    put(&mut *store, lease, &[item(1, "one")]);
    erase(&mut *store, lease, &[id(1), id(2)]);
    erase(&mut *store, lease, &[id(1), id(1)]);
    put(&mut *store, lease, &[item(2, "two")]);
    assert_eq!(store.items(None, 9).unwrap(), [item(2, "two")]);
}

fn an_item_put_and_erased_in_one_batch_is_gone(open: Opener<'_>) {
    let (mut store, lease) = writer(open);
    let (put, erase) = ([item(1, "one"), item(2, "two")], [id(1)]);
    store
        .append(
            lease,
            &Batch {
                put: &put,
                erase: &erase,
                ..Batch::default()
            },
        )
        .unwrap();
    assert_eq!(store.items(None, 9).unwrap(), [item(2, "two")]);
}

fn an_item_is_sealed_anew_under_its_id(open: Opener<'_>) {
    let (mut store, lease) = writer(open);
    put(&mut *store, lease, &[item(1, "one"), item(2, "two")]);
    let reseal = [item(1, "ONE")];
    store
        .append(
            lease,
            &Batch {
                reseal: &reseal,
                ..Batch::default()
            },
        )
        .unwrap();
    assert_eq!(
        store.items(None, 9).unwrap(),
        [item(1, "ONE"), item(2, "two")]
    );
    assert!(!store.erasures_pending().unwrap());
}

fn sealing_anew_what_is_not_there_is_refused_as_a_whole(open: Opener<'_>) {
    let (mut store, lease) = writer(open);
    put(
        &mut *store,
        lease,
        &[item(1, "one"), item(2, "two"), item(3, "three")],
    );
    erase(&mut *store, lease, &[id(3)]);
    for wrong in [item(2, "longer"), item(3, "THREE"), item(4, "four")] {
        let reseal = [item(1, "ONE"), wrong.clone()];
        let batch = Batch {
            entries: &entries(0..1),
            reseal: &reseal,
            ..Batch::default()
        };
        let refused = store.append(lease, &batch);
        assert!(
            matches!(refused, Err(StoreError::NoSuchItem(missing)) if missing == wrong.id),
            "{refused:?}"
        );
    }
    assert_eq!(store.length().unwrap(), 0);
    assert_eq!(
        store.items(None, 9).unwrap(),
        [item(1, "one"), item(2, "two")]
    );
}

fn tiles_grow_and_are_listed_in_order(open: Opener<'_>) {
    let (mut store, lease) = writer(open);
    let tiles = [
        tile(1, 0, 1),
        tile(0, 300, 9),
        tile(0, 2, 256),
        tile(2, 0, 1),
    ];
    store
        .put_tree(
            lease,
            &TreeStep {
                tiles: &tiles,
                ..TreeStep::default()
            },
        )
        .unwrap();
    let grown = [tile(0, 300, 256), tile(0, 301, 1)];
    store
        .put_tree(
            lease,
            &TreeStep {
                tiles: &grown,
                ..TreeStep::default()
            },
        )
        .unwrap();

    assert_eq!(store.tile(0, 300).unwrap(), Some(tile(0, 300, 256)));
    assert_eq!(store.tile(1, 300).unwrap(), None);
    let all = [
        tile(0, 2, 256),
        tile(0, 300, 256),
        tile(0, 301, 1),
        tile(1, 0, 1),
        tile(2, 0, 1),
    ];
    assert_eq!(store.tiles(None, 99).unwrap(), all);
    assert_eq!(store.tiles(Some((0, 2)), 2).unwrap(), all[1..3]);
    assert_eq!(store.tiles(Some((0, 301)), 9).unwrap(), all[3..]);
    assert_eq!(store.tiles(Some((2, 0)), 9).unwrap(), []);
}

fn checkpoints_are_listed_replaced_and_superseded(open: Opener<'_>) {
    let (mut store, lease) = writer(open);
    let mut step = |size, note, supersedes| {
        let checkpoint = checkpoint(size, note);
        let step = TreeStep {
            checkpoint: Some(&checkpoint),
            supersedes,
            ..TreeStep::default()
        };
        store.put_tree(lease, &step).unwrap();
    };
    step(0, "empty", None);
    step(10, "ten", None);
    step(20, "twenty", None);
    step(20, "twenty, with a witness", Some(20));
    step(30, "三十\n\n— thirty", Some(10));

    assert_eq!(
        store.checkpoint().unwrap(),
        Some(checkpoint(30, "三十\n\n— thirty"))
    );
    let all = [
        checkpoint(0, "empty"),
        checkpoint(20, "twenty, with a witness"),
        checkpoint(30, "三十\n\n— thirty"),
    ];
    assert_eq!(store.checkpoints(None, 99).unwrap(), all);
    assert_eq!(store.checkpoints(Some(0), 1).unwrap(), all[1..2]);
    assert_eq!(store.checkpoints(Some(15), 9).unwrap(), all[1..]);
    assert_eq!(store.checkpoints(Some(30), 9).unwrap(), []);
}

fn a_step_of_the_tree_happens_as_a_whole_under_the_lease(open: Opener<'_>) {
    let (mut store, lease) = writer(open);
    let (tiles, note) = ([tile(0, 0, 3)], checkpoint(3, "three"));
    let step = TreeStep {
        tiles: &tiles,
        checkpoint: Some(&note),
        supersedes: None,
    };
    store.put_tree(lease, &step).unwrap();
    let mut reader = open();
    assert_eq!(reader.tile(0, 0).unwrap(), Some(tile(0, 0, 3)));
    assert_eq!(reader.checkpoint().unwrap(), Some(note));
}

fn another_handle_sees_what_was_written(open: Opener<'_>) {
    let mut reader = open();
    let (mut store, lease) = writer(open);
    for number in 0..10 {
        append(&mut *store, lease, number..number + 1);
        assert_eq!(reader.length().unwrap(), number + 1);
        assert_eq!(reader.read(number, 9).unwrap(), entries(number..number + 1));
    }
}

fn another_handle_sees_whole_batches_only(open: Opener<'_>) {
    const BATCH: u64 = 50;
    let (mut store, lease) = writer(open);
    let mut readers: Vec<Box<dyn Store>> = (0..3).map(|_| open()).collect();
    thread::scope(|scope| {
        for reader in &mut readers {
            scope.spawn(move || {
                let mut seen = 0;
                while seen < 30 * BATCH {
                    let length = reader.length().unwrap();
                    assert!(
                        length >= seen && length.is_multiple_of(BATCH),
                        "{length} after {seen}"
                    );
                    let read = reader.read(seen, usize::MAX).unwrap();
                    let end = seen + read.len() as u64;
                    assert!(
                        end >= length && end.is_multiple_of(BATCH),
                        "{end} of {length}"
                    );
                    assert_eq!(read, entries(seen..end));
                    seen = end;
                }
            });
        }
        for batch in 0..30 {
            append(&mut *store, lease, batch * BATCH..(batch + 1) * BATCH);
        }
    });
}

fn one_of_many_claims_at_once_is_held(open: Opener<'_>) {
    // The opener belongs to one thread; so each handle is opened here and its first calls race.
    let mut stores: Vec<Box<dyn Store>> = (0..8).map(|_| open()).collect();
    let held: Vec<bool> = thread::scope(|scope| {
        let running: Vec<_> = stores
            .iter_mut()
            .map(|store| {
                scope.spawn(|| match store.claim("one of eight", LONG).unwrap() {
                    Claim::Held(lease) => {
                        append(&mut **store, lease, 0..1);
                        true
                    }
                    Claim::Busy(_) => false,
                })
            })
            .collect();
        running
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert_eq!(held.into_iter().filter(|held| *held).count(), 1);
    assert_eq!(open().length().unwrap(), 1);
}

fn numbers_beyond_everything_stored_find_nothing(open: Opener<'_>) {
    let (mut store, lease) = writer(open);
    append(&mut *store, lease, 0..1);
    assert_eq!(store.read(u64::MAX, 1).unwrap(), []);
    assert_eq!(store.tile(u8::MAX, u64::MAX).unwrap(), None);
    assert_eq!(store.tiles(Some((u8::MAX, u64::MAX)), 1).unwrap(), []);
    assert_eq!(store.checkpoints(Some(u64::MAX), 1).unwrap(), []);
}
