//! One request to the proxy and its answer.

use gloo_net::http::{Method, RequestBuilder, Response};
use gloo_timers::callback::Timeout;
use relais_engine::ds::{SourceError, SourceErrorCode};

use super::answers::refused;

/// The proxy gives up on DS after 45 s; what comes later was lost on the way.
const TIMEOUT: u32 = 60_000;

/// Sends a request and reads the whole answer. Addresses are relative to the page: the proxy may be served under a path.
pub(super) async fn exchange(method: Method, path: &str, session: Option<&str>, body: Option<String>) -> Result<Vec<u8>, SourceError> {
    let controller = web_sys::AbortController::new().map_err(|_| SourceErrorCode::Internal)?;
    let signal = controller.signal();
    // Dropped, and so disarmed, with the answer.
    let timeout = Timeout::new(TIMEOUT, move || controller.abort());
    let mut request = RequestBuilder::new(path).method(method).abort_signal(Some(&signal)).cache(web_sys::RequestCache::NoStore);
    if let Some(session) = session {
        request = request.header("Authorization", &format!("Bearer {session}"));
    }
    let request = match body {
        Some(body) => request.header("Content-Type", "application/json").body(body),
        None => request.build(),
    }
    .map_err(|_| SourceErrorCode::Internal)?;
    let lost = |code: SourceErrorCode| if signal.aborted() { SourceErrorCode::Timeout } else { code };
    let response: Response = request.send().await.map_err(|_| lost(SourceErrorCode::ProxyUnavailable))?;
    // Cut short: the proxy ends an answer that DS did not finish, or that grew too large, by breaking it off.
    let body = response.binary().await.map_err(|_| lost(SourceErrorCode::InvalidAnswer))?;
    drop(timeout);
    if response.ok() { Ok(body) } else { Err(refused(response.status(), &body)) }
}
