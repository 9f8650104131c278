//! Run rules, in named and versioned sets.

use serde::Serialize;

use super::runs::{self, Runs};
use super::{Part, Point};

/// A set of rules. Each has a name, a version and a source; a set never changes under its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuleSet {
    /// Beyond a limit; a run too long or crossings too few for the number of points. Anhøj, Olesen (2014).
    Anhoj,
    /// The four zone tests of the Western Electric *Statistical Quality Control Handbook* (1956).
    WesternElectric,
    /// The eight tests of Nelson (1984), *The Shewhart control chart – tests for special causes*.
    Nelson,
    /// The rules of the NHS programme *Making data count* as NHSRplotthedots 0.2 has them: one signal for each point, in this
    /// order: beyond a limit, part of a trend of 7, two of three near a limit, part of 7 on one side.
    MakingDataCount,
}

impl RuleSet {
    /// All sets.
    pub const ALL: [Self; 4] = [
        Self::Anhoj,
        Self::WesternElectric,
        Self::Nelson,
        Self::MakingDataCount,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Anhoj => "anhoj",
            Self::WesternElectric => "western-electric",
            Self::Nelson => "nelson",
            Self::MakingDataCount => "nhs",
        }
    }

    /// Its version: the year of its source, or the release whose behaviour it is.
    #[must_use]
    pub const fn version(self) -> &'static str {
        match self {
            Self::Anhoj => "2014",
            Self::WesternElectric => "1956",
            Self::Nelson => "1984",
            Self::MakingDataCount => "NHSRplotthedots-0.2",
        }
    }
}

/// A rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Beyond a limit.
    Outside,
    /// Two of three points beyond two standard deviations on one side.
    TwoOfThree,
    /// Four of five points beyond one standard deviation on one side.
    FourOfFive,
    /// So many points in a row on one side: 8 (Western Electric), 9 (Nelson), 7 (NHS).
    OneSide,
    /// So many points steadily rising or falling: 6 (Nelson), 7 (NHS).
    Trend,
    /// Fourteen points that alternate up and down.
    Alternating,
    /// Fifteen points within one standard deviation.
    Hugging,
    /// Eight points with none within one standard deviation.
    Mixture,
    /// Part of a run longer than chance allows for the number of points.
    LongRun,
}

/// Where a signal points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// High, or rising.
    Up,
    /// Low, or falling.
    Down,
    /// Nowhere.
    Neither,
}

impl Direction {
    const fn of(up: bool) -> Self {
        if up { Self::Up } else { Self::Down }
    }
}

/// A rule that speaks at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Signal {
    /// Which.
    pub rule: Rule,
    /// Where it points.
    pub direction: Direction,
}

/// A point that takes part in full.
#[derive(Clone, Copy, Debug)]
struct Seen {
    value: f64,
    /// NaN where there are no zones.
    z: f64,
    side: i8,
    outside: bool,
}

/// Puts the signals of a set on the points of a phase. Zone tests (Western Electric, Nelson) mark the point that completes a
/// pattern; NHS rules and long runs mark all points of it.
pub(super) fn judge(set: RuleSet, runs: &Runs, points: &mut [Point]) {
    outside(points);
    match set {
        RuleSet::Anhoj => long_runs(runs, points),
        RuleSet::WesternElectric => on_full(points, western_electric),
        RuleSet::Nelson => on_full(points, nelson),
        RuleSet::MakingDataCount => on_full(points, making_data_count),
    }
}

fn outside(points: &mut [Point]) {
    for point in points.iter_mut().filter(|point| point.outside) {
        let up = point.value.is_some_and(|value| value > point.centre);
        point.signals.push(Signal {
            rule: Rule::Outside,
            direction: Direction::of(up),
        });
    }
}

fn long_runs(runs: &Runs, points: &mut [Point]) {
    let Some(phase) = points.first().map(|point| point.phase) else {
        return;
    };
    let found = runs::sides(points, phase);
    let long = found
        .iter()
        .filter(|run| runs.longest_limit.is_some_and(|limit| run.length > limit));
    for run in long {
        let part = points.get_mut(run.start..run.end).unwrap_or_default();
        let useful = part
            .iter_mut()
            .filter(|point| point.part == Part::Full && point.value != Some(point.centre));
        for point in useful {
            point.signals.push(Signal {
                rule: Rule::LongRun,
                direction: run.direction,
            });
        }
    }
}

/// Marks found among the points that take part in full.
type Marks = Vec<(usize, Signal)>;

fn on_full(points: &mut [Point], find: fn(&[Seen]) -> Marks) {
    let full: Vec<usize> = (0..points.len())
        .filter(|at| {
            points
                .get(*at)
                .is_some_and(|point| point.part == Part::Full)
        })
        .collect();
    let seen: Vec<Seen> = points
        .iter()
        .filter(|point| point.part == Part::Full)
        .map(see)
        .collect();
    for (at, signal) in find(&seen) {
        if let Some(point) = full.get(at).and_then(|at| points.get_mut(*at)) {
            point.signals.push(signal);
        }
    }
}

fn see(point: &Point) -> Seen {
    let value = point.value.unwrap_or(f64::NAN);
    Seen {
        value,
        z: point.z.unwrap_or(f64::NAN),
        side: i8::from(value > point.centre) - i8::from(value < point.centre),
        outside: point.outside,
    }
}

