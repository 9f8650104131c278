//! Makes schemes complete: what they extend merged in, removals and changes done, defaults filled in.
//!
//! A scheme is a pile of layers, the eldest frame at the bottom. A layer that locks closes everything below it and in it:
//! its items' defaults are filled in at once, so that a later layer's `defaults` can't reach them. What breaks a lock is
//! reported and not done, so that the checks that follow see the frame as it was meant.

mod layer;
mod locks;

use std::collections::BTreeSet;

use crate::model::{Aggregate, Direction, Id, Scheme};
use crate::trail::{at, did_you_mean};
use crate::{Diagnostic, Place, Written, say};

use layer::Layered;

/// Makes each scheme complete. The answer has the schemes in the order given, and what is wrong with how they extend
/// each other.
///
/// An effective scheme has the items of all its layers; `remove` and `change` are empty; every indicator has a direction;
/// kind, rule, office and the policies for missing and not applicable are filled in wherever a layer declares them (they
/// stay absent otherwise: nothing is ever assumed to be zero); every group and the top have an aggregate. Where a chain of
/// `extends` is broken, the scheme's own items are all there is.
#[must_use]
pub fn effective(schemes: &[Written<Scheme>]) -> (Vec<Scheme>, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let complete = (0..schemes.len())
        .filter_map(|index| match lineage(schemes, index) {
            Ok(layers) => pile(&layers, &mut findings),
            Err(broken) => {
                findings.extend(report_broken(schemes, index, &broken));
                schemes
                    .get(index)
                    .map(|written| filled(written.item.clone()))
            }
        })
        .collect();
    (complete, findings)
}

/// Why a scheme's lineage can't be followed to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// This scheme extends one that doesn't exist.
    Unknown(usize),
    /// These schemes extend each other in a circle.
    Circle(Vec<usize>),
}

/// The layers of a scheme, eldest first and itself last.
pub(crate) fn lineage(
    schemes: &[Written<Scheme>],
    index: usize,
) -> Result<Vec<&Written<Scheme>>, Broken> {
    let mut seen = vec![index];
    let mut layers = Vec::new();
    let mut current = index;
    while let Some(written) = schemes.get(current) {
        layers.push(written);
        let Some(base) = &written.item.extends else {
            break;
        };
        let next = position(schemes, base).ok_or(Broken::Unknown(current))?;
        if let Some(start) = seen.iter().position(|&earlier| earlier == next) {
            return Err(Broken::Circle(seen.split_off(start)));
        }
        seen.push(next);
        current = next;
    }
    layers.reverse();
    Ok(layers)
}

fn position(schemes: &[Written<Scheme>], id: &Id) -> Option<usize> {
    schemes.iter().position(|written| written.item.id == *id)
}

/// Reports a broken lineage at the scheme whose `extends` breaks it; a circle once, at its first scheme.
fn report_broken(schemes: &[Written<Scheme>], index: usize, broken: &Broken) -> Option<Diagnostic> {
    let culprit = match broken {
        Broken::Unknown(culprit) => *culprit,
        Broken::Circle(members) => members.iter().copied().min()?,
    };
    let written = schemes.get(index).filter(|_| culprit == index)?;
    let base = written.item.extends.as_ref()?;
    let place = at!(&written.place, "extends");
    Some(match broken {
        Broken::Unknown(_) => unknown_base(schemes, written, base, place),
        Broken::Circle(members) => {
            let names: Vec<&str> = members
                .iter()
                .filter_map(|&member| schemes.get(member))
                .map(|member| member.item.id.as_str())
                .collect();
            let circle = names.join(" → ");
            Diagnostic::error(
                "extends-circle",
                place,
                say!(
                    "细则互相增补,绕成了圈:{circle} → {base}",
                    "the schemes extend each other in a circle: {circle} → {base}"
                ),
            )
            .remedy(say!(
                "去掉其中一个 extends",
                "Take the `extends` out of one of them"
            ))
        }
    })
}

fn unknown_base(
    schemes: &[Written<Scheme>],
    written: &Written<Scheme>,
    base: &Id,
    place: Place,
) -> Diagnostic {
    let others = schemes.iter().map(|other| other.item.id.as_str());
    let known = others.filter(|other| *other != written.item.id.as_str());
    Diagnostic::error(
        "unknown-scheme",
        place,
        say!(
            "没有细则“{base}”可以增补",
            "there is no scheme `{base}` to extend"
        ),
    )
    .remedy(did_you_mean(base.as_str(), known))
}

/// Merges layers, eldest first. Findings are those of the last layer: those of the others are reported when it is their turn.
fn pile(layers: &[&Written<Scheme>], findings: &mut Vec<Diagnostic>) -> Option<Scheme> {
    let mut merged: Option<Layered> = None;
    let mut own = Vec::new();
    for layer in layers {
        own.clear();
        merged = Some(match merged {
            None => Layered::bottom(layer),
            Some(below) => below.extended(layer, &mut own),
        });
    }
    findings.append(&mut own);
    merged.map(|layered| filled(layered.scheme))
}

/// A scheme with its defaults filled in.
fn filled(mut scheme: Scheme) -> Scheme {
    fill(&mut scheme);
    let aggregate = scheme.defaults.aggregate.clone().unwrap_or(Aggregate::Sum);
    scheme.aggregate.get_or_insert(aggregate);
    scheme
}

/// Fills in the defaults of indicators and groups.
fn fill(scheme: &mut Scheme) {
    let defaults = scheme.defaults.clone();
    let graded = scheme
        .indicator
        .iter_mut()
        .chain(&mut scheme.bonus)
        .chain(&mut scheme.deduction);
    for indicator in graded {
        or_default(&mut indicator.kind, &defaults.kind);
        or_default(
            &mut indicator.direction,
            &defaults.direction.or(Some(Direction::Higher)),
        );
        or_default(&mut indicator.rule, &defaults.rule);
        or_default(&mut indicator.missing, &defaults.missing);
        or_default(&mut indicator.not_applicable, &defaults.not_applicable);
        or_default(&mut indicator.office, &defaults.office);
    }
    let aggregate = defaults.aggregate.or(Some(Aggregate::Sum));
    for group in &mut scheme.group {
        or_default(&mut group.aggregate, &aggregate);
    }
}

fn or_default<T: Clone>(slot: &mut Option<T>, default: &Option<T>) {
    if slot.is_none() {
        slot.clone_from(default);
    }
}

/// The ids of a scheme's items that `remove`, `change` and references may name: groups, indicators, bonuses, deductions and
/// vetoes share one space of names.
pub(crate) fn item_ids(scheme: &Scheme) -> BTreeSet<&Id> {
    items(scheme).map(|(_, _, id)| id).collect()
}

pub(crate) use layer::{CHANGE_KEYS, ItemKind, given_keys, items};
pub(crate) use locks::given_settings;
