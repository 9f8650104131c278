//! The one screen on which someone invited rates, and may revise once.

use askama::Template;
use axum::http::StatusCode;
use campaign::rating::{Action, Code, Invitation, Voice};
use campaign::{Date, State};
use rulebook::say;

use super::limit::{self, What};
use super::opinion::{self, Choice, Form};
use super::received;
use super::typed;
use crate::act::Plan;
use crate::asked::{Asked, At};
use crate::fields::Fields;
use crate::page::Page;
use crate::problem::Problem;
use crate::reply::{Answer, Reply};

/// The screen, of someone invited or of anyone.
#[derive(Template)]
#[template(path = "rating/rate.html")]
pub(super) struct Screen<'a> {
    pub page: Page<'a>,
    pub css: &'a str,
    pub action: String,
    pub other: String,
    pub unit: &'a str,
    pub service: Option<&'a str>,
    pub group: Option<&'a str>,
    pub guardian: bool,
    pub open: bool,
    pub services: Vec<Choice<'a>>,
    pub revising: Option<String>,
    pub until: Option<String>,
    pub since: Option<Since>,
    pub form: Form<'a>,
    pub shown_from: String,
}

/// What came of a low rating.
pub(super) struct Since {
    pub due: String,
    pub state: &'static str,
    pub outcome: Option<String>,
}

/// What came of the rating that a code was used for, if it was low: whoever holds the code comes back to see it.
fn since(asked: &Asked<'_>, code: &Code) -> Option<Since> {
    let rating = asked.state.ratings.rating(code.rating())?;
    let low = asked.book().ok()?.campaign.file.ratings.low_levels;
    rating.level.filter(|level| level.number() <= low)?;
    let (_, item) = received::rectification(asked, rating.unit, rating.service, rating.day)?;
    Some(Since {
        due: asked.words.date(item.due),
        state: received::stands(item.stage),
        outcome: received::outcome(asked, item),
    })
}

#[derive(Template)]
#[template(path = "rating/thanks.html")]
pub(super) struct Thanks<'a> {
    pub page: Page<'a>,
    pub css: &'a str,
    pub revise: Option<(String, String)>,
    pub back: Option<String>,
    pub open: bool,
}

#[derive(Template)]
#[template(path = "rating/enter.html")]
struct Enter<'a> {
    page: Page<'a>,
    css: &'a str,
    typed: String,
    wrong: bool,
}

/// How it stands with a code.
enum Stands<'s> {
    /// It can be used.
    Fresh(Invitation<'s>),
    /// It was used; the rating can be revised until then.
    Revisable(Invitation<'s>, Date),
}

fn stands<'s>(state: &'s State, code: &Code, today: Date) -> Result<Stands<'s>, Problem> {
    let invitation = state.ratings.invitation(code.ticket());
    let rating = state.ratings.rating(code.rating());
    let Some(invitation) = invitation else {
        return Err(if rating.is_some() { used() } else { unknown() });
    };
    if rating.is_some() {
        let until = state.ratings.revisable(code.rating());
        let until = until.filter(|until| *until >= today).ok_or_else(used)?;
        return Ok(Stands::Revisable(invitation, until));
    }
    if invitation.cancelled {
        return Err(gone(
            "code-cancelled",
            say!("这批邀请码已经作废。", "This batch of codes was cancelled."),
        ));
    }
    if invitation.until < today {
        return Err(gone(
            "code-expired",
            say!("这个邀请码已经过期。", "This code has expired."),
        ));
    }
    Ok(Stands::Fresh(invitation))
}

fn gone(code: &str, text: rulebook::Say) -> Problem {
    let remedy = say!(
        "没有记下任何评价。请向办事的窗口要一个新的邀请码。",
        "No rating was taken. Ask where you were served for a new code."
    );
    Problem::new(StatusCode::GONE, code, text, remedy)
}

fn unknown() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "code-unknown",
        say!("没有这个邀请码。", "There is no such code."),
        say!(
            "请对照纸条再输一次;字母不分大小写。失效很久的码也会这样显示。",
            "Check it against your slip; case doesn't matter. A code that expired long ago looks like this too."
        ),
    )
}

fn used() -> Problem {
    Problem::new(
        StatusCode::GONE,
        "code-used",
        say!(
            "这个邀请码已经评价过,不能再改。",
            "This code was used, and the rating can't be changed any more."
        ),
        say!(
            "一个码评价一次、修改一次。如果不是您评的,请告诉活动办公室这个码可能被别人看到。",
            "A code is for one rating and one revision. If it wasn't you, tell the campaign's office that someone saw your code."
        ),
    )
}

