//! Recomputing a bundle from nothing but its files.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use rulebook::{Folder, Say, say};

use super::bundle::{Bundle, FORMAT, MANIFEST, Manifest, RULES, SUMS, sums};
use crate::Digest;
use crate::period::{Evaluation, evaluate, results_csv};
use crate::rules::digest;

/// What doesn't agree in a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// A file isn't there.
    Absent {
        /// Its path.
        path: String,
    },
    /// A file isn't what `SHA256SUMS` says it is, or isn't listed there.
    Altered {
        /// Its path.
        path: String,
    },
    /// A file can't be read as what it should be.
    Unreadable {
        /// Its path.
        path: String,
        /// Why.
        problem: Say,
    },
    /// A row of `results.csv` isn't what comes of the figures by the rules.
    Result {
        /// The line in `results.csv`, from 1.
        line: usize,
        /// What was published; `None` where there is no such line.
        published: Option<String>,
        /// What comes of it; `None` where nothing does.
        computed: Option<String>,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent { path } => write!(f, "{path}: not there"),
            Self::Altered { path } => write!(f, "{path}: not what {SUMS} says"),
            Self::Unreadable { path, problem } => write!(f, "{path}: {}", problem.en),
            Self::Result {
                line,
                published,
                computed,
            } => {
                let text = |row: &Option<String>| row.clone().unwrap_or_else(|| "–".to_owned());
                let (published, computed) = (text(published), text(computed));
                write!(
                    f,
                    "results.csv:{line}: published {published}, computed {computed}"
                )
            }
        }
    }
}

/// Recomputes every result of a bundle from its rules and figures, and compares. Any changed byte is found.
///
/// That the bundle is the one that was published is for its digest to say, which stands in the ledger's entry.
///
/// # Errors
/// Everything that doesn't agree.
pub fn recompute(bundle: &Bundle) -> Result<(), Vec<Difference>> {
    let mut differences = altered(bundle);
    if differences.is_empty() {
        differences.extend(contradicted(bundle));
    }
    let more = results(bundle).map(|computed| compare(bundle, &computed));
    for difference in more.unwrap_or_else(|difference| vec![difference]) {
        // What is absent was told above already.
        if !differences.contains(&difference) {
            differences.push(difference);
        }
    }
    if differences.is_empty() {
        Ok(())
    } else {
        Err(differences)
    }
}

/// The files that aren't what `SHA256SUMS` says.
fn altered(bundle: &Bundle) -> Vec<Difference> {
    let Some(bytes) = bundle.get(SUMS) else {
        return vec![absent(SUMS)];
    };
    let expected = sums(bundle);
    if expected.as_bytes() == bytes.as_slice() {
        return Vec::new();
    }
    // The list itself can be what was changed: then a line of it names no file, or none at all.
    let listed = String::from_utf8_lossy(bytes);
    let listed: BTreeSet<&str> = listed.lines().collect();
    let found: BTreeSet<&str> = expected.lines().collect();
    let path = |line: &str| {
        line.split_once("  ")
            .map_or(SUMS, |(_, path)| path)
            .to_owned()
    };
    let mut paths: BTreeSet<String> = listed
        .symmetric_difference(&found)
        .map(|line| path(line))
        .collect();
    if paths.is_empty() {
        paths.insert(SUMS.to_owned());
    }
    let difference = |path: String| {
        if bundle.contains_key(&path) {
            Difference::Altered { path }
        } else {
            Difference::Absent { path }
        }
    };
    paths.into_iter().map(difference).collect()
}

/// What the manifest of a bundle says.
///
/// # Errors
/// When it isn't there, can't be read, or is of a later format.
pub fn manifest(bundle: &Bundle) -> Result<Manifest, Difference> {
    let manifest: Manifest = serde_json::from_str(text(bundle, MANIFEST)?)
        .map_err(|error| unreadable(MANIFEST, plain(&error)))?;
    if manifest.format == FORMAT {
        return Ok(manifest);
    }
    let format = manifest.format;
    let problem = say!(
        "格式“{format}”不认识,只认识 {FORMAT}",
        "the format “{format}” isn't known, only {FORMAT}"
    );
    Err(unreadable(MANIFEST, problem))
}

