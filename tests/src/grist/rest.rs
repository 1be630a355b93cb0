//! The REST API below `/api/docs/{id}` and `/o/docs/api/docs/{id}`: who asks, from which origin, and which answer.
use super::document::{Role, SampleDocument};
use super::refusal::Refusal;
use super::rest_data;
use super::rest_files;
use super::rest_records;
use super::server::Site;
use super::token;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, AUTHORIZATION,
    CACHE_CONTROL, CONTENT_TYPE, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use serde_json::{Value, json};

/// Bodies of JSON, one mebibyte.
const LARGEST_BODY: usize = 1024 * 1024;
/// Uploads; a real server has no limit unless it is told one.
const LARGEST_UPLOAD: usize = 200 * 1024 * 1024;

/// An answer before the headers of origins are added.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(axum::http::HeaderName, String)>,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn json(status: StatusCode, body: &Value) -> Self {
        Self::json_text(status, body.to_string())
    }

    pub(crate) fn json_text(status: StatusCode, body: String) -> Self {
        Self { status, headers: vec![(CONTENT_TYPE, "application/json; charset=utf-8".to_owned())], body: body.into() }
    }

    pub(crate) fn ok(body: &Value) -> Self {
        Self::json(StatusCode::OK, body)
    }

    pub(crate) fn error(status: StatusCode, message: &str) -> Self {
        Self::json(status, &json!({"error": message}))
    }

    fn into_response(self, cached: bool) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        if cached {
            insert(response.headers_mut(), CACHE_CONTROL, "no-cache");
        }
        for (name, value) in self.headers {
            insert(response.headers_mut(), name, &value);
        }
        response
    }
}

fn insert(headers: &mut HeaderMap, name: axum::http::HeaderName, value: &str) {
    // Grist writes names of files as they are, in UTF-8.
    if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
        headers.insert(name, value);
    }
}

/// Who asks, as far as the request proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Identity {
    /// An access token, good for one document.
    Token { user: String, document: String, read_only: bool },
    /// An API key: everything the person may do.
    Key(String),
    /// Nobody.
    Anonymous,
}

/// A request, read as far as every endpoint needs it.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    /// Below the document: `tables/Dossiers/records`.
    pub(crate) path: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) identity: Identity,
    pub(crate) user: String,
    pub(crate) document: SampleDocument,
    /// A fork's path: its owner is whoever made it.
    fork: bool,
}

impl Asked {
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        matches!(self.parameter(name), Some("1" | "true"))
    }

    fn role(&self) -> Option<Role> {
        if self.fork {
            return Some(Role::Owner);
        }
        match (&self.identity, self.document.role(&self.user)) {
            (Identity::Token { read_only: true, .. }, Some(_)) => Some(Role::Viewer),
            (_, role) => role,
        }
    }

    /// The role that an endpoint asks for, or Grist's words when it is missing.
    pub(crate) fn require(&self, least: Role) -> Result<(), Answer> {
        let refused = |message: &str| Err(Answer::error(StatusCode::FORBIDDEN, message));
        match (self.role(), least) {
            (Some(role), least) if role >= least => Ok(()),
            (None, _) if matches!(self.identity, Identity::Token { .. }) => refused("Document access denied"),
            (None, _) => refused("No view access"),
            (Some(_), Role::Owner) => refused("No owner access"),
            (Some(_), _) => refused("No write access"),
        }
    }

    /// The body as JSON; nothing when it is not sent as JSON.
    pub(crate) fn json(&self) -> Result<Value, Answer> {
        let kind = self.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let is_json = kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
        if !is_json || self.body.is_empty() {
            return Ok(json!({}));
        }
        match serde_json::from_slice::<Value>(&self.body) {
            Ok(body @ (Value::Array(_) | Value::Object(_))) => Ok(body),
            Ok(other) => {
                let message = format!("Unexpected token in {other}: is not valid JSON");
                Err(Answer::error(StatusCode::BAD_REQUEST, &message))
            }
            Err(error) => Err(Answer::error(StatusCode::BAD_REQUEST, &format!("{error} in JSON"))),
        }
    }
}

