//! The register: units with their people, posts and history; founding, renaming, moving, merging and closing units; registering
//! and moving people; roles and who answers. People's data are for those who keep the register alone.

use std::collections::BTreeMap;

use campaign::id::{Name, PostId};
use campaign::organisation::{
    Action as Do, Charge, Facts, Grant, NewPerson, NewUnit, Person, Post,
};
use campaign::{Action, Date, PersonId, UnitId};
use rulebook::say;

use super::board::category_name;
use super::paged::Paged;
use super::sheet::{Block, Cell, Field, Form, Input, Sheet, roles, units};
use crate::act::Plan;
use crate::asked::{Asked, At};
use crate::fields::Fields;
use crate::problem::Problem;
use crate::reply::Answer;
use crate::rights::Verb;
use crate::routes::Table;
use crate::vault::{Profile, Writing};

const HERE: &str = "/office/register";
const UNIT: &str = "/office/register/{unit}";
/// So many of a unit's people can be chosen from.
const CHOICES: usize = 300;
/// So many moves of people are listed.
const MOVES: usize = 30;

/// The routes.
pub(super) fn routes() -> Table {
    let act = "/office/register/{unit}/{act}";
    Table::new()
        .show(HERE, Verb::Run, list)
        .act(HERE, Verb::Run, found, list)
        .show(UNIT, Verb::Run, show)
        .act(act, Verb::Run, change, show)
}

fn page_of(unit: &UnitId) -> String {
    format!("{HERE}/{unit}")
}

fn categories(asked: &Asked<'_>) -> Result<Vec<(String, String)>, Problem> {
    let all = asked.book()?.campaign.file.category.iter();
    let pair = all.map(|one| (one.id.to_string(), asked.words.of(&one.name).to_owned()));
    Ok(pair.collect())
}

fn day_field(asked: &Asked<'_>, name: &'static str, label: &str) -> Field {
    Field::new(asked, name, label, Input::Day).value(asked.today.to_string())
}

/// The units, to be searched.
fn list(asked: &Asked<'_>, at: &At) -> Answer {
    let w = asked.words;
    let (sought, category) = (at.query.get("q"), at.query.get("category"));
    let mut sheet = Sheet::new(asked, "office-register");
    sheet.add(super::places(asked));
    sheet.text(asked, "office-register-about");
    let search = Form::new(asked, HERE, "", "office-search").asking();
    let name = Field::new(asked, "q", "office-search-unit", Input::Line);
    let all = Input::Choice(categories(asked)?);
    let of = Field::new(asked, "category", "office-category", all);
    sheet.form(
        search
            .field(name.value(sought).optional())
            .field(of.value(category).optional()),
    );
    listed(asked, at, (sought, category), &mut sheet);
    sheet.add(Block::Links(vec![
        Cell::text(w.t("identity-people")).to("/office/accounts"),
    ]));
    founding(asked, &mut sheet)?;
    sheet.show(asked)
}

/// How many people and posts each unit has.
fn counts<'a>(asked: &Asked<'a>) -> BTreeMap<&'a UnitId, (usize, usize)> {
    let organisation = &asked.state.organisation;
    let mut counts: BTreeMap<&UnitId, (usize, usize)> = BTreeMap::new();
    for (_, person) in organisation.people() {
        if let Some(Some(unit)) = person.unit.on(asked.today) {
            counts.entry(unit).or_default().0 += 1;
        }
    }
    let posts = organisation.posts().map(|(_, post)| post);
    for post in posts.filter(|post| post.holds(asked.today)) {
        counts.entry(&post.unit).or_default().1 += 1;
    }
    counts
}

