//! What is written but used by nothing: warnings.

use std::collections::BTreeSet;

use super::context::Findings;
use super::formulas;
use crate::model::{FilledBy, Id, Indicator, Noise, Peers, Preparation, Rule, Scheme, TieBreak};
use crate::trail::at;
use crate::{Campaign, Diagnostic, Place, say};

/// Checks that measures, offices and attributes are used.
pub(super) fn check(campaign: &Campaign, findings: &mut Findings) {
    measures(campaign, findings);
    offices(campaign, findings);
    attributes(campaign, findings);
}

fn graded(scheme: &Scheme) -> impl Iterator<Item = &Indicator> {
    scheme
        .indicator
        .iter()
        .chain(&scheme.bonus)
        .chain(&scheme.deduction)
}

fn measures(campaign: &Campaign, findings: &mut Findings) {
    let mut used: BTreeSet<String> = BTreeSet::new();
    let mut open: Vec<String> = campaign.effective.iter().flat_map(named_measures).collect();
    while let Some(id) = open.pop() {
        let Some(measure) = campaign.measure(&id).filter(|_| used.insert(id.clone())) else {
            continue;
        };
        open.extend(measure.count.iter().chain(&measure.per).map(Id::to_string));
        if let Some(Noise::Levels(levels)) = &measure.noise {
            open.extend(levels.counts.iter().map(Id::to_string));
        }
        if let Some(FilledBy::Formula(text)) = &measure.filled_by {
            open.extend(formulas::names(text));
        }
    }
    for written in &campaign.measures {
        let id = &written.item.id;
        if !used.contains(id.as_str()) {
            let problem = say!("没有指标用到度量“{id}”", "nothing uses the measure `{id}`");
            let remedy = say!(
                "不用的不要收集:去掉它,或用它计分",
                "Don't collect what isn't used: drop it, or score it"
            );
            findings.push(
                Diagnostic::warning("unused-measure", written.place.clone(), problem)
                    .remedy(remedy),
            );
        }
    }
}

/// The measures a scheme names itself.
fn named_measures(scheme: &Scheme) -> Vec<String> {
    let mut names = Vec::new();
    for indicator in graded(scheme) {
        names.push(indicator.measure.to_string());
        match &indicator.rule {
            Some(Rule::Progress(progress)) => {
                names.extend(progress.base.as_ref().map(Id::to_string))
            }
            Some(Rule::Formula(text)) => names.extend(formulas::names(text)),
            _ => {}
        }
    }
    names.extend(scheme.veto.iter().map(|veto| veto.measure.to_string()));
    for tie in &scheme.tie_break {
        if let TieBreak::Higher(id) | TieBreak::Lower(id) = tie {
            names.push(id.to_string());
        }
    }
    names.extend(
        scheme
            .band
            .iter()
            .filter_map(|band| band.when.as_deref())
            .flat_map(formulas::names),
    );
    names
}

fn offices(campaign: &Campaign, findings: &mut Findings) {
    let schemes = &campaign.effective;
    let used: BTreeSet<&Id> = schemes
        .iter()
        .flat_map(|scheme| {
            let vetoes = scheme.veto.iter().filter_map(|veto| veto.office.as_ref());
            graded(scheme)
                .filter_map(|indicator| indicator.office.as_ref())
                .chain(vetoes)
        })
        .collect();
    for (index, office) in campaign.file.office.iter().enumerate() {
        let id = &office.id;
        if !used.contains(id) {
            let problem = say!(
                "科室“{id}”不负责任何指标",
                "the office `{id}` answers for no indicator"
            );
            let place = at!(&Place::whole("campaign.toml"), "office", index);
            let remedy = say!(
                "在指标中写 office = \"{id}\",或去掉它",
                "Write office = \"{id}\" in an indicator, or drop it"
            );
            findings.push(Diagnostic::warning("unused-office", place, problem).remedy(remedy));
        }
    }
}

fn attributes(campaign: &Campaign, findings: &mut Findings) {
    let used: BTreeSet<&Id> = campaign
        .effective
        .iter()
        .flat_map(|scheme| {
            let peers = match &scheme.peers {
                Some(Peers::Attribute(id)) => Some(id),
                _ => None,
            };
            let imputed = scheme.prepare.iter().filter_map(|step| match step {
                Preparation::Impute(impute) => impute.by.as_ref(),
                _ => None,
            });
            imputed.chain(peers)
        })
        .collect();
    for (index, attribute) in campaign.file.attribute.iter().enumerate() {
        let id = &attribute.id;
        if !used.contains(id) {
            let problem = say!("属性“{id}”没有用到", "nothing uses the attribute `{id}`");
            let place = at!(&Place::whole("campaign.toml"), "attribute", index);
            let remedy = say!("用它分组,或去掉它", "Group by it, or drop it");
            findings.push(Diagnostic::warning("unused-attribute", place, problem).remedy(remedy));
        }
    }
}
