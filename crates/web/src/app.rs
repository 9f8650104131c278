//! What every request shares.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use campaign::{Date, State, Time};
use host::Host;

use crate::assets::Assets;
use crate::identity::Accounts;
use crate::recent::Recent;
use crate::rights::Rights;
use crate::routes::Table;
use crate::vault::Texts;
use crate::watch::Watch;
use crate::words::Catalogue;

/// How a server presents itself.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The address people reach it at, such as `https://merit.example.org`; links in QR codes, mail and feeds begin with it.
    pub base: String,
    /// What makes this a demonstration: a banner says so, and the sign-in page lists the demo accounts.
    pub demo: Option<Demo>,
    /// How often the campaign is told that time has passed; never, where another program does so.
    pub tick: Option<Duration>,
    /// For how long a request's head may take to arrive.
    pub head: Duration,
    /// Proxies before this server that say in `X-Forwarded-For` whom they ask for; what anyone else says there isn't read.
    pub proxies: Vec<IpAddr>,
    /// What notices are sent by; none are sent where it is absent.
    pub notices: Option<crate::notices::Config>,
    /// Who people can sign in with besides; nobody where it is absent.
    pub sign_on: Option<crate::identity::oidc::Config>,
    /// For how long a request's body may take to arrive, however steadily it trickles.
    pub body: Duration,
    /// How many connections are open at once at most; others wait.
    pub connections: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base: String::new(),
            demo: None,
            tick: Some(Duration::from_secs(30)),
            head: Duration::from_secs(10),
            proxies: Vec::new(),
            notices: None,
            sign_on: None,
            body: Duration::from_secs(300),
            connections: 10_000,
        }
    }
}

/// A demonstration: accounts anyone may use.
#[derive(Clone, Debug, Default)]
pub struct Demo {
    /// Login name, password, and what the account is for.
    pub accounts: Vec<(String, String, rulebook::Say)>,
}

impl Settings {
    /// Whether browsers reach the server over TLS: cookies are then sent over TLS alone.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.base.starts_with("https://")
    }
}

/// A campaign with everything its pages need.
pub struct App {
    /// The running campaign.
    pub host: Host,
    /// Tells the time.
    pub clock: host::Clock,
    /// Who has an account.
    pub accounts: Accounts,
    /// Single sign-on.
    pub sign_on: Option<crate::identity::oidc::Provider>,
    /// Passkeys, where browsers have any for the address.
    pub passkeys: Option<crate::identity::passkeys::Passkeys>,
    /// Who may do what.
    pub rights: Rights,
    /// The words of the pages.
    pub words: Catalogue,
    /// Texts of the vault, those read lately at hand.
    pub texts: Texts,
    /// Style sheets, scripts, pictures.
    pub assets: Assets,
    /// How it presents itself.
    pub settings: Settings,
    /// Boards of the office that were put together lately.
    pub boards: crate::pages::office::Boards,
    /// What was found lately that is rarely so by chance.
    pub flags: crate::pages::office::Flags,
    /// Classes scored again lately, for their points to be explained.
    pub rescored: crate::pages::public::Rescored,
    /// What the policies answered lately, for auditors.
    pub matrices: crate::pages::audit::Matrices,
    /// How often codes were guessed, and from where.
    pub limits: crate::pages::rating::Limits,
    /// All routes, for the matrix of rights and the API's document.
    pub table: Table,
    /// How it is doing.
    pub watch: Watch,
    document: OnceLock<serde_json::Value>,
}

impl App {
    /// A campaign's pages on a running host.
    ///
    /// # Errors
    /// What of the parts that are built in can't be used: a mistake in the program.
    pub fn new(
        host: Host,
        clock: host::Clock,
        accounts: Accounts,
        settings: Settings,
    ) -> Result<Arc<Self>, crate::StartError> {
        let sign_on = settings.sign_on.clone();
        let sign_on = sign_on.map(crate::identity::oidc::Provider::new);
        Ok(Arc::new(Self {
            sign_on: sign_on.transpose()?,
            passkeys: crate::identity::passkeys::Passkeys::at(&settings.base),
            host,
            clock,
            accounts,
            rights: Rights::new()?,
            words: Catalogue::new()?,
            texts: Texts::default(),
            assets: Assets::new(),
            settings,
            watch: Watch::default(),
            flags: Recent::new(16),
            boards: Recent::new(8),
            matrices: Recent::new(4),
            rescored: Recent::new(64),
            limits: crate::pages::rating::Limits::default(),
            table: crate::pages::routes().and(crate::api::routes()),
            document: OnceLock::new(),
        }))
    }

    /// The API's document, made once.
    pub fn document(&self) -> &serde_json::Value {
        self.document
            .get_or_init(|| crate::api::openapi::document(&self.table, &self.settings.base))
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Time {
        (self.clock)()
    }

    /// The day, in the campaign's calendar.
    #[must_use]
    pub fn today(&self, state: &State) -> Date {
        self.now().day(state.rules.offset())
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
