//! What every check shares: where findings go, and the schemes with the places they are written at.

use std::collections::BTreeSet;

use crate::model::{Band, Defaults, Group, Id, Indicator, Scheme};
use crate::resolve::{ItemKind, effective, given_keys, given_settings, items, lineage};
use crate::trail::at;
use crate::{Campaign, Diagnostic, Place, Written};

/// Findings, each once: what several schemes inherit has one place and one text.
#[derive(Default)]
pub(super) struct Findings {
    list: Vec<Diagnostic>,
}

impl Findings {
    pub(super) fn push(&mut self, finding: Diagnostic) {
        let known = self.list.iter().any(|other| {
            other.code == finding.code
                && other.place == finding.place
                && other.problem == finding.problem
        });
        if !known {
            self.list.push(finding);
        }
    }

    pub(super) fn into_vec(self) -> Vec<Diagnostic> {
        self.list
    }

    /// The files with a finding of one of these codes.
    pub(super) fn files_with(&self, codes: &[&str]) -> BTreeSet<&str> {
        let found = self
            .list
            .iter()
            .filter(|finding| codes.contains(&finding.code));
        found.map(|finding| finding.place.file.as_str()).collect()
    }
}

/// A complete scheme and the layers it is written in.
pub(super) struct Subject<'a> {
    /// The complete scheme.
    pub(super) scheme: &'a Scheme,
    /// As it is written.
    pub(super) written: &'a Written<Scheme>,
    /// Its layers, eldest first, itself last.
    layers: Vec<&'a Written<Scheme>>,
    /// Whether it is whole: a scheme that lacks items because something else is wrong isn't asked to add up.
    pub(super) whole: bool,
    /// Whether another scheme extends it.
    pub(super) extended: bool,
}

/// The campaign's schemes, with what is known about them so far.
pub(super) fn subjects<'a>(campaign: &'a Campaign, so_far: &Findings) -> Vec<Subject<'a>> {
    let (_, unresolved) = effective(&campaign.schemes);
    let mut broken: BTreeSet<&str> = unresolved
        .iter()
        .map(|finding| finding.place.file.as_str())
        .collect();
    broken.extend(so_far.files_with(&["duplicate-id"]));
    let extended: BTreeSet<&Id> = campaign
        .schemes
        .iter()
        .filter_map(|written| written.item.extends.as_ref())
        .collect();
    let pairs = campaign.effective.iter().zip(&campaign.schemes).enumerate();
    pairs
        .map(|(index, (scheme, written))| {
            let (layers, sound) = match lineage(&campaign.schemes, index) {
                Ok(layers) => (layers, true),
                Err(_) => (vec![written], false),
            };
            let whole = sound
                && !layers
                    .iter()
                    .any(|layer| broken.contains(layer.place.file.as_str()));
            Subject {
                scheme,
                written,
                layers,
                whole,
                extended: extended.contains(&written.item.id),
            }
        })
        .collect()
}

impl<'a> Subject<'a> {
    /// Whether it is something to build on rather than to score with: the layers above complete it.
    pub(super) fn is_base(&self) -> bool {
        self.scheme.category.is_none()
            && (self.extended || self.scheme.lock || self.scheme.free_points.is_some())
    }

    /// The indicators, bonuses and deductions.
    pub(super) fn graded(&self) -> impl Iterator<Item = (ItemKind, &'a Indicator)> {
        let scheme = self.scheme;
        let tag = |kind| move |indicator| (kind, indicator);
        scheme
            .indicator
            .iter()
            .map(tag(ItemKind::Indicator))
            .chain(scheme.bonus.iter().map(tag(ItemKind::Bonus)))
            .chain(scheme.deduction.iter().map(tag(ItemKind::Deduction)))
    }

    /// Where an item is written.
    pub(super) fn item(&self, id: &Id) -> Place {
        let home = self
            .layers
            .iter()
            .rev()
            .find_map(|layer| item_in(layer, id));
        home.map_or_else(|| self.written.place.clone(), |(place, ..)| place)
    }

