//! Times the ledger, the host and the campaign's state. `bench/README.md` says what is measured and how to read it.

mod append;
mod county;
mod host;
mod peers;
mod ratings;
mod reading;
mod turns;

use std::error::Error;
use std::path::Path;

/// What comes of a measurement.
type Done<T> = Result<T, Box<dyn Error>>;

const USAGE: &str =
    "usage: bench-ledger append|postgres|reading|host|county|start|ratings FOLDER [UNITS] [ROUNDS]";

fn main() -> Done<()> {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().ok_or(USAGE)?;
    let folder = arguments.next().ok_or(USAGE)?;
    let mut number = |usual: u32| -> Done<u32> {
        Ok(arguments
            .next()
            .map(|text| text.parse())
            .transpose()?
            .unwrap_or(usual))
    };
    let (units, rounds) = (number(100)?, number(5)? as usize);
    let folder = Path::new(&folder);
    match what.as_str() {
        "append" => append::sqlite(folder, units, rounds),
        "postgres" => append::postgres(folder, rounds),
        "reading" => reading::all(folder, units, rounds),
        "host" => host::durable(folder, rounds),
        "county" => county::in_memory(folder, units, rounds),
        "ratings" => ratings::through_http(folder),
        "start" => county::start(folder, units),
        _ => Err(USAGE.into()),
    }
}
