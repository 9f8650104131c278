//! `forms/*.toml`: what is asked, of whom, how often, and how long it takes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Id, Range, Text, is_default};

/// forms/*.toml:一张表单。A form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// 标识。Its id.
    pub id: Id,
    /// 名称。Its name.
    pub name: Text,
    /// 说明。What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Text>,
    /// 由哪个角色填。The role that fills it.
    pub filled_by: Id,
    /// 填的是谁的事。Whom or what it is about.
    pub subject: Subject,
    /// 多久一次。How often.
    pub every: Cadence,
    /// 期满后(按次的,事情发生后)几个工作日内交。Working days after the period's end, or after it happened, by which it is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_days: Option<u16>,
    /// 由哪个角色核实;“受助者”也可以是角色。The role that verifies it; those who were helped can be one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_by: Option<Id>,
    /// 抽查百分之几。The percentage of records sampled for checking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100))]
    pub sample_percent: Option<f64>,
    /// 填一次要几分钟。Minutes it takes to fill once.
    #[schemars(range(min = 0))]
    pub minutes: f64,
    /// 哪些类别要填;不写为全部。The categories that fill it; all when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<Id>,
    /// 字段。Its fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub field: Vec<Field>,
}

impl Form {
    /// Whether units of a category fill it.
    #[must_use]
    pub fn is_asked_of(&self, category: &str) -> bool {
        let mut asked = self.categories.iter();
        self.categories.is_empty() || asked.any(|asked| asked.as_str() == category)
    }
}

/// 填的是谁的事。Whom or what a record is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// 本单位。The unit that fills it.
    OwnUnit,
    /// 另一个单位,如走访的单位。Another unit, such as the one visited.
    OtherUnit,
    /// 个人。A person.
    Person,
    /// 一件事。A case.
    Case,
}

/// 多久一次。How often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Cadence {
    /// 每周。Each week.
    Week,
    /// 每月。Each month.
    Month,
    /// 每季。Each quarter.
    Quarter,
    /// 每半年。Each half-year.
    HalfYear,
    /// 每年。Each year.
    Year,
    /// 每次发生时。Each time it happens.
    Event,
}

impl Cadence {
    /// How often a month this is asked; `None` where it depends on what happens.
    #[must_use]
    pub fn per_month(self) -> Option<f64> {
        match self {
            Self::Week => Some(52.0 / 12.0),
            Self::Month => Some(1.0),
            Self::Quarter => Some(1.0 / 3.0),
            Self::HalfYear => Some(1.0 / 6.0),
            Self::Year => Some(1.0 / 12.0),
            Self::Event => None,
        }
    }
}

/// 表单的一个字段。A field of a form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// 标识。Its id.
    pub id: Id,
    /// 名称。Its name.
    pub name: Text,
    /// 类型。Its type.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// 计量单位。Its unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Text>,
    /// 允许的范围。The range allowed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub range: Range,
    /// 选项。The choices.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Text>,
    /// 可以不填。May be left empty.
    #[serde(default, skip_serializing_if = "is_default")]
    pub optional: bool,
    /// 问的是哪个事实;同一事实只许问一次。The fact it asks for; a fact is asked once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fact: Option<Id>,
    /// 为什么需要照片等附件。Why an attachment is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Text>,
    /// 表格的各栏。The columns of a table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub column: Vec<Column>,
}

/// 表格的一栏。A column of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// 标识。Its id.
    pub id: Id,
    /// 名称。Its name.
    pub name: Text,
    /// 类型。Its type.
    #[serde(rename = "type")]
    pub kind: ColumnType,
    /// 计量单位。Its unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Text>,
    /// 允许的范围。The range allowed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub range: Range,
    /// 选项。The choices.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Text>,
    /// 可以不填。May be left empty.
    #[serde(default, skip_serializing_if = "is_default")]
    pub optional: bool,
}

/// 一栏的类型。The type of a column: what fits in one cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ColumnType {
    /// 数。A number.
    Number,
    /// 选择。A choice.
    Choice,
    /// 文字。Text.
    Text,
    /// 日期。A date.
    Date,
    /// 单位。A unit.
    Unit,
    /// 人。A person.
    Person,
    /// 岗位。A post.
    Post,
}

impl From<ColumnType> for FieldType {
    fn from(column: ColumnType) -> Self {
        match column {
            ColumnType::Number => Self::Number,
            ColumnType::Choice => Self::Choice,
            ColumnType::Text => Self::Text,
            ColumnType::Date => Self::Date,
            ColumnType::Unit => Self::Unit,
            ColumnType::Person => Self::Person,
            ColumnType::Post => Self::Post,
        }
    }
}

/// 字段的类型。The type of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FieldType {
    /// 数。A number.
    Number,
    /// 选择。A choice.
    Choice,
    /// 文字。Text.
    Text,
    /// 日期。A date.
    Date,
    /// 单位。A unit.
    Unit,
    /// 人。A person.
    Person,
    /// 岗位。A post.
    Post,
    /// 表格。A table.
    Table,
    /// 附件。An attachment.
    Attachment,
    /// 带评分的检查单。A checklist with marks.
    Checklist,
}

/// 怎么汇总。How records are tallied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Tally {
    /// 条数。How many.
    Count,
    /// 合计。The sum.
    Sum,
    /// 平均。The mean.
    Mean,
    /// 占比。The share that says yes.
    Share,
    /// 对应到的占比,如走访覆盖面。The share of a target set that is covered.
    Coverage,
    /// 迟了几天。Days late.
    DaysLate,
}
