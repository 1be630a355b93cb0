//! Teams: created, joined with a code, left, renamed, handed over; by owners alone, and each its own.

use insta::assert_snapshot;
use relais_proxy::{config::Enrolment, upkeep};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    database::meddle,
    grist::{Right, now},
    relais::{DEMARCHE, DOCUMENT, Relais, STRANGER, code},
    tokens::{TOKEN, deposit},
};

pub(crate) const THIRD: &str = "sampleDocumentNumberThree";

/// Creates a team, as the owner of a document; their session.
pub(crate) async fn create(relais: &Relais, document: &str, name: &str) -> String {
    let session = relais.session_in(document, 1, Right::Owner).await;
    let answer = relais.send(Method::POST, "/api/team", &session, &json!({ "name": name, "document_name": "Suivi" })).await;
    assert_eq!(answer.status(), StatusCode::CREATED, "{}", answer.text().await.unwrap());
    session
}

pub(crate) async fn team(relais: &Relais, session: &str) -> Value {
    relais.request(Method::GET, "/api/team", session).send().await.unwrap().json().await.unwrap()
}

async fn invite(relais: &Relais, session: &str, hands_over: bool) -> (String, String) {
    let answer = relais.send(Method::POST, "/api/team/invitations", session, &json!({ "hands_over": hands_over })).await;
    assert_eq!(answer.status(), StatusCode::CREATED);
    let answer: Value = answer.json().await.unwrap();
    (answer["id"].as_str().unwrap().to_owned(), answer["code"].as_str().unwrap().to_owned())
}

async fn join(relais: &Relais, session: &str, invitation: &str) -> reqwest::Response {
    relais.send(Method::POST, "/api/team/join", session, &json!({ "code": invitation, "document_name": "Fonds vert" })).await
}

