//! Pictures as SVG, made of nothing but numbers and names: a title, a description, text of at least 12 px, colours from the
//! style sheet so that they hold in the dark and in print. Each stands beside a table with the same values.

mod picture;

use rulebook::Period;

use picture::{Picture, Scale};

/// The width of every picture.
const WIDTH: f64 = 720.0;
/// The height of a row with a name.
const ROW: f64 = 22.0;
/// Where rows with names begin to show values.
const NAMES: f64 = 230.0;

/// What a picture is called, and what it shows.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// Its title.
    pub title: &'a str,
    /// What can be read from it.
    pub desc: &'a str,
}

/// A picture as it is shown.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Chart {
    /// Its title.
    pub title: String,
    /// The picture: an element `svg`.
    pub svg: String,
}

/// How a mark is drawn: by form and by colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Neither.
    Plain,
    /// Clearly over.
    Over,
    /// Clearly under.
    Under,
}

impl Mark {
    const fn class(self) -> &'static str {
        match self {
            Self::Plain => "c-plain",
            Self::Over => "c-over",
            Self::Under => "c-under",
        }
    }
}

/// A row of a caterpillar.
#[derive(Clone, Debug)]
pub struct Bar<'a> {
    /// The unit's name.
    pub name: &'a str,
    /// Its page.
    pub link: String,
    /// Its value.
    pub value: f64,
    /// The interval of it, where it is known.
    pub interval: Option<(f64, f64)>,
    /// How it is drawn.
    pub mark: Mark,
}

/// Values with their intervals, a row for each, and a line at their mean.
#[must_use]
pub fn caterpillar(about: About<'_>, bars: &[Bar<'_>], mean: Option<f64>) -> Chart {
    let ends = bars.iter().flat_map(|bar| {
        let (low, high) = bar.interval.unwrap_or((bar.value, bar.value));
        [low, high, bar.value]
    });
    let scale = Scale::of(ends.chain(mean), NAMES, WIDTH - 70.0);
    let height = ROW * bars.len() as f64 + 40.0;
    let mut picture = Picture::new(about, WIDTH, height);
    if let Some(mean) = mean {
        let x = scale.at(mean);
        picture.line("c-mid", (x, 8.0), (x, height - 26.0));
    }
    for (row, bar) in bars.iter().enumerate() {
        let y = ROW * (row as f64 + 1.0);
        picture.open_link(&bar.link, bar.name);
        picture.text("end", NAMES - 14.0, y + 4.0, &short(bar.name));
        if let Some((low, high)) = bar.interval {
            picture.line(bar.mark.class(), (scale.at(low), y), (scale.at(high), y));
        }
        picture.mark(bar.mark, scale.at(bar.value), y);
        picture.close_link();
        picture.text("start", WIDTH - 62.0, y + 4.0, &number(bar.value));
    }
    picture.axis_below(&scale, height - 24.0);
    picture.done()
}

/// A point of a funnel.
#[derive(Clone, Debug)]
pub struct Rate<'a> {
    /// The unit's name.
    pub name: &'a str,
    /// Its page.
    pub link: String,
    /// How many of them.
    pub count: f64,
    /// Of how many.
    pub of: f64,
    /// The limits within which 998 of 1000 units would lie by luck alone.
    pub limits: (f64, f64),
}

/// Rates over the number of cases, with the limits at each: outside of them luck doesn't explain it.
#[must_use]
pub fn funnel(about: About<'_>, rates: &[Rate<'_>], target: f64) -> Chart {
    const HEIGHT: f64 = 360.0;
    let across = Scale::of(
        rates.iter().map(|rate| rate.of).chain([0.0]),
        60.0,
        WIDTH - 30.0,
    );
    let heights = rates.iter().flat_map(|rate| {
        let (low, high) = rate.limits;
        [rate.count / rate.of, low, high]
    });
    let up = Scale::of(heights.chain([target]), HEIGHT - 40.0, 20.0);
    let mut picture = Picture::new(about, WIDTH, HEIGHT);
    let y = up.at(target);
    picture.line("c-mid", (60.0, y), (WIDTH - 30.0, y));
    let mut sorted: Vec<&Rate<'_>> = rates.iter().collect();
    sorted.sort_by(|a, b| a.of.total_cmp(&b.of));
    let side = |pick: fn(&Rate<'_>) -> f64| -> Vec<(f64, f64)> {
        let point = |rate: &&Rate<'_>| (across.at(rate.of), up.at(pick(rate)));
        sorted.iter().map(point).collect()
    };
    picture.path("c-limit", &side(|rate| rate.limits.0));
    picture.path("c-limit", &side(|rate| rate.limits.1));
    for rate in rates {
        let share = rate.count / rate.of;
        let mark = match share {
            share if share > rate.limits.1 => Mark::Over,
            share if share < rate.limits.0 => Mark::Under,
            _ => Mark::Plain,
        };
        let (x, y) = (across.at(rate.of), up.at(share));
        picture.open_link(&rate.link, rate.name);
        picture.mark(mark, x, y);
        if mark != Mark::Plain {
            picture.text("middle", x, y - 9.0, &short(rate.name));
        }
        picture.close_link();
    }
    picture.axis_below(&across, HEIGHT - 24.0);
    picture.axis_left(&up, 54.0);
    picture.done()
}

