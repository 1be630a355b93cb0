//! Answers on their way out: what errors make null in them, and what faults do to them.

use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value;

use super::faults::Fault;
use super::refusals;
use super::server::Cut;

/// The body of an answer.
pub(super) enum Body {
    /// In JSON, without any error.
    Written(String),
    /// To be written.
    Tree(Value),
}

impl Body {
    fn tree(self) -> Value {
        match self {
            Self::Written(text) => serde_json::from_str(&text).unwrap_or_default(),
            Self::Tree(tree) => tree,
        }
    }

    /// The first half of its bytes.
    fn half(self) -> Vec<u8> {
        let text = match self {
            Self::Written(text) => text,
            Self::Tree(tree) => tree.to_string(),
        };
        let mut bytes = text.into_bytes();
        bytes.truncate(bytes.len() / 2);
        bytes
    }
}

/// An answer on its way: what to send, and what is noted of it.
pub(super) struct Answer {
    pub(super) response: Response,
    pub(super) bytes: usize,
    pub(super) codes: Vec<String>,
}

impl Answer {
    /// A refusal, whose body is small.
    pub(super) async fn of(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
        let codes = serde_json::from_slice(&bytes).map(|body| codes(&body)).unwrap_or_default();
        Self { bytes: bytes.len(), codes, response: Response::from_parts(parts, axum::body::Body::from(bytes)) }
    }

    /// An answer in JSON.
    fn json(body: &Value) -> Self {
        let text = body.to_string();
        let codes = codes(body);
        Self { bytes: text.len(), codes, response: refusals::json_answer(StatusCode::OK, text) }
    }

    /// An answer that is written already.
    fn written(text: String) -> Self {
        Self { bytes: text.len(), codes: Vec::new(), response: refusals::json_answer(StatusCode::OK, text) }
    }

    /// A connection cut without an answer.
    pub(super) fn cut() -> Self {
        let mut response = Response::new(axum::body::Body::empty());
        response.extensions_mut().insert(Cut);
        Self { response, bytes: 0, codes: Vec::new() }
    }
}

fn codes(body: &Value) -> Vec<String> {
    let errors = body.get("errors").and_then(Value::as_array);
    let code = |error: &Value| error.pointer("/extensions/code")?.as_str().map(str::to_owned);
    errors.into_iter().flatten().filter_map(code).collect()
}

/// Makes null what an error at this path makes null: the nearest place above that may be. async-graphql leaves the
/// failed field out instead. In this schema such places are the elements of `nodes` and `edges`, the `node` of an
/// edge, and all the data.
pub(super) fn propagate(body: &mut Value, path: &[Value]) {
    let Some(data) = body.get_mut("data") else {
        return;
    };
    if at(data, path).is_some() {
        // A field that may be null, and was answered so.
        return;
    }
    let nullable = (1..path.len()).rev().find(|end| {
        let list = path.get(end - 1).and_then(Value::as_str);
        path.get(*end).is_some_and(Value::is_number) && matches!(list, Some("nodes" | "edges"))
    });
    let target = nullable.and_then(|end| {
        let in_node = path.get(end + 1).is_some_and(|step| step == "node");
        at(data, path.get(..=end + usize::from(in_node))?)
    });
    match target {
        Some(place) => *place = Value::Null,
        None => *data = Value::Null,
    }
}

fn at<'a>(data: &'a mut Value, path: &[Value]) -> Option<&'a mut Value> {
    path.iter().try_fold(data, |place, step| match (step.as_str(), step.as_u64()) {
        (Some(key), _) => place.get_mut(key),
        (None, Some(index)) => place.get_mut(usize::try_from(index).ok()?),
        (None, None) => None,
    })
}

/// Breaks an answer as a fault wants it.
pub(super) fn broken(body: Body, fault: Option<&Fault>) -> Answer {
    match fault {
        Some(Fault::Timeout) => Answer::json(&refusals::timeout()),
        Some(Fault::PartialTimeout { served }) => {
            let mut body = body.tree();
            if let Some(nodes) = first_nodes(&mut body) {
                nodes.iter_mut().skip(*served).for_each(|node| *node = Value::Null);
                let data = body.get_mut("data").map(Value::take);
                Answer::json(&with(refusals::timeout(), "data", data.unwrap_or_default()))
            } else {
                Answer::json(&refusals::timeout())
            }
        }
        Some(Fault::PartialError) => {
            let mut body = body.tree();
            if let Some(first) = first_nodes(&mut body).and_then(|nodes| nodes.first_mut()) {
                *first = Value::Null;
            }
            let errors = serde_json::json!([{
                "message": "Cannot return null for non-nullable field Dossier.demandeur",
                "path": ["demarche", "dossiers", "nodes", 0, "demandeur"],
                "extensions": { "code": "invalid_null" },
            }]);
            Answer::json(&with(body, "errors", errors))
        }
        Some(Fault::ResetInBody) => {
            let half = body.half();
            let bytes = half.len();
            let cut = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
            // The second item ends the stream in error, which makes hyper cut the connection.
            let stream = futures::stream::iter([Ok(Bytes::from(half)), Err(cut)]);
            let response = refusals::json_answer(StatusCode::OK, axum::body::Body::from_stream(stream));
            Answer { response, bytes, codes: Vec::new() }
        }
        Some(Fault::TruncatedBody) => {
            let half = body.half();
            Answer { bytes: half.len(), codes: Vec::new(), response: refusals::json_answer(StatusCode::OK, half) }
        }
        _ => match body {
            Body::Written(text) => Answer::written(text),
            Body::Tree(tree) => Answer::json(&tree),
        },
    }
}

/// An object with one of its fields replaced.
fn with(mut object: Value, key: &str, value: Value) -> Value {
    if let Some(fields) = object.as_object_mut() {
        fields.insert(key.to_owned(), value);
    }
    object
}

/// The first list of `nodes` in an answer, wherever it is and whatever its alias above.
fn first_nodes(body: &mut Value) -> Option<&mut Vec<Value>> {
    match body {
        Value::Object(fields) => fields.iter_mut().find_map(|(key, value)| if key == "nodes" { value.as_array_mut() } else { first_nodes(value) }),
        _ => None,
    }
}
