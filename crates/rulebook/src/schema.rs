//! The JSON Schemas of the files people write, made from the types.
//!
//! The checker enforces exactly these schemas ([`crate::read`]), the formatter orders keys by them, editors complete files
//! with the copies under `schema/`, and `docs/language-reference.md` is made from them. [`keywords`] lists all that a
//! schema may say, so a type can't ask for something nobody enforces.

use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value};

use crate::model::{CampaignFile, Day, Form, Honour, Ladder, MeasuresFile, Scheme, ServicesFile};

/// The kinds of TOML files in a campaign folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileKind {
    /// `campaign.toml`.
    Campaign,
    /// `measures.toml` and `measures/*.toml`.
    Measures,
    /// `forms/*.toml`.
    Form,
    /// `schemes/*.toml`.
    Scheme,
    /// `services.toml`.
    Services,
    /// `honours/*.toml`.
    Honour,
    /// `ladders/*.toml`.
    Ladder,
}

impl FileKind {
    /// All kinds, in the order people meet them.
    pub const ALL: [Self; 7] = [
        Self::Campaign,
        Self::Measures,
        Self::Form,
        Self::Scheme,
        Self::Services,
        Self::Honour,
        Self::Ladder,
    ];

    /// The kind of the file at a path relative to the campaign folder.
    ///
    /// ```
    /// use rulebook::FileKind;
    /// assert_eq!(FileKind::of("schemes/township.toml"), Some(FileKind::Scheme));
    /// assert_eq!(FileKind::of("schemes/old/township.toml"), None);
    /// assert_eq!(FileKind::of("README.md"), None);
    /// ```
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        match path {
            "campaign.toml" => return Some(Self::Campaign),
            "measures.toml" => return Some(Self::Measures),
            "services.toml" => return Some(Self::Services),
            _ => {}
        }
        let (folder, file) = path.split_once('/')?;
        if file.contains('/') || file.starts_with('.') || !file.ends_with(".toml") {
            return None;
        }
        match folder {
            "measures" => Some(Self::Measures),
            "forms" => Some(Self::Form),
            "schemes" => Some(Self::Scheme),
            "honours" => Some(Self::Honour),
            "ladders" => Some(Self::Ladder),
            _ => None,
        }
    }

    /// The name of its schema file, before `.schema.json`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Campaign => "campaign",
            Self::Measures => "measures",
            Self::Form => "form",
            Self::Scheme => "scheme",
            Self::Services => "services",
            Self::Honour => "honour",
            Self::Ladder => "ladder",
        }
    }

    /// Where such files stand, as shown to people.
    #[must_use]
    pub const fn pattern(self) -> &'static str {
        match self {
            Self::Campaign => "campaign.toml",
            Self::Measures => "measures.toml, measures/*.toml",
            Self::Form => "forms/*.toml",
            Self::Scheme => "schemes/*.toml",
            Self::Services => "services.toml",
            Self::Honour => "honours/*.toml",
            Self::Ladder => "ladders/*.toml",
        }
    }
}

/// The JSON Schema (draft 2020-12) of a kind of file.
#[must_use]
pub fn schema(kind: FileKind) -> Value {
    match kind {
        FileKind::Campaign => of::<CampaignFile>(),
        FileKind::Measures => of::<MeasuresFile>(),
        FileKind::Form => of::<Form>(),
        FileKind::Scheme => of::<Scheme>(),
        FileKind::Services => of::<ServicesFile>(),
        FileKind::Honour => of::<Honour>(),
        FileKind::Ladder => of::<Ladder>(),
    }
}

fn of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12()
        .with_transform(WithoutNull)
        .with_transform(WholeNumbers);
    settings
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value()
}

/// TOML has no null: an optional key is left out. So no schema offers it.
#[derive(Clone, Debug)]
struct WithoutNull;

impl Transform for WithoutNull {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(object) = schema.as_object_mut() {
            without_null_type(object);
            without_null_branch(object);
        }
        transform_subschemas(self, schema);
    }
}

fn without_null_type(object: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|t| t != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
}

fn without_null_branch(object: &mut Map<String, Value>) {
    let Some(Value::Array(branches)) = object.get("anyOf") else {
        return;
    };
    let others: Vec<&Value> = branches
        .iter()
        .filter(|b| b.get("type").is_none_or(|t| t != "null"))
        .collect();
    if let [Value::Object(only)] = others.as_slice() {
        let only = only.clone();
        object.shift_remove("anyOf");
        object.extend(only);
    }
}

/// A whole number's type bounds it; the schema says so.
#[derive(Clone, Debug)]
struct WholeNumbers;

