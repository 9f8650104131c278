//! Charts in the layouts people ask for.

use inference::charts::{
    Assurance, Chart, Direction, FalseAlarm, Meaning, Part, Phase, Point, Proposal, Rule, RuleSet,
    Signal,
};
use inference::trend::Slope;
use rulebook::say;
use serde::Serialize;

use super::compare::{Against, Changed, Comparison, Lasting, Measure, Verdict};
use super::{Report, Unit};
use crate::lang::{lang, tr};
use crate::output::columns::{self, Align};
use crate::output::number;
use crate::output::reasons::short;
use crate::terminal;

/// The columns of points as CSV.
const POINTS: [&str; 13] = [
    "unit",
    "period",
    "value",
    "centre",
    "lower",
    "upper",
    "phase",
    "part",
    "outside",
    "signals",
    "meaning",
    "moving_range",
    "moving_range_upper",
];
/// The columns of changes as CSV.
const CHANGES: [&str; 9] = [
    "unit",
    "comparison",
    "from",
    "to",
    "measure",
    "estimate",
    "lower",
    "upper",
    "verdict",
];

/// The word that a value is written as in JSON, for CSV.
fn word(value: impl Serialize) -> String {
    // These are plain names, which always serialise.
    serde_json::to_value(value)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn cell(value: Option<f64>) -> String {
    value.map(|value| number(value, None)).unwrap_or_default()
}

/// Points, or changes where they were asked for, as CSV.
pub fn csv(report: &Report<'_>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory can't fail, nor can rows of one width.
    let changes = report.args.change;
    let _ = if changes {
        writer.write_record(CHANGES)
    } else {
        writer.write_record(POINTS)
    };
    for unit in &report.units {
        let rows = if changes {
            change_rows(unit)
        } else {
            point_rows(unit)
        };
        for row in rows {
            let _ = writer.write_record(row);
        }
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

fn point_rows(unit: &Unit) -> Vec<Vec<String>> {
    let Some(chart) = &unit.chart else {
        return Vec::new();
    };
    let rows = chart.points.iter().zip(&unit.series.periods).enumerate();
    rows.map(|(at, (point, period))| {
        let range = unit
            .ranges
            .as_ref()
            .and_then(|ranges| ranges.points.get(at));
        let signals: Vec<String> = point.signals.iter().map(signal_word).collect();
        vec![
            unit.series.unit.clone(),
            period.clone(),
            cell(point.value),
            cell(Some(point.centre)),
            cell(point.lower),
            cell(point.upper),
            (point.phase + 1).to_string(),
            word(point.part),
            point.outside.to_string(),
            signals.join(";"),
            word(point.meaning),
            cell(range.and_then(|range| range.value)),
            cell(range.and_then(|range| range.upper)),
        ]
    })
    .collect()
}

fn signal_word(signal: &Signal) -> String {
    match signal.direction {
        Direction::Neither => word(signal.rule),
        direction => format!("{}:{}", word(signal.rule), word(direction)),
    }
}

fn change_rows(unit: &Unit) -> Vec<Vec<String>> {
    let changes = unit
        .comparison
        .iter()
        .flat_map(|comparison| &comparison.changes);
    changes
        .map(|changed| {
            let change = changed.change;
            vec![
                unit.series.unit.clone(),
                word(changed.against),
                changed.from.clone(),
                changed.to.clone(),
                word(changed.measure),
                cell(change.estimate),
                cell(Some(change.lower)),
                if change.upper.is_finite() {
                    cell(Some(change.upper))
                } else {
                    String::new()
                },
                word(changed.verdict),
            ]
        })
        .collect()
}

#[derive(Serialize)]
struct Document<'a> {
    chart: &'static str,
    rules: Rules,
    coverage: f64,
    units: Vec<UnitJson<'a>>,
    ranks: &'a [Lasting],
}

#[derive(Serialize)]
struct Rules {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct UnitJson<'a> {
    unit: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<Note<'a>>,
    points: Vec<PointJson<'a>>,
    phases: &'a [Phase],
    #[serde(skip_serializing_if = "Option::is_none")]
    moving_ranges: Option<Ranges>,
    #[serde(skip_serializing_if = "Option::is_none")]
    false_alarm: Option<FalseAlarm>,
    proposals: Vec<ProposalJson<'a>>,
    #[serde(flatten)]
    comparison: Option<&'a Comparison>,
}

#[derive(Serialize)]
struct Note<'a> {
    zh: &'a str,
    en: &'a str,
}

#[derive(Serialize)]
struct PointJson<'a> {
    period: &'a str,
    #[serde(flatten)]
    point: &'a Point,
}