/// Answers any request to the REST API.
pub(crate) async fn answer(State(site): State<Site>, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let query: Vec<(String, String)> = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let identity = match identify(&site, &parts.method, &query, &parts.headers) {
        Ok(identity) => identity,
        // Refused before anything else: without a header of CORS, so that a browser's script sees a network error.
        Err(answer) => return answer.into_response(false),
    };
    let origin = parts.headers.get(ORIGIN).and_then(|origin| origin.to_str().ok());
    let origin = match Origin::of(&site, origin) {
        Ok(origin) => origin,
        Err(answer) => return Origin::Unknown.mark(answer.into_response(false)),
    };
    if parts.method == Method::OPTIONS {
        let ok =
            Answer { status: StatusCode::OK, headers: vec![(CONTENT_TYPE, "text/plain; charset=utf-8".to_owned())], body: Bytes::from_static(b"OK") };
        return origin.mark(ok.into_response(false));
    }
    if origin == Origin::Foreign && matches!(identity, Identity::Key(_)) {
        let refused = Answer::error(StatusCode::FORBIDDEN, "Credentials not supported for cross-origin requests");
        return origin.mark(refused.into_response(false));
    }
    let answer = match gather(&site, parts, body, query, identity).await {
        Ok(asked) => {
            let line = format!("{} /{}", asked.method, asked.path.join("/"));
            asked.document.count(|calls| {
                calls.requests += 1;
                calls.note(line, &asked.user, 0);
            });
            endpoint(&asked).await.unwrap_or_else(|answer| answer)
        }
        Err(answer) => answer,
    };
    origin.mark(answer.into_response(true))
}

