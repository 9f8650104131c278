//! Points and weights: that they add up, suit how they are put together, and leave paper its limit.

use std::collections::BTreeSet;

use super::context::{Findings, Subject};
use super::rules::in_sum;
use crate::exact::{Micro, micro};
use crate::model::{Aggregate, Group, Id, Indicator, IndicatorKind, Rule, Scheme};
use crate::trail::at;
use crate::{Campaign, Diagnostic, Place, say};

/// How much of a scheme's score comes from what kind of indicator, in percent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct KindShares {
    /// From results.
    pub outcome: f64,
    /// From the process.
    pub process: f64,
    /// From paper.
    pub paper: f64,
    /// From indicators that don't say.
    pub unstated: f64,
}

/// The shares of kinds in a complete scheme: by points where points are summed, by effective weight where means are
/// taken, in equal parts where a formula decides. Bonuses and deductions stand outside.
///
/// ```no_run
/// # let scheme: rulebook::model::Scheme = unimplemented!();
/// let shares = rulebook::check::kind_shares(&scheme);
/// assert!(shares.paper <= 15.0);
/// ```
#[must_use]
pub fn kind_shares(scheme: &Scheme) -> KindShares {
    let mut shares = KindShares::default();
    for (indicator, share) in indicator_shares(scheme) {
        let slot = match indicator.kind {
            Some(IndicatorKind::Outcome) => &mut shares.outcome,
            Some(IndicatorKind::Process) => &mut shares.process,
            Some(IndicatorKind::Paper) => &mut shares.paper,
            None => &mut shares.unstated,
        };
        *slot += share;
    }
    shares
}

/// Each indicator with its share of the score in percent.
fn indicator_shares(scheme: &Scheme) -> Vec<(&Indicator, f64)> {
    let mut shares = Vec::new();
    share_out(scheme, None, 100.0, &mut BTreeSet::new(), &mut shares);
    shares
}

fn share_out<'a>(
    scheme: &'a Scheme,
    group: Option<&'a Id>,
    percent: f64,
    above: &mut BTreeSet<&'a Id>,
    shares: &mut Vec<(&'a Indicator, f64)>,
) {
    let members = Members::of(scheme, group);
    let whole = members.whole(scheme, group);
    if whole <= 0.0 {
        return;
    }
    for indicator in &members.indicators {
        shares.push((
            indicator,
            percent * members.part_of(indicator.points, indicator.weight) / whole,
        ));
    }
    for inner in &members.groups {
        // A circle of groups is reported elsewhere; here it only mustn't hang.
        if above.insert(&inner.id) {
            let part = members.part_of(Some(worth(scheme, inner, 0)), inner.weight);
            share_out(
                scheme,
                Some(&inner.id),
                percent * part / whole,
                above,
                shares,
            );
            above.remove(&inner.id);
        }
    }
}

/// What is put together in one place.
struct Members<'a> {
    aggregate: Aggregate,
    indicators: Vec<&'a Indicator>,
    groups: Vec<&'a Group>,
}

impl<'a> Members<'a> {
    /// The members of a group, or of the top.
    fn of(scheme: &'a Scheme, group: Option<&Id>) -> Self {
        let found = scheme.group.iter().find(|other| group == Some(&other.id));
        let aggregate = match group {
            Some(_) => found.and_then(|group| group.aggregate.clone()),
            None => scheme.aggregate.clone(),
        };
        Self {
            aggregate: aggregate.unwrap_or(Aggregate::Sum),
            indicators: scheme
                .indicator
                .iter()
                .filter(|item| item.group.as_ref() == group)
                .collect(),
            groups: scheme
                .group
                .iter()
                .filter(|item| item.group.as_ref() == group)
                .collect(),
        }
    }

    /// A member's part: points in a sum, weight in a mean, one in a formula.
    fn part_of(&self, points: Option<f64>, weight: Option<f64>) -> f64 {
        match self.aggregate {
            Aggregate::Sum => points.unwrap_or(0.0),
            Aggregate::Formula(_) => 1.0,
            _ => weight.unwrap_or(1.0),
        }
    }

