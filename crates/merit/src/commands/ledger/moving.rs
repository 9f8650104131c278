//! `merit ledger export` and `import`: a ledger as lines of JSON, and back.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use ledger::export::{Moved, Vault};
use ledger::{Keys, Location, Store};
use rulebook::{Say, say};

use super::{claim, done, grouped, location, open, trusted, words};
use crate::args::ledger::{Export, Import};
use crate::failure::Failure;
use crate::output::save;
use crate::{progress, terminal};

/// What SQLite and the lease may leave beside a file.
const BESIDE: [&str; 5] = ["", "-wal", "-shm", "-journal", ".writer"];

/// Writes a ledger as text.
pub fn export(args: &Export) -> Result<(), Failure> {
    let place = location(&args.place)?;
    let mut store = open(&place)?;
    let vault = if args.vault {
        Vault::Included
    } else {
        Vault::LeftOut
    };
    let length = store
        .length()
        .map_err(|error| words::store(&place, &error))?;
    let bar = progress::writing(length);
    let out = args.out.as_deref();
    let write = |target: &mut dyn Write| {
        let mut counted = bar.wrap_write(target);
        ledger::export::export(store.as_mut(), &mut counted, vault)
            .map_err(|error| words::export(&place, out, error))
    };
    let moved = match out {
        Some(path) => save::private(path, write),
        None => to_output(write),
    };
    bar.finish_and_clear();
    let (moved, out) = (moved?, out.map(Path::display));
    let Say { zh, en } = told(moved);
    match out {
        Some(file) => done(&say!("已写出 {file}:{zh}", "wrote {file}: {en}")),
        None => Ok(()),
    }
}

fn to_output(
    write: impl FnOnce(&mut dyn Write) -> Result<Moved, Failure>,
) -> Result<Moved, Failure> {
    write(&mut io::BufWriter::with_capacity(1 << 16, io::stdout()))
}

fn told(moved: Moved) -> Say {
    let [entries, checkpoints, items] =
        [moved.entries, moved.checkpoints, moved.items].map(grouped);
    say!(
        "{entries} 条记录,{checkpoints} 个检查点,保险库 {items} 件",
        "entries: {entries}, checkpoints: {checkpoints}, items of the vault: {items}"
    )
}

/// Puts an export into an empty ledger.
pub fn import(args: &Import) -> Result<(), Failure> {
    let (place, keys) = (location(&args.place)?, trusted(&args.trust)?);
    let moved = match &place {
        Location::File(path) => into_file(&place, path, &args.file, &keys)?,
        Location::Postgres(_) => {
            let store = place.open().map_err(|error| words::store(&place, &error))?;
            into_store(&place, store, &args.file, &keys)?
        }
    };
    let Say { zh, en } = told(moved);
    let told = done(&say!("{place}:{zh}", "{place}: {en}"));
    terminal::note(&say!(
        "保险库的内容和检查点以后的记录没有签名,导入时只核对了散列",
        "items of the vault and entries after the last checkpoint bear no signature: only their hashes were checked"
    ));
    told
}

/// The ledger is made beside the file and gets its name when it is complete: a refused import leaves nothing.
fn into_file(place: &Location, path: &Path, file: &Path, keys: &Keys) -> Result<Moved, Failure> {
    if path
        .metadata()
        .is_ok_and(|facts| facts.is_dir() || facts.len() > 0)
    {
        return Err(words::not_empty(place));
    }
    let staged = Staged(save::beside(path));
    let stage = Location::File(staged.0.clone());
    let store = stage.open().map_err(|error| words::store(&stage, &error))?;
    let moved = into_store(place, store, file, keys)?;
    ledger::backup::restore(&staged.0, path, &mut |_| ())
        .map_err(|error| words::backup(place, &error))?;
    Ok(moved)
}

fn into_store(
    place: &Location,
    mut store: Box<dyn Store>,
    file: &Path,
    keys: &Keys,
) -> Result<Moved, Failure> {
    let failed = |error| Failure::read(file, &error);
    let source = File::open(file).map_err(failed)?;
    let bytes = source.metadata().map_err(failed)?.len();
    let lease = claim(place, store.as_mut())?;
    let bar = progress::reading(bytes);
    let moved = ledger::export::import(&mut bar.wrap_read(source), store.as_mut(), lease, keys)
        .map_err(|error| words::import(place, file, &error));
    bar.finish_and_clear();
    let released = store.release(lease);
    let moved = moved?;
    released.map_err(|error| words::store(place, &error))?;
    Ok(moved)
}

/// A ledger in the making; it goes away in the end.
struct Staged(PathBuf);

impl Drop for Staged {
    fn drop(&mut self) {
        for suffix in BESIDE {
            let mut path = self.0.as_os_str().to_owned();
            path.push(suffix);
            // Most of these aren't there; and nothing can be done about one that stays.
            let _ = fs::remove_file(path);
        }
    }
}
