//! What is refused, and how.

use serde_json::{Value, json};

use super::client::{Bench, Reply};
use crate::ds::tokens::Scope;
use crate::ds::{COMPLETE, EVERYDAY, NEIGHBOUR, Options};

const TITLE: &str = "query title($number: Int!) { demarche(number: $number) { title } }";

fn asked(number: impl Into<Value>) -> String {
    json!({ "query": TITLE, "operationName": "title", "variables": { "number": number.into() } }).to_string()
}

async fn with(bench: &Bench, token: Option<&str>) -> Reply {
    bench.send(token, asked(EVERYDAY)).await.unwrap()
}

#[tokio::test]
async fn tokens_are_refused_with_the_bodies_of_the_real_server() {
    let bench = Bench::usual().await;
    assert_eq!(with(&bench, Some(bench.ds.token())).await.status, 200);

    let unknown = json!({
        "errors": [{
            "message": "Without a token, only persisted queries are allowed",
            "extensions": { "code": "forbidden" },
        }],
        "data": null,
    });
    for token in [None, Some("c2FucyBkcm9pdA==")] {
        let reply = with(&bench, token).await;
        assert_eq!((reply.status, reply.json()), (403, unknown.clone()));
    }
    let reply = with(&bench, Some(&bench.ds.tokens().add_expired())).await;
    let expired = json!({
        "errors": [{ "message": "Token expired", "extensions": { "code": "unauthorized" } }],
        "data": null,
    });
    assert_eq!((reply.status, reply.json()), (401, expired));
    let reply = with(&bench, Some(&bench.ds.tokens().add_for_elsewhere())).await;
    let message = "Request issued from a forbidden network. Add 127.0.0.1/32 to your allowed adresses in your /profil";
    assert_eq!(reply.status, 403);
    assert_eq!(reply.json()["errors"][0]["message"], message);
    assert_eq!(reply.code().as_deref(), Some("forbidden"));
}

#[tokio::test]
async fn a_token_lives_and_dies_while_it_is_used() {
    let bench = Bench::usual().await;
    let token = bench.ds.tokens().add(Scope::All);
    bench.ds.tokens().expire_after(&token, 2);
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(with(&bench, Some(&token)).await.status);
    }
    assert_eq!(statuses, [200, 200, 401]);
    bench.ds.tokens().renew(&token);
    assert_eq!(with(&bench, Some(&token)).await.status, 200);
    bench.ds.tokens().lock_elsewhere(&token, true);
    assert_eq!(with(&bench, Some(&token)).await.status, 403);
    bench.ds.tokens().lock_elsewhere(&token, false);
    bench.ds.tokens().revoke(&token);
    assert_eq!(with(&bench, Some(&token)).await.status, 403);
}

#[tokio::test]
async fn the_other_form_of_the_header_is_read_too() {
    let bench = Bench::usual().await;
    let token = format!("token={}", bench.ds.token());
    assert_eq!(with(&bench, Some(&token)).await.status, 200);
}

#[tokio::test]
async fn what_a_token_may_not_read_and_what_does_not_exist_are_told_apart() {
    let bench = Bench::usual().await;
    let reply = bench.ask(TITLE, json!({ "number": NEIGHBOUR })).await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.json(),
        json!({
            "data": null,
            "errors": [{
                "message": "An object of type Demarche was hidden due to permissions",
                "locations": [{ "line": 1, "column": 30 }],
                "path": ["demarche"],
                "extensions": { "code": "unauthorized" },
            }],
        })
    );
    let reply = bench.ask(TITLE, json!({ "number": 7 })).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json()["data"], Value::Null);
    assert_eq!(reply.json()["errors"][0]["message"], "Demarche not found");
    assert_eq!(reply.code().as_deref(), Some("not_found"));

    let dossier = "query one($number: Int!) { dossier(number: $number) { number } }";
    let hidden = bench.ds.store().numbers(NEIGHBOUR)[0];
    let reply = bench.ask(dossier, json!({ "number": hidden })).await;
    assert_eq!(reply.json()["errors"][0]["message"], "An object of type Dossier was hidden due to permissions");
    let reply = bench.ask(dossier, json!({ "number": 7 })).await;
    assert_eq!(reply.json()["errors"][0]["message"], "Dossier not found");
}

#[tokio::test]
async fn one_refusal_takes_all_the_data_with_it() {
    let bench = Bench::usual().await;
    let query = format!("query two {{ a: demarche(number: {EVERYDAY}) {{ title }} b: demarche(number: 7) {{ title }} }}");
    let reply = bench.ask(&query, json!({})).await;
    assert_eq!(reply.json()["data"], Value::Null);
    assert_eq!(reply.json()["errors"][0]["path"], json!(["b"]));
}

#[tokio::test]
async fn the_public_description_of_a_demarche_is_no_test_of_access() {
    let bench = Bench::usual().await;
    let query = "query public($number: Int!) { demarcheDescriptor(demarche: { number: $number }) {
        title forIndividual dossiersCount revision { annotationDescriptors { id } champDescriptors { id } } } }";
    let data = bench.data(query, json!({ "number": NEIGHBOUR })).await;
    let described = &data["demarcheDescriptor"];
    assert_eq!(described["forIndividual"], true);
    assert_eq!(described["revision"]["annotationDescriptors"], json!([]));
    assert_ne!(described["revision"]["champDescriptors"], json!([]));
    assert_eq!(bench.data(query, json!({ "number": 7 })).await["demarcheDescriptor"], Value::Null);
    let own = bench.data(query, json!({ "number": EVERYDAY })).await;
    assert_eq!(own["demarcheDescriptor"]["dossiersCount"], 250);
    assert_ne!(own["demarcheDescriptor"]["revision"]["annotationDescriptors"], json!([]));
}

