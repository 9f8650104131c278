//! What the tests share.

use std::path::{Path, PathBuf};

/// The bytes of a file of reference data: from `$MERIT_REFERENCE_DATA`, else from `../shared/data` beside the project. Says by
/// name when it is left out.
pub(crate) fn data(name: &str) -> Option<Vec<u8>> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let root = std::env::var_os("MERIT_REFERENCE_DATA").map_or_else(beside, PathBuf::from);
    let bytes = std::fs::read(root.join(name)).ok();
    if bytes.is_none() {
        eprintln!("left out: {name} is not in {}", root.display());
    }
    bytes
}

/// That two figures are equal but for a relative error.
#[track_caller]
pub(crate) fn close(found: f64, expected: f64, relative: f64) {
    let scale = expected.abs().max(f64::MIN_POSITIVE);
    let same = found == expected || (found - expected).abs() <= relative * scale;
    assert!(same, "{found} where {expected} is expected");
}

/// A table with a header, as text.
pub(crate) struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// A table of reference data from its bytes.
pub(crate) fn table(bytes: &[u8]) -> Table {
    let mut reader = csv::Reader::from_reader(bytes);
    let words = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>();
    let header = words(reader.headers().unwrap());
    let rows = reader
        .records()
        .map(|record| words(&record.unwrap()))
        .collect();
    Table { header, rows }
}

impl Table {
    /// A column as text.
    #[track_caller]
    pub(crate) fn words(&self, name: &str) -> Vec<String> {
        let at = self
            .header
            .iter()
            .position(|column| column == name)
            .expect(name);
        self.rows.iter().map(|row| row[at].clone()).collect()
    }

    /// A column as numbers; what is empty or `NA` is NaN.
    #[track_caller]
    pub(crate) fn numbers(&self, name: &str) -> Vec<f64> {
        self.words(name)
            .iter()
            .map(|word| word.parse().unwrap_or(f64::NAN))
            .collect()
    }
}
