//! Lists the files of the ready campaigns, so that `merit new` has them at hand: they become part of the binary.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The folders of a campaign; others (tests, generators) stay out of the binary.
const FOLDERS: [&str; 7] = [
    "figures",
    "forms",
    "honours",
    "ladders",
    "measures",
    "programmes",
    "schemes",
];
/// The endings of a campaign's files.
const ENDINGS: [&str; 4] = ["csv", "md", "toml", "xlsx"];

fn main() -> io::Result<()> {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
        .map(PathBuf::from)
        .unwrap_or_default();
    let out = std::env::var_os("OUT_DIR")
        .map(PathBuf::from)
        .unwrap_or_default();
    let campaigns = manifest.join("../../campaigns");
    println!("cargo::rerun-if-changed={}", campaigns.display());
    let mut code = String::from("&[\n");
    for folder in sorted(&campaigns)? {
        if !folder.join("campaign.toml").is_file() {
            continue;
        }
        let _ = writeln!(code, "({:?}, &[", name(&folder));
        for (path, file) in files(&folder)? {
            let _ = writeln!(
                code,
                "({path:?}, include_bytes!({:?}).as_slice()),",
                file.canonicalize()?
            );
        }
        code.push_str("] as &[_]),\n");
    }
    code.push(']');
    fs::write(out.join("ready.rs"), code)
}

/// A campaign's files by their path in it.
fn files(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut files = Vec::new();
    for path in sorted(folder)? {
        if FOLDERS.contains(&name(&path).as_str()) {
            for file in sorted(&path)? {
                files.push((format!("{}/{}", name(&path), name(&file)), file));
            }
        } else {
            files.push((name(&path), path));
        }
    }
    let ours = |file: &Path| {
        file.extension()
            .is_some_and(|ending| ENDINGS.iter().any(|ours| ending == *ours))
    };
    files.retain(|(_, file)| file.is_file() && ours(file));
    Ok(files)
}

/// What a folder holds, in order; nothing where it isn't there.
fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries: io::Result<Vec<PathBuf>> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect();
    let mut entries = entries?;
    entries.sort();
    Ok(entries)
}

fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
