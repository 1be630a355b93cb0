//! Commands that the driver knows and the client library does not.

use fantoccini::wd::WebDriverCompatibleCommand;
use http::Method;
use serde_json::Value;
use url::{ParseError, Url};

/// What the browser's console holds.
pub(super) const LOG: &str = "se/log";
/// A command of Chromium's own protocol.
pub(super) const CDP: &str = "goog/cdp/execute";

/// A command of the session, and its body.
#[derive(Debug)]
pub(super) struct Post(pub(super) &'static str, pub(super) Value);

impl WebDriverCompatibleCommand for Post {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.0))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.1.to_string()))
    }
}
