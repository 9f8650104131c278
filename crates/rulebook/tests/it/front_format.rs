//! The formatter: what is printed reads back, formatting keeps the meaning and every comment, twice is once.

use proptest::prelude::*;
use rulebook::FileKind;
use rulebook::format::{format, print};
use rulebook::model::{CampaignFile, Form, Honour, Ladder, MeasuresFile, Scheme, ServicesFile};
use rulebook::read::parse;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::front_values::{Texts, values};

fn decoded<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

fn read<T: DeserializeOwned>(kind: FileKind, text: &str) -> T {
    parse("file.toml", text.as_bytes(), kind)
        .unwrap_or_else(|findings| panic!("{findings:#?}\n{text}"))
}

fn round_trip<T>(kind: FileKind, value: Value)
where
    T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let content: T = decoded(value);
    let text = print(kind, &content).unwrap();
    assert_eq!(read::<T>(kind, &text), content, "{text}");
    assert_eq!(format(kind, &text).unwrap(), text);
}

/// Formats a text with comments strewn over it and checks what must hold.
fn messy<T>(kind: FileKind, value: Value, mess: &[Mess])
where
    T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let content: T = decoded(value);
    let (text, comments) = strewn(&print(kind, &content).unwrap(), mess);
    let once = format(kind, &text).unwrap_or_else(|errors| panic!("{errors:#?}\n{text}"));
    assert_eq!(read::<T>(kind, &once), content, "{text}\n→\n{once}");
    assert_eq!(format(kind, &once).unwrap(), once, "{text}");
    for comment in 0..comments {
        assert_eq!(
            once.matches(&format!("# c{comment};")).count(),
            1,
            "comment {comment} of\n{text}\n→\n{once}"
        );
    }
}

#[derive(Clone, Copy, Debug)]
enum Mess {
    Nothing,
    Blank,
    Above,
    Behind,
    Both,
    Indented,
}

fn mess() -> impl Strategy<Value = Vec<Mess>> {
    use Mess::{Above, Behind, Blank, Both, Indented, Nothing};
    prop::collection::vec(
        prop::sample::select(vec![Nothing, Blank, Above, Behind, Both, Indented]),
        40,
    )
}

