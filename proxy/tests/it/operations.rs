//! What is relayed, and what is not.

use insta::assert_snapshot;
use relais_engine::ds::operations::OperationName;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{
    ds::{Ds, Reply},
    relais::{DEMARCHE, DS_TOKEN, PARTS, Relais, SECOND, body, code, shown},
};

/// The attack: a dossier number of another démarche, with a démarche of ours.
#[tokio::test]
async fn a_dossier_of_another_demarche_is_never_shown() {
    let relais = Relais::start().await;
    let session = relais.session().await;
    relais.ds.will([Ds::dossier(7, 999), Ds::dossier(7, SECOND), Ds::dossier(7, DEMARCHE)]);
    let ask = async || relais.operation(&session, "getDossier", format!(r#"{{"number":{DEMARCHE},"dossier":7,{PARTS}}}"#)).await;
    assert_snapshot!(body(ask().await).await, @r#"
    {
      "error": {
        "code": "demarche_forbidden",
        "help": "Vérifiez le numéro du dossier dans Démarches Simplifiées.",
        "message": "Ce dossier n’appartient pas à cette démarche. Votre document n’a pas changé.",
        "request_id": "[request_id]"
      }
    }
    "#);
    // Nor one of another démarche of the same team: what was asked is what is answered.
    assert_eq!(code(ask().await).await, "demarche_forbidden");
    let answer: Value = ask().await.json().await.unwrap();
    assert_eq!(answer["data"]["dossier"]["number"], 7);
}

#[tokio::test]
async fn a_dossier_that_does_not_say_its_demarche_is_not_shown() {
    let relais = Relais::start().await;
    let session = relais.session().await;
    let twice = format!(r#"{{"data":{{"dossier":{{"demarche":{{"number":{DEMARCHE}}},"demarche":{{"number":999}},"champs":["private"]}}}}}}"#);
    relais.ds.will([
        Reply::json(&json!({ "data": { "dossier": { "number": 7, "champs": ["private"] } } })),
        Reply::json(&json!({ "data": { "dossier": { "demarche": null, "champs": ["private"] } } })),
        Reply::json(&json!({ "data": { "dossier": { "demarche": { "number": DEMARCHE.to_string() }, "champs": ["private"] } } })),
        Reply::Plain(StatusCode::OK, "application/json", twice),
        Reply::Cut("{\"data\":".to_owned()),
    ]);
    for _ in 0..5 {
        let refused = relais.operation(&session, "getDossier", format!(r#"{{"number":{DEMARCHE},"dossier":7,{PARTS}}}"#)).await;
        assert_eq!(refused.status(), StatusCode::BAD_GATEWAY);
        assert_eq!(code(refused).await, "invalid_answer");
    }
    // Errors without a dossier are for the engine to read.
    relais.ds.will([Reply::error(200, "Dossier not found", "not_found")]);
    let answer = relais.operation(&session, "getDossier", format!(r#"{{"number":{DEMARCHE},"dossier":7,{PARTS}}}"#)).await;
    assert_eq!(answer.json::<Value>().await.unwrap()["errors"][0]["extensions"]["code"], "not_found");
}

#[tokio::test]
async fn an_operation_is_relayed_as_it_is() {
    let relais = Relais::start().await;
    let session = relais.session().await;
    relais.ds.will([Ds::state(DEMARCHE, "Démarche d’essai")]);
    let request = relais
        .request(reqwest::Method::POST, "/api/operations/getDemarcheState", &session)
        .header("content-type", "application/json")
        .header("cookie", "secret=browser")
        .header("origin", "https://browser.example")
        .header("referer", "https://browser.example/page")
        .header("user-agent", "browser")
        .header("x-forwarded-for", "198.51.100.7")
        .body(format!(r#"{{"number":{DEMARCHE}}}"#));
    assert_snapshot!(shown(request.send().await.unwrap()).await, @r#"
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
      "data": {
        "demarche": {
          "id": "id",
          "number": 131016,
          "state": "publiee",
          "title": "Démarche d’essai"
        }
      }
    }
    "#);
    let asked = relais.ds.asked();
    assert_eq!((asked.len(), asked[0].path.as_str()), (1, "/api/v2/graphql"));
    assert_eq!(asked[0].body["operationName"], "getDemarcheState");
    assert_eq!(asked[0].body["variables"], json!({ "number": DEMARCHE }));
    assert_eq!(asked[0].body["query"], relais_engine::ds::operations::OperationName::GetDemarcheState.query());
    // Nothing of the browser goes out.
    let mut headers: Vec<String> = asked[0].headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    headers.retain(|header| !header.starts_with("content-length") && !header.starts_with("host"));
    headers.sort();
    assert_snapshot!(headers.join("\n").replace(DS_TOKEN, "[token]"), @r#"
    accept-encoding: gzip,br
    accept: application/json
    authorization: Bearer [token]
    content-type: application/json
    user-agent: relais/0.1.0
    "#);
}

#[tokio::test]
async fn errors_of_graphql_pass_through() {
    let relais = Relais::start().await;
    let session = relais.session().await;
    relais.ds.will([Reply::error(200, "An object of type Demarche was hidden due to permissions", "unauthorized")]);
    let answer: Value = relais.state(&session).await.json().await.unwrap();
    assert_eq!(answer["errors"][0]["extensions"]["code"], "unauthorized");
}

#[tokio::test]
async fn only_the_teams_demarches_are_asked_for() {
    let relais = Relais::start().await;
    let session = relais.session().await;
    assert_snapshot!(body(relais.operation(&session, "getDemarche", r#"{"number":999}"#).await).await, @r#"
    {
      "error": {
        "code": "demarche_forbidden",
        "help": "Demandez à la personne qui administre Relais de l’ajouter à votre équipe.",
        "message": "Cette démarche ne fait pas partie de celles de votre équipe. Votre document n’a pas changé.",
        "request_id": "[request_id]"
      }
    }
    "#);
    for (name, variables) in [
        ("getDemarcheState", r#"{"number":999}"#.to_owned()),
        ("countDossiers", r#"{"number":999}"#.to_owned()),
        ("getDossierNumbers", r#"{"number":999,"first":1}"#.to_owned()),
        ("getDossiers", format!(r#"{{"number":999,"first":1,{PARTS}}}"#)),
        ("getDossier", format!(r#"{{"number":999,"dossier":7,{PARTS}}}"#)),
        ("getDeletedDossiers", r#"{"number":999,"since":"2026-01-01T00:00:00Z","first":1,"includePending":true,"includeDeleted":true}"#.to_owned()),
    ] {
        assert_eq!(code(relais.operation(&session, name, variables).await).await, "demarche_forbidden", "{name}");
    }
    assert!(relais.ds.asked().is_empty(), "DS was not asked");
}

#[tokio::test]
async fn only_known_operations_with_their_own_variables_are_asked_for() {
    let relais = Relais::start().await;
    let session = relais.session().await;
    assert_snapshot!(shown(relais.operation(&session, "dossierAccepter", "{}").await).await, @r#"
    404 Not Found
    cache-control: no-store
    content-type: application/json
    cross-origin-resource-policy: same-origin
    permissions-policy: camera=(), geolocation=(), microphone=(), payment=(), usb=()
    referrer-policy: no-referrer
    x-content-type-options: nosniff
    x-request-id: [id]

    {
      "error": {
        "code": "bad_request",
        "help": "Rechargez la page : elle date peut-être d’une version précédente de Relais.",
        "message": "Relais n’a pas compris la demande de cette page. Votre document n’a pas changé.",
        "request_id": "[request_id]"
      }
    }
    "#);
    for name in ["getdemarche", "getDemarche%00", "..%2Fsession", "__schema", "getDemarche/x"] {
        let refused = relais.operation(&session, name, format!(r#"{{"number":{DEMARCHE}}}"#)).await;
        assert_eq!(refused.status(), StatusCode::NOT_FOUND, "{name}");
    }
    for variables in [
        String::new(),
        "[]".to_owned(),
        "null".to_owned(),
        format!(r#"{{"number":"{DEMARCHE}"}}"#),
        format!(r#"{{"number":{DEMARCHE}.5}}"#),
        format!(r#"{{"number":{DEMARCHE},"query":"{{ x }}"}}"#),
        format!(r#"{{"number":{DEMARCHE},"number":999}}"#),
        r#"{"number":-1}"#.to_owned(),
        r#"{"number":4294967296}"#.to_owned(),
        "[".repeat(60_000),
    ] {
        let refused = relais.operation(&session, "getDemarche", variables.clone()).await;
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{variables}");
        assert_eq!(code(refused).await, "bad_request");
    }
    // Of each operation: what it takes, with one key more.
    for (name, variables) in [
        ("getDemarche", format!(r#""number":{DEMARCHE}"#)),
        ("getDemarcheState", format!(r#""number":{DEMARCHE}"#)),
        ("countDossiers", format!(r#""number":{DEMARCHE}"#)),
        ("getDossierNumbers", format!(r#""number":{DEMARCHE},"first":1"#)),
        ("getDossiers", format!(r#""number":{DEMARCHE},"first":1,{PARTS}"#)),
        ("getDossier", format!(r#""number":{DEMARCHE},"dossier":7,{PARTS}"#)),
        (
            "getDeletedDossiers",
            format!(r#""number":{DEMARCHE},"since":"2026-01-01T00:00:00Z","first":1,"includePending":true,"includeDeleted":true"#),
        ),
    ] {
        assert!(OperationName::from_name(name).unwrap().parse(format!("{{{variables}}}").as_bytes()).is_ok(), "{name}");
        for key in ["query", "includeMore"] {
            let refused = relais.operation(&session, name, format!(r#"{{{variables},"{key}":true}}"#)).await;
            assert_eq!(code(refused).await, "bad_request", "{name} {key}");
        }
    }
    // Past each bound.
    for (name, variables) in [
        ("getDossierNumbers", r#""first":101"#.to_owned()),
        ("getDossierNumbers", r#""first":0"#.to_owned()),
        ("getDossierNumbers", r#""first":1,"last":1"#.to_owned()),
        ("getDossierNumbers", format!(r#""first":1,"after":"{}""#, "a".repeat(10_000))),
        ("getDossiers", format!(r#""last":101,{PARTS}"#)),
        ("getDossier", format!(r#""dossier":4294967296,{PARTS}"#)),
        ("getDeletedDossiers", r#""since":"2026-01-01T00:00:00Z","first":101,"includePending":true,"includeDeleted":true"#.to_owned()),
    ] {
        let refused = relais.operation(&session, name, format!(r#"{{"number":{DEMARCHE},{variables}}}"#)).await;
        assert_eq!(code(refused).await, "bad_request", "{name} {variables:.80}");
    }
    let refused = relais.request(reqwest::Method::GET, "/api/operations/getDemarche", &session).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(code(refused).await, "bad_request");
    assert!(relais.ds.asked().is_empty(), "DS was not asked");
}

#[tokio::test]
async fn an_answer_is_compressed_for_those_who_can_read_it() {
    let relais = Relais::start().await;
    let session = relais.session().await;
    let large = Reply::json(&json!({ "data": { "text": "répété ".repeat(20_000) } }));
    relais.ds.will([large.clone(), large]);
    let ask = |encoding: &str| {
        relais
            .request(reqwest::Method::POST, "/api/operations/getDemarche", &session)
            .header("content-type", "application/json")
            .header("accept-encoding", encoding)
            .body(format!(r#"{{"number":{DEMARCHE}}}"#))
    };
    let reading = reqwest::Client::builder().no_proxy().build().unwrap();
    let compressed = reading.execute(ask("br").build().unwrap()).await.unwrap();
    assert_eq!(compressed.headers().get("content-encoding").map(|value| value.to_str().unwrap()), None, "reqwest has decoded it");
    assert_eq!(compressed.json::<Value>().await.unwrap()["data"]["text"].as_str().unwrap().len(), "répété ".len() * 20_000);
    let plain = reqwest::Client::builder().no_proxy().no_brotli().no_gzip().build().unwrap();
    let raw = plain.execute(ask("br").build().unwrap()).await.unwrap();
    assert_eq!(raw.headers()["content-encoding"], "br");
    assert!(raw.bytes().await.unwrap().len() < 5_000);
}

#[tokio::test]
async fn bytes_arrive_before_ds_has_finished() {
    let relais = Relais::start().await;
    let session = relais.session().await;
    // The held answer keeps its place; a first piece of another goes through meanwhile.
    relais.ds.will([Reply::Held(Box::new(Ds::state(DEMARCHE, "tenue"))), Ds::state(DEMARCHE, "libre")]);
    let held = tokio::spawn({
        let request = relais
            .request(reqwest::Method::POST, "/api/operations/getDemarcheState", &session)
            .header("content-type", "application/json")
            .body(format!(r#"{{"number":{DEMARCHE}}}"#));
        async move { request.send().await.unwrap().text().await.unwrap() }
    });
    relais.ds.received(1).await;
    assert!(relais.state(&session).await.text().await.unwrap().contains("libre"));
    relais.ds.release();
    assert!(held.await.unwrap().contains("tenue"));
}