impl Transform for WholeNumbers {
    fn transform(&mut self, schema: &mut Schema) {
        let most = match schema.get("format").and_then(Value::as_str) {
            Some("uint8") => Some(u32::from(u8::MAX)),
            Some("uint16") => Some(u32::from(u16::MAX)),
            Some("uint32") => Some(u32::MAX),
            _ => None,
        };
        if let (Some(most), Some(object)) = (most, schema.as_object_mut()) {
            object.entry("maximum").or_insert(Value::from(most));
        }
        transform_subschemas(self, schema);
    }
}

/// A pattern a text must have. The schemas use only these, so no regular-expression engine is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pattern {
    /// An id.
    Id,
    /// A period.
    Period,
    /// A date.
    Day,
    /// The tag of a language.
    Language,
    /// Anything but blanks.
    Visible,
}

impl Pattern {
    /// The pattern a schema names.
    pub(crate) fn named(regex: &str) -> Option<Self> {
        match regex {
            r"^[A-Za-z0-9_][A-Za-z0-9_.\-]*$" => Some(Self::Id),
            "^[0-9]{4}(-(H[12]|Q[1-4]|0[1-9]|1[0-2]))?$" => Some(Self::Period),
            "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" => Some(Self::Day),
            crate::model::LANGUAGE_TAG => Some(Self::Language),
            crate::model::VISIBLE => Some(Self::Visible),
            _ => None,
        }
    }

    /// Whether the text has the pattern.
    pub(crate) fn matches(self, text: &str) -> bool {
        match self {
            Self::Id => is_id(text),
            Self::Period => text.parse::<crate::Period>().is_ok(),
            Self::Day => Day(text.to_owned()).parts().is_some(),
            Self::Language => is_language(text),
            Self::Visible => text.chars().any(|c| !c.is_whitespace()),
        }
    }
}

fn is_id(text: &str) -> bool {
    let inner = |b: u8| b.is_ascii_alphanumeric() || b"_.-".contains(&b);
    text.bytes().all(inner)
        && text
            .bytes()
            .next()
            .is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let main = parts.next().unwrap_or_default();
    let letters = (2..=3).contains(&main.len()) && main.bytes().all(|b| b.is_ascii_lowercase());
    letters
        && parts.all(|p| (2..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// Every keyword the checker enforces, or that only describes.
#[must_use]
pub const fn keywords() -> &'static [&'static str] {
    &[
        "$schema",
        "$defs",
        "$ref",
        "title",
        "description",
        "format",
        "default",
        "type",
        "const",
        "oneOf",
        "properties",
        "required",
        "additionalProperties",
        "propertyNames",
        "minProperties",
        "items",
        "minItems",
        "pattern",
        "minimum",
        "maximum",
        "exclusiveMinimum",
    ]
}

/// A schema and the document its references point into: what the checker, the formatter and the reference walk along.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    root: &'a Value,
    node: &'a Value,
}

/// One alternative of a choice: written as a text, or as a table with one key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Variant<'a> {
    /// The text, or the key.
    pub name: &'a str,
    /// What stands under the key; `None` for a plain text.
    pub inner: Option<View<'a>>,
    /// Its help text.
    pub help: &'a str,
}

impl<'a> View<'a> {
    /// The schema of a whole file.
    pub(crate) fn root(root: &'a Value) -> Self {
        Self { root, node: root }
    }

    fn at(self, node: &'a Value) -> Self {
        Self { node, ..self }
    }

    /// The schema a reference stands for; itself where it is none.
    pub(crate) fn resolved(self) -> Self {
        let name = self
            .node
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|r| r.strip_prefix("#/$defs/"));
        match name.and_then(|name| self.root.get("$defs")?.get(name)) {
            Some(node) => self.at(node).resolved(),
            None => self,
        }
    }

    /// The name of the type it refers to.
    pub(crate) fn type_name(self) -> Option<&'a str> {
        self.node.get("$ref")?.as_str()?.strip_prefix("#/$defs/")
    }

    /// A keyword that stands at this very place, not in the type it refers to.
    pub(crate) fn own(self, keyword: &str) -> Option<&'a Value> {
        self.node.get(keyword)
    }

    /// A keyword of the resolved schema.
    pub(crate) fn get(self, keyword: &str) -> Option<&'a Value> {
        self.resolved().node.get(keyword)
    }

    /// A keyword of the resolved schema, as text.
    pub(crate) fn text(self, keyword: &str) -> Option<&'a str> {
        self.get(keyword)?.as_str()
    }

    /// The help text at this place, else of its type.
    pub(crate) fn help(self) -> &'a str {
        let own = self.own("description").and_then(Value::as_str);
        own.or_else(|| self.text("description")).unwrap_or_default()
    }

    /// The keys of a table with their schemas, in order.
    pub(crate) fn properties(self) -> impl Iterator<Item = (&'a str, Self)> {
        let map = self.get("properties").and_then(Value::as_object);
        map.into_iter()
            .flatten()
            .map(move |(key, node)| (key.as_str(), self.at(node)))
    }

    /// The keys a table must have.
    pub(crate) fn required(self) -> impl Iterator<Item = &'a str> {
        self.get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
    }

    /// The schema of any other key's value, where other keys are allowed.
    pub(crate) fn other_keys(self) -> Option<Self> {
        self.get("additionalProperties")
            .filter(|node| node.is_object())
            .map(|node| self.at(node))
    }

    /// The schema of a list's items.
    pub(crate) fn items(self) -> Option<Self> {
        self.get("items").map(|node| self.at(node))
    }

    /// The alternatives, where it is a choice.
    pub(crate) fn variants(self) -> Option<Vec<Variant<'a>>> {
        let branches = self.get("oneOf")?.as_array()?;
        Some(
            branches
                .iter()
                .filter_map(|branch| self.variant(branch))
                .collect(),
        )
    }

    fn variant(self, branch: &'a Value) -> Option<Variant<'a>> {
        let help = branch
            .get("description")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if let Some(name) = branch.get("const").and_then(Value::as_str) {
            return Some(Variant {
                name,
                inner: None,
                help,
            });
        }
        let (name, inner) = branch.get("properties")?.as_object()?.iter().next()?;
        Some(Variant {
            name,
            inner: Some(self.at(inner)),
            help,
        })
    }

    /// What stands under a key: a table's, or a choice's.
    pub(crate) fn child(self, key: &str) -> Option<Self> {
        if let Some(variants) = self.variants() {
            return variants
                .into_iter()
                .find(|variant| variant.name == key)?
                .inner;
        }
        self.properties()
            .find(|(name, _)| *name == key)
            .map(|(_, child)| child)
            .or_else(|| self.other_keys())
    }
}

