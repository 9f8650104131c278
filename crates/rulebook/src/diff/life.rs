//! Changes of how a campaign is run: calendar, closing, ratings, work, services, honours, ladders.

use super::campaign::{about, joined, name, yes};
use super::{Changes, What, same, text, title};
use crate::explain::life::{cadence, clock, honoured, size, times, types};
use crate::explain::words::number;
use crate::model::{
    Calendar, CampaignFile, Comparison, Day, Honour, Id, Ladder, LadderLevel, LevelOrder, Ratings,
    Service,
};
use crate::{Campaign, Say, say};

/// Compares how the campaigns are run.
pub(super) fn compare(old: &Campaign, new: &Campaign, changes: &mut Changes) {
    calendar(&old.file.calendar, &new.file.calendar, changes);
    file(&old.file, &new.file, changes);
    changes.lists(
        (&old.services, &new.services),
        |written| written.item.id.as_str(),
        |written| {
            titled(
                say!("服务", "Service"),
                &written.item.name,
                &written.item.id,
            )
        },
        |changes, old, new| service(&old.item, &new.item, changes),
    );
    changes.lists(
        (&old.honours, &new.honours),
        |written| written.item.id.as_str(),
        |written| titled(say!("荣誉", "Honour"), &written.item.name, &written.item.id),
        |changes, old, new| honour(&old.item, &new.item, changes),
    );
    changes.lists(
        (&old.ladders, &new.ladders),
        |written| written.item.id.as_str(),
        |written| titled(say!("阶梯", "Ladder"), &written.item.name, &written.item.id),
        |changes, old, new| ladder(&old.item, &new.item, changes),
    );
}

fn titled(what: Say, name: &crate::model::Text, id: &Id) -> Say {
    title(what, name, id.as_str())
}

fn calendar(old: &Calendar, new: &Calendar, changes: &mut Changes) {
    changes.about(say!("日历", "Calendar"), |changes| {
        let offsets = (&old.utc_offset_minutes, &new.utc_offset_minutes);
        changes.aspect(say!("当地时间", "local time"), offsets, |minutes| {
            Some(same(&clock(*minutes)))
        });
        changes.aspect(
            say!("每周休息日", "weekly days of rest"),
            (&old.rest, &new.rest),
            |days| {
                let words: Vec<Say> = days.iter().map(|day| day.words()).collect();
                let zh: Vec<&str> = words.iter().map(|say| say.zh.as_str()).collect();
                let en: Vec<&str> = words.iter().map(|say| say.en.as_str()).collect();
                Some(Say {
                    zh: zh.join("、"),
                    en: en.join(", "),
                })
            },
        );
        changes.about(say!("放假", "Holidays"), |changes| {
            days(&old.holidays, &new.holidays, changes);
        });
        changes.about(
            say!("调休上班", "Days of rest that are worked"),
            |changes| {
                days(&old.working_days, &new.working_days, changes);
            },
        );
    });
    changes.about(say!("结账", "Closing"), |changes| {
        closing(old, new, changes)
    });
}

/// Which days are gone and which are new.
fn days(old: &[Day], new: &[Day], changes: &mut Changes) {
    let only = |here: &[Day], there: &[Day]| {
        let days = here.iter().filter(|day| !there.contains(day));
        days.map(|day| day.0.as_str()).collect::<Vec<_>>().join(" ")
    };
    let (gone, come) = (only(old, new), only(new, old));
    if !gone.is_empty() {
        changes.push(What::Removed(same(&gone)));
    }
    if !come.is_empty() {
        changes.push(What::Added(same(&come)));
    }
}

fn closing(old: &Calendar, new: &Calendar, changes: &mut Changes) {
    let (old, new) = (&old.closing, &new.closing);
    let days = [
        (say!("截止", "cut-off"), old.cut_off_days, new.cut_off_days),
        (
            say!("提异议", "objections"),
            old.objection_days,
            new.objection_days,
        ),
        (
            say!("作出决定", "decisions"),
            old.decision_days,
            new.decision_days,
        ),
        (say!("申诉", "appeals"), old.appeal_days, new.appeal_days),
    ];
    for (aspect, old, new) in days {
        changes.aspect(aspect, (&old, &new), |days| Some(working_days(*days)));
    }
    let roles = [
        (
            say!("由谁截止、签发", "closed by"),
            &old.closed_by,
            &new.closed_by,
        ),
        (
            say!("由谁裁定异议", "objections decided by"),
            &old.decided_by,
            &new.decided_by,
        ),
        (
            say!("由谁裁定申诉", "appeals decided by"),
            &old.appeals_decided_by,
            &new.appeals_decided_by,
        ),
    ];
    for (aspect, old, new) in roles {
        changes.option(aspect, (old, new), same);
    }
}

