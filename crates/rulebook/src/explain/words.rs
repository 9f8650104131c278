//! Words for everything of a scheme but its rules; used to explain and to compare.

use crate::model::{
    Aggregate, Attribute, Band, Banding, Caps, Effect, Fallback, ImputeWith, IndicatorKind,
    Measure, OtherTreatment, Peers, Preparation, QuotaRounding, QuotaTies, Rated, Rounding,
    RoundingMode, Scheme, Text, TieBreak, Treat, Veto, Within,
};
use crate::{Lang, Say, Written, say};

/// A number as it is written.
pub(crate) fn number(value: f64) -> String {
    format!("{value}")
}

/// A number with its unit: 95%, 3 件, 3 cases.
pub(crate) fn quantity(value: f64, unit: Option<&Text>, lang: Lang) -> String {
    match unit.map(|unit| unit.get(lang)) {
        None | Some("") => number(value),
        Some(unit) if unit.starts_with(['%', '‰', '°']) => format!("{value}{unit}"),
        Some(unit) => format!("{value} {unit}"),
    }
}

/// Chinese without the spaces that units leave between Chinese characters.
pub(crate) fn closed_up(text: &str) -> String {
    let mut closed = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek().copied();
        if c != ' ' || !closed.ends_with(is_chinese) || !next.is_some_and(is_chinese) {
            closed.push(c);
        }
    }
    closed
}

