//! Signing in and out, one's own account, invitations.

use askama::Template;
use campaign::{PersonId, Time};
use qrcode::QrCode;
use qrcode::render::svg;

use super::own;
use super::passkeys::{Passkey, forms as passkeys};
use super::sign_on;
use super::{ApiToken, Token};
use crate::asked::{Asked, At};
use crate::notices::Wants;
use crate::page::{Link, Page};
use crate::pages::link;
use crate::problem::Problem;
use crate::reply::{Answer, Reply};
use crate::rights::{Resource, Verb};
use crate::routes::Table;

/// The most people listed at once.
const LISTED: usize = 200;

/// The routes of accounts. Signing in and out are the server's own.
#[must_use]
pub fn routes() -> Table {
    Table::new()
        .show("/sign-in", Verb::SeePublic, sign_in)
        .show("/account", Verb::SeeAccount, account)
        .own(
            "/account/password",
            Verb::SeeAccount,
            own::password,
            account,
        )
        .own(
            "/account/sessions",
            Verb::SeeAccount,
            own::end_others,
            account,
        )
        .own(
            "/account/second",
            Verb::SeeAccount,
            own::begin_second,
            account,
        )
        .own(
            "/account/second/on",
            Verb::SeeAccount,
            own::turn_on,
            account,
        )
        .own(
            "/account/second/off",
            Verb::SeeAccount,
            own::turn_off,
            account,
        )
        .own("/account/tokens", Verb::SeeAccount, own::add_token, account)
        .own(
            "/account/notices",
            Verb::SeeAccount,
            crate::notices::pages::choose,
            account,
        )
        .own(
            "/account/tokens/end",
            Verb::SeeAccount,
            own::end_token,
            account,
        )
        .show("/office/accounts", Verb::Run, people)
        .own("/office/accounts", Verb::Run, own::invite, people)
        .show("/welcome/{token}", Verb::SeePublic, welcome)
        .own("/welcome/{token}", Verb::SeePublic, own::accept, welcome)
        .own(
            "/welcome/{token}/oidc",
            Verb::SeePublic,
            sign_on::accept,
            welcome,
        )
        .and(other_ways())
}

/// The routes of signing in otherwise than by a password.
fn other_ways() -> Table {
    Table::new()
        .own(
            "/sign-in/passkey",
            Verb::SeePublic,
            passkeys::sign_in,
            sign_in,
        )
        .own(
            "/sign-in/passkey/options",
            Verb::SeePublic,
            passkeys::options,
            sign_in,
        )
        .own(
            "/account/passkeys",
            Verb::SeeAccount,
            passkeys::make,
            account,
        )
        .own(
            "/account/passkeys/made",
            Verb::SeeAccount,
            passkeys::made,
            account,
        )
        .own(
            "/account/passkeys/name",
            Verb::SeeAccount,
            passkeys::rename,
            account,
        )
        .own(
            "/account/passkeys/end",
            Verb::SeeAccount,
            passkeys::end,
            account,
        )
        .own("/sign-in/oidc", Verb::SeePublic, sign_on::sign_in, sign_in)
        .own("/account/oidc", Verb::SeeAccount, sign_on::link, account)
        .own(
            "/account/oidc/end",
            Verb::SeeAccount,
            sign_on::unlink,
            account,
        )
}

/// Its links in the navigation of whoever asks.
#[must_use]
pub fn nav(asked: &Asked<'_>) -> Vec<Link> {
    let (app, standing) = (asked.app, asked.standing);
    let may = || {
        let all = Resource::campaign();
        app.rights.allow(asked.state, standing, Verb::Run, &all)
    };
    if standing.is_office() && may() {
        vec![link(asked, "/office/accounts", "identity-people")]
    } else {
        Vec::new()
    }
}

/// For how many seconds those concerned see that access was given anew.
const RECENT: i64 = 90 * 86_400;

pub(super) fn broken(error: super::AccountsError) -> Problem {
    tracing::error!(%error, "the accounts can't be used");
    Problem::broken()
}

/// Single sign-on, as it stands with one's account.
struct Linked<'a> {
    name: &'a str,
    since: Option<String>,
}

/// What single sign-on is called, where there is any.
fn provider<'a>(asked: &Asked<'a>) -> Option<&'a str> {
    let provider = asked.app.sign_on.as_ref();
    provider.map(|provider| provider.config.name.get(asked.lang()))
}

