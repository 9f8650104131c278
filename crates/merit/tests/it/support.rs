//! What the tests share: a small campaign in a folder of its own, and the command run in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The command.
pub const MERIT: &str = env!("CARGO_BIN_EXE_merit");
/// Both locales.
pub const LOCALES: [&str; 2] = ["zh_CN.UTF-8", "en_US.UTF-8"];
/// The campaign's figures.
pub const FIGURES: &str = include_str!("fixture/figures/months.csv");

/// A folder that goes away with its test; commands run in it, so paths in messages are short and the same everywhere.
pub struct Desk {
    root: PathBuf,
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

impl Desk {
    /// An empty folder.
    pub fn empty() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("desk-{}-{number}", std::process::id());
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&root).unwrap();
        Self { root }
    }

    /// A folder with the small campaign in `valley`.
    pub fn new() -> Self {
        let desk = Self::empty();
        copy(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixture"),
            &desk.path("valley"),
        );
        desk
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Writes a file.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// The text of a file.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Copies a folder.
    pub fn copy(&self, from: &str, to: &str) {
        copy(&self.path(from), &self.path(to));
    }

    /// Replaces a text, which must be there, in a file.
    pub fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} has no {from:?}");
        self.write(name, text.replace(from, to));
    }

    /// The names of what lies in the folder, hidden files too.
    pub fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// The command, ready to run in the folder under a locale.
    pub fn command(&self, locale: &str, line: &str) -> Command {
        let mut command = Command::new(MERIT);
        command
            .args(line.split_whitespace())
            .current_dir(&self.root)
            .env_clear()
            .env("LC_ALL", locale);
        command
    }

    /// Runs the command in English.
    pub fn run(&self, line: &str) -> Ran {
        Ran::of(self.command("en_US.UTF-8", line).output().unwrap())
    }

    /// Runs the command in Chinese and in English, and shows both.
    pub fn both(&self, line: &str) -> String {
        let shown = LOCALES.map(|locale| {
            let ran = Ran::of(self.command(locale, line).output().unwrap());
            format!("$ merit {line}   ({locale})\n{}", ran.shown())
        });
        shown.join("\n")
    }
}

/// Copies a folder.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// What the command did.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Everything, as a golden file has it.
    pub fn shown(&self) -> String {
        let mut text = format!("exit code {}\n", self.code);
        for (title, stream) in [("output", &self.out), ("messages", &self.err)] {
            if !stream.is_empty() {
                text.push_str(&format!("--- {title}\n{stream}"));
                if !stream.ends_with('\n') {
                    text.push_str("\\ no line end\n");
                }
            }
        }
        text
    }
}
