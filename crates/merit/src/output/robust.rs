//! Robustness as text for eyes, as CSV and as JSON for programs.

use inference::sensitivity::{Correlation, Index, Summary};
use rulebook::model::Text;
use rulebook::{Campaign, say};
use scoring::robust::{Effect, Idle, Input, Robustness, Settings, Share, UnitRange};
use scoring::run::Outcome;
use serde_json::{Value, json};

use super::columns::{Align, table as columns};
use super::reasons::short;
use super::table::category_name;
use crate::args::robust::Part;
use crate::lang::{lang, tr};
use crate::terminal;

/// The robustness of one class, with the names that people know things by.
pub struct Told {
    period: String,
    category: String,
    category_name: String,
    scheme: String,
    /// The units as the result lists them: position in the class and name.
    order: Vec<(usize, String)>,
    /// The items' and groups' names, in the order of the effects.
    names: Vec<Text>,
    robustness: Robustness,
}

impl Told {
    /// The robustness of a class as scored.
    pub fn new(campaign: &Campaign, outcome: &Outcome<'_, '_>, robustness: Robustness) -> Self {
        let scheme = outcome.job.scheme;
        let name = |effect: &Effect| {
            let items = [&scheme.indicator, &scheme.bonus, &scheme.deduction];
            let item = items
                .into_iter()
                .flatten()
                .find(|item| item.id.as_str() == effect.id);
            let group = || {
                scheme
                    .group
                    .iter()
                    .find(|group| group.id.as_str() == effect.id)
            };
            let found = item.map(|item| &item.name);
            found
                .or_else(|| group().map(|group| &group.name))
                .cloned()
                .unwrap_or_default()
        };
        Self {
            period: outcome.job.period.to_string(),
            category: outcome.job.category.to_owned(),
            category_name: category_name(campaign, outcome.job.category).to_owned(),
            scheme: scheme.id.to_string(),
            order: outcome
                .rows()
                .map(|row| (row.at, row.unit.name.clone()))
                .collect(),
            names: robustness.effects.iter().map(name).collect(),
            robustness,
        }
    }

    fn units(&self) -> impl Iterator<Item = (&UnitRange, &str)> {
        let unit = |(at, name)| Some((self.robustness.units.get(at)?, name));
        self.order
            .iter()
            .filter_map(move |(at, name)| unit((*at, name.as_str())))
    }

    fn effects(&self) -> impl Iterator<Item = (&Effect, &str)> {
        let names = self.names.iter().map(|name| name.get(lang()));
        self.robustness.effects.iter().zip(names)
    }

    /// The Sobol indices of an item's own weight.
    fn own_share(&self, id: &str) -> Option<&Index> {
        let mut shares = self.robustness.shares.iter();
        let share = shares.find(|share| share.single && share.input == id);
        share.map(|share| &share.index)
    }
}

/// Everything as aligned text.
pub fn table(told: &[Told], settings: &Settings) -> String {
    let mut text = String::new();
    for class in told {
        let title = format!("{} {} {}", class.period, class.category_name, class.scheme);
        text.push_str(&terminal::heading(&title));
        text.push('\n');
        text.push_str(&about(class, settings));
        text.push_str(&units(class));
        text.push('\n');
        text.push_str(&inputs(class));
        text.push_str(&effects(class));
        text.push_str(&remarks(class));
        text.push('\n');
    }
    text
}

fn about(class: &Told, settings: &Settings) -> String {
    let names: Vec<&str> = settings.inputs.iter().map(Input::name).collect();
    let names = names.join(", ");
    let (draws, seed) = (settings.draws, settings.seed);
    let change = class.robustness.change;
    let (mean, high) = (fixed(change.mean, 2), fixed(change.high, 2));
    let text = say!(
        "重算 {draws} 遍(种子 {seed}),变的是:{names}。名次平均变动 {mean} 位,95 % 的情形不超过 {high} 位。",
        "{draws} replications (seed {seed}), varied: {names}. Ranks move {mean} places on average, no more than {high} in 95 % of them."
    );
    format!("{}\n", text.get(lang()))
}

