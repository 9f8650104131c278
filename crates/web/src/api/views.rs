//! What can be read, as data: the answers of the API, typed.

use campaign::circular::{Circular, CircularId, Progress};
use campaign::honour::{Nomination, NominationId, Nominee};
use campaign::id::Name;
use campaign::ladder::{Proposal, ProposalId, Row};
use campaign::objection::{self, Objection, ObjectionId};
use campaign::period::{ClassResult, Run, Stage, UnitResult};
use campaign::rating::{Shown, Told};
use campaign::record::{About, Due, Record, RecordId, Value, Values, When};
use campaign::work::{Item, WorkId};
use campaign::{Date, Digest, ItemId, PersonId, UnitId};
use rulebook::Period;
use rulebook::model::{Service, Text, WorkKind};
use schemars::JsonSchema;
use scoring::Explanation;
use serde::Serialize;
use serde_json::{Map, json};

use crate::asked::Asked;
use crate::pages::public::results::sees_inside;

/// Items of a list, in a stable order.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Listed<T> {
    /// The items.
    pub items: Vec<T>,
    /// What to send as `after` for those that follow; none where these are the last.
    pub next: Option<String>,
}

/// The campaign.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CampaignView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// What it is.
    pub about: Option<Text>,
    /// Its aims.
    pub aims: Vec<Text>,
    /// The version of its rules in force, from 1.
    pub rules: u32,
    /// The digest of their files.
    pub digest: Digest,
    /// The day it is there.
    pub today: Date,
}

/// A category: units are compared only inside one.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CategoryView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// What belongs to it.
    pub about: Option<Text>,
    /// How many units it has today.
    pub units: usize,
}

/// A unit, as it is today.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct UnitView {
    /// Its id.
    pub unit: UnitId,
    /// Its name.
    pub name: String,
    /// Its category.
    pub category: String,
    /// The unit it belongs to.
    pub parent: Option<UnitId>,
}

/// A period that was cut off at least once.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PeriodView {
    /// Which.
    pub period: Period,
    /// How far it is.
    pub stage: PeriodStage,
    /// The last day on which its results can be objected to, or on which something comes in where it was reopened.
    pub until: Option<Date>,
    /// Whether its circular is published.
    pub published: bool,
}

/// How far a period is.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PeriodStage {
    /// Nothing more comes in; it is to be scored.
    CutOff,
    /// There are preliminary results.
    Preliminary,
    /// The results are final.
    Final,
    /// It was reopened.
    Reopened,
}

/// The results of a period.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ResultsView {
    /// The period.
    pub period: Period,
    /// Whether they can still change.
    pub preliminary: bool,
    /// Their number within the period, from 1.
    pub run: u32,
    /// The version of the rules.
    pub rules: u32,
    /// The digest of the figures they rest on.
    pub figures: Digest,
    /// The results by category.
    pub classes: Vec<ClassView>,
}

/// The results of the units of a category.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ClassView {
    /// The category.
    pub category: String,
    /// The scheme that scored it.
    pub scheme: String,
    /// Its units: ranked ones by rank, then the others.
    pub units: Vec<ResultView>,
}

/// The result of a unit.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ResultView {
    /// The unit.
    pub unit: UnitId,
    /// Its score; none where it isn't scored.
    pub score: Option<f64>,
    /// Its rank; none where it isn't rated.
    pub rank: Option<u32>,
    /// Its band.
    pub band: Option<String>,
    /// The 95 % interval of its score.
    pub score_interval: Option<[f64; 2]>,
    /// The 95 % interval of its rank.
    pub rank_interval: Option<[u32; 2]>,
}

/// A unit's score, explained.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ScoreView {
    /// The period.
    pub period: Period,
    /// Whether it can still change.
    pub preliminary: bool,
    /// The category.
    pub category: String,
    /// The scheme that scored it.
    pub scheme: String,
    /// The result.
    pub result: ResultView,
    /// Every point of it; none where the figures aren't kept any more, since the period was scored again.
    pub explanation: Option<Explanation>,
}

