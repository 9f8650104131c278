//! Writing a file whole or not at all.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write};
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

/// Writes a file of any length for its owner alone, whole or not at all: `write` is given where to write.
pub fn private<T>(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let failed = |error| Failure::write(path, &error);
    let beside = beside(path);
    let written = new_private(&beside).map_err(failed).and_then(|file| {
        let mut buffer = BufWriter::new(file);
        let done = write(&mut buffer)?;
        let file = buffer
            .into_inner()
            .map_err(|error| failed(error.into_error()))?;
        file.sync_all()
            .and_then(|()| fs::rename(&beside, path))
            .map_err(failed)?;
        Ok(done)
    });
    written.inspect_err(|_| {
        // The first error is the one to tell.
        let _ = fs::remove_file(&beside);
    })
}

/// A new file that only its owner can read.
pub fn new_private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
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
pub fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.tmp", std::process::id()))
}
