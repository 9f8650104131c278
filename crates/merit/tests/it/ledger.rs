//! The ledger's commands on a small ledger: what they find, write, refuse and leave behind.

use std::collections::BTreeSet;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ledger::note::{Note, Signature};
use ledger::sequence::{Signing, advance};
use ledger::{
    Batch, Claim, Hash, ItemId, Keys, Lease, Salt, Sealed, Signer, SqliteStore, Store, StoredItem,
};
use rusqlite::Connection;
use testbed::Postgres;

use crate::support::{Desk, LOCALES, Ran};

/// 1 March 2026, 08:00 UTC.
const MORNING: u64 = 1_772_352_000;
/// A UTC day, in seconds.
const DAY: u64 = 86_400;

fn signer() -> Signer {
    Signer::from_seed("merit.example.org", &[7; 32]).unwrap()
}

fn witness() -> Signer {
    Signer::from_seed("west.example.org", &[8; 32]).unwrap()
}

fn keys() -> Keys {
    Keys::new(vec![signer().verifier().clone()], Vec::new()).unwrap()
}

fn entry(number: u64) -> Sealed {
    Sealed {
        body: format!(
            r#"{{"kind":"record.filed","note":"优","number":{number},"of":"u{}"}}"#,
            number % 13
        )
        .into_bytes(),
        salt: Salt(Hash::of(&[b"salt", &number.to_be_bytes()]).0),
    }
}

fn claim(store: &mut dyn Store) -> Lease {
    match store.claim("the test", Duration::from_secs(3600)).unwrap() {
        Claim::Held(lease) => lease,
        Claim::Busy(who) => panic!("{who} holds the lease"),
    }
}

fn append(store: &mut dyn Store, lease: Lease, until: u64) {
    let first = store.length().unwrap();
    let entries: Vec<Sealed> = (first..until).map(entry).collect();
    let batch = Batch {
        first,
        entries: &entries,
        ..Batch::default()
    };
    store.append(lease, &batch).unwrap();
}

fn sign(store: &mut dyn Store, lease: Lease, now: u64) {
    let (signer, keys, keep) = (signer(), keys(), BTreeSet::new());
    let signing = Signing {
        signer: &signer,
        keys: &keys,
        now,
        keep: &keep,
    };
    advance(store, lease, &signing).unwrap();
}

/// A desk with `a.merit`: 300 entries signed on one day, 600 the next, five more without a signature, two items of the vault;
/// and the log's public key in `log.pub`.
fn desk() -> Desk {
    let desk = Desk::empty();
    let mut store = SqliteStore::open(&desk.path("a.merit")).unwrap();
    let lease = claim(&mut store);
    for (day, size) in [(0, 300), (1, 600)] {
        append(&mut store, lease, size);
        sign(&mut store, lease, MORNING + day * DAY);
    }
    append(&mut store, lease, 605);
    let put = [1, 2].map(|byte| StoredItem {
        id: ItemId([byte; 16]),
        sealed: vec![byte; 50],
    });
    let batch = Batch {
        first: 605,
        put: &put,
        ..Batch::default()
    };
    store.append(lease, &batch).unwrap();
    store.release(lease).unwrap();
    desk.write("log.pub", format!("{}\n", signer().verifier()));
    desk.write("west.pub", format!("{}\n", witness().cosigner()));
    desk
}

/// The checkpoint of so many entries, as someone would keep it.
fn checkpoint(desk: &Desk, size: u64) -> String {
    let mut store = SqliteStore::open_read_only(&desk.path("a.merit")).unwrap();
    store.checkpoints(Some(size - 1), 1).unwrap()[0]
        .note
        .clone()
}

/// Changes the ledger behind its back.
fn tamper(desk: &Desk, sql: &str) {
    let db = Connection::open(desk.path("a.merit")).unwrap();
    assert_eq!(db.execute(sql, []).unwrap(), 1, "{sql}");
}

/// The ledger's files, with what lies beside them.
fn ledgers(desk: &Desk) -> Vec<String> {
    let names = desk.names("").into_iter();
    names.filter(|name| name.contains(".merit")).collect()
}

fn sound(ran: &Ran) {
    assert_eq!(ran.code, 0, "{}", ran.shown());
}

const VERIFY: &str = "ledger verify a.merit --key log.pub";

