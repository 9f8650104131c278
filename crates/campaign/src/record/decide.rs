//! What comes of a command about records, or why it is refused.

use rulebook::model::{Cadence, Form, Subject};
use rulebook::{Period, say};

use super::check::{Checks, UNIT_FIELD};
use super::state::{Record, Verdict};
use super::{About, Action, Event, Filed, Filing, Outcome, RecordId, Value, Values, When};
use super::{code_digest, draw};
use crate::calendar::Calendar;
use crate::checks;
use crate::id::Name;
use crate::organisation::{Bar, concerned, no_such_person, no_such_unit};
use crate::refusal::Refusal;
use crate::rules::Book;
use crate::state::Context;
use crate::{Actor, Date, Digest, Note, PersonId, State, UnitId};

pub(crate) fn decide(
    state: &State,
    action: &Action,
    context: &Context<'_>,
) -> Result<Vec<crate::Event>, Refusal> {
    let desk = Desk { state, context };
    let event = match action {
        Action::File(filing) => desk.file(filing),
        Action::Correct {
            record,
            values,
            reason,
        } => desk.correct(*record, values, *reason),
        Action::Withdraw { record, reason } => desk.withdraw(*record, *reason),
        Action::Verify {
            record,
            outcome,
            note,
        } => desk.verify(*record, outcome, *note),
        Action::Confirm {
            record,
            code,
            outcome,
            note,
        } => desk.confirm(*record, code, outcome, *note),
        Action::DrawSample { form, period, seed } => desk.draw(form, *period, *seed),
        Action::Answer { record, answer } => desk.answer(*record, *answer),
    };
    event.map(|event| vec![crate::Event::Record(event)])
}

/// Where a record belongs: the unit that files it, the one it counts for unless a field says otherwise, and the day by whose
/// organisation that is settled.
struct Place {
    from: UnitId,
    unit: UnitId,
    day: Date,
}

/// Decides, in a state and a context.
struct Desk<'d> {
    state: &'d State,
    context: &'d Context<'d>,
}

impl<'d> Desk<'d> {
    fn file(&self, filing: &Filing) -> Result<Event, Refusal> {
        let when = filing.when.spelled();
        let (book, period) = self.book_of(when)?;
        let form = form_of(book, &filing.form)?;
        fits(form, filing, self.own_unit())?;
        self.in_time(when, period)?;
        let place = self.place(form, filing, when)?;
        self.asked(form, &place)?;
        if filing.confirm.is_some() && form.verified_by.is_none() {
            return Err(no_verifier(form));
        }
        self.may_fill(form, &filing.about, &place)?;
        self.not_filed(filing, when, &place.from)?;
        self.checks(book, form, &filing.about, place.day)
            .complete(&filing.values)?;
        let due = due_day(form, when, &book.calendar);
        Ok(Event::Filed(Filed {
            record: RecordId(self.state.records.len() as u64),
            form: filing.form.clone(),
            rules: book.version,
            about: filing.about.clone(),
            unit: unit_for(&filing.about, &filing.values, &place.unit),
            from: place.from,
            when,
            period,
            counts_in: self.state.periods.counts_in(period),
            due,
            late: due.map_or(0, |due| book.calendar.between(due, self.context.today)),
            awaits: form.verified_by.is_some() && form.sample_percent.is_none(),
            minutes: form.minutes,
            values: filing.values.clone(),
            confirm: filing.confirm,
        }))
    }

    fn correct(&self, id: RecordId, values: &Values, reason: Note) -> Result<Event, Refusal> {
        let (record, book, form) = self.record(id)?;
        self.may_change(id, record, form)?;
        self.checks(book, form, &record.about, self.day_of(record.when))
            .complete(values)?;
        if *values == record.values {
            return Err(nothing_changed(id));
        }
        Ok(Event::Corrected {
            record: id,
            unit: self.moved(record, values),
            values: values.clone(),
            reason,
        })
    }

    fn withdraw(&self, id: RecordId, reason: Note) -> Result<Event, Refusal> {
        let (record, _, form) = self.record(id)?;
        self.may_change(id, record, form)?;
        Ok(Event::Withdrawn { record: id, reason })
    }

