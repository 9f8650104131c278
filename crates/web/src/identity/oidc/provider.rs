//! The provider: found out about once an hour, asked for no more than who someone is.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use campaign::Time;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdToken, CoreIdTokenClaims,
    CoreIdTokenVerifier, CoreJwsSigningAlgorithm as Alg, CoreProviderMetadata, CoreTokenResponse,
};
use openidconnect::{
    AccessTokenHash, AuthType, AuthenticationContextClass, AuthorizationCode,
    ClaimsVerificationError, ClientId, ClientSecret, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    HttpRequest, HttpResponse, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge,
    RedirectUrl, RequestTokenError, TokenResponse, http,
};

use super::config::{Config, is_private};
use super::failed::{Failed, Why, is_unknown_key};
use super::flows::{Flow, Flows, Purpose, state};
use super::{RETURN, Subject};
use crate::identity::Token;
use crate::outgoing;
use crate::problem::Problem;

/// How long the provider may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// For how long what it says about itself is taken, in seconds.
const FRESH: i64 = 3_600;
/// For how long it isn't asked again after it didn't answer, in seconds.
const PAUSE: i64 = 10;
/// How much it may answer, in bytes.
const MOST: usize = 1 << 20;
/// By what its word may be signed: never by a secret that both hold, and never by nothing.
const SIGNED_BY: [Alg; 9] = [
    Alg::RsaSsaPkcs1V15Sha256,
    Alg::RsaSsaPkcs1V15Sha384,
    Alg::RsaSsaPkcs1V15Sha512,
    Alg::RsaSsaPssSha256,
    Alg::RsaSsaPssSha384,
    Alg::RsaSsaPssSha512,
    Alg::EcdsaP256Sha256,
    Alg::EcdsaP384Sha384,
    Alg::EdDsa,
];

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Where a browser is sent, and what it has to come back with.
#[derive(Clone)]
pub struct Away {
    /// The provider's address, with the request.
    pub to: String,
    /// What goes into the browser's cookie.
    pub token: Token,
}

impl fmt::Debug for Away {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Away")
    }
}

/// What is known of the provider.
#[derive(Default)]
struct Known {
    metadata: Option<(Arc<CoreProviderMetadata>, Time)>,
    silent: Option<Time>,
}

/// A provider.
pub struct Provider {
    /// What the operator says of it.
    pub config: Config,
    http: reqwest::Client,
    known: Mutex<Known>,
    flows: Flows,
}

/// Why a request of ours has no answer.
#[derive(Debug)]
enum NoAnswer {
    Http(reqwest::Error),
    Form(http::Error),
    Private,
    TooLong,
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(error) => error.fmt(f),
            Self::Form(error) => error.fmt(f),
            Self::Private => f.write_str("an address of it is neither https nor on this machine"),
            Self::TooLong => f.write_str("the answer is too long"),
        }
    }
}

impl std::error::Error for NoAnswer {}

async fn ask(http: reqwest::Client, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
    let request = reqwest::Request::try_from(request).map_err(NoAnswer::Http)?;
    if !is_private(request.url()) {
        return Err(NoAnswer::Private);
    }
    let without_url = |error: reqwest::Error| NoAnswer::Http(error.without_url());
    let mut answer = http.execute(request).await.map_err(without_url)?;
    let mut response = http::Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        response = response.header(name, value);
    }
    let mut body = Vec::new();
    while let Some(more) = answer.chunk().await.map_err(without_url)? {
        body.extend_from_slice(&more);
        if body.len() > MOST {
            return Err(NoAnswer::TooLong);
        }
    }
    response.body(body).map_err(NoAnswer::Form)
}

