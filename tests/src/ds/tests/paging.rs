//! Lists and their pages.

use serde_json::{Value, json};

use super::client::{Bench, numbers};
use crate::ds::{BENCH, COMPLETE, EVERYDAY, Options, clock};

const PAGE: &str = "query page($number: Int!, $first: Int, $last: Int, $after: String, $before: String,
        $updatedSince: ISO8601DateTime, $createdSince: ISO8601DateTime, $state: DossierState, $archived: Boolean) {
    demarche(number: $number) { dossiers(first: $first, last: $last, after: $after, before: $before,
            updatedSince: $updatedSince, createdSince: $createdSince, state: $state, archived: $archived) {
        nodes { number state archived dateDepot dateDerniereModification }
        edges { cursor node { number } }
        pageInfo { startCursor endCursor hasNextPage hasPreviousPage }
    } }
}";

/// Reads a whole list, page by page.
async fn scan(bench: &Bench, mut variables: Value) -> (Vec<i64>, usize) {
    let (mut all, mut pages) = (Vec::new(), 0);
    loop {
        let data = bench.data(PAGE, variables.clone()).await;
        all.extend(numbers(&data));
        pages += 1;
        let info = &data["demarche"]["dossiers"]["pageInfo"];
        if info["hasNextPage"] == false {
            return (all, pages);
        }
        variables["after"] = info["endCursor"].clone();
    }
}

#[tokio::test]
async fn a_list_is_read_whole_and_in_order_whatever_the_size_of_its_pages() {
    let bench = Bench::usual().await;
    let expected: Vec<i64> = bench.ds.store().numbers(EVERYDAY).into_iter().map(i64::from).collect();
    assert_eq!(expected.len(), 250);
    for (first, pages) in [(100, 3), (60, 5), (7, 36)] {
        let (all, read) = scan(&bench, json!({ "number": EVERYDAY, "first": first })).await;
        assert_eq!(all, expected);
        assert_eq!(read, pages);
    }
}

#[tokio::test]
async fn a_page_holds_a_hundred_at_most_without_a_word() {
    let bench = Bench::usual().await;
    for asked in [json!({ "number": EVERYDAY, "first": 1_000 }), json!({ "number": EVERYDAY })] {
        assert_eq!(numbers(&bench.data(PAGE, asked).await).len(), 100);
    }
}

#[tokio::test]
async fn a_list_is_read_backwards_with_last_and_before() {
    let bench = Bench::usual().await;
    let expected: Vec<i64> = bench.ds.store().numbers(EVERYDAY).into_iter().map(i64::from).collect();
    let data = bench.data(PAGE, json!({ "number": EVERYDAY, "last": 30 })).await;
    assert_eq!(numbers(&data), expected[220..]);
    let info = data["demarche"]["dossiers"]["pageInfo"].clone();
    assert_eq!((&info["hasNextPage"], &info["hasPreviousPage"]), (&json!(false), &json!(true)));
    let before = &info["startCursor"];
    let data = bench.data(PAGE, json!({ "number": EVERYDAY, "last": 30, "before": before })).await;
    assert_eq!(numbers(&data), expected[190..220]);
    assert_eq!(data["demarche"]["dossiers"]["pageInfo"]["hasNextPage"], true);
}

#[tokio::test]
async fn past_the_end_a_page_is_empty_and_has_no_cursor() {
    let bench = Bench::usual().await;
    let last = bench.data(PAGE, json!({ "number": EVERYDAY, "last": 1 })).await;
    let after = &last["demarche"]["dossiers"]["pageInfo"]["endCursor"];
    let data = bench.data(PAGE, json!({ "number": EVERYDAY, "after": after })).await;
    let page = &data["demarche"]["dossiers"];
    assert_eq!(page["nodes"], json!([]));
    assert_eq!(page["pageInfo"]["endCursor"], Value::Null);
    assert_eq!(page["pageInfo"]["hasNextPage"], false);
}

#[tokio::test]
async fn cursors_are_those_of_the_edges_and_hold_the_instant_and_the_number() {
    let bench = Bench::usual().await;
    let data = bench.data(PAGE, json!({ "number": COMPLETE, "first": 2 })).await;
    let page = &data["demarche"]["dossiers"];
    assert_eq!(page["edges"][1]["cursor"], page["pageInfo"]["endCursor"]);
    assert_eq!(page["edges"][0]["cursor"], page["pageInfo"]["startCursor"]);
    let (at, id) = clock::parse_cursor(page["edges"][1]["cursor"].as_str().unwrap()).unwrap();
    assert_eq!(json!(id), page["nodes"][1]["number"]);
    assert_eq!(json!(clock::iso(at)), page["nodes"][1]["dateDepot"]);
}

