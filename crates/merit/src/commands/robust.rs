//! `merit whatif --robust`: how much a result owes to the choices behind it.

use std::path::Path;

use rulebook::model::Measure;
use rulebook::say;
use scoring::robust::{RobustError, Settings, robustness};
use scoring::run::{Outcome, Run, Selection};

use super::score::{all_threads, each, layout, left_out, named};
use crate::args;
use crate::args::robust::{Robust, RobustFormat};
use crate::failure::Failure;
use crate::output::robust::{Told, csv, json, table};
use crate::output::save;
use crate::{load, terminal};

/// Scores the campaign, varies what is asked for, and tells what comes of it.
pub fn run(dir: &Path, figures_args: &args::Figures, args: &Robust) -> Result<(), Failure> {
    let opened = load::campaign(dir)?;
    let campaign = &opened.campaign;
    let scheme = named(campaign, args.scheme.as_deref())?;
    let layout = layout(figures_args, scheme);
    let (figures, notes) = load::figures(&opened, dir, &figures_args.measures, &layout)?;
    load::tell(&notes);
    let settings = Settings {
        inputs: args.inputs(),
        each_weight: args.each_weight,
        draws: args.draws as usize,
        rows: args.sobol as usize,
        seed: args.seed,
        threads: figures_args.threads.unwrap_or_else(all_threads),
        ..Settings::default()
    };
    let selection = Selection {
        period: figures_args.period,
        scheme,
    };
    let run = Run::new(campaign, &figures, selection);
    left_out(campaign, &run).iter().for_each(terminal::warning);
    let measures: Vec<&Measure> = campaign.measures.iter().map(|m| &m.item).collect();
    let mut told: Result<Vec<Told>, Failure> = Ok(Vec::new());
    each(&run, &figures, figures_args, |outcome| {
        if let Ok(classes) = &mut told {
            match robustness(
                outcome.job.scheme,
                &measures,
                outcome.scored.ruler.class(),
                &settings,
            ) {
                Ok(robustness) => classes.push(Told::new(campaign, outcome, robustness)),
                Err(error) => told = Err(failure(outcome, &error)),
            }
        }
    })?;
    let told = told?;
    let text = match args.format {
        RobustFormat::Table => table(&told, &settings),
        RobustFormat::Csv => csv(&told, args.part),
        RobustFormat::Json => json(campaign.file.id.as_str(), &told, &settings),
    };
    match (&args.out, args.format) {
        (None, RobustFormat::Table) => terminal::print(&text),
        (out, _) => save::deliver(
            out.as_deref(),
            &anstream::adapter::strip_bytes(text.as_bytes()).into_vec(),
        ),
    }
}

/// What the command line asks for and the scheme hasn't is a wrong command line; the rest is refused.
fn failure(outcome: &Outcome<'_, '_>, error: &RobustError) -> Failure {
    let (period, category) = (outcome.job.period, outcome.job.category);
    let problem = error.problem();
    let (zh, en) = (problem.zh, problem.en);
    match error {
        RobustError::Nothing { .. } | RobustError::Twice { .. } | RobustError::Setting(_) => {
            Failure::Usage(say!(
                "{period} {category}:{zh};去掉或改写这一项",
                "{period} {category}: {en}; drop or change that option"
            ))
        }
        RobustError::Scheme(_) | RobustError::Variant { .. } | RobustError::NoRanks { .. } => {
            Failure::Refused(Some(say!(
                "{period} {category}:{zh};什么也没有输出,换掉这个选择再试",
                "{period} {category}: {en}; nothing was told, try without that choice"
            )))
        }
    }
}
