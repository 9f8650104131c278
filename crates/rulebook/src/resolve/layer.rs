//! One layer put on another.

use std::collections::BTreeMap;

use super::locks::{self, Locks};
use super::{fill, item_ids};
use crate::model::{Aggregate, Change, Defaults, Group, Id, Indicator, Scheme, TieBreak, Veto};
use crate::trail::{at, did_you_mean};
use crate::{Diagnostic, Place, Say, Written, say};

/// The kinds of items of a scheme that share one space of ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ItemKind {
    Group,
    Indicator,
    Bonus,
    Deduction,
    Veto,
}

impl ItemKind {
    /// The key of the list such items stand in.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Indicator => "indicator",
            Self::Bonus => "bonus",
            Self::Deduction => "deduction",
            Self::Veto => "veto",
        }
    }

    /// What people call such an item.
    pub(crate) fn say(self) -> Say {
        match self {
            Self::Group => say!("指标组", "group"),
            Self::Indicator => say!("指标", "indicator"),
            Self::Bonus => say!("加分项", "bonus"),
            Self::Deduction => say!("扣分项", "deduction"),
            Self::Veto => say!("否决项", "veto"),
        }
    }

    /// Whether a `change` of this key makes sense for such an item.
    fn takes(self, key: &str) -> bool {
        match self {
            Self::Group => [
                "name",
                "about",
                "points",
                "weight",
                "rule",
                "aggregate",
                "missing",
            ]
            .contains(&key),
            Self::Indicator | Self::Bonus | Self::Deduction => key != "aggregate",
            Self::Veto => false,
        }
    }
}

/// The items of a scheme, each with its kind, its position in its list and its id.
pub(crate) fn items(scheme: &Scheme) -> impl Iterator<Item = (ItemKind, usize, &Id)> {
    fn graded(kind: ItemKind, list: &[Indicator]) -> impl Iterator<Item = (ItemKind, usize, &Id)> {
        list.iter()
            .enumerate()
            .map(move |(at, indicator)| (kind, at, &indicator.id))
    }
    let groups = scheme
        .group
        .iter()
        .enumerate()
        .map(|(at, group)| (ItemKind::Group, at, &group.id));
    let vetoes = scheme
        .veto
        .iter()
        .enumerate()
        .map(|(at, veto)| (ItemKind::Veto, at, &veto.id));
    groups
        .chain(graded(ItemKind::Indicator, &scheme.indicator))
        .chain(graded(ItemKind::Bonus, &scheme.bonus))
        .chain(graded(ItemKind::Deduction, &scheme.deduction))
        .chain(vetoes)
}

/// An item taken out of a scheme.
enum Taken {
    Group(Group),
    Graded(ItemKind, Indicator),
    Veto(Veto),
}

/// The layers merged so far.
pub(super) struct Layered {
    /// The merged scheme; defaults are filled in only as far as a lock has closed it.
    pub(super) scheme: Scheme,
    /// What is locked and by whom.
    locks: Locks,
    /// Where each item is written.
    home: BTreeMap<Id, Place>,
}

impl Layered {
    /// The eldest layer alone.
    pub(super) fn bottom(layer: &Written<Scheme>) -> Self {
        let scheme = Scheme {
            remove: Vec::new(),
            change: Vec::new(),
            ..layer.item.clone()
        };
        let mut layered = Self {
            scheme,
            locks: Locks::default(),
            home: BTreeMap::new(),
        };
        layered.settle_in(layer);
        layered.close(layer);
        layered
    }

    /// With one more layer on top.
    pub(super) fn extended(
        mut self,
        layer: &Written<Scheme>,
        findings: &mut Vec<Diagnostic>,
    ) -> Self {
        let removed = self.remove(layer, findings);
        for (index, change) in layer.item.change.iter().enumerate() {
            self.change(layer, index, change, findings);
        }
        self.adopt_settings(layer, findings);
        self.append(layer, findings);
        self.locks.spend(layer, findings);
        self.put_back_if_needed(layer, removed, findings);
        self.close(layer);
        self
    }

