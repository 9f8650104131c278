//! Formulas: that they parse, yield what is asked and use names that exist.

use std::collections::{BTreeMap, BTreeSet};

use super::context::{Findings, Subject};
use crate::formula::{Formula, Kind};
use crate::model::{Aggregate, FilledBy, Id, Rule};
use crate::trail::{at, did_you_mean};
use crate::{Campaign, Diagnostic, Place, Say, say};

/// What a band's condition may use beside measures.
const STANDING: [&str; 5] = ["score", "rank", "of", "previous_score", "previous_rank"];
/// The own value, in an indicator's formula.
const OWN_VALUE: &str = "x";

/// The one place where this module parses.
fn parse(text: &str) -> Result<Formula, Say> {
    Formula::parse(text).map_err(|error| {
        let column = text
            .get(..error.at.start)
            .map_or(0, |before| before.chars().count())
            + 1;
        let Say { zh, en } = error.problem;
        say!(
            "公式“{text}”第 {column} 个字符起有误:{zh}",
            "the formula `{text}` is wrong from character {column} on: {en}"
        )
    })
}

/// The names a formula uses; none where it doesn't parse.
pub(super) fn names(text: &str) -> Vec<String> {
    parse(text).map_or_else(
        |_| Vec::new(),
        |f| f.names().into_iter().map(str::to_owned).collect(),
    )
}

pub(super) fn examine<'a>(
    text: &str,
    yields: Kind,
    known: impl IntoIterator<Item = &'a str>,
    place: &Place,
    findings: &mut Findings,
) {
    let formula = match parse(text) {
        Ok(formula) => formula,
        Err(problem) => {
            let remedy = say!(
                "运算符有 + - * / < <= > >= == != && || ! ?:,名称中有连字符的用反引号括起",
                "Operators are + - * / < <= > >= == != && || ! ?:; a name with a hyphen stands between backticks"
            );
            findings.push(Diagnostic::error("bad-formula", place.clone(), problem).remedy(remedy));
            return;
        }
    };
    if formula.yields() != yields {
        findings.push(wrong_kind(text, yields, place));
    }
    let known: BTreeSet<&str> = known.into_iter().collect();
    for name in formula
        .names()
        .into_iter()
        .filter(|name| !known.contains(name))
    {
        let problem = say!(
            "公式“{text}”用了不存在的“{name}”",
            "the formula `{text}` uses `{name}`, which doesn't exist"
        );
        let remedy = did_you_mean(name, known.iter().copied());
        findings.push(Diagnostic::error("unknown-name", place.clone(), problem).remedy(remedy));
    }
}

fn wrong_kind(text: &str, yields: Kind, place: &Place) -> Diagnostic {
    let (problem, remedy) = match yields {
        Kind::Number => (
            say!(
                "公式“{text}”得出的是真或假,这里要一个数",
                "the formula `{text}` yields true or false; a number is needed"
            ),
            say!(
                "写成“条件 ? 数 : 数”",
                "Write `condition ? number : number`"
            ),
        ),
        Kind::Condition => (
            say!(
                "公式“{text}”得出的是数,这里要一个条件",
                "the formula `{text}` yields a number; a condition is needed"
            ),
            say!(
                "与某个数比较,如“{text} >= 90”",
                "Compare it with a number, such as `{text} >= 90`"
            ),
        ),
    };
    Diagnostic::error("bad-formula", place.clone(), problem).remedy(remedy)
}

fn measures(campaign: &Campaign) -> impl Iterator<Item = &str> {
    campaign
        .measures
        .iter()
        .map(|written| written.item.id.as_str())
}

/// Checks the formulas that compute measures, and that none needs itself.
pub(super) fn check_measures(campaign: &Campaign, findings: &mut Findings) {
    let mut needs: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for written in &campaign.measures {
        let Some(FilledBy::Formula(text)) = &written.item.filled_by else {
            continue;
        };
        let place = at!(&written.place, "filled_by", "formula");
        examine(text, Kind::Number, measures(campaign), &place, findings);
        needs.insert(written.item.id.as_str(), names(text));
    }
    let mut told = BTreeSet::new();
    for written in &campaign.measures {
        let id = written.item.id.as_str();
        let circle = reach(id, &needs);
        if !circle.contains(id) || told.contains(id) {
            continue;
        }
        // Everything that needs itself and is needed from here lies on a circle told of now.
        told.extend(
            circle
                .iter()
                .filter(|other| reach(other, &needs).contains(id))
                .cloned(),
        );
        let problem = say!(
            "度量“{id}”的公式绕回了它自己",
            "the formula of the measure `{id}` leads back to itself"
        );
        let place = at!(&written.place, "filled_by", "formula");
        let remedy = say!(
            "公式中只用另外得来的度量",
            "Use only measures that come from elsewhere"
        );
        findings.push(Diagnostic::error("formula-circle", place, problem).remedy(remedy));
    }
}

/// All that computing `start` needs, by any number of steps.
fn reach(start: &str, needs: &BTreeMap<&str, Vec<String>>) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&str> = vec![start];
    while let Some(id) = open.pop() {
        for next in needs.get(id).into_iter().flatten() {
            if reached.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    reached
}

/// Checks the formulas of one scheme.
pub(super) fn check(campaign: &Campaign, subject: &Subject, findings: &mut Findings) {
    let scheme = subject.scheme;
    for (_, indicator) in subject.graded() {
        if let Some(Rule::Formula(text)) = &indicator.rule {
            let place = at!(&subject.key(&indicator.id, "rule"), "formula");
            let known = measures(campaign).chain([OWN_VALUE]);
            examine(text, Kind::Number, known, &place, findings);
        }
    }
    let members = |group: Option<&Id>| -> Vec<&str> {
        let indicators = scheme
            .indicator
            .iter()
            .map(|item| (item.group.as_ref(), &item.id));
        let groups = scheme
            .group
            .iter()
            .map(|item| (item.group.as_ref(), &item.id));
        let all = indicators.chain(groups);
        all.filter(|(of, _)| *of == group)
            .map(|(_, id)| id.as_str())
            .collect()
    };
    for group in &scheme.group {
        if let Some(Aggregate::Formula(text)) = &group.aggregate {
            let place = at!(&subject.key(&group.id, "aggregate"), "formula");
            examine(
                text,
                Kind::Number,
                members(Some(&group.id)),
                &place,
                findings,
            );
        }
        if let Some(Rule::Formula(text)) = &group.rule {
            let place = at!(&subject.key(&group.id, "rule"), "formula");
            examine(text, Kind::Number, [OWN_VALUE], &place, findings);
        }
    }
    if let Some(Aggregate::Formula(text)) = &scheme.aggregate {
        let place = at!(&subject.setting("aggregate"), "formula");
        examine(text, Kind::Number, members(None), &place, findings);
    }
    for (index, band) in subject.bands() {
        if let Some(text) = &band.when {
            let known = measures(campaign).chain(STANDING);
            examine(
                text,
                Kind::Condition,
                known,
                &at!(&subject.band(index), "when"),
                findings,
            );
        }
    }
}
