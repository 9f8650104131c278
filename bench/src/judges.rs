//! Merit's side of `bench/judges.sh`: fits the linear mixed model of the InstEval lecture ratings and says how long it took.

use std::error::Error;
use std::time::Instant;

use inference::mixed::{Criterion, Design, Factor, Fit, Model, NewMark, Refusal, Value, Variable};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args()
        .nth(1)
        .ok_or("usage: bench-judges FILE [ROUNDS]")?;
    let rounds = std::env::args()
        .nth(2)
        .map_or(Ok(5), |rounds| rounds.parse())?;
    let start = Instant::now();
    let table = Table::read(&path)?;
    println!("read {:.3} s", start.elapsed().as_secs_f64());
    let mut best = f64::INFINITY;
    let mut last = None;
    for _ in 0..rounds {
        let start = Instant::now();
        last = Some(table.fit()?);
        best = best.min(start.elapsed().as_secs_f64());
    }
    let fit = last.ok_or("no round")?;
    println!(
        "deviance {:.6} theta {:?} steps {}",
        fit.deviance(),
        fit.theta(),
        fit.steps()
    );
    println!("fit {best:.3} s (best of {rounds})");
    refit(&table, &fit, rounds)
}

/// One more rating by a student of a lecturer who both are known.
fn refit(table: &Table, fit: &Fit, rounds: usize) -> Result<(), Box<dyn Error>> {
    let mark = |name: &str| {
        table
            .column(name)
            .and_then(|cells| cells.first().cloned().ok_or(MISSING.into()))
    };
    let random = ["s", "d", "dept"]
        .map(mark)
        .into_iter()
        .collect::<Result<Vec<String>, Box<dyn Error>>>()?;
    let new = NewMark {
        mark: 1.0,
        fixed: vec![Value::Level("1".to_owned())],
        random,
    };
    let mut best = f64::INFINITY;
    let mut refitted = None;
    for _ in 0..rounds {
        let start = Instant::now();
        refitted = Some(fit.refit_with(std::slice::from_ref(&new))?);
        best = best.min(start.elapsed().as_secs_f64());
    }
    let refitted = refitted.ok_or("no round")?;
    println!(
        "refit after one rating {:.1} ms, deviance {:.6}",
        best * 1e3,
        refitted.deviance()
    );
    let start = Instant::now();
    let sum: f64 = refitted.deviations().iter().flatten().sum();
    println!(
        "conditional deviations then {:.1} ms (sum {sum:.3})",
        start.elapsed().as_secs_f64() * 1e3
    );
    Ok(())
}

const MISSING: &str = "the file lacks a column of InstEval: s, d, service, dept, y";

/// The file's cells by column: plain commas, no quotes.
struct Table {
    header: Vec<String>,
    columns: Vec<Vec<String>>,
}

impl Table {
    fn read(path: &str) -> Result<Self, Box<dyn Error>> {
        let text = std::fs::read_to_string(path)?;
        let mut lines = text.lines();
        let split = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<String>>();
        let header = split(lines.next().ok_or(MISSING)?);
        let mut columns = vec![Vec::new(); header.len()];
        for line in lines {
            for (column, cell) in columns.iter_mut().zip(line.split(',')) {
                column.push(cell.to_owned());
            }
        }
        Ok(Self { header, columns })
    }

    fn column(&self, name: &str) -> Result<&[String], Box<dyn Error>> {
        let at = self
            .header
            .iter()
            .position(|column| column == name)
            .ok_or(MISSING)?;
        Ok(self.columns.get(at).ok_or(MISSING)?)
    }

    fn factor(&self, name: &str) -> Result<Factor, Box<dyn Error>> {
        Ok(Factor::from_labels(name, self.column(name)?)?)
    }

    /// y ~ 1 + service + (1 | s) + (1 | d) + (1 | dept), by ML.
    fn fit(&self) -> Result<Fit, Box<dyn Error>> {
        let cells = self.column("y")?.iter();
        let marks: Vec<f64> = cells.map(|cell| cell.parse()).collect::<Result<_, _>>()?;
        let service = Variable::Levels(self.factor("service")?);
        let design = Design::new(marks.len(), vec![service], &[vec![0]])?;
        let factors = vec![self.factor("s")?, self.factor("d")?, self.factor("dept")?];
        let fit: Result<Fit, Refusal> = Model::new(marks, design, factors, Criterion::Ml)?.fit();
        Ok(fit?)
    }
}
