//! The table of routes: what each asks, and the function that answers it. Nothing is reached but through a route, and no
//! route answers before its verb is allowed: so none can be left out.

use axum::http::Method;

use crate::act::Plan;
use crate::app::App;
use crate::asked::{Asked, At, Who};
use crate::fields::Fields;
use crate::identity::Token;
use crate::identity::oidc::Away;
use crate::problem::Problem;
use crate::reply::Answer;
use crate::rights::Verb;

/// Shows something.
pub type Show = fn(&Asked<'_>, &At) -> Answer;
/// Makes a plan of a form that was sent.
pub type Act = fn(&Asked<'_>, &At, &Fields) -> Result<Plan, Problem>;
/// Makes a plan of JSON that was sent.
pub type Order = fn(&Asked<'_>, &At, serde_json::Value) -> Result<Plan, Problem>;

/// Changes who someone is to the server: accounts, sessions, tokens. It may wait for the accounts' database.
pub type Own = fn(&Mine<'_>) -> Result<Owned, Problem>;

/// What an operation on accounts is given.
pub struct Mine<'a> {
    /// What all requests share.
    pub app: &'a App,
    /// Who asks.
    pub who: &'a Who,
    /// From where it is asked.
    pub from: Option<std::net::IpAddr>,
    /// The session they ask in.
    pub session: Option<Token>,
    /// The path.
    pub at: &'a At,
    /// The form.
    pub fields: &'a Fields,
}

/// What comes of an operation on accounts.
#[derive(Debug)]
pub enum Owned {
    /// Look there, with a message.
    See(&'static str, &'static str),
    /// What is shown this once, on the same page.
    Told(Fields),
    /// They are signed in; look there next.
    In(Token, String),
    /// JSON for a script of the page.
    Json(serde_json::Value),
    /// Go on to the provider of single sign-on.
    Away(Away),
}

/// What a route does.
#[derive(Clone, Copy)]
pub enum Does {
    /// It shows.
    Show(Show),
    /// It acts, by a form; where that can't be, the page is shown again with what was filled in and what is wrong.
    Act(Act, Show),
    /// It acts, by JSON.
    Order(Order),
    /// It changes accounts, by a form.
    Own(Own, Show),
}

/// A route.
#[derive(Clone)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, with its parts in braces; the first part names what is asked for.
    pub path: String,
    /// What is asked.
    pub verb: Verb,
    /// What it does.
    pub does: Does,
    /// What the API's document says of it.
    pub doc: Option<crate::api::Doc>,
}

/// The routes.
#[derive(Clone, Default)]
pub struct Table {
    routes: Vec<Route>,
}

impl Table {
    /// No routes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn push(mut self, method: Method, path: &str, verb: Verb, does: Does) -> Self {
        self.routes.push(Route {
            method,
            path: path.to_owned(),
            verb,
            does,
            doc: None,
        });
        self
    }

    /// A page, a file or an answer of the API.
    #[must_use]
    pub fn show(self, path: &str, verb: Verb, show: Show) -> Self {
        self.push(Method::GET, path, verb, Does::Show(show))
    }

    /// A form that is sent; `page` is shown again where it can't be taken.
    #[must_use]
    pub fn act(self, path: &str, verb: Verb, act: Act, page: Show) -> Self {
        self.push(Method::POST, path, verb, Does::Act(act, page))
    }

    /// A form about accounts; `page` is shown again where it can't be taken, or to show something once.
    #[must_use]
    pub fn own(self, path: &str, verb: Verb, own: Own, page: Show) -> Self {
        self.push(Method::POST, path, verb, Does::Own(own, page))
    }

    /// A route of the API, with what its document says.
    #[must_use]
    pub fn documented(mut self, route: Route) -> Self {
        self.routes.push(route);
        self
    }

    /// These and others.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.routes.extend(others.routes);
        self
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Route> {
        self.routes.iter()
    }
}
