//! The committed schemas and the reference equal what the types give; `UPDATE=1` rewrites them.

use std::path::Path;

use rulebook::FileKind;
use rulebook::reference::reference;
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
