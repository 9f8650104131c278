//! Tests of the campaign language through its public doors.

#[cfg(test)]
mod front_format;
#[cfg(test)]
mod front_read;
#[cfg(test)]
mod front_reference;
#[cfg(test)]
mod front_values;
#[cfg(test)]
mod meaning_bench;
#[cfg(test)]
mod meaning_check;
#[cfg(test)]
mod meaning_resolve;
#[cfg(test)]
mod tables;
#[cfg(test)]
mod tables_errors;
#[cfg(test)]
mod tables_read;
#[cfg(test)]
mod tables_workbook;
