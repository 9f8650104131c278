//! `merit detect`: what a person should look at. `inference::gaming` tests; nothing here knows of scores, and nothing changes one.

mod input;
mod run;
mod show;
mod words;

use inference::gaming::{Correction, List, Panel};
use rulebook::say;

use self::input::Rows;
use self::run::{Run, Test};
use crate::args::delivery::Layout;
use crate::args::detect::{Control, Detect};
use crate::failure::Failure;
use crate::terminal;

/// (1 + 0) ÷ (1 + 19) = 0.05.
const LEAST_DRAWS: u32 = 19;

/// What came out.
struct Report<'r> {
    args: &'r Detect,
    rows: &'r Rows,
    tests: Vec<Test>,
    list: List,
    draws: usize,
}

/// Looks for every pattern that the columns allow, and delivers the list.
pub fn run(args: &Detect) -> Result<(), Failure> {
    let layout = args.delivery.layout()?;
    if let Some(draws) = args.draws.filter(|draws| *draws < LEAST_DRAWS) {
        return Err(Failure::Usage(say!(
            "--draws {draws} 太少:{LEAST_DRAWS} 次才可能得出 0.05 的 p 值;写 {LEAST_DRAWS} 以上的整数",
            "--draws {draws} is too few: {LEAST_DRAWS} are the least that can give a p-value of 0.05; write a whole number from {LEAST_DRAWS} on"
        )));
    }
    let rows = input::read(args)?;
    let run = Run::new(args, &rows);
    let tests = run.all()?;
    if tests.is_empty() {
        return Err(Failure::Usage(say!(
            "写出的列不够查任何一项;要哪些列见 merit detect --help",
            "the columns named bring no detector; `merit detect --help` says which are needed"
        )));
    }
    let mut panel = Panel::new();
    for (number, test) in tests.iter().enumerate() {
        panel.add(number, test.detector, test.answer.clone());
    }
    let correction = match args.control {
        Control::FamilyWise => Correction::Holm,
        Control::FalseDiscovery => Correction::BenjaminiHochberg,
    };
    let list = panel
        .list(args.rate, correction)
        .map_err(|error| Failure::Usage(say!("--rate 不对:{error}", "--rate won't do: {error}")))?;
    tell_draws(run.draws, &list);
    let draws = run.draws;
    let report = Report {
        args,
        rows: &rows,
        tests,
        list,
        draws,
    };
    let text = match layout {
        Layout::Table => show::table(&report),
        Layout::Csv => show::csv(&report),
        Layout::Json => show::document(&report),
    };
    args.delivery.deliver(layout, &text)?;
    if args.delivery.out.is_some() || layout != Layout::Table {
        terminal::note(&show::note());
    }
    Ok(())
}

/// Says so where a pattern couldn't be listed however striking it is.
fn tell_draws(draws: usize, list: &List) {
    let needed = (2.0 * list.tests as f64 / list.rate).ceil();
    if ((draws + 1) as f64) < needed {
        terminal::warning(&say!(
            "抽样 {draws} 次,最小的 p 也可能过不了 {} 项检验的校正;用 --draws {needed} 或更多",
            "with {draws} draws even the smallest p may not stand the correction for {} tests; use --draws {needed} or more",
            list.tests
        ));
    }
}
