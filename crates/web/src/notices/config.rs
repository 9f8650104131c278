//! What the operator says about notices: a mail server, and webhooks; in a TOML file, since it holds passwords.

use std::fmt;
use std::path::{Path, PathBuf};

use rulebook::Lang;
use serde::Deserialize;

use crate::operator::{self, BadConfig};

/// How a connection to the mail server is kept private.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tls {
    /// TLS from the start, mostly on port 465.
    #[default]
    Always,
    /// TLS after STARTTLS, mostly on port 587; without it nothing is sent.
    Starttls,
    /// None: for a mail server on the same machine.
    None,
}

/// A mail server.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// Its name.
    pub server: String,
    /// Its port; the usual one of the kind of TLS when absent.
    pub port: Option<u16>,
    /// How the connection is kept private.
    #[serde(default)]
    pub tls: Tls,
    /// The account there; none where none is needed.
    pub user: Option<String>,
    /// Its password.
    pub password: Option<String>,
    /// What mail comes from, such as `Merit <merit@example.org>`.
    pub from: String,
}

/// What a webhook's other side understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// JSON of our own.
    Json,
    /// A group robot of WeCom.
    Wecom,
    /// A group robot of DingTalk.
    Dingtalk,
    /// A group robot of Feishu.
    Feishu,
}

/// A webhook.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hook {
    /// What it is called, here and in the log.
    pub name: String,
    /// What its other side understands.
    pub kind: Kind,
    /// Its address.
    pub url: String,
    /// What its requests are signed with; WeCom has no signatures.
    pub secret: Option<String>,
    /// In which language: `zh` or `en`.
    #[serde(default)]
    lang: Option<String>,
}

impl Hook {
    /// In which language it is told.
    #[must_use]
    pub fn lang(&self) -> Lang {
        match self.lang.as_deref() {
            Some("en") => Lang::En,
            _ => Lang::Zh,
        }
    }
}

/// What there is to send notices by.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// A mail server.
    pub mail: Option<Mail>,
    /// Webhooks.
    #[serde(default, rename = "webhook")]
    pub webhooks: Vec<Hook>,
    /// Where the outbox lies.
    #[serde(skip)]
    pub outbox: PathBuf,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Addresses of robots are secrets as passwords are.
        f.debug_struct("Config")
            .field("mail", &self.mail.is_some())
            .field("webhooks", &self.webhooks.len())
            .finish_non_exhaustive()
    }
}

impl Config {
    /// Reads it from TOML; the outbox lies in a folder.
    ///
    /// # Errors
    /// [`BadConfig`], with line and column, and no value of the file.
    pub fn read(text: &str, folder: &Path) -> Result<Self, BadConfig> {
        let mut config: Self = operator::read(text)?;
        config.outbox = folder.join("outbox.db");
        if let Some(mail) = &config.mail {
            super::mail::Post::new(mail).map_err(|error| BadConfig(error.to_string()))?;
        }
        super::hook::Hooks::new(&config.webhooks).map_err(|error| BadConfig(error.to_string()))?;
        Ok(config)
    }
}
