//! The campaign's work: what is late and how far it has climbed, what waits for an answer or a check, what was declined; and
//! giving a task.

use campaign::work::{Action as Do, Item, Source, Stage, Step, Verdict, WorkId};
use campaign::{Action, Actor, Date, UnitId};
use rulebook::model::WorkKind;
use rulebook::say;

use super::paged::{Paged, query};
use super::periods::day_cell;
use super::sheet::{Block, Cell, Field, Form, Grid, Input, Sheet, roles, units};
use crate::act::Plan;
use crate::asked::{Asked, At};
use crate::fields::Fields;
use crate::problem::Problem;
use crate::reply::Answer;
use crate::rights::Verb;
use crate::routes::Table;
use crate::vault::Writing;

/// So many items of a part are shown beside the others; where it is shown alone, page by page.
const TOGETHER: usize = 10;
/// What was closed within so many days is shown.
const CLOSED_DAYS: i32 = 31;

/// The routes.
pub(super) fn routes() -> Table {
    let see = Verb::SeeOffice;
    Table::new()
        .show("/office/tasks", see, show)
        .act("/office/tasks", see, give, show)
}

/// Where an item stands, as whoever runs the campaign looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Late,
    Turned,
    Check,
    Answer,
    InHand,
    Closed,
}

impl Part {
    const ALL: [Self; 6] = [
        Self::Late,
        Self::Turned,
        Self::Check,
        Self::Answer,
        Self::InHand,
        Self::Closed,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Late => "late",
            Self::Turned => "turned",
            Self::Check => "check",
            Self::Answer => "answer",
            Self::InHand => "in-hand",
            Self::Closed => "closed",
        }
    }

    fn of(item: &Item, today: Date) -> Option<Self> {
        Some(match item.stage {
            Stage::Offered => Self::Answer,
            Stage::Declined | Stage::Unanswered => Self::Turned,
            Stage::InHand if item.due < today => Self::Late,
            Stage::InHand => Self::InHand,
            Stage::Finished => Self::Check,
            Stage::Closed | Stage::Groundless => {
                let last = item.history.last()?;
                return (last.day.plus(CLOSED_DAYS) >= today).then_some(Self::Closed);
            }
        })
    }
}

const KINDS: [(&str, WorkKind); 4] = [
    ("task", WorkKind::Task),
    ("promise", WorkKind::Promise),
    ("rectification", WorkKind::Rectification),
    ("request", WorkKind::Request),
];

fn kind_word(asked: &Asked<'_>, kind: WorkKind) -> String {
    let known = KINDS.iter().find(|(_, known)| *known == kind);
    let id = known.map_or("task", |(id, _)| *id);
    asked.words.t(&format!("office-kind-{id}")).into_owned()
}

/// What limits the list.
#[derive(Clone, Copy)]
struct Limits<'q> {
    kind: &'q str,
    unit: &'q str,
}

impl Limits<'_> {
    fn fits(self, item: &Item) -> bool {
        let kind = KINDS.iter().find(|(id, _)| *id == self.kind);
        let holder = item.holder().map_or("", |unit| unit.as_str());
        kind.is_none_or(|(_, kind)| item.kind == *kind)
            && (self.unit.is_empty() || holder == self.unit)
    }

    /// A part alone, limited alike.
    fn part(self, part: Part) -> String {
        let kept = [("kind", self.kind), ("unit", self.unit)];
        query("/office/tasks", &kept, ("part", part.name()))
    }
}

fn show(asked: &Asked<'_>, at: &At) -> Answer {
    let limits = Limits {
        kind: at.query.get("kind"),
        unit: at.query.get("unit"),
    };
    let mut parts = Part::ALL.into_iter();
    let alone = parts.find(|part| part.name() == at.query.get("part"));
    let items: Vec<_> = asked
        .state
        .work
        .items()
        .filter(|(_, item)| limits.fits(item))
        .filter_map(|(id, item)| Some((Part::of(item, asked.today)?, id, item)))
        .collect();
    let mut sheet = Sheet::new(asked, "office-tasks");
    sheet.add(super::places(asked));
    kinds(asked, limits, &mut sheet);
    of_unit(asked, at, &mut sheet);
    summary(asked, &items, limits, &mut sheet);
    sheet.text(asked, "office-tasks-about");
    for part in Part::ALL {
        if alone.is_none_or(|alone| alone == part) {
            let items = items.iter().filter(|(of, ..)| *of == part);
            let items = items.map(|(_, id, item)| (*id, *item)).collect();
            let paged = alone.map(|_| at);
            table(asked, part, (items, paged, limits), &mut sheet);
        }
    }
    if alone.is_none() {
        sheet.form(giving(asked, at)?);
    }
    sheet.show(asked)
}

