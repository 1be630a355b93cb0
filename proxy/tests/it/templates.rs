//! Templates: kept in versions, shared with a team, chosen teams or all, and refused when they are none.

use relais_engine::{
    ds::Demarche,
    mapping::{Preset, Proposal},
    sync::Connexion,
    template::Template,
};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::{
    database::{is_postgres, meddle},
    grist::Right,
    raw,
    relais::{DEMARCHE, DOCUMENT, Relais, STRANGER, code},
    teams::{THIRD, create, team},
    tokens::TOKEN,
};

pub(crate) const USES: &str = "/api/templates/uses";

/// The file of a template.
pub(crate) fn file(name: &str) -> Value {
    let descriptor = |id: &str, label: &str| json!({ "__typename": "TextChampDescriptor", "id": id, "label": label });
    let demarche = json!({
        "number": DEMARCHE, "title": "Aides", "state": "publiee", "labels": [], "groupeInstructeurs": [],
        "activeRevision": {
            "id": "R", "datePublication": null, "annotationDescriptors": [],
            "champDescriptors": [descriptor("Q2hhbXAtMQ==", "Nom"), descriptor("Q2hhbXAtMg==", "Prénom")],
        },
    });
    let demarche: Demarche = relais_engine::json::from_value(&demarche).unwrap();
    let mut proposal = Proposal::new(&demarche, &[]);
    proposal.apply(Preset::Everything);
    let connexion = Connexion::new(proposal.into_mapping(), &[]);
    serde_json::from_str(&Template::of(&connexion, &demarche, name, "Pour suivre les aides.").write()).unwrap()
}

async fn save(relais: &Relais, session: &str, file: &Value) -> Response {
    relais.send(Method::POST, "/api/templates", session, file).await
}

pub(crate) async fn saved(relais: &Relais, session: &str, name: &str) -> Value {
    let answer = save(relais, session, &file(name)).await;
    assert_eq!(answer.status(), StatusCode::CREATED, "{}", answer.text().await.unwrap());
    answer.json().await.unwrap()
}

pub(crate) fn path(template: &Value) -> String {
    format!("/api/templates/{}", template["id"].as_str().unwrap())
}

pub(crate) async fn matching(relais: &Relais, method: Method, template: &Value, session: &str, revision: i64, body: &Value) -> Response {
    relais.request(method, &path(template), session).header("if-match", format!("\"{revision}\"")).json(body).send().await.unwrap()
}

async fn get(relais: &Relais, session: &str, path: &str) -> Response {
    relais.request(Method::GET, path, session).send().await.unwrap()
}

/// Says that these connexions of a document come from a template, and no others from any.
pub(crate) async fn use_it(relais: &Relais, session: &str, template: &Value, connexions: &[&str]) -> Value {
    let known = json!({ "template": template["id"], "version": 1 });
    let said: serde_json::Map<String, Value> = connexions.iter().map(|connexion| ((*connexion).to_owned(), known.clone())).collect();
    let answer = relais.send(Method::PUT, USES, session, &said.into()).await;
    assert_eq!(answer.status(), StatusCode::OK);
    answer.json().await.unwrap()
}

pub(crate) async fn uses(relais: &Relais, session: &str, template: &Value) -> i64 {
    get(relais, session, &path(template)).await.json::<Value>().await.unwrap()["uses"].as_i64().unwrap()
}