    fn verify(
        &self,
        id: RecordId,
        outcome: &Outcome,
        note: Option<Note>,
    ) -> Result<Event, Refusal> {
        let (record, book, form) = self.record(id)?;
        let judge = checks::person(self.context)?;
        let Some(role) = &form.verified_by else {
            return Err(no_verifier(form));
        };
        self.has_role(judge, role.as_str(), &[&record.unit])?;
        if record.filed_by.person() == Some(judge) {
            return Err(Refusal::new(
                "own-record",
                say!(
                    "记录 {id} 是 {judge} 自己填的。",
                    "{judge} filed record {id} themselves."
                ),
                say!("请别人来核实。", "Have someone else verify it."),
            ));
        }
        if let Some(bar) = self.bar(judge, record) {
            return Err(concerned(judge, &bar));
        }
        self.verified(id, record, (book, form), outcome, note)
    }

    fn confirm(
        &self,
        id: RecordId,
        code: &str,
        outcome: &Outcome,
        note: Option<Note>,
    ) -> Result<Event, Refusal> {
        let (record, book, form) = self.record(id)?;
        if *self.context.by != Actor::Public {
            return Err(Refusal::new(
                "by-code-only",
                say!(
                    "凭码确认记录 {id} 不用账号。",
                    "A confirmation of record {id} by code needs no account."
                ),
                say!(
                    "退出账号,用收到的码确认;有核实角色的,用账号核实。",
                    "Sign out and use the code you were handed; those with the verifying role verify with their account."
                ),
            ));
        }
        if record.confirm != Some(code_digest(code)) {
            return Err(Refusal::new(
                "wrong-code",
                say!(
                    "这个码确认不了记录 {id}。",
                    "This code doesn't confirm record {id}."
                ),
                say!(
                    "对照收到的码再输一次,或向填表人要码。",
                    "Enter the code as you were handed it, or ask whoever filed the record for it."
                ),
            ));
        }
        no_marks(id, outcome)?;
        self.verified(id, record, (book, form), outcome, note)
    }

    /// A verification by someone entitled to it.
    fn verified(
        &self,
        id: RecordId,
        record: &Record,
        (book, form): (&Book, &Form),
        outcome: &Outcome,
        note: Option<Note>,
    ) -> Result<Event, Refusal> {
        stands(id, record)?;
        unverified(id, record)?;
        let mut unit = record.unit.clone();
        if let Outcome::Found(found) = outcome {
            self.checks(book, form, &record.about, self.day_of(record.when))
                .partial(found)?;
            let values = record.values.with(found);
            if values == record.values {
                return Err(nothing_changed(id));
            }
            unit = self.moved(record, &values);
        }
        Ok(Event::Verified {
            record: id,
            unit,
            outcome: outcome.clone(),
            note,
            counts_in: self.state.periods.counts_in(record.counts_in),
        })
    }

    fn draw(&self, name: &Name, period: Period, seed: Digest) -> Result<Event, Refusal> {
        let Some(book) = self.state.rules.of(period) else {
            return Err(no_form(name));
        };
        let form = form_of(book, name)?;
        let last = When::Period(period).last_day();
        if last >= self.context.today {
            return Err(too_early(&period.to_string(), last.plus(1)));
        }
        let by = match self.context.by {
            Actor::Clock => None,
            _ => Some(checks::person(self.context)?),
        };
        let (Some(percent), Some(role)) = (form.sample_percent, &form.verified_by) else {
            return Err(not_sampled(name));
        };
        let (organisation, today) = (&self.state.organisation, self.context.today);
        let holds = |by: &PersonId| organisation.has_role_somewhere(by, role.as_str(), today);
        if let Some(by) = by.filter(|by| !holds(by)) {
            return Err(checks::not_entitled(by.as_str(), role.as_str()));
        }
        let draws = self.state.records.draws(name.as_str(), period);
        let since = draws.last().map_or(RecordId(0), |last| last.until);
        let open = self.state.records.of_form(name.as_str(), period);
        let open = open.filter(|(id, record)| *id >= since && !record.withdrawn);
        let open: Vec<RecordId> = open.map(|(id, _)| id).collect();
        let records = draw(seed, percent, &open);
        if records.is_empty() {
            return Err(nothing_to_draw(name, period));
        }
        Ok(Event::Drawn {
            form: name.clone(),
            period,
            seed,
            percent,
            since,
            until: RecordId(self.state.records.len() as u64),
            of: u32::try_from(open.len()).unwrap_or(u32::MAX),
            records,
        })
    }

