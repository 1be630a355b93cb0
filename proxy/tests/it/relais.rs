//! The real proxy between the stand-ins, and a client of it.

use std::{net::SocketAddr, time::Duration};

use relais_proxy::{
    Configuration, Server,
    config::{DsConfiguration, Enrolment, GristConfiguration, LimitsConfiguration, ServerConfiguration, TeamConfiguration},
};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    database::database,
    ds::Ds,
    grist::{Grist, Right},
    watch,
};

/// The document of the team, and one that has none.
pub(crate) const DOCUMENT: &str = "sampleDocumentOfTeamAA";
pub(crate) const STRANGER: &str = "sampleDocumentOfNobody";

/// The démarches of the team.
pub(crate) const DEMARCHE: i64 = 131_016;
pub(crate) const SECOND: i64 = 88_444;

/// Recognisable wherever it might leak.
pub(crate) const DS_TOKEN: &str = "c2FtcGxlLXRva2VuLW5ldmVyLXNob3du";

pub(crate) const PARTS: &str = concat!(
    r#""includeChamps":true,"includeAnnotations":false,"includeFiles":false,"includeFileContents":false,"includeGeometry":false,"includeInstructeurs":false,"#,
    r#""includeColumns":false,"includeAvis":false,"includeMessages":false,"includeTraitements":false"#
);

pub(crate) struct Relais {
    pub configuration: Configuration,
    pub folder: TempDir,
    pub server: Server,
    /// Where its answers are looked through.
    pub wire: SocketAddr,
    pub grist: Grist,
    pub ds: Ds,
    pub http: reqwest::Client,
}

impl Relais {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// With a configuration that differs from the usual one.
    pub(crate) async fn with(change: impl FnOnce(&mut Configuration)) -> Self {
        let (grist, ds) = (Grist::start().await, Ds::start().await);
        let mut configuration = configuration(&grist, &ds);
        let (database, folder) = database().await;
        configuration.database = database;
        configuration.secret.file = Some(folder.path().join("secret"));
        change(&mut configuration);
        watch::start();
        let server = Server::start(configuration.clone()).await.unwrap();
        let wire = watch::wire(server.address()).await;
        // Without compression: an answer is looked through as it comes.
        let http = reqwest::Client::builder().no_proxy().no_brotli().no_gzip().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { configuration, folder, server, wire, grist, ds, http }
    }

    /// Nobody is declared; any owner creates a team.
    pub(crate) async fn open() -> Self {
        Self::with(|configuration| {
            configuration.teams.clear();
            configuration.enrolment = Enrolment::Open;
        })
        .await
    }

    /// The same server, ended without a word and started anew.
    pub(crate) async fn restart(self) -> Self {
        let configuration = self.configuration.clone();
        self.restart_with(configuration).await
    }

    /// The same, configured otherwise.
    pub(crate) async fn restart_with(self, configuration: Configuration) -> Self {
        let Self { folder, server, grist, ds, http, .. } = self;
        drop(server);
        Self::resume(configuration, folder, grist, ds, http).await
    }

    /// Ends the server as a signal does, and starts it anew.
    pub(crate) async fn stop_and_start(self) -> Self {
        let Self { configuration, folder, server, grist, ds, http, .. } = self;
        server.stop().await;
        Self::resume(configuration, folder, grist, ds, http).await
    }

    pub(crate) async fn resume(configuration: Configuration, folder: TempDir, grist: Grist, ds: Ds, http: reqwest::Client) -> Self {
        let server = Server::start(configuration.clone()).await.unwrap();
        let wire = watch::wire(server.address()).await;
        Self { configuration, folder, server, wire, grist, ds, http }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.wire)
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.http.get(self.url(path)).send().await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Response {
        self.http.post(self.url(path)).json(body).send().await.unwrap()
    }

    /// Asks for a session with this origin and token.
    pub(crate) async fn ask_session(&self, origin: &str, token: &str) -> Response {
        self.post("/api/session", &json!({ "grist_origin": origin, "grist_token": token })).await
    }

    /// A session of user 42, editor of the team's document.
    pub(crate) async fn session(&self) -> String {
        self.session_of(42).await
    }

    pub(crate) async fn session_of(&self, user: i64) -> String {
        let token = self.grist.token(DOCUMENT, user, Right::Editor);
        let answer: Value = self.ask_session(&self.grist.origin(), &token).await.json().await.unwrap();
        answer["session"].as_str().expect("a session").to_owned()
    }

