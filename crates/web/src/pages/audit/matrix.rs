//! The matrix of rights: role × action × scope, as the running policies answer, and what each address asks.

use campaign::{Date, PersonId, UnitId};
use rulebook::Lang;

use super::places;
use crate::asked::{Asked, At};
use crate::files::{Cell, Table};
use crate::pages::public::sheet::{Part, Sheet, headers};
use crate::problem::Problem;
use crate::recent::Recent;
use crate::reply::Answer;
use crate::rights::{Resource, Scope, Standing, Verb};

/// Where a question is put: the message that names it, and what is asked about.
type Place = (&'static str, Resource);

/// A row of the matrix: who, for which part of the campaign, with what standing.
struct Row {
    who: String,
    held: String,
    standing: Standing,
}

/// Matrices that were asked of the policies lately, by the length of the log, the day and the language; none without rules.
pub type Matrices = Recent<(u64, Date, Lang), Option<Table>>;

/// Shows it.
pub(super) fn show(asked: &Asked<'_>, at: &At) -> Answer {
    let w = asked.words;
    let mut sheet = Sheet::new(w.t("audit-rights"));
    let links = places(asked).into_iter();
    let links = links.map(|cell| match cell.to {
        Some(to) => Cell::link(cell.text, to),
        None => Cell::text(cell.text),
    });
    sheet.add(Part::List(links.collect()));
    sheet.add(Part::Text(w.t("audit-rights-about").into_owned()));
    sheet.add(Part::Text(w.t("audit-rights-limits").into_owned()));
    let key = (asked.state.length(), asked.today, asked.lang());
    let matrix = asked.app.matrices.get(key, || matrix(asked).ok());
    let matrix = matrix.as_ref().clone().ok_or_else(Problem::not_found)?;
    sheet.add(Part::Table(matrix));
    sheet.add(Part::Heading(w.t("audit-routes").into_owned()));
    sheet.add(Part::Table(routes(asked)));
    sheet.answer(asked, at)
}

fn matrix(asked: &Asked<'_>) -> Result<Table, Problem> {
    let w = asked.words;
    let units = probe(asked);
    let rows = rows(asked, units.first())?;
    let places = scopes(&units);
    let mut head = vec!["audit-role", "audit-held-for"];
    let verbs: Vec<String> = Verb::ALL
        .iter()
        .map(|verb| format!("audit-verb-{verb}"))
        .collect();
    head.extend(verbs.iter().map(String::as_str));
    let rows = rows.into_iter().map(|row| {
        let cells = Verb::ALL.into_iter().map(|verb| {
            let allowed: Vec<_> = places
                .iter()
                .filter(|(_, of)| {
                    let rights = &asked.app.rights;
                    rights.allow(asked.state, &row.standing, verb, of)
                })
                .map(|(id, _)| w.t(id))
                .collect();
            Cell::text(match allowed.len() {
                0 => "—".into(),
                n if n == places.len() => w.t("audit-everywhere").into_owned(),
                _ => allowed.join(w.lang.pick("、", ", ")),
            })
        });
        let mut line = vec![Cell::text(row.who.as_str()), Cell::text(row.held.as_str())];
        line.extend(cells);
        line
    });
    Ok(Table {
        name: "rights".into(),
        caption: w.t("audit-rights-caption").into_owned(),
        rows: rows.collect(),
        headers: headers(asked, &head),
    })
}

/// A unit with one below it, that one, and one apart from both.
fn probe(asked: &Asked<'_>) -> Vec<UnitId> {
    let organisation = &asked.state.organisation;
    let under = |unit: &UnitId| {
        let mut units = organisation.units(asked.today);
        units.find(|(id, _)| organisation.parent(id, asked.today) == Some(unit))
    };
    let pair = organisation
        .units(asked.today)
        .filter(|(unit, _)| organisation.parent(unit, asked.today).is_some())
        .find_map(|(unit, _)| Some((unit, under(unit)?.0)));
    let Some((own, below)) = pair else {
        return organisation
            .units(asked.today)
            .map(|(unit, _)| unit.clone())
            .take(1)
            .collect();
    };
    let apart = organisation.units(asked.today).find(|(unit, _)| {
        !organisation.is_within(unit, own, asked.today)
            && !organisation.is_within(own, unit, asked.today)
    });
    let apart = apart.map(|(unit, _)| unit);
    [Some(own), Some(below), apart]
        .into_iter()
        .flatten()
        .cloned()
        .collect()
}

/// Of whom a question about oneself is.
fn oneself() -> PersonId {
    PersonId::from("oneself")
}

fn scopes(units: &[UnitId]) -> Vec<Place> {
    let names = ["audit-in-own", "audit-in-below", "audit-in-other"];
    let of = |unit: &UnitId| Resource {
        units: vec![unit.clone()],
        person: None,
    };
    let mut places: Vec<Place> = names
        .into_iter()
        .zip(units)
        .map(|(name, unit)| (name, of(unit)))
        .collect();
    places.push(("audit-in-campaign", Resource::campaign()));
    places.push((
        "audit-in-self",
        Resource {
            units: units.first().cloned().into_iter().collect(),
            person: Some(oneself()),
        },
    ));
    places
}

fn rows(asked: &Asked<'_>, own: Option<&UnitId>) -> Result<Vec<Row>, Problem> {
    let w = asked.words;
    let book = asked.book()?;
    let unit = own.cloned().map(Scope::Unit);
    let someone = || Standing {
        today: asked.today,
        signed_in: true,
        person: Some(oneself()),
        own: unit.clone().into_iter().collect(),
        ..Standing::default()
    };
    let row = |who: String, held: &str, standing| Row {
        who,
        held: w.t(held).into_owned(),
        standing,
    };
    let nobody = Standing {
        today: asked.today,
        ..Standing::default()
    };
    let leads = Standing {
        leads: unit.clone().into_iter().collect(),
        ..someone()
    };
    let mut rows = vec![
        row(w.t("audit-anyone").into(), "audit-held-none", nobody),
        row(w.t("audit-member").into(), "audit-held-none", someone()),
        row(w.t("audit-in-charge").into(), "audit-held-unit", leads),
    ];
    for role in &book.campaign.file.role {
        let held = [
            ("audit-held-campaign", Some(Scope::Everywhere)),
            ("audit-held-unit", unit.clone()),
        ];
        for (held, scope) in held {
            let Some(scope) = scope else { continue };
            let standing = someone().with_role(book, role.id.as_str(), &scope);
            rows.push(row(w.of(&role.name).to_owned(), held, standing));
        }
    }
    for (name, scope) in [
        ("audit-token-read", "read"),
        ("audit-token-write", "write"),
        ("audit-token-import", "import"),
    ] {
        let standing = Standing {
            scopes: Some(std::iter::once(scope.to_owned()).collect()),
            ..someone()
        };
        rows.push(row(w.t(name).into(), "audit-held-none", standing));
    }
    Ok(rows)
}

fn routes(asked: &Asked<'_>) -> Table {
    let w = asked.words;
    let rows = asked.app.table.iter().map(|route| {
        vec![
            Cell::text(format!("{} {}", route.method, route.path)),
            Cell::text(w.t(&format!("audit-verb-{}", route.verb))),
        ]
    });
    Table {
        name: "routes".into(),
        caption: w.t("audit-routes").into_owned(),
        headers: headers(asked, &["audit-address", "audit-asks"]),
        rows: rows.collect(),
    }
}
