//! Copies of a SQLite ledger: taken while it runs, and put back.
//!
//! A copy shows the ledger as it was at one moment, is for its owner alone (mode 0600), and carries no lease. What is not in it: the vault's key, which is kept
//! elsewhere.
//!
//! **Erased items.** What is erased after a copy was taken is still in the copy. Destroy copies when their time is over, and
//! after a [`restore`] erase again before anybody sees anything: entries tell what was erased, those in the ledger itself and
//! those in a later export of it. [`Store::items`](crate::Store::items) lists what the restored vault holds, to compare;
//! erasing what isn't there does no harm.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use crate::sqlite::{SqliteStore, failure, sync_folder_of};
use crate::store::StoreError;

/// What comes of a call.
pub type Result<T> = std::result::Result<T, BackupError>;

/// Pages copied between two reports of progress.
const PAGES_AT_ONCE: i32 = 1024;

/// How far a copy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Pages copied.
    pub done: u64,
    /// Pages in all.
    pub total: u64,
}

/// Copies the ledger at `from` to a new file at `to`, while it is written to. The file is there when it is complete, checked
/// and on the disk, or not at all.
///
/// Until the copy is done the ledger's WAL can't be cut, so that it grows and erasures stay pending
/// ([`Store::erasures_pending`](crate::Store::erasures_pending)).
///
/// # Errors
/// [`BackupError::TargetExists`]; [`BackupError::Store`] when `from` isn't a ledger or damaged; [`BackupError::Io`].
pub fn backup(from: &Path, to: &Path, progress: &mut dyn FnMut(Progress)) -> Result<()> {
    if exists(to)? {
        return Err(BackupError::TargetExists(to.to_owned()));
    }
    copy(from, to, progress)
}

/// Puts the copy at `from` back to `to`, where nothing or an empty file may be. The copy is checked first. Erasures since then
/// must be done again, see the [module](self).
///
/// # Errors
/// [`BackupError::TargetExists`] when anything of a ledger is at `to`; otherwise as [`backup`].
pub fn restore(from: &Path, to: &Path, progress: &mut dyn FnMut(Progress)) -> Result<()> {
    if exists(to)? && fs::metadata(to).map_err(io(to))?.len() > 0 {
        return Err(BackupError::TargetExists(to.to_owned()));
    }
    for suffix in ["-wal", "-shm", "-journal"] {
        let beside = with_suffix(to, suffix);
        if exists(&beside)? {
            return Err(BackupError::TargetExists(beside));
        }
    }
    copy(from, to, progress)
}

fn copy(from: &Path, to: &Path, progress: &mut dyn FnMut(Progress)) -> Result<()> {
    let mut source = SqliteStore::open_read_only(from)?;
    let partial = Partial::beside(to)?;
    let sql = |error| failure(from, error);
    {
        // The snapshot stands still while the ledger goes on: without it each write would start the copy anew.
        let snapshot = source.connection().transaction().map_err(sql)?;
        snapshot
            .query_row("SELECT epoch FROM writer", [], |_| Ok(()))
            .map_err(sql)?;
        copy_pages(&snapshot, &partial.0, progress)?;
    }
    fs::File::open(&partial.0)
        .and_then(|file| file.sync_all())
        .map_err(io(&partial.0))?;
    fs::rename(&partial.0, to).map_err(io(to))?;
    sync_folder_of(&std::path::absolute(to).map_err(io(to))?).map_err(io(to))
}

fn copy_pages(from: &Connection, to: &Path, progress: &mut dyn FnMut(Progress)) -> Result<()> {
    let sql = |error| failure(to, error);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut target = Connection::open_with_flags(to, flags).map_err(sql)?;
    {
        let backup = Backup::new(from, &mut target).map_err(sql)?;
        loop {
            let step = backup.step(PAGES_AT_ONCE).map_err(sql)?;
            progress(reached(&backup));
            match step {
                StepResult::Done => break,
                StepResult::More => (),
                _ => return Err(BackupError::Locked(to.to_owned())),
            }
        }
    }
    // One file without company, and nobody's.
    let alone = "PRAGMA journal_mode = DELETE;
        UPDATE writer SET holder = NULL, erasures = 0, scrubbed = 0;";
    target.execute_batch(alone).map_err(sql)?;
    let verdict: String = target
        .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
        .map_err(sql)?;
    if verdict != "ok" {
        return Err(StoreError::Damaged(verdict).into());
    }
    target.close().map_err(|(_, error)| sql(error).into())
}

fn reached(backup: &Backup<'_, '_>) -> Progress {
    let progress = backup.progress();
    let pages = |count: i32| u64::try_from(count).unwrap_or(0);
    Progress {
        done: pages(progress.pagecount - progress.remaining),
        total: pages(progress.pagecount),
    }
}

/// A file that is taken away again unless it gets its name.
struct Partial(PathBuf);

impl Partial {
    fn beside(to: &Path) -> Result<Self> {
        let mut random = [0; 4];
        getrandom::fill(&mut random).map_err(|error| io(to)(error.into()))?;
        let path = with_suffix(to, &format!(".{}.partial", hex::encode(random)));
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&path).map_err(io(&path))?;
        Ok(Self(path))
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm", "-journal"] {
            // Most of these aren't there; and nothing can be done about one that stays.
            let _ = fs::remove_file(with_suffix(&self.0, suffix));
        }
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

fn exists(path: &Path) -> Result<bool> {
    path.try_exists().map_err(io(path))
}

fn io(path: &Path) -> impl Fn(std::io::Error) -> BackupError {
    move |source| BackupError::Io {
        path: path.to_owned(),
        source,
    }
}

/// Why there is no copy.
#[derive(Debug)]
#[non_exhaustive]
pub enum BackupError {
    /// Something is where the copy should go. It is left as it is.
    TargetExists(PathBuf),
    /// Another program uses the copy in the making.
    Locked(PathBuf),
    /// A file can't be used.
    Io {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// What is to be copied isn't a ledger, is damaged or can't be read.
    Store(StoreError),
}

impl fmt::Display for BackupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TargetExists(path) => {
                write!(
                    f,
                    "{} exists: move it away or choose another name",
                    path.display()
                )
            }
            Self::Locked(path) => {
                write!(
                    f,
                    "{} is locked by another program: try again",
                    path.display()
                )
            }
            Self::Io { path, .. } => write!(f, "{} can't be used", path.display()),
            Self::Store(_) => f.write_str("the ledger can't be copied"),
        }
    }
}

impl std::error::Error for BackupError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            Self::Store(source) => Some(source),
            Self::TargetExists(_) | Self::Locked(_) => None,
        }
    }
}

impl From<StoreError> for BackupError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
