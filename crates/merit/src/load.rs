//! From a folder on the disk to a campaign and its figures. Only files that a campaign has are read, none of them endlessly.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use rulebook::figures::{self, Figures, Layout, Notes, Table};
use rulebook::{Campaign, Diagnostic, Folder, Severity, say};

use crate::failure::Failure;
use crate::lang::lang;
use crate::{progress, terminal};

/// A text file of a campaign is smaller; this is no limit for people.
const TEXT_LIMIT: u64 = 16 << 20;
/// A table is smaller.
const TABLE_LIMIT: u64 = 16 << 30;
/// A campaign folder has fewer files and folders; whoever names a home folder by mistake is told soon.
const ENTRY_LIMIT: usize = 20_000;
/// Campaign files stand at the top or one folder down; one more is looked at for those that were put too deep.
const DEPTH: usize = 3;
/// Where a campaign keeps its own figures.
const FIGURES: &str = "figures";

/// A campaign folder, read and free of errors.
pub struct Opened {
    /// Its files.
    pub folder: Folder,
    /// The campaign.
    pub campaign: Campaign,
}

/// The files of a campaign folder, but for its figures.
pub fn folder(root: &Path) -> Result<Folder, Failure> {
    let mut walk = Walk {
        root,
        entries: 0,
        files: Vec::new(),
    };
    walk.visit(root, 0)?;
    walk.files.sort();
    let mut folder = Folder::default();
    for path in walk.files {
        let name = relative(root, &path);
        let limit = if is_table(&name) {
            TABLE_LIMIT
        } else {
            TEXT_LIMIT
        };
        folder.files.insert(name, bytes(&path, limit)?);
    }
    Ok(folder)
}

/// The campaign in a folder; errors are shown and end the command, warnings are counted.
pub fn campaign(root: &Path) -> Result<Opened, Failure> {
    let folder = folder(root)?;
    let reading = rulebook::read::read(&folder);
    let (shown, tally) = (root.display(), terminal::tally(&reading.findings));
    let Some(campaign) = reading.campaign else {
        terminal::show(&folder, &reading.findings);
        return Err(Failure::Refused(Some(say!(
            "{shown}:{tally};活动有错误,什么也没有做",
            "{shown}: {tally}; the campaign is wrong, so nothing was done"
        ))));
    };
    if !reading.findings.is_empty() {
        terminal::note(&say!(
            "{shown}:{tally};用 merit check 查看",
            "{shown}: {tally}; see `merit check`"
        ));
    }
    Ok(Opened { folder, campaign })
}

/// The figures of a campaign: from these files, or from its own where none are named; and how they were understood.
pub fn figures(
    opened: &Opened,
    root: &Path,
    files: &[PathBuf],
    layout: &Layout,
) -> Result<(Figures, Notes), Failure> {
    let kind = opened.campaign.file.calendar.period;
    if let Some(period) = layout.period.filter(|period| period.kind() != kind) {
        let example = kind.example();
        return Err(Failure::Usage(say!(
            "--period {period} 不是这个活动的期:写成 {example} 这样",
            "--period {period} is no period of this campaign: write it like {example}"
        )));
    }
    let tables = if files.is_empty() {
        own_tables(root)?
    } else {
        named_tables(files)?
    };
    understand(opened, tables, layout)
}

fn understand(
    opened: &Opened,
    tables: Vec<(String, Vec<u8>)>,
    layout: &Layout,
) -> Result<(Figures, Notes), Failure> {
    let size = tables.iter().map(|(_, bytes)| bytes.len() as u64).sum();
    let borrowed: Vec<Table<'_>> = tables
        .iter()
        .map(|(name, bytes)| Table { name, bytes })
        .collect();
    let bar = progress::working(size);
    let (read, notes, findings) = figures::read(&opened.campaign, &borrowed, layout);
    bar.finish_and_clear();
    if !findings.is_empty() {
        // The findings point into these files, so whoever shows them needs them.
        let mut folder = opened.folder.clone();
        folder.files.extend(tables);
        terminal::show(&folder, &findings);
    }
    match read {
        Some(figures) => Ok((figures, notes)),
        None => {
            tell(&notes);
            Err(refused(&findings))
        }
    }
}

fn refused(findings: &[Diagnostic]) -> Failure {
    let tally = terminal::tally(findings);
    debug_assert!(
        findings
            .iter()
            .any(|finding| finding.severity == Severity::Error)
    );
    Failure::Refused(Some(say!(
        "数据表有误({tally}),没有计分,没有写出任何文件",
        "the tables of figures are wrong ({tally}); nothing was scored, nothing was written"
    )))
}

/// Says what wasn't used.
pub fn tell(notes: &Notes) {
    for table in notes.tables.iter().filter(|table| !table.unused.is_empty()) {
        let (file, count) = (&table.file, table.unused.len());
        let names = table.unused.join(lang().pick("、", ", "));
        terminal::note(&say!(
            "{file}:以下 {count} 列没有用到:{names}",
            "{file}: nothing uses these columns ({count}): {names}"
        ));
    }
}

fn named_tables(files: &[PathBuf]) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let table = |path: &PathBuf| Ok((path.display().to_string(), bytes(path, TABLE_LIMIT)?));
    files.iter().map(table).collect()
}

