//! The answers that are no data, to the letter.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};

use super::clock;
use super::tokens::Refused;

/// A JSON answer.
pub(super) fn json_answer(status: StatusCode, body: impl Into<Body>) -> Response {
    answer(status, "application/json; charset=utf-8", body)
}

fn answer(status: StatusCode, content_type: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

fn single(status: StatusCode, message: &str, extensions: &Value) -> Response {
    let body = json!({ "errors": [{ "message": message, "extensions": extensions }], "data": null });
    json_answer(status, body.to_string())
}

/// A token refused.
pub(super) fn token(refused: Refused) -> Response {
    match refused {
        Refused::Unknown => single(StatusCode::FORBIDDEN, "Without a token, only persisted queries are allowed", &json!({ "code": "forbidden" })),
        Refused::Expired => single(StatusCode::UNAUTHORIZED, "Token expired", &json!({ "code": "unauthorized" })),
        Refused::Address(address) => single(
            StatusCode::FORBIDDEN,
            &format!("Request issued from a forbidden network. Add {address}/32 to your allowed adresses in your /profil"),
            &json!({ "code": "forbidden" }),
        ),
    }
}

/// A body that is not what it should be.
pub(super) fn bad_request(message: &str) -> Response {
    single(StatusCode::BAD_REQUEST, message, &json!({ "code": "bad_request" }))
}

/// A query that is not GraphQL.
pub(super) fn unreadable(message: &str) -> Response {
    single(StatusCode::BAD_REQUEST, message, &json!({ "code": "graphql_parse_failed" }))
}

/// A server that broke.
pub(super) fn server_error() -> Response {
    let id = format!("{:032x}", rand::random::<u128>());
    let extensions = json!({ "code": "internal_server_error", "exception_id": id });
    single(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error", &extensions)
}

/// Too many requests, until then.
pub(super) fn too_many_requests(reset: i64) -> Response {
    let text = "Calme toi, cowboy ! T'enchaines un peu trop les requêtes. Respire un peu réessaie dans un petit \
                moment.\nCalm down, cowboy! You're making too many requests. Take a breather and try again soon.\n";
    let mut response = answer(StatusCode::TOO_MANY_REQUESTS, "text/plain", text);
    response.headers_mut().insert("RateLimit-Remaining", HeaderValue::from_static("0"));
    response.headers_mut().insert("RateLimit-Reset", HeaderValue::from(reset));
    response
}

/// Too many requests, for so many seconds.
pub(super) fn too_many_requests_for(seconds: u64) -> Response {
    too_many_requests(clock::now().unix_timestamp() + i64::try_from(seconds).unwrap_or(0))
}

/// A page of the machine in front of the server.
pub(super) fn html(status: StatusCode) -> Response {
    let reason = status.canonical_reason().unwrap_or_default();
    let page = format!("<html><head><title>{reason}</title></head><body><h1>{reason}</h1></body></html>");
    answer(status, "text/html; charset=utf-8", page)
}

/// The body of an answer that the server gave up.
pub(super) fn timeout() -> Value {
    json!({
        "data": null,
        "errors": [{
            "message": "Timeout on Query.demarche",
            "path": ["demarche"],
            "extensions": { "code": "timeout" },
        }],
    })
}

/// The body of an answer to a number that does not fit `Int`.
pub(super) fn overflow(name: &str, variable_type: &str, value: &Value) -> Value {
    let explanation = format!("Could not coerce value {value} to Int");
    json!({
        "errors": [{
            "message": format!("Variable ${name} of type {variable_type} was provided invalid value"),
            "locations": [{ "line": 1, "column": 1 }],
            "extensions": { "value": value, "problems": [{ "path": [], "explanation": explanation }] },
        }],
    })
}

/// The body of an answer to a query that names a field this server does not have yet.
pub(super) fn unknown_field(type_name: &str, field: &str) -> Value {
    json!({
        "errors": [{
            "message": format!("Field '{field}' doesn't exist on type '{type_name}'"),
            "locations": [{ "line": 1, "column": 1 }],
            "path": ["query", field],
            "extensions": { "code": "undefinedField", "typeName": type_name, "fieldName": field },
        }],
    })
}