fn strewn(text: &str, mess: &[Mess]) -> (String, usize) {
    let mut out = String::new();
    let mut comments = 0;
    let mut comment = || {
        comments += 1;
        format!("# c{};", comments - 1)
    };
    for (line, mess) in text.lines().zip(mess.iter().cycle()) {
        match mess {
            Mess::Nothing => out.push_str(&format!("{line}\n")),
            Mess::Blank => out.push_str(&format!("\n\n{line}\n")),
            Mess::Above => out.push_str(&format!("{}\n{line}\n", comment())),
            Mess::Behind => out.push_str(&format!("{line}   {}\n", comment())),
            Mess::Both => out.push_str(&format!(
                "\t{}\n\n  {}\n{line}{}\n",
                comment(),
                comment(),
                comment()
            )),
            Mess::Indented => out.push_str(&format!("   {line}  \n")),
        }
    }
    (out, comments)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn schemes_print_and_read_back(value in values(FileKind::Scheme, Texts::Any)) {
        round_trip::<Scheme>(FileKind::Scheme, value);
    }

    #[test]
    fn campaigns_print_and_read_back(value in values(FileKind::Campaign, Texts::Any)) {
        round_trip::<CampaignFile>(FileKind::Campaign, value);
    }

    #[test]
    fn measures_print_and_read_back(value in values(FileKind::Measures, Texts::Any)) {
        round_trip::<MeasuresFile>(FileKind::Measures, value);
    }

    #[test]
    fn forms_print_and_read_back(value in values(FileKind::Form, Texts::Any)) {
        round_trip::<Form>(FileKind::Form, value);
    }

    #[test]
    fn services_print_and_read_back(value in values(FileKind::Services, Texts::Any)) {
        round_trip::<ServicesFile>(FileKind::Services, value);
    }

    #[test]
    fn honours_print_and_read_back(value in values(FileKind::Honour, Texts::Any)) {
        round_trip::<Honour>(FileKind::Honour, value);
    }

    #[test]
    fn ladders_print_and_read_back(value in values(FileKind::Ladder, Texts::Any)) {
        round_trip::<Ladder>(FileKind::Ladder, value);
    }

    #[test]
    fn schemes_keep_meaning_and_comments(value in values(FileKind::Scheme, Texts::Plain), mess in mess()) {
        messy::<Scheme>(FileKind::Scheme, value, &mess);
    }

    #[test]
    fn campaigns_keep_meaning_and_comments(value in values(FileKind::Campaign, Texts::Plain), mess in mess()) {
        messy::<CampaignFile>(FileKind::Campaign, value, &mess);
    }

    #[test]
    fn measures_keep_meaning_and_comments(value in values(FileKind::Measures, Texts::Plain), mess in mess()) {
        messy::<MeasuresFile>(FileKind::Measures, value, &mess);
    }

    #[test]
    fn forms_keep_meaning_and_comments(value in values(FileKind::Form, Texts::Plain), mess in mess()) {
        messy::<Form>(FileKind::Form, value, &mess);
    }

    #[test]
    fn ladders_keep_meaning_and_comments(value in values(FileKind::Ladder, Texts::Plain), mess in mess()) {
        messy::<Ladder>(FileKind::Ladder, value, &mess);
    }

    #[test]
    fn any_text_is_read_or_refused(
        value in values(FileKind::Scheme, Texts::Any),
        edits in prop::collection::vec((any::<prop::sample::Index>(), "[\\[\\]{}=,.#\"'\n a1]{0,3}", 0..6usize), 1..6),
    ) {
        let scheme: Scheme = decoded(value);
        let mut text: Vec<char> = print(FileKind::Scheme, &scheme).unwrap().chars().collect();
        for (at, new, length) in edits {
            let at = at.index(text.len());
            let end = (at + length).min(text.len());
            text.splice(at..end, new.chars());
        }
        let text: String = text.into_iter().collect();
        let _ = parse::<Scheme>("schemes/a.toml", text.as_bytes(), FileKind::Scheme);
        if let Ok(once) = format(FileKind::Scheme, &text) {
            prop_assert_eq!(&format(FileKind::Scheme, &once).unwrap(), &once, "{}", text);
        }
    }
}

#[test]
fn a_written_file_is_put_in_order() {
    let text = include_str!("front/untidy.toml");
    let tidy = format(FileKind::Scheme, text).unwrap();
    assert_eq!(
        read::<Scheme>(FileKind::Scheme, &tidy),
        read::<Scheme>(FileKind::Scheme, text)
    );
    assert_eq!(format(FileKind::Scheme, &tidy).unwrap(), tidy);
    insta::assert_snapshot!(tidy);
}

#[test]
fn what_is_no_toml_is_refused_with_its_places() {
    let errors = format(FileKind::Scheme, "id = \nname = x\n").unwrap_err();
    assert_eq!(
        errors.iter().map(|error| error.code).collect::<Vec<_>>(),
        ["toml-syntax", "toml-syntax"]
    );
}

#[test]
fn a_file_of_comments_stays() {
    for text in ["", "# nothing yet\n", "# one\n\n# two\n"] {
        assert_eq!(format(FileKind::Scheme, text).unwrap(), text);
    }
}

#[test]
fn what_no_file_can_hold_is_not_printed() {
    let mut scheme: Scheme = read(FileKind::Scheme, "id = \"a\"\nname = { zh = \"甲\" }\n");
    scheme.total = Some(f64::NAN);
    assert!(
        print(FileKind::Scheme, &scheme)
            .unwrap_err()
            .to_string()
            .contains("total")
    );
}
