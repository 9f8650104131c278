//! The server: from a connection to a route and back.

mod sign_on;

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{
    ConnectInfo, DefaultBodyLimit, FromRequest, Multipart, Path, RawQuery, Request, State as Shared,
};
use axum::http::header::{
    ACCEPT_LANGUAGE, AUTHORIZATION, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LANGUAGE,
    CONTENT_TYPE, ETAG, HeaderName, HeaderValue, LOCATION, RETRY_AFTER, SET_COOKIE,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, get, on, post};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use subtle::ConstantTimeEq;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

use crate::act;
use crate::api::write::Taken;
use crate::app::App;
use crate::asked::{Asked, At, Kept, Who};
use crate::fields::{Fields, Upload};
use crate::identity::{AccountsError, Cookies, Counted, Token, cookies, from};
use crate::page;
use crate::problem::Problem;
use crate::reply::{Answer, Reply};
use crate::rights::{BadPolicies, Resource, Standing, Verb};
use crate::routes::{Act, Does, Mine, Order, Own, Owned, Route, Show};
use crate::words::BadWords;

/// How much a request may hold, in bytes.
const MOST_BYTES: usize = 8 << 20;
/// For how long nothing may arrive of a request's body.
const BODY: Duration = Duration::from_secs(15);
/// For how long requests on their way may take when the server stops.
const LAST: Duration = Duration::from_secs(10);

/// Why the pages can't be served.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// The policies can't be used.
    Policies(BadPolicies),
    /// The messages can't be used.
    Words(BadWords),
    /// No requests can be made to the provider of single sign-on.
    SignOn(reqwest::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Policies(error) => error.fmt(f),
            Self::Words(error) => error.fmt(f),
            Self::SignOn(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for StartError {}

impl From<BadPolicies> for StartError {
    fn from(error: BadPolicies) -> Self {
        Self::Policies(error)
    }
}

impl From<BadWords> for StartError {
    fn from(error: BadWords) -> Self {
        Self::Words(error)
    }
}

impl From<reqwest::Error> for StartError {
    fn from(error: reqwest::Error) -> Self {
        Self::SignOn(error)
    }
}

/// A server of pages.
pub struct Server;

impl Server {
    /// Serves until `stop` is done; then takes no more connections and lets those on their way finish.
    ///
    /// # Errors
    /// When the listener fails for good.
    pub async fn run(
        app: Arc<App>,
        listener: TcpListener,
        stop: impl Future<Output = ()>,
    ) -> std::io::Result<()> {
        let head = app.settings.head;
        let tick = app.settings.tick;
        let room = Arc::new(Semaphore::new(app.settings.connections));
        let ticking = tick.map(|every| tokio::spawn(crate::clock::run(Arc::clone(&app), every)));
        let notices = app.settings.notices.clone().zip(tick);
        let telling = notices.map(|(config, every)| {
            tokio::spawn(crate::notices::run(Arc::clone(&app), config, every))
        });
        let router = router(app);
        let graceful = GracefulShutdown::new();
        let mut http = hyper::server::conn::http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(head);
        let mut stop = std::pin::pin!(stop);
        loop {
            let accepting = async {
                let place = Arc::clone(&room).acquire_owned().await;
                (listener.accept().await, place)
            };
            let (accepted, place) = tokio::select! {
                accepted = accepting => accepted,
                () = &mut stop => break,
            };
            let (stream, from) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file descriptors, or a connection that went away: others go on.
                    tracing::warn!(%error, "a connection can't be taken");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            let _slower_for_small_answers = stream.set_nodelay(true);
            let service = router.clone().layer(axum::Extension(ConnectInfo(from)));
            let connection =
                http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
            let watched = graceful.watch(connection);
            tokio::spawn(async move {
                if let Err(error) = watched.await {
                    tracing::debug!(%error, "a connection ended early");
                }
                drop(place);
            });
        }
        for task in ticking.into_iter().chain(telling) {
            task.abort();
        }
        let _given_up = tokio::time::timeout(LAST, graceful.shutdown()).await;
        Ok(())
    }
}

/// All routes.
pub fn router(app: Arc<App>) -> Router {
    let mut router = Router::new();
    for route in app.table.iter().cloned() {
        let path = route.path.clone();
        let filter = MethodFilter::try_from(route.method.clone()).unwrap_or(MethodFilter::GET);
        let handler = move |Shared(app): Shared<Arc<App>>, parts: Parts, request: Request| {
            let route = route.clone();
            async move { answer(&app, &route, parts, request).await }
        };
        router = router.route(&path, on(filter, handler));
    }
    router
        .route("/sign-in", post(sign_in))
        .route(crate::identity::oidc::RETURN, get(sign_on::returned))
        .route("/sign-out", post(sign_out))
        .route("/static/{file}", get(asset))
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(crate::watch::ready))
        .route("/metrics", get(crate::watch::metrics))
        .fallback(missing)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .layer(RequestBodyTimeoutLayer::new(BODY))
        .layer(axum::middleware::map_response(safe_headers))
        .layer(axum::middleware::from_fn_with_state(
            Arc::clone(&app),
            crate::watch::count,
        ))
        .layer(CompressionLayer::new())
        .with_state(app)
}

/// What is read of a request before its body.
struct Parts {
    at: At,
    path: String,
    cookies: Cookies,
    headers: HeaderMap,
    from: Option<IpAddr>,
}

impl axum::extract::FromRequestParts<Arc<App>> for Parts {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        app: &Arc<App>,
    ) -> Result<Self, Self::Rejection> {
        let named = Path::<Vec<(String, String)>>::from_request_parts(parts, app).await;
        let RawQuery(query) = RawQuery::from_request_parts(parts, app).await?;
        let from = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(Self {
            at: At {
                parts: named.map(|Path(named)| named).unwrap_or_default(),
                query: Fields::of(pairs(query.unwrap_or_default().as_bytes())),
            },
            path: parts.uri.path().to_owned(),
            cookies: Cookies::of(&parts.headers),
            headers: parts.headers.clone(),
            from: from.map(|ConnectInfo(peer)| {
                from::client(peer.ip(), &parts.headers, &app.settings.proxies)
            }),
        })
    }
}