fn working_days(days: u16) -> Say {
    let s = if days == 1 { "" } else { "s" };
    say!("{days} 个工作日", "{days} working day{s}")
}

/// The groups served, ratings, work items and attachments.
fn file(old: &CampaignFile, new: &CampaignFile, changes: &mut Changes) {
    changes.lists(
        (&old.served, &new.served),
        |item| item.id.as_str(),
        |item| titled(say!("服务对象", "Group served"), &item.name, &item.id),
        |changes, old, new| name((&old.name, &new.name), changes),
    );
    changes.about(say!("评价", "Ratings"), |changes| {
        ratings(&old.ratings, &new.ratings, changes);
    });
    comparison((&old.comparison, &new.comparison), changes);
    changes.about(say!("事项", "Work items"), |changes| {
        let (was, is) = (&old.work, &new.work);
        let answer = (&was.answer_days, &is.answer_days);
        changes.aspect(say!("答复", "answered within"), answer, |days| {
            Some(working_days(*days))
        });
        let handovers = (&was.handovers, &is.handovers);
        changes.aspect(
            say!("至多转手", "handed over at most"),
            handovers,
            |count| Some(times(*count)),
        );
        let escalate = (&was.escalate_days, &is.escalate_days);
        changes.aspect(
            say!("逾期上报", "climbs when late by"),
            escalate,
            |days| Some(working_days(*days)),
        );
    });
    changes.about(say!("附件", "Attachments"), |changes| {
        let (was, is) = (&old.attachments, &new.attachments);
        let most = (&was.max_kilobytes, &is.max_kilobytes);
        changes.aspect(say!("每个至多", "at most"), most, |kilobytes| {
            Some(same(&size(*kilobytes)))
        });
        changes.aspect(say!("类型", "types"), (&was.types, &is.types), |list| {
            Some(types(list))
        });
    });
}

fn comparison(both: (&Option<Comparison>, &Option<Comparison>), changes: &mut Changes) {
    let replayed = |comparison: &Comparison| {
        let (draws, seed) = (comparison.draws, comparison.seed);
        say!("{draws} 次,种子 {seed}", "{draws} times, seed {seed}")
    };
    changes.about(say!("比较", "Comparison"), |changes| {
        changes.option(say!("点名", "named lists"), both, Comparison::words);
        changes.option(say!("重演", "replayed"), both, replayed);
    });
}

fn ratings(old: &Ratings, new: &Ratings, changes: &mut Changes) {
    let plain = |aspect, old: u32, new: u32, changes: &mut Changes| {
        changes.aspect(aspect, (&old, &new), |count| Some(same(count)));
    };
    let low = say!("差评的级数", "levels that count as low");
    plain(low, old.low_levels.into(), new.low_levels.into(), changes);
    let rectify = (&old.rectify_days, &new.rectify_days);
    changes.aspect(
        say!("整改期限", "rectification due in"),
        rectify,
        |days| Some(working_days(*days)),
    );
    let days = [
        (
            say!("邀请码有效", "codes valid for"),
            old.valid_days,
            new.valid_days,
        ),
        (
            say!("可以修改", "revised within"),
            old.revise_days,
            new.revise_days,
        ),
    ];
    for (aspect, old, new) in days {
        changes.aspect(aspect, (&old, &new), |days| {
            Some(say!("{days} 天", "{days} days"))
        });
    }
    let burst = say!("多少条算扎堆", "low ratings that make a burst");
    plain(burst, old.burst, new.burst, changes);
    let burst_days = (&old.burst_days, &new.burst_days);
    changes.aspect(
        say!("扎堆判定", "burst decided in"),
        burst_days,
        |days| Some(working_days(*days)),
    );
    let decided_by = (&old.decided_by, &new.decided_by);
    changes.option(say!("由谁判定", "decided by"), decided_by, same);
    let shown = say!("少于几条不显示", "not shown below");
    plain(shown, old.min_shown, new.min_shown, changes);
    let order = (&old.order, &new.order);
    changes.aspect(
        say!("等级的次序", "order of the levels"),
        order,
        |order| {
            Some(match order {
                LevelOrder::LowestFirst => say!("低的在前", "lowest first"),
                LevelOrder::HighestFirst => say!("高的在前", "highest first"),
            })
        },
    );
    changes.lists(
        (&old.tag, &new.tag),
        |tag| tag.id.as_str(),
        |tag| titled(say!("标签", "Tag"), &tag.name, &tag.id),
        |changes, old, new| name((&old.name, &new.name), changes),
    );
}

/// Ids, in no particular order; all where none is written.
fn ids(list: &[Id]) -> Say {
    if list.is_empty() {
        return say!("全部", "all");
    }
    let mut ids: Vec<&str> = list.iter().map(Id::as_str).collect();
    ids.sort_unstable();
    same(&ids.join(" "))
}

