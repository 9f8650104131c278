//! Fields of forms: that they can be filled, and that no attachment is asked for without a reason.

use super::context::Findings;
use super::facts;
use super::names;
use crate::model::{Column, ColumnType, Field, FieldType, Text};
use crate::trail::at;
use crate::{Campaign, Diagnostic, Place, Say, say};

/// Checks the fields of every form and the columns of their tables.
pub(super) fn check(campaign: &Campaign, findings: &mut Findings) {
    for form in &campaign.forms {
        for (index, field) in form.item.field.iter().enumerate() {
            check_field(field, &at!(&form.place, "field", index), findings);
        }
    }
}

fn check_field(field: &Field, place: &Place, findings: &mut Findings) {
    facts::range(&field.range, place, findings);
    if matches!(field.kind, FieldType::Choice | FieldType::Checklist) {
        choices(&field.id.0, &field.choices, place, findings);
    }
    if field.kind == FieldType::Attachment && field.why.is_none() {
        let id = &field.id;
        let problem = say!(
            "附件“{id}”没有说明理由",
            "the attachment `{id}` gives no reason"
        );
        let remedy = say!(
            "写明 why:为什么非要不可;说不出就去掉它",
            "Say in `why` what it is needed for, or drop it"
        );
        findings.push(Diagnostic::error("no-why", place.clone(), problem).remedy(remedy));
    }
    columns(field, place, findings);
}

/// A choice or a checklist has to say what there is to choose or to mark.
fn choices(id: &str, choices: &[Text], place: &Place, findings: &mut Findings) {
    if choices.is_empty() {
        let problem = say!("“{id}”没有选项", "`{id}` has no choices");
        let remedy = say!("写明 choices", "Give it `choices`");
        findings.push(Diagnostic::error("no-choices", place.clone(), problem).remedy(remedy));
    }
}

fn columns(field: &Field, place: &Place, findings: &mut Findings) {
    let id = &field.id;
    let is_table = field.kind == FieldType::Table;
    if is_table && field.column.is_empty() {
        let problem: Say = say!(
            "表格“{id}”没有写明各栏",
            "the table `{id}` doesn't say what its columns are"
        );
        let remedy = say!(
            "用 [[field.column]] 逐栏写明",
            "Write each as a [[field.column]]"
        );
        findings.push(Diagnostic::warning("no-columns", place.clone(), problem).remedy(remedy));
    }
    if !is_table && !field.column.is_empty() {
        let problem = say!(
            "“{id}”不是表格,却写了各栏",
            "`{id}` has columns but is no table"
        );
        let remedy = say!(
            "改为 type = \"table\",或去掉 column",
            "Make it type = \"table\", or drop `column`"
        );
        let place = at!(place, "column", 0);
        findings.push(Diagnostic::error("unfit-column", place, problem).remedy(remedy));
    }
    let ids = field.column.iter().enumerate();
    names::once(
        ids.map(|(index, column)| (column.id.to_string(), at!(place, "column", index, "id"))),
        findings,
    );
    for (index, column) in field.column.iter().enumerate() {
        check_column(column, &at!(place, "column", index), findings);
    }
}

fn check_column(column: &Column, place: &Place, findings: &mut Findings) {
    facts::range(&column.range, place, findings);
    if column.kind == ColumnType::Choice {
        choices(&column.id.0, &column.choices, place, findings);
    }
}