impl Parts {
    fn token(&self, app: &App) -> Option<Token> {
        let name = cookies::session_name(app.settings.is_secure());
        self.cookies.get(name).map(|token| Token(token.to_owned()))
    }

    /// The token of a program.
    fn bearer(&self) -> Option<Token> {
        let line = self.headers.get(AUTHORIZATION)?.to_str().ok()?;
        let token = line.strip_prefix("Bearer ")?;
        Some(Token(token.trim().to_owned()))
    }

    /// What forms prove themselves by before anyone has signed in: as the browser holds it, else a new one.
    fn before(&self, app: &App) -> (Option<Token>, bool) {
        let held = self
            .cookies
            .get(cookies::before_name(app.settings.is_secure()));
        let held =
            held.filter(|held| held.len() == 64 && held.bytes().all(|b| b.is_ascii_hexdigit()));
        match held {
            Some(held) => (Some(Token(held.to_owned())), false),
            None => (Token::new(), true),
        }
    }

    /// Whether the page has a form for those who aren't signed in.
    fn begins(&self) -> bool {
        self.path.starts_with("/sign-in") || self.path.starts_with("/welcome/")
    }

    /// Whether it is a page of those who rate: they get no cookie.
    fn is_rater(&self) -> bool {
        let path = self.path.as_str();
        path == "/r" || path.starts_with("/r/") || path.starts_with("/rate/")
    }

    fn is_api(&self) -> bool {
        self.path.starts_with("/api/v1/")
    }
}

/// The pairs of a query or an urlencoded form.
fn pairs(bytes: &[u8]) -> Vec<(String, String)> {
    serde_urlencoded::from_bytes(bytes).unwrap_or_default()
}