    fn answer(&self, id: RecordId, answer: Note) -> Result<Event, Refusal> {
        let (record, _, form) = self.record(id)?;
        self.may_fill_again(record, form)?;
        if record.verdict != Verdict::Wrong {
            return Err(Refusal::new(
                "nothing-found",
                say!(
                    "核实没有说记录 {id} 有不符。",
                    "No verification has found anything wrong in record {id}."
                ),
                say!("不用答复。", "There is nothing to answer."),
            ));
        }
        Ok(Event::Answered { record: id, answer })
    }

    /// The rules for a time, and the period it belongs to.
    fn book_of(&self, when: When) -> Result<(&'d Book, Period), Refusal> {
        let rules = &self.state.rules;
        let found = rules.latest().and_then(|latest| {
            let period = latest.calendar.period_of(when.belongs_to());
            Some((rules.of(period)?.as_ref(), period))
        });
        // Without rules, the command has been refused before it came here.
        found.ok_or_else(|| no_form(&Name::from("?")))
    }

    fn record(&self, id: RecordId) -> Result<(&'d Record, &'d Book, &'d Form), Refusal> {
        let Some(record) = self.state.records.get(id) else {
            return Err(Refusal::new(
                "no-such-record",
                say!("没有记录 {id}。", "There is no record {id}."),
                say!("核对记录的编号。", "Check the record's number."),
            ));
        };
        let book = self.state.rules.version(record.rules);
        let Some(book) = book else {
            return Err(no_form(&record.form));
        };
        Ok((record, book, form_of(book, &record.form)?))
    }

    /// That what it is about has begun or happened, and not before the campaign.
    fn in_time(&self, when: When, period: Period) -> Result<(), Refusal> {
        let first = when.first_day();
        if first > self.context.today {
            return Err(too_early(&when.to_string(), first));
        }
        let begins = self.state.rules.version(1).map(|book| book.from);
        match begins {
            Some(begins) if period.starts() < begins.starts() => Err(Refusal::new(
                "before-campaign",
                say!(
                    "{when} 在活动开始({begins})之前。",
                    "{when} lies before the campaign, which begins with {begins}."
                ),
                say!(
                    "只填 {begins} 以来的事。",
                    "File what has happened since {begins}."
                ),
            )),
            _ => Ok(()),
        }
    }

    /// The day by whose organisation a record is settled: its last, or today while that is to come.
    fn day_of(&self, when: When) -> Date {
        when.last_day().min(self.context.today)
    }

    fn place(&self, form: &Form, filing: &Filing, when: When) -> Result<Place, Refusal> {
        let day = self.day_of(when);
        let organisation = &self.state.organisation;
        checks::account(self.context.by)?;
        let person_unit = match &filing.about {
            About::Person(person) => match organisation.unit_of(person, day) {
                Some(unit) => Some(unit),
                None => return Err(no_such_person(person, day)),
            },
            About::Unit(_) | About::Case => None,
        };
        let from = match (&filing.about, form.subject) {
            (About::Unit(unit), Subject::OwnUnit) => Some(unit),
            _ => filing.from.as_ref().or(self.own_unit()).or(person_unit),
        };
        let Some(from) = from else {
            return Err(no_unit_given());
        };
        let unit = match &filing.about {
            About::Unit(unit) => unit,
            About::Person(_) | About::Case => person_unit.unwrap_or(from),
        };
        for unit in [from, unit] {
            if organisation.facts(unit, day).is_none() {
                return Err(no_such_unit(unit, day));
            }
        }
        Ok(Place {
            from: from.clone(),
            unit: unit.clone(),
            day,
        })
    }

    fn asked(&self, form: &Form, place: &Place) -> Result<(), Refusal> {
        let facts = self.state.organisation.facts(&place.from, place.day);
        let category = facts.map_or("", |facts| facts.category.as_str());
        if form.is_asked_of(category) {
            return Ok(());
        }
        let (unit, id) = (&place.from, &form.id);
        Err(Refusal::new(
            "not-asked",
            say!(
                "{unit} 的类别是“{category}”,不填表单“{id}”。",
                "{unit} is of the category `{category}`, which doesn't fill the form `{id}`."
            ),
            say!("不用填。", "There is nothing to file."),
        ))
    }

