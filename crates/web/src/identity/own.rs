//! What people do with their accounts.

use axum::http::StatusCode;
use campaign::{PersonId, Time};
use rulebook::{Say, say};

use super::pages::broken;
use super::password::{LONGEST, SHORTEST};
use super::{AccountsError, Counted, Token};
use crate::asked::Who;
use crate::fields::Fields;
use crate::problem::Problem;
use crate::routes::{Mine, Owned};

/// Long passwords that are tried first.
const COMMONPLACE: [&str; 14] = [
    "1234567890",
    "0123456789",
    "0987654321",
    "qwertyuiop",
    "password123",
    "password1234",
    "1q2w3e4r5t",
    "1qaz2wsx3edc",
    "administrator",
    "woaini1314",
    "woaini520",
    "a123456789",
    "iloveyou123",
    "letmein1234",
];

type Done = Result<Owned, Problem>;

pub(super) fn person<'a>(mine: &Mine<'a>) -> Result<&'a PersonId, Problem> {
    match mine.who {
        Who::Person(person) => Ok(person),
        _ => Err(Problem::sign_in()),
    }
}

fn session(mine: &Mine<'_>) -> Result<Token, Problem> {
    mine.session.clone().ok_or_else(Problem::sign_in)
}

/// That an invitation doesn't hold.
pub(super) fn used_up() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "invitation",
        say!(
            "邀请链接已经用过或过期。",
            "The invitation was used or has run out."
        ),
        say!(
            "请活动办公室再发一个链接。",
            "Ask the campaign's office for another link."
        ),
    )
}

/// A new password, typed in `field`; what is wrong goes to `problem`.
fn new_password<'f>(fields: &'f Fields, login: &str, problem: &mut Problem) -> &'f str {
    let password = fields.need("new", problem);
    let plain = password.to_lowercase();
    let one = plain.chars().next();
    if password.chars().count() < SHORTEST || password.len() > LONGEST {
        problem.wrong(
            "new",
            say!(
                "密码要有 {SHORTEST} 个字符以上。",
                "A password has {SHORTEST} characters at least."
            ),
        );
    } else if COMMONPLACE.contains(&plain.as_str())
        || plain.chars().all(|c| Some(c) == one)
        || plain == login.to_lowercase()
    {
        problem.wrong(
            "new",
            say!(
                "这个密码太常见;换几个不相干的词。",
                "Too many people use this one; take a few words that have nothing to do with each other."
            ),
        );
    }
    password
}

/// For how many seconds after signing in someone without a password need not show again who they are.
const LATELY: i64 = 600;

/// That someone without a password has signed in just now.
fn lately(mine: &Mine<'_>) -> Result<(), Problem> {
    let (accounts, now) = (&mine.app.accounts, mine.app.now());
    let session = accounts.session(&session(mine)?, now).map_err(broken)?;
    if session.is_some_and(|session| now.0 - session.began.0 <= LATELY) {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "sign-in-again",
        say!(
            "您的账号没有密码,这一步要刚登录过才能办。",
            "Your account has no password, and this takes having signed in just now."
        ),
        say!(
            "请退出,重新登录,十分钟内再办。",
            "Sign out, sign in again, and do it within ten minutes."
        ),
    ))
}

/// That the password typed is one's own, guesses wait; of someone without one, that they have just signed in.
pub(super) fn confirmed(mine: &Mine<'_>, person: &PersonId) -> Result<(), Problem> {
    let (accounts, now) = (&mine.app.accounts, mine.app.now());
    if !accounts.has_password(person).map_err(broken)? {
        return lately(mine);
    }
    let counted = [Counted::Login(format!("confirm {person}"))];
    if let Some(seconds) = accounts.try_once(&counted, now).map_err(broken)? {
        return Err(Problem::too_many(seconds));
    }
    let password = mine.fields.get("password");
    if accounts.knows(person, password).map_err(broken)? {
        return accounts.forgive(&counted).map_err(broken);
    }
    let mut problem = Problem::fields();
    problem.wrong(
        "password",
        say!("现在的密码不对。", "Your present password is another."),
    );
    Err(problem)
}

pub(super) fn password(mine: &Mine<'_>) -> Done {
    let person = person(mine)?;
    let mut problem = Problem::fields();
    let new = new_password(mine.fields, "", &mut problem);
    problem.settle()?;
    confirmed(mine, person)?;
    let this = session(mine)?;
    mine.app
        .accounts
        .change(person, new, &this)
        .map_err(broken)?;
    Ok(Owned::See("/account", "identity-password-changed"))
}

pub(super) fn end_others(mine: &Mine<'_>) -> Done {
    let this = session(mine)?;
    mine.app
        .accounts
        .end_others(person(mine)?, &this)
        .map_err(broken)?;
    Ok(Owned::See("/account", "identity-others-ended"))
}