#[derive(Serialize)]
struct Ranges {
    centre: Vec<f64>,
    upper: Vec<Option<f64>>,
    values: Vec<Option<f64>>,
}

#[derive(Serialize)]
struct ProposalJson<'a> {
    period: &'a str,
    #[serde(flatten)]
    proposal: Proposal,
}

/// Everything, as JSON.
pub fn json(report: &Report<'_>) -> String {
    let set = report.args.drawing.rules.set();
    let document = Document {
        chart: report.kind.name(),
        rules: Rules {
            name: set.name(),
            version: set.version(),
        },
        coverage: report.args.coverage,
        units: report.units.iter().map(unit_json).collect(),
        ranks: &report.persistence,
    };
    // These types always serialise.
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn unit_json(unit: &Unit) -> UnitJson<'_> {
    let (points, phases) = unit
        .chart
        .as_ref()
        .map_or((&[][..], &[][..]), |chart| (&chart.points, &chart.phases));
    let periods = &unit.series.periods;
    let ranges = |chart: &Chart| Ranges {
        centre: chart.phases.iter().map(|phase| phase.centre).collect(),
        upper: chart.points.iter().map(|point| point.upper).collect(),
        values: chart.points.iter().map(|point| point.value).collect(),
    };
    UnitJson {
        unit: &unit.series.unit,
        note: unit.note.as_ref().map(|note| Note {
            zh: &note.zh,
            en: &note.en,
        }),
        points: points
            .iter()
            .zip(periods)
            .map(|(point, period)| PointJson { period, point })
            .collect(),
        phases,
        moving_ranges: unit.ranges.as_ref().map(ranges),
        false_alarm: unit.false_alarm,
        proposals: unit
            .proposals
            .iter()
            .filter_map(|proposal| {
                Some(ProposalJson {
                    period: periods.get(proposal.at)?,
                    proposal: *proposal,
                })
            })
            .collect(),
        comparison: unit.comparison.as_ref(),
    }
}

/// A table of each unit's points, and in words what the chart says.
pub fn table(report: &Report<'_>) -> String {
    let mut text = String::new();
    for unit in &report.units {
        if let Some(chart) = &unit.chart {
            if !text.is_empty() {
                text.push('\n');
            }
            one(report, unit, chart, &mut text);
        }
    }
    for lasting in &report.persistence {
        text.push('\n');
        text.push_str(&ranks(lasting));
    }
    text
}

fn one(report: &Report<'_>, unit: &Unit, chart: &Chart, text: &mut String) {
    let (name, count) = (&unit.series.unit, chart.points.len());
    let (kind, set) = (report.kind.name(), report.args.drawing.rules.set());
    let (rules, version) = (set.name(), set.version());
    let gap = if name.is_empty() { "" } else { " " };
    let heading = say!(
        "{name}{gap}{kind} 图,规则 {rules} {version},{count} 个点",
        "{name}{gap}{kind} chart, rules {rules} {version}, {count} points"
    );
    text.push_str(&terminal::heading(heading.get(lang())));
    text.push('\n');
    text.push_str(&rows(unit, chart));
    for (number, phase) in (1..).zip(&chart.phases) {
        text.push_str(&phase_line(number, phase, chart, unit));
    }
    if let Some(alarm) = unit.false_alarm {
        text.push_str(&alarm_line(set, alarm));
    }
    for proposal in &unit.proposals {
        text.push_str(&proposal_line(proposal, unit));
    }
    if let Some(comparison) = &unit.comparison {
        comparison
            .changes
            .iter()
            .for_each(|changed| text.push_str(&change_line(changed)));
        comparison
            .slope
            .iter()
            .for_each(|slope| text.push_str(&slope_line(slope)));
    }
}

fn line(text: &rulebook::Say) -> String {
    format!("  {}\n", text.get(lang()))
}

