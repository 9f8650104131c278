//! Units, people and posts. What isn't listed stays as it is.

use std::collections::{BTreeMap, BTreeSet};

use campaign::id::PostId;
use campaign::organisation::{Action as Organise, Facts, NewPerson, Post, units_of};
use campaign::{Action, Date, PersonId, UnitId};
use ledger::vault::MediaType;
use rulebook::grid::Grid;
use rulebook::{Diagnostic, Say, say};

use super::rows::{self, Row};
use super::{Is, Read, Step};
use crate::asked::Asked;
use crate::files::table::unguarded;
use crate::files::{Cell, Sheet};
use crate::problem::Problem;
use crate::vault::{Profile, Writing};

const PEOPLE: [&str; 5] = ["person", "name", "unit", "phone", "mail"];
const POSTS: [&str; 5] = ["post", "unit", "name", "duties", "holder"];
/// What stands for the unit of someone who leaves.
const GONE: &str = "-";

/// What the tables would change from a day on.
pub fn read(asked: &Asked<'_>, grids: &[Grid<'_>], from: Date) -> Result<Read, Problem> {
    let mut reading = Reading {
        asked,
        from,
        units: BTreeSet::new(),
        people: BTreeSet::new(),
        posts: BTreeSet::new(),
        read: Read::default(),
    };
    let has = |grid: &&Grid<'_>, column: &str| grid.column(column).is_some();
    let posts = |grid: &&Grid<'_>| has(grid, "post");
    let people = |grid: &&Grid<'_>| has(grid, "person") && !posts(grid);
    let units = |grid: &&Grid<'_>| has(grid, "unit") && !people(grid) && !posts(grid);
    for grid in grids {
        let known = posts(&grid) || people(&grid) || units(&grid);
        let findings = &mut reading.read.findings;
        findings.extend(grid.warnings.iter().cloned());
        if !known {
            findings.push(rows::unknown(grid, "unit / person / post"));
        }
    }
    for grid in grids.iter().filter(units) {
        reading.units(grid)?;
    }
    for grid in grids.iter().filter(people) {
        reading.people(grid)?;
    }
    for grid in grids.iter().filter(posts) {
        reading.posts(grid);
    }
    Ok(reading.read)
}

struct Reading<'r, 'a> {
    asked: &'r Asked<'a>,
    from: Date,
    /// Units and people that the tables list.
    units: BTreeSet<UnitId>,
    people: BTreeSet<PersonId>,
    posts: BTreeSet<PostId>,
    read: Read,
}

impl Reading<'_, '_> {
    fn units(&mut self, grid: &Grid<'_>) -> Result<(), Problem> {
        let (organisation, from) = (&self.asked.state.organisation, self.from);
        let book = self.asked.book()?;
        let known = |id: &str| organisation.facts(&UnitId::from(id), from).is_some();
        let (units, found) = rulebook::organisation::of_grid(grid, &book.campaign.file, known);
        self.read.findings.extend(found);
        let rows = rows::rows(grid);
        let rows: BTreeMap<&str, &Row<'_>> =
            rows.iter().map(|row| (row.get("unit"), row)).collect();
        let mut listed = Vec::new();
        for mut new in units_of(&units.unwrap_or_default()) {
            new.facts.name = unguarded(&new.facts.name).to_owned();
            let before = organisation.facts(&new.unit, from);
            if let Some(before) = before {
                keep_unlisted(grid, &mut new.facts, before);
            }
            let place = rows.get(new.unit.as_str()).map(|row| row.place(None));
            let place = place.unwrap_or_else(|| grid.place(grid.header_row, None));
            let (is, what) = told(&new.unit, before, &new.facts);
            self.read.change(place, is, what);
            self.units.insert(new.unit.clone());
            if is != Is::Same {
                listed.push(new);
            }
        }
        if !listed.is_empty() {
            let import = Organise::ImportUnits {
                from,
                units: listed,
            };
            let place = grid.place(grid.header_row, None);
            let action = Action::Organisation(import);
            self.read.step(place, action, Writing::new());
        }
        Ok(())
    }

    fn people(&mut self, grid: &Grid<'_>) -> Result<(), Problem> {
        rows::columns(grid, &["person"], &PEOPLE, &mut self.read.findings);
        for row in rows::rows(grid) {
            self.person(&row)?;
        }
        Ok(())
    }

