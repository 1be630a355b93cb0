//! What happens to a request, in the order of the real server: limit, token, body, query, answer.

use std::net::Ipv4Addr;
use std::sync::Arc;

use async_graphql::parser::parse_query;
use async_graphql::{Request, Variables};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Answer, Body, broken, propagate};
use super::call::Call;
use super::document::{self, QueryText};
use super::faults::{Fault, Faults, FileFault};
use super::files::Addresses;
use super::limit::Limit;
use super::refusals;
use super::requests::{Recorded, Requests};
use super::schema::Api;
use super::server::Cut;
use super::tokens::{Refused, Scope, Tokens};
use super::vocabulary::DemarcheState;
use super::world::store::Store;

/// Everything that the server is made of.
#[derive(Debug)]
pub(super) struct Sample {
    /// The world it serves.
    pub(super) store: Arc<Store>,
    /// Who may read it.
    pub(super) tokens: Tokens,
    /// What goes wrong.
    pub(super) faults: Faults,
    /// What was asked.
    pub(super) requests: Requests,
    pub(super) limit: Limit,
    pub(super) files: Addresses,
    pub(super) api: ApiHandle,
    /// Whether it is recent enough to count dossiers in public.
    pub(super) counts_dossiers: bool,
}

/// The schema, which does not say what it is made of.
pub(super) struct ApiHandle(pub(super) Api);

impl std::fmt::Debug for ApiHandle {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Api")
    }
}

/// The body of a request to the API.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    query: Option<String>,
    operation_name: Option<String>,
    #[serde(default)]
    variables: Value,
}

/// The routes.
pub(super) fn router(sample: Arc<Sample>) -> Router {
    Router::new()
        .route("/api/v2/graphql", post(graphql))
        .route("/files/{key}", get(file))
        .route("/preremplir/{path}/schema", get(described))
        .layer(DefaultBodyLimit::max(1 << 20))
        .with_state(sample)
}

/// The public description of a démarche, by the path of its public address. One that is closed leads to its page.
async fn described(State(sample): State<Arc<Sample>>, Path(path): Path<String>) -> Response {
    let number = path.strip_prefix("demarche-").and_then(|number| number.parse().ok());
    match number.and_then(|number| sample.store.demarche(number)) {
        Some(demarche) if demarche.state == DemarcheState::Publiee => {
            axum::Json(json!({ "number": demarche.number, "title": demarche.title, "state": "publiee" })).into_response()
        }
        Some(_) => Redirect::to(&format!("/commencer/{path}")).into_response(),
        None => refusals::html(StatusCode::NOT_FOUND),
    }
}

async fn graphql(State(sample): State<Arc<Sample>>, headers: HeaderMap, body: Bytes) -> Response {
    let asked = serde_json::from_slice::<Asked>(&body);
    let (operation, variables) = match &asked {
        Ok(asked) => (asked.operation_name.clone(), asked.variables.clone()),
        Err(_) => (None, Value::Null),
    };
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let under_way = sample.requests.begin();
    let answer = answer(&sample, authorization, asked).await;
    drop(under_way);
    let cut = answer.response.extensions().get::<Cut>().is_some();
    sample.requests.record(Recorded {
        operation,
        variables,
        status: (!cut).then(|| answer.response.status().as_u16()),
        bytes: answer.bytes,
        codes: answer.codes,
    });
    answer.response
}