    /// All parts together; at the top of a sum the declared total, since a frame is only a part of it.
    fn whole(&self, scheme: &Scheme, group: Option<&Id>) -> f64 {
        if let (None, Aggregate::Sum, Some(total)) = (group, &self.aggregate, scheme.total) {
            return total;
        }
        let indicators = self
            .indicators
            .iter()
            .map(|item| self.part_of(item.points, item.weight));
        let groups = self
            .groups
            .iter()
            .map(|item| self.part_of(Some(worth(scheme, item, 0)), item.weight));
        indicators.chain(groups).sum()
    }
}

/// The points of a group: what its members add up to, or what it declares where they aren't summed.
fn worth(scheme: &Scheme, group: &Group, depth: usize) -> f64 {
    let members = Members::of(scheme, Some(&group.id));
    if members.aggregate != Aggregate::Sum || depth > scheme.group.len() {
        return group.points.unwrap_or(0.0);
    }
    let own: f64 = members
        .indicators
        .iter()
        .filter_map(|item| item.points)
        .sum();
    own + members
        .groups
        .iter()
        .map(|inner| worth(scheme, inner, depth + 1))
        .sum::<f64>()
}

/// Checks points and weights of one scheme.
pub(super) fn check(campaign: &Campaign, subject: &Subject, findings: &mut Findings) {
    let mut fits = subject.whole && circles(subject, findings);
    fits &= points_where_summed(subject, findings);
    for group in &subject.scheme.group {
        members(subject, group, findings);
    }
    weights(subject, findings);
    let weighed = subject.scheme.aggregate != Some(Aggregate::Sum);
    if let (true, Some(total)) = (weighed, subject.scheme.total) {
        let problem = say!(
            "按权重合成而写了总分 {total}",
            "the score is made by weights, but a total of {total} is given"
        );
        let remedy = say!(
            "去掉 total,或让顶层相加",
            "Drop `total`, or let the top be a sum"
        );
        findings.push(
            Diagnostic::error("total-of-weights", subject.setting("total"), problem).remedy(remedy),
        );
        return;
    }
    if fits && !unknown_groups(subject.scheme) {
        sums(subject, findings);
        paper(campaign, subject, findings);
    }
}

fn unknown_groups(scheme: &Scheme) -> bool {
    let known = |group: &Id| scheme.group.iter().any(|other| other.id == *group);
    let named = scheme
        .indicator
        .iter()
        .filter_map(|item| item.group.as_ref());
    named
        .chain(scheme.group.iter().filter_map(|item| item.group.as_ref()))
        .any(|group| !known(group))
}

/// Reports groups that lie in each other; whether there are none.
fn circles(subject: &Subject, findings: &mut Findings) -> bool {
    let mut told: BTreeSet<&Id> = BTreeSet::new();
    let mut none = true;
    for group in &subject.scheme.group {
        let mut path: Vec<&Id> = vec![&group.id];
        let mut above = group.group.as_ref();
        while let Some(id) = above.filter(|id| !path.contains(id)) {
            path.push(id);
            above = subject.group(id).and_then(|group| group.group.as_ref());
        }
        if above != Some(&group.id) {
            continue;
        }
        none = false;
        if !path.iter().any(|id| told.contains(id)) {
            let chain: Vec<&str> = path.iter().map(|id| id.as_str()).collect();
            let (chain, id) = (chain.join(" → "), &group.id);
            let problem = say!(
                "指标组互相包含:{chain} → {id}",
                "the groups lie in each other: {chain} → {id}"
            );
            let place = subject.key(id, "group");
            findings.push(
                Diagnostic::error("group-circle", place, problem).remedy(say!(
                    "让其中一个属于顶层",
                    "Let one of them belong to the top"
                )),
            );
        }
        told.extend(path);
    }
    none
}

