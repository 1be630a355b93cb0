//! Who read which démarche, how many dossiers, when: for the owners of the team, and for nobody else.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    database::meddle,
    ds::{Known, Reply},
    grist::Right,
    relais::{DEMARCHE, DOCUMENT, PARTS, Relais, STRANGER, code},
    teams::create,
    tokens::{TOKEN, deposit},
};

async fn with_token() -> (Relais, String, String) {
    let relais = Relais::open().await;
    relais.ds.knows(TOKEN, Known { demarches: vec![DEMARCHE], ..Known::default() });
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    deposit(&relais, &owner, TOKEN, &[DEMARCHE]).await;
    let editor = relais.session_in(DOCUMENT, 42, Right::Editor).await;
    (relais, owner, editor)
}

async fn audit(relais: &Relais, session: &str) -> Value {
    relais.request(Method::GET, "/api/audit", session).send().await.unwrap().json().await.unwrap()
}

fn page(count: usize) -> Reply {
    let dossier =
        json!({ "number": 7, "dateDerniereModification": "2026-11-25T10:00:00+01:00", "motivation": "private words \"dateDerniereModification\":" });
    Reply::json(&json!({ "data": { "demarche": { "dossiers": { "nodes": vec![dossier; count] } } } }))
}

async fn read_page(relais: &Relais, session: &str, count: usize) {
    relais.ds.will([page(count)]);
    let answer = relais.operation(session, "getDossiers", format!(r#"{{"number":{DEMARCHE},"first":100,{PARTS}}}"#)).await;
    assert_eq!(answer.status(), StatusCode::OK);
    answer.bytes().await.unwrap();
}

#[tokio::test]
async fn what_is_read_is_told_to_owners_and_to_nobody_else() {
    let (relais, owner, editor) = with_token().await;
    read_page(&relais, &editor, 100).await;
    read_page(&relais, &editor, 23).await;
    relais.state(&owner).await.bytes().await.unwrap();
    let file = json!({ "demarche": DEMARCHE, "url": "https://static.demarches-simplifiees.fr.elsewhere.example/a", "size": 1 });
    relais.send(Method::POST, "/api/files", &editor, &file).await;
    let mut seen = Value::Null;
    // The trail is noted as an answer ends, a moment after its last byte.
    for _ in 0..100 {
        seen = audit(&relais, &owner).await;
        if seen["lines"].as_array().unwrap().iter().any(|line| line["requests"] == 2) && seen["lines"].as_array().unwrap().len() == 3 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(seen["kept_days"], 365);
    let mut lines: Vec<(String, i64, i64, i64)> = Vec::new();
    for line in seen["lines"].as_array().unwrap() {
        assert_eq!((&line["document"], &line["is_this"], &line["demarche"]), (&json!("Suivi"), &json!(true), &json!(DEMARCHE)));
        let number = |key: &str| line[key].as_i64().unwrap();
        lines.push((line["operation"].as_str().unwrap().to_owned(), number("person"), number("requests"), number("dossiers")));
    }
    lines.sort();
    let line = |operation: &str, person, requests, dossiers| (operation.to_owned(), person, requests, dossiers);
    assert_eq!(lines, [line("files", 42, 1, 0), line("getDemarcheState", 1, 1, 0), line("getDossiers", 42, 2, 123)]);
    assert!(!seen.to_string().contains("private words") && !seen.to_string().contains(DOCUMENT));

    for path in ["/api/audit", "/api/audit.csv"] {
        assert_eq!(code(relais.request(Method::GET, path, &editor).send().await.unwrap()).await, "owners_only");
        let nobody = relais.session_in(STRANGER, 1, Right::Owner).await;
        assert_eq!(code(relais.request(Method::GET, path, &nobody).send().await.unwrap()).await, "document_unknown");
    }
    // The list says when: by when dossiers were read, not when the démarche was looked at.
    let listed: Value = relais.request(Method::GET, "/api/demarches", &editor).send().await.unwrap().json().await.unwrap();
    let read_at = seen["lines"].as_array().unwrap().iter().find(|line| line["operation"] == "getDossiers").unwrap()["last_at"].clone();
    assert_eq!(listed[0]["last_read_at"], read_at);
    let other = create(&relais, STRANGER, "Autre").await;
    assert_eq!(audit(&relais, &other).await["lines"], json!([]));
    let file = relais.request(Method::GET, "/api/audit.csv", &owner).send().await.unwrap();
    assert_eq!(file.headers()["content-type"], "text/csv; charset=utf-8");
    let file = file.text().await.unwrap();
    assert_eq!(file.lines().count(), 4, "{file}");
    assert!(file.starts_with("\u{feff}Début;Fin;Document;") && file.contains(";42;131016;getDossiers;2;123"), "{file}");
}

#[tokio::test]
async fn the_trail_is_written_before_the_server_ends_and_kept_as_long_as_configured() {
    let (relais, _, editor) = with_token().await;
    read_page(&relais, &editor, 5).await;
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    let relais = relais.stop_and_start().await;
    let owner = relais.session_in(DOCUMENT, 1, Right::Owner).await;
    let lines = audit(&relais, &owner).await["lines"].clone();
    assert_eq!((lines.as_array().unwrap().len(), &lines[0]["dossiers"]), (1, &json!(5)));
    let year = 366 * 24 * 3600 * 1000_i64;
    meddle(&relais.configuration.database, &format!("UPDATE audit SET last_at = last_at - {year}")).await;
    let relais = relais.restart().await;
    for _ in 0..100 {
        if audit(&relais, &owner).await["lines"] == json!([]) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("a line older than a year is still there");
}

#[tokio::test]
async fn what_cannot_be_written_is_kept_until_it_can() {
    let (relais, owner, editor) = with_token().await;
    let rename = |from: &str, to: &str| format!("ALTER TABLE {from} RENAME TO {to}");
    meddle(&relais.configuration.database, &rename("audit", "elsewhere")).await;
    read_page(&relais, &editor, 5).await;
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    let refused = relais.request(Method::GET, "/api/audit", &owner).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    meddle(&relais.configuration.database, &rename("elsewhere", "audit")).await;
    read_page(&relais, &editor, 6).await;
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    let lines = audit(&relais, &owner).await["lines"].clone();
    assert_eq!((&lines[0]["requests"], &lines[0]["dossiers"]), (&json!(2), &json!(11)));
}

/// The lines, once there are so many.
async fn lines(relais: &Relais, session: &str, count: usize) -> Vec<Value> {
    // The trail is noted as an answer ends, a moment after its last byte.
    for _ in 0..100 {
        let lines = audit(relais, session).await["lines"].as_array().unwrap().clone();
        if lines.len() == count {
            return lines;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("not {count} lines: {}", audit(relais, session).await);
}

#[tokio::test]
async fn a_document_without_a_name_is_told_from_one_that_has_left() {
    // The operator gives no name to documents.
    let relais = Relais::start().await;
    let owner = relais.session_in(DOCUMENT, 1, Right::Owner).await;
    read_page(&relais, &owner, 5).await;
    let seen = lines(&relais, &owner, 1).await;
    assert_eq!((&seen[0]["document"], &seen[0]["is_this"], &seen[0]["is_member"]), (&Value::Null, &json!(true), &json!(true)));

    let (relais, owner, _) = with_token().await;
    let invitation = json!({ "hands_over": false });
    let invitation: Value = relais.send(Method::POST, "/api/team/invitations", &owner, &invitation).await.json().await.unwrap();
    let comer = relais.session_in(STRANGER, 7, Right::Owner).await;
    let joining = json!({ "code": invitation["code"], "document_name": "Fonds vert" });
    let joined: Value = relais.send(Method::POST, "/api/team/join", &comer, &joining).await.json().await.unwrap();
    read_page(&relais, &comer, 5).await;
    let seen = lines(&relais, &owner, 1).await;
    assert_eq!((&seen[0]["document"], &seen[0]["is_this"], &seen[0]["is_member"]), (&json!("Fonds vert"), &json!(false), &json!(true)));
    let path = format!("/api/team/documents/{}", joined["documents"][1]["id"].as_str().unwrap());
    relais.send(Method::DELETE, &path, &owner, &json!({ "ends_team": false })).await;
    let seen = lines(&relais, &owner, 1).await;
    assert_eq!((&seen[0]["document"], &seen[0]["is_this"], &seen[0]["is_member"]), (&Value::Null, &json!(false), &json!(false)));
}

#[tokio::test]
async fn the_file_has_every_line_however_many() {
    const LINES: usize = 100_500;
    let (relais, owner, _) = with_token().await;
    let written = meddle(
        &relais.configuration.database,
        &format!(
            "INSERT INTO audit (hour, team, origin, document, person, demarche, operation, requests, dossiers, first_at, last_at) \
             WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {LINES}) \
             SELECT CAST(n % 700 AS BIGINT) * 3600000, (SELECT id FROM teams), 'https://grist.exemple.fr', 'mark', n, {DEMARCHE}, 'getDossiers', 1, 1, \
             CAST(n % 700 AS BIGINT) * 3600000, 4000000000000 FROM numbers"
        ),
    )
    .await;
    assert_eq!(written, LINES as u64);
    let file = relais.request(Method::GET, "/api/audit.csv", &owner).send().await.unwrap().text().await.unwrap();
    let mut people = std::collections::HashSet::new();
    let mut hours = Vec::with_capacity(LINES);
    for line in file.lines().skip(1) {
        let cells: Vec<&str> = line.split(';').collect();
        assert!(people.insert(cells[4].to_owned()), "{line}");
        hours.push(cells[0].to_owned());
    }
    assert_eq!(people.len(), LINES, "each once");
    assert!(hours.is_sorted_by(|before, after| before >= after), "the latest hours first");
    assert_eq!(audit(&relais, &owner).await["lines"].as_array().unwrap().len(), 500);
}

#[tokio::test]
async fn a_dossier_that_is_read_alone_is_in_the_trail() {
    let (relais, owner, editor) = with_token().await;
    let dossier = json!({ "demarche": { "number": DEMARCHE }, "number": 7, "dateDerniereModification": "2026-11-25T10:00:00+01:00" });
    relais.ds.will([Reply::json(&json!({ "data": { "dossier": dossier } }))]);
    let answer = relais.operation(&editor, "getDossier", format!(r#"{{"number":{DEMARCHE},"dossier":7,{PARTS}}}"#)).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let lines = audit(&relais, &owner).await["lines"].clone();
    assert_eq!((&lines[0]["operation"], &lines[0]["person"], &lines[0]["dossiers"]), (&json!("getDossier"), &json!(42), &json!(1)));
}
