//! How much one may ask, and how slowly.

use std::{
    num::NonZeroU32,
    time::{Duration, Instant},
};

use insta::assert_snapshot;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::{
    ds::{Ds, Reply},
    grist::Right,
    raw,
    relais::{DEMARCHE, DOCUMENT, Relais, body, code},
    storage::within,
    teams::create,
};

fn number(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap()
}

#[tokio::test]
async fn a_token_has_four_requests_in_flight_and_no_more() {
    let relais = Relais::start().await;
    let held = || Reply::Held(Box::new(Ds::state(DEMARCHE, "tenue")));
    relais.ds.will(std::iter::repeat_with(held).take(8));
    let sessions = [relais.session_of(1).await, relais.session_of(2).await];
    let requests: Vec<_> = (0..8).map(|index| relais.state(&sessions[index % 2])).collect();
    let all = futures_util::future::join_all(requests);
    let release = async {
        relais.ds.received(4).await;
        // Requests that had gone past the gate would arrive while this one, on its own connection, is answered.
        relais.get("/health/live").await;
        assert_eq!(relais.ds.asked().len(), 4);
        relais.ds.release();
    };
    let (answers, ()) = tokio::join!(all, release);
    assert!(answers.iter().all(|answer| answer.status() == StatusCode::OK));
    assert_eq!(relais.ds.asked().len(), 8);
    assert_eq!(relais.ds.most_in_flight(), 4);
}

