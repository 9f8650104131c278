//! The committed schemas and references equal what the code gives; `UPDATE=1` rewrites them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rulebook::FileKind;
use rulebook::reference::{codes, diagnostics, reference};
use rulebook::schema::schema;

fn assert_committed(path: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, text).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        committed == text,
        "{path} is stale: run UPDATE=1 cargo test -p rulebook reference"
    );
}

#[test]
fn schemas_are_committed() {
    for kind in FileKind::ALL {
        let text = serde_json::to_string_pretty(&schema(kind)).unwrap() + "\n";
        assert_committed(&format!("schema/{}.schema.json", kind.name()), &text);
    }
}

#[test]
fn the_language_reference_is_committed() {
    assert_committed("docs/language-reference.md", &reference());
}

#[test]
fn the_reference_of_codes_is_committed() {
    assert_committed("docs/diagnostics.md", &diagnostics());
}

/// The codes that several lists share: the same mistake, made in another kind of file.
const SHARED: [&str; 9] = [
    "bad-period",
    "duplicate-unit",
    "empty-unit",
    "no-unit-column",
    "not-finite",
    "out-of-range",
    "unknown-category",
    "unknown-measure",
    "unknown-unit",
];

#[test]
fn a_code_means_one_thing() {
    let mut places: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (place, codes) in codes() {
        let mut seen = BTreeSet::new();
        for (code, ..) in codes {
            assert!(seen.insert(code), "{code} stands twice under {}", place.en);
            places.entry(code).or_default().push(place.en.clone());
        }
    }
    let shared: Vec<&str> = places
        .iter()
        .filter(|(_, places)| places.len() > 1)
        .map(|(code, _)| *code)
        .collect();
    assert_eq!(
        shared, SHARED,
        "a code is used for two things, or SHARED is stale"
    );
}
