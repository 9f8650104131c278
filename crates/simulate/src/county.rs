//! Figures of the ready campaign `county`: for every unit and month, the measures that files, forms and ratings fill.
//!
//! Each unit has a true quality that drifts slowly; some units improve, some stand still, some fade. A figure is drawn
//! from that quality with the noise its number of cases brings, so a score made from these figures can be compared with
//! the truth it came from. Measures computed from others (formulas) are not made here.

use std::fmt::Write;

use crate::month::Month;
use crate::organisation::{Category, Unit};
use crate::random::Random;

/// What to make.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The seed. The same seed makes the same figures.
    pub seed: u64,
    /// The first month of the campaign.
    pub first: Month,
    /// How many months.
    pub months: u32,
    /// The units.
    pub units: Vec<Unit>,
}

/// A cell of the table of figures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell {
    /// A figure, the number of cases it rests on, and its standard error, where there are such.
    Given {
        /// The figure.
        value: f64,
        /// The number of cases.
        n: Option<u32>,
        /// The standard error.
        se: Option<f64>,
    },
    /// A figure was due and did not come.
    Missing,
    /// There was nothing to count.
    NotApplicable,
}

impl Cell {
    fn plain(value: f64) -> Self {
        Self::Given {
            value,
            n: None,
            se: None,
        }
    }

    fn whole(value: u32) -> Self {
        Self::plain(f64::from(value))
    }

    fn share(yes: u32, cases: u32) -> Self {
        if cases == 0 {
            return Self::NotApplicable;
        }
        Self::Given {
            value: rounded(f64::from(yes) / f64::from(cases), 10_000.0),
            n: Some(cases),
            se: None,
        }
    }
}

impl Plan {
    /// The table in the long format, `period,unit,measure,value,n,se`: by month, unit, measure.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let mut csv = String::from("period,unit,measure,value,n,se\n");
        for month in (0..self.months).map(|m| self.first.plus(m)) {
            for unit in &self.units {
                let at = Setting {
                    plan: self,
                    unit,
                    month,
                };
                for spec in SPECS.iter().filter(|spec| spec.of.contains(&unit.category)) {
                    write_row(&mut csv, &at, spec.measure, at.cell(spec));
                }
            }
        }
        csv
    }
}

fn write_row(csv: &mut String, at: &Setting, measure: &str, cell: Cell) {
    let option = |text: Option<String>| text.unwrap_or_default();
    let (value, n, se) = match cell {
        Cell::Given { value, n, se } => (
            value.to_string(),
            option(n.map(|n| n.to_string())),
            option(se.map(|se| se.to_string())),
        ),
        Cell::Missing => Default::default(),
        Cell::NotApplicable => ("n/a".to_owned(), String::new(), String::new()),
    };
    // Writing to a String can't fail.
    let _ = writeln!(
        csv,
        "{},{},{measure},{value},{n},{se}",
        at.month, at.unit.id
    );
}

/// A value rounded to a part of one, such as `10_000.0` for four decimals.
fn rounded(value: f64, parts: f64) -> f64 {
    (value * parts).round() / parts
}

/// Any number into −1…1, steepest at 0: a logistic curve without an exponential.
fn squashed(x: f64) -> f64 {
    x / (1.0 + x.abs())
}

/// Where a unit is going.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Course {
    Improving,
    Steady,
    Still,
    Fading,
}

/// How long a draw stays the same.
#[derive(Clone, Copy)]
enum Lasting {
    Month,
    Quarter,
    HalfYear,
    Always,
}

/// One unit in one month: all that a figure depends on.
#[derive(Clone, Copy)]
struct Setting<'a> {
    plan: &'a Plan,
    unit: &'a Unit,
    month: Month,
}

impl<'a> Setting<'a> {
    fn random(&self, what: &str, lasting: Lasting) -> Random {
        let time = match lasting {
            Lasting::Month => self.month.to_string(),
            Lasting::Quarter => self.month.quarter().to_string(),
            Lasting::HalfYear => self.month.half_year().to_string(),
            Lasting::Always => String::new(),
        };
        Random::named(self.plan.seed, &[&self.unit.id, &time, what])
    }

