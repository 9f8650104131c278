//! How often one address may guess a code, or rate without an invitation. Kept in memory only, for a window of time.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use axum::http::StatusCode;
use rulebook::say;

use crate::asked::Asked;
use crate::problem::Problem;

/// Over how many seconds it is counted.
const WINDOW: i64 = 600;
/// So many addresses are remembered at most.
const ADDRESSES: usize = 50_000;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum What {
    /// Codes that don't exist.
    Guess,
    /// Ratings without an invitation.
    Open,
    /// Requests by anyone.
    Ask,
}

impl What {
    /// How many in a window; a hall's guests may share an address.
    const fn most(self) -> u32 {
        match self {
            Self::Guess => 30,
            Self::Open => 20,
            Self::Ask => 10,
        }
    }
}

/// What came from where of late: since when it is counted, and how much.
#[derive(Debug, Default)]
pub struct Limits(Mutex<HashMap<(What, u128), (i64, u32)>>);

/// An address, or the network of one: an IPv6 host has 2^64 of them.
fn key(from: Option<IpAddr>) -> u128 {
    match from {
        None => 0,
        Some(IpAddr::V4(v4)) => v4.to_ipv6_mapped().to_bits(),
        Some(IpAddr::V6(v6)) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.to_ipv6_mapped().to_bits(),
            None => v6.to_bits() >> 64 << 64,
        },
    }
}

/// That an address hasn't had too many.
///
/// # Errors
/// That it has.
pub fn check(asked: &Asked<'_>, what: What) -> Result<(), Problem> {
    let now = asked.app.now().0;
    let counts = asked
        .app
        .limits
        .0
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    match counts.get(&(what, key(asked.from))) {
        Some((since, count)) if now - since < WINDOW && *count >= what.most() => Err(too_many()),
        _ => Ok(()),
    }
}

/// Counts one more.
pub fn count(asked: &Asked<'_>, what: What) {
    let now = asked.app.now().0;
    let mut counts = asked
        .app
        .limits
        .0
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    if counts.len() >= ADDRESSES {
        counts.retain(|_, (since, _)| now - *since < WINDOW);
    }
    let entry = counts.entry((what, key(asked.from))).or_insert((now, 0));
    if now - entry.0 >= WINDOW {
        *entry = (now, 0);
    }
    entry.1 += 1;
}

fn too_many() -> Problem {
    let mut problem = Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too-often",
        say!(
            "这里试的次数太多了。",
            "There were too many tries from here."
        ),
        say!(
            "请过十分钟再试;您手里的码还有效。",
            "Try again in ten minutes; your code is still good."
        ),
    );
    problem.retry_after = Some(600);
    problem
}