fn kinds(asked: &Asked<'_>, limits: Limits<'_>, sheet: &mut Sheet) {
    let link = |id: &str| {
        let name = if id.is_empty() { "all" } else { id };
        let cell = Cell::text(asked.words.t(&format!("office-kind-{name}")));
        match id == limits.kind {
            true => cell,
            false => cell.to(query(
                "/office/tasks",
                &[("unit", limits.unit)],
                ("kind", id),
            )),
        }
    };
    let all = std::iter::once("").chain(KINDS.iter().map(|(id, _)| *id));
    sheet.add(Block::Links(all.map(link).collect()));
}

/// The choice of a unit.
fn of_unit(asked: &Asked<'_>, at: &At, sheet: &mut Sheet) {
    let form = Form::new(asked, "/office/tasks", "", "office-search").asking();
    let choice = Input::Choice(units(asked));
    let unit = Field::new(asked, "unit", "office-of-unit", choice);
    sheet.form(
        form.field(unit.value(at.query.get("unit")).optional())
            .field(Field::hidden("kind", at.query.get("kind")))
            .field(Field::hidden("part", at.query.get("part"))),
    );
}

fn summary(
    asked: &Asked<'_>,
    items: &[(Part, WorkId, &Item)],
    limits: Limits<'_>,
    sheet: &mut Sheet,
) {
    let fact = |part: Part| {
        let count = items.iter().filter(|(of, ..)| *of == part).count();
        let name = asked.words.t(&format!("office-part-{}", part.name()));
        let cell = Cell::text(count.to_string());
        let cell = if count > 0 {
            cell.to(limits.part(part))
        } else {
            cell
        };
        (name.into_owned(), cell)
    };
    sheet.add(Block::Facts(Part::ALL.into_iter().map(fact).collect()));
}