fn listed(asked: &Asked<'_>, at: &At, (sought, category): (&str, &str), sheet: &mut Sheet) {
    let counts = counts(asked);
    let fits = |id: &UnitId, facts: &Facts| {
        (sought.is_empty() || facts.name.contains(sought) || id.as_str() == sought)
            && (category.is_empty() || facts.category.as_str() == category)
    };
    let all = asked.state.organisation.units(asked.today);
    let all: Vec<_> = all.filter(|(id, facts)| fits(id, facts)).collect();
    let paged = Paged::of(at, all.len());
    let shown = all.iter().skip(paged.skip()).take(paged.most());
    let rows = shown.map(|(id, facts)| {
        let parent = facts.parent.as_ref();
        let (people, posts) = counts.get(id).copied().unwrap_or_default();
        vec![
            Cell::text(facts.name.as_str()).to(page_of(id)),
            Cell::text(id.as_str()),
            Cell::text(category_name(asked, facts.category.as_str())),
            parent.map_or_else(Cell::default, |parent| Cell::text(asked.unit_name(parent))),
            Cell::number(people),
            Cell::number(posts),
        ]
    });
    let rows = rows.collect();
    let head = [
        "office-unit",
        "office-id",
        "office-category",
        "office-parent",
        "office-people",
        "office-posts",
    ];
    sheet.table(asked, ("office-all-units", "office-no-units"), &head, rows);
    let kept = [("q", sought), ("category", category)];
    sheet.blocks.extend(paged.links(asked, &kept));
}

fn founding(asked: &Asked<'_>, sheet: &mut Sheet) -> Result<(), Problem> {
    let w = asked.words;
    let form = Form::new(asked, HERE, "office-found", "office-do-found");
    let line = |name, label| Field::new(asked, name, label, Input::Line);
    let choice = |name, label, choices| Field::new(asked, name, label, Input::Choice(choices));
    sheet.form(
        form.about(w.t("office-found.about"))
            .field(line("unit", "office-id").hint(w.t("office-id.hint")))
            .field(line("name", "office-name"))
            .field(choice("category", "office-category", categories(asked)?))
            .field(choice("parent", "office-parent", units(asked)).optional())
            .field(day_field(asked, "from", "office-from")),
    );
    Ok(())
}

/// A day that has to be filled in.
fn day(fields: &Fields, name: &str, problem: &mut Problem) -> Date {
    let _needed = fields.need(name, problem);
    fields
        .parse(name, "2026-12-31", problem)
        .unwrap_or_default()
}

fn facts(fields: &Fields, problem: &mut Problem) -> Facts {
    let parent = fields.get("parent");
    Facts {
        name: fields.need("name", problem).to_owned(),
        category: Name::from(fields.need("category", problem)),
        parent: (!parent.is_empty()).then(|| UnitId::from(parent)),
        attributes: BTreeMap::new(),
    }
}

fn found(asked: &Asked<'_>, _at: &At, fields: &Fields) -> Result<Plan, Problem> {
    let mut problem = Problem::fields();
    let unit = UnitId::from(fields.need("unit", &mut problem));
    if asked.state.organisation.unit(&unit).is_some() {
        problem.wrong(
            "unit",
            say!("这个编号已经有了。", "This id is taken already."),
        );
    }
    let facts = facts(fields, &mut problem);
    let from = day(fields, "from", &mut problem);
    problem.settle()?;
    let then = page_of(&unit);
    let units = vec![NewUnit { unit, facts }];
    let action = Do::ImportUnits { from, units };
    let plan = Plan::new(Action::Organisation(action), then, "office-done-register");
    Ok(plan)
}

/// A unit.
fn show(asked: &Asked<'_>, at: &At) -> Answer {
    let id = at.unit()?;
    let w = asked.words;
    let unit = asked
        .state
        .organisation
        .unit(&id)
        .ok_or_else(Problem::not_found)?;
    let mut sheet = Sheet::titled(asked.unit_name(&id));
    sheet.add(Block::Links(vec![
        Cell::text(w.t("office-register")).to(HERE),
        Cell::text(w.t("office-public-page")).to(format!("/units/{id}")),
    ]));
    let now = unit.facts.on(asked.today).and_then(Option::as_ref);
    let mut told = vec![(w.t("office-id").into_owned(), Cell::text(id.as_str()))];
    if let Some(facts) = now {
        let category = category_name(asked, facts.category.as_str());
        told.push((w.t("office-category").into_owned(), Cell::text(category)));
        if let Some(parent) = &facts.parent {
            let cell = Cell::text(asked.unit_name(parent)).to(page_of(parent));
            told.push((w.t("office-parent").into_owned(), cell));
        }
    }
    let charge = unit.charge.on(asked.today).cloned().unwrap_or_default();
    let names = |people: Vec<&PersonId>| {
        let names: Vec<String> = people
            .into_iter()
            .map(|one| asked.person_name(one))
            .collect();
        Cell::text(match names.is_empty() {
            true => w.t("office-nobody").into_owned(),
            false => names.join(w.lang.pick("、", ", ")),
        })
    };
    told.extend([
        (
            w.t("office-principal").into_owned(),
            names(charge.principal.iter().collect()),
        ),
        (
            w.t("office-in-charge").into_owned(),
            names(charge.in_charge.iter().collect()),
        ),
        (
            w.t("office-team").into_owned(),
            names(charge.team.iter().collect()),
        ),
    ]);
    sheet.add(Block::Facts(told));
    people(asked, at, &id, &mut sheet);
    posts(asked, &id, &mut sheet);
    history(asked, &id, &mut sheet);
    if let Some(facts) = now {
        unit_forms(asked, (&id, facts), &mut sheet)?;
        people_forms(asked, &id, &charge, &mut sheet)?;
    }
    sheet.show(asked)
}

