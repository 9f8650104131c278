//! What people write in a campaign folder, as types.
//!
//! These types are the one definition of the language: `merit check` refuses what their JSON Schema refuses, the schema
//! files for editors and the reference in `docs/` are made from them, `merit fmt` orders keys as they stand here. So a
//! doc comment on a field is help text: Chinese first, then English.
//!
//! Nothing here checks meaning; that is [`crate::check`]'s work. Nothing here reads files.

mod campaign;
mod form;
mod life;
mod measure;
mod rule;
mod scheme;

pub use campaign::{
    Attribute, Calendar, CampaignFile, Category, Comparison, Control, FigureFormat, Limits, Office,
    Role, Source,
};
pub use form::{Cadence, Column, ColumnType, Field, FieldType, Form, Subject, Tally};
pub use life::{
    AttachmentType, Attachments, Closing, Day, Honour, Honoured, Ladder, LadderLevel, LevelOrder,
    Ratings, Requirement, Served, Service, ServicesFile, Tag, Weekday, Work, WorkKind, WorkShare,
    WorkTally,
};
pub use measure::{
    CoverageOf, FilledBy, FormTally, Levels, Measure, MeasuresFile, Noise, Range, RatingShare,
};
pub use rule::{
    Counting, Deduct, Denominator, DistanceTo, Earn, Goalposts, Impute, ImputeWith, Linear,
    OtherTreatment, Preparation, Progress, ProgressAs, Quoted, RankShare, RankTable, Ratio, Rule,
    Scale, ScreenMeasures, ScreenUnits, SharePoints, Span, Step, Steps, Strikes, Threshold, Treat,
    ZScore,
};
pub use scheme::{
    Aggregate, Band, Banding, Caps, Change, Defaults, Direction, Effect, Fallback, Group,
    Indicator, IndicatorKind, KMeans, Peers, QuotaRounding, QuotaTies, Rated, Relief, Rounding,
    RoundingMode, Scheme, Status, TieBreak, Veto, Within,
};

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Lang;

/// 标识:小写字母、数字、点、连字符、下划线;大写也可(便于对应外来数据的列名)。
/// An id: letters, digits, dot, hyphen, underscore.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Id(#[schemars(regex(pattern = r"^[A-Za-z0-9_][A-Za-z0-9_.\-]*$"))] pub String);

impl Id {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Id {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// 多种语言的文字,如 { zh = "…", en = "…" };语言标签按 BCP 47。
/// A text in any number of languages, such as { zh = "…", en = "…" }; tags as in BCP 47.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text(pub BTreeMap<String, String>);

/// The pattern of a language's tag: the common part of BCP 47.
pub(crate) const LANGUAGE_TAG: &str = "^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$";

/// The pattern of a text that isn't blank.
pub(crate) const VISIBLE: &str = r"\S";

impl JsonSchema for Text {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "多种语言的文字,如 { zh = \"…\", en = \"…\" };语言标签按 BCP 47。\nA text in any number of languages, such as { zh = \"…\", en = \"…\" }; tags as in BCP 47.",
            "type": "object",
            "minProperties": 1,
            "propertyNames": { "pattern": LANGUAGE_TAG },
            "additionalProperties": { "type": "string", "pattern": VISIBLE }
        })
    }
}

impl Text {
    /// The text in `lang`, else in Chinese, else in English, else in whichever language there is.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        [lang.pick("zh", "en"), "zh", "en"]
            .iter()
            .find_map(|tag| self.0.get(*tag))
            .or_else(|| self.0.values().next())
            .map_or("", String::as_str)
    }
}

/// Whether a value is its type's default, and so need not be written.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