    /// Notes where the layer's own items are written.
    fn settle_in(&mut self, layer: &Written<Scheme>) {
        for (kind, index, id) in items(&layer.item) {
            self.home
                .entry(id.clone())
                .or_insert_with(|| at!(&layer.place, kind.key(), index));
        }
    }

    /// Closes everything merged so far, if the layer locks.
    fn close(&mut self, layer: &Written<Scheme>) {
        if layer.item.lock {
            fill(&mut self.scheme);
            self.locks.close(&self.scheme, layer);
        }
    }

    fn kind_of(&self, id: &Id) -> Option<(ItemKind, usize)> {
        items(&self.scheme)
            .find(|(_, _, other)| *other == id)
            .map(|(kind, at, _)| (kind, at))
    }

    /// Takes out what the layer removes; answers with what was taken and from which line.
    fn remove(
        &mut self,
        layer: &Written<Scheme>,
        findings: &mut Vec<Diagnostic>,
    ) -> Vec<(usize, Taken)> {
        let mut removed = Vec::new();
        for (index, id) in layer.item.remove.iter().enumerate() {
            let place = at!(&layer.place, "remove", index);
            let Some((kind, position)) = self.kind_of(id) else {
                findings.push(self.unknown_item(id, place));
                continue;
            };
            if let Some(frame) = self.locks.item(id) {
                let what = say!("去掉了“{id}”", "removes `{id}`");
                findings.push(locks::broken(frame, self.home.get(id), place, &what));
                continue;
            }
            removed.push((index, self.take(kind, position)));
        }
        removed
    }

    fn unknown_item(&self, id: &Id, place: Place) -> Diagnostic {
        Diagnostic::error(
            "unknown-item",
            place,
            say!(
                "上层没有条目“{id}”",
                "nothing that is inherited has the id `{id}`"
            ),
        )
        .remedy(did_you_mean(
            id.as_str(),
            item_ids(&self.scheme).into_iter().map(Id::as_str),
        ))
    }

    fn take(&mut self, kind: ItemKind, position: usize) -> Taken {
        match kind {
            ItemKind::Group => Taken::Group(self.scheme.group.remove(position)),
            ItemKind::Indicator => Taken::Graded(kind, self.scheme.indicator.remove(position)),
            ItemKind::Bonus => Taken::Graded(kind, self.scheme.bonus.remove(position)),
            ItemKind::Deduction => Taken::Graded(kind, self.scheme.deduction.remove(position)),
            ItemKind::Veto => Taken::Veto(self.scheme.veto.remove(position)),
        }
    }

    /// Puts back what was removed though something that stays refers to it, and says so.
    fn put_back_if_needed(
        &mut self,
        layer: &Written<Scheme>,
        removed: Vec<(usize, Taken)>,
        findings: &mut Vec<Diagnostic>,
    ) {
        for (index, taken) in removed {
            let id = taken.id().clone();
            if self.kind_of(&id).is_some() {
                continue;
            }
            let Some(referrer) = self.referrer(&id) else {
                continue;
            };
            let place = at!(&layer.place, "remove", index);
            let problem = say!(
                "“{id}”去不掉:{referrer}还要用它",
                "`{id}` can't be removed: {referrer} refers to it"
            );
            let mut finding = Diagnostic::error("removed-in-use", place, problem).remedy(say!(
                "连同“{referrer}”一起去掉或改掉",
                "Remove or change `{referrer}` too"
            ));
            if let Some(home) = self.home.get(&Id(referrer.clone())) {
                finding =
                    finding.related(home.clone(), say!("这里用到“{id}”", "`{id}` is used here"));
            }
            findings.push(finding);
            self.put_back(taken);
        }
    }

    fn put_back(&mut self, taken: Taken) {
        match taken {
            Taken::Group(group) => self.scheme.group.push(group),
            Taken::Veto(veto) => self.scheme.veto.push(veto),
            Taken::Graded(kind, indicator) => self.graded(kind).push(indicator),
        }
    }

