//! Passkeys (WebAuthn, level 3): a key pair that a device keeps, shown by its owner's fingerprint, face or PIN.
//!
//! The library `webauthn_rp` says what has to be checked and checks it; here is what is kept. Who a passkey is of is a random
//! handle: a device learns the login name and the name shown, and nothing else.

pub(super) mod forms;
mod store;

use std::fmt;
use std::sync::{Mutex, PoisonError};

use webauthn_rp::bin::{Decode, Encode};
use webauthn_rp::request::auth::AuthenticationVerificationOptions;
use webauthn_rp::request::register::{
    CredProtect, Nickname, PublicKeyCredentialUserEntity, RegistrationVerificationOptions,
    UserHandle64, Username,
};
use webauthn_rp::request::{
    AsciiDomain, FixedCapHashSet, InsertResult, PublicKeyCredentialDescriptor, RpId,
};
use webauthn_rp::response::register::{CompressedPubKey, DynamicState, StaticState};
use webauthn_rp::response::{AuthTransports, CredentialId};
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthentication64, DiscoverableAuthenticationServerState,
    DiscoverableCredentialRequestOptions, PublicKeyCredentialCreationOptions, Registration,
    RegistrationServerState,
};

use super::AccountsError;
pub(super) use store::SCHEMA;
pub use store::{Kept, Passkey};

/// How many can be under way at once: being made, and being signed in with. Each ends after five minutes.
const MOST: (usize, usize) = (1_000, 5_000);

/// A public key as it is kept.
type Key = StaticState<CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>>;

/// Why a passkey isn't taken.
#[derive(Debug)]
pub enum Refused {
    /// It can't be read, or doesn't fit what was asked.
    Wrong(String),
    /// It isn't known that this was begun: it took too long, or it is done already.
    Stale,
    /// Nobody here has it.
    Unknown,
    /// Too many are under way.
    Full,
    /// The accounts.
    Accounts(AccountsError),
}

impl From<AccountsError> for Refused {
    fn from(error: AccountsError) -> Self {
        Self::Accounts(error)
    }
}

fn wrong(error: impl fmt::Display) -> Refused {
    Refused::Wrong(error.to_string())
}

/// Whom a passkey is made for.
pub struct Owner {
    /// What the device knows them by.
    pub handle: [u8; 64],
    /// What they sign in with.
    pub login: String,
    /// What they are called.
    pub name: String,
    /// What they have already: ids, and how their devices are reached.
    pub have: Vec<(Vec<u8>, u8)>,
}

/// Passkeys of the address that people reach this server at.
pub struct Passkeys {
    rp: RpId,
    origin: String,
    making: Mutex<FixedCapHashSet<RegistrationServerState<64>>>,
    showing: Mutex<FixedCapHashSet<DiscoverableAuthenticationServerState>>,
}

impl Passkeys {
    /// Those of an address; none where browsers have none for it: without TLS, or by a bare IP address.
    #[must_use]
    pub fn at(base: &str) -> Option<Self> {
        let url = reqwest::Url::parse(base).ok()?;
        let host = url.domain()?;
        if url.scheme() != "https" && host != "localhost" {
            return None;
        }
        let domain = AsciiDomain::try_from(host.to_owned()).ok()?;
        Some(Self {
            rp: RpId::Domain(domain),
            origin: url.origin().ascii_serialization(),
            making: Mutex::new(FixedCapHashSet::new(MOST.0)),
            showing: Mutex::new(FixedCapHashSet::new(MOST.1)),
        })
    }

    /// Begins to make one: what the browser is asked for, as JSON.
    ///
    /// # Errors
    /// [`Refused::Full`] and others.
    pub fn make(&self, owner: &Owner) -> Result<String, Refused> {
        let handle = UserHandle64::decode(owner.handle).map_err(wrong)?;
        let user = PublicKeyCredentialUserEntity {
            name: Username::try_from(owner.login.as_str())
                .or_else(|_| Username::try_from("merit"))
                .map_err(wrong)?,
            id: &handle,
            display_name: Nickname::try_from(owner.name.as_str()).ok(),
        };
        let have = owner.have.iter().filter_map(|(id, transports)| {
            Some(PublicKeyCredentialDescriptor {
                id: CredentialId::decode(id.clone()).ok()?,
                transports: AuthTransports::decode(*transports).ok()?,
            })
        });
        let mut options =
            PublicKeyCredentialCreationOptions::passkey(&self.rp, user, have.collect());
        // Many devices don't know it, and then make nothing. Whether its owner was there is checked at each sign-in anyway.
        options.extensions.cred_protect = CredProtect::None;
        let (server, client) = options.start_ceremony().map_err(wrong)?;
        let asked = serde_json::to_string(&client).map_err(wrong)?;
        let mut making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        match making.insert_or_replace_all_expired(server) {
            InsertResult::Success => Ok(asked),
            _ => Err(Refused::Full),
        }
    }

