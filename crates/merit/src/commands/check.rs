//! `merit check`: everything that is wrong with a campaign, and what it asks of people.

use rulebook::{Campaign, Lang, Severity, read, say};

use crate::args::Folder;
use crate::failure::Failure;
use crate::lang::lang;
use crate::{load, terminal};

/// Prints the findings and a summary; errors end it with the code for findings.
pub fn run(args: &Folder) -> Result<(), Failure> {
    let folder = load::folder(&args.dir)?;
    let reading = read::read(&folder);
    let mut text = terminal::rendered(&folder, &reading.findings);
    if let Some(campaign) = &reading.campaign {
        text.push_str(&summary(campaign));
    }
    text.push_str(&format!(
        "{}: {}\n",
        args.dir.display(),
        terminal::tally(&reading.findings)
    ));
    terminal::print(&text)?;
    let errors = reading
        .findings
        .iter()
        .any(|finding| finding.severity == Severity::Error);
    if errors {
        Err(Failure::Findings)
    } else {
        Ok(())
    }
}

fn summary(campaign: &Campaign) -> String {
    String::new()
}