#[test]
fn a_sound_ledger_is_said_to_be_sound() {
    let desk = desk();
    desk.write("kept", checkpoint(&desk, 300));
    let lines = [
        VERIFY.to_owned(),
        format!("{VERIFY} --known kept --witness west.pub"),
        format!("{VERIFY} --json"),
        format!("ledger verify a.merit --key {}", signer().verifier()),
    ];
    let shown: Vec<String> = lines.iter().map(|line| desk.both(line)).collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn a_ledger_without_signatures_is_told() {
    let desk = Desk::empty();
    desk.write("log.pub", signer().verifier().to_string());
    let mut store = SqliteStore::open(&desk.path("a.merit")).unwrap();
    let empty = desk.both(VERIFY);
    let lease = claim(&mut store);
    append(&mut store, lease, 3);
    let shown = [
        empty,
        desk.both(VERIFY),
        desk.both("ledger prove a.merit --entry 0"),
        desk.both("ledger tiles a.merit log"),
    ];
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn a_flipped_byte_is_found_with_its_place_and_a_remedy() {
    let desk = desk();
    tamper(
        &desk,
        "UPDATE entries SET body = CAST(replace(CAST(body AS TEXT), 'u7', 'u8') AS BLOB) WHERE position = 7",
    );
    let entry = desk.both(VERIFY) + "\n" + &desk.both(&format!("{VERIFY} --json"));
    let proof = desk.both("ledger prove a.merit --entry 7");
    assert_eq!(entry.matches("exit code 1").count(), 4, "{entry}");
    insta::assert_snapshot!([entry, proof].join("\n"));
}

#[test]
fn every_kind_of_damage_is_worded() {
    let damages = [
        "UPDATE tiles SET hashes = zeroblob(length(hashes)) WHERE level = 1",
        "DELETE FROM tiles WHERE level = 0 AND place = 1",
        "UPDATE tiles SET hashes = substr(hashes, 1, 64) WHERE level = 0 AND place = 2",
        "INSERT INTO tiles VALUES (5, 9, zeroblob(32))",
        "UPDATE checkpoints SET size = 299 WHERE size = 300",
        "UPDATE checkpoints SET note = replace(note, 'time', 'tide') WHERE size = 300",
        "UPDATE checkpoints SET note = 'nothing' WHERE size = 300",
        "UPDATE checkpoints SET note = replace(note, '— merit.example.org', '— other.example.org') WHERE size = 300",
        "UPDATE entries SET body = CAST(' ' || CAST(body AS TEXT) AS BLOB) WHERE position = 603",
        "DELETE FROM checkpoints WHERE size = 600",
    ];
    let mut shown = String::new();
    for sql in damages {
        let desk = desk();
        tamper(&desk, sql);
        let both = desk.both(VERIFY);
        assert_eq!(both.matches("exit code 1").count(), 2, "{sql}: {both}");
        shown.push_str(&format!("# {sql}\n{both}\n"));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn a_ledger_cut_back_is_found_by_a_checkpoint_kept_elsewhere() {
    let desk = desk();
    desk.write("kept", checkpoint(&desk, 600));
    fs::copy(desk.path("a.merit"), desk.path("b.merit")).unwrap();
    let db = Connection::open(desk.path("a.merit")).unwrap();
    db.execute_batch(
        "DELETE FROM entries WHERE position >= 300; DELETE FROM checkpoints WHERE size = 600;
         DELETE FROM tiles WHERE place >= 2;
         UPDATE tiles SET hashes = substr(hashes, 1, 44 * 32) WHERE level = 0 AND place = 1;
         UPDATE tiles SET hashes = substr(hashes, 1, 32) WHERE level = 1;",
    )
    .unwrap();
    drop(db);
    let alone = desk.both(VERIFY);
    let known = desk.both(&format!("{VERIFY} --known kept log.pub"));
    assert!(alone.contains("exit code 0"), "{alone}");
    insta::assert_snapshot!([alone, known].join("\n"));
}

#[test]
fn wrong_keys_are_told_apart() {
    let desk = desk();
    let same_name = Signer::from_seed("merit.example.org", &[9; 32]).unwrap();
    desk.write("later.pub", same_name.verifier().to_string());
    desk.write("other.pub", witness().verifier().to_string());
    desk.write(
        "broken.pub",
        signer().verifier().to_string().replace("org+", "com+"),
    );
    desk.write("binary.pub", [0xff, 0xfe]);
    desk.write("signing.key", signer().to_private_text());
    let keys = [
        "signing.key",
        "later.pub",
        "other.pub",
        "broken.pub",
        "binary.pub",
        "west.pub",
        "nowhere.pub",
        "log.pub --key log.pub",
        "log.pub other.pub",
        "log.pub --witness log.pub",
    ];
    let lines = keys.map(|keys| desk.both(&format!("ledger verify a.merit --key {keys}")));
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn what_is_no_ledger_is_refused_and_nothing_is_made() {
    let desk = desk();
    desk.write("empty", "");
    desk.write(
        "text",
        "nothing that was ever a database, however long one reads in it".repeat(20),
    );
    fs::create_dir(desk.path("folder")).unwrap();
    drop(
        Connection::open(desk.path("other.db"))
            .unwrap()
            .execute_batch("CREATE TABLE t (a)"),
    );
    let before = desk.names("");
    let places = [
        "nowhere.merit",
        "no/where.merit",
        "empty",
        "text",
        "folder",
        "other.db",
        "postgres://merit:secret@127.0.0.1:1/merit?password=secret",
    ];
    let mut shown = String::new();
    for place in places {
        shown.push_str(&desk.both(&format!("ledger verify {place} --key log.pub")));
        for line in [
            format!("ledger stats {place}"),
            format!("ledger export {place} --out x.jsonl"),
            format!("ledger tiles {place} tiles"),
            format!("backup {place} copy"),
        ] {
            let ran = desk.run(&line);
            assert!((2..=4).contains(&ran.code), "{line}: {}", ran.shown());
            assert!(!ran.err.contains("secret"), "{}", ran.err);
        }
    }
    assert_eq!(desk.names(""), before);
    let shown = shown.replace(
        "postgres://merit:secret@127.0.0.1:1/merit?password=secret",
        "URL",
    );
    assert!(!shown.contains("secret"), "{shown}");
    insta::assert_snapshot!(shown);
}

#[test]
fn an_export_comes_back_to_the_byte() {
    let desk = desk();
    let shown = [
        desk.both("ledger export a.merit --vault --out a.jsonl"),
        desk.run("ledger import a.jsonl b.merit --key log.pub")
            .shown(),
        desk.run("ledger verify b.merit --key log.pub").shown(),
    ];
    sound(&desk.run("ledger export b.merit --vault --out b.jsonl"));
    assert_eq!(desk.read("a.jsonl"), desk.read("b.jsonl"));
    let printed = desk.run("ledger export b.merit --vault");
    assert_eq!(printed.out, desk.read("a.jsonl"));
    let entries_only = desk.run("ledger export a.merit").out;
    assert_eq!(
        entries_only.lines().count() + 2,
        printed.out.lines().count()
    );
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
#[cfg(unix)]
fn what_opens_entries_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let desk = desk();
    sound(&desk.run("ledger export a.merit --out a.jsonl"));
    sound(&desk.run("ledger import a.jsonl b.merit --key log.pub"));
    sound(&desk.run("backup a.merit c.merit"));
    sound(&desk.run("restore c.merit d.merit"));
    sound(&desk.run("ledger keys new keys --name merit.example.org/2026"));
    for name in [
        "a.jsonl",
        "b.merit",
        "c.merit",
        "d.merit",
        "keys/signing.key",
        "keys/vault.key",
    ] {
        let mode = fs::metadata(desk.path(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn an_altered_export_is_refused_by_its_line_and_nothing_is_left() {
    let desk = desk();
    sound(&desk.run("ledger export a.merit --vault --out a.jsonl"));
    let text = desk.read("a.jsonl");
    let lines: Vec<&str> = text.lines().collect();
    let without = |gone: usize| {
        let kept = lines.iter().enumerate().filter(|(at, _)| *at != gone);
        kept.map(|(_, line)| format!("{line}\n"))
            .collect::<String>()
    };
    let altered = [
        text.replace(r#""number":7,"#, r#""number":8,"#),
        text.replace(r#"{"index":7,"#, r#"{ "index":7,"#),
        text.replace("merit-ledger/1", "merit-ledger/2"),
        without(9),
        without(lines.len() - 2),
        text.clone() + "\n",
        text[..text.len() - 1].to_owned(),
        text.replacen("time 17", "time 18", 1),
        String::new(),
    ];
    let before = ledgers(&desk);
    let mut shown = String::new();
    for text in altered {
        assert_ne!(text, desk.read("a.jsonl"));
        desk.write("altered.jsonl", text);
        let both = desk.both("ledger import altered.jsonl b.merit --key log.pub");
        assert_eq!(both.matches("exit code 3").count(), 2, "{both}");
        assert_eq!(ledgers(&desk), before);
        shown.push_str(&both);
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn nothing_that_is_there_is_overwritten() {
    let desk = desk();
    sound(&desk.run("ledger export a.merit --out a.jsonl"));
    sound(&desk.run("backup a.merit copy"));
    sound(&desk.run("ledger keys new keys --name merit.example.org"));
    let before = fs::read(desk.path("a.merit")).unwrap();
    let key = desk.read("keys/signing.key");
    let lines = [
        "ledger import a.jsonl a.merit --key log.pub",
        "backup a.merit copy",
        "restore copy a.merit",
        "ledger keys new keys --name merit.example.org",
    ];
    let shown = lines.map(|line| desk.both(line));
    assert_eq!(fs::read(desk.path("a.merit")).unwrap(), before);
    assert_eq!(desk.read("keys/signing.key"), key);
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn an_entry_is_proved_and_the_proof_checked_offline() {
    let desk = desk();
    sound(&desk.run("ledger prove a.merit --entry 7 --out seven.json"));
    sound(&desk.run("ledger prove a.merit --entry 299 --size 300 --out old.json"));
    let printed = desk.run("ledger prove a.merit --entry 7").out;
    assert_eq!(printed, desk.read("seven.json"));
    desk.write("forged.json", printed.replace("u7", "u8"));
    desk.write("signed.json", printed.replace("time 17", "time 18"));
    desk.write("cut.json", &printed[..printed.len() / 2]);
    let lines = [
        "ledger check-proof seven.json --key log.pub",
        "ledger check-proof old.json --key log.pub",
        "ledger check-proof forged.json --key log.pub",
        "ledger check-proof signed.json --key log.pub",
        "ledger check-proof cut.json --key log.pub",
        "ledger prove a.merit --entry 603",
        "ledger prove a.merit --entry 7 --size 555",
    ];
    let shown = lines.map(|line| desk.both(line));
    insta::assert_snapshot!([printed, shown.join("\n")].join("\n"));
}

#[test]
fn a_ledger_is_shown_to_go_on_from_what_it_was() {
    let desk = desk();
    desk.write("kept", checkpoint(&desk, 300));
    sound(&desk.run("ledger prove a.merit --from 300 --out since.json"));
    sound(&desk.run("ledger prove a.merit --from 299 --to 600 --out since299.json"));
    desk.edit("since.json", "\"to\": 600", "\"to\": 601");
    fs::rename(desk.path("since.json"), desk.path("wrong.json")).unwrap();
    sound(&desk.run("ledger prove a.merit --from 300 --out since.json"));
    let lines = [
        "ledger check-proof since.json --key log.pub",
        "ledger check-proof since.json --key log.pub --known kept",
        "ledger check-proof since299.json --key log.pub",
        "ledger check-proof since299.json --key log.pub --known kept",
        "ledger check-proof wrong.json --key log.pub",
        "ledger prove a.merit --from 0",
    ];
    let shown = lines.map(|line| desk.both(line));
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn a_ledger_is_counted() {
    let desk = desk();
    insta::assert_snapshot!(
        desk.both("ledger stats a.merit") + "\n" + &desk.both("ledger stats a.merit --json")
    );
}

#[test]
fn the_tree_is_published_and_goes_on() {
    let desk = desk();
    let first = desk.both("ledger tiles a.merit log");
    assert_eq!(desk.read("log/checkpoint"), checkpoint(&desk, 600));
    assert_eq!(desk.names("log/tile"), ["0", "1", "entries"]);
    assert_eq!(desk.names("log/tile/0"), ["000", "001", "002.p"]);
    assert_eq!(
        fs::read(desk.path("log/tile/0/002.p/88")).unwrap().len(),
        88 * 32
    );
    assert_eq!(
        fs::read(desk.path("log/tile/entries/001")).unwrap().len(),
        256 * 34
    );

    let mut store = SqliteStore::open(&desk.path("a.merit")).unwrap();
    let lease = claim(&mut store);
    sign(&mut store, lease, MORNING + 2 * DAY);
    store.release(lease).unwrap();
    let second = desk.both("ledger tiles a.merit log");
    assert_eq!(desk.names("log/tile/0/002.p"), ["88", "93"]);

    desk.write("log/tile/1/000.p/2", [0; 64]);
    let refused = desk.both("ledger tiles a.merit log");
    insta::assert_snapshot!([first, second, refused].join("\n"));
}

#[test]
fn a_witness_is_heard() {
    let desk = desk();
    let mut note = Note::parse(&checkpoint(&desk, 600)).unwrap();
    desk.write("plain", note.to_string());
    note.signatures
        .push(Signature::cosign(&witness(), &note.text, MORNING + 2 * DAY));
    desk.write("cosigned", note.to_string());
    let command =
        |file: &str| format!("ledger cosign a.merit {file} --key log.pub --witness west.pub");
    let shown = [
        desk.both(&command("plain")),
        desk.both(&command("log.pub")),
        desk.both(&command("cosigned")),
        desk.both(&format!("{VERIFY} --witness west.pub")),
        desk.both(VERIFY),
    ];
    let mut store = SqliteStore::open(&desk.path("a.merit")).unwrap();
    let lease = claim(&mut store);
    let busy = desk.both(&command("cosigned"));
    store.release(lease).unwrap();
    insta::assert_snapshot!([shown.join("\n"), busy].join("\n"));
}

#[test]
fn new_keys_open_and_sign() {
    let desk = Desk::empty();
    let ran = desk.run("ledger keys new deep/keys --name merit.example.org/2026");
    sound(&ran);
    let signer = Signer::from_private_text(&desk.read("deep/keys/signing.key")).unwrap();
    assert_eq!(ran.out, format!("{}\n", signer.verifier()));
    assert_eq!(ran.out, desk.read("deep/keys/signing.pub"));
    ledger::vault::key::Key::read(&desk.path("deep/keys/vault.key")).unwrap();
    let told = LOCALES.map(|locale| {
        let line = "ledger keys new other --name two+words";
        let refused = Ran::of(desk.command(locale, line).output().unwrap());
        refused.shown()
    });
    assert_eq!(desk.names(""), ["deep"]);
    insta::assert_snapshot!([ran.err, told.join("\n")].join("\n"));
}

#[test]
fn a_ledger_is_copied_while_it_is_written_and_put_back() {
    let desk = desk();
    let (stop, path) = (AtomicBool::new(false), desk.path("a.merit"));
    let mut store = SqliteStore::open(&path).unwrap();
    let lease = claim(&mut store);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let length = store.length().unwrap();
                append(&mut store, lease, length + 3);
                sign(&mut store, lease, MORNING + 3 * DAY);
            }
        });
        let runs: Vec<Ran> = (0..3)
            .flat_map(|number| {
                let copied = desk.run(&format!("backup a.merit copy{number}"));
                [copied, desk.run(VERIFY)]
            })
            .collect();
        stop.store(true, Ordering::Relaxed);
        runs.iter().for_each(sound);
    });
    sound(&desk.run("ledger verify copy2 --key log.pub"));
    drop(store);
    fs::rename(desk.path("a.merit"), desk.path("broken.merit")).unwrap();
    let restored = desk.run("restore copy2 a.merit").shown();
    sound(&desk.run(VERIFY));
    let zh = Ran::of(
        desk.command(LOCALES[0], "restore copy0 b.merit")
            .output()
            .unwrap(),
    );
    insta::assert_snapshot!([restored, zh.shown(), desk.both("backup a.merit again")].join("\n"));
}

#[test]
fn a_ledger_moves_into_a_database_and_back() {
    let (desk, url) = (desk(), Postgres::shared().database());
    let verify = format!("ledger verify {url} --key log.pub");
    let absent = desk.run(&verify);
    assert_eq!(absent.code, 3, "{}", absent.shown());
    assert_eq!(desk.run(&verify).code, 3, "looking makes nothing");
    sound(&desk.run("ledger export a.merit --vault --out a.jsonl"));
    sound(&desk.run(&format!("ledger import a.jsonl {url} --key log.pub")));
    sound(&desk.run(&verify));
    sound(&desk.run(&format!("ledger export {url} --vault --out b.jsonl")));
    assert_eq!(desk.read("a.jsonl"), desk.read("b.jsonl"));
    let again = desk.run(&format!("ledger import a.jsonl {url} --key log.pub"));
    assert_eq!(again.code, 2, "{}", again.shown());
}
