//! Changes of schemes and their items.

use super::campaign::{about, name};
use super::{Change, Changes, What, same, text, title};
use crate::explain::{Meaning, sentence, words};
use crate::model::{
    Band, Direction, Fallback, Group, Id, Indicator, Rule, Scheme, Status, Text, Veto,
};
use crate::{Campaign, Lang, Say, say};

/// Two campaigns whose schemes are compared.
#[derive(Clone, Copy)]
struct Sides<'a> {
    old: &'a Campaign,
    new: &'a Campaign,
}

/// Compares all schemes: those of one id, and a scheme that takes the place of another in its category.
pub(super) fn compare(old: &Campaign, new: &Campaign, changes: &mut Changes) {
    let sides = Sides { old, new };
    let gone = only_in(old, new);
    let fresh = only_in(new, old);
    for scheme in &old.effective {
        let now = new
            .scheme(scheme.id.as_str())
            .or_else(|| successor(scheme, &gone, &fresh));
        changes.about(scheme_title(now.unwrap_or(scheme)), |changes| match now {
            Some(now) => compare_scheme(sides, scheme, now, changes),
            None => changes.push(What::Removed(whom(scheme))),
        });
    }
    for scheme in fresh
        .iter()
        .filter(|scheme| successor(scheme, &fresh, &gone).is_none())
    {
        changes.about(scheme_title(scheme), |changes| {
            changes.push(What::Added(whom(scheme)))
        });
    }
    drop_inherited(new, changes);
}

/// Tells a change once: what a scheme only inherits is told of the scheme it extends.
fn drop_inherited(campaign: &Campaign, changes: &mut Changes) {
    let all = changes.list.clone();
    let told_of_base = |change: &Change| {
        let (scheme, rest) = change.subject.split_first()?;
        let mut schemes = campaign.effective.iter();
        let base = schemes
            .find(|other| scheme_title(other) == *scheme)?
            .extends
            .as_ref()?;
        let base = scheme_title(campaign.scheme(base.as_str())?);
        let same = |other: &Change| {
            let (subject, others) = (other.subject.first(), other.subject.get(1..));
            subject == Some(&base) && others == Some(rest) && other.what == change.what
        };
        all.iter().any(same).then_some(())
    };
    changes
        .list
        .retain(|change| change.subject.len() < 2 || told_of_base(change).is_none());
}

fn only_in<'a>(one: &'a Campaign, other: &Campaign) -> Vec<&'a Scheme> {
    let schemes = one.effective.iter();
    schemes
        .filter(|scheme| other.scheme(scheme.id.as_str()).is_none())
        .collect()
}

/// The one scheme of the category among `others`, if `scheme` is the only one of it among `own`.
fn successor<'a>(scheme: &Scheme, own: &[&Scheme], others: &[&'a Scheme]) -> Option<&'a Scheme> {
    scheme.category.as_ref()?;
    let same =
        |other: &&&Scheme| other.category == scheme.category && other.status == scheme.status;
    let mut found = others.iter().filter(|other| same(other));
    let alone = own.iter().filter(same).count() == 1;
    let first = found.next().filter(|_| alone)?;
    found.next().is_none().then_some(*first)
}

fn scheme_title(scheme: &Scheme) -> Say {
    title(say!("细则", "Scheme"), &scheme.name, scheme.id.as_str())
}

fn whom(scheme: &Scheme) -> Say {
    scheme
        .category
        .as_ref()
        .map_or_else(super::nothing, |id| say!("考核 {id}", "scores {id}"))
}