/// The ratings of a unit in a period, as far as they are shown.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RatingsView {
    /// The unit.
    pub unit: UnitId,
    /// The period.
    pub period: Period,
    /// Fewer are withheld, and whatever they would follow from.
    pub least: u32,
    /// All with invitation that count.
    pub all: Shown,
    /// These by group served; of no group last.
    pub groups: Vec<RatedPart>,
    /// These by service; of no service last.
    pub services: Vec<RatedPart>,
    /// Those without invitation: not verified, never scored. None while the period runs.
    pub open: Option<Shown>,
}

/// A part of the ratings of a unit.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RatedPart {
    /// The group's or the service's id.
    pub name: Option<String>,
    /// How many said what.
    pub ratings: Shown,
}

impl RatingsView {
    /// Of a unit in a period.
    pub(super) fn of(unit: &UnitId, period: Period, least: u32, told: &Told<'_>) -> Self {
        let parts = |parts: &[(Option<&Name>, Shown)]| {
            let part = |(name, ratings): &(Option<&Name>, Shown)| RatedPart {
                name: name.map(ToString::to_string),
                ratings: *ratings,
            };
            parts.iter().map(part).collect()
        };
        Self {
            unit: unit.clone(),
            period,
            least,
            all: told.all,
            groups: parts(&told.groups),
            services: parts(&told.services),
            open: told.open,
        }
    }
}

/// A published circular.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CircularView {
    /// Its number.
    pub circular: u64,
    /// The period.
    pub period: Period,
    /// Which results of the period.
    pub run: u32,
    /// The digest of its bundle of files.
    pub bundle: Digest,
    /// The day on which it was published.
    pub on: Date,
    /// The index of the entry by which it was.
    pub entry: u64,
}

/// A work item.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct WorkView {
    /// Its number.
    pub work: u64,
    /// What it is.
    pub kind: WorkKind,
    /// What is to be done.
    pub title: Option<String>,
    /// What makes it well done.
    pub quality: Option<String>,
    /// The unit that has it, or is offered it.
    pub unit: Option<UnitId>,
    /// The person who does it, for those who may see the inside of the unit.
    pub person: Option<PersonId>,
    /// The last day for it.
    pub due: Date,
    /// How far it is.
    pub stage: WorkStage,
}

/// How far a work item is.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WorkStage {
    /// Offered, to be answered.
    Offered,
    /// Declined.
    Declined,
    /// Offered, and not answered in time.
    Unanswered,
    /// In hand.
    InHand,
    /// Done, to be checked.
    Finished,
    /// Done, checked and closed.
    Closed,
    /// A request closed for want of ground.
    Groundless,
}

/// A form that is due, or was filed.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DueView {
    /// The form.
    pub form: String,
    /// What it is called.
    pub name: Text,
    /// Whom it is about.
    pub about: About,
    /// The unit that files it.
    pub from: UnitId,
    /// What time it is for.
    pub when: When,
    /// The period that time belongs to.
    pub period: Period,
    /// The day by which it is due.
    pub due: Date,
    /// How many working days late it came, or is today.
    pub late: u32,
    /// The record, once it is filed.
    pub record: Option<u64>,
}

/// A record.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RecordView {
    /// Its number.
    pub record: u64,
    /// The form.
    pub form: String,
    /// Whom it is about.
    pub about: About,
    /// The unit it counts for.
    pub unit: UnitId,
    /// The unit that filed it.
    pub from: UnitId,
    /// What time it is for.
    pub when: When,
    /// The period it counts in.
    pub counts_in: Period,
    /// The day by which it was due.
    pub due: Option<Date>,
    /// How many working days late it came.
    pub late: u32,
    /// Whether it counts now.
    pub counts: bool,
    /// Whether someone has to verify it yet.
    pub to_be_verified: bool,
    /// Whether it was taken back.
    pub withdrawn: bool,
    /// Field → what stands in it: an object with the kind of value. Texts are told; of files, the id of their item.
    pub values: Map<String, serde_json::Value>,
}

