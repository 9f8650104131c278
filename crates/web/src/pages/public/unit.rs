//! A unit as anyone sees it: its own past, its points beside its class, what those served say, its promises and honours, and who
//! is like it and does better in what.

use campaign::figure::Amount;
use campaign::honour::Nominee;
use campaign::id::Name;
use campaign::rating::{self, Levels, Shown};
use campaign::{State, UnitId};
use inference::charts::{Data, Kind, Options, RuleSet, chart};
use rulebook::Period;
use scoring::Explanation;

use super::category::score_link;
use super::results::{self, Explained, Only};
use super::score;
use super::sheet::{Part, Sheet, headers};
use crate::asked::{Asked, At};
use crate::charts::{self, About, Chart, Points};
use crate::files::{Cell, Table, table};
use crate::problem::Problem;
use crate::reply::Answer;

/// Lists the units by category.
pub fn list(asked: &Asked<'_>, at: &At) -> Answer {
    let w = asked.words;
    let mut sheet = Sheet::new(w.t("public-units"));
    for category in &asked.book()?.campaign.file.category {
        let of = asked.state.organisation.units(asked.today);
        let mut rows: Vec<Vec<Cell>> = of
            .filter(|(_, facts)| facts.category.as_str() == category.id.as_str())
            .map(|(id, facts)| vec![Cell::link(facts.name.as_str(), format!("/units/{id}"))])
            .collect();
        table::by_name(&mut rows, w.lang);
        sheet.add(Part::Heading(w.of(&category.name).to_owned()));
        sheet.add(Part::List(rows.into_iter().flatten().collect()));
    }
    sheet.answer(asked, at)
}

/// Shows one.
pub fn show(asked: &Asked<'_>, at: &At) -> Answer {
    let unit = at.unit()?;
    let facts = asked.state.organisation.facts(&unit, asked.today);
    let name = facts.map_or_else(|| asked.unit_name(&unit), |facts| facts.name.as_str());
    if name.is_empty() {
        return Err(Problem::not_found());
    }
    let mut sheet = Sheet::new(name);
    past(&mut sheet, asked, &unit);
    // Those inside a unit may see its own preliminary results, never those of its peers.
    let open = results::periods(asked, None).into_iter();
    let last = open.filter(|(_, found)| found.run.of(&unit).is_some());
    let last = last.into_iter().next_back();
    if let Some((period, found)) = last {
        if let Some(class) = results::explained(asked, period, found.run, &unit, Only::All) {
            profile(&mut sheet, asked, &unit, &class);
            peers(&mut sheet, asked, &unit, period, &class);
        }
        satisfaction(&mut sheet, asked, &unit, period);
    }
    let promises = super::others::promised(asked, Some(&unit));
    sheet.add(Part::Heading(asked.words.t("public-promises").into_owned()));
    sheet.table(promises, &asked.words.t("public-unit-no-promises"));
    honours(&mut sheet, asked, &unit);
    let calendar = Cell::link(
        asked.words.t("public-calendar"),
        format!("/calendar/{unit}/due.ics"),
    );
    sheet.add(Part::List(vec![calendar]));
    sheet.answer(asked, at)
}

fn past(sheet: &mut Sheet, asked: &Asked<'_>, unit: &UnitId) {
    let w = asked.words;
    let mut values = Vec::new();
    let mut rows = Vec::new();
    for (period, found) in results::periods(asked, Some(unit)) {
        let result = found.run.of(unit).map(|(_, result)| result);
        let Some(score) = result.and_then(|result| result.score.and_then(Amount::given)) else {
            continue;
        };
        values.push((period, score));
        let state = match found.preliminary {
            true => "public-is-preliminary",
            false => "public-is-final",
        };
        rows.push(vec![
            Cell::link(w.period(period), score_link(unit, period)),
            Cell::number(Some(w.num(score, 2))),
            Cell::text(w.t(state)),
        ]);
    }
    sheet.add(Part::Heading(w.t("public-past-head").into_owned()));
    if values.len() > 1 {
        sheet.add(Part::Chart(past_chart(asked, &values)));
    }
    let ids = ["public-period", "public-score", "public-state"];
    let table = Table {
        name: "past".into(),
        caption: w.t("public-past-caption").into_owned(),
        headers: headers(asked, &ids),
        rows,
    };
    sheet.table(table, &w.t("public-no-results"));
}

