//! What people do with passkeys: making, naming, taking away, signing in.

use axum::http::StatusCode;
use rulebook::say;

use super::{Passkeys, Refused};
use crate::app::App;
use crate::fields::Fields;
use crate::identity::from;
use crate::identity::own::{confirmed, person};
use crate::identity::pages::broken;
use crate::identity::sign_on::last_way;
use crate::identity::{AccountsError, Counted};
use crate::problem::Problem;
use crate::routes::{Mine, Owned};

type Done = Result<Owned, Problem>;

/// How many characters a name has at most.
const LONGEST: usize = 60;

/// How many one has at most.
const MOST: usize = 20;

fn enough() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "passkeys-full",
        say!(
            "您已有 {MOST} 个通行密钥。",
            "You have {MOST} passkeys already."
        ),
        say!("先去掉不用的。", "Take away those you don't use."),
    )
}

fn passkeys(app: &App) -> Result<&Passkeys, Problem> {
    app.passkeys.as_ref().ok_or_else(Problem::not_found)
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let again = say!(
            "请再试一次;也可以用密码登录。",
            "Try again; or sign in by password."
        );
        match refused {
            Refused::Accounts(AccountsError::Taken) => Self::new(
                StatusCode::CONFLICT,
                "passkey-taken",
                say!("这个通行密钥已经有了。", "This passkey is there already."),
                say!("不用再加。", "There is nothing to add."),
            ),
            Refused::Accounts(error) => broken(error),
            Refused::Full => {
                let mut problem = Self::too_many(60);
                problem.code = "passkey-busy".to_owned();
                problem
            }
            Refused::Unknown => Self::new(
                StatusCode::FORBIDDEN,
                "passkey-unknown",
                say!(
                    "这里没有这个通行密钥,可能已被去掉。",
                    "This passkey isn't known here; it may have been taken away."
                ),
                say!(
                    "请用密码登录,在“我的账号”里重新加一个。",
                    "Sign in by password and add one anew on “My account”."
                ),
            ),
            Refused::Stale => Self::new(
                StatusCode::FORBIDDEN,
                "passkey-stale",
                say!(
                    "这次操作对不上:等得太久,或已经用过。",
                    "This isn't known: it took too long, or was done already."
                ),
                again,
            ),
            Refused::Wrong(why) => {
                tracing::warn!(target: "security", why, "a passkey doesn't hold");
                Self::new(
                    StatusCode::FORBIDDEN,
                    "passkey-wrong",
                    say!("通行密钥没有通过核对。", "The passkey doesn't hold."),
                    again,
                )
            }
        }
    }
}

/// A name of a passkey, as it was typed.
fn name(mine: &Mine<'_>) -> Result<String, Problem> {
    let mut problem = Problem::fields();
    let name = mine.fields.need("passkey-name", &mut problem);
    problem.settle()?;
    Ok(name.chars().take(LONGEST).collect())
}

pub(in crate::identity) fn make(mine: &Mine<'_>) -> Done {
    let passkeys = passkeys(mine.app)?;
    let person = person(mine)?;
    let name = name(mine)?;
    confirmed(mine, person)?;
    let called = {
        let state = mine.app.host.read();
        let profile = mine.app.texts.profile(&mine.app.host, &state, person);
        profile.map(|profile| profile.name).unwrap_or_default()
    };
    let owner = mine.app.accounts.passkey_owner(person, &called);
    let owner = owner.map_err(broken)?;
    if owner.have.len() >= MOST {
        return Err(enough());
    }
    let asked = passkeys.make(&owner)?;
    let mut told = Fields::default();
    told.add("passkey", asked);
    told.add("passkey-name", name);
    Ok(Owned::Told(told))
}

pub(in crate::identity) fn made(mine: &Mine<'_>) -> Done {
    let passkeys = passkeys(mine.app)?;
    let person = person(mine)?;
    let name = name(mine)?;
    let (accounts, now) = (&mine.app.accounts, mine.app.now());
    let owner = accounts.passkey_owner(person, "").map_err(broken)?;
    let made = passkeys.made(mine.fields.get("credential"), &owner.handle)?;
    let kept = accounts.add_passkey(person, &name, &made, now);
    kept.map_err(Refused::from)?;
    tracing::info!(target: "security", %person, "a passkey is added");
    Ok(Owned::See("/account", "identity-passkey-made"))
}

fn number(mine: &Mine<'_>) -> Result<i64, Problem> {
    let number = mine.fields.get("number").parse();
    number.map_err(|_| Problem::not_found())
}

pub(in crate::identity) fn rename(mine: &Mine<'_>) -> Done {
    let (person, number) = (person(mine)?, number(mine)?);
    let name = name(mine)?;
    let named = mine.app.accounts.name_passkey(person, number, &name);
    named.map_err(broken)?;
    Ok(Owned::See("/account", "identity-passkey-named"))
}

pub(in crate::identity) fn end(mine: &Mine<'_>) -> Done {
    let (person, number) = (person(mine)?, number(mine)?);
    let accounts = &mine.app.accounts;
    let provider = mine.app.sign_on.as_ref();
    let issuer = provider.map_or("", |provider| provider.config.issuer.as_str());
    if accounts.ways(person, issuer).map_err(broken)? <= 1 {
        return Err(last_way());
    }
    accounts.end_passkey(person, number).map_err(broken)?;
    tracing::info!(target: "security", %person, "a passkey is taken away");
    Ok(Owned::See("/account", "identity-passkey-ended"))
}

/// By what beginning to sign in is counted, so that nobody can hold all places.
fn counted(mine: &Mine<'_>) -> [Counted; 1] {
    let from = mine.from.map(from::counted).unwrap_or_default();
    [Counted::Address(format!("passkey {from}"))]
}

pub(in crate::identity) fn options(mine: &Mine<'_>) -> Done {
    let passkeys = passkeys(mine.app)?;
    let tried = mine.app.accounts.try_once(&counted(mine), mine.app.now());
    if let Some(seconds) = tried.map_err(broken)? {
        return Err(Problem::too_many(seconds));
    }
    Ok(Owned::Json(passkeys.show()?))
}

pub(in crate::identity) fn sign_in(mine: &Mine<'_>) -> Done {
    let passkeys = passkeys(mine.app)?;
    let (accounts, now) = (&mine.app.accounts, mine.app.now());
    let network = mine.from.map(from::network).unwrap_or_default();
    let shown = passkeys.shown(mine.fields.get("credential"), |id, handle| {
        accounts.passkey(id, handle)
    });
    let (person, kept) = shown.inspect_err(|_| {
        tracing::warn!(target: "security", network, "signing in failed");
    })?;
    if !accounts.passkey_used(&kept, now).map_err(broken)? {
        return Err(Refused::Unknown.into());
    }
    let token = accounts.begin(&person, now).map_err(broken)?;
    accounts.forgive(&counted(mine)).map_err(broken)?;
    if let Some(old) = &mine.session {
        accounts.sign_out(old).map_err(broken)?;
    }
    tracing::info!(target: "security", network, "signed in by a passkey");
    Ok(Owned::In(token, mine.fields.get("then").to_owned()))
}
