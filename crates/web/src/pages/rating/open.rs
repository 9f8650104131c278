//! Rating without an invitation, such as by the code on a wall: shown apart, never scored.

use campaign::id::Name;
use campaign::rating::Action;
use rulebook::say;

use super::give::{Screen, Thanks, lang};
use super::limit::{self, What};
use super::opinion::{self, Form};
use crate::act::Plan;
use crate::asked::{Asked, At};
use crate::fields::Fields;
use crate::page::Page;
use crate::problem::Problem;
use crate::reply::{Answer, Reply};

/// Shows the screen.
pub fn show(asked: &Asked<'_>, at: &At) -> Answer {
    let unit = at.unit()?;
    let facts = asked.state.organisation.facts(&unit, asked.today);
    facts.ok_or_else(Problem::not_found)?;
    let kept = asked.kept.map(|kept| kept.fields.get("service"));
    let chosen = kept.unwrap_or_else(|| at.query.get("service"));
    let other = asked.lang().pick("en", "zh");
    Reply::page(&Screen {
        css: asked.app.assets.path("rate.css"),
        action: format!("{}?lang={}", asked.path, lang(asked)),
        other: format!("{}?lang={other}", asked.path),
        unit: asked.unit_name(&unit),
        service: None,
        group: None,
        guardian: false,
        open: true,
        services: opinion::services(asked, &unit, chosen),
        revising: None,
        until: None,
        since: None,
        form: Form::of(asked)?,
        shown_from: asked.book()?.campaign.file.ratings.min_shown.to_string(),
        page: Page::new(asked, asked.words.t("rating-title")),
    })
}

/// Takes a rating.
pub fn send(asked: &Asked<'_>, at: &At, fields: &Fields) -> Result<Plan, Problem> {
    let unit = at.unit()?;
    limit::check(asked, What::Open)?;
    let (opinion, writing) = opinion::read(fields)?;
    let service = fields.get("service");
    let known = opinion::services(asked, &unit, service)
        .iter()
        .any(|choice| choice.chosen);
    if !service.is_empty() && !known {
        let mut problem = Problem::fields();
        problem.wrong(
            "service",
            say!("这里没有这项服务。", "This service isn't offered here."),
        );
        return Err(problem);
    }
    limit::count(asked, What::Open);
    let action = Action::GiveOpen {
        unit,
        service: known.then(|| Name::from(service)),
        group: None,
        opinion,
    };
    let then = format!("{}/thanks?lang={}", asked.path, lang(asked));
    let plan = Plan::new(campaign::Action::Rating(action), then, "");
    Ok(plan.with(writing).unnamed())
}

/// Thanks.
pub fn thanks(asked: &Asked<'_>, _at: &At) -> Answer {
    Reply::page(&Thanks {
        css: asked.app.assets.path("rate.css"),
        revise: None,
        back: None,
        open: true,
        page: Page::new(asked, asked.words.t("rating-thanks-title")),
    })
}