/// Values over periods with centre and limits, as far as there are any: an `XmR` chart's upper half.
#[must_use]
pub fn xmr(
    about: About<'_>,
    values: &[(Period, f64)],
    centre: Option<f64>,
    limits: Option<(f64, f64)>,
) -> Chart {
    let mut lines = Vec::new();
    lines.extend(centre.map(|centre| ("c-mid", centre)));
    lines.extend(
        limits
            .iter()
            .flat_map(|(low, high)| [("c-limit", *low), ("c-limit", *high)]),
    );
    over_time(about, values, &lines, |value| match limits {
        Some((_, high)) if value > high => Mark::Over,
        Some((low, _)) if value < low => Mark::Under,
        _ => Mark::Plain,
    })
}

/// Values over periods, and a limit that they should keep under.
#[must_use]
pub fn trend(about: About<'_>, values: &[(Period, f64)], limit: Option<f64>) -> Chart {
    let lines: Vec<(&str, f64)> = limit.map(|limit| ("c-limit", limit)).into_iter().collect();
    over_time(about, values, &lines, |value| match limit {
        Some(limit) if value > limit => Mark::Under,
        _ => Mark::Plain,
    })
}

fn over_time(
    about: About<'_>,
    values: &[(Period, f64)],
    lines: &[(&str, f64)],
    mark: impl Fn(f64) -> Mark,
) -> Chart {
    const HEIGHT: f64 = 260.0;
    let all = values.iter().map(|(_, value)| *value);
    let up = Scale::of(
        all.chain(lines.iter().map(|(_, at)| *at)),
        HEIGHT - 50.0,
        20.0,
    );
    let step = (WIDTH - 110.0) / (values.len().max(2) - 1) as f64;
    let x = |at: usize| 70.0 + step * at as f64;
    let mut picture = Picture::new(about, WIDTH, HEIGHT);
    for (class, at) in lines {
        picture.line(class, (60.0, up.at(*at)), (WIDTH - 30.0, up.at(*at)));
    }
    let points: Vec<(f64, f64)> = values
        .iter()
        .enumerate()
        .map(|(at, (_, value))| (x(at), up.at(*value)))
        .collect();
    picture.path("c-plain", &points);
    for (at, (period, value)) in values.iter().enumerate() {
        picture.mark(mark(*value), x(at), up.at(*value));
        // Every label where there is room, else every second.
        if step >= 55.0 || at % 2 == 0 {
            picture.text("middle", x(at), HEIGHT - 20.0, &period.to_string());
        }
    }
    picture.axis_left(&up, 54.0);
    picture.done()
}

/// A row of a profile: an indicator's points.
#[derive(Clone, Debug)]
pub struct Points<'a> {
    /// What it is called.
    pub name: &'a str,
    /// The points of a full result.
    pub full: f64,
    /// One's own.
    pub own: f64,
    /// The mean of the class.
    pub mean: f64,
    /// The best of the class.
    pub best: f64,
}

