//! Which sheets a workbook has and which columns: as the schemas of the files say.

use serde_json::Value;

use crate::schema::{self, FileKind, View};

/// What stands in the cells of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A text as it is; one of these, where any are listed.
    Word(Vec<String>),
    Number,
    Truth,
    /// A text in several languages: one column each.
    Languages,
    /// A value in TOML.
    Toml,
}

/// A key, as a column (or, for [`Kind::Languages`], several).
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub name: String,
    pub kind: Kind,
    /// Its help text: Chinese, then English.
    pub help: String,
}

/// A sheet of items, or of what stands at the root of files.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub sheet: String,
    pub file: FileKind,
    /// The list whose items are rows; `None` for the root of files.
    pub list: Option<String>,
    pub keys: Vec<Key>,
}

impl Shape {
    pub(super) fn key(&self, name: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

/// The sheets of all kinds of files, in order.
pub(super) fn shapes() -> Vec<Shape> {
    FileKind::ALL.into_iter().flat_map(shapes_of).collect()
}

fn shapes_of(file: FileKind) -> Vec<Shape> {
    let schema: Value = schema::schema(file);
    let root = View::root(&schema);
    let root_keys = root.properties().filter(|(_, view)| items(*view).is_none());
    let mut shapes = vec![Shape {
        sheet: root_sheet(file).to_owned(),
        file,
        list: None,
        keys: root_keys.map(|(name, view)| key(name, view)).collect(),
    }];
    for (name, view) in root.properties() {
        if let Some(items) = items(view) {
            shapes.push(Shape {
                sheet: name.to_owned(),
                file,
                list: Some(name.to_owned()),
                keys: items
                    .properties()
                    .map(|(name, view)| key(name, view))
                    .collect(),
            });
        }
    }
    shapes
}

/// The schema of a list's items, where these are tables with keys of their own.
fn items(view: View<'_>) -> Option<View<'_>> {
    view.items()
        .filter(|items| items.properties().next().is_some())
}

fn root_sheet(file: FileKind) -> &'static str {
    match file {
        FileKind::Campaign => "campaign",
        FileKind::Measures => "measures",
        FileKind::Form => "forms",
        FileKind::Scheme => "schemes",
        FileKind::Services => "services",
        FileKind::Honour => "honours",
        FileKind::Ladder => "ladders",
    }
}

fn key(name: &str, view: View<'_>) -> Key {
    Key {
        name: name.to_owned(),
        kind: kind(view),
        help: view.help().to_owned(),
    }
}

fn kind(view: View<'_>) -> Kind {
    if let Some(variants) = view.variants() {
        let plain = variants.iter().all(|variant| variant.inner.is_none());
        let names = || {
            variants
                .iter()
                .map(|variant| variant.name.to_owned())
                .collect()
        };
        return if plain {
            Kind::Word(names())
        } else {
            Kind::Toml
        };
    }
    match view.text("type") {
        Some("string") => Kind::Word(Vec::new()),
        Some("number" | "integer") => Kind::Number,
        Some("boolean") => Kind::Truth,
        Some("object") if view.properties().next().is_none() && view.other_keys().is_some() => {
            Kind::Languages
        }
        _ => Kind::Toml,
    }
}