/// What someone does and may do, in words.
fn duties(asked: &Asked<'_>, person: &Person) -> String {
    let grants = person
        .grants
        .iter()
        .filter(|grant| grant.holds(asked.today));
    let roles = grants.map(|grant| {
        let name = asked.role_name(grant.role.as_str());
        match &grant.unit {
            Some(_) => name,
            None => asked
                .words
                .a("office-everywhere", "role", name)
                .into_owned(),
        }
    });
    let posts = person.posts.iter();
    let posts = posts.filter(|held| {
        held.from <= asked.today && held.until.is_none_or(|until| asked.today <= until)
    });
    let posts = posts.filter_map(|held| {
        let post = asked.state.organisation.post(&held.post)?;
        Some(post.name.clone())
    });
    let all: Vec<String> = roles.chain(posts).collect();
    all.join(asked.words.lang.pick("、", ", "))
}

fn people(asked: &Asked<'_>, at: &At, unit: &UnitId, sheet: &mut Sheet) {
    let organisation = &asked.state.organisation;
    let all: Vec<&PersonId> = organisation.people_of(unit, asked.today).collect();
    let paged = Paged::of(at, all.len());
    let rows = all
        .iter()
        .skip(paged.skip())
        .take(paged.most())
        .filter_map(|id| {
            let person = organisation.person(id)?;
            let since = person
                .unit
                .iter()
                .rev()
                .find(|(from, _)| *from <= asked.today);
            Some(vec![
                Cell::text(asked.person_name(id)),
                Cell::text(since.map_or_else(String::new, |(from, _)| asked.words.date(from))),
                Cell::text(duties(asked, person)),
            ])
        });
    let rows = rows.collect();
    sheet.heading(asked, "office-people");
    let head = ["office-person", "office-since", "office-roles-and-posts"];
    sheet.table(asked, ("office-people", "office-no-people"), &head, rows);
    sheet.blocks.extend(paged.links(asked, &[]));
}

fn posts(asked: &Asked<'_>, unit: &UnitId, sheet: &mut Sheet) {
    let posts = asked.state.organisation.posts();
    let rows = posts
        .filter(|(_, post)| post.unit == *unit)
        .map(|(_, post)| {
            let until = post
                .until
                .map_or_else(String::new, |until| asked.words.date(until));
            vec![
                Cell::text(post.name.as_str()),
                Cell::text(post.duties.join("; ")),
                Cell::text(asked.words.date(post.from)),
                Cell::text(until),
            ]
        });
    sheet.heading(asked, "office-posts");
    let head = [
        "office-post",
        "office-duties",
        "office-from",
        "office-until-day",
    ];
    let rows = rows.collect();
    sheet.table(asked, ("office-posts", "office-no-posts"), &head, rows);
}

