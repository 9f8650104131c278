//! Confidence sets for ranks against csranks 1.2.2 (PISA 2018), against plain simulation, and by their properties.

use std::num::NonZeroUsize;

use inference::ranks::{Errors, Procedure, RankSets, Scope, Settings, Sides, rank_sets};

use crate::support::data;

fn settings(scope: Scope, coverage: f64) -> Settings {
    Settings {
        coverage,
        scope,
        sides: Sides::Both,
        procedure: Procedure::Stepdown,
        draws: None,
        seed: 1,
        threads: NonZeroUsize::new(2).unwrap(),
    }
}

struct Reference {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Reference {
    fn read() -> Option<Self> {
        let bytes = data("csranks/expected_pisa2018_math.csv")?;
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let texts = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
        Some(Self {
            header: texts(reader.headers().unwrap()),
            rows: reader.records().map(|row| texts(&row.unwrap())).collect(),
        })
    }

    fn column<T: std::str::FromStr>(&self, name: &str) -> Vec<T> {
        let at = self
            .header
            .iter()
            .position(|column| column == name)
            .unwrap();
        let cell = |row: &Vec<String>| row[at].to_lowercase().parse().ok().unwrap();
        self.rows.iter().map(cell).collect()
    }

    fn sets(&self, settings: &Settings) -> RankSets {
        let (estimates, errors) = (self.column("score"), self.column::<f64>("se"));
        rank_sets(&estimates, Errors::Independent(&errors), settings).unwrap()
    }

    fn check(&self, sets: &RankSets, name: &str) {
        assert_eq!(
            sets.lower,
            self.column::<u32>(&format!("{name}_L")),
            "{name}"
        );
        assert_eq!(
            sets.upper,
            self.column::<u32>(&format!("{name}_U")),
            "{name}"
        );
    }
}

#[test]
fn the_sets_of_pisa_are_those_of_csranks() {
    let Some(reference) = Reference::read() else {
        return;
    };
    for (name, scope, coverage) in [
        ("marg95", Scope::Marginal, 0.95),
        ("marg90", Scope::Marginal, 0.9),
        ("simul95", Scope::Simultaneous, 0.95),
        ("simul75", Scope::Simultaneous, 0.75),
    ] {
        let sets = reference.sets(&settings(scope, coverage));
        reference.check(&sets, name);
        assert_eq!(sets.rank, reference.column::<u32>("rank"));
        eprintln!(
            "{name} {:?} {:?}",
            sets.critical.first(),
            sets.unsettled.iter().filter(|u| **u).count()
        );
    }
    let single = Settings {
        procedure: Procedure::SingleStep,
        ..settings(Scope::Simultaneous, 0.95)
    };
    reference.check(&reference.sets(&single), "simul95_nostep");
}

#[test]
fn the_first_and_last_five_of_pisa_are_those_of_csranks() {
    let Some(reference) = Reference::read() else {
        return;
    };
    for (name, coverage) in [("top5_95", 0.95), ("top5_90", 0.9)] {
        let lower = Settings {
            sides: Sides::Lower,
            ..settings(Scope::Simultaneous, coverage)
        };
        let sets = reference.sets(&lower);
        assert_eq!(sets.best(5), reference.column::<bool>(name));
        assert_eq!(sets.upper, vec![38; 38]);
    }
    let sets = reference.sets(&settings(Scope::Simultaneous, 0.95));
    assert_eq!(sets.worst(5), reference.column::<bool>("worst5_95"));
}
