//! The bundle of a circular: what anyone needs to recompute its results.
//!
//! | file | what it is |
//! | --- | --- |
//! | `rules/…` | the campaign folder's texts, as adopted |
//! | `figures.csv` | every figure that isn't computed from others, as a long table; also those of the period before |
//! | `results.csv` | the results |
//! | `organisation.csv` | the units of the period's last day |
//! | `manifest.json` | campaign, period, version of the rules, which entries it rests on |
//! | `SHA256SUMS` | the digest of each file above, as `sha256sum -c` reads it |
//!
//! There is no person in it: figures are of units. The host adds proofs of the ledger under `proofs/`.

use std::collections::BTreeMap;

use rulebook::Period;
use serde::{Deserialize, Serialize};

use crate::figure::FrozenUnit;
use crate::period::{figures_csv, push_row, results_csv};
use crate::{Digest, State};

/// Path → bytes.
pub type Bundle = BTreeMap<String, Vec<u8>>;

/// The folder of what the host adds: proofs of the ledger, which prove themselves.
pub const PROOFS: &str = "proofs/";
/// The folder of the rules' texts.
pub(super) const RULES: &str = "rules/";
/// What the bundle is of.
pub(super) const MANIFEST: &str = "manifest.json";
/// The list of digests.
pub(super) const SUMS: &str = "SHA256SUMS";

/// `manifest.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// What kind of file this is, and its version.
    pub format: String,
    /// The campaign's id.
    pub campaign: String,
    /// The period.
    pub period: Period,
    /// Which results of the period.
    pub run: u32,
    /// The version of the rules.
    pub rules: u32,
    /// The digest of the rules' files, as the ledger's entry of their adoption gives it.
    pub rules_digest: Digest,
    /// How many entries of the ledger the results rest on: all before this index.
    pub entries: u64,
    /// The SHA-256 digest of `figures.csv`.
    pub figures: Digest,
}

/// The format of bundles that this version writes.
pub(super) const FORMAT: &str = "merit-bundle/1";

/// The bundle of a period's last results; `None` while there are none. For the same entries the same bytes.
#[must_use]
pub fn bundle(state: &State, period: Period) -> Option<Bundle> {
    let of = state.periods.get(period)?;
    let run = of.runs.last()?;
    let book = state.rules.version(run.rules)?;
    let texts = state.rules.files(run.rules)?;
    let mut files: Bundle = texts
        .iter()
        .map(|(path, text)| (format!("{RULES}{path}"), text.clone().into_bytes()))
        .collect();
    let mut put = |path: &str, text: String| files.insert(path.to_owned(), text.into_bytes());
    put("figures.csv", figures_csv(&book.campaign, &of.inputs));
    put("results.csv", results_csv(&run.classes));
    put(
        "organisation.csv",
        organisation_csv(&of.inputs.get(&period)?.units),
    );
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        campaign: book.campaign.file.id.to_string(),
        period,
        run: run.number,
        rules: run.rules,
        rules_digest: book.digest,
        entries: run.entries,
        figures: run.figures,
    };
    put(MANIFEST, manifest_text(&manifest)?);
    let sums = sums(&files);
    files.insert(SUMS.to_owned(), sums.into_bytes());
    Some(files)
}

fn manifest_text(manifest: &Manifest) -> Option<String> {
    let text = serde_json::to_string_pretty(manifest).ok()?;
    Some(text + "\n")
}

/// The digest of a bundle: of its `SHA256SUMS`, which holds those of all its files but the proofs.
#[must_use]
pub fn digest_of(bundle: &Bundle) -> Digest {
    Digest::of(sums(bundle).as_bytes())
}

/// What `SHA256SUMS` says of the other files.
pub(super) fn sums(bundle: &Bundle) -> String {
    let listed = |path: &str| path != SUMS && !path.starts_with(PROOFS);
    let files = bundle.iter().filter(|(path, _)| listed(path));
    files
        .map(|(path, bytes)| format!("{}  {path}\n", Digest::of(bytes)))
        .collect()
}

/// The units as `organisation.csv` has them: `unit,name,category,parent` and their attributes.
pub(super) fn organisation_csv(units: &[FrozenUnit]) -> String {
    let mut attributes: Vec<&str> = units
        .iter()
        .flat_map(|unit| unit.attributes.keys().map(|id| id.as_str()))
        .collect();
    attributes.sort_unstable();
    attributes.dedup();
    let mut csv = String::new();
    let mut header = vec!["unit", "name", "category", "parent"];
    header.extend(&attributes);
    push_row(&mut csv, &header);
    for unit in units {
        let parent = unit.parent.as_ref().map_or("", |parent| parent.as_str());
        let mut row = vec![
            unit.unit.as_str(),
            &unit.name,
            unit.category.as_str(),
            parent,
        ];
        let value = |id: &&str| unit.attributes.get(*id).map_or("", String::as_str);
        row.extend(attributes.iter().map(value));
        push_row(&mut csv, &row);
    }
    csv
}
