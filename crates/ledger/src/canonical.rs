//! Canonical JSON (RFC 8785): the one way of writing an entry's body.
//!
//! A commitment binds bytes, so the same body must never have two spellings, and what is read back must be what was written.
//! This module knows nothing of what a body says.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::ops::Range;

use serde::Serialize;
use serde::ser;
use serde_json::Value;

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
    write(value, Large::Refused)
}

/// Whether the bytes are JSON in its canonical form.
///
/// ```
/// assert!(ledger::canonical::is_canonical(br#"{"a":1,"b":[]}"#));
/// assert!(!ledger::canonical::is_canonical(br#"{"b":[],"a":1}"#));
/// ```
#[must_use]
pub fn is_canonical(bytes: &[u8]) -> bool {
    serde_json::from_slice::<Value>(bytes)
        .is_ok_and(|value| write(&value, Large::AsDouble).is_ok_and(|canonical| canonical == bytes))
}

fn write(value: &impl Serialize, large: Large) -> Result<Vec<u8>, CanonicalError> {
    let mut out = Vec::with_capacity(256);
    value.serialize(Writer {
        out: &mut out,
        large,
    })?;
    Ok(out)
}

/// Whole numbers below 2⁵³ have a double of their own.
const EXACT: u64 = 1 << f64::MANTISSA_DIGITS;

/// What becomes of larger whole numbers.
#[derive(Clone, Copy)]
enum Large {
    /// They are an error: someone wants to keep all their digits.
    Refused,
    /// They are doubles, as all numbers are that have been read from JSON.
    AsDouble,
}

/// Writes a value in one pass. A formatter for a general JSON writer won't do: that writes `null` for a number that isn't finite,
/// before the formatter sees it, and hands over whole numbers without asking whether their digits matter.
struct Writer<'o> {
    out: &'o mut Vec<u8>,
    large: Large,
}

type Written = Result<(), CanonicalError>;

impl<'o> Writer<'o> {
    fn put(self, bytes: &[u8]) -> Written {
        self.out.extend_from_slice(bytes);
        Ok(())
    }

    fn whole(self, number: i128) -> Written {
        let exact = i64::try_from(number)
            .ok()
            .filter(|number| number.unsigned_abs() < EXACT);
        match (exact, self.large) {
            (Some(number), _) => {
                serde_json::to_writer(self.out, &number).map_err(CanonicalError::NotJson)
            }
            (None, Large::Refused) => Err(CanonicalError::TooLarge(number)),
            (None, Large::AsDouble) => self.double(number as f64),
        }
    }

    fn double(self, number: f64) -> Written {
        if !number.is_finite() {
            return Err(CanonicalError::NotFinite(number));
        }
        serde_json_canonicalizer::to_writer(&number, self.out).map_err(CanonicalError::NotJson)
    }

    fn text(self, text: &str) -> Written {
        // The same escapes, for the same characters, as RFC 8785 §3.2.2.2.
        serde_json::to_writer(self.out, text).map_err(CanonicalError::NotJson)
    }

    /// `{"name":`, for a variant that holds something.
    fn open_variant(&mut self, name: &'static str) -> Written {
        self.out.push(b'{');
        self.reborrow().text(name)?;
        self.out.push(b':');
        Ok(())
    }

    fn reborrow(&mut self) -> Writer<'_> {
        Writer {
            out: self.out,
            large: self.large,
        }
    }

    fn list(self, close: &'static [u8]) -> List<'o> {
        self.out.push(b'[');
        List {
            writer: self,
            empty: true,
            close,
        }
    }

    fn object(self, close: &'static [u8]) -> Object<'o> {
        self.out.push(b'{');
        Object {
            start: self.out.len(),
            writer: self,
            members: Vec::new(),
            key: None,
            close,
        }
    }
}

/// An array that is being written.
struct List<'o> {
    writer: Writer<'o>,
    empty: bool,
    close: &'static [u8],
}

impl List<'_> {
    fn add<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        if !std::mem::replace(&mut self.empty, false) {
            self.writer.out.push(b',');
        }
        value.serialize(self.writer.reborrow())
    }
}

/// A member of an object that has been written: its key, and where its bytes stand.
struct Member {
    key: Cow<'static, str>,
    bytes: Range<usize>,
}

/// An object that is being written. Members are written as they come and put in order at the end, if they aren't.
struct Object<'o> {
    writer: Writer<'o>,
    /// Where the first member starts.
    start: usize,
    members: Vec<Member>,
    /// A map's key whose value is to come.
    key: Option<String>,
    close: &'static [u8],
}

impl Object<'_> {
    fn add<T: Serialize + ?Sized>(&mut self, key: Cow<'static, str>, value: &T) -> Written {
        if !self.members.is_empty() {
            self.writer.out.push(b',');
        }
        let from = self.writer.out.len();
        self.writer.reborrow().text(&key)?;
        self.writer.out.push(b':');
        value.serialize(self.writer.reborrow())?;
        self.members.push(Member {
            key,
            bytes: from..self.writer.out.len(),
        });
        Ok(())
    }

    fn close(mut self) -> Written {
        if !self
            .members
            .is_sorted_by(|one, two| in_order(&one.key, &two.key).is_lt())
        {
            self.sort()?;
        }
        self.writer.put(self.close)
    }

    fn sort(&mut self) -> Written {
        self.members
            .sort_by(|one, two| in_order(&one.key, &two.key));
        if let Some([twice, _]) = self
            .members
            .array_windows()
            .find(|[one, two]| one.key == two.key)
        {
            return Err(ser::Error::custom(format!(
                "the key {:?} stands twice",
                twice.key
            )));
        }
        let written = self.writer.out.split_off(self.start);
        for (place, member) in self.members.iter().enumerate() {
            if place > 0 {
                self.writer.out.push(b',');
            }
            let bytes = member.bytes.start - self.start..member.bytes.end - self.start;
            self.writer
                .out
                .extend_from_slice(written.get(bytes).unwrap_or_default());
        }
        Ok(())
    }
}