/// One's own points by indicator, as shares of full points: a bar; the class's mean is a line, the best a triangle.
#[must_use]
pub fn profile(about: About<'_>, rows: &[Points<'_>]) -> Chart {
    let scale = Scale::of([0.0, 100.0].into_iter(), NAMES, WIDTH - 90.0);
    let height = ROW * rows.len() as f64 + 40.0;
    let mut picture = Picture::new(about, WIDTH, height);
    for (row, points) in rows.iter().enumerate() {
        let y = ROW * (row as f64 + 1.0);
        let share = |value: f64| scale.at((100.0 * value / points.full).clamp(0.0, 100.0));
        picture.text("end", NAMES - 14.0, y + 4.0, &short(points.name));
        picture.bar("c-own", scale.at(0.0), share(points.own), y - 6.0);
        let mean = share(points.mean);
        picture.line("c-mid", (mean, y - 9.0), (mean, y + 9.0));
        picture.mark(Mark::Over, share(points.best), y);
        let told = format!("{}/{}", number(points.own), number(points.full));
        picture.text("start", WIDTH - 82.0, y + 4.0, &told);
    }
    picture.axis_below(&scale, height - 24.0);
    picture.done()
}

/// A row of a heat table.
#[derive(Clone, Debug)]
pub struct Heat<'a> {
    /// The unit's name.
    pub name: &'a str,
    /// Its page.
    pub link: String,
    /// Its value in each column, where there is one.
    pub values: Vec<Option<f64>>,
}

/// The shades of a heat table.
const SHADES: usize = 5;

/// Values by row and column: each is written in its cell, and shaded by the fifth of all values that it lies in.
#[must_use]
pub fn heat(about: About<'_>, columns: &[String], rows: &[Heat<'_>]) -> Chart {
    let mut all: Vec<f64> = rows
        .iter()
        .flat_map(|row| row.values.iter().flatten().copied())
        .filter(|value| value.is_finite())
        .collect();
    all.sort_by(f64::total_cmp);
    let ends = ends(&all);
    let step = ((WIDTH - NAMES - 10.0) / columns.len().max(1) as f64).min(80.0);
    let x = |column: usize| NAMES + step * column as f64;
    let height = ROW * (rows.len() as f64 + 1.0) + 44.0;
    let mut picture = Picture::new(about, WIDTH, height);
    for (at, column) in columns.iter().enumerate() {
        picture.text("middle", x(at) + step / 2.0, ROW - 6.0, column);
    }
    for (row, one) in rows.iter().enumerate() {
        let y = ROW * (row as f64 + 1.0);
        picture.open_link(&one.link, one.name);
        picture.text("end", NAMES - 8.0, y + 15.0, &short(one.name));
        picture.close_link();
        for (at, value) in one.values.iter().enumerate() {
            if let Some(value) = value {
                picture.cell(shade(&ends, *value), (x(at), y), (step - 2.0, ROW - 2.0));
                let told = format!("{value:.1}");
                picture.text("middle", x(at) + step / 2.0, y + 15.0, &told);
            }
        }
    }
    key(&mut picture, &all, &ends, height - 26.0);
    picture.done()
}

/// Where each fifth but the last ends.
fn ends(sorted: &[f64]) -> Vec<f64> {
    let end = |fifth: usize| sorted.get((sorted.len() * fifth).div_ceil(SHADES).max(1) - 1);
    (1..SHADES).filter_map(end).copied().collect()
}

fn shade(ends: &[f64], value: f64) -> usize {
    1 + ends.iter().filter(|end| value > **end).count()
}

/// What each shade stands for.
fn key(picture: &mut Picture, sorted: &[f64], ends: &[f64], y: f64) {
    const WIDE: f64 = 96.0;
    let (Some(low), Some(high)) = (sorted.first(), sorted.last()) else {
        return;
    };
    let mut low = *low;
    for (at, end) in ends.iter().chain([high]).enumerate() {
        let x = NAMES + WIDE * at as f64;
        picture.cell(at + 1, (x, y), (WIDE - 4.0, ROW - 2.0));
        let told = format!("{low:.1}–{end:.1}");
        picture.text("middle", x + WIDE / 2.0 - 2.0, y + 15.0, &told);
        low = *end;
    }
}

/// A number with at most two decimals.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A name that fits beside its row.
fn short(name: &str) -> String {
    const ROOM: usize = 32;
    let mut taken = 0;
    let mut text = String::new();
    for sign in name.chars() {
        taken += if sign.is_ascii() { 1 } else { 2 };
        if taken > ROOM {
            text.push('…');
            break;
        }
        text.push(sign);
    }
    text
}

#[cfg(test)]
mod tests;
