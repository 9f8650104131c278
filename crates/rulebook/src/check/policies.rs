//! Policies: every indicator says how it is scored and what happens where there is nothing to score. Nothing is silently zero.

use std::collections::BTreeMap;

use super::context::{Findings, Subject};
use crate::model::Indicator;
use crate::resolve::ItemKind;
use crate::{Campaign, Diagnostic, Place, Say};

/// So many indicators are named in one finding.
const NAMED: usize = 3;

/// Something an indicator must say, or its scheme's defaults.
struct Duty {
    code: &'static str,
    lacks: fn(ItemKind, &Indicator) -> bool,
    zh: &'static str,
    en: &'static str,
    remedy: (&'static str, &'static str),
}

const DUTIES: [Duty; 3] = [
    Duty {
        code: "no-rule",
        lacks: |_, indicator| indicator.rule.is_none(),
        zh: "没有计分规则",
        en: "no rule",
        remedy: (
            "写明 rule,或在 defaults 中写明",
            "Give a `rule`, here or in `defaults`",
        ),
    },
    Duty {
        code: "no-missing-policy",
        lacks: |_, indicator| indicator.missing.is_none(),
        zh: "没有写明缺数怎么办",
        en: "nothing that says what is done where the figure is missing",
        remedy: (
            "写 missing:class-mean(同类平均)、drop(不计)、previous(上一期)、zero、full 或 withhold(不评),可写在 defaults 中",
            "Write `missing`: class-mean, drop, previous, zero, full or withhold; `defaults` can hold it",
        ),
    },
    Duty {
        code: "no-not-applicable-policy",
        lacks: |_, indicator| indicator.not_applicable.is_none(),
        zh: "没有写明不适用怎么办",
        en: "nothing that says what is done where it does not apply",
        remedy: (
            "写 not_applicable:class-mean(同类平均)、drop(不计)、zero、full 等,可写在 defaults 中",
            "Write `not_applicable`: class-mean, drop, zero, full …; `defaults` can hold it",
        ),
    },
];

/// Where paper is limited, every indicator says whether it is paper.
const KIND: Duty = Duty {
    code: "no-kind",
    lacks: |kind, indicator| kind == ItemKind::Indicator && indicator.kind.is_none(),
    zh: "没有写明种类,无法核对纸面材料的上限",
    en: "no kind, so the limit on paper can't be checked",
    remedy: (
        "写 kind:outcome(结果)、process(过程)或 paper(材料),可写在 defaults 中",
        "Write `kind`: outcome, process or paper; `defaults` can hold it",
    ),
};

/// Checks one scheme, unless it is a base that the layers above complete.
pub(super) fn check(campaign: &Campaign, subject: &Subject, findings: &mut Findings) {
    if subject.is_base() {
        return;
    }
    let limited = campaign.file.limits.paper_percent.is_some();
    for duty in DUTIES.iter().chain(limited.then_some(&KIND)) {
        let mut lacking: BTreeMap<String, Vec<(&Indicator, Place)>> = BTreeMap::new();
        let graded = subject.graded();
        for (_, indicator) in graded.filter(|(kind, item)| (duty.lacks)(*kind, item)) {
            let place = subject.item(&indicator.id);
            lacking
                .entry(place.file.clone())
                .or_default()
                .push((indicator, place));
        }
        // One finding a file: one line in its defaults mends them all.
        for indicators in lacking.into_values() {
            if let Some((_, place)) = indicators.first() {
                findings.push(duty.finding(place.clone(), &indicators));
            }
        }
    }
}

impl Duty {
    fn finding(&self, place: Place, lacking: &[(&Indicator, Place)]) -> Diagnostic {
        let ids: Vec<&str> = lacking
            .iter()
            .take(NAMED)
            .map(|(item, _)| item.id.as_str())
            .collect();
        let more = lacking.len() > NAMED;
        let zh_more = if more {
            format!("等 {} 个指标", lacking.len())
        } else {
            String::new()
        };
        let en_more = if more {
            format!(" and {} more", lacking.len() - NAMED)
        } else {
            String::new()
        };
        let verb = if lacking.len() == 1 { "has" } else { "have" };
        let problem = Say {
            zh: format!("“{}”{zh_more}{}", ids.join("”“"), self.zh),
            en: format!("`{}`{en_more} {verb} {}", ids.join("`, `"), self.en),
        };
        let remedy = Say {
            zh: self.remedy.0.to_owned(),
            en: self.remedy.1.to_owned(),
        };
        Diagnostic::error(self.code, place, problem).remedy(remedy)
    }
}
