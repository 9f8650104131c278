//! The entries of the log, page by page, and one by one.

use campaign::{Actor, Entry, UnitId};
use host::{Logged, Search};
use rulebook::{Period, say};

use super::overview::failed;
use super::places;
use super::told::{KINDS, Told, actor, kind_name, known_units, lines, moment, primitive};
use crate::asked::{Asked, At};
use crate::fields::Fields;
use crate::pages::office::sheet::{Block, Cell, Field, Form, Input, Sheet};
use crate::problem::Problem;
use crate::reply::{Answer, File, Reply};

/// So many entries stand on a page.
const ON_A_PAGE: usize = 100;
/// So many are looked at for a page at most; further ones with the next.
pub(super) const LOOK_AT: u64 = 10_000;
/// So many lines of an entry are shown.
const LINES: usize = 400;

/// Which entries are wanted.
struct Filter {
    /// `record`, or `record.filed`.
    kind: String,
    unit: Option<UnitId>,
    actor: String,
    period: Option<Period>,
}

impl Filter {
    fn of(query: &Fields) -> Result<Self, Problem> {
        let unit = query.get("unit");
        let mut problem = Problem::fields();
        let period = query.parse::<Period>("period", "2026-11", &mut problem);
        problem.settle()?;
        Ok(Self {
            kind: query.get("kind").to_owned(),
            unit: (!unit.is_empty()).then(|| UnitId::from(unit)),
            actor: query.get("actor").to_owned(),
            period,
        })
    }

