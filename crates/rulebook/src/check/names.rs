//! Names: each given once, each reference to something that exists.

use std::collections::BTreeMap;

use super::context::{Findings, Subject};
use crate::model::{
    Effect, FilledBy, Form, Group, Id, Measure, Noise, Peers, Preparation, Rule, Scheme, TieBreak,
};
use crate::resolve::{CHANGE_KEYS, items};
use crate::trail::{at, did_you_mean};
use crate::{Campaign, Diagnostic, Place, Say, Written, say};

/// What a reference names.
#[derive(Clone, Copy)]
pub(super) struct Named {
    code: &'static str,
    zh: &'static str,
    en: &'static str,
}

pub(super) const CATEGORY: Named = Named {
    code: "unknown-category",
    zh: "类别",
    en: "category",
};
const GROUP: Named = Named {
    code: "unknown-group",
    zh: "指标组",
    en: "group",
};
const MEASURE: Named = Named {
    code: "unknown-measure",
    zh: "度量",
    en: "measure",
};
const OFFICE: Named = Named {
    code: "unknown-office",
    zh: "责任科室",
    en: "office",
};
const ATTRIBUTE: Named = Named {
    code: "unknown-attribute",
    zh: "属性",
    en: "attribute",
};
pub(super) const ROLE: Named = Named {
    code: "unknown-role",
    zh: "角色",
    en: "role",
};
pub(super) const SERVED: Named = Named {
    code: "unknown-served",
    zh: "服务对象",
    en: "group served",
};
const FORM: Named = Named {
    code: "unknown-form",
    zh: "表单",
    en: "form",
};
const FIELD: Named = Named {
    code: "unknown-field",
    zh: "字段",
    en: "field",
};
const BAND: Named = Named {
    code: "unknown-band",
    zh: "等次",
    en: "band",
};
const UNIT: Named = Named {
    code: "unknown-unit",
    zh: "单位",
    en: "unit",
};
const SCORED: Named = Named {
    code: "unknown-item",
    zh: "指标或指标组",
    en: "indicator or group",
};

impl Named {
    /// Reports `name` unless it is one of `known`.
    pub(super) fn check<'a>(
        self,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
        place: impl FnOnce() -> Place,
        findings: &mut Findings,
    ) {
        let known: Vec<&str> = known.into_iter().collect();
        if known.contains(&name) {
            return;
        }
        let Self { code, zh, en } = self;
        let problem = say!("没有{zh}“{name}”", "there is no {en} `{name}`");
        findings.push(Diagnostic::error(code, place(), problem).remedy(did_you_mean(name, known)));
    }
}

/// Checks that ids are given once, and the references of everything but schemes.
pub(super) fn check_ids(campaign: &Campaign, findings: &mut Findings) {
    let file = Place::whole("campaign.toml");
    let listed = |key: &'static str, ids: Vec<&Id>| -> Vec<(String, Place)> {
        let places = ids.into_iter().enumerate();
        places
            .map(|(index, id)| (id.to_string(), at!(&file, key, index, "id")))
            .collect()
    };
    let lists = &campaign.file;
    let named = [
        listed("category", ids(&lists.category, |item| &item.id)),
        listed("attribute", ids(&lists.attribute, |item| &item.id)),
        listed("office", ids(&lists.office, |item| &item.id)),
        listed("role", ids(&lists.role, |item| &item.id)),
        listed("served", ids(&lists.served, |item| &item.id)),
    ];
    named.into_iter().for_each(|ids| once(ids, findings));
    once(written(&campaign.measures, |item| &item.id), findings);
    once(written(&campaign.forms, |item| &item.id), findings);
    once(written(&campaign.schemes, |item| &item.id), findings);
    for form in &campaign.forms {
        let fields = form.item.field.iter().enumerate();
        once(
            fields.map(|(index, field)| {
                (field.id.to_string(), at!(&form.place, "field", index, "id"))
            }),
            findings,
        );
        form_references(campaign, form, findings);
    }
    for scheme in &campaign.schemes {
        ids_of_scheme(scheme, findings);
    }
    for measure in &campaign.measures {
        measure_references(campaign, measure, findings);
    }
}