/// What became of a unit, and who came and went.
fn history(asked: &Asked<'_>, id: &UnitId, sheet: &mut Sheet) {
    let w = asked.words;
    let organisation = &asked.state.organisation;
    let Some(unit) = organisation.unit(id) else {
        return;
    };
    let mut rows: Vec<(Date, String)> = Vec::new();
    let mut before: Option<&Facts> = None;
    for (day, facts) in unit.facts.iter() {
        let what = match (before, facts, &unit.successor) {
            (_, None, Some(into)) => w.a(
                "office-merged-into",
                "unit",
                asked.unit_name(into).to_owned(),
            ),
            (_, None, None) => w.t("office-was-closed"),
            (None, Some(facts), _) => w.a("office-was-founded", "name", facts.name.clone()),
            (Some(_), Some(facts), _) => {
                let category = category_name(asked, facts.category.as_str());
                let parent = facts
                    .parent
                    .as_ref()
                    .map_or("–", |unit| asked.unit_name(unit));
                let pairs = [
                    ("name", facts.name.as_str()),
                    ("category", category.as_str()),
                    ("parent", parent),
                ];
                w.with("office-was-changed", &pairs)
            }
        };
        rows.push((day, what.into_owned()));
        before = facts.as_ref();
    }
    let mut moves: Vec<(Date, String)> = Vec::new();
    for (person, known) in organisation.people() {
        let mut was: Option<&UnitId> = None;
        for (day, now) in known.unit.iter() {
            let now = now.as_ref();
            let id_of_message = match (was == Some(id), now == Some(id)) {
                (false, true) => Some("office-joined"),
                (true, false) => Some("office-left"),
                _ => None,
            };
            let said = id_of_message.map(|message| (day, message, person));
            moves.extend(said.map(|(day, message, person)| (day, format!("{message} {person}"))));
            was = now;
        }
    }
    moves.sort_by_key(|(day, _)| std::cmp::Reverse(*day));
    let moves = moves.into_iter().take(MOVES).map(|(day, told)| {
        let (message, person) = told.split_once(' ').unwrap_or_default();
        let name = asked.person_name(&PersonId::from(person));
        (day, w.a(message, "name", name).into_owned())
    });
    rows.extend(moves);
    rows.sort_by_key(|(day, _)| std::cmp::Reverse(*day));
    let rows = rows
        .into_iter()
        .map(|(day, what)| vec![Cell::text(w.date(day)), Cell::text(what)]);
    sheet.heading(asked, "office-history");
    let head = ["office-day", "office-what-happened"];
    let words = ("office-history", "office-no-history");
    sheet.table(asked, words, &head, rows.collect());
}

fn unit_forms(
    asked: &Asked<'_>,
    (id, facts): (&UnitId, &Facts),
    sheet: &mut Sheet,
) -> Result<(), Problem> {
    let w = asked.words;
    let form = |act: &str, message: &str| {
        let form = Form::new(asked, format!("{HERE}/{id}/{act}"), message, message);
        form.about(w.t(&format!("{message}.about")))
    };
    let choice = |name, label, choices| Field::new(asked, name, label, Input::Choice(choices));
    let from = || day_field(asked, "from", "office-from");
    let others: Vec<(String, String)> = units(asked)
        .into_iter()
        .filter(|(other, _)| other != id.as_str())
        .collect();
    let parent = facts.parent.as_ref().map_or("", |parent| parent.as_str());
    sheet.heading(asked, "office-change-unit");
    sheet.form(
        form("change", "office-do-change")
            .field(Field::new(asked, "name", "office-name", Input::Line).value(facts.name.as_str()))
            .field(
                choice("category", "office-category", categories(asked)?)
                    .value(facts.category.as_str()),
            )
            .field(
                choice("parent", "office-parent", others.clone())
                    .value(parent)
                    .optional(),
            )
            .field(from()),
    );
    sheet.form(
        form("merge", "office-do-merge")
            .field(choice("into", "office-into", others))
            .field(from()),
    );
    sheet.form(form("close", "office-do-close").field(from()));
    Ok(())
}