/// The texts of a bundle's rules, as the entry of their adoption has them: path → text.
///
/// # Errors
/// When one of them is no text.
pub fn rules_files(bundle: &Bundle) -> Result<BTreeMap<String, String>, Difference> {
    let paths = bundle.keys().filter(|path| path.starts_with(RULES));
    let file = |path: &String| {
        let name = path.strip_prefix(RULES).unwrap_or(path);
        Ok((name.to_owned(), text(bundle, path)?.to_owned()))
    };
    paths.map(file).collect()
}

/// What the manifest says of other files, and they of themselves.
fn contradicted(bundle: &Bundle) -> Option<Difference> {
    let manifest = manifest(bundle).ok()?;
    let figures = bundle.get("figures.csv").map(|bytes| Digest::of(bytes));
    let rules = rules_files(bundle).ok().map(|files| digest(&files));
    let differs = figures.is_some_and(|figures| figures != manifest.figures)
        || rules.is_some_and(|rules| rules != manifest.rules_digest);
    let problem = say!(
        "其中的散列与 figures.csv、rules/ 不符",
        "its digests aren't those of figures.csv and rules/"
    );
    differs.then(|| unreadable(MANIFEST, problem))
}

/// The results that come of a bundle's rules and figures.
fn results(bundle: &Bundle) -> Result<String, Difference> {
    let manifest = manifest(bundle)?;
    let rules = bundle.iter().filter_map(|(path, bytes)| {
        let path = path.strip_prefix(RULES)?;
        Some((path.to_owned(), bytes.clone()))
    });
    let reading = rulebook::read::read(&Folder {
        files: rules.collect(),
    });
    let first = |findings: &[rulebook::Diagnostic]| {
        let (_, first) = crate::figure::errors(findings);
        first.map_or_else(
            || say!("有错误", "it has errors"),
            |first| first.problem.clone(),
        )
    };
    let campaign = reading
        .campaign
        .ok_or_else(|| unreadable(RULES, first(&reading.findings)))?;
    let figures = text(bundle, "figures.csv")?;
    let classes = evaluate(&campaign, manifest.period, figures).map_err(|why| match why {
        Evaluation::Figures(findings) => unreadable("figures.csv", first(&findings)),
        Evaluation::Scheme(error) => unreadable(RULES, error.error.problem),
        why @ Evaluation::Replay { .. } => {
            unreadable("figures.csv", why.refusal(manifest.period).problem)
        }
    })?;
    Ok(results_csv(&classes))
}

fn compare(bundle: &Bundle, computed: &str) -> Vec<Difference> {
    let published = match text(bundle, "results.csv") {
        Ok(published) => published,
        Err(difference) => return vec![difference],
    };
    let (mut ours, mut theirs) = (computed.lines(), published.lines());
    let mut differences = Vec::new();
    for line in 1.. {
        let (computed, published) = (ours.next(), theirs.next());
        if computed.is_none() && published.is_none() {
            break;
        }
        if computed != published {
            differences.push(Difference::Result {
                line,
                published: published.map(str::to_owned),
                computed: computed.map(str::to_owned),
            });
        }
    }
    differences
}

fn text<'b>(bundle: &'b Bundle, path: &str) -> Result<&'b str, Difference> {
    let bytes = bundle.get(path).ok_or_else(|| absent(path))?;
    std::str::from_utf8(bytes).map_err(|error| unreadable(path, plain(&error)))
}

/// What a library says of it.
fn plain(error: &dyn std::error::Error) -> Say {
    say!("{error}", "{error}")
}

fn absent(path: &str) -> Difference {
    Difference::Absent {
        path: path.to_owned(),
    }
}

fn unreadable(path: &str, problem: Say) -> Difference {
    Difference::Unreadable {
        path: path.to_owned(),
        problem,
    }
}