    /// That whoever asks may fill a form: as a program on a unit's behalf, or with the role for where it belongs.
    fn may_fill(&self, form: &Form, about: &About, place: &Place) -> Result<(), Refusal> {
        let Actor::Person(filer) = self.context.by else {
            return checks::account(self.context.by);
        };
        let role = form.filled_by.as_str();
        match form.subject {
            Subject::OwnUnit | Subject::Person => self.has_role(filer, role, &[&place.unit])?,
            Subject::OtherUnit => self.has_role(filer, role, &[&place.from, &place.unit])?,
            Subject::Case => self.has_role(filer, role, &[&place.from])?,
        }
        self.fills_own(form, about, filer, &place.unit)
    }

    /// Whoever a form is about fills it themselves, where they have the role for it.
    fn fills_own(
        &self,
        form: &Form,
        about: &About,
        filer: &PersonId,
        unit: &UnitId,
    ) -> Result<(), Refusal> {
        let (About::Person(person), role) = (about, form.filled_by.as_str()) else {
            return Ok(());
        };
        let organisation = &self.state.organisation;
        if person == filer || !organisation.has_role(person, role, unit, self.context.today) {
            return Ok(());
        }
        let id = &form.id;
        Err(Refusal::new(
            "fills-own",
            say!(
                "表单“{id}”由 {person} 本人填,{filer} 不能代填。",
                "{person} fills the form `{id}` themselves; {filer} can't do it for them."
            ),
            say!("请本人来填。", "Ask the person it is about."),
        ))
    }

    /// That whoever asks filed a record, or may fill its form today.
    fn may_fill_again(&self, record: &Record, form: &Form) -> Result<(), Refusal> {
        if record.filed_by == *self.context.by {
            return Ok(());
        }
        let place = Place {
            from: record.from.clone(),
            unit: match record.about {
                About::Case => record.from.clone(),
                About::Unit(_) | About::Person(_) => record.unit.clone(),
            },
            day: self.context.today,
        };
        self.may_fill(form, &record.about, &place)
    }

    /// That whoever asks may correct or withdraw a record, and that it isn't too late for that.
    fn may_change(&self, id: RecordId, record: &Record, form: &Form) -> Result<(), Refusal> {
        self.may_fill_again(record, form)?;
        stands(id, record)?;
        let period = record.counts_in;
        if self.state.periods.is_cut_off(period) {
            return Err(Refusal::new(
                "period-closed",
                say!(
                    "记录 {id} 计入 {period},该期已经截止。",
                    "Record {id} counts in {period}, which is cut off."
                ),
                say!(
                    "在异议期内提出异议,或请求决定重开该期。",
                    "Raise an objection while the time for it runs, or ask for a decision to reopen the period."
                ),
            ));
        }
        unverified(id, record)?;
        if record.drawn {
            return Err(Refusal::new(
                "in-sample",
                say!(
                    "记录 {id} 已抽中待核实。",
                    "Record {id} is drawn for verification."
                ),
                say!(
                    "把情况告诉核实人,核实后还可以答复。",
                    "Tell whoever verifies it; what they find can be answered."
                ),
            ));
        }
        Ok(())
    }

    fn not_filed(&self, filing: &Filing, when: When, from: &UnitId) -> Result<(), Refusal> {
        let records = &self.state.records;
        let Some((id, _)) = records.filed(&filing.form, when, &filing.about, from) else {
            return Ok(());
        };
        let form = &filing.form;
        Err(Refusal::new(
            "already-filed",
            say!(
                "表单“{form}”{when} 已经填过:记录 {id}。",
                "The form `{form}` is filed already for {when}: record {id}."
            ),
            say!(
                "要改,就更正记录 {id}。",
                "To change it, correct record {id}."
            ),
        ))
    }

