//! The kernel through its public door: what every rule earns, who stands where, and that it all adds up.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod arbitrary;
mod preparation;
mod properties;
mod ranks_bands;
mod reference;
mod replay;
mod robust;
mod rules;
mod schemes;
mod support;
