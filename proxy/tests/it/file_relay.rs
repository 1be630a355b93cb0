//! The files of DS: what is passed on, and what nobody can have fetched.

use std::time::{Duration, Instant};

use axum::body::Bytes;
use insta::assert_snapshot;
use relais_proxy::Configuration;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    ds::{Ds, Reply},
    grist::Right,
    raw,
    relais::{DEMARCHE, Relais, SECOND, STRANGER, body, code, shown},
    storage::{Served, Storage, within},
};

/// Part of an address, recognisable wherever it might leak.
const SIGNATURE: &str = "temp_url_sig=c2lnbmF0dXJl&temp_url_expires=1729069804&filename=private-name.pdf";

/// A proxy that fetches from this host.
async fn relais(storage: &Storage, change: impl FnOnce(&mut Configuration)) -> Relais {
    Relais::with(|configured| {
        configured.ds.file_hosts = vec![storage.address.to_string().parse().unwrap()];
        change(configured);
    })
    .await
}

async fn try_ask(relais: &Relais, session: &str, url: &str, size: usize) -> reqwest::Result<reqwest::Response> {
    let asked = json!({ "demarche": DEMARCHE, "url": url, "size": size });
    relais.request(Method::POST, "/api/files", session).json(&asked).send().await
}

async fn ask(relais: &Relais, session: &str, url: &str, size: usize) -> reqwest::Response {
    try_ask(relais, session, url, size).await.unwrap()
}

/// What the host serves, asked for as a file of that size: the code, or the bytes when all of them came. A body that breaks
/// off may do so before its head has left.
async fn outcome(relais: &Relais, storage: &Storage, session: &str, served: impl IntoIterator<Item = Served>, size: usize) -> Result<Bytes, String> {
    storage.will(served);
    let broken = |_| "broken off".to_owned();
    within(async {
        let answer = try_ask(relais, session, &storage.url("a"), size).await.map_err(broken)?;
        if answer.status() == StatusCode::OK { answer.bytes().await.map_err(broken) } else { Err(code(answer).await) }
    })
    .await
}

