//! `merit diff`: what changed in meaning from one rulebook to another.

use rulebook::{diff, say};

use crate::args::Pair;
use crate::failure::Failure;
use crate::lang::lang;
use crate::{load, terminal};

/// Prints the changes; that there are some is no failure.
pub fn run(args: &Pair) -> Result<(), Failure> {
    let old = load::campaign(&args.old)?.campaign;
    let new = load::campaign(&args.new)?.campaign;
    let changes = diff::diff(&old, &new);
    if changes.is_empty() {
        let text = say!("意思没有变\n", "nothing changed in meaning\n");
        return terminal::print(text.get(lang()));
    }
    terminal::print(&diff::render(&changes, lang()))
}