/// Whose request it is: a token before a key.
fn identify(site: &Site, method: &Method, query: &[(String, String)], headers: &HeaderMap) -> Result<Identity, Answer> {
    let unauthorized = |message: &str| Answer::error(StatusCode::UNAUTHORIZED, message);
    let given = query.iter().find(|(name, value)| name == "auth" && !value.is_empty());
    let identity = if let Some((_, given)) = given {
        let claims = token::decode(given).and_then(|claims| {
            let trunk = claims.doc_id.split('~').next().unwrap_or_default();
            match site.document(trunk) {
                Some(document) => document.verify(given),
                None => Err(token::TokenError::Unverified),
            }
        });
        let claims = claims.map_err(|error| unauthorized(&error.to_string()))?;
        Identity::Token {
            user: site.users.name(claims.user_id).unwrap_or_default(),
            document: claims.doc_id,
            read_only: claims.read_only == Some(true),
        }
    } else if let Some(header) = headers.get(AUTHORIZATION).and_then(|header| header.to_str().ok()) {
        let Some(key) = header.strip_prefix("Bearer ") else {
            return Err(unauthorized("Bad request: unsupported Authorization scheme, expected 'Bearer'"));
        };
        let user = site.users.by_api_key(key);
        return user.map(Identity::Key).ok_or_else(|| unauthorized("Bad request: invalid API key"));
    } else {
        Identity::Anonymous
    };
    // Grist's protection against forged requests: exactly this type, or this header.
    let reads = [Method::GET, Method::HEAD, Method::OPTIONS].contains(method);
    let plain = headers.get(CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    if !reads && !plain && !headers.contains_key("x-requested-with") {
        return Err(unauthorized(
            "Unauthenticated requests require one of the headers\
             'Content-Type: application/json' or 'X-Requested-With: XMLHttpRequest'",
        ));
    }
    Ok(identity)
}

async fn gather(
    site: &Site,
    parts: axum::http::request::Parts,
    body: Body,
    query: Vec<(String, String)>,
    identity: Identity,
) -> Result<Asked, Answer> {
    let multipart = parts.headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/"));
    let largest = if multipart { LARGEST_UPLOAD } else { LARGEST_BODY };
    let body = axum::body::to_bytes(body, largest).await.map_err(|_| Answer::error(StatusCode::PAYLOAD_TOO_LARGE, "request entity too large"))?;
    let path = urlencoding(parts.uri.path());
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    let denied = || Answer::error(StatusCode::FORBIDDEN, "Document access denied");
    let (id, rest) = match segments.as_slice() {
        ["api", "docs", id, rest @ ..] => (*id, rest),
        ["o", "docs", "api", "docs", id, rest @ ..] => (*id, rest),
        ["o", _, "api", "docs", ..] => return Err(denied()),
        _ => {
            let refusal = Refusal::unsupported(format!("{} {path}", parts.method));
            return Err(refused(status_of(&refusal), &refusal));
        }
    };
    let document = site.document(id.split('~').next().unwrap_or_default());
    let user = match &identity {
        Identity::Token { user, .. } | Identity::Key(user) => user.clone(),
        Identity::Anonymous => "anonymous".to_owned(),
    };
    let document = match (&identity, document) {
        (Identity::Token { document: named, .. }, Some(document)) => {
            let same = if id.contains('~') { named == id } else { named == document.id() };
            if !same {
                return Err(denied());
            }
            document
        }
        (Identity::Token { .. }, None) => return Err(denied()),
        (_, Some(document)) if !id.contains('~') => document,
        _ => return Err(Answer::error(StatusCode::NOT_FOUND, "document not found")),
    };
    Ok(Asked {
        method: parts.method,
        path: rest.iter().map(|part| (*part).to_owned()).collect(),
        query,
        headers: parts.headers,
        body,
        fork: id.contains('~'),
        identity,
        user,
        document,
    })
}

fn urlencoding(path: &str) -> String {
    // The decoding of a form, in which a plus is a space: paths hold none.
    let decoded = url::form_urlencoded::parse(path.replace('+', "%2B").replace('&', "%26").replace('=', "%3D").as_bytes()).into_owned().next();
    decoded.map_or_else(String::new, |(path, _)| path)
}

async fn endpoint(asked: &Asked) -> Result<Answer, Answer> {
    let path: Vec<&str> = asked.path.iter().map(String::as_str).collect();
    let method = asked.method.as_str();
    if asked.fork && method != "GET" && !asked.body.starts_with(b"[]") {
        return Err(unanswered(asked));
    }
    match (method, path.as_slice()) {
        ("GET", [] | ["access"] | ["download", ..]) if matches!(asked.identity, Identity::Token { .. }) => {
            Err(Answer::error(StatusCode::FORBIDDEN, "access denied"))
        }
        ("GET", ["usersForViewAs"]) if matches!(asked.identity, Identity::Token { .. }) => {
            asked.require(Role::Owner)?;
            Err(Answer::error(StatusCode::FORBIDDEN, "access denied"))
        }
        ("GET", [] | ["access"]) if asked.document.role(&asked.user).is_none() => Err(Answer::error(StatusCode::FORBIDDEN, "access denied")),
        ("GET", ["tables"]) => rest_data::tables(asked),
        ("GET", ["tables", table, "columns"]) => rest_data::columns(asked, table),
        ("GET", ["tables", table, "records"]) => rest_data::records(asked, table),
        ("GET", ["tables", table, "data"]) => rest_data::data(asked, table),
        ("POST", ["tables", table, "records"]) => rest_records::add(asked, table).await,
        ("PATCH", ["tables", table, "records"]) => rest_records::update(asked, table).await,
        ("PUT", ["tables", table, "records"]) => rest_records::upsert(asked, table).await,
        ("POST", ["tables", table, "records" | "data", "delete"]) => rest_records::remove(asked, table).await,
        ("POST", ["tables", table, "data"]) => rest_records::add_data(asked, table).await,
        ("PATCH", ["tables", table, "data"]) => rest_records::update_data(asked, table).await,
        ("POST", ["apply"]) => rest_data::apply(asked).await,
        ("GET", ["attachments"]) => rest_files::list(asked),
        ("POST", ["attachments"]) => rest_files::upload(asked).await,
        ("GET", ["attachments", id]) if *id != "transferStatus" => rest_files::describe(asked, id),
        ("GET", ["attachments", id, "download"]) => rest_files::download(asked, id),
        ("GET", ["timing"]) => {
            asked.require(Role::Owner)?;
            Ok(Answer::ok(&json!({"status": "disabled"})))
        }
        ("GET", ["webhooks"]) => {
            asked.require(Role::Owner)?;
            Ok(Answer::ok(&json!({"webhooks": []})))
        }
        _ => Err(unanswered(asked)),
    }
}

/// An endpoint that Relais does not use: refused so that nobody takes it for Grist's answer.
fn unanswered(asked: &Asked) -> Answer {
    let refusal = Refusal::unsupported(format!("{} /{}", asked.method, asked.path.join("/")));
    Answer::error(StatusCode::NOT_IMPLEMENTED, &refusal.message)
}

/// Where a browser's request comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Origin {
    /// No browser, or Grist's own page.
    Absent,
    /// Same host: trusted with credentials.
    Trusted(String),
    Foreign,
    /// Not an origin at all.
    Unknown,
}

