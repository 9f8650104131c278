//! What `merit facets` says to people: warnings and refusals.

use inference::facets::{Extreme, Fault, Group};
use rulebook::{Say, say};

use super::Report;
use super::input::Sheet;
use crate::failure::Failure;
use crate::lang::lang;

/// So many names are listed.
const LISTED: usize = 8;

fn listed(names: &[&str]) -> String {
    let shown = names.get(..LISTED).unwrap_or(names);
    let more = if shown.len() < names.len() { "…" } else { "" };
    shown.join(lang().pick("、", ", ")) + more
}

fn name(names: &[String], at: usize) -> &str {
    names.get(at).map_or("", String::as_str)
}

/// Why nothing was estimated, and what to do.
pub fn refused(fault: &Fault, sheet: &Sheet) -> Failure {
    let what = match fault {
        Fault::NoVariation => say!(
            "每位评委、每个项目都只有一种分,看不出什么:请核对分的列,或用更细的档次",
            "each judge or each item has a single mark, so nothing can be told: see which column holds the marks, or use finer levels"
        ),
        Fault::Unlinked { groups } => return unlinked(groups, sheet),
        Fault::Separated { judge: Some(judge) } => {
            let judge = name(&sheet.judges, *judge);
            say!(
                "评委“{judge}”的分和别人的完全分开,严宽没有上下限:让他与别的评委多评几件同样的,或去掉他的分",
                "the marks of judge “{judge}” are perfectly apart from the others', so the severity has no bound: have more persons marked by this judge and others, or leave the judge out"
            )
        }
        Fault::Separated { judge: None } | Fault::TooWide { .. } => say!(
            "分把被评者完全分开,阶的位置没有上下限:合并很少用的档次,或补充分数",
            "marks keep persons perfectly apart, so a threshold has no bound: join levels that are rarely given, or add marks"
        ),
        Fault::NoSpread => say!(
            "被评者之间没有超出偶然的差别,斜率没有意义:用 --slopes none",
            "persons don't differ beyond chance, so slopes have no meaning: use --slopes none"
        ),
        Fault::Slope { judge, item, slope } => {
            let who = judge.map(|judge| name(&sheet.judges, judge));
            let who = who.or_else(|| item.map(|item| name(&sheet.items, item)));
            let (who, slope) = (who.unwrap_or_default(), format!("{slope:.3}"));
            say!(
                "“{who}”的斜率到了 {slope},出了 0.05 到 10:这些分与别的不相合;核对有没有填反,或用 --slopes none",
                "the slope of “{who}” runs to {slope}, out of 0.05 to 10: these marks don't go along with the others; see whether they are reversed, or use --slopes none"
            )
        }
        Fault::NotConverged { steps } => say!(
            "{steps} 步也没有找到最合适的值,分数说明不了这么多:让每个被评者多有几个分,合并很少用的档次,或用 --slopes none",
            "no best values found in {steps} steps, the marks tell too little: have more marks of each person, join levels that are rarely given, or use --slopes none"
        ),
        other => say!("不能拟合:{other}", "the model can't be fitted: {other}"),
    };
    Failure::Refused(Some(what))
}

fn unlinked(groups: &[Group], sheet: &Sheet) -> Failure {
    let count = groups.len();
    let group = |group: &Group| {
        let names: Vec<&str> = group
            .judges
            .iter()
            .map(|at| name(&sheet.judges, *at))
            .collect();
        listed(&names)
    };
    let mut names: Vec<String> = groups.iter().take(LISTED).map(group).collect();
    if names.len() < count {
        names.push("…".to_owned());
    }
    let names = names.join(lang().pick(";", "; "));
    Failure::Refused(Some(say!(
        "评委分成 {count} 组,没有共同的被评者相连,不同组的严宽不能比:{names}。让各组都评几件同样的;被评者是随机分的,可用 --unlinked at-random",
        "the judges are in {count} groups that no person links, so their severities can't be compared: {names}. Have some persons marked by all groups; where persons came to judges at random, use --unlinked at-random"
    )))
}

/// What to know before using the result.
pub fn warnings(report: &Report) -> Vec<Say> {
    let (fit, sheet) = (&report.fit, &report.sheet);
    let mut warnings = Vec::new();
    for (kind, zh, en) in [
        (Extreme::Lenient, "最高", "highest"),
        (Extreme::Severe, "最低", "lowest"),
    ] {
        let judges = sheet.judges.iter().zip(&fit.judges);
        let names: Vec<&str> = judges
            .filter(|(_, judge)| judge.extreme == Some(kind))
            .map(|(name, _)| name.as_str())
            .collect();
        if !names.is_empty() {
            let names = listed(&names);
            warnings.push(say!(
                "这些评委的分全是{zh}分,算不出严宽,他们的分也说明不了被评者,没有计入:{names}",
                "these judges gave only the {en} mark, so they have no severity, and their marks tell nothing of the persons and aren't counted: {names}"
            ));
        }
    }
    let items = sheet.items.iter().zip(&fit.items);
    let silent = items.filter(|(_, item)| item.difficulty.is_none());
    let silent: Vec<&str> = silent.map(|(name, _)| name.as_str()).collect();
    if !silent.is_empty() {
        let names = listed(&silent);
        warnings.push(say!(
            "这些项目只有一种分,说明不了什么,没有计入:{names}",
            "these items have a single mark, so they tell nothing and aren't counted: {names}"
        ));
    }
    if fit.sigma == 0.0 {
        warnings.push(say!(
            "被评者之间没有超出偶然的差别(σ 为 0):不要据此排名",
            "persons don't differ beyond chance (σ is 0): don't rank them by this"
        ));
    }
    if fit.groups.len() > 1 {
        let count = fit.groups.len();
        warnings.push(say!(
            "评委分成 {count} 组,没有共同的被评者相连:组与组相比,靠的是被评者随机分给评委",
            "the judges are in {count} groups that no person links: groups are compared as if persons came to judges at random"
        ));
    }
    warnings
}