    /// A session of a person in any document.
    pub(crate) async fn session_in(&self, document: &str, user: i64, right: Right) -> String {
        let token = self.grist.token(document, user, right);
        let answer: Value = self.ask_session(&self.grist.origin(), &token).await.json().await.unwrap();
        answer["session"].as_str().unwrap_or_else(|| panic!("a session: {answer}")).to_owned()
    }

    /// Asks with a body, in a session.
    pub(crate) async fn send(&self, method: Method, path: &str, session: &str, body: &Value) -> Response {
        self.request(method, path, session).json(body).send().await.unwrap()
    }

    pub(crate) fn request(&self, method: Method, path: &str, session: &str) -> RequestBuilder {
        self.http.request(method, self.url(path)).bearer_auth(session)
    }

    /// Asks an operation, with variables as text.
    pub(crate) async fn operation(&self, session: &str, name: &str, variables: impl Into<String>) -> Response {
        self.try_operation(session, name, variables).await.unwrap()
    }

    pub(crate) async fn try_operation(&self, session: &str, name: &str, variables: impl Into<String>) -> reqwest::Result<Response> {
        let request = self.request(Method::POST, &format!("/api/operations/{name}"), session);
        request.header("content-type", "application/json").body(variables.into()).send().await
    }

    /// What DS says to a plain operation on the team's démarche, once it has gone through the proxy.
    pub(crate) async fn state(&self, session: &str) -> Response {
        self.operation(session, "getDemarcheState", format!(r#"{{"number":{DEMARCHE}}}"#)).await
    }

    pub(crate) async fn metrics(&self) -> String {
        let address = self.server.metrics_address().unwrap();
        let metrics = self.http.get(format!("http://{address}/metrics")).send().await.unwrap().text().await.unwrap();
        watch::look("a metric", &metrics);
        metrics
    }
}

pub(crate) fn configuration(grist: &Grist, ds: &Ds) -> Configuration {
    let origin = grist.origin();
    Configuration {
        server: ServerConfiguration {
            listen: "127.0.0.1:0".parse().unwrap(),
            metrics_listen: Some("127.0.0.1:0".parse().unwrap()),
            ..ServerConfiguration::default()
        },
        grist: GristConfiguration { origins: vec![origin.parse().unwrap()] },
        ds: DsConfiguration {
            url: format!("http://{}", ds.address).parse().unwrap(),
            egress_address: Some("203.0.113.10".to_owned()),
            ..DsConfiguration::default()
        },
        teams: vec![TeamConfiguration {
            name: "Préfecture de l’Ain".to_owned(),
            ds_token: DS_TOKEN.into(),
            token_expires: None,
            demarches: vec![DEMARCHE.to_string().parse().unwrap(), SECOND.to_string().parse().unwrap()],
            documents: vec![format!("{origin}/{DOCUMENT}").parse().unwrap()],
        }],
        // DS is asked nothing but what a test asks.
        limits: LimitsConfiguration { check_declared_after: Duration::from_hours(1), ..LimitsConfiguration::default() },
        ..Configuration::default()
    }
}

/// A whole answer, as a snapshot has it: what changes from run to run is named instead of shown.
pub(crate) async fn shown(response: Response) -> String {
    let mut text = format!("{}\n", response.status());
    let mut headers: Vec<(String, String)> = response
        .headers()
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "date" | "content-length" | "transfer-encoding"))
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    headers.sort();
    for (name, value) in headers {
        let value = if name == "x-request-id" { "[id]".to_owned() } else { value };
        text.extend([&name, ": ", &value, "\n"]);
    }
    let body = response.text().await.unwrap();
    match serde_json::from_str::<Value>(&body) {
        Ok(mut value) => {
            redact(&mut value);
            text.extend(["\n", &serde_json::to_string_pretty(&value).unwrap()]);
        }
        Err(_) => text.extend(["\n", &body]),
    }
    text
}

/// The body alone, redacted in the same way.
pub(crate) async fn body(response: Response) -> String {
    shown(response).await.split_once("\n\n").unwrap().1.to_owned()
}

fn redact(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                match name.as_str() {
                    "request_id" | "session" | "expires_at" | "server_time" | "retry_at" if !field.is_null() => {
                        *field = format!("[{name}]").into();
                    }
                    _ => redact(field),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(redact),
        _ => {}
    }
}

/// The code of an error.
pub(crate) async fn code(response: Response) -> String {
    let answer: Value = response.json().await.unwrap();
    answer["error"]["code"].as_str().unwrap_or_else(|| panic!("no error in {answer}")).to_owned()
}