/// Who asks, found from a request.
struct Caller {
    who: Who,
    csrf: String,
    standing: Standing,
    lang: rulebook::Lang,
    flash: Option<String>,
    /// Whether a cookie says who it is, so that forms have to prove where they come from.
    by_cookie: bool,
    /// What is given to a browser to prove itself by before it signs in.
    before: Option<Token>,
    /// What is shown this once.
    told: Option<Fields>,
}

fn caller(app: &App, parts: &Parts) -> Caller {
    let token = parts.token(app);
    let api = parts.bearer().map(|bearer| {
        let found = app.accounts.token(&bearer, app.now());
        found.unwrap_or_else(|error| {
            tracing::error!(%error, "tokens can't be read");
            None
        })
    });
    let session = token.as_ref().and_then(|token| {
        app.accounts
            .session(token, app.now())
            .unwrap_or_else(|error| {
                tracing::error!(%error, "sessions can't be read");
                None
            })
    });
    let state = app.host.read();
    // A token that doesn't hold makes nobody, whatever the cookies say.
    let by_cookie = api.is_none();
    let api = api.flatten();
    let person = match (&api, session) {
        (Some(api), _) => Some(api.person.clone()),
        (None, session) => session.filter(|_| by_cookie).map(|session| session.person),
    };
    let who = person.map_or(Who::Nobody, Who::Person);
    let mut standing = Standing::of(&state, &who, app.today(&state));
    standing.scopes = api.map(|api| std::iter::once(api.scope).collect());
    // Someone who has left has no more rights than anyone.
    let who = if standing.signed_in { who } else { Who::Nobody };
    let accepted = parts
        .headers
        .get(ACCEPT_LANGUAGE)
        .and_then(|line| line.to_str().ok());
    let by_cookie = by_cookie && who != Who::Nobody;
    let (before, is_new) = parts.before(app);
    let proof = if by_cookie { token } else { before.clone() };
    Caller {
        by_cookie,
        csrf: proof.map(|token| token.csrf()).unwrap_or_default(),
        before: before.filter(|_| is_new && !by_cookie && parts.begins()),
        told: None,
        lang: page::language(&parts.at, parts.cookies.get(cookies::LANG_COOKIE), accepted),
        flash: parts.cookies.get(cookies::FLASH_COOKIE).map(str::to_owned),
        who,
        standing,
    }
}

