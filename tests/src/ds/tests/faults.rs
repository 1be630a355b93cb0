//! Faults on demand.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::client::{Bench, Reply};
use crate::ds::EVERYDAY;
use crate::ds::faults::Fault;

const PAGE: &str = "query page($number: Int!, $first: Int) { demarche(number: $number) {
    dossiers(first: $first) { nodes { number champs { id } } } } }";
const LIGHT: &str = "query light($number: Int!) { demarche(number: $number) { dossiers { nodes { number } } } }";
const ONE: &str = "query one($number: Int!) { dossier(number: $number) { champs { id } } }";

async fn page(bench: &Bench) -> Reply {
    bench.ask(PAGE, json!({ "number": EVERYDAY })).await
}

/// A page whose connection is expected to break.
async fn broken(bench: &Bench) -> bool {
    let body = json!({ "query": PAGE, "operationName": "page", "variables": { "number": EVERYDAY } });
    bench.send(Some(bench.ds.token()), body.to_string()).await.is_err()
}

#[tokio::test]
async fn each_fault_looks_as_in_life() {
    let bench = Bench::usual().await;
    let faults = bench.ds.faults();
    faults.add(Fault::BadGateway.times(1));
    let reply = page(&bench).await;
    assert_eq!(reply.status, 502);
    assert!(reply.headers["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(reply.text.starts_with("<html>"));

    faults.add(Fault::Html.times(1));
    let reply = page(&bench).await;
    assert!(reply.status == 200 && reply.text.starts_with("<html>"));

    faults.add(Fault::ServerError.times(1));
    let reply = page(&bench).await;
    assert_eq!((reply.status, reply.code().as_deref()), (500, Some("internal_server_error")));

    faults.add(Fault::Timeout.times(1));
    let reply = page(&bench).await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.json(),
        json!({ "data": null, "errors": [{
            "message": "Timeout on Query.demarche", "path": ["demarche"], "extensions": { "code": "timeout" } }] })
    );

    faults.add(Fault::PartialTimeout { served: 3 }.times(1));
    let reply = page(&bench).await;
    assert_eq!(reply.code().as_deref(), Some("timeout"));
    let nodes = reply.json()["data"]["demarche"]["dossiers"]["nodes"].as_array().unwrap().clone();
    assert_eq!((nodes.len(), nodes.iter().filter(|node| !node.is_null()).count()), (100, 3));

    faults.add(Fault::PartialError.times(1));
    let reply = page(&bench).await;
    assert_eq!(reply.code().as_deref(), Some("invalid_null"));
    assert_eq!(reply.json()["data"]["demarche"]["dossiers"]["nodes"][0], Value::Null);

    faults.add(Fault::TooManyRequests { seconds: 30 }.times(1));
    let reply = page(&bench).await;
    assert_eq!((reply.status, reply.headers["RateLimit-Remaining"].to_str().unwrap()), (429, "0"));

    faults.add(Fault::TokenExpired.times(1));
    assert_eq!(page(&bench).await.status, 401);
    faults.add(Fault::AddressRefused.times(1));
    assert_eq!(page(&bench).await.status, 403);

    faults.add(Fault::TruncatedBody.times(1));
    let reply = page(&bench).await;
    assert_eq!(reply.status, 200);
    assert!(serde_json::from_str::<Value>(&reply.text).is_err());

    assert_eq!(page(&bench).await.data()["demarche"]["dossiers"]["nodes"].as_array().unwrap().len(), 100);
}

#[tokio::test]
async fn connections_are_cut_before_the_answer_and_within_it() {
    let bench = Bench::usual().await;
    bench.ds.faults().add(Fault::ResetBeforeAnswer.times(2));
    // The client may try once more on a connection that it kept: hence two.
    assert!(broken(&bench).await);
    bench.ds.faults().clear();
    bench.ds.faults().add(Fault::ResetInBody.times(1));
    assert!(broken(&bench).await);
    assert!(!broken(&bench).await);
    let noted = bench.ds.requests().all();
    assert_eq!(noted[0].status, None, "cut before any status");
}

#[tokio::test]
async fn faults_choose_their_requests() {
    let bench = Bench::usual().await;
    let faults = bench.ds.faults();
    faults.add(Fault::BadGateway.times(2).after(1));
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(page(&bench).await.status);
    }
    assert_eq!(statuses, [200, 502, 502, 200]);

    faults.add(Fault::ServerError.always().on_operation("light"));
    assert_eq!(page(&bench).await.status, 200);
    assert_eq!(bench.ask(LIGHT, json!({ "number": EVERYDAY })).await.status, 500);
    faults.clear();
    assert_eq!(bench.ask(LIGHT, json!({ "number": EVERYDAY })).await.status, 200);

    let number = bench.ds.store().numbers(EVERYDAY)[4];
    faults.add(Fault::BadGateway.always().on_dossiers([number]));
    assert_eq!(bench.ask(ONE, json!({ "number": number })).await.status, 502);
    assert_eq!(bench.ask(ONE, json!({ "number": number + 1 })).await.status, 200);
    faults.clear();

    faults.add(Fault::Timeout.always().on_pages_above(25));
    for (first, code) in [(json!(100), Some("timeout")), (Value::Null, Some("timeout")), (json!(25), None)] {
        let reply = bench.ask(PAGE, json!({ "number": EVERYDAY, "first": first })).await;
        assert_eq!(reply.code().as_deref(), code, "{first}");
    }
}

#[tokio::test]
async fn a_stuck_dossier_takes_its_page_with_it_and_only_when_its_champs_are_read() {
    let bench = Bench::usual().await;
    let number = bench.ds.store().numbers(EVERYDAY)[10];
    bench.ds.faults().stick(number);
    assert_eq!(page(&bench).await.code().as_deref(), Some("timeout"));
    assert_eq!(bench.ask(PAGE, json!({ "number": EVERYDAY, "first": 10 })).await.code(), None);
    assert_eq!(bench.ask(PAGE, json!({ "number": EVERYDAY, "first": 11 })).await.code().as_deref(), Some("timeout"));
    assert_eq!(bench.ask(ONE, json!({ "number": number })).await.code().as_deref(), Some("timeout"));
    assert_eq!(bench.ask(LIGHT, json!({ "number": EVERYDAY })).await.code(), None);
    bench.ds.faults().unstick(number);
    assert_eq!(page(&bench).await.code(), None);
}

#[tokio::test]
async fn latency_is_added_to_each_request_and_to_other_faults() {
    let bench = Bench::usual().await;
    let wait = Duration::from_millis(60);
    bench.ds.faults().add(Fault::Latency(wait).always());
    bench.ds.faults().add(Fault::BadGateway.times(1));
    for status in [502, 200] {
        let start = Instant::now();
        assert_eq!(page(&bench).await.status, status);
        assert!(start.elapsed() >= wait);
    }
}

#[tokio::test]
async fn a_server_stops_and_starts_again_on_its_port() {
    let bench = Bench::usual().await;
    let port: u16 = bench.ds.url().rsplit(':').next().unwrap().parse().unwrap();
    let Bench { ds, .. } = bench;
    ds.stop().await;
    let options = crate::ds::Options { port, ..crate::ds::Options::default() };
    let again = Bench::start(options).await;
    assert_eq!(page(&again).await.status, 200);
}