fn people_forms(
    asked: &Asked<'_>,
    id: &UnitId,
    charge: &Charge,
    sheet: &mut Sheet,
) -> Result<(), Problem> {
    let w = asked.words;
    let people = asked.state.organisation.people_of(id, asked.today);
    let people: Vec<(String, String)> = people
        .take(CHOICES)
        .map(|one| (one.to_string(), asked.person_name(one)))
        .collect();
    // Who answers for the unit now stays to be chosen, wherever they belong.
    let mut in_charge = people.clone();
    for one in charge.principal.iter().chain(&charge.in_charge) {
        if !in_charge.iter().any(|(known, _)| *known == one.as_str()) {
            in_charge.push((one.to_string(), asked.person_name(one)));
        }
    }
    let form = |act: &str, message: &str| {
        let form = Form::new(asked, format!("{HERE}/{id}/{act}"), message, message);
        form.about(w.t(&format!("{message}.about")))
    };
    let line = |name, label| Field::new(asked, name, label, Input::Line);
    let choice = |name, label, choices| Field::new(asked, name, label, Input::Choice(choices));
    let from = || day_field(asked, "from", "office-from");
    let one = |person: &Option<PersonId>| {
        person
            .as_ref()
            .map_or_else(String::new, ToString::to_string)
    };
    sheet.heading(asked, "office-change-people");
    sheet.form(
        form("register", "office-do-register")
            .field(line("name", "office-person-name"))
            .field(line("phone", "office-phone").optional())
            .field(line("mail", "office-mail").optional())
            .field(from()),
    );
    sheet.form(
        form("move", "office-do-move")
            .field(choice("person", "office-person", people.clone()))
            .field(
                choice("to", "office-move-to", units(asked))
                    .hint(w.t("office-move-to.hint"))
                    .optional(),
            )
            .field(from()),
    );
    sheet.form(
        form("charge", "office-do-charge")
            .field(
                choice("principal", "office-principal", in_charge.clone())
                    .value(one(&charge.principal))
                    .optional(),
            )
            .field(
                choice("in_charge", "office-in-charge", in_charge)
                    .value(one(&charge.in_charge))
                    .optional(),
            )
            .field(from()),
    );
    role_forms(asked, id, people, sheet)
}

/// Roles and posts.
fn role_forms(
    asked: &Asked<'_>,
    id: &UnitId,
    people: Vec<(String, String)>,
    sheet: &mut Sheet,
) -> Result<(), Problem> {
    let w = asked.words;
    let form = |act: &str, message: &str| {
        let form = Form::new(asked, format!("{HERE}/{id}/{act}"), message, message);
        form.about(w.t(&format!("{message}.about")))
    };
    let choice = |name, label, choices| Field::new(asked, name, label, Input::Choice(choices));
    let from = || day_field(asked, "from", "office-from");
    let scopes = ["unit", "campaign"].map(|scope| {
        (
            scope.to_owned(),
            w.t(&format!("office-scope-{scope}")).into_owned(),
        )
    });
    sheet.form(
        form("role", "office-do-role")
            .field(choice("person", "office-person", people))
            .field(choice("role", "office-role", roles(asked)?))
            .field(choice("scope", "office-scope", scopes.to_vec()).value("unit"))
            .field(from())
            .field(Field::new(asked, "until", "office-until-day", Input::Day).optional()),
    );
    let held = held(asked, id);
    if !held.is_empty() {
        sheet.form(
            form("end-role", "office-do-end-role")
                .field(choice("held", "office-role", held))
                .field(day_field(asked, "until", "office-until-day")),
        );
    }
    sheet.form(
        form("post", "office-do-post")
            .field(Field::new(asked, "name", "office-post", Input::Line))
            .field(
                Field::new(asked, "duties", "office-duties", Input::Lines)
                    .hint(w.t("office-duties.hint")),
            )
            .field(from()),
    );
    Ok(())
}

/// The roles that a unit's people have, each as it is sent: person, role, unit.
fn held(asked: &Asked<'_>, unit: &UnitId) -> Vec<(String, String)> {
    let organisation = &asked.state.organisation;
    let people = organisation.people_of(unit, asked.today).take(CHOICES);
    let known = people.filter_map(|id| Some((id, organisation.person(id)?)));
    let grants = known.flat_map(|(id, person)| {
        let holds = person
            .grants
            .iter()
            .filter(|grant| grant.holds(asked.today));
        holds.map(move |grant| (id, grant))
    });
    grants
        .map(|(id, grant)| {
            let of = grant.unit.as_ref().map_or("", |unit| unit.as_str());
            let value = format!("{id} {} {of}", grant.role);
            let role = asked.role_name(grant.role.as_str());
            let whole = asked.words.t("office-scope-campaign");
            let of = grant
                .unit
                .as_ref()
                .map_or(&*whole, |unit| asked.unit_name(unit));
            (value, format!("{} · {role} · {of}", asked.person_name(id)))
        })
        .collect()
}

/// An id that says nothing, for a person or a post.
fn drawn(prefix: &str) -> Result<String, Problem> {
    let key = crate::act::new_key()?.to_string();
    let short: String = key
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(16)
        .collect();
    Ok(format!("{prefix}{}", short.to_ascii_lowercase()))
}

