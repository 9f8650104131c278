//! The gaming detectors: false alarms and power in small (the study is `examples/calibrate_gaming.rs`), published figures, and input
//! that can't tell.

#[path = "../../examples/gaming/mod.rs"]
mod study;

mod answers;
mod calibration;
mod refusals;
