//! `merit demo`: a made-up county with most of a year behind it.

use std::fmt::Write;

use rulebook::{Lang, Say, say};
use web::app;
use web::demo::Plan;

use super::{Served, cannot_start, serve};
use crate::args::web::Demo;
use crate::commands::new;
use crate::failure::Failure;
use crate::terminal;

/// Makes the county and serves it.
pub fn run(args: &Demo) -> Result<(), Failure> {
    let folder =
        tempfile::tempdir().map_err(|error| Failure::write(&std::env::temp_dir(), &error))?;
    terminal::note(&say!(
        "正在过虚构的一年,几秒钟……",
        "living through a made-up year, a few seconds …"
    ));
    let plan = Plan::county(new::ready("county"));
    let founded = plan
        .found(folder.path())
        .map_err(|error| cannot_start(&error))?;
    let accounts = founded.demo.clone();
    let served = Served {
        options: founded.options,
        parts: founded.parts,
        accounts: founded.accounts,
        demo: Some(founded.demo),
        notices: None,
        sign_on: None,
    };
    serve(served, &args.listen, |_, base| Ok(welcome(base, &accounts)))
}

fn welcome(base: &str, demo: &app::Demo) -> Say {
    let (zh, en) = (accounts(demo, Lang::Zh), accounts(demo, Lang::En));
    say!(
        "打开 {base}\n{zh}按 Ctrl-C 结束。",
        "Open {base}\n{en}Ctrl-C ends it."
    )
}

fn accounts(demo: &app::Demo, lang: Lang) -> String {
    let mut lines = String::new();
    for (login, password, what) in &demo.accounts {
        // Writing to a String can't fail.
        let _ = writeln!(lines, "  {login:<10} {password}  {}", what.get(lang));
    }
    lines
}
