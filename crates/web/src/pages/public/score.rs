//! A unit's score, every point of it: the rule, the figure, the peers, what was lost, what would have earned it.

use campaign::UnitId;
use campaign::figure::Amount;
use rulebook::Period;
use rulebook::explain::{earned, taken_off};
use scoring::{Adjustment, Explanation, ItemRow, Role};

use super::results::{self, Explained, Only, Results};
use super::sheet::{Part, Sheet, headers};
use crate::asked::{Asked, At};
use crate::files::{Cell, Table};
use crate::problem::Problem;
use crate::reply::Answer;

/// Shows it.
pub fn show(asked: &Asked<'_>, at: &At) -> Answer {
    let (unit, period) = (at.unit()?, at.period()?);
    let w = asked.words;
    let found = results::results(asked, period, Some(&unit)).ok_or_else(Problem::not_found)?;
    let (_, result) = found.run.of(&unit).ok_or_else(Problem::not_found)?;
    let name = asked.unit_name(&unit);
    let title = w.with(
        "public-score-of",
        &[("unit", name), ("period", &w.period(period))],
    );
    let mut sheet = Sheet::new(title);
    if found.preliminary {
        sheet.add(Part::Warn(w.t("public-preliminary").into_owned()));
    }
    let score = result.score.and_then(Amount::given);
    head(&mut sheet, asked, &unit, found, score);
    match results::explained(asked, period, found.run, &unit, Only::One) {
        Some(explained) => points(&mut sheet, asked, &unit, period, &explained),
        None => sheet.add(Part::Quiet(w.t("public-not-kept").into_owned())),
    }
    sheet.answer(asked, at)
}

fn head(
    sheet: &mut Sheet,
    asked: &Asked<'_>,
    unit: &UnitId,
    found: Results<'_>,
    score: Option<f64>,
) {
    let w = asked.words;
    let run = found.run;
    let fact = |id: &str, cell: Cell| (w.t(id).into_owned(), cell);
    let mut facts = vec![
        fact(
            "public-unit",
            Cell::link(asked.unit_name(unit), format!("/units/{unit}")),
        ),
        fact(
            "public-score",
            Cell::number(score.map(|score| w.num(score, 2))),
        ),
        fact("public-rules", Cell::text(run.rules.to_string())),
        fact(
            "public-run-entry",
            Cell::link(run.entries.to_string(), "/log"),
        ),
        fact("public-figures-digest", Cell::text(run.figures.to_string())),
    ];
    if let Some(entry) = asked.state.rules.entry(run.rules) {
        facts.push(fact(
            "public-rules-entry",
            Cell::link(entry.to_string(), "/log"),
        ));
    }
    sheet.add(Part::Facts(facts));
}

fn points(
    sheet: &mut Sheet,
    asked: &Asked<'_>,
    unit: &UnitId,
    period: Period,
    explained: &Explained,
) {
    let w = asked.words;
    let Some(explanation) = explained.of(unit) else {
        return;
    };
    let mut rows: Vec<Vec<Cell>> = explanation
        .items
        .iter()
        .map(|item| row(asked, explained, unit, item))
        .collect();
    rows.extend(adjustments(asked, explanation));
    sheet.add(Part::Heading(w.t("public-points-head").into_owned()));
    let ids = [
        "public-indicator",
        "public-figure",
        "public-class-mean-head",
        "public-best",
        "public-points",
        "public-full",
        "public-lost",
        "public-needed",
    ];
    sheet.add(Part::Table(Table {
        name: "points".into(),
        caption: w.t("public-points-add-up").into_owned(),
        headers: headers(asked, &ids),
        rows,
    }));
    sheet.add(Part::Heading(w.t("public-rules-head").into_owned()));
    for item in &explanation.items {
        rule(sheet, asked, unit, period, explained, item);
    }
}

