//! Bands, quotas and vetoes.

use super::context::{Findings, Subject};
use super::rules;
use crate::exact::{Micro, micro};
use crate::model::{Aggregate, Band, Effect, Scheme, Within};
use crate::trail::at;
use crate::{Campaign, Diagnostic, say};

/// Checks the bands and vetoes of one scheme.
pub(super) fn check(campaign: &Campaign, subject: &Subject, findings: &mut Findings) {
    rules::check_veto(campaign, subject, findings);
    caps_of_vetoes(subject, findings);
    peers(subject, findings);
    let clustered = subject
        .scheme
        .banding
        .as_ref()
        .is_some_and(|banding| banding.k_means.is_some());
    if clustered {
        k_means(subject, findings);
    } else {
        order(subject, findings);
        quotas(subject, findings);
        unreachable(subject, findings);
    }
    rated(subject, findings);
}

/// Reports a veto that holds the score at or over what can be had anyway.
fn caps_of_vetoes(subject: &Subject, findings: &mut Findings) {
    let Some(most) = most(subject.scheme) else {
        return;
    };
    for veto in &subject.scheme.veto {
        if let Effect::ScoreAtMost(held) = veto.effect
            && held >= most
        {
            let id = &veto.id;
            let problem = say!(
                "否决项“{id}”限为 {held} 分,而得分最多 {most},等于没有否决",
                "the veto `{id}` holds the score at {held}, but {most} is all there is: it does nothing"
            );
            let place = at!(&subject.item(id), "effect");
            findings.push(
                Diagnostic::error("unreachable-rule", place, problem)
                    .remedy(say!("要小于 {most}", "Less than {most}")),
            );
        }
    }
}

fn peers(subject: &Subject, findings: &mut Findings) {
    let scheme = subject.scheme;
    let inside = scheme
        .banding
        .as_ref()
        .is_some_and(|banding| banding.within == Within::Peers);
    if inside && scheme.peers.is_none() && !subject.is_base() {
        let problem = say!(
            "在分组之内定级,而没有写怎么分组",
            "bands are given inside peer groups, but nothing says what those are"
        );
        let place = at!(&subject.setting("banding"), "within");
        findings.push(
            Diagnostic::error("no-peers", place, problem)
                .remedy(say!("写明 peers", "Give `peers`")),
        );
    }
}

fn k_means(subject: &Subject, findings: &mut Findings) {
    let place = || at!(&subject.setting("banding"), "k_means");
    if subject.scheme.band.is_empty() && !subject.is_base() {
        let problem = say!(
            "用 k 均值定级而没有等次",
            "bands are given by k-means, but there are none"
        );
        findings.push(
            Diagnostic::error("k-means-bands", place(), problem)
                .remedy(say!("写出等次,从最好的写起", "Write the bands, best first")),
        );
    }
    for (index, band) in subject.bands() {
        let given = [
            ("at_least", band.at_least.is_some()),
            ("percent", band.percent.is_some()),
            ("seats", band.seats.is_some()),
            ("when", band.when.is_some()),
        ];
        for (key, _) in given.iter().filter(|(_, given)| *given) {
            let id = &band.id;
            let problem = say!(
                "等次“{id}”由 k 均值定,{key} 不起作用",
                "k-means gives the band `{id}`: `{key}` means nothing"
            );
            let remedy = say!("去掉 {key} 或 k_means", "Drop `{key}` or `k_means`");
            findings.push(
                Diagnostic::error("k-means-bands", at!(&subject.band(index), *key), problem)
                    .remedy(remedy),
            );
        }
    }
}

/// Reports bands that aren't written best first.
fn order(subject: &Subject, findings: &mut Findings) {
    let mut before: Option<(f64, &Band)> = None;
    for (index, band) in subject.bands() {
        let Some(least) = band.at_least else { continue };
        if let Some((upper, other)) = before.filter(|(upper, _)| least > *upper) {
            let (id, other) = (&band.id, &other.id);
            let problem = say!(
                "“{id}”要 {least} 分,比写在前面的“{other}”的 {upper} 分还高",
                "`{id}` asks for {least}, more than the {upper} of `{other}` before it"
            );
            let place = at!(&subject.band(index), "at_least");
            findings.push(
                Diagnostic::error("band-order", place, problem)
                    .remedy(say!("从最好的等次写起", "Write the best band first")),
            );
        }
        before = Some((least, band));
    }
}