    fn checks(&self, book: &'d Book, form: &'d Form, about: &'d About, day: Date) -> Checks<'d> {
        Checks {
            form,
            attachments: &book.campaign.file.attachments,
            organisation: &self.state.organisation,
            day,
            about,
        }
    }

    /// The unit a record counts for, with these values.
    fn moved(&self, record: &Record, values: &Values) -> UnitId {
        match record.about {
            About::Case => unit_for(&record.about, values, &record.from),
            About::Unit(_) | About::Person(_) => record.unit.clone(),
        }
    }

    fn bar(&self, judge: &PersonId, record: &Record) -> Option<Bar> {
        let organisation = &self.state.organisation;
        let about = match &record.about {
            About::Person(person) => Some(person),
            About::Unit(_) | About::Case => None,
        };
        let today = self.context.today;
        let barred = organisation.barred(judge, about, Some(&record.unit), today);
        // The unit that filed it has an interest in it too, such as how much it has covered.
        let from = (self.own_unit() == Some(&record.from)).then_some(&record.from);
        let barred = barred.or_else(|| from.cloned().map(Bar::OwnUnit));
        let filer = record.filed_by.person();
        let related = filer.filter(|filer| organisation.are_related(judge, filer));
        barred.or_else(|| related.cloned().map(Bar::Related))
    }

    /// The unit of whoever asks.
    fn own_unit(&self) -> Option<&'d UnitId> {
        let person = self.context.by.person()?;
        self.state.organisation.unit_of(person, self.context.today)
    }

    fn has_role(&self, person: &PersonId, role: &str, units: &[&UnitId]) -> Result<(), Refusal> {
        let (organisation, today) = (&self.state.organisation, self.context.today);
        let holds = |unit: &&UnitId| organisation.has_role(person, role, unit, today);
        if units.iter().any(holds) {
            return Ok(());
        }
        Err(checks::not_entitled(person.as_str(), role))
    }
}

/// The day by which a form is due; `None` where none is set.
pub(super) fn due_day(form: &Form, when: When, calendar: &Calendar) -> Option<Date> {
    match (form.every, form.due_days) {
        (Cadence::Event, None) => None,
        (_, days) => Some(calendar.after(when.last_day(), days.unwrap_or(0))),
    }
}

/// The unit a record counts for: of a case the one that the field `unit` names.
fn unit_for(about: &About, values: &Values, otherwise: &UnitId) -> UnitId {
    match (about, values.get(UNIT_FIELD)) {
        (About::Case, Some(Value::Unit(unit))) => unit.clone(),
        _ => otherwise.clone(),
    }
}

fn form_of<'b>(book: &'b Book, form: &Name) -> Result<&'b Form, Refusal> {
    book.form(form.as_str()).ok_or_else(|| no_form(form))
}

/// That a filing is about what the form is about, for such a time as the form asks.
fn fits(form: &Form, filing: &Filing, filer: Option<&UnitId>) -> Result<(), Refusal> {
    let id = &form.id;
    let from = filing.from.as_ref();
    let subject = match (form.subject, &filing.about) {
        (Subject::OwnUnit, About::Unit(unit)) => from.is_none_or(|from| from == unit),
        (Subject::OtherUnit, About::Unit(unit)) => from.or(filer) != Some(unit),
        (Subject::Person, About::Person(_)) | (Subject::Case, About::Case) => true,
        _ => false,
    };
    if !subject {
        let (zh, en) = match form.subject {
            Subject::OwnUnit => ("填表单位自己", "the unit that fills it"),
            Subject::OtherUnit => ("另一个单位", "another unit"),
            Subject::Person => ("个人", "a person"),
            Subject::Case => ("一件事", "a case"),
        };
        return Err(Refusal::new(
            "wrong-subject",
            say!("表单“{id}”填的应是{zh}。", "The form `{id}` is about {en}."),
            say!("写明填的是{zh}。", "Say that it is about {en}, and which."),
        ));
    }
    if filing.when.fits(form.every) {
        return Ok(());
    }
    let (zh, en) = match form.every {
        Cadence::Week => ("一周", "a week"),
        Cadence::Month => ("一个月", "a month"),
        Cadence::Quarter => ("一个季度", "a quarter"),
        Cadence::HalfYear => ("半年", "a half-year"),
        Cadence::Year => ("一年", "a year"),
        Cadence::Event => ("事情发生的那一天", "the day on which something happened"),
    };
    let when = filing.when;
    Err(Refusal::new(
        "wrong-occasion",
        say!(
            "表单“{id}”填的是{zh},不能填 {when}。",
            "The form `{id}` is for {en}, not for {when}."
        ),
        say!("改写成{zh}。", "Give {en}."),
    ))
}

