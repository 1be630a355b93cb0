//! The token, and what people hold, are looked for in everything that leaves the proxy, on every path that fails.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
    time::Duration,
};

use reqwest::{Method, Response, StatusCode};
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::{
    database::{is_postgres, meddle},
    ds::{Ds, Known, Reply},
    grist::{Right, now},
    relais::{DEMARCHE, DOCUMENT, DS_TOKEN, PARTS, Relais, STRANGER},
    storage::{Served, Storage},
    teams::create,
    tokens::{TOKEN, deposit, try_deposit},
};

/// What opens a file, for an hour.
const SIGNATURE: &str = "c2lnbmF0dXJlLW5ldmVyLXNob3du";

/// Everything that was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Status, headers and body, or how the answer broke off.
async fn everything(response: Response) -> String {
    let head = format!("{} {:?}", response.status(), response.headers());
    match response.bytes().await {
        Ok(body) => format!("{head} {}", String::from_utf8_lossy(&body)),
        Err(error) => format!("{head} {error:?}"),
    }
}

/// Files, on every path.
async fn files(relais: &Relais, storage: &Storage, session: &str) -> Vec<String> {
    let served = [
        Served::File("sample".into()),
        Served::Status(401),
        Served::Status(500),
        Served::Status(502),
        Served::To(302, storage.url(&format!("b?temp_url_sig={SIGNATURE}"))),
        Served::File("short".into()),
        Served::Unannounced(vec!["sam".into(), "ples".into()]),
        Served::Stalled(6, "sam".into()),
        Served::Silent,
    ];
    let asked = served.len() - 1;
    storage.will(served);
    let query = format!("a?temp_url_sig={SIGNATURE}&filename=private-name.pdf");
    let mut urls = vec![storage.url(&query); asked];
    urls.extend(
        ["https://localhost:9/", "http://127.0.0.1:9/", "https://elsewhere.example/", "not an address "].map(|start| format!("{start}{query}")),
    );
    urls.push(format!("{}#{SIGNATURE}", storage.url(&query)));
    let mut answers = Vec::new();
    for url in urls {
        let body = serde_json::json!({ "demarche": DEMARCHE, "url": url, "size": 6 });
        answers.push(match relais.request(reqwest::Method::POST, "/api/files", session).json(&body).send().await {
            Ok(answer) => everything(answer).await,
            Err(error) => format!("{error:?}"),
        });
    }
    let malformed = format!(r#"{{"demarche":{DEMARCHE},"url":"{query}","size":-1}}"#);
    let request = relais.request(reqwest::Method::POST, "/api/files", session).header("content-type", "application/json");
    answers.push(everything(request.body(malformed).send().await.unwrap()).await);
    assert_eq!(storage.fetched().len(), asked + 1, "every file was asked for");
    answers
}

impl Log {
    /// Gathers what this thread logs from now on: the proxy's tasks run on it, too, in a test of one thread.
    fn gather() -> (Self, (tracing::subscriber::DefaultGuard, tracing::Dispatch)) {
        // With one subscriber alone, tracing asks the thread that comes first to a line whether it is wanted, and keeps the
        // answer for all: a line that another test came to first would be missing here.
        let another = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::default());
        let log = Self::default();
        let subscriber = tracing_subscriber::fmt().json().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
        (log, (tracing::subscriber::set_default(subscriber), another))
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// A token that is deposited, refused, replaced and checked; a code that is made, tried and used.
#[tokio::test(flavor = "current_thread")]
async fn no_deposited_token_and_no_code_leaves_the_proxy() {
    let (log, _guard) = Log::gather();
    let relais = Relais::open().await;
    relais.ds.knows(TOKEN, Known { demarches: vec![DEMARCHE], ..Known::default() });
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    let mut answers = Vec::new();
    relais.ds.will([Reply::Echo(StatusCode::FORBIDDEN), Reply::Echo(StatusCode::INTERNAL_SERVER_ERROR), Reply::html(200)]);
    for _ in 0..3 {
        answers.push(everything(try_deposit(&relais, &owner, TOKEN, &[DEMARCHE]).await).await);
    }
    let deposited = deposit(&relais, &owner, TOKEN, &[DEMARCHE]).await;
    answers.push(deposited.to_string());
    answers.push(everything(try_deposit(&relais, &owner, TOKEN, &[DEMARCHE]).await).await);
    answers.push(everything(try_deposit(&relais, &owner, &format!("{TOKEN} {TOKEN}"), &[DEMARCHE]).await).await);
    let path = format!("/api/tokens/{}", deposited["token"]["id"].as_str().unwrap());
    for body in [
        json!({ "version": 1, "name": TOKEN, "token": TOKEN, "demarches": [DEMARCHE], "expires": TOKEN }),
        json!({ "version": TOKEN }),
        json!({ "version": 7, "name": "A", "token": TOKEN, "demarches": [DEMARCHE], "expires": null }),
    ] {
        answers.push(everything(relais.send(Method::PUT, &path, &owner, &body).await).await);
    }
    answers.push(everything(relais.send(Method::POST, &format!("{path}/check"), &owner, &json!({})).await).await);
    answers.push(everything(relais.request(Method::GET, "/api/team", &owner).send().await.unwrap()).await);
    answers.push(everything(relais.request(Method::GET, "/api/demarches", &owner).send().await.unwrap()).await);
    answers.push(everything(relais.state(&owner).await).await);
    let invited: serde_json::Value =
        relais.send(Method::POST, "/api/team/invitations", &owner, &json!({ "hands_over": false })).await.json().await.unwrap();
    let invitation = invited["code"].as_str().unwrap().to_owned();
    let comer = relais.session_in(STRANGER, 7, Right::Owner).await;
    for wrong in [&format!("{invitation}X"), &invitation, &invitation] {
        let body = json!({ "code": wrong, "document_name": "Suivi" });
        answers.push(everything(relais.send(Method::POST, "/api/team/join", &comer, &body).await).await);
    }
    answers.push(everything(relais.request(Method::GET, "/api/team", &comer).send().await.unwrap()).await);
    answers.push(relais.metrics().await);
    answers.push(format!("{:?} {:?}", relais.server, relais.configuration));
    let logged = log.text();
    let ours: String = logged.lines().filter(|line| line.contains("relais_proxy") || line.contains("sqlx")).collect();
    assert!(ours.contains("token deposited") && ours.contains("a document joined"), "the log was seen");
    // With what the database's own lines say.
    if logged.contains("sqlx") {
        assert!(ours.contains("INSERT INTO tokens"));
    }
    answers.push(ours);
    let plain = invitation.replace('-', "");
    for (place, text) in answers.iter().enumerate() {
        for secret in [TOKEN, "deposited-token", &invitation, &plain, &owner] {
            assert!(!text.contains(secret), "a secret in answer {place}: {text}");
        }
    }
}

#[tokio::test(flavor = "current_thread")]
async fn no_secret_leaves_the_proxy() {
    let (log, _guard) = Log::gather();
    let storage = Storage::start().await;
    let relais = Relais::with(|configured| {
        configured.limits.ds_call = Duration::from_secs(3);
        configured.limits.file_idle = Duration::from_secs(1);
        configured.ds.file_hosts = vec![storage.address.to_string().parse().unwrap(), "localhost:9".parse().unwrap(), "127.0.0.1:9".parse().unwrap()];
    })
    .await;
    let origin = relais.grist.origin();
    let good = relais.grist.token(DOCUMENT, 42, Right::Editor);
    let session = relais.session().await;
    let mut answers = Vec::new();

    let refused = [
        relais.grist.token(DOCUMENT, 42, Right::Viewer),
        relais.grist.token(STRANGER, 42, Right::Owner),
        relais.grist.token_until(DOCUMENT, 42, Right::Editor, now() - 1),
        format!("{good}x"),
    ];
    for token in &refused {
        answers.push(everything(relais.ask_session(&origin, token).await).await);
    }
    answers.push(everything(relais.ask_session("https://elsewhere.example", &good).await).await);

    let reset: &'static str = now().to_string().leak();
    let replies = [
        Reply::Echo(StatusCode::BAD_REQUEST),
        Reply::Echo(StatusCode::UNAUTHORIZED),
        Reply::Echo(StatusCode::FORBIDDEN),
        Reply::Echo(StatusCode::NOT_FOUND),
        Reply::Echo(StatusCode::INTERNAL_SERVER_ERROR),
        Reply::With(StatusCode::FOUND, "location", "http://127.0.0.1:1/", String::new()),
        Reply::html(200),
        Reply::Cut("{".to_owned()),
        Reply::Huge(33 * 1024 * 1024),
        Reply::Echo(StatusCode::BAD_GATEWAY),
        Reply::Echo(StatusCode::BAD_GATEWAY),
        Reply::Echo(StatusCode::BAD_GATEWAY),
        Reply::With(StatusCode::TOO_MANY_REQUESTS, "RateLimit-Reset", reset, "slow".to_owned()),
        Ds::state(DEMARCHE, "x"),
        Reply::Held(Box::new(Reply::html(200))),
    ];
    relais.ds.will(replies);
    for _ in 0..12 {
        let answer = relais.try_operation(&session, "getDemarcheState", format!(r#"{{"number":{DEMARCHE}}}"#)).await;
        answers.push(match answer {
            Ok(answer) => everything(answer).await,
            Err(error) => format!("{error:?}"),
        });
    }
    assert_eq!(relais.ds.asked().len(), 15, "every reply was used");
    relais.ds.release();
    relais.ds.will([Ds::dossier(7, 999), Reply::Echo(StatusCode::UNAUTHORIZED)]);
    answers.push(everything(relais.operation(&session, "getDossier", format!(r#"{{"number":{DEMARCHE},"dossier":7,{PARTS}}}"#)).await).await);
    answers.push(everything(relais.request(reqwest::Method::GET, "/api/demarches", &session).send().await.unwrap()).await);
    answers.push(everything(relais.operation(&session, "getDemarche", r#"{"number":1}"#).await).await);
    answers.push(everything(relais.operation(&session, "getDemarche", format!(r#"{{"{DS_TOKEN}":1}}"#)).await).await);
    answers.push(everything(relais.operation(&format!("{session}x"), "getDemarche", "{}").await).await);
    answers.extend(files(&relais, &storage, &session).await);
    for path in ["/", "/manifest.json", "/health/ready", "/nothing"] {
        answers.push(everything(relais.get(path).await).await);
    }
    answers.push(relais.metrics().await);
    answers.push(format!("{:?}", relais.server));
    let (_reserved, gone) = crate::raw::nobody();
    let absent = Relais::with(|configured| {
        configured.ds.url = format!("http://{gone}").parse().unwrap();
        configured.grist.origins.push(format!("http://{gone}").parse().unwrap());
    })
    .await;
    answers.push(everything(absent.ask_session(&format!("http://{gone}"), &good).await).await);
    let absent_session = absent.session().await;
    answers.push(everything(absent.state(&absent_session).await).await);

    let logged = log.text();
    // The proxy's own lines; those of the test's client are not its doing.
    assert!(logged.contains("\"file passed on\"") && logged.contains("\"file cut\""), "files were logged");
    // An address that opens a file is in nobody's line, at any level: not even in those of the libraries.
    for secret in [SIGNATURE, "temp_url_sig", "private-name"] {
        assert_eq!(logged.lines().find(|line| line.contains(secret)), None, "{secret} in the log");
    }
    let ours: String = logged.lines().filter(|line| line.contains("relais_proxy")).collect();
    assert!(ours.matches("\"request\"").count() > 20, "the log was seen");
    answers.push(ours);
    let secrets = refused.iter().map(String::as_str).chain([DS_TOKEN, &good, &session, &absent_session, DOCUMENT, SIGNATURE, "private-name"]);
    for (place, text) in answers.iter().enumerate() {
        for secret in secrets.clone() {
            // A session's answer holds the document for its own editor; none of these is one.
            assert!(!text.contains(secret), "{secret} in answer {place}: {text}");
        }
        assert!(
            !text.contains("upstream-words") && !text.contains("Calme toi") && !text.contains("storage-words"),
            "the words of DS in answer {place}: {text}"
        );
    }
}

/// An error of the database may quote the row that it refuses.
#[tokio::test(flavor = "current_thread")]
async fn the_words_of_the_database_are_in_no_line() {
    let (log, _guard) = Log::gather();
    let relais = Relais::open().await;
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    let close = if is_postgres() {
        "ALTER TABLE teams ADD CONSTRAINT private_words CHECK (version < 2)"
    } else {
        "CREATE TRIGGER closed BEFORE UPDATE ON teams BEGIN SELECT RAISE(ABORT, 'private_words'); END"
    };
    meddle(&relais.configuration.database, close).await;
    let refused = everything(relais.send(Method::PATCH, "/api/team", &owner, &json!({ "name": "Nouvelle", "version": 1 })).await).await;
    assert!(refused.contains("proxy_unavailable"), "{refused}");
    let logged = log.text();
    let ours: String = logged.lines().filter(|line| line.contains("relais_proxy")).collect();
    assert!(ours.contains("the database: code "), "the log was seen");
    for words in ["private_words", "Nouvelle"] {
        assert!(!ours.contains(words) && !refused.contains(words), "{words}");
    }
}
