//! Languages: every text in Chinese and in English.

use super::context::Findings;
use crate::model::{Form, Scheme, Service, Text};
use crate::trail::at;
use crate::{Campaign, Diagnostic, Place, Written, say};

/// The languages the product speaks.
const TAGS: [&str; 2] = ["zh", "en"];

/// Warns once for each file and language that texts lack.
pub(super) fn check(campaign: &Campaign, findings: &mut Findings) {
    let mut texts = campaign_texts(campaign);
    for written in &campaign.measures {
        let place = &written.place;
        let measure = &written.item;
        texts.push((at!(place, "name"), &measure.name));
        let more = [
            ("about", &measure.about),
            ("unit", &measure.unit),
            ("origin", &measure.origin),
        ];
        texts.extend(given(place, more));
    }
    campaign
        .forms
        .iter()
        .for_each(|form| form_texts(form, &mut texts));
    campaign
        .services
        .iter()
        .for_each(|service| service_texts(service, &mut texts));
    for Written { item, place } in &campaign.honours {
        texts.push((at!(place, "name"), &item.name));
        texts.extend(given(place, [("about", &item.about)]));
    }
    for Written { item, place } in &campaign.ladders {
        texts.push((at!(place, "name"), &item.name));
        texts.extend(given(place, [("about", &item.about)]));
        let levels = item.level.iter().enumerate();
        texts
            .extend(levels.map(|(index, level)| (at!(place, "level", index, "name"), &level.name)));
    }
    campaign
        .schemes
        .iter()
        .for_each(|scheme| scheme_texts(scheme, &mut texts));
    let mut files: Vec<&str> = texts.iter().map(|(place, _)| place.file.as_str()).collect();
    files.sort_unstable();
    files.dedup();
    for file in files {
        for tag in TAGS {
            let mut lacking = texts
                .iter()
                .filter(|(place, text)| place.file == file && !text.0.contains_key(tag));
            if let Some((place, text)) = lacking.next() {
                findings.push(lacks(tag, place, text, lacking.count()));
            }
        }
    }
}

fn lacks(tag: &str, place: &Place, text: &Text, more: usize) -> Diagnostic {
    let shown = text.0.values().next().map_or("", String::as_str);
    let (zh, en) = match more {
        0 => (String::new(), String::new()),
        _ => (
            format!(",本文件另有 {more} 处"),
            format!(", nor do {more} more in this file"),
        ),
    };
    let problem = say!(
        "“{shown}”没有 {tag} 文本{zh}",
        "`{shown}` has no text in `{tag}`{en}"
    );
    let remedy = say!("补上 {tag} = \"…\"", "Add {tag} = \"…\"");
    Diagnostic::warning("missing-language", place.clone(), problem).remedy(remedy)
}

type Texts<'a> = Vec<(Place, &'a Text)>;

fn given<'a, const N: usize>(
    place: &Place,
    texts: [(&'static str, &'a Option<Text>); N],
) -> impl Iterator<Item = (Place, &'a Text)> {
    texts
        .into_iter()
        .filter_map(move |(key, text)| Some((at!(place, key), text.as_ref()?)))
}

fn campaign_texts(campaign: &Campaign) -> Texts<'_> {
    let file = &campaign.file;
    let place = Place::whole("campaign.toml");
    let mut texts = vec![(at!(&place, "name"), &file.name)];
    texts.extend(given(&place, [("about", &file.about)]));
    let lists = [
        ("aims", &file.aims),
        ("principles", &file.principles),
        ("steps", &file.steps),
    ];
    for (key, list) in lists {
        texts.extend(each(&place, key, list));
    }
    for (index, category) in file.category.iter().enumerate() {
        let place = at!(&place, "category", index);
        texts.push((at!(&place, "name"), &category.name));
        texts.extend(given(&place, [("about", &category.about)]));
    }
    let attributes = file
        .attribute
        .iter()
        .map(|item| &item.name)
        .enumerate()
        .map(|entry| ("attribute", entry));
    let offices = file
        .office
        .iter()
        .map(|item| &item.name)
        .enumerate()
        .map(|entry| ("office", entry));
    let roles = file
        .role
        .iter()
        .map(|item| &item.name)
        .enumerate()
        .map(|entry| ("role", entry));
    let served = file
        .served
        .iter()
        .map(|item| &item.name)
        .enumerate()
        .map(|entry| ("served", entry));
    for (key, (index, name)) in attributes.chain(offices).chain(roles).chain(served) {
        texts.push((at!(&place, key, index, "name"), name));
    }
    let tags = file.ratings.tag.iter().enumerate();
    texts
        .extend(tags.map(|(index, tag)| (at!(&place, "ratings", "tag", index, "name"), &tag.name)));
    texts
}