    fn of(self, unit: &'a Unit) -> Self {
        Self { unit, ..self }
    }

    fn in_month(self, month: Month) -> Self {
        Self { month, ..self }
    }

    fn villages(&self) -> impl Iterator<Item = &'a Unit> {
        let id = self.unit.id.as_str();
        self.plan
            .units
            .iter()
            .filter(move |unit| unit.parent.as_deref() == Some(id))
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "a township has few villages"
    )]
    fn village_count(&self) -> u32 {
        self.villages().count() as u32
    }

    fn course(&self) -> Course {
        match self.random("course", Lasting::Always).choice(20) {
            0..5 => Course::Improving,
            5..8 => Course::Still,
            8..10 => Course::Fading,
            _ => Course::Steady,
        }
    }

    /// The true quality, about 0.4 give or take 0.5 at the start.
    fn quality(&self) -> f64 {
        let a_month = match self.course() {
            Course::Improving => 0.18,
            Course::Steady => 0.03,
            Course::Still => 0.0,
            Course::Fading => -0.10,
        };
        let wobble = if self.course() == Course::Still {
            0.0
        } else {
            0.08
        };
        let start = 0.4 + 0.5 * self.random("start", Lasting::Always).normal();
        let months = f64::from(self.month.since(self.plan.first));
        start + a_month * months + wobble * self.random("wobble", Lasting::Month).normal()
    }

    /// A true value that runs from `worst` to `best` with the quality and with the unit's own knack for `what`.
    fn between(&self, what: &str, worst: f64, best: f64) -> f64 {
        let knack = 0.4
            * self
                .random(&format!("knack:{what}"), Lasting::Always)
                .normal();
        worst + (best - worst) * (squashed(self.quality() + knack) + 1.0) / 2.0
    }

    fn cell(&self, spec: &Spec) -> Cell {
        let cell = match spec.kind {
            Kind::Share { cases, worst, best } => {
                let mut random = self.random(spec.measure, Lasting::Month);
                let cases = random.count(cases);
                Cell::share(
                    random.binomial(
                        cases,
                        self.between(spec.measure, worst, best).clamp(0.0, 1.0),
                    ),
                    cases,
                )
            }
            Kind::Cases { worst, best } => Cell::whole(
                self.random(spec.measure, Lasting::Month)
                    .count(self.between(spec.measure, worst, best)),
            ),
            Kind::Own(make) => make(self),
        };
        // A stream of its own: what is lost must not depend on what the figure would have been.
        let lost = self
            .random(&format!("lost:{}", spec.measure), Lasting::Month)
            .choice(1_000)
            < spec.lost_per_mille;
        if lost { Cell::Missing } else { cell }
    }
}

/// How a measure is made.
#[derive(Clone, Copy)]
enum Kind {
    /// A share of about so many cases, its true value running from `worst` to `best` with the quality.
    Share { cases: f64, worst: f64, best: f64 },
    /// A number of cases whose mean runs from `worst` to `best` with the quality.
    Cases { worst: f64, best: f64 },
    /// In its own way.
    Own(fn(&Setting) -> Cell),
}

/// A measure of some categories.
struct Spec {
    measure: &'static str,
    of: &'static [Category],
    kind: Kind,
    /// How many of a thousand figures never come.
    lost_per_mille: u32,
}

const fn spec(measure: &'static str, of: &'static [Category], kind: Kind) -> Spec {
    Spec {
        measure,
        of,
        kind,
        lost_per_mille: 0,
    }
}

/// A share from a form or a register, of which 15 in a thousand never come.
const fn share(
    measure: &'static str,
    of: &'static [Category],
    cases: f64,
    worst: f64,
    best: f64,
) -> Spec {
    Spec {
        measure,
        of,
        kind: Kind::Share { cases, worst, best },
        lost_per_mille: 15,
    }
}

/// A verified count, which is always known.
const fn cases(measure: &'static str, of: &'static [Category], worst: f64, best: f64) -> Spec {
    spec(measure, of, Kind::Cases { worst, best })
}

const fn own(measure: &'static str, of: &'static [Category], make: fn(&Setting) -> Cell) -> Spec {
    spec(measure, of, Kind::Own(make))
}

