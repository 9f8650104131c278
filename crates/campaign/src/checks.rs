//! What several modules ask of a command before they look at its matter: who sends it, and whether they may.

use rulebook::{Period, say};

use crate::organisation::concerned;
use crate::refusal::Refusal;
use crate::rules::Book;
use crate::state::Context;
use crate::{Actor, Date, Entry, Note, PersonId, State, UnitId};

/// The role that runs a campaign where its rules name no other.
pub(crate) const ADMINISTRATOR: &str = "administrator";

/// The role that closes periods and signs circulars.
pub(crate) fn closer(book: &Book) -> &str {
    let role = book.calendar.closing.closed_by.as_ref();
    role.map_or(ADMINISTRATOR, |role| role.as_str())
}

/// The role that decides objections.
pub(crate) fn decider(book: &Book) -> &str {
    let role = book.calendar.closing.decided_by.as_ref();
    role.map_or_else(|| closer(book), |role| role.as_str())
}

/// The role that decides appeals.
pub(crate) fn appeal_decider(book: &Book) -> &str {
    let role = book.calendar.closing.appeals_decided_by.as_ref();
    role.map_or_else(|| decider(book), |role| role.as_str())
}

/// The book that holds for a day; there is one, or nothing but rules could have been asked for.
pub(crate) fn book(state: &State) -> Result<&Book, Refusal> {
    state.rules.latest().map(|book| &**book).ok_or_else(|| {
        Refusal::new(
            "no-rules",
            say!("还没有采用任何细则。", "No rulebook has been adopted yet."),
            say!("先采用细则。", "Adopt rules first."),
        )
    })
}

/// That whoever sends the command has an account: a person or a program.
pub(crate) fn account(by: &Actor) -> Result<(), Refusal> {
    match by {
        Actor::Person(_) | Actor::Program(_) => Ok(()),
        Actor::Public | Actor::Clock => Err(Refusal::new(
            "no-account",
            say!("没有用账号。", "No account was used."),
            say!("请登录后再办。", "Sign in first."),
        )),
    }
}

/// That the clock sends the command.
pub(crate) fn the_clock(by: &Actor) -> Result<(), Refusal> {
    if *by == Actor::Clock {
        return Ok(());
    }
    let who = name(by);
    Err(Refusal::new(
        "not-the-clock",
        say!(
            "这一步由时钟来走,不由 {who} 来走。",
            "The clock takes this step, not {who}."
        ),
        say!("不用办,到时自会进行。", "Leave it; it comes by itself."),
    ))
}

/// That no more is asked at once than is looked at without keeping others waiting.
pub(crate) fn at_most(got: usize, most: usize, (zh, en): (&str, &str)) -> Result<(), Refusal> {
    if got <= most {
        return Ok(());
    }
    Err(Refusal::new(
        "too-many",
        say!(
            "这次有 {got} 个{zh},一次最多 {most} 个。",
            "There are {got} {en}; {most} at most at once."
        ),
        say!("分几次来办。", "Do it in parts."),
    ))
}

/// Whoever sends the command, if it is a person.
pub(crate) fn person<'c>(context: &Context<'c>) -> Result<&'c PersonId, Refusal> {
    by_person(context.by)
}

/// The same, of whom a command is by.
pub(crate) fn by_person(by: &Actor) -> Result<&PersonId, Refusal> {
    by.person().ok_or_else(|| {
        Refusal::new(
            "not-a-person",
            say!(
                "这件事须由登记在册的人来办。",
                "This is for a person on the register to do."
            ),
            say!("用本人的账号办理。", "Use a person's own account."),
        )
    })
}

/// Whoever sends the command, if it is a person with a role: for a unit where one is given, else anywhere.
pub(crate) fn with_role<'c>(
    state: &State,
    context: &Context<'c>,
    role: &str,
    unit: Option<&UnitId>,
) -> Result<&'c PersonId, Refusal> {
    let person = person(context)?;
    let organisation = &state.organisation;
    let has = match unit {
        Some(unit) => organisation.has_role(person, role, unit, context.today),
        None => organisation.has_role_somewhere(person, role, context.today),
    };
    if has {
        return Ok(person);
    }
    Err(not_entitled(person.as_str(), role))
}

/// The refusal of someone without the role that is needed.
pub(crate) fn not_entitled(who: &str, role: &str) -> Refusal {
    Refusal::new(
        "not-entitled",
        say!(
            "{who} 没有角色“{role}”。",
            "{who} doesn't have the role `{role}`."
        ),
        say!(
            "请有这个角色的人来办,或先授予角色。",
            "Ask someone who has it, or have it given first."
        ),
    )
}

/// How messages name whoever sends a command.
pub(crate) fn name(by: &Actor) -> String {
    match by {
        Actor::Person(person) => person.to_string(),
        Actor::Program(program) => program.to_string(),
        Actor::Public => "public".to_owned(),
        Actor::Clock => "clock".to_owned(),
    }
}

/// That nothing bars a person from deciding about a unit or person.
pub(crate) fn unconcerned(
    state: &State,
    judge: &PersonId,
    about: Option<&PersonId>,
    unit: Option<&UnitId>,
    day: Date,
) -> Result<(), Refusal> {
    match state.organisation.barred(judge, about, unit, day) {
        Some(bar) => Err(concerned(judge, &bar)),
        None => Ok(()),
    }
}

/// That two steps are taken by two people.
pub(crate) fn second_person(judge: &PersonId, before: &[&PersonId]) -> Result<(), Refusal> {
    if !before.contains(&judge) {
        return Ok(());
    }
    Err(Refusal::new(
        "second-person",
        say!(
            "{judge} 已经办过这件事的前一步。",
            "{judge} took an earlier step of this matter."
        ),
        say!("须由另一个人来办。", "Someone else has to take this one."),
    ))
}

/// That a period is one of this campaign, and has begun.
pub(crate) fn begun(state: &State, period: Period, today: Date) -> Result<(), Refusal> {
    let book = book(state)?;
    let first = state.rules.version(1).map(|first| first.from.starts());
    let kind = book.campaign.file.calendar.period;
    let known = period.kind() == kind
        && first.is_some_and(|first| first <= period.starts())
        && book.calendar.first_day(period) <= today;
    if known {
        return Ok(());
    }
    let now = book.calendar.period_of(today);
    Err(Refusal::new(
        "no-such-period",
        say!(
            "{period} 不是本活动已经开始的一期。",
            "{period} is no period of this campaign that has begun."
        ),
        say!(
            "写已经开始的一期,如本期 {now}。",
            "Name a period that has begun, such as the present one, {now}."
        ),
    ))
}

/// Remembers whose the items of the vault are that an entry brings: of whoever sent it.
pub(crate) fn remember(state: &mut State, entry: &Entry, notes: &[Note]) {
    if let Actor::Person(person) = &entry.by {
        for note in notes {
            state.vault.note(person, note.item);
        }
    }
}
