//! Recorded requests, sent exactly as they were: no header but those that are given.
use super::grist_replay::Stage;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use relais_tests::grist::TOKEN_LIFETIME;
use serde_json::{Map, Value, json};
use std::fmt::Write;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// An answer, its headers in small letters.
#[derive(Debug)]
struct Response {
    status: u64,
    headers: Map<String, Value>,
    body: Vec<u8>,
}

/// Sends one request on a connection of its own.
async fn send(origin: &str, method: &str, path: &str, headers: &[(String, String)], body: Option<&[u8]>) -> Response {
    let address = origin.strip_prefix("http://").unwrap();
    let mut request = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
    for (name, value) in headers {
        write!(request, "{name}: {value}\r\n").unwrap();
    }
    if let Some(body) = body {
        write!(request, "content-length: {}\r\n", body.len()).unwrap();
    }
    request.push_str("\r\n");
    let mut bytes = request.into_bytes();
    bytes.extend_from_slice(body.unwrap_or_default());
    let mut stream = TcpStream::connect(address).await.unwrap();
    // A server that refuses a long body may close before it has read it all.
    let _ = stream.write_all(&bytes).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    read(&answer)
}

fn read(answer: &[u8]) -> Response {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers =
        lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_ascii_lowercase(), Value::String(value.to_owned()))).collect();
    Response { status, headers, body: answer[end + 4..].to_vec() }
}

impl Stage {
    /// Sends a recorded REST request.
    pub(crate) async fn rest(&mut self, request: &Value) -> Value {
        let auth = request["auth"].as_str().unwrap();
        let path = request["path"].as_str().unwrap();
        let path = path.replace("<docId>", self.document.id()).replace("<urlId>", self.document.url_id());
        let on_other = auth.contains("used on another document");
        let document = if on_other { &self.other } else { &self.document };
        let mut path = if path.starts_with("/api/") || path.starts_with("/o/") { path } else { format!("/api/docs/{}{path}", document.id()) };
        let mut headers: Vec<(String, String)> =
            request["headers"].as_object().into_iter().flatten().map(|(name, value)| (name.clone(), self.header(value.as_str().unwrap()))).collect();
        if let Some(token) = self.token(auth) {
            let separator = if path.contains('?') { '&' } else { '?' };
            path = format!("{path}{separator}auth={token}");
        } else if let Some(user) = auth.strip_prefix("key:") {
            let key = self.grist.api_key(user);
            headers.push(("Authorization".to_owned(), format!("Bearer {key}")));
        }
        let body = self.body(request).await;
        let method = request["method"].as_str().unwrap();
        let response = send(self.grist.url(), method, &path, &headers, body.as_deref()).await;
        let mut kept = Map::new();
        for (name, value) in response.headers {
            if name != "content-length" && name != "date" && name != "connection" {
                kept.insert(name, value);
            }
        }
        json!({"status": response.status, "headers": kept, "body": read_body(&response.body)})
    }

    fn header(&mut self, recorded: &str) -> String {
        if let Some(user) = recorded.strip_prefix("Bearer <api-key of ") {
            return format!("Bearer {}", self.grist.api_key(user.trim_end_matches('>')));
        }
        if let Some(user) = recorded.strip_prefix("Bearer <token of ") {
            let user = user.trim_end_matches('>');
            return format!("Bearer {}", self.token(&format!("token:{user}")).unwrap());
        }
        recorded.replace("<foreign-origin>", "https://ailleurs.example").replace("http://127.0.0.1:8484", self.grist.origin())
    }

    fn token(&mut self, auth: &str) -> Option<String> {
        let expired = self.name == "an expired token" && self.results.len() > 4;
        if let Some(bad) = auth.strip_prefix("bad token: ") {
            return Some(self.bad_token(bad));
        }
        let (user, read_only) = match auth.split_once(':') {
            Some(("token", user)) => (user, Some(false)),
            Some(("token-ro", user)) => (user, Some(true)),
            None if auth.starts_with("token of owner") => ("owner", None),
            _ => return None,
        };
        let lifetime = if expired { Duration::ZERO } else { TOKEN_LIFETIME };
        let made = self.document.token_lasting(user, read_only, lifetime);
        let kept = self.tokens.entry(format!("{auth}{expired}")).or_insert_with(|| json!(made));
        kept.as_str().map(str::to_owned)
    }

    fn bad_token(&self, how: &str) -> String {
        let token = self.document.access_token("owner", how.contains("readOnly"));
        let (head, rest) = token.split_once('.').unwrap();
        let (payload, signature) = rest.split_once('.').unwrap();
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
        let mut changed = claims.clone();
        match how {
            "payload changed (userId 1)" => changed["userId"] = json!(1),
            "readOnly flag removed" => {
                changed.as_object_mut().unwrap().remove("readOnly");
            }
            "signature changed" => {
                let first = if signature.starts_with('A') { 'B' } else { 'A' };
                return format!("{head}.{payload}.{first}{}", &signature[1..]);
            }
            "alg none" => return format!("{}.{payload}.", encode(&json!({"alg": "none", "typ": "JWT"}))),
            "not a token" => return "zzz".to_owned(),
            "empty" => return String::new(),
            other => panic!("no such bad token: {other}"),
        }
        format!("{head}.{}.{signature}", encode(&changed))
    }

    async fn body(&self, request: &Value) -> Option<Vec<u8>> {
        if let Some(parts) = request["multipart"].as_array() {
            return Some(multipart(parts));
        }
        match request.get("body")? {
            // A text stands for exactly those bytes.
            Value::String(text) => Some(text.clone().into_bytes()),
            other => Some(self.arguments(other).await.unwrap().to_string().into_bytes()),
        }
    }
}

fn multipart(parts: &[Value]) -> Vec<u8> {
    let mut body = Vec::new();
    for part in parts {
        let name = part["name"].as_str().unwrap();
        let file = part["filename"].as_str().map_or(String::new(), |file| format!("; filename=\"{file}\""));
        let kind = part["contentType"].as_str().map_or(String::new(), |kind| format!("Content-Type: {kind}\r\n"));
        let head = format!("--limite-recording\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n{kind}\r\n");
        body.extend_from_slice(head.as_bytes());
        match part["base64"].as_str() {
            Some(encoded) => body.extend(STANDARD.decode(encoded).unwrap()),
            None => body.extend_from_slice(part["text"].as_str().unwrap().as_bytes()),
        }
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--limite-recording--\r\n");
    body
}

fn read_body(bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes) {
        Ok(text) => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
        Err(_) => json!({
            "$js": "bytes", "length": bytes.len(), "base64": STANDARD.encode(&bytes[..bytes.len().min(60)]),
        }),
    }
}