const T: &[Category] = &[Category::Township];
const V: &[Category] = &[Category::Village];
const O: &[Category] = &[Category::Office];
const E: &[Category] = &[Category::Enterprise];
const TO: &[Category] = &[Category::Township, Category::Office];
const VE: &[Category] = &[Category::Village, Category::Enterprise];
const OE: &[Category] = &[Category::Office, Category::Enterprise];
const ALL: &[Category] = &[
    Category::Township,
    Category::Village,
    Category::Office,
    Category::Enterprise,
];

/// Every measure that isn't a formula, in the order of `measures.toml`. A measure may stand here more than once, for
/// categories with different numbers of cases.
const SPECS: &[Spec] = &[
    share("satisfied", T, 90.0, 0.74, 1.0),
    share("satisfied", V, 24.0, 0.74, 1.0),
    share("satisfied", O, 160.0, 0.74, 1.0),
    share("satisfied", E, 55.0, 0.74, 1.0),
    own("requests_due", ALL, |at| Cell::whole(requests_due(at))),
    own("requests_in_time", ALL, requests_in_time),
    share("promises_kept", TO, 7.0, 0.6, 1.0),
    share("promises_kept", VE, 3.0, 0.6, 1.0),
    share("tasks_accepted", TO, 6.0, 0.7, 1.05),
    share("tasks_accepted", VE, 2.0, 0.7, 1.05),
    share("findings_solved", ALL, 4.0, 0.45, 1.0),
    own("visit_mark", ALL, visit_mark),
    own("visit_mark_start", ALL, |at| {
        Cell::plain(visit_mark_start(at))
    }),
    own("filing_days_late", ALL, filing_days_late),
    own("study_half_days", ALL, study_half_days),
    own("weeks", ALL, |at| Cell::whole(at.month.weeks())),
    own("lecture_listeners", ALL, lecture_listeners),
    own("lecture_due", ALL, |at| Cell::whole(lecture_due(at))),
    own("members", ALL, |at| Cell::whole(members(at))),
    own("service_hours", ALL, service_hours),
    own("models_awarded", ALL, models_awarded),
    cases("practices_adopted", ALL, 0.0, 0.4),
    cases("redline_breaches", ALL, 0.06, 0.0),
    cases("false_hours", ALL, 0.1, 0.0),
    cases("false_reports", ALL, 0.15, 0.0),
    cases("grave_cases", ALL, 0.008, 0.0),
    own("villages_improved", T, villages_improved),
    own("villages_visited", T, villages_visited),
    share("livelihood_done", T, 5.0, 0.6, 1.0),
    own("secretaries_trained", T, secretaries_trained),
    own("burden_minutes", TO, burden_minutes),
    own("burden_minutes_start", TO, burden_minutes_start),
    own("summaries", T, summaries),
    own("staff", T, |at| Cell::whole(staff(at))),
    own("hazard_households_met", T, hazard_households_met),
    share("household_needs_met", V, 8.0, 0.5, 0.95),
    share("flag_reached", T, 10.0, 0.4, 0.95),
    share("flag_reached", V, 3.0, 0.4, 0.95),
    share("four_sends_useful", V, 10.0, 0.65, 1.0),
    own("collective_income", V, collective_income),
    own("collective_income_start", V, |at| {
        Cell::plain(income_start(at))
    }),
    own("resolutions_due", V, |at| Cell::whole(resolutions_due(at))),
    own("resolutions_done", V, resolutions_done),
    cases("disclosures_late", V, 2.5, 0.0),
    share("posts_fulfilled", VE, 9.0, 0.6, 1.0),
    own("performance_score", O, performance_score),
    own("services_in_time", O, services_in_time),
    own("handling_days", O, handling_days),
    own("bad_ratings_settled", O, bad_ratings_settled),
    share("grassroots_satisfied", O, 45.0, 0.74, 0.99),
    share("pairing_needs_met", OE, 3.0, 0.5, 1.0),
    share("staff_satisfied", E, 45.0, 0.72, 0.98),
    cases("safety_incidents", E, 0.3, 0.0),
    share("wages_on_time", E, 120.0, 0.96, 1.01),
    own("skills_certified", E, skills_certified),
    share("suggestions_answered", E, 6.0, 0.6, 1.0),
];

