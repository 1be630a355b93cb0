//! The engine's ports over the sample services: a run without a browser.

use std::{sync::Mutex, time::Duration};

use relais_engine::{
    Timestamp,
    ds::{DemarcheNumber, FileContent, Operation, SourceError, SourceErrorCode},
    grist::{Applied, ApplyOptions, CellValue, ColumnId, DocumentError, TableId, UserAction},
    json,
    ports::{Clock, Document, Held, Leases, NewAttachment, Rows, Source},
};
use serde_json::{Value, json};

use crate::grist::{Refusal, SampleDocument};

/// A document of the sample Grist, as one of its users has it through the plugin API.
#[derive(Debug, Clone)]
pub struct GristPort {
    document: SampleDocument,
    user: String,
    patience: Duration,
}

/// A call that is never answered is given up sooner than the widget does: the tests do not wait two minutes.
const PATIENCE: Duration = Duration::from_secs(3);

impl GristPort {
    /// The document, seen by this user.
    pub fn new(document: SampleDocument, user: &str) -> Self {
        Self { document, user: user.to_owned(), patience: PATIENCE }
    }

    /// The same, which gives up sooner, or later.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }
}

/// What `fetchTable` gave.
#[derive(Debug)]
pub struct GristRows(Value);

impl Rows for GristRows {
    fn row_ids(&self) -> Vec<i64> {
        self.0.get("id").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_i64).collect()
    }

    fn column(&self, column: &ColumnId) -> Option<Vec<CellValue>> {
        Some(self.0.get(column.as_str())?.as_array()?.iter().cloned().map(CellValue::from).collect())
    }
}

fn refused(refusal: &Refusal) -> DocumentError {
    DocumentError::from_grist(refusal.code.as_deref(), &refusal.message)
}

impl Document for GristPort {
    type Rows = GristRows;
    type File = Vec<u8>;

    async fn attach(&self, files: &[NewAttachment<'_, Vec<u8>>]) -> Result<Vec<i64>, DocumentError> {
        let files = files.iter().map(|file| (file.name.to_owned(), file.content.clone())).collect();
        let attached = tokio::time::timeout(self.patience, self.document.attach(&self.user, files)).await;
        attached.map_err(|_| DocumentError::NoAnswer)?.map_err(|refusal| refused(&refusal))
    }

    async fn fetch_table(&self, table: &TableId) -> Result<GristRows, DocumentError> {
        let fetched = tokio::time::timeout(self.patience, self.document.fetch_table(&self.user, table.as_str())).await;
        fetched.map_err(|_| DocumentError::NoAnswer)?.map(GristRows).map_err(|refusal| refused(&refusal))
    }

    async fn apply(&self, actions: &[UserAction], options: &ApplyOptions) -> Result<Applied, DocumentError> {
        let actions = serde_json::to_value(actions).map_err(|error| DocumentError::Other(error.to_string()))?;
        let options = serde_json::to_value(options).map_err(|error| DocumentError::Other(error.to_string()))?;
        let applied = tokio::time::timeout(self.patience, self.document.apply(&self.user, actions, options)).await;
        let applied = applied.map_err(|_| DocumentError::NoAnswer)?.map_err(|refusal| refused(&refusal))?;
        json::from_value(&applied).map_err(|error| DocumentError::Other(error.to_string()))
    }
}

/// DS behind the proxy, over HTTP, as the widget calls it.
#[derive(Debug)]
pub struct ProxyPort {
    client: reqwest::Client,
    address: String,
    session: String,
    received: Mutex<u64>,
    lease: Mutex<Option<String>>,
}

impl ProxyPort {
    /// Opens a session with a Grist access token.
    pub async fn open(address: &str, grist_origin: &str, grist_token: &str) -> Result<Self, SourceError> {
        let client = reqwest::Client::new();
        let body = json!({ "grist_origin": grist_origin, "grist_token": grist_token });
        let answer = client.post(format!("{address}/api/session")).json(&body).send().await.map_err(|_| unreachable_proxy())?;
        let session: Value = read(answer).await.and_then(|body| serde_json::from_slice(&body).map_err(|_| SourceErrorCode::Internal.into()))?;
        let session = session.get("session").and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(Self { client, address: address.to_owned(), session, received: Mutex::default(), lease: Mutex::default() })
    }