/// Looks at the state, for as long as `look` takes.
fn looking<T>(
    app: &App,
    parts: &Parts,
    caller: &Caller,
    kept: Option<&Kept>,
    look: impl FnOnce(&Asked<'_>) -> T,
) -> T {
    let state = app.host.read();
    look(&Asked {
        app,
        state: &state,
        today: app.today(&state),
        who: &caller.who,
        standing: &caller.standing,
        words: app.words.of(caller.lang),
        path: &parts.path,
        query: &parts.at.query,
        from: parts.from,
        csrf: &caller.csrf,
        kept,
        told: caller.told.as_ref(),
        flash: caller.flash.as_deref(),
    })
}

/// That whoever asks may do what a route asks, to what its path names.
fn allowed(asked: &Asked<'_>, at: &At, verb: Verb) -> Result<(), Problem> {
    let of = Resource::find(asked.state, at, asked.today)?;
    if asked
        .app
        .rights
        .allow(asked.state, asked.standing, verb, &of)
    {
        return Ok(());
    }
    if !asked.standing.signed_in && matches!(verb, Verb::SeeAccount | Verb::TakePart) {
        return Err(Problem::sign_in());
    }
    // What may not be seen doesn't exist.
    Err(Problem::not_found())
}

async fn answer(app: &Arc<App>, route: &Route, parts: Parts, request: Request) -> Response {
    let caller = caller(app, &parts);
    let may = looking(app, &parts, &caller, None, |asked| {
        allowed(asked, &parts.at, route.verb)
    });
    let may = may.and_then(|()| within_scope(&caller, route));
    let answered = match (may, route.does) {
        (Err(problem), _) => Err(problem),
        (Ok(()), Does::Show(show)) => shown(app, &parts, &caller, None, show),
        (Ok(()), Does::Act(act, page)) => {
            return acted(app, parts, caller, request, (act, page)).await;
        }
        (Ok(()), Does::Own(own, page)) => {
            return owned(app, parts, caller, request, (own, page)).await;
        }
        (Ok(()), Does::Order(order)) => ordered(app, &parts, &caller, request, order).await,
    };
    respond(app, &parts, &caller, answered)
}

/// That a token does no more than it was made for; accounts are never changed by one.
fn within_scope(caller: &Caller, route: &Route) -> Result<(), Problem> {
    let Some(scopes) = &caller.standing.scopes else {
        return Ok(());
    };
    let reads = route.method == axum::http::Method::GET;
    let acts = scopes.contains("write") || scopes.contains("import");
    if (reads || acts) && !matches!(route.does, Does::Own(..)) {
        return Ok(());
    }
    Err(crate::rights::out_of_scope())
}

/// A form about accounts.
async fn owned(
    app: &Arc<App>,
    parts: Parts,
    mut caller: Caller,
    request: Request,
    (own, page): (Own, Show),
) -> Response {
    let fields = match fields(app, request).await {
        Ok(fields) => fields,
        Err(problem) => return respond(app, &parts, &caller, Err(problem)),
    };
    let (session, who, at) = (parts.token(app), caller.who.clone(), parts.at.clone());
    let (shared, sent, from) = (Arc::clone(app), fields.clone(), parts.from);
    let work = move || {
        own(&Mine {
            app: &shared,
            who: &who,
            from,
            session,
            at: &at,
            fields: &sent,
        })
    };
    let done = match proven_before(&caller, fields.get("csrf")) {
        Ok(()) => tokio::task::spawn_blocking(work)
            .await
            .unwrap_or_else(|_| Err(Problem::broken())),
        Err(problem) => Err(problem),
    };
    match done {
        Ok(Owned::See(then, done)) => {
            let mut response = respond(app, &parts, &caller, Ok(Reply::See(then.to_owned())));
            let flash = cookies::set(cookies::FLASH_COOKIE, done, 60, app.settings.is_secure());
            add_header(&mut response, SET_COOKIE, &flash);
            response
        }
        Ok(Owned::In(token, then)) => entered(app, &token, &then),
        Ok(Owned::Json(value)) => respond(app, &parts, &caller, Ok(Reply::Json(value))),
        Ok(Owned::Away(away)) => {
            let page = looking(app, &parts, &caller, None, |asked| {
                crate::identity::away(asked, &away)
            });
            let mut response = respond(app, &parts, &caller, page);
            let secure = app.settings.is_secure();
            let held = cookies::set(cookies::away_name(secure), &away.token.0, 600, secure);
            add_header(&mut response, SET_COOKIE, &held);
            response
        }
        Ok(Owned::Told(told)) => {
            caller.told = Some(told);
            let page = shown(app, &parts, &caller, None, page);
            respond(app, &parts, &caller, page)
        }
        Err(problem) => again(app, &parts, &caller, Kept { fields, problem }, page),
    }
}

fn shown(app: &App, parts: &Parts, caller: &Caller, kept: Option<&Kept>, show: Show) -> Answer {
    looking(app, parts, caller, kept, |asked| show(asked, &parts.at))
}

/// A form that was sent. Where it can't be taken its page is shown again, with what was filled in and what is wrong.
async fn acted(
    app: &App,
    parts: Parts,
    caller: Caller,
    request: Request,
    (act, page): (Act, Show),
) -> Response {
    let fields = match fields(app, request).await {
        Ok(fields) => fields,
        Err(problem) => return respond(app, &parts, &caller, Err(problem)),
    };
    match done(app, &parts, &caller, &fields, act).await {
        Ok((then, done)) => {
            let mut response = respond(app, &parts, &caller, Ok(Reply::See(then)));
            if !done.is_empty() {
                let flash = cookies::set(cookies::FLASH_COOKIE, done, 60, app.settings.is_secure());
                add_header(&mut response, SET_COOKIE, &flash);
            }
            response
        }
        Err(problem) => again(app, &parts, &caller, Kept { fields, problem }, page),
    }
}

async fn done(
    app: &App,
    parts: &Parts,
    caller: &Caller,
    fields: &Fields,
    act: Act,
) -> Result<(String, &'static str), Problem> {
    proven(caller, fields.get("csrf"))?;
    let plan = looking(app, parts, caller, None, |asked| {
        act(asked, &parts.at, fields)
    })?;
    let told = (plan.then.clone(), plan.done);
    let plan = plan.keyed(act::form_key(&parts.path, fields));
    let sent = act::send(app, &caller.who, &caller.standing, plan).await;
    sent.map_err(|problem| problem.at_field(fields))?;
    Ok(told)
}

/// That a form is of a page of this session.
fn proven(caller: &Caller, csrf: &str) -> Result<(), Problem> {
    let same: bool = csrf.as_bytes().ct_eq(caller.csrf.as_bytes()).into();
    if caller.by_cookie && !same {
        return Err(Problem::stale_form());
    }
    Ok(())
}

async fn ordered(
    app: &App,
    parts: &Parts,
    caller: &Caller,
    request: Request,
    order: Order,
) -> Answer {
    let csrf = parts
        .headers
        .get("x-csrf-token")
        .and_then(|value| value.to_str().ok());
    proven(caller, csrf.unwrap_or_default())?;
    let bytes = in_time(app, async {
        let bytes = Bytes::from_request(request, &()).await;
        bytes.map_err(|error| unread(error.status()))
    })
    .await?;
    let body =
        serde_json::from_slice(&bytes).map_err(|error| Problem::unreadable(&error.to_string()))?;
    let plan = looking(app, parts, caller, None, |asked| {
        order(asked, &parts.at, body)
    })?;
    let plan = plan.keyed(idempotency(&parts.headers)?);
    // Who rates isn't told what came of it.
    let unnamed = plan.unnamed;
    let receipt = act::send(app, &caller.who, &caller.standing, plan).await?;
    let taken = match unnamed {
        true => Taken::bare(&receipt.entries),
        false => Taken::of(app, receipt.entries),
    };
    Reply::json(&taken)
}

/// The key that an order brings.
fn idempotency(headers: &HeaderMap) -> Result<Option<campaign::CommandId>, Problem> {
    let Some(key) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let mut bytes = [0; 16];
    match hex::decode_to_slice(key, &mut bytes) {
        Ok(()) => Ok(Some(campaign::CommandId(bytes))),
        Err(error) => Err(Problem::unreadable(&format!("Idempotency-Key: {error}"))),
    }
}

/// What is read of a request's body, if it arrives in time.
async fn in_time<T>(
    app: &App,
    reading: impl Future<Output = Result<T, Problem>>,
) -> Result<T, Problem> {
    let read = tokio::time::timeout(app.settings.body, reading).await;
    read.unwrap_or_else(|_| Err(too_slow()))
}

fn too_slow() -> Problem {
    Problem::new(
        StatusCode::REQUEST_TIMEOUT,
        "too-slow",
        rulebook::say!(
            "内容没有及时发完。",
            "What was sent took too long to arrive."
        ),
        rulebook::say!(
            "请检查网络后再发一次。",
            "Look at your connection and send it once more."
        ),
    )
}

/// The fields of a form, urlencoded or multipart.
async fn fields(app: &App, request: Request) -> Result<Fields, Problem> {
    in_time(app, fields_of(request)).await
}

async fn fields_of(request: Request) -> Result<Fields, Problem> {
    let kind = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    if !kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
        let bytes = Bytes::from_request(request, &()).await;
        let bytes = bytes.map_err(|error| unread(error.status()))?;
        return Ok(Fields::of(pairs(&bytes)));
    }
    let unreadable = |error: axum::extract::multipart::MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ => Problem::unreadable(&error.to_string()),
    };
    let multipart = Multipart::from_request(request, &()).await;
    let mut multipart = multipart.map_err(|error| Problem::unreadable(&error.to_string()))?;
    let mut fields = Fields::default();
    while let Some(field) = multipart.next_field().await.map_err(unreadable)? {
        let name = field.name().unwrap_or_default().to_owned();
        match field.file_name().map(str::to_owned) {
            Some(file) => {
                let content = field.bytes().await.map_err(unreadable)?.to_vec();
                fields.add_file(
                    &name,
                    Upload {
                        name: file,
                        content,
                    },
                );
            }
            None => fields.add(&name, field.text().await.map_err(unreadable)?),
        }
    }
    Ok(fields)
}