fn compare_scheme(sides: Sides, old: &Scheme, new: &Scheme, changes: &mut Changes) {
    changes.aspect(say!("标识", "id"), (&old.id, &new.id), |id| {
        Some(same(id))
    });
    name((&old.name, &new.name), changes);
    about((&old.about, &new.about), changes);
    settings(sides, old, new, changes);
    changes.lists(
        (&old.group, &new.group),
        |group| group.id.as_str(),
        |group| title(say!("指标组", "Group"), &group.name, group.id.as_str()),
        compare_group,
    );
    items(sides, old, new, changes);
    changes.lists(
        (&old.veto, &new.veto),
        |veto| veto.id.as_str(),
        |veto| title(say!("否决项", "Veto"), &veto.name, veto.id.as_str()),
        |changes, was, is| compare_veto(sides, (old, was), (new, is), changes),
    );
    bands(old, new, changes);
}

/// The settings of a scheme as a whole.
fn settings(sides: Sides, old: &Scheme, new: &Scheme, changes: &mut Changes) {
    changes.option(
        say!("考核类别", "category"),
        (&old.category, &new.category),
        same,
    );
    changes.option(say!("施行", "in force from"), (&old.from, &new.from), same);
    changes.aspect(
        say!("效力", "status"),
        (&old.status, &new.status),
        |status| {
            Some(match status {
                Status::Binding => say!("正式", "binding"),
                Status::Trial => say!("试行", "on trial"),
            })
        },
    );
    changes.option(say!("总分", "total"), (&old.total, &new.total), same);
    changes.aspect(say!("锁定", "lock"), (&old.lock, &new.lock), |lock| {
        Some(if *lock {
            say!("锁定", "locked")
        } else {
            say!("不锁定", "not locked")
        })
    });
    changes.option(
        say!("留给下级的分", "points left to the level below"),
        (&old.free_points, &new.free_points),
        same,
    );
    changes.option(
        say!("顶层合成", "top"),
        (&old.aggregate, &new.aggregate),
        words::aggregate,
    );
    changes.option(
        say!("取舍", "rounding"),
        (&old.rounding, &new.rounding),
        words::rounding,
    );
    changes.aspect(
        say!("计分之前", "before scoring"),
        (&old.prepare, &new.prepare),
        |steps| {
            let steps: Vec<Say> = steps.iter().map(words::preparation).collect();
            (!steps.is_empty()).then(|| words::joined(&steps))
        },
    );
    changes.option(say!("参评", "rated"), (&old.rated, &new.rated), |rated| {
        words::rated(rated, new)
    });
    let attributes = &sides.new.file.attribute;
    changes.option(
        say!("分组", "peer groups"),
        (&old.peers, &new.peers),
        |peers| words::peers(peers, attributes),
    );
    changes.aspect(say!("上限", "caps"), (&old.caps, &new.caps), |caps| {
        let caps = words::caps(caps);
        (!caps.is_empty()).then(|| words::joined(&caps))
    });
    if old.tie_break != new.tie_break {
        let was = words::ties(old, &sides.old.measures);
        let is = words::ties(new, &sides.new.measures);
        let aspect = say!("同分", "ties");
        changes.push(What::Changed {
            aspect,
            old: Some(was),
            new: Some(is),
        });
    }
}

fn compare_group(changes: &mut Changes, old: &Group, new: &Group) {
    name((&old.name, &new.name), changes);
    about((&old.about, &new.about), changes);
    changes.option(say!("所属的组", "group"), (&old.group, &new.group), same);
    changes.option(say!("分值", "points"), (&old.points, &new.points), same);
    changes.option(say!("权重", "weight"), (&old.weight, &new.weight), same);
    changes.option(
        say!("合成", "aggregate"),
        (&old.aggregate, &new.aggregate),
        words::aggregate,
    );
    changes.option(
        say!("规则", "rule"),
        (&old.rule, &new.rule),
        crate::explain::of_group,
    );
    changes.option(
        say!("至少几个成员有数", "members needed"),
        (&old.at_least, &new.at_least),
        same,
    );
    changes.option(
        say!("缺数时", "where missing"),
        (&old.missing, &new.missing),
        |how| words::fallback(*how),
    );
    open((&old.open, &new.open), changes);
}

