//! What a frame has locked, and how many points it leaves to the layers above.

use std::collections::BTreeMap;

use super::layer::items;
use crate::exact::{Micro, micro};
use crate::model::{Id, Indicator, Scheme};
use crate::trail::at;
use crate::{Diagnostic, Place, Say, Written, say};

/// A frame that locks.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    id: Id,
    pub(super) place: Place,
}

/// What is locked, and by which frame: the lowest one that did.
#[derive(Default)]
pub(super) struct Locks {
    items: BTreeMap<Id, Frame>,
    settings: BTreeMap<&'static str, Frame>,
    budget: Option<Budget>,
}

/// Points that layers above may still give out.
struct Budget {
    frame: Frame,
    given: Micro,
    left: Micro,
}

impl Locks {
    /// Closes all items and settings of a merged scheme in the name of `layer`.
    pub(super) fn close(&mut self, merged: &Scheme, layer: &Written<Scheme>) {
        let frame = Frame {
            id: layer.item.id.clone(),
            place: layer.place.clone(),
        };
        for (_, _, id) in items(merged) {
            self.items
                .entry(id.clone())
                .or_insert_with(|| frame.clone());
        }
        for key in given_settings(merged) {
            self.settings.entry(key).or_insert_with(|| frame.clone());
        }
        // A frame of 100 points that leaves none says so by saying nothing; an index by weights has no points to leave.
        let declared = layer
            .item
            .free_points
            .or(merged.total.map(|_| 0.0))
            .map(micro);
        let Some(declared) = declared else { return };
        let left = self
            .budget
            .as_ref()
            .map_or(declared, |below| below.left.min(declared));
        self.budget = Some(Budget {
            frame,
            given: declared,
            left,
        });
    }

    /// The frame that locks an item.
    pub(super) fn item(&self, id: &Id) -> Option<&Frame> {
        self.items.get(id)
    }

    /// The frame that locks a setting of the scheme as a whole.
    pub(super) fn setting(&self, key: &str) -> Option<&Frame> {
        self.settings.get(key)
    }

    /// Takes a layer's own points out of the budget; says at which line it is overdrawn.
    pub(super) fn spend(&mut self, layer: &Written<Scheme>, findings: &mut Vec<Diagnostic>) {
        let Some(budget) = &mut self.budget else {
            return;
        };
        let own: Micro = layer.item.indicator.iter().map(points).sum();
        if own > budget.left {
            findings.push(overdrawn(budget, layer, own));
        }
        budget.left = (budget.left - own).max(Micro::ZERO);
    }
}

fn points(indicator: &Indicator) -> Micro {
    indicator.points.map_or(Micro::ZERO, micro)
}

/// The settings a scheme gives that a lock closes.
pub(crate) fn given_settings(scheme: &Scheme) -> Vec<&'static str> {
    let given = [
        ("total", scheme.total.is_some()),
        ("aggregate", scheme.aggregate.is_some()),
        ("rounding", scheme.rounding.is_some()),
        ("prepare", !scheme.prepare.is_empty()),
        ("rated", scheme.rated.is_some()),
        ("peers", scheme.peers.is_some()),
        ("banding", scheme.banding.is_some()),
        ("caps", scheme.caps != crate::model::Caps::default()),
        ("tie_break", !scheme.tie_break.is_empty()),
        ("band", !scheme.band.is_empty()),
    ];
    given
        .into_iter()
        .filter(|(_, is)| *is)
        .map(|(key, _)| key)
        .collect()
}

fn overdrawn(budget: &Budget, layer: &Written<Scheme>, own: Micro) -> Diagnostic {
    let mut so_far = Micro::ZERO;
    let line = layer.item.indicator.iter().position(|indicator| {
        so_far = so_far + points(indicator);
        so_far > budget.left
    });
    let place = match line {
        Some(index) => at!(&layer.place, "indicator", index, "points"),
        None => layer.place.clone(),
    };
    let (left, over, frame) = (budget.left, own - budget.left, &budget.frame.id);
    let problem = say!(
        "自定指标共 {own} 分,超出“{frame}”留下的 {left} 分,多了 {over} 分",
        "the own indicators hold {own} points, {over} more than the {left} that `{frame}` leaves"
    );
    let given = budget.given;
    let key = at!(&budget.frame.place, "free_points");
    Diagnostic::error("over-budget", place, problem)
        .remedy(say!(
            "从这里起减少 {over} 分",
            "Give out {over} points less, from here on"
        ))
        .related(
            key,
            say!(
                "框架留给下级 {given} 分",
                "the frame leaves {given} points to the level below"
            ),
        )
}

/// A finding: a line does what a frame's lock forbids.
pub(super) fn broken(
    frame: &Frame,
    locked: Option<&Place>,
    place: Place,
    what: &Say,
) -> Diagnostic {
    let id = &frame.id;
    let problem = Say {
        zh: format!("{},而“{id}”已锁定它", what.zh),
        en: format!("this {}, which `{id}` locks", what.en),
    };
    let locked = locked.unwrap_or(&frame.place).clone();
    Diagnostic::error("broken-lock", place, problem)
        .remedy(say!(
            "去掉这一处;确需放开的,由“{id}”在该条目的 open 中列出",
            "Take it out; if it should be free, `{id}` lists the key in the item's `open`"
        ))
        .related(locked, say!("锁定在这里", "it is locked here"))
}
