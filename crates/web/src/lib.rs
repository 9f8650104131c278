//! The campaign in the browser, on the phone and through the API.
//!
//! A request's way: [`routes`] finds the route and what it asks ([`rights::Verb`]) of what ([`rights::Resource`]); Cedar says
//! whether whoever asks may; a page's or an operation's function looks at the state and answers. A function never waits: what
//! it wants to happen it gives back as a [`Plan`](act::Plan), and [`act`] sends it to the host. So no reader ever holds on to
//! the state while a disk is written, and pages and API go through one door.
//!
//! Nothing here decides what a campaign may do: that is [`campaign::State::decide`]. What is kept here is who someone is
//! ([`identity`]), in a database of its own beside the ledger.

pub mod act;
pub mod api;
pub mod app;
pub mod asked;
pub mod assets;
pub mod charts;
pub mod clock;
pub mod demo;
pub mod fields;
pub mod files;
pub mod forms;
pub mod identity;
pub mod notices;
pub mod operator;
pub mod order;
mod outgoing;
pub mod page;
pub mod pages;
pub mod problem;
pub mod recent;
pub mod reply;
pub mod rights;
pub mod routes;
pub mod server;
pub mod vault;
pub mod watch;
pub mod words;

pub use app::{App, Settings};
pub use server::{Server, StartError};