fn requests_due(at: &Setting) -> u32 {
    let mean = match at.unit.category {
        Category::Township => 40.0,
        Category::Village => 5.0,
        Category::Office => 70.0,
        Category::Enterprise => 8.0,
    };
    at.random("requests_due", Lasting::Month).count(mean)
}

fn requests_in_time(at: &Setting) -> Cell {
    Cell::whole(
        at.random("requests_in_time", Lasting::Month)
            .binomial(requests_due(at), at.between("requests_in_time", 0.8, 1.02)),
    )
}

/// The noise of one visit's mark, in marks: what two visitors on the same day would differ by.
const VISIT_SE: f64 = 3.0;

fn mark(at: &Setting) -> f64 {
    let noise = VISIT_SE * at.random("visit_mark", Lasting::Month).normal();
    rounded(
        (at.between("visit_mark", 55.0, 100.0) + noise).clamp(0.0, 100.0),
        10.0,
    )
}

/// One visit a month; now and then a unit is left out.
fn visit_mark(at: &Setting) -> Cell {
    if at.random("visited", Lasting::Month).happens(0.02) {
        return Cell::Missing;
    }
    Cell::Given {
        value: mark(at),
        n: Some(1),
        se: Some(VISIT_SE),
    }
}

/// The mean mark of the three months before the campaign.
fn visit_mark_start(at: &Setting) -> f64 {
    let before = (1..=3)
        .map(|m| mark(&at.in_month(at.plan.first.minus(m))))
        .sum::<f64>();
    rounded(before / 3.0, 10.0)
}

/// Where nothing moves, one filing in ten never comes.
fn filing_days_late(at: &Setting) -> Cell {
    let never = if at.course() == Course::Still {
        0.1
    } else {
        0.01
    };
    if at.random("filed", Lasting::Month).happens(never) {
        return Cell::Missing;
    }
    Cell::whole(
        at.random("filing_days_late", Lasting::Month)
            .count(at.between("filing_days_late", 4.0, 0.0)),
    )
}

fn study_half_days(at: &Setting) -> Cell {
    let mut random = at.random("study_half_days", Lasting::Month);
    let held = random.binomial(at.month.weeks(), at.between("study_half_days", 0.75, 1.05));
    Cell::whole(held + u32::from(random.happens(0.05)))
}

/// The tour reaches each unit in one month of the half-year.
fn lecture_due(at: &Setting) -> u32 {
    let turn = at.random("lecture_turn", Lasting::HalfYear).choice(6);
    if turn <= at.month.of_half_year() {
        members(at)
    } else {
        0
    }
}

fn lecture_listeners(at: &Setting) -> Cell {
    let share = at
        .random("lecture_share", Lasting::HalfYear)
        .between(0.6, 1.0);
    Cell::whole(
        at.random("lecture_listeners", Lasting::HalfYear)
            .binomial(lecture_due(at), share),
    )
}

fn members(at: &Setting) -> u32 {
    let (least, more) = match at.unit.category {
        Category::Township => (30, 40),
        Category::Village => (18, 30),
        Category::Office => (20, 60),
        Category::Enterprise => (8, 40),
    };
    least + at.random("members", Lasting::Always).choice(more)
}

/// In half-hours, about 100 hours a member a year where quality is high.
fn service_hours(at: &Setting) -> Cell {
    let half_hours = f64::from(members(at)) * at.between("service_hours", 6.0, 20.0);
    Cell::plain(f64::from(at.random("service_hours", Lasting::Month).count(half_hours)) / 2.0)
}

/// At most one organisation and one member a month; none is the rule.
fn models_awarded(at: &Setting) -> Cell {
    let mut random = at.random("models_awarded", Lasting::Month);
    let organisation = random.happens(at.between("models_awarded", 0.0, 0.06));
    Cell::whole(
        u32::from(organisation) + u32::from(random.happens(at.between("models_awarded", 0.0, 0.2))),
    )
}