async fn answer(sample: &Sample, authorization: Option<&str>, asked: serde_json::Result<Asked>) -> Answer {
    let (operation, variables) = match &asked {
        Ok(asked) => (asked.operation_name.as_deref(), &asked.variables),
        Err(_) => (None, &Value::Null),
    };
    let (wait, fault) = sample.faults.strike(operation, variables);
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
    match &fault {
        Some(Fault::ResetBeforeAnswer) => return Answer::cut(),
        Some(Fault::BadGateway) => {
            return Answer::of(refusals::html(StatusCode::BAD_GATEWAY)).await;
        }
        Some(Fault::Html) => return Answer::of(refusals::html(StatusCode::OK)).await,
        Some(Fault::ServerError) => return Answer::of(refusals::server_error()).await,
        Some(Fault::TooManyRequests { seconds }) => {
            return Answer::of(refusals::too_many_requests_for(*seconds)).await;
        }
        Some(Fault::TokenExpired) => return Answer::of(refusals::token(Refused::Expired)).await,
        Some(Fault::AddressRefused) => {
            return Answer::of(refusals::token(Refused::Address(Ipv4Addr::LOCALHOST))).await;
        }
        _ => {}
    }
    if let Some(authorization) = authorization
        && let Err(reset) = sample.limit.count(authorization)
    {
        return Answer::of(refusals::too_many_requests(reset)).await;
    }
    let rights = match sample.tokens.check(authorization, Ipv4Addr::LOCALHOST) {
        Ok(rights) => rights,
        Err(refused) => return Answer::of(refusals::token(refused)).await,
    };
    let asked = match asked {
        Ok(Asked { query: Some(query), operation_name, variables }) => (query, operation_name, variables),
        Ok(_) => return Answer::of(refusals::bad_request("No query, and no known queryId")).await,
        Err(_) => return Answer::of(refusals::bad_request("The body is not JSON")).await,
    };
    match run(sample, rights, asked).await {
        Ok(body) => broken(body, fault.as_ref()),
        Err(refusal) => Answer::of(*refusal).await,
    }
}

/// Runs a query, and gives the body of its answer.
async fn run(
    sample: &Sample,
    rights: (Scope, bool),
    (query, operation_name, variables): (String, Option<String>, Value),
) -> Result<Body, Box<Response>> {
    let parsed = parse_query(&query).map_err(|error| Box::new(refusals::unreadable(&error.to_string())))?;
    let mut variables = Variables::from_json(variables);
    if let Some(operation) = document::operation(&parsed, operation_name.as_deref()) {
        if let Some((name, variable_type, value)) = document::overflow(&operation.node, &variables) {
            let value = value.into_json().unwrap_or_default();
            return Ok(Body::Tree(refusals::overflow(&name, &variable_type, &value)));
        }
        document::fill_defaults(&operation.node, &mut variables);
    }
    let text = QueryText::of(&parsed);
    if !sample.counts_dossiers && text.has_field("dossiersCount") {
        return Ok(Body::Tree(refusals::unknown_field("DemarcheDescriptor", "dossiersCount")));
    }
    let (store, files) = (Arc::clone(&sample.store), sample.files.clone());
    let call = Arc::new(Call::new(store, rights, text, files, sample.faults.stuck()));
    let mut request = Request::new(query).variables(variables).data(Arc::clone(&call));
    if let Some(name) = operation_name {
        request = request.operation_name(name);
    }
    request.set_parsed_query(parsed);
    let response = sample.api.0.execute(request).await;
    if call.crashed() {
        return Err(Box::new(refusals::server_error()));
    }
    if call.lost() {
        return Err(Box::new(refusals::html(StatusCode::BAD_GATEWAY)));
    }
    if call.timed_out() {
        return Ok(Body::Tree(refusals::timeout()));
    }
    if response.errors.is_empty() {
        // Most answers by far: written once, and not read again.
        return Ok(Body::Written(serde_json::to_string(&response).unwrap_or_default()));
    }
    let mut body = serde_json::to_value(&response).unwrap_or_default();
    for error in &response.errors {
        let path: Vec<Value> = error.path.iter().filter_map(|step| serde_json::to_value(step).ok()).collect();
        if !path.is_empty() {
            propagate(&mut body, &path);
        }
    }
    Ok(Body::Tree(body))
}

/// The signature of a file's address.
#[derive(Deserialize)]
struct Signed {
    temp_url_sig: String,
    temp_url_expires: i64,
}

async fn file(State(sample): State<Arc<Sample>>, Path(key): Path<String>, Query(signed): Query<Signed>) -> Response {
    sample.requests.record_file();
    let fault = sample.faults.strike_file();
    let opened = sample.files.open(&key, &signed.temp_url_sig, signed.temp_url_expires).filter(|_| fault != Some(FileFault::Expired));
    // What OpenStack answers to an address past its hour.
    let Some(mut bytes) = opened else { return (StatusCode::UNAUTHORIZED, "401 Unauthorized: Temp URL invalid").into_response() };
    match fault {
        Some(FileFault::Unavailable) => return (StatusCode::SERVICE_UNAVAILABLE, "down").into_response(),
        Some(FileFault::Cut) => bytes.truncate(bytes.len() / 2),
        _ => {}
    }
    ([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response()
}
