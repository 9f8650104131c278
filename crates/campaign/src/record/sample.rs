//! The draw of records for verification, which anyone can repeat.

use rulebook::Period;
use rulebook::model::Form;
use sha2::{Digest as _, Sha256};

use super::decide::due_day;
use super::{RecordId, Verdict, When};
use crate::id::Name;
use crate::{Date, Digest, State};

/// A form of a period of which a share is drawn for verification, and how far that is.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampled<'s> {
    /// The form.
    pub form: &'s Form,
    /// The percentage that is drawn.
    pub percent: f64,
    /// The role that draws and verifies.
    pub verified_by: &'s str,
    /// The first day on which it can be drawn: the period is over.
    pub from: Date,
    /// The day on which it is drawn by itself, where the period isn't cut off by then: what is asked for is due.
    pub by_itself: Date,
    /// How many records there are, without those withdrawn.
    pub records: usize,
    /// Of them, those that came after the last draw, or before there was one.
    pub undrawn: usize,
    /// Those drawn.
    pub drawn: usize,
    /// Those drawn that are still to be verified.
    pub waiting: usize,
    /// Those drawn that were found right.
    pub right: usize,
    /// Those drawn in which something was found wrong.
    pub wrong: usize,
}

/// The forms of a period of which a share is drawn, in the campaign's order.
#[must_use]
pub fn sampled(state: &State, period: Period) -> Vec<Sampled<'_>> {
    let Some(book) = state.rules.of(period) else {
        return Vec::new();
    };
    let forms = book.campaign.forms.iter().map(|form| &form.item);
    let sampled = forms.filter_map(|form| {
        let (percent, role) = (form.sample_percent?, form.verified_by.as_ref()?);
        let when = When::Period(period);
        let due = due_day(form, when, &book.calendar);
        let last = when.last_day();
        let name = form.id.as_str();
        let draws = state.records.draws(name, period);
        let since = draws.last().map_or(RecordId(0), |last| last.until);
        let mut all = Sampled {
            form,
            percent,
            verified_by: role.as_str(),
            from: last.plus(1),
            by_itself: due.unwrap_or(last).max(last).plus(1),
            records: 0,
            undrawn: 0,
            drawn: 0,
            waiting: 0,
            right: 0,
            wrong: 0,
        };
        let records = state.records.of_form(name, period);
        for (id, record) in records.filter(|(_, record)| !record.withdrawn) {
            let drawn = |yes: bool| usize::from(record.drawn && yes);
            all.records += 1;
            all.undrawn += usize::from(id >= since);
            all.drawn += drawn(true);
            all.waiting += drawn(record.to_be_verified());
            all.right += drawn(record.verdict == Verdict::Right);
            all.wrong += drawn(record.verdict == Verdict::Wrong);
        }
        Some(all)
    });
    sampled.collect()
}

/// The draws that the clock makes today, so that nobody chooses the moment: of forms that are due, of which nothing was drawn
/// yet, in periods whose figures can still be mended.
#[must_use]
pub fn draws_due(state: &State, today: Date) -> Vec<(Name, Period)> {
    let now = state.rules.latest();
    let now = now.map(|book| book.calendar.period_of(today));
    let mut due = Vec::new();
    let mut next = state.periods.next_to_cut_off(state);
    while let Some(period) = next.filter(|next| now.is_some_and(|now| *next < now)) {
        let ready = sampled(state, period).into_iter();
        let ready = ready.filter(|one| one.by_itself <= today && one.drawn == 0 && one.records > 0);
        due.extend(ready.map(|one| (Name::from(one.form.id.as_str()), period)));
        next = Some(period.next());
    }
    due
}

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