/// The tables a campaign brings along, in order of their names.
fn own_tables(root: &Path) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let folder = root.join(FIGURES);
    let mut files: Vec<PathBuf> = Vec::new();
    if folder.is_dir() {
        let entries = fs::read_dir(&folder).map_err(|error| Failure::read(&folder, &error))?;
        for entry in entries {
            let path = entry
                .map_err(|error| Failure::read(&folder, &error))?
                .path();
            if path.is_file() && is_table(&relative(root, &path)) {
                files.push(path);
            }
        }
    }
    files.sort();
    if files.is_empty() {
        let root = root.display();
        return Err(Failure::Usage(say!(
            "{root} 里没有自带的数据表(figures/ 里的 .csv、.xlsx);请用 --measures 指明数据表",
            "{root} brings no figures (figures/*.csv, figures/*.xlsx); name tables with --measures"
        )));
    }
    let table = |path: &PathBuf| Ok((relative(root, path), bytes(path, TABLE_LIMIT)?));
    files.iter().map(table).collect()
}

/// Looks through a folder for files that a campaign has. Folders that are links are not followed: they may go in circles.
struct Walk<'r> {
    root: &'r Path,
    entries: usize,
    files: Vec<PathBuf>,
}

impl Walk<'_> {
    fn visit(&mut self, folder: &Path, depth: usize) -> Result<(), Failure> {
        let failed = |error| Failure::read(folder, &error);
        for entry in fs::read_dir(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            self.entries += 1;
            if self.entries > ENTRY_LIMIT {
                return Err(self.too_many());
            }
            let kind = entry.file_type().map_err(failed)?;
            let path = entry.path();
            let name = relative(self.root, &path);
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            if kind.is_dir() {
                if depth + 1 < DEPTH && name != FIGURES {
                    self.visit(&path, depth + 1)?;
                }
            } else if belongs(&name) && path.is_file() {
                self.files.push(path);
            }
        }
        Ok(())
    }

    fn too_many(&self) -> Failure {
        let root = self.root.display();
        Failure::Refused(Some(say!(
            "{root} 里的文件超过 {ENTRY_LIMIT} 个,不像是活动文件夹;请指明 campaign.toml 所在的文件夹",
            "{root} holds more than {ENTRY_LIMIT} files, so it is no campaign folder; name the folder that holds campaign.toml"
        )))
    }
}

/// Whether a file may belong to a campaign: its text files, its list of units, and any TOML file, which may be misplaced.
fn belongs(name: &str) -> bool {
    let ending = ending(name);
    let top = !name.contains('/');
    match ending.as_str() {
        "csv" | "xlsx" => top,
        "md" | "txt" => true,
        _ => ending.starts_with("to") || ending == "tml",
    }
}

fn is_table(name: &str) -> bool {
    matches!(ending(name).as_str(), "csv" | "xlsx")
}

fn ending(name: &str) -> String {
    name.rsplit_once('.')
        .map_or_else(String::new, |(_, ending)| ending.to_lowercase())
}

/// A path inside a folder, with `/` on any system.
fn relative(root: &Path, path: &Path) -> String {
    let inside = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = inside
        .components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    parts.join("/")
}

/// The bytes of a file that isn't larger than so many.
pub fn bytes(path: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
    let failed = |error| Failure::read(path, &error);
    let file = File::open(path).map_err(failed)?;
    let facts = file.metadata().map_err(failed)?;
    if facts.is_dir() {
        return Err(Failure::read(
            path,
            &std::io::ErrorKind::IsADirectory.into(),
        ));
    }
    if facts.len() > limit {
        return Err(too_large(path, limit));
    }
    let bar = progress::reading(facts.len());
    let mut bytes = Vec::with_capacity(usize::try_from(facts.len()).unwrap_or(0));
    // What isn't a plain file, such as a pipe, has no length to go by.
    bar.wrap_read(file.take(limit + 1))
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    bar.finish_and_clear();
    if bytes.len() as u64 > limit {
        return Err(too_large(path, limit));
    }
    Ok(bytes)
}

/// The files of a folder, whatever they are: path → bytes. Links aren't followed.
pub fn all_files(root: &Path) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let mut found = BTreeMap::new();
    let mut folders = vec![(root.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let failed = |error| Failure::read(&folder, &error);
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let (path, kind) = (entry.path(), entry.file_type().map_err(failed)?);
            if found.len() + folders.len() >= ENTRY_LIMIT || depth > DEPTH {
                return Err(too_much(root));
            }
            if kind.is_dir() {
                folders.push((path, depth + 1));
            } else if kind.is_file() {
                found.insert(relative(root, &path), bytes(&path, TEXT_LIMIT)?);
            } else {
                let path = path.display();
                return Err(Failure::Refused(Some(say!(
                    "{path} 不是普通文件,没有读取;请核对文件夹",
                    "{path} is no plain file and wasn't read; see whether it is the right folder"
                ))));
            }
        }
    }
    Ok(found)
}

fn too_much(root: &Path) -> Failure {
    let root = root.display();
    Failure::Refused(Some(say!(
        "{root} 里的文件太多或太深,没有读取;请核对文件夹",
        "{root} holds too many files, or too deep ones, and wasn't read; see whether it is the right folder"
    )))
}

/// The bytes of a workbook.
pub fn table_bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    bytes(path, TABLE_LIMIT)
}

fn too_large(path: &Path, limit: u64) -> Failure {
    let (path, megabytes) = (path.display(), limit >> 20);
    Failure::Refused(Some(say!(
        "{path} 超过 {megabytes} MB,没有读取;请核对是不是这个文件",
        "{path} is larger than {megabytes} MB and wasn't read; is it the right file?"
    )))
}