    fn person(&mut self, row: &Row<'_>) -> Result<(), Problem> {
        let Some(id) = row.need("person", &mut self.read.findings) else {
            return Ok(());
        };
        let person = PersonId::from(id);
        if !self.people.insert(person.clone()) {
            self.read.findings.push(twice(row, "person", id));
            return Ok(());
        }
        let (organisation, app) = (&self.asked.state.organisation, self.asked.app);
        let unit = match row.get("unit") {
            "" => None,
            GONE => Some(None),
            unit => match self.unit_of(row, unit) {
                Some(unit) => Some(Some(unit)),
                None => return Ok(()),
            },
        };
        if organisation.person(&person).is_none() {
            return self.register(row, person, unit.flatten());
        }
        let (mut said, from) = (Vec::new(), self.from);
        if let Some(unit) = unit
            && organisation.unit_of(&person, from) != unit.as_ref()
        {
            let now = organisation
                .unit_of(&person, from)
                .map_or(GONE, UnitId::as_str);
            said.push(arrow(
                "unit",
                now,
                unit.as_ref().map_or(GONE, UnitId::as_str),
            ));
            let person = person.clone();
            let action = Organise::MovePerson { person, from, unit };
            let action = Action::Organisation(action);
            self.read.step(row.place(None), action, Writing::new());
        }
        let old = app.texts.profile(&app.host, self.asked.state, &person);
        let old = old.unwrap_or_default();
        let profile = profile(row, &old);
        if profile != old {
            said.push(say!("姓名或联系方式改写", "name or contact written anew"));
            let mut writing = Writing::new();
            let note = write(&profile, &mut writing)?;
            let action = Organise::ChangeProfile {
                person: person.clone(),
                profile: note,
            };
            let action = Action::Organisation(action);
            self.read.step(row.place(None), action, writing);
        }
        self.read.change(
            row.place(None),
            if said.is_empty() {
                Is::Same
            } else {
                Is::Changed
            },
            with(&format!("{person} {}", profile.name), said),
        );
        Ok(())
    }

    fn register(
        &mut self,
        row: &Row<'_>,
        person: PersonId,
        unit: Option<UnitId>,
    ) -> Result<(), Problem> {
        let Some(unit) = unit else {
            // A new person belongs somewhere.
            let remedy = say!("写所在单位的标识", "write the id of their unit");
            let problem = say!(
                "新登记的 {person} 没有单位",
                "{person} is new and has no unit"
            );
            let told = row.wrong("person-without-unit", "unit", problem, remedy);
            self.read.findings.push(told);
            return Ok(());
        };
        let profile = profile(row, &Profile::default());
        let what = say!(
            "{person} {},登记在 {unit}",
            "{person} {}, registered with {unit}",
            profile.name
        );
        let mut writing = Writing::new();
        let known = profile != Profile::default();
        let note = known.then(|| write(&profile, &mut writing)).transpose()?;
        let action = Organise::RegisterPeople {
            from: self.from,
            people: vec![NewPerson {
                person,
                unit,
                profile: note,
            }],
        };
        self.read.change(row.place(None), Is::New, what);
        let action = Action::Organisation(action);
        self.read.step(row.place(None), action, writing);
        Ok(())
    }

    /// A unit that is there on the day, or in the tables.
    fn unit_of(&mut self, row: &Row<'_>, text: &str) -> Option<UnitId> {
        let unit = UnitId::from(text);
        let organisation = &self.asked.state.organisation;
        if self.units.contains(&unit) || organisation.facts(&unit, self.from).is_some() {
            return Some(unit);
        }
        let problem = say!("没有单位“{text}”", "there is no unit `{text}`");
        let remedy = say!(
            "写单位的标识;新单位先写进单位表",
            "write a unit's id; list a new one in the table of units"
        );
        let told = row.wrong("unit-unknown", "unit", problem, remedy);
        self.read.findings.push(told);
        None
    }

    fn posts(&mut self, grid: &Grid<'_>) {
        let needed = ["post", "unit", "name"];
        rows::columns(grid, &needed, &POSTS, &mut self.read.findings);
        for row in rows::rows(grid) {
            self.post(&row);
        }
    }

