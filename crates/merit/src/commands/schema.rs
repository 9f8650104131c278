//! `merit schema`: the JSON Schemas of the files people write.

use std::fs;
use std::path::Path;

use rulebook::FileKind;
use rulebook::schema::schema;
use serde_json::{Map, Value};

use crate::args::Target;
use crate::failure::Failure;
use crate::output::save;
use crate::terminal;

/// Writes a schema file for each kind, or prints all of them as one document.
pub fn run(args: &Target) -> Result<(), Failure> {
    match &args.dir {
        Some(dir) => FileKind::ALL
            .into_iter()
            .try_for_each(|kind| write(dir, kind)),
        None => {
            let all: Map<String, Value> = FileKind::ALL
                .into_iter()
                .map(|kind| (kind.name().to_owned(), schema(kind)))
                .collect();
            terminal::print_raw(pretty(&Value::Object(all)).as_bytes())
        }
    }
}

fn write(dir: &Path, kind: FileKind) -> Result<(), Failure> {
    fs::create_dir_all(dir).map_err(|error| Failure::write(dir, &error))?;
    let path = dir.join(format!("{}.schema.json", kind.name()));
    save::whole(&path, pretty(&schema(kind)).as_bytes())
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}