fn ids<T>(list: &[T], id: impl Fn(&T) -> &Id) -> Vec<&Id> {
    list.iter().map(id).collect()
}

pub(super) fn written<T>(list: &[Written<T>], id: impl Fn(&T) -> &Id) -> Vec<(String, Place)> {
    list.iter()
        .map(|entry| (id(&entry.item).to_string(), at!(&entry.place, "id")))
        .collect()
}

/// Reports every id that is given a second time.
pub(super) fn once(ids: impl IntoIterator<Item = (String, Place)>, findings: &mut Findings) {
    let mut first: BTreeMap<String, Place> = BTreeMap::new();
    for (id, place) in ids {
        let Some(earlier) = first.get(&id) else {
            first.insert(id, place);
            continue;
        };
        let problem = say!("标识“{id}”用了两次", "the id `{id}` is given twice");
        let finding = Diagnostic::error("duplicate-id", place, problem)
            .remedy(say!("另取一个标识", "Choose another id"))
            .related(
                earlier.clone(),
                say!("已用在这里", "it is used here already"),
            );
        findings.push(finding);
    }
}

fn ids_of_scheme(scheme: &Written<Scheme>, findings: &mut Findings) {
    let place = &scheme.place;
    let own = items(&scheme.item);
    once(
        own.map(|(kind, index, id)| (id.to_string(), at!(place, kind.key(), index, "id"))),
        findings,
    );
    let bands = scheme.item.band.iter().enumerate();
    once(
        bands.map(|(index, band)| (band.id.to_string(), at!(place, "band", index, "id"))),
        findings,
    );
    let changes = scheme.item.change.iter().enumerate();
    once(
        changes.map(|(index, change)| (change.id.to_string(), at!(place, "change", index, "id"))),
        findings,
    );
    let graded = [
        ("indicator", &scheme.item.indicator),
        ("bonus", &scheme.item.bonus),
        ("deduction", &scheme.item.deduction),
    ];
    for (key, list) in graded {
        for (index, item) in list.iter().enumerate() {
            open_keys(&item.open, &at!(place, key, index), findings);
        }
    }
    for (index, group) in scheme.item.group.iter().enumerate() {
        open_keys(&group.open, &at!(place, "group", index), findings);
    }
}

fn open_keys(open: &[String], item: &Place, findings: &mut Findings) {
    for (index, key) in open.iter().enumerate() {
        if !CHANGE_KEYS.contains(&key.as_str()) {
            let problem = say!(
                "open 中的“{key}”不是可改的键",
                "`{key}` in `open` is no key that can be changed"
            );
            let finding = Diagnostic::error("unknown-open-key", at!(item, "open", index), problem);
            findings.push(finding.remedy(did_you_mean(key, CHANGE_KEYS.iter().copied())));
        }
    }
}

pub(super) fn categories(campaign: &Campaign) -> impl Iterator<Item = &str> {
    campaign
        .file
        .category
        .iter()
        .map(|category| category.id.as_str())
}

pub(super) fn roles(campaign: &Campaign) -> impl Iterator<Item = &str> {
    campaign.file.role.iter().map(|role| role.id.as_str())
}

fn measures(campaign: &Campaign) -> impl Iterator<Item = &str> {
    campaign
        .measures
        .iter()
        .map(|measure| measure.item.id.as_str())
}

fn form_references(campaign: &Campaign, form: &Written<Form>, findings: &mut Findings) {
    let place = &form.place;
    ROLE.check(
        form.item.filled_by.as_str(),
        roles(campaign),
        || at!(place, "filled_by"),
        findings,
    );
    if let Some(role) = &form.item.verified_by {
        ROLE.check(
            role.as_str(),
            roles(campaign),
            || at!(place, "verified_by"),
            findings,
        );
    }
    for (index, category) in form.item.categories.iter().enumerate() {
        let place = || at!(place, "categories", index);
        CATEGORY.check(category.as_str(), categories(campaign), place, findings);
    }
}

