//! One request of the browser and its answer.

use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Headers, RequestCache, RequestInit, Response};

/// What is sent along with an address.
pub(crate) fn request(method: &str, headers: &[(&str, &str)], body: Option<&JsValue>) -> Result<RequestInit, JsValue> {
    let sent = Headers::new()?;
    for (name, value) in headers {
        sent.set(name, value)?;
    }
    let request = RequestInit::new();
    request.set_method(method);
    request.set_headers(&sent);
    request.set_cache(RequestCache::NoStore);
    if let Some(body) = body {
        request.set_body(body);
    }
    Ok(request)
}

/// Sends it; the answer's body is still to come. It is broken off by the signal.
pub(crate) async fn send(address: &str, request: &RequestInit, signal: &AbortSignal) -> Result<Response, JsValue> {
    request.set_signal(Some(signal));
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    JsFuture::from(window.fetch_with_str_and_init(address, request)).await?.dyn_into()
}

/// The whole body of an answer.
pub(crate) async fn bytes(response: &Response) -> Result<Vec<u8>, JsValue> {
    Ok(Uint8Array::new(&JsFuture::from(response.array_buffer()?).await?).to_vec())
}