fn western_electric(seen: &[Seen]) -> Marks {
    let mut marks = Vec::new();
    some_of(seen, 3, 2, 2.0, Rule::TwoOfThree, &mut marks);
    some_of(seen, 5, 4, 1.0, Rule::FourOfFive, &mut marks);
    each(seen, 8, Rule::OneSide, &mut marks, one_side);
    marks
}

fn nelson(seen: &[Seen]) -> Marks {
    let mut marks = Vec::new();
    each(seen, 9, Rule::OneSide, &mut marks, one_side);
    each(seen, 6, Rule::Trend, &mut marks, trend);
    each(seen, 14, Rule::Alternating, &mut marks, alternating);
    some_of(seen, 3, 2, 2.0, Rule::TwoOfThree, &mut marks);
    some_of(seen, 5, 4, 1.0, Rule::FourOfFive, &mut marks);
    each(seen, 15, Rule::Hugging, &mut marks, |window| {
        window
            .iter()
            .all(|point| point.z.abs() < 1.0)
            .then_some(Direction::Neither)
    });
    each(seen, 8, Rule::Mixture, &mut marks, |window| {
        window
            .iter()
            .all(|point| point.z.abs() > 1.0)
            .then_some(Direction::Neither)
    });
    marks
}

/// Marks the last point of each window for which a test holds.
fn each(
    seen: &[Seen],
    length: usize,
    rule: Rule,
    marks: &mut Marks,
    test: fn(&[Seen]) -> Option<Direction>,
) {
    for (start, window) in seen.windows(length).enumerate() {
        if let Some(direction) = test(window) {
            marks.push((start + length - 1, Signal { rule, direction }));
        }
    }
}

/// Marks each point beyond `zone` that is one of `least` among the last `of`, all on one side.
fn some_of(seen: &[Seen], of: usize, least: usize, zone: f64, rule: Rule, marks: &mut Marks) {
    for at in 0..seen.len() {
        let window = seen
            .get((at + 1).saturating_sub(of)..=at)
            .unwrap_or_default();
        for (sign, direction) in [(1.0, Direction::Up), (-1.0, Direction::Down)] {
            let beyond = |point: &Seen| sign * point.z > zone;
            if window.last().is_some_and(beyond)
                && window.iter().filter(|point| beyond(point)).count() >= least
            {
                marks.push((at, Signal { rule, direction }));
            }
        }
    }
}

fn one_side(window: &[Seen]) -> Option<Direction> {
    let side = window.first()?.side;
    (side != 0 && window.iter().all(|point| point.side == side)).then(|| Direction::of(side > 0))
}

fn trend(window: &[Seen]) -> Option<Direction> {
    let steps = || window.iter().skip(1).zip(window);
    if steps().all(|(after, before)| after.value > before.value) {
        Some(Direction::Up)
    } else if steps().all(|(after, before)| after.value < before.value) {
        Some(Direction::Down)
    } else {
        None
    }
}

fn alternating(window: &[Seen]) -> Option<Direction> {
    let steps: Vec<f64> = window
        .iter()
        .skip(1)
        .zip(window)
        .map(|(after, before)| after.value - before.value)
        .collect();
    let turns = steps
        .iter()
        .skip(1)
        .zip(&steps)
        .all(|(after, before)| after * before < 0.0);
    turns.then_some(Direction::Neither)
}

/// One signal at most for each point that isn't beyond a limit.
fn making_data_count(seen: &[Seen]) -> Marks {
    let mut trends = vec![None; seen.len()];
    let mut sides = vec![None; seen.len()];
    let mut near = vec![None; seen.len()];
    // Later windows overwrite: a point where two trends meet belongs to the one it starts.
    spread(seen, 7, &mut trends, trend, |_| true);
    spread(seen, 7, &mut sides, one_side, |_| true);
    spread(seen, 3, &mut near, two_near, is_near);
    let rules = [
        (Rule::Trend, &trends),
        (Rule::TwoOfThree, &near),
        (Rule::OneSide, &sides),
    ];
    let first = |at: usize| {
        rules.iter().find_map(|(rule, marks)| {
            let direction = marks.get(at).copied().flatten()?;
            Some((
                at,
                Signal {
                    rule: *rule,
                    direction,
                },
            ))
        })
    };
    let inside = seen.iter().enumerate().filter(|(_, point)| !point.outside);
    inside.filter_map(|(at, _)| first(at)).collect()
}

/// Marks all points of each window for which a test holds, if they take part.
fn spread(
    seen: &[Seen],
    length: usize,
    marks: &mut [Option<Direction>],
    test: fn(&[Seen]) -> Option<Direction>,
    takes_part: fn(&Seen) -> bool,
) {
    for (start, window) in seen.windows(length).enumerate() {
        let Some(direction) = test(window) else {
            continue;
        };
        for (mark, point) in marks.iter_mut().skip(start).zip(window) {
            if takes_part(point) {
                *mark = Some(direction);
            }
        }
    }
}

/// Three points on one side, two of them near the limit.
fn two_near(window: &[Seen]) -> Option<Direction> {
    let near = window.iter().filter(|point| is_near(point)).count();
    one_side(window).filter(|_| near >= 2)
}

/// In the outer third, not beyond the limit.
fn is_near(point: &Seen) -> bool {
    !point.outside && point.z.abs() > 2.0
}
