//! Rules: that their parameters make sense, and that what they promise can be earned.

mod counts;
mod ranks;
mod scales;
mod values;

use super::context::{Findings, Subject};
use crate::diagnostic::Step;
use crate::model::{Aggregate, Direction, Id, Indicator, Preparation, Range, Rule, Scheme};
use crate::resolve::ItemKind;
use crate::trail::{at, inside};
use crate::{Campaign, Diagnostic, Place, Say, say};

/// What is wrong with a rule: where inside the rule, what, and what to do.
struct Fault {
    code: &'static str,
    path: [Step; 4],
    problem: Say,
    remedy: Say,
}

/// What a rule stands in.
struct Setting<'a> {
    id: &'a Id,
    /// The indicator's points.
    points: Option<f64>,
    /// Whether its points are summed.
    summed: bool,
    /// Whether higher is better.
    higher: bool,
    /// The figures the rule can meet; nothing is known of them where a preparation changes them.
    range: Range,
    /// How many units are in the class, where that is known.
    units: Option<usize>,
}

impl Setting<'_> {
    /// Whether `a` is the better of two figures.
    fn better(&self, a: f64, b: f64) -> bool {
        if self.higher { a > b } else { a < b }
    }

    /// The best figure there can be.
    fn best(&self) -> Option<f64> {
        if self.higher {
            self.range.max
        } else {
            self.range.min
        }
    }

    /// The worst figure there can be.
    fn worst(&self) -> Option<f64> {
        if self.higher {
            self.range.min
        } else {
            self.range.max
        }
    }

    /// The best figure, if `value` is better still.
    fn beyond_best(&self, value: f64) -> Option<f64> {
        self.best().filter(|best| self.better(value, *best))
    }

    /// The worst figure, if `value` is worse still.
    fn beyond_worst(&self, value: f64) -> Option<f64> {
        self.worst().filter(|worst| self.better(*worst, value))
    }
}

/// Faults of a rule as they are found.
struct Faults<'a> {
    rule: &'static str,
    list: &'a mut Vec<Fault>,
}

impl Faults<'_> {
    fn add(&mut self, code: &'static str, key: &str, problem: Say, remedy: Say) {
        // Only lists need the deeper steps; the empty ones fall away where the place is made.
        self.add_in(code, [key.into(), "".into(), "".into()], problem, remedy);
    }

    /// At a position of a list, and a key of what stands there.
    fn add_at(
        &mut self,
        code: &'static str,
        (list, index, key): (&str, usize, &str),
        problem: Say,
        remedy: Say,
    ) {
        self.add_in(
            code,
            [list.into(), index.into(), key.into()],
            problem,
            remedy,
        );
    }

    fn add_in(&mut self, code: &'static str, [a, b, c]: [Step; 3], problem: Say, remedy: Say) {
        self.list.push(Fault {
            code,
            path: [self.rule.into(), a, b, c],
            problem,
            remedy,
        });
    }

    /// Reports a value that can't be, with what it has to be.
    fn senseless(&mut self, key: &str, problem: Say, remedy: Say) {
        self.add("senseless-rule", key, problem, remedy);
    }

    /// Reports points over those of the indicator.
    fn over_points(&mut self, key: &str, value: f64, setting: &Setting) {
        if let Some(points) = setting.points.filter(|points| value > *points) {
            let id = setting.id;
            let problem = say!(
                "“{id}”只有 {points} 分,这里的 {value} 分超出了",
                "`{id}` has {points} points; the {value} here are more"
            );
            self.add(
                "points-over",
                key,
                problem,
                say!("不超过 {points}", "At most {points}"),
            );
        }
    }

    /// Reports that the indicator's points can't be had in full, because at most `most` can.
    fn short_of_full(&mut self, key: &str, most: f64, setting: &Setting) {
        if let Some(points) = setting.points.filter(|points| most < *points) {
            let id = setting.id;
            let problem = say!(
                "“{id}”有 {points} 分,而这条规则最多给 {most} 分",
                "`{id}` has {points} points, but this rule gives {most} at most"
            );
            let remedy = say!(
                "把最高一档改为 {points} 分,或把分值改为 {most}",
                "Let the best earn {points}, or give the indicator {most} points"
            );
            self.add("unreachable-rule", key, problem, remedy);
        }
    }

    /// Reports a figure that is outside the measure's range.
    fn unreachable(&mut self, key: &str, value: f64, end: Option<f64>, setting: &Setting) {
        if let Some(end) = end {
            let (problem, remedy) = outside(setting.id, value, end);
            self.add("unreachable-rule", key, problem, remedy);
        }
    }
}