pub(super) fn begin_second(mine: &Mine<'_>) -> Done {
    let person = person(mine)?;
    confirmed(mine, person)?;
    let secret = mine
        .app
        .accounts
        .begin_second(person)
        .map_err(|error| match error {
            AccountsError::Taken => Problem::new(
                StatusCode::CONFLICT,
                "second",
                say!("验证码已经开启。", "The code is turned on already."),
                say!("先关闭,再重新开启。", "Turn it off first."),
            ),
            error => broken(error),
        })?;
    let mut told = Fields::default();
    told.add(
        "uri",
        format!("otpauth://totp/Merit:{person}?secret={secret}&issuer=Merit"),
    );
    told.add("secret", secret);
    Ok(Owned::Told(told))
}

pub(super) fn turn_on(mine: &Mine<'_>) -> Done {
    let code = mine.fields.get("code");
    let codes = mine
        .app
        .accounts
        .turn_on(person(mine)?, code, mine.app.now());
    let Some(codes) = codes.map_err(broken)? else {
        let mut problem = Problem::fields();
        problem.wrong(
            "code",
            say!(
                "验证码不对;核对手机时间后重新开始。",
                "The code is wrong; check your phone's time and begin again."
            ),
        );
        return Err(problem);
    };
    let mut told = Fields::default();
    for code in codes {
        told.add("recovery", code);
    }
    Ok(Owned::Told(told))
}

pub(super) fn turn_off(mine: &Mine<'_>) -> Done {
    let person = person(mine)?;
    confirmed(mine, person)?;
    mine.app.accounts.turn_off(person).map_err(broken)?;
    Ok(Owned::See("/account", "identity-second-off"))
}

pub(super) fn add_token(mine: &Mine<'_>) -> Done {
    let person = person(mine)?;
    let mut problem = Problem::fields();
    let name = mine.fields.need("name", &mut problem);
    let scope = mine.fields.get("scope");
    if !["read", "write", "import"].contains(&scope) {
        problem.wrong("scope", say!("选一个范围。", "Choose a scope."));
    }
    let days: Option<i64> = mine.fields.parse("days", "90", &mut problem);
    let days = days.unwrap_or(90);
    if !(1..=365).contains(&days) {
        problem.wrong("days", say!("1 到 365 天。", "From 1 to 365 days."));
    }
    problem.settle()?;
    confirmed(mine, person)?;
    let until = Time(mine.app.now().0 + days * 86_400);
    let name: String = name.chars().take(60).collect();
    let token = mine.app.accounts.add_token(person, &name, scope, until);
    let mut told = Fields::default();
    told.add("token", token.map_err(broken)?.0);
    Ok(Owned::Told(told))
}

pub(super) fn end_token(mine: &Mine<'_>) -> Done {
    let id = mine.fields.get("id");
    let ended = mine.app.accounts.end_token(person(mine)?, id);
    ended.map_err(broken)?;
    Ok(Owned::See("/account", "identity-token-ended"))
}

pub(super) fn invite(mine: &Mine<'_>) -> Done {
    let anew = mine.fields.get("anew");
    let invited = match anew {
        "" => PersonId::from(mine.fields.get("person")),
        anew => PersonId::from(anew),
    };
    let known = mine.app.host.read().organisation.person(&invited).is_some();
    if !known {
        return Err(Problem::not_found());
    }
    let (accounts, now) = (&mine.app.accounts, mine.app.now());
    let token = if !anew.is_empty() {
        tracing::warn!(target: "security", by = %person(mine)?, of = %invited, "access is given anew");
        accounts.renew(&invited, person(mine)?, now)
    } else {
        accounts.invite(&invited, now)
    };
    let token = token.map_err(|error| match error {
        AccountsError::Taken => Problem::new(
            StatusCode::CONFLICT,
            "has-account",
            say!("此人已有账号。", "They have an account already."),
            say!("让本人直接登录。", "They can sign in."),
        ),
        error => broken(error),
    })?;
    let mut told = Fields::default();
    told.add(
        "link",
        format!("{}/welcome/{}", mine.app.settings.base, token.0),
    );
    Ok(Owned::Told(told))
}

fn taken() -> Say {
    say!("登录名已被用。", "The login name is taken.")
}

pub(super) fn accept(mine: &Mine<'_>) -> Done {
    let token = Token(mine.at.part("token")?.to_owned());
    let now = mine.app.now();
    let mut problem = Problem::fields();
    let login = mine.fields.need("login", &mut problem);
    if login.chars().count() > 64 || login.chars().any(|c| c.is_control() || c.is_whitespace()) {
        problem.wrong(
            "login",
            say!(
                "至多 64 个字符,不含空格。",
                "64 characters at most, without spaces."
            ),
        );
    }
    let invited = mine.app.accounts.invited(&token, now).map_err(broken)?;
    let named = PersonId::from(login);
    let known = mine.app.host.read().organisation.person(&named).is_some();
    if known && invited.as_ref() != Some(&named) {
        problem.wrong("login", taken());
    }
    let password = new_password(mine.fields, login, &mut problem);
    problem.settle()?;
    let accepted = mine.app.accounts.accept(&token, login, password, now);
    let accepted = accepted.map_err(|error| match error {
        AccountsError::Taken => {
            let mut problem = Problem::fields();
            problem.wrong("login", taken());
            problem
        }
        error => broken(error),
    })?;
    accepted.ok_or_else(used_up)?;
    Ok(Owned::See("/sign-in", "identity-welcome-done"))
}
