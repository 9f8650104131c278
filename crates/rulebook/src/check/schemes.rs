//! Schemes as wholes: whom they score, from when, and that no figure is scored twice.

use std::collections::BTreeSet;

use super::context::{Findings, Subject};
use crate::model::{Direction, Id, Rule, Status};
use crate::trail::at;
use crate::{Campaign, Diagnostic, Period, Place, say};

/// Checks the schemes of a campaign.
pub(super) fn check(campaign: &Campaign, subjects: &[Subject], findings: &mut Findings) {
    for subject in subjects {
        role(subject, findings);
        from(campaign, subject, findings);
        scored_twice(subject, findings);
    }
    categories(campaign, findings);
    versions(subjects, findings);
}

/// Reports a frame with a category, and a scheme that nothing uses.
fn role(subject: &Subject, findings: &mut Findings) {
    let written = subject.written;
    let id = &written.item.id;
    let frame = written.item.lock || written.item.free_points.is_some();
    if frame && let Some(category) = &written.item.category {
        let problem = say!(
            "框架“{id}”写了类别“{category}”",
            "the frame `{id}` has a category, `{category}`"
        );
        let remedy = say!(
            "去掉 category,由增补它的细则写;不是框架的,去掉 lock 和 free_points",
            "Drop `category`: the schemes that extend it have one; if it is no frame, drop `lock` and `free_points`"
        );
        findings.push(
            Diagnostic::error(
                "frame-with-category",
                at!(&written.place, "category"),
                problem,
            )
            .remedy(remedy),
        );
    } else if subject.scheme.category.is_none() && !subject.extended {
        let problem = say!(
            "“{id}”不考核任何类别,也没有细则增补它",
            "`{id}` scores no category, and no scheme extends it"
        );
        let remedy = say!(
            "写明 category,或去掉这个文件",
            "Give it a `category`, or drop the file"
        );
        findings.push(
            Diagnostic::warning("unused-scheme", written.place.clone(), problem).remedy(remedy),
        );
    }
}

/// Reports a start inside a period of the calendar.
fn from(campaign: &Campaign, subject: &Subject, findings: &mut Findings) {
    let Some(from) = subject.written.item.from else {
        return;
    };
    let kind = campaign.file.calendar.period;
    let months = 12 / kind.per_year();
    if from.starts().1 % months != 0 {
        let example = kind.example();
        let problem = say!(
            "从 {from} 起施行,落在一期的中间",
            "it holds from {from}, in the middle of a period"
        );
        let remedy = say!(
            "写一期的开头,如 {example}",
            "Write the start of a period, such as {example}"
        );
        findings.push(
            Diagnostic::error(
                "from-inside-period",
                at!(&subject.written.place, "from"),
                problem,
            )
            .remedy(remedy),
        );
    }
}

/// Reports an indicator that scores the same figure by the same rule as one before it.
fn scored_twice(subject: &Subject, findings: &mut Findings) {
    let mut seen: Vec<(&Id, &Rule, Option<Direction>, &Id)> = Vec::new();
    for (_, indicator) in subject.graded() {
        let Some(rule) = &indicator.rule else {
            continue;
        };
        let scored = (&indicator.measure, rule, indicator.direction, &indicator.id);
        let same = seen
            .iter()
            .find(|other| (other.0, other.1, other.2) == (scored.0, scored.1, scored.2));
        let Some((measure, _, _, first)) = same else {
            seen.push(scored);
            continue;
        };
        let id = &indicator.id;
        let problem = say!(
            "“{id}”与“{first}”用同一规则考核同一度量“{measure}”",
            "`{id}` and `{first}` score the same measure, `{measure}`, by the same rule"
        );
        let finding = Diagnostic::error("scored-twice", subject.item(id), problem)
            .remedy(say!(
                "去掉一个,分值并到另一个",
                "Drop one and give its points to the other"
            ))
            .related(
                subject.item(first),
                say!("已考核在这里", "it is scored here already"),
            );
        findings.push(finding);
    }
}

/// Reports categories that no scheme scores; where there is no scheme at all, reading has said so.
fn categories(campaign: &Campaign, findings: &mut Findings) {
    if campaign.schemes.is_empty() {
        return;
    }
    let scored: BTreeSet<&Id> = campaign
        .effective
        .iter()
        .filter_map(|scheme| scheme.category.as_ref())
        .collect();
    for (index, category) in campaign.file.category.iter().enumerate() {
        let id = &category.id;
        if !scored.contains(id) {
            let problem = say!(
                "没有细则考核类别“{id}”",
                "no scheme scores the category `{id}`"
            );
            let place = at!(&Place::whole("campaign.toml"), "category", index);
            let remedy = say!(
                "写一套 category = \"{id}\" 的细则,或去掉这个类别",
                "Write a scheme with category = \"{id}\", or drop the category"
            );
            findings.push(Diagnostic::error("unscored-category", place, problem).remedy(remedy));
        }
    }
}

/// Reports two binding schemes of one category that start together.
fn versions(subjects: &[Subject], findings: &mut Findings) {
    let mut seen: Vec<&Subject> = Vec::new();
    for subject in subjects {
        let scheme = subject.scheme;
        if scheme.status != Status::Binding || scheme.category.is_none() {
            continue;
        }
        let start = scheme.from.map(Period::starts);
        let same = seen.iter().find(|other| {
            other.scheme.category == scheme.category
                && other.scheme.from.map(Period::starts) == start
        });
        let Some(other) = same else {
            seen.push(subject);
            continue;
        };
        let (id, first) = (&scheme.id, &other.scheme.id);
        let problem = say!(
            "“{id}”与“{first}”同时施行于同一类别",
            "`{id}` and `{first}` hold for one category from the same period on"
        );
        let place = match scheme.from {
            Some(_) => at!(&subject.written.place, "from"),
            None => subject.written.place.clone(),
        };
        let finding = Diagnostic::error("same-start", place, problem)
            .remedy(say!(
                "写不同的 from,或把一个设为 status = \"trial\"",
                "Give them different `from`, or make one status = \"trial\""
            ))
            .related(
                other.written.place.clone(),
                say!("另一套在这里", "the other one is here"),
            );
        findings.push(finding);
    }
}
