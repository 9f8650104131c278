//! How ids, days and figures are written in JSON, for the schemas of what can be asked.
//!
//! The rest derives its schema; these write and read themselves, so their schemas are told here.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::figure::Amount;
use crate::id::{
    CommandId, Digest, ItemId, Name, PersonId, PostId, ProgramId, RatingId, Ticket, UnitId,
};
use crate::rating::{Code, Level};
use crate::record::{Value, Values};
use crate::{Date, Note};

macro_rules! schemas {
    ($($type:ident $schema:tt)*) => {$(
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    )*};
}

schemas! {
    UnitId { "description": "A unit.", "type": "string", "examples": ["t01"] }
    PersonId { "description": "A person: a pseudonym.", "type": "string", "examples": ["p00017"] }
    Name {
        "description": "Something the rulebook names: a form, field, service, role, category, honour, ladder.",
        "type": "string"
    }
    PostId { "description": "A post of a unit.", "type": "string" }
    ProgramId { "description": "A program that sends commands.", "type": "string" }
    CommandId {
        "description": "The idempotency key of a command.",
        "type": "string",
        "pattern": "^[0-9a-fA-F]{32}$"
    }
    ItemId {
        "description": "An item of the vault.",
        "type": "string",
        "pattern": "^[0-9a-fA-F]{32}$"
    }
    Ticket {
        "description": "What is kept of a code: the first 16 bytes of a digest of it.",
        "type": "string",
        "pattern": "^[0-9a-fA-F]{32}$"
    }
    RatingId { "description": "A rating.", "type": "string", "pattern": "^[0-9a-fA-F]{32}$" }
    Digest {
        "description": "A SHA-256 digest.",
        "type": "string",
        "pattern": "^[0-9a-fA-F]{64}$"
    }
    Code {
        "description": "A code: 16 random bytes, drawn by whoever invites.",
        "type": "string",
        "pattern": "^[0-9a-fA-F]{32}$"
    }
    Date { "description": "A day.", "type": "string", "format": "date", "examples": ["2026-12-10"] }
    Level {
        "description": "A level, 1 the lowest; `null` is \"can't say\".",
        "type": "integer",
        "minimum": 1,
        "maximum": 5
    }
    Amount {
        "description": "A figure, or why there is none.",
        "anyOf": [{ "type": "number" }, { "enum": ["missing", "not-applicable"] }]
    }
    Note {
        "description": "A text or file that lies in the vault: its id there and its salted digest.",
        "type": "object",
        "properties": {
            "item": { "type": "string", "pattern": "^[0-9a-fA-F]{32}$" },
            "digest": { "type": "string", "pattern": "^[0-9a-fA-F]{64}$" }
        },
        "required": ["item", "digest"],
        "additionalProperties": false
    }
}

impl JsonSchema for Values {
    fn schema_name() -> Cow<'static, str> {
        "Values".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Field (or column) → what stands in it.",
            "type": "object",
            "additionalProperties": generator.subschema_for::<Value>()
        })
    }
}