fn open((old, new): (&[String], &[String]), changes: &mut Changes) {
    let sorted = |keys: &[String]| {
        let mut keys = keys.to_vec();
        keys.sort_unstable();
        keys
    };
    changes.aspect(
        say!("下级可改", "open below"),
        (&sorted(old), &sorted(new)),
        |keys| (!keys.is_empty()).then(|| same(&keys.join(" "))),
    );
}

/// An indicator, bonus or deduction, with the list it stands in.
struct Item<'a> {
    list: Say,
    meaning: Meaning,
    item: &'a Indicator,
}

fn all_items(scheme: &Scheme) -> Vec<Item<'_>> {
    let lists = [
        (
            say!("指标", "Indicator"),
            Meaning::Earned,
            &scheme.indicator,
        ),
        (say!("加分项", "Bonus"), Meaning::Earned, &scheme.bonus),
        (
            say!("扣分项", "Deduction"),
            Meaning::TakenOff,
            &scheme.deduction,
        ),
    ];
    let entries = lists.into_iter().flat_map(|(list, meaning, items)| {
        items.iter().map(move |item| Item {
            list: list.clone(),
            meaning,
            item,
        })
    });
    entries.collect()
}

fn items(sides: Sides, old: &Scheme, new: &Scheme, changes: &mut Changes) {
    let (was, is) = (all_items(old), all_items(new));
    let find = |list: &'_ [Item<'_>], id: &Id| list.iter().position(|item| item.item.id == *id);
    for item in &was {
        let now = find(&is, &item.item.id).and_then(|index| is.get(index));
        let named = now.unwrap_or(item);
        let subject = title(named.list.clone(), &named.item.name, named.item.id.as_str());
        changes.about(subject, |changes| match now {
            Some(now) => compare_item(sides, item, now, changes),
            None => changes.push(What::Removed(worth(item.item))),
        });
    }
    for item in is.iter().filter(|item| find(&was, &item.item.id).is_none()) {
        let subject = title(item.list.clone(), &item.item.name, item.item.id.as_str());
        changes.about(subject, |changes| {
            let (worth, rule) = (worth(item.item), rule_words(sides.new, item));
            changes.push(What::Added(match rule {
                Some(rule) if worth.zh.is_empty() => rule,
                Some(rule) => Say {
                    zh: format!("{},{}", worth.zh, rule.zh),
                    en: format!("{}; {}", worth.en, rule.en),
                },
                None => worth,
            }));
        });
    }
}

fn worth(item: &Indicator) -> Say {
    match (item.points, item.weight) {
        (Some(points), _) => words::points_of(points),
        (None, Some(weight)) => say!("权重 {weight}", "weight {weight}"),
        (None, None) => super::nothing(),
    }
}

/// The rule of an item in words, in both languages.
fn rule_words(campaign: &Campaign, item: &Item) -> Option<Say> {
    let Item { item, meaning, .. } = item;
    let measure = campaign.measure(item.measure.as_str())?;
    item.rule.as_ref()?;
    let base = match &item.rule {
        Some(Rule::Progress(progress)) => progress.base.as_ref(),
        _ => None,
    };
    let base = base.and_then(|base| campaign.measure(base.as_str()));
    let words = |lang| sentence(item, measure, *meaning, base, lang);
    // Here the sentence is a part of another.
    Some(Say {
        zh: words(Lang::Zh).trim_end_matches('。').to_owned(),
        en: words(Lang::En).trim_end_matches('.').to_owned(),
    })
}

