//! `merit fmt`: the campaign's files in their one layout.

use std::path::Path;

use rulebook::{Diagnostic, FileKind, Folder, format, read, say, text};

use crate::args::Fmt;
use crate::failure::Failure;
use crate::lang::lang;
use crate::output::save;
use crate::{load, terminal};

/// Lays out every TOML file, or says which differ. Where one is no TOML none is written.
pub fn run(args: &Fmt) -> Result<(), Failure> {
    let dir = &args.folder.dir;
    let folder = load::folder(dir)?;
    if !folder.files.keys().any(|path| FileKind::of(path).is_some()) {
        return Err(no_campaign(&folder));
    }
    let (changed, findings) = laid_out(&folder);
    if !findings.is_empty() {
        terminal::show(&folder, &findings);
        let tally = terminal::tally(&findings);
        return Err(Failure::Refused(Some(say!(
            "{tally};一个文件也没有改",
            "{tally}; no file was changed"
        ))));
    }
    if !args.check {
        for (path, text) in &changed {
            save::whole(&dir.join(path), text.as_bytes())?;
        }
    }
    let printed = told(dir, &changed, args.check);
    Failure::after(printed, args.check && !changed.is_empty())
}

/// There is nothing to lay out: what `check` says of such a folder.
fn no_campaign(folder: &Folder) -> Failure {
    terminal::show(folder, &read::read(folder).findings);
    Failure::Refused(Some(say!("没有可排的文件", "there is no file to lay out")))
}

/// The files that differ from their layout, with it; and what is wrong with those that have none.
fn laid_out(folder: &Folder) -> (Vec<(&str, String)>, Vec<Diagnostic>) {
    let (mut changed, mut findings) = (Vec::new(), Vec::new());
    for (path, bytes) in &folder.files {
        let Some(kind) = FileKind::of(path) else {
            continue;
        };
        match layout(path, bytes, kind) {
            Ok(text) if text.as_bytes() == bytes.as_slice() => {}
            Ok(text) => changed.push((path.as_str(), text)),
            Err(mut wrong) => findings.append(&mut wrong),
        }
    }
    (changed, findings)
}

fn layout(path: &str, bytes: &[u8], kind: FileKind) -> Result<String, Vec<Diagnostic>> {
    let (text, _) = text::decode(bytes).map_err(|not_text| vec![not_text.diagnostic(path)])?;
    let errors = |errors: Vec<read::SyntaxError>| {
        errors
            .into_iter()
            .map(|error| error.diagnostic(path))
            .collect()
    };
    format::format(kind, &text).map_err(errors)
}

fn told(dir: &Path, changed: &[(&str, String)], only_looked: bool) -> Result<(), Failure> {
    let mut text = String::new();
    for (path, _) in changed {
        let path = dir.join(path);
        let path = path.display();
        let line = if only_looked {
            say!("格式不一致:{path}", "differs: {path}")
        } else {
            say!("已排:{path}", "laid out: {path}")
        };
        text.push_str(line.get(lang()));
        text.push('\n');
    }
    terminal::print(&text)
}