fn linked<'a>(asked: &Asked<'a>, person: &PersonId) -> Result<Option<Linked<'a>>, Problem> {
    let Some(provider) = &asked.app.sign_on else {
        return Ok(None);
    };
    let since = asked.app.accounts.linked(person, &provider.config.issuer);
    let offset = asked.state.rules.offset();
    let day = |at: Time| asked.words.date(at.day(offset));
    Ok(Some(Linked {
        name: provider.config.name.get(asked.lang()),
        since: since.map_err(broken)?.map(day),
    }))
}

/// One's passkeys: each with when it was made and last used, and what the browser is asked for to make another.
struct Keys<'a> {
    list: Vec<(Passkey, String, String)>,
    asked: &'a str,
    name: &'a str,
    script: &'a str,
}

fn keys<'a>(asked: &Asked<'a>, person: &PersonId) -> Result<Option<Keys<'a>>, Problem> {
    if asked.app.passkeys.is_none() {
        return Ok(None);
    }
    let offset = asked.state.rules.offset();
    let day = |at: Time| asked.words.date(at.day(offset));
    let list = asked.app.accounts.passkeys_of(person).map_err(broken)?;
    let dated = |one: Passkey| (one.clone(), day(one.made), day(one.used));
    let kept = asked.kept.map(|kept| &kept.fields).or(asked.told);
    Ok(Some(Keys {
        list: list.into_iter().map(dated).collect(),
        asked: asked.told.map_or("", |told| told.get("passkey")),
        name: kept.map_or("", |fields| fields.get("passkey-name")),
        script: asked.app.assets.path("passkey.js"),
    }))
}

/// One's own account.
#[derive(Template)]
#[template(path = "identity/account.html")]
struct Own<'a> {
    page: Page<'a>,
    login: String,
    has_password: bool,
    sign_on: Option<Linked<'a>>,
    passkeys: Option<Keys<'a>>,
    has_second: bool,
    secret: &'a str,
    qr: String,
    codes: Vec<&'a str>,
    token: &'a str,
    tokens: Vec<(ApiToken, String)>,
    sessions: Vec<(String, String)>,
    renewed: Vec<String>,
    name: &'a str,
    wants: Option<Wants>,
    days: &'a str,
}

fn account(asked: &Asked<'_>, _: &At) -> Answer {
    let person = asked.person()?;
    let accounts = &asked.app.accounts;
    let offset = asked.state.rules.offset();
    let day = |time: Time| asked.words.date(time.day(offset));
    let told = |name: &str| asked.told.map_or("", |told| told.get(name));
    let (secret, uri) = (told("secret"), told("uri"));
    let code = QrCode::new(uri.as_bytes()).ok().filter(|_| !uri.is_empty());
    let drawn = code.map(|code| {
        code.render::<svg::Color<'_>>()
            .min_dimensions(200, 200)
            .build()
    });
    let qr = drawn.and_then(|svg| {
        svg.find("<svg")
            .and_then(|at| svg.get(at..).map(str::to_owned))
    });
    let tokens = accounts.tokens_of(person).map_err(broken)?;
    let sessions = accounts.sessions_of(person).map_err(broken)?;
    let renewals = accounts
        .renewals(Time(asked.app.now().0 - RECENT))
        .map_err(broken)?;
    let renewed = renewals.into_iter().filter(|(of, ..)| of == person);
    let kept = asked.kept.map(|kept| &kept.fields);
    Reply::page(&Own {
        page: Page::new(asked, asked.words.t("identity-account")),
        login: accounts.login_of(person).map_err(broken)?,
        has_password: accounts.has_password(person).map_err(broken)?,
        sign_on: linked(asked, person)?,
        passkeys: keys(asked, person)?,
        has_second: accounts.has_second(person).map_err(broken)?,
        secret,
        qr: qr.unwrap_or_default(),
        codes: asked
            .told
            .map(|told| told.all("recovery").collect())
            .unwrap_or_default(),
        token: told("token"),
        tokens: tokens
            .into_iter()
            .map(|token| (token.clone(), day(token.until)))
            .collect(),
        sessions: sessions
            .into_iter()
            .map(|(began, seen)| (day(began), day(seen)))
            .collect(),
        renewed: renewed.map(|(.., at)| day(at)).collect(),
        name: kept.map_or("", |fields| fields.get("name")),
        wants: wants(asked, person)?,
        days: kept
            .filter(|fields| fields.has("days"))
            .map_or("90", |fields| fields.get("days")),
    })
}