    fn graded(&mut self, kind: ItemKind) -> &mut Vec<Indicator> {
        match kind {
            ItemKind::Bonus => &mut self.scheme.bonus,
            ItemKind::Deduction => &mut self.scheme.deduction,
            ItemKind::Group | ItemKind::Indicator | ItemKind::Veto => &mut self.scheme.indicator,
        }
    }

    /// What refers to an id: an item's id, or the setting that does.
    fn referrer(&self, id: &Id) -> Option<String> {
        let scheme = &self.scheme;
        let members = scheme.indicator.iter().map(|item| (&item.group, &item.id));
        let groups = scheme.group.iter().map(|item| (&item.group, &item.id));
        let member = members
            .chain(groups)
            .find(|(group, _)| group.as_ref() == Some(id));
        if let Some((_, member)) = member {
            return Some(member.to_string());
        }
        let formula = scheme
            .group
            .iter()
            .find(|group| uses(group.aggregate.as_ref(), id));
        if let Some(group) = formula {
            return Some(group.id.to_string());
        }
        let tie = |rule: &TieBreak| matches!(rule, TieBreak::Points(of) if of == id);
        if scheme.tie_break.iter().any(tie) {
            return Some("tie_break".to_owned());
        }
        if uses(scheme.aggregate.as_ref(), id) {
            return Some("aggregate".to_owned());
        }
        let rated = scheme
            .rated
            .as_ref()
            .is_some_and(|rated| rated.one_of.contains(id));
        rated.then(|| "rated.one_of".to_owned())
    }

    fn change(
        &mut self,
        layer: &Written<Scheme>,
        index: usize,
        change: &Change,
        findings: &mut Vec<Diagnostic>,
    ) {
        let id = &change.id;
        let Some((kind, position)) = self.kind_of(id) else {
            findings.push(self.unknown_item(id, at!(&layer.place, "change", index, "id")));
            return;
        };
        let mut allowed = change.clone();
        for key in given_keys(change) {
            let place = at!(&layer.place, "change", index, key);
            let finding = if !kind.takes(key) {
                Some(unfit_change(kind, id, key, place))
            } else {
                self.breach_of_key(kind, position, id, key, place)
            };
            if let Some(finding) = finding {
                findings.push(finding);
                clear_key(&mut allowed, key);
            }
        }
        self.apply(kind, position, allowed);
    }

    /// What a change of `key` breaks, if the item is locked and the key isn't open.
    fn breach_of_key(
        &self,
        kind: ItemKind,
        position: usize,
        id: &Id,
        key: &str,
        place: Place,
    ) -> Option<Diagnostic> {
        let frame = self.locks.item(id)?;
        let open: &[String] = match kind {
            ItemKind::Group => self
                .scheme
                .group
                .get(position)
                .map_or(&[], |item| &item.open),
            ItemKind::Indicator => self
                .scheme
                .indicator
                .get(position)
                .map_or(&[], |item| &item.open),
            ItemKind::Bonus => self
                .scheme
                .bonus
                .get(position)
                .map_or(&[], |item| &item.open),
            ItemKind::Deduction => self
                .scheme
                .deduction
                .get(position)
                .map_or(&[], |item| &item.open),
            ItemKind::Veto => &[],
        };
        if open.iter().any(|other| other == key) {
            return None;
        }
        let what = say!("改了“{id}”的 {key}", "changes `{key}` of `{id}`");
        Some(locks::broken(frame, self.home.get(id), place, &what))
    }

    fn apply(&mut self, kind: ItemKind, position: usize, change: Change) {
        if kind == ItemKind::Group {
            if let Some(group) = self.scheme.group.get_mut(position) {
                change_group(group, change);
            }
        } else if let Some(indicator) = self.graded(kind).get_mut(position) {
            change_indicator(indicator, change);
        }
    }