async fn names(relais: &Relais, session: &str) -> Vec<String> {
    let listed: Value = get(relais, session, "/api/templates").await.json().await.unwrap();
    listed.as_array().unwrap().iter().map(|template| template["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_template_is_kept_shown_and_renewed() {
    let relais = Relais::open().await;
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    let template = saved(&relais, &owner, "Suivi DETR").await;
    assert_eq!(
        (&template["team"], &template["is_own"], &template["visibility"], &template["version"], &template["demarche"]),
        (&json!("Préfecture"), &json!(true), &json!("team"), &json!(1), &json!(DEMARCHE))
    );
    assert_eq!(template["content"], file("Suivi DETR"), "as it was written");
    assert_eq!(template["columns"], file("x")["mapping"]["tables"][0]["columns"].as_array().unwrap().len());
    let editor = relais.session_in(DOCUMENT, 42, Right::Editor).await;
    assert_eq!(names(&relais, &editor).await, ["Suivi DETR"]);
    let seen = get(&relais, &editor, &path(&template)).await;
    assert_eq!(seen.headers()["etag"], "\"1\"");

    let mut newer = file("Suivi DETR 2027");
    newer["note"] = "Ajoute le prénom.".into();
    let renewed: Value = matching(&relais, Method::PUT, &template, &owner, 1, &newer).await.json().await.unwrap();
    assert_eq!((&renewed["name"], &renewed["version"], &renewed["revision"]), (&json!("Suivi DETR 2027"), &json!(2), &json!(2)));
    assert_eq!(renewed["versions"][0]["note"], "Ajoute le prénom.");
    // The version before is still there, for those who compare, and as a file.
    let older = get(&relais, &editor, &format!("{}/versions/1", path(&template))).await;
    assert!(older.headers()["content-disposition"].to_str().unwrap().contains("modele-relais.json"));
    assert_eq!(older.json::<Value>().await.unwrap(), file("Suivi DETR"));
    assert_eq!(code(get(&relais, &editor, &format!("{}/versions/3", path(&template))).await).await, "template_unknown");
}

#[tokio::test]
async fn of_two_owners_who_change_a_template_at_once_the_second_is_told() {
    let relais = Relais::open().await;
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    let template = saved(&relais, &owner, "Suivi").await;
    let (one, two) = (file("Suivi A"), file("Suivi B"));
    let (first, second) =
        tokio::join!(matching(&relais, Method::PUT, &template, &owner, 1, &one), matching(&relais, Method::PUT, &template, &owner, 1, &two));
    let mut statuses = [first.status(), second.status()];
    statuses.sort_unstable();
    assert_eq!(statuses, [StatusCode::OK, StatusCode::CONFLICT]);
    let sharing = json!({ "visibility": "all" });
    assert_eq!(code(matching(&relais, Method::PATCH, &template, &owner, 1, &sharing).await).await, "changed");
    assert_eq!(code(matching(&relais, Method::DELETE, &template, &owner, 1, &json!({})).await).await, "changed");
    let unsaid = relais.send(Method::PUT, &path(&template), &owner, &one).await;
    assert_eq!(unsaid.status(), StatusCode::PRECONDITION_REQUIRED);
    assert_eq!(names(&relais, &owner).await.len(), 1);
}

#[tokio::test]
async fn a_template_is_seen_by_those_it_is_shared_with_and_by_nobody_else() {
    let relais = Relais::open().await;
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    let neighbour = create(&relais, STRANGER, "Voisine").await;
    let third = create(&relais, THIRD, "Lointaine").await;
    let template = saved(&relais, &owner, "Suivi").await;
    for other in [&neighbour, &third] {
        assert!(names(&relais, other).await.is_empty());
        assert_eq!(code(get(&relais, other, &path(&template)).await).await, "template_unknown");
        assert_eq!(code(get(&relais, other, &format!("{}/versions/1", path(&template))).await).await, "template_unknown");
        use_it(&relais, other, &template, &["1"]).await;
        assert_eq!(uses(&relais, &owner, &template).await, 0);
    }
    let teams: Value = get(&relais, &owner, "/api/teams").await.json().await.unwrap();
    let key = |name: &str| teams.as_array().unwrap().iter().find(|team| team["name"] == name).unwrap()["id"].clone();
    assert_eq!(teams.as_array().unwrap().len(), 2, "its own is not among those to choose");
    let sharing = json!({ "visibility": "teams", "teams": [key("Voisine")] });
    assert_eq!(matching(&relais, Method::PATCH, &template, &owner, 1, &sharing).await.status(), StatusCode::OK);
    assert_eq!(names(&relais, &neighbour).await, ["Suivi"]);
    assert!(names(&relais, &third).await.is_empty());
    let seen: Value = get(&relais, &neighbour, &path(&template)).await.json().await.unwrap();
    assert_eq!((&seen["team"], &seen["is_own"], &seen["teams"]), (&json!("Préfecture"), &json!(false), &json!([])));
    let sharing = json!({ "visibility": "all", "teams": [] });
    assert_eq!(matching(&relais, Method::PATCH, &template, &owner, 2, &sharing).await.status(), StatusCode::OK);
    assert_eq!(names(&relais, &third).await, ["Suivi"]);
    // Seen is not one's own.
    for (method, body) in [(Method::PUT, file("Volé")), (Method::PATCH, json!({ "visibility": "team" })), (Method::DELETE, json!({}))] {
        assert_eq!(code(matching(&relais, method.clone(), &template, &third, 3, &body).await).await, "changed", "{method}");
    }
    let editor = relais.session_in(DOCUMENT, 42, Right::Editor).await;
    for (method, body) in [(Method::PUT, file("A")), (Method::PATCH, json!({ "visibility": "team" })), (Method::DELETE, json!({}))] {
        assert_eq!(code(matching(&relais, method.clone(), &template, &editor, 3, &body).await).await, "owners_only", "{method}");
    }
    assert_eq!(code(save(&relais, &editor, &file("A")).await).await, "owners_only");
    assert_eq!(code(get(&relais, &editor, "/api/teams").await).await, "owners_only");
    // Teams that do not exist are not shared with.
    let sharing = json!({ "visibility": "teams", "teams": ["nobody"] });
    assert_eq!(code(matching(&relais, Method::PATCH, &template, &owner, 3, &sharing).await).await, "bad_request");
}

#[tokio::test]
async fn what_is_withdrawn_stays_for_those_who_use_it() {
    let relais = Relais::open().await;
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    let (user, other) = (create(&relais, STRANGER, "Voisine").await, create(&relais, THIRD, "Lointaine").await);
    let template = saved(&relais, &owner, "Suivi").await;
    matching(&relais, Method::PATCH, &template, &owner, 1, &json!({ "visibility": "all" })).await;
    use_it(&relais, &user, &template, &["1-2"]).await;
    assert_eq!(matching(&relais, Method::DELETE, &template, &owner, 2, &json!({})).await.status(), StatusCode::NO_CONTENT);
    for session in [&owner, &user, &other] {
        assert!(names(&relais, session).await.is_empty());
    }
    let seen: Value = get(&relais, &user, &path(&template)).await.json().await.unwrap();
    assert_eq!(seen["withdrawn"], true);
    assert_eq!(code(get(&relais, &other, &path(&template)).await).await, "template_unknown");
    assert_eq!(code(matching(&relais, Method::PUT, &template, &owner, 3, &file("Encore")).await).await, "changed");
    use_it(&relais, &user, &template, &["1-2"]).await;
    assert_eq!(get(&relais, &user, &path(&template)).await.status(), StatusCode::OK, "to say so again changes nothing");
    use_it(&relais, &user, &template, &[]).await;
    for session in [&user, &owner] {
        assert_eq!(code(get(&relais, session, &path(&template)).await).await, "template_unknown", "it is forgotten with its last use");
    }
}

#[tokio::test]
async fn uses_are_what_each_document_says_of_itself() {
    let relais = Relais::open().await;
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    let template = saved(&relais, &owner, "Suivi").await;
    matching(&relais, Method::PATCH, &template, &owner, 1, &json!({ "visibility": "all" })).await;
    let other = create(&relais, STRANGER, "Voisine").await;
    let editor = relais.session_in(DOCUMENT, 42, Right::Editor).await;
    use_it(&relais, &editor, &template, &["1", "2"]).await;
    use_it(&relais, &other, &template, &["1"]).await;
    assert_eq!(uses(&relais, &owner, &template).await, 3);
    // A connexion that was ended counts no more.
    use_it(&relais, &editor, &template, &["2"]).await;
    assert_eq!(uses(&relais, &owner, &template).await, 2);
    // A version, or a template, that there is not.
    let id = template["id"].as_str().unwrap();
    let said = json!({ "2": { "template": id, "version": 2 }, "3": { "template": "AAAAAAAAAAAAAAAAAAAAAA", "version": 1 } });
    assert_eq!(relais.send(Method::PUT, USES, &editor, &said).await.json::<Value>().await.unwrap(), json!({}));
    assert_eq!(uses(&relais, &owner, &template).await, 1);
    // Who uses one is told of the latest version, until it is withdrawn.
    assert_eq!(use_it(&relais, &other, &template, &["1"]).await, json!({ "1": 1 }));
    matching(&relais, Method::PUT, &template, &owner, 2, &file("Suivi")).await;
    assert_eq!(use_it(&relais, &other, &template, &["1", "1-2"]).await, json!({ "1": 2, "1-2": 2 }));
    matching(&relais, Method::DELETE, &template, &owner, 3, &json!({})).await;
    assert_eq!(use_it(&relais, &other, &template, &["1"]).await, json!({}));
    // A document that leaves its team uses nothing of it.
    let mark = team(&relais, &other).await["documents"][0]["id"].as_str().unwrap().to_owned();
    relais.send(Method::DELETE, &format!("/api/team/documents/{mark}"), &other, &json!({ "ends_team": true })).await;
    assert_eq!(meddle(&relais.configuration.database, "DELETE FROM template_uses").await, 0);
    // What cannot be an id hides nothing of the others.
    let odd = json!({ "../1": { "template": id, "version": 1 }, "1": { "template": "x", "version": 1 } });
    assert_eq!(relais.send(Method::PUT, USES, &editor, &odd).await.json::<Value>().await.unwrap(), json!({}));
    for odd in [json!([]), json!({ "1": { "template": id } })] {
        assert_eq!(code(relais.send(Method::PUT, USES, &editor, &odd).await).await, "bad_request", "{odd}");
    }
}

#[tokio::test]
async fn what_is_no_template_is_refused_with_its_place_and_reason() {
    let relais = Relais::open().await;
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    let refused = async |body: Vec<u8>| {
        let request = relais.request(Method::POST, "/api/templates", &owner).header("content-type", "application/json").body(body);
        let answer = request.send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    };
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut file = file("Suivi");
        change(&mut file);
        file.to_string().into_bytes()
    };
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (b"{".to_vec(), "JSON"),
        (b"{}".to_vec(), "relais_template"),
        (changed(&|file| file["relais_template"] = 2.into()), "plus récent"),
        (changed(&|file| file["more"] = 1.into()), "Ce modèle ne peut pas être repris"),
        (changed(&|file| file["description"] = TOKEN.into()), "description"),
        (changed(&|file| file["mapping"]["tables"][0]["columns"][0]["name"] = "Bearer abc".into()), "mapping.tables[0].columns[0]"),
        ("[".repeat(200_000).into_bytes(), "imbriqué"),
        (format!("{{\"a\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000)).into_bytes(), "imbriqué"),
    ];
    for (body, expected) in cases {
        let (status, answer) = refused(body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");
        assert!(answer.contains("template_refused") && answer.contains(expected), "{expected}: {answer}");
        assert!(!answer.contains(TOKEN) && !answer.contains("abc"));
    }
    // A bomb, larger than any template, is refused before it is read: who still sends it may not hear so.
    let bomb = format!("{{\"fields\":[{}0]}}", "0,".repeat(1_000_000));
    let announced = async |length: usize| {
        let head = format!(
            "POST /api/templates HTTP/1.1\r\nHost: relais\r\nAuthorization: Bearer {owner}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        );
        raw::exchange(relais.server.address(), head.as_bytes()).await
    };
    assert!(announced(bomb.len()).await.starts_with("HTTP/1.1 413"));
    let request = relais.request(Method::POST, "/api/templates", &owner).header("content-type", "application/json").body(bomb);
    if let Ok(answer) = request.send().await {
        assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    }
    assert!(names(&relais, &owner).await.is_empty());
    // The same, as large as a template may be: its fields are counted.
    let (status, answer) = refused(format!("{{\"relais_template\":1,\"fields\":[{}0]}}", "0,".repeat(100_000)).into_bytes()).await;
    assert!(status == StatusCode::BAD_REQUEST && answer.contains("template_refused"), "{answer}");
    let mut file = file("Suivi").to_string().into_bytes();
    file.resize(256 * 1024, b' ');
    assert_eq!(refused(file).await.0, StatusCode::CREATED, "as large as may be");
    assert!(announced(256 * 1024 + 1).await.starts_with("HTTP/1.1 413"));
}

#[tokio::test]
async fn a_team_that_ends_takes_its_templates_with_it() {
    let relais = Relais::open().await;
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    let template = saved(&relais, &owner, "Suivi").await;
    matching(&relais, Method::PATCH, &template, &owner, 1, &json!({ "visibility": "all" })).await;
    let other = create(&relais, STRANGER, "Voisine").await;
    use_it(&relais, &other, &template, &["1"]).await;
    let mark = team(&relais, &owner).await["documents"][0]["id"].as_str().unwrap().to_owned();
    let left = relais.send(Method::DELETE, &format!("/api/team/documents/{mark}"), &owner, &json!({ "ends_team": true })).await;
    assert_eq!(left.status(), StatusCode::NO_CONTENT);
    assert!(names(&relais, &other).await.is_empty());
    for table in ["templates", "template_versions", "template_teams", "template_uses"] {
        assert_eq!(meddle(&relais.configuration.database, &format!("DELETE FROM {table}")).await, 0, "{table} is empty");
    }
}

#[tokio::test]
async fn a_team_has_so_many_templates_and_no_more() {
    let relais = Relais::open().await;
    let owner = create(&relais, DOCUMENT, "Préfecture").await;
    saved(&relais, &owner, "Suivi").await;
    // Copies of it, each with an id of 22 signs of its own. What names a value of a list is not the same everywhere.
    let (value, alias) = if is_postgres() { ("value", " AS copies (value)") } else { ("column1", "") };
    let values: Vec<String> = (0..199).map(|number| format!("('{number:03}')")).collect();
    let rest = "team, name, description, demarche, tables, columns, visibility, version, revision, withdrawn_at, updated_at";
    let copies = format!("(VALUES {}){alias}", values.join(","));
    let statement = format!("INSERT INTO templates SELECT SUBSTR(id, 1, 19) || {value}, {rest} FROM templates, {copies}");
    assert_eq!(meddle(&relais.configuration.database, &statement).await, 199);
    assert_eq!(code(save(&relais, &owner, &file("Un de trop")).await).await, "too_many");
}