/// What someone wants to be told, or has just filled in wrongly; none where nothing is sent.
fn wants(asked: &Asked<'_>, person: &PersonId) -> Result<Option<Wants>, Problem> {
    let config = asked.app.settings.notices.as_ref();
    if config.is_none_or(|config| config.mail.is_none()) {
        return Ok(None);
    }
    let mut wants = asked.app.accounts.wants(person).map_err(broken)?;
    if let Some(kept) = asked.kept.filter(|kept| kept.fields.has("mail")) {
        kept.fields.get("mail").clone_into(&mut wants.mail);
    }
    if wants.mail.is_empty() {
        wants.lang = asked.lang();
    }
    Ok(Some(wants))
}

/// People with and without an account.
#[derive(Template)]
#[template(path = "identity/people.html")]
struct People<'a> {
    page: Page<'a>,
    sought: &'a str,
    link: &'a str,
    people: Vec<Listed>,
    more: bool,
    renewed: Vec<(String, String, String)>,
}

struct Listed {
    person: String,
    name: String,
    unit: String,
    login: Option<String>,
}

fn people(asked: &Asked<'_>, at: &At) -> Answer {
    let accounts = asked.app.accounts.all().map_err(broken)?;
    let logins: std::collections::HashMap<_, _> = accounts
        .into_iter()
        .map(|one| (one.person, one.login))
        .collect();
    let sought = at.query.get("q");
    let mut people = Vec::new();
    for (person, _) in asked.state.organisation.people() {
        let Some(unit) = asked.state.organisation.unit_of(person, asked.today) else {
            continue;
        };
        let listed = Listed {
            person: person.to_string(),
            name: asked.person_name(person),
            unit: asked.unit_name(unit).to_owned(),
            login: logins.get(person).cloned(),
        };
        let fits = |text: &str| text.contains(sought);
        if fits(&listed.name) || fits(&listed.unit) || fits(&listed.person) {
            people.push(listed);
        }
        if people.len() > LISTED {
            break;
        }
    }
    let more = people.len() > LISTED;
    people.truncate(LISTED);
    let renewals = asked
        .app
        .accounts
        .renewals(Time(asked.app.now().0 - RECENT))
        .map_err(broken)?;
    let offset = asked.state.rules.offset();
    let renewed = renewals.into_iter().map(|(of, by, at)| {
        let day = asked.words.date(at.day(offset));
        (day, asked.person_name(&of), asked.person_name(&by))
    });
    Reply::page(&People {
        renewed: renewed.collect(),
        page: Page::new(asked, asked.words.t("identity-people")),
        sought,
        link: asked.told.map_or("", |told| told.get("link")),
        people,
        more,
    })
}

/// Making one's account.
#[derive(Template)]
#[template(path = "identity/welcome.html")]
struct Welcome<'a> {
    page: Page<'a>,
    name: String,
    login: &'a str,
    token: &'a str,
    provider: Option<&'a str>,
}

fn welcome(asked: &Asked<'_>, at: &At) -> Answer {
    let token = at.part("token")?;
    let invited = asked
        .app
        .accounts
        .invited(&Token(token.to_owned()), asked.app.now());
    let person = invited.map_err(broken)?.ok_or_else(own::used_up)?;
    Reply::page(&Welcome {
        page: Page::new(asked, asked.words.t("identity-welcome")),
        name: asked.person_name(&person),
        login: asked.kept.map_or("", |kept| kept.fields.get("login")),
        token,
        provider: provider(asked),
    })
}

/// The page to sign in on.
#[derive(Template)]
#[template(path = "identity/sign-in.html")]
struct SignIn<'a> {
    page: Page<'a>,
    login: &'a str,
    then: &'a str,
    provider: Option<&'a str>,
    /// The script of passkeys, where there are any.
    passkeys: Option<&'a str>,
    demo: &'a [(String, String, rulebook::Say)],
}

/// Shows the page to sign in on.
///
/// # Errors
/// None of its own.
pub fn sign_in(asked: &Asked<'_>, at: &At) -> Answer {
    let kept = asked.kept.map(|kept| &kept.fields);
    let demo = asked.app.settings.demo.as_ref();
    Reply::page(&SignIn {
        page: Page::new(asked, asked.words.t("sign-in")),
        login: kept.map_or("", |fields| fields.get("login")),
        then: kept.unwrap_or(&at.query).get("then"),
        provider: provider(asked),
        passkeys: asked
            .app
            .passkeys
            .as_ref()
            .map(|_| asked.app.assets.path("passkey.js")),
        demo: demo.map_or(&[], |demo| &demo.accounts),
    })
}