    /// The query that asks for the same, further down.
    fn query(&self, below: u64) -> String {
        let below = below.to_string();
        let (unit, period) = (
            self.unit.as_ref().map(ToString::to_string),
            self.period.map(|period| period.to_string()),
        );
        let pairs = [
            ("kind", Some(self.kind.clone())),
            ("unit", unit),
            ("actor", Some(self.actor.clone())),
            ("period", period),
            ("below", Some(below)),
        ];
        let pairs: Vec<(&str, String)> = pairs
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_empty())?)))
            .collect();
        let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
        format!("/audit/log?{query}")
    }

    fn wants(&self, asked: &Asked<'_>, entry: &Entry) -> bool {
        self.wants_actor(&entry.by)
            && self.wants_time(asked, entry)
            && self.wants_kind(entry)
            && self.unit.as_ref().is_none_or(|unit| {
                let told = Told::of(&entry.event);
                told.concerns(asked.state, unit)
            })
    }

    fn wants_kind(&self, entry: &Entry) -> bool {
        match self.kind.split_once('.') {
            _ if self.kind.is_empty() => true,
            None => primitive(&entry.event) == self.kind,
            Some((of, kind)) => {
                primitive(&entry.event) == of && Told::of(&entry.event).kind == kind
            }
        }
    }

    fn wants_actor(&self, by: &Actor) -> bool {
        match by {
            _ if self.actor.is_empty() => true,
            Actor::Person(person) => person.as_str() == self.actor,
            Actor::Program(program) => program.as_str() == self.actor,
            Actor::Public => self.actor == "public",
            Actor::Clock => self.actor == "clock",
        }
    }

    fn wants_time(&self, asked: &Asked<'_>, entry: &Entry) -> bool {
        let (Some(period), Ok(book)) = (self.period, asked.book()) else {
            return true;
        };
        let day = entry.at.day(asked.state.rules.offset());
        book.calendar.first_day(period) <= day && day <= book.calendar.last_day(period)
    }

    /// The index below which the entries of the period lie. The moments of entries hardly ever go back, and never by more than
    /// the day to whose beginning some are put: so a day more is looked at.
    fn top(&self, asked: &Asked<'_>) -> Result<u64, Problem> {
        let length = asked.state.length();
        let (Some(period), Ok(book)) = (self.period, asked.book()) else {
            return Ok(length);
        };
        let end = book.calendar.last_day(period).plus(2);
        let (mut low, mut high) = (0, length);
        while low < high {
            let middle = low.midpoint(high);
            let read = asked.app.host.entry(middle).map_err(|error| failed(&error));
            let later = read?.is_none_or(|logged| {
                let day = logged.entry.at.day(asked.state.rules.offset());
                day >= end
            });
            if later {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Ok(low)
    }
}

/// The entries, the newest first.
pub(super) fn list(asked: &Asked<'_>, at: &At) -> Answer {
    let filter = Filter::of(&at.query)?;
    let length = asked.state.length();
    let below = match at.query.get("below") {
        "" => filter.top(asked)?,
        text => text.parse().unwrap_or(length).min(length),
    };
    let search = Search {
        below,
        most: ON_A_PAGE,
        look_at: LOOK_AT,
    };
    let found = asked
        .app
        .host
        .entries(search, |entry| filter.wants(asked, entry))
        .map_err(|error| failed(&error))?;
    let rows: Vec<Vec<Cell>> = found.entries.iter().map(|one| row(asked, one)).collect();
    let head = [
        "audit-height-of",
        "audit-when",
        "audit-kind",
        "audit-unit",
        "audit-actor",
    ];
    let mut sheet = Sheet::new(asked, "audit-log");
    sheet.add(Block::Links(places(asked)));
    sheet.text(asked, "audit-log-about");
    form(asked, &filter, &mut sheet);
    let looked = [
        ("from", found.reached.to_string()),
        ("to", below.saturating_sub(1).to_string()),
        ("found", found.entries.len().to_string()),
    ];
    let looked: Vec<(&str, &str)> = looked.iter().map(|(n, v)| (*n, v.as_str())).collect();
    if below > 0 {
        sheet.add(Block::Note(
            asked.words.with("audit-looked-at", &looked).into_owned(),
        ));
    }
    sheet.table(asked, ("audit-log", "audit-no-entries"), &head, rows);
    sheet.add(Block::Links(further(asked, &filter, below, found.reached)));
    sheet.show(asked)
}

fn further(asked: &Asked<'_>, filter: &Filter, below: u64, reached: u64) -> Vec<Cell> {
    let w = asked.words;
    let newest = asked.state.length();
    let newer = (below < newest).then_some(("audit-newest", newest));
    let older = (reached > 0).then_some(("audit-older", reached));
    let both = newer.into_iter().chain(older);
    both.map(|(message, below)| Cell::text(w.t(message)).to(filter.query(below)))
        .collect()
}

fn row(asked: &Asked<'_>, one: &Logged) -> Vec<Cell> {
    let told = Told::of(&one.entry.event);
    let units = told.units(asked.state);
    let names: Vec<&str> = units.iter().map(|unit| asked.unit_name(unit)).collect();
    vec![
        Cell::text(one.index.to_string()).to(format!("/audit/log/{}", one.index)),
        Cell::text(moment(asked, one.entry.at)),
        Cell::text(told.name(asked)),
        Cell::text(names.join(asked.words.lang.pick("、", ", "))),
        Cell::text(actor(asked, &one.entry.by)),
    ]
}

fn form(asked: &Asked<'_>, filter: &Filter, sheet: &mut Sheet) {
    let w = asked.words;
    let mut kinds = Vec::new();
    for (of, all) in KINDS {
        let group = w.t(&format!("audit-of-{of}"));
        kinds.push((
            of.to_owned(),
            w.a("audit-all-of", "of", group.to_string()).into(),
        ));
        kinds.extend(all.iter().map(|kind| {
            let name = kind_name(asked, of, kind);
            (format!("{of}.{kind}"), name)
        }));
    }
    let units = known_units(asked.state).into_iter().collect();
    let periods = asked.state.periods.iter().map(|(period, _)| period);
    let running = asked.book().ok();
    let running = running.map(|book| book.calendar.period_of(asked.today));
    let mut periods: Vec<Period> = periods.chain(running).collect();
    periods.sort_by_key(|period| std::cmp::Reverse(period.starts()));
    periods.dedup();
    let periods = periods.into_iter();
    let periods = periods.map(|period| (period.to_string(), w.period(period)));
    let choice = |name, label, choices, value: String| {
        let field = Field::new(asked, name, label, Input::Choice(choices));
        field.value(value).optional()
    };
    let unit = filter.unit.as_ref().map(ToString::to_string);
    let period = filter.period.map(|period| period.to_string());
    let by = Field::new(asked, "actor", "audit-actor", Input::Line);
    sheet.form(
        Form::new(asked, "/audit/log", "audit-filter", "audit-search")
            .asking()
            .field(choice("kind", "audit-kind", kinds, filter.kind.clone()))
            .field(choice(
                "unit",
                "audit-unit",
                units,
                unit.unwrap_or_default(),
            ))
            .field(
                by.value(filter.actor.as_str())
                    .hint(w.t("audit-actor.hint"))
                    .optional(),
            )
            .field(choice(
                "period",
                "audit-written-in",
                periods.collect(),
                period.unwrap_or_default(),
            )),
    );
}

/// One entry: what it says, its leaf, the one before; with `as=json` its proof.
pub(super) fn one(asked: &Asked<'_>, at: &At) -> Answer {
    let height: u64 = at.number("height")?;
    if height >= asked.state.length() {
        return Err(Problem::not_found());
    }
    let read = |index| asked.app.host.entry(index).map_err(|error| failed(&error));
    let logged = read(height)?.ok_or_else(Problem::not_found)?;
    let told = Told::of(&logged.entry.event);
    if at.query.get("as") == "json" {
        return proof(asked, &told, height);
    }
    let before = match height.checked_sub(1) {
        Some(before) => read(before)?,
        None => None,
    };
    let w = asked.words;
    let mut sheet = Sheet::titled(w.a("audit-entry", "n", height.to_string()));
    sheet.add(Block::Links(places(asked)));
    sheet.add(Block::Facts(facts(asked, &logged, &told, before.as_ref())));
    sheet.note(asked, "audit-leaf-about");
    content(asked, &told, &mut sheet);
    sheet.add(Block::Links(beside(asked, &told, height)));
    sheet.show(asked)
}

fn facts(
    asked: &Asked<'_>,
    logged: &Logged,
    told: &Told,
    before: Option<&Logged>,
) -> Vec<(String, Cell)> {
    let w = asked.words;
    let fact = |id: &str, cell: Cell| (w.t(id).into_owned(), cell);
    let mut facts = vec![
        fact("audit-kind", Cell::text(told.name(asked))),
        fact("audit-when", Cell::text(moment(asked, logged.entry.at))),
        fact("audit-actor", Cell::text(actor(asked, &logged.entry.by))),
    ];
    if !told.is_of_one_rating() {
        let key = logged.entry.cmd.to_string();
        facts.push(fact("audit-command", Cell::text(key)));
    }
    facts.push(fact("audit-leaf", Cell::text(logged.leaf.to_string())));
    if let Some(before) = before {
        let cell = Cell::text(before.leaf.to_string());
        let cell = cell.to(format!("/audit/log/{}", before.index));
        facts.push(fact("audit-leaf-before", cell));
    }
    facts
}

fn content(asked: &Asked<'_>, told: &Told, sheet: &mut Sheet) {
    let w = asked.words;
    sheet.heading(asked, "audit-content");
    let fields = if told.is_of_one_rating() {
        sheet.note(asked, "audit-one-rating");
        let shown = ["unit", "period"].into_iter();
        let shown = shown.filter_map(|name| Some((name.to_owned(), told.text(name)?.into())));
        serde_json::Value::Object(shown.collect())
    } else {
        told.fields.clone()
    };
    let lines = lines(&fields, LINES);
    let cut = lines.len() >= LINES;
    let rows = lines.into_iter().map(|(at, text)| {
        let unit = UnitId::from(text.as_str());
        let name = asked.unit_name(&unit);
        let text = match name.is_empty() {
            true => Cell::text(text),
            false => Cell::text(format!("{name} ({text})")).to(format!("/units/{unit}")),
        };
        vec![Cell::text(at), text]
    });
    let head = ["audit-field", "audit-value"];
    let caption = ("audit-content", "audit-nothing-in-it");
    sheet.table(asked, caption, &head, rows.collect());
    if cut {
        let most = w.n("audit-cut", LINES.to_string()).into_owned();
        sheet.add(Block::Note(most));
    }
    if let Some((name, number, to)) = told.thing() {
        let text = w.a(&format!("audit-thing-{name}"), "n", number.to_string());
        sheet.add(Block::Links(vec![Cell::text(text).to(to)]));
    }
}

fn beside(asked: &Asked<'_>, told: &Told, height: u64) -> Vec<Cell> {
    let w = asked.words;
    let mut links = Vec::new();
    if !told.is_of_one_rating() {
        links.push(Cell::text(w.t("audit-proof")).to(format!("/audit/log/{height}?as=json")));
    }
    if let Some(before) = height.checked_sub(1) {
        links.push(Cell::text(w.t("audit-before")).to(format!("/audit/log/{before}")));
    }
    if height + 1 < asked.state.length() {
        links.push(Cell::text(w.t("audit-after")).to(format!("/audit/log/{}", height + 1)));
    }
    links
}

/// The entry laid open with its proof, to be checked elsewhere.
fn proof(asked: &Asked<'_>, told: &Told, height: u64) -> Answer {
    if told.is_of_one_rating() {
        return Err(Problem::not_found());
    }
    let disclosed = asked.app.host.disclosure(height);
    let disclosed = disclosed
        .map_err(|error| failed(&error))?
        .ok_or_else(|| not_signed(height))?;
    let content = serde_json::to_vec_pretty(&disclosed).map_err(|_| Problem::broken())?;
    Ok(Reply::File(File {
        name: Some(format!("entry-{height}.json")),
        media_type: "application/json",
        content,
    }))
}

fn not_signed(height: u64) -> Problem {
    let mut problem = Problem::new(
        axum::http::StatusCode::SERVICE_UNAVAILABLE,
        "not-signed",
        say!(
            "第 {height} 条还没有检查点签名。",
            "No checkpoint covers entry {height} yet."
        ),
        say!("过几秒再取。", "Ask for it again in a few seconds."),
    );
    problem.retry_after = Some(2);
    problem
}