    fn post(&mut self, row: &Row<'_>) {
        let findings = &mut self.read.findings;
        let (Some(id), Some(unit), Some(name)) = (
            row.need("post", findings),
            row.need("unit", findings),
            row.need("name", findings),
        ) else {
            return;
        };
        let post = PostId::from(id);
        if !self.posts.insert(post.clone()) {
            self.read.findings.push(twice(row, "post", id));
            return;
        }
        let Some(unit) = self.unit_of(row, unit) else {
            return;
        };
        let duties = list(row.get("duties"), &[';', '\u{ff1b}']);
        let known = self.asked.state.organisation.post(&post);
        let (mut said, is_new) = (Vec::new(), known.is_none());
        match known {
            Some(known) => {
                let same = known.unit == unit
                    && known.name == name
                    && (duties.is_empty() || known.duties == duties);
                if !same {
                    self.read.findings.push(row.wrong(
                        "post-differs",
                        "post",
                        say!(
                            "岗位 {post} 在册的内容不同",
                            "the post {post} is known as something else"
                        ),
                        say!(
                            "岗位不能改:结束旧的,用新的标识另设",
                            "a post isn't changed: end it, and make one with another id"
                        ),
                    ));
                    return;
                }
            }
            None => {
                let made = Post {
                    unit,
                    name: name.to_owned(),
                    duties,
                    from: self.from,
                    until: None,
                };
                let post = post.clone();
                let action = Action::Organisation(Organise::MakePost { post, made });
                self.read.step(row.place(None), action, Writing::new());
                said.push(say!("新设", "made anew"));
            }
        }
        self.holders(row, &post, &mut said);
        let is = match (is_new, said.is_empty()) {
            (true, _) => Is::New,
            (false, true) => Is::Same,
            (false, false) => Is::Changed,
        };
        self.read
            .change(row.place(None), is, with(&format!("{post} {name}"), said));
    }

    fn holders(&mut self, row: &Row<'_>, post: &PostId, said: &mut Vec<Say>) {
        let organisation = &self.asked.state.organisation;
        for holder in list(
            row.get("holder"),
            &['、', ',', '\u{ff0c}', ';', '\u{ff1b}', ' '],
        ) {
            let person = PersonId::from(holder.as_str());
            let known = organisation.person(&person);
            if known.is_none() && !self.people.contains(&person) {
                self.read.findings.push(row.wrong(
                    "person-unknown",
                    "holder",
                    say!("没有“{holder}”这个人", "there is no person `{holder}`"),
                    say!(
                        "写人员的标识;新人先写进人员表",
                        "write a person's id; list a new one in the table of people"
                    ),
                ));
                continue;
            }
            let holds = known.is_some_and(|known| {
                let mut posts = known.posts.iter();
                posts.any(|tenure| {
                    tenure.post == *post && tenure.until.is_none_or(|until| self.from <= until)
                })
            });
            if !holds {
                said.push(say!("由 {person} 担任", "taken by {person}"));
                let action = Organise::TakePost {
                    post: post.clone(),
                    person,
                    from: self.from,
                };
                let action = Action::Organisation(action);
                self.read.step(row.place(None), action, Writing::new());
            }
        }
    }
}

/// A table says nothing of what it has no column for.
fn keep_unlisted(grid: &Grid<'_>, facts: &mut Facts, before: &Facts) {
    if grid.column("name").is_none() {
        facts.name.clone_from(&before.name);
    }
    if grid.column("parent").is_none() {
        facts.parent.clone_from(&before.parent);
    }
    for (attribute, value) in &before.attributes {
        if grid.column(attribute.as_str()).is_none() {
            let (attribute, value) = (attribute.clone(), value.clone());
            facts.attributes.insert(attribute, value);
        }
    }
}

fn told(unit: &UnitId, before: Option<&Facts>, now: &Facts) -> (Is, Say) {
    let head = format!("{unit} {}", now.name);
    let Some(before) = before else {
        return (Is::New, with(&head, Vec::new()));
    };
    let parent = |facts: &Facts| {
        facts
            .parent
            .as_ref()
            .map_or_else(String::new, ToString::to_string)
    };
    let mut said = Vec::new();
    for (what, old, new) in [
        ("name", before.name.clone(), now.name.clone()),
        (
            "category",
            before.category.to_string(),
            now.category.to_string(),
        ),
        ("parent", parent(before), parent(now)),
    ] {
        if old != new {
            said.push(arrow(what, &old, &new));
        }
    }
    let both = before.attributes.keys().chain(now.attributes.keys());
    for attribute in both.collect::<BTreeSet<_>>() {
        let of = |facts: &Facts| facts.attributes.get(attribute).cloned().unwrap_or_default();
        if of(before) != of(now) {
            said.push(arrow(attribute.as_str(), &of(before), &of(now)));
        }
    }
    let is = if said.is_empty() {
        Is::Same
    } else {
        Is::Changed
    };
    (is, with(&head, said))
}

fn arrow(what: &str, old: &str, new: &str) -> Say {
    let shown = |text: &str| {
        if text.is_empty() {
            "∅".to_owned()
        } else {
            text.to_owned()
        }
    };
    let (old, new) = (shown(old), shown(new));
    say!("{what}:{old} → {new}", "{what}: {old} → {new}")
}

