//! What a reviewer who wished harm has tried, and what stops it now.

use relais_proxy::{config::DatabaseConfiguration, upkeep};
use reqwest::{Method, Response, StatusCode};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use sqlx::{AnyConnection, Connection as _, Executor as _};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{
    database::{is_postgres, meddle},
    ds::{Ds, Known, Reply},
    grist::Right,
    relais::{DEMARCHE, DOCUMENT, PARTS, Relais, SECOND, STRANGER, code},
    teams::{THIRD, create, team},
    templates,
    tokens::{OTHER, TOKEN, deposit, try_deposit},
};

fn known(demarches: &[i64]) -> Known {
    Known { demarches: demarches.to_vec(), ..Known::default() }
}

async fn invite(relais: &Relais, session: &str, hands_over: bool) -> String {
    let answer: Value = relais.send(Method::POST, "/api/team/invitations", session, &json!({ "hands_over": hands_over })).await.json().await.unwrap();
    answer["code"].as_str().unwrap().to_owned()
}

async fn join(relais: &Relais, session: &str, invitation: &str) -> Response {
    relais.send(Method::POST, "/api/team/join", session, &json!({ "code": invitation, "document_name": "Fonds vert" })).await
}

/// Takes a document out of its team.
async fn remove(relais: &Relais, owner: &str, place: usize) {
    let mark = team(relais, owner).await["documents"][place]["id"].as_str().unwrap().to_owned();
    let answer = relais.send(Method::DELETE, &format!("/api/team/documents/{mark}"), owner, &json!({ "ends_team": false })).await;
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
}

fn page(count: usize) -> Reply {
    let dossier = json!({ "number": 7, "dateDerniereModification": "2026-11-25T10:00:00+01:00" });
    Reply::json(&json!({ "data": { "demarche": { "dossiers": { "nodes": vec![dossier; count] } } } }))
}

