//! `merit ledger cosign`: a witness's signature is added to the checkpoint that it is under.

use ledger::checkpoint::add_cosignature;
use rulebook::say;

use super::{claim, done, grouped, location, open, text, trusted, words};
use crate::args::ledger::Cosign;
use crate::failure::Failure;

/// Adds the cosignatures of a note.
pub fn run(args: &Cosign) -> Result<(), Failure> {
    let (place, keys) = (location(&args.place)?, trusted(&args.trust)?);
    let note = text(&args.note)?;
    // Only to see that there is a ledger: what opens it for writing would make one.
    drop(open(&place)?);
    let mut store = place.open().map_err(|error| words::store(&place, &error))?;
    let lease = claim(&place, store.as_mut())?;
    let added = add_cosignature(store.as_mut(), lease, &note, &keys)
        .map_err(|error| words::cosign(&place, &args.note, &error));
    let released = store.release(lease);
    let opened = added?;
    released.map_err(|error| words::store(&place, &error))?;
    let size = grouped(opened.checkpoint.head.size);
    let by: Vec<&str> = opened
        .cosignatures
        .iter()
        .map(|cosigned| cosigned.witness.as_str())
        .collect();
    let (zh, en) = (by.join("、"), by.join(", "));
    done(&say!(
        "{size} 条记录的检查点有联署:{zh}",
        "the checkpoint of {size} entries is cosigned by {en}"
    ))
}
