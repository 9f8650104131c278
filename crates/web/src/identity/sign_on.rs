//! Single sign-on as people meet it: beginning it, linking it to an account, ending that.

use std::net::IpAddr;

use askama::Template;
use axum::http::StatusCode;
use campaign::PersonId;
use rulebook::say;

use super::oidc::{Away, Provider, Purpose};
use super::own::{confirmed, person, used_up};
use super::pages::broken;
use super::{AccountsError, Counted, Token, from};
use crate::app::App;
use crate::asked::Asked;
use crate::page::Page;
use crate::problem::Problem;
use crate::reply::{Answer, Reply};
use crate::routes::{Mine, Owned};

type Done = Result<Owned, Problem>;

fn provider(app: &App) -> Result<&Provider, Problem> {
    app.sign_on.as_ref().ok_or_else(Problem::not_found)
}

/// Beginnings are counted by address: nobody holds all places of those who are on their way, or makes this server ask the
/// provider without end, as each takes one code there.
fn count(mine: &Mine<'_>) -> Result<(), Problem> {
    let accounts = &mine.app.accounts;
    let tried = accounts.try_once(&begun(mine.from), mine.app.now());
    match tried.map_err(broken)? {
        Some(seconds) => Err(Problem::too_many(seconds)),
        None => Ok(()),
    }
}

/// What beginnings are counted by; forgiven once one of them has come to its end.
pub(crate) fn begun(from: Option<IpAddr>) -> [Counted; 1] {
    let from = from.map(from::counted).unwrap_or_default();
    [Counted::Address(format!("sign-on begun {from}"))]
}

pub(super) fn sign_in(mine: &Mine<'_>) -> Done {
    provider(mine.app)?;
    count(mine)?;
    let then = crate::server::own_path(mine.fields.get("then")).to_owned();
    Away::begin(mine.app, Purpose::SignIn(then)).map(Owned::Away)
}

pub(super) fn accept(mine: &Mine<'_>) -> Done {
    provider(mine.app)?;
    count(mine)?;
    let token = Token(mine.at.part("token")?.to_owned());
    let invited = mine.app.accounts.invited(&token, mine.app.now());
    invited.map_err(broken)?.ok_or_else(used_up)?;
    Away::begin(mine.app, Purpose::Accept(token)).map(Owned::Away)
}

pub(super) fn link(mine: &Mine<'_>) -> Done {
    provider(mine.app)?;
    count(mine)?;
    let person = person(mine)?;
    confirmed(mine, person)?;
    Away::begin(mine.app, Purpose::Link(person.clone())).map(Owned::Away)
}

pub(super) fn unlink(mine: &Mine<'_>) -> Done {
    let provider = provider(mine.app)?;
    let person = person(mine)?;
    confirmed(mine, person)?;
    let accounts = &mine.app.accounts;
    let issuer = provider.config.issuer.as_str();
    let linked = accounts.linked(person, issuer).map_err(broken)?;
    if linked.is_some() && accounts.ways(person, issuer).map_err(broken)? <= 1 {
        return Err(last_way());
    }
    let ended = accounts.unlink(person, issuer);
    ended.map_err(broken)?;
    tracing::info!(target: "security", %person, "single sign-on is unlinked");
    Ok(Owned::See("/account", "identity-unlinked"))
}

/// That someone would have no way left to sign in.
pub(super) fn last_way() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "last-way",
        say!(
            "去掉它,您就没有办法登录了。",
            "Without it you would have no way to sign in."
        ),
        say!("请先设一个密码。", "Set a password first."),
    )
}

/// What comes of a subject that the provider vouches for.
pub enum Came {
    /// They are signed in; look there next.
    In(PersonId, String),
    /// Look there next, with a message.
    See(&'static str, &'static str),
}

/// Does what a sign-on was for.
///
/// # Errors
/// That the subject is nobody's yet, or someone else's.
pub fn come(
    app: &App,
    asks: Option<&PersonId>,
    (subject, purpose): (super::oidc::Subject, Purpose),
) -> Result<Came, Problem> {
    let (accounts, now) = (&app.accounts, app.now());
    let taken = |error: AccountsError| match error {
        AccountsError::Taken => is_taken(),
        error => broken(error),
    };
    match purpose {
        Purpose::SignIn(then) => {
            let person = accounts.subject(&subject).map_err(broken)?;
            let person = person.ok_or_else(unlinked)?;
            Ok(Came::In(person, then))
        }
        Purpose::Link(person) => {
            if asks != Some(&person) {
                return Err(super::oidc::Failed::Stale.into());
            }
            accounts.link(&person, &subject, now).map_err(taken)?;
            tracing::info!(target: "security", %person, "single sign-on is linked");
            Ok(Came::See("/account", "identity-linked"))
        }
        Purpose::Accept(token) => {
            let accepted = accounts.accept_subject(&token, &subject, now);
            let person = accepted.map_err(taken)?.ok_or_else(used_up)?;
            tracing::info!(target: "security", %person, "single sign-on is linked");
            Ok(Came::In(person, "/".to_owned()))
        }
    }
}

fn unlinked() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "sign-on-unlinked",
        say!(
            "认证系统认得您,但这个身份还没有关联这里的账号。",
            "The sign-on service knows you, but this identity isn't linked to an account here yet."
        ),
        say!(
            "有账号的:先用密码登录,在“我的账号”里关联,一次即可。没有账号的:向活动办公室要一个邀请链接,打开后选单点登录。",
            "If you have an account, sign in by password and link it on “My account”, once. If you have none, ask the campaign's office for an invitation, open it and choose single sign-on."
        ),
    )
}

fn is_taken() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "sign-on-taken",
        say!(
            "没有关联:这个身份已关联别的账号,或您的账号已关联别的身份。",
            "Nothing was linked: this identity is linked to another account, or your account to another identity."
        ),
        say!(
            "在原来的账号里先解除关联;不是您关联的,请告诉活动办公室。",
            "Unlink it there first; if that wasn't you, tell the campaign's office."
        ),
    )
}

/// The page that goes on to the provider: a form's answer may not itself lead to another site.
#[derive(Template)]
#[template(path = "identity/away.html")]
struct AwayPage<'a> {
    page: Page<'a>,
    name: &'a str,
    to: &'a str,
}

/// Shows it.
///
/// # Errors
/// When there is no provider.
pub fn away(asked: &Asked<'_>, away: &Away) -> Answer {
    let provider = provider(asked.app)?;
    Reply::page(&AwayPage {
        page: Page::new(asked, asked.words.t("identity-away")),
        name: provider.config.name.get(asked.lang()),
        to: &away.to,
    })
}