/// Reports points that lack where they are summed, and points and weights where they are of no use; whether none lack.
fn points_where_summed(subject: &Subject, findings: &mut Findings) -> bool {
    let scheme = subject.scheme;
    let mut complete = true;
    for indicator in &scheme.indicator {
        let id = &indicator.id;
        if in_sum(scheme, indicator.group.as_ref()) {
            complete &= needs_points(subject, id, indicator.points, indicator.weight, findings);
        } else if let Some(points) = indicator.points.filter(|_| in_mean(scheme, indicator)) {
            let problem = say!(
                "“{id}”所在的组取平均,{points} 分不起作用",
                "`{id}` is in a mean, where its {points} points mean nothing"
            );
            let remedy = say!(
                "改写 weight,或让组相加",
                "Write a `weight`, or let the group be a sum"
            );
            let place = subject.key(id, "points");
            findings.push(Diagnostic::error("points-in-mean", place, problem).remedy(remedy));
        }
    }
    for group in &scheme.group {
        if in_sum(scheme, group.group.as_ref()) {
            complete &= summed_group(subject, group, findings);
        }
    }
    for indicator in scheme.bonus.iter().chain(&scheme.deduction) {
        if indicator.rule.as_ref().is_some_and(needs_full) {
            needs_points(subject, &indicator.id, indicator.points, None, findings);
        }
    }
    complete
}

/// Whether an indicator's value enters a mean of any kind; a formula may well use points.
fn in_mean(scheme: &Scheme, indicator: &Indicator) -> bool {
    let aggregate = Members::of(scheme, indicator.group.as_ref()).aggregate;
    !matches!(aggregate, Aggregate::Sum | Aggregate::Formula(_))
}

/// Whether a rule yields a part of the full points, so that these have to be known.
fn needs_full(rule: &Rule) -> bool {
    !matches!(
        rule,
        Rule::Earn(_)
            | Rule::Steps(_)
            | Rule::RankTable(_)
            | Rule::RankShare(_)
            | Rule::AsIs
            | Rule::Formula(_)
    )
}

/// Whether a group among summed points has points of its own.
fn summed_group(subject: &Subject, group: &Group, findings: &mut Findings) -> bool {
    let id = &group.id;
    // A group that is a sum is worth what its members are.
    let points = match group.aggregate {
        None | Some(Aggregate::Sum) => Some(0.0),
        Some(Aggregate::Formula(_)) => group.points,
        Some(_) => {
            let problem = say!(
                "指标组“{id}”取平均,得出的不是分,不能与分相加",
                "the group `{id}` is a mean: what it yields are no points to be summed"
            );
            let remedy = say!(
                "让它相加,或让它的上级也取平均",
                "Let it be a sum, or let the level above be a mean too"
            );
            let place = subject.key(id, "aggregate");
            findings.push(Diagnostic::error("mean-in-sum", place, problem).remedy(remedy));
            return false;
        }
    };
    needs_points(subject, id, points, group.weight, findings)
}

fn needs_points(
    subject: &Subject,
    id: &Id,
    points: Option<f64>,
    weight: Option<f64>,
    findings: &mut Findings,
) -> bool {
    if points.is_none() {
        let problem = say!(
            "“{id}”没有分值,而所在的组要相加",
            "`{id}` has no points, but is summed"
        );
        let remedy = say!(
            "写明 points,或让组取平均",
            "Give it `points`, or let its group be a mean"
        );
        findings.push(Diagnostic::error("no-points", subject.item(id), problem).remedy(remedy));
    } else if let Some(weight) = weight {
        let problem = say!(
            "“{id}”的权重 {weight} 不起作用:所在的组是相加的",
            "the weight {weight} of `{id}` means nothing: it is summed"
        );
        let remedy = say!(
            "去掉 weight,或让组取平均",
            "Drop the `weight`, or let the group be a mean"
        );
        findings.push(
            Diagnostic::error("weight-in-sum", subject.key(id, "weight"), problem).remedy(remedy),
        );
    }
    points.is_some()
}

