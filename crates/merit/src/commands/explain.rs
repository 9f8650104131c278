//! `merit explain`: the rules in plain words, or where a unit's points come from.

use rulebook::explain::{earned, explain, running, taken_off};
use rulebook::figures::Figures;
use rulebook::model::{Indicator, Scheme};
use rulebook::{Campaign, Period, say};
use scoring::Explanation;
use scoring::run::{Job, Outcome, Run, Selection};
use serde::Serialize;

use super::score::{each, layout, named};
use crate::args::{Explain, ExplainFormat};
use crate::failure::Failure;
use crate::lang::lang;
use crate::load::Opened;
use crate::output::reasons;
use crate::{load, terminal};

/// Explains the schemes, or a unit's score.
pub fn run(args: &Explain) -> Result<(), Failure> {
    let opened = load::campaign(&args.folder.dir)?;
    match &args.unit {
        Some(unit) => score(args, &opened, unit),
        None => rules(args, &opened.campaign),
    }
}

/// The scheme named; else how the campaign is run, and the schemes in force in the period, or all.
fn rules(args: &Explain, campaign: &Campaign) -> Result<(), Failure> {
    let schemes: Vec<&Scheme> = match named(campaign, args.scheme.as_deref())? {
        Some(scheme) => vec![scheme],
        None => told_of(campaign, args.figures.period),
    };
    match args.format {
        ExplainFormat::Text => {
            let run = args.scheme.is_none().then(|| running(campaign, lang()));
            let texts: Vec<String> = run
                .into_iter()
                .filter(|text| !text.is_empty())
                .chain(
                    schemes
                        .iter()
                        .map(|scheme| explain(campaign, scheme, lang())),
                )
                .collect();
            terminal::print(&texts.join("\n"))
        }
        ExplainFormat::Json => {
            let told = schemes
                .iter()
                .map(|scheme| Rules::of(campaign, scheme))
                .collect::<Vec<_>>();
            print_json(&told)
        }
    }
}

fn told_of(campaign: &Campaign, period: Option<Period>) -> Vec<&Scheme> {
    let categories = campaign
        .file
        .category
        .iter()
        .map(|category| category.id.as_str());
    match period {
        Some(period) => categories
            .filter_map(|category| campaign.in_force(category, period))
            .collect(),
        None => campaign
            .effective
            .iter()
            .filter(|scheme| scheme.category.is_some())
            .collect(),
    }
}

/// A scheme with its rules in words.
#[derive(Serialize)]
struct Rules<'c> {
    scheme: &'c Scheme,
    sentences: Vec<Sentence<'c>>,
}

#[derive(Serialize)]
struct Sentence<'c> {
    id: &'c str,
    rule: String,
}

impl<'c> Rules<'c> {
    fn of(campaign: &'c Campaign, scheme: &'c Scheme) -> Self {
        let earning = scheme.indicator.iter().chain(&scheme.bonus);
        let sentence = |item: &'c Indicator, rule: Option<String>| {
            let id = item.id.as_str();
            rule.map(|rule| Sentence { id, rule })
        };
        let earning = earning.filter_map(|item| sentence(item, earned(campaign, item, lang())));
        let taking = scheme.deduction.iter();
        let taking = taking.filter_map(|item| sentence(item, taken_off(campaign, item, lang())));
        Self {
            scheme,
            sentences: earning.chain(taking).collect(),
        }
    }
}

/// A unit's score, in the period asked for or the latest it has figures of.
fn score(args: &Explain, opened: &Opened, unit: &str) -> Result<(), Failure> {
    let campaign = &opened.campaign;
    let scheme = named(campaign, args.scheme.as_deref())?;
    let (figures, notes) = load::figures(
        opened,
        &args.folder.dir,
        &args.figures.measures,
        &layout(&args.figures, scheme),
    )?;
    load::tell(&notes);
    let selection = Selection {
        period: Some(period_of(&figures, args.figures.period, unit)?),
        scheme,
    };
    let mut found = None;
    let run = Run::new(campaign, &figures, selection);
    each(&run, &figures, &args.figures, |outcome| {
        found = found
            .take()
            .or_else(|| told(args.format, campaign, outcome, unit));
    })?;
    let text = found.ok_or_else(|| {
        Failure::Usage(say!(
            "单位“{unit}”没有用这套细则计分",
            "the unit “{unit}” isn't scored by this scheme"
        ))
    })?;
    terminal::print(&text)
}

fn period_of(figures: &Figures, asked: Option<Period>, unit: &str) -> Result<Period, Failure> {
    let has = |period: &Period| {
        let figures = figures.periods.get(period);
        figures.is_some_and(|figures| figures.units.iter().any(|known| known.id == unit))
    };
    let mut periods = figures
        .periods
        .keys()
        .rev()
        .filter(|period| asked.is_none_or(|asked| asked == **period));
    periods
        .find(|period| has(period))
        .copied()
        .ok_or_else(|| match asked {
            Some(period) => Failure::Usage(say!(
                "{period} 没有单位“{unit}”;用 merit score 查看各单位的标识",
                "there is no unit “{unit}” in {period}; `merit score` lists the units' ids"
            )),
            None => Failure::Usage(say!(
                "没有单位“{unit}”;用 merit score 查看各单位的标识",
                "there is no unit “{unit}”; `merit score` lists the units' ids"
            )),
        })
}

fn told(
    format: ExplainFormat,
    campaign: &Campaign,
    outcome: &Outcome<'_, '_>,
    unit: &str,
) -> Option<String> {
    let at = outcome.units.iter().position(|known| known.id == unit)?;
    let known = outcome.units.get(at)?;
    let explanation = outcome.scored.explain(at)?;
    match format {
        ExplainFormat::Text => {
            let decimals = outcome.scored.ruler.decimals();
            Some(reasons::told(
                campaign,
                &outcome.job,
                known,
                decimals,
                &explanation,
            ))
        }
        ExplainFormat::Json => json(&Reasons::of(
            campaign,
            &outcome.job,
            &known.name,
            &explanation,
        )),
    }
}

/// An explanation as data, with what it takes to read it.
#[derive(Serialize)]
struct Reasons<'e> {
    period: Period,
    category: &'e str,
    scheme: &'e str,
    name: &'e str,
    explanation: &'e Explanation,
    rules: Vec<Sentence<'e>>,
}

impl<'e> Reasons<'e> {
    fn of(
        campaign: &'e Campaign,
        job: &Job<'e>,
        name: &'e str,
        explanation: &'e Explanation,
    ) -> Self {
        Self {
            period: job.period,
            category: job.category,
            scheme: job.scheme.id.as_str(),
            name,
            explanation,
            rules: Rules::of(campaign, job.scheme).sentences,
        }
    }
}

fn print_json<T: Serialize>(value: &T) -> Result<(), Failure> {
    terminal::print_raw(json(value).unwrap_or_default().as_bytes())
}

fn json<T: Serialize>(value: &T) -> Option<String> {
    serde_json::to_string_pretty(value)
        .ok()
        .map(|text| text + "\n")
}
