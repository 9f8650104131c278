//! What a rater's form says, and the parts of the form.

use std::collections::BTreeSet;

use campaign::UnitId;
use campaign::id::Name;
use campaign::rating::{Level, Opinion};
use rulebook::model::LevelOrder;
use rulebook::say;

use crate::asked::Asked;
use crate::fields::Fields;
use crate::problem::Problem;
use crate::vault::Writing;

/// A comment's longest length, in characters.
const COMMENT: usize = 1_000;
/// The longest length of where to call back.
const CALL_BACK: usize = 100;

/// A thing that can be chosen.
pub struct Choice<'a> {
    /// What is sent.
    pub value: String,
    /// What it is called.
    pub name: std::borrow::Cow<'a, str>,
    /// Whether it was chosen before.
    pub chosen: bool,
}

/// The parts of the form, with what was filled in before.
pub struct Form<'a> {
    /// The levels, and that one can't say.
    pub levels: Vec<Choice<'a>>,
    /// The tags.
    pub tags: Vec<Choice<'a>>,
    /// The comment.
    pub comment: String,
    /// Where to call back.
    pub call_back: String,
}

impl<'a> Form<'a> {
    /// The form of a request. Nothing is chosen beforehand.
    pub fn of(asked: &Asked<'a>) -> Result<Self, Problem> {
        let kept = asked.kept.map(|kept| &kept.fields);
        let text = |name: &str| kept.map_or("", |fields| fields.get(name)).to_owned();
        let level = |value: &str| Choice {
            name: asked.words.t(&format!("rating-level-{value}")),
            chosen: text("level") == value,
            value: value.to_owned(),
        };
        let terms = &asked.book()?.campaign.file.ratings;
        let tag = |tag: &'a rulebook::model::Tag| Choice {
            value: tag.id.to_string(),
            name: asked.words.of(&tag.name).into(),
            chosen: kept.is_some_and(|kept| kept.all("tag").any(|id| id == tag.id.as_str())),
        };
        let mut order = ["1", "2", "3", "4", "5", "none"];
        if terms.order == LevelOrder::HighestFirst {
            let (levels, _none) = order.split_at_mut(5);
            levels.reverse();
        }
        Ok(Self {
            levels: order.map(level).into(),
            tags: terms.tag.iter().map(tag).collect(),
            comment: text("comment"),
            call_back: text("call-back"),
        })
    }
}

/// Reads the form.
///
/// # Errors
/// What is wrong, by field. The same is asked whatever the level.
pub fn read(fields: &Fields) -> Result<(Opinion, Writing), Problem> {
    let mut problem = Problem::fields();
    let chosen = fields.get("level");
    let level = chosen
        .parse::<u8>()
        .ok()
        .and_then(|n| Level::try_from(n).ok());
    if level.is_none() && chosen != "none" {
        problem.wrong(
            "level",
            say!(
                "请选一项;说不准也可以选“说不清”。",
                "Choose one; “can't say” is an answer too."
            ),
        );
    }
    for (field, most) in [("comment", COMMENT), ("call-back", CALL_BACK)] {
        if fields.get(field).chars().count() > most {
            problem.wrong(
                field,
                say!(
                    "太长了,至多 {most} 个字。",
                    "Too long: {most} characters at most."
                ),
            );
        }
    }
    problem.settle()?;
    let mut writing = Writing::new();
    let opinion = Opinion {
        level,
        tags: fields.all("tag").map(Name::from).collect::<BTreeSet<_>>(),
        comment: writing.optional("comment", fields.get("comment"))?,
        call_back: writing.optional("call-back", fields.get("call-back"))?,
    };
    Ok((opinion, writing))
}

/// What a service is called.
pub fn service_name<'a>(asked: &Asked<'a>, service: Option<&Name>) -> Option<&'a str> {
    let campaign = &asked.book().ok()?.campaign;
    let service = campaign.service(service?.as_str())?;
    Some(asked.words.of(&service.name))
}

/// What a group is called.
pub fn group_name<'a>(asked: &Asked<'a>, group: Option<&Name>) -> Option<&'a str> {
    let (mut served, group) = (asked.book().ok()?.campaign.file.served.iter(), group?);
    let found = served.find(|served| served.id.as_str() == group.as_str())?;
    Some(asked.words.of(&found.name))
}

/// The services that a unit offers today, as choices.
pub fn services<'a>(asked: &Asked<'a>, unit: &UnitId, chosen: &str) -> Vec<Choice<'a>> {
    let facts = asked.state.organisation.facts(unit, asked.today);
    let (Some(facts), Ok(book)) = (facts, asked.book()) else {
        return Vec::new();
    };
    let services = book.campaign.services.iter().map(|written| &written.item);
    let here = services.filter(|service| {
        let mut categories = service.categories.iter();
        service.categories.is_empty() || categories.any(|id| id.as_str() == facts.category.as_str())
    });
    here.map(|service| Choice {
        value: service.id.to_string(),
        name: asked.words.of(&service.name).into(),
        chosen: service.id.as_str() == chosen,
    })
    .collect()
}

/// The groups served, as choices.
pub fn groups<'a>(asked: &Asked<'a>, chosen: &str) -> Vec<Choice<'a>> {
    let served = asked.book().map(|book| book.campaign.file.served.iter());
    let choice = |served: &'a rulebook::model::Served| Choice {
        value: served.id.to_string(),
        name: asked.words.of(&served.name).into(),
        chosen: served.id.as_str() == chosen,
    };
    served.into_iter().flatten().map(choice).collect()
}
