//! The scoring kernel: columns of measures in; points, bands, ranks and their explanation out.
//!
//! Scores are a function: the same scheme and the same class give the same bits on any machine, with any number of threads.
//! So there is no IO here, no clock, no randomness; sums run in the order of the units' ids; logarithms and powers are computed
//! in software (`libm`); points that a scheme rounds are whole numbers of its smallest unit, and their sums are exact.
//!
//! The way of the data: a [`Class`] (the units of one category in one period, and their columns) is prepared, a [`Ruler`] is
//! fitted to it (every rule becomes a [`Curve`] once the class's mean, best, ranks … are known), the ruler is applied block by
//! block, and the scores are ranked and banded. [`score`] does all of it; [`Scored::explain`] tells each point.

mod band;
mod class;
mod curve;
mod evaluate;
mod explain;
mod plan;
mod prepare;
mod rank;
pub mod replay;
pub mod robust;
mod rounding;
mod ruler;
pub mod run;
mod sort;
mod stats;
mod wide;

pub use band::{Bands, Coverage};
pub use class::{Class, ClassColumn, PreviousResult};
pub use curve::{Curve, Line};
pub use explain::{Adjustment, Explanation, GroupRow, ItemRow, Role, State, VetoRow};
pub use plan::PlanError;
pub use prepare::{PreparationNote, PreparationReport};
pub use rank::Ranks;
pub use rounding::Rounder;
pub use ruler::{NodeColumn, Ruler, Scored, score};
