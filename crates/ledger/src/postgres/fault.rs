//! What can go wrong inside a call, and what a column holds.

use ::postgres::error::{Severity, SqlState};
use ::postgres::types::FromSql;
use ::postgres::{Error, Row};

use crate::StoreError;

/// Why a step failed.
pub(super) enum Fault {
    /// The database said so, or the connection to it broke.
    Database(Error),
    /// What is asked for isn't right, or what is stored isn't.
    Refused(StoreError),
}

impl Fault {
    /// Nothing of it has happened, since the database has rolled back; the same again can succeed.
    pub(super) fn is_transient(&self) -> bool {
        let code = match self {
            Self::Database(error) => error.code(),
            Self::Refused(_) => None,
        };
        code.is_some_and(|code| {
            [
                SqlState::T_R_SERIALIZATION_FAILURE,
                SqlState::T_R_DEADLOCK_DETECTED,
            ]
            .contains(code)
        })
    }

    /// The connection is of no more use. A fatal error is told before the connection closes.
    pub(super) fn is_loss(&self) -> bool {
        match self {
            Self::Database(error) => error.as_db_error().is_none_or(|error| {
                matches!(
                    error.parsed_severity(),
                    Some(Severity::Fatal | Severity::Panic)
                )
            }),
            Self::Refused(_) => false,
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Database(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Refused(error)
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Database(error) => Self::Failed(Box::new(error)),
            Fault::Refused(error) => error,
        }
    }
}

/// A value of a row; one of another type than ours says that the tables aren't ours.
pub(super) fn value<'r, T: FromSql<'r>>(row: &'r Row, column: usize) -> crate::Result<T> {
    row.try_get(column)
        .map_err(|error| StoreError::Damaged(error.to_string()))
}

/// A number that is never negative.
pub(super) fn natural(row: &Row, column: usize) -> crate::Result<u64> {
    let number: i64 = value(row, column)?;
    u64::try_from(number)
        .map_err(|_| StoreError::Damaged(format!("a number is negative: {number}")))
}
