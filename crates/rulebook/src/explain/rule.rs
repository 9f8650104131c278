//! Rules in words.

use super::words::{capitalised, closed_up, is_chinese, number, points_of, quantity};
use crate::model::{
    Counting, Deduct, Direction, DistanceTo, Earn, Goalposts, Indicator, Linear, Measure, Progress,
    ProgressAs, Quoted, RankShare, RankTable, Rule, Scale, Span, Steps, Strikes, Text, Threshold,
    ZScore,
};
use crate::{Lang, Say, say};

/// The rule of a complete indicator in one or two sentences: what earns what, relief, and the least number of cases.
///
/// ```
/// use rulebook::{Lang, explain::rule_sentence, model::{Indicator, Measure}};
/// let measure: Measure = toml::from_str("id = 'm'\nname = { zh = '满意率', en = 'Satisfaction' }\nunit = { zh = '%', en = '%' }")?;
/// let item: Indicator = toml::from_str(
///     "id = 'a'\nname = { zh = '满意' }\nmeasure = 'm'\npoints = 20\nrule = { linear = { zero = 60, full = 95 } }",
/// )?;
/// assert_eq!(rule_sentence(&item, &measure, Lang::Zh), "满意率达到 95% 得 20 分,60% 及以下不得分,其间按比例。");
/// # Ok::<(), toml::de::Error>(())
/// ```
#[must_use]
pub fn rule_sentence(indicator: &Indicator, measure: &Measure, lang: Lang) -> String {
    sentence(indicator, measure, Meaning::Earned, None, lang)
}

/// What a rule's points are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Points earned.
    Earned,
    /// Points taken off the total.
    TakenOff,
}

/// The sentence of a rule, with what its points mean and the measure that holds the base of progress.
pub(crate) fn sentence(
    indicator: &Indicator,
    measure: &Measure,
    meaning: Meaning,
    base: Option<&Measure>,
    lang: Lang,
) -> String {
    let Some(rule) = &indicator.rule else {
        return String::new();
    };
    let words = Words {
        name: &named(measure.name.get(lang), lang),
        points: indicator.points,
        unit: measure.unit.as_ref(),
        meaning,
        base: base.map(|base| base.name.get(lang)),
        lang,
        higher: indicator.direction != Some(Direction::Lower),
    };
    let mut text = words.rule(rule).get(lang).to_owned();
    for addition in words.additions(indicator) {
        text.push_str(lang.pick(";", "; "));
        text.push_str(addition.get(lang));
    }
    text.push_str(lang.pick("。", "."));
    match lang {
        Lang::Zh => closed_up(&text),
        Lang::En => capitalised(&text),
    }
}

/// A measure's name in a sentence: in English it needs quotes to stand apart.
fn named(name: &str, lang: Lang) -> String {
    lang.pick(name.to_owned(), format!("“{name}”"))
}

/// A rule applied to a group's result, in words.
pub(crate) fn of_group(rule: &Rule) -> Say {
    let in_lang = |name, lang| {
        let words = Words {
            name,
            points: None,
            unit: None,
            meaning: Meaning::Earned,
            base: None,
            lang,
            higher: true,
        };
        words.rule(rule).get(lang).to_owned()
    };
    Say {
        zh: in_lang("本组的结果", Lang::Zh),
        en: in_lang("the group's result", Lang::En),
    }
}

/// What the words of one rule are made of.
struct Words<'a> {
    /// The measure's name.
    name: &'a str,
    /// The indicator's points.
    points: Option<f64>,
    /// The measure's unit.
    unit: Option<&'a Text>,
    meaning: Meaning,
    /// The name of the measure that holds the base of progress.
    base: Option<&'a str>,
    lang: Lang,
    higher: bool,
}

