//! Who gets a session, and what it opens.

use insta::assert_snapshot;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    grist::{Grist, Right, now, unsigned},
    relais::{DOCUMENT, Relais, STRANGER, body, code, configuration, shown},
};

#[tokio::test]
async fn an_editor_gets_a_session() {
    let relais = Relais::start().await;
    let token = relais.grist.token(DOCUMENT, 42, Right::Editor);
    assert_snapshot!(shown(relais.ask_session(&relais.grist.origin(), &token).await).await.replace(&relais.ds.address.to_string(), "[ds]"), @r#"
    200 OK
    cache-control: no-store
    content-type: application/json
    cross-origin-resource-policy: same-origin
    permissions-policy: camera=(), geolocation=(), microphone=(), payment=(), usb=()
    referrer-policy: no-referrer
    vary: accept-encoding
    x-content-type-options: nosniff
    x-request-id: [id]

    {
      "document": "sampleDocumentOfTeamAA",
      "ds_url": "http://[ds]",
      "egress_address": "203.0.113.10",
      "enrolment": "closed",
      "expires_at": "[expires_at]",
      "role": "editor",
      "server_time": "[server_time]",
      "session": "[session]",
      "team": {
        "name": "Préfecture de l’Ain"
      },
      "user": 42
    }
    "#);
    assert_eq!(relais.grist.asked(), [format!("POST {DOCUMENT}/apply []"), format!("GET {DOCUMENT}/timing")]);
}

#[tokio::test]
async fn an_owner_is_told_apart() {
    let relais = Relais::start().await;
    let token = relais.grist.token(DOCUMENT, 1, Right::Owner);
    let answer: Value = relais.ask_session(&relais.grist.origin(), &token).await.json().await.unwrap();
    assert_eq!((&answer["role"], &answer["user"]), (&json!("owner"), &json!(1)));
}

#[tokio::test]
async fn the_word_of_grist_is_kept_for_one_origin_and_one_token() {
    let (other, other_ds) = (Grist::start().await, crate::ds::Ds::start().await);
    let relais = Relais::with(|configured| configured.grist.origins.push(other.origin().parse().unwrap())).await;
    let token = relais.grist.token(DOCUMENT, 42, Right::Editor);
    for _ in 0..3 {
        assert_eq!(relais.ask_session(&relais.grist.origin(), &token).await.status(), StatusCode::OK);
    }
    assert_eq!(relais.grist.asked().len(), 2, "asked once, then remembered");
    // The other Grist does not know this token, whatever the first said of it.
    assert_eq!(code(relais.ask_session(&other.origin(), &token).await).await, "grist_refused");
    assert_eq!(other.asked().len(), 1);
    // A refusal is not remembered: a right that has just been given counts at once.
    let late = relais.grist.token(DOCUMENT, 43, Right::Editor);
    relais.grist.forget();
    assert_eq!(code(relais.ask_session(&relais.grist.origin(), &late).await).await, "grist_refused");
    relais.grist.take(late.clone(), DOCUMENT, Right::Editor);
    assert_eq!(relais.ask_session(&relais.grist.origin(), &late).await.status(), StatusCode::OK);
    drop(other_ds);
}

#[tokio::test]
async fn a_viewer_is_told_to_ask_for_the_role() {
    let relais = Relais::start().await;
    let origin = relais.grist.origin();
    let read_only = relais.grist.token(DOCUMENT, 42, Right::Viewer);
    assert_snapshot!(body(relais.ask_session(&origin, &read_only).await).await, @r#"
    {
      "error": {
        "code": "grist_refused",
        "help": "Pour synchroniser, demandez à un propriétaire du document le rôle « Éditeur ».",
        "message": "Vous consultez ce document en lecture seule. Rien n’a été lu ni écrit.",
        "request_id": "[request_id]"
      }
    }
    "#);
    assert!(relais.grist.asked().is_empty(), "a token for reading is not even shown to Grist");
    // A token that does not say it, of somebody who may only read.
    let payload = json!({ "userId": 42, "docId": DOCUMENT, "exp": now() + 900 });
    let silent = relais.grist.take(unsigned(&json!({ "alg": "HS256" }), &payload, "c2ln"), DOCUMENT, Right::Viewer);
    let refused: Value = relais.ask_session(&origin, &silent).await.json().await.unwrap();
    assert_eq!(refused["error"]["message"], "Vous consultez ce document en lecture seule. Rien n’a été lu ni écrit.");
}

/// A document that is open to everybody by its link, and somebody without an account: Grist gives them a token too, for reading
/// (facts/grist.md, section 9).
#[tokio::test]
async fn a_public_visitor_gets_no_session() {
    const ANONYMOUS: i64 = 1;
    let relais = Relais::start().await;
    let origin = relais.grist.origin();
    let given = relais.grist.token(DOCUMENT, ANONYMOUS, Right::Viewer);
    assert_eq!(code(relais.ask_session(&origin, &given).await).await, "grist_refused");
    // With what says so left out, it is no longer Grist's.
    let parts: Vec<&str> = given.split('.').collect();
    let silent = unsigned(&json!({}), &json!({ "userId": ANONYMOUS, "docId": DOCUMENT, "exp": now() + 900 }), "");
    let silent = format!("{}.{}.{}", parts[0], silent.split('.').nth(1).unwrap(), parts[2]);
    assert_eq!(code(relais.ask_session(&origin, &silent).await).await, "grist_refused");
    assert_eq!(relais.grist.asked().len(), 1, "shown to Grist, which refused it");
    let nothing = relais.send(reqwest::Method::GET, "/api/team", &given, &json!({})).await;
    assert_eq!((nothing.status(), code(nothing).await.as_str()), (StatusCode::UNAUTHORIZED, "session_expired"));
    assert!(relais.ds.asked().is_empty());
}

#[tokio::test]
async fn tokens_that_grist_did_not_give_are_refused() {
    let relais = Relais::start().await;
    let origin = relais.grist.origin();
    let payload = json!({ "userId": 42, "docId": DOCUMENT, "exp": now() + 900 });
    let good = relais.grist.token(DOCUMENT, 42, Right::Editor);
    let parts: Vec<&str> = good.split('.').collect();
    let forged_payload = unsigned(&json!({}), &json!({ "userId": 1, "docId": DOCUMENT, "exp": now() + 90_000 }), "");
    let tampered = format!("{}.{}.{}", parts[0], forged_payload.split('.').nth(1).unwrap(), parts[2]);
    for forged in [unsigned(&json!({ "alg": "none" }), &payload, ""), unsigned(&json!({ "alg": "HS256" }), &payload, "Zm9yZ2Vk"), tampered] {
        assert_eq!(code(relais.ask_session(&origin, &forged).await).await, "grist_refused", "{forged}");
    }
    let asked = relais.grist.asked().len();
    assert_eq!(asked, 3, "each was shown to Grist, which refused");
    let fork = format!("{DOCUMENT}~fork~42");
    for implausible in [
        relais.grist.token_until(DOCUMENT, 42, Right::Editor, now() - 1),
        relais.grist.take(unsigned(&json!({}), &json!({ "userId": 42, "docId": fork, "exp": now() + 900 }), "c2ln"), &fork, Right::Owner),
        "not a token".to_owned(),
        String::new(),
        "a".repeat(60_000),
    ] {
        assert_eq!(code(relais.ask_session(&origin, &implausible).await).await, "grist_refused");
    }
    assert_eq!(relais.grist.asked().len(), asked, "none of these was shown to Grist");
}

#[tokio::test]
async fn an_origin_is_compared_letter_by_letter_and_never_fetched() {
    let relais = Relais::start().await;
    // A server that would say yes to everything, were it asked.
    let attacker = Grist::start().await;
    let (port, attacker_port) = (relais.grist.address.port(), attacker.address.port());
    let token = relais.grist.token(DOCUMENT, 42, Right::Editor);
    attacker.take(token.clone(), DOCUMENT, Right::Owner);
    for origin in [
        attacker.origin(),
        format!("http://127.0.0.1:{port}@127.0.0.1:{attacker_port}"),
        format!("http://127.0.0.1:{attacker_port}#127.0.0.1:{port}"),
        format!("http://127.0.0.1.:{port}"),
        format!("http://127.0.0.1:{port}/"),
        format!("http://127.0.0.1:{port}.attacker.example"),
        format!("http://127.1:{port}"),
        format!("http://0x7f000001:{port}"),
        format!("http://localhost:{port}"),
        format!("HTTP://127.0.0.1:{port}"),
        format!("https://127.0.0.1:{port}"),
        format!(" http://127.0.0.1:{port}"),
        "http://127.0.0.1".to_owned(),
        "http://169.254.169.254".to_owned(),
        "file:///etc/passwd".to_owned(),
        "null".to_owned(),
        "*".to_owned(),
        String::new(),
    ] {
        let refused: Value = relais.ask_session(&origin, &token).await.json().await.unwrap();
        assert_eq!(refused["error"]["message"], "Relais n’est pas ouvert à ce Grist. Rien n’a été lu ni écrit.", "{origin}");
    }
    assert!(attacker.asked().is_empty() && relais.grist.asked().is_empty(), "nobody was asked");
}

#[tokio::test]
async fn a_document_of_nobody_gets_no_session() {
    let relais = Relais::start().await;
    let token = relais.grist.token(STRANGER, 42, Right::Owner);
    assert_snapshot!(body(relais.ask_session(&relais.grist.origin(), &token).await).await, @r#"
    {
      "error": {
        "code": "document_unknown",
        "help": "Donnez l’adresse de ce document à la personne qui administre Relais : elle pourra le rattacher à votre équipe.",
        "message": "Ce document n’est rattaché à aucune équipe. Rien n’a été lu ni écrit.",
        "request_id": "[request_id]"
      }
    }
    "#);
}

#[tokio::test]
async fn a_grist_that_fails_vouches_for_nobody() {
    for status in [302, 307, 418, 500, 502] {
        let relais = Relais::start().await;
        let token = relais.grist.token(DOCUMENT, 42, Right::Owner);
        relais.grist.always(StatusCode::from_u16(status).unwrap());
        let refused = relais.ask_session(&relais.grist.origin(), &token).await;
        assert_eq!(refused.status(), StatusCode::BAD_GATEWAY, "{status}");
        assert_eq!(code(refused).await, "grist_refused");
    }
    // A port where nothing listens.
    let (_reserved, gone) = crate::raw::nobody();
    let relais = Relais::with(|configured| configured.grist.origins.push(format!("http://{gone}").parse().unwrap())).await;
    let token = relais.grist.token(DOCUMENT, 42, Right::Owner);
    assert_snapshot!(body(relais.ask_session(&format!("http://{gone}"), &token).await).await, @r#"
    {
      "error": {
        "code": "grist_refused",
        "help": "Réessayez dans quelques minutes.",
        "message": "Grist ne répond pas au serveur de Relais. Rien n’a été lu ni écrit.",
        "request_id": "[request_id]"
      }
    }
    "#);
}

#[tokio::test]
async fn a_body_of_another_shape_is_refused() {
    let relais = Relais::start().await;
    let (origin, token) = (relais.grist.origin(), relais.grist.token(DOCUMENT, 42, Right::Editor));
    for body in [
        json!({}),
        json!([]),
        json!({ "grist_origin": origin }),
        json!({ "grist_origin": origin, "grist_token": [token] }),
        json!({ "grist_origin": origin, "grist_token": token, "role": "owner" }),
        // What an error of the reader would quote, into the log.
        json!(token),
        json!({ token.as_str(): 1 }),
    ] {
        assert_eq!(code(relais.post("/api/session", &body).await).await, "bad_request", "{body}");
    }
    let text = json!({ "grist_origin": origin, "grist_token": token }).to_string();
    let form = relais.http.post(relais.url("/api/session")).header("content-type", "text/plain").body(text).send().await.unwrap();
    assert_eq!(form.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(code(form).await, "bad_request");
}

#[tokio::test]
async fn only_our_own_sessions_open_anything() {
    let relais = Relais::start().await;
    let session = relais.session().await;
    let stranger = Relais::start().await.session().await;
    let (content, signature) = session.split_once('.').unwrap();
    let mut altered = content.to_owned();
    altered.replace_range(10..11, if &content[10..11] == "A" { "B" } else { "A" });
    for forged in [stranger, format!("{altered}.{signature}"), format!("{content}."), content.to_owned(), "x".repeat(8_000), String::new()] {
        let refused = relais.request(Method::GET, "/api/demarches", &forged).send().await.unwrap();
        assert_eq!(code(refused).await, "session_expired", "{forged}");
    }
    assert_snapshot!(shown(relais.get("/api/demarches").await).await, @r#"
    401 Unauthorized
    cache-control: no-store
    content-type: application/json
    cross-origin-resource-policy: same-origin
    permissions-policy: camera=(), geolocation=(), microphone=(), payment=(), usb=()
    referrer-policy: no-referrer
    x-content-type-options: nosniff
    x-request-id: [id]

    {
      "error": {
        "code": "session_expired",
        "help": "Rechargez la page pour en ouvrir une autre.",
        "message": "Votre session avec Relais est terminée. Votre document n’a pas changé.",
        "request_id": "[request_id]"
      }
    }
    "#);
    let basic = relais.http.get(relais.url("/api/demarches")).basic_auth("42", Some(&session)).send().await.unwrap();
    assert_eq!(basic.status(), StatusCode::UNAUTHORIZED);
    assert!(relais.ds.asked().is_empty());
}

#[tokio::test]
async fn what_an_operator_withdraws_is_withdrawn_from_open_sessions() {
    let directory = tempfile::tempdir().unwrap();
    let secret = directory.path().join("secret");
    let relais = Relais::with(|configured| configured.secret.file = Some(secret.clone())).await;
    let session = relais.session().await;
    assert_eq!(relais.state(&session).await.status(), StatusCode::OK);
    // The same secret, so the session is still ours; another document, or another Grist, in the configuration.
    let mut changed = configuration(&relais.grist, &relais.ds);
    changed.secret.file = Some(secret.clone());
    changed.teams[0].documents = vec![format!("{}/{STRANGER}", relais.grist.origin()).parse().unwrap()];
    let restarted = relais.restart_with(changed).await;
    assert_eq!(code(restarted.state(&session).await).await, "document_unknown");
    let mut changed = configuration(&restarted.grist, &restarted.ds);
    changed.secret.file = Some(secret);
    changed.grist.origins = vec!["https://grist.exemple.fr".parse().unwrap()];
    let restarted = restarted.restart_with(changed).await;
    assert_eq!(code(restarted.state(&session).await).await, "grist_refused");
}