fn outside(id: &Id, value: f64, end: f64) -> (Say, Say) {
    let problem = if value > end {
        say!(
            "“{id}”的度量最大为 {end},到不了 {value}",
            "the measure of `{id}` is {end} at most and never reaches {value}"
        )
    } else {
        say!(
            "“{id}”的度量最小为 {end},到不了 {value}",
            "the measure of `{id}` is {end} at least and never reaches {value}"
        )
    };
    let remedy = say!(
        "改用范围之内的数,或改正度量的范围",
        "Use a figure inside the range, or mend the measure's range"
    );
    (problem, remedy)
}

/// Checks the rules of one scheme.
pub(super) fn check(campaign: &Campaign, subject: &Subject, findings: &mut Findings) {
    for (kind, indicator) in subject.graded() {
        let Some(rule) = &indicator.rule else {
            continue;
        };
        let setting = setting(campaign, subject, kind, indicator);
        let place = subject.key(&indicator.id, "rule");
        report(rule, &setting, &place, findings);
    }
    for group in &subject.scheme.group {
        let Some(rule) = &group.rule else { continue };
        let setting = Setting {
            id: &group.id,
            points: None,
            summed: in_sum(subject.scheme, group.group.as_ref()),
            higher: true,
            range: Range::default(),
            units: None,
        };
        report(rule, &setting, &subject.key(&group.id, "rule"), findings);
    }
}

fn report(rule: &Rule, setting: &Setting, place: &Place, findings: &mut Findings) {
    for Fault {
        code,
        path,
        problem,
        remedy,
    } in faults(rule, setting)
    {
        let mut inner = place.clone();
        for step in path
            .into_iter()
            .filter(|step| *step != Step::Key(String::new()))
        {
            inner = inside(&inner, [step]);
        }
        findings.push(Diagnostic::error(code, inner, problem).remedy(remedy));
    }
}

fn setting<'a>(
    campaign: &Campaign,
    subject: &Subject<'a>,
    kind: ItemKind,
    indicator: &'a Indicator,
) -> Setting<'a> {
    let scheme = subject.scheme;
    let measure = campaign.measure(indicator.measure.as_str());
    let changed =
        measure.is_none_or(|measure| is_changed(scheme, &measure.id, measure.per.is_some()));
    let range = measure
        .filter(|_| !changed)
        .map_or_else(Range::default, |measure| measure.range);
    let units = campaign
        .organisation
        .as_ref()
        .zip(scheme.category.as_ref())
        .map(|(units, category)| {
            units
                .iter()
                .filter(|unit| unit.category == *category)
                .count()
        });
    Setting {
        id: &indicator.id,
        points: indicator.points,
        summed: kind == ItemKind::Indicator && in_sum(scheme, indicator.group.as_ref()),
        // Standardised figures are turned so that higher is better.
        higher: indicator.direction != Some(Direction::Lower) || standardised(scheme),
        range,
        units,
    }
}

fn standardised(scheme: &Scheme) -> bool {
    let turns = |step: &Preparation| matches!(step, Preparation::Standardise(_));
    scheme.prepare.iter().any(turns)
}

/// Whether a preparation changes the figures of a measure.
fn is_changed(scheme: &Scheme, measure: &Id, divisible: bool) -> bool {
    scheme.prepare.iter().any(|step| match step {
        Preparation::Denominate(which) => {
            divisible && (which.only.is_empty() || which.only.contains(measure))
        }
        Preparation::Treat(_) | Preparation::Standardise(_) => true,
        Preparation::ScreenUnits(_) | Preparation::ScreenMeasures(_) | Preparation::Impute(_) => {
            false
        }
    })
}