    /// Takes over the settings of the scheme as a whole that the layer gives.
    fn adopt_settings(&mut self, layer: &Written<Scheme>, findings: &mut Vec<Diagnostic>) {
        let own = &layer.item;
        let merged = &mut self.scheme;
        merged.id.clone_from(&own.id);
        merged.name.clone_from(&own.name);
        merged.about.clone_from(&own.about);
        merged.extends.clone_from(&own.extends);
        merged.from = own.from;
        merged.status = own.status;
        merged.lock = own.lock;
        merged.free_points = own.free_points;
        if own.category.is_some() {
            merged.category.clone_from(&own.category);
        }
        merged.defaults = over(&own.defaults, &merged.defaults);
        let locks = &self.locks;
        let mut settle = Settling {
            locks,
            layer,
            findings,
        };
        settle.adopt("total", &mut merged.total, &own.total);
        settle.adopt("aggregate", &mut merged.aggregate, &own.aggregate);
        settle.adopt("rounding", &mut merged.rounding, &own.rounding);
        settle.adopt("prepare", &mut merged.prepare, &own.prepare);
        settle.adopt("rated", &mut merged.rated, &own.rated);
        settle.adopt("peers", &mut merged.peers, &own.peers);
        settle.adopt("banding", &mut merged.banding, &own.banding);
        settle.adopt("caps", &mut merged.caps, &own.caps);
        settle.adopt("tie_break", &mut merged.tie_break, &own.tie_break);
        settle.adopt("band", &mut merged.band, &own.band);
    }

    /// Appends the layer's own items.
    fn append(&mut self, layer: &Written<Scheme>, findings: &mut Vec<Diagnostic>) {
        let inherited: Vec<Id> = item_ids(&self.scheme).into_iter().cloned().collect();
        for (kind, index, id) in items(&layer.item) {
            if inherited.contains(id) {
                let place = at!(&layer.place, kind.key(), index, "id");
                findings.push(self.redefined(id, place));
            } else {
                self.home
                    .insert(id.clone(), at!(&layer.place, kind.key(), index));
            }
        }
        let own = &layer.item;
        let new = |id: &Id| !inherited.contains(id);
        let merged = &mut self.scheme;
        merged
            .group
            .extend(own.group.iter().filter(|item| new(&item.id)).cloned());
        merged
            .indicator
            .extend(own.indicator.iter().filter(|item| new(&item.id)).cloned());
        merged
            .bonus
            .extend(own.bonus.iter().filter(|item| new(&item.id)).cloned());
        merged
            .deduction
            .extend(own.deduction.iter().filter(|item| new(&item.id)).cloned());
        merged
            .veto
            .extend(own.veto.iter().filter(|item| new(&item.id)).cloned());
    }

    fn redefined(&self, id: &Id, place: Place) -> Diagnostic {
        if let Some(frame) = self.locks.item(id) {
            let what = say!("另写了一个“{id}”", "defines `{id}` anew");
            return locks::broken(frame, self.home.get(id), place, &what);
        }
        let problem = say!("“{id}”上层已经有了", "`{id}` is inherited already");
        let mut finding = Diagnostic::error("redefined-item", place, problem).remedy(say!(
            "用 [[change]] 改它,或先用 remove 去掉它,或另取标识",
            "Change it with [[change]], `remove` it first, or choose another id"
        ));
        if let Some(home) = self.home.get(id) {
            finding = finding.related(home.clone(), say!("已写在这里", "it is written here"));
        }
        finding
    }
}

impl Taken {
    fn id(&self) -> &Id {
        match self {
            Self::Group(group) => &group.id,
            Self::Graded(_, indicator) => &indicator.id,
            Self::Veto(veto) => &veto.id,
        }
    }
}

/// Takes over a layer's settings as far as the locks allow.
struct Settling<'a> {
    locks: &'a Locks,
    layer: &'a Written<Scheme>,
    findings: &'a mut Vec<Diagnostic>,
}

