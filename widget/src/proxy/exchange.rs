//! One request to the proxy and its answer.

use relais_engine::ds::{SourceError, SourceErrorCode};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, RequestInit, Response};

use super::answers::refused;
use crate::{abort::Deadline, fetch};

/// The proxy gives up on DS after 45 s; what comes later was lost on the way.
const TIMEOUT: u32 = 60_000;
/// A large file on a slow line; the proxy itself gives up on a file that stops coming.
const FILE_TIMEOUT: u32 = 900_000;

/// What is sent to the proxy.
fn request(method: &str, session: Option<&str>, body: Option<&str>) -> Result<RequestInit, JsValue> {
    let bearer = session.map(|session| ["Bearer ", session].concat());
    let named = bearer.as_deref().map(|bearer| ("Authorization", bearer));
    let typed = body.map(|_| ("Content-Type", "application/json"));
    let mut headers = Vec::new();
    headers.extend(named);
    headers.extend(typed);
    fetch::request(method, &headers, body.map(JsValue::from_str).as_ref())
}

/// Sends a request that outlives the page. Its answer, nobody reads.
pub(super) fn send_and_forget(method: &str, path: &str, session: &str, body: &str) {
    if let Some(window) = web_sys::window()
        && let Ok(request) = request(method, Some(session), Some(body))
        // Not among the options that web-sys knows.
        && js_sys::Reflect::set(&request, &"keepalive".into(), &true.into()).is_ok()
    {
        let _sent = window.fetch_with_str_and_init(path, &request);
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
        fetch::bytes(&response).await
    }
}

/// A file, whose bytes stay with the browser.
impl Content for Blob {
    const TIMEOUT: u32 = FILE_TIMEOUT;

    async fn read(response: Response) -> Result<Self, JsValue> {
        JsFuture::from(response.blob()?).await?.dyn_into()
    }
}

/// Sends a request and reads the whole answer. Addresses are relative to the page: the proxy may be served under a path.
pub(super) async fn exchange<T: Content>(method: &str, path: &str, session: Option<&str>, body: Option<&str>) -> Result<T, SourceError> {
    let deadline = Deadline::new(T::TIMEOUT).ok_or(SourceErrorCode::Internal)?;
    let request = request(method, session, body).map_err(|_| SourceErrorCode::Internal)?;
    let lost = |code: SourceErrorCode| if deadline.has_passed() { SourceErrorCode::Timeout } else { code };
    let response = fetch::send(path, &request, &deadline.signal()).await.map_err(|_| lost(SourceErrorCode::ProxyUnavailable))?;
    // Cut short: the proxy ends an answer that DS did not finish, or that grew too large, by breaking it off.
    let cut = |_| lost(SourceErrorCode::InvalidAnswer);
    let status = response.status();
    let answer = if response.ok() { Ok(T::read(response).await.map_err(cut)?) } else { Err(fetch::bytes(&response).await.map_err(cut)?) };
    answer.map_err(|body| refused(status, &body))
}