/// Whether the members of a group (of the top where it has none) are summed.
pub(super) fn in_sum(scheme: &Scheme, group: Option<&Id>) -> bool {
    let aggregate = match group {
        None => scheme.aggregate.as_ref(),
        Some(id) => scheme
            .group
            .iter()
            .find(|group| group.id == *id)
            .and_then(|group| group.aggregate.as_ref()),
    };
    matches!(aggregate, Some(Aggregate::Sum))
}

/// Everything that is wrong with a rule.
fn faults(rule: &Rule, setting: &Setting) -> Vec<Fault> {
    let mut list = Vec::new();
    let mut faults = Faults {
        rule: key_of(rule),
        list: &mut list,
    };
    match rule {
        Rule::Linear(rule) => values::linear(rule, setting, &mut faults),
        Rule::Steps(rule) => values::steps(rule, setting, &mut faults),
        Rule::Threshold(rule) => values::threshold(rule, setting, &mut faults),
        Rule::RatioToTarget(rule) => values::ratio(rule, setting, &mut faults),
        Rule::Progress(rule) => values::progress(rule, &mut faults),
        Rule::Quoted(rule) => values::quoted(rule, setting, &mut faults),
        Rule::Goalposts(rule) => values::goalposts(rule, setting, &mut faults),
        Rule::Deduct(rule) => counts::deduct(rule, setting, &mut faults),
        Rule::Earn(rule) => counts::earn(rule, setting, &mut faults),
        Rule::Strikes(rule) => counts::strikes(rule, setting, &mut faults),
        Rule::RankTable(rule) => ranks::table(rule, setting, &mut faults),
        Rule::RankShare(rule) => ranks::share(rule, setting, &mut faults),
        Rule::MinMax(span) | Rule::Percentile(span) => scales::span(span, setting, &mut faults),
        Rule::ZScore(rule) => scales::z_score(rule, setting, &mut faults),
        Rule::DistanceTo(rule) => scales::distance(rule, &mut faults),
        Rule::Rank | Rule::Borda | Rule::AsIs => scales::unbounded(setting, &mut faults),
        Rule::RatioToBest | Rule::DistanceToBest | Rule::Formula(_) => {}
    }
    list
}

/// The key of a rule's parameters; empty for a rule without.
fn key_of(rule: &Rule) -> &'static str {
    match rule {
        Rule::Linear(_) => "linear",
        Rule::Steps(_) => "steps",
        Rule::Threshold(_) => "threshold",
        Rule::RatioToTarget(_) => "ratio_to_target",
        Rule::Progress(_) => "progress",
        Rule::Quoted(_) => "quoted",
        Rule::Goalposts(_) => "goalposts",
        Rule::Deduct(_) => "deduct",
        Rule::Earn(_) => "earn",
        Rule::Strikes(_) => "strikes",
        Rule::RankTable(_) => "rank_table",
        Rule::RankShare(_) => "rank_share",
        Rule::MinMax(_) => "min_max",
        Rule::Percentile(_) => "percentile",
        Rule::ZScore(_) => "z_score",
        Rule::DistanceTo(_) => "distance_to",
        _ => "",
    }
}

/// Checks what a veto looks at against its measure's range.
pub(super) fn check_veto(campaign: &Campaign, subject: &Subject, findings: &mut Findings) {
    for veto in &subject.scheme.veto {
        let Some(measure) = campaign.measure(veto.measure.as_str()) else {
            continue;
        };
        let least = veto.at_least.unwrap_or(1.0);
        if let Some(max) = measure.range.max.filter(|max| least > *max) {
            let (problem, remedy) = outside(&veto.id, least, max);
            let place = match veto.at_least {
                Some(_) => at!(&subject.item(&veto.id), "at_least"),
                None => subject.item(&veto.id),
            };
            findings.push(Diagnostic::error("unreachable-rule", place, problem).remedy(remedy));
        }
    }
}