pub(crate) fn is_chinese(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// With a capital at the start.
pub(crate) fn capitalised(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(rest).collect()
}

/// “1 point”, “20 points”.
pub(crate) fn points_of(points: f64) -> Say {
    let s = if points == 1.0 { "" } else { "s" };
    say!("{points} 分", "{points} point{s}")
}

/// Words of one language for each of two.
fn both(words: impl Fn(Lang) -> String) -> Say {
    Say {
        zh: words(Lang::Zh),
        en: words(Lang::En),
    }
}

pub(crate) fn kind(kind: IndicatorKind) -> Say {
    match kind {
        IndicatorKind::Outcome => say!("看结果", "results"),
        IndicatorKind::Process => say!("看过程", "process"),
        IndicatorKind::Paper => say!("看材料", "paper"),
    }
}

pub(crate) fn fallback(fallback: Fallback) -> Say {
    match fallback {
        Fallback::ClassMean => say!("给同类平均分", "the mean points of the class"),
        Fallback::Drop => say!(
            "不计,同组其余的按比例放大",
            "left out, the others of its group scaled up"
        ),
        Fallback::Previous => say!("用上一期的数", "the figure of the period before"),
        Fallback::Zero => say!("不得分", "no points"),
        Fallback::Full => say!("得满分", "all points"),
        Fallback::Withhold => say!("致使该单位本期不评", "the unit isn't scored this period"),
    }
}

pub(crate) fn aggregate(aggregate: &Aggregate) -> Say {
    match aggregate {
        Aggregate::Sum => say!("各项相加", "summed"),
        Aggregate::Mean => say!("加权平均", "weighted mean"),
        Aggregate::Geometric => say!("加权几何平均", "weighted geometric mean"),
        Aggregate::Harmonic => say!("加权调和平均", "weighted harmonic mean"),
        Aggregate::Power(power) => say!(
            "加权幂平均,幂为 {power}",
            "weighted power mean, exponent {power}"
        ),
        Aggregate::Formula(text) => say!("按公式 {text}", "computed as {text}"),
    }
}

pub(crate) fn rounding(rounding: &Rounding) -> Say {
    let mode = match rounding.mode {
        RoundingMode::HalfUp => say!("四舍五入", "half up"),
        RoundingMode::HalfEven => say!("四舍六入五成双", "half to even"),
        RoundingMode::Down => say!("只舍不入", "down"),
        RoundingMode::Up => say!("只入不舍", "up"),
    };
    let mut parts = Vec::new();
    if let Some(decimals) = rounding.points {
        parts.push(say!(
            "每项的分留 {decimals} 位小数",
            "the points of each item to {decimals} decimals"
        ));
    }
    if let Some(decimals) = rounding.score {
        parts.push(say!(
            "总分留 {decimals} 位小数",
            "the score to {decimals} decimals"
        ));
    }
    if parts.is_empty() {
        return say!("不取舍", "nothing is rounded");
    }
    let Say { zh, en } = joined(&parts);
    Say {
        zh: format!("取舍:{zh},{}", mode.zh),
        en: format!("Rounding: {en}, {}", mode.en),
    }
}

/// Parts on one line.
pub(crate) fn joined(parts: &[Say]) -> Say {
    both(|lang| {
        let parts: Vec<&str> = parts.iter().map(|part| part.get(lang)).collect();
        parts.join(lang.pick(",", ", "))
    })
}

pub(crate) fn preparation(step: &Preparation) -> Say {
    match step {
        Preparation::Denominate(which) if which.only.is_empty() => {
            say!(
                "写了 per 的度量除以它",
                "each measure that names a `per` is divided by it"
            )
        }
        Preparation::Denominate(which) => {
            let ids: Vec<&str> = which.only.iter().map(|id| id.as_str()).collect();
            let (zh, en) = (ids.join("、"), ids.join(", "));
            say!("{zh} 除以各自的 per", "{en} are divided by their `per`")
        }
        Preparation::ScreenUnits(screen) => {
            let percent = screen.at_least_percent;
            let zero = if screen.zeros_count_as_missing {
                say!("(零也算没有)", " (a zero counts as none)")
            } else {
                say!("", "")
            };
            Say {
                zh: format!("只留至少 {percent}% 的度量有数的单位{}", zero.zh),
                en: format!(
                    "units with figures for at least {percent}% of the measures are kept{}",
                    zero.en
                ),
            }
        }
        Preparation::ScreenMeasures(screen) => {
            let more = screen.more_than;
            say!(
                "只留超过 {more} 个单位有数的度量",
                "measures with figures of more than {more} units are kept"
            )
        }
        Preparation::Impute(impute) => {
            let with = match impute.with {
                ImputeWith::Mean => say!("平均数", "mean"),
                ImputeWith::Median => say!("中位数", "median"),
            };
            match &impute.by {
                Some(by) => Say {
                    zh: format!("缺数按“{by}”分组,用组内{}补", with.zh),
                    en: format!(
                        "missing figures are filled with the {} of their `{by}`",
                        with.en
                    ),
                },
                None => Say {
                    zh: format!("缺数用{}补", with.zh),
                    en: format!("missing figures are filled with the {}", with.en),
                },
            }
        }
        Preparation::Treat(treat) => treated(treat),
        Preparation::Standardise(scale) => {
            let (mean, sd) = (scale.mean, scale.sd);
            say!(
                "标准化为 z 分数,均值 {mean}、标准差 {sd},低好的变号",
                "figures become z-scores with mean {mean} and standard deviation {sd}; where lower is better the sign turns"
            )
        }
    }
}

fn treated(treat: &Treat) -> Say {
    let Treat {
        winsorise_at_most,
        skewness,
        kurtosis,
        ..
    } = treat;
    let then = match treat.otherwise {
        OtherTreatment::Log => say!("再不行取对数", "else its logarithm is taken"),
        OtherTreatment::Nothing => say!("再不行照旧", "else it stays"),
    };
    Say {
        zh: format!(
            "偏度绝对值超过 {skewness} 且峰度超过 {kurtosis} 的度量,最多缩尾 {winsorise_at_most} 个点,{}",
            then.zh
        ),
        en: format!(
            "a measure of skewness over {skewness} and kurtosis over {kurtosis} is winsorised at {winsorise_at_most} points at most, {}",
            then.en
        ),
    }
}

pub(crate) fn caps(caps: &Caps) -> Vec<Say> {
    let mut parts = Vec::new();
    if let Some(most) = caps.bonus {
        parts.push(say!(
            "加分合计最多 {most} 分",
            "bonuses come to {most} at most"
        ));
    }
    if let Some(most) = caps.deduction {
        parts.push(say!(
            "扣分合计最多 {most} 分",
            "deductions come to {most} at most"
        ));
    }
    if let Some(most) = caps.score_max {
        parts.push(say!("总得分最多 {most} 分", "the score is {most} at most"));
    }
    if let Some(least) = caps.score_min {
        parts.push(say!(
            "总得分最少 {least} 分",
            "the score is {least} at least"
        ));
    }
    parts
}

pub(crate) fn veto(veto: &Veto, measure: Option<&Measure>, scheme: &Scheme) -> Say {
    let least = veto.at_least.unwrap_or(1.0);
    both(|lang| {
        let name = measure.map_or(veto.measure.as_str(), |measure| measure.name.get(lang));
        let figure = quantity(
            least,
            measure.and_then(|measure| measure.unit.as_ref()),
            lang,
        );
        let effect = match &veto.effect {
            Effect::ScoreAtMost(most) => {
                say!("总分不超过 {most} 分", "the score is {most} at most")
            }
            Effect::Bars(id) => {
                let band = scheme.band.iter().find(|band| band.id == *id);
                let band = band.map_or(id.as_str(), |band| band.name.get(lang));
                say!(
                    "不得评“{band}”及更好的等次",
                    "neither “{band}” nor a better band"
                )
            }
        };
        let effect = effect.get(lang);
        lang.pick(
            closed_up(&format!("{name}达到 {figure} 的,{effect}")),
            format!("where “{name}” is {figure} or more, {effect}"),
        )
    })
}

pub(crate) fn rated(rated: &Rated, scheme: &Scheme) -> Say {
    let mut parts = Vec::new();
    let each = rated.each_with.unwrap_or(1);
    if let Some(groups) = rated.groups {
        parts.push(say!(
            "至少 {groups} 个组各有 {each} 个以上指标有数",
            "at least {groups} groups with {each} or more indicators measured"
        ));
    }
    if !rated.one_of.is_empty() {
        parts.push(both(|lang| {
            let name = |id: &crate::model::Id| {
                let group = scheme.group.iter().find(|group| group.id == *id);
                group.map_or_else(|| id.to_string(), |group| group.name.get(lang).to_owned())
            };
            let names: Vec<String> = rated.one_of.iter().map(name).collect();
            lang.pick(
                format!("其中至少一个是{}", names.join("、")),
                format!("at least one of them of {}", names.join(", ")),
            )
        }));
    }
    if let Some(percent) = rated.at_least_percent {
        parts.push(say!(
            "至少 {percent}% 的指标有数",
            "at least {percent}% of the indicators measured"
        ));
    }
    let Say { zh, en } = joined(&parts);
    say!("参评条件:{zh}", "Rated are units with: {en}")
}

pub(crate) fn peers(peers: &Peers, attributes: &[Attribute]) -> Say {
    match peers {
        Peers::GroupsReported => {
            say!(
                "按够数的组有几个分组",
                "Peer groups: by how many groups hold enough figures"
            )
        }
        Peers::Attribute(id) => both(|lang| {
            let attribute = attributes.iter().find(|attribute| attribute.id == *id);
            let name = attribute.map_or(id.as_str(), |attribute| attribute.name.get(lang));
            lang.pick(format!("按“{name}”分组"), format!("Peer groups: by {name}"))
        }),
    }
}

/// What a band asks for; empty where it takes everyone left.
pub(crate) fn band(band: &Band) -> Say {
    let mut parts = Vec::new();
    if let Some(least) = band.at_least {
        parts.push(say!("{least} 分以上(含)", "{least} or more"));
    }
    if let Some(percent) = band.percent {
        parts.push(say!(
            "名额不超过参评单位的 {percent}%",
            "{percent}% of the rated units at most"
        ));
    }
    if let Some(seats) = band.seats {
        parts.push(say!("名额不超过 {seats} 个", "{seats} units at most"));
    }
    if let Some(when) = &band.when {
        let and = if parts.is_empty() { "" } else { "且" };
        parts.push(say!("{and}满足 {when}", "where {when}"));
    }
    joined(&parts)
}

/// How bands are given, as far as these bands make it matter.
pub(crate) fn banding(banding: &Banding, bands: &[Band]) -> Vec<Say> {
    let mut parts = Vec::new();
    if banding.within == Within::Peers {
        parts.push(say!("在分组之内定级", "bands are given inside peer groups"));
    }
    if let Some(k_means) = &banding.k_means {
        let count = bands.len();
        parts.push(match k_means.strict {
            Some(strict) => say!(
                "按得分聚为 {count} 类定级(k 均值,第二遍不计离中心超过 {strict} 的点)",
                "by k-means on the score, {count} clusters; in a second run points farther than {strict} from their centre don't move it"
            ),
            None => say!("按得分聚为 {count} 类定级(k 均值)", "by k-means on the score, {count} clusters"),
        });
    }
    if bands.iter().any(|band| band.percent.is_some()) {
        parts.push(match banding.quota_rounding {
            QuotaRounding::Down => say!("名额的小数舍去", "parts of a seat are dropped"),
            QuotaRounding::HalfUp => say!("名额四舍五入", "seats are rounded half up"),
            QuotaRounding::Up => say!("名额的小数进一", "parts of a seat count as one"),
        });
    }
    if bands
        .iter()
        .any(|band| band.percent.is_some() || band.seats.is_some())
    {
        parts.push(match banding.quota_ties {
            QuotaTies::Out => say!(
                "名额线上同分的都不进",
                "of a tie across the quota's edge none gets in"
            ),
            QuotaTies::In => say!(
                "名额线上同分的都进",
                "of a tie across the quota's edge all get in"
            ),
        });
    }
    parts
}

pub(crate) fn ties(scheme: &Scheme, measures: &[Written<Measure>]) -> Say {
    if scheme.tie_break.is_empty() {
        return say!("同分的并列", "Ties stay ties");
    }
    let order = both(|lang| {
        let measure = |id: &crate::model::Id| {
            let found = measures.iter().find(|measure| measure.item.id == *id);
            found.map_or_else(
                || id.to_string(),
                |measure| measure.item.name.get(lang).to_owned(),
            )
        };
        let steps = scheme.tie_break.iter().map(|rule| match rule {
            TieBreak::Points(id) => {
                let groups = scheme.group.iter().map(|item| (&item.id, &item.name));
                let mut all =
                    groups.chain(scheme.indicator.iter().map(|item| (&item.id, &item.name)));
                let name = all.find(|(other, _)| *other == id);
                let name = name.map_or(id.as_str(), |(_, name)| name.get(lang));
                lang.pick(
                    format!("“{name}”得分高的"),
                    format!("more points in “{name}”"),
                )
            }
            TieBreak::Higher(id) => lang.pick(
                format!("{}高的", measure(id)),
                format!("a higher {}", measure(id)),
            ),
            TieBreak::Lower(id) => lang.pick(
                format!("{}低的", measure(id)),
                format!("a lower {}", measure(id)),
            ),
        });
        steps
            .collect::<Vec<_>>()
            .join(lang.pick(",再看", ", then "))
    });
    let Say { zh, en } = order;
    say!(
        "同分时在先的:{zh};仍相同的并列",
        "Ties go to {en}; what is still equal stays a tie"
    )
}