fn measure_references(campaign: &Campaign, measure: &Written<Measure>, findings: &mut Findings) {
    let Measure {
        count,
        per,
        filled_by,
        noise,
        ..
    } = &measure.item;
    if let Some(Noise::Levels(levels)) = noise {
        for (index, level) in levels.counts.iter().enumerate() {
            let place = || at!(&measure.place, "noise", "levels", "counts", index);
            MEASURE.check(level.as_str(), measures(campaign), place, findings);
        }
    }
    for (key, other) in [("count", count), ("per", per)] {
        if let Some(other) = other {
            MEASURE.check(
                other.as_str(),
                measures(campaign),
                || at!(&measure.place, key),
                findings,
            );
        }
    }
    let Some(FilledBy::Form(tally)) = filled_by else {
        return;
    };
    let place = |key: &'static str| at!(&measure.place, "filled_by", "form", key);
    let forms = campaign.forms.iter().map(|form| form.item.id.as_str());
    FORM.check(tally.form.as_str(), forms, || place("form"), findings);
    let form = campaign
        .forms
        .iter()
        .find(|form| form.item.id == tally.form);
    if let (Some(form), Some(field)) = (form, &tally.field) {
        let fields = form.item.field.iter().map(|field| field.id.as_str());
        FIELD.check(field.as_str(), fields, || place("field"), findings);
    }
}

/// Checks the references of one scheme.
pub(super) fn check_references(campaign: &Campaign, subject: &Subject, findings: &mut Findings) {
    let scheme = subject.scheme;
    if let Some(category) = &scheme.category {
        let place = || at!(&subject.written.place, "category");
        CATEGORY.check(category.as_str(), categories(campaign), place, findings);
    }
    for (_, indicator) in subject.graded() {
        let id = &indicator.id;
        MEASURE.check(
            indicator.measure.as_str(),
            measures(campaign),
            || subject.key(id, "measure"),
            findings,
        );
        group_of(subject, id, indicator.group.as_ref(), findings);
        office(campaign, subject, id, indicator.office.as_ref(), findings);
        if let Some(rule) = &indicator.rule {
            rule_references(campaign, rule, &subject.key(id, "rule"), findings);
        }
    }
    for Group { id, group, .. } in &scheme.group {
        group_of(subject, id, group.as_ref(), findings);
    }
    for veto in &scheme.veto {
        MEASURE.check(
            veto.measure.as_str(),
            measures(campaign),
            || subject.key(&veto.id, "measure"),
            findings,
        );
        office(campaign, subject, &veto.id, veto.office.as_ref(), findings);
        if let Effect::Bars(band) = &veto.effect {
            let bands = scheme.band.iter().map(|band| band.id.as_str());
            let place = || at!(&subject.key(&veto.id, "effect"), "bars");
            // The layers above a base may bring the bands.
            if !(subject.is_base() && scheme.band.is_empty()) {
                BAND.check(band.as_str(), bands, place, findings);
            }
        }
    }
    settings(campaign, subject, findings);
}

fn group_of(subject: &Subject, id: &Id, group: Option<&Id>, findings: &mut Findings) {
    let Some(group) = group else { return };
    let groups = subject.scheme.group.iter().map(|group| group.id.as_str());
    GROUP.check(
        group.as_str(),
        groups,
        || subject.key(id, "group"),
        findings,
    );
}

fn office(
    campaign: &Campaign,
    subject: &Subject,
    id: &Id,
    office: Option<&Id>,
    findings: &mut Findings,
) {
    let Some(office) = office else { return };
    let offices = campaign.file.office.iter().map(|office| office.id.as_str());
    OFFICE.check(
        office.as_str(),
        offices,
        || subject.key(id, "office"),
        findings,
    );
}

