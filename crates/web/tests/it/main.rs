//! The server from outside: real requests over a socket, on a county with most of a year behind it.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod api;
mod attacks;
mod audit;
mod basics;
mod browser;
mod charts;
mod files;
mod forms;
mod identity;
mod intake;
mod leader;
mod mine;
mod notices;
mod office;
mod oidc;
mod passkeys;
mod public;
mod rating;
mod rights;
mod security;
mod support;
