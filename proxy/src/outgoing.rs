//! What every call to the outside has in common.

use std::{error::Error as _, time::Duration};

/// To connect, whoever it is to.
const CONNECT: Duration = Duration::from_secs(3);

/// A client whose calls last no longer than that, from their first byte to the last.
pub(crate) fn client(timeout: Duration, loopback: bool) -> Result<reqwest::Client, reqwest::Error> {
    builder(loopback).timeout(timeout).build()
}

/// A client that follows no redirection: an answer that points elsewhere is a failure, and takes no token along.
///
/// To other machines it goes through the proxy that the environment names (`HTTPS_PROXY`), as administrations often need.
pub(crate) fn builder(loopback: bool) -> reqwest::ClientBuilder {
    let builder = reqwest::Client::builder()
        .user_agent(concat!("relais/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(CONNECT)
        .tcp_nodelay(true);
    if loopback { builder.no_proxy() } else { builder.https_only(true) }
}

/// What went wrong, for the log: without the address, whose query may hold a token.
pub(crate) fn describe(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[tokio::test]
    async fn nothing_goes_to_another_machine_in_clear() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (distant, local) = (client(CONNECT, false).unwrap(), client(CONNECT, true).unwrap());
        // Refused before it is tried: nothing listens there.
        assert!(distant.get("http://127.0.0.1:9/").send().await.unwrap_err().is_builder());
        assert!(local.get("http://127.0.0.1:9/").send().await.unwrap_err().is_connect());
    }
}