/// An objection.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ObjectionView {
    /// Its number.
    pub objection: u64,
    /// To what.
    pub about: objection::About,
    /// What was done or left undone.
    pub act: String,
    /// On which day.
    pub act_on: Date,
    /// The rule that it falls under.
    pub rule: String,
    /// The reasoning.
    pub reason: String,
    /// The day on which it was raised.
    pub on: Date,
    /// The unit concerned.
    pub unit: Option<UnitId>,
    /// The answer of the other side.
    pub answer: Option<String>,
    /// Whether it is still to be decided, or can be appealed.
    pub open: bool,
    /// The day by which a decision is due.
    pub due: Option<Date>,
    /// The role that decides it as it stands, or its appeal.
    pub decided_by: Option<String>,
    /// The decision that holds.
    pub decision: Option<DecisionView>,
    /// All decisions, the first before the one on appeal.
    pub decisions: Vec<DecisionView>,
    /// The appeal against the first decision.
    pub appeal: Option<AppealView>,
}

/// An appeal.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AppealView {
    /// When.
    pub on: Date,
    /// Why.
    pub reason: String,
}

/// The decision on an objection.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DecisionView {
    /// When.
    pub on: Date,
    /// How.
    pub outcome: objection::Outcome,
    /// What it changes.
    pub effect: objection::Effect,
    /// Why.
    pub reason: String,
}

/// A form of a period of which a share is drawn for verification.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SampleView {
    /// The form.
    pub form: String,
    /// The period.
    pub period: Period,
    /// The percentage that is drawn.
    pub percent: f64,
    /// The role that draws and verifies.
    pub verified_by: String,
    /// The first day on which it can be drawn.
    pub from: Date,
    /// How many records there are, without those withdrawn.
    pub records: usize,
    /// How many of them nothing was drawn from yet.
    pub undrawn: usize,
    /// How many were drawn.
    pub drawn: usize,
    /// How many of those are still to be verified.
    pub waiting: usize,
    /// How many of those were found right.
    pub right: usize,
    /// In how many of those something was found wrong.
    pub wrong: usize,
}

impl SampleView {
    /// How far the sampling of a form is.
    #[must_use]
    pub fn of(period: Period, one: &campaign::record::Sampled<'_>) -> Self {
        Self {
            form: one.form.id.to_string(),
            period,
            percent: one.percent,
            verified_by: one.verified_by.to_owned(),
            from: one.from,
            records: one.records,
            undrawn: one.undrawn,
            drawn: one.drawn,
            waiting: one.waiting,
            right: one.right,
            wrong: one.wrong,
        }
    }
}

/// What is rarely so by chance: a question to a person, which changes no score.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FlagView {
    /// Its place in the list: the least likely by chance is 0.
    pub flag: usize,
    /// What was looked for.
    pub pattern: &'static str,
    /// The unit it is about; none where it is about several.
    pub unit: Option<UnitId>,
    /// The category it is about, where it is about its units.
    pub category: Option<String>,
    /// How often chance alone does at least this.
    pub p: f64,
    /// The same, corrected for all that was looked for.
    pub adjusted: f64,
    /// What to look at.
    pub looks: Vec<LookView>,
}

/// One thing to look at.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct LookView {
    /// The first day, where it is a stretch of days.
    pub from: Option<Date>,
    /// The last day.
    pub until: Option<Date>,
    /// The period since when, where it is one.
    pub since: Option<Period>,
    /// The units it is between.
    pub units: Vec<UnitId>,
    /// What was found.
    pub observed: f64,
    /// What chance lets expect.
    pub expected: f64,
}

