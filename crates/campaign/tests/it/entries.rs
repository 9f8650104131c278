//! Entries are readable for ever: `tests/entries/` holds one of each kind that was ever written, and none is ever removed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use campaign::Entry;
use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/entries")
}

fn examples() -> Vec<(String, String)> {
    let files = std::fs::read_dir(folder()).expect("the examples");
    let mut examples: Vec<(String, String)> = files
        .map(|file| file.expect("a file").path())
        .map(|path| {
            let name = path
                .file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            (name, std::fs::read_to_string(&path).expect("text"))
        })
        .collect();
    examples.sort();
    examples
}

/// `work.opened.1`, of an entry.
pub fn kind(entry: &Value) -> String {
    let only = |value: &Value| {
        let (key, inner) = value
            .as_object()
            .and_then(|o| o.iter().next())
            .expect("one key");
        (key.clone(), inner.clone())
    };
    let (module, event) = only(&entry["event"]);
    let (kind, _) = only(&event);
    format!("{module}.{}", kind.replace('/', "."))
}

#[test]
fn every_kind_ever_written_is_still_read_and_written_the_same() {
    for (name, text) in examples() {
        let entry: Entry = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
        let written: Value = serde_json::to_value(&entry).expect("JSON");
        let example: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(written, example, "{name}");
        assert_eq!(kind(&written), name);
    }
}

#[test]
fn every_kind_has_an_example() {
    let mut kinds = BTreeSet::new();
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![sources.clone()];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder)
            .expect("sources")
            .map(|f| f.expect("a file").path())
        {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let inside = path.strip_prefix(&sources).expect("inside");
            let module = inside.iter().next().expect("a name").to_string_lossy();
            let module = module.trim_end_matches(".rs").to_owned();
            let text = std::fs::read_to_string(&path).expect("text");
            let named = text
                .split("rename = \"")
                .skip(1)
                .filter_map(|rest| rest.split('"').next());
            kinds.extend(
                named
                    .filter(|kind| kind.contains('/'))
                    .map(|kind| format!("{module}.{}", kind.replace('/', "."))),
            );
        }
    }
    let examples: BTreeSet<String> = examples().into_iter().map(|(name, _)| name).collect();
    assert_eq!(kinds, examples);
}

/// Whoever commits entries puts these items into the vault: one left out would be lost.
#[test]
fn every_item_of_the_vault_that_an_entry_brings_is_told() {
    for (name, text) in examples() {
        let entry: Entry = serde_json::from_str(&text).expect("an entry");
        let mut told = Vec::new();
        entry.event.notes(&mut told);
        let mut held = BTreeSet::new();
        held_in(&serde_json::from_str(&text).expect("JSON"), &mut held);
        let told: BTreeSet<String> = told.iter().map(|note| note.item.to_string()).collect();
        assert_eq!(told, held, "{name}");
    }
}

/// The items of all notes in a tree of JSON.
fn held_in(value: &Value, held: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            if let (2, Some(item), Some(_)) =
                (object.len(), object.get("item"), object.get("digest"))
            {
                held.insert(item.as_str().expect("text").to_owned());
            }
            object.values().for_each(|value| held_in(value, held));
        }
        Value::Array(list) => list.iter().for_each(|value| held_in(value, held)),
        _ => {}
    }
}
