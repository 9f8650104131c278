//! What `merit judges` says to people: the table, warnings, refusals.

use inference::Invalid;
use inference::mixed::Refusal;
use rulebook::{Say, say};
use serde_json::{Map, Value};

use super::columns::Formula;
use super::report::{Judge, Report};
use crate::failure::Failure;
use crate::lang::tr;
use crate::output::columns::{Align, table as aligned};
use crate::terminal::heading;

/// Why a model isn't fitted, and what to do.
pub fn refused(refusal: &Refusal) -> Failure {
    let what = match refusal {
        Refusal::Invalid(Invalid::TooFew {
            what: "marks",
            least,
            found,
        }) => say!(
            "只有 {found} 个分数,这个模型至少要 {least} 个:补充数据,或减少 --fixed",
            "{found} marks, and this model needs at least {least}: add marks, or name less in --fixed"
        ),
        Refusal::OneLevel { factor } => say!(
            "--random 的 {factor} 只有一个水平,看不出它的差别:从 --random 里去掉",
            "{factor} of --random has a single level, so it shows no differences: leave it out of --random"
        ),
        Refusal::NoRepeats { factor } => say!(
            "--random 的 {factor} 每个分数各有一个水平,与误差分不开:从 --random 里去掉",
            "{factor} of --random has a level of its own for each mark, so it can't be told from error: leave it out of --random"
        ),
        Refusal::Confounded { first, second } => say!(
            "--random 的 {first} 和 {second} 把分数分得一模一样,分不清是谁的差别:去掉一个",
            "{first} and {second} of --random part the marks in the same way and can't be told apart: leave one out"
        ),
        Refusal::NoVariation => say!(
            "分数没有差别(或全由 --fixed 决定),没有可分析的:请核对 --mark 和 --fixed",
            "the marks don't differ, or --fixed gives them exactly, so nothing is left to apportion: see --mark and --fixed"
        ),
        Refusal::NoResidual => say!(
            "分数全由各因素决定,没有误差可估:去掉 --random 的一个因素,或请核对数据是否重复",
            "the factors give every mark exactly, so no error can be estimated: leave out a factor of --random, or see whether rows are copies"
        ),
        Refusal::TooLarge { found, most, .. } => say!(
            "模型太大({found},最多 {most}):减少水平多的因素",
            "the model is too large ({found}, at most {most}): leave out factors of many levels"
        ),
        other => say!("不能拟合:{other}", "the model can't be fitted: {other}"),
    };
    Failure::Refused(Some(what))
}

/// That `--judge` names no random factor.
pub fn no_such_judge(judge: &str, formula: &Formula) -> Failure {
    let names: Vec<String> = formula.random.iter().map(|parts| parts.join(":")).collect();
    let names = names.join(", ");
    Failure::Usage(say!(
        "--judge {judge} 不在 --random 里:写其中一个({names})",
        "--judge {judge} is not in --random: name one of these ({names})"
    ))
}

/// What to know before using the result.
pub fn warnings(report: &Report) -> Vec<Say> {
    let mut warnings = Vec::new();
    for factor in &report.singular {
        warnings.push(say!(
            "{factor} 的方差估计为 0(奇异拟合):看不出各水平之间有超出偶然的差别",
            "the variance of {factor} is estimated as 0 (singular fit): no differences between its levels show beyond chance"
        ));
    }
    if !report.dropped.is_empty() {
        let names = report.dropped.join(", ");
        warnings.push(say!(
            "固定效应中以下各列可由其他列得出,已去掉:{names}",
            "these columns of the fixed effects follow from others and were dropped: {names}"
        ));
    }
    if let Some(parts) = report.parts.filter(|parts| *parts > 1) {
        warnings.push(say!(
            "被评单位分成 {parts} 部分,彼此没有共同的评委:不同部分的单位不能相比(见 part)",
            "the units fall into {parts} parts that no judge links: units of different parts can't be compared (see part)"
        ));
    }
    if let Some(unit) = &report.unit_left_out {
        warnings.push(say!(
            "{unit} 不在 --random 里:评委的严宽里混有他们所评单位的好坏;请把它加进 --random",
            "{unit} is not in --random: the judges' severity holds the quality of the units they marked; add it to --random"
        ));
    }
    warnings
}