fn units(class: &Told) -> String {
    let header = [
        tr("单位", "unit"),
        tr("名称", "name"),
        tr("得分", "score"),
        tr("5–95 %", "5–95 %"),
        tr("名次", "rank"),
        tr("中位", "median"),
        tr("5–95 %", "5–95 %"),
        tr("未排名", "unranked"),
    ];
    let align = [
        Align::Left,
        Align::Left,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
    ];
    let most = class
        .units()
        .map(|(unit, _)| unit.ranked)
        .max()
        .unwrap_or(0);
    let row = |(unit, name): (&UnitRange, &str)| {
        let none = || "–".to_owned();
        let name = if name == unit.unit { "" } else { name };
        let unranked = most - unit.ranked;
        vec![
            unit.unit.clone(),
            name.to_owned(),
            unit.nominal_score.map_or_else(none, short),
            unit.score.map_or_else(none, range),
            unit.nominal_rank.map_or_else(none, |rank| rank.to_string()),
            unit.rank.map_or_else(none, |rank| short(rank.median)),
            unit.rank.map_or_else(none, range),
            if unranked == 0 {
                String::new()
            } else {
                unranked.to_string()
            },
        ]
    };
    columns(
        &align,
        &header,
        &class.units().map(row).collect::<Vec<_>>(),
        "",
    )
}

fn range(summary: Summary) -> String {
    format!("{}–{}", short(summary.low), short(summary.high))
}

fn inputs(class: &Told) -> String {
    let shares = class.robustness.shares.iter().filter(|share| !share.single);
    let rows: Vec<Vec<String>> = shares
        .map(|share| {
            let Index {
                first,
                first_half,
                total,
                total_half,
            } = share.index;
            vec![
                share.input.clone(),
                with_half(first, first_half),
                with_half(total, total_half),
            ]
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let header = [
        tr("变什么", "varied"),
        tr("一阶 S", "first order S"),
        tr("总效应 T", "total order T"),
    ];
    let align = [Align::Left, Align::Right, Align::Right];
    format!("{}\n", columns(&align, &header, &rows, ""))
}

fn effects(class: &Told) -> String {
    let header = [
        tr("条目", "item"),
        tr("名称", "name"),
        tr("有效权重 %", "weight %"),
        tr("5–95 %", "5–95 %"),
        tr("相关", "correlation"),
        tr("名次相关", "of ranks"),
        tr("去掉后平均变动", "left out: mean move"),
        tr("最多", "most"),
        tr("一阶 S", "first order S"),
        tr("总效应 T", "total order T"),
    ];
    let mut align = [Align::Right; 10];
    align
        .iter_mut()
        .take(2)
        .for_each(|align| *align = Align::Left);
    let row = |(effect, name): (&Effect, &str)| {
        let none = || "–".to_owned();
        let percent = |share: f64| fixed(100.0 * share, 2);
        let own = class.own_share(&effect.id);
        let left_out = effect.left_out.as_ref().ok();
        vec![
            effect.id.clone(),
            name.to_owned(),
            effect.weight.map_or_else(none, percent),
            effect.weight_range.map_or_else(String::new, |range| {
                format!("{}–{}", percent(range.low), percent(range.high))
            }),
            effect.pearson.map_or_else(none, correlation),
            effect.spearman.map_or_else(none, correlation),
            left_out.map_or_else(none, |out| with_half(out.mean, out.half)),
            left_out.map_or_else(none, |out| out.most.to_string()),
            own.map_or_else(String::new, |own| with_half(own.first, own.first_half)),
            own.map_or_else(String::new, |own| with_half(own.total, own.total_half)),
        ]
    };
    columns(
        &align,
        &header,
        &class.effects().map(row).collect::<Vec<_>>(),
        "",
    )
}

fn correlation(told: Correlation) -> String {
    format!(
        "{} ({}…{})",
        fixed(told.r, 2),
        fixed(told.low, 2),
        fixed(told.high, 2)
    )
}

fn with_half(value: f64, half: f64) -> String {
    format!("{} ±{}", fixed(value, 3), fixed(half, 3))
}

/// So many decimals; what rounds to zero has no sign.
fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let zero = text.chars().all(|letter| matches!(letter, '-' | '0' | '.'));
    if zero {
        text.replace('-', "")
    } else {
        text.replace('-', "−")
    }
}

/// Items that decide nothing, items that can't be left out, groups without weights: a line each.
fn remarks(class: &Told) -> String {
    let mut text = String::new();
    for (effect, name) in class.effects() {
        let id = &effect.id;
        if !effect.idle.is_empty() {
            let reasons: Vec<&str> = effect.idle.iter().map(|idle| reason(*idle)).collect();
            let reasons = reasons.join(tr(";", "; "));
            let line = say!(
                "{name}({id})不起作用:{reasons}",
                "{name} ({id}) decides nothing: {reasons}"
            );
            text.push_str(line.get(lang()));
            text.push('\n');
        }
        if let Err(error) = &effect.left_out {
            let problem = error.problem();
            let (zh, en) = (problem.zh, problem.en);
            let line = say!(
                "{name}({id})不能去掉:{zh}",
                "{name} ({id}) can't be left out: {en}"
            );
            text.push_str(line.get(lang()));
            text.push('\n');
        }
    }
    let without = &class.robustness.without_weights;
    if !without.is_empty() {
        let groups: Vec<&str> = without
            .iter()
            .map(|id| {
                if id.is_empty() {
                    tr("总分", "the score")
                } else {
                    id
                }
            })
            .collect();
        let groups = groups.join(tr("、", ", "));
        let line = say!(
            "用公式合成、没有权重可变:{groups}",
            "put together by a formula, so there are no weights to vary: {groups}"
        );
        text.push_str(line.get(lang()));
        text.push('\n');
    }
    text
}

fn reason(idle: Idle) -> &'static str {
    match idle {
        Idle::Same => tr("各单位得分都一样", "its points are the same for all"),
        Idle::Weightless => tr("权重为零", "it has no weight"),
        Idle::MovesNobody => tr("去掉它,名次不变", "left out, it moves nobody"),
        Idle::Unrelated => tr(
            "与总分的相关分不清是不是零",
            "its correlation with the score can't be told from 0",
        ),
    }
}

