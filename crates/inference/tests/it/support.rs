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
