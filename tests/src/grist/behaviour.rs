//! What a document does, where the recordings of a real Grist do not reach: people and tabs at once, faults, tokens.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::{AccessLevel, AccessRule, Fault, On, Options, Refusal, Role, SampleDocument, SampleGrist};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

async fn stage() -> (SampleGrist, SampleDocument) {
    let grist = SampleGrist::start(Options::default()).await.unwrap();
    let document = grist.first_document().unwrap();
    let columns = json!([{"id": "n", "type": "Int"}, {"id": "t", "type": "Text"}]);
    apply(&document, "owner", json!([["AddTable", "T", columns]])).await.unwrap();
    (grist, document)
}

async fn apply(document: &SampleDocument, user: &str, actions: Value) -> Result<Value, Refusal> {
    document.apply(user, actions, json!({})).await
}

async fn rows(document: &SampleDocument) -> Value {
    let table = document.fetch_table("owner", "T").await.unwrap();
    json!({"id": table["id"], "n": table["n"], "t": table["t"]})
}

#[tokio::test]
async fn undo_leaves_what_others_wrote_since() {
    let (_grist, document) = stage().await;
    let add = json!([["BulkAddRecord", "T", [null, null], {"n": [1, 2], "t": ["a", "b"]}]]);
    apply(&document, "owner", add).await.unwrap();
    apply(&document, "owner", json!([["BulkUpdateRecord", "T", [1, 2], {"n": [10, 20]}]])).await.unwrap();
    apply(&document, "editor", json!([["UpdateRecord", "T", 1, {"t": "autre"}]])).await.unwrap();
    apply(&document, "editor", json!([["RemoveRecord", "T", 2]])).await.unwrap();
    assert!(document.undo("owner").unwrap());
    assert_eq!(rows(&document).await, json!({"id": [1], "n": [1], "t": ["autre"]}));
    assert!(document.undo("editor").unwrap());
    assert_eq!(rows(&document).await, json!({"id": [1, 2], "n": [1, 20], "t": ["autre", "b"]}));
}

#[tokio::test]
async fn linked_calls_are_undone_and_redone_together_with_their_columns() {
    let (_grist, document) = stage().await;
    let first = json!([["AddVisibleColumn", "T", "plus", {"type": "Text", "isFormula": false}]]);
    let number = document.apply("owner", first, json!({"desc": "a"})).await.unwrap()["actionNum"].clone();
    let second = json!([["BulkAddRecord", "T", [null], {"plus": ["x"]}]]);
    document.apply("owner", second, json!({"linkId": number})).await.unwrap();
    assert!(document.undo("owner").unwrap());
    let table = document.fetch_table("owner", "T").await.unwrap();
    assert_eq!(table, json!({"id": [], "manualSort": [], "n": [], "t": []}));
    assert!(document.redo("owner").unwrap());
    let table = document.fetch_table("owner", "T").await.unwrap();
    assert_eq!(table, json!({"id": [1], "manualSort": [1], "n": [0], "t": [""], "plus": ["x"]}));
}

#[tokio::test]
async fn a_removed_table_comes_back_with_its_rows() {
    let (_grist, document) = stage().await;
    apply(&document, "owner", json!([["AddRecord", "T", null, {"n": 5, "t": "a"}]])).await.unwrap();
    apply(&document, "owner", json!([["RemoveTable", "T"]])).await.unwrap();
    assert!(document.undo("owner").unwrap());
    assert_eq!(rows(&document).await, json!({"id": [1], "n": [5], "t": ["a"]}));
    // A column added after the return does not take the place of an old one.
    let add = json!([["AddVisibleColumn", "T", "plus", {"type": "Int", "isFormula": false}]]);
    apply(&document, "owner", add).await.unwrap();
    let table = document.fetch_table("owner", "T").await.unwrap();
    assert_eq!((&table["plus"], &table["t"]), (&json!([0]), &json!(["a"])));
}

