//! Forms filled: records, their correction, withdrawal, verification and sampling, and the measures they yield.
//!
//! **Once per cadence.** What is asked each week, month, quarter, half-year or year is filed once for each unit or person it is
//! about (where it is about another unit: once by each unit that files). What happened is filed as often as it happens.
//!
//! **What counts.** Where a form has a verifier and no share to sample, every record is verified and none counts before: what
//! those helped, visited or promised to say is what counts. Where a share is sampled, records count as they were filed, and
//! what the sample finds takes their place until the period is cut off. A verification that comes after the cut-off of a
//! record that didn't count yet makes it count in the next open period.
//!
//! **Who verifies.** Someone with the verifying role who isn't concerned: not of the unit it counts for or the one that filed
//! it, nor of one below. So those visited, who have an interest in what a visit found, never verify with an account; they, like
//! those helped or promised to, confirm by the code they were handed, which says that something took place and how it went, never
//! who says so. By code no marks of a checklist can be changed: nobody marks themselves; marks that are wrong are objected to.
//! Whoever files has drawn the code, so a confirmation by code is worth what handing it over is worth: where that isn't enough, a
//! form has a share sampled by a role.
//!
//! **Whom it counts for.** The unit itself; the other unit it is about; the unit to which the person belonged that day; for a
//! case the unit named in the field `unit`, where the form has such a field, else the unit that filed it.
//!
//! Nothing is overwritten: what a record said before stands in its history.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::Name;
use crate::refusal::Code;
use crate::{Date, Digest, Note, PersonId, UnitId};
use rulebook::Period;

mod check;
mod decide;
mod due;
mod evolve;
mod sample;
mod state;
mod tally;
mod value;
mod when;

pub use due::{Due, due_of_person, due_of_unit};
pub use sample::{Sampled, draw, draws_due, sampled, size};
pub use state::{Accuracy, Change, Draw, Record, Records, Step, Verdict};
pub use tally::{Returns, has_visited, returns, returns_by, tally, visits, visits_by};
pub use value::{Attachment, Value, Values};
pub use when::When;

pub(crate) use decide::decide;
pub(crate) use evolve::evolve;

