//! The ready campaigns: each passes `merit check` and `merit fmt --check`, and what it gives stands beside it in `golden/`.
//!
//! `UPDATE=1 cargo test -p merit ready` writes the golden files anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const CAMPAIGNS: [&str; 6] = [
    "asem",
    "county",
    "duties",
    "hdi",
    "hospital-stars",
    "hotline",
];

fn folder(campaign: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../campaigns")
        .join(campaign)
}

fn merit(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_merit"))
        .args(arguments)
        .output()
        .unwrap()
}

fn text(output: Output) -> String {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Compares with a golden file, or writes it when `UPDATE` is set.
fn golden(path: &Path, found: &str) {
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, found).unwrap();
    }
    let expected =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(
        found == expected,
        "{} differs; UPDATE=1 writes it anew",
        path.display()
    );
}

#[test]
fn every_folder_is_listed() {
    let mut found: Vec<String> = fs::read_dir(folder(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    found.sort();
    assert_eq!(found, CAMPAIGNS);
}

#[test]
fn scores_are_golden() {
    for campaign in CAMPAIGNS {
        let folder = folder(campaign);
        let found = text(merit(&[
            "score",
            folder.to_str().unwrap(),
            "--format",
            "csv",
        ]));
        golden(&folder.join("golden/scores.csv"), &found);
    }
}

#[test]
fn rules_are_golden_in_both_languages() {
    for campaign in CAMPAIGNS {
        let folder = folder(campaign);
        for lang in ["zh", "en"] {
            let found = text(merit(&[
                "--lang",
                lang,
                "explain",
                folder.to_str().unwrap(),
            ]));
            golden(&folder.join(format!("golden/rules.{lang}.txt")), &found);
        }
    }
}

#[test]
fn every_campaign_checks_without_a_finding_and_is_formatted() {
    for campaign in CAMPAIGNS {
        let folder = folder(campaign);
        let found = text(merit(&["--lang", "en", "check", folder.to_str().unwrap()]));
        assert!(found.contains("0 errors, 0 warnings"), "{found}");
        text(merit(&["fmt", folder.to_str().unwrap(), "--check"]));
    }
}
