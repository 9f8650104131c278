//! The ready campaigns against published results. The data aren't part of the project: they are read from
//! `$MERIT_REFERENCE_DATA`, else from `../shared/data` beside the project; a test whose data are absent says so.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use rulebook::figures::{Figures, Layout, PeriodFigures, Table};
use rulebook::model::{Measure, Scheme};
use rulebook::{Campaign, Folder};
use scoring::run::{Run, Selection};
use scoring::{Class, Ruler, Scored};

use crate::support::node;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The bytes of a file of reference data; says by name when it is left out.
pub fn data(name: &str) -> Option<Vec<u8>> {
    let beside = || workspace().join("../shared/data");
    let root = std::env::var_os("MERIT_REFERENCE_DATA").map_or_else(beside, PathBuf::from);
    let bytes = std::fs::read(root.join(name)).ok();
    if bytes.is_none() {
        eprintln!("left out: {name} is not in {}", root.display());
    }
    bytes
}

/// The files of a ready campaign's text.
fn folder(root: &Path, under: &str, folder: &mut Folder) {
    for entry in std::fs::read_dir(root.join(under)).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{under}{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() && name != "figures" {
            self::folder(root, &format!("{name}/"), folder);
        } else if Path::new(&name)
            .extension()
            .is_some_and(|ending| ending == "toml")
        {
            folder
                .files
                .insert(name, std::fs::read(entry.path()).unwrap());
        }
    }
}

pub fn campaign(name: &str) -> Campaign {
    let mut files = Folder::default();
    folder(&workspace().join("campaigns").join(name), "", &mut files);
    let reading = rulebook::read::read(&files);
    reading
        .campaign
        .unwrap_or_else(|| panic!("{name}: {:?}", reading.findings))
}

pub fn figures(campaign: &Campaign, bytes: &[u8], layout: &Layout) -> Figures {
    let table = Table {
        name: "figures.csv",
        bytes,
    };
    let (figures, _, findings) = rulebook::figures::read(campaign, &[table], layout);
    figures.unwrap_or_else(|| panic!("{findings:?}"))
}

pub fn columns(unit: &str, period: Option<&str>) -> Layout {
    Layout {
        unit_column: Some(unit.to_owned()),
        period_column: period.map(str::to_owned),
        ..Layout::default()
    }
}

/// Scores the only period by a scheme (the one in force without), and shows it.
fn scored(campaign: &Campaign, figures: &Figures, named: Option<&str>, look: impl Fn(&Scored<'_>)) {
    let scheme = named.map(|id| campaign.scheme(id).expect("the scheme is there"));
    let run = Run::new(
        campaign,
        figures,
        Selection {
            period: None,
            scheme,
        },
    );
    assert_eq!(run.jobs.len(), 1);
    run.each(NonZeroUsize::MIN, |outcome| look(outcome.scored))
        .unwrap();
}

/// A table of results: unit → column → cell as text.
pub fn results(bytes: &[u8]) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(bytes);
    let header: Vec<String> = reader
        .headers()
        .unwrap()
        .iter()
        .map(str::to_owned)
        .collect();
    let row = |record: csv::StringRecord| {
        let cells = header.iter().cloned().zip(record.iter().map(str::to_owned));
        (record[0].to_owned(), cells.skip(1).collect())
    };
    reader
        .records()
        .map(|record| row(record.unwrap()))
        .collect()
}

/// Whether a figure is the printed one; a gap is printed as nothing.
fn agrees(found: f64, printed: &str, tolerance: f64) -> bool {
    match printed.parse::<f64>() {
        Ok(wanted) => (found - wanted).abs() <= tolerance * wanted.abs().max(1.0),
        Err(_) => found.is_nan(),
    }
}

/// All units' values of a column against the expected ones; says which differ.
fn differing(
    ids: &[&str],
    values: &[f64],
    column: &str,
    expected: &BTreeMap<String, BTreeMap<String, String>>,
) -> Vec<String> {
    assert_eq!(ids.len(), expected.len());
    let differs = |(id, value): &(&&str, &f64)| !agrees(**value, &expected[**id][column], 1e-9);
    let pairs = ids.iter().zip(values);
    pairs
        .filter(differs)
        .map(|(id, _)| format!("{id} {column}"))
        .collect()
}

#[test]
fn human_development_index() {
    let Some(bytes) = data("hdi/hdi_2022.csv") else {
        return;
    };
    let campaign = campaign("hdi");
    let figures = figures(&campaign, &bytes, &columns("iso3", Some("year")));
    let published = results(&bytes);
    assert!(published.len() > 190);
    scored(&campaign, &figures, None, |scored| {
        for (id, row) in &published {
            let at = scored.position(id).unwrap();
            assert!(
                agrees(scored.scores[at], &row["hdi"], 1e-12),
                "{id}: {}",
                scored.scores[at]
            );
        }
    });
}

