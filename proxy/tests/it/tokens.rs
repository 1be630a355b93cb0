//! Tokens: checked with DS before they are kept, sealed, replaced without a word to connexions, and never shown.

use std::time::Duration;

use insta::assert_snapshot;
use relais_proxy::Configuration;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::{
    database::meddle,
    ds::{Known, Reply},
    grist::Right,
    relais::{DEMARCHE, DOCUMENT, DS_TOKEN, Relais, SECOND, STRANGER, body, code},
    teams::{create, team},
};

/// Recognisable wherever it might leak, and another.
pub(crate) const TOKEN: &str = "ZGVwb3NpdGVkLXRva2VuLW5ldmVyLXNob3du";
pub(crate) const OTHER: &str = "b3RoZXItZGVwb3NpdGVkLXRva2VuLW5ldmVyLXNob3du";

pub(crate) async fn try_deposit(relais: &Relais, session: &str, token: &str, demarches: &[i64]) -> Response {
    let body = json!({ "name": "DETR 2026", "token": token, "demarches": demarches, "expires": "2027-03-01" });
    relais.send(Method::POST, "/api/tokens", session, &body).await
}

pub(crate) async fn deposit(relais: &Relais, session: &str, token: &str, demarches: &[i64]) -> Value {
    let answer = try_deposit(relais, session, token, demarches).await;
    assert_eq!(answer.status(), StatusCode::CREATED, "{}", answer.text().await.unwrap());
    answer.json().await.unwrap()
}

async fn replace(relais: &Relais, session: &str, deposited: &Value, token: Option<&str>, demarches: &[i64], version: i64) -> Response {
    let path = format!("/api/tokens/{}", deposited["token"]["id"].as_str().unwrap());
    let body = json!({ "version": version, "name": "DETR 2027", "token": token, "demarches": demarches, "expires": null });
    relais.send(Method::PUT, &path, session, &body).await
}

fn known(demarches: &[i64]) -> Known {
    Known { demarches: demarches.to_vec(), ..Known::default() }
}

/// The tokens that DS was shown, in order.
fn shown(relais: &Relais) -> Vec<String> {
    relais.ds.asked().iter().map(|asked| asked.headers["authorization"].to_str().unwrap().trim_start_matches("Bearer ").to_owned()).collect()
}

#[tokio::test]
async fn a_token_is_asked_of_ds_and_then_reads_its_démarches() {
    let relais = Relais::open().await;
    relais.ds.knows(TOKEN, known(&[DEMARCHE]));
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    let answer = try_deposit(&relais, &owner, TOKEN, &[DEMARCHE, SECOND, DEMARCHE]).await;
    assert_eq!(answer.status(), StatusCode::CREATED);
    let deposited: Value = answer.json().await.unwrap();
    assert_eq!(deposited["demarches"][0], json!({ "number": DEMARCHE, "title": "Démarche 131016", "refusal": null }));
    assert_eq!(deposited["demarches"][1]["refusal"]["code"], "demarche_refused");
    assert_eq!(deposited["demarches"].as_array().unwrap().len(), 2, "each once");
    let token = &deposited["token"];
    assert_eq!((&token["rights"], &token["expires"], &token["refusal"]), (&json!("read"), &json!("2027-03-01"), &Value::Null));
    assert!(shown(&relais).iter().all(|shown| shown == TOKEN));
    // Used, by an editor as well, and listed with its last day.
    let editor = relais.session_in(DOCUMENT, 42, Right::Editor).await;
    assert_eq!(relais.state(&editor).await.status(), StatusCode::OK);
    let listed: Value = relais.request(Method::GET, "/api/demarches", &editor).send().await.unwrap().json().await.unwrap();
    assert_eq!((&listed[0]["title"], &listed[0]["token_expires"]), (&json!("Démarche 131016"), &json!("2027-03-01")));
    assert_eq!(listed[1]["error"]["code"], "demarche_refused");
}

