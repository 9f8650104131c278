//! Writing a file whole or not at all.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Component, Path, PathBuf};

use rulebook::say;

use crate::failure::Failure;
use crate::terminal;

/// Writes bytes to a file, or to the standard output where none is named.
pub fn deliver(out: Option<&Path>, bytes: &[u8]) -> Result<(), Failure> {
    match out {
        Some(path) => whole(path, bytes),
        None => terminal::print_raw(bytes),
    }
}

/// Writes a file whole: beside it first, and in its place only when all of it is on the disk. Whatever happens, the file is
/// either as before or complete.
pub fn whole(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let beside = beside(path);
    let written = write_through(&beside, bytes).and_then(|()| fs::rename(&beside, path));
    written.map_err(|error| {
        // The first error is the one to tell.
        let _ = fs::remove_file(&beside);
        Failure::write(path, &error)
    })
}

/// Writes files, by their path with `/`, into a folder that is new or empty.
pub fn folder(root: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<(), Failure> {
    let shown = root.display();
    if fs::read_dir(root).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Failure::Usage(say!(
            "{shown} 不是空的;请指明一个新的或空的文件夹",
            "{shown} isn't empty; name a folder that is new or empty"
        )));
    }
    let outside = |path: &&String| {
        !Path::new(path)
            .components()
            .all(|part| matches!(part, Component::Normal(_)))
    };
    if let Some(path) = files.keys().find(outside) {
        return Err(Failure::Refused(Some(say!(
            "文件名“{path}”不在文件夹之内,什么也没有写",
            "the file name “{path}” leads out of the folder; nothing was written"
        ))));
    }
    for (path, bytes) in files {
        let path = root.join(path);
        let above = path.parent().unwrap_or(root);
        fs::create_dir_all(above).map_err(|error| Failure::write(above, &error))?;
        whole(&path, bytes)?;
    }
    Ok(())
}

fn write_through(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// A name in the same folder, so that the rename stays on one disk; the process's number keeps two commands apart.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.tmp", std::process::id()))
}
