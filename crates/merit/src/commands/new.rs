//! `merit new`: a folder from a ready campaign.

use std::collections::BTreeMap;
use std::path::Path;

use rulebook::{Folder, read, say};

use crate::args::New;
use crate::failure::Failure;
use crate::lang::lang;
use crate::output::columns::{Align, lines};
use crate::output::save;
use crate::terminal;

/// A ready campaign: its name and its files.
type Ready = (&'static str, &'static [(&'static str, &'static [u8])]);

/// The ready campaigns, by name.
const READY: &[Ready] = include!(concat!(env!("OUT_DIR"), "/ready.rs"));

/// Writes a ready campaign's files, or lists the ready campaigns.
pub fn run(args: &New) -> Result<(), Failure> {
    match (&args.dir, &args.from) {
        (Some(dir), Some(from)) if !args.list => make(dir, from),
        _ => terminal::print(&listed()),
    }
}

fn make(dir: &Path, from: &str) -> Result<(), Failure> {
    let ready = READY.iter().find(|(name, _)| *name == from);
    let Some((_, files)) = ready else {
        let names: Vec<&str> = READY.iter().map(|(name, _)| *name).collect();
        let names = names.join(lang().pick("、", ", "));
        return Err(Failure::Usage(say!(
            "没有现成的活动“{from}”;可以是:{names}",
            "there is no ready campaign “{from}”; name one of: {names}"
        )));
    };
    save::folder(dir, &owned(files))?;
    let (dir, count) = (dir.display(), files.len());
    let text = say!(
        "{dir}:{count} 个文件。接下来:merit check {dir}",
        "{dir}: {count} files. Next: merit check {dir}"
    );
    terminal::print(&format!("{}\n", text.get(lang())))
}

/// The text files of a ready campaign: path → text.
pub fn ready(name: &str) -> BTreeMap<String, String> {
    let found = READY.iter().find(|(known, _)| *known == name);
    let files = found.map_or(&[] as &[_], |(_, files)| files);
    let texts = files.iter().filter(|(path, _)| path.ends_with(".toml"));
    let text = |(path, bytes): &(&str, &[u8])| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        ((*path).to_owned(), text)
    };
    texts.map(text).collect()
}

fn owned(files: &[(&str, &[u8])]) -> BTreeMap<String, Vec<u8>> {
    let owned = |(path, bytes): &(&str, &[u8])| ((*path).to_owned(), bytes.to_vec());
    files.iter().map(owned).collect()
}

/// The ready campaigns with their names in full.
fn listed() -> String {
    let row = |(name, files): &Ready| {
        let folder = Folder {
            files: owned(files),
        };
        let campaign = read::read(&folder).campaign;
        let title = campaign.map_or_else(String::new, |campaign| {
            campaign.file.name.get(lang()).to_owned()
        });
        vec![(*name).to_owned(), title]
    };
    let rows: Vec<Vec<String>> = READY.iter().map(row).collect();
    lines(&[Align::Left, Align::Left], &rows, "")
}