/// The Chinese and the English half of a help text: Chinese first, to its last Chinese character or mark.
pub(crate) fn halves(help: &str) -> (&str, &str) {
    let chinese = |c: char| matches!(c, '\u{3000}'..='\u{303f}' | '\u{3400}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}');
    let end = help
        .char_indices()
        .rfind(|(_, c)| chinese(*c))
        .map_or(0, |(at, c)| at + c.len_utf8());
    let (zh, en) = help.split_at_checked(end).unwrap_or((help, ""));
    (zh.trim(), en.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(node: &Value, visit: &mut impl FnMut(&Map<String, Value>)) {
        let Value::Object(object) = node else { return };
        visit(object);
        for (keyword, inner) in object {
            match (keyword.as_str(), inner) {
                ("properties" | "$defs", Value::Object(named)) => {
                    named.values().for_each(|v| walk(v, visit))
                }
                ("items" | "additionalProperties" | "propertyNames", inner) => walk(inner, visit),
                ("oneOf", Value::Array(list)) => list.iter().for_each(|v| walk(v, visit)),
                _ => {}
            }
        }
    }

    #[test]
    fn a_schema_says_only_what_is_enforced() {
        for kind in FileKind::ALL {
            walk(&schema(kind), &mut |object| {
                for (keyword, value) in object {
                    assert!(
                        keywords().contains(&keyword.as_str()),
                        "{kind:?}: {keyword} isn't enforced"
                    );
                    if keyword == "pattern" {
                        assert!(
                            Pattern::named(value.as_str().unwrap()).is_some(),
                            "{kind:?}: {value} isn't known"
                        );
                    }
                }
                if object.contains_key("properties") {
                    assert_eq!(
                        object.get("additionalProperties"),
                        Some(&Value::Bool(false)),
                        "{object:?}"
                    );
                }
            });
        }
    }

    #[test]
    fn every_help_text_is_in_both_languages() {
        for kind in FileKind::ALL {
            walk(&schema(kind), &mut |object| {
                if let Some(help) = object.get("description").and_then(Value::as_str) {
                    let (zh, en) = halves(help);
                    assert!(!zh.is_empty() && !en.is_empty(), "{kind:?}: {help}");
                }
            });
        }
    }

    #[test]
    fn patterns_match_what_they_say() {
        for (text, yes) in [
            ("a", true),
            ("served.rate-1", true),
            ("_x", true),
            (".x", false),
            ("", false),
            ("满意", false),
        ] {
            assert_eq!(Pattern::Id.matches(text), yes, "{text}");
        }
        for (text, yes) in [
            ("zh", true),
            ("zh-Hans", true),
            ("en-GB", true),
            ("z", false),
            ("中文", false),
            ("zh-", false),
        ] {
            assert_eq!(Pattern::Language.matches(text), yes, "{text}");
        }
        for (text, yes) in [
            ("2026-10-01", true),
            ("2028-02-29", true),
            ("2026-02-29", false),
            ("2026-13-01", false),
            ("2026-00-10", false),
            ("2026-1-01", false),
            ("2026/10/01", false),
            ("+026-10-01", false),
            ("十月一日", false),
            ("2026-10-010", false),
        ] {
            assert_eq!(Pattern::Day.matches(text), yes, "{text}");
        }
    }
}
