//! The list in the layouts people ask for.

use std::collections::BTreeMap;

use inference::gaming::{Detector, Flag, List};
use rulebook::{Say, say};
use serde_json::{Value, json};

use super::Report;
use super::run::{Look, Subject, Test};
use super::words::{DETECTORS, pattern, why};
use crate::args::detect::Control;
use crate::lang::{lang, tr};
use crate::output::number;
use crate::output::reasons::short;
use crate::terminal::heading;

/// So many rows are shown to eyes; the others are counted.
const SHOWN: usize = 12;

/// What every list says of itself.
pub fn note() -> Say {
    say!(
        "这是请与此无关的人来看的问题,不是结论;它本身不改变任何东西。",
        "A question for a person who isn't concerned; changes nothing by itself."
    )
}

impl Report<'_> {
    fn test(&self, flag: &Flag) -> Option<&Test> {
        self.tests.get(flag.subject)
    }

    fn subject(&self, subject: Subject) -> Say {
        match subject {
            Subject::Table => say!("全表", "the table"),
            Subject::Unit(unit) => {
                let name = self.rows.unit.names.get(unit).map_or("", String::as_str);
                match name {
                    "" => say!("全表", "the table"),
                    name => say!("{name}", "{name}"),
                }
            }
            Subject::Judge(at) => {
                let number = at + 1;
                say!("第 {number} 位评委", "judge no. {number}")
            }
            Subject::Rater(at) => {
                let number = at + 1;
                say!("第 {number} 位评价人", "rater no. {number}")
            }
        }
    }
}

fn kind(subject: Subject) -> &'static str {
    match subject {
        Subject::Table => "table",
        Subject::Unit(_) => "unit",
        Subject::Judge(_) => "judge",
        Subject::Rater(_) => "rater",
    }
}

/// The name of a detector for programs.
fn code(detector: Detector) -> String {
    // A plain name, which always serialises.
    let value = serde_json::to_value(detector).ok();
    value
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// A p-value for eyes.
fn chance(p: f64) -> String {
    if p > 0.0 && p < 0.0001 {
        format!("{p:.1e}")
    } else {
        short(p)
    }
}

/// Lines of the file, all or the first few.
fn lines(lines: &[usize], most: usize) -> String {
    let shown: Vec<String> = lines.iter().take(most).map(ToString::to_string).collect();
    let more = if lines.len() > most { "…" } else { "" };
    shown.join(" ") + more
}

/// The list for eyes.
pub fn table(report: &Report<'_>) -> String {
    let mut text = String::new();
    let mut line = |say: &Say| {
        text.push_str(say.get(lang()));
        text.push('\n');
    };
    line(&summary(report));
    for (number, flag) in (1..).zip(&report.list.flags) {
        let Some(test) = report.test(flag) else {
            continue;
        };
        let (who, what) = (report.subject(test.subject), pattern(test.detector));
        let (p, adjusted) = (chance(flag.finding.p), chance(flag.adjusted));
        let (zh, en) = (
            format!("{}:{}", who.zh, what.zh),
            format!("{}: {}", who.en, what.en),
        );
        let (zh, en) = (heading(&zh), heading(&en));
        line(&say!(
            "\n{number}. {zh}   p = {p},校正后 {adjusted}",
            "\n{number}. {en}   p = {p}, adjusted {adjusted}"
        ));
        test.looks.iter().for_each(|look| line(&looked(look)));
    }
    line(&say!("\n没能检验的:", "\nNot applicable:"));
    let refused = refused(report);
    if refused.is_empty() {
        line(&say!("  没有", "  none"));
    }
    refused.iter().for_each(&mut line);
    let missing: Vec<Say> = not_asked(report)
        .map(|(_, zh, en, needs)| say!("{zh}({needs})", "{en} ({needs})"))
        .collect();
    if !missing.is_empty() {
        let join =
            |of: fn(&Say) -> &str, by: &str| missing.iter().map(of).collect::<Vec<_>>().join(by);
        let (zh, en) = (join(|say| &say.zh, "、"), join(|say| &say.en, ", "));
        line(&say!(
            "没有查的(要写的列):{zh}",
            "Not looked for (columns needed): {en}"
        ));
    }
    line(&say!("", ""));
    line(&note());
    text
}

fn summary(report: &Report<'_>) -> Say {
    let list = &report.list;
    let (flags, tests, refused, rate) =
        (list.flags.len(), list.tests, list.refused.len(), list.rate);
    let (zh, en) = match report.args.control {
        Control::FamilyWise => ("出现任何一处误报的概率", "the chance of any false flag"),
        Control::FalseDiscovery => ("误报所占的比例(期望)", "the expected share of false flags"),
    };
    say!(
        "做了 {tests} 项检验,{refused} 项没能检验;列出 {flags} 处,{zh}至多 {rate}",
        "{tests} tests made, {refused} not applicable; {flags} listed, {en} at most {rate}"
    )
}

fn looked(look: &Look) -> Say {
    let (zh, en) = (&look.what.zh, &look.what.en);
    if look.lines.is_empty() {
        return say!("   {zh}", "   {en}");
    }
    let rows = lines(&look.lines, SHOWN);
    say!("   {zh};第 {rows} 行", "   {en}; rows {rows}")
}

/// What wasn't applicable: by detector and reason, how often and to whom first.
fn refused(report: &Report<'_>) -> Vec<Say> {
    let mut groups: BTreeMap<(Detector, String), (Say, Vec<Say>)> = BTreeMap::new();
    for refused in &report.list.refused {
        let Some(test) = report.tests.get(refused.subject) else {
            continue;
        };
        let reason = why(&refused.why);
        let key = (refused.detector, reason.en.clone());
        let group = groups.entry(key).or_insert((reason, Vec::new()));
        group.1.push(report.subject(test.subject));
    }
    let said = |((detector, _), (reason, who)): (&(Detector, String), &(Say, Vec<Say>))| {
        let (what, count) = (pattern(*detector), who.len());
        let first = who.first().cloned().unwrap_or(say!("", ""));
        let (zh, en) = if count > 1 {
            (
                format!("{} 等 {count} 个", first.zh),
                format!("{} and {} more", first.en, count - 1),
            )
        } else {
            (first.zh, first.en)
        };
        let (what_zh, what_en, why_zh, why_en) = (what.zh, what.en, &reason.zh, &reason.en);
        say!("  {what_zh}:{zh}:{why_zh}", "  {what_en}: {en}: {why_en}")
    };
    groups.iter().map(said).collect()
}

fn not_asked<'r>(
    report: &'r Report<'_>,
) -> impl Iterator<Item = &'static (Detector, &'static str, &'static str, &'static str)> + 'r {
    DETECTORS
        .iter()
        .filter(|(detector, ..)| report.tests.iter().all(|test| test.detector != *detector))
}