fn row(asked: &Asked<'_>, explained: &Explained, unit: &UnitId, item: &ItemRow) -> Vec<Cell> {
    let w = asked.words;
    let key = (unit.as_str().to_owned(), item.id.clone());
    let is_withheld = explained.withheld.contains(&key);
    let number = |value: Option<f64>| Cell::number(value.map(|value| w.num(value, 2)));
    let needed = match (item.full_at, item.next) {
        (_, Some((figure, points))) => Some(
            w.with(
                "public-needed-next",
                &[("figure", &w.num(figure, 2)), ("points", &w.num(points, 2))],
            )
            .into_owned(),
        ),
        (Some(figure), None) => Some(
            w.a("public-needed-full", "figure", w.num(figure, 2))
                .into_owned(),
        ),
        (None, None) => None,
    };
    // What is taken off is shown as it counts.
    let signed = |points: f64| match item.role {
        Role::Deduction => -points,
        Role::Indicator | Role::Bonus => points,
    };
    vec![
        Cell::text(name(asked, explained, &item.id)),
        match is_withheld {
            true => Cell::text(w.t("public-withheld")),
            false => number(item.figure),
        },
        number(item.class_mean),
        number(item.class_best),
        Cell::number(item.points.map(|points| w.num(signed(points), 4))),
        number(item.full),
        number(item.lost),
        Cell::text(needed.unwrap_or_else(|| "—".to_owned())),
    ]
}

/// What an item is called.
pub fn name(asked: &Asked<'_>, explained: &Explained, id: &str) -> String {
    let item = explained.item(id);
    item.map_or_else(
        || id.to_owned(),
        |item| asked.words.of(&item.name).to_owned(),
    )
}

fn adjustments(asked: &Asked<'_>, explanation: &Explanation) -> Vec<Vec<Cell>> {
    let w = asked.words;
    let row = |adjustment: &Adjustment| {
        let id = match adjustment {
            Adjustment::Reweighted { .. } => "public-reweighted",
            Adjustment::BonusCap { .. } => "public-bonus-cap",
            Adjustment::DeductionCap { .. } => "public-deduction-cap",
            Adjustment::ScoreCap { .. } => "public-score-cap",
            Adjustment::Veto { .. } => "public-veto",
        };
        let none = || Cell::number(None);
        let points = Cell::number(Some(w.num(adjustment.points(), 4)));
        vec![
            Cell::text(w.t(id)),
            none(),
            none(),
            none(),
            points,
            none(),
            none(),
            Cell::text("—"),
        ]
    };
    explanation.adjustments.iter().map(row).collect()
}

/// An item's rule in words, where its figure comes from, and the way to object to it.
fn rule(
    sheet: &mut Sheet,
    asked: &Asked<'_>,
    unit: &UnitId,
    period: Period,
    explained: &Explained,
    row: &ItemRow,
) {
    let w = asked.words;
    let campaign = &explained.book.campaign;
    let Some(item) = explained.item(&row.id) else {
        return;
    };
    let rule = match row.role {
        Role::Deduction => taken_off(campaign, &item, w.lang),
        Role::Indicator | Role::Bonus => earned(campaign, &item, w.lang),
    };
    let mut facts = vec![(
        w.of(&item.name).to_owned(),
        Cell::text(rule.unwrap_or_default()),
    )];
    let handed = asked.state.figures.of(period);
    let given = handed.is_some_and(|of| of.cell(&row.measure, unit).is_some());
    let last = handed.and_then(|of| of.history().last());
    if let Some(hand_in) = last.filter(|_| given) {
        let cell = Cell::link(hand_in.entry.to_string(), "/log");
        facts.push((w.t("public-figure-entry").into_owned(), cell));
    }
    if let Some(origin) = campaign
        .measure(&row.measure)
        .and_then(|known| known.origin.as_ref())
    {
        facts.push((w.t("public-origin").into_owned(), Cell::text(w.of(origin))));
    }
    if results::sees_inside(asked, Some(unit)) {
        let to = format!(
            "/units/{unit}/objections/new?period={period}&indicator={}",
            row.id
        );
        facts.push((String::new(), Cell::link(w.t("public-object"), to)));
    }
    sheet.add(Part::Facts(facts));
}