/// The ASEM campaign with COINr's figures.
fn asem() -> Option<(Campaign, Figures)> {
    let bytes = data("coinr/ASEM_iData.csv")?;
    let campaign = campaign("asem");
    let figures = figures(&campaign, &bytes, &columns("uCode", Some("Time")));
    Some((campaign, figures))
}

fn only_period(figures: &Figures) -> &PeriodFigures {
    assert_eq!(figures.periods.len(), 1);
    figures.periods.values().next().unwrap()
}

#[test]
fn asem_preparation() {
    let Some((campaign, figures)) = asem() else {
        return;
    };
    let measures: Vec<&Measure> = campaign
        .measures
        .iter()
        .map(|written| &written.item)
        .collect();
    let class = Class::of_category("country", &measures, only_period(&figures), None);
    let scheme = campaign.scheme("asem").unwrap();
    for (steps, stage) in [
        (0, "Raw"),
        (1, "Denominated"),
        (2, "Imputed"),
        (3, "Screened"),
        (4, "Treated"),
    ] {
        let Some(bytes) = data(&format!("coinr/expected_default_{stage}.csv")) else {
            continue;
        };
        let expected = results(&bytes);
        let prepare = scheme.prepare[..steps].to_vec();
        let scheme = Scheme {
            prepare,
            ..scheme.clone()
        };
        let ruler = Ruler::fit(&scheme, &measures, &class, NonZeroUsize::MIN).unwrap();
        for item in &scheme.indicator {
            let values = ruler.prepared_figures(item.id.as_str()).unwrap();
            let wrong = differing(class.ids(), &values, item.id.as_str(), &expected);
            assert!(wrong.is_empty(), "{stage}: {wrong:?}");
        }
    }
}

#[test]
fn asem_default_build() {
    let Some((campaign, figures)) = asem() else {
        return;
    };
    for stage in ["Normalised", "Aggregated"] {
        let Some(bytes) = data(&format!("coinr/expected_default_{stage}.csv")) else {
            continue;
        };
        let expected = results(&bytes);
        scored(&campaign, &figures, None, |scored| {
            let names = expected["AUS"].keys();
            for name in names {
                let values = all_values(scored, name);
                let wrong = differing(&ids(&figures), &values, name, &expected);
                assert!(wrong.is_empty(), "{stage}: {wrong:?}");
            }
        });
    }
}

fn ids(figures: &Figures) -> Vec<&str> {
    only_period(figures)
        .units
        .iter()
        .map(|unit| unit.id.as_str())
        .collect()
}

/// The values of an item or a group, the ranks, or the score, which COINr calls the index.
fn all_values(scored: &Scored<'_>, name: &str) -> Vec<f64> {
    match name {
        "Index" => scored.scores.clone(),
        "Rank" => scored
            .ranks
            .place
            .iter()
            .map(|rank| f64::from(*rank))
            .collect(),
        id => node(&scored.ruler, id),
    }
}

/// What differs from a variant's published results.
fn variant(
    campaign: &Campaign,
    figures: &Figures,
    scheme: &str,
    file: &str,
) -> Option<Vec<String>> {
    let expected = results(&data(&format!("coinr/expected_variant_{file}.csv"))?);
    let wrong = std::cell::RefCell::new(Vec::new());
    scored(campaign, figures, Some(scheme), |scored| {
        for name in expected["AUS"].keys() {
            let values = all_values(scored, name);
            wrong
                .borrow_mut()
                .extend(differing(&ids(figures), &values, name, &expected));
        }
    });
    Some(wrong.into_inner())
}

#[test]
fn asem_variants() {
    let Some((campaign, figures)) = asem() else {
        return;
    };
    for (scheme, file) in [
        ("asem-harmonic", "genmean_p-1"),
        ("asem-geometric", "minmax1_100_a_gmean"),
        ("asem-zscore", "norm_zscore_amean"),
    ] {
        let wrong = variant(&campaign, &figures, scheme, file).unwrap_or_default();
        assert!(wrong.is_empty(), "{scheme}: {wrong:?}");
    }
}

