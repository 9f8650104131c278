//! Who someone is: accounts, passwords, sessions. Kept in a database of its own, beside the ledger: none of it is part of the
//! campaign's history, and none of it is needed to recompute a result.

mod accounts;
pub mod cookies;
pub mod from;
mod links;
pub mod oidc;
mod own;
pub mod pages;
pub mod passkeys;
mod password;
mod second;
mod session;
mod sign_on;
mod subjects;
mod throttle;

pub(crate) use accounts::open_private;
pub use accounts::{Account, Accounts, AccountsError};
pub use cookies::{Cookies, SESSION_COOKIE};
pub use links::ApiToken;
pub use session::{Session, Token};
pub(crate) use sign_on::begun;
pub use sign_on::{Came, away, come};
pub use throttle::Counted;