/// What can be refused, in order of precedence.
pub const REFUSALS: &[Code] = &[
    ("no-such-record", "没有这份记录", "there is no such record"),
    ("no-such-form", "没有这张表单", "there is no such form"),
    (
        "wrong-subject",
        "表单不是填这类对象的",
        "the form isn't about a subject of that kind",
    ),
    (
        "wrong-occasion",
        "表单不是按这种周期填的",
        "the form isn't filled for such a time",
    ),
    (
        "too-early",
        "还没有开始、发生或期满",
        "it hasn't begun, happened or ended yet",
    ),
    (
        "before-campaign",
        "在活动开始之前",
        "it lies before the campaign",
    ),
    (
        "no-account",
        "要用账号办",
        "it takes an account of a person or a program",
    ),
    (
        "not-a-person",
        "须由登记在册的人来办",
        "this is for a person on the register to do",
    ),
    (
        "no-such-person",
        "那一天没有这个人",
        "there was no such person on that day",
    ),
    (
        "no-such-unit",
        "那一天没有这个单位,或没有写明由哪个单位填",
        "there was no such unit on that day, or the unit that files isn't named",
    ),
    (
        "not-asked",
        "这个类别的单位不填这张表",
        "units of this category don't fill the form",
    ),
    (
        "no-verifier",
        "这张表单不用核实",
        "the form isn't verified by anyone",
    ),
    (
        "not-sampled",
        "这张表单不抽查",
        "the form isn't sampled for verification",
    ),
    (
        "by-code-only",
        "凭码确认不用账号",
        "a confirmation by code needs no account",
    ),
    (
        "not-entitled",
        "没有所需的角色",
        "whoever asks doesn't have the role that is needed",
    ),
    (
        "fills-own",
        "由本人自己填",
        "the person it is about fills it themselves",
    ),
    (
        "own-record",
        "不能核实自己填的记录",
        "nobody verifies what they filed themselves",
    ),
    (
        "concerned",
        "须回避",
        "whoever is concerned may not do this",
    ),
    ("wrong-code", "确认码不对", "the code is wrong"),
    (
        "marks-by-code",
        "凭码不能改检查单的分",
        "marks of a checklist aren't changed by code",
    ),
    ("withdrawn", "记录已经撤回", "the record is withdrawn"),
    (
        "already-filed",
        "这一期已经填过",
        "it is filed already for that time",
    ),
    (
        "period-closed",
        "记录计入的期已经截止",
        "the period in which the record counts is cut off",
    ),
    (
        "already-verified",
        "记录已经核实",
        "the record is verified already",
    ),
    (
        "in-sample",
        "记录已抽中待核实",
        "the record is drawn for verification",
    ),
    (
        "nothing-to-draw",
        "没有可抽的记录",
        "there is no record to draw from",
    ),
    (
        "nothing-found",
        "核实没有发现不符",
        "the verification found nothing wrong",
    ),
    (
        "too-many",
        "一次太多",
        "more is asked at once than is taken",
    ),
    (
        "unknown-field",
        "表单没有这个字段",
        "the form has no such field",
    ),
    ("missing-field", "必填的没有填", "a field is left empty"),
    (
        "wrong-type",
        "填的类型不对",
        "what stands in a field is of another type",
    ),
    ("out-of-range", "数超出范围", "a number is out of range"),
    ("not-whole", "要填整数", "a number isn't whole"),
    ("no-such-choice", "没有这个选项", "there is no such choice"),
    (
        "wrong-marks",
        "检查单的项数不对",
        "a checklist has another number of items",
    ),
    (
        "date-out-of-bounds",
        "日期离得太远",
        "a date lies too far away",
    ),
    (
        "field-unit",
        "字段里写的单位不存在",
        "a field names a unit that isn't there",
    ),
    (
        "field-person",
        "字段里写的人不存在",
        "a field names a person who isn't there",
    ),
    (
        "field-post",
        "字段里写的岗位不存在",
        "a field names a post that isn't there",
    ),
    (
        "field-subject",
        "字段里写的单位与所填的对象不一致",
        "a field names another unit than the one it is about",
    ),
    (
        "attachment-type",
        "不收这种附件",
        "attachments of this type aren't taken",
    ),
    (
        "attachment-size",
        "附件太大或是空的",
        "an attachment is too large or empty",
    ),
    (
        "nothing-changed",
        "和原来的一样",
        "nothing differs from what stood before",
    ),
];

/// A record: its number, from 0 on.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(transparent)]
pub struct RecordId(pub u64);

impl std::fmt::Display for RecordId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// Whom or what a record is about.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "RecordAbout")]
pub enum About {
    /// A unit: the one that fills it, or another, as the form says.
    Unit(UnitId),
    /// A person.
    Person(PersonId),
    /// A case.
    Case,
}

/// A form filled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Filing {
    /// The form.
    pub form: Name,
    /// Whom or what it is about.
    pub about: About,
    /// The unit that files; when absent, the unit it is about where units fill it about themselves, else the filer's.
    pub from: Option<UnitId>,
    /// What time it is for.
    pub when: When,
    /// What stands in the fields.
    pub values: Values,
    /// The [digest](code_digest) of a code that is handed to those who are to confirm it.
    pub confirm: Option<Digest>,
}

/// What a verification says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "RecordOutcome")]
pub enum Outcome {
    /// It is as filed.
    Confirmed,
    /// These fields are otherwise.
    Found(Values),
}

/// What can be asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Action {
    /// File a record.
    File(Filing),
    /// Put other values in place of those filed, until the period is cut off.
    Correct {
        /// The record.
        record: RecordId,
        /// All its values, as they should be.
        values: Values,
        /// Why.
        reason: Note,
    },
    /// Take a record back, until the period is cut off.
    Withdraw {
        /// The record.
        record: RecordId,
        /// Why.
        reason: Note,
    },
    /// Say, as the verifying role, whether a record is right.
    Verify {
        /// The record.
        record: RecordId,
        /// What was found.
        outcome: Outcome,
        /// What else there is to say.
        note: Option<Note>,
    },
    /// Say, as someone helped, visited or promised to, whether a record is right; sent by [`Actor::Public`](crate::Actor).
    Confirm {
        /// The record.
        record: RecordId,
        /// The code they were handed.
        code: String,
        /// What they say.
        outcome: Outcome,
        /// What else they say.
        note: Option<Note>,
    },
    /// Draw the records of a period that are to be verified, once the period is over.
    DrawSample {
        /// The form.
        form: Name,
        /// The period.
        period: Period,
        /// A digest that nobody could choose or foresee when the records were filed, such as that of a public checkpoint.
        seed: Digest,
    },
    /// Answer, as the one who filed it, to what a verification found.
    Answer {
        /// The record.
        record: RecordId,
        /// The answer.
        answer: Note,
    },
}

