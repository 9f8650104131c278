//! Fits the many-facet model to files of marks and says how long that took. `bench/facets.sh` runs it beside its peer.

use std::collections::BTreeMap;
use std::error::Error;
use std::time::Instant;

use inference::facets::{Marks, Model, fit};
use serde_json::json;

fn main() -> Result<(), Box<dyn Error>> {
    for file in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&file)?.replace('"', "");
        let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let header = lines.next().ok_or("no header")?;
        let at = |name: &str| header.iter().position(|column| *column == name);
        let (person, judge) = at("idstud").zip(at("rater")).ok_or("no idstud or rater")?;
        let items: Vec<usize> = (1..).map_while(|item| at(&format!("k{item}"))).collect();
        let rows: Vec<Vec<&str>> = lines.collect();
        let (persons, person) = numbered(&rows, person);
        let (judges, judge) = numbered(&rows, judge);
        let mark = |row: &Vec<&str>, item: &usize| row.get(*item)?.parse().ok();
        let marks: Vec<Option<u8>> = rows
            .iter()
            .flat_map(|row| items.iter().map(move |item| mark(row, item)))
            .collect();
        let marks = Marks {
            persons,
            judges,
            items: items.len(),
            person: &person,
            judge: &judge,
            marks: &marks,
        };
        let start = Instant::now();
        let fitted = fit(&marks, &Model::default())?;
        let seconds = start.elapsed().as_secs_f64();
        let (deviance, steps) = (fitted.deviance, fitted.iterations);
        println!(
            "{}",
            json!({"side": "merit", "file": file, "seconds": seconds, "steps": steps, "deviance": deviance})
        );
    }
    Ok(())
}

/// How many names a column has, and the number of each row's.
fn numbered(rows: &[Vec<&str>], column: usize) -> (usize, Vec<usize>) {
    let names = || rows.iter().filter_map(|row| row.get(column).copied());
    let mut number: BTreeMap<&str, usize> = names().map(|name| (name, 0)).collect();
    (0..)
        .zip(number.values_mut())
        .for_each(|(at, number)| *number = at);
    let of = names()
        .filter_map(|name| number.get(name).copied())
        .collect();
    (number.len(), of)
}