    /// Ends its lease without its knowing, as two minutes of silence do.
    pub async fn let_lease_end(&self, connexion: &str) {
        let lease = self.lease.lock().map_or(None, |lease| lease.clone());
        self.end_lease(connexion, lease).await;
    }

    async fn end_lease(&self, connexion: &str, lease: Option<String>) {
        let request = self.client.delete(format!("{}/api/leases/{connexion}", self.address)).bearer_auth(&self.session);
        let _ended = request.json(&json!({ "lease": lease })).send().await;
    }

    /// Bytes of answers so far.
    pub fn received(&self) -> u64 {
        self.received.lock().map_or(0, |received| *received)
    }
}

fn unreachable_proxy() -> SourceError {
    SourceErrorCode::ProxyUnavailable.into()
}

/// The body of a good answer, or the error that the proxy explains.
async fn read(answer: reqwest::Response) -> Result<Vec<u8>, SourceError> {
    let is_success = answer.status().is_success();
    // A body cut in the middle is one that cannot be read.
    let body = answer.bytes().await.map_err(|_| SourceError::from(SourceErrorCode::InvalidAnswer))?;
    if is_success {
        return Ok(body.to_vec());
    }
    let error: Value = serde_json::from_slice(&body).unwrap_or_default();
    let error = error.get("error").cloned().unwrap_or_default();
    let text = |name: &str| error.get(name).and_then(Value::as_str).map(str::to_owned);
    let code = error.get("code").cloned().and_then(|code| serde_json::from_value(code).ok()).unwrap_or(SourceErrorCode::Internal);
    let retry_at = text("retry_at").and_then(|instant| Timestamp::parse(&instant).ok());
    let holder = error.get("holder").cloned().and_then(|holder| json::from_value(&holder).ok());
    Err(SourceError { code, retry_at, address: text("address"), request_id: text("request_id"), holder })
}

impl Source for ProxyPort {
    type File = Vec<u8>;

    async fn file(&self, demarche: DemarcheNumber, content: &FileContent) -> Result<Vec<u8>, SourceError> {
        let body = json!({ "demarche": demarche, "url": content.url, "size": content.size });
        let request = self.client.post(format!("{}/api/files", self.address)).bearer_auth(&self.session).json(&body);
        read(request.send().await.map_err(|_| unreachable_proxy())?).await
    }

    async fn call(&self, operation: &Operation) -> Result<Vec<u8>, SourceError> {
        let address = format!("{}/api/operations/{}", self.address, operation.name().as_str());
        let request = self.client.post(address).bearer_auth(&self.session).json(&operation.variables());
        let body = read(request.send().await.map_err(|_| unreachable_proxy())?).await?;
        if let Ok(mut received) = self.received.lock() {
            *received += body.len() as u64;
        }
        Ok(body)
    }
}

impl Leases for ProxyPort {
    async fn hold(&self, connexion: &str) -> Result<Held, SourceError> {
        let shown = self.lease.lock().map_or(None, |lease| lease.clone());
        let request = self.client.put(format!("{}/api/leases/{connexion}", self.address)).bearer_auth(&self.session);
        let body = read(request.json(&json!({ "lease": shown })).send().await.map_err(|_| unreachable_proxy())?).await?;
        let given: Value = serde_json::from_slice(&body).map_err(|_| SourceError::from(SourceErrorCode::Internal))?;
        let given = given.get("lease").and_then(Value::as_str).map(str::to_owned);
        let held = if given == shown { Held::Kept } else { Held::New };
        if let Ok(mut lease) = self.lease.lock() {
            *lease = given;
        }
        Ok(held)
    }

    async fn give_back(&self, connexion: &str) {
        let lease = self.lease.lock().map_or(None, |mut lease| lease.take());
        self.end_lease(connexion, lease).await;
    }
}

/// The machine's clock, or one that is ahead of it. Waits are cut short: no test is about them.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock {
    /// Hours that it is ahead: what happens days later is not waited for.
    pub hours_ahead: i64,
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let now = time::OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000;
        Timestamp::from_milliseconds(i64::try_from(now).unwrap_or_default()).plus_seconds(self.hours_ahead * 3600)
    }

    async fn sleep(&self, milliseconds: u32) {
        tokio::time::sleep(Duration::from_millis(u64::from(milliseconds.min(20)))).await;
    }
}