impl Words<'_> {
    /// A figure of the measure, with its unit.
    fn figure(&self, value: f64) -> String {
        quantity(value, self.unit, self.lang)
    }

    /// What becomes of points: they are earned, or taken off.
    fn verb(&self) -> (&'static str, &'static str) {
        match self.meaning {
            Meaning::Earned => ("得", "earns"),
            Meaning::TakenOff => ("扣", "costs"),
        }
    }

    /// Points, earned or taken off.
    fn gets(&self, points: f64) -> Say {
        let (zh, en) = self.verb();
        say!("{zh} {points} 分", "{en} {points}")
    }

    /// All there is.
    fn all(&self) -> Say {
        let (zh, en) = self.verb();
        match self.points {
            Some(points) => {
                let count = points_of(points).en;
                say!("{zh} {points} 分", "{en} {count}")
            }
            None => say!("{zh}满分", "{en} all"),
        }
    }

    /// No points.
    fn nothing(&self) -> Say {
        let (zh, _) = self.verb();
        say!("不{zh}分", "nothing")
    }

    /// What the rest of the ranks gets, or what stands below the last step.
    fn rest(&self, points: f64) -> Say {
        if points == 0.0 {
            let Say { zh, en } = self.nothing();
            say!("其余{zh}", "the rest {en}")
        } else {
            let (zh, _) = self.verb();
            say!("其余{zh} {points} 分", "the rest {points}")
        }
    }

    fn rule(&self, rule: &Rule) -> Say {
        match rule {
            Rule::Linear(rule) => self.linear(rule),
            Rule::Steps(rule) => self.steps(rule),
            Rule::Threshold(rule) => self.threshold(rule),
            Rule::Deduct(rule) => self.deduct(rule),
            Rule::Earn(rule) => self.earn(rule),
            Rule::Strikes(rule) => self.strikes(rule),
            Rule::RankTable(rule) => self.rank_table(rule),
            Rule::RankShare(rule) => self.rank_share(rule),
            Rule::RatioToBest => self.ratio_to_best(),
            Rule::RatioToTarget(rule) => self.ratio_to_target(rule.target),
            Rule::Progress(rule) => self.progress(rule),
            Rule::Quoted(rule) => self.quoted(rule),
            Rule::MinMax(span) => self.min_max(span),
            Rule::ZScore(rule) => self.z_score(rule),
            Rule::Goalposts(rule) => self.goalposts(rule),
            Rule::Percentile(span) => self.percentile(span),
            Rule::DistanceTo(rule) => self.distance_to(rule),
            Rule::Formula(text) => {
                let name = self.name;
                say!(
                    "按公式 {text} 计算,x 为{name}",
                    "computed as {text}, where x is {name}"
                )
            }
            Rule::Rank | Rule::Borda | Rule::DistanceToBest | Rule::AsIs => self.plain(rule),
        }
    }

    /// Rules without parameters.
    fn plain(&self, rule: &Rule) -> Say {
        let name = self.name;
        let better = self.better();
        let (zh, en) = (&better.zh, &better.en);
        match rule {
            Rule::Rank => say!(
                "取{name}的名次,最差为 1,并列的取平均名次({zh})",
                "the rank of {name}, 1 for the worst, ties sharing the mean rank ({en})"
            ),
            Rule::Borda => say!(
                "取{name}的波达计数,即名次减 1,最差为 0({zh})",
                "the Borda count of {name}: the rank less 1, 0 for the worst ({en})"
            ),
            Rule::DistanceToBest => {
                let Say { zh: all, en: earns } = self.all();
                say!(
                    "按{name}与同类最好者的距离占极差的比例计:最好者{all},最差者不得分({zh})",
                    "by the distance of {name} to the best of the class, over the class's range: the best {earns}, the worst nothing ({en})"
                )
            }
            _ => say!("直接取{name}的数", "{name} as it is"),
        }
    }

    fn better(&self) -> Say {
        if self.higher {
            say!("越高越好", "higher is better")
        } else {
            say!("越低越好", "lower is better")
        }
    }

    /// “达到 95%”, “at 95% or more”.
    fn reached(&self, value: f64) -> Say {
        let figure = self.figure(value);
        if self.higher {
            say!("达到 {figure}", "at {figure} or more")
        } else {
            say!("不超过 {figure}", "at {figure} or less")
        }
    }

    /// “60% 及以下”, “60% or less”.
    fn worse(&self, value: f64) -> Say {
        let figure = self.figure(value);
        if self.higher {
            say!("{figure} 及以下", "{figure} or less")
        } else {
            say!("{figure} 及以上", "{figure} or more")
        }
    }

    fn linear(&self, rule: &Linear) -> Say {
        let (full, zero) = (self.reached(rule.full), self.worse(rule.zero));
        let (name, all, none) = (self.name, self.all(), self.nothing());
        Say {
            zh: format!(
                "{name}{} {},{}{},其间按比例",
                full.zh, all.zh, zero.zh, none.zh
            ),
            en: format!(
                "{name} {} {}, {} {}, in proportion between",
                full.en, all.en, zero.en, none.en
            ),
        }
    }

    fn steps(&self, rule: &Steps) -> Say {
        let steps = || {
            let each = rule.step.iter();
            each.map(|step| (self.reached(step.at), self.gets(step.points)))
        };
        let zh: Vec<String> = steps()
            .map(|(at, p)| format!("{} {}", at.zh, p.zh))
            .collect();
        let en: Vec<String> = steps()
            .map(|(at, p)| format!("{} {}", at.en, p.en))
            .collect();
        let (name, rest) = (self.name, self.rest(rule.below));
        Say {
            zh: format!("{name}{},{}", zh.join(","), rest.zh),
            en: format!("{name} {}, {}", en.join(", "), rest.en),
        }
    }

    fn threshold(&self, rule: &Threshold) -> Say {
        let (pass, all) = (self.reached(rule.pass), self.all());
        let (per, lose) = (self.figure(rule.per), number(rule.lose));
        let counting = match rule.counting {
            Counting::Exact => say!("不足的按比例", "parts in proportion"),
            Counting::Started => say!("不足 {per} 的按 {per} 算", "a part counts as one"),
            Counting::Whole => say!("不足 {per} 的不算", "parts don't count"),
        };
        Say {
            zh: format!(
                "{}{} {},每差 {per} 扣 {lose} 分({}),扣完为止",
                self.name, pass.zh, all.zh, counting.zh
            ),
            en: format!(
                "{} {} {}; each {per} short loses {lose} ({}), until nothing is left",
                self.name, pass.en, all.en, counting.en
            ),
        }
    }

    fn deduct(&self, rule: &Deduct) -> Say {
        let (all, each, name) = (self.full_marks(), self.each(), self.name);
        let lose = number(rule.per_case);
        let free = if rule.free > 0.0 {
            let free = self.figure(rule.free);
            say!("超过 {free} 的部分", " beyond {free}")
        } else {
            say!("", "")
        };
        let end = match rule.at_most {
            Some(most) => say!("最多扣 {most} 分", "at most {most}"),
            None => say!("扣完为止", "until nothing is left"),
        };
        Say {
            zh: format!(
                "{},{name}{}{}扣 {lose} 分,{}",
                all.zh, free.zh, each.zh, end.zh
            ),
            en: format!(
                "{}; {name}: {}{} loses {lose}, {}",
                all.en, each.en, free.en, end.en
            ),
        }
    }

    fn full_marks(&self) -> Say {
        match self.points {
            Some(points) => {
                let count = points_of(points).en;
                say!("满分 {points} 分", "{count} to start with")
            }
            None => say!("从满分起", "from all"),
        }
    }

    fn earn(&self, rule: &Earn) -> Say {
        let (name, each, gets) = (self.name, self.each(), self.gets(rule.per_case));
        let end = match rule.at_most.or(self.points) {
            Some(most) => say!(",最多 {most} 分", ", {most} at most"),
            None => say!("", ""),
        };
        Say {
            zh: format!("{name}{}{}{}", each.zh, gets.zh, end.zh),
            en: format!("{name}: {} {}{}", each.en, gets.en, end.en),
        }
    }

    /// “每件”, “each (cases)”.
    fn each(&self) -> Say {
        let unit = |lang| self.unit.map_or("", |unit| unit.get(lang));
        let (zh, en) = (unit(Lang::Zh), unit(Lang::En));
        Say {
            zh: if zh.starts_with(is_chinese) {
                format!("每{zh}")
            } else {
                // A unit such as % stands with its number, and both apart from the word that follows.
                format!("每 1{zh} ")
            },
            en: if en.is_empty() {
                "each".to_owned()
            } else {
                format!("each ({en})")
            },
        }
    }

    fn strikes(&self, rule: &Strikes) -> Say {
        let (all, end, name) = (self.full_marks(), self.figure(rule.zero_at), self.name);
        let (each, none) = (self.each(), self.nothing().zh);
        let before = if rule.lose > 0.0 {
            let lose = rule.lose;
            Say {
                zh: format!("{}扣 {lose} 分,", each.zh),
                en: format!("{} loses {lose}, ", each.en),
            }
        } else {
            say!("", "")
        };
        Say {
            zh: format!("{},{name}{}达到 {end} {none}", all.zh, before.zh),
            en: format!("{}; {name}: {}nothing is left at {end}", all.en, before.en),
        }
    }

    fn rank_table(&self, rule: &RankTable) -> Say {
        let rows = || {
            let ranked = rule.points.iter().enumerate();
            ranked.map(|(index, points)| (index + 1, self.gets(*points)))
        };
        let zh: Vec<String> = rows()
            .map(|(rank, points)| format!("第 {rank} 名{}", points.zh))
            .collect();
        let en: Vec<String> = rows()
            .map(|(rank, points)| format!("rank {rank} {}", points.en))
            .collect();
        self.by_rank(&zh, &en, rule.rest)
    }

    fn rank_share(&self, rule: &RankShare) -> Say {
        let shares = rule.share.iter().enumerate();
        let zh: Vec<String> = shares
            .clone()
            .map(|(index, share)| {
                let which = if index == 0 { "前" } else { "再往后" };
                format!("{which} {}% {}", share.percent, self.gets(share.points).zh)
            })
            .collect();
        let en: Vec<String> = shares
            .map(|(index, share)| {
                let which = if index == 0 { "first" } else { "next" };
                format!("the {which} {}% earn {}", share.percent, share.points)
            })
            .collect();
        self.by_rank(&zh, &en, rule.rest)
    }

    fn by_rank(&self, zh: &[String], en: &[String], rest: f64) -> Say {
        let (better, rest, name) = (self.better(), self.rest(rest), self.name);
        Say {
            zh: format!(
                "按{name}在同类中的名次({}):{},{}",
                better.zh,
                zh.join(","),
                rest.zh
            ),
            en: format!(
                "by the rank of {name} in the class ({}): {}, {}",
                better.en,
                en.join(", "),
                rest.en
            ),
        }
    }

    fn ratio_to_best(&self) -> Say {
        let (all, better, name) = (self.all(), self.better(), self.name);
        Say {
            zh: format!(
                "同类中{name}最好的{},其余按与最好者之比得分({})",
                all.zh, better.zh
            ),
            en: format!(
                "the best {name} of the class {}, others by their ratio to it ({})",
                all.en, better.en
            ),
        }
    }

    fn ratio_to_target(&self, target: f64) -> Say {
        let (reached, all, name) = (self.reached(target), self.all(), self.name);
        Say {
            zh: format!("{name}{} {},其余按与目标之比得分", reached.zh, all.zh),
            en: format!(
                "{name} {} {}, others by their ratio to that target",
                reached.en, all.en
            ),
        }
    }

    fn progress(&self, rule: &Progress) -> Say {
        let all = self.all();
        let name = self.name;
        let base = match (self.base, &rule.base) {
            (Some(base), _) => say!("“{base}”", "“{base}”"),
            (None, Some(base)) => say!("“{base}”", "`{base}`"),
            (None, None) => say!("上一期", "the period before"),
        };
        let share = |value: f64| number(value);
        let (full, zero) = match rule.kind {
            ProgressAs::Difference => (self.figure(rule.full), self.figure(rule.zero)),
            ProgressAs::Ratio | ProgressAs::Gap => (share(rule.full), share(rule.zero)),
        };
        let how = match (rule.kind, rule.target) {
            (ProgressAs::Difference, _) => say!("好出多少", "the difference"),
            (ProgressAs::Ratio, _) => say!("好出的比例", "as a share of it"),
            (ProgressAs::Gap, Some(target)) => {
                let target = self.figure(target);
                say!(
                    "补上与目标 {target} 的差距的比例",
                    "the share closed of the gap to {target}"
                )
            }
            (ProgressAs::Gap, None) => say!("补上差距的比例", "the share closed of the gap"),
        };
        let none = self.nothing().zh;
        let better = self.better();
        Say {
            zh: format!(
                "看{name}比{}的进步({},{}):{full} {},{zero} 及以下{none},其间按比例",
                base.zh, how.zh, better.zh, all.zh
            ),
            en: format!(
                "the progress of {name} from {} ({}, {}): {full} {}, {zero} or less nothing, in proportion between",
                base.en, how.en, better.en, all.en
            ),
        }
    }

    fn quoted(&self, rule: &Quoted) -> Say {
        let (all, full, name) = (self.all(), number(rule.full), self.name);
        let zero = number(rule.zero);
        Say {
            zh: format!(
                "引用{name},按比例折算:那里满分 {full} 分的{},{zero} 分及以下不得分",
                all.zh
            ),
            en: format!(
                "{name} is quoted and rescaled: full marks of {full} there {} here, {zero} or less nothing",
                all.en
            ),
        }
    }

    /// The ends of a span in words.
    fn ends(&self, span: &Span) -> (String, String) {
        let high = span.high.or(self.points).unwrap_or(1.0);
        (number(span.low), number(high))
    }

    fn min_max(&self, span: &Span) -> Say {
        let ((low, high), better, name) = (self.ends(span), self.better(), self.name);
        Say {
            zh: format!(
                "按{name}在同类最差与最好之间的位置折算,最差为 {low},最好为 {high}({})",
                better.zh
            ),
            en: format!(
                "by where {name} lies between the worst and the best of the class: {low} for the worst, {high} for the best ({})",
                better.en
            ),
        }
    }

    fn percentile(&self, span: &Span) -> Say {
        let ((low, high), better, name) = (self.ends(span), self.better(), self.name);
        Say {
            zh: format!(
                "按{name}在同类中的百分位折算,最差为 {low},最好为 {high}({})",
                better.zh
            ),
            en: format!(
                "by the percentile rank of {name} in the class: {low} for the worst, {high} for the best ({})",
                better.en
            ),
        }
    }

    fn z_score(&self, rule: &ZScore) -> Say {
        let (better, name) = (self.better(), self.name);
        let bounds = match (rule.low, rule.high) {
            (Some(low), Some(high)) => {
                say!(",限于 {low} 至 {high}", ", held between {low} and {high}")
            }
            (Some(low), None) => say!(",不低于 {low}", ", held at {low} or more"),
            (None, Some(high)) => say!(",不高于 {high}", ", held at {high} or less"),
            (None, None) => say!("", ""),
        };
        let (mean, sd) = (rule.mean, rule.sd);
        Say {
            zh: format!(
                "取{name}在同类中的 z 分数,均值为 {mean}、标准差为 {sd}{}({})",
                bounds.zh, better.zh
            ),
            en: format!(
                "the z-score of {name} in the class, with mean {mean} and standard deviation {sd}{} ({})",
                bounds.en, better.en
            ),
        }
    }

    fn goalposts(&self, rule: &Goalposts) -> Say {
        let linear = self.linear(&Linear {
            zero: rule.zero,
            full: rule.full,
        });
        match rule.scale {
            Scale::Linear => linear,
            Scale::Log => Say {
                zh: linear.zh.replace("其间按比例", "其间按对数比例"),
                en: linear.en.replace(
                    "in proportion between",
                    "in proportion to the logarithm between",
                ),
            },
        }
    }

    fn distance_to(&self, rule: &DistanceTo) -> Say {
        let (better, name) = (self.better(), self.name);
        let to = match (&rule.target, &rule.unit) {
            (Some(target), _) => {
                let target = self.figure(*target);
                say!("目标 {target}", "the target {target}")
            }
            (None, Some(unit)) => say!("单位“{unit}”", "the unit {unit}"),
            (None, None) => say!("目标", "the target"),
        };
        let cap = if rule.cap {
            say!(",超过的不另计", ", nothing more beyond")
        } else {
            say!("", "")
        };
        Say {
            zh: format!(
                "按{name}与{}的距离占其与同类最差者距离的比例计{}({})",
                to.zh, cap.zh, better.zh
            ),
            en: format!(
                "by the distance of {name} to {}, over its distance to the worst of the class{} ({})",
                to.en, cap.en, better.en
            ),
        }
    }

    /// Relief and the least number of cases.
    fn additions(&self, indicator: &Indicator) -> Vec<Say> {
        let mut additions = Vec::new();
        if let Some(relief) = &indicator.relief {
            let by = self.figure(relief.over_mean);
            additions.push(say!(
                "比同类平均好 {by} 以上的不扣分",
                "nothing is lost where the figure is better than the class mean by {by}"
            ));
        }
        if let Some(least) = indicator.min_n {
            additions.push(say!(
                "样本少于 {least} 的按缺数处理",
                "fewer than {least} cases count as missing"
            ));
        }
        additions
    }
}