#[tokio::test]
async fn an_older_server_refuses_to_count() {
    let bench = Bench::start(Options { counts_dossiers: false, ..Options::default() }).await;
    let query = "query count($number: Int!) { demarcheDescriptor(demarche: { number: $number }) { dossiersCount } }";
    let reply = bench.ask(query, json!({ "number": EVERYDAY })).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.code().as_deref(), Some("undefinedField"));
    assert_eq!(reply.json().get("data"), None);
}

#[tokio::test]
async fn a_number_past_32_bits_is_an_error_without_a_code() {
    let bench = Bench::usual().await;
    let reply = bench.ask(TITLE, json!({ "number": 5_522_885_577_i64 })).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.code(), None);
    let message = "Variable $number of type Int! was provided invalid value";
    assert_eq!(reply.json()["errors"][0]["message"], message);
}

#[tokio::test]
async fn what_is_not_a_query_is_a_bad_request() {
    let bench = Bench::usual().await;
    let token = Some(bench.ds.token());
    let reply = bench.send(token, "{ not JSON".to_owned()).await.unwrap();
    assert_eq!((reply.status, reply.code().as_deref()), (400, Some("bad_request")));
    let reply = bench.send(token, json!({ "query": "query {" }).to_string()).await.unwrap();
    assert_eq!((reply.status, reply.code().as_deref()), (400, Some("graphql_parse_failed")));
    let reply = bench.send(token, json!({ "queryId": "unknown" }).to_string()).await.unwrap();
    assert_eq!((reply.status, reply.code().as_deref()), (400, Some("bad_request")));
}

#[tokio::test]
async fn past_its_limit_a_token_is_asked_to_wait_and_another_is_not() {
    let bench = Bench::start(Options { requests_per_minute: 3, ..Options::default() }).await;
    let mut refused = None;
    // The minute may turn over once in the middle: seven requests are past the limit in one of the two at least.
    for _ in 0..7 {
        let reply = with(&bench, Some(bench.ds.token())).await;
        if reply.status != 200 {
            refused = Some(reply);
        }
    }
    let reply = refused.unwrap();
    assert_eq!(reply.status, 429);
    assert!(reply.headers["content-type"].to_str().unwrap().starts_with("text/plain"));
    assert_eq!(reply.headers["RateLimit-Remaining"], "0");
    let reset: i64 = reply.headers["RateLimit-Reset"].to_str().unwrap().parse().unwrap();
    let left = reset - crate::ds::clock::now().unix_timestamp();
    assert!((-5..=60).contains(&left), "{left}");
    assert!(!reply.headers.contains_key("Retry-After"));
    assert!(reply.text.starts_with("Calme toi, cowboy !"));
    let other = bench.ds.tokens().add(Scope::Only(vec![COMPLETE, EVERYDAY]));
    assert_eq!(with(&bench, Some(&other)).await.status, 200);
}

#[tokio::test]
async fn requests_are_noted_with_their_outcome_and_without_their_token() {
    let bench = Bench::usual().await;
    bench.data(TITLE, json!({ "number": EVERYDAY })).await;
    bench.ask(TITLE, json!({ "number": 7 })).await;
    let noted = bench.ds.requests().all();
    assert_eq!(noted.len(), 2);
    assert_eq!(noted[0].operation.as_deref(), Some("title"));
    assert_eq!(noted[0].variables, json!({ "number": EVERYDAY }));
    assert_eq!((noted[0].status, noted[0].codes.len()), (Some(200), 0));
    assert!(noted[0].bytes > 20);
    assert_eq!(noted[1].codes, ["not_found"]);
    assert_eq!(bench.ds.requests().count_of("title"), 2);
    assert!(!format!("{noted:?}").contains(bench.ds.token()));
    bench.ds.requests().reset();
    assert_eq!(bench.ds.requests().count(), 0);
}

#[tokio::test]
async fn a_mutation_is_refused_to_a_token_that_reads_before_anything_else_is_looked_at() {
    let bench = Bench::usual().await;
    let query = "mutation rights($input: DossierArchiverInput!) { dossierArchiver(input: $input) { errors { message } } }";
    let input = json!({ "dossierId": "RG9zc2llci0w", "instructeurId": "SW5zdHJ1Y3RldXItMA==" });
    let body = json!({ "query": query, "operationName": "rights", "variables": { "input": input } }).to_string();
    let reply = bench.send(Some(bench.ds.token()), body.clone()).await.unwrap();
    let message = "Le jeton utilisé est configuré seulement en lecture";
    assert_eq!(reply.json()["data"], json!({ "dossierArchiver": { "errors": [{ "message": message }] } }));
    let writer = bench.ds.tokens().add_writer(Scope::All);
    let reply = bench.send(Some(&writer), body).await.unwrap();
    assert_eq!(reply.json()["errors"][0]["extensions"]["code"], "not_found");
}
