//! Cookies: read from a request's header, written with the attributes that keep them safe.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;

/// The cookie of a session; over TLS its name has the prefix `__Host-`.
pub const SESSION_COOKIE: &str = "merit";
/// The cookie of the language chosen.
pub const LANG_COOKIE: &str = "lang";
/// The cookie of a message shown once.
pub const FLASH_COOKIE: &str = "flash";

/// The cookies of a request.
#[derive(Clone, Debug, Default)]
pub struct Cookies(Vec<(String, String)>);

impl Cookies {
    /// Reads them.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(COOKIE).iter();
        let lines = lines.filter_map(|line| line.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| {
            let (name, value) = pair.trim().split_once('=')?;
            Some((name.to_owned(), value.to_owned()))
        });
        Self(pairs.collect())
    }

    /// A cookie's value.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// The name of the session's cookie.
#[must_use]
pub const fn session_name(secure: bool) -> &'static str {
    if secure {
        "__Host-merit"
    } else {
        SESSION_COOKIE
    }
}

/// A cookie to be set: sent back to this site alone, never shown to scripts. With an age of 0 it is taken away.
#[must_use]
pub fn set(name: &str, value: &str, max_age: i64, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}")
}

/// The name of the cookie that a form proves itself by before anyone has signed in.
#[must_use]
pub const fn before_name(secure: bool) -> &'static str {
    if secure { "__Host-before" } else { "before" }
}

/// The name of the cookie that a browser comes back from the provider of single sign-on with.
#[must_use]
pub const fn away_name(secure: bool) -> &'static str {
    if secure { "__Host-away" } else { "away" }
}

#[cfg(test)]
mod tests {
    use super::{away_name, before_name, session_name, set};

    #[test]
    fn over_tls_cookies_are_secure_and_of_this_host() {
        for name in [session_name(true), before_name(true), away_name(true)] {
            let cookie = set(name, "x", 60, true);
            assert!(cookie.starts_with("__Host-"), "{cookie}");
            // What the prefix asks for: `Secure`, `Path=/`, no `Domain`.
            assert!(cookie.contains("; Secure") && cookie.contains("; Path=/;"));
            assert!(!cookie.contains("Domain"), "{cookie}");
        }
    }
}