#[tokio::test]
async fn a_token_keeps_its_pace() {
    let relais = Relais::with(|configured| configured.limits.ds_requests_per_minute = 3).await;
    let session = relais.session().await;
    for _ in 0..3 {
        assert_eq!(relais.state(&session).await.status(), StatusCode::OK);
    }
    // The fourth would have to wait longer than a call may last.
    assert_snapshot!(body(relais.state(&session).await).await, @r#"
    {
      "error": {
        "code": "rate_limited",
        "help": "La suite reprend d’elle-même à l’heure indiquée.",
        "message": "D’autres synchronisations de votre équipe occupent Démarches Simplifiées. Ce qui est déjà écrit est complet.",
        "request_id": "[request_id]",
        "retry_at": "[retry_at]"
      }
    }
    "#);
    assert_eq!(relais.ds.asked().len(), 3);
}

#[tokio::test]
async fn one_person_cannot_fill_the_queue() {
    let relais = Relais::with(|configured| configured.limits.operations_at_once = 2).await;
    relais.ds.will([Reply::Held(Box::new(Ds::state(DEMARCHE, "1"))), Reply::Held(Box::new(Ds::state(DEMARCHE, "2")))]);
    let (greedy, other) = (relais.session_of(1).await, relais.session_of(2).await);
    // Another session of the same person does not help.
    let again = relais.session_of(1).await;
    let held = futures_util::future::join(relais.state(&greedy), relais.state(&greedy));
    let check = async {
        relais.ds.received(2).await;
        let refused = relais.state(&again).await;
        assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(code(refused).await, "rate_limited");
        assert_eq!(relais.state(&other).await.status(), StatusCode::OK);
        relais.ds.release();
    };
    tokio::join!(held, check);
    assert_eq!(relais.state(&again).await.status(), StatusCode::OK, "the places were given back");
}

#[tokio::test]
async fn requests_are_counted_by_session_and_by_address() {
    let relais = Relais::with(|configured| configured.limits.requests_per_session = number(2)).await;
    let session = relais.session().await;
    assert_eq!(relais.state(&session).await.status(), StatusCode::OK);
    assert_eq!(relais.state(&session).await.status(), StatusCode::OK);
    assert_snapshot!(body(relais.state(&session).await).await, @r#"
    {
      "error": {
        "code": "rate_limited",
        "help": "La suite reprend d’elle-même à l’heure indiquée.",
        "message": "Trop de demandes sont parties d’ici en peu de temps. Ce qui est déjà écrit est complet.",
        "request_id": "[request_id]",
        "retry_at": "[retry_at]"
      }
    }
    "#);

    let relais = Relais::with(|configured| configured.limits.requests_per_address = number(2)).await;
    assert_eq!(relais.get("/api/demarches").await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(relais.get("/api/demarches").await.status(), StatusCode::UNAUTHORIZED);
    let refused = relais.get("/api/demarches").await;
    assert_eq!(refused.headers()["cache-control"], "no-store");
    assert_eq!(code(refused).await, "rate_limited");
    assert_eq!(relais.get("/health/live").await.status(), StatusCode::OK, "health is not counted");

    let relais = Relais::with(|configured| configured.limits.sessions_per_address = number(1)).await;
    let token = relais.grist.token(DOCUMENT, 42, Right::Editor);
    assert_eq!(relais.ask_session(&relais.grist.origin(), &token).await.status(), StatusCode::OK);
    // An address that a client writes itself counts for nothing.
    let body = json!({ "grist_origin": relais.grist.origin(), "grist_token": token });
    let again = relais.http.post(relais.url("/api/session")).header("x-forwarded-for", "198.51.100.9").json(&body).send().await.unwrap();
    assert_eq!(code(again).await, "rate_limited");
}

#[tokio::test]
async fn behind_a_front_server_agents_are_counted_apart() {
    let relais = Relais::with(|configured| {
        configured.server.front_servers = vec!["127.0.0.1".parse().unwrap()];
        configured.limits.requests_per_address = number(1);
    })
    .await;
    let ask = async |address: &str| {
        let request = relais.http.get(relais.url("/api/demarches")).header("x-forwarded-for", address);
        code(request.send().await.unwrap()).await
    };
    assert_eq!(ask("198.51.100.1").await, "session_expired");
    assert_eq!(ask("198.51.100.2").await, "session_expired");
    assert_eq!(ask("198.51.100.1").await, "rate_limited");
}

#[tokio::test]
async fn a_huge_body_is_refused_before_it_is_read() {
    let relais = Relais::start().await;
    let session = relais.session().await;
    let huge = format!(r#"{{"number":{DEMARCHE}}}{}"#, " ".repeat(64 * 1024));
    let refused = relais.operation(&session, "getDemarche", huge).await;
    assert_eq!(refused.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(code(refused).await, "bad_request");
    let just = format!(r#"{{"number":{DEMARCHE}}}"#);
    let padded = format!("{just}{}", " ".repeat(64 * 1024 - just.len()));
    assert_eq!(relais.operation(&session, "getDemarcheState", padded).await.status(), StatusCode::OK);
    // Announced, and never sent.
    let head =
        format!("POST /api/session HTTP/1.1\r\nHost: relais\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", 10_000_000_000_u64);
    assert!(raw::exchange(relais.server.address(), head.as_bytes()).await.starts_with("HTTP/1.1 413"));
}

#[tokio::test]
async fn a_slow_client_is_sent_away() {
    let relais = Relais::with(|configured| configured.limits.receive = Duration::from_millis(300)).await;
    let address = relais.server.address();
    // Nothing at all; half a head; a head and half a body.
    assert_eq!(raw::exchange(address, b"").await, "");
    assert!(!raw::exchange(address, b"GET /health/live HTTP/1.1\r\nHost: rel").await.contains("200"));
    let half = b"POST /api/session HTTP/1.1\r\nHost: relais\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"grist";
    assert!(raw::exchange(address, half).await.starts_with("HTTP/1.1 408"));
    // A connection that was used, and then says no more.
    let answer = raw::exchange(address, b"GET /health/live HTTP/1.1\r\nHost: relais\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with(r#"{"status":"live"}"#), "{answer}");
}

#[tokio::test]
async fn a_client_that_stops_reading_does_not_keep_its_place() {
    let relais = Relais::with(|configured| {
        configured.limits.ds_requests_at_once = 1;
        configured.limits.ds_call = Duration::from_millis(700);
    })
    .await;
    let session = relais.session().await;
    relais.ds.will([Reply::Huge(30 * 1024 * 1024)]);
    let variables = format!(r#"{{"number":{DEMARCHE}}}"#);
    let head = format!(
        "POST /api/operations/getDemarche HTTP/1.1\r\nHost: relais\r\nAuthorization: Bearer {session}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{variables}",
        variables.len()
    );
    let _silent = raw::send(relais.server.address(), head.as_bytes()).await;
    relais.ds.received(1).await;
    // The only place is taken, then given back when the call has lasted long enough.
    assert_eq!(relais.state(&session).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn connections_are_bounded() {
    let relais = Relais::with(|configured| {
        configured.limits.connections = number(2);
        configured.limits.receive = Duration::from_millis(500);
    })
    .await;
    let address = relais.server.address();
    let _first = raw::send(address, b"").await;
    let _second = raw::send(address, b"").await;
    // Served once one of the two has been sent away, and not before.
    let start = Instant::now();
    let answer = raw::exchange(address, b"GET /health/live HTTP/1.1\r\nHost: relais\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(start.elapsed() > Duration::from_millis(250), "{:?}", start.elapsed());
}

#[tokio::test]
async fn stopping_lets_what_is_under_way_end() {
    let relais = Relais::start().await;
    let session = relais.session().await;
    relais.ds.will([Reply::Held(Box::new(Ds::state(DEMARCHE, "menée à bien")))]);
    let request = relais
        .request(reqwest::Method::POST, "/api/operations/getDemarcheState", &session)
        .header("content-type", "application/json")
        .body(format!(r#"{{"number":{DEMARCHE}}}"#));
    let under_way = tokio::spawn(async move { request.send().await.unwrap().text().await.unwrap() });
    relais.ds.received(1).await;
    let address = relais.server.address();
    let stopped = tokio::spawn(relais.server.stop());
    // No new connection is taken, once the server has heard.
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!stopped.is_finished());
    relais.ds.release();
    assert!(under_way.await.unwrap().contains("menée à bien"));
    stopped.await.unwrap();
}

#[tokio::test]
async fn a_body_without_a_length_is_cut_at_the_limit() {
    let relais = Relais::start().await;
    let head = "POST /api/session HTTP/1.1\r\nHost: relais\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    // Pieces whose end never comes: the answer does, with the first byte too many.
    let pieces = format!("1000\r\n{}\r\n", " ".repeat(0x1000)).repeat(16);
    let answer = raw::exchange(relais.server.address(), format!("{head}{pieces}1\r\n \r\n").as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[tokio::test]
async fn changes_of_a_team_are_counted_by_person() {
    let relais = Relais::open().await;
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    let rename = async |session: &str| code(relais.send(Method::PATCH, "/api/team", session, &json!({})).await).await;
    // One was spent on its creation.
    for _ in 1..30 {
        assert_eq!(rename(&owner).await, "bad_request");
    }
    assert_eq!(rename(&owner).await, "rate_limited");
    assert_eq!(rename(&relais.session_in(DOCUMENT, 1, Right::Owner).await).await, "rate_limited", "nor in another session");
    assert_eq!(rename(&relais.session_in(DOCUMENT, 2, Right::Owner).await).await, "bad_request", "a colleague is not refused");
}

#[tokio::test]
async fn stopping_does_not_wait_for_ever() {
    let relais = Relais::with(|configured| configured.limits.stop = Duration::from_millis(300)).await;
    let session = relais.session().await;
    relais.ds.will([Reply::Held(Box::new(Ds::state(DEMARCHE, "tenue")))]);
    let Relais { server, ref ds, ref http, wire, .. } = relais;
    let request = http.post(format!("http://{wire}/api/operations/getDemarcheState")).bearer_auth(&session).json(&json!({ "number": DEMARCHE }));
    let never_ends = tokio::spawn(request.send());
    ds.received(1).await;
    within(server.stop()).await;
    never_ends.abort();
}