fn past_chart(asked: &Asked<'_>, values: &[(Period, f64)]) -> Chart {
    let figures: Vec<f64> = values.iter().map(|(_, value)| *value).collect();
    let options = Options::new(RuleSet::MakingDataCount);
    let found = chart(Kind::Xmr, Data::Figures(&figures), &options).ok();
    let point = found.as_ref().and_then(|found| found.points.first());
    let limits = point.and_then(|point| Some((point.lower?, point.upper?)));
    let about = About {
        title: &asked.words.t("charts-xmr"),
        desc: &asked.words.t("charts-xmr-desc"),
    };
    charts::xmr(about, values, point.map(|point| point.centre), limits)
}

/// The points of an item, by unit.
fn earned(one: &Explanation, id: &str) -> Option<f64> {
    let mut items = one.items.iter();
    items.find(|item| item.id == id)?.points
}

fn profile(sheet: &mut Sheet, asked: &Asked<'_>, unit: &UnitId, class: &Explained) {
    let w = asked.words;
    let Some(own) = class.of(unit) else {
        return;
    };
    let mut names = Vec::new();
    for item in &own.items {
        let (Some(full), Some(points)) = (item.full.filter(|full| *full > 0.0), item.points) else {
            continue;
        };
        let all: Vec<f64> = class
            .units
            .iter()
            .filter_map(|one| earned(one, &item.id))
            .collect();
        let mean = all.iter().sum::<f64>() / all.len().max(1) as f64;
        let best = all.iter().copied().fold(points, f64::max);
        names.push((
            score::name(asked, class, &item.id),
            full,
            points,
            mean,
            best,
        ));
    }
    let points: Vec<Points<'_>> = names
        .iter()
        .map(|(name, full, own, mean, best)| Points {
            name,
            full: *full,
            own: *own,
            mean: *mean,
            best: *best,
        })
        .collect();
    let about = About {
        title: &w.t("charts-profile"),
        desc: &w.t("charts-profile-desc"),
    };
    sheet.add(Part::Heading(w.t("public-profile-head").into_owned()));
    sheet.add(Part::Chart(charts::profile(about, &points)));
    let number = |value: f64| Cell::number(Some(w.num(value, 2)));
    let row = |one: &Points<'_>| {
        vec![
            Cell::text(one.name),
            number(one.own),
            number(one.mean),
            number(one.best),
            number(one.full),
        ]
    };
    let ids = [
        "public-indicator",
        "public-own",
        "public-class-mean-head",
        "public-best",
        "public-full",
    ];
    let table = Table {
        name: "profile".into(),
        caption: w.t("public-profile-head").into_owned(),
        headers: headers(asked, &ids),
        rows: points.iter().map(row).collect(),
    };
    sheet.table(table, &w.t("public-nothing"));
}

/// How many attributes two units share.
fn likeness(state: &State, a: &UnitId, b: &UnitId, today: campaign::Date) -> usize {
    let facts = |unit: &UnitId| state.organisation.facts(unit, today);
    let (Some(a), Some(b)) = (facts(a), facts(b)) else {
        return 0;
    };
    let same = a.attributes.iter();
    same.filter(|(name, value)| b.attributes.get(*name) == Some(value))
        .count()
        + usize::from(a.parent == b.parent)
}

/// For each item, who of those most like the unit has more points.
fn peers(sheet: &mut Sheet, asked: &Asked<'_>, unit: &UnitId, period: Period, class: &Explained) {
    const BETTER: usize = 3;
    let w = asked.words;
    let Some(own) = class.of(unit) else {
        return;
    };
    let mut rows = Vec::new();
    for item in own.items.iter().filter(|item| item.full.is_some()) {
        let Some(points) = item.points else {
            continue;
        };
        let mut better: Vec<(usize, f64, UnitId)> = class
            .units
            .iter()
            .filter_map(|one| {
                let theirs = earned(one, &item.id).filter(|theirs| *theirs > points + 1e-9)?;
                let id = UnitId::from(one.unit.as_str());
                Some((likeness(asked.state, unit, &id, asked.today), theirs, id))
            })
            .collect();
        better.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)).then(a.2.cmp(&b.2)));
        for (_, theirs, id) in better.into_iter().take(BETTER) {
            rows.push(vec![
                Cell::text(score::name(asked, class, &item.id)),
                Cell::link(asked.unit_name(&id), score_link(&id, period)),
                Cell::number(Some(w.num(points, 2))),
                Cell::number(Some(w.num(theirs, 2))),
            ]);
        }
    }
    sheet.add(Part::Heading(w.t("public-peers-head").into_owned()));
    sheet.add(Part::Text(w.t("public-peers").into_owned()));
    let ids = [
        "public-indicator",
        "public-unit",
        "public-own",
        "public-theirs",
    ];
    let table = Table {
        name: "peers".into(),
        caption: w.t("public-peers-head").into_owned(),
        headers: headers(asked, &ids),
        rows,
    };
    sheet.table(table, &w.t("public-no-peers"));
}