fn compare_item(sides: Sides, was: &Item, is: &Item, changes: &mut Changes) {
    let (old, new) = (was.item, is.item);
    changes.aspect(say!("列为", "listed as"), (&was.list, &is.list), |list| {
        Some(list.clone())
    });
    name((&old.name, &new.name), changes);
    about((&old.about, &new.about), changes);
    changes.option(say!("所属的组", "group"), (&old.group, &new.group), same);
    changes.option(say!("种类", "kind"), (&old.kind, &new.kind), |kind| {
        words::kind(*kind)
    });
    changes.option(say!("分值", "points"), (&old.points, &new.points), same);
    changes.option(say!("权重", "weight"), (&old.weight, &new.weight), same);
    changes.aspect(
        say!("度量", "measure"),
        (&old.measure, &new.measure),
        |id| Some(same(id)),
    );
    changes.option(
        say!("方向", "direction"),
        (&old.direction, &new.direction),
        |direction| match direction {
            Direction::Higher => say!("越高越好", "higher is better"),
            Direction::Lower => say!("越低越好", "lower is better"),
        },
    );
    if (&old.rule, &old.relief, old.min_n) != (&new.rule, &new.relief, new.min_n) {
        let aspect = say!("规则", "rule");
        let (old, new) = (rule_words(sides.old, was), rule_words(sides.new, is));
        changes.push(What::Changed { aspect, old, new });
    }
    let how = |how: &Fallback| words::fallback(*how);
    changes.option(
        say!("缺数时", "where missing"),
        (&old.missing, &new.missing),
        how,
    );
    changes.option(
        say!("不适用时", "where not applicable"),
        (&old.not_applicable, &new.not_applicable),
        how,
    );
    proof((&old.proof, &new.proof), changes);
    changes.option(say!("责任科室", "office"), (&old.office, &new.office), same);
    open((&old.open, &new.open), changes);
}

fn proof(sides: (&Option<Text>, &Option<Text>), changes: &mut Changes) {
    changes.option(say!("证明", "proof"), sides, text);
}

fn compare_veto(
    sides: Sides,
    (old_scheme, old): (&Scheme, &Veto),
    (new_scheme, new): (&Scheme, &Veto),
    changes: &mut Changes,
) {
    name((&old.name, &new.name), changes);
    about((&old.about, &new.about), changes);
    let of = |veto: &Veto| {
        (
            veto.measure.clone(),
            veto.at_least.unwrap_or(1.0),
            veto.effect.clone(),
        )
    };
    if of(old) != of(new) {
        let was = words::veto(old, sides.old.measure(old.measure.as_str()), old_scheme);
        let is = words::veto(new, sides.new.measure(new.measure.as_str()), new_scheme);
        let aspect = say!("规则", "rule");
        changes.push(What::Changed {
            aspect,
            old: Some(was),
            new: Some(is),
        });
    }
    proof((&old.proof, &new.proof), changes);
    changes.option(say!("责任科室", "office"), (&old.office, &new.office), same);
}

fn bands(old: &Scheme, new: &Scheme, changes: &mut Changes) {
    let (was, is) = (
        old.banding.clone().unwrap_or_default(),
        new.banding.clone().unwrap_or_default(),
    );
    if was != is {
        let words = |scheme: &Scheme, banding| {
            let words = words::banding(banding, &scheme.band);
            (!words.is_empty()).then(|| words::joined(&words))
        };
        let aspect = say!("定级", "banding");
        let (old, new) = (words(old, &was), words(new, &is));
        changes.push(What::Changed { aspect, old, new });
    }
    changes.lists(
        (&old.band, &new.band),
        |band| band.id.as_str(),
        |band| title(say!("等次", "Band"), &band.name, band.id.as_str()),
        |changes, old, new| {
            name((&old.name, &new.name), changes);
            let terms = |band: &Band| words::band(band);
            changes.aspect(
                say!("条件", "terms"),
                (&terms(old), &terms(new)),
                |terms| (!terms.zh.is_empty()).then(|| terms.clone()),
            );
        },
    );
    let order = |one: &Scheme, other: &Scheme| -> Vec<String> {
        let known = |id: &Id| other.band.iter().any(|band| band.id == *id);
        let bands = one.band.iter().filter(|band| known(&band.id));
        bands.map(|band| band.id.to_string()).collect()
    };
    changes.aspect(
        say!("等次的次序", "order of bands"),
        (&order(old, new), &order(new, old)),
        |ids| Some(same(&ids.join(" > "))),
    );
}
