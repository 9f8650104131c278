//! The crate's tests, as one binary.

#[cfg(test)]
mod front_format;
#[cfg(test)]
mod front_read;
#[cfg(test)]
mod front_reference;
#[cfg(test)]
mod front_values;
