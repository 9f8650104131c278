//! The server from outside: real requests over a socket, on a county with most of a year behind it.

mod api;
mod basics;
mod browser;
mod files;
mod identity;
mod mine;
mod office;
mod public;
mod rating;
mod rights;
mod security;
mod support;