fn categories(sides: (&[Id], &[Id]), aspect: Say, changes: &mut Changes) {
    let (old, new) = (ids(sides.0), ids(sides.1));
    changes.aspect(aspect, (&old, &new), |words| Some(words.clone()));
}

fn service(old: &Service, new: &Service, changes: &mut Changes) {
    name((&old.name, &new.name), changes);
    about((&old.about, &new.about), changes);
    let offered = (old.categories.as_slice(), new.categories.as_slice());
    categories(offered, say!("哪些类别提供", "offered by"), changes);
    let served = (old.served.as_slice(), new.served.as_slice());
    categories(served, say!("面向", "for"), changes);
    let lists = [
        (say!("步骤", "steps"), &old.steps, &new.steps),
        (say!("红线", "red lines"), &old.red_lines, &new.red_lines),
    ];
    changes.option(
        say!("时限", "time limit"),
        (&old.days, &new.days),
        |days| working_days(*days),
    );
    changes.option(say!("费用", "cost"), (&old.cost, &new.cost), text);
    for (aspect, old, new) in lists {
        changes.aspect(aspect, (old, new), |list| Some(joined(list)));
    }
}

fn honour(old: &Honour, new: &Honour, changes: &mut Changes) {
    name((&old.name, &new.name), changes);
    about((&old.about, &new.about), changes);
    changes.aspect(say!("授予", "given to"), (&old.to, &new.to), |to| {
        Some(honoured(*to))
    });
    changes.aspect(
        say!("多久一次", "how often"),
        (&old.every, &new.every),
        |every| Some(cadence(*every)),
    );
    let nominated = (&old.nominated_by, &new.nominated_by);
    changes.aspect(say!("由谁推荐", "nominated by"), nominated, |id| {
        Some(same(id))
    });
    let most = (&old.at_most, &new.at_most);
    changes.option(say!("每次至多推荐", "nominations at most"), most, same);
    let decided = (&old.decided_by, &new.decided_by);
    changes.aspect(say!("由谁决定", "decided by"), decided, |id| {
        Some(same(id))
    });
    let notice = (&old.notice_days, &new.notice_days);
    changes.aspect(say!("公示", "public notice"), notice, |days| {
        Some(working_days(*days))
    });
    let review = (&old.review_months, &new.review_months);
    changes.option(say!("复查", "reviewed after"), review, |months| {
        say!("{months} 个月", "{months} months")
    });
    let requires = (&old.requires, &new.requires);
    changes.option(
        say!("结果中须", "results must say"),
        requires,
        |requirement| requirement.words(),
    );
    let open = (old.categories.as_slice(), new.categories.as_slice());
    categories(open, say!("范围", "open to"), changes);
}

fn ladder(old: &Ladder, new: &Ladder, changes: &mut Changes) {
    name((&old.name, &new.name), changes);
    about((&old.about, &new.about), changes);
    let category = (&old.category, &new.category);
    changes.aspect(say!("类别", "category"), category, |id| Some(same(id)));
    let periods = (&old.periods, &new.periods);
    changes.aspect(say!("看几期", "periods"), periods, |count| {
        Some(same(count))
    });
    let least = (&old.at_least, &new.at_least);
    changes.option(say!("至少几期有分", "scores needed"), least, same);
    changes.lists(
        (&old.level, &new.level),
        |level| level.id.as_str(),
        |level| titled(say!("档次", "Level"), &level.name, &level.id),
        |changes, old, new| level(old, new, changes),
    );
    // The first level whose condition holds is taken, so their order means something.
    let order = |ladder: &Ladder, other: &Ladder| {
        let kept = ladder.level.iter().map(|level| level.id.as_str());
        let kept = kept.filter(|id| other.level.iter().any(|level| level.id.as_str() == *id));
        kept.collect::<Vec<_>>().join(" > ")
    };
    let orders = (&order(old, new), &order(new, old));
    changes.aspect(
        say!("各档次序", "order of the levels"),
        orders,
        |order| Some(same(order)),
    );
}

fn level(old: &LadderLevel, new: &LadderLevel, changes: &mut Changes) {
    name((&old.name, &new.name), changes);
    changes.option(say!("条件", "condition"), (&old.when, &new.when), same);
    let most = (&old.at_most_percent, &new.at_most_percent);
    changes.option(say!("至多", "at most"), most, |percent| {
        let percent = number(*percent);
        same(&format!("{percent}%"))
    });
    let coefficient = (&old.coefficient, &new.coefficient);
    changes.option(
        say!("奖励系数", "reward coefficient"),
        coefficient,
        |value| same(&number(*value)),
    );
    let eligible = (&old.eligible, &new.eligible);
    changes.aspect(
        say!("有资格参加选拔", "eligible for promotion"),
        eligible,
        yes,
    );
}
