//! One call of DS: its turn, its tries, its answer.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use rand::Rng as _;
use relais_engine::ds::{Operation, SourceErrorCode as Code};
use reqwest::{
    Response, StatusCode,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE},
};
use serde_json::json;

use super::{Answer, Failure, Gate, Token, answer, rights};
use crate::{
    clock,
    config::{DsConfiguration, LimitsConfiguration},
    outgoing,
};

/// Tries of one call, the first included.
const TRIES: u32 = 3;

/// Before the second try; doubled after, and drawn between half of it and the whole.
const PAUSE: Duration = Duration::from_millis(400);

/// As much of an error's body as may tell which it is.
const ERROR_BODY: usize = 16 * 1024;

/// Calls one instance of DS.
#[derive(Debug)]
pub(crate) struct Client {
    pub(super) http: reqwest::Client,
    /// Its own address, under which everything else is.
    pub(super) site: String,
    address: String,
    egress_address: Option<String>,
    pub(super) call: Duration,
    answer: usize,
    /// That of what is asked without a token: DS counts it by our address, which is everybody's.
    pub(super) without_token: Gate,
}

impl Client {
    pub(crate) fn new(configuration: &DsConfiguration, limits: &LimitsConfiguration) -> Result<Self, reqwest::Error> {
        Ok(Self {
            http: outgoing::client(limits.ds_call, configuration.url.is_loopback())?,
            site: configuration.url.as_str().to_owned(),
            address: configuration.url.graphql(),
            egress_address: configuration.egress_address.clone(),
            call: limits.ds_call,
            answer: limits.ds_answer,
            without_token: Gate::new(limits),
        })
    }

    /// Asks one operation. The answer is JSON with status 200; its body is still to come.
    pub(crate) async fn call(&self, token: &Token, gate: &Arc<Gate>, operation: &Operation) -> Result<Answer, Failure> {
        let name = operation.name();
        let body = json!({ "query": name.query(), "operationName": name.as_str(), "variables": operation.variables() });
        self.ask(token, gate, name.as_str(), &body).await
    }

    /// Whether the token may write; none when DS does not let us know.
    pub(crate) async fn may_write(&self, token: &Token, gate: &Arc<Gate>) -> Result<Option<bool>, Failure> {
        rights::may_write(&self.ask(token, gate, "rights", &rights::question()).await?.read().await?)
    }

    async fn ask(&self, token: &Token, gate: &Arc<Gate>, name: &'static str, body: &serde_json::Value) -> Result<Answer, Failure> {
        let authorization = token.authorization().map_err(|error| Failure::new(Code::Internal, error.to_string()))?;
        let body = body.to_string();
        let place = gate.enter().await?;
        let deadline = Instant::now() + self.call;
        let mut attempt = 1;
        loop {
            gate.pace(deadline).await?;
            let left = deadline.saturating_duration_since(Instant::now());
            let request = self
                .http
                .post(&self.address)
                .timeout(left)
                .header(AUTHORIZATION, authorization.clone())
                .header(CONTENT_TYPE, "application/json")
                .header(ACCEPT, "application/json")
                .body(body.clone());
            let failure = match request.send().await {
                Ok(response) if response.status() == StatusCode::OK && answer::is_json(response.headers()) => {
                    return Ok(Answer::new(response, place, deadline, self.answer));
                }
                Ok(response) => self.failure(response, gate).await,
                Err(error) => Attempt::of(error),
            };
            let pause = PAUSE.saturating_mul(1 << (attempt - 1)).mul_f64(rand::rng().random_range(0.5..=1.0));
            if !failure.may_pass || attempt == TRIES || Instant::now() + pause >= deadline {
                return Err(failure.failure);
            }
            tracing::info!(operation = name, attempt, cause = %failure.failure, "DS is asked again");
            attempt += 1;
            tokio::time::sleep(pause).await;
        }
    }

    async fn failure(&self, mut response: Response, gate: &Gate) -> Attempt {
        let status = response.status();
        if status == StatusCode::TOO_MANY_REQUESTS {
            let wait = answer::wait(response.headers(), clock::now());
            gate.close(wait);
            let retry_at = clock::now().plus_seconds(i64::try_from(wait.as_secs()).unwrap_or(60) + 1);
            // Tried again: the gate then says whether the wait is short enough to hold the caller.
            return Attempt { failure: Failure::rate_limited(retry_at, false), may_pass: true };
        }
        let mut body = Vec::new();
        while body.len() < ERROR_BODY {
            match response.chunk().await {
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) | Err(_) => break,
            }
        }
        let may_pass = matches!(status.as_u16(), 502..=504);
        Attempt { failure: answer::failure(status, &body, self.egress_address.as_deref()), may_pass }
    }
}

/// A try that failed, and whether another may pass.
struct Attempt {
    failure: Failure,
    may_pass: bool,
}

impl Attempt {
    fn of(error: reqwest::Error) -> Self {
        let code = if error.is_timeout() && !error.is_connect() { Code::Timeout } else { Code::DsUnavailable };
        let may_pass = error.is_connect();
        Self { failure: Failure::new(code, outgoing::describe(error)), may_pass }
    }
}
