//! Changes outside the schemes: calendar, limits, categories, measures, forms.

use super::{Changes, same, text, title};
use crate::explain::life::{cadence, period};
use crate::explain::words::number;
use crate::model::{
    CampaignFile, Column, CoverageOf, Field, FieldType, FilledBy, Form, Id, Measure, Noise, Range,
    Subject, Tally, Text,
};
use crate::{Campaign, Say, Written, say};

/// Compares everything but the schemes.
pub(super) fn compare(old: &Campaign, new: &Campaign, changes: &mut Changes) {
    let whole = title(
        say!("活动", "Campaign"),
        &new.file.name,
        new.file.id.as_str(),
    );
    changes.about(whole, |changes| file(&old.file, &new.file, changes));
    listed(&old.file, &new.file, changes);
    changes.lists(
        (&old.measures, &new.measures),
        |written| written.item.id.as_str(),
        |written| {
            title(
                say!("度量", "Measure"),
                &written.item.name,
                written.item.id.as_str(),
            )
        },
        |changes, old, new| measure(&old.item, &new.item, changes),
    );
    changes.lists(
        (&old.forms, &new.forms),
        |written| written.item.id.as_str(),
        |written| {
            title(
                say!("表单", "Form"),
                &written.item.name,
                written.item.id.as_str(),
            )
        },
        |changes, old, new| form(old, new, changes),
    );
    super::life::compare(old, new, changes);
}

fn file(old: &CampaignFile, new: &CampaignFile, changes: &mut Changes) {
    name((&old.name, &new.name), changes);
    about((&old.about, &new.about), changes);
    let lists = [
        (say!("指导思想", "aims"), &old.aims, &new.aims),
        (
            say!("基本原则", "principles"),
            &old.principles,
            &new.principles,
        ),
        (say!("方法步骤", "steps"), &old.steps, &new.steps),
    ];
    for (aspect, old, new) in lists {
        changes.aspect(aspect, (old, new), |list| Some(joined(list)));
    }
    let calendar = (&old.calendar.period, &new.calendar.period);
    changes.aspect(say!("周期", "period"), calendar, |kind| {
        Some(period(*kind))
    });
    let (was, is) = (&old.limits, &new.limits);
    changes.option(
        say!("纸面材料上限", "limit on paper"),
        (&was.paper_percent, &is.paper_percent),
        |percent| same(&format!("{percent}%")),
    );
    changes.option(
        say!("每月填表时间上限", "limit on form filling a month"),
        (&was.minutes_per_month, &is.minutes_per_month),
        |minutes| say!("{minutes} 分钟", "{minutes} minutes"),
    );
    let words = |words: &Vec<String>| Some(same(&words.join(" ")));
    let (was, is) = (&old.figures, &new.figures);
    changes.aspect(
        say!("表示缺数的写法", "spellings of missing"),
        (&was.missing, &is.missing),
        words,
    );
    changes.aspect(
        say!("表示不适用的写法", "spellings of not applicable"),
        (&was.not_applicable, &is.not_applicable),
        words,
    );
}

/// Categories, attributes, offices and roles.
fn listed(old: &CampaignFile, new: &CampaignFile, changes: &mut Changes) {
    changes.lists(
        (&old.category, &new.category),
        |item| item.id.as_str(),
        |item| title(say!("类别", "Category"), &item.name, item.id.as_str()),
        |changes, old, new| {
            name((&old.name, &new.name), changes);
            about((&old.about, &new.about), changes);
        },
    );
    changes.lists(
        (&old.attribute, &new.attribute),
        |item| item.id.as_str(),
        |item| title(say!("属性", "Attribute"), &item.name, item.id.as_str()),
        |changes, old, new| {
            name((&old.name, &new.name), changes);
            let values = |values: &Vec<String>| Some(same(&values.join(" ")));
            changes.aspect(
                say!("允许的值", "values allowed"),
                (&old.values, &new.values),
                values,
            );
        },
    );
    changes.lists(
        (&old.office, &new.office),
        |item| item.id.as_str(),
        |item| title(say!("科室", "Office"), &item.name, item.id.as_str()),
        |changes, old, new| name((&old.name, &new.name), changes),
    );
    changes.lists(
        (&old.role, &new.role),
        |item| item.id.as_str(),
        |item| title(say!("角色", "Role"), &item.name, item.id.as_str()),
        |changes, old, new| name((&old.name, &new.name), changes),
    );
}

/// A name that changed.
pub(super) fn name(sides: (&Text, &Text), changes: &mut Changes) {
    changes.aspect(say!("名称", "name"), sides, |name| Some(text(name)));
}

