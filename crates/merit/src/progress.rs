//! Progress of long work: on the standard error stream, only where that is a terminal, only where it takes a while.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::lang::tr;

/// Smaller files are read before a bar could be seen.
const LONG_FILE: u64 = 32 << 20;
/// Fewer entries or pages are gone through before a bar could be seen.
const MANY_STEPS: u64 = 20_000;
/// Fewer units are scored before a bar could be seen.
const MANY_UNITS: usize = 200_000;

/// A bar for reading a file of so many bytes.
pub fn reading(bytes: u64) -> ProgressBar {
    if bytes < LONG_FILE {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(bytes);
    styled(
        bar,
        tr("读取", "reading"),
        "{msg} [{bar:30}] {bytes}/{total_bytes}",
    )
}

/// A sign of life while tables are understood.
pub fn working(bytes: u64) -> ProgressBar {
    if bytes < LONG_FILE {
        return ProgressBar::hidden();
    }
    let bar = styled(
        ProgressBar::new_spinner(),
        tr("解析", "parsing"),
        "{spinner} {msg} {elapsed}",
    );
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// A bar for scoring so many classes with so many units in all.
pub fn scoring(classes: usize, units: usize) -> ProgressBar {
    if units < MANY_UNITS {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(classes as u64);
    let bar = styled(
        bar,
        tr("计分", "scoring"),
        "{spinner} {msg} [{bar:30}] {pos}/{len}",
    );
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// A bar for replaying: so many draws of all classes.
pub fn replaying(draws: u64) -> ProgressBar {
    let template = "{spinner} {msg} [{bar:30}] {pos}/{len} {eta}";
    let bar = styled(ProgressBar::new(draws), tr("重演", "replaying"), template);
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// A bar for work that says itself how far it is.
pub struct Steps {
    message: &'static str,
    bar: Option<ProgressBar>,
}

/// A bar for going through so many entries or pages; how many there are is told with each report.
pub fn steps(message: &'static str) -> Steps {
    Steps { message, bar: None }
}

impl Steps {
    /// So far it has come.
    pub fn reached(&mut self, done: u64, total: u64) {
        let Self { message, bar } = self;
        bar.get_or_insert_with(|| counting(message, total))
            .set_position(done);
    }

    /// Takes the bar away.
    pub fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}

fn counting(message: &'static str, total: u64) -> ProgressBar {
    if total < MANY_STEPS {
        return ProgressBar::hidden();
    }
    let template = "{msg} [{bar:30}] {pos}/{len} {eta}";
    styled(ProgressBar::new(total), message, template)
}

/// A sign of life, with the bytes written, while so many entries are written out.
pub fn writing(entries: u64) -> ProgressBar {
    if entries < MANY_STEPS {
        return ProgressBar::hidden();
    }
    let bar = styled(
        ProgressBar::new_spinner(),
        tr("写出", "writing"),
        "{spinner} {msg} {bytes} {elapsed}",
    );
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

fn styled(bar: ProgressBar, message: &'static str, template: &str) -> ProgressBar {
    let style =
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.with_style(style).with_message(message)
}