fn stands(id: RecordId, record: &Record) -> Result<(), Refusal> {
    if !record.withdrawn {
        return Ok(());
    }
    Err(Refusal::new(
        "withdrawn",
        say!("记录 {id} 已经撤回。", "Record {id} is withdrawn."),
        say!("需要的话,重新填一份。", "File a new one if it is needed."),
    ))
}

/// That those who confirm by code leave the marks of checklists alone: nobody marks themselves.
fn no_marks(id: RecordId, outcome: &Outcome) -> Result<(), Refusal> {
    let Outcome::Found(found) = outcome else {
        return Ok(());
    };
    let marks = |value: &Value| matches!(value, Value::Checklist(_));
    let Some((field, _)) = found.iter().find(|(_, value)| marks(value)) else {
        return Ok(());
    };
    Err(Refusal::new(
        "marks-by-code",
        say!(
            "记录 {id} 的检查单“{field}”不能凭码改分。",
            "The marks `{field}` of record {id} can't be changed by code."
        ),
        say!(
            "只确认事情是否属实;对打分有意见,提出异议。",
            "Say only whether it took place as written; object to marks that are wrong."
        ),
    ))
}

fn unverified(id: RecordId, record: &Record) -> Result<(), Refusal> {
    if record.verdict == Verdict::None {
        return Ok(());
    }
    Err(Refusal::new(
        "already-verified",
        say!("记录 {id} 已经核实。", "Record {id} is verified already."),
        say!(
            "不同意核实结果的,填表人可以答复,或提出异议。",
            "Whoever filed it and doesn't agree can answer, or raise an objection."
        ),
    ))
}

fn no_form(form: &Name) -> Refusal {
    Refusal::new(
        "no-such-form",
        say!("没有表单“{form}”。", "There is no form `{form}`."),
        say!(
            "核对表单的标识;那一期的细则里要有它。",
            "Check the form's id; the rules of that period must have it."
        ),
    )
}

fn too_early(what: &str, from: Date) -> Refusal {
    Refusal::new(
        "too-early",
        say!("{what} 还没有到时候。", "It is too early for {what}."),
        say!("{from} 起再来。", "Come back from {from} on."),
    )
}

fn no_unit_given() -> Refusal {
    Refusal::new(
        "no-such-unit",
        say!("没有写明由哪个单位填。", "The unit that files isn't named."),
        say!("写明单位(from)。", "Name it (`from`)."),
    )
}

fn no_verifier(form: &Form) -> Refusal {
    let id = &form.id;
    Refusal::new(
        "no-verifier",
        say!("表单“{id}”不用核实。", "The form `{id}` isn't verified."),
        say!(
            "要核实,在表单里写明 verified_by。",
            "To have it verified, give the form `verified_by`."
        ),
    )
}

fn not_sampled(form: &Name) -> Refusal {
    Refusal::new(
        "not-sampled",
        say!("表单“{form}”不抽查。", "The form `{form}` isn't sampled."),
        say!(
            "要抽查,在表单里写明 verified_by 和 sample_percent。",
            "To have it sampled, give the form `verified_by` and `sample_percent`."
        ),
    )
}

fn nothing_changed(id: RecordId) -> Refusal {
    Refusal::new(
        "nothing-changed",
        say!(
            "和记录 {id} 原来的一样。",
            "Nothing differs from what stands in record {id}."
        ),
        say!(
            "没有要改的就不用改;核实无误的,报“属实”。",
            "Leave it as it is; a verification that finds nothing wrong confirms."
        ),
    )
}

fn nothing_to_draw(form: &Name, period: Period) -> Refusal {
    Refusal::new(
        "nothing-to-draw",
        say!(
            "{period} 没有未抽过的“{form}”记录可抽。",
            "There are no records of the form `{form}` in {period} that weren't drawn from already."
        ),
        say!(
            "有新的记录计入该期再抽。",
            "Draw again when other records count in that period."
        ),
    )
}
