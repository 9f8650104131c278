//! Words the checker's messages share: what a value is called, what a schema asks for, what was probably meant.

use serde_json::Value;

use super::tree::Content;
use crate::schema::{Variant, View};
use crate::{Say, say};

/// What a clerk calls the value.
pub(crate) fn found(content: &Content) -> Say {
    match content {
        Content::Text(text) if text.chars().count() <= 40 => {
            say!("文字“{text}”", "the text “{text}”")
        }
        Content::Text(_) => say!("一段文字", "a text"),
        Content::Whole(Some(number)) => say!("数 {number}", "the number {number}"),
        Content::Whole(None) => say!("一个很长的数", "a very long number"),
        Content::Real(number) => say!("数 {number}", "the number {number}"),
        Content::Truth(truth) => say!("{truth}", "{truth}"),
        Content::Date => say!("日期", "a date"),
        Content::List(_) => say!("列表", "a list"),
        Content::Table(_) => say!("表", "a table"),
        Content::Unread => say!("读不出的内容", "something that can't be read"),
    }
}

/// What a schema asks for.
pub(crate) fn expected(schema: View<'_>) -> Say {
    if schema.variants().is_some() {
        return say!("一种规定的写法", "one of the choices");
    }
    match schema.text("type") {
        Some("string") => say!("文字", "a text"),
        Some("integer") => say!("整数", "a whole number"),
        Some("number") => say!("数", "a number"),
        Some("boolean") => say!("“true”或“false”", "true or false"),
        Some("array") => say!("列表", "a list"),
        _ => say!("表", "a table"),
    }
}

/// What to write instead of a value of the wrong type; `raw` is how it is written now.
pub(crate) fn instead(schema: View<'_>, content: &Content, raw: &str) -> Say {
    match (schema.text("type"), content) {
        (Some("number" | "integer"), Content::Text(text)) if text.trim().parse::<f64>().is_ok() => {
            let number = text.trim();
            say!(
                "去掉引号,写作 {number}。",
                "Take the quotes away: {number}."
            )
        }
        (Some("number" | "integer"), Content::Text(text)) if text.trim().ends_with('%') => {
            say!(
                "写成小数,不带 %:95% 写作 0.95。",
                "Write a decimal without %: 0.95 for 95%."
            )
        }
        (Some("number"), _) => say!(
            "写一个数,如 20 或 0.95,不加引号。",
            "Write a number such as 20 or 0.95, without quotes."
        ),
        (Some("integer"), _) => say!("写一个整数,如 3。", "Write a whole number such as 3."),
        (Some("boolean"), _) => say!(
            "写 true 或 false,不加引号。",
            "Write true or false, without quotes."
        ),
        (Some("string"), Content::List(_) | Content::Table(_)) => {
            say!("写一段带引号的文字。", "Write a text in quotes.")
        }
        (Some("string"), _) => say!("加上引号:\"{raw}\"。", "Put it in quotes: \"{raw}\"."),
        (Some("array"), _) => list_instead(schema, content, raw),
        _ => table_instead(schema, content),
    }
}

fn list_instead(schema: View<'_>, content: &Content, raw: &str) -> Say {
    match content {
        Content::Table(_) if raw.starts_with('[') => say!(
            "表头改用双方括号:[{raw}]。",
            "Write the header in double brackets: [{raw}]."
        ),
        Content::Table(_) => say!("放进方括号:[{{ … }}]。", "Put it in brackets: [{{ … }}]."),
        _ if raw.chars().count() <= 40
            && schema
                .items()
                .is_some_and(|items| items.text("type") != Some("object")) =>
        {
            say!("放进方括号:[{raw}]。", "Put it in brackets: [{raw}].")
        }
        _ => say!("写一个列表:[…, …]。", "Write a list: […, …]."),
    }
}

fn table_instead(schema: View<'_>, content: &Content) -> Say {
    if schema.other_keys().is_some() {
        let text = if let Content::Text(text) = content {
            text.as_str()
        } else {
            "…"
        };
        return say!(
            "写明语言:{{ zh = \"{text}\" }}。",
            "Name the language: {{ en = \"{text}\" }}."
        );
    }
    let sample = sample(schema);
    say!("写作 {sample}。", "Write {sample}.")
}

/// A table as it might be written, with the keys it must have.
pub(crate) fn sample(schema: View<'_>) -> String {
    let written: Vec<String> = schema.required().map(|key| format!("{key} = …")).collect();
    if written.is_empty() {
        return "{}".to_owned();
    }
    format!("{{ {} }}", written.join(", "))
}

/// How a choice is written.
pub(crate) fn form(variant: &Variant<'_>) -> String {
    let name = variant.name;
    match variant.inner {
        None => format!("\"{name}\""),
        Some(inner) if inner.text("type") == Some("object") => {
            format!("{{ {name} = {} }}", sample(inner))
        }
        Some(inner) => format!(
            "{{ {name} = {} }}",
            if inner.text("type") == Some("string") {
                "\"…\""
            } else {
                "…"
            }
        ),
    }
}

/// Names one after the other.
pub(crate) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> Say {
    let names: Vec<&str> = names.into_iter().collect();
    Say {
        zh: names.join("、"),
        en: names.join(", "),
    }
}

/// The candidate that was probably meant.
pub(crate) fn meant<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let plain = |text: &str| text.to_lowercase().replace(['-', ' '], "_");
    let written = plain(written);
    let allowed = (written.chars().count() / 3).max(1);
    let near = candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&written, &plain(candidate)), candidate));
    near.filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// “Did you mean …?”, where something was, and then what is allowed.
pub(crate) fn advice(meant: Option<&str>, allowed: &Say) -> Say {
    let Say { zh, en } = allowed;
    match meant {
        Some(meant) => Say {
            zh: format!("是不是想写 {meant}?可用的有:{zh}。"),
            en: format!("Did you mean {meant}? Allowed here: {en}."),
        },
        None => Say {
            zh: format!("可用的有:{zh}。"),
            en: format!("Allowed here: {en}."),
        },
    }
}

/// A bound, as a schema gives it.
pub(crate) fn number(schema: View<'_>, keyword: &str) -> Option<f64> {
    schema.get(keyword).and_then(Value::as_f64)
}
