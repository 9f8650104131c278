//! Coming back from the provider of single sign-on.

use super::*;
use crate::identity::Came;
use crate::identity::oidc::{Failed, Why};

/// What a browser brings back from the provider.
pub(super) async fn returned(Shared(app): Shared<Arc<App>>, parts: Parts) -> Response {
    let caller = caller(&app, &parts);
    let mut response = match come_back(&app, &parts, &caller).await {
        Ok((Some(token), then, _)) => entered(&app, &token, &then),
        Ok((None, then, done)) => {
            let mut response = respond(&app, &parts, &caller, Ok(Reply::See(then)));
            let flash = cookies::set(cookies::FLASH_COOKIE, done, 60, app.settings.is_secure());
            add_header(&mut response, SET_COOKIE, &flash);
            response
        }
        Err(problem) => respond(&app, &parts, &caller, Err(problem)),
    };
    let secure = app.settings.is_secure();
    let gone = cookies::set(cookies::away_name(secure), "", 0, secure);
    add_header(&mut response, SET_COOKIE, &gone);
    response
}

type Back = (Option<Token>, String, &'static str);

async fn come_back(app: &Arc<App>, parts: &Parts, caller: &Caller) -> Result<Back, Problem> {
    let provider = app.sign_on.as_ref().ok_or_else(Problem::not_found)?;
    let query = &parts.at.query;
    // Opened by hand, or once more in the other language: there is nothing to come back from.
    if !query.has("state") {
        return Ok((None, "/sign-in".to_owned(), ""));
    }
    let network = parts.from.map(from::network).unwrap_or_default();
    let held = parts
        .cookies
        .get(cookies::away_name(app.settings.is_secure()));
    let held = held.map(|token| Token(token.to_owned()));
    let flow = provider.back(held.as_ref(), query.get("state"), app.now())?;
    let iss = query.get("iss");
    if !iss.is_empty() && iss != provider.config.issuer {
        return Err(Failed::Unproven(Why::Issuer).into());
    }
    if query.has("error") || !query.has("code") {
        let code = query.get("error");
        tracing::info!(target: "security", network, "single sign-on was declined");
        return Err(Failed::refused(code).into());
    }
    let broken = |error: AccountsError| {
        tracing::error!(%error, "nobody can sign in");
        Problem::broken()
    };
    let code = query.get("code");
    let vouched = provider.subject((flow, code), &app.settings.base, app.now());
    let vouched = vouched.await?;
    let begun = crate::identity::begun(parts.from);
    app.accounts.forgive(&begun).map_err(broken)?;
    let (shared, old) = (Arc::clone(app), parts.token(app));
    let asks = match &caller.who {
        Who::Person(person) => Some(person.clone()),
        _ => None,
    };
    let work = move || -> Result<Back, Problem> {
        match crate::identity::come(&shared, asks.as_ref(), vouched)? {
            Came::See(then, done) => Ok((None, then.to_owned(), done)),
            Came::In(person, then) => {
                let accounts = &shared.accounts;
                let token = accounts.begin(&person, shared.now()).map_err(broken)?;
                if let Some(old) = old {
                    accounts.sign_out(&old).map_err(broken)?;
                }
                tracing::info!(target: "security", network, "signed in by the provider");
                Ok((Some(token), then, ""))
            }
        }
    };
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| Problem::broken())?
}