fn rows(unit: &Unit, chart: &Chart) -> String {
    let header = [
        tr("期", "period"),
        tr("值", "value"),
        tr("中心", "centre"),
        tr("下限", "lower"),
        tr("上限", "upper"),
        tr("信号", "signal"),
        tr("含义", "meaning"),
    ];
    let align = [
        Align::Left,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Left,
        Align::Left,
    ];
    let shown = |value: Option<f64>| value.map(short).unwrap_or_default();
    let rows: Vec<Vec<String>> = chart
        .points
        .iter()
        .zip(&unit.series.periods)
        .map(|(point, period)| {
            vec![
                period.clone(),
                shown(point.value),
                short(point.centre),
                shown(point.lower),
                shown(point.upper),
                said(point),
                meaning(point.meaning).to_owned(),
            ]
        })
        .collect();
    columns::table(&align, &header, &rows, "  ")
}

fn said(point: &Point) -> String {
    let part = match point.part {
        Part::Full => None,
        Part::Excluded => Some(tr("不计入", "left out")),
        Part::Ghost => Some(tr("只画出", "shown only")),
        Part::Missing => Some(tr("无数", "no figure")),
    };
    let signals = point.signals.iter().map(|signal| rule(signal).to_owned());
    let words: Vec<String> = part.map(str::to_owned).into_iter().chain(signals).collect();
    words.join(lang().pick("、", ", "))
}

fn rule(signal: &Signal) -> &'static str {
    use Direction::{Down, Neither, Up};
    match (signal.rule, signal.direction) {
        (Rule::Outside, Up) => tr("高于上限", "above the limit"),
        (Rule::Outside, Down | Neither) => tr("低于下限", "below the limit"),
        (Rule::TwoOfThree, Up) => tr("三有其二近上限", "two of three high"),
        (Rule::TwoOfThree, Down | Neither) => tr("三有其二近下限", "two of three low"),
        (Rule::FourOfFive, Up) => tr("五有其四偏高", "four of five high"),
        (Rule::FourOfFive, Down | Neither) => tr("五有其四偏低", "four of five low"),
        (Rule::OneSide, Up) => tr("连续偏高", "a run above"),
        (Rule::OneSide, Down | Neither) => tr("连续偏低", "a run below"),
        (Rule::LongRun, Up) => tr("偏高过久", "a long run above"),
        (Rule::LongRun, Down | Neither) => tr("偏低过久", "a long run below"),
        (Rule::Trend, Up) => tr("连续上升", "rising"),
        (Rule::Trend, Down | Neither) => tr("连续下降", "falling"),
        (Rule::Alternating, _) => tr("上下交替", "alternating"),
        (Rule::Hugging, _) => tr("贴近中心", "hugging the centre"),
        (Rule::Mixture, _) => tr("避开中心", "avoiding the centre"),
    }
}

fn meaning(meaning: Meaning) -> &'static str {
    match meaning {
        Meaning::CommonCause | Meaning::Neutral => "",
        Meaning::Improvement => tr("变好", "improvement"),
        Meaning::Concern => tr("变差", "concern"),
    }
}

/// The run analysis of a phase, moving ranges beyond their limit, and what is said of the target.
fn phase_line(number: usize, phase: &Phase, chart: &Chart, unit: &Unit) -> String {
    let runs = phase.runs;
    let limit =
        |limit: Option<usize>| limit.map_or_else(|| "–".to_owned(), |limit| limit.to_string());
    let (most, least) = (limit(runs.longest_limit), limit(runs.crossings_limit));
    let (longest, crossings) = (runs.longest, runs.crossings);
    let verdict = if runs.signal {
        tr("有变动的迹象", "a sign of change")
    } else {
        tr("没有变动的迹象", "no sign of change")
    };
    let which = if chart.phases.len() > 1 {
        say!("第 {number} 段:", "phase {number}: ")
    } else {
        say!("", "")
    };
    let which = which.get(lang());
    let mut text = line(&say!(
        "{which}最长连 {longest}(最多 {most}),穿越 {crossings}(最少 {least}):{verdict}",
        "{which}longest run {longest} (at most {most}), crossings {crossings} (at least {least}): {verdict}"
    ));
    let jumps = unit.ranges.as_ref().map_or(0, |ranges| {
        let range = ranges
            .points
            .get(phase.positions.clone())
            .unwrap_or_default();
        range.iter().filter(|point| point.outside).count()
    });
    if jumps > 0 {
        text.push_str(&line(&say!(
            "{which}相邻两期的差有 {jumps} 次超出移动极差的上限",
            "{which}{jumps} step(s) from one period to the next are beyond the limit of moving ranges"
        )));
    }
    if let Some(assurance) = phase.assurance {
        let (zh, en) = match assurance {
            Assurance::Met => (
                "照现在的样子总能达到目标",
                "as things are the target is always met",
            ),
            Assurance::Missed => (
                "照现在的样子总达不到目标",
                "as things are the target is always missed",
            ),
            Assurance::HitOrMiss => ("目标达不达到靠运气", "the target is met or missed by luck"),
        };
        text.push_str(&line(&say!("{which}{zh}", "{which}{en}")));
    }
    text
}

