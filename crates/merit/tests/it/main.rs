//! Tests of the command, through the command: what it prints, writes and returns.

mod commands;
mod help;
mod outputs;
mod periods;
mod support;
mod wrong_files;
