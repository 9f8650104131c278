//! A PostgreSQL server in a temporary folder, reached over a socket in that folder and by nothing else.
//!
//! No server outlives its tests, however they end: a small shell script (`keeper.sh`) holds it, and lets go when the pipe
//! to the process of the tests closes.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

const KEEPER: &str = include_str!("keeper.sh");

/// Where Debian puts the programs of a server, by version.
const DEBIAN: &str = "/usr/lib/postgresql";

const REMEDY: &str =
    "install it (Debian: `apt-get install postgresql`), or run ./test, which does so";

/// A running server. It ends, and its folder goes, when this is dropped or the process ends.
pub struct Postgres {
    folder: String,
    keeper: Child,
    databases: AtomicU32,
}

impl Postgres {
    /// The server that all tests of this process share.
    ///
    /// # Panics
    /// When there is no server to be had.
    #[must_use]
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(&[]))
    }

    /// A server with these settings (`name = value`) on top of those for tests. Those leave `fsync` off: a test may kill any
    /// process, but doesn't cut the power.
    ///
    /// # Panics
    /// When there is no server to be had.
    #[must_use]
    #[expect(
        clippy::panic,
        reason = "a test without its server must fail, and say what to do"
    )]
    pub fn start(settings: &[&str]) -> Self {
        Self::try_start(settings).unwrap_or_else(|why| panic!("no PostgreSQL for the tests: {why}"))
    }

    /// A new, empty database: its URL.
    ///
    /// # Panics
    /// When the server doesn't answer.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test without its database must fail")]
    pub fn database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let mut client = postgres::Client::connect(&self.url("postgres"), postgres::NoTls)
            .expect("the server answers");
        client
            .batch_execute(&format!("CREATE DATABASE {name}"))
            .expect("a database is made");
        self.url(&name)
    }

    fn url(&self, database: &str) -> String {
        format!(
            "postgresql:///{database}?host={}&user=postgres",
            self.folder
        )
    }

    fn try_start(settings: &[&str]) -> Result<Self, String> {
        let programs =
            programs().ok_or_else(|| format!("initdb and pg_ctl are missing; {REMEDY}"))?;
        let mut keeper = shell()?
            .args(["-c", KEEPER, "keeper"])
            .arg(configuration(settings))
            .env("PATH", path_with(&programs))
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("sh: {error}"))?;
        let folder = await_ready(&mut keeper)?;
        Ok(Self {
            folder,
            keeper,
            databases: AtomicU32::new(0),
        })
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // However it ended, there is nothing left to do.
        let _ = self.keeper.wait();
    }
}

/// Waits for the keeper's word, the server's folder; without it, what it said instead is the error.
fn await_ready(keeper: &mut Child) -> Result<String, String> {
    let mut said = String::new();
    if let Some(stdout) = keeper.stdout.take() {
        let mut stdout = BufReader::new(stdout);
        let first = stdout.read_line(&mut said);
        if let (Ok(_), Some(folder)) = (first, said.strip_prefix("ready: ")) {
            return Ok(folder.trim_end().to_owned());
        }
        let _ = stdout.read_to_string(&mut said);
    }
    let _ = keeper.wait();
    Err(format!("the server didn't start:\n{said}"))
}

fn configuration(settings: &[&str]) -> String {
    let ours = [
        "listen_addresses = ''",
        "fsync = off",
        "shared_buffers = '32MB'",
        "max_connections = 200",
    ];
    [&ours, settings].concat().join("\n")
}

/// The folder of the newest server's programs: Debian's place, which isn't on the path, else the path.
fn programs() -> Option<PathBuf> {
    let complete =
        |folder: &PathBuf| folder.join("initdb").is_file() && folder.join("pg_ctl").is_file();
    let version = |folder: &PathBuf| folder.parent()?.file_name()?.to_str()?.parse::<u32>().ok();
    let debian = std::fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let newest = debian
        .map(|version| version.path().join("bin"))
        .filter(complete)
        .max_by_key(version);
    newest.or_else(|| std::env::split_paths(&std::env::var_os("PATH")?).find(complete))
}

fn path_with(programs: &Path) -> std::ffi::OsString {
    let mut path = programs.as_os_str().to_owned();
    if let Some(rest) = std::env::var_os("PATH") {
        path.push(":");
        path.push(rest);
    }
    path
}

/// A shell under a user that may run a server: PostgreSQL refuses to run as root.
fn shell() -> Result<Command, String> {
    if id(&["-u"]) != Some(0) {
        return Ok(Command::new("sh"));
    }
    let (user, group) = ["postgres", "nobody"]
        .into_iter()
        .find_map(|name| Some((id(&["-u", name])?, id(&["-g", name])?)))
        .ok_or("running as root, and there is no user `postgres` or `nobody` to run the server as; add one")?;
    let mut command = Command::new("setpriv");
    command
        .arg(format!("--reuid={user}"))
        .arg(format!("--regid={group}"))
        .args(["--clear-groups", "sh"]);
    Ok(command)
}

/// What `id` answers.
fn id(arguments: &[&str]) -> Option<u32> {
    let output = Command::new("id")
        .args(arguments)
        .stderr(Stdio::null())
        .output()
        .ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}
