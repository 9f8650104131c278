//! The units of a category side by side: named only where the data can tell.

use campaign::UnitId;
use campaign::period::{ClassResult, Sure, UnitResult};
use campaign::rating::{self, Shown};
use inference::funnel::{Kind, funnel};
use rulebook::Period;
use scoring::replay::Verdict;

use super::results::{self, Results};
use super::sheet::{Part, Sheet, headers};
use crate::asked::{Asked, At};
use crate::charts::{self, About, Bar, Heat, Mark, Rate};
use crate::files::{Cell, Table, table};
use crate::problem::Problem;
use crate::reply::Answer;

/// What is said of a result.
pub fn verdict(result: &UnitResult) -> Option<Verdict> {
    result.sure.as_ref().and_then(|sure: &Sure| sure.named)
}

/// The message of what is said.
pub const fn told(verdict: Option<Verdict>) -> &'static str {
    match verdict {
        Some(Verdict::Ahead) => "public-ahead",
        Some(Verdict::Behind) => "public-behind",
        Some(Verdict::NoDifferent) => "public-no-different",
        None => "public-not-compared",
    }
}

/// Shows it.
pub fn show(asked: &Asked<'_>, at: &At) -> Answer {
    let period = at.period()?;
    let category = at.part("category")?;
    let found = results::results(asked, period, None).ok_or_else(Problem::not_found)?;
    let mut classes = found.run.classes.iter();
    let class = classes
        .find(|class| class.category.as_str() == category)
        .ok_or_else(Problem::not_found)?;
    let name = category_name(asked, class);
    let title = format!("{name} · {}", asked.words.period(period));
    let mut sheet = Sheet::new(title);
    fill(&mut sheet, asked, period, found, class);
    sheet.answer(asked, at)
}

/// So many periods stand beside each other.
const MONTHS: usize = 12;

/// The scores of a category's units over the last periods: by name, in no order of merit.
pub fn months(asked: &Asked<'_>, at: &At) -> Answer {
    let w = asked.words;
    let category = at.part("category")?;
    let classes: Vec<(Period, bool, &ClassResult)> = results::periods(asked, None)
        .into_iter()
        .filter_map(|(period, found)| {
            let mut classes = found.run.classes.iter();
            let class = classes.find(|class| class.category.as_str() == category)?;
            Some((period, found.preliminary, class))
        })
        .collect();
    let shown = classes
        .get(classes.len().saturating_sub(MONTHS)..)
        .unwrap_or_default();
    let (_, _, last) = shown.last().ok_or_else(Problem::not_found)?;
    let name = category_name(asked, last);
    let mut sheet = Sheet::new(w.a("public-months-of", "class", name));
    if shown.iter().any(|(_, preliminary, _)| *preliminary) {
        sheet.add(Part::Warn(w.t("public-preliminary").into_owned()));
    }
    sheet.add(Part::Text(w.t("public-months-about").into_owned()));
    let score = |class: &ClassResult, unit: &UnitId| {
        let mut units = class.units.iter();
        units.find(|result| result.unit == *unit)?.score?.given()
    };
    let units: std::collections::BTreeSet<&UnitId> = shown
        .iter()
        .flat_map(|(.., class)| class.units.iter().map(|result| &result.unit))
        .collect();
    let mut rows: Vec<Heat<'_>> = units
        .into_iter()
        .map(|unit| Heat {
            name: asked.unit_name(unit),
            link: format!("/units/{unit}"),
            values: shown.iter().map(|(.., class)| score(class, unit)).collect(),
        })
        .collect();
    rows.sort_by(|a, b| crate::order::names(w.lang, a.name, b.name));
    let labels: Vec<String> = shown
        .iter()
        .map(|(period, ..)| period.to_string().chars().skip(2).collect())
        .collect();
    let about = About {
        title: &w.t("charts-heat"),
        desc: &w.t("charts-heat-desc"),
    };
    sheet.add(Part::Chart(charts::heat(about, &labels, &rows)));
    let cells = |row: &Heat<'_>| {
        let numbers = row.values.iter();
        let numbers = numbers.map(|value| Cell::number(value.map(|value| w.num(value, 2))));
        std::iter::once(Cell::link(row.name, row.link.clone()))
            .chain(numbers)
            .collect()
    };
    let periods = shown.iter().map(|(period, ..)| w.period(*period));
    sheet.add(Part::Table(Table {
        name: "months".into(),
        caption: w.t("charts-heat").into_owned(),
        headers: headers(asked, &["public-unit"])
            .into_iter()
            .chain(periods)
            .collect(),
        rows: rows.iter().map(cells).collect(),
    }));
    sheet.answer(asked, at)
}

