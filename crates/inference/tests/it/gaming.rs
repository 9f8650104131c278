//! The gaming detectors: published figures, and input that can't tell. False alarms and power are measured by `validation/study`.

mod answers;
mod refusals;