fn quotas(subject: &Subject, findings: &mut Findings) {
    let mut sum = Micro::ZERO;
    for (index, band) in subject.bands() {
        let Some(percent) = band.percent.map(micro) else {
            continue;
        };
        let over = sum <= micro(100.0);
        sum = sum + percent;
        if over && sum > micro(100.0) {
            let problem = say!(
                "名额合计到这里已 {sum}%,超过 100%",
                "the quotas add up to {sum} % here, over 100 %"
            );
            let place = at!(&subject.band(index), "percent");
            findings.push(
                Diagnostic::error("quota-over-100", place, problem)
                    .remedy(say!("合计不超过 100%", "At most 100 % together")),
            );
        }
    }
}

/// Reports bands nobody can get: over the best score there is, or after a band that takes everyone left.
fn unreachable(subject: &Subject, findings: &mut Findings) {
    let most = most(subject.scheme);
    for (index, band) in subject.bands() {
        let id = &band.id;
        let least = band.at_least.unwrap_or(f64::NEG_INFINITY);
        if let Some(most) = most.filter(|most| least > *most) {
            let problem = say!(
                "“{id}”要 {least} 分,而最多得 {most} 分",
                "`{id}` asks for {least}, but {most} is all there is"
            );
            let place = at!(&subject.band(index), "at_least");
            findings.push(
                Diagnostic::error("unreachable-band", place, problem)
                    .remedy(say!("不超过 {most}", "At most {most}")),
            );
        }
        let earlier = subject.scheme.band.get(..index).unwrap_or_default();
        let taker = earlier
            .iter()
            .find(|upper| takes_all(upper) && upper.at_least.is_none_or(|upper| upper <= least));
        if let Some(taker) = taker {
            let taker = &taker.id;
            let problem = say!(
                "够“{id}”的都已进了“{taker}”,没有人会得“{id}”",
                "whoever could get `{id}` is in `{taker}` already: nobody gets `{id}`"
            );
            let remedy = say!(
                "给“{taker}”写明更高的分数或名额,或去掉“{id}”",
                "Ask more for `{taker}`, by score or quota, or drop `{id}`"
            );
            findings.push(
                Diagnostic::error("unreachable-band", subject.band(index), problem).remedy(remedy),
            );
        }
    }
}

/// Whether a band takes everyone with enough points.
fn takes_all(band: &Band) -> bool {
    band.percent.is_none() && band.seats.is_none() && band.when.is_none()
}

/// The most a unit can score, where points are summed.
fn most(scheme: &Scheme) -> Option<f64> {
    let total = scheme
        .total
        .filter(|_| scheme.aggregate == Some(Aggregate::Sum))?;
    let bonus: f64 = scheme.bonus.iter().filter_map(|item| item.points).sum();
    let bonus = scheme.caps.bonus.map_or(bonus, |cap| cap.min(bonus));
    let most = total + bonus;
    Some(scheme.caps.score_max.map_or(most, |cap| cap.min(most)))
}

fn rated(subject: &Subject, findings: &mut Findings) {
    let Some(rated) = &subject.scheme.rated else {
        return;
    };
    let groups = subject.scheme.group.len();
    if let Some(least) = rated
        .groups
        .filter(|least| usize::try_from(*least).is_ok_and(|least| least > groups))
        && !subject.is_base()
    {
        let problem = say!(
            "要至少 {least} 个组够数才参评,而只有 {groups} 个组",
            "{least} groups are needed to be rated, but there are only {groups}"
        );
        let place = at!(&subject.setting("rated"), "groups");
        findings.push(
            Diagnostic::error("unreachable-rule", place, problem)
                .remedy(say!("不超过 {groups}", "At most {groups}")),
        );
    }
}