/// Asks until there is a place, without spending what a person may ask in a minute.
async fn until_served(relais: &Relais, session: &str, storage: &Storage) {
    let served = async {
        while ask(relais, session, &storage.url("a"), 6).await.status() != StatusCode::OK {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    within(served).await;
}

#[tokio::test]
async fn a_file_is_passed_on_as_it_is() {
    let storage = Storage::start().await;
    let relais = relais(&storage, |_| {}).await;
    let session = relais.session().await;
    // Words that a browser would take for a page, and that would shrink.
    let page = "<script>alert(1)</script>".repeat(100);
    storage.will([Served::File(page.clone().into())]);
    let request = relais.request(Method::POST, "/api/files", &session).header("cookie", "a=b").header("referer", "https://grist.exemple.fr/private");
    let request = request.header("accept-encoding", "br, gzip").header("x-forwarded-for", "198.51.100.9").header("range", "bytes=0-1");
    let answer = request.json(&json!({ "demarche": DEMARCHE, "url": storage.url(&format!("v1/a?{SIGNATURE}")), "size": page.len() })).send().await;
    let answer = answer.unwrap();
    assert_eq!(answer.headers()["content-length"], page.len().to_string());
    assert_snapshot!(shown(answer).await.replace(&page, "[page]"), @r"
    200 OK
    cache-control: no-store
    content-disposition: attachment
    content-security-policy: sandbox; default-src 'none'
    content-type: application/octet-stream
    cross-origin-resource-policy: same-origin
    permissions-policy: camera=(), geolocation=(), microphone=(), payment=(), usb=()
    referrer-policy: no-referrer
    x-content-type-options: nosniff
    x-request-id: [id]

    [page]
    ");
    // No token, no session, no cookie, nothing of the caller's.
    let [fetched] = &storage.fetched()[..] else { panic!("asked once") };
    assert_eq!(fetched.address, format!("/v1/a?{SIGNATURE}"));
    let mut headers: Vec<String> = fetched.headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    headers.sort();
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        headers,
        ["accept-encoding: identity", "accept: */*", &format!("host: {}", storage.address), &format!("user-agent: relais/{version}")]
    );
    assert!(relais.ds.asked().is_empty(), "DS itself has no part in it");
    let metrics = relais.metrics().await;
    assert!(metrics.contains("relais_files_total{outcome=\"ok\"} 1\n") && metrics.contains(&format!("relais_file_bytes_total {}\n", page.len())));
    assert!(metrics.contains("route=\"/api/files\",status=\"200\"} 1"), "{metrics}");
}

#[tokio::test]
async fn an_address_is_compared_letter_by_letter_and_never_fetched() {
    let (storage, attacker) = (Storage::start().await, Storage::start().await);
    let relais = relais(&storage, |configured| configured.ds.file_hosts.push("static.exemple.fr".parse().unwrap())).await;
    let session = relais.session().await;
    let (host, port) = (storage.address, storage.address.port());
    let (other, other_port) = (attacker.address, attacker.address.port());
    for url in [
        attacker.url("a"),
        format!("http://{host}@{other}/a"),
        format!("http://{host}%40{other}/a"),
        format!("http://user@{host}/a"),
        format!("http://user:pass@{host}/a"),
        format!("http://@{host}/a"),
        format!("http://{host}\\@{other}/a"),
        format!("http://{other}\\@{host}/a"),
        format!("http://{other}#@{host}/a"),
        format!("http://{other}?@{host}/a"),
        format!("http:\\\\{host}\\a"),
        format!("http:/{host}/a"),
        format!("//{host}/a"),
        format!("HTTP://{host}/a"),
        format!("ht\ttp://{host}/a"),
        format!(" http://{host}/a"),
        format!("http://{host}/a\n"),
        format!("http://{host}/a\r\nx-injected: 1"),
        format!("http://{host}/a#b"),
        format!("http://{host}"),
        format!("http://{host}?a"),
        format!("http://127.0.0.1.:{port}/a"),
        format!("http://127.0.0.1%2e:{port}/a"),
        format!("http://127.0.0%2e1:{port}/a"),
        format!("http://127.1:{port}/a"),
        format!("http://0177.0.0.1:{port}/a"),
        format!("http://0x7f000001:{port}/a"),
        format!("http://2130706433:{port}/a"),
        format!("http://[::ffff:127.0.0.1]:{port}/a"),
        format!("http://①27.0.0.1:{port}/a"),
        format!("http://localhost:{port}/a"),
        format!("http://0.0.0.0:{port}/a"),
        format!("http://127.0.0.1:0{port}/a"),
        format!("http://127.0.0.1:{port}:{other_port}/a"),
        format!("http://127.0.0.1:{port}{other_port}/a"),
        format!("http://127.0.0.1:{other_port}/{host}"),
        "http://127.0.0.1/a".to_owned(),
        "http://static.exemple.fr/a".to_owned(),
        "https://static.exemple.fr./a".to_owned(),
        "https://STATIC.exemple.fr/a".to_owned(),
        "https://static.exemple.fr:8443/a".to_owned(),
        "https://ſtatic.exemple.fr/a".to_owned(),
        "https://static.exemple.fr.attacker.example/a".to_owned(),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "file:///etc/passwd".to_owned(),
        format!("http://{host}/{}", "a".repeat(2048)),
        String::new(),
    ] {
        assert_eq!(code(ask(&relais, &session, &url, 6).await).await, "file_refused", "{url}");
    }
    assert!(storage.fetched().is_empty() && attacker.fetched().is_empty(), "nobody was asked");
    assert_snapshot!(body(ask(&relais, &session, &attacker.url("a"), 6).await).await, @r#"
    {
      "error": {
        "code": "file_refused",
        "help": "Donnez le numéro de la demande à la personne qui administre Relais : l’hôte des fichiers est un de ses réglages.",
        "message": "Ce fichier n’est pas à une adresse que Relais peut lire. La cellule n’a pas changé.",
        "request_id": "[request_id]"
      }
    }
    "#);
}

/// A name of the list that leads to this very machine, as an attacker's name server, or the real one's, could make it.
#[tokio::test]
async fn a_name_that_leads_inside_is_not_followed() {
    let inside = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = inside.local_addr().unwrap().port();
    let relais = Relais::with(|configured| configured.ds.file_hosts = vec![format!("localhost:{port}").parse().unwrap()]).await;
    let session = relais.session().await;
    let url = format!("https://localhost:{port}/a");
    tokio::select! {
        refused = ask(&relais, &session, &url, 6) => assert_eq!(code(refused).await, "file_refused"),
        _ = inside.accept() => panic!("a connection was made"),
    }
    // A name alone: this machine as a number is for the sample services.
    assert_eq!(code(ask(&relais, &session, &format!("http://localhost:{port}/a"), 6).await).await, "file_refused");
}

#[tokio::test]
async fn a_redirection_is_a_refusal() {
    let (storage, elsewhere) = (Storage::start().await, Storage::start().await);
    let relais = relais(&storage, |_| {}).await;
    let session = relais.session().await;
    for status in [301, 302, 303, 307, 308] {
        for location in [elsewhere.url("a"), storage.url("b"), "/b".to_owned(), "http://169.254.169.254/".to_owned()] {
            assert_eq!(outcome(&relais, &storage, &session, [Served::To(status, location)], 6).await, Err("file_refused".to_owned()), "{status}");
        }
    }
    assert_eq!((elsewhere.fetched().len(), storage.fetched().len()), (0, 20));
}

#[tokio::test]
async fn only_a_team_gets_the_files_of_its_demarches() {
    let storage = Storage::start().await;
    let relais = relais(&storage, |_| {}).await;
    let session = relais.session().await;
    let asked = |demarche: i64| json!({ "demarche": demarche, "url": storage.url("a"), "size": 6 });
    assert_eq!(code(relais.post("/api/files", &asked(DEMARCHE)).await).await, "session_expired");
    let with = async |session: &str, demarche| relais.request(Method::POST, "/api/files", session).json(&asked(demarche)).send().await.unwrap();
    assert_eq!(code(with(&format!("{session}x"), DEMARCHE).await).await, "session_expired");
    assert_eq!(code(with(&session, 999).await).await, "demarche_forbidden");
    let token = relais.grist.token(STRANGER, 42, Right::Owner);
    assert_eq!(code(relais.ask_session(&relais.grist.origin(), &token).await).await, "document_unknown");
    assert!(storage.fetched().is_empty());
    assert_eq!(with(&session, SECOND).await.bytes().await.unwrap(), "sample");
}

#[tokio::test]
async fn a_body_of_another_shape_is_refused() {
    let storage = Storage::start().await;
    let relais = relais(&storage, |_| {}).await;
    let session = relais.session().await;
    let url = storage.url("a");
    let send = async |text: String| {
        let request = relais.request(Method::POST, "/api/files", &session).header("content-type", "application/json");
        request.body(text).send().await.unwrap()
    };
    for asked in [
        json!({}),
        json!({ "demarche": DEMARCHE, "url": url }),
        json!({ "demarche": DEMARCHE, "size": 6 }),
        json!({ "url": url, "size": 6 }),
        json!({ "demarche": DEMARCHE, "url": [url], "size": 6 }),
        json!({ "demarche": DEMARCHE, "url": url, "size": -1 }),
        json!({ "demarche": DEMARCHE, "url": url, "size": 6.0 }),
        json!({ "demarche": DEMARCHE, "url": url, "size": "6" }),
        json!({ "demarche": DEMARCHE.to_string(), "url": url, "size": 6 }),
        json!({ "demarche": DEMARCHE, "url": url, "size": 6, "headers": {} }),
        // What an error of the reader would quote, into the log.
        json!(storage.url(SIGNATURE)),
    ] {
        assert_eq!(code(send(asked.to_string()).await).await, "bad_request", "{asked}");
    }
    let twice = format!(r#"{{"demarche":{DEMARCHE},"size":6,"url":"{url}","url":"{url}"}}"#);
    assert_eq!(code(send(twice).await).await, "bad_request");
    let padded = format!("{}{}", json!({ "demarche": DEMARCHE, "url": url, "size": 6 }), " ".repeat(64 * 1024));
    assert_eq!(send(padded).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert!(storage.fetched().is_empty());
}

#[tokio::test]
async fn a_file_past_the_limit_is_not_passed_on() {
    let storage = Storage::start().await;
    let relais = relais(&storage, |configured| configured.limits.file_bytes = 1000.try_into().unwrap()).await;
    let session = relais.session().await;
    // DS says so: nobody is asked.
    assert_snapshot!(body(ask(&relais, &session, &storage.url("a"), 1001).await).await, @r#"
    {
      "error": {
        "code": "file_too_large",
        "help": "Ouvrez-le depuis le dossier, dans Démarches Simplifiées.",
        "message": "Ce fichier est plus lourd que ce que Relais transmet. La cellule n’a pas changé.",
        "request_id": "[request_id]"
      }
    }
    "#);
    assert!(storage.fetched().is_empty());
    // The host says so, or its bytes do.
    let bytes = |count: usize| Bytes::from(vec![b'x'; count]);
    let refused = Err("file_too_large".to_owned());
    assert_eq!(outcome(&relais, &storage, &session, [Served::File(bytes(1001))], 1000).await, refused);
    assert_eq!(outcome(&relais, &storage, &session, [Served::Unannounced(vec![bytes(1000), bytes(1)])], 1000).await, refused);
    assert_eq!(outcome(&relais, &storage, &session, [Served::Unannounced(vec![bytes(1001)])], 1).await, refused);
    let broken = Err("broken off".to_owned());
    assert_eq!(outcome(&relais, &storage, &session, [Served::Unannounced(vec![bytes(500), bytes(501)])], 1000).await, broken);
    assert_eq!(outcome(&relais, &storage, &session, [Served::File(bytes(1000))], 1000).await, Ok(bytes(1000)));
    assert_eq!(outcome(&relais, &storage, &session, [Served::Unannounced(vec![bytes(999), bytes(1)])], 1000).await, Ok(bytes(1000)));
    assert!(relais.metrics().await.contains("relais_files_total{outcome=\"file_too_large\"} 5\n"));
}

#[tokio::test]
async fn another_length_than_ds_said_never_passes_for_the_file() {
    let storage = Storage::start().await;
    let relais = relais(&storage, |_| {}).await;
    let session = relais.session().await;
    let piece = |text: &'static str| Bytes::from_static(text.as_bytes());
    let refused = || Err("invalid_answer".to_owned());
    // Known before the first byte.
    for served in [
        Served::File(piece("short")),
        Served::File(piece("longer!")),
        Served::File(piece("")),
        Served::Unannounced(vec![]),
        Served::Unannounced(vec![piece("longer!")]),
        Served::Unannounced(vec![piece("sample"), piece("!")]),
        Served::Status(204),
        Served::Status(206),
    ] {
        assert_eq!(outcome(&relais, &storage, &session, [served], 6).await, refused());
    }
    assert_eq!(outcome(&relais, &storage, &session, [Served::Unannounced(vec![piece("x")])], 0).await, refused());
    assert_snapshot!(body(ask(&relais, &session, &storage.url("a"), 7).await).await, @r#"
    {
      "error": {
        "code": "invalid_answer",
        "help": "Synchronisez de nouveau. Si cela dure, ouvrez-le depuis le dossier, dans Démarches Simplifiées.",
        "message": "Ce fichier n’est pas arrivé entier, ou n’a pas la taille annoncée par Démarches Simplifiées. La cellule n’a pas changé.",
        "request_id": "[request_id]"
      }
    }
    "#);
    // Known too late to say so: the connection breaks off, although as many bytes as were announced may have come.
    for served in [
        Served::Unannounced(vec![piece("sam"), piece("p")]),
        Served::Unannounced(vec![piece("sam"), piece("ples")]),
        Served::Unannounced(vec![piece("sam"), piece("ple"), piece("s")]),
        Served::Announced(6, piece("sam")),
    ] {
        assert_eq!(outcome(&relais, &storage, &session, [served], 6).await, Err("broken off".to_owned()));
    }
    assert_eq!(outcome(&relais, &storage, &session, [Served::Unannounced(vec![piece("sam"), piece("ple")])], 6).await, Ok(piece("sample")));
    assert_eq!(outcome(&relais, &storage, &session, [Served::File(piece(""))], 0).await, Ok(piece("")));
    assert_eq!(outcome(&relais, &storage, &session, [Served::Unannounced(vec![])], 0).await, Ok(piece("")));
}

#[tokio::test]
async fn a_compressed_file_stays_so() {
    let storage = Storage::start().await;
    let relais = relais(&storage, |_| {}).await;
    let session = relais.session().await;
    // "sample\n", by gzip: whoever decompressed it would count other bytes than DS.
    let gzip = Bytes::from_static(b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x2b\x4e\xcc\x2d\xc8\x49\xe5\x02\0\x30\xa5\x86\x12\x07\0\0\0");
    for coding in ["gzip", "br"] {
        storage.will([Served::With("content-encoding", coding, gzip.clone())]);
        let answer = ask(&relais, &session, &storage.url("a"), gzip.len()).await;
        assert!(!answer.headers().contains_key("content-encoding"), "its name in DS says what it is");
        assert_eq!(answer.bytes().await.unwrap(), gzip);
    }
}

#[tokio::test]
async fn what_the_host_refuses_is_told_apart() {
    let storage = Storage::start().await;
    let relais = relais(&storage, |_| {}).await;
    let session = relais.session().await;
    for (status, expected) in [
        (401, "file_expired"),
        (403, "file_expired"),
        (404, "file_expired"),
        (410, "file_expired"),
        (400, "ds_failed"),
        (416, "ds_failed"),
        (408, "timeout"),
        (429, "rate_limited"),
    ] {
        assert_eq!(outcome(&relais, &storage, &session, [Served::Status(status)], 6).await, Err(expected.to_owned()), "{status}");
    }
    assert_eq!(storage.fetched().len(), 8, "another try would not mend these");
    storage.will([Served::Status(401)]);
    let expired = ask(&relais, &session, &storage.url("a"), 6).await;
    assert_eq!(expired.status(), StatusCode::GONE);
    assert_snapshot!(body(expired).await, @r#"
    {
      "error": {
        "code": "file_expired",
        "help": "Synchronisez de nouveau : Démarches Simplifiées donne une nouvelle adresse à chaque lecture, valable une heure.",
        "message": "L’adresse de ce fichier a expiré, ou le fichier a été retiré. La cellule n’a pas changé.",
        "request_id": "[request_id]"
      }
    }
    "#);
}

#[tokio::test]
async fn an_absent_host_is_asked_once_more() {
    let storage = Storage::start().await;
    let relais = relais(&storage, |_| {}).await;
    let session = relais.session().await;
    for (status, expected) in [(500, "ds_failed"), (502, "ds_unavailable"), (503, "ds_unavailable"), (504, "timeout")] {
        let before = storage.fetched().len();
        assert_eq!(outcome(&relais, &storage, &session, [Served::Status(status)], 6).await, Ok(Bytes::from_static(b"sample")));
        let twice = [Served::Status(status), Served::Status(status)];
        assert_eq!(outcome(&relais, &storage, &session, twice, 6).await, Err(expected.to_owned()), "{status}");
        assert_eq!(storage.fetched().len() - before, 4);
    }
    // A port where nothing listens.
    let (_reserved, gone) = raw::nobody();
    let relais = Relais::with(|configured| configured.ds.file_hosts = vec![gone.to_string().parse().unwrap()]).await;
    let start = Instant::now();
    assert_snapshot!(body(ask(&relais, &relais.session().await, &format!("http://{gone}/a"), 6).await).await, @r#"
    {
      "error": {
        "code": "ds_unavailable",
        "help": "Réessayez dans quelques minutes. Si cela dure, donnez le numéro de la demande à la personne qui administre Relais.",
        "message": "Le serveur de fichiers de Démarches Simplifiées ne répond pas. La cellule n’a pas changé.",
        "request_id": "[request_id]"
      }
    }
    "#);
    assert!(start.elapsed() >= Duration::from_millis(200), "a pause, then another try");
}

#[tokio::test]
async fn a_slow_host_is_not_waited_for() {
    let storage = Storage::start().await;
    let relais = relais(&storage, |configured| configured.limits.file_idle = Duration::from_millis(300)).await;
    let session = relais.session().await;
    let sam = || Bytes::from_static(b"sam");
    assert_eq!(outcome(&relais, &storage, &session, [Served::Silent], 6).await, Err("timeout".to_owned()));
    assert_eq!(outcome(&relais, &storage, &session, [Served::Stalled(6, Bytes::new())], 6).await, Err("timeout".to_owned()));
    assert_eq!(outcome(&relais, &storage, &session, [Served::Stalled(6, sam())], 6).await, Err("broken off".to_owned()));
    storage.left(3).await;
    assert_eq!(storage.fetched().len(), 3, "a slow host is not asked again");
    // Slow, but never silent for long: as long as it takes.
    let pieces = vec![Bytes::from_static(b"x"); 30];
    assert_eq!(outcome(&relais, &storage, &session, [Served::Unannounced(pieces)], 30).await, Ok(Bytes::from(vec![b'x'; 30])));
    // But not for ever.
    let relais = self::relais(&storage, |configured| configured.limits.file_whole = Duration::from_millis(300)).await;
    let drops = vec![Bytes::from_static(b"x"); 100];
    assert_eq!(outcome(&relais, &storage, &relais.session().await, [Served::Unannounced(drops)], 100).await, Err("broken off".to_owned()));
}

#[tokio::test]
async fn files_at_once_are_bounded_for_each_and_for_all() {
    let storage = Storage::start().await;
    let relais = relais(&storage, |configured| configured.limits.files_in_all = 5).await;
    storage.will(std::iter::repeat_n(Served::Stalled(6, Bytes::from_static(b"sam")), 5));
    let (greedy, other) = (relais.session_of(1).await, relais.session_of(2).await);
    let mut held = Vec::new();
    for _ in 0..4 {
        held.push(ask(&relais, &greedy, &storage.url("a"), 6).await);
    }
    // Another session of the same person does not help.
    let refused = ask(&relais, &relais.session_of(1).await, &storage.url("a"), 6).await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_snapshot!(body(refused).await, @r#"
    {
      "error": {
        "code": "rate_limited",
        "help": "La suite reprend d’elle-même à l’heure indiquée.",
        "message": "Vous recevez déjà plusieurs fichiers à la fois. Ceux qui sont déjà dans le document y restent.",
        "request_id": "[request_id]",
        "retry_at": "[retry_at]"
      }
    }
    "#);
    held.push(ask(&relais, &other, &storage.url("a"), 6).await);
    assert_snapshot!(body(ask(&relais, &other, &storage.url("a"), 6).await).await, @r#"
    {
      "error": {
        "code": "rate_limited",
        "help": "La suite reprend d’elle-même à l’heure indiquée.",
        "message": "Relais transmet déjà beaucoup de fichiers. Ceux qui sont déjà dans le document y restent.",
        "request_id": "[request_id]",
        "retry_at": "[retry_at]"
      }
    }
    "#);
    assert_eq!(storage.fetched().len(), 5);
    // A place that is left is there for the next.
    drop(held);
    storage.left(5).await;
    until_served(&relais, &greedy, &storage).await;
}

#[tokio::test]
async fn files_take_no_place_of_the_token() {
    let storage = Storage::start().await;
    let relais = relais(&storage, |configured| configured.limits.ds_requests_at_once = 1).await;
    let session = relais.session().await;
    storage.will([Served::Stalled(6, Bytes::from_static(b"sam"))]);
    let _held = ask(&relais, &session, &storage.url("a"), 6).await;
    assert_eq!(relais.state(&session).await.status(), StatusCode::OK);
    relais.ds.will([Reply::Held(Box::new(Ds::state(DEMARCHE, "tenue")))]);
    let while_ds_is_busy = async {
        relais.ds.received(2).await;
        assert_eq!(ask(&relais, &session, &storage.url("a"), 6).await.bytes().await.unwrap(), "sample");
        relais.ds.release();
    };
    within(futures_util::future::join(relais.state(&session), while_ds_is_busy)).await;
}

#[tokio::test]
async fn a_client_that_leaves_takes_the_request_with_it() {
    let storage = Storage::start().await;
    let relais = relais(&storage, |_| {}).await;
    let session = relais.session().await;
    let asked = json!({ "demarche": DEMARCHE, "url": storage.url("a"), "size": 6 }).to_string();
    let head = format!(
        "POST /api/files HTTP/1.1\r\nHost: relais\r\nAuthorization: Bearer {session}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{asked}",
        asked.len()
    );
    // Before the head of the answer, and in the middle of its body, while the host says nothing.
    for (index, served) in [Served::Silent, Served::Stalled(6, Bytes::from_static(b"sam"))].into_iter().enumerate() {
        storage.will([served]);
        let client = raw::send(relais.server.address(), head.as_bytes()).await;
        storage.received(index + 1).await;
        drop(client);
        storage.left(index + 1).await;
    }
    let counted = async { while !relais.metrics().await.contains("relais_files_total{outcome=\"abandoned\"} 2\n") {} };
    within(counted).await;
}

#[tokio::test]
async fn a_client_that_stops_reading_holds_the_host_back_and_then_loses_its_place() {
    const SIZE: usize = 192 * 1024 * 1024;
    let storage = Storage::start().await;
    let relais = relais(&storage, |configured| {
        configured.limits.file_idle = Duration::from_millis(700);
        configured.limits.files_in_all = 1;
    })
    .await;
    let session = relais.session().await;
    storage.will([Served::Large(SIZE)]);
    let asked = json!({ "demarche": DEMARCHE, "url": storage.url("a"), "size": SIZE }).to_string();
    let head = format!(
        "POST /api/files HTTP/1.1\r\nHost: relais\r\nAuthorization: Bearer {session}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{asked}",
        asked.len()
    );
    let _silent = raw::send(relais.server.address(), head.as_bytes()).await;
    storage.received(1).await;
    until_served(&relais, &session, &storage).await;
    // What the sockets of both connections hold, and no more.
    assert!(storage.taken() < SIZE / 4, "{} bytes were read ahead", storage.taken());
    assert!(relais.metrics().await.contains("relais_files_total{outcome=\"timeout\"} 1\n"));
    // Somebody who reads has all of it.
    storage.will([Served::Large(SIZE)]);
    let mut answer = ask(&relais, &session, &storage.url("b"), SIZE).await;
    let mut read = 0;
    while let Some(piece) = answer.chunk().await.unwrap() {
        read += piece.len();
    }
    assert_eq!(read, SIZE);
}

#[tokio::test]
async fn an_error_says_nothing_of_the_address() {
    let storage = Storage::start().await;
    let relais = relais(&storage, |_| {}).await;
    let session = relais.session().await;
    storage.will([Served::Status(401), Served::Status(400), Served::To(302, storage.url("b"))]);
    for _ in 0..3 {
        let answer: Value = ask(&relais, &session, &storage.url(SIGNATURE), 6).await.json().await.unwrap();
        let text = answer.to_string();
        assert!(!text.contains("temp_url") && !text.contains("storage-words") && !text.contains("private-name"), "{text}");
    }
}