/// The texts of a list, each with its place.
fn each<'a>(
    place: &Place,
    key: &'static str,
    list: &'a [Text],
) -> impl Iterator<Item = (Place, &'a Text)> {
    list.iter()
        .enumerate()
        .map(move |(index, text)| (at!(place, key, index), text))
}

fn service_texts<'a>(written: &'a Written<Service>, texts: &mut Texts<'a>) {
    let (service, place) = (&written.item, &written.place);
    texts.push((at!(place, "name"), &service.name));
    texts.extend(given(
        place,
        [("about", &service.about), ("cost", &service.cost)],
    ));
    texts.extend(each(place, "steps", &service.steps));
    texts.extend(each(place, "red_lines", &service.red_lines));
}

fn form_texts<'a>(written: &'a Written<Form>, texts: &mut Texts<'a>) {
    let (form, place) = (&written.item, &written.place);
    texts.push((at!(place, "name"), &form.name));
    texts.extend(given(place, [("about", &form.about)]));
    for (index, field) in form.field.iter().enumerate() {
        let place = at!(place, "field", index);
        texts.push((at!(&place, "name"), &field.name));
        texts.extend(given(&place, [("unit", &field.unit), ("why", &field.why)]));
        texts.extend(each(&place, "choices", &field.choices));
        for (index, column) in field.column.iter().enumerate() {
            let place = at!(&place, "column", index);
            texts.push((at!(&place, "name"), &column.name));
            texts.extend(given(&place, [("unit", &column.unit)]));
            texts.extend(each(&place, "choices", &column.choices));
        }
    }
}

fn scheme_texts<'a>(written: &'a Written<Scheme>, texts: &mut Texts<'a>) {
    let (scheme, place) = (&written.item, &written.place);
    texts.push((at!(place, "name"), &scheme.name));
    texts.extend(given(place, [("about", &scheme.about)]));
    for (index, group) in scheme.group.iter().enumerate() {
        let place = at!(place, "group", index);
        texts.push((at!(&place, "name"), &group.name));
        texts.extend(given(&place, [("about", &group.about)]));
    }
    let lists = [
        ("indicator", &scheme.indicator),
        ("bonus", &scheme.bonus),
        ("deduction", &scheme.deduction),
    ];
    for (key, list) in lists {
        for (index, item) in list.iter().enumerate() {
            let place = at!(place, key, index);
            texts.push((at!(&place, "name"), &item.name));
            texts.extend(given(
                &place,
                [("about", &item.about), ("proof", &item.proof)],
            ));
        }
    }
    for (index, veto) in scheme.veto.iter().enumerate() {
        let place = at!(place, "veto", index);
        texts.push((at!(&place, "name"), &veto.name));
        texts.extend(given(
            &place,
            [("about", &veto.about), ("proof", &veto.proof)],
        ));
    }
    for (index, change) in scheme.change.iter().enumerate() {
        let changed = [
            ("name", &change.name),
            ("about", &change.about),
            ("proof", &change.proof),
        ];
        texts.extend(given(&at!(place, "change", index), changed));
    }
    let bands = scheme.band.iter().enumerate();
    texts.extend(bands.map(|(index, band)| (at!(place, "band", index, "name"), &band.name)));
}
