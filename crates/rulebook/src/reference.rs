//! The references in `docs/`: the campaign language, made from the schemas (every file, key, type and choice with its help
//! text), and the codes of findings, made from the lists that stand beside what reports them.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value;

use crate::schema::{FileKind, Variant, View, halves, schema};
use crate::{Say, check, figures, grid, organisation, read, say, workbook};

/// The reference as Markdown, in Chinese and English side by side.
#[must_use]
pub fn reference() -> String {
    let mut out = String::from(HEAD);
    let schemas: Vec<(FileKind, Value)> = FileKind::ALL
        .into_iter()
        .map(|kind| (kind, schema(kind)))
        .collect();
    for (kind, schema) in &schemas {
        let _ = write!(out, "\n## {}\n", kind.pattern());
        describe(&mut out, View::root(schema));
    }
    out.push_str("\n## 类型 · Types\n");
    let mut seen = Vec::new();
    for (_, schema) in &schemas {
        let mut types = Vec::new();
        mentioned(View::root(schema), &mut types);
        for (name, view) in types {
            if !seen.contains(&name) {
                seen.push(name);
                let _ = write!(out, "\n### {name}\n");
                describe(&mut out, view);
            }
        }
    }
    out
}

const HEAD: &str = "# 活动语言参考 · Language reference

由类型生成,不要手改:`UPDATE=1 cargo test -p rulebook reference`。
Made from the types, don't edit: `UPDATE=1 cargo test -p rulebook reference`.

活动文件夹里的文件是 TOML,用 UTF-8(或 GB18030)编码。没有列出的键是错误。
The files of a campaign folder are TOML in UTF-8 (or GB18030). A key that isn't listed is an error.
";

/// Where findings come up, and the codes of each: code, what it means in Chinese, in English.
///
/// A code stands once in its list. One that stands in several lists means the same in each, said for another kind of file.
#[must_use]
pub fn codes() -> [(Say, Codes); 6] {
    [
        (say!("读文件", "files"), read::CODES),
        (say!("细则的意思", "meaning"), check::CODES),
        (say!("任何表", "any table"), grid::CODES),
        (say!("单位名册", "units"), organisation::CODES),
        (say!("数据表", "figures"), figures::CODES),
        (say!("工作簿", "workbook"), workbook::CODES),
    ]
}

/// Code, meaning in Chinese, meaning in English.
pub type Codes = &'static [(&'static str, &'static str, &'static str)];

/// The codes of findings as Markdown, in Chinese and English side by side, by code.
#[must_use]
pub fn diagnostics() -> String {
    let mut rows: BTreeMap<&str, Vec<[String; 3]>> = BTreeMap::new();
    for (place, codes) in codes() {
        for (code, zh, en) in codes {
            let place = format!("{} {}", place.zh, place.en);
            let row = [
                place,
                format!("{}。", zh.trim_end_matches('。')),
                sentence(en),
            ];
            rows.entry(code).or_default().push(row);
        }
    }
    let mut out = String::from(DIAGNOSTICS_HEAD);
    for (code, meanings) in rows {
        for [place, zh, en] in meanings {
            row(&mut out, &[&format!("`{code}`"), &place, &zh, &en]);
        }
    }
    out
}

const DIAGNOSTICS_HEAD: &str = "# 发现的代号 · Codes of findings

由代码里的清单生成,不要手改:`UPDATE=1 cargo test -p rulebook reference`。
Made from the lists in the code, don't edit: `UPDATE=1 cargo test -p rulebook reference`.

每条发现都写明文件、位置、值和怎么改;代号不变,供程序和查找用。
Every finding names the file, the place, the value and what to do; its code is stable, for programs and for looking it up.

| 代号 code | 在哪里 where | 意思 | meaning |
| --- | --- | --- | --- |
";

/// With a capital and a full stop.
fn sentence(text: &str) -> String {
    let mut chars = text.trim_end_matches('.').chars();
    let first = chars.next().map(char::to_uppercase).into_iter().flatten();
    first.chain(chars).chain(['.']).collect()
}

