//! Canonical JSON (RFC 8785): the one way of writing an entry's body.
//!
//! A commitment binds bytes, so the same body must never have two spellings, and what is read back must be what was written.
//! This module knows nothing of what a body says.

use std::fmt;

use serde::Serialize;
use serde::ser;

/// Why a value has no canonical bytes.
#[derive(Debug)]
#[non_exhaustive]
pub enum CanonicalError {
    /// A number that isn't finite.
    NotFinite(f64),
    /// A whole number of at least 2⁵³, either way: JSON's numbers are doubles, so its last digits could be lost. It must be
    /// written as a string.
    TooLarge(i128),
    /// JSON can't hold it: a key that is no string, a key that stands twice.
    NotJson(serde_json::Error),
}

impl fmt::Display for CanonicalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFinite(number) => write!(f, "{number} isn't finite: JSON has no such number"),
            Self::TooLarge(number) => {
                write!(
                    f,
                    "{number} isn't within ±2^53, so JSON may lose its last digits: write it as a string"
                )
            }
            Self::NotJson(_) => f.write_str("the value can't be written as JSON"),
        }
    }
}

impl std::error::Error for CanonicalError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::NotJson(source) => Some(source),
            Self::NotFinite(_) | Self::TooLarge(_) => None,
        }
    }
}

impl ser::Error for CanonicalError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::NotJson(ser::Error::custom(message))
    }
}

/// The canonical bytes of a value: keys sorted by UTF-16 code units, no spaces, numbers as ECMAScript writes them.
///
/// ```
/// let bytes = ledger::canonical::to_bytes(&serde_json::json!({ "b": 1.0, "a": "优" }))?;
/// assert_eq!(bytes, r#"{"a":"优","b":1}"#.as_bytes());
/// # Ok::<(), ledger::canonical::CanonicalError>(())
/// ```
///
/// # Errors
/// [`CanonicalError`] when the value has no canonical form that says the same.
pub fn to_bytes(value: &impl Serialize) -> Result<Vec<u8>, CanonicalError> {
    value.serialize(Numbers)?;
    serde_json_canonicalizer::to_vec(value).map_err(CanonicalError::NotJson)
}

/// Whether the bytes are JSON in its canonical form.
///
/// ```
/// assert!(ledger::canonical::is_canonical(br#"{"a":1,"b":[]}"#));
/// assert!(!ledger::canonical::is_canonical(br#"{"b":[],"a":1}"#));
/// ```
#[must_use]
pub fn is_canonical(bytes: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(bytes)
        .and_then(|value| serde_json_canonicalizer::to_vec(&value))
        .is_ok_and(|canonical| canonical == bytes)
}

/// Whole numbers below 2⁵³ have a double of their own.
const EXACT: u128 = 1 << f64::MANTISSA_DIGITS;

/// Walks through a value and refuses the numbers that JSON would change: the writer makes `null` of a number that isn't finite,
/// and a double of a whole number.
#[derive(Clone, Copy)]
struct Numbers;

type Walked = Result<(), CanonicalError>;

impl Numbers {
    fn whole(number: i128) -> Walked {
        if number.unsigned_abs() < EXACT {
            Ok(())
        } else {
            Err(CanonicalError::TooLarge(number))
        }
    }
}

/// Methods of [`ser::Serializer`] for what holds no number.
macro_rules! without_numbers {
    ($($method:ident($($value:ty),*);)*) => {
        $(fn $method(self, $(_: $value),*) -> Walked {
            Ok(())
        })*
    };
}

/// Methods of [`ser::Serializer`] for whole numbers.
macro_rules! whole_numbers {
    ($($method:ident($number:ty);)*) => {
        $(fn $method(self, number: $number) -> Walked {
            Self::whole(i128::from(number))
        })*
    };
}

/// Methods of [`ser::Serializer`] for what has parts.
macro_rules! compounds {
    ($($method:ident($($value:ty),*);)*) => {
        $(fn $method(self, $(_: $value),*) -> Result<Self, CanonicalError> {
            Ok(self)
        })*
    };
}

impl ser::Serializer for Numbers {
    type Ok = ();
    type Error = CanonicalError;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    without_numbers! {
        serialize_bool(bool);
        serialize_char(char);
        serialize_str(&str);
        serialize_bytes(&[u8]);
        serialize_none();
        serialize_unit();
        serialize_unit_struct(&'static str);
        serialize_unit_variant(&'static str, u32, &'static str);
    }

    whole_numbers! {
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_i32(i32);
        serialize_i64(i64);
        serialize_i128(i128);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
        serialize_u64(u64);
    }

    fn serialize_u128(self, number: u128) -> Walked {
        Self::whole(i128::try_from(number).unwrap_or(i128::MAX))
    }

    fn serialize_f32(self, number: f32) -> Walked {
        self.serialize_f64(f64::from(number))
    }

    fn serialize_f64(self, number: f64) -> Walked {
        if number.is_finite() {
            Ok(())
        } else {
            Err(CanonicalError::NotFinite(number))
        }
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Walked {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Walked {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Walked {
        value.serialize(self)
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, _: &T) -> Walked {
        Ok(())
    }

    compounds! {
        serialize_seq(Option<usize>);
        serialize_tuple(usize);
        serialize_tuple_struct(&'static str, usize);
        serialize_tuple_variant(&'static str, u32, &'static str, usize);
        serialize_map(Option<usize>);
        serialize_struct(&'static str, usize);
        serialize_struct_variant(&'static str, u32, &'static str, usize);
    }
}

/// The traits of parts, whose methods all walk into the part.
macro_rules! parts {
    ($($part:ident: $method:ident($($name:ty)?);)*) => {
        $(impl ser::$part for Numbers {
            type Ok = ();
            type Error = CanonicalError;

            fn $method<T: Serialize + ?Sized>(&mut self, $(_: $name,)? value: &T) -> Walked {
                value.serialize(*self)
            }

            fn end(self) -> Walked {
                Ok(())
            }
        })*
    };
}

parts! {
    SerializeSeq: serialize_element();
    SerializeTuple: serialize_element();
    SerializeTupleStruct: serialize_field();
    SerializeTupleVariant: serialize_field();
    SerializeStruct: serialize_field(&'static str);
    SerializeStructVariant: serialize_field(&'static str);
}

impl ser::SerializeMap for Numbers {
    type Ok = ();
    type Error = CanonicalError;

    /// A key is written as a string, digits and all.
    fn serialize_key<T: Serialize + ?Sized>(&mut self, _: &T) -> Walked {
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Walked {
        value.serialize(*self)
    }

    fn end(self) -> Walked {
        Ok(())
    }
}