fn with(head: &str, said: Vec<Say>) -> Say {
    let join = |said: Vec<String>, zh: bool| match said.is_empty() {
        true => head.to_owned(),
        false if zh => format!("{head}:{}", said.join(";")),
        false => format!("{head}: {}", said.join("; ")),
    };
    let (zh, en) = said.into_iter().map(|say| (say.zh, say.en)).unzip();
    Say {
        zh: join(zh, true),
        en: join(en, false),
    }
}

fn twice(row: &Row<'_>, column: &str, id: &str) -> Diagnostic {
    row.wrong(
        "row-twice",
        column,
        say!("“{id}”在表里出现两次", "`{id}` stands in the table twice"),
        say!("只留一行", "leave one row"),
    )
}

fn list(text: &str, between: &[char]) -> Vec<String> {
    let parts = text.split(between).map(str::trim);
    parts
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

/// What is known of a person; an empty cell says nothing.
fn profile(row: &Row<'_>, old: &Profile) -> Profile {
    let of = |column: &str, old: &str| match row.get(column) {
        "" => old.to_owned(),
        text => text.to_owned(),
    };
    Profile {
        name: of("name", &old.name),
        phone: of("phone", &old.phone),
        mail: of("mail", &old.mail),
    }
}

fn write(profile: &Profile, writing: &mut Writing) -> Result<campaign::Note, Problem> {
    let text = serde_json::to_vec(profile).map_err(|_| Problem::broken())?;
    writing.add("file", MediaType::Text, text)
}

/// People registered one after another are registered with one command.
pub fn together(steps: Vec<Step>) -> Vec<Step> {
    let mut all: Vec<Step> = Vec::new();
    for step in steps {
        if let (
            Some(Step {
                action: Action::Organisation(Organise::RegisterPeople { people, .. }),
                writing,
                ..
            }),
            Action::Organisation(Organise::RegisterPeople { people: more, .. }),
        ) = (all.last_mut(), &step.action)
        {
            people.extend(more.iter().cloned());
            writing.items.extend(step.writing.items);
        } else {
            all.push(step);
        }
    }
    all
}

/// The organisation as it is on a day, in the tables that are taken in.
pub fn template(asked: &Asked<'_>, day: Date) -> Result<Vec<Sheet>, Problem> {
    let (organisation, app) = (&asked.state.organisation, asked.app);
    let attributes = &asked.book()?.campaign.file.attribute;
    let attributes: Vec<&str> = attributes.iter().map(|one| one.id.as_str()).collect();
    let mut units = Sheet::new("units", &["unit", "name", "category", "parent"]);
    units
        .headers
        .extend(attributes.iter().map(ToString::to_string));
    for (id, facts) in organisation.units(day) {
        let parent = facts.parent.as_ref().map_or("", UnitId::as_str);
        let mut row = vec![id.as_str(), &facts.name, facts.category.as_str(), parent];
        row.extend(attributes.iter().map(|one| {
            let value = facts.attributes.iter().find(|(id, _)| id.as_str() == *one);
            value.map_or("", |(_, value)| value.as_str())
        }));
        units.rows.push(row.into_iter().map(Cell::text).collect());
    }
    let mut people = Sheet::new("people", &PEOPLE);
    for (id, _) in organisation.people() {
        let Some(unit) = organisation.unit_of(id, day) else {
            continue;
        };
        let profile = app
            .texts
            .profile(&app.host, asked.state, id)
            .unwrap_or_default();
        let row = [
            id.to_string(),
            profile.name,
            unit.to_string(),
            profile.phone,
            profile.mail,
        ];
        people.rows.push(row.into_iter().map(Cell::text).collect());
    }
    let mut holders: BTreeMap<&PostId, Vec<&str>> = BTreeMap::new();
    for (id, person) in organisation.people() {
        let now = person
            .posts
            .iter()
            .filter(|tenure| tenure.from <= day && tenure.until.is_none_or(|until| day <= until));
        for tenure in now {
            holders.entry(&tenure.post).or_default().push(id.as_str());
        }
    }
    let mut posts = Sheet::new("posts", &POSTS);
    for (id, post) in organisation.posts().filter(|(_, post)| post.holds(day)) {
        let held = holders
            .get(id)
            .map(|held| held.join(" "))
            .unwrap_or_default();
        let (unit, duties) = (post.unit.as_str(), post.duties.join(";"));
        let row = [id.as_str(), unit, &post.name, &duties, &held];
        posts.rows.push(row.into_iter().map(Cell::text).collect());
    }
    Ok(vec![units, people, posts])
}