/// The types a schema mentions, each once, in the order they come up.
fn mentioned<'a>(view: View<'a>, types: &mut Vec<(&'a str, View<'a>)>) {
    if let Some(name) = view.type_name() {
        if types.iter().any(|(known, _)| *known == name) {
            return;
        }
        types.push((name, view));
    }
    for (_, child) in view.properties() {
        mentioned(child, types);
    }
    for inner in view
        .variants()
        .into_iter()
        .flatten()
        .filter_map(|variant| variant.inner)
    {
        mentioned(inner, types);
    }
    if let Some(inner) = view.items() {
        mentioned(inner, types);
    }
}

fn describe(out: &mut String, view: View<'_>) {
    let (zh, en) = halves(view.text("description").unwrap_or_default());
    let _ = write!(out, "\n{}\n{}\n", one_line(zh), one_line(en));
    if let Some(variants) = view.variants() {
        choices(out, &variants);
    } else if view.properties().next().is_some() {
        keys(out, view);
    } else if let Some(pattern) = view.text("pattern") {
        let _ = write!(out, "\n`{pattern}`\n");
    }
}

fn keys(out: &mut String, view: View<'_>) {
    out.push_str(
        "\n| 键 key | 类型 type | 必写 must | 说明 | meaning |\n| --- | --- | --- | --- | --- |\n",
    );
    for (key, child) in view.properties() {
        let must = if view.required().any(|required| required == key) {
            "✓"
        } else {
            ""
        };
        let (zh, en) = halves(child.help());
        row(
            out,
            &[
                &format!("`{key}`"),
                &kind(child),
                must,
                &with_default(zh, child),
                en,
            ],
        );
    }
}

fn choices(out: &mut String, variants: &[Variant<'_>]) {
    out.push_str("\n| 写法 written | 值 value | 说明 | meaning |\n| --- | --- | --- | --- |\n");
    for Variant { name, inner, help } in variants {
        let (zh, en) = halves(help);
        let written = if inner.is_some() {
            format!("`{{ {name} = … }}`")
        } else {
            format!("`\"{name}\"`")
        };
        row(
            out,
            &[&written, &inner.map(kind).unwrap_or_default(), zh, en],
        );
    }
}

fn row(out: &mut String, cells: &[&str]) {
    let cells: Vec<String> = cells
        .iter()
        .map(|cell| one_line(cell).replace('|', "\\|"))
        .collect();
    let _ = writeln!(out, "| {} |", cells.join(" | "));
}

fn one_line(text: &str) -> String {
    text.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}

fn with_default(zh: &str, view: View<'_>) -> String {
    match view.own("default") {
        Some(default) => format!("{zh}(默认 default:`{default}`)"),
        None => zh.to_owned(),
    }
}

/// What stands under a key: a type with its bounds, or a link to one.
fn kind(view: View<'_>) -> String {
    if let Some(name) = view.type_name() {
        return format!("[{name}](#{})", name.to_lowercase());
    }
    let Say { zh, en } = match view.text("type") {
        Some("string") => say!("文字", "text"),
        Some("integer") => say!("整数", "whole number"),
        Some("number") => say!("数", "number"),
        Some("boolean") => say!("true 或 false", "true or false"),
        Some("array") => {
            let items = view.items().map(kind).unwrap_or_default();
            let least = if view.get("minItems").is_some() {
                ", ≥ 1"
            } else {
                ""
            };
            return format!("列表 list: {items}{least}");
        }
        _ => say!("表", "table"),
    };
    let bounds = [
        ("minimum", "≥"),
        ("exclusiveMinimum", ">"),
        ("maximum", "≤"),
    ];
    let bound = |(keyword, sign): (&str, &str)| Some(format!(", {sign} {}", view.get(keyword)?));
    format!(
        "{zh} {en}{}",
        bounds.into_iter().filter_map(bound).collect::<String>()
    )
}