async fn read_page(relais: &Relais, session: &str) -> Response {
    relais.operation(session, "getDossiers", format!(r#"{{"number":{DEMARCHE},"first":100,{PARTS}}}"#)).await
}

/// The dossiers that the trail knows of.
async fn dossiers(relais: &Relais, owner: &str) -> i64 {
    let seen: Value = relais.request(Method::GET, "/api/audit", owner).send().await.unwrap().json().await.unwrap();
    seen["lines"].as_array().unwrap().iter().map(|line| line["dossiers"].as_i64().unwrap()).sum()
}

#[tokio::test]
async fn who_asks_for_the_trail_and_hangs_up_does_not_erase_it() {
    let relais = Relais::open().await;
    relais.ds.knows(TOKEN, known(&[DEMARCHE]));
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    deposit(&relais, &owner, TOKEN, &[DEMARCHE]).await;
    // An owner of whatever team: what was gathered of all teams is written at once.
    let stranger = create(&relais, STRANGER, "Autre").await;
    let address = match &relais.configuration.database {
        DatabaseConfiguration::File(path) => format!("sqlite://{}", path.display()),
        DatabaseConfiguration::Postgres(address) => address.expose_secret().to_owned(),
        DatabaseConfiguration::Memory => unreachable!("the tests have a database"),
    };
    for _ in 0..3 {
        relais.ds.will([page(5)]);
        read_page(&relais, &owner).await.bytes().await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        // The write takes a moment, as when another is under way.
        let mut busy = AnyConnection::connect(&address).await.unwrap();
        busy.execute(if is_postgres() { "BEGIN; LOCK TABLE audit IN EXCLUSIVE MODE" } else { "BEGIN IMMEDIATE" }).await.unwrap();
        let hung_up = relais.request(Method::GET, "/api/audit", &stranger).timeout(std::time::Duration::from_millis(200)).send().await;
        assert!(hung_up.is_err());
        busy.execute("ROLLBACK").await.unwrap();
        busy.close().await.unwrap();
    }
    for _ in 0..20 {
        if dossiers(&relais, &owner).await == 15 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    assert_eq!(dossiers(&relais, &owner).await, 15);
}

#[tokio::test]
async fn what_is_read_while_the_server_stops_is_in_the_trail() {
    let relais = Relais::open().await;
    relais.ds.knows(TOKEN, known(&[DEMARCHE]));
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    deposit(&relais, &owner, TOKEN, &[DEMARCHE]).await;
    let asked = relais.ds.asked().len();
    relais.ds.will([Reply::Held(Box::new(page(5)))]);
    let reading = {
        let variables = format!(r#"{{"number":{DEMARCHE},"first":100,{PARTS}}}"#);
        let request = relais.request(Method::POST, "/api/operations/getDossiers", &owner).header("content-type", "application/json").body(variables);
        tokio::spawn(async move { request.send().await.unwrap().bytes().await.unwrap() })
    };
    relais.ds.received(asked + 1).await;
    let Relais { configuration, folder, server, grist, ds, http, .. } = relais;
    let stopping = tokio::spawn(server.stop());
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    ds.release();
    assert!(reading.await.unwrap().len() > 100, "what was under way ends");
    stopping.await.unwrap();
    let relais = Relais::resume(configuration, folder, grist, ds, http).await;
    assert_eq!(dossiers(&relais, &owner).await, 5);
}

#[tokio::test]
async fn a_document_that_was_removed_does_not_come_back_with_an_invitation_it_had_made() {
    let relais = Relais::open().await;
    relais.ds.knows(TOKEN, known(&[DEMARCHE]));
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    deposit(&relais, &owner, TOKEN, &[DEMARCHE]).await;
    let comer = relais.session_in(STRANGER, 7, Right::Owner).await;
    join(&relais, &comer, &invite(&relais, &owner, false).await).await;
    let kept = invite(&relais, &comer, false).await;
    remove(&relais, &owner, 1).await;
    assert_eq!(code(join(&relais, &comer, &kept).await).await, "invitation_refused");
    assert_eq!(code(relais.state(&comer).await).await, "document_unknown");
}

#[tokio::test]
async fn a_team_that_was_handed_over_is_not_taken_back_with_another_invitation() {
    let relais = Relais::open().await;
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    let (first, second, plain) = (invite(&relais, &owner, true).await, invite(&relais, &owner, true).await, invite(&relais, &owner, false).await);
    let comer = relais.session_in(STRANGER, 7, Right::Owner).await;
    assert_eq!(join(&relais, &comer, &first).await.status(), StatusCode::OK);
    let third = relais.session_in(THIRD, 9, Right::Owner).await;
    assert_eq!(code(join(&relais, &third, &second).await).await, "invitation_refused");
    assert_eq!(code(join(&relais, &owner, &plain).await).await, "invitation_refused");
    assert_eq!(team(&relais, &comer).await["documents"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_token_deposited_twice_is_not_asked_twice_as_much() {
    let relais = Relais::open().await;
    relais.ds.knows(TOKEN, known(&[DEMARCHE, SECOND]));
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    deposit(&relais, &owner, TOKEN, &[DEMARCHE]).await;
    deposit(&relais, &owner, TOKEN, &[SECOND]).await;
    let asked = relais.ds.asked().len();
    relais.ds.will(vec![Reply::Held(Box::new(Ds::state(DEMARCHE, "A"))); 8]);
    let reading = (0..8).map(|number| {
        let variables = format!(r#"{{"number":{}}}"#, if number % 2 == 0 { DEMARCHE } else { SECOND });
        relais.operation(&owner, "getDemarcheState", variables)
    });
    let watching = async {
        relais.ds.received(asked + 4).await;
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        relais.ds.release();
    };
    tokio::join!(futures_util::future::join_all(reading), watching);
    assert!(relais.ds.most_in_flight() <= 4, "DS counts by token, whatever it is called here: {} at once", relais.ds.most_in_flight());
}

#[tokio::test]
async fn tokens_tried_by_the_dozen_are_not_asked_of_ds_all_at_once() {
    let relais = Relais::open().await;
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    relais.ds.will(vec![Reply::Held(Box::new(Ds::state(DEMARCHE, "A"))); 20]);
    let tokens: Vec<String> = (0..20).map(|number| format!("Z3Vlc3M{number}LW5ldmVyLXNob3du")).collect();
    let trying = tokens.iter().map(|token| try_deposit(&relais, &owner, token, &[DEMARCHE]));
    let watching = async {
        relais.ds.received(2).await;
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        relais.ds.release();
    };
    tokio::join!(futures_util::future::join_all(trying), watching);
    assert!(relais.ds.most_in_flight() <= 8, "{} at once", relais.ds.most_in_flight());
}

#[tokio::test]
async fn a_change_that_comes_too_late_asks_ds_nothing() {
    let relais = Relais::open().await;
    let many: Vec<i64> = (1..=100).collect();
    relais.ds.knows(TOKEN, known(&many));
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    let deposited = deposit(&relais, &owner, TOKEN, &[1]).await;
    let asked = relais.ds.asked().len();
    let path = format!("/api/tokens/{}", deposited["token"]["id"].as_str().unwrap());
    let body = json!({ "version": 7, "name": "A", "token": null, "demarches": many, "expires": null });
    assert_eq!(code(relais.send(Method::PUT, &path, &owner, &body).await).await, "changed");
    assert_eq!(relais.ds.asked().len(), asked);
}

#[tokio::test]
async fn an_owner_removed_while_ds_is_asked_changes_no_token_of_the_team() {
    for replaces in [false, true] {
        let relais = Relais::open().await;
        relais.ds.knows(TOKEN, known(&[DEMARCHE]));
        relais.ds.knows(OTHER, known(&[DEMARCHE, SECOND]));
        let owner = create(&relais, DOCUMENT, "Préfecture").await;
        let deposited = deposit(&relais, &owner, TOKEN, &[DEMARCHE]).await;
        let comer = relais.session_in(STRANGER, 7, Right::Owner).await;
        join(&relais, &comer, &invite(&relais, &owner, false).await).await;
        let before = team(&relais, &owner).await["tokens"].clone();
        let asked = relais.ds.asked().len();
        relais.ds.will([Reply::Held(Box::new(Ds::state(SECOND, "A")))]);
        // As long as DS takes: an owner who feels their end come names a hundred démarches.
        let change = async {
            if replaces {
                let path = format!("/api/tokens/{}", deposited["token"]["id"].as_str().unwrap());
                let body = json!({ "version": 1, "name": "A", "token": OTHER, "demarches": [DEMARCHE], "expires": null });
                relais.send(Method::PUT, &path, &comer, &body).await
            } else {
                try_deposit(&relais, &comer, OTHER, &[SECOND]).await
            }
        };
        let removal = async {
            relais.ds.received(asked + 1).await;
            remove(&relais, &owner, 1).await;
            relais.ds.release();
        };
        let (answer, ()) = tokio::join!(change, removal);
        assert_eq!(team(&relais, &owner).await["tokens"], before, "replaces: {replaces}");
        assert_eq!(code(answer).await, "document_unknown");
    }
}

#[tokio::test]
async fn a_template_no_longer_shared_is_not_read_on_by_those_who_said_to_use_it() {
    let relais = Relais::open().await;
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    let neighbour = create(&relais, STRANGER, "Voisine").await;
    let template = templates::saved(&relais, &owner, "Suivi").await;
    templates::matching(&relais, Method::PATCH, &template, &owner, 1, &json!({ "visibility": "all" })).await;
    templates::use_it(&relais, &neighbour, &template, &["1"]).await;
    templates::matching(&relais, Method::PATCH, &template, &owner, 2, &json!({ "visibility": "team" })).await;
    let renewed = templates::matching(&relais, Method::PUT, &template, &owner, 3, &templates::file("Entre nous")).await;
    assert_eq!(renewed.status(), StatusCode::OK);
    let read = async |path: &str| relais.request(Method::GET, path, &neighbour).send().await.unwrap();
    assert_eq!(code(read(&templates::path(&template)).await).await, "template_unknown");
    assert_eq!(code(read(&format!("{}/versions/2", templates::path(&template))).await).await, "template_unknown");
    // Nor once it is withdrawn, besides.
    templates::matching(&relais, Method::DELETE, &template, &owner, 4, &json!({})).await;
    assert_eq!(code(read(&templates::path(&template)).await).await, "template_unknown");
}

#[tokio::test]
async fn no_token_is_sealed_with_a_key_that_was_forgotten() {
    let relais = Relais::open().await;
    relais.ds.knows(TOKEN, known(&[DEMARCHE]));
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    upkeep::rekey(&relais.configuration).await.unwrap();
    upkeep::forget_old_keys(&relais.configuration).await.unwrap();
    // The server has gone on, and has met no seal that would have told it of the new key.
    deposit(&relais, &owner, TOKEN, &[DEMARCHE]).await;
    let relais = relais.restart().await;
    let owner = relais.session_in(DOCUMENT, 1, Right::Owner).await;
    assert_eq!(relais.state(&owner).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn what_ds_said_to_a_token_is_not_said_for_the_next() {
    let relais = Relais::open().await;
    relais.ds.knows(TOKEN, known(&[DEMARCHE]));
    relais.ds.knows(OTHER, known(&[SECOND]));
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    let list = async || relais.request(Method::GET, "/api/demarches", &owner).send().await.unwrap().json::<Value>().await.unwrap();
    let deposited = deposit(&relais, &owner, TOKEN, &[DEMARCHE]).await;
    assert_eq!(list().await[0]["title"], "Démarche 131016");
    let path = format!("/api/tokens/{}", deposited["token"]["id"].as_str().unwrap());
    relais.send(Method::DELETE, &path, &owner, &json!({ "version": 1 })).await;
    deposit(&relais, &owner, OTHER, &[DEMARCHE, SECOND]).await;
    assert_eq!(list().await[0]["error"]["code"], "demarche_refused");
}

#[tokio::test]
async fn paths_looked_for_by_many_do_not_fall_on_ds_all_at_once() {
    let relais = Relais::start().await;
    relais.ds.will(vec![Reply::Held(Box::new(Reply::json(&json!({ "number": DEMARCHE })))); 24]);
    let mut sessions = Vec::new();
    for user in 0..3 {
        sessions.push(relais.session_of(42 + user).await);
    }
    let looking = (0..24_usize).map(|number| relais.request(Method::GET, &format!("/api/paths/path-{number}"), &sessions[number % 3]).send());
    let watching = async {
        relais.ds.received(4).await;
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        relais.ds.release();
    };
    tokio::join!(futures_util::future::join_all(looking), watching);
    assert!(relais.ds.most_in_flight() <= 4, "{} at once", relais.ds.most_in_flight());
}

#[tokio::test]
async fn methods_made_up_by_anybody_take_no_memory() {
    let relais = Relais::start().await;
    for number in 0..50 {
        let method = Method::from_bytes(format!("MADEUP{number}").as_bytes()).unwrap();
        relais.http.request(method, relais.url("/health/live")).send().await.unwrap();
    }
    let metrics = relais.metrics().await;
    assert_eq!(metrics.lines().filter(|line| line.contains("/health/live")).count(), 1, "{metrics}");
}

#[tokio::test]
async fn a_name_is_read_as_it_is_written() {
    let relais = Relais::open().await;
    let session = relais.session_in(DOCUMENT, 1, Right::Owner).await;
    // Nothing to see, the same to the eye as another, turned round, or in two lines.
    for name in
        ["\u{200b}", "\u{2060}\u{feff}", "Préfecture\u{200b}", "\u{202e}erutceférP", "\u{2066}Préfecture", "a\u{2028}b", "\u{3164}", "a\u{e0041}"]
    {
        let answer = relais.send(Method::POST, "/api/team", &session, &json!({ "name": name, "document_name": "Suivi" })).await;
        assert_eq!(code(answer).await, "bad_request", "{name:?}");
    }
    create(&relais, DOCUMENT, "Préfecture de l’Ain — 🏛️ « été »").await;
}

#[tokio::test]
async fn tokens_deposited_at_once_are_no_more_than_a_team_may_have() {
    let relais = Relais::open().await;
    let demarches: Vec<i64> = (1..=24).collect();
    relais.ds.knows(TOKEN, known(&demarches));
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    for demarche in 1..=17 {
        deposit(&relais, &owner, TOKEN, &[demarche]).await;
    }
    let trying = demarches.iter().skip(17).map(|demarche| try_deposit(&relais, &owner, TOKEN, std::slice::from_ref(demarche)));
    let answers = futures_util::future::join_all(trying).await;
    // One may find the proxy too busy, and be told so.
    let created = answers.iter().filter(|answer| answer.status() == StatusCode::CREATED).count();
    assert!((1..=3).contains(&created), "{created} were deposited");
    assert_eq!(team(&relais, &owner).await["tokens"].as_array().unwrap().len(), 17 + created);
}

#[tokio::test]
async fn no_session_is_forged_with_a_key_that_was_forgotten() {
    let relais = Relais::open().await;
    relais.ds.knows(TOKEN, known(&[DEMARCHE]));
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    deposit(&relais, &owner, TOKEN, &[DEMARCHE]).await;
    // This session could as well have been signed by whoever had read the file: that is why its key is forgotten.
    upkeep::rekey(&relais.configuration).await.unwrap();
    upkeep::forget_old_keys(&relais.configuration).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(6)).await;
    assert_eq!(code(relais.state(&owner).await).await, "session_expired");
    let again = relais.session_in(DOCUMENT, 1, Right::Owner).await;
    assert_eq!(relais.state(&again).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_team_does_not_fill_the_disk_with_versions_of_templates() {
    let relais = Relais::open().await;
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    let template = templates::saved(&relais, &owner, "Suivi").await;
    // As after some hundred versions of a quarter of a megabyte: ten minutes of one person.
    let filler = if is_postgres() { "repeat(' ', 70000000)" } else { "printf('%.*c', 70000000, ' ')" };
    meddle(&relais.configuration.database, &format!("UPDATE template_versions SET content = {filler} || content")).await;
    let renewed = templates::matching(&relais, Method::PUT, &template, &owner, 1, &templates::file("Suivi 2")).await;
    assert_eq!(code(renewed).await, "too_many");
    let second = relais.send(Method::POST, "/api/templates", &owner, &templates::file("Autre")).await;
    assert_eq!(code(second).await, "too_many");
    // What is withdrawn, and used by nobody, makes room.
    templates::matching(&relais, Method::DELETE, &template, &owner, 1, &json!({})).await;
    templates::saved(&relais, &owner, "Autre").await;
}

#[tokio::test]
async fn a_document_does_not_say_that_it_uses_a_template_without_end() {
    let relais = Relais::open().await;
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    let template = templates::saved(&relais, &owner, "Suivi").await;
    let said = |number: usize| {
        let known = json!({ "template": template["id"], "version": 1 });
        Value::Object((0..number).map(|number| (number.to_string(), known.clone())).collect())
    };
    assert_eq!(relais.send(Method::PUT, templates::USES, &owner, &said(64)).await.status(), StatusCode::OK);
    assert_eq!(code(relais.send(Method::PUT, templates::USES, &owner, &said(65)).await).await, "too_many");
    assert_eq!(templates::uses(&relais, &owner, &template).await, 64);
}

/// Sends the head of a request, is removed from the team, and then sends the body.
async fn removed_halfway(route: &str, extra: &str, body: &Value) -> (Relais, String, String) {
    let relais = Relais::open().await;
    relais.ds.knows(TOKEN, known(&[DEMARCHE]));
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    deposit(&relais, &owner, TOKEN, &[DEMARCHE]).await;
    let comer = relais.session_in(STRANGER, 7, Right::Owner).await;
    join(&relais, &comer, &invite(&relais, &owner, false).await).await;
    let template = templates::saved(&relais, &owner, "Suivi").await;
    let route = route.replace("TEMPLATE", template["id"].as_str().unwrap());
    let body = body.to_string();
    let head = format!(
        "{route} HTTP/1.1\r\nhost: relais\r\nconnection: close\r\nauthorization: Bearer {comer}\r\n{extra}\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect(relais.server.address()).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    remove(&relais, &owner, 1).await;
    stream.write_all(body.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    (relais, owner, answer)
}

#[tokio::test]
async fn an_owner_removed_between_the_head_and_the_body_of_a_request_makes_no_invitation() {
    let (relais, owner, answer) = removed_halfway("POST /api/team/invitations", "", &json!({ "hands_over": false })).await;
    assert!(answer.contains("document_unknown"), "{answer}");
    assert_eq!(team(&relais, &owner).await["invitations"], json!([]));
}

#[tokio::test]
async fn an_owner_removed_between_the_head_and_the_body_of_a_request_changes_no_template() {
    let file = templates::file("Volé");
    let sharing = json!({ "visibility": "all" });
    for (route, extra, body) in [
        ("POST /api/templates", "", &file),
        ("PUT /api/templates/TEMPLATE", "if-match: \"1\"\r\n", &file),
        ("PATCH /api/templates/TEMPLATE", "if-match: \"1\"\r\n", &sharing),
        ("PUT /api/templates/uses", "", &json!({})),
    ] {
        let (relais, owner, answer) = removed_halfway(route, extra, body).await;
        assert!(answer.contains("document_unknown"), "{route}: {answer}");
        let listed: Value = relais.request(Method::GET, "/api/templates", &owner).send().await.unwrap().json().await.unwrap();
        assert_eq!((listed.as_array().unwrap().len(), &listed[0]["name"], &listed[0]["visibility"]), (1, &json!("Suivi"), &json!("team")), "{route}");
    }
}

#[tokio::test]
async fn a_person_removed_between_the_head_and_the_body_of_a_request_reads_nothing() {
    let (relais, _, answer) = removed_halfway("POST /api/operations/getDemarcheState", "", &json!({ "number": DEMARCHE })).await;
    assert!(answer.contains("document_unknown"), "{answer}");
    assert!(relais.ds.asked().iter().all(|asked| asked.body["operationName"] != "getDossiers"));
    let file = json!({ "demarche": DEMARCHE, "url": "https://static.demarches-simplifiees.fr/a", "size": 1 });
    let (_, _, answer) = removed_halfway("POST /api/files", "", &file).await;
    assert!(answer.contains("document_unknown"), "{answer}");
}

/// A look at the team that has begun before somebody was removed, and ends after, still finds them in it.
#[tokio::test]
async fn what_another_request_is_about_to_learn_gives_no_right() {
    let relais = Relais::open().await;
    // Readers of SQLite wait for nobody: there, no look can be held in its middle.
    let DatabaseConfiguration::Postgres(address) = &relais.configuration.database else { return };
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    let comer = relais.session_in(STRANGER, 7, Right::Owner).await;
    join(&relais, &comer, &invite(&relais, &owner, false).await).await;
    team(&relais, &comer).await;
    let body = json!({ "hands_over": false }).to_string();
    let head = format!(
        "POST /api/team/invitations HTTP/1.1\r\nhost: relais\r\nconnection: close\r\nauthorization: Bearer {comer}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let moment = std::time::Duration::from_millis(300);
    let mut stream = crate::raw::send(relais.server.address(), head.as_bytes()).await;
    tokio::time::sleep(moment).await;
    // What was known is forgotten, and asked anew.
    relais.send(Method::PATCH, "/api/team", &owner, &json!({ "name": "Autre", "version": 1 })).await;
    let mut busy = AnyConnection::connect(address.expose_secret()).await.unwrap();
    busy.execute("BEGIN; LOCK TABLE tokens IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let look = tokio::spawn(relais.request(Method::GET, "/api/team", &comer).send());
    tokio::time::sleep(moment).await;
    assert_eq!(meddle(&relais.configuration.database, &format!("DELETE FROM documents WHERE document = '{STRANGER}'")).await, 1);
    stream.write_all(body.as_bytes()).await.unwrap();
    tokio::time::sleep(moment).await;
    busy.execute("ROLLBACK").await.unwrap();
    busy.close().await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains("document_unknown"), "{answer}");
    look.await.unwrap().unwrap();
}

#[tokio::test]
async fn an_address_that_cannot_be_read_is_not_said_again() {
    let relais = Relais::open().await;
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    let template = "/api/templates/AAAAAAAAAAAAAAAAAAAAAA";
    for path in
        ["/api/paths/%FF", "/api/templates/%FF", &format!("{template}/versions/private"), &format!("{template}/versions/99999999999999999999")]
    {
        let answer = relais.request(Method::GET, path, &owner).send().await.unwrap().text().await.unwrap();
        assert!(answer.contains("bad_request") && !answer.contains("private"), "{path}: {answer}");
    }
}
