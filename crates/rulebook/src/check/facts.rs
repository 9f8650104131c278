//! Facts: every measure is filled by something that can fill it, and no fact is asked for or counted twice.

use super::context::Findings;
use super::formulas;
use crate::model::{
    CoverageOf, FieldType, FilledBy, Form, FormTally, Id, Measure, Noise, Tally, WorkTally,
};
use crate::trail::at;
use crate::{Campaign, Diagnostic, Place, Say, Written, say};

/// Checks measures and forms.
pub(super) fn check(campaign: &Campaign, findings: &mut Findings) {
    formulas::check_measures(campaign, findings);
    for measure in &campaign.measures {
        filled(campaign, measure, findings);
        range(&measure.item.range, &measure.place, findings);
        suits(measure, findings);
        noise(measure, findings);
    }
    counted_twice(campaign, findings);
    asked_twice(campaign, findings);
}

/// Reports a range that leaves nothing between its ends.
pub(super) fn range(range: &crate::model::Range, place: &Place, findings: &mut Findings) {
    let (Some(min), Some(max)) = (range.min, range.max) else {
        return;
    };
    if min >= max {
        let problem = say!(
            "范围从 {min} 到 {max},没有数可填",
            "the range from {min} to {max} leaves nothing to fill in"
        );
        let remedy = say!("min 要小于 max", "`min` has to be less than `max`");
        findings
            .push(Diagnostic::error("empty-range", at!(place, "range"), problem).remedy(remedy));
    }
}

/// What a source gives, where that is known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gives {
    /// A share, from 0 to 1.
    Share,
    /// A number of cases.
    Count,
}

fn gives(source: &FilledBy) -> Option<Gives> {
    match source {
        FilledBy::Rating(_) => Some(Gives::Share),
        FilledBy::Work(share) if share.tally == WorkTally::InTime => Some(Gives::Share),
        FilledBy::Work(_) => Some(Gives::Count),
        FilledBy::Form(tally) => match tally.tally {
            Tally::Share | Tally::Coverage => Some(Gives::Share),
            Tally::Count => Some(Gives::Count),
            Tally::Sum | Tally::Mean | Tally::DaysLate => None,
        },
        FilledBy::File | FilledBy::Formula(_) => None,
    }
}

/// Reports a range that would refuse figures its source is bound to give.
fn suits(measure: &Written<Measure>, findings: &mut Findings) {
    let Measure {
        id,
        range,
        filled_by,
        ..
    } = &measure.item;
    let Some(gives) = filled_by.as_ref().and_then(gives) else {
        return;
    };
    let (problem, remedy) = match gives {
        Gives::Share => (
            say!(
                "度量“{id}”是占比,可以是 0 到 1 的任何数,范围却不容许",
                "the measure `{id}` is a share: it can be any number from 0 to 1, but its range refuses some"
            ),
            say!(
                "写作 range = {{ min = 0, max = 1 }},不写 whole",
                "Write range = {{ min = 0, max = 1 }}, without `whole`"
            ),
        ),
        Gives::Count => (
            say!(
                "度量“{id}”是条数,可以是 0、1、2……,范围却不容许",
                "the measure `{id}` is a count: it can be 0, 1, 2 and more, but its range refuses some"
            ),
            say!(
                "写作 range = {{ min = 0, whole = true }}",
                "Write range = {{ min = 0, whole = true }}"
            ),
        ),
    };
    let refused = match gives {
        Gives::Share => range.whole || range.max.is_some_and(|max| max < 1.0),
        Gives::Count => range.max.is_some_and(|max| max <= 1.0),
    };
    if refused || range.min.is_some_and(|min| min > 0.0) {
        let place = at!(&measure.place, "range");
        findings.push(Diagnostic::error("unfit-range", place, problem).remedy(remedy));
    }
}

/// Reports noise that the measure can't have.
fn noise(measure: &Written<Measure>, findings: &mut Findings) {
    let Measure {
        id, range, noise, ..
    } = &measure.item;
    let (problem, remedy) = match noise {
        Some(Noise::Levels(levels)) if levels.counts.len() != levels.marks.len() => {
            let (counts, marks) = (levels.counts.len(), levels.marks.len());
            (
                say!(
                    "度量“{id}”有 {counts} 级评价,却有 {marks} 个分",
                    "the measure `{id}` has {counts} levels of ratings but {marks} marks"
                ),
                say!(
                    "counts 和 marks 一一对应",
                    "Give `counts` and `marks` one entry for each level"
                ),
            )
        }
        Some(Noise::Share | Noise::Count) if range.min.is_none_or(|min| min < 0.0) => (
            say!(
                "度量“{id}”的误差按占比或件数算,范围却容许负数",
                "the noise of the measure `{id}` is that of a share or a count, but its range allows negative figures"
            ),
            say!("在 range 写 min = 0", "Write min = 0 in `range`"),
        ),
        _ => return,
    };
    let place = at!(&measure.place, "noise");
    findings.push(Diagnostic::error("unfit-noise", place, problem).remedy(remedy));
}