impl FlagView {
    /// A flag at its place in the list.
    #[must_use]
    pub fn of(place: usize, flag: &crate::pages::office::flags::Flag) -> Self {
        use crate::pages::office::flags::About;
        let look = |look: &crate::pages::office::flags::Look| LookView {
            from: look.days.map(|days| days.0),
            until: look.days.map(|days| days.1),
            since: look.since,
            units: look.units.clone(),
            observed: look.observed,
            expected: look.expected,
        };
        Self {
            flag: place,
            pattern: crate::pages::office::flags::name(flag.detector),
            unit: match &flag.about {
                About::Unit(unit) => Some(unit.clone()),
                About::Category(_) | About::Campaign => None,
            },
            category: match &flag.about {
                About::Category(category) => Some(category.clone()),
                About::Unit(_) | About::Campaign => None,
            },
            p: flag.p,
            adjusted: flag.adjusted,
            looks: flag.looks.iter().map(look).collect(),
        }
    }
}

/// What forms ask of the units of a category, and what they took in a period.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct BurdenView {
    /// The category.
    pub category: String,
    /// The period.
    pub period: Period,
    /// How many units it has.
    pub units: usize,
    /// The minutes a month that regular forms ask of each.
    pub asked: f64,
    /// The minutes that regular forms took them, on average.
    pub regular: f64,
    /// The minutes of forms filled as things happen, on average.
    pub events: f64,
    /// The most that regular forms took one of them.
    pub most: f64,
    /// The limit that the rules set, in minutes a month.
    pub limit: Option<f64>,
    /// How many units are over it.
    pub over: usize,
}

impl BurdenView {
    /// The burden of a category.
    #[must_use]
    pub fn of(
        period: Period,
        limit: Option<f64>,
        of: &crate::pages::office::burden::OfCategory,
    ) -> Self {
        Self {
            category: of.category.clone(),
            period,
            units: of.units,
            asked: of.asked,
            regular: of.regular,
            events: of.events,
            most: of.most,
            limit,
            over: of.over,
        }
    }
}

/// An honour that is held.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct HonourView {
    /// The number of its nomination.
    pub nomination: u64,
    /// The honour.
    pub honour: String,
    /// The unit that holds it; none where a person does, who isn't named.
    pub unit: Option<UnitId>,
    /// The unit that put them forward.
    pub by_unit: UnitId,
    /// The first day of the occasion it is for.
    pub occasion: Date,
    /// The day on which it was awarded.
    pub awarded: Option<Date>,
    /// The day of its review.
    pub review: Option<Date>,
}

/// Levels that were proposed by a ladder.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct LadderView {
    /// The proposal's number.
    pub proposal: u64,
    /// The ladder.
    pub ladder: String,
    /// The version of the rules.
    pub rules: u32,
    /// The periods whose final results count.
    pub periods: Vec<Period>,
    /// Whether it was decided on.
    pub confirmed: bool,
    /// The units.
    pub units: Vec<LadderUnit>,
}

/// A unit on a ladder.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct LadderUnit {
    /// The unit.
    pub unit: UnitId,
    /// The level proposed.
    pub proposed: Option<String>,
    /// The level given, once it is decided.
    pub given: Option<String>,
    /// The reward coefficient of the level that holds.
    pub coefficient: Option<f64>,
}

/// The log.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct LogView {
    /// How many entries it has.
    pub entries: u64,
}

/// A code of a refusal.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RefusalView {
    /// The code.
    pub code: &'static str,
    /// The primitive whose actions are refused so.
    pub of: &'static str,
    /// What is wrong, in Chinese.
    pub zh: &'static str,
    /// What is wrong, in English.
    pub en: &'static str,
}

/// A service, with its standards.
pub type ServiceView = Service;