/// A record as filed, with all that was settled about it on that day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filed {
    /// Its number.
    pub record: RecordId,
    /// The form.
    pub form: Name,
    /// The version of the rulebook whose form it is.
    pub rules: u32,
    /// Whom or what it is about.
    pub about: About,
    /// The unit it counts for.
    pub unit: UnitId,
    /// The unit that filed it.
    pub from: UnitId,
    /// What time it is for.
    pub when: When,
    /// The period it belongs to.
    pub period: Period,
    /// The period it counts in.
    pub counts_in: Period,
    /// The day by which it was due, where one is set.
    pub due: Option<Date>,
    /// How many working days late it came.
    pub late: u32,
    /// Whether it counts only once verified.
    pub awaits: bool,
    /// The minutes it takes to fill.
    pub minutes: f64,
    /// What stands in the fields.
    pub values: Values,
    /// The digest of the code that confirms it.
    pub confirm: Option<Digest>,
}

/// What has happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Event {
    /// A record was filed.
    #[serde(rename = "filed/1")]
    Filed(Filed),
    /// A record was corrected.
    #[serde(rename = "corrected/1")]
    Corrected {
        /// The record.
        record: RecordId,
        /// The unit it now counts for.
        unit: UnitId,
        /// All its values, as they now are.
        values: Values,
        /// Why.
        reason: Note,
    },
    /// A record was withdrawn.
    #[serde(rename = "withdrawn/1")]
    Withdrawn {
        /// The record.
        record: RecordId,
        /// Why.
        reason: Note,
    },
    /// A record was verified, by the verifying role or by code.
    #[serde(rename = "verified/1")]
    Verified {
        /// The record.
        record: RecordId,
        /// The unit it now counts for.
        unit: UnitId,
        /// What was found.
        outcome: Outcome,
        /// What else was said.
        note: Option<Note>,
        /// The period in which the verification counts.
        counts_in: Period,
    },
    /// Records were drawn for verification.
    #[serde(rename = "drawn/1")]
    Drawn {
        /// The form.
        form: Name,
        /// The period.
        period: Period,
        /// The seed.
        seed: Digest,
        /// The percentage to draw.
        percent: f64,
        /// Drawn from the records of the period with numbers from this one on …
        since: RecordId,
        /// … and below this one.
        until: RecordId,
        /// How many those are, without those withdrawn.
        of: u32,
        /// Those drawn, in order of the draw.
        records: Vec<RecordId>,
    },
    /// A finding was answered.
    #[serde(rename = "answered/1")]
    Answered {
        /// The record.
        record: RecordId,
        /// The answer.
        answer: Note,
    },
}

impl Event {
    /// The items of the vault it brings.
    pub(crate) fn notes(&self, out: &mut Vec<Note>) {
        match self {
            Self::Filed(filed) => filed.values.notes(out),
            Self::Corrected { values, reason, .. } => {
                values.notes(out);
                out.push(*reason);
            }
            Self::Withdrawn { reason, .. } => out.push(*reason),
            Self::Verified { outcome, note, .. } => {
                if let Outcome::Found(found) = outcome {
                    found.notes(out);
                }
                out.extend(note);
            }
            Self::Drawn { .. } => {}
            Self::Answered { answer, .. } => out.push(*answer),
        }
    }
}

/// The digest of a code by which those helped confirm a record: SHA-256 of `merit record code`, a zero byte, and the code.
///
/// A code is drawn at random by whoever files, with at least 64 bits, and handed over; only its digest is ever stored.
#[must_use]
pub fn code_digest(code: &str) -> Digest {
    use sha2::{Digest as _, Sha256};
    let mut sha = Sha256::new();
    sha.update(b"merit record code\0");
    sha.update(code.as_bytes());
    Digest(sha.finalize().into())
}
