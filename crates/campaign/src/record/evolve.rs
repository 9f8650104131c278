//! What the entries about records do to the state.

use super::state::{Change, Draw, Record, Step, Verdict};
use super::{About, Event, Filed, Outcome, RecordId, Values};
use crate::{Actor, Entry, Inconsistent, Note, PersonId, State};

pub(crate) fn evolve(state: &mut State, event: &Event, entry: &Entry) -> Result<(), Inconsistent> {
    match event {
        Event::Filed(filed) => file(state, filed, entry),
        Event::Corrected {
            record,
            unit,
            values,
            reason,
        } => {
            state.records.move_to(*record, unit)?;
            let before = replace(state, *record, values.clone())?;
            let reason = *reason;
            note(state, *record, values, &[reason], entry)?;
            remember(state, *record, entry, Step::Corrected { before, reason })
        }
        Event::Withdrawn { record, reason } => {
            state.records.free(*record)?;
            state.records.record_mut(*record)?.withdrawn = true;
            let reason = *reason;
            note(state, *record, &Values::default(), &[reason], entry)?;
            remember(state, *record, entry, Step::Withdrawn { reason })
        }
        Event::Verified { .. } => verify(state, event, entry),
        Event::Drawn { form, period, .. } => match drawn(event, entry) {
            Some(draw) => state.records.drew(form, *period, draw),
            None => Ok(()),
        },
        Event::Answered { record, answer } => {
            let answer = *answer;
            note(state, *record, &Values::default(), &[answer], entry)?;
            remember(state, *record, entry, Step::Answered { answer })
        }
    }
}

fn file(state: &mut State, filed: &Filed, entry: &Entry) -> Result<(), Inconsistent> {
    let next = state.records.len();
    if usize::try_from(filed.record.0) != Ok(next) {
        return Err(Inconsistent(format!(
            "record {} is filed where #{next} is next",
            filed.record
        )));
    }
    let record = Record::new(filed, entry);
    state.records.add(filed.record, record, filed.minutes);
    note(state, filed.record, &filed.values, &[], entry)
}

fn verify(state: &mut State, event: &Event, entry: &Entry) -> Result<(), Inconsistent> {
    let Event::Verified {
        record,
        unit,
        outcome,
        note: said,
        counts_in,
    } = event
    else {
        return Ok(());
    };
    let id = *record;
    let verdict = match outcome {
        Outcome::Confirmed => Verdict::Right,
        Outcome::Found(_) => Verdict::Wrong,
    };
    state.records.judge(id, verdict)?;
    if state.records.record_mut(id)?.awaits {
        state.records.count_in(id, *counts_in)?;
    }
    // What has counted in a period that is cut off isn't changed behind its back.
    let applies = state.records.record_mut(id)?.counts_in == *counts_in;
    let mut before = None;
    if let Outcome::Found(found) = outcome {
        if applies {
            state.records.move_to(id, unit)?;
            let values = state.records.record_mut(id)?.values.with(found);
            before = Some(replace(state, id, values)?);
        }
        note(state, id, found, said.as_slice(), entry)?;
    } else {
        note(state, id, &Values::default(), said.as_slice(), entry)?;
    }
    let step = Step::Verified {
        outcome: outcome.clone(),
        before,
        note: *said,
    };
    remember(state, id, entry, step)
}

fn drawn(event: &Event, entry: &Entry) -> Option<Draw> {
    let Event::Drawn {
        seed,
        percent,
        since,
        until,
        of,
        records,
        ..
    } = event
    else {
        return None;
    };
    Some(Draw {
        at: entry.at,
        seed: *seed,
        percent: *percent,
        since: *since,
        until: *until,
        of: *of,
        records: records.clone(),
    })
}

fn replace(state: &mut State, id: RecordId, values: Values) -> Result<Values, Inconsistent> {
    let record = state.records.record_mut(id)?;
    Ok(std::mem::replace(&mut record.values, values))
}

fn remember(
    state: &mut State,
    id: RecordId,
    entry: &Entry,
    step: Step,
) -> Result<(), Inconsistent> {
    state.records.record_mut(id)?.history.push(Change {
        at: entry.at,
        by: entry.by.clone(),
        step,
    });
    Ok(())
}

/// Tells the vault whose the items are: of whoever wrote them, of the person the record is about, of those it names.
fn note(
    state: &mut State,
    id: RecordId,
    values: &Values,
    others: &[Note],
    entry: &Entry,
) -> Result<(), Inconsistent> {
    let mut notes = others.to_vec();
    values.notes(&mut notes);
    if notes.is_empty() {
        return Ok(());
    }
    let about = match &state.records.record_mut(id)?.about {
        About::Person(person) => Some(person.clone()),
        About::Unit(_) | About::Case => None,
    };
    let mut people: Vec<&PersonId> = about.iter().collect();
    if let Actor::Person(writer) = &entry.by {
        people.push(writer);
    }
    values.people(&mut people);
    people.sort_unstable();
    people.dedup();
    for person in people {
        for note in &notes {
            state.vault.note(person, note.item);
        }
    }
    Ok(())
}