impl ResultsView {
    /// Results as they are told.
    #[must_use]
    pub fn of(period: Period, run: &Run, preliminary: bool) -> Self {
        Self {
            period,
            preliminary,
            run: run.number,
            rules: run.rules,
            figures: run.figures,
            classes: run.classes.iter().map(ClassView::of).collect(),
        }
    }
}

impl ClassView {
    fn of(class: &ClassResult) -> Self {
        Self {
            category: class.category.to_string(),
            scheme: class.scheme.to_string(),
            units: class.units.iter().map(ResultView::of).collect(),
        }
    }
}

impl ResultView {
    /// A unit's result as it is told.
    #[must_use]
    pub fn of(result: &UnitResult) -> Self {
        let sure = result.sure.as_ref();
        let score = sure.and_then(|sure| sure.score);
        Self {
            unit: result.unit.clone(),
            score: result.score.and_then(|score| score.given()),
            rank: result.rank,
            band: result.band.as_ref().map(ToString::to_string),
            score_interval: score.and_then(|(low, high)| Some([low.given()?, high.given()?])),
            rank_interval: sure
                .and_then(|sure| sure.rank)
                .map(|(low, high)| [low, high]),
        }
    }
}

impl HonourView {
    /// An honour, as anyone may know of it.
    #[must_use]
    pub fn of(id: NominationId, one: &Nomination) -> Self {
        use campaign::honour::Stage;
        let (awarded, review) = match one.stage {
            Stage::Awarded { on, review, .. } => (Some(on), review),
            _ => (None, None),
        };
        Self {
            nomination: id.0,
            honour: one.honour.to_string(),
            unit: match &one.nominee {
                Nominee::Unit(unit) => Some(unit.clone()),
                Nominee::Person(_) => None,
            },
            by_unit: one.by_unit.clone(),
            occasion: one.occasion,
            awarded,
            review,
        }
    }
}

impl LadderView {
    /// What a ladder proposes.
    #[must_use]
    pub fn of(id: ProposalId, one: &Proposal) -> Self {
        let unit = |row: &Row| {
            let given = one.confirmed.as_ref().and_then(|_| one.given(&row.unit));
            let holds = given.or(row.standing.as_ref());
            LadderUnit {
                unit: row.unit.clone(),
                proposed: row.standing.as_ref().map(|one| one.level.to_string()),
                given: given.map(|one| one.level.to_string()),
                coefficient: holds.and_then(|one| one.coefficient?.given()),
            }
        };
        Self {
            proposal: id.0,
            ladder: one.ladder.to_string(),
            rules: one.rules,
            periods: one.runs.keys().copied().collect(),
            confirmed: one.confirmed.is_some(),
            units: one.rows.iter().map(unit).collect(),
        }
    }
}

impl PeriodView {
    /// How far a period is.
    #[must_use]
    pub fn of(asked: &Asked<'_>, period: Period, stage: Stage) -> Self {
        let (stage, until) = match stage {
            Stage::CutOff => (PeriodStage::CutOff, None),
            Stage::Preliminary { until, .. } => (PeriodStage::Preliminary, Some(until)),
            Stage::Final => (PeriodStage::Final, None),
            Stage::Reopened { until } => (PeriodStage::Reopened, Some(until)),
        };
        Self {
            period,
            stage,
            until,
            published: asked.state.circulars.is_published(period, asked.state),
        }
    }
}

impl CircularView {
    /// A circular, where it is published.
    #[must_use]
    pub fn of(id: CircularId, one: &Circular) -> Option<Self> {
        let Progress::Published { on, entry, .. } = one.progress else {
            return None;
        };
        Some(Self {
            circular: id.0,
            period: one.period,
            run: one.run,
            bundle: one.bundle,
            on,
            entry,
        })
    }
}