fn percent(share: f64) -> String {
    short(100.0 * share)
}

fn alarm_line(set: RuleSet, alarm: FalseAlarm) -> String {
    let (rate, se, points, name) = (
        percent(alarm.rate),
        percent(alarm.se),
        alarm.points,
        set.name(),
    );
    line(&say!(
        "误报:什么也没变时,{points} 个点的图有 {rate} %(±{se})也会出信号(规则 {name},模拟)",
        "false alarms: of charts of {points} points where nothing changed, {rate} % (± {se}) show a signal (rules {name}, simulated)"
    ))
}

fn proposal_line(proposal: &Proposal, unit: &Unit) -> String {
    let (period, run) = (
        unit.series
            .periods
            .get(proposal.at)
            .cloned()
            .unwrap_or_default(),
        proposal.run,
    );
    line(&say!(
        "从 {period} 起连续 {run} 个点在一侧;查明原因后可用 --rebase {period}",
        "from {period} on {run} points lie on one side; once the reason is known, --rebase {period} may be right"
    ))
}

fn change_line(changed: &Changed) -> String {
    let (from, to, change) = (&changed.from, &changed.to, changed.change);
    let estimate = change.estimate.map_or_else(|| "–".to_owned(), short);
    let (lower, upper) = (
        short(change.lower),
        if change.upper.is_finite() {
            short(change.upper)
        } else {
            "∞".to_owned()
        },
    );
    let verdict = match changed.verdict {
        Verdict::Better => tr("明显变好", "clearly better"),
        Verdict::Worse => tr("明显变差", "clearly worse"),
        Verdict::Higher => tr("明显升高", "clearly higher"),
        Verdict::Lower => tr("明显降低", "clearly lower"),
        Verdict::NoDifferent => tr("看不出变化", "no different"),
    };
    let (zh, en) = match changed.measure {
        Measure::Difference => ("差", "difference"),
        Measure::Ratio => ("比", "ratio"),
    };
    line(&say!(
        "{from} 到 {to}:{zh} {estimate}({lower} 到 {upper}),{verdict}",
        "{from} to {to}: {en} {estimate} ({lower} to {upper}), {verdict}"
    ))
}

fn slope_line(slope: &Slope) -> String {
    let (middle, lower, upper, p) = (
        short(slope.slope),
        short(slope.lower),
        short(slope.upper),
        short(slope.adjusted_p),
    );
    let (zh, en) = if slope.autocorrelated {
        (
            ";相邻的点相关,区间偏窄",
            "; neighbouring points go together, so the interval is too narrow",
        )
    } else {
        ("", "")
    };
    line(&say!(
        "每期斜率 {middle}({lower} 到 {upper}),p {p}{zh}",
        "slope per period {middle} ({lower} to {upper}), p {p}{en}"
    ))
}

fn ranks(lasting: &Lasting) -> String {
    let (units, found) = (lasting.units, &lasting.persistence);
    let against = match lasting.against {
        Against::Previous => tr("上一期", "the period before"),
        Against::YearAgo => tr("去年同期", "a year ago"),
    };
    let (rho, p, expected, least) = (
        short(found.spearman),
        short(found.p_chance),
        short(found.expected_if_unchanged),
        short(found.least_if_unchanged),
    );
    let (stayed, chance, unchanged) = (
        percent(found.stayed),
        percent(found.stayed_by_chance),
        percent(found.stayed_if_unchanged),
    );
    let text = say!(
        "名次与{against}相比({units} 个单位):秩相关 {rho}(纯属偶然的 p {p};若都没变,应约 {expected},至少 {least});\
         {stayed} % 留在同一个三分之一(偶然 {chance} %,都没变 {unchanged} %)\n",
        "ranks against {against} ({units} units): rank correlation {rho} (p by chance {p}; if nothing changed about {expected}, at \
         least {least}); {stayed} % stayed in their third (by chance {chance} %, if nothing changed {unchanged} %)\n"
    );
    text.get(lang()).to_owned()
}