/// Ids, instants and ports differ from run to run.
fn steady(mut value: Value) -> String {
    fn walk(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                for (name, field) in fields {
                    match name.as_str() {
                        "id" | "origin" | "joined_at" | "checked_at" | "deposited_at" | "created_at" | "expires_at" if !field.is_null() => {
                            *field = format!("[{name}]").into();
                        }
                        _ => walk(field),
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(walk),
            _ => {}
        }
    }
    walk(&mut value);
    serde_json::to_string_pretty(&value).unwrap()
}

#[tokio::test]
async fn an_owner_creates_a_team_and_sees_it() {
    let relais = Relais::open().await;
    let token = relais.grist.token(DOCUMENT, 1, Right::Owner);
    let session: Value = relais.ask_session(&relais.grist.origin(), &token).await.json().await.unwrap();
    assert_eq!((&session["team"], &session["enrolment"]), (&Value::Null, &json!("open")));
    let session = create(&relais, DOCUMENT, " Préfecture du Bas-Rhin ").await;
    assert_snapshot!(steady(team(&relais, &session).await), @r#"
    {
      "documents": [
        {
          "id": "[id]",
          "is_this": true,
          "joined_at": "[joined_at]",
          "joined_by": 1,
          "name": "Suivi",
          "origin": "[origin]"
        }
      ],
      "egress_address": "203.0.113.10",
      "invitations": [],
      "is_declared": false,
      "may_invite": true,
      "name": "Préfecture du Bas-Rhin",
      "role": "owner",
      "tokens": [],
      "version": 1
    }
    "#);
    let again: Value = relais.ask_session(&relais.grist.origin(), &token).await.json().await.unwrap();
    assert_eq!(again["team"]["name"], "Préfecture du Bas-Rhin");
    let second = relais.send(Method::POST, "/api/team", &session, &json!({ "name": "Autre", "document_name": "Suivi" })).await;
    assert_eq!(code(second).await, "team_exists");
}

#[tokio::test]
async fn a_document_joins_with_a_code_that_serves_once() {
    let relais = Relais::open().await;
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    let (_, invitation) = invite(&relais, &owner, false).await;
    assert_eq!(team(&relais, &owner).await["invitations"].as_array().unwrap().len(), 1);
    let plain = invitation.replace('-', "");
    let known = format!("DELETE FROM invitations WHERE hash IN ('{invitation}', '{plain}')");
    assert_eq!(meddle(&relais.configuration.database, &known).await, 0, "the code itself is not kept");
    let comer = relais.session_in(STRANGER, 7, Right::Owner).await;
    let typed = invitation.to_lowercase().replace('-', " ");
    assert_eq!(join(&relais, &comer, &typed).await.status(), StatusCode::OK);
    let seen = team(&relais, &owner).await;
    assert_eq!(seen["documents"].as_array().unwrap().len(), 2);
    assert_eq!((&seen["documents"][1]["name"], &seen["documents"][1]["is_this"]), (&json!("Fonds vert"), &json!(false)));
    assert!(seen["invitations"].as_array().unwrap().is_empty());
    assert_eq!(team(&relais, &comer).await["documents"][1]["is_this"], true);
    // Replayed, by the same and by another.
    assert_eq!(code(join(&relais, &comer, &invitation).await).await, "team_exists");
    let other = relais.session_in(THIRD, 9, Right::Owner).await;
    assert_eq!(code(join(&relais, &other, &invitation).await).await, "invitation_refused");
}

#[tokio::test]
async fn one_code_used_by_many_at_once_brings_one_document() {
    let relais = Relais::open().await;
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    let (_, invitation) = invite(&relais, &owner, false).await;
    let mut sessions = Vec::new();
    for number in 0..8 {
        sessions.push(relais.session_in(&format!("sampleDocumentNumber{number}"), 7, Right::Owner).await);
    }
    let answers = futures_util::future::join_all(sessions.iter().map(|session| join(&relais, session, &invitation))).await;
    let statuses: Vec<StatusCode> = answers.iter().map(reqwest::Response::status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == StatusCode::OK).count(), 1, "{statuses:?}");
    assert_eq!(team(&relais, &owner).await["documents"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn an_invitation_that_is_withdrawn_past_or_guessed_opens_nothing() {
    let relais = Relais::open().await;
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    let comer = relais.session_in(STRANGER, 7, Right::Owner).await;
    let (id, withdrawn) = invite(&relais, &owner, false).await;
    let gone = relais.request(Method::DELETE, &format!("/api/team/invitations/{id}"), &owner).send().await.unwrap();
    assert_eq!(gone.status(), StatusCode::NO_CONTENT);
    assert_eq!(code(join(&relais, &comer, &withdrawn).await).await, "invitation_refused");
    let (_, past) = invite(&relais, &owner, false).await;
    let ends = team(&relais, &owner).await["invitations"][0]["expires_at"].as_str().unwrap().to_owned();
    let ends = relais_engine::Timestamp::parse(&ends).unwrap().milliseconds() / 1000;
    assert!((now()..=now() + 48 * 3600).contains(&ends), "two days");
    assert_eq!(meddle(&relais.configuration.database, "UPDATE invitations SET expires_at = 1").await, 1);
    assert_eq!(code(join(&relais, &comer, &past).await).await, "invitation_refused");
    assert!(team(&relais, &owner).await["invitations"].as_array().unwrap().is_empty(), "one that has ended is not shown");
    let (_, good) = invite(&relais, &owner, false).await;
    for guess in ["", "K7M4-QX2P-9TWD", "' OR 1=1 --", &"A".repeat(10_000)] {
        assert_eq!(code(join(&relais, &comer, guess).await).await, "invitation_refused", "{guess:.20}");
    }
    // Whoever tries more, from wherever they call, waits.
    let mut refused = false;
    for number in 0..10 {
        let guess = format!("K7M4-QX2P-{number}{number}{number}{number}");
        refused |=
            join(&relais, &relais.session_in(STRANGER, 20 + number, Right::Owner).await, &guess).await.status() == StatusCode::TOO_MANY_REQUESTS;
    }
    assert!(refused, "guesses are counted by address, whoever makes them");
    assert_eq!(code(join(&relais, &comer, &good).await).await, "rate_limited");
}

#[tokio::test]
async fn editors_viewers_and_strangers_change_nothing() {
    let relais = Relais::open().await;
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    relais.ds.knows(TOKEN, crate::ds::Known { demarches: vec![DEMARCHE], ..Default::default() });
    let token = deposit(&relais, &owner, TOKEN, &[DEMARCHE]).await;
    let (invitation, _) = invite(&relais, &owner, false).await;
    let before = team(&relais, &owner).await;
    let (token, mark) = (token["token"]["id"].as_str().unwrap(), before["documents"][0]["id"].as_str().unwrap());
    let acts = [
        (Method::POST, "/api/team".to_owned(), json!({ "name": "A", "document_name": "B" })),
        (Method::PATCH, "/api/team".to_owned(), json!({ "name": "A", "version": 1 })),
        (Method::POST, "/api/team/join".to_owned(), json!({ "code": "K7M4-QX2P-9TWD", "document_name": "B" })),
        (Method::POST, "/api/team/invitations".to_owned(), json!({ "hands_over": true })),
        (Method::DELETE, format!("/api/team/invitations/{invitation}"), json!({})),
        (Method::DELETE, format!("/api/team/documents/{mark}"), json!({ "ends_team": true })),
        (Method::POST, "/api/tokens".to_owned(), json!({ "name": "A", "token": "b", "demarches": [1], "expires": null })),
        (Method::PUT, format!("/api/tokens/{token}"), json!({ "version": 1, "name": "A", "token": null, "demarches": [DEMARCHE], "expires": null })),
        (Method::DELETE, format!("/api/tokens/{token}"), json!({ "version": 1 })),
        (Method::POST, format!("/api/tokens/{token}/check"), json!({})),
    ];
    let editor = relais.session_in(DOCUMENT, 42, Right::Editor).await;
    for (method, path, body) in &acts {
        let answer = relais.send(method.clone(), path, &editor, body).await;
        assert_eq!((answer.status(), code(answer).await.as_str()), (StatusCode::FORBIDDEN, "owners_only"), "{method} {path}");
    }
    // Another document, with a team of its own: what it names is not there.
    let stranger = create(&relais, STRANGER, "Autre").await;
    for (method, path, body) in acts.iter().skip(4) {
        if *method == Method::POST && path == "/api/tokens" {
            continue;
        }
        let answer = relais.send(method.clone(), path, &stranger, body).await;
        assert_eq!(code(answer).await, "changed", "{method} {path}");
    }
    // A document of no team, and nobody.
    let nobody = relais.session_in(THIRD, 1, Right::Owner).await;
    for (method, path, body) in acts.iter().skip(3) {
        assert_eq!(code(relais.send(method.clone(), path, &nobody, body).await).await, "document_unknown", "{method} {path}");
    }
    for (method, path, body) in &acts {
        let answer = relais.send(method.clone(), path, "forged", body).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{method} {path}");
    }
    assert_eq!(team(&relais, &owner).await, before);
    // What an editor sees: no invitation, and no way to make one.
    let seen = team(&relais, &editor).await;
    assert_eq!((&seen["role"], &seen["invitations"]), (&json!("editor"), &json!([])));
}

#[tokio::test]
async fn a_document_of_another_team_gets_nothing_of_it() {
    let relais = Relais::open().await;
    relais.ds.knows(TOKEN, crate::ds::Known { demarches: vec![DEMARCHE], ..Default::default() });
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    deposit(&relais, &owner, TOKEN, &[DEMARCHE]).await;
    assert_eq!(relais.state(&owner).await.status(), StatusCode::OK);
    let stranger = create(&relais, STRANGER, "Autre").await;
    assert_eq!(code(relais.state(&stranger).await).await, "demarche_forbidden");
    let listed: Value = relais.request(Method::GET, "/api/demarches", &stranger).send().await.unwrap().json().await.unwrap();
    assert_eq!(listed, json!([]));
    assert_eq!(team(&relais, &stranger).await["documents"].as_array().unwrap().len(), 1);
    let file = json!({ "demarche": DEMARCHE, "url": "https://static.demarches-simplifiees.fr/a", "size": 1 });
    assert_eq!(code(relais.send(Method::POST, "/api/files", &stranger, &file).await).await, "demarche_forbidden");
}

#[tokio::test]
async fn a_document_that_leaves_loses_the_démarches_at_once() {
    let relais = Relais::open().await;
    relais.ds.knows(TOKEN, crate::ds::Known { demarches: vec![DEMARCHE], ..Default::default() });
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    deposit(&relais, &owner, TOKEN, &[DEMARCHE]).await;
    let (_, invitation) = invite(&relais, &owner, false).await;
    let comer = relais.session_in(STRANGER, 7, Right::Owner).await;
    join(&relais, &comer, &invitation).await;
    assert_eq!(relais.state(&comer).await.status(), StatusCode::OK);
    let mark = team(&relais, &owner).await["documents"][1]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/team/documents/{mark}");
    assert_eq!(relais.send(Method::DELETE, &path, &owner, &json!({ "ends_team": false })).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(code(relais.state(&comer).await).await, "document_unknown");
    assert_eq!(code(relais.send(Method::DELETE, &path, &owner, &json!({ "ends_team": false })).await).await, "changed");
    assert_eq!(relais.state(&owner).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn the_last_document_ends_its_team_only_when_that_is_meant() {
    let relais = Relais::open().await;
    relais.ds.knows(TOKEN, crate::ds::Known { demarches: vec![DEMARCHE], ..Default::default() });
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    deposit(&relais, &owner, TOKEN, &[DEMARCHE]).await;
    let mark = team(&relais, &owner).await["documents"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/team/documents/{mark}");
    let answer = relais.send(Method::DELETE, &path, &owner, &json!({ "ends_team": false })).await;
    assert_eq!((answer.status(), code(answer).await.as_str()), (StatusCode::CONFLICT, "last_document"));
    assert_eq!(relais.state(&owner).await.status(), StatusCode::OK, "nothing has changed");
    assert_eq!(relais.send(Method::DELETE, &path, &owner, &json!({ "ends_team": true })).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(code(relais.state(&owner).await).await, "document_unknown");
    for table in ["teams", "documents", "tokens", "token_demarches"] {
        assert_eq!(meddle(&relais.configuration.database, &format!("DELETE FROM {table}")).await, 0, "{table} is empty");
    }
    create(&relais, DOCUMENT, "Autre").await;
}

#[tokio::test]
async fn a_team_is_handed_over() {
    let relais = Relais::open().await;
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    let (_, invitation) = invite(&relais, &owner, true).await;
    let comer = relais.session_in(STRANGER, 7, Right::Owner).await;
    assert_eq!(join(&relais, &comer, &invitation).await.status(), StatusCode::OK);
    assert_eq!(code(relais.request(Method::GET, "/api/team", &owner).send().await.unwrap()).await, "document_unknown");
    let seen = team(&relais, &comer).await;
    assert_eq!((seen["documents"].as_array().unwrap().len(), &seen["name"]), (1, &json!("Préfecture")));
}

#[tokio::test]
async fn of_two_owners_who_rename_at_once_the_second_is_told() {
    let relais = Relais::open().await;
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    let rename = async |name: &str, version: i64| relais.send(Method::PATCH, "/api/team", &owner, &json!({ "name": name, "version": version })).await;
    let renamed: Value = rename("Préfecture de l’Ain", 1).await.json().await.unwrap();
    assert_eq!((&renamed["name"], &renamed["version"]), (&json!("Préfecture de l’Ain"), &json!(2)));
    assert_eq!(code(rename("Préfecture du Rhône", 1).await).await, "changed");
    assert_eq!(team(&relais, &owner).await["name"], "Préfecture de l’Ain");
    for name in ["", "   ", "a\nb", &"a".repeat(101)] {
        assert_eq!(code(rename(name, 2).await).await, "bad_request", "{name:?}");
    }
}

#[tokio::test]
async fn enrolment_is_what_the_operator_says() {
    let relais = Relais::with(|configuration| configuration.enrolment = Enrolment::Invitation).await;
    let nobody = relais.session_in(STRANGER, 1, Right::Owner).await;
    let creation = json!({ "name": "A", "document_name": "B" });
    assert_eq!(code(relais.send(Method::POST, "/api/team", &nobody, &creation).await).await, "enrolment_closed");
    assert_eq!(code(join(&relais, &nobody, "K7M4-QX2P-9TWD").await).await, "invitation_refused");
    // The operator's own team is changed by nobody else.
    let declared = relais.session_in(DOCUMENT, 1, Right::Owner).await;
    let seen = team(&relais, &declared).await;
    assert_eq!((&seen["is_declared"], seen["tokens"].as_array().unwrap().len()), (&json!(true), 1));
    assert_eq!(code(relais.send(Method::PATCH, "/api/team", &declared, &json!({ "name": "A", "version": 0 })).await).await, "team_declared");
    assert_eq!(code(relais.send(Method::POST, "/api/team", &declared, &creation).await).await, "enrolment_closed");

    let closed = Relais::start().await;
    let token = closed.grist.token(STRANGER, 1, Right::Owner);
    assert_eq!(code(closed.ask_session(&closed.grist.origin(), &token).await).await, "document_unknown");
    let declared = closed.session_in(DOCUMENT, 1, Right::Owner).await;
    assert_eq!(code(join(&closed, &declared, "K7M4-QX2P-9TWD").await).await, "enrolment_closed");
}

#[tokio::test]
async fn nobody_is_invited_where_nobody_may_join() {
    let mut relais = Relais::open().await;
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    relais.configuration.enrolment = Enrolment::Closed;
    let relais = relais.restart().await;
    let invited = async |hands_over: bool| relais.send(Method::POST, "/api/team/invitations", &owner, &json!({ "hands_over": hands_over })).await;
    assert_eq!(code(invited(true).await).await, "enrolment_closed");
    assert_snapshot!(crate::relais::body(invited(false).await).await, @r#"
    {
      "error": {
        "code": "enrolment_closed",
        "help": "Demandez à la personne qui administre Relais d’ouvrir les invitations : c’est un de ses réglages.",
        "message": "Sur ce serveur, aucun document ne rejoint une équipe avec un code. Rien n’a changé.",
        "request_id": "[request_id]"
      }
    }
    "#);
    assert_eq!(meddle(&relais.configuration.database, "DELETE FROM invitations").await, 0);
    assert_eq!(team(&relais, &owner).await["may_invite"], false);
}

/// Creates a team with a code of the operator's.
async fn found(relais: &Relais, session: &str, opening: Option<&str>) -> reqwest::Response {
    let body = match opening {
        Some(opening) => json!({ "name": "Préfecture", "document_name": "Suivi", "code": opening }),
        None => json!({ "name": "Préfecture", "document_name": "Suivi" }),
    };
    relais.send(Method::POST, "/api/team", session, &body).await
}

#[tokio::test]
async fn by_invitation_a_code_of_the_operators_creates_one_team() {
    let relais = Relais::with(|configuration| {
        configuration.teams.clear();
        configuration.enrolment = Enrolment::Invitation;
    })
    .await;
    let (opening, until) = upkeep::invitation(&relais.configuration, 7).await.unwrap();
    assert!(until.milliseconds() > (crate::grist::now() + 6 * 24 * 3600) * 1000);
    let owner = relais.session_in(DOCUMENT, 1, Right::Owner).await;
    let other = relais.session_in(STRANGER, 7, Right::Owner).await;
    let editor = relais.session_in(DOCUMENT, 42, Right::Editor).await;
    assert_eq!(code(found(&relais, &editor, Some(&opening)).await).await, "owners_only");
    assert_eq!(code(join(&relais, &owner, &opening).await).await, "invitation_refused", "it is of no team");
    assert_eq!(found(&relais, &owner, Some(&opening.to_lowercase().replace('-', " "))).await.status(), StatusCode::CREATED);
    assert_snapshot!(crate::relais::body(found(&relais, &other, Some(&opening)).await).await, @r#"
    {
      "error": {
        "code": "invitation_refused",
        "help": "Vérifiez-le, ou demandez-en un autre à la personne qui administre Relais : un code sert une fois, et pour une durée limitée.",
        "message": "Ce code ne permet pas de créer une équipe. Rien n’a changé.",
        "request_id": "[request_id]"
      }
    }
    "#);
    // Its owner invites another document, as anywhere; that code creates no team.
    assert_eq!(team(&relais, &owner).await["may_invite"], true);
    let (_, invitation) = invite(&relais, &owner, false).await;
    assert_eq!(code(found(&relais, &other, Some(&invitation)).await).await, "invitation_refused");
    assert_eq!(join(&relais, &other, &invitation).await.status(), StatusCode::OK);
    // Whoever has a team wastes no code.
    let (second, _) = upkeep::invitation(&relais.configuration, 1).await.unwrap();
    assert_eq!(code(found(&relais, &other, Some(&second)).await).await, "team_exists");
    let third = relais.session_in(THIRD, 9, Right::Owner).await;
    assert_eq!(found(&relais, &third, Some(&second)).await.status(), StatusCode::CREATED);
}

#[tokio::test]
async fn a_code_lives_as_long_as_the_key_that_has_hashed_it() {
    let relais = Relais::open().await;
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    let [(_, first), (_, second)] = [invite(&relais, &owner, false).await, invite(&relais, &owner, false).await];
    upkeep::rekey(&relais.configuration).await.unwrap();
    let comer = relais.session_in(STRANGER, 7, Right::Owner).await;
    assert_eq!(join(&relais, &comer, &first).await.status(), StatusCode::OK);
    upkeep::forget_old_keys(&relais.configuration).await.unwrap();
    let late = relais.session_in(THIRD, 7, Right::Owner).await;
    assert_eq!(code(join(&relais, &late, &second).await).await, "invitation_refused");
}

#[tokio::test]
async fn a_code_of_the_operators_that_is_past_or_guessed_creates_nothing() {
    let relais = Relais::with(|configuration| configuration.enrolment = Enrolment::Invitation).await;
    let owner = relais.session_in(STRANGER, 1, Right::Owner).await;
    let (past, _) = upkeep::invitation(&relais.configuration, 7).await.unwrap();
    assert_eq!(meddle(&relais.configuration.database, "UPDATE openings SET expires_at = 1").await, 1);
    assert_eq!(code(found(&relais, &owner, Some(&past)).await).await, "invitation_refused");
    let (good, _) = upkeep::invitation(&relais.configuration, 7).await.unwrap();
    let letters = good.replace('-', "");
    let kept = format!("DELETE FROM openings WHERE hash = '{good}' OR hash = '{letters}' OR expires_at = 1");
    assert_eq!(meddle(&relais.configuration.database, &kept).await, 0, "a hash alone is kept, and what has ended is forgotten");
    // None at all is not a guess.
    for _ in 0..12 {
        assert_eq!(code(found(&relais, &owner, None).await).await, "enrolment_closed");
    }
    let mut refused = false;
    for number in 0..10 {
        let guesser = relais.session_in(STRANGER, 20 + number, Right::Owner).await;
        let guess = format!("K7M4-QX2P-{number}{number}{number}{number}");
        refused |= found(&relais, &guesser, Some(&guess)).await.status() == StatusCode::TOO_MANY_REQUESTS;
    }
    assert!(refused, "guesses are counted by address, whoever makes them");
    let last = relais.session_in(STRANGER, 40, Right::Owner).await;
    assert_eq!(code(found(&relais, &last, Some(&good)).await).await, "rate_limited");
    for enrolment in [Enrolment::Open, Enrolment::Closed] {
        let configuration = relais_proxy::Configuration { enrolment, ..relais.configuration.clone() };
        assert!(upkeep::invitation(&configuration, 7).await.is_err(), "it would be good for nothing");
    }
}

#[tokio::test]
async fn one_code_of_the_operators_used_by_many_at_once_creates_one_team() {
    let relais = Relais::with(|configuration| configuration.enrolment = Enrolment::Invitation).await;
    let (opening, _) = upkeep::invitation(&relais.configuration, 7).await.unwrap();
    let mut sessions = Vec::new();
    for number in 0..8 {
        sessions.push(relais.session_in(&format!("sampleDocumentNumber{number}"), 7, Right::Owner).await);
    }
    let answers = futures_util::future::join_all(sessions.iter().map(|session| found(&relais, session, Some(&opening)))).await;
    let statuses: Vec<StatusCode> = answers.iter().map(reqwest::Response::status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == StatusCode::CREATED).count(), 1, "{statuses:?}");
}
