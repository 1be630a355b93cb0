//! The widget's page and files: every address that is no other route.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
};

use crate::{
    application::Application,
    error::AppError,
    text,
    widget::{File, Widget},
};

/// A name with a hash never stands for another content.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Asked again each time, and answered 304.
const ASK_AGAIN: &str = "no-cache";

/// Serves a file.
pub(super) async fn serve(State(application): State<Arc<Application>>, method: Method, uri: Uri, headers: HeaderMap) -> Result<Response, AppError> {
    if method != Method::GET && method != Method::HEAD {
        return Err(AppError::not_found());
    }
    let widget = &application.widget;
    let name = uri.path().trim_start_matches('/');
    let page = widget.page(name);
    if page.is_some() || Widget::is_first_page(name) {
        let mut response = match page {
            Some(page) => file(page, &headers),
            None => (StatusCode::SERVICE_UNAVAILABLE, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], text::NO_WIDGET).into_response(),
        };
        if let Ok(policy) = HeaderValue::from_str(widget.policy()) {
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        return Ok(response);
    }
    widget.file(name).map(|found| file(found, &headers)).ok_or_else(AppError::not_found)
}

fn file(file: &File, headers: &HeaderMap) -> Response {
    let same = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).is_some_and(|known| {
        // A server in front that compresses makes the tag a weak one.
        known.split(',').any(|tag| tag.trim().trim_start_matches("W/") == file.etag)
    });
    let mut response = if same {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        match &file.brotli {
            Some(brotli) if accepts_brotli(headers) => ([(header::CONTENT_ENCODING, "br")], Body::from(brotli.clone())).into_response(),
            _ => Body::from(file.bytes.clone()).into_response(),
        }
    };
    let fields = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, &*file.media_type),
        (header::ETAG, &*file.etag),
        (header::CACHE_CONTROL, if file.is_hashed { FOR_EVER } else { ASK_AGAIN }),
        (header::VARY, "accept-encoding"),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            fields.insert(name, value);
        }
    }
    response
}

fn accepts_brotli(headers: &HeaderMap) -> bool {
    headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        parts.next() == Some("br") && !parts.any(|weight| matches!(weight, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}