/// The result for eyes.
pub fn table(report: &Report) -> String {
    let (marks, deviance, sigma) = (report.marks, number(report.deviance), number(report.sigma));
    let mut text = heading(tr("模型", "Model"));
    text.push_str(&format!(
        "\n  {} {marks}  {} {deviance}  σ {sigma}\n\n",
        tr("分数", "marks"),
        tr("偏差", "deviance")
    ));
    section(&mut text, tr("方差", "Variances"), &variances(report));
    section(
        &mut text,
        tr("固定效应", "Fixed effects"),
        &fixed(&report.fixed),
    );
    match &report.judges {
        Some(rows) => section(&mut text, tr("评委", "Judges"), &judges(rows)),
        None => {
            for (factor, levels) in &report.random {
                let rows = levels.as_object().map(modes).unwrap_or_default();
                section(&mut text, factor, &rows);
            }
        }
    }
    if report.units.is_some() {
        section(&mut text, tr("单位", "Units"), &units(report));
    }
    text
}

fn section(text: &mut String, title: &str, rows: &str) {
    text.push_str(&heading(title));
    text.push('\n');
    text.push_str(rows);
    text.push('\n');
}

fn number(value: f64) -> String {
    format!("{value:.4}")
}

fn optional(value: Option<f64>) -> String {
    value.map(number).unwrap_or_default()
}

fn field(value: &Value, name: &str) -> String {
    optional(value.get(name).and_then(Value::as_f64))
}

fn variances(report: &Report) -> String {
    let mut rows: Vec<Vec<String>> = report
        .variances
        .iter()
        .map(|(factor, variance)| vec![factor.clone(), optional(variance.as_f64())])
        .collect();
    let residual = report.sigma * report.sigma;
    rows.push(vec![tr("误差", "residual").to_owned(), number(residual)]);
    let header = [tr("因素", "factor"), tr("方差", "variance")];
    aligned(&[Align::Left, Align::Right], &header, &rows, "  ")
}

fn fixed(effects: &Map<String, Value>) -> String {
    let row = |(name, effect): (&String, &Value)| {
        vec![name.clone(), field(effect, "estimate"), field(effect, "se")]
    };
    let rows: Vec<Vec<String>> = effects.iter().map(row).collect();
    let header = [
        tr("名称", "name"),
        tr("估计", "estimate"),
        tr("标准误", "se"),
    ];
    aligned(
        &[Align::Left, Align::Right, Align::Right],
        &header,
        &rows,
        "  ",
    )
}

fn modes(levels: &Map<String, Value>) -> String {
    let row = |(name, effect): (&String, &Value)| {
        vec![name.clone(), field(effect, "mode"), field(effect, "se")]
    };
    let rows: Vec<Vec<String>> = levels.iter().map(row).collect();
    let header = [tr("水平", "level"), tr("效应", "mode"), tr("标准误", "se")];
    aligned(
        &[Align::Left, Align::Right, Align::Right],
        &header,
        &rows,
        "  ",
    )
}

fn judges(judges: &[Judge]) -> String {
    let row = |judge: &Judge| {
        let (severity, spread) = (&judge.severity, &judge.spread);
        vec![
            severity.judge.clone(),
            severity.marks.to_string(),
            number(severity.severity),
            number(severity.se),
            number(spread.ratio),
            number(spread.lower),
            number(spread.upper),
            optional(judge.halo.as_ref().and_then(|halo| halo.correlation)),
        ]
    };
    let rows: Vec<Vec<String>> = judges.iter().map(row).collect();
    let header = [
        tr("评委", "judge"),
        tr("分数", "marks"),
        tr("严", "severity"),
        tr("标准误", "se"),
        tr("离散", "spread"),
        tr("下限", "lower"),
        tr("上限", "upper"),
        tr("光环", "halo"),
    ];
    let right = Align::Right;
    aligned(
        &[Align::Left, right, right, right, right, right, right, right],
        &header,
        &rows,
        "  ",
    )
}

fn units(report: &Report) -> String {
    let several = report.parts.is_some_and(|parts| parts > 1);
    let rows: Vec<Vec<String>> = report
        .units
        .iter()
        .flatten()
        .map(|unit| {
            vec![
                unit.unit.clone(),
                unit.marks.to_string(),
                number(unit.mean),
                number(unit.adjusted),
                number(unit.se),
                if several {
                    unit.part.to_string()
                } else {
                    String::new()
                },
            ]
        })
        .collect();
    let header = [
        tr("单位", "unit"),
        tr("分数", "marks"),
        tr("平均", "mean"),
        tr("校正", "adjusted"),
        tr("标准误", "se"),
        tr("部分", "part"),
    ];
    let right = Align::Right;
    aligned(
        &[Align::Left, right, right, right, right, right],
        &header,
        &rows,
        "  ",
    )
}