impl Origin {
    fn of(site: &Site, header: Option<&str>) -> Result<Self, Answer> {
        let Some(text) = header else {
            return Ok(Self::Absent);
        };
        if text == site.origin {
            return Ok(Self::Trusted(text.to_owned()));
        }
        if text == "null" {
            return Ok(Self::Foreign);
        }
        let host = |text: &str| url::Url::parse(text).ok().and_then(|url| url.host_str().map(str::to_owned));
        let Some(from) = host(text) else {
            return Err(Answer::error(StatusCode::BAD_REQUEST, &format!("Invalid origin: {text}")));
        };
        if !site.foreign_ports && host(&site.origin) == Some(from) {
            return Ok(Self::Trusted(text.to_owned()));
        }
        Ok(Self::Foreign)
    }

    fn mark(&self, mut response: Response<Body>) -> Response<Body> {
        let headers = response.headers_mut();
        insert(headers, ACCESS_CONTROL_ALLOW_METHODS, "GET, PATCH, PUT, POST, DELETE, OPTIONS");
        match self {
            Self::Unknown => {}
            Self::Foreign => {
                insert(headers, ACCESS_CONTROL_ALLOW_ORIGIN, "*");
                insert(headers, ACCESS_CONTROL_ALLOW_HEADERS, "Content-Type, X-Requested-With");
            }
            Self::Absent | Self::Trusted(_) => {
                insert(headers, ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
                insert(headers, ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type, X-Requested-With");
            }
        }
        if let Self::Trusted(origin) = self {
            insert(headers, ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            insert(headers, VARY, "Origin");
        }
        response
    }
}

/// The status that Grist gives to a refusal.
pub(crate) fn status_of(refusal: &Refusal) -> StatusCode {
    if refusal.is_unsupported() {
        return StatusCode::NOT_IMPLEMENTED;
    }
    match refusal.code.as_deref() {
        // An unknown action is an ACL_DENY too, but a fault of the caller's to Grist.
        Some("ACL_DENY") if refusal.message.ends_with("actions are not controlled") => StatusCode::INTERNAL_SERVER_ERROR,
        Some("ACL_DENY" | "AUTH_NO_EDIT" | "AUTH_NO_VIEW") => StatusCode::FORBIDDEN,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// A refusal as the body of a REST answer; access rules add their memos.
pub(crate) fn refused(status: StatusCode, refusal: &Refusal) -> Answer {
    if refusal.code.as_deref() == Some("ACL_DENY") && status == StatusCode::FORBIDDEN {
        return Answer::json(status, &json!({"error": refusal.message, "details": {"memos": []}}));
    }
    Answer::error(status, &refusal.message)
}
