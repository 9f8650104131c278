//! Replays a class of 1,000 units on 40 indicators and says how long that took. `bench/replay.sh` runs it beside its peer.

use std::borrow::Cow;
use std::error::Error;
use std::fmt::Write as _;
use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Instant;

use inference::random::Random;
use rulebook::model::{Measure, Scheme};
use scoring::replay::{Settings, replay};
use scoring::{Class, ClassColumn, score};
use serde_json::json;

const UNITS: usize = 1_000;
const MEASURES: usize = 40;
const CASES: f64 = 50.0;

/// What is known of a figure.
#[derive(Clone, Copy)]
enum Kind {
    Share,
    Count,
    Figure,
}

fn main() -> Result<(), Box<dyn Error>> {
    let draws: u32 = std::env::args().nth(1).map_or(Ok(1_000), |n| n.parse())?;
    let draws = NonZeroU32::new(draws).ok_or("no draws")?;
    let all = [Kind::Share, Kind::Count, Kind::Figure];
    for (name, kinds) in [
        ("shares", &all[..1]),
        ("counts", &all[1..2]),
        ("standard errors", &all[2..]),
        ("mixed", &all[..]),
    ] {
        let seconds = seconds(kinds, draws)?;
        let cells = (UNITS * MEASURES) as f64 * f64::from(draws.get());
        println!(
            "{}",
            json!({"side": "merit", "figures": name, "draws": draws, "seconds": seconds, "cells_per_second": cells / seconds})
        );
    }
    Ok(())
}

/// The least of three runs on one thread.
fn seconds(kinds: &[Kind], draws: NonZeroU32) -> Result<f64, Box<dyn Error>> {
    let ids: Vec<String> = (0..UNITS).map(|unit| format!("u{unit:04}")).collect();
    let mut class = Class::new(ids.iter().map(String::as_str).collect()).ok_or("ids")?;
    let (mut rules, mut measures) = (String::new(), Vec::new());
    for (number, kind) in (0..MEASURES).zip(kinds.iter().cycle()) {
        let (declared, full) = match kind {
            Kind::Share => ("range = { min = 0, max = 1 }", 1),
            Kind::Count => ("noise = 'count'", 40),
            Kind::Figure => ("", 1),
        };
        let measure: Measure =
            toml::from_str(&format!("id = 'm{number}'\nname.zh = 'm'\n{declared}"))?;
        measures.push(measure);
        write!(
            rules,
            "[[indicator]]\nid = 'm{number}'\nname.zh = 'i'\nmeasure = 'm{number}'\npoints = 2.5\nrule = {{ linear = {{ zero = 0, full = {full} }} }}\n"
        )?;
    }
    let mut random = Random::new(1, 0);
    for (measure, kind) in measures.iter().zip(kinds.iter().cycle()) {
        class = class
            .with_column(measure.id.as_str(), column(*kind, &mut random))
            .ok_or("cells")?;
    }
    let scheme: Scheme =
        toml::from_str(&format!("id = 's'\nname.zh = 's'\ncategory = 'c'\n{rules}"))?;
    let of: Vec<&Measure> = measures.iter().collect();
    let scored = score(&scheme, &of, &class, NonZeroUsize::MIN)?;
    let mut least = f64::INFINITY;
    for _ in 0..3 {
        let start = Instant::now();
        replay(
            &scored,
            &of,
            &Settings::new(draws),
            NonZeroUsize::MIN,
            &|| (),
        )?;
        least = least.min(start.elapsed().as_secs_f64());
    }
    Ok(least)
}

fn column(kind: Kind, random: &mut Random) -> ClassColumn<'static> {
    let mut cells = |draw: &dyn Fn(&mut Random) -> f64| -> Vec<f64> {
        (0..UNITS).map(|_| draw(random)).collect()
    };
    let every = |value: f64| Some(Cow::Owned(vec![value; UNITS]));
    let (values, n, se) = match kind {
        Kind::Share => (
            cells(&|random| random.binomial(50, 0.9) as f64 / CASES),
            every(CASES),
            None,
        ),
        Kind::Count => (cells(&|random| random.poisson(20.0) as f64), None, None),
        Kind::Figure => (
            cells(&|random| 0.7 + 0.1 * random.normal()),
            None,
            every(0.05),
        ),
    };
    ClassColumn {
        values: Cow::Owned(values),
        n,
        se,
    }
}