/// One table as CSV, of all classes.
pub fn csv(told: &[Told], part: Part) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory can't fail, nor can rows of one width.
    let _ = writer.write_record(header(part));
    for class in told {
        let rows: Vec<Vec<String>> = match part {
            Part::Units => class.units().map(|(unit, _)| unit_cells(unit)).collect(),
            Part::Items => class
                .robustness
                .effects
                .iter()
                .map(|effect| effect_cells(class, effect))
                .collect(),
            Part::Inputs => class.robustness.shares.iter().map(share_cells).collect(),
        };
        for row in rows {
            let _ = writer.write_record(
                [class.period.clone(), class.category.clone()]
                    .into_iter()
                    .chain(row),
            );
        }
    }
    String::from_utf8_lossy(&writer.into_inner().unwrap_or_default()).into_owned()
}

fn header(part: Part) -> &'static [&'static str] {
    match part {
        Part::Units => &[
            "period",
            "category",
            "unit",
            "score",
            "rank",
            "rank_mean",
            "rank_median",
            "rank_low",
            "rank_high",
            "score_mean",
            "score_median",
            "score_low",
            "score_high",
            "ranked",
        ],
        Part::Items => &[
            "period",
            "category",
            "item",
            "kind",
            "weight",
            "weight_low",
            "weight_high",
            "pearson",
            "pearson_low",
            "pearson_high",
            "spearman",
            "spearman_low",
            "spearman_high",
            "left_out_mean",
            "left_out_half",
            "left_out_most",
            "left_out_moved",
            "first",
            "first_half",
            "total",
            "total_half",
            "idle",
        ],
        Part::Inputs => &[
            "period",
            "category",
            "input",
            "single",
            "first",
            "first_half",
            "total",
            "total_half",
        ],
    }
}