/// Changes a unit, its people or its posts.
fn change(asked: &Asked<'_>, at: &At, fields: &Fields) -> Result<Plan, Problem> {
    let unit = at.unit()?;
    let (mut problem, mut writing) = (Problem::fields(), Writing::new());
    let action = match at.part("act")? {
        "change" => {
            let from = day(fields, "from", &mut problem);
            let known = asked.state.organisation.facts(&unit, from);
            let attributes = known.map(|facts| facts.attributes.clone());
            let facts = Facts {
                attributes: attributes.unwrap_or_default(),
                ..facts(fields, &mut problem)
            };
            Do::ChangeUnit {
                unit: unit.clone(),
                from,
                facts,
            }
        }
        "merge" => Do::MergeUnit {
            unit: unit.clone(),
            into: UnitId::from(fields.need("into", &mut problem)),
            from: day(fields, "from", &mut problem),
        },
        "close" => Do::CloseUnit {
            unit: unit.clone(),
            from: day(fields, "from", &mut problem),
        },
        "charge" => charge(asked, &unit, fields, &mut problem),
        "post" => Do::MakePost {
            post: PostId::from(drawn("post-")?.as_str()),
            made: Post {
                unit: unit.clone(),
                name: fields.need("name", &mut problem).to_owned(),
                duties: lines(fields.need("duties", &mut problem)),
                from: day(fields, "from", &mut problem),
                until: None,
            },
        },
        act => of_people(act, &unit, fields, (&mut problem, &mut writing))?,
    };
    problem.settle()?;
    let plan = Plan::new(
        Action::Organisation(action),
        page_of(&unit),
        "office-done-register",
    );
    Ok(plan.with(writing))
}

fn lines(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

/// Who answers for a unit; its team stays as it is.
fn charge(asked: &Asked<'_>, unit: &UnitId, fields: &Fields, problem: &mut Problem) -> Do {
    let one = |name: &str| {
        let person = fields.get(name);
        (!person.is_empty()).then(|| PersonId::from(person))
    };
    let from = day(fields, "from", problem);
    let now = asked.state.organisation.charge(unit, from);
    Do::GiveCharge {
        unit: unit.clone(),
        from,
        charge: Charge {
            principal: one("principal"),
            in_charge: one("in_charge"),
            team: now.map(|now| now.team.clone()).unwrap_or_default(),
        },
    }
}

fn of_people(
    act: &str,
    unit: &UnitId,
    fields: &Fields,
    (problem, writing): (&mut Problem, &mut Writing),
) -> Result<Do, Problem> {
    Ok(match act {
        "register" => {
            let profile = Profile {
                name: fields.need("name", problem).to_owned(),
                phone: fields.get("phone").to_owned(),
                mail: fields.get("mail").to_owned(),
            };
            let text = serde_json::to_string(&profile).map_err(|_| Problem::broken())?;
            Do::RegisterPeople {
                from: day(fields, "from", problem),
                people: vec![NewPerson {
                    person: PersonId::from(drawn("p-")?.as_str()),
                    unit: unit.clone(),
                    profile: Some(writing.text("name", &text)?),
                }],
            }
        }
        "move" => Do::MovePerson {
            person: PersonId::from(fields.need("person", problem)),
            from: day(fields, "from", problem),
            unit: Some(fields.get("to"))
                .filter(|to| !to.is_empty())
                .map(UnitId::from),
        },
        "role" => Do::GiveRole {
            person: PersonId::from(fields.need("person", problem)),
            grant: Grant {
                role: Name::from(fields.need("role", problem)),
                unit: (fields.get("scope") != "campaign").then(|| unit.clone()),
                from: day(fields, "from", problem),
                until: fields.parse("until", "2026-12-31", problem),
            },
        },
        "end-role" => {
            let held = fields.need("held", problem);
            let mut parts = held.splitn(3, ' ');
            let mut part = || parts.next().unwrap_or_default();
            let (person, role, of) = (part(), part(), part());
            Do::EndRole {
                person: PersonId::from(person),
                role: Name::from(role),
                unit: (!of.is_empty()).then(|| UnitId::from(of)),
                until: day(fields, "until", problem),
            }
        }
        _ => return Err(Problem::not_found()),
    })
}