fn rule_references(campaign: &Campaign, rule: &Rule, place: &Place, findings: &mut Findings) {
    match rule {
        Rule::Progress(progress) => {
            if let Some(base) = &progress.base {
                let place = || at!(place, "progress", "base");
                MEASURE.check(base.as_str(), measures(campaign), place, findings);
            }
        }
        Rule::DistanceTo(distance) => {
            if let (Some(unit), Some(units)) = (&distance.unit, &campaign.organisation) {
                let known = units.iter().map(|unit| unit.id.as_str());
                UNIT.check(unit, known, || at!(place, "distance_to", "unit"), findings);
            }
        }
        _ => {}
    }
}

/// The references of settings of the scheme as a whole.
fn settings(campaign: &Campaign, subject: &Subject, findings: &mut Findings) {
    let scheme = subject.scheme;
    for (index, tie) in scheme.tie_break.iter().enumerate() {
        let place = |key: &'static str| at!(&subject.setting("tie_break"), index, key);
        match tie {
            TieBreak::Points(id) => {
                let groups = scheme.group.iter().map(|group| group.id.as_str());
                let scored = groups.chain(scheme.indicator.iter().map(|item| item.id.as_str()));
                SCORED.check(id.as_str(), scored, || place("points"), findings);
            }
            TieBreak::Higher(id) => MEASURE.check(
                id.as_str(),
                measures(campaign),
                || place("higher"),
                findings,
            ),
            TieBreak::Lower(id) => {
                MEASURE.check(id.as_str(), measures(campaign), || place("lower"), findings)
            }
        }
    }
    for (index, group) in scheme
        .rated
        .iter()
        .flat_map(|rated| &rated.one_of)
        .enumerate()
    {
        let groups = scheme.group.iter().map(|group| group.id.as_str());
        GROUP.check(
            group.as_str(),
            groups,
            || at!(&subject.setting("rated"), "one_of", index),
            findings,
        );
    }
    if let Some(Peers::Attribute(attribute)) = &scheme.peers {
        let place = || at!(&subject.setting("peers"), "attribute");
        ATTRIBUTE.check(attribute.as_str(), attributes(campaign), place, findings);
    }
    preparations(campaign, subject, findings);
}

fn attributes(campaign: &Campaign) -> impl Iterator<Item = &str> {
    let list = &campaign.file.attribute;
    list.iter().map(|attribute| attribute.id.as_str())
}

fn preparations(campaign: &Campaign, subject: &Subject, findings: &mut Findings) {
    for (index, step) in subject.scheme.prepare.iter().enumerate() {
        let place = at!(&subject.setting("prepare"), index);
        match step {
            Preparation::Denominate(which) => {
                for (position, id) in which.only.iter().enumerate() {
                    let place = at!(&place, "denominate", "only", position);
                    denominated(campaign, id, &place, findings);
                }
            }
            Preparation::Impute(impute) => {
                if let Some(by) = &impute.by {
                    let place = || at!(&place, "impute", "by");
                    ATTRIBUTE.check(by.as_str(), attributes(campaign), place, findings);
                }
            }
            _ => {}
        }
    }
}

/// A measure that is to be divided has to say by what.
fn denominated(campaign: &Campaign, id: &Id, place: &Place, findings: &mut Findings) {
    MEASURE.check(id.as_str(), measures(campaign), || place.clone(), findings);
    if campaign
        .measure(id.as_str())
        .is_some_and(|measure| measure.per.is_none())
    {
        let problem: Say = say!(
            "度量“{id}”没有写 per,不知除以什么",
            "the measure `{id}` has no `per` to be divided by"
        );
        let remedy = say!("在度量中写明 per", "Give the measure a `per`");
        findings.push(Diagnostic::error("no-denominator", place.clone(), problem).remedy(remedy));
    }
}