impl Provider {
    /// Makes ready; nothing is asked yet.
    ///
    /// # Errors
    /// When no requests can be made at all.
    pub fn new(config: Config) -> reqwest::Result<Self> {
        Ok(Self {
            config,
            http: outgoing::client(PATIENCE)?,
            known: Mutex::default(),
            flows: Flows::default(),
        })
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the provider says about itself: known since at most `fresh` seconds, else asked for.
    async fn metadata(&self, fresh: i64, now: Time) -> Result<Arc<CoreProviderMetadata>, Failed> {
        {
            let known = self.known();
            if let Some((metadata, at)) = &known.metadata
                && now.0 - at.0 < fresh
            {
                return Ok(Arc::clone(metadata));
            }
            if known.silent.is_some_and(|since| now.0 - since.0 < PAUSE) {
                return Err(Failed::Unreachable("it is silent".to_owned()));
            }
        }
        let issuer = IssuerUrl::new(self.config.issuer.clone())
            .map_err(|error| Failed::Unreachable(error.to_string()))?;
        let http = |request: HttpRequest| ask(self.http.clone(), request);
        match CoreProviderMetadata::discover_async(issuer, &http).await {
            Ok(found) => {
                let found = Arc::new(found);
                let mut known = self.known();
                known.metadata = Some((Arc::clone(&found), now));
                known.silent = None;
                Ok(found)
            }
            Err(error) => {
                tracing::warn!(target: "security", error = %chain(&error), "the provider of single sign-on says nothing about itself");
                self.known().silent = Some(now);
                Err(Failed::Unreachable(error.to_string()))
            }
        }
    }

    fn client(&self, metadata: &CoreProviderMetadata, base: &str) -> Result<Client, Failed> {
        let back = RedirectUrl::new(format!("{base}{RETURN}"))
            .map_err(|error| Failed::Unreachable(error.to_string()))?;
        let secret = self.config.client_secret.clone().map(ClientSecret::new);
        let id = ClientId::new(self.config.client_id.clone());
        let client = CoreClient::from_provider_metadata(metadata.clone(), id, secret);
        let ways = metadata.token_endpoint_auth_methods_supported();
        let in_body = ways.is_some_and(|ways| {
            ways.contains(&CoreClientAuthMethod::ClientSecretPost)
                && !ways.contains(&CoreClientAuthMethod::ClientSecretBasic)
        });
        let way = match in_body {
            true => AuthType::RequestBody,
            false => AuthType::BasicAuth,
        };
        Ok(client.set_redirect_uri(back).set_auth_type(way))
    }

    /// Begins: where the browser is sent.
    ///
    /// # Errors
    /// [`Failed::Unreachable`] and [`Failed::Exhausted`].
    pub async fn begin(&self, base: &str, purpose: Purpose, now: Time) -> Result<Away, Failed> {
        let metadata = self.metadata(FRESH, now).await?;
        let client = self.client(&metadata, base)?;
        let token = Token::new().ok_or(Failed::Exhausted)?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let sent = state(&token);
        let request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                || sent,
                Nonce::new_random,
            )
            .set_pkce_challenge(challenge);
        let wanted = self.config.acr.iter().cloned();
        let request = wanted
            .map(AuthenticationContextClass::new)
            .fold(request, |request, acr| request.add_auth_context_value(acr));
        let (to, _, nonce) = request.url();
        self.flows.keep(&token, purpose, (nonce, verifier), now);
        Ok(Away {
            to: to.to_string(),
            token,
        })
    }

    /// The sign-on that a browser comes back from.
    ///
    /// # Errors
    /// [`Failed::Stale`] when it isn't the one it was sent on.
    pub fn back(&self, token: Option<&Token>, state: &str, now: Time) -> Result<Flow, Failed> {
        let flow = token.and_then(|token| self.flows.take(token, state, now));
        flow.ok_or(Failed::Stale)
    }