#[tokio::test]
async fn changes_are_listed_in_the_order_of_changes() {
    let bench = Bench::usual().await;
    let since = "2025-02-01T00:00:00Z";
    let variables = json!({ "number": EVERYDAY, "first": 9, "updatedSince": since });
    let (changed, _) = scan(&bench, variables).await;
    let everything = bench.ds.store().numbers(EVERYDAY);
    let expected: std::collections::BTreeSet<i64> = everything
        .iter()
        .filter(|&&number| bench.ds.store().dossier(number).unwrap().1.facts.updated >= clock::parse(since).unwrap())
        .map(|&number| i64::from(number))
        .collect();
    assert!(expected.len() > 20 && expected.len() < everything.len());
    assert_eq!(changed.iter().copied().collect::<std::collections::BTreeSet<_>>(), expected);
    let updated = |number: &i64| bench.ds.store().dossier(i32::try_from(*number).unwrap()).unwrap().1.facts.updated;
    assert!(changed.iter().map(updated).is_sorted());
    assert!(!changed.is_sorted(), "the order of changes is not that of filing");
}

#[tokio::test]
async fn filters_are_applied_at_the_source() {
    let bench = Bench::usual().await;
    let nodes = |data: Value| data["demarche"]["dossiers"]["nodes"].as_array().unwrap().clone();
    for (name, value) in [("state", json!("accepte")), ("archived", json!(true))] {
        let found = nodes(bench.data(PAGE, json!({ "number": EVERYDAY, name: value })).await);
        assert!(!found.is_empty());
        assert!(found.iter().all(|node| node[name] == value), "{name}");
    }
    let since = "2025-04-01T00:00:00Z";
    let recent = nodes(bench.data(PAGE, json!({ "number": EVERYDAY, "createdSince": since })).await);
    assert!(!recent.is_empty() && recent.len() < 100);
    // `updatedSince` wins over `createdSince`.
    let both = json!({ "number": EVERYDAY, "createdSince": "2030-01-01T00:00:00Z", "updatedSince": since });
    assert!(!nodes(bench.data(PAGE, both).await).is_empty());
}

#[tokio::test]
async fn the_dossiers_of_the_groupes_are_those_of_the_demarche() {
    let bench = Bench::start(Options { bench: 40, ..Options::default() }).await;
    let query = "query groupes($number: Int!) {
        demarche(number: $number) { groupeInstructeurs { number label } dossiers { nodes { number } } } }";
    let data = bench.data(query, json!({ "number": BENCH })).await;
    let mut all: Vec<i64> = Vec::new();
    let groupes = data["demarche"]["groupeInstructeurs"].as_array().unwrap();
    assert_eq!(groupes.len(), 4);
    for groupe in groupes {
        let query = "query groupe($number: Int!) { groupeInstructeur(number: $number) {
            number dossiers { nodes { number groupeInstructeur { number } } } } }";
        let found = bench.data(query, json!({ "number": groupe["number"] })).await;
        for node in found["groupeInstructeur"]["dossiers"]["nodes"].as_array().unwrap() {
            assert_eq!(node["groupeInstructeur"]["number"], groupe["number"]);
            all.push(node["number"].as_i64().unwrap());
        }
    }
    all.sort_unstable();
    assert_eq!(all, numbers(&data));
}

#[tokio::test]
async fn windows_without_sense_are_bad_requests() {
    let bench = Bench::usual().await;
    for asked in [
        json!({ "first": 1, "last": 1 }),
        json!({ "after": clock::cursor(clock::day(2025, 1, 1), 1), "before": clock::cursor(clock::day(2025, 2, 1), 1) }),
        json!({ "first": -1 }),
    ] {
        let mut variables = asked.clone();
        variables["number"] = json!(EVERYDAY);
        let reply = bench.ask(PAGE, variables).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.code().as_deref(), Some("bad_request"), "{asked}");
        assert_eq!(reply.json()["data"], Value::Null);
        assert_eq!(reply.json()["errors"][0]["path"], json!(["demarche", "dossiers"]));
    }
}

#[tokio::test]
async fn the_same_seed_gives_the_same_dossiers_and_another_gives_others() {
    let query = "query all($number: Int!) { demarche(number: $number) { dossiers { nodes {
        number dateDepot state champs { id stringValue } } } } }";
    let mut seen = Vec::new();
    for seed in [1, 1, 2] {
        let bench = Bench::start(Options { seed, ..Options::default() }).await;
        seen.push(bench.data(query, json!({ "number": COMPLETE })).await);
    }
    assert_eq!(seen[0], seen[1]);
    assert_ne!(seen[0], seen[2]);
}
