//! The kernel through its public door: what every rule earns, who stands where, and that it all adds up.

mod arbitrary;
mod preparation;
mod properties;
mod ranks_bands;
mod reference;
mod rules;
mod schemes;
mod support;
