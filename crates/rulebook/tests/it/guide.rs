//! The guide in `docs/`: every example is of the language, and its campaign makes sense.
//!
//! A fenced block says after the language what it is: a path makes it a file of the guide's campaign; `scheme`, `measures`,
//! `form`, `services`, `honour`, `ladder`, `campaign` a file's content or a part of it; `rules` a list of rules.

use std::collections::BTreeMap;
use std::path::Path;

use rulebook::model::{CampaignFile, Form, Honour, Ladder, MeasuresFile, Scheme, ServicesFile};
use rulebook::read::{parse, read};
use rulebook::schema::schema;
use rulebook::{Diagnostic, FileKind, Folder};

const GUIDES: [&str; 2] = ["docs/language.md", "docs/language.zh-CN.md"];

/// What a scheme must have; an example may leave it out.
const SCHEME: &str = "id = \"example\"\nname = { en = \"Example\" }\n";

/// The blocks of a guide: what each says it is, and its lines.
fn blocks(guide: &str) -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(guide);
    let text = std::fs::read_to_string(path).unwrap();
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in text.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(info), None) => open = Some((info.to_owned(), String::new())),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some((_, block))) => *block += &format!("{line}\n"),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "{guide}: a block isn't closed");
    blocks
}

fn scheme(text: &str) -> Result<Scheme, Vec<Diagnostic>> {
    parse("schemes/x.toml", text.as_bytes(), FileKind::Scheme)
}

/// Sections of `campaign.toml`, with what it must have beside them.
fn campaign(text: &str) -> Result<CampaignFile, Vec<Diagnostic>> {
    let text = format!("{SCHEME}{text}\n[[category]]\n{SCHEME}");
    parse("campaign.toml", text.as_bytes(), FileKind::Campaign)
}

/// A line `rule = …` as an indicator's rule; its name.
fn rule(line: &str) -> Result<String, Vec<Diagnostic>> {
    let item = "[[indicator]]\nid = \"i\"\nname = { en = \"I\" }\nmeasure = \"m\"\n";
    let scheme = scheme(&format!("{SCHEME}{item}{line}\n"))?;
    let rule = serde_json::to_value(&scheme.indicator[0].rule).unwrap();
    Ok(match rule.as_object() {
        Some(named) => named.keys().next().unwrap().clone(),
        None => rule.as_str().unwrap().to_owned(),
    })
}

#[test]
fn every_example_is_of_the_language() {
    for guide in GUIDES {
        for (info, block) in blocks(guide) {
            let bytes = block.as_bytes();
            let found = match info.split_once(' ') {
                Some((_, "scheme")) => scheme(&format!("{SCHEME}{block}")).map(|_| ()),
                Some((_, "measures")) => {
                    parse::<MeasuresFile>("measures.toml", bytes, FileKind::Measures).map(|_| ())
                }
                Some((_, "form")) => {
                    parse::<Form>("forms/x.toml", bytes, FileKind::Form).map(|_| ())
                }
                Some((_, "services")) => {
                    parse::<ServicesFile>("services.toml", bytes, FileKind::Services).map(|_| ())
                }
                Some((_, "honour")) => {
                    parse::<Honour>("honours/x.toml", bytes, FileKind::Honour).map(|_| ())
                }
                Some((_, "ladder")) => {
                    parse::<Ladder>("ladders/x.toml", bytes, FileKind::Ladder).map(|_| ())
                }
                Some((_, "campaign")) => campaign(&block).map(|_| ()),
                Some((_, "rules")) => block.lines().try_for_each(|line| rule(line).map(|_| ())),
                Some((_, path)) if path.contains('.') => Ok(()),
                _ => {
                    assert_eq!(info, "text", "{guide}: nothing checks this block:\n{block}");
                    Ok(())
                }
            };
            assert!(found.is_ok(), "{guide}: {found:#?}\n{block}");
        }
    }
}

#[test]
fn every_rule_has_an_example() {
    let schema = schema(FileKind::Scheme);
    let known = schema["$defs"]["Rule"]["oneOf"].as_array().unwrap().len();
    for guide in GUIDES {
        let shown: BTreeMap<String, String> = blocks(guide)
            .into_iter()
            .filter(|(info, _)| info.ends_with(" rules"))
            .flat_map(|(_, block)| block.lines().map(str::to_owned).collect::<Vec<_>>())
            .map(|line| (rule(&line).unwrap(), line))
            .collect();
        assert_eq!(shown.len(), known, "{guide} shows {:?}", shown.keys());
    }
}

#[test]
fn the_campaign_has_no_findings() {
    for guide in GUIDES {
        let files = blocks(guide).into_iter().filter_map(|(info, block)| {
            let (_, path) = info.split_once(' ')?;
            path.contains('.')
                .then(|| (path.to_owned(), block.into_bytes()))
        });
        let folder = Folder {
            files: files.collect(),
        };
        assert_eq!(folder.files.len(), 5, "{guide}");
        let reading = read(&folder);
        assert!(
            reading.findings.is_empty(),
            "{guide}: {:#?}",
            reading.findings
        );
        assert!(reading.campaign.is_some());
    }
}