/// Reports a measure that nothing fills, or a tally that doesn't suit its field.
fn filled(campaign: &Campaign, measure: &Written<Measure>, findings: &mut Findings) {
    let id = &measure.item.id;
    match &measure.item.filled_by {
        None if campaign.file.figures.source.is_none() => {
            let problem = say!("度量“{id}”没有来源", "nothing fills the measure `{id}`");
            let remedy = say!(
                "写明 filled_by,或在 campaign.toml 写 figures = {{ source = \"file\" }}",
                "Give it a `filled_by`, or write figures = {{ source = \"file\" }} in campaign.toml"
            );
            findings.push(
                Diagnostic::error("unfilled-measure", measure.place.clone(), problem)
                    .remedy(remedy),
            );
        }
        Some(FilledBy::Form(tally)) => {
            let form = campaign
                .forms
                .iter()
                .find(|form| form.item.id == tally.form);
            if let Some(problem) = form.and_then(|form| unfit(&form.item, tally)) {
                let place = at!(&measure.place, "filled_by", "form", "tally");
                let remedy = say!(
                    "sum、mean 用于数或检查单,share 用于选择或检查单,coverage 用于单位、人、岗位(只有它可写 of),count 不写字段,days-late 不写字段或用日期",
                    "`sum` and `mean` take numbers or checklists, `share` choices or checklists, `coverage` units, persons or posts (and it alone takes `of`); `count` takes no field, `days-late` none or a date"
                );
                findings.push(Diagnostic::error("unfit-tally", place, problem).remedy(remedy));
            }
        }
        _ => {}
    }
}

/// Why a tally can't be made from a form; none where the form lacks the field, which is reported as such.
fn unfit(form: &Form, tally: &FormTally) -> Option<Say> {
    let how = tally_name(tally.tally);
    if tally.of != CoverageOf::default() && tally.tally != Tally::Coverage {
        return Some(say!("{how} 不看 of", "`{how}` takes no `of`"));
    }
    let Some(id) = &tally.field else {
        let needs_field = !matches!(tally.tally, Tally::Count | Tally::DaysLate);
        return needs_field.then(|| say!("{how} 没有写明字段", "`{how}` names no field"));
    };
    let field = form.field.iter().find(|field| field.id == *id)?;
    let fits = match tally.tally {
        Tally::Count => false,
        Tally::Sum | Tally::Mean => matches!(field.kind, FieldType::Number | FieldType::Checklist),
        Tally::Share => matches!(field.kind, FieldType::Choice | FieldType::Checklist),
        Tally::Coverage => matches!(
            field.kind,
            FieldType::Unit | FieldType::Person | FieldType::Post
        ),
        Tally::DaysLate => matches!(field.kind, FieldType::Date),
    };
    (!fits).then(|| {
        say!(
            "字段“{id}”的类型不能按 {how} 汇总",
            "the field `{id}` is of a type that `{how}` can't tally"
        )
    })
}

fn tally_name(tally: Tally) -> &'static str {
    match tally {
        Tally::Count => "count",
        Tally::Sum => "sum",
        Tally::Mean => "mean",
        Tally::Share => "share",
        Tally::Coverage => "coverage",
        Tally::DaysLate => "days-late",
    }
}

/// Reports measures that are the same tally of the same records.
fn counted_twice(campaign: &Campaign, findings: &mut Findings) {
    let mut seen: Vec<(&FilledBy, &Written<Measure>)> = Vec::new();
    for measure in &campaign.measures {
        let Some(source @ (FilledBy::Form(_) | FilledBy::Work(_))) = &measure.item.filled_by else {
            continue;
        };
        let Some((_, first)) = seen.iter().find(|(other, _)| *other == source) else {
            seen.push((source, measure));
            continue;
        };
        let (id, other) = (&measure.item.id, &first.item.id);
        let problem = say!(
            "度量“{id}”与“{other}”是同一个数:出处、汇总都相同",
            "the measures `{id}` and `{other}` are the same figure: the same records, the same tally"
        );
        let finding =
            Diagnostic::error("measured-twice", at!(&measure.place, "filled_by"), problem)
                .remedy(say!(
                    "去掉一个,用“{other}”即可",
                    "Drop one and use `{other}`"
                ))
                .related(
                    at!(&first.place, "filled_by"),
                    say!("已有的在这里", "it is here already"),
                );
        findings.push(finding);
    }
}

/// A fact as a field asks for it.
struct Asked<'a> {
    fact: &'a Id,
    form: &'a Form,
    place: Place,
}

/// Reports fields that ask the same role of the same units for the same fact.
fn asked_twice(campaign: &Campaign, findings: &mut Findings) {
    let mut seen: Vec<Asked> = Vec::new();
    for written in &campaign.forms {
        for (index, field) in written.item.field.iter().enumerate() {
            let Some(fact) = &field.fact else { continue };
            let place = at!(&written.place, "field", index, "fact");
            let asked = Asked {
                fact,
                form: &written.item,
                place,
            };
            if let Some(first) = seen.iter().find(|other| same_people(other, &asked)) {
                findings.push(asked_again(&asked, first));
            } else {
                seen.push(asked);
            }
        }
    }
}

fn same_people(a: &Asked, b: &Asked) -> bool {
    let share =
        |a: &[Id], b: &[Id]| a.is_empty() || b.is_empty() || a.iter().any(|id| b.contains(id));
    a.fact == b.fact
        && a.form.filled_by == b.form.filled_by
        && share(&a.form.categories, &b.form.categories)
}

fn asked_again(again: &Asked, first: &Asked) -> Diagnostic {
    let (fact, form, role) = (again.fact, &first.form.id, &again.form.filled_by);
    let problem = say!(
        "“{fact}”向“{role}”问了两次,表单“{form}”已经问过",
        "`{role}` is asked for `{fact}` twice: the form `{form}` asks already"
    );
    Diagnostic::error("asked-twice", again.place.clone(), problem)
        .remedy(say!(
            "去掉这个字段,引用已填的数",
            "Drop this field and use what is already filled in"
        ))
        .related(
            first.place.clone(),
            say!("先问在这里", "it is first asked here"),
        )
}