fn code(asked: &Asked<'_>, at: &At) -> Result<Code, Problem> {
    limit::check(asked, What::Guess)?;
    let code = typed::read(at.part("code")?);
    let known = code.filter(|code| {
        let ratings = &asked.state.ratings;
        ratings.invitation(code.ticket()).is_some() || ratings.rating(code.rating()).is_some()
    });
    known.ok_or_else(|| {
        limit::count(asked, What::Guess);
        unknown()
    })
}

/// The tag of a language in a link: raters get no cookie, so each link carries it.
pub(super) fn lang(asked: &Asked<'_>) -> &'static str {
    asked.lang().pick("zh", "en")
}

/// What of the query goes along: where a desk's device returns to.
fn kiosk(at: &At) -> &str {
    let place = at.query.get("kiosk");
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    let parts = place.split('/');
    let good = place.chars().all(plain)
        && parts.clone().count() == 2
        && parts.clone().all(|part| !part.trim_matches('.').is_empty());
    if good { place } else { "" }
}

fn query(lang: &str, kiosk: &str) -> String {
    match kiosk {
        "" => format!("?lang={lang}"),
        kiosk => format!("?lang={lang}&kiosk={kiosk}"),
    }
}

/// Shows the screen.
pub fn show(asked: &Asked<'_>, at: &At) -> Answer {
    let code = code(asked, at)?;
    let (invitation, revising) = match stands(asked.state, &code, asked.today)? {
        Stands::Fresh(invitation) => (invitation, None),
        Stands::Revisable(invitation, until) => (invitation, Some(until)),
    };
    let (w, path) = (asked.words, asked.path);
    let other = asked.lang().pick("en", "zh");
    let title = match revising {
        None => w.t("rating-title"),
        Some(_) => w.t("rating-revise-title"),
    };
    Reply::page(&Screen {
        css: asked.app.assets.path("rate.css"),
        action: format!("{path}{}", query(lang(asked), kiosk(at))),
        other: format!("{path}{}", query(other, kiosk(at))),
        unit: asked.unit_name(invitation.unit),
        service: opinion::service_name(asked, invitation.service),
        group: opinion::group_name(asked, invitation.group),
        guardian: invitation.voice == Voice::Guardian,
        open: false,
        services: Vec::new(),
        since: since(asked, &code),
        revising: revising.map(|until| w.date(until)),
        until: revising.is_none().then(|| w.date(invitation.until)),
        form: Form::of(asked)?,
        shown_from: asked.book()?.campaign.file.ratings.min_shown.to_string(),
        page: Page::new(asked, title),
    })
}

/// Takes a rating, or its revision.
pub fn send(asked: &Asked<'_>, at: &At, fields: &Fields) -> Result<Plan, Problem> {
    let code = code(asked, at)?;
    let fresh = matches!(stands(asked.state, &code, asked.today)?, Stands::Fresh(_));
    let (opinion, writing) = opinion::read(fields)?;
    let action = match fresh {
        true => Action::Give { code, opinion },
        false => Action::Revise { code, opinion },
    };
    let then = format!("{}/thanks{}", asked.path, query(lang(asked), kiosk(at)));
    let plan = Plan::new(campaign::Action::Rating(action), then, "");
    Ok(plan.with(writing).unnamed())
}

/// Thanks, and tells whether and how the rating can be revised.
pub fn thanks(asked: &Asked<'_>, at: &At) -> Answer {
    let code = code(asked, at)?;
    let until = asked.state.ratings.revisable(code.rating());
    let place = kiosk(at);
    let link = asked.path.strip_suffix("/thanks").unwrap_or(asked.path);
    let revise = until.filter(|until| *until >= asked.today && place.is_empty());
    let revise = revise.map(|until| {
        (
            format!("{link}?lang={}", lang(asked)),
            asked.words.date(until),
        )
    });
    Reply::page(&Thanks {
        css: asked.app.assets.path("rate.css"),
        revise,
        back: (!place.is_empty()).then(|| format!("/kiosk/{place}")),
        open: false,
        page: Page::new(asked, asked.words.t("rating-thanks-title")),
    })
}

/// The page on which a code is typed in.
pub fn enter(asked: &Asked<'_>, at: &At) -> Answer {
    let written = at.query.get("code");
    let wrong = !written.is_empty() && typed::read(written).is_none();
    if !written.is_empty() && !wrong {
        let plain: String = written
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        return Ok(Reply::See(format!("/r/{plain}?lang={}", lang(asked))));
    }
    Reply::page(&Enter {
        css: asked.app.assets.path("rate.css"),
        typed: written.to_owned(),
        wrong,
        page: Page::new(asked, asked.words.t("rating-enter-title")),
    })
}