/// Counted from the very marks that the villages have: the mean of three months against the start.
fn villages_improved(at: &Setting) -> Cell {
    let better = |village: &&Unit| {
        let there = at.of(village);
        let recent = (0..3)
            .map(|m| mark(&there.in_month(at.month.minus(m))))
            .sum::<f64>()
            / 3.0;
        recent > visit_mark_start(&there)
    };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a township has few villages"
    )]
    Cell::share(
        at.villages().filter(better).count() as u32,
        at.village_count(),
    )
}

fn villages_visited(at: &Setting) -> Cell {
    let villages = at.village_count();
    Cell::share(
        at.random("villages_visited", Lasting::Month)
            .binomial(villages, at.between("villages_visited", 0.8, 1.05)),
        villages,
    )
}

fn secretaries_trained(at: &Setting) -> Cell {
    let villages = at.village_count();
    Cell::share(
        at.random("secretaries_trained", Lasting::Quarter)
            .binomial(villages, at.between("secretaries_trained", 0.4, 1.0)),
        villages,
    )
}

/// One office in six asks nothing of the grass roots.
fn asks_nothing(at: &Setting) -> bool {
    at.unit.category == Category::Office
        && at.random("asks_nothing", Lasting::Always).choice(6) == 0
}

fn minutes_at_start(at: &Setting) -> f64 {
    let (low, high) = if at.unit.category == Category::Township {
        (400.0, 900.0)
    } else {
        (60.0, 300.0)
    };
    at.random("burden_start", Lasting::Always)
        .between(low, high)
        .round()
}

fn burden_minutes_start(at: &Setting) -> Cell {
    if asks_nothing(at) {
        Cell::NotApplicable
    } else {
        Cell::plain(minutes_at_start(at))
    }
}

fn burden_minutes(at: &Setting) -> Cell {
    if asks_nothing(at) {
        return Cell::NotApplicable;
    }
    let noise = 1.0 + 0.05 * at.random("burden_minutes", Lasting::Month).normal();
    Cell::plain((minutes_at_start(at) * at.between("burden_minutes", 1.1, 0.5) * noise).round())
}

fn staff(at: &Setting) -> u32 {
    2 + at.random("staff", Lasting::Always).choice(3)
}

fn summaries(at: &Setting) -> Cell {
    Cell::whole(
        at.random("summaries", Lasting::Month)
            .binomial(staff(at), at.between("summaries", 0.8, 1.05)),
    )
}

fn hazard_households_met(at: &Setting) -> Cell {
    if at.unit.cluster != "山区" {
        return Cell::NotApplicable;
    }
    let mut random = at.random("hazard_households_met", Lasting::Month);
    let households = random.count(40.0);
    Cell::share(
        random.binomial(households, at.between("hazard_households_met", 0.7, 1.0)),
        households,
    )
}

fn income_start(at: &Setting) -> f64 {
    rounded(
        at.random("income_start", Lasting::Always)
            .between(6.0, 60.0),
        100.0,
    )
}

/// Grows with quality; the platform is late for one village in thirty.
fn collective_income(at: &Setting) -> Cell {
    let mut random = at.random("collective_income", Lasting::Month);
    if random.happens(1.0 / 30.0) {
        return Cell::Missing;
    }
    let growth = at.between("collective_income", 0.95, 1.17) + 0.01 * random.normal();
    Cell::plain(rounded(income_start(at) * growth, 100.0))
}

fn resolutions_due(at: &Setting) -> u32 {
    at.random("resolutions_due", Lasting::Month).count(3.0)
}

fn resolutions_done(at: &Setting) -> Cell {
    Cell::whole(at.random("resolutions_done", Lasting::Month).binomial(
        resolutions_due(at),
        at.between("resolutions_done", 0.5, 1.05),
    ))
}

/// Another appraisal's result: known once a quarter.
fn performance_score(at: &Setting) -> Cell {
    let noise = 2.0 * at.random("performance_score", Lasting::Quarter).normal();
    let quality = at
        .in_month(at.month.quarter())
        .between("performance_score", 76.0, 98.0);
    Cell::plain(rounded((quality + noise).clamp(0.0, 100.0), 10.0))
}

/// One office in five has no counter: it serves other offices, not the public.
fn has_counter(at: &Setting) -> bool {
    at.random("counter", Lasting::Always).choice(5) > 0
}