    /// Where a key of an item is written: in the latest change of it, in the item, or in the defaults; the item itself
    /// where nothing gives it.
    pub(super) fn key(&self, id: &Id, key: &'static str) -> Place {
        for layer in self.layers.iter().rev() {
            let changed = layer
                .item
                .change
                .iter()
                .rposition(|change| change.id == *id && given_keys(change).contains(&key));
            if let Some(index) = changed {
                return at!(&layer.place, "change", index, key);
            }
            if let Some((place, kind, index)) = item_in(layer, id) {
                if is_written(&layer.item, kind, index, key) {
                    return at!(&place, key);
                }
                return self.default_of(key).unwrap_or(place);
            }
        }
        self.written.place.clone()
    }

    /// Where a default is written.
    fn default_of(&self, key: &str) -> Option<Place> {
        let mut layers = self.layers.iter().rev();
        let layer = layers.find(|layer| has_default(&layer.item.defaults, key))?;
        Some(at!(&layer.place, "defaults", key))
    }

    /// Where a setting of the scheme as a whole is written; the scheme where none is.
    pub(super) fn setting(&self, key: &str) -> Place {
        let layer = self
            .layers
            .iter()
            .rev()
            .find(|layer| given_settings(&layer.item).contains(&key));
        layer.map_or_else(
            || self.written.place.clone(),
            |layer| at!(&layer.place, key),
        )
    }

    /// Where a band is written.
    pub(super) fn band(&self, index: usize) -> Place {
        at!(&self.setting("band"), index)
    }

    /// Whether the scheme's own file says this of an item.
    pub(super) fn owns(&self, place: &Place) -> bool {
        place.file == self.written.place.file
    }

    /// The group with this id.
    pub(super) fn group(&self, id: &Id) -> Option<&'a Group> {
        self.scheme.group.iter().find(|group| group.id == *id)
    }

    /// The bands with their positions.
    pub(super) fn bands(&self) -> impl Iterator<Item = (usize, &'a Band)> {
        self.scheme.band.iter().enumerate()
    }
}

fn item_in(layer: &Written<Scheme>, id: &Id) -> Option<(Place, ItemKind, usize)> {
    let (kind, index, _) = items(&layer.item).find(|(_, _, other)| *other == id)?;
    Some((at!(&layer.place, kind.key(), index), kind, index))
}

/// Whether an item gives a key itself rather than by default.
fn is_written(scheme: &Scheme, kind: ItemKind, index: usize, key: &str) -> bool {
    let indicator = match kind {
        ItemKind::Group => {
            let group = scheme.group.get(index);
            return key != "aggregate" || group.is_some_and(|group| group.aggregate.is_some());
        }
        ItemKind::Veto => return true,
        ItemKind::Indicator => scheme.indicator.get(index),
        ItemKind::Bonus => scheme.bonus.get(index),
        ItemKind::Deduction => scheme.deduction.get(index),
    };
    indicator.is_some_and(|indicator| match key {
        "kind" => indicator.kind.is_some(),
        "direction" => indicator.direction.is_some(),
        "rule" => indicator.rule.is_some(),
        "missing" => indicator.missing.is_some(),
        "not_applicable" => indicator.not_applicable.is_some(),
        "office" => indicator.office.is_some(),
        "points" => indicator.points.is_some(),
        "weight" => indicator.weight.is_some(),
        _ => true,
    })
}

fn has_default(defaults: &Defaults, key: &str) -> bool {
    match key {
        "kind" => defaults.kind.is_some(),
        "direction" => defaults.direction.is_some(),
        "rule" => defaults.rule.is_some(),
        "missing" => defaults.missing.is_some(),
        "not_applicable" => defaults.not_applicable.is_some(),
        "office" => defaults.office.is_some(),
        "aggregate" => defaults.aggregate.is_some(),
        _ => false,
    }
}