impl WorkView {
    /// A work item, as whoever asks may see it.
    #[must_use]
    pub fn of(asked: &Asked<'_>, id: WorkId, item: &Item) -> Self {
        use campaign::work::Stage;
        let text = |note: campaign::Note| asked.text(note.item).to_string();
        let inside = sees_inside(asked, item.holder());
        Self {
            work: id.0,
            kind: item.kind,
            title: item
                .title
                .filter(|_| crate::pages::mine::reads_work(asked, item))
                .map(text),
            quality: item.quality.map(text),
            unit: item.holder().cloned(),
            person: item.person.clone().filter(|_| inside),
            due: item.due,
            stage: match item.stage {
                Stage::Offered => WorkStage::Offered,
                Stage::Declined => WorkStage::Declined,
                Stage::Unanswered => WorkStage::Unanswered,
                Stage::InHand => WorkStage::InHand,
                Stage::Finished => WorkStage::Finished,
                Stage::Closed => WorkStage::Closed,
                Stage::Groundless => WorkStage::Groundless,
            },
        }
    }
}

impl DueView {
    /// A form that is due.
    #[must_use]
    pub fn of(due: &Due<'_>) -> Self {
        Self {
            form: due.form.id.to_string(),
            name: due.form.name.clone(),
            about: due.about.clone(),
            from: due.from.clone(),
            when: due.when,
            period: due.period,
            due: due.due,
            late: due.late,
            record: due.record.map(|record| record.0),
        }
    }
}

impl RecordView {
    /// A record.
    #[must_use]
    pub fn of(asked: &Asked<'_>, id: RecordId, record: &Record) -> Self {
        Self {
            record: id.0,
            form: record.form.to_string(),
            about: record.about.clone(),
            unit: record.unit.clone(),
            from: record.from.clone(),
            when: record.when,
            counts_in: record.counts_in,
            due: record.due,
            late: record.late,
            counts: record.counts(),
            to_be_verified: record.to_be_verified(),
            withdrawn: record.withdrawn,
            values: told(asked, &record.values),
        }
    }
}

impl ObjectionView {
    /// An objection.
    #[must_use]
    pub fn of(asked: &Asked<'_>, id: ObjectionId, one: &Objection) -> Self {
        let text = |item: ItemId| asked.text(item).to_string();
        let answer = one.answer.as_ref();
        let decided = |decision: &objection::Decision| DecisionView {
            on: decision.on,
            outcome: decision.outcome,
            effect: decision.effect.clone(),
            reason: text(decision.reason.item),
        };
        Self {
            objection: id.0,
            about: one.about.clone(),
            act: text(one.ground.act.item),
            act_on: one.ground.on,
            rule: one.ground.rule.to_string(),
            reason: text(one.reason.item),
            on: one.on,
            unit: one.unit.clone(),
            answer: answer.map(|(_, answer)| text(answer.item)),
            open: one.is_open(asked.today),
            due: one.due(),
            decided_by: objection::decided_by(asked.state, one).map(|role| role.to_string()),
            decision: one.decision().map(decided),
            decisions: one.decisions.iter().map(decided).collect(),
            appeal: one.appeal.as_ref().map(|appeal| AppealView {
                on: appeal.on,
                reason: text(appeal.reason.item),
            }),
        }
    }
}

/// What stands in the fields of a record, texts told.
fn told(asked: &Asked<'_>, values: &Values) -> Map<String, serde_json::Value> {
    let pairs = values.iter();
    let pairs = pairs.map(|(name, value)| (name.to_string(), told_value(asked, value)));
    pairs.collect()
}

fn told_value(asked: &Asked<'_>, value: &Value) -> serde_json::Value {
    match value {
        Value::Text(note) => json!({ "text": { "text": &*asked.text(note.item) } }),
        Value::Attachment(file) => json!({ "attachment": {
            "item": file.note.item,
            "media_type": file.media_type,
            "bytes": file.bytes,
        } }),
        Value::Table(rows) => {
            let rows: Vec<_> = rows.iter().map(|row| told(asked, row)).collect();
            json!({ "table": rows })
        }
        other => serde_json::to_value(other).unwrap_or_default(),
    }
}