/// Reports a group that is empty, or that asks for more members than it has.
fn members(subject: &Subject, group: &Group, findings: &mut Findings) {
    let members = Members::of(subject.scheme, Some(&group.id));
    let count = members.indicators.len() + members.groups.len();
    let id = &group.id;
    if subject.is_base() {
        return;
    }
    if count == 0 {
        let problem = say!("指标组“{id}”里什么也没有", "the group `{id}` is empty");
        let remedy = say!("给它指标,或去掉它", "Give it indicators, or drop it");
        findings.push(Diagnostic::error("empty-group", subject.item(id), problem).remedy(remedy));
    } else if let Some(least) = group
        .at_least
        .filter(|least| usize::try_from(*least).is_ok_and(|least| least > count))
    {
        let problem = say!(
            "指标组“{id}”要至少 {least} 个成员有数,而只有 {count} 个",
            "the group `{id}` needs {least} members given, but has only {count}"
        );
        let remedy = say!("at_least 不超过 {count}", "`at_least` is {count} at most");
        findings.push(
            Diagnostic::error(
                "unreachable-rule",
                at!(&subject.item(id), "at_least"),
                problem,
            )
            .remedy(remedy),
        );
    }
}

/// Reports means whose weights are all zero.
fn weights(subject: &Subject, findings: &mut Findings) {
    let scheme = subject.scheme;
    let nodes = scheme
        .group
        .iter()
        .map(|group| Some(&group.id))
        .chain([None]);
    for node in nodes {
        let members = Members::of(scheme, node);
        let mean = !matches!(members.aggregate, Aggregate::Sum | Aggregate::Formula(_));
        let weights = members.indicators.iter().map(|item| item.weight);
        let mut weights = weights
            .chain(members.groups.iter().map(|item| item.weight))
            .peekable();
        if mean && weights.peek().is_some() && weights.all(|weight| weight == Some(0.0)) {
            let place = node.map_or_else(|| subject.setting("aggregate"), |id| subject.item(id));
            let problem = match node {
                Some(id) => say!("“{id}”成员的权重全是 0", "the weights in `{id}` are all 0"),
                None => say!("顶层的权重全是 0", "the weights at the top are all 0"),
            };
            let remedy = say!("至少一个权重大于 0", "Give at least one a weight over 0");
            findings.push(Diagnostic::error("zero-weights", place, problem).remedy(remedy));
        }
    }
}

/// Reports sums that don't come to what is declared.
fn sums(subject: &Subject, findings: &mut Findings) {
    let scheme = subject.scheme;
    let frame = subject.is_base();
    // What an unfinished base leaves open, the layers above bring.
    if frame && !scheme.lock && scheme.free_points.is_none() {
        return;
    }
    let free = scheme
        .free_points
        .filter(|_| frame)
        .map_or(Micro::ZERO, micro);
    for group in &scheme.group {
        let Some(declared) = group.points.map(micro) else {
            continue;
        };
        if !matches!(group.aggregate, None | Some(Aggregate::Sum)) {
            continue;
        }
        let sum = added_up(scheme, Some(&group.id), !frame);
        let may_fall_short = frame && sum < declared && declared - sum <= free;
        if sum != declared && !may_fall_short {
            findings.push(wrong_group(subject, &group.id, sum, declared));
        }
    }
    let Some(total) = scheme.total.map(micro) else {
        return;
    };
    let sum = added_up(scheme, None, !frame);
    if sum + free != total {
        let (difference_zh, difference_en) = difference(sum + free, total);
        let problem = if frame {
            say!(
                "各项合计 {sum} 分,加上留给下级的 {free} 分,与总分 {total} 分不符,{difference_zh}",
                "the points add up to {sum}; with the {free} left to the level below they don't make the total of {total}: {difference_en}"
            )
        } else {
            say!(
                "各项合计 {sum} 分,与总分 {total} 分不符,{difference_zh}",
                "the points add up to {sum}, not to the total of {total}: {difference_en}"
            )
        };
        let remedy = say!(
            "调整分值,使合计等于总分",
            "Change the points so that they add up to the total"
        );
        let place = own_place(subject, subject.setting("total"));
        findings.push(Diagnostic::error("points-sum", place, problem).remedy(remedy));
    }
}

