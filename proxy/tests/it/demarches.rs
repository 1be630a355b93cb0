//! The list of démarches.

use insta::assert_snapshot;
use relais_engine::Day;
use reqwest::Method;
use serde_json::json;

use crate::{
    ds::{Ds, Reply},
    relais::{DEMARCHE, Relais, SECOND, body},
};

fn count(number: i64, count: u64) -> Reply {
    Reply::json(&json!({ "data": { "demarcheDescriptor": { "number": number, "dossiersCount": count } } }))
}

/// DS's answers by what it is asked: the order of two démarches asked at once is not ours to say.
async fn list(relais: &Relais, session: &str) -> String {
    body(relais.request(Method::GET, "/api/demarches", session).send().await.unwrap()).await
}

fn one(relais: &mut relais_proxy::Configuration, number: i64) {
    relais.team.as_mut().unwrap().demarches = vec![number.to_string().parse().unwrap()];
}

#[tokio::test]
async fn the_demarches_of_the_team_are_listed_and_kept_a_minute() {
    let relais = Relais::with(|configured| {
        one(configured, DEMARCHE);
        configured.team.as_mut().unwrap().token_expires = Some(Day::parse("2027-03-01").unwrap());
    })
    .await;
    let session = relais.session().await;
    relais.ds.will([Ds::state(DEMARCHE, "Dotation d’équipement"), count(DEMARCHE, 1_284)]);
    assert_snapshot!(list(&relais, &session).await, @r#"
    [
      {
        "dossiers_count": 1284,
        "error": null,
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