/// An explanation that changed.
pub(super) fn about(sides: (&Option<Text>, &Option<Text>), changes: &mut Changes) {
    changes.option(say!("说明", "explanation"), sides, text);
}

pub(super) fn joined(list: &[Text]) -> Say {
    let words: Vec<Say> = list.iter().map(text).collect();
    let zh: Vec<&str> = words.iter().map(|say| say.zh.as_str()).collect();
    let en: Vec<&str> = words.iter().map(|say| say.en.as_str()).collect();
    Say {
        zh: zh.join(";"),
        en: en.join("; "),
    }
}

fn measure(old: &Measure, new: &Measure, changes: &mut Changes) {
    name((&old.name, &new.name), changes);
    about((&old.about, &new.about), changes);
    changes.option(say!("计量单位", "unit"), (&old.unit, &new.unit), text);
    changes.aspect(say!("范围", "range"), (&old.range, &new.range), range);
    changes.option(
        say!("来源", "source"),
        (&old.filled_by, &new.filled_by),
        filled_by,
    );
    changes.option(say!("出处", "origin"), (&old.origin, &new.origin), text);
    changes.option(
        say!("案件数", "count of cases"),
        (&old.count, &new.count),
        same,
    );
    changes.option(say!("除以", "divided by"), (&old.per, &new.per), same);
    changes.option(say!("误差", "noise"), (&old.noise, &new.noise), noise);
    changes.aspect(
        say!("可以没有这一列", "column may be absent"),
        (&old.optional, &new.optional),
        yes,
    );
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "passed as a function over sides"
)]
pub(super) fn yes(is: &bool) -> Option<Say> {
    Some(if *is {
        say!("是", "yes")
    } else {
        say!("否", "no")
    })
}

fn range(range: &Range) -> Option<Say> {
    let end = |end: Option<f64>| end.map_or_else(|| "…".to_owned(), number);
    let (min, max) = (end(range.min), end(range.max));
    Some(if range.whole {
        say!("{min} 至 {max} 的整数", "whole numbers from {min} to {max}")
    } else {
        say!("{min} 至 {max}", "{min} to {max}")
    })
}

fn noise(noise: &Noise) -> Say {
    match noise {
        Noise::None => say!("没有", "none"),
        Noise::Share => say!("n 件中的占比", "a share of n cases"),
        Noise::Count => say!("件数", "a count of cases"),
        Noise::Marks => say!("评委打分", "judges' marks"),
        Noise::Levels(levels) => {
            let level = |(id, mark): (&Id, &f64)| format!("{id} = {}", number(*mark));
            let levels: Vec<String> = levels.counts.iter().zip(&levels.marks).map(level).collect();
            let (zh, en) = (levels.join("、"), levels.join(", "));
            say!("分级评价:{zh}", "ratings by level: {en}")
        }
    }
}

fn filled_by(source: &FilledBy) -> Say {
    match source {
        FilledBy::File => say!("数据表", "table of figures"),
        FilledBy::Form(tally) => {
            let (form, how) = (&tally.form, tallied(tally.tally));
            let whole = match tally.of {
                CoverageOf::All => say!("(对全部)", " (of all)"),
                CoverageOf::Children => say!("", ""),
            };
            let field = tally
                .field
                .as_ref()
                .map_or_else(String::new, |field| format!(".{field}"));
            Say {
                zh: format!("表单 {form}{field} 的{}{}", how.zh, whole.zh),
                en: format!("{} of the form {form}{field}{}", how.en, whole.en),
            }
        }
        FilledBy::Rating(share) => {
            let top = share.top_levels;
            match &share.group {
                Some(group) => say!(
                    "“{group}”的评价,前 {top} 级算满意",
                    "ratings by `{group}`, the top {top} levels"
                ),
                None => say!("评价,前 {top} 级算满意", "ratings, the top {top} levels"),
            }
        }
        FilledBy::Work(share) => share.words(),
        FilledBy::Formula(formula) => same(formula),
    }
}

fn tallied(tally: Tally) -> Say {
    match tally {
        Tally::Count => say!("条数", "count"),
        Tally::Sum => say!("合计", "sum"),
        Tally::Mean => say!("平均", "mean"),
        Tally::Share => say!("占比", "share"),
        Tally::Coverage => say!("覆盖面", "coverage"),
        Tally::DaysLate => say!("迟交天数", "days late"),
    }
}

