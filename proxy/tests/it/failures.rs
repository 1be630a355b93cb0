//! Each way in which DS can fail, and what is said of it.

use std::time::{Duration, Instant};

use insta::assert_snapshot;
use reqwest::StatusCode;
use serde_json::Value;

use crate::{
    ds::{Ds, Reply},
    grist::now,
    relais::{DEMARCHE, Relais, body, code},
};

async fn answer_to(reply: Reply) -> String {
    let relais = Relais::start().await;
    let session = relais.session().await;
    relais.ds.will([reply]);
    body(relais.state(&session).await).await
}

/// The length of an answer that arrived whole. One that breaks off may do so before its head has left.
async fn whole(relais: &Relais, session: &str) -> reqwest::Result<usize> {
    let answer = relais.try_operation(session, "getDemarcheState", format!(r#"{{"number":{DEMARCHE}}}"#)).await?;
    assert_eq!(answer.status(), StatusCode::OK);
    Ok(answer.bytes().await?.len())
}

#[tokio::test]
async fn an_expired_token() {
    assert_snapshot!(answer_to(Reply::error(401, "Token expired", "unauthorized")).await, @r#"
    {
      "error": {
        "code": "token_expired",
        "help": "Les synchronisations reprendront dès qu’un nouveau jeton sera déposé, sans rien reconfigurer.",
        "message": "Le jeton de votre équipe a expiré. Votre document et vos réglages sont intacts.",
        "request_id": "[request_id]"
      }
    }
    "#);
}

#[tokio::test]
async fn an_unknown_token() {
    assert_snapshot!(answer_to(Reply::error(403, "Without a token, only persisted queries are allowed", "forbidden")).await, @r#"
    {
      "error": {
        "code": "token_refused",
        "help": "Le jeton a pu être supprimé : un administrateur de la démarche peut en créer un nouveau.",
        "message": "Démarches Simplifiées ne reconnaît pas le jeton de votre équipe. Votre document n’a pas changé.",
        "request_id": "[request_id]"
      }
    }
    "#);
}

#[tokio::test]
async fn an_address_that_the_token_does_not_list() {
    let words = "Request issued from a forbidden network. Add 198.51.100.20/32 to your allowed adresses in your /profil";
    assert_snapshot!(answer_to(Reply::error(403, words, "forbidden")).await, @r#"
    {
      "error": {
        "address": "198.51.100.20",
        "code": "address_refused",
        "help": "Ajoutez l’adresse 198.51.100.20 aux adresses autorisées du jeton, puis réessayez.",
        "message": "Démarches Simplifiées refuse ce jeton depuis le serveur de Relais. Votre document n’a pas changé.",
        "request_id": "[request_id]"
      }
    }
    "#);
}

#[tokio::test]
async fn a_crash() {
    assert_snapshot!(answer_to(Reply::error(500, "Internal Server Error", "internal_server_error")).await, @r#"
    {
      "error": {
        "code": "ds_failed",
        "help": "Réessayez. Si cela dure, donnez le numéro de la demande à la personne qui administre Relais.",
        "message": "Démarches Simplifiées n’a pas pu traiter la demande. Vos tables et vos réglages sont intacts.",
        "request_id": "[request_id]"
      }
    }
    "#);
}

#[tokio::test]
async fn a_page_of_html_where_json_was_due() {
    assert_snapshot!(answer_to(Reply::html(200)).await, @r#"
    {
      "error": {
        "code": "invalid_answer",
        "help": "Réessayez dans quelques minutes : une maintenance est peut-être en cours.",
        "message": "La réponse de Démarches Simplifiées est illisible ou incomplète. Vos tables et vos réglages sont intacts.",
        "request_id": "[request_id]"
      }
    }
    "#);
}

#[tokio::test]
async fn a_redirection_is_not_followed() {
    let elsewhere = Ds::start().await;
    let relais = Relais::start().await;
    let session = relais.session().await;
    let location: &'static str = format!("http://{}/api/v2/graphql", elsewhere.address).leak();
    for status in [301, 302, 307, 308] {
        relais.ds.will([Reply::With(StatusCode::from_u16(status).unwrap(), "location", location, String::new())]);
        assert_eq!(code(relais.state(&session).await).await, "invalid_answer", "{status}");
    }
    assert!(elsewhere.asked().is_empty(), "the token went nowhere else");
}

#[tokio::test]
async fn a_short_absence_is_not_noticed() {
    for status in [502, 503, 504] {
        let relais = Relais::start().await;
        let session = relais.session().await;
        relais.ds.will([Reply::html(status), Reply::html(status), Ds::state(DEMARCHE, "de retour")]);
        assert!(relais.state(&session).await.text().await.unwrap().contains("de retour"), "{status}");
        assert_eq!(relais.ds.asked().len(), 3);
    }
}

#[tokio::test]
async fn a_long_absence_is_explained() {
    let relais = Relais::start().await;
    let session = relais.session().await;
    relais.ds.will([Reply::html(503), Reply::html(502), Reply::html(502), Reply::html(504), Reply::html(504), Reply::html(504)]);
    assert_snapshot!(body(relais.state(&session).await).await, @r#"
    {
      "error": {
        "code": "ds_unavailable",
        "help": "Réessayez dans quelques minutes.",
        "message": "Démarches Simplifiées ne répond pas. Vos tables et vos réglages sont intacts.",
        "request_id": "[request_id]"
      }
    }
    "#);
    assert_eq!(code(relais.state(&session).await).await, "timeout");
    assert_eq!(relais.ds.asked().len(), 6, "three tries each");
}

#[tokio::test]
async fn what_another_try_cannot_mend_is_asked_once() {
    let relais = Relais::start().await;
    let session = relais.session().await;
    for status in [400, 401, 403, 404, 422, 500] {
        relais.ds.will([Reply::html(status)]);
        assert_ne!(relais.state(&session).await.status(), StatusCode::OK);
    }
    assert_eq!(relais.ds.asked().len(), 6);
}

#[tokio::test]
async fn nobody_listens() {
    let (_reserved, gone) = crate::raw::nobody();
    let relais = Relais::with(|configured| configured.ds.url = format!("http://{gone}").parse().unwrap()).await;
    let session = relais.session().await;
    assert_eq!(code(relais.state(&session).await).await, "ds_unavailable");
}

#[tokio::test]
async fn ds_is_too_slow() {
    let relais = Relais::with(|configured| configured.limits.ds_call = Duration::from_millis(200)).await;
    let session = relais.session().await;
    relais.ds.will([Reply::Held(Box::new(Reply::html(200)))]);
    assert_snapshot!(body(relais.state(&session).await).await, @r#"
    {
      "error": {
        "code": "timeout",
        "help": "Réessayez dans quelques minutes. Si cela dure, la démarche est peut-être en cours de traitement chez Démarches Simplifiées.",
        "message": "Démarches Simplifiées a mis trop de temps à répondre. Votre document est intact.",
        "request_id": "[request_id]"
      }
    }
    "#);
    assert_eq!(relais.ds.asked().len(), 1, "a slow request is not repeated");
}

#[tokio::test]
async fn too_many_requests_stop_everybody_until_ds_says() {
    let relais = Relais::start().await;
    let (session, other) = (relais.session().await, relais.session_of(43).await);
    let reset: &'static str = (now() + 30).to_string().leak();
    relais.ds.will([Reply::With(StatusCode::TOO_MANY_REQUESTS, "RateLimit-Reset", reset, "Calme toi, cowboy !".to_owned())]);
    let answer = relais.state(&session).await;
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["error"]["code"], "rate_limited");
    let retry_at = relais_engine::Timestamp::parse(answer["error"]["retry_at"].as_str().unwrap()).unwrap().milliseconds() / 1000;
    assert!((now() + 25..=now() + 33).contains(&retry_at), "{retry_at}");
    // Another person, same token: DS is not even asked.
    let start = Instant::now();
    assert_snapshot!(body(relais.state(&other).await).await, @r#"
    {
      "error": {
        "code": "rate_limited",
        "help": "La suite reprend d’elle-même à l’heure indiquée.",
        "message": "Démarches Simplifiées limite le nombre de demandes. Ce qui est déjà écrit est complet.",
        "request_id": "[request_id]",
        "retry_at": "[retry_at]"
      }
    }
    "#);
    assert!(start.elapsed() < Duration::from_secs(2));
    assert_eq!(relais.ds.asked().len(), 1);
}

#[tokio::test]
async fn a_short_wait_is_waited() {
    let relais = Relais::start().await;
    let session = relais.session().await;
    let reset: &'static str = now().to_string().leak();
    relais.ds.will([
        Reply::With(StatusCode::TOO_MANY_REQUESTS, "RateLimit-Reset", reset, "Calme toi, cowboy !".to_owned()),
        Ds::state(DEMARCHE, "de retour"),
    ]);
    assert!(relais.state(&session).await.text().await.unwrap().contains("de retour"));
}

#[tokio::test]
async fn half_an_answer_never_passes_for_a_whole_one() {
    let relais = Relais::start().await;
    let session = relais.session().await;
    relais.ds.will([Reply::Cut(r#"{"data":{"demarche":{"number":1"#.to_owned())]);
    assert!(whole(&relais, &session).await.is_err(), "the connection was broken off");
    assert!(relais.metrics().await.contains(r#"relais_operations_total{operation="getDemarcheState",outcome="invalid_answer"} 1"#));
}

#[tokio::test]
async fn an_answer_past_the_limit_is_cut() {
    let relais = Relais::with(|configured| configured.limits.ds_answer = 1024 * 1024).await;
    let session = relais.session().await;
    relais.ds.will([Reply::Huge(1024 * 1024 - 64 * 1024), Reply::Huge(2 * 1024 * 1024), Reply::Huge(2 * 1024 * 1024)]);
    assert_eq!(whole(&relais, &session).await.unwrap(), 1024 * 1024 - 64 * 1024);
    assert!(whole(&relais, &session).await.is_err());
    assert!(relais.metrics().await.contains(r#"outcome="answer_too_large"} 1"#));
    let parts = crate::relais::PARTS;
    let dossier = relais.operation(&session, "getDossier", format!(r#"{{"number":{DEMARCHE},"dossier":7,{parts}}}"#)).await;
    assert_snapshot!(body(dossier).await, @r#"
    {
      "error": {
        "code": "answer_too_large",
        "help": "Choisissez moins de champs, ou laissez de côté les cartes et les pièces justificatives.",
        "message": "La réponse de Démarches Simplifiées est trop volumineuse. Vos tables et vos réglages sont intacts.",
        "request_id": "[request_id]"
      }
    }
    "#);
}