/// Why a body couldn't be read: it is too large, or what was to come never came.
fn unread(status: StatusCode) -> Problem {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ => too_slow(),
    }
}

fn too_large() -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too-large",
        rulebook::say!("发来的内容太大。", "What was sent is too large."),
        rulebook::say!("至多 8 MB;请减小后再发。", "Send 8 MB at most."),
    )
}

fn respond(app: &App, parts: &Parts, caller: &Caller, answered: Answer) -> Response {
    let mut response = match answered {
        Ok(reply) => replied(reply),
        Err(problem) => refused(app, parts, caller, &problem),
    };
    if caller.flash.is_some() && response.status() != StatusCode::SEE_OTHER {
        let gone = cookies::set(cookies::FLASH_COOKIE, "", 0, app.settings.is_secure());
        add_header(&mut response, SET_COOKIE, &gone);
    }
    if let Some(before) = &caller.before {
        let secure = app.settings.is_secure();
        let before = cookies::set(cookies::before_name(secure), &before.0, 7_200, secure);
        add_header(&mut response, SET_COOKIE, &before);
    }
    let chosen = parts.at.query.get("lang");
    if matches!(chosen, "zh" | "en") && !parts.is_rater() {
        let chosen = cookies::set(
            cookies::LANG_COOKIE,
            chosen,
            31_536_000,
            app.settings.is_secure(),
        );
        add_header(&mut response, SET_COOKIE, &chosen);
    }
    response
}

