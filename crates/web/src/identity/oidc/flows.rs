//! Sign-ons under way: what a browser that was sent to the provider has to come back with. Kept in memory alone, each taken
//! once; a restart forgets them, and people begin anew.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use campaign::{PersonId, Time};
use openidconnect::{CsrfToken, Nonce, PkceCodeVerifier};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::identity::Token;

/// For how long someone may be at the provider, in seconds.
pub const LASTS: i64 = 600;
/// The most that are kept; the oldest go first.
const MOST: usize = 10_000;

/// What a sign-on is for.
#[derive(Clone)]
pub enum Purpose {
    /// To sign in, and to look there next.
    SignIn(String),
    /// To link the subject to the account of someone signed in.
    Link(PersonId),
    /// To make the account of whoever holds this invitation.
    Accept(Token),
}

/// A sign-on under way.
pub struct Flow {
    /// What for.
    pub purpose: Purpose,
    pub(super) nonce: Nonce,
    pub(super) verifier: PkceCodeVerifier,
    began: Time,
}

/// Those under way, by the digest of the token that their browser holds.
#[derive(Default)]
pub(super) struct Flows(Mutex<HashMap<String, Flow>>);

/// What goes to the provider and comes back with the browser: made of the token in its cookie, so that no other browser comes
/// back with it.
pub(super) fn state(token: &Token) -> CsrfToken {
    let mut sha = Sha256::new();
    sha.update(b"merit sign-on\0");
    sha.update(token.0.as_bytes());
    CsrfToken::new(hex::encode(sha.finalize()))
}

impl Flows {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Flow>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn keep(
        &self,
        token: &Token,
        purpose: Purpose,
        (nonce, verifier): (Nonce, PkceCodeVerifier),
        now: Time,
    ) {
        let mut flows = self.lock();
        if flows.len() >= MOST {
            flows.retain(|_, flow| now.0 - flow.began.0 <= LASTS);
        }
        if flows.len() >= MOST {
            let oldest = flows.iter().min_by_key(|(_, flow)| flow.began);
            if let Some(oldest) = oldest.map(|(digest, _)| digest.clone()) {
                flows.remove(&oldest);
            }
        }
        let flow = Flow {
            purpose,
            nonce,
            verifier,
            began: now,
        };
        flows.insert(token.digest(), flow);
    }

    /// The sign-on that a browser comes back from, if it is the one it was sent on; no second time.
    pub(super) fn take(&self, token: &Token, came_with: &str, now: Time) -> Option<Flow> {
        let same: bool = state(token)
            .secret()
            .as_bytes()
            .ct_eq(came_with.as_bytes())
            .into();
        if !same {
            return None;
        }
        let flow = self.lock().remove(&token.digest())?;
        (now.0 - flow.began.0 <= LASTS).then_some(flow)
    }
}
