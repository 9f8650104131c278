//! All objections and appeals: what is to be decided by when, and who may; what can still be appealed; what came of the rest.

use std::collections::BTreeMap;

use campaign::id::Name;
use campaign::objection::{self, Objection, ObjectionId, Stage};
use campaign::{Date, PersonId, State};

use super::paged::Paged;
use super::periods::day_cell;
use super::sheet::{Cell, Sheet};
use crate::asked::{Asked, At};
use crate::pages::mine::{objected_to, objection_outcome};
use crate::reply::Answer;

/// So many of those who may decide are named.
const NAMED: usize = 3;

type Numbered<'a> = (ObjectionId, &'a Objection);

/// Who holds the roles that decide, today.
struct Deciders<'a> {
    holders: BTreeMap<Name, Vec<&'a PersonId>>,
}

impl<'a> Deciders<'a> {
    fn of(state: &'a State, roles: impl Iterator<Item = Name>, today: Date) -> Self {
        let mut holders: BTreeMap<Name, Vec<&PersonId>> = roles.map(|r| (r, Vec::new())).collect();
        for (id, person) in state.organisation.people() {
            for grant in person.grants.iter().filter(|grant| grant.holds(today)) {
                if let Some(holders) = holders.get_mut(&grant.role) {
                    holders.push(id);
                }
            }
        }
        for holders in holders.values_mut() {
            holders.dedup();
        }
        Self { holders }
    }

    /// The role, and those of its holders who have no hand in it.
    fn cell(&self, asked: &Asked<'_>, one: &Objection) -> Cell {
        let Some(role) = objection::decided_by(asked.state, one) else {
            return Cell::default();
        };
        let w = asked.words;
        let name = asked.role_name(role.as_str());
        let may =
            |person: &&&PersonId| objection::may_decide(asked.state, one, person, asked.today);
        let holders = self.holders.get(&role).into_iter().flatten();
        let may: Vec<String> = holders
            .filter(may)
            .take(NAMED + 1)
            .map(|person| asked.person_name(person))
            .collect();
        if may.is_empty() {
            return Cell::text(w.a("office-nobody-may", "role", name)).look("late");
        }
        let named = may.get(..NAMED).map_or_else(
            || may.join(", "),
            |first| match may.len() > NAMED {
                true => format!("{} …", first.join(", ")),
                false => first.join(", "),
            },
        );
        let pairs = [("role", name.as_str()), ("people", named.as_str())];
        Cell::text(w.with("office-may-decide", &pairs))
    }
}

/// Shows them.
pub(super) fn show(asked: &Asked<'_>, at: &At) -> Answer {
    let all = &asked.state.objections;
    let mut due: Vec<Numbered<'_>> = all.iter().filter(|(_, one)| one.due().is_some()).collect();
    due.sort_by_key(|(id, one)| (one.due(), *id));
    let appealable: Vec<Numbered<'_>> = all
        .iter()
        .filter(|(_, one)| one.due().is_none() && one.is_open(asked.today))
        .collect();
    let over: Vec<Numbered<'_>> = all
        .iter()
        .rev()
        .filter(|(_, one)| !one.is_open(asked.today))
        .collect();
    let roles = due.iter();
    let roles = roles.filter_map(|(_, one)| objection::decided_by(asked.state, one));
    let deciders = Deciders::of(asked.state, roles, asked.today);

    let mut sheet = Sheet::new(asked, "office-objections");
    sheet.add(super::places(asked));
    sheet.text(asked, "office-objections-about");
    to_decide(asked, &due, &deciders, &mut sheet);
    can_be_appealed(asked, &appealable, &mut sheet);
    settled(asked, at, &over, &mut sheet);
    sheet.show(asked)
}

/// Which it is, what it is about, whom it concerns.
fn row(asked: &Asked<'_>, (id, one): Numbered<'_>) -> Vec<Cell> {
    let w = asked.words;
    let unit = one.unit.as_ref();
    vec![
        Cell::text(w.a("office-objection-number", "n", id.to_string()))
            .to(format!("/objections/{id}")),
        unit.map_or_else(Cell::default, |unit| {
            Cell::text(asked.unit_name(unit)).to(format!("/units/{unit}"))
        }),
        Cell::text(objected_to(asked, &one.about).0),
        Cell::text(asked.rule_name(one.ground.rule.as_str())),
    ]
}