/// The points of a node's members in millionths. A group that declares its points counts as declared where `trust` is set,
/// so that one wrong group is reported once.
fn added_up(scheme: &Scheme, group: Option<&Id>, trust: bool) -> Micro {
    let members = Members::of(scheme, group);
    let own: Micro = members
        .indicators
        .iter()
        .filter_map(|item| item.points)
        .map(micro)
        .sum();
    let inner: Micro = members
        .groups
        .iter()
        .map(|inner| match inner.points {
            Some(points) if trust || inner.aggregate != Some(Aggregate::Sum) => micro(points),
            _ => added_up(scheme, Some(&inner.id), trust),
        })
        .sum();
    own + inner
}

fn difference(sum: Micro, declared: Micro) -> (String, String) {
    if sum > declared {
        let by = sum - declared;
        (format!("多 {by} 分"), format!("{by} too many"))
    } else {
        let by = declared - sum;
        (format!("少 {by} 分"), format!("{by} too few"))
    }
}

fn wrong_group(subject: &Subject, id: &Id, sum: Micro, declared: Micro) -> Diagnostic {
    let (zh, en) = difference(sum, declared);
    let problem = say!(
        "指标组“{id}”应有 {declared} 分,成员合计 {sum} 分,{zh}",
        "the group `{id}` should hold {declared} points, its members add up to {sum}: {en}"
    );
    let declared_at = subject.key(id, "points");
    let place = own_place(subject, declared_at.clone());
    let finding = Diagnostic::error("points-sum", place.clone(), problem).remedy(say!(
        "调整成员的分值或组的 points",
        "Change the members' points or the group's"
    ));
    if place == declared_at {
        return finding;
    }
    finding.related(
        declared_at,
        say!(
            "应有的分写在这里",
            "the points it should hold are written here"
        ),
    )
}

/// A place in the scheme's own file: what is inherited is pointed at by `extends`.
fn own_place(subject: &Subject, place: Place) -> Place {
    if subject.owns(&place) {
        place
    } else {
        at!(&subject.written.place, "extends")
    }
}

/// Reports a scheme in which paper weighs more than the campaign allows.
fn paper(campaign: &Campaign, subject: &Subject, findings: &mut Findings) {
    let Some(limit) = campaign.file.limits.paper_percent else {
        return;
    };
    let share = kind_shares(subject.scheme).paper;
    if subject.is_base() || micro(share) <= micro(limit) {
        return;
    }
    let (id, share) = (&subject.scheme.id, micro(share));
    let problem = say!(
        "“{id}”中纸面材料占 {share}%,超过上限 {limit}%",
        "paper makes {share} % of `{id}`; the limit is {limit} %"
    );
    let place = own_place(subject, subject.setting("total"));
    let limits = at!(&Place::whole("campaign.toml"), "limits", "paper_percent");
    let mut finding = Diagnostic::error("paper-share", place, problem)
        .remedy(say!(
            "改用结果或过程指标,或减少材料的分值",
            "Score results or the process instead, or give paper fewer points"
        ))
        .related(limits, say!("上限在这里", "the limit is here"));
    for (indicator, share) in indicator_shares(subject.scheme) {
        if indicator.kind == Some(IndicatorKind::Paper) {
            let share = micro(share);
            finding = finding.related(
                subject.item(&indicator.id),
                say!("材料,占 {share}%", "paper, {share} %"),
            );
        }
    }
    findings.push(finding);
}
