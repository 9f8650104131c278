//! Whole stories in a real browser against a real server: Debian's Chromium, driven by the scripts in `tests/browser`.
//!
//! A script asks by lines on its standard output (`@clock 2026-12-16`), and is answered on its standard input.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::Ordering;

use campaign::Date;
use web::Settings;
use web::demo::PASSWORD;

use crate::support::{Running, small};

/// One browser at a time: two cores.
static ONE: Mutex<()> = Mutex::new(());

fn target() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target")
}

/// Runs a script to its end.
pub fn tell(running: &Running, script: &str, settings: &[(&str, &str)]) {
    let _alone = ONE
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let modules = target().join("browser");
    assert!(
        modules.join("node_modules").is_dir() && Path::new("/usr/bin/chromium").exists(),
        "Chromium or its driver is missing: ./test installs them (Debian's chromium; npm packages into target/browser)"
    );
    let mut command = Command::new("node");
    command
        .arg(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("tests/browser")
                .join(script),
        )
        .env("MERIT_BASE", &running.app.settings.base)
        .env("MERIT_BROWSER", modules)
        .env("MERIT_PASSWORD", PASSWORD)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    for (name, value) in settings {
        command.env(name, value);
    }
    let mut node = command.spawn().expect("node: ./test says what to install");
    let mut answers = node.stdin.take().unwrap();
    let said = BufReader::new(node.stdout.take().unwrap());
    let mut told = false;
    for line in said.lines().map_while(Result::ok) {
        let Some(asked) = line.strip_prefix('@') else {
            eprintln!("{line}");
            continue;
        };
        match asked.split_once(' ') {
            Some(("clock", day)) => set_clock(running, day),
            None if asked == "told" => {
                told = true;
                continue;
            }
            _ => panic!("the script asks for what isn't known: {asked}"),
        }
        writeln!(answers, "ok").unwrap();
    }
    let status = node.wait().unwrap();
    assert!(
        status.success() && told,
        "{script} with {settings:?}: see above"
    );
}

/// It is now nine in the morning of that day, and the clock has done what was due.
fn set_clock(running: &Running, day: &str) {
    let day: Date = day.parse().unwrap();
    running
        .time
        .store(day.start(480).0 + 9 * 3_600, Ordering::SeqCst);
    running.tick();
}

#[test]
fn every_page_that_is_linked_is_fit_for_everyone() {
    // The first one is nobody: what anyone sees.
    let logins = ",secretary,office,visitor,leader,auditor,ratings,desk,member";
    tell(Running::shared(), "crawl.mjs", &[("MERIT_LOGINS", logins)]);
}

#[test]
fn a_month_goes_from_goals_to_the_published_circular() {
    tell(&Running::start(), "month.mjs", &[]);
}

#[test]
fn a_rating_works_with_script_off_and_a_bad_one_leads_to_its_revision() {
    tell(&Running::start(), "rating.mjs", &[]);
}

#[test]
fn a_visit_without_network_is_sent_later_once() {
    tell(&Running::start(), "visit.mjs", &[]);
}

#[test]
fn a_passkey_is_made_signs_in_and_is_taken_away() {
    // By a bare address browsers have no passkeys.
    let settings = Settings {
        base: "http://localhost".to_owned(),
        ..Settings::default()
    };
    tell(&Running::with(&small(), settings), "passkey.mjs", &[]);
}

#[test]
fn an_objection_is_upheld_and_the_score_computed_again() {
    tell(&Running::start(), "objection.mjs", &[]);
}