    /// What the browser has made, if it holds.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn made(&self, said: &str, handle: &[u8; 64]) -> Result<Kept, Refused> {
        let said = Registration::from_json_relaxed(said.as_bytes()).map_err(wrong)?;
        let challenge = said.challenge_relaxed().map_err(wrong)?;
        let state = {
            let mut making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
            making.take(&challenge).ok_or(Refused::Stale)?
        };
        let options = RegistrationVerificationOptions::<&str, &str> {
            allowed_origins: &[self.origin.as_str()],
            error_on_unsolicited_extensions: false,
            ..RegistrationVerificationOptions::default()
        };
        let made = state.verify(&self.rp, &said, &options).map_err(wrong)?;
        if made.user_id().as_ref() != handle {
            return Err(Refused::Stale);
        }
        Ok(Kept {
            id: made.id().as_ref().to_vec(),
            transports: made.transports().encode().map_err(wrong)?,
            key: made.static_state().encode().map_err(wrong)?,
            state: made.dynamic_state().encode().map_err(wrong)?,
        })
    }

    /// Begins to sign someone in: what the browser is asked for, as JSON.
    ///
    /// # Errors
    /// [`Refused::Full`] and others.
    pub fn show(&self) -> Result<serde_json::Value, Refused> {
        let options = DiscoverableCredentialRequestOptions::passkey(&self.rp);
        let (server, client) = options.start_ceremony().map_err(wrong)?;
        let asked = serde_json::to_value(&client).map_err(wrong)?;
        let mut showing = self.showing.lock().unwrap_or_else(PoisonError::into_inner);
        match showing.insert_or_replace_all_expired(server) {
            InsertResult::Success => Ok(asked),
            _ => Err(Refused::Full),
        }
    }

    /// What the browser has shown, if it holds: the passkey's id, and its state from now on. `find` looks up what is kept of an
    /// id and a handle.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn shown<T>(
        &self,
        said: &str,
        find: impl FnOnce(&[u8], &[u8]) -> Result<Option<(T, Kept)>, AccountsError>,
    ) -> Result<(T, Kept), Refused> {
        let said = DiscoverableAuthentication64::from_json_relaxed(said.as_bytes());
        let said = said.map_err(wrong)?;
        let challenge = said.challenge_relaxed().map_err(wrong)?;
        let state = {
            let mut showing = self.showing.lock().unwrap_or_else(PoisonError::into_inner);
            showing.take(&challenge).ok_or(Refused::Stale)?
        };
        let (id, handle) = (said.raw_id(), said.response().user_handle());
        let found = find(id.as_ref(), handle.as_ref())?;
        let (whose, mut kept) = found.ok_or(Refused::Unknown)?;
        let key = Key::decode(kept.key.as_slice()).map_err(wrong)?;
        let before = DynamicState::decode(kept.state).map_err(wrong)?;
        let credential = AuthenticatedCredential::new(id, handle, key, before);
        let mut credential = credential.map_err(wrong)?;
        let options = AuthenticationVerificationOptions::<&str, &str> {
            allowed_origins: &[self.origin.as_str()],
            error_on_unsolicited_extensions: false,
            ..AuthenticationVerificationOptions::default()
        };
        state
            .verify(&self.rp, &said, &mut credential, &options)
            .map_err(wrong)?;
        kept.state = credential.dynamic_state().encode().map_err(wrong)?;
        Ok((whose, kept))
    }
}

#[cfg(test)]
mod tests {
    use super::Passkeys;

    #[test]
    fn browsers_have_passkeys_for_names_over_tls_and_for_this_machine() {
        for (base, has) in [
            ("https://merit.example.org", true),
            ("https://merit.example.org:8443/", true),
            ("http://localhost:8080", true),
            ("http://merit.example.org", false),
            ("https://192.0.2.7", false),
            ("http://127.0.0.1:8080", false),
            ("https://[::1]", false),
            ("", false),
        ] {
            assert_eq!(Passkeys::at(base).is_some(), has, "{base}");
        }
    }
}
