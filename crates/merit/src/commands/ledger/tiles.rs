//! `merit ledger tiles`: the public tree as files that any web server can give out (C2SP tlog-tiles).

use std::fs;
use std::path::Path;

use ledger::tile::{Resource, serve};
use ledger::tree::{TILE_WIDTH, hashes_at, width_at};
use ledger::{Location, Store};
use rulebook::say;

use super::{checkpoint, done, grouped, location, open, said, unsound, words};
use crate::args::ledger::Tiles;
use crate::failure::Failure;
use crate::lang::tr;
use crate::output::save;
use crate::progress;

/// Writes the tree under the latest checkpoint, and at last the checkpoint.
pub fn run(args: &Tiles) -> Result<(), Failure> {
    let place = location(&args.place)?;
    let mut store = open(&place)?;
    let note = checkpoint(&place, store.as_mut(), None)?.note;
    // What the note says counts: it is what a reader will go by.
    let size = said(&place, &note)?.head.size;
    let wanted = resources(size);
    let (total, mut bar) = (wanted.len() as u64, progress::steps(tr("写出", "writing")));
    let mut added = 0;
    for (done, resource) in (0..).zip(&wanted) {
        bar.reached(done, total);
        added += u64::from(write(&place, store.as_mut(), &args.dir, *resource, size)?);
    }
    bar.finish();
    save::whole(
        &args.dir.join(Resource::Checkpoint.to_string()),
        note.as_bytes(),
    )?;
    let (dir, size, added) = (args.dir.display(), grouped(size), grouped(added));
    done(&say!(
        "{dir}:{size} 条记录的树,新写 {added} 个文件",
        "{dir}: the tree of {size} entries, {added} files written"
    ))
}

/// Every tile and bundle of a tree.
fn resources(size: u64) -> Vec<Resource> {
    let mut found = Vec::new();
    for level in 0..=u8::MAX {
        let tiles = hashes_at(size, level).div_ceil(TILE_WIDTH as u64);
        if tiles == 0 {
            break;
        }
        for index in 0..tiles {
            // A tile has 256 hashes at most.
            let width = u16::try_from(width_at(size, level, index)).unwrap_or(u16::MAX);
            found.push(Resource::Hashes {
                level,
                index,
                width,
            });
            if level == 0 {
                found.push(Resource::Entries { index, width });
            }
        }
    }
    found
}

/// Writes a file unless it is there; whether it wasn't. One that says something else is never replaced.
fn write(
    place: &Location,
    store: &mut dyn Store,
    dir: &Path,
    resource: Resource,
    size: u64,
) -> Result<bool, Failure> {
    let bytes = serve(store, resource, size)
        .map_err(|error| words::store(place, &error))?
        .ok_or_else(|| unsound(place))?;
    let path = dir.join(resource.to_string());
    match fs::read(&path) {
        Ok(there) if there == bytes => return Ok(false),
        Ok(_) => return Err(differs(place, &path)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(Failure::read(&path, &error)),
    }
    let above = path.parent().unwrap_or(dir);
    fs::create_dir_all(above).map_err(|error| Failure::write(above, &error))?;
    save::whole(&path, &bytes)?;
    Ok(true)
}

fn differs(place: &Location, path: &Path) -> Failure {
    let path = path.display();
    Failure::Refused(Some(say!(
        "{path} 已经公开过,与 {place} 现在的不同,没有改动它:文件夹是别的账本的,或账本被改过;用 merit ledger verify 核验",
        "{path} has been published and isn't what {place} has now, so it was left as it is: the folder is another \
         ledger's, or the ledger was altered; see `merit ledger verify`"
    )))
}
