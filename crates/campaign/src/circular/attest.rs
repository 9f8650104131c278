//! What the entries that a bundle rests on say of it. That they stand in the ledger is for their proofs to say.

use std::fmt;

use rulebook::Period;

use super::bundle::{Bundle, Manifest, PROOFS, digest_of, organisation_csv};
use super::verify::{manifest, rules_files};
use crate::period::{self, results_csv};
use crate::{Event, State, circular, rules};

/// An entry that a bundle rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Proof {
    /// The rules were adopted.
    Rules,
    /// The period was scored.
    Scored,
    /// The results became final.
    Final,
    /// The circular was published.
    Published,
}

impl Proof {
    /// All of them, in the order in which they happen.
    pub const ALL: [Self; 4] = [Self::Rules, Self::Scored, Self::Final, Self::Published];

    /// The file of its proof in the bundle.
    #[must_use]
    pub fn path(self) -> String {
        let name = match self {
            Self::Rules => "rules",
            Self::Scored => "scored",
            Self::Final => "final",
            Self::Published => "published",
        };
        format!("{PROOFS}{name}.json")
    }
}

/// What an entry says otherwise than the bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Disagreement {
    /// It is an entry of something else.
    Kind,
    /// It stands at another place of the ledger.
    Place,
    /// It is of another period or campaign.
    Period,
    /// It is of other results of the period.
    Run,
    /// The rules differ.
    Rules,
    /// The figures differ.
    Figures,
    /// The results differ.
    Results,
    /// The units differ.
    Units,
    /// The digest of the whole bundle differs.
    Digest,
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Kind => "it is an entry of something else",
            Self::Place => "it stands at another place of the ledger",
            Self::Period => "it is of another period",
            Self::Run => "it is of other results of the period",
            Self::Rules => "its rules differ from those of the bundle",
            Self::Figures => "its figures differ from those of the bundle",
            Self::Results => "its results differ from those of the bundle",
            Self::Units => "its units differ from those of the bundle",
            Self::Digest => "its digest isn't that of the bundle",
        })
    }
}

/// The entries that the bundle of a period's last results rests on, as far as they have happened, with their indices.
#[must_use]
pub fn proofs(state: &State, period: Period, bundle: &Bundle) -> Vec<(Proof, u64)> {
    let Some((of, run)) = state
        .periods
        .get(period)
        .and_then(|of| Some((of, of.runs.last()?)))
    else {
        return Vec::new();
    };
    let is_final = of.final_run == Some(run.number);
    let published = state.circulars.published(period);
    let published = published.filter(|one| one.run == run.number);
    let published = published.filter(|one| one.bundle == digest_of(bundle));
    let found = [
        (Proof::Rules, state.rules.entry(run.rules)),
        (Proof::Scored, Some(run.entries)),
        (Proof::Final, of.final_entry.filter(|_| is_final)),
        (
            Proof::Published,
            published.and_then(circular::Circular::published_by),
        ),
    ];
    let found = found.into_iter();
    found
        .filter_map(|(proof, entry)| Some((proof, entry?)))
        .collect()
}

/// What an entry that the bundle is said to rest on says otherwise; empty where it agrees.
#[must_use]
pub fn disagreements(
    proof: Proof,
    index: u64,
    event: &Event,
    bundle: &Bundle,
) -> Vec<Disagreement> {
    // Without a manifest there is nothing to compare with, and its absence is a difference by itself.
    let Ok(manifest) = manifest(bundle) else {
        return Vec::new();
    };
    let checks = match (proof, event) {
        (Proof::Rules, Event::Rules(rules::Event::Adopted { files, .. })) => {
            let same = rules_files(bundle).is_ok_and(|found| found == *files);
            vec![(same, Disagreement::Rules)]
        }
        (Proof::Scored, Event::Period(event)) => scored(index, event, bundle, &manifest),
        (Proof::Final, Event::Period(period::Event::Finalised { period, run })) => vec![
            (*period == manifest.period, Disagreement::Period),
            (*run == manifest.run, Disagreement::Run),
        ],
        (
            Proof::Published,
            Event::Circular(circular::Event::Published {
                period,
                bundle: digest,
                ..
            }),
        ) => vec![
            (*period == manifest.period, Disagreement::Period),
            (*digest == digest_of(bundle), Disagreement::Digest),
        ],
        _ => vec![(false, Disagreement::Kind)],
    };
    let wrong = checks.into_iter().filter(|(agrees, _)| !agrees);
    wrong.map(|(_, what)| what).collect()
}

fn scored(
    index: u64,
    event: &period::Event,
    bundle: &Bundle,
    manifest: &Manifest,
) -> Vec<(bool, Disagreement)> {
    let period::Event::Scored {
        period,
        run,
        inputs,
        ..
    } = event
    else {
        return vec![(false, Disagreement::Kind)];
    };
    let file_is = |path: &str, text: Option<String>| {
        let found = bundle.get(path).map(Vec::as_slice);
        text.is_some_and(|text| found == Some(text.as_bytes()))
    };
    let units = inputs
        .get(period)
        .map(|frozen| organisation_csv(&frozen.units));
    let results = Some(results_csv(&run.classes));
    let place = index == manifest.entries && run.entries == index;
    vec![
        (place, Disagreement::Place),
        (*period == manifest.period, Disagreement::Period),
        (
            (run.number, run.rules) == (manifest.run, manifest.rules),
            Disagreement::Run,
        ),
        (run.figures == manifest.figures, Disagreement::Figures),
        (file_is("results.csv", results), Disagreement::Results),
        (file_is("organisation.csv", units), Disagreement::Units),
    ]
}
