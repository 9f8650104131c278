//! The bundle of a circular, checked by whoever has nothing else. `bundle/` was published once and must verify for ever.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::support::{Desk, copy};

/// A desk with the published bundle in `january`, and the ledger's key in `log.pub`.
fn desk() -> Desk {
    let desk = Desk::empty();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/bundle");
    copy(&from, &desk.path("january"));
    desk.write("log.pub", desk.read("january/proofs/log.vkey"));
    desk
}

/// The files of the bundle.
fn files(desk: &Desk) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        for name in desk.names(&format!("january/{folder}")) {
            let path = format!("{folder}{name}");
            let whole = desk.path(&format!("january/{path}"));
            if whole.is_dir() {
                folders.push(path + "/");
            } else {
                found.insert(path, fs::read(whole).unwrap());
            }
        }
    }
    found
}

const VERIFY: &str = "verify bundle january --key log.pub";

#[test]
fn a_published_bundle_is_sound_and_says_what_is_proven() {
    let desk = desk();
    let packed = host::bundle::pack(&files(&desk)).unwrap();
    desk.write("january.json", packed);
    let shown = [
        desk.both(VERIFY),
        desk.both("verify bundle january"),
        desk.both("verify bundle january.json --key log.pub"),
    ];
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn a_changed_byte_in_any_file_is_found() {
    let desk = desk();
    for (path, bytes) in files(&desk) {
        let mut changed = bytes.clone();
        let at = bytes.len() / 2;
        changed[at] ^= 1;
        let name = format!("january/{path}");
        desk.write(&name, &changed);
        let ran = desk.run(VERIFY);
        assert_eq!(ran.code, 1, "{path}: {}", ran.shown());
        desk.write(&name, &bytes);
    }
    assert_eq!(desk.run(VERIFY).code, 0);
}

#[test]
fn what_is_wrong_is_said_in_both_languages() {
    let desk = desk();
    let mut shown = Vec::new();
    let mut with = |name: &str, text: Option<&str>| {
        let path = format!("january/{name}");
        let before = fs::read(desk.path(&path)).ok();
        match text {
            Some(text) => desk.write(&path, text),
            None => fs::remove_file(desk.path(&path)).unwrap(),
        }
        shown.push(desk.both(VERIFY));
        match before {
            Some(bytes) => desk.write(&path, bytes),
            None => fs::remove_file(desk.path(&path)).unwrap(),
        }
    };
    let read = |name: &str| desk.read(&format!("january/{name}"));
    with(
        "results.csv",
        Some(&read("results.csv").replace("u1", "u9")),
    );
    with(
        "figures.csv",
        Some(&read("figures.csv").replace("0.9", "x")),
    );
    with("manifest.json", None);
    with("proofs/checkpoint", None);
    with("proofs/other.json", Some("{}"));
    with("proofs/log.vkey", Some("other"));
    with("proofs/final.json", Some("{}"));
    with("proofs/final.json", Some(&read("proofs/scored.json")));
    with(
        "proofs/scored.json",
        Some(&read("proofs/scored.json").replace("\\\"number\\\":1", "\\\"number\\\":2")),
    );
    with("proofs/published.json", None);
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn another_key_a_wrong_key_and_something_else_are_told_apart() {
    let desk = desk();
    let other = ledger::Signer::from_seed("host.test", &[8; 32]).unwrap();
    desk.write("other.pub", format!("{}\n", other.verifier()));
    fs::create_dir(desk.path("empty")).unwrap();
    desk.write("half.json", "{\"format\":");
    let lines = [
        "verify bundle january --key other.pub",
        "verify bundle january --key a+b",
        "verify bundle empty",
        "verify bundle half.json",
        "verify bundle absent",
    ];
    insta::assert_snapshot!(lines.map(|line| desk.both(line)).join("\n"));
}