/// The order of keys: by UTF-16 code units, which for ASCII is that of the bytes.
fn in_order(one: &str, two: &str) -> Ordering {
    if one.is_ascii() && two.is_ascii() {
        one.cmp(two)
    } else {
        one.encode_utf16().cmp(two.encode_utf16())
    }
}

/// A map's key: a string, or what has a string of its own.
fn key_of<T: Serialize + ?Sized>(key: &T) -> Result<String, CanonicalError> {
    match serde_json::to_value(key).map_err(CanonicalError::NotJson)? {
        Value::String(key) => Ok(key),
        Value::Number(key) => Ok(key.to_string()),
        Value::Bool(key) => Ok(key.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => {
            Err(ser::Error::custom("a key must be a string"))
        }
    }
}

macro_rules! whole_numbers {
    ($($method:ident($number:ty);)*) => {
        $(fn $method(self, number: $number) -> Written {
            self.whole(i128::from(number))
        })*
    };
}

impl<'o> ser::Serializer for Writer<'o> {
    type Ok = ();
    type Error = CanonicalError;
    type SerializeSeq = List<'o>;
    type SerializeTuple = List<'o>;
    type SerializeTupleStruct = List<'o>;
    type SerializeTupleVariant = List<'o>;
    type SerializeMap = Object<'o>;
    type SerializeStruct = Object<'o>;
    type SerializeStructVariant = Object<'o>;

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

    fn serialize_u128(self, number: u128) -> Written {
        self.whole(i128::try_from(number).unwrap_or(i128::MAX))
    }

    fn serialize_f32(self, number: f32) -> Written {
        self.double(f64::from(number))
    }

    fn serialize_f64(self, number: f64) -> Written {
        self.double(number)
    }

    fn serialize_bool(self, value: bool) -> Written {
        self.put(if value { b"true" } else { b"false" })
    }

    fn serialize_char(self, value: char) -> Written {
        self.text(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Written {
        self.text(value)
    }

    fn serialize_bytes(self, value: &[u8]) -> Written {
        value.serialize(self)
    }

    fn serialize_none(self) -> Written {
        self.put(b"null")
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Written {
        self.put(b"null")
    }

    fn serialize_unit_struct(self, _: &'static str) -> Written {
        self.put(b"null")
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, name: &'static str) -> Written {
        self.text(name)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Written {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        mut self,
        _: &'static str,
        _: u32,
        name: &'static str,
        value: &T,
    ) -> Written {
        self.open_variant(name)?;
        value.serialize(self.reborrow())?;
        self.put(b"}")
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<List<'o>, CanonicalError> {
        Ok(self.list(b"]"))
    }

    fn serialize_tuple(self, _: usize) -> Result<List<'o>, CanonicalError> {
        Ok(self.list(b"]"))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<List<'o>, CanonicalError> {
        Ok(self.list(b"]"))
    }

    fn serialize_tuple_variant(
        mut self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<List<'o>, CanonicalError> {
        self.open_variant(name)?;
        Ok(self.list(b"]}"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Object<'o>, CanonicalError> {
        Ok(self.object(b"}"))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Object<'o>, CanonicalError> {
        Ok(self.object(b"}"))
    }

    fn serialize_struct_variant(
        mut self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Object<'o>, CanonicalError> {
        self.open_variant(name)?;
        Ok(self.object(b"}}"))
    }
}

macro_rules! lists {
    ($($part:ident: $method:ident;)*) => {
        $(impl ser::$part for List<'_> {
            type Ok = ();
            type Error = CanonicalError;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
                self.add(value)
            }

            fn end(self) -> Written {
                self.writer.put(self.close)
            }
        })*
    };
}

lists! {
    SerializeSeq: serialize_element;
    SerializeTuple: serialize_element;
    SerializeTupleStruct: serialize_field;
    SerializeTupleVariant: serialize_field;
}

macro_rules! structs {
    ($($part:ident;)*) => {
        $(impl ser::$part for Object<'_> {
            type Ok = ();
            type Error = CanonicalError;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Written {
                self.add(Cow::Borrowed(key), value)
            }

            fn end(self) -> Written {
                self.close()
            }
        })*
    };
}

structs! {
    SerializeStruct;
    SerializeStructVariant;
}

impl ser::SerializeMap for Object<'_> {
    type Ok = ();
    type Error = CanonicalError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Written {
        self.key = Some(key_of(key)?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        let key = self
            .key
            .take()
            .ok_or_else(|| ser::Error::custom("a value without a key"))?;
        self.add(Cow::Owned(key), value)
    }

    fn end(self) -> Written {
        self.close()
    }
}
