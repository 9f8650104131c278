//! Made-up organisations and figures: for the figures a ready campaign ships, for demonstrations, for large tests.
//!
//! Everything is a pure function of a seed. Every figure has its own stream of random numbers, named by unit, time and
//! measure, so adding a unit, a month or a measure changes no other figure. Only IEEE 754 addition, subtraction,
//! multiplication, division and rounding are used, so every machine makes the same bytes.
//!
//! [`year`] makes the whole life of a county for a year: every command that people and programs send, in order.
//!
//! Nothing here is real: any likeness of a name to a real place or firm is chance.

pub mod county;
pub mod month;
pub mod organisation;
pub mod random;
pub mod year;