/// What a class is called.
pub fn category_name<'a>(asked: &Asked<'a>, class: &ClassResult) -> String {
    let book = asked.book().ok();
    let known = book.and_then(|book| {
        let mut all = book.campaign.file.category.iter();
        all.find(|category| category.id.as_str() == class.category.as_str())
    });
    known.map_or_else(
        || class.category.as_str().to_owned(),
        |category| asked.words.of(&category.name).to_owned(),
    )
}

fn fill(
    sheet: &mut Sheet,
    asked: &Asked<'_>,
    period: Period,
    found: Results<'_>,
    class: &ClassResult,
) {
    let w = asked.words;
    if found.preliminary {
        sheet.add(Part::Warn(w.t("public-preliminary").into_owned()));
    }
    let scores: Vec<f64> = class
        .units
        .iter()
        .filter_map(|result| result.score?.given())
        .collect();
    let mean = scores.iter().sum::<f64>() / scores.len().max(1) as f64;
    let counted = w.with(
        "public-class-mean",
        &[
            ("mean", &w.num(mean, 2)),
            ("units", &class.units.len().to_string()),
        ],
    );
    sheet.add(Part::Text(counted.into_owned()));
    sheet.add(Part::Text(w.t("public-how-to-read").into_owned()));
    sheet.add(Part::List(vec![Cell::link(
        w.t("public-months"),
        format!("/categories/{}/months", class.category.as_str()),
    )]));
    let bars: Vec<Bar<'_>> = class
        .units
        .iter()
        .filter_map(|result| bar(asked, period, result))
        .collect();
    let about = About {
        title: &w.t("charts-caterpillar"),
        desc: &w.t("charts-caterpillar-desc"),
    };
    let some = (!bars.is_empty()).then_some(mean);
    sheet.add(Part::Chart(charts::caterpillar(about, &bars, some)));
    for verdict in [
        Some(Verdict::Ahead),
        Some(Verdict::NoDifferent),
        Some(Verdict::Behind),
        None,
    ] {
        group(sheet, asked, period, found, class, verdict);
    }
    rates(sheet, asked, period, class);
}

/// How many of those who rated each unit were satisfied: a funnel, and the table of it. Cells of few aren't in either.
fn rates(sheet: &mut Sheet, asked: &Asked<'_>, period: Period, class: &ClassResult) {
    let w = asked.words;
    let mut known: Vec<(&UnitId, f64, f64)> = Vec::new();
    for result in &class.units {
        if let Shown::Levels(levels) =
            rating::told(asked.state, &result.unit, period, asked.today).all
            && levels.rated() > 0
        {
            let (top, all) = (levels.top(2), levels.rated());
            known.push((&result.unit, f64::from(top), f64::from(all)));
        }
    }
    let (tops, alls): (Vec<f64>, Vec<f64>) = known.iter().map(|(_, top, all)| (*top, *all)).unzip();
    let Ok(found) = funnel(Kind::Proportion, &tops, &alls, 0.1) else {
        return;
    };
    let rates: Vec<Rate<'_>> = known
        .iter()
        .zip(&found.points)
        .map(|((unit, top, all), point)| Rate {
            name: asked.unit_name(unit),
            link: format!("/units/{unit}"),
            count: *top,
            of: *all,
            limits: (point.adjusted.lower_998, point.adjusted.upper_998),
        })
        .collect();
    let about = About {
        title: &w.t("charts-funnel"),
        desc: &w.t("charts-funnel-desc"),
    };
    sheet.add(Part::Heading(w.t("charts-funnel").into_owned()));
    sheet.add(Part::Text(w.t("charts-funnel-desc").into_owned()));
    sheet.add(Part::Chart(charts::funnel(about, &rates, found.target)));
    let percent = |share: f64| Cell::number(Some(w.num(100.0 * share, 1)));
    let row = |rate: &Rate<'_>| {
        vec![
            Cell::link(rate.name, rate.link.clone()),
            Cell::number(Some(w.num(rate.of, 0))),
            percent(rate.count / rate.of),
            percent(rate.limits.0),
            percent(rate.limits.1),
        ]
    };
    let mut rows: Vec<Vec<Cell>> = rates.iter().map(row).collect();
    table::by_name(&mut rows, w.lang);
    let ids = [
        "public-unit",
        "charts-funnel-all",
        "charts-funnel-share",
        "charts-funnel-low",
        "charts-funnel-high",
    ];
    sheet.add(Part::Table(Table {
        name: "satisfied".into(),
        caption: w.t("charts-funnel").into_owned(),
        headers: headers(asked, &ids),
        rows,
    }));
}