    /// Exchanges the code that a browser came back with, and says whose it is, once everything about it holds.
    ///
    /// # Errors
    /// [`Failed`].
    pub async fn subject(
        &self,
        (flow, code): (Flow, &str),
        base: &str,
        now: Time,
    ) -> Result<(Subject, Purpose), Failed> {
        let Flow {
            purpose,
            nonce,
            verifier,
            ..
        } = flow;
        let metadata = self.metadata(FRESH, now).await?;
        let client = self.client(&metadata, base)?;
        let http = |request: HttpRequest| ask(self.http.clone(), request);
        let exchange = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|error| Failed::Unreachable(error.to_string()))?
            .set_pkce_verifier(verifier);
        let answer = exchange.request_async(&http).await.map_err(no_token)?;
        let verified = self.verified(&client, &answer, &nonce, now);
        let claims = match verified {
            Err(error) if is_unknown_key(&error) => {
                let metadata = self.metadata(0, now).await?;
                let client = self.client(&metadata, base)?;
                self.verified(&client, &answer, &nonce, now)
            }
            verified => verified,
        };
        let claims = claims.map_err(|error| {
            tracing::warn!(target: "security", %error, "the provider's word doesn't hold");
            Failed::Unproven(Why::from(&error))
        })?;
        let subject = Subject {
            issuer: claims.issuer().to_string(),
            sub: claims.subject().to_string(),
        };
        Ok((subject, purpose))
    }

    /// What the provider says of someone, if it says so to us, now, in answer to this request, signed by its key.
    fn verified(
        &self,
        client: &Client,
        answer: &CoreTokenResponse,
        nonce: &Nonce,
        now: Time,
    ) -> Result<CoreIdTokenClaims, ClaimsVerificationError> {
        let other = |text: &str| ClaimsVerificationError::Other(text.to_owned());
        let said: &CoreIdToken = answer.id_token().ok_or_else(|| other("no ID token"))?;
        let seconds = u64::try_from(now.0).unwrap_or(0);
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let verifier: CoreIdTokenVerifier<'_> = client
            .id_token_verifier()
            .set_allowed_algs(SIGNED_BY)
            .set_time_fn(move || time.into());
        let wanted = &self.config.acr;
        let strong = move |acr: Option<&AuthenticationContextClass>| {
            let fits =
                wanted.is_empty() || acr.is_some_and(|acr| wanted.iter().any(|one| one == &**acr));
            fits.then_some(()).ok_or_else(|| "too weak".to_owned())
        };
        let verifier = verifier.set_auth_context_verifier_fn(strong);
        let claims = said.claims(&verifier, nonce)?;
        if let Some(expected) = claims.access_token_hash() {
            let (alg, key) = (said.signing_alg(), said.signing_key(&verifier));
            let (Ok(alg), Ok(key)) = (alg, key) else {
                return Err(other("nothing says how it is signed"));
            };
            let hash = AccessTokenHash::from_token(answer.access_token(), alg, key);
            if hash.ok().as_ref() != Some(expected) {
                return Err(other("the access token is another"));
            }
        }
        Ok(claims.clone())
    }
}

/// Why there is no token. What the provider answered may hold one, so none of it is written down but its code.
fn no_token<T>(error: RequestTokenError<NoAnswer, T>) -> Failed
where
    T: openidconnect::ErrorResponse + fmt::Display + 'static,
{
    match error {
        RequestTokenError::ServerResponse(refusal) => {
            let text = refusal.to_string();
            let code = text.split([':', ' ']).next().unwrap_or_default();
            tracing::warn!(target: "security", code, "the provider gives no token");
            Failed::refused(code)
        }
        RequestTokenError::Request(error) => {
            tracing::warn!(target: "security", %error, "the provider gives no token");
            Failed::Unreachable(error.to_string())
        }
        _ => {
            tracing::warn!(target: "security", "the provider's answer can't be read");
            Failed::Unreachable("its answer can't be read".to_owned())
        }
    }
}

/// An error with what it comes from.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

impl Away {
    /// Begins a sign-on, from where nothing may wait but this.
    ///
    /// # Errors
    /// As [`Provider::begin`]; that there is no provider.
    pub fn begin(app: &crate::App, purpose: Purpose) -> Result<Self, Problem> {
        let provider = app.sign_on.as_ref().ok_or_else(Problem::not_found)?;
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| Problem::broken())?;
        let began = runtime.block_on(provider.begin(&app.settings.base, purpose, app.now()));
        began.map_err(Problem::from)
    }
}