/// In R two figures are one unit of the last binary place off what fifteen digits say, and so aren't tied; see the campaign's
/// README. Bulgaria, Czechia and Norway stand next to them.
#[test]
fn asem_ranks_but_for_ties_that_the_table_cannot_say() {
    let Some((campaign, figures)) = asem() else {
        return;
    };
    let Some(wrong) = variant(&campaign, &figures, "asem-rank", "norm_rank_amean") else {
        return;
    };
    let (ranks, values): (Vec<_>, Vec<_>) = wrong.iter().partition(|cell| cell.ends_with(" Rank"));
    let expected = ["Index", "Social", "Sust"]
        .map(|node| ["BGR", "CZE", "NOR"].map(|id| format!("{id} {node}")));
    assert_eq!(values, expected.as_flattened().iter().collect::<Vec<_>>());
    assert!(
        ranks
            .iter()
            .all(|cell| ["BGR", "CZE", "NOR"].contains(&&cell[..3])),
        "{ranks:?}"
    );
}

#[test]
fn asem_ranks_of_the_figures_as_they_are_in_r() {
    let Some((campaign, mut figures)) = asem() else {
        return;
    };
    let at = campaign
        .measures
        .iter()
        .position(|measure| measure.item.id.as_str() == "TolMin")
        .unwrap();
    let period = figures.periods.values_mut().next().unwrap();
    for (id, printed) in [("GRC", 5.1_f64), ("JPN", 3.4)] {
        let unit = period.units.iter().position(|unit| unit.id == id).unwrap();
        let cell = &mut period.columns[at].as_mut().unwrap().values[unit];
        assert_eq!(*cell, printed);
        *cell = printed.next_up();
    }
    let wrong = variant(&campaign, &figures, "asem-rank", "norm_rank_amean").unwrap_or_default();
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// The share of an item in the score of weighted means: the product of the shares on the way up.
fn effective_weight(scheme: &Scheme, id: &str) -> f64 {
    let group = scheme.group.iter().find(|group| group.id.as_str() == id);
    let item = || {
        scheme
            .indicator
            .iter()
            .find(|item| item.id.as_str() == id)
            .unwrap()
    };
    let (above, own) = match group {
        Some(group) => (&group.group, group.weight),
        None => (&item().group, item().weight),
    };
    let groups = scheme
        .group
        .iter()
        .filter(|other| other.group == *above)
        .map(|other| other.weight);
    let items = scheme
        .indicator
        .iter()
        .filter(|other| other.group == *above)
        .map(|other| other.weight);
    let all: f64 = groups
        .chain(items)
        .map(|weight| weight.unwrap_or(1.0))
        .sum();
    let share = own.unwrap_or(1.0) / all;
    above.as_ref().map_or(share, |above| {
        share * effective_weight(scheme, above.as_str())
    })
}

#[test]
fn asem_effective_weights() {
    let Some(bytes) = data("coinr/expected_variant_eff_weights.csv") else {
        return;
    };
    let campaign = campaign("asem");
    let scheme = campaign.scheme("asem").unwrap();
    let expected = results(&bytes);
    assert_eq!(
        expected.len(),
        scheme.indicator.len() + scheme.group.len() + 1
    );
    for (id, row) in expected.iter().filter(|(id, _)| *id != "Index") {
        let weight = effective_weight(scheme, id);
        assert!(agrees(weight, &row["EffWeight"], 1e-12), "{id}: {weight}");
    }
}

/// Scores and stars of one release: all of them.
fn stars(version: &str, period: &str) {
    let input = data(&format!("hospital-stars/input_v{version}.csv"));
    let output = data(&format!(
        "hospital-stars/expected_sas_output_v{version}.csv"
    ));
    let (Some(input), Some(output)) = (input, output) else {
        return;
    };
    let campaign = campaign("hospital-stars");
    let layout = Layout {
        period: Some(period.parse().unwrap()),
        ..columns("PROVIDER_ID", None)
    };
    let figures = figures(&campaign, &input, &layout);
    let expected = results(&output);
    assert!(expected.len() > 4000);
    scored(&campaign, &figures, None, |scored| {
        assert_eq!(scored.scores.len(), expected.len());
        let bands = &campaign
            .in_force("hospital", layout.period.unwrap())
            .unwrap()
            .band;
        for (id, row) in &expected {
            let at = scored.position(id).unwrap();
            let score = scored.scores[at];
            assert!(agrees(score, &row["summary_score"], 1e-8), "{id}: {score}");
            let stars =
                scored.bands.band[at].map(|band| (bands.len() - usize::from(band)).to_string());
            assert_eq!(stars.unwrap_or_default(), row["star"], "{id}");
            assert_eq!(
                scored.ranks.rank(at).is_some(),
                !row["star"].is_empty(),
                "{id} is rated"
            );
        }
    });
}

#[test]
fn hospital_stars_of_april_2021() {
    stars("202104", "2021-04");
}

#[test]
fn hospital_stars_of_july_2022() {
    stars("202207", "2022-07");
}
