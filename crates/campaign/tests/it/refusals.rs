//! The list of refusals is complete, documented, and every one is tried.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use campaign::refusal;

#[test]
fn a_code_stands_once_in_its_list_and_is_tried_by_a_test() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let mut tried = String::new();
    for file in std::fs::read_dir(tests).expect("the tests") {
        tried.push_str(&std::fs::read_to_string(file.expect("a file").path()).expect("text"));
    }
    let mut untried = Vec::new();
    for (module, codes) in refusal::all() {
        let mut seen = BTreeSet::new();
        for (code, zh, en) in codes {
            assert!(seen.insert(code), "{module}: {code} stands twice");
            assert!(!zh.is_empty() && !en.is_empty(), "{module}: {code}");
            if !tried.contains(&format!("\"{code}\"")) {
                untried.push(format!("{module}: {code}"));
            }
        }
    }
    assert!(untried.is_empty(), "no test gives {untried:?}");
}

#[test]
fn the_documentation_lists_them_in_order_of_precedence() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/refusals.md");
    let text = document();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &text).expect("written");
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        there == text,
        "docs/refusals.md is out of date: UPDATE=1 cargo test -p campaign"
    );
}

fn document() -> String {
    let mut text = String::from(
        "# Refusals\n\n\
         Why a command is refused, by primitive. Where several reasons hold, the one that stands first is given; those of `state` come \
         before all others. Nothing has happened when a command is refused. A code is never used for something else.\n\n\
         命令被拒绝的原因,按类别排列。同时有几个原因的,给出排在最前面的一个;`state` 一类先于其他各类。被拒绝的命令没有造成任何变化。代码不会改作他用。\n\n\
         Made from the code: `UPDATE=1 cargo test -p campaign`.\n",
    );
    for (module, codes) in refusal::all() {
        let _ = write!(
            text,
            "\n## {module}\n\n| code | 中文 | English |\n| --- | --- | --- |\n"
        );
        for (code, zh, en) in codes {
            let _ = writeln!(text, "| `{code}` | {zh} | {en} |");
        }
    }
    text
}
