//! The sample must cost little beside what is measured with it.

use std::time::Instant;

use serde_json::json;

use super::client::{Bench, numbers};
use crate::ds::{BENCH, Options};

#[tokio::test]
async fn a_hundred_thousand_dossiers_are_neither_held_nor_slow() {
    let start = Instant::now();
    let bench = Bench::start(Options { bench: 100_000, ..Options::default() }).await;
    let started = start.elapsed();
    let query = "query page($number: Int!, $after: String) { demarche(number: $number) {
        dossiers(first: 100, after: $after) { pageInfo { endCursor } nodes { number state champs {
            __typename id champDescriptorId label stringValue updatedAt
            ... on TextChamp { text: value } ... on DropDownListChamp { choice: value } ... on DateChamp { date }
            ... on IntegerNumberChamp { integer: value } ... on DecimalNumberChamp { decimal: value }
            ... on YesNoChamp { yesNo: value }
            ... on RepetitionChamp { rows { id champs { id champDescriptorId stringValue } } } } } } } }";
    let (mut after, mut seen) = (json!(null), 0);
    let start = Instant::now();
    for _ in 0..5 {
        let data = bench.data(query, json!({ "number": BENCH, "after": after })).await;
        after = data["demarche"]["dossiers"]["pageInfo"]["endCursor"].clone();
        seen += numbers(&data).len();
    }
    println!("started in {started:?}; {:?} a page", start.elapsed() / 5);
    assert_eq!(seen, 500);
    assert_eq!(bench.ds.store().numbers(BENCH).len(), 100_000);
    // Far above what it takes, even unoptimised on a busy machine: what is caught is a page that costs the whole list.
    assert!(started.as_secs() < 20 && start.elapsed().as_secs() < 20);
}
