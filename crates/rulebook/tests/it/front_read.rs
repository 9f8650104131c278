//! Reading a folder: every code has a case, and all findings are shown in both languages.

use std::collections::BTreeSet;
use std::fmt::Write;

use rulebook::model::Form;
use rulebook::read::{CODES, parse, read};
use rulebook::render::{Color, Position, position, render};
use rulebook::{Diagnostic, FileKind, Folder, Lang, Place, Say, Spot};

const CAMPAIGN: &str = "\
id = \"county\"
name = { zh = \"创先争优\", en = \"Excellence\" }

[calendar]
period = \"month\"

[[category]]
id = \"township\"
name = { zh = \"乡镇党委\", en = \"Township committees\" }
";

const SCHEME: &str = "\
id = \"township\"
name = { zh = \"乡镇党委考核细则\", en = \"Township rules\" }
category = \"township\"
";

fn folder(files: &[(&str, &[u8])]) -> Folder {
    let files = files
        .iter()
        .map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec()));
    Folder {
        files: files.collect(),
    }
}

/// A whole folder but for one scheme's text.
fn scheme(text: &str) -> Folder {
    folder(&[
        ("campaign.toml", CAMPAIGN.as_bytes()),
        ("schemes/township.toml", text.as_bytes()),
    ])
}

fn gb18030(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

/// A folder for each thing that can go wrong.
fn cases() -> Vec<(&'static str, Folder)> {
    let with = |path, bytes: &[u8]| {
        let mut folder = scheme(SCHEME);
        folder.files.insert(String::from(path), bytes.to_vec());
        folder
    };
    vec![
        ("an empty folder", folder(&[])),
        (
            "only a scheme",
            folder(&[("schemes/a.toml", SCHEME.as_bytes())]),
        ),
        (
            "no scheme",
            folder(&[("campaign.toml", CAMPAIGN.as_bytes())]),
        ),
        (
            "a scheme with the wrong ending",
            with("schemes/office.tml", SCHEME.as_bytes()),
        ),
        (
            "a misspelt folder",
            with("scheme/office.toml", SCHEME.as_bytes()),
        ),
        ("a stray file", with("schemes/office.docx", b"")),
        (
            "a misspelt folder of honours",
            with("honour/star.toml", b"id = \"star\"\n"),
        ),
        ("a misspelt file of services", with("service.toml", b"")),
        (
            "dates that no calendar has",
            with("campaign.toml", include_bytes!("front/dates.toml")),
        ),
        ("a ladder without levels", {
            with("ladders/year.toml", include_bytes!("front/ladder.toml"))
        }),
        ("two lists of units", {
            let mut two = with("organisation.csv", b"id\n");
            two.files.insert("organisation.xlsx".into(), Vec::new());
            two
        }),
        (
            "a misspelt list of units",
            with("organization.csv", b"id\n"),
        ),
        (
            "Latin-1",
            with(
                "forms/visit.toml",
                b"id = \"visit\"\nname = { en = \"caf\xe9\" }\n",
            ),
        ),
        ("UTF-16", with("forms/visit.toml", b"\xff\xfei\0d\0")),
        ("syntax", scheme(include_str!("front/syntax.toml"))),
        ("keys and types", scheme(include_str!("front/types.toml"))),
        ("choices", scheme(include_str!("front/choices.toml"))),
    ]
}

fn findings() -> Vec<(&'static str, Folder, Vec<Diagnostic>)> {
    let read_case = |(name, folder): (_, Folder)| {
        let reading = read(&folder);
        assert_eq!(reading.campaign.is_none(), reading.has_errors(), "{name}");
        (name, folder, reading.findings)
    };
    cases().into_iter().map(read_case).collect()
}

fn rendered(lang: Lang) -> String {
    let mut out = String::new();
    for (name, folder, findings) in findings() {
        let _ = write!(
            out,
            "=== {name}\n\n{}",
            render(&folder, &findings, lang, Color::Plain)
        );
    }
    out
}

#[test]
fn findings_in_chinese() {
    insta::assert_snapshot!(rendered(Lang::Zh));
}

#[test]
fn findings_in_english() {
    insta::assert_snapshot!(rendered(Lang::En));
}

#[test]
fn every_code_has_a_case() {
    let mut seen: BTreeSet<&str> = findings()
        .iter()
        .flat_map(|(_, _, all)| all.iter().map(|f| f.code))
        .collect();
    // What fits its own schema always decodes; only a caller that asks for another type meets this one.
    let other_type =
        parse::<Form>("measures.toml", b"measure = []", FileKind::Measures).unwrap_err();
    seen.extend(other_type.iter().map(|finding| finding.code));
    let listed: BTreeSet<&str> = CODES.iter().map(|(code, ..)| *code).collect();
    // The stages after reading have codes and cases of their own.
    let without: Vec<&&str> = listed.difference(&seen).collect();
    assert!(without.is_empty(), "{without:?}");
}

#[test]
fn a_correct_folder_has_no_findings() {
    let reading = read(&scheme(SCHEME));
    assert_eq!(reading.findings, []);
    assert!(reading.campaign.is_some());
}

#[test]
fn gb18030_and_a_byte_order_mark_are_read() {
    let marked = [b"\xef\xbb\xbf", CAMPAIGN.as_bytes()].concat();
    let reading = read(&folder(&[
        ("campaign.toml", &marked),
        ("schemes/a.toml", &gb18030(SCHEME)),
    ]));
    assert_eq!(reading.findings, []);
    let campaign = reading.campaign.unwrap();
    assert_eq!(campaign.effective[0].name.get(Lang::Zh), "乡镇党委考核细则");
}

#[test]
fn findings_are_in_order_of_file_and_place() {
    let mut both = scheme(include_str!("front/types.toml"));
    both.files
        .insert("campaign.toml".into(), b"idd = 1\nid = 3\n".to_vec());
    let findings = read(&both).findings;
    let places: Vec<_> = findings
        .iter()
        .map(|f| (f.place.file.clone(), position(&both, &f.place)))
        .collect();
    assert!(places.is_sorted(), "{places:?}");
}

fn finding(place: Place) -> Diagnostic {
    let say = |zh: &str, en: &str| Say {
        zh: zh.into(),
        en: en.into(),
    };
    Diagnostic::warning("some-code", place, say("此处有误", "wrong here"))
        .remedy(say("请更正", "correct it"))
}

fn cell(file: &str, sheet: Option<&str>, row: usize, column: Option<usize>) -> Place {
    Place {
        file: file.into(),
        spot: Spot::Cell {
            sheet: sheet.map(str::to_owned),
            row,
            column,
        },
    }
}

#[test]
fn every_kind_of_place_is_shown() {
    let mut all = scheme(include_str!("front/choices.toml"));
    all.files.insert(
        "figures/x.csv".into(),
        "单位,期,满意率\n甲镇,2026-01,九成\n".as_bytes().to_vec(),
    );
    let item = |path: Vec<rulebook::diagnostic::Step>| Place::item("schemes/township.toml", path);
    let key = |key: &str| rulebook::diagnostic::Step::Key(key.into());
    let at = rulebook::diagnostic::Step::At;
    let related = Say {
        zh: "先在这里写了".into(),
        en: "first written here".into(),
    };
    let findings = [
        finding(item(vec![key("indicator"), at(1), key("id")])),
        finding(item(vec![
            key("indicator"),
            at(0),
            key("rule"),
            key("absent"),
        ]))
        .related(item(vec![key("id")]), related.clone()),
        finding(item(vec![key("indicator"), at(2)]))
            .related(Place::whole("campaign.toml"), related),
        finding(cell("figures/x.csv", None, 2, Some(2))),
        finding(cell("figures/x.csv", None, 2, None)),
        finding(cell("figures/x.xlsx", Some("一月"), 12, Some(27))),
        finding(cell("elsewhere.csv", None, 12, Some(2))),
        finding(Place::whole("campaign.toml")),
    ];
    let text = [Lang::Zh, Lang::En].map(|lang| render(&all, &findings, lang, Color::Plain));
    insta::assert_snapshot!(text.concat());
    assert_eq!(
        position(&all, &findings[3].place),
        Some(Position { line: 2, column: 3 })
    );
    assert!(render(&all, &findings, Lang::Zh, Color::Ansi).contains("\u{1b}["));
}
