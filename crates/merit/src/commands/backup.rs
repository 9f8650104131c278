//! `merit backup` and `merit restore`: copies of a ledger in a file, taken while it runs, and put back.

use std::path::Path;

use ledger::Location;
use ledger::backup::Progress;
use rulebook::say;

use super::ledger::{location, probe, words};
use crate::args::ledger::{Backup, Restore};
use crate::failure::Failure;
use crate::lang::{lang, tr};
use crate::{progress, terminal};

/// How a copy is made.
type Copying = fn(&Path, &Path, &mut dyn FnMut(Progress)) -> ledger::backup::Result<()>;

/// Copies a ledger while it runs.
pub fn backup(args: &Backup) -> Result<(), Failure> {
    let place = location(&args.place)?;
    let Location::File(path) = &place else {
        return Err(Failure::Usage(say!(
            "{place} 在 PostgreSQL 里:用 pg_dump --format=custom 备份数据库,或用 merit ledger export --vault 导出",
            "{place} is in PostgreSQL: copy the database with `pg_dump --format=custom`, or write it out with `merit \
             ledger export --vault`"
        )));
    };
    copied(ledger::backup::backup, &place, (path, &args.file))?;
    let file = args.file.display();
    told(&say!(
        "已备份到 {file};密钥不在其中,另存",
        "copied to {file}; keys aren't in it: keep them elsewhere"
    ))
}

/// Puts a copy back.
pub fn restore(args: &Restore) -> Result<(), Failure> {
    let place = location(&args.place)?;
    let Location::File(path) = &place else {
        return Err(Failure::Usage(say!(
            "{place} 在 PostgreSQL 里:用 pg_restore 恢复,或先恢复成文件,再用 merit ledger export --vault 和 import 放进去",
            "{place} is in PostgreSQL: use `pg_restore`, or restore to a file and move it with `merit ledger export \
             --vault` and `import`"
        )));
    };
    copied(ledger::backup::restore, &place, (&args.file, path))?;
    let told = told(&say!("已恢复到 {place}", "restored to {place}"));
    terminal::warning(&say!(
        "备份以后若删除过个人信息,它们又回来了:先把那些删除再做一遍,再给人用。接着用 merit ledger verify 核验",
        "personal data erased since the copy, if any, are back: erase them again before anybody uses it. Next: \
         `merit ledger verify`"
    ));
    told
}

fn copied(copy: Copying, place: &Location, (from, to): (&Path, &Path)) -> Result<(), Failure> {
    probe(from)?;
    let mut bar = progress::steps(tr("复制", "copying"));
    let done = copy(from, to, &mut |at| bar.reached(at.done, at.total));
    bar.finish();
    // What can't be copied is at fault, not where it should go.
    let source = Location::File(from.to_owned());
    done.map_err(|error| match error {
        ledger::backup::BackupError::Store(_) => words::backup(&source, &error),
        _ => words::backup(place, &error),
    })
}

fn told(text: &rulebook::Say) -> Result<(), Failure> {
    terminal::print(&format!("{}\n", text.get(lang())))
}
