//! Why a command ends without doing its work, and the exit code that says so. The codes are documented in `docs/cli.md`.

use std::path::Path;
use std::process::ExitCode;

use rulebook::{Say, say};

use crate::lang::lang;
use crate::terminal;

/// Why a command ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Failure {
    /// Findings, a proof that doesn't hold, or files that aren't as `fmt` would write them: shown already.
    Findings,
    /// The command line asks for something that isn't there.
    Usage(Say),
    /// A file or ledger is wrong: nothing was scored, nothing written. What is wrong is shown already, or said here.
    Refused(Option<Say>),
    /// A file or folder could not be read or written.
    Io(Say),
    /// Whoever read the output has gone: nobody is left to tell.
    Gone,
}

impl Failure {
    /// The exit code of a wrong command line.
    pub const USAGE: u8 = 2;

    /// A file that can't be read.
    pub fn read(path: &Path, error: &std::io::Error) -> Self {
        Self::Io(Self::read_say(path, error))
    }

    /// That a file can't be read, and why.
    pub fn read_say(path: &Path, error: &std::io::Error) -> Say {
        let path = path.display();
        let (zh, en) = reason(error);
        say!("读不了 {path}:{zh}", "can't read {path}: {en}")
    }

    /// A file that can't be written.
    pub fn write(path: &Path, error: &std::io::Error) -> Self {
        let path = path.display();
        let (zh, en) = reason(error);
        Self::Io(say!("写不了 {path}:{zh}", "can't write {path}: {en}"))
    }

    /// How a command ends that printed findings: they count even where whoever read them has gone.
    pub fn after(printed: Result<(), Self>, found: bool) -> Result<(), Self> {
        match printed {
            Ok(()) | Err(Self::Gone) if found => Err(Self::Findings),
            printed => printed,
        }
    }

    /// The exit code.
    pub fn code(&self) -> u8 {
        match self {
            Self::Gone => 0,
            Self::Findings => 1,
            Self::Usage(_) => Self::USAGE,
            Self::Refused(_) => 3,
            Self::Io(_) => 4,
        }
    }

    /// Says what there is to say and gives the exit code.
    pub fn report(self) -> ExitCode {
        let code = ExitCode::from(self.code());
        match self {
            Self::Usage(what) | Self::Refused(Some(what)) | Self::Io(what) => {
                terminal::error(what.get(lang()));
            }
            Self::Findings | Self::Refused(None) | Self::Gone => {}
        }
        code
    }
}

/// The common reasons in words; any other as the system says it.
fn reason(error: &std::io::Error) -> (String, String) {
    use std::io::ErrorKind;
    let (zh, en) = match error.kind() {
        ErrorKind::NotFound => ("没有这个文件或文件夹", "no such file or folder"),
        ErrorKind::PermissionDenied => ("没有权限", "permission denied"),
        ErrorKind::NotADirectory => ("不是文件夹", "not a folder"),
        ErrorKind::IsADirectory => ("是文件夹,不是文件", "it is a folder, not a file"),
        ErrorKind::AlreadyExists => ("已经存在", "it exists already"),
        ErrorKind::StorageFull => ("磁盘已满", "the disk is full"),
        ErrorKind::ReadOnlyFilesystem => ("磁盘只读", "the disk is read-only"),
        _ => return (error.to_string(), error.to_string()),
    };
    (zh.to_owned(), en.to_owned())
}
