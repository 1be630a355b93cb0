//! Every route of the API, as the sources have them: who gets in, and who does not. A route that is added is asked for here, too.

use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::{
    grist::Right,
    relais::{DOCUMENT, Relais, STRANGER, code},
    teams::create,
};

/// What editors may do. All the rest is for owners.
const EDITORS: [&str; 11] = [
    "GET /demarches",
    "GET /paths/{path}",
    "POST /operations/{name}",
    "POST /files",
    "GET /team",
    "GET /templates",
    "GET /templates/{id}",
    "GET /templates/{id}/versions/{number}",
    "PUT /templates/uses",
    "PUT /leases/{connexion}",
    "DELETE /leases/{connexion}",
];

/// What owners do in a document that has no team.
const WITHOUT_TEAM: [&str; 2] = ["POST /team", "POST /team/join"];

/// The routes of the API, but the one that opens a session.
fn routes() -> Vec<(Method, &'static str)> {
    let mut routes = Vec::new();
    for line in include_str!("../../src/routes/mod.rs").lines() {
        let Some((path, methods)) = line.trim().strip_prefix(".route(\"").and_then(|rest| rest.split_once("\", ")) else { continue };
        if path.starts_with("/health") || ["/manifest.json", "/modele.schema.json", "/metrics", "/session", "/defective"].contains(&path) {
            continue;
        }
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            if methods.contains(&format!("{}(", method.as_str().to_lowercase())) {
                routes.push((method, path));
            }
        }
    }
    routes
}

fn is_one_of(names: &[&str], method: &Method, path: &str) -> bool {
    names.contains(&&*format!("{method} {path}"))
}

/// With parts that could be, and a body that is none: whoever gets in is told so.
async fn ask(relais: &Relais, session: Option<&str>, method: &Method, path: &str) -> Response {
    let id = "AAAAAAAAAAAAAAAAAAAAAA";
    let path = path.replace("{name}", "getDemarcheState").replace("{id}", id).replace("{number}", "1").replace("{connexion}", "1");
    let path = path.replace("{path}", "detr-2026");
    assert!(!path.contains('{'), "{path}");
    let request = relais.http.request(method.clone(), relais.url(&format!("/api{path}"))).header("if-match", "\"1\"").json(&json!([]));
    let request = if let Some(session) = session { request.bearer_auth(session) } else { request };
    request.send().await.unwrap()
}

#[tokio::test]
async fn every_route_asks_who_calls() {
    let relais = Relais::open().await;
    create(&relais, DOCUMENT, "Préfecture").await;
    assert!(routes().len() >= 28, "the routes were found");
    for (method, path) in routes() {
        for session in [None, Some("forged.forged")] {
            let refused = ask(&relais, session, &method, path).await;
            assert_eq!((refused.status(), code(refused).await.as_str()), (StatusCode::UNAUTHORIZED, "session_expired"), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn every_route_asks_for_a_team_and_for_the_role() {
    let relais = Relais::open().await;
    create(&relais, DOCUMENT, "Préfecture").await;
    let nobody = relais.session_in(STRANGER, 1, Right::Owner).await;
    for (method, path) in routes() {
        if !is_one_of(&WITHOUT_TEAM, &method, path) {
            assert_eq!(code(ask(&relais, Some(&nobody), &method, path).await).await, "document_unknown", "{method} {path}");
        }
    }
    for (index, (method, path)) in routes().into_iter().enumerate() {
        // Nobody changes so much in a minute.
        let editor = relais.session_in(DOCUMENT, 42 + i64::try_from(index).unwrap() / 20, Right::Editor).await;
        let answer = ask(&relais, Some(&editor), &method, path).await;
        let is_refused = answer.status() == StatusCode::FORBIDDEN && code(answer).await == "owners_only";
        assert_eq!(is_refused, !is_one_of(&EDITORS, &method, path), "{method} {path}");
    }
}

#[tokio::test]
async fn no_body_has_a_key_that_is_not_known() {
    let relais = Relais::open().await;
    create(&relais, DOCUMENT, "Préfecture").await;
    let id = "AAAAAAAAAAAAAAAAAAAAAA";
    for (method, path, body) in [
        (Method::POST, "/api/team".to_owned(), json!({ "name": "A", "document_name": "B" })),
        (Method::PATCH, "/api/team".to_owned(), json!({ "name": "A", "version": 7 })),
        (Method::POST, "/api/team/join".to_owned(), json!({ "code": "K7M4-QX2P-9TWD", "document_name": "B" })),
        (Method::POST, "/api/team/invitations".to_owned(), json!({ "hands_over": false })),
        (Method::DELETE, format!("/api/team/documents/{id}"), json!({ "ends_team": false })),
        (Method::PUT, "/api/templates/uses".to_owned(), json!({ "1": { "template": id, "version": 1 } })),
        (Method::PATCH, format!("/api/templates/{id}"), json!({ "visibility": "team" })),
    ] {
        let owner = relais.session_in(DOCUMENT, 1, Right::Owner).await;
        let send = async |body: &Value| {
            let request = relais.request(method.clone(), &path, &owner).header("if-match", "\"1\"");
            request.json(body).send().await.unwrap().text().await.unwrap()
        };
        assert!(!send(&body).await.contains("bad_request"), "{method} {path}");
        let mut more = body.clone();
        more["more"] = 1.into();
        assert!(send(&more).await.contains("bad_request"), "{method} {path}");
    }
}
