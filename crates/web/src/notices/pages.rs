//! Where people say what they want to be told.

use rulebook::say;

use super::{Wants, mail};
use crate::asked::Who;
use crate::identity::{AccountsError, Counted};
use crate::problem::Problem;
use crate::routes::{Mine, Owned};

/// Keeps what someone chose.
///
/// # Errors
/// That the address can't be one; that the accounts can't be used.
pub fn choose(mine: &Mine<'_>) -> Result<Owned, Problem> {
    let Who::Person(person) = mine.who else {
        return Err(Problem::sign_in());
    };
    let address = mine.fields.get("mail");
    let mut problem = Problem::fields();
    if !address.is_empty() && !mail::is_address(address) {
        problem.wrong(
            "mail",
            say!(
                "这不是邮箱地址;写成 name@example.org,不要则留空。",
                "That is no address; write name@example.org, or leave it empty for no mail."
            ),
        );
    }
    problem.settle()?;
    let broken = |error: AccountsError| {
        tracing::error!(%error, "wishes can't be kept");
        Problem::broken()
    };
    let old = mine.app.accounts.wants(person).map_err(broken)?;
    let (proved, code) = if old.mail == address {
        (old.proved || shown(mine, &old)?, old.code)
    } else {
        (false, new_code()?)
    };
    let wants = Wants {
        mail: address.to_owned(),
        proved,
        code,
        digest: mine.fields.has("digest"),
        decided: mine.fields.has("decided"),
        lang: match mine.fields.get("notice-lang") {
            "en" => rulebook::Lang::En,
            _ => rulebook::Lang::Zh,
        },
    };
    let kept = mine.app.accounts.set_wants(person, &wants);
    kept.map_err(broken)?;
    let waits = !wants.mail.is_empty() && !wants.proved;
    let done = if waits {
        "notices-code-comes"
    } else {
        "notices-kept"
    };
    Ok(Owned::See("/account", done))
}

/// Whether the code that was sent to an address was typed; guesses wait.
fn shown(mine: &Mine<'_>, old: &Wants) -> Result<bool, Problem> {
    let typed = mine.fields.get("mail-code");
    if typed.is_empty() || old.code.is_empty() {
        return Ok(false);
    }
    let counted = [Counted::Login(format!("mail {}", old.code))];
    let tried = mine.app.accounts.try_once(&counted, mine.app.now());
    if let Some(seconds) = tried.map_err(|_| Problem::broken())? {
        return Err(Problem::too_many(seconds));
    }
    if typed == old.code {
        return Ok(true);
    }
    let mut problem = Problem::fields();
    problem.wrong(
        "mail-code",
        say!(
            "验证码不对;看最近那封邮件。",
            "The code is wrong; look at the latest mail."
        ),
    );
    Err(problem)
}

/// Eight digits.
fn new_code() -> Result<String, Problem> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|_| Problem::broken())?;
    Ok(format!("{:08}", u64::from_le_bytes(bytes) % 100_000_000))
}