fn bar<'a>(asked: &Asked<'a>, period: Period, result: &UnitResult) -> Option<Bar<'a>> {
    let mark = match verdict(result) {
        Some(Verdict::Ahead) => Mark::Over,
        Some(Verdict::Behind) => Mark::Under,
        _ => Mark::Plain,
    };
    let ends = result.sure.as_ref().and_then(|sure| sure.score);
    Some(Bar {
        name: asked.unit_name(&result.unit),
        link: score_link(&result.unit, period),
        value: result.score?.given()?,
        interval: ends.and_then(|(low, high)| Some((low.given()?, high.given()?))),
        mark,
    })
}

/// Where a score is explained.
pub fn score_link(unit: &UnitId, period: Period) -> String {
    format!("/units/{unit}/score/{period}")
}

/// A table of those of whom the same is said: by score where the data can tell, else by name.
fn group(
    sheet: &mut Sheet,
    asked: &Asked<'_>,
    period: Period,
    found: Results<'_>,
    class: &ClassResult,
    wanted: Option<Verdict>,
) {
    let w = asked.words;
    let of: Vec<&UnitResult> = class
        .units
        .iter()
        .filter(|result| verdict(result) == wanted)
        .collect();
    if of.is_empty() {
        return;
    }
    let mut rows: Vec<Vec<Cell>> = of
        .into_iter()
        .map(|result| row(asked, period, found, class, result))
        .collect();
    if !matches!(wanted, Some(Verdict::Ahead | Verdict::Behind)) {
        table::by_name(&mut rows, w.lang);
    }
    let name = match wanted {
        Some(Verdict::Ahead) => "ahead",
        Some(Verdict::Behind) => "behind",
        Some(Verdict::NoDifferent) => "no-different",
        None => "not-compared",
    };
    sheet.add(Part::Heading(w.t(told(wanted)).into_owned()));
    sheet.add(Part::Table(Table {
        name: name.into(),
        caption: w
            .n(&format!("{}-units", told(wanted)), rows.len())
            .into_owned(),
        headers: headers(
            asked,
            &[
                "public-unit",
                "public-score",
                "public-interval",
                "public-band",
                "public-improved-head",
            ],
        ),
        rows,
    }));
}

fn row(
    asked: &Asked<'_>,
    period: Period,
    found: Results<'_>,
    class: &ClassResult,
    result: &UnitResult,
) -> Vec<Cell> {
    let w = asked.words;
    let number = |amount: campaign::figure::Amount| amount.given().map(|value| w.num(value, 2));
    let ends = result.sure.as_ref().and_then(|sure| sure.score);
    let ends = ends.and_then(|(low, high)| Some(format!("{} … {}", number(low)?, number(high)?)));
    let improved = result.sure.as_ref().and_then(|sure| sure.improved);
    let improved = match improved {
        Some(Verdict::Ahead) => "public-improved",
        Some(Verdict::Behind) => "public-worse",
        Some(Verdict::NoDifferent) => "public-same",
        None => "public-not-compared",
    };
    vec![
        Cell::link(
            asked.unit_name(&result.unit),
            score_link(&result.unit, period),
        ),
        Cell::number(result.score.and_then(number)),
        Cell::text(ends.unwrap_or_else(|| "—".to_owned())),
        Cell::text(band_name(asked, found, class, result)),
        Cell::text(w.t(improved)),
    ]
}

/// What a result's band is called.
pub fn band_name(
    asked: &Asked<'_>,
    found: Results<'_>,
    class: &ClassResult,
    result: &UnitResult,
) -> String {
    let name = || {
        let book = asked.state.rules.version(found.run.rules)?;
        let scheme = book.campaign.scheme(class.scheme.as_str())?;
        let id = result.band.as_ref()?.as_str();
        let band = scheme.band.iter().find(|band| band.id.as_str() == id)?;
        Some(asked.words.of(&band.name).to_owned())
    };
    name().unwrap_or_else(|| "—".to_owned())
}