#[tokio::test]
async fn calls_are_counted() {
    let (_grist, document) = stage().await;
    document.reset_calls();
    let add = json!([["BulkAddRecord", "T", [null, null], {"n": [1, 2]}]]);
    apply(&document, "owner", add).await.unwrap();
    apply(&document, "owner", json!([["BulkUpdateRecord", "T", [1, 2], {"n": [1, 3]}]])).await.unwrap();
    apply(&document, "owner", json!([["RemoveRecord", "T", 1]])).await.unwrap();
    apply(&document, "owner", json!([])).await.unwrap();
    apply(&document, "viewer", json!([["RemoveRecord", "T", 2]])).await.unwrap_err();
    document.fetch_table("viewer", "T").await.unwrap();
    document.fetch_table("viewer", "_grist_Tables").await.unwrap();
    let calls = document.calls();
    assert_eq!((calls.writes, calls.rows_added, calls.rows_updated, calls.rows_removed), (4, 2, 1, 1));
    assert_eq!((calls.fetches, calls.rows_read), (2, 1));
}

#[tokio::test]
async fn faults_come_when_they_are_planned() {
    let (_grist, document) = stage().await;
    let add = || json!([["AddRecord", "T", null, {"n": 1}]]);
    let refusal = Refusal::new("Blocked by table create access rules", Some("ACL_DENY"));
    document.faults().after(1, On::Write, Fault::Refused(refusal.clone()));
    assert!(apply(&document, "owner", add()).await.is_ok());
    assert_eq!(apply(&document, "owner", add()).await, Err(refusal));
    assert!(apply(&document, "owner", add()).await.is_ok());
    document.faults().next(On::Write, Fault::Unanswered);
    let wait = Duration::from_millis(20);
    assert!(tokio::time::timeout(wait, apply(&document, "owner", add())).await.is_err());
    assert_eq!(rows(&document).await["id"], json!([1, 2]));
    document.faults().next(On::Write, Fault::AnswerLost);
    assert!(tokio::time::timeout(wait, apply(&document, "owner", add())).await.is_err());
    assert_eq!(rows(&document).await["id"], json!([1, 2, 3]));
    assert_eq!(document.faults().pending(), 0);
}

#[tokio::test]
async fn rules_follow_a_renamed_column() {
    let (_grist, document) = stage().await;
    document.set_rules(&[AccessRule::new("T", "t", "-R")]).unwrap();
    apply(&document, "owner", json!([["RenameColumn", "T", "t", "secret"]])).await.unwrap();
    let seen = document.fetch_table("editor", "T").await.unwrap();
    assert_eq!(seen, json!({"id": [], "manualSort": [], "n": []}));
    assert!(document.fetch_table("owner", "T").await.unwrap().get("secret").is_some());
}

#[tokio::test]
async fn strangers_see_nothing() {
    let (_grist, document) = stage().await;
    let refusal = document.fetch_table("personne", "T").await.unwrap_err();
    assert_eq!(refusal.message, "No view access");
    document.set_role("personne", Some(Role::Viewer));
    assert!(document.fetch_table("personne", "T").await.is_ok());
}

#[tokio::test]
async fn a_widget_is_kept_with_its_section() {
    let (_grist, document) = stage().await;
    document.set_widget("http://localhost/widget", AccessLevel::ReadTable);
    let sections = document.fetch_table("owner", "_grist_Views_section").await.unwrap();
    let options = sections["options"][3].as_str().unwrap();
    assert!(options.contains(r#"\"access\":\"read table\""#), "{options}");
}

/// A large write and a large read cost what a real Grist would be glad of, even unoptimised.
#[tokio::test]
async fn large_tables_are_no_burden() {
    let (_grist, document) = stage().await;
    let columns: Vec<Value> = (0..60).map(|column| json!({"id": format!("c{column}"), "type": "Text"})).collect();
    apply(&document, "owner", json!([["AddTable", "Large", columns]])).await.unwrap();
    let started = Instant::now();
    for _ in 0..4 {
        let values: serde_json::Map<String, Value> = (0..60).map(|column| (format!("c{column}"), json!(vec!["une valeur"; 1500]))).collect();
        let add = json!([["BulkAddRecord", "Large", vec![Value::Null; 1500], values]]);
        apply(&document, "owner", add).await.unwrap();
    }
    let text = document.fetch_table_text("owner", "Large").await.unwrap();
    assert_eq!(text.matches("une valeur").count(), 60 * 6000);
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}
