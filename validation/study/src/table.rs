//! Figures with their Monte-Carlo errors, what they should be, and the Markdown they are written as.

use std::fmt::Display;
use std::io::{self, Write};

use crate::plan::Plan;

/// A figure and its Monte-Carlo standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Figure {
    /// The figure.
    pub(crate) value: f64,
    /// Its standard error over data sets.
    pub(crate) error: f64,
}

impl Figure {
    /// A share of no cases.
    const NOTHING: Self = Self {
        value: 0.0,
        error: 0.0,
    };

    /// A share, from how many of how many in each data set. Cases of one data set go together, so data sets are the sample: the ratio
    /// estimator's error (Cochran 1977, 6.4).
    pub(crate) fn share(sets: impl Iterator<Item = (f64, f64)> + Clone) -> Self {
        let (hits, all) = sets
            .clone()
            .fold((0.0, 0.0), |(hits, all), (hit, of)| (hits + hit, all + of));
        if all == 0.0 {
            return Self::NOTHING;
        }
        let value = hits / all;
        let count = sets.clone().count() as f64;
        let squares: f64 = sets.map(|(hit, of)| (hit - value * of).powi(2)).sum();
        let error = (squares * count / (count - 1.0)).sqrt() / all;
        Self { value, error }
    }

    /// A mean over data sets.
    pub(crate) fn mean(sets: impl Iterator<Item = f64> + Clone) -> Self {
        Self::share(sets.map(|value| (value, 1.0)))
    }
}

/// What a figure should be.
#[derive(Clone, Copy)]
pub(crate) enum Aim {
    /// Coverage of 95 %: 0.94 to 0.97.
    Coverage,
    /// At most this.
    AtMost(f64),
    /// Nothing is stated.
    None,
}

impl Aim {
    /// Whether a figure is more than two Monte-Carlo standard errors off.
    fn judge(self, figure: Figure) -> Verdict {
        let (low, high) = (
            figure.value + 2.0 * figure.error,
            figure.value - 2.0 * figure.error,
        );
        match self {
            Self::Coverage if low < 0.94 => Verdict::Missed,
            Self::AtMost(most) if high > most => Verdict::Missed,
            Self::Coverage if high > 0.97 => Verdict::Over,
            _ => Verdict::Met,
        }
    }
}

/// What is said of a figure.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Met,
    /// It holds less than it states.
    Missed,
    /// It holds more than it states.
    Over,
}

/// A cell.
pub(crate) struct Cell {
    text: String,
    verdict: Verdict,
}

impl Cell {
    /// Anything.
    pub(crate) fn text(text: impl Display) -> Self {
        Self {
            text: text.to_string(),
            verdict: Verdict::Met,
        }
    }

    /// A figure, and what it should be.
    pub(crate) fn figure(figure: Figure, aim: Aim) -> Self {
        let verdict = aim.judge(figure);
        let Figure { value, error } = figure;
        if error.is_nan() {
            // One data set tells nothing.
            return Self::text("–");
        }
        let text = match verdict {
            Verdict::Met => format!("{value:.3} ± {error:.3}"),
            Verdict::Missed => format!("**{value:.3}** ± {error:.3}"),
            Verdict::Over => format!("*{value:.3}* ± {error:.3}"),
        };
        Self { text, verdict }
    }
}

/// A table.
pub(crate) struct Table {
    title: &'static str,
    text: &'static str,
    columns: &'static [&'static str],
    rows: Vec<(String, Vec<Cell>)>,
}

impl Table {
    /// A table with nothing in it; the first column names the rows.
    pub(crate) fn new(
        title: &'static str,
        text: &'static str,
        columns: &'static [&'static str],
    ) -> Self {
        Self {
            title,
            text,
            columns,
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, design: impl Into<String>, cells: Vec<Cell>) {
        self.rows.push((design.into(), cells));
    }

    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "\n## {}\n\n{}\n", self.title, self.text)?;
        writeln!(out, "| {} |", self.columns.join(" | "))?;
        writeln!(out, "|{}", " --- |".repeat(self.columns.len()))?;
        for (design, cells) in &self.rows {
            let cells: Vec<&str> = cells.iter().map(|cell| cell.text.as_str()).collect();
            writeln!(out, "| {design} | {} |", cells.join(" | "))?;
        }
        Ok(())
    }

    /// The cells of which this is said, row by row.
    fn list(&self, verdict: Verdict, out: &mut impl Write) -> io::Result<()> {
        for (design, cells) in &self.rows {
            let columns = self.columns.iter().skip(1).zip(cells);
            let found: Vec<String> = columns
                .filter(|(_, cell)| cell.verdict == verdict)
                .map(|(column, cell)| format!("{column} {}", cell.text))
                .collect();
            if !found.is_empty() {
                writeln!(out, "- {}, {design}: {}", self.title, found.join(", "))?;
            }
        }
        Ok(())
    }
}

/// Writes the page: what isn't met, then all tables.
pub(crate) fn write_all(out: &mut impl Write, tables: &[Table], plan: &Plan) -> io::Result<()> {
    let seed = plan.seed;
    write!(
        out,
        "# Calibration, measured\n\n\
         Written by `validation/study.sh --seed {seed}`, not by hand. Data are simulated, so the truth is known; \"±\" is the\n\
         Monte-Carlo standard error over data sets. Intervals and sets are of 95 %, aim 0.94 to 0.97. A figure more than two standard\n\
         errors under the aim (over a rate that is a limit) is **bold** and stands in the first list; one over 0.97 is *slanted* and stands\n\
         in the second.\n"
    )?;
    if plan.quick {
        writeln!(out, "\nA quick run: far too few data sets to judge by.")?;
    }
    writeln!(out, "\n## Not met\n")?;
    tables
        .iter()
        .try_for_each(|table| table.list(Verdict::Missed, out))?;
    writeln!(out, "\n## Holds more than it says\n")?;
    tables
        .iter()
        .try_for_each(|table| table.list(Verdict::Over, out))?;
    tables.iter().try_for_each(|table| table.write(out))
}