#[tokio::test]
async fn a_token_that_writes_is_told_apart() {
    let relais = Relais::open().await;
    relais.ds.knows(TOKEN, Known { may_write: true, ..known(&[DEMARCHE]) });
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    assert_eq!(deposit(&relais, &owner, TOKEN, &[DEMARCHE]).await["token"]["rights"], "write");
    let asked = relais.ds.asked();
    let question = &asked.last().unwrap().body;
    assert_eq!(question["variables"]["input"]["dossierId"], "RG9zc2llci0w", "a dossier that cannot exist");
}

#[tokio::test]
async fn a_token_that_ds_refuses_is_not_kept() {
    let relais = Relais::open().await;
    relais.ds.knows(TOKEN, known(&[SECOND]));
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    assert_eq!(code(try_deposit(&relais, &owner, OTHER, &[DEMARCHE]).await).await, "token_refused");
    assert_eq!(code(try_deposit(&relais, &owner, TOKEN, &[DEMARCHE]).await).await, "demarche_refused", "it opens none of them");
    relais.ds.knows(TOKEN, Known { is_expired: true, ..known(&[DEMARCHE]) });
    assert_eq!(code(try_deposit(&relais, &owner, TOKEN, &[DEMARCHE]).await).await, "token_expired");
    relais.ds.will(vec![Reply::error(
        403,
        "Request issued from a forbidden network. Add 198.51.100.7/32 to your allowed adresses in your /profil",
        "forbidden",
    )]);
    assert_snapshot!(body(try_deposit(&relais, &owner, TOKEN, &[DEMARCHE]).await).await, @r#"
    {
      "error": {
        "address": "198.51.100.7",
        "code": "address_refused",
        "help": "Ajoutez l’adresse 198.51.100.7 aux adresses autorisées du jeton, puis réessayez.",
        "message": "Démarches Simplifiées refuse ce jeton depuis le serveur de Relais. Votre document n’a pas changé.",
        "request_id": "[request_id]"
      }
    }
    "#);
    assert_eq!(team(&relais, &owner).await["tokens"], json!([]));
}

#[tokio::test]
async fn what_cannot_be_a_token_is_refused_before_ds_is_asked() {
    let relais = Relais::open().await;
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    for token in ["", "two words", "line\nbreak", "é", &"a".repeat(513)] {
        assert_eq!(code(try_deposit(&relais, &owner, token, &[DEMARCHE]).await).await, "bad_request", "{token:.20}");
    }
    let many: Vec<i64> = (1..=101).collect();
    for demarches in [&[][..], &many, &[0], &[-1]] {
        assert_eq!(code(try_deposit(&relais, &owner, TOKEN, demarches).await).await, "bad_request", "{demarches:?}");
    }
    let body = json!({ "name": "A", "token": TOKEN, "demarches": [DEMARCHE], "expires": "01/03/2027" });
    assert_eq!(code(relais.send(Method::POST, "/api/tokens", &owner, &body).await).await, "bad_request");
    let body = json!({ "name": "A", "token": TOKEN, "demarches": [DEMARCHE], "expires": null, "team": "another" });
    assert_eq!(code(relais.send(Method::POST, "/api/tokens", &owner, &body).await).await, "bad_request");
    assert!(relais.ds.asked().is_empty());
}

#[tokio::test]
async fn a_token_is_replaced_and_nothing_else_changes() {
    let relais = Relais::open().await;
    relais.ds.knows(TOKEN, known(&[DEMARCHE]));
    relais.ds.knows(OTHER, known(&[DEMARCHE, SECOND]));
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    let editor = relais.session_in(DOCUMENT, 42, Right::Editor).await;
    let deposited = deposit(&relais, &owner, TOKEN, &[DEMARCHE]).await;
    // Nothing that is not known is taken along.
    let path = format!("/api/tokens/{}", deposited["token"]["id"].as_str().unwrap());
    let odd = json!({ "version": 1, "name": "A", "token": null, "demarches": [DEMARCHE], "expires": null, "team": "another" });
    assert_eq!(code(relais.send(Method::PUT, &path, &owner, &odd).await).await, "bad_request");
    assert_eq!(code(relais.send(Method::DELETE, &path, &owner, &json!({ "version": 1, "team": "another" })).await).await, "bad_request");
    relais.state(&editor).await;
    let replaced: Value = replace(&relais, &owner, &deposited, Some(OTHER), &[DEMARCHE, SECOND], 1).await.json().await.unwrap();
    assert_eq!((&replaced["token"]["id"], &replaced["token"]["version"]), (&deposited["token"]["id"], &json!(2)));
    assert_eq!(relais.state(&editor).await.status(), StatusCode::OK);
    assert_eq!(shown(&relais).last().unwrap(), OTHER);
    // Without another token, what is said of it changes alone.
    let changed: Value = replace(&relais, &owner, &deposited, None, &[SECOND], 2).await.json().await.unwrap();
    assert_eq!(changed["token"]["demarches"], json!([SECOND]));
    assert_eq!(code(relais.state(&editor).await).await, "demarche_forbidden");
    assert_eq!(shown(&relais).last().unwrap(), OTHER);
}

#[tokio::test]
async fn of_two_owners_who_replace_a_token_at_once_one_is_told() {
    let relais = Relais::open().await;
    relais.ds.knows(TOKEN, known(&[DEMARCHE]));
    relais.ds.knows(OTHER, known(&[DEMARCHE]));
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    let deposited = deposit(&relais, &owner, TOKEN, &[DEMARCHE]).await;
    let (first, second) = tokio::join!(
        replace(&relais, &owner, &deposited, Some(OTHER), &[DEMARCHE], 1),
        replace(&relais, &owner, &deposited, Some(OTHER), &[DEMARCHE], 1)
    );
    let mut statuses = [first.status(), second.status()];
    statuses.sort_unstable();
    assert_eq!(statuses, [StatusCode::OK, StatusCode::CONFLICT]);
    assert_eq!(team(&relais, &owner).await["tokens"][0]["version"], 2);
    let path = format!("/api/tokens/{}", deposited["token"]["id"].as_str().unwrap());
    assert_eq!(code(relais.send(Method::DELETE, &path, &owner, &json!({ "version": 1 })).await).await, "changed");
    assert_eq!(relais.send(Method::DELETE, &path, &owner, &json!({ "version": 2 })).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(code(relais.state(&owner).await).await, "demarche_forbidden");
}

#[tokio::test]
async fn within_a_team_one_token_reads_a_démarche() {
    let relais = Relais::open().await;
    relais.ds.knows(TOKEN, known(&[DEMARCHE]));
    relais.ds.knows(OTHER, known(&[DEMARCHE, SECOND]));
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    deposit(&relais, &owner, TOKEN, &[DEMARCHE]).await;
    assert_eq!(code(try_deposit(&relais, &owner, OTHER, &[SECOND, DEMARCHE]).await).await, "demarche_taken");
    let second = deposit(&relais, &owner, OTHER, &[SECOND]).await;
    assert_eq!(code(replace(&relais, &owner, &second, None, &[DEMARCHE], 1).await).await, "demarche_taken");
    // Another team may well have its own token for it.
    let stranger = create(&relais, STRANGER, "Autre").await;
    deposit(&relais, &stranger, OTHER, &[DEMARCHE]).await;
    relais.state(&stranger).await;
    assert_eq!(shown(&relais).last().unwrap(), OTHER);
    relais.state(&owner).await;
    assert_eq!(shown(&relais).last().unwrap(), TOKEN);
}

#[tokio::test]
async fn a_token_that_expires_says_so_to_its_owners_and_is_mended_by_another() {
    let relais = Relais::open().await;
    relais.ds.knows(TOKEN, known(&[DEMARCHE]));
    relais.ds.knows(OTHER, known(&[DEMARCHE]));
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    let deposited = deposit(&relais, &owner, TOKEN, &[DEMARCHE]).await;
    let listed = async || -> Value { relais.request(Method::GET, "/api/demarches", &owner).send().await.unwrap().json().await.unwrap() };
    assert_eq!(listed().await[0]["error"], Value::Null);
    relais.ds.knows(TOKEN, Known { is_expired: true, ..known(&[DEMARCHE]) });
    assert_eq!(listed().await[0]["error"], Value::Null, "it is kept for a minute");
    assert_eq!(code(relais.state(&owner).await).await, "token_expired");
    assert_eq!(listed().await[0]["error"]["code"], "token_expired", "unless DS says otherwise meanwhile");
    assert_eq!(team(&relais, &owner).await["tokens"][0]["refusal"]["code"], "token_expired");
    let replaced: Value = replace(&relais, &owner, &deposited, Some(OTHER), &[DEMARCHE], 1).await.json().await.unwrap();
    assert_eq!(replaced["token"]["refusal"], Value::Null);
    assert_eq!(relais.state(&owner).await.status(), StatusCode::OK);
    // Checked on demand: refused, then taken again.
    let check =
        async || relais.send(Method::POST, &format!("/api/tokens/{}/check", deposited["token"]["id"].as_str().unwrap()), &owner, &json!({})).await;
    relais.ds.knows(OTHER, Known { is_expired: true, ..known(&[DEMARCHE]) });
    assert_eq!(code(check().await).await, "token_expired");
    assert_eq!(team(&relais, &owner).await["tokens"][0]["refusal"]["code"], "token_expired");
    relais.ds.knows(OTHER, known(&[DEMARCHE]));
    assert_eq!(check().await.status(), StatusCode::OK);
    assert_eq!(team(&relais, &owner).await["tokens"][0]["refusal"], Value::Null);
}

/// What the first token of a team is, once it is so.
async fn first_token(relais: &Relais, session: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let token = async || team(relais, session).await["tokens"][0].clone();
    for _ in 0..500 {
        let token = token().await;
        if is_so(&token) {
            return token;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{}", token().await);
}

#[tokio::test]
async fn a_token_that_opens_more_than_it_is_meant_for_is_told() {
    let relais = Relais::open().await;
    relais.ds.knows(TOKEN, known(&[DEMARCHE]));
    relais.ds.knows(OTHER, known(&[DEMARCHE, SECOND]));
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    assert_eq!(deposit(&relais, &owner, TOKEN, &[DEMARCHE]).await["opens_more"], false);
    // It opens what another token of the team is for.
    let wide = deposit(&relais, &owner, OTHER, &[SECOND]).await;
    assert_eq!(wide["opens_more"], true);
    // Nor is it hidden from a team of its own that others read what it opens too.
    let neighbour = create(&relais, STRANGER, "Voisine").await;
    let seen = deposit(&relais, &neighbour, OTHER, &[SECOND]).await;
    assert_eq!(seen["opens_more"], true);
    assert!(!seen.to_string().contains(&DEMARCHE.to_string()), "which one is others' business: {seen}");
    relais.ds.knows(OTHER, known(&[SECOND]));
    let check = |id: &Value| format!("/api/tokens/{}/check", id.as_str().unwrap());
    let checked: Value = relais.send(Method::POST, &check(&wide["token"]["id"]), &owner, &json!({})).await.json().await.unwrap();
    assert_eq!(checked["opens_more"], false);
}

#[tokio::test]
async fn a_token_is_checked_once_a_day() {
    let mut relais = Relais::open().await;
    relais.configuration.limits.check_round = Duration::from_millis(20);
    relais.ds.knows(TOKEN, known(&[DEMARCHE]));
    relais.ds.knows(OTHER, known(&[SECOND]));
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    deposit(&relais, &owner, TOKEN, &[DEMARCHE]).await;
    deposit(&relais, &owner, OTHER, &[SECOND]).await;
    let asked = relais.ds.asked().len();
    // Its last check was long ago, and DS refuses it by now: the server finds out by itself.
    let age = async |configuration: &Configuration, name: &str| {
        meddle(&configuration.database, &format!("UPDATE tokens SET checked_at = 1 WHERE name = '{name}'")).await
    };
    meddle(&relais.configuration.database, "UPDATE tokens SET name = 'Autre' WHERE id = (SELECT token FROM token_demarches WHERE demarche = 88444)")
        .await;
    assert_eq!(age(&relais.configuration, "DETR 2026").await, 1);
    relais.ds.knows(TOKEN, Known { is_expired: true, ..known(&[DEMARCHE]) });
    let relais = relais.restart().await;
    let owner = relais.session_in(DOCUMENT, 1, Right::Owner).await;
    let token = first_token(&relais, &owner, |token| !token["refusal"].is_null()).await;
    assert_eq!(token["refusal"]["code"], "token_expired");
    assert_eq!(shown(&relais)[asked..], [TOKEN]);
    // Not again on the same day, neither at once nor after another start: in two rounds that ask about the other token, which
    // comes after it, it is not asked about.
    let relais = relais.restart().await;
    for round in 1..=2 {
        let before = team(&relais, &owner).await["tokens"][1]["checked_at"].clone();
        assert_eq!(age(&relais.configuration, "Autre").await, 1);
        relais.ds.received(asked + 1 + 2 * round).await;
        // Noted before it is made due again.
        for _ in 0..500 {
            let now = team(&relais, &owner).await["tokens"][1]["checked_at"].clone();
            if now != before && !now.as_str().unwrap().starts_with("1970") {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    assert_eq!(shown(&relais)[asked + 1..], [OTHER; 4], "a démarche and the rights, twice");
}

#[tokio::test]
async fn a_démarche_that_a_token_no_longer_opens_is_told_until_it_opens_again() {
    let relais = Relais::open().await;
    relais.ds.knows(TOKEN, known(&[DEMARCHE, SECOND]));
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    let deposited = deposit(&relais, &owner, TOKEN, &[DEMARCHE, SECOND]).await;
    assert_eq!(deposited["token"]["refused"], json!([]));
    let check = async |relais: &Relais, owner: &str| {
        let path = format!("/api/tokens/{}/check", deposited["token"]["id"].as_str().unwrap());
        relais.send(Method::POST, &path, owner, &json!({})).await
    };
    // Found by the daily check, of one démarche, and of all.
    let mut relais = relais;
    for (opened, refused) in [(vec![DEMARCHE], json!([SECOND])), (vec![], json!([DEMARCHE, SECOND]))] {
        relais.ds.knows(TOKEN, known(&opened));
        meddle(&relais.configuration.database, "UPDATE tokens SET checked_at = 1").await;
        relais = relais.restart().await;
        let token = first_token(&relais, &owner, |token| token["refused"] == refused).await;
        assert_eq!((&token["refusal"], &token["rights"]), (&Value::Null, &json!("read")), "the token itself is good");
    }
    // Used again with success, found by whoever lists the démarches, or asked on demand: told no more.
    let list = async || relais.request(Method::GET, "/api/demarches", &owner).send().await.unwrap().json::<Value>().await.unwrap();
    relais.ds.knows(TOKEN, known(&[SECOND]));
    assert_eq!(list().await[0]["error"]["code"], "demarche_refused");
    assert_eq!(team(&relais, &owner).await["tokens"][0]["refused"], json!([DEMARCHE]));
    relais.ds.knows(TOKEN, known(&[DEMARCHE]));
    let checked: Value = check(&relais, &owner).await.json().await.unwrap();
    assert_eq!((&checked["token"]["refused"], &checked["demarches"][1]["refusal"]["code"]), (&json!([SECOND]), &json!("demarche_refused")));
    // Another token in its place starts anew.
    relais.ds.knows(OTHER, known(&[DEMARCHE, SECOND]));
    let replaced: Value = replace(&relais, &owner, &deposited, Some(OTHER), &[DEMARCHE, SECOND], 1).await.json().await.unwrap();
    assert_eq!(replaced["token"]["refused"], json!([]));
}

#[tokio::test]
async fn a_right_that_is_known_stays_when_ds_does_not_tell() {
    let relais = Relais::open().await;
    relais.ds.knows(TOKEN, Known { may_write: true, ..known(&[DEMARCHE]) });
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    let deposited = deposit(&relais, &owner, TOKEN, &[DEMARCHE]).await;
    relais.ds.knows(TOKEN, Known { hides_rights: true, ..known(&[DEMARCHE]) });
    let path = format!("/api/tokens/{}/check", deposited["token"]["id"].as_str().unwrap());
    let checked: Value = relais.send(Method::POST, &path, &owner, &json!({})).await.json().await.unwrap();
    assert_eq!(checked["token"]["rights"], "write");
    let renamed: Value = replace(&relais, &owner, &deposited, None, &[DEMARCHE], 1).await.json().await.unwrap();
    assert_eq!(renamed["token"]["rights"], "write", "it is the same token");
    meddle(&relais.configuration.database, "UPDATE tokens SET checked_at = 1").await;
    let relais = relais.restart().await;
    let token = first_token(&relais, &owner, |token| !token["checked_at"].as_str().unwrap().starts_with("1970")).await;
    assert_eq!(token["rights"], "write");
    // Of another, nothing is known.
    relais.ds.knows(OTHER, Known { hides_rights: true, ..known(&[DEMARCHE]) });
    let replaced: Value = replace(&relais, &owner, &deposited, Some(OTHER), &[DEMARCHE], 2).await.json().await.unwrap();
    assert_eq!(replaced["token"]["rights"], "unknown");
}

#[tokio::test]
async fn the_tokens_of_the_operator_are_checked_too() {
    let mut relais = Relais::start().await;
    let session = relais.session().await;
    let unknown = team(&relais, &session).await["tokens"][0].clone();
    assert_eq!((&unknown["rights"], &unknown["checked_at"]), (&json!("unknown"), &Value::Null));
    relais.configuration.limits.check_declared_after = Duration::ZERO;
    relais.ds.knows(DS_TOKEN, Known { may_write: true, ..known(&[DEMARCHE]) });
    let relais = relais.restart().await;
    let token = first_token(&relais, &session, |token| !token["checked_at"].is_null()).await;
    assert_eq!((&token["rights"], &token["refused"], &token["refusal"]), (&json!("write"), &json!([SECOND]), &Value::Null));
    // What is seen as it is used is told as well.
    relais.ds.knows(DS_TOKEN, Known { is_expired: true, ..known(&[DEMARCHE]) });
    assert_eq!(code(relais.state(&session).await).await, "token_expired");
    let token = team(&relais, &session).await["tokens"][0].clone();
    assert_eq!((&token["refusal"]["code"], &token["rights"], &token["refused"]), (&json!("token_expired"), &json!("write"), &json!([SECOND])));
    relais.ds.knows(DS_TOKEN, known(&[DEMARCHE, SECOND]));
    relais.request(Method::GET, "/api/demarches", &session).send().await.unwrap();
    let token = team(&relais, &session).await["tokens"][0].clone();
    assert_eq!((&token["refusal"], &token["refused"]), (&Value::Null, &json!([])));
}

#[tokio::test]
async fn a_ds_that_says_nothing_delays_no_start() {
    let mut relais = Relais::start().await;
    relais.configuration.limits.check_declared_after = Duration::ZERO;
    relais.ds.will([Reply::Held(Box::new(Reply::html(503)))]);
    let relais = relais.restart().await;
    relais.ds.received(1).await;
    assert_eq!(relais.get("/health/ready").await.status(), StatusCode::OK);
    assert_eq!(team(&relais, &relais.session().await).await["tokens"][0]["rights"], "unknown");
    relais.ds.release();
}

#[tokio::test]
async fn a_team_has_so_many_tokens_and_no_more() {
    let relais = Relais::open().await;
    let demarches: Vec<i64> = (1..=21).collect();
    relais.ds.knows(TOKEN, known(&demarches));
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    for demarche in 1..=20 {
        deposit(&relais, &owner, TOKEN, &[demarche]).await;
    }
    assert_eq!(code(try_deposit(&relais, &owner, TOKEN, &[21]).await).await, "too_many");
}
