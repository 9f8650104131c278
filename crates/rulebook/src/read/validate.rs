//! Checks a tree against its JSON Schema and reports every problem with its place and a remedy.
//!
//! This is the only gate: what passes decodes, and the schema that editors use is the one enforced here. The keywords
//! known are those of [`crate::schema::keywords`].

use std::ops::Range;

use super::codes;
use super::tree::{Content, Entry, Node};
use super::wording;
use crate::diagnostic::{Diagnostic, Place, Spot};
use crate::schema::{Pattern, Variant, View, halves};
use crate::{Say, say};

/// All problems of a file's tree, in order of place.
pub(crate) fn validate(file: &str, text: &str, root: &Node, schema: View<'_>) -> Vec<Diagnostic> {
    let mut check = Check {
        file,
        text,
        findings: Vec::new(),
    };
    check.value(root, schema);
    check.findings.sort_by_key(|(start, _)| *start);
    check
        .findings
        .into_iter()
        .map(|(_, finding)| finding)
        .collect()
}

struct Check<'a> {
    file: &'a str,
    text: &'a str,
    findings: Vec<(usize, Diagnostic)>,
}

impl Check<'_> {
    fn report(&mut self, code: &'static str, span: &Range<usize>, problem: Say, remedy: Say) {
        // The root table has no place of its own.
        let spot = if span.is_empty() {
            Spot::Whole
        } else {
            Spot::Bytes(span.clone())
        };
        let place = Place {
            file: self.file.to_owned(),
            spot,
        };
        self.findings.push((
            span.start,
            Diagnostic::error(code, place, problem).remedy(remedy),
        ));
    }

    fn value(&mut self, node: &Node, schema: View<'_>) {
        if matches!(node.content, Content::Unread) {
            return;
        }
        if let Some(variants) = schema.variants() {
            return self.choice(node, schema, &variants);
        }
        match (schema.text("type"), &node.content) {
            (Some("object"), Content::Table(entries)) => self.table(node, entries, schema),
            (Some("array"), Content::List(items)) => self.list(node, items, schema),
            (Some("string"), Content::Text(text)) => self.text(node, text, schema),
            (Some("boolean"), Content::Truth(_)) => {}
            (Some("number" | "integer"), Content::Whole(number)) => {
                self.whole(node, *number, schema)
            }
            (Some("number"), Content::Real(number)) => self.number(node, *number, schema),
            _ => self.wrong_type(node, schema),
        }
    }

    fn wrong_type(&mut self, node: &Node, schema: View<'_>) {
        let (want, got) = (wording::expected(schema), wording::found(&node.content));
        let problem = Say {
            zh: format!("这里应写{},写的却是{}", want.zh, got.zh),
            en: format!("{} is expected here, not {}", want.en, got.en),
        };
        let raw = self.text.get(node.span.clone()).unwrap_or_default();
        let remedy = match Pattern::named(schema.text("pattern").unwrap_or_default()) {
            Some(Pattern::Period) => say!(
                "给期加上引号,如 \"2026-01\"。",
                "Put the period in quotes, such as \"2026-01\"."
            ),
            _ => wording::instead(schema, &node.content, raw),
        };
        self.report(codes::WRONG_TYPE, &node.span, problem, remedy);
    }

    // Tables

    fn table(&mut self, node: &Node, entries: &[Entry], schema: View<'_>) {
        for entry in entries {
            match schema.child(&entry.key) {
                Some(child) => {
                    self.key_pattern(entry, schema);
                    self.value(&entry.value, child);
                }
                None => self.unknown_key(entry, schema),
            }
        }
        let missing = schema
            .required()
            .filter(|key| entries.iter().all(|entry| entry.key != *key));
        for key in missing {
            self.missing_key(node, key, schema);
        }
        if wording::number(schema, "minProperties").is_some() && entries.is_empty() {
            let remedy = say!(
                "至少写一种语言:{{ zh = \"…\" }}。",
                "Write at least one language: {{ en = \"…\" }}."
            );
            self.report(
                codes::EMPTY,
                &node.span,
                say!("这里是空的", "this is empty"),
                remedy,
            );
        }
    }

    fn unknown_key(&mut self, entry: &Entry, schema: View<'_>) {
        let key = &entry.key;
        let known = || schema.properties().map(|(name, _)| name);
        self.report(
            codes::UNKNOWN_KEY,
            &entry.span,
            say!("没有 {key} 这个键", "there is no key {key} here"),
            wording::advice(wording::meant(key, known()), &wording::list(known())),
        );
    }

    fn missing_key(&mut self, node: &Node, key: &str, schema: View<'_>) {
        let (zh, en) = schema
            .child(key)
            .map_or(("", ""), |child| halves(child.help()));
        self.report(
            codes::MISSING_KEY,
            &node.span,
            say!("缺少键 {key}", "the key {key} is missing"),
            say!("加上 {key} = …:{zh}", "Add {key} = …: {en}"),
        );
    }

    fn key_pattern(&mut self, entry: &Entry, schema: View<'_>) {
        let pattern = schema
            .get("propertyNames")
            .and_then(|names| names.get("pattern")?.as_str());
        if let Some(pattern) = pattern.and_then(Pattern::named)
            && !pattern.matches(&entry.key)
        {
            self.mismatch(pattern, &entry.key, &entry.span);
        }
    }

    // Lists

    fn list(&mut self, node: &Node, items: &[Node], schema: View<'_>) {
        if items.is_empty() && wording::number(schema, "minItems").is_some() {
            let (zh, en) = halves(schema.help());
            let remedy = say!("至少写一项:{zh}", "Write at least one item: {en}");
            self.report(
                codes::EMPTY,
                &node.span,
                say!("列表是空的", "the list is empty"),
                remedy,
            );
        }
        if let Some(schema) = schema.items() {
            items.iter().for_each(|item| self.value(item, schema));
        }
    }

    // Texts

    fn text(&mut self, node: &Node, text: &str, schema: View<'_>) {
        if let Some(pattern) = schema.text("pattern").and_then(Pattern::named)
            && !pattern.matches(text)
        {
            self.mismatch(pattern, text, &node.span);
        }
    }

    fn mismatch(&mut self, pattern: Pattern, text: &str, span: &Range<usize>) {
        let (code, problem, remedy) = match pattern {
            Pattern::Id => (
                codes::BAD_ID,
                say!("“{text}”不能作标识", "“{text}” can't be an id"),
                say!(
                    "只用英文字母、数字和 . _ -,以字母、数字或 _ 开头。",
                    "Use letters, digits and . _ - only; start with a letter, a digit or _."
                ),
            ),
            Pattern::Period => (
                codes::BAD_PERIOD,
                say!("“{text}”不是一个期", "“{text}” is no period"),
                say!(
                    "写作 2026、2026-H1、2026-Q1 或 2026-01。",
                    "Write 2026, 2026-H1, 2026-Q1 or 2026-01."
                ),
            ),
            Pattern::Day => (
                codes::BAD_DATE,
                say!("“{text}”不是一个日期", "“{text}” is no date"),
                say!(
                    "写作 2026-10-01,须是历书上有的日子。",
                    "Write it as 2026-10-01; the calendar must have such a day."
                ),
            ),
            Pattern::Visible => (
                codes::EMPTY,
                say!("文字是空的", "the text is empty"),
                say!(
                    "写上文字,或删去这个键。",
                    "Write something, or remove the key."
                ),
            ),
            Pattern::Language => (
                codes::BAD_LANGUAGE,
                say!("“{text}”不是语言标签", "“{text}” is no language tag"),
                say!(
                    "写作 zh、en 或 zh-Hant 之类。",
                    "Write a tag such as zh, en or zh-Hant."
                ),
            ),
        };
        self.report(code, span, problem, remedy);
    }

    // Numbers

    fn whole(&mut self, node: &Node, number: Option<i128>, schema: View<'_>) {
        #[expect(
            clippy::cast_precision_loss,
            reason = "compared with bounds far below 2^53"
        )]
        match number {
            Some(number) => self.number(node, number as f64, schema),
            None => self.number(node, f64::INFINITY, schema),
        }
    }

    fn number(&mut self, node: &Node, number: f64, schema: View<'_>) {
        if !number.is_finite() {
            let raw = self.text.get(node.span.clone()).unwrap_or_default();
            let problem = say!(
                "{raw} 不是可以计算的数",
                "{raw} is no number one can count with"
            );
            let remedy = say!(
                "写一个普通的数;没有就删去这个键。",
                "Write an ordinary number, or remove the key."
            );
            return self.report(codes::NOT_FINITE, &node.span, problem, remedy);
        }
        let below = wording::number(schema, "minimum").filter(|least| number < *least);
        let above = wording::number(schema, "maximum").filter(|most| number > *most);
        let not_above =
            wording::number(schema, "exclusiveMinimum").filter(|bound| number <= *bound);
        let remedy = match (below, above, not_above) {
            (Some(least), _, _) => say!(
                "写不小于 {least} 的数。",
                "Write a number of at least {least}."
            ),
            (_, Some(most), _) => say!(
                "写不大于 {most} 的数。",
                "Write a number of at most {most}."
            ),
            (_, _, Some(bound)) => say!("写大于 {bound} 的数。", "Write a number above {bound}."),
            _ => return,
        };
        let problem = say!(
            "{number} 超出允许的范围",
            "{number} is outside the range allowed"
        );
        self.report(codes::OUT_OF_RANGE, &node.span, problem, remedy);
    }

    // Choices

    fn choice(&mut self, node: &Node, schema: View<'_>, variants: &[Variant<'_>]) {
        match &node.content {
            Content::Text(text) => self.chosen_by_text(node, text, variants),
            Content::Table(entries) => self.chosen_by_table(node, entries, variants),
            content => {
                let got = wording::found(content);
                let (zh, en) = halves(schema.help());
                let problem = Say {
                    zh: format!("这里应选一种写法,写的却是{}({zh})", got.zh),
                    en: format!("a choice is expected here, not {} ({en})", got.en),
                };
                self.report(
                    codes::WRONG_TYPE,
                    &node.span,
                    problem,
                    wording::advice(None, &forms(variants)),
                );
            }
        }
    }

    fn chosen_by_text(&mut self, node: &Node, text: &str, variants: &[Variant<'_>]) {
        match variants.iter().find(|variant| variant.name == text) {
            Some(Variant { inner: None, .. }) => {}
            Some(variant) => {
                let form = wording::form(variant);
                let problem = say!("{text} 还要写明它的值", "{text} needs its values");
                self.report(
                    codes::CHOICE_FORM,
                    &node.span,
                    problem,
                    say!("写作 {form}。", "Write {form}."),
                );
            }
            None => self.unknown_choice(&node.span, text, variants),
        }
    }

    fn unknown_choice(&mut self, span: &Range<usize>, text: &str, variants: &[Variant<'_>]) {
        let names = variants.iter().map(|variant| variant.name);
        let meant = wording::meant(text, names);
        let meant = variants
            .iter()
            .find(|variant| Some(variant.name) == meant)
            .map(wording::form);
        let problem = say!("没有“{text}”这种写法", "“{text}” isn't one of the choices");
        self.report(
            codes::UNKNOWN_CHOICE,
            span,
            problem,
            wording::advice(meant.as_deref(), &forms(variants)),
        );
    }

    fn chosen_by_table(&mut self, node: &Node, entries: &[Entry], variants: &[Variant<'_>]) {
        for entry in entries {
            self.chosen(entry, variants);
        }
        if entries.is_empty() {
            let remedy = wording::advice(None, &forms(variants));
            self.report(
                codes::EMPTY,
                &node.span,
                say!("没有选定写法", "nothing is chosen here"),
                remedy,
            );
        }
        let known: Vec<&Entry> = entries
            .iter()
            .filter(|e| variants.iter().any(|v| v.name == e.key))
            .collect();
        if let [_, second, ..] = known.as_slice() {
            let names = wording::list(known.iter().map(|entry| entry.key.as_str()));
            let problem = Say {
                zh: format!("只能选一种,却写了 {}", names.zh),
                en: format!("one choice is allowed, not {}", names.en),
            };
            self.report(
                codes::SEVERAL_CHOICES,
                &second.span,
                problem,
                say!("只留一种。", "Keep one."),
            );
        }
    }

    fn chosen(&mut self, entry: &Entry, variants: &[Variant<'_>]) {
        let key = &entry.key;
        match variants.iter().find(|variant| variant.name == key) {
            Some(Variant {
                inner: Some(inner), ..
            }) => self.value(&entry.value, *inner),
            Some(Variant { inner: None, .. }) => {
                let problem = say!("{key} 不带值", "{key} takes no value");
                let remedy = say!(
                    "只写 \"{key}\",不用花括号。",
                    "Write just \"{key}\", without braces."
                );
                self.report(codes::CHOICE_FORM, &entry.span, problem, remedy);
            }
            None => self.unknown_choice(&entry.span, key, variants),
        }
    }
}

/// How the choices are written; of many, only their names.
fn forms(variants: &[Variant<'_>]) -> Say {
    if variants.len() > 6 {
        return wording::list(variants.iter().map(|variant| variant.name));
    }
    let forms: Vec<String> = variants.iter().map(wording::form).collect();
    wording::list(forms.iter().map(String::as_str))
}
