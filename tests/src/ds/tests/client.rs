//! A client for the tests: sends a query, gives what came back.

use std::sync::Once;

use serde_json::{Value, json};

use crate::ds::{Options, SampleDs};

/// A sample DS, and what it takes to ask it.
pub(super) struct Bench {
    pub(super) ds: SampleDs,
    http: reqwest::Client,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: reqwest::header::HeaderMap,
    pub(super) text: String,
}

impl Reply {
    /// The body, which must be JSON.
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The data, which must be there without any error.
    pub(super) fn data(&self) -> Value {
        let body = self.json();
        assert_eq!(body.get("errors"), None, "{}", self.text);
        body["data"].clone()
    }

    /// The code of the first error.
    pub(super) fn code(&self) -> Option<String> {
        Some(self.json().pointer("/errors/0/extensions/code")?.as_str()?.to_owned())
    }
}

impl Bench {
    pub(super) async fn start(options: Options) -> Self {
        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| {
            rustls::crypto::ring::default_provider().install_default().unwrap();
        });
        Self { ds: SampleDs::start(options).await.unwrap(), http: reqwest::Client::new() }
    }

    /// One with its usual contents.
    pub(super) async fn usual() -> Self {
        Self::start(Options::default()).await
    }

    /// Sends a body with a token.
    pub(super) async fn send(&self, token: Option<&str>, body: String) -> reqwest::Result<Reply> {
        let url = format!("{}/api/v2/graphql", self.ds.url());
        let mut request = self.http.post(url).header("content-type", "application/json").body(body);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Reply { status, headers, text: response.text().await? })
    }

    /// Sends a query with variables and the sample's own token.
    pub(super) async fn ask(&self, query: &str, variables: Value) -> Reply {
        let body = json!({ "query": query, "variables": variables, "operationName": name(query) });
        self.send(Some(self.ds.token()), body.to_string()).await.unwrap()
    }

    /// The data of a query that must succeed.
    pub(super) async fn data(&self, query: &str, variables: Value) -> Value {
        let reply = self.ask(query, variables).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.data()
    }

    /// Gets an address.
    pub(super) async fn get(&self, url: &str) -> (u16, Vec<u8>) {
        let response = self.http.get(url).send().await.unwrap();
        (response.status().as_u16(), response.bytes().await.unwrap().to_vec())
    }
}

/// The name of the operation of a query, as clients send it.
fn name(query: &str) -> Option<&str> {
    let rest = query.trim_start().strip_prefix("query ")?;
    let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_')?;
    Some(&rest[..end]).filter(|name| !name.is_empty())
}

/// The numbers of the dossiers of a page, under `demarche.dossiers.nodes`.
pub(super) fn numbers(data: &Value) -> Vec<i64> {
    let nodes = data["demarche"]["dossiers"]["nodes"].as_array().unwrap();
    nodes.iter().map(|node| node["number"].as_i64().unwrap()).collect()
}
