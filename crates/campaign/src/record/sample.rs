//! The draw of records for verification, which anyone can repeat.

use sha2::{Digest as _, Sha256};

use super::RecordId;
use crate::Digest;

/// How many of `n` records a percentage draws: the share, rounded up.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share of a count lies between 0 and the count, which is far below 2^53"
)]
pub fn size(percent: f64, n: usize) -> usize {
    // A hair is taken off, so that a percentage that floats can't hold exactly (such as 14.3) doesn't draw one too many.
    let share = (percent.clamp(0.0, 100.0) * n as f64 / 100.0 - 1e-9).ceil();
    (share.max(0.0) as usize).min(n)
}

/// Draws a percentage of records: those whose SHA-256 of the seed followed by the record's number (eight bytes, big-endian)
/// comes first, in that order. The order in which `records` are given doesn't matter.
///
/// ```
/// use campaign::Digest;
/// use campaign::record::{RecordId, draw};
/// let records: Vec<_> = (0..30).map(RecordId).collect();
/// let drawn = draw(Digest([7; 32]), 10.0, &records);
/// assert_eq!(drawn.len(), 3);
/// assert_eq!(drawn, draw(Digest([7; 32]), 10.0, &records));
/// ```
#[must_use]
pub fn draw(seed: Digest, percent: f64, records: &[RecordId]) -> Vec<RecordId> {
    let lot = |id: &RecordId| -> [u8; 32] {
        let mut sha = Sha256::new();
        sha.update(seed.0);
        sha.update(id.0.to_be_bytes());
        sha.finalize().into()
    };
    let mut lots: Vec<_> = records.iter().map(|id| (lot(id), *id)).collect();
    lots.sort_unstable();
    lots.truncate(size(percent, records.len()));
    lots.into_iter().map(|(_, id)| id).collect()
}
