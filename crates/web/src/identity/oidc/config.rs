//! What the operator says about the provider: in a TOML file, since it holds a secret.

use std::fmt;

use openidconnect::url::{Host, Url};
use rulebook::Lang;
use serde::Deserialize;

use crate::operator::{self, BadConfig};

/// What the provider is called.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Name {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl Name {
    /// In a language.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }
}

/// A provider of single sign-on.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// What it is called on the button.
    pub name: Name,
    /// Its issuer, exactly as it calls itself; what else has to be known is found from there.
    pub issuer: String,
    /// What this server is called there.
    pub client_id: String,
    /// What this server proves itself by there; none for a public client.
    pub client_secret: Option<String>,
    /// Strengths of signing in (`acr`) of which one has to be met; whatever the provider takes when empty.
    #[serde(default)]
    pub acr: Vec<String>,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

impl Config {
    /// Reads it from TOML.
    ///
    /// # Errors
    /// [`BadConfig`], with no value of the file but the issuer.
    pub fn read(text: &str) -> Result<Self, BadConfig> {
        let config: Self = operator::read(text)?;
        let url = Url::parse(&config.issuer);
        let url = url.map_err(|error| BadConfig(format!("issuer: {error}")))?;
        if !is_private(&url) {
            return Err(BadConfig(format!(
                "issuer: {url} isn't https; http is taken on this machine alone"
            )));
        }
        if config.client_id.is_empty() {
            return Err(BadConfig("client-id: empty".to_owned()));
        }
        Ok(config)
    }
}

/// Whether nobody on the way can read or change what is sent there: over TLS, or on this machine.
pub(super) fn is_private(url: &Url) -> bool {
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && here)
}

#[cfg(test)]
mod tests {
    use super::Config;

    #[test]
    fn only_an_issuer_that_nobody_can_listen_to_is_taken() {
        let read = |issuer: &str| {
            let text = format!(
                "issuer = '{issuer}'\nclient-id = 'merit'\nclient-secret = 'hush'\nname.zh = '甲'\nname.en = 'A'"
            );
            Config::read(&text)
        };
        for good in [
            "https://id.example.org",
            "http://127.0.0.1:4000",
            "http://[::1]:4000/x",
            "http://localhost",
        ] {
            assert!(read(good).is_ok(), "{good}");
        }
        for bad in ["http://id.example.org", "ftp://127.0.0.1", "id.example.org"] {
            assert!(read(bad).is_err(), "{bad}");
        }
        let shown = read("https://id.example.org").map(|config| format!("{config:?}"));
        assert!(shown.is_ok_and(|shown| !shown.contains("hush")));
    }
}