fn replied(reply: Reply) -> Response {
    let status = reply.status();
    let mut response = match reply {
        Reply::Html(html) => axum::response::Html(html).into_response(),
        Reply::Json(value) => axum::Json(value).into_response(),
        Reply::See(path) => {
            let mut response = Body::empty().into_response();
            add_header(&mut response, LOCATION, &path);
            response
        }
        Reply::File(file) => {
            let mut response = file.content.into_response();
            add_header(&mut response, CONTENT_TYPE, file.media_type);
            if let Some(name) = file.name {
                let safe: String = name
                    .chars()
                    .filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c))
                    .collect();
                add_header(
                    &mut response,
                    CONTENT_DISPOSITION,
                    &format!("attachment; filename=\"{safe}\""),
                );
            }
            response
        }
    };
    *response.status_mut() = status;
    response
}

fn refused(app: &App, parts: &Parts, caller: &Caller, problem: &Problem) -> Response {
    if problem.status == StatusCode::UNAUTHORIZED && !parts.is_api() {
        let then = serde_urlencoded::to_string([("then", &parts.path)]).unwrap_or_default();
        return replied(Reply::See(format!("/sign-in?{then}")));
    }
    let mut response = if parts.is_api() {
        let mut response = axum::Json(problem.to_json(caller.lang)).into_response();
        add_header(&mut response, CONTENT_TYPE, "application/problem+json");
        add_header(
            &mut response,
            CONTENT_LANGUAGE,
            caller.lang.pick("zh-CN", "en"),
        );
        response
    } else {
        let page = looking(app, parts, caller, None, |asked| {
            page::problem(asked, problem)
        });
        page.map_or_else(|_| Body::empty().into_response(), replied)
    };
    *response.status_mut() = problem.status;
    if let Some(seconds) = problem.retry_after {
        add_header(&mut response, RETRY_AFTER, &seconds.to_string());
    }
    response
}

/// Sets a header; a value that can't stand in one is left out.
fn add_header(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        if name == SET_COOKIE {
            response.headers_mut().append(name, value);
        } else {
            response.headers_mut().insert(name, value);
        }
    }
}

async fn missing(Shared(app): Shared<Arc<App>>, parts: Parts) -> Response {
    let caller = caller(&app, &parts);
    respond(&app, &parts, &caller, Err(Problem::not_found()))
}

