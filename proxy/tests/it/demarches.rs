//! The list of démarches.

use insta::assert_snapshot;
use relais_engine::Day;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    ds::{Ds, Reply},
    relais::{DEMARCHE, Relais, SECOND, body, code},
};

fn count(number: i64, count: u64) -> Reply {
    Reply::json(&json!({ "data": { "demarcheDescriptor": { "number": number, "dossiersCount": count } } }))
}

/// DS's answers by what it is asked: the order of two démarches asked at once is not ours to say.
async fn list(relais: &Relais, session: &str) -> String {
    body(relais.request(Method::GET, "/api/demarches", session).send().await.unwrap()).await
}

fn one(relais: &mut relais_proxy::Configuration, number: i64) {
    relais.teams[0].demarches = vec![number.to_string().parse().unwrap()];
}

#[tokio::test]
async fn the_demarches_of_the_team_are_listed_and_kept_a_minute() {
    let relais = Relais::with(|configured| {
        one(configured, DEMARCHE);
        configured.teams[0].token_expires = Some(Day::parse("2027-03-01").unwrap());
    })
    .await;
    let session = relais.session().await;
    relais.ds.will([Ds::state(DEMARCHE, "Dotation d’équipement"), count(DEMARCHE, 1_284)]);
    assert_snapshot!(list(&relais, &session).await, @r#"
    [
      {
        "dossiers_count": 1284,
        "error": null,
        "last_read_at": null,
        "number": 131016,
        "state": "publiee",
        "title": "Dotation d’équipement",
        "token_expires": "2027-03-01"
      }
    ]
    "#);
    list(&relais, &relais.session_of(43).await).await;
    assert_eq!(relais.ds.asked().len(), 2, "asked once for all");
}

#[tokio::test]
async fn a_demarche_that_ds_does_not_count_is_listed_all_the_same() {
    let relais = Relais::with(|configured| one(configured, DEMARCHE)).await;
    let session = relais.session().await;
    relais.ds.will([Ds::state(DEMARCHE, "Ancienne instance"), Reply::error(200, "Field 'dossiersCount' doesn't exist", "undefinedField")]);
    assert_snapshot!(list(&relais, &session).await, @r#"
    [
      {
        "dossiers_count": null,
        "error": null,
        "last_read_at": null,
        "number": 131016,
        "state": "publiee",
        "title": "Ancienne instance",
        "token_expires": null
      }
    ]
    "#);
}

#[tokio::test]
async fn a_refused_demarche_does_not_hide_the_others_and_is_asked_again() {
    let relais = Relais::with(|configured| one(configured, SECOND)).await;
    let session = relais.session().await;
    relais.ds.will([Reply::error(200, "An object of type Demarche was hidden due to permissions", "unauthorized")]);
    assert_snapshot!(list(&relais, &session).await, @r#"
    [
      {
        "dossiers_count": null,
        "error": {
          "code": "demarche_refused",
          "help": "Un administrateur de cette démarche peut créer un jeton qui l’autorise.",
          "message": "Les jetons de votre équipe ne permettent pas de lire cette démarche. Votre document n’a pas changé."
        },
        "last_read_at": null,
        "number": 88444,
        "state": null,
        "title": null,
        "token_expires": null
      }
    ]
    "#);
    relais.ds.will([Ds::state(SECOND, "Autorisée depuis"), count(SECOND, 0)]);
    assert!(list(&relais, &session).await.contains("Autorisée depuis"));

    // Two at once, one of which DS refuses: both lines are there, in the operator's order.
    let relais = Relais::start().await;
    let session = relais.session().await;
    relais.ds.will([Reply::error(401, "Token expired", "unauthorized"), Ds::state(SECOND, "Ouverte"), count(SECOND, 3)]);
    let lines: serde_json::Value = serde_json::from_str(&list(&relais, &session).await).unwrap();
    assert_eq!((&lines[0]["number"], &lines[1]["number"]), (&json!(DEMARCHE), &json!(SECOND)));
    let errors = [&lines[0]["error"]["code"], &lines[1]["error"]["code"]];
    assert_eq!(errors.iter().filter(|code| ***code == json!("token_expired")).count(), 1);
    assert_eq!(errors.iter().filter(|code| code.is_null()).count(), 1);
}

#[tokio::test]
async fn a_public_address_has_a_number_behind_its_path() {
    let relais = Relais::start().await;
    let session = relais.session().await;
    let find = async |path: &str| relais.request(Method::GET, &format!("/api/paths/{path}"), &session).send().await.unwrap();
    relais.ds.will([Reply::json(&json!({ "id": "x", "number": DEMARCHE, "title": "private-title", "revision": { "champDescriptors": [] } }))]);
    for _ in 0..2 {
        let answer: Value = find("detr-2026").await.json().await.unwrap();
        assert_eq!(answer, json!({ "number": DEMARCHE }));
    }
    let asked = relais.ds.asked();
    assert_eq!((asked.len(), asked[0].path.as_str()), (1, "/preremplir/detr-2026/schema"), "asked once, and kept");
    assert!(!asked[0].headers.contains_key("authorization"), "the token has no business there");
    let closed = Reply::With(StatusCode::FOUND, "location", "http://127.0.0.1:1/", String::new());
    for reply in [closed, Reply::html(404), Reply::html(200)] {
        relais.ds.will([reply]);
        assert_eq!(code(find("closed-2026").await).await, "not_found");
    }
    relais.ds.will([Reply::Cut("{".to_owned()), Reply::json(&json!({ "number": "?" })), Reply::html(503)]);
    for expected in ["invalid_answer", "invalid_answer", "ds_unavailable"] {
        assert_eq!(code(find("odd").await).await, expected);
    }
    let asked = relais.ds.asked().len();
    for wrong in ["A", "a%2Fb", "%2e%2e", "a%3Fb", "a%23b", "caf%C3%A9"] {
        assert_eq!(code(find(wrong).await).await, "bad_request", "{wrong}");
    }
    assert_eq!(relais.ds.asked().len(), asked);
    assert_eq!(code(relais.get("/api/paths/detr-2026").await).await, "session_expired");
}
