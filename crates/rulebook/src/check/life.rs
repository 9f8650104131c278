//! How the campaign lives: working days, who closes and decides, ratings, services, honours.

use std::collections::BTreeSet;

use super::context::Findings;
use super::names::{self, CATEGORY, ROLE, SERVED};
use crate::model::{Calendar, Day, FilledBy, Honour, Honoured, Id, Service, Weekday};
use crate::trail::at;
use crate::{Campaign, Diagnostic, Place, Say, Written, say};

/// Checks the calendar, closing, ratings, services and honours.
pub(super) fn check(campaign: &Campaign, findings: &mut Findings) {
    calendar(&campaign.file.calendar, findings);
    closing(campaign, findings);
    ratings(campaign, findings);
    names::once(
        names::written(&campaign.services, |item| &item.id),
        findings,
    );
    for service in &campaign.services {
        check_service(campaign, service, findings);
    }
    names::once(names::written(&campaign.honours, |item| &item.id), findings);
    for honour in &campaign.honours {
        check_honour(campaign, honour, findings);
    }
}

fn file() -> Place {
    Place::whole("campaign.toml")
}

fn calendar(calendar: &Calendar, findings: &mut Findings) {
    let place = at!(&file(), "calendar");
    let rest: BTreeSet<Weekday> = calendar.rest.iter().copied().collect();
    if rest.len() == Weekday::ALL.len() {
        let problem = say!(
            "一周七天都休息,没有工作日可算",
            "all seven days of the week are days of rest: no working day is left"
        );
        let remedy = say!("rest 里只写休息的日子", "Keep only days of rest in `rest`");
        let place = at!(&place, "rest");
        findings.push(Diagnostic::error("no-working-day", place, problem).remedy(remedy));
    }
    for (index, day) in calendar.rest.iter().enumerate() {
        if calendar.rest.iter().take(index).any(|other| other == day) {
            let Say { zh, en } = day.words();
            let problem = say!("{zh}写了两次", "{en} is written twice");
            findings.push(useless(at!(&place, "rest", index), problem));
        }
    }
    twice(&calendar.holidays, &at!(&place, "holidays"), findings);
    twice(
        &calendar.working_days,
        &at!(&place, "working_days"),
        findings,
    );
    for (index, day) in calendar.working_days.iter().enumerate() {
        let place = at!(&place, "working_days", index);
        worked(calendar, &rest, day, place, findings);
    }
}

/// Warns of days that stand in a list twice.
fn twice(days: &[Day], list: &Place, findings: &mut Findings) {
    let mut seen = BTreeSet::new();
    for (index, day) in days.iter().enumerate() {
        if !seen.insert(day) {
            let problem = say!("{day} 写了两次", "{day} is written twice");
            findings.push(useless(at!(list, index), problem));
        }
    }
}

/// A day that is worked though it would be one of rest: it has to be one, and no holiday.
fn worked(
    calendar: &Calendar,
    rest: &BTreeSet<Weekday>,
    day: &Day,
    place: Place,
    findings: &mut Findings,
) {
    if let Some(holiday) = calendar.holidays.iter().position(|other| other == day) {
        let problem = say!(
            "{day} 既写作放假,又写作上班",
            "{day} is both a holiday and a working day"
        );
        let finding = Diagnostic::error("clashing-days", place, problem)
            .remedy(say!(
                "按放假通知,只留一处",
                "Keep one, as the notice of holidays has it"
            ))
            .related(
                at!(&file(), "calendar", "holidays", holiday),
                say!("放假写在这里", "the holiday is here"),
            );
        findings.push(finding);
    } else if let Some(weekday) = day.weekday().filter(|weekday| !rest.contains(weekday)) {
        let Say { zh, en } = weekday.words();
        let problem = say!(
            "{day} 是{zh},本来就上班",
            "{day} is a {en}, a working day anyway"
        );
        findings.push(useless(place, problem));
    }
}

fn useless(place: Place, problem: Say) -> Diagnostic {
    Diagnostic::warning("useless-day", place, problem).remedy(say!(
        "核对日期,多余的去掉",
        "Check the date; drop it if it isn't needed"
    ))
}

fn role(campaign: &Campaign, role: Option<&Id>, place: Place, findings: &mut Findings) {
    if let Some(role) = role {
        ROLE.check(role.as_str(), names::roles(campaign), || place, findings);
    }
}

fn closing(campaign: &Campaign, findings: &mut Findings) {
    let closing = &campaign.file.calendar.closing;
    let place = at!(&file(), "calendar", "closing");
    let roles = [
        ("closed_by", &closing.closed_by),
        ("decided_by", &closing.decided_by),
        ("appeals_decided_by", &closing.appeals_decided_by),
    ];
    for (key, id) in roles {
        role(campaign, id.as_ref(), at!(&place, key), findings);
    }
    let (first, second) = (&closing.decided_by, &closing.appeals_decided_by);
    if let Some(decider) = first.as_ref().filter(|_| first == second) {
        let problem = say!(
            "异议和申诉都由“{decider}”裁定",
            "`{decider}` decides both objections and the appeals against its decisions"
        );
        let remedy = say!("申诉换一个角色裁定", "Let another role decide appeals");
        let place = at!(&place, "appeals_decided_by");
        findings.push(Diagnostic::warning("same-decider", place, problem).remedy(remedy));
    }
}

