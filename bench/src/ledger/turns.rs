//! Sides that take turns, and what is told of them.

use std::io::Write;
use std::time::Instant;

use crate::Done;

/// One way of doing a job: does it once, and gives how many it did a second.
pub struct Side<'s> {
    name: &'static str,
    run: Box<dyn FnMut() -> Done<f64> + 's>,
}

impl<'s> Side<'s> {
    /// A side by its name.
    pub fn new(name: &'static str, run: impl FnMut() -> Done<f64> + 's) -> Self {
        Self {
            name,
            run: Box::new(run),
        }
    }
}

/// Lets the sides take turns, so that a slow minute of the machine hits all of them. Prints each side's median and range, and
/// the median over the rounds of its ratio to the last side.
pub fn compare(title: &str, rounds: usize, mut sides: Vec<Side<'_>>) -> Done<()> {
    let mut rates = vec![Vec::new(); sides.len()];
    for _ in 0..rounds {
        for (side, rates) in sides.iter_mut().zip(&mut rates) {
            rates.push((side.run)()?);
        }
    }
    let last = rates.last().cloned().unwrap_or_default();
    let mut out = std::io::stdout().lock();
    for (side, rates) in sides.iter().zip(&rates) {
        let ratio = median(rates.iter().zip(&last).map(|(rate, last)| rate / last));
        let low = rates.iter().copied().fold(f64::INFINITY, f64::min);
        let high = rates.iter().copied().fold(0.0, f64::max);
        writeln!(
            out,
            "{title:<34}{:<22}{:>11.0}/s  ({low:.0}…{high:.0}){ratio:>8.2}",
            side.name,
            median(rates.iter().copied()),
        )?;
    }
    Ok(())
}

/// How many a second: `count` of them, done by `work`.
#[expect(clippy::cast_precision_loss, reason = "far below 2⁵³")]
pub fn rate(count: usize, work: impl FnOnce() -> Done<()>) -> Done<f64> {
    let start = Instant::now();
    work()?;
    Ok(count as f64 / start.elapsed().as_secs_f64())
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