fn cell(value: Option<f64>) -> String {
    value
        .map(|value| super::number(value, None))
        .unwrap_or_default()
}

fn unit_cells(unit: &UnitRange) -> Vec<String> {
    let rank = |of: fn(Summary) -> f64| cell(unit.rank.map(of));
    let score = |of: fn(Summary) -> f64| cell(unit.score.map(of));
    vec![
        unit.unit.clone(),
        cell(unit.nominal_score),
        cell(unit.nominal_rank.map(f64::from)),
        rank(|told| told.mean),
        rank(|told| told.median),
        rank(|told| told.low),
        rank(|told| told.high),
        score(|told| told.mean),
        score(|told| told.median),
        score(|told| told.low),
        score(|told| told.high),
        unit.ranked.to_string(),
    ]
}

fn effect_cells(class: &Told, effect: &Effect) -> Vec<String> {
    let left_out = effect.left_out.as_ref().ok();
    let own = class.own_share(&effect.id);
    let correlation = |told: Option<Correlation>| {
        [told.map(|r| r.r), told.map(|r| r.low), told.map(|r| r.high)].map(cell)
    };
    let mut cells = vec![
        effect.id.clone(),
        word(&effect.kind),
        cell(effect.weight),
        cell(effect.weight_range.map(|range| range.low)),
        cell(effect.weight_range.map(|range| range.high)),
    ];
    cells.extend(correlation(effect.pearson));
    cells.extend(correlation(effect.spearman));
    cells.extend([
        cell(left_out.map(|out| out.mean)),
        cell(left_out.map(|out| out.half)),
        cell(left_out.map(|out| f64::from(out.most))),
        left_out
            .map(|out| out.moved.to_string())
            .unwrap_or_default(),
    ]);
    cells.extend([
        cell(own.map(|own| own.first)),
        cell(own.map(|own| own.first_half)),
        cell(own.map(|own| own.total)),
        cell(own.map(|own| own.total_half)),
        effect.idle.iter().map(word).collect::<Vec<_>>().join(" "),
    ]);
    cells
}

fn share_cells(share: &Share) -> Vec<String> {
    let Index {
        first,
        first_half,
        total,
        total_half,
    } = share.index;
    let mut cells = vec![share.input.clone(), share.single.to_string()];
    cells.extend([first, first_half, total, total_half].map(|value| cell(Some(value))));
    cells
}

/// The word that a unit variant is written as.
fn word(of: &impl serde::Serialize) -> String {
    let value = serde_json::to_value(of).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

/// Everything as one JSON document.
pub fn json(campaign: &str, told: &[Told], settings: &Settings) -> String {
    let class = |class: &Told| {
        json!({
            "period": class.period,
            "category": class.category,
            "scheme": class.scheme,
            "change": class.robustness.change,
            "units": class.units().map(|(unit, _)| unit).collect::<Vec<_>>(),
            "inputs": class.robustness.shares,
            "items": class.robustness.effects.iter().map(effect_json).collect::<Vec<_>>(),
            "without_weights": class.robustness.without_weights,
        })
    };
    let document = json!({
        "campaign": campaign,
        "settings": {
            "varied": settings.inputs.iter().map(Input::name).collect::<Vec<_>>(),
            "draws": settings.draws,
            "rows": settings.rows,
            "resamples": settings.resamples,
            "coverage": settings.coverage,
            "seed": settings.seed,
        },
        "results": told.iter().map(class).collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}

fn effect_json(effect: &Effect) -> Value {
    let mut value = json!({
        "id": effect.id,
        "kind": effect.kind,
        "weight": effect.weight,
        "weight_range": effect.weight_range,
        "pearson": effect.pearson,
        "spearman": effect.spearman,
        "idle": effect.idle,
    });
    if let Some(fields) = value.as_object_mut() {
        match &effect.left_out {
            Ok(left_out) => fields.insert("left_out".to_owned(), json!(left_out)),
            Err(error) => fields.insert(
                "not_left_out".to_owned(),
                json!(error.problem().get(lang())),
            ),
        };
    }
    value
}