fn services_done(at: &Setting) -> u32 {
    if has_counter(at) {
        at.random("services_done", Lasting::Month).count(250.0)
    } else {
        0
    }
}

fn services_in_time(at: &Setting) -> Cell {
    let done = services_done(at);
    Cell::share(
        at.random("services_in_time", Lasting::Month)
            .binomial(done, at.between("services_in_time", 0.92, 1.005)),
        done,
    )
}

fn handling_days(at: &Setting) -> Cell {
    let n = services_done(at);
    if n == 0 {
        return Cell::NotApplicable;
    }
    let noise = 0.2 * at.random("handling_days", Lasting::Month).normal();
    Cell::Given {
        value: rounded(at.between("handling_days", 8.0, 2.0) + noise, 100.0),
        n: Some(n),
        se: Some(0.2),
    }
}

fn bad_ratings_settled(at: &Setting) -> Cell {
    if !has_counter(at) {
        return Cell::NotApplicable;
    }
    let mut random = at.random("bad_ratings_settled", Lasting::Month);
    let due = random.count(4.0);
    Cell::share(
        random.binomial(due, at.between("bad_ratings_settled", 0.4, 0.95)),
        due,
    )
}

/// A register that changes once a quarter.
fn skills_certified(at: &Setting) -> Cell {
    let at = at.in_month(at.month.quarter());
    let employees = 40 + at.random("employees", Lasting::Always).choice(160);
    Cell::share(
        at.random("skills_certified", Lasting::Quarter)
            .binomial(employees, at.between("skills_certified", 0.15, 0.55)),
        employees,
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::organisation::{Sizes, county};

    fn plan(months: u32) -> Plan {
        Plan {
            seed: 1,
            first: Month::new(2026, 7),
            months,
            units: county(Sizes::SHIPPED),
        }
    }

    /// (period, unit) → measure → value.
    fn table(csv: &str) -> BTreeMap<(String, String), BTreeMap<String, String>> {
        let mut table: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
        for line in csv.lines().skip(1) {
            let cells: Vec<_> = line.split(',').map(str::to_owned).collect();
            assert_eq!(cells.len(), 6, "{line}");
            let [period, unit, measure, value] = [0, 1, 2, 3].map(|i| cells[i].clone());
            let before = table
                .entry((period, unit))
                .or_default()
                .insert(measure, value);
            assert!(before.is_none(), "twice: {line}");
        }
        table
    }

    #[test]
    fn parts_never_exceed_their_whole() {
        for row in table(&plan(12).to_csv()).values() {
            for (part, whole) in [
                ("requests_in_time", "requests_due"),
                ("resolutions_done", "resolutions_due"),
                ("lecture_listeners", "lecture_due"),
            ] {
                let number = |measure: &str| {
                    row.get(measure)
                        .and_then(|v| v.parse::<f64>().ok())
                        .unwrap_or(0.0)
                };
                assert!(number(part) <= number(whole), "{part} {row:?}");
            }
        }
    }

    #[test]
    fn a_later_month_or_another_unit_changes_nothing_else() {
        let (short, long) = (plan(2).to_csv(), plan(5).to_csv());
        assert!(long.starts_with(&short));
        let mut fewer = plan(2);
        fewer.units.retain(|unit| unit.category != Category::Office);
        assert!(fewer.to_csv().lines().all(|line| short.contains(line)));
    }

    #[test]
    fn some_figures_are_missing_and_some_do_not_apply() {
        let csv = plan(3).to_csv();
        assert!(csv.lines().any(|line| line.ends_with(",,,")));
        assert!(csv.lines().any(|line| line.ends_with(",n/a,,")));
    }

    #[test]
    fn improving_units_improve() {
        let plan = plan(12);
        for unit in &plan.units {
            let at = Setting {
                plan: &plan,
                unit,
                month: plan.first,
            };
            let change = at.in_month(plan.first.plus(11)).quality() - at.quality();
            match at.course() {
                Course::Improving => assert!(change > 0.0, "{}", unit.id),
                Course::Still => assert!(change.abs() < f64::EPSILON, "{}", unit.id),
                Course::Fading => assert!(change < 0.1, "{}", unit.id),
                Course::Steady => {}
            }
        }
    }
}
