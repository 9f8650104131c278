//! `merit judges`: a linear mixed model of marks, and what it says about the judges.

mod columns;
mod report;
mod words;

use inference::mixed::{self, Criterion, Design, Factor, Fit, Links, Model, Refusal, Variable};
use rulebook::say;

use crate::args::judges::{Judges, JudgesFormat};
use crate::failure::Failure;
use crate::output::save;
use crate::terminal;
use columns::{Columns, Formula};
use report::Report;

/// Fits the model and delivers what it says in the layout asked for.
pub fn run(args: &Judges) -> Result<(), Failure> {
    let (formula, columns) = columns::read(args)?;
    let asked = Asked::new(args, &formula, &columns)?;
    if columns.left_out > 0 {
        let (count, file) = (columns.left_out, args.file.display());
        terminal::note(&say!(
            "{file}:{count} 行在所用的列里有空格,没有计入",
            "{file}: {count} rows have an empty cell in a column used and were left out"
        ));
    }
    let refused = |refusal: Refusal| words::refused(&refusal);
    let fit = model(args, &formula, &columns)
        .and_then(Model::fit)
        .map_err(refused)?;
    let report = Report::new(&fit, &asked, columns.left_out).map_err(refused)?;
    words::warnings(&report).iter().for_each(terminal::warning);
    let bytes = match args.format {
        JudgesFormat::Json => report.json(),
        JudgesFormat::Table => words::table(&report).into_bytes(),
    };
    match (&args.out, args.format) {
        (None, JudgesFormat::Table) => terminal::print(&String::from_utf8_lossy(&bytes)),
        (out, JudgesFormat::Table) => save::deliver(
            out.as_deref(),
            &anstream::adapter::strip_bytes(&bytes).into_vec(),
        ),
        (out, JudgesFormat::Json) => save::deliver(out.as_deref(), &bytes),
    }
}

/// What was asked beside the fit.
struct Asked {
    /// The position of the judge among the random factors.
    judge: Option<usize>,
    unit: Option<Factor>,
    links: Option<Links>,
    halo: Option<Vec<mixed::Halo>>,
}

impl Asked {
    fn new(args: &Judges, formula: &Formula, columns: &Columns) -> Result<Self, Failure> {
        let refused = |refusal: Refusal| words::refused(&refusal);
        let judge = args.judge.as_ref().map(|judge| {
            let at = formula
                .random
                .iter()
                .position(|parts| &parts.join(":") == judge);
            at.ok_or_else(|| words::no_such_judge(judge, formula))
        });
        let judge = judge.transpose()?;
        let unit = args
            .unit
            .as_ref()
            .map(|unit| columns.factor(unit))
            .transpose()
            .map_err(refused)?;
        let mut asked = Self {
            judge,
            unit,
            links: None,
            halo: None,
        };
        if let (Some(at), Some(unit)) = (judge, &asked.unit) {
            let judges = columns
                .combined(formula.random.get(at).map_or(&[], Vec::as_slice))
                .map_err(refused)?;
            asked.links = Some(Links::new(&judges, unit).map_err(refused)?);
            if let Some(of) = &args.of {
                let traits = columns.factor(of).map_err(refused)?;
                let halo = mixed::halo(&columns.marks, &judges, unit, &traits);
                asked.halo = Some(halo.map_err(refused)?);
            }
        }
        Ok(asked)
    }
}

fn model(args: &Judges, formula: &Formula, columns: &Columns) -> Result<Model, Refusal> {
    let variables = formula.variables.iter().map(|variable| {
        Ok(if variable.number {
            Variable::Number {
                name: variable.column.clone(),
                values: columns.numbers(&variable.column),
            }
        } else {
            Variable::Levels(columns.factor(&variable.column)?)
        })
    });
    let variables = variables.collect::<Result<Vec<Variable>, Refusal>>()?;
    let design = Design::new(columns.marks.len(), variables, &formula.products)?;
    let random = formula.random.iter().map(|parts| columns.combined(parts));
    let random = random.collect::<Result<Vec<Factor>, Refusal>>()?;
    let criterion = if args.reml {
        Criterion::Reml
    } else {
        Criterion::Ml
    };
    Model::new(columns.marks.clone(), design, random, criterion)
}

/// What the reports read from a fit.
fn singular(fit: &Fit) -> Vec<String> {
    let factors = fit.factors().iter().zip(fit.theta());
    factors
        .filter(|(_, theta)| *theta == 0.0)
        .map(|(factor, _)| factor.name().to_owned())
        .collect()
}