fn table(
    asked: &Asked<'_>,
    part: Part,
    (mut items, paged, limits): (Vec<(WorkId, &Item)>, Option<&At>, Limits<'_>),
    sheet: &mut Sheet,
) {
    let w = asked.words;
    let message = format!("office-part-{}", part.name());
    sheet.heading(asked, &message);
    sheet.note(asked, &format!("{message}.about"));
    items.sort_by_key(|(id, item)| match part {
        Part::Answer => (
            item.offer
                .as_ref()
                .map_or(item.due, |offer| offer.answer_by),
            *id,
        ),
        Part::Closed => (item.history.last().map_or(item.due, |past| past.day), *id),
        _ => (item.due, *id),
    });
    if part == Part::Closed {
        items.reverse();
    }
    let all = items.len();
    let paged = paged.map(|at| Paged::of(at, all));
    let (skip, most) = paged.map_or((0, TOGETHER), |paged| (paged.skip(), paged.most()));
    let rows: Vec<_> = items
        .into_iter()
        .skip(skip)
        .take(most)
        .map(|(id, item)| row(asked, part, id, item))
        .collect();
    let shown = rows.len();
    let last = match part {
        Part::Late => ["office-due", "office-climbed", "office-climbs-next"],
        Part::Turned => ["office-due", "office-said", "office-what-to-do"],
        Part::Check => ["office-due", "office-outcome", "office-checked-by"],
        Part::Answer => ["office-due", "office-answer-by", "office-given-by"],
        Part::InHand => ["office-due", "office-hand-over", "office-given-by"],
        Part::Closed => ["office-day", "office-outcome", "office-given-by"],
    };
    let head = ["office-item", "office-kind", "office-unit"].into_iter();
    sheet.add(Block::Table(Grid {
        caption: w.t(&message).into_owned(),
        head: head.chain(last).map(|id| w.t(id).into_owned()).collect(),
        rows,
        empty: w.t(&format!("{message}.empty")).into_owned(),
    }));
    if let Some(paged) = paged {
        let kept = [
            ("kind", limits.kind),
            ("unit", limits.unit),
            ("part", part.name()),
        ];
        sheet.blocks.extend(paged.links(asked, &kept));
    } else if shown < all {
        let more = w.a("office-show-all", "n", all.to_string());
        sheet.add(Block::Links(vec![Cell::text(more).to(limits.part(part))]));
    }
}

fn row(asked: &Asked<'_>, part: Part, id: WorkId, item: &Item) -> Vec<Cell> {
    let holder = item.holder();
    let mut cells = vec![
        Cell::text(title(asked, id, item)).to(format!("/work/{}", id.0)),
        Cell::text(kind_word(asked, item.kind)),
        holder.map_or_else(Cell::default, |unit| unit_cell(asked, unit)),
    ];
    cells.push(match part {
        Part::Closed => day(asked, item.history.last().map(|past| past.day)),
        Part::Late => day_cell(asked, item.due),
        _ => day(asked, Some(item.due)),
    });
    cells.extend(match part {
        Part::Late => climbs(asked, item),
        Part::Turned => [turned(asked, item), again(asked, id)],
        Part::Check => [outcome(asked, item), checker(asked, item)],
        Part::Answer => [
            item.offer
                .as_ref()
                .map_or_else(Cell::default, |offer| day_cell(asked, offer.answer_by)),
            giver(asked, item),
        ],
        Part::InHand => [handing(asked, item), giver(asked, item)],
        Part::Closed => [outcome(asked, item), giver(asked, item)],
    });
    cells
}

fn unit_cell(asked: &Asked<'_>, unit: &UnitId) -> Cell {
    Cell::text(asked.unit_name(unit)).to(format!("/units/{unit}"))
}

fn day(asked: &Asked<'_>, day: Option<Date>) -> Cell {
    day.map_or_else(Cell::default, |day| Cell::text(asked.words.date(day)))
}

/// What an item is about: its first line, or the ratings it comes from, which name nobody. What a request says stands on its
/// own page alone, for those who work on it: it often names who asks.
pub(crate) fn title(asked: &Asked<'_>, id: WorkId, item: &Item) -> String {
    let number = id.0.to_string();
    let text = match (&item.title, &item.source) {
        (Some(_), _) if item.kind == WorkKind::Request => {
            return crate::pages::mine::work_listed(asked, id, item);
        }
        (Some(title), _) => asked.text(title.item).lines().next().map(str::to_owned),
        (None, Source::Ratings { unit, day, .. }) => {
            let day = asked.words.date(*day);
            let pairs = [("unit", asked.unit_name(unit)), ("day", day.as_str())];
            Some(asked.words.with("office-low-ratings", &pairs).into_owned())
        }
        _ => None,
    };
    let text = text.filter(|text| !text.is_empty());
    let text = text.unwrap_or_else(|| asked.words.t("office-erased").into_owned());
    format!("{number} · {}", shortened(&text))
}

/// Long texts are cut in tables; the whole text stands on the item's own page.
fn shortened(text: &str) -> String {
    const AT_MOST: usize = 60;
    if text.chars().count() <= AT_MOST {
        return text.to_owned();
    }
    let start: String = text.chars().take(AT_MOST).collect();
    format!("{start}…")
}

/// How far a late item has climbed, and when it climbs on.
fn climbs(asked: &Asked<'_>, item: &Item) -> [Cell; 2] {
    let w = asked.words;
    let steps: Vec<String> = item
        .climbed()
        .map(|(day, unit)| format!("{} ({})", asked.unit_name(unit), w.date(day)))
        .collect();
    let climbed = if steps.is_empty() {
        Cell::text(w.t("office-not-climbed"))
    } else {
        Cell::text(steps.join(" → ")).look("late")
    };
    let from = item.reached.as_ref().or_else(|| item.holder());
    let to = from.and_then(|unit| asked.state.organisation.parent(unit, asked.today));
    let next = match (item.climbs, to) {
        (Some(day), Some(to)) => format!("{} · {}", w.date(day), asked.unit_name(to)),
        _ => w.t("office-at-the-top").into_owned(),
    };
    [climbed, Cell::text(next)]
}

/// Why it was declined, and what would make it possible.
fn turned(asked: &Asked<'_>, item: &Item) -> Cell {
    let said = item.history.iter().rev().find_map(|past| match &past.step {
        Step::Declined(reason, possible) => Some((*reason, *possible)),
        _ => None,
    });
    match said.filter(|_| item.stage == Stage::Declined) {
        Some((reason, possible)) => {
            let (reason, possible) = (asked.text(reason.item), asked.text(possible.item));
            let pairs = [("reason", &*reason), ("possible", &*possible)];
            Cell::text(asked.words.with("office-declined-because", &pairs))
        }
        None => Cell::text(asked.words.t("office-nobody-answered")).look("late"),
    }
}

fn again(asked: &Asked<'_>, id: WorkId) -> Cell {
    let to = format!("/office/tasks?again={}#give", id.0);
    Cell::text(asked.words.t("office-give-another")).to(to)
}

fn outcome(asked: &Asked<'_>, item: &Item) -> Cell {
    let found = item.history.iter().rev().find_map(|past| match &past.step {
        Step::Finished(outcome) | Step::Groundless(outcome) => Some(*outcome),
        Step::Checked(Verdict::Returned, Some(reason)) => Some(*reason),
        _ => None,
    });
    let text = found.map(|note| shortened(&asked.text(note.item)));
    Cell::text(text.unwrap_or_default())
}

fn checker(asked: &Asked<'_>, item: &Item) -> Cell {
    match (&item.checks.role, item.checks.tickets.is_empty()) {
        (Some(role), _) => Cell::text(asked.role_name(role.as_str())),
        (None, false) => Cell::text(asked.words.t("office-checked-by-code")),
        (None, true) => giver(asked, item),
    }
}

fn giver(asked: &Asked<'_>, item: &Item) -> Cell {
    Cell::text(match &item.giver {
        Actor::Person(person) => asked.person_name(person),
        Actor::Program(program) => program.to_string(),
        Actor::Public => asked.words.t("office-by-public").into_owned(),
        Actor::Clock => asked.words.t("office-by-itself").into_owned(),
    })
}

/// Whether it is being handed over, or was.
fn handing(asked: &Asked<'_>, item: &Item) -> Cell {
    let w = asked.words;
    match (&item.offer, item.handovers()) {
        (Some(offer), _) => {
            let unit = asked.unit_name(&offer.to).to_owned();
            Cell::text(w.a("office-offered-to", "unit", unit))
        }
        (None, 0) => Cell::text(w.t("office-no-hand-over")),
        (None, _) => {
            let names = item.holders.iter().map(|unit| asked.unit_name(unit));
            Cell::text(names.collect::<Vec<_>>().join(" → "))
        }
    }
}

/// The form that gives a task, filled from an item that was declined where one is named.
fn giving(asked: &Asked<'_>, at: &At) -> Result<Form, Problem> {
    let w = asked.words;
    let before = at.query.get("again").parse().ok().map(WorkId);
    let before = before.and_then(|id| asked.state.work.item(id));
    let text = |note: Option<campaign::Note>| {
        note.map_or_else(String::new, |note| asked.text(note.item).to_string())
    };
    let field = |name, label, input| Field::new(asked, name, label, input);
    let source = match before.map(|item| &item.source) {
        Some(Source::Given(source)) => text(*source),
        _ => String::new(),
    };
    let title = match before {
        Some(item) => text(item.title),
        None => at.query.get("title").to_owned(),
    };
    let role = before.and_then(|item| item.checks.role.clone());
    let role = role.map_or_else(String::new, |role| role.to_string());
    let form = Form::new(asked, "/office/tasks", "office-give-task", "office-give");
    Ok(form
        .named("give")
        .about(w.t("office-give-task.about"))
        .field(field("title", "office-task-title", Input::Lines).value(title))
        .field(
            field("quality", "office-task-quality", Input::Lines)
                .hint(w.t("office-task-quality.hint"))
                .value(text(before.and_then(|item| item.quality))),
        )
        .field(
            field("source", "office-task-source", Input::Line)
                .hint(w.t("office-task-source.hint"))
                .value(source)
                .optional(),
        )
        .field(
            field("unit", "office-task-unit", Input::Choice(units(asked)))
                .value(at.query.get("unit")),
        )
        .field(field("due", "office-task-due", Input::Day))
        .field(
            field("role", "office-task-role", Input::Choice(roles(asked)?))
                .hint(w.t("office-task-role.hint"))
                .value(role)
                .optional(),
        ))
}

fn give(asked: &Asked<'_>, _at: &At, fields: &Fields) -> Result<Plan, Problem> {
    let (mut problem, mut writing) = (Problem::fields(), Writing::new());
    let title = fields.need("title", &mut problem);
    let quality = fields.need("quality", &mut problem);
    let unit = UnitId::from(fields.need("unit", &mut problem));
    if !unit.as_str().is_empty() && asked.state.organisation.facts(&unit, asked.today).is_none() {
        let what = say!("请从列出的单位里选。", "Choose one of the units listed.");
        problem.wrong("unit", what);
    }
    let _needed = fields.need("due", &mut problem);
    let due: Option<Date> = fields.parse("due", "2026-12-31", &mut problem);
    if due.is_some_and(|due| due < asked.today) {
        let what = say!("期限已经过了。", "This day is over.");
        problem.wrong("due", what);
    }
    problem.clone().settle()?;
    let role = Some(fields.get("role")).filter(|role| !role.is_empty());
    let open = Do::Open {
        kind: WorkKind::Task,
        title: writing.text("title", title)?,
        quality: writing.optional("quality", quality)?,
        source: writing.optional("source", fields.get("source"))?,
        unit,
        person: None,
        due: due.ok_or(problem)?,
        role: role.map(Into::into),
        tickets: Vec::new(),
    };
    let plan = Plan::new(Action::Work(open), "/office/tasks", "office-done-given");
    Ok(plan.with(writing))
}
