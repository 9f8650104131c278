//! Single sign-on by OpenID Connect: the authorization code flow with PKCE, against one provider that the operator names.
//!
//! Someone is known by the provider's issuer and subject, which they have linked to their account once; never by an address or
//! a name, which a provider may give to someone else. The library `openidconnect` builds the requests and verifies what comes
//! back; here is what it is told, and what is said where it refuses.

mod config;
mod failed;
mod flows;
mod provider;

pub use config::{Config, Name};
pub use failed::{Failed, Why};
pub use flows::{Flow, Purpose};
pub use provider::{Away, Provider};

/// Where the provider sends people back to.
pub const RETURN: &str = "/sign-in/oidc/return";

/// Who someone is to a provider: the two together never mean anyone else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Whose word it is.
    pub issuer: String,
    /// What that provider calls them.
    pub sub: String,
}