impl Settling<'_> {
    /// Takes over one setting, if the layer gives it: a setting equal to its default isn't given.
    fn adopt<T: Clone + Default + PartialEq>(
        &mut self,
        key: &'static str,
        merged: &mut T,
        own: &T,
    ) {
        if *own == T::default() || own == merged {
            return;
        }
        let Some(frame) = self.locks.setting(key) else {
            merged.clone_from(own);
            return;
        };
        let what = say!("另定了 {key}", "replaces `{key}`");
        let place = at!(&self.layer.place, key);
        self.findings.push(locks::broken(
            frame,
            Some(&at!(&frame.place, key)),
            place,
            &what,
        ));
    }
}

/// The defaults of a layer over those below it.
fn over(own: &Defaults, below: &Defaults) -> Defaults {
    Defaults {
        kind: own.kind.or(below.kind),
        direction: own.direction.or(below.direction),
        rule: own.rule.clone().or_else(|| below.rule.clone()),
        missing: own.missing.or(below.missing),
        not_applicable: own.not_applicable.or(below.not_applicable),
        aggregate: own.aggregate.clone().or_else(|| below.aggregate.clone()),
        office: own.office.clone().or_else(|| below.office.clone()),
    }
}

/// Whether an aggregate is a formula that uses an id.
fn uses(aggregate: Option<&Aggregate>, id: &Id) -> bool {
    let Some(Aggregate::Formula(text)) = aggregate else {
        return false;
    };
    crate::formula::Formula::parse(text).is_ok_and(|formula| formula.names().contains(&id.as_str()))
}

fn unfit_change(kind: ItemKind, id: &Id, key: &str, place: Place) -> Diagnostic {
    let Say { zh, en } = kind.say();
    let problem = Say {
        zh: format!("“{id}”是{zh},没有 {key} 可改"),
        en: format!("`{id}` is a {en}; it has no `{key}` to change"),
    };
    Diagnostic::error("unfit-change", place, problem)
        .remedy(say!("去掉这一行", "Take this line out"))
}

/// The keys of a change other than `id`, listed once.
macro_rules! change_keys {
    ($($key:ident),*) => {
        /// The keys that `open` may list.
        pub(crate) const CHANGE_KEYS: &[&str] = &[$(stringify!($key)),*];

        /// The keys a change gives.
        pub(crate) fn given_keys(change: &Change) -> Vec<&'static str> {
            let mut keys = Vec::new();
            $(if change.$key.is_some() { keys.push(stringify!($key)); })*
            keys
        }

        fn clear_key(change: &mut Change, key: &str) {
            match key {
                $(stringify!($key) => change.$key = None,)*
                _ => {}
            }
        }
    };
}

change_keys!(
    name,
    about,
    kind,
    points,
    weight,
    measure,
    direction,
    rule,
    aggregate,
    missing,
    not_applicable,
    min_n,
    proof,
    office
);

fn change_indicator(indicator: &mut Indicator, change: Change) {
    if let Some(name) = change.name {
        indicator.name = name;
    }
    if let Some(measure) = change.measure {
        indicator.measure = measure;
    }
    replace(&mut indicator.about, change.about);
    replace(&mut indicator.kind, change.kind);
    replace(&mut indicator.points, change.points);
    replace(&mut indicator.weight, change.weight);
    replace(&mut indicator.direction, change.direction);
    replace(&mut indicator.rule, change.rule);
    replace(&mut indicator.missing, change.missing);
    replace(&mut indicator.not_applicable, change.not_applicable);
    replace(&mut indicator.min_n, change.min_n);
    replace(&mut indicator.proof, change.proof);
    replace(&mut indicator.office, change.office);
}

fn change_group(group: &mut Group, change: Change) {
    if let Some(name) = change.name {
        group.name = name;
    }
    replace(&mut group.about, change.about);
    replace(&mut group.points, change.points);
    replace(&mut group.weight, change.weight);
    replace(&mut group.rule, change.rule);
    replace(&mut group.aggregate, change.aggregate);
    replace(&mut group.missing, change.missing);
}

fn replace<T>(slot: &mut Option<T>, new: Option<T>) {
    if new.is_some() {
        *slot = new;
    }
}