fn ratings(campaign: &Campaign, findings: &mut Findings) {
    let ratings = &campaign.file.ratings;
    let place = at!(&file(), "ratings");
    let tags = ratings.tag.iter().enumerate();
    names::once(
        tags.map(|(index, tag)| (tag.id.to_string(), at!(&place, "tag", index, "id"))),
        findings,
    );
    let decider = ratings.decided_by.as_ref();
    role(campaign, decider, at!(&place, "decided_by"), findings);
    for measure in &campaign.measures {
        let Some(FilledBy::Rating(share)) = &measure.item.filled_by else {
            continue;
        };
        let place = at!(&measure.place, "filled_by", "rating");
        if let Some(group) = &share.group
            && !campaign.file.served.is_empty()
        {
            served(campaign, group, at!(&place, "group"), findings);
        }
        let (top, low) = (share.top_levels, ratings.low_levels);
        if top.saturating_add(low) > LEVELS {
            let problem = say!(
                "五级中前 {top} 级算满意,后 {low} 级又算差评,有的级两头都算",
                "of the five levels the top {top} count as satisfied and the bottom {low} open a rectification: some are both"
            );
            let remedy = say!(
                "减小 top_levels 或 low_levels",
                "Lower `top_levels` or `low_levels`"
            );
            let place = at!(&place, "top_levels");
            findings.push(Diagnostic::warning("satisfied-and-low", place, problem).remedy(remedy));
        }
    }
}

/// The levels of a rating.
const LEVELS: u8 = 5;

fn served(campaign: &Campaign, id: &Id, place: Place, findings: &mut Findings) {
    let known = campaign.file.served.iter().map(|served| served.id.as_str());
    SERVED.check(id.as_str(), known, || place, findings);
}

fn categories(campaign: &Campaign, ids: &[Id], item: &Place, findings: &mut Findings) {
    for (index, id) in ids.iter().enumerate() {
        let place = || at!(item, "categories", index);
        CATEGORY.check(id.as_str(), names::categories(campaign), place, findings);
    }
}

fn check_service(campaign: &Campaign, service: &Written<Service>, findings: &mut Findings) {
    let place = &service.place;
    categories(campaign, &service.item.categories, place, findings);
    for (index, id) in service.item.served.iter().enumerate() {
        served(campaign, id, at!(place, "served", index), findings);
    }
}

fn check_honour(campaign: &Campaign, honour: &Written<Honour>, findings: &mut Findings) {
    let place = &honour.place;
    let Honour {
        id,
        nominated_by,
        decided_by,
        ..
    } = &honour.item;
    for (key, by) in [("nominated_by", nominated_by), ("decided_by", decided_by)] {
        role(campaign, Some(by), at!(place, key), findings);
    }
    categories(campaign, &honour.item.categories, place, findings);
    required(campaign, honour, findings);
    if nominated_by == decided_by {
        let problem = say!(
            "荣誉“{id}”由“{decided_by}”推荐,又由它决定",
            "`{decided_by}` both nominates for the honour `{id}` and decides on it"
        );
        let remedy = say!("换一个角色决定", "Let another role decide");
        let place = at!(place, "decided_by");
        findings.push(Diagnostic::warning("same-decider", place, problem).remedy(remedy));
    }
}

/// What an honour requires of results has to be among what results say: of units, in a campaign that compares them.
fn required(campaign: &Campaign, honour: &Written<Honour>, findings: &mut Findings) {
    if honour.item.requires.is_none() {
        return;
    }
    let (id, place) = (&honour.item.id, at!(&honour.place, "requires"));
    let (problem, remedy) = if honour.item.to == Honoured::Person {
        (
            say!(
                "荣誉“{id}”授予个人,却要求结果中的名次;个人不排名",
                "the honour `{id}` is for people, and requires results; people have none"
            ),
            say!("去掉 requires", "Take `requires` out"),
        )
    } else if campaign.file.comparison.is_none() {
        (
            say!(
                "荣誉“{id}”要求明显领先或进步,但活动没有写按多大的错误率比较",
                "the honour `{id}` requires a clear lead or change, but the campaign doesn't say at which error rate units are compared"
            ),
            say!(
                "在 campaign.toml 里写 [comparison]",
                "Write `[comparison]` in campaign.toml"
            ),
        )
    } else {
        return;
    };
    findings.push(Diagnostic::error("nothing-to-require", place, problem).remedy(remedy));
}