/// The page that an address to which forms are sent belongs to: it is shown where that address is opened.
fn page_of(app: &App, path: &str) -> Option<String> {
    let fits = |route: &Route, page: &str| {
        let (mut parts, mut given) = (route.path.split('/'), page.split('/'));
        loop {
            match (parts.next(), given.next()) {
                (None, None) => return true,
                (Some(part), Some(given)) if part == given || part.starts_with('{') => {}
                _ => return false,
            }
        }
    };
    let mut pages = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
    let shows = |page: &&str| {
        let mut routes = app.table.iter();
        let shown = |route: &Route| route.method == axum::http::Method::GET && fits(route, page);
        !page.is_empty() && routes.any(shown)
    };
    pages.rfind(shows).map(str::to_owned)
}

async fn wrong_method(
    Shared(app): Shared<Arc<App>>,
    method: axum::http::Method,
    parts: Parts,
) -> Response {
    let caller = caller(&app, &parts);
    let page = page_of(&app, &parts.path).filter(|_| method.is_safe() && !parts.is_api());
    if let Some(page) = page {
        let lang = parts.at.query.get("lang");
        let to = match lang {
            "zh" | "en" => format!("{page}?lang={lang}"),
            _ => page,
        };
        return respond(&app, &parts, &caller, Ok(Reply::See(to)));
    }
    let problem = Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "wrong-method",
        rulebook::say!("这个网址不这样用。", "This address isn't used like that."),
        rulebook::say!(
            "应答的 Allow 一行写明可用的方法。",
            "The answer's `Allow` names the methods it takes."
        ),
    );
    respond(&app, &parts, &caller, Err(problem))
}

async fn asset(
    Shared(app): Shared<Arc<App>>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(asset) = app.assets.get(&file) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let accepts = headers
        .get(axum::http::header::ACCEPT_ENCODING)
        .and_then(|line| line.to_str().ok());
    let zipped = accepts.is_some_and(|line| line.contains("gzip")) && !asset.gzip.is_empty();
    let content = if zipped {
        asset.gzip.clone()
    } else {
        asset.content.to_vec()
    };
    let mut response = content.into_response();
    add_header(&mut response, CONTENT_TYPE, asset.media_type);
    add_header(
        &mut response,
        CACHE_CONTROL,
        "public, max-age=31536000, immutable",
    );
    add_header(&mut response, ETAG, &format!("\"{file}\""));
    if zipped {
        add_header(&mut response, axum::http::header::CONTENT_ENCODING, "gzip");
    }
    response
}

async fn sign_in(Shared(app): Shared<Arc<App>>, parts: Parts, request: Request) -> Response {
    let caller = caller(&app, &parts);
    let fields = match fields(&app, request).await {
        Ok(fields) => fields,
        Err(problem) => return respond(&app, &parts, &caller, Err(problem)),
    };
    match signed_in(&app, &parts, &caller, &fields).await {
        Ok(token) => entered(&app, &token, fields.get("then")),
        Err(problem) => {
            let page = crate::identity::pages::sign_in;
            again(&app, &parts, &caller, Kept { fields, problem }, page)
        }
    }
}

/// The answer to someone who has just signed in.
fn entered(app: &App, token: &Token, then: &str) -> Response {
    let mut response = replied(Reply::See(own_path(then).to_owned()));
    let secure = app.settings.is_secure();
    let cookie = cookies::set(cookies::session_name(secure), &token.0, 7 * 86_400, secure);
    add_header(&mut response, SET_COOKIE, &cookie);
    let before = cookies::set(cookies::before_name(secure), "", 0, secure);
    add_header(&mut response, SET_COOKIE, &before);
    response
}

/// A path of this site; the first page for anything else.
pub(crate) fn own_path(then: &str) -> &str {
    let own = then.starts_with('/') && !then.starts_with("//");
    let odd = |c: char| c == '\\' || c.is_control();
    if own && !then.contains(odd) {
        then
    } else {
        "/"
    }
}

