//! One request to the proxy and its answer.

use gloo_net::http::{Method, RequestBuilder, Response};
use relais_engine::ds::{SourceError, SourceErrorCode};

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

use super::answers::refused;
use crate::abort::Deadline;

/// The proxy gives up on DS after 45 s; what comes later was lost on the way.
const TIMEOUT: u32 = 60_000;
/// A large file on a slow line; the proxy itself gives up on a file that stops coming.
const FILE_TIMEOUT: u32 = 900_000;

/// Sends a request that outlives the page. Its answer, nobody reads.
pub(super) fn send_and_forget(method: Method, path: &str, session: &str, body: &str) {
    let Some((window, headers)) = web_sys::window().zip(web_sys::Headers::new().ok()) else { return };
    let named = headers.set("Authorization", &format!("Bearer {session}")).and_then(|()| headers.set("Content-Type", "application/json"));
    let options = web_sys::RequestInit::new();
    options.set_method(method.as_str());
    options.set_headers(&headers);
    options.set_body(&body.into());
    // Not among the options that web-sys knows.
    if named.is_ok() && js_sys::Reflect::set(&options, &"keepalive".into(), &true.into()).is_ok() {
        let _sent = window.fetch_with_str_and_init(path, &options);
    }
}

/// What is made of the body of a good answer.
pub(super) trait Content: Sized {
    /// How long it may take, in milliseconds.
    const TIMEOUT: u32;

    /// Reads it, whole.
    async fn read(response: Response) -> Result<Self, JsValue>;
}

impl Content for Vec<u8> {
    const TIMEOUT: u32 = TIMEOUT;

    async fn read(response: Response) -> Result<Self, JsValue> {
        response.binary().await.map_err(|_| JsValue::NULL)
    }
}

/// A file, whose bytes stay with the browser.
impl Content for Blob {
    const TIMEOUT: u32 = FILE_TIMEOUT;

    async fn read(response: Response) -> Result<Self, JsValue> {
        JsFuture::from(web_sys::Response::from(response).blob()?).await?.dyn_into()
    }
}

/// Sends a request and reads the whole answer. Addresses are relative to the page: the proxy may be served under a path.
pub(super) async fn exchange<T: Content>(
    method: Method,
    path: &str,
    session: Option<&str>,
    body: Option<String>,
    seen: Option<i64>,
) -> Result<T, SourceError> {
    let deadline = Deadline::new(T::TIMEOUT).ok_or(SourceErrorCode::Internal)?;
    let mut request = RequestBuilder::new(path).method(method).abort_signal(Some(&deadline.signal())).cache(web_sys::RequestCache::NoStore);
    if let Some(session) = session {
        request = request.header("Authorization", &format!("Bearer {session}"));
    }
    if let Some(seen) = seen {
        request = request.header("If-Match", &format!("\"{seen}\""));
    }
    let request = match body {
        Some(body) => request.header("Content-Type", "application/json").body(body),
        None => request.build(),
    }
    .map_err(|_| SourceErrorCode::Internal)?;
    let lost = |code: SourceErrorCode| if deadline.has_passed() { SourceErrorCode::Timeout } else { code };
    let response: Response = request.send().await.map_err(|_| lost(SourceErrorCode::ProxyUnavailable))?;
    // Cut short: the proxy ends an answer that DS did not finish, or that grew too large, by breaking it off.
    let cut = |_| lost(SourceErrorCode::InvalidAnswer);
    let status = response.status();
    let answer = if response.ok() { Ok(T::read(response).await.map_err(cut)?) } else { Err(Vec::read(response).await.map_err(cut)?) };
    answer.map_err(|body| refused(status, &body))
}
