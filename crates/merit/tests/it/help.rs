//! Help and wrong command lines, in both languages.

use crate::support::{Desk, LOCALES, Ran};

pub(crate) const COMMANDS: [&str; 39] = [
    "",
    "new",
    "check",
    "fmt",
    "explain",
    "diff",
    "score",
    "whatif",
    "rank",
    "rates",
    "trend",
    "judges",
    "facets",
    "sample",
    "detect",
    "campaign",
    "campaign to-xlsx",
    "campaign from-xlsx",
    "ledger",
    "ledger verify",
    "ledger export",
    "ledger import",
    "ledger prove",
    "ledger check-proof",
    "ledger stats",
    "ledger tiles",
    "ledger keys",
    "ledger keys new",
    "ledger cosign",
    "backup",
    "restore",
    "demo",
    "serve",
    "verify",
    "verify bundle",
    "schema",
    "completions",
    "man",
    "help",
];

fn help(locale: &str) -> String {
    let desk = Desk::empty();
    let pages = COMMANDS.iter().map(|name| {
        let line = format!("{name} --help");
        let ran = Ran::of(desk.command(locale, &line).output().unwrap());
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{line}");
        format!("$ merit {}\n{}\n", line.trim(), ran.out)
    });
    pages.collect()
}

#[test]
fn every_command_explains_itself_in_chinese() {
    insta::assert_snapshot!(help(LOCALES[0]));
}

#[test]
fn every_command_explains_itself_in_english() {
    insta::assert_snapshot!(help(LOCALES[1]));
}

#[test]
fn help_of_a_command_is_what_the_command_says_of_itself() {
    let desk = Desk::empty();
    for name in COMMANDS {
        let asked = desk.run(&format!("help {name}"));
        assert_eq!(asked.code, 0, "{name}");
        assert_eq!(asked.out, desk.run(&format!("{name} --help")).out, "{name}");
    }
}

#[test]
fn wrong_command_lines_are_answered_in_both_languages() {
    let desk = Desk::new();
    let lines = [
        "",
        "scor",
        "score",
        "score valley --perod 2026-01",
        "score valley --period 2026-13",
        "score valley --period",
        "score valley --format pdf",
        "score valley --threads 0",
        "score valley --lang fr",
        "score valley --out a.csv --out b.csv",
        "score valley --format csv --out a.xlsx",
        "score valley --out a.pdf",
        "help scor",
        "help campaign to-csv",
        "score valley --scheme twon",
        "explain valley --unit t9",
        "explain valley --unit t9 --period 2026-02",
        "explain valley --unit o1 --scheme town",
        "new elsewhere",
        "new elsewhere --from nowhere",
        "new valley --from county",
        "campaign",
        "completions tcsh",
        "ledger verify a.merit",
        "ledger prove a.merit",
        "ledger prove a.merit --entry 1 --from 2",
        "ledger prove a.merit --entry first",
        "ledger stats mysql://merit:secret@db/merit",
        "ledger verify a.merit --key merit.example.org+0123+abc",
        "backup postgres://merit:secret@db/merit copy",
        "restore copy postgres://merit:secret@db/merit",
    ];
    let shown: Vec<String> = lines.iter().map(|line| desk.both(line)).collect();
    for (line, shown) in lines.iter().zip(&shown) {
        assert_eq!(shown.matches("exit code 2").count(), 2, "{line}: {shown}");
    }
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn the_option_outweighs_the_locale() {
    let desk = Desk::new();
    let zh = Ran::of(
        desk.command("en_US.UTF-8", "check valley --lang zh")
            .output()
            .unwrap(),
    );
    let en = Ran::of(
        desk.command("zh_CN.UTF-8", "--lang=en check valley")
            .output()
            .unwrap(),
    );
    assert!(zh.out.contains("处错误"), "{}", zh.out);
    assert!(en.out.contains("0 errors"), "{}", en.out);
}

#[test]
fn the_version_is_told() {
    let ran = Desk::empty().run("--version");
    assert_eq!(ran.out, format!("merit {}\n", env!("CARGO_PKG_VERSION")));
}
