//! Where people say what they want to be told.

use rulebook::say;

use super::{Wants, mail};
use crate::asked::Who;
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
    let wants = Wants {
        mail: address.to_owned(),
        digest: mine.fields.has("digest"),
        decided: mine.fields.has("decided"),
        lang: match mine.fields.get("notice-lang") {
            "en" => rulebook::Lang::En,
            _ => rulebook::Lang::Zh,
        },
    };
    let kept = mine.app.accounts.set_wants(person, &wants);
    kept.map_err(|error| {
        tracing::error!(%error, "wishes can't be kept");
        Problem::broken()
    })?;
    Ok(Owned::See("/account", "notices-kept"))
}