const WHAT: [&str; 4] = [
    "office-objection",
    "office-unit",
    "office-objected-to",
    "office-rule",
];

fn head(more: &[&'static str]) -> Vec<&'static str> {
    WHAT.iter().chain(more).copied().collect()
}

fn to_decide(asked: &Asked<'_>, due: &[Numbered<'_>], deciders: &Deciders<'_>, sheet: &mut Sheet) {
    let w = asked.words;
    let rows = due.iter().map(|(id, one)| {
        let step = match one.stage {
            Stage::Appealed { .. } => "office-on-appeal",
            _ => "office-first-time",
        };
        let answered = match (&one.stage, &one.answer) {
            (Stage::Raised { .. }, None) => "office-not-answered",
            _ => "office-answered",
        };
        let mut cells = row(asked, (*id, one));
        cells.extend([
            Cell::text(w.t(step)),
            one.due()
                .map_or_else(Cell::default, |day| day_cell(asked, day)),
            Cell::text(w.t(answered)),
            deciders.cell(asked, one),
        ]);
        cells
    });
    sheet.heading(asked, "office-to-decide");
    sheet.note(asked, "office-to-decide-about");
    let more = [
        "office-step",
        "office-decide-by",
        "office-other-side",
        "office-who-may",
    ];
    let words = ("office-to-decide", "office-none-to-decide");
    sheet.table(asked, words, &head(&more), rows.collect());
}

fn can_be_appealed(asked: &Asked<'_>, open: &[Numbered<'_>], sheet: &mut Sheet) {
    let rows = open.iter().map(|(id, one)| {
        let mut cells = row(asked, (*id, one));
        cells.push(result(asked, one));
        cells.push(match one.stage {
            Stage::Decided { appeal_until } => Cell::text(asked.words.date(appeal_until)),
            _ => Cell::default(),
        });
        cells
    });
    sheet.heading(asked, "office-can-be-appealed");
    let words = ("office-can-be-appealed", "office-none-to-appeal");
    let head = head(&["office-outcome", "office-appeal-until"]);
    sheet.table(asked, words, &head, rows.collect());
}

/// How it was decided, and on appeal, where that came to something else.
fn result(asked: &Asked<'_>, one: &Objection) -> Cell {
    if one.stage == Stage::Withdrawn {
        return Cell::text(asked.words.t("office-withdrawn"));
    }
    let outcomes = one.decisions.iter();
    let words: Vec<&str> = outcomes
        .map(|decision| objection_outcome(asked, decision.outcome))
        .collect();
    Cell::text(words.join(" → "))
}

fn settled(asked: &Asked<'_>, at: &At, over: &[Numbered<'_>], sheet: &mut Sheet) {
    let w = asked.words;
    let paged = Paged::of(at, over.len());
    let shown = over.iter().skip(paged.skip()).take(paged.most());
    let rows = shown.map(|(id, one)| {
        let last = one.decisions.last().map(|decision| decision.on);
        let effect = one.decision().map(|decision| match decision.effect {
            objection::Effect::None => "mine-nothing-changes",
            objection::Effect::SetAside => "mine-it-no-longer-counts",
            objection::Effect::Correct { .. } => "mine-a-figure-was-corrected-the",
        });
        let mut cells = row(asked, (*id, one));
        cells.extend([
            result(asked, one),
            effect.map_or_else(Cell::default, |id| Cell::text(w.t(id))),
            last.map_or_else(Cell::default, |day| Cell::text(w.date(day))),
        ]);
        cells
    });
    let rows = rows.collect();
    sheet.heading(asked, "office-objections-settled");
    let words = ("office-objections-settled", "office-none-settled");
    let head = head(&["office-outcome", "office-effect", "office-day"]);
    sheet.table(asked, words, &head, rows);
    if let Some(links) = paged.links(asked, &[]) {
        sheet.add(links);
    }
}