/// A row for each flag.
pub fn csv(report: &Report<'_>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory can't fail, nor can rows of one width.
    let _ = writer.write_record([
        "kind", "subject", "detector", "pattern", "p", "adjusted", "evidence", "rows", "note",
    ]);
    for flag in &report.list.flags {
        let Some(test) = report.test(flag) else {
            continue;
        };
        let looks: Vec<&str> = test
            .looks
            .iter()
            .map(|look| look.what.get(lang()))
            .collect();
        let rows: Vec<String> = test
            .looks
            .iter()
            .map(|look| lines(&look.lines, usize::MAX))
            .collect();
        let _ = writer.write_record([
            kind(test.subject),
            report.subject(test.subject).get(lang()),
            &code(test.detector),
            pattern(test.detector).get(lang()),
            &number(flag.finding.p, None),
            &number(flag.adjusted, None),
            &looks.join(tr(";", "; ")),
            &rows.join(";"),
            note().get(lang()),
        ]);
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// Everything, for programs.
pub fn document(report: &Report<'_>) -> String {
    let both = |say: &Say| json!({ "zh": say.zh, "en": say.en });
    let list: &List = &report.list;
    let look = |look: &Look| json!({ "what": both(&look.what), "rows": look.lines, "observed": look.evidence.observed, "expected": look.evidence.expected });
    let finding = |flag: &Flag| {
        let test = report.test(flag)?;
        Some(json!({
            "kind": kind(test.subject),
            "subject": both(&report.subject(test.subject)),
            "detector": test.detector,
            "pattern": both(&pattern(test.detector)),
            "p": flag.finding.p,
            "adjusted": flag.adjusted,
            "statistic": flag.finding.statistic,
            "calibration": flag.finding.calibration,
            "evidence": test.looks.iter().map(look).collect::<Vec<_>>(),
        }))
    };
    let refused: Vec<Value> = list
        .refused
        .iter()
        .filter_map(|refused| {
            let subject = report.tests.get(refused.subject)?.subject;
            Some(json!({ "kind": kind(subject), "subject": both(&report.subject(subject)), "detector": refused.detector, "why": both(&why(&refused.why)) }))
        })
        .collect();
    let missing: Vec<Value> = not_asked(report)
        .map(|(detector, _, _, needs)| json!({ "detector": detector, "needs": needs }))
        .collect();
    let document = json!({
        "note": both(&note()),
        "rate": list.rate,
        "control": match report.args.control { Control::FamilyWise => "family-wise", Control::FalseDiscovery => "false-discovery" },
        "seed": report.args.seed,
        "draws": report.draws,
        "tests": list.tests,
        "findings": list.flags.iter().filter_map(finding).collect::<Vec<_>>(),
        "not_applicable": refused,
        "not_looked_for": missing,
    });
    // Such a document always serialises.
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}
