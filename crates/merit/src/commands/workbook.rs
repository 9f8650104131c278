//! `merit campaign to-xlsx` and `from-xlsx`: a campaign folder as one workbook, and back without loss.

use std::path::Path;

use rulebook::{Diagnostic, Folder, say, workbook};

use crate::args::Workbook;
use crate::failure::Failure;
use crate::lang::lang;
use crate::output::save;
use crate::{load, terminal};

/// Turns a folder into a workbook or back.
pub fn run(command: &Workbook) -> Result<(), Failure> {
    match command {
        Workbook::ToXlsx { folder, file } => to_xlsx(&folder.dir, file),
        Workbook::FromXlsx { file, dir } => from_xlsx(file, dir),
    }
}

fn to_xlsx(dir: &Path, file: &Path) -> Result<(), Failure> {
    let folder = load::folder(dir)?;
    let bytes = workbook::to_xlsx(&folder).map_err(|findings| refused(&folder, &findings))?;
    save::whole(file, &bytes)?;
    let file = file.display();
    done(&say!("已写出 {file}", "wrote {file}"))
}

fn from_xlsx(file: &Path, dir: &Path) -> Result<(), Failure> {
    let bytes = load::table_bytes(file)?;
    let folder =
        workbook::from_xlsx(&bytes).map_err(|findings| refused(&Folder::default(), &findings))?;
    save::folder(dir, &folder.files)?;
    let (dir, count) = (dir.display(), folder.files.len());
    done(&say!("{dir}:{count} 个文件", "{dir}: {count} files"))
}

fn done(text: &rulebook::Say) -> Result<(), Failure> {
    terminal::print(&format!("{}\n", text.get(lang())))
}

fn refused(folder: &Folder, findings: &[Diagnostic]) -> Failure {
    terminal::show(folder, findings);
    let tally = terminal::tally(findings);
    Failure::Refused(Some(say!(
        "{tally};什么也没有写",
        "{tally}; nothing was written"
    )))
}