/// Who knows the password gets a session of its own; the one before ends.
async fn signed_in(
    app: &Arc<App>,
    parts: &Parts,
    caller: &Caller,
    fields: &Fields,
) -> Result<Token, Problem> {
    proven_before(caller, fields.get("csrf"))?;
    let (login, password) = (
        fields.get("login").to_owned(),
        fields.get("password").to_owned(),
    );
    let code = fields.get("code").to_owned();
    let old = parts.token(app);
    let counted = [
        Counted::Address(parts.from.map(from::counted).unwrap_or_default()),
        Counted::Login(login.to_lowercase()),
    ];
    let network = parts.from.map(from::network).unwrap_or_default();
    let app = Arc::clone(app);
    let work = move || -> Result<Token, Problem> {
        let (accounts, now) = (&app.accounts, app.now());
        let broken = |error: AccountsError| {
            tracing::error!(%error, "nobody can sign in");
            Problem::broken()
        };
        if let Some(seconds) = accounts.try_once(&counted, now).map_err(broken)? {
            tracing::warn!(target: "security", network, "signing in has to wait");
            return Err(Problem::too_many(seconds));
        }
        let signed = accounts.sign_in(&login, &password, &code, now);
        let Some(token) = signed.map_err(broken)? else {
            tracing::warn!(target: "security", network, "signing in failed");
            return Err(wrong_password());
        };
        tracing::info!(target: "security", network, "signed in");
        accounts.forgive(&counted).map_err(broken)?;
        if let Some(old) = old {
            accounts.sign_out(&old).map_err(broken)?;
        }
        Ok(token)
    };
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| Problem::broken())?
}

fn wrong_password() -> Problem {
    let mut problem = Problem::fields();
    problem.wrong(
        "login",
        rulebook::say!(
            "登录名、密码或验证码不对。",
            "Login name, password or code is wrong."
        ),
    );
    problem
}

/// That a form is of a page that this browser was given, signed in or not.
fn proven_before(caller: &Caller, csrf: &str) -> Result<(), Problem> {
    let same: bool = csrf.as_bytes().ct_eq(caller.csrf.as_bytes()).into();
    if same && !csrf.is_empty() {
        return Ok(());
    }
    Err(Problem::stale_form())
}

/// Shows a form's page again, with what was filled in and what is wrong.
fn again(app: &App, parts: &Parts, caller: &Caller, kept: Kept, page: Show) -> Response {
    let (status, retry) = (kept.problem.status, kept.problem.retry_after);
    let mut response = match shown(app, parts, caller, Some(&kept), page) {
        Ok(reply) => respond(app, parts, caller, Ok(reply)),
        Err(_) => respond(app, parts, caller, Err(kept.problem)),
    };
    *response.status_mut() = status;
    if let Some(seconds) = retry {
        add_header(&mut response, RETRY_AFTER, &seconds.to_string());
    }
    response
}

async fn sign_out(Shared(app): Shared<Arc<App>>, parts: Parts, request: Request) -> Response {
    let caller = caller(&app, &parts);
    let fields = fields(&app, request).await.unwrap_or_default();
    if let Err(problem) = proven(&caller, fields.get("csrf")) {
        return respond(&app, &parts, &caller, Err(problem));
    }
    if let Some(Err(error)) = parts.token(&app).map(|token| app.accounts.sign_out(&token)) {
        tracing::error!(%error, "a session can't be ended");
    }
    let mut response = replied(Reply::See("/".to_owned()));
    let secure = app.settings.is_secure();
    let cookie = cookies::set(cookies::session_name(secure), "", 0, secure);
    add_header(&mut response, SET_COOKIE, &cookie);
    response
}

/// What every answer says to browsers: nothing from elsewhere, no frames, no sniffing.
async fn safe_headers(mut response: Response) -> Response {
    const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; \
        connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        (
            "permissions-policy",
            "geolocation=(), camera=(), microphone=()",
        ),
    ] {
        response.headers_mut().insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    if !response.headers().contains_key(CACHE_CONTROL) {
        response
            .headers_mut()
            .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}