fn form(old: &Written<Form>, new: &Written<Form>, changes: &mut Changes) {
    let (old, new) = (&old.item, &new.item);
    name((&old.name, &new.name), changes);
    about((&old.about, &new.about), changes);
    changes.aspect(
        say!("由谁填", "filled by"),
        (&old.filled_by, &new.filled_by),
        |id| Some(same(id)),
    );
    changes.aspect(
        say!("填谁的事", "about whom"),
        (&old.subject, &new.subject),
        |of| Some(subject(*of)),
    );
    changes.aspect(
        say!("多久一次", "how often"),
        (&old.every, &new.every),
        |every| Some(cadence(*every)),
    );
    changes.option(
        say!("几个工作日内交", "working days until due"),
        (&old.due_days, &new.due_days),
        same,
    );
    changes.option(
        say!("由谁核实", "verified by"),
        (&old.verified_by, &new.verified_by),
        same,
    );
    changes.option(
        say!("抽查", "sampled"),
        (&old.sample_percent, &new.sample_percent),
        |percent| same(&format!("{percent}%")),
    );
    changes.aspect(
        say!("填一次的分钟", "minutes to fill"),
        (&old.minutes, &new.minutes),
        |minutes| Some(same(minutes)),
    );
    changes.aspect(
        say!("哪些类别填", "categories that fill it"),
        (&sorted(old), &sorted(new)),
        |ids| {
            Some(if ids.is_empty() {
                say!("全部", "all")
            } else {
                same(&ids.join(" "))
            })
        },
    );
    changes.lists(
        (&old.field, &new.field),
        |field| field.id.as_str(),
        |field| title(say!("字段", "Field"), &field.name, field.id.as_str()),
        |changes, old, new| field(old, new, changes),
    );
}

fn sorted(form: &Form) -> Vec<&str> {
    let mut ids: Vec<&str> = form.categories.iter().map(|id| id.as_str()).collect();
    ids.sort_unstable();
    ids
}

fn field(old: &Field, new: &Field, changes: &mut Changes) {
    name((&old.name, &new.name), changes);
    changes.aspect(say!("类型", "type"), (&old.kind, &new.kind), |kind| {
        Some(field_type(*kind))
    });
    changes.option(say!("计量单位", "unit"), (&old.unit, &new.unit), text);
    changes.aspect(say!("范围", "range"), (&old.range, &new.range), range);
    changes.aspect(
        say!("选项", "choices"),
        (&old.choices, &new.choices),
        |list| Some(joined(list)),
    );
    changes.aspect(
        say!("可以不填", "may be left empty"),
        (&old.optional, &new.optional),
        yes,
    );
    changes.option(
        say!("所问的事实", "fact asked for"),
        (&old.fact, &new.fact),
        same,
    );
    changes.option(
        say!("附件的理由", "reason for an attachment"),
        (&old.why, &new.why),
        text,
    );
    changes.lists(
        (&old.column, &new.column),
        |column| column.id.as_str(),
        |column| title(say!("栏", "Column"), &column.name, column.id.as_str()),
        |changes, old, new| compare_columns(old, new, changes),
    );
}

fn compare_columns(old: &Column, new: &Column, changes: &mut Changes) {
    name((&old.name, &new.name), changes);
    changes.aspect(say!("类型", "type"), (&old.kind, &new.kind), |kind| {
        Some(field_type(FieldType::from(*kind)))
    });
    changes.option(say!("计量单位", "unit"), (&old.unit, &new.unit), text);
    changes.aspect(say!("范围", "range"), (&old.range, &new.range), range);
    changes.aspect(
        say!("选项", "choices"),
        (&old.choices, &new.choices),
        |list| Some(joined(list)),
    );
    changes.aspect(
        say!("可以不填", "may be left empty"),
        (&old.optional, &new.optional),
        yes,
    );
}

fn field_type(kind: FieldType) -> Say {
    match kind {
        FieldType::Number => say!("数", "number"),
        FieldType::Choice => say!("选择", "choice"),
        FieldType::Text => say!("文字", "text"),
        FieldType::Date => say!("日期", "date"),
        FieldType::Unit => say!("单位", "unit"),
        FieldType::Person => say!("人", "person"),
        FieldType::Post => say!("岗位", "post"),
        FieldType::Table => say!("表格", "table"),
        FieldType::Attachment => say!("附件", "attachment"),
        FieldType::Checklist => say!("检查单", "checklist"),
    }
}

fn subject(subject: Subject) -> Say {
    match subject {
        Subject::OwnUnit => say!("本单位", "the own unit"),
        Subject::OtherUnit => say!("另一个单位", "another unit"),
        Subject::Person => say!("个人", "a person"),
        Subject::Case => say!("一件事", "a case"),
    }
}