/// What a row of ratings shows, by level, the highest first.
fn level_cells(asked: &Asked<'_>, shown: Shown) -> Vec<Cell> {
    match shown {
        Shown::Withheld => vec![Cell::text(asked.words.t("public-withheld")); 6],
        Shown::Levels(levels) => {
            let counts = levels.of.iter().rev().chain([&levels.cannot_say]);
            let cell = |count: &u32| Cell::number(Some(count.to_string()));
            counts.map(cell).collect()
        }
    }
}

fn levels_table(
    asked: &Asked<'_>,
    (name, first, caption): (&'static str, &str, &str),
    rows: Vec<(String, Shown)>,
) -> Table {
    let ids = [
        first,
        "public-level-5",
        "public-level-4",
        "public-level-3",
        "public-level-2",
        "public-level-1",
        "public-cannot-say",
    ];
    let row = |(name, shown)| {
        let mut row = vec![Cell::text(name)];
        row.extend(level_cells(asked, shown));
        row
    };
    Table {
        name: name.into(),
        caption: asked.words.t(caption).into_owned(),
        headers: headers(asked, &ids),
        rows: rows.into_iter().map(row).collect(),
    }
}

fn satisfaction(sheet: &mut Sheet, asked: &Asked<'_>, unit: &UnitId, period: Period) {
    let w = asked.words;
    let Ok(book) = asked.book() else {
        return;
    };
    let found = rating::told(asked.state, unit, period, asked.today);
    let none = |parts: &[(Option<&Name>, Shown)]| {
        let mut unnamed = parts.iter().filter(|(name, _)| name.is_none());
        let unnamed = unnamed.next().map(|(_, shown)| *shown);
        unnamed.map(|shown| (w.t("public-not-stated").into_owned(), shown))
    };
    let served = book.campaign.file.served.iter();
    let served = served.map(|served| {
        let group = Name::from(served.id.as_str());
        (w.of(&served.name).to_owned(), found.group(Some(&group)))
    });
    let all = || (w.t("public-all-ratings").into_owned(), found.all);
    let mut groups: Vec<(String, Shown)> = served.collect();
    groups.extend(none(&found.groups).into_iter().chain([all()]));
    let services = book.campaign.services.iter().filter_map(|written| {
        let name = Name::from(written.item.id.as_str());
        let known = found.services.iter().any(|(of, _)| *of == Some(&name));
        known.then(|| (w.of(&written.item.name).to_owned(), found.service(&name)))
    });
    let mut services: Vec<(String, Shown)> = services.collect();
    if !services.is_empty() {
        services.extend(none(&found.services).into_iter().chain([all()]));
    }
    let head = w.a("public-ratings-head", "period", w.period(period));
    sheet.add(Part::Heading(head.into_owned()));
    let least = book.campaign.file.ratings.min_shown;
    sheet.add(Part::Quiet(w.n("public-ratings-note", least).into_owned()));
    let by_group = ("ratings", "public-group", "public-ratings-caption");
    sheet.add(Part::Table(levels_table(asked, by_group, groups)));
    if !services.is_empty() {
        let by_service = ("services", "public-service", "public-ratings-by-service");
        sheet.add(Part::Table(levels_table(asked, by_service, services)));
    }
    let nobody = Shown::Levels(Levels::default());
    if let Some(open) = found.open.filter(|open| *open != nobody) {
        let open = vec![(w.t("public-open-ratings").into_owned(), open)];
        let apart = (
            "open-ratings",
            "public-ratings-apart",
            "public-open-caption",
        );
        sheet.add(Part::Table(levels_table(asked, apart, open)));
    }
    let more = Cell::link(
        w.t("public-ratings-more"),
        format!("/units/{unit}/ratings?period={period}"),
    );
    sheet.add(Part::List(vec![more]));
}

fn honours(sheet: &mut Sheet, asked: &Asked<'_>, unit: &UnitId) {
    let w = asked.words;
    let own = |one: &campaign::honour::Nomination| match &one.nominee {
        Nominee::Unit(nominee) => nominee == unit,
        Nominee::Person(_) => false,
    };
    let items: Vec<Cell> = asked
        .state
        .honours
        .gallery()
        .filter(|(_, one)| own(one))
        .map(|(_, one)| Cell::text(super::others::honour_name(asked, one)))
        .collect();
    sheet.add(Part::Heading(w.t("public-honours").into_owned()));
    match items.is_empty() {
        true => sheet.add(Part::Quiet(w.t("public-no-honours").into_owned())),
        false => sheet.add(Part::List(items)),
    }
}
