//! The schema as a whole.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::client::Bench;
use crate::ds::world::form::{Descriptor, Kind};
use crate::ds::{COMPLETE, sdl};

#[test]
fn every_type_of_descriptor_and_champ_is_in_the_schema() {
    let sdl = sdl();
    for kind in Kind::ALL {
        for name in [kind.descriptor_type(), kind.champ_type()] {
            assert!(sdl.contains(&format!("type {name} implements ")), "{name}");
        }
    }
}

#[tokio::test]
async fn the_complete_demarche_has_every_kind_of_field() {
    fn kinds(fields: &[std::sync::Arc<Descriptor>], seen: &mut BTreeSet<&'static str>) {
        for field in fields {
            seen.insert(field.kind.descriptor_type());
            kinds(&field.children, seen);
        }
    }
    let bench = Bench::usual().await;
    let demarche = bench.ds.store().demarche(COMPLETE).unwrap();
    let mut seen = BTreeSet::new();
    kinds(&demarche.active_revision().champs, &mut seen);
    let all: BTreeSet<&str> = Kind::ALL.iter().map(|kind| kind.descriptor_type()).collect();
    assert_eq!(seen, all);
    let labels: Vec<&str> = demarche.active_revision().champs.iter().map(|field| field.label.as_str()).collect();
    assert_eq!(labels.iter().filter(|label| **label == "Nom").count(), 2);
    assert!(labels.iter().any(|label| label.chars().count() == 300));
}

/// A selection that takes every field of a type, three levels deep.
fn selection(types: &Value, name: &str, depth: usize) -> String {
    let found = types.as_array().unwrap().iter().find(|known| known["name"] == name).unwrap();
    let mut text = String::from("__typename ");
    for (at, field) in found["fields"].as_array().into_iter().flatten().enumerate() {
        let mut kind = &field["type"];
        while kind["name"].is_null() {
            kind = &kind["ofType"];
        }
        let (field, base) = (field["name"].as_str().unwrap(), kind["name"].as_str().unwrap());
        let composite = matches!(kind["kind"].as_str(), Some("OBJECT" | "INTERFACE"));
        if composite && (depth == 0 || matches!(base, "Champ" | "Dossier" | "Row" | "ChampDescriptor")) {
            continue;
        }
        // An alias of its own: types of one interface have a `value` each.
        let nested = if composite { format!("{{ {} }}", selection(types, base, depth - 1)) } else { String::new() };
        write!(text, "{name}_{at}: {field} {nested} ").unwrap();
    }
    if found["kind"] == "INTERFACE" {
        for possible in found["possibleTypes"].as_array().unwrap() {
            let possible = possible["name"].as_str().unwrap();
            write!(text, "... on {possible} {{ {} }} ", selection(types, possible, depth)).unwrap();
        }
    }
    text
}

#[tokio::test]
async fn every_field_declared_is_answered() {
    let bench = Bench::usual().await;
    let introspection = "query types { __schema { types { name kind possibleTypes { name } fields(includeDeprecated: true) {
        name type { name kind ofType { name kind ofType { name kind ofType { name kind } } } } } } } }";
    let types = bench.data(introspection, json!({})).await["__schema"]["types"].clone();
    let (champ, descriptor) = (selection(&types, "Champ", 2), selection(&types, "ChampDescriptor", 2));
    let query = format!(
        "query all($number: Int!) {{ demarche(number: $number) {{
            activeRevision {{ champDescriptors {{ {descriptor} ... on RepetitionChampDescriptor {{ champDescriptors {{ id }} }} }}
                annotationDescriptors {{ {descriptor} }} }}
            dossiers {{ nodes {{ champs {{ {champ} ... on RepetitionChamp {{ rows {{ id champs {{ {champ} }} }} }} }}
                annotations {{ {champ} }} }} }} }} }}"
    );
    let data = bench.data(&query, json!({ "number": COMPLETE })).await;
    let mut seen = BTreeSet::new();
    for dossier in data["demarche"]["dossiers"]["nodes"].as_array().unwrap() {
        for champ in dossier["champs"].as_array().unwrap() {
            seen.insert(champ["__typename"].as_str().unwrap().to_owned());
        }
    }
    let all: BTreeSet<String> = Kind::ALL.iter().map(|kind| kind.champ_type().to_owned()).collect();
    assert_eq!(seen, all);
}

#[tokio::test]
async fn a_document_deeper_than_fifteen_is_refused() {
    let bench = Bench::usual().await;
    let deep = "champDescriptors { ".repeat(14) + "id" + &" }".repeat(14);
    let query = format!("query deep($n: Int!) {{ demarche(number: $n) {{ activeRevision {{ {deep} }} }} }}");
    let reply = bench.ask(&query, json!({ "n": COMPLETE })).await;
    assert!(reply.json()["errors"][0]["message"].is_string(), "{}", reply.text);
}

#[tokio::test]
async fn every_operation_of_relais_is_answered_for_each_demarche() {
    use relais_engine::ds::operations::{OperationName, Parts};
    let options = crate::ds::Options { bench: 30, ..crate::ds::Options::default() };
    let bench = Bench::start(options).await;
    for number in [COMPLETE, crate::ds::EVERYDAY, crate::ds::BENCH] {
        let mut variables = serde_json::to_value(Parts::ALL).unwrap();
        variables["number"] = json!(number);
        variables["dossier"] = json!(bench.ds.store().numbers(number)[0]);
        for operation in OperationName::ALL {
            let body = json!({ "query": operation.query(), "operationName": operation.as_str(), "variables": variables });
            let reply = bench.send(Some(bench.ds.token()), body.to_string()).await.unwrap();
            assert_eq!(reply.status, 200, "{}: {}", operation.as_str(), reply.text);
            assert!(!reply.data().is_null());
        }
    }
}
