//! Requests that this server makes: over TLS by rustls, redirects not followed, given up after a time.

use std::time::Duration;

/// What makes requests; each may take so long.
///
/// # Errors
/// When the system's trusted certificates can't be read.
pub(crate) fn client(patience: Duration) -> reqwest::Result<reqwest::Client> {
    // That another part has chosen one already is no fault.
    let _chosen = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .timeout(patience)
        .redirect(reqwest::redirect::Policy::none())
        .build()
}
