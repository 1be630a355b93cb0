//! What happens to the world while it is served.

use serde_json::{Value, json};

use super::client::{Bench, numbers};
use crate::ds::samples::complete::NUMBERED;
use crate::ds::vocabulary::{DeletionReason, DossierState, LabelColor};
use crate::ds::world::form::Kind;
use crate::ds::world::store::NoSuch;
use crate::ds::world::value::Value as Held;
use crate::ds::{COMPLETE, EVERYDAY, clock};

const CHANGED: &str = "query changed($number: Int!, $since: ISO8601DateTime) { demarche(number: $number) {
    dossiers(updatedSince: $since) { nodes { number state labels { name } } } } }";

const GONE: &str = "query gone($number: Int!, $since: ISO8601DateTime) { demarche(number: $number) {
    pendingDeletedDossiers(deletedSince: $since) { nodes { number reason state dateSupression } pageInfo { endCursor } }
    deletedDossiers(deletedSince: $since) { nodes { number reason state dateSupression } pageInfo { endCursor } } } }";

/// The dossiers changed since that instant.
async fn changed(bench: &Bench, since: clock::Instant) -> Vec<i64> {
    // The scalar keeps microseconds when it is given some.
    let since = since.format(&time::format_description::well_known::Rfc3339).unwrap();
    numbers(&bench.data(CHANGED, json!({ "number": EVERYDAY, "since": since })).await)
}

#[tokio::test]
async fn most_changes_date_a_dossier_and_labels_do_not() {
    let bench = Bench::usual().await;
    let store = bench.ds.store();
    let all = store.numbers(EVERYDAY);
    let start = clock::now();
    assert_eq!(changed(&bench, start).await, Vec::<i64>::new());

    let text = store.field(EVERYDAY, "Intitulé du projet").unwrap();
    let note = store.field(EVERYDAY, "Avis du service").unwrap();
    store.set_champ(all[0], text, Some(Held::Text("Autre".to_owned()))).unwrap();
    store.set_annotation(all[1], note, Some(Held::Text("Favorable".to_owned()))).unwrap();
    store.set_state(all[2], DossierState::Accepte).unwrap();
    store.set_archived(all[3], true).unwrap();
    store.add_message(all[4], "porteur@example.org", "<p>Bonjour</p>").unwrap();
    store.add_avis(all[5], "Qu’en pensez-vous ?").unwrap();
    let new = store.add(EVERYDAY, 9).unwrap();
    let expected: Vec<i64> = all[..6].iter().copied().chain([new]).map(i64::from).collect();
    assert_eq!(changed(&bench, start).await, expected);

    let label = store.demarche(EVERYDAY).unwrap().labels[1].id;
    store.set_labels(all[9], &[label]).unwrap();
    store.rename_label(EVERYDAY, label, "À rappeler").unwrap();
    store.rename_field(EVERYDAY, text, "Titre du projet").unwrap();
    assert_eq!(changed(&bench, start).await, expected, "neither labels nor a new form date a dossier");
    let query = "query labels($number: Int!) { dossier(number: $number) { labels { name } champs { label } } }";
    let data = bench.data(query, json!({ "number": all[9] })).await;
    assert_eq!(data["dossier"]["labels"], json!([{ "name": "À rappeler" }]));
}

#[tokio::test]
async fn a_dossier_changed_while_it_is_paged_moves_to_the_end() {
    let bench = Bench::usual().await;
    let query = "query page($number: Int!, $since: ISO8601DateTime, $after: String) { demarche(number: $number) {
        dossiers(updatedSince: $since, first: 50, after: $after) { nodes { number } pageInfo { endCursor hasNextPage } } } }";
    let since = "2024-01-01T00:00:00Z";
    let first = bench.data(query, json!({ "number": EVERYDAY, "since": since })).await;
    let moved = numbers(&first)[0];
    bench.ds.store().set_archived(i32::try_from(moved).unwrap(), true).unwrap();
    let mut all = numbers(&first);
    let mut info = first["demarche"]["dossiers"]["pageInfo"].clone();
    while info["hasNextPage"] == true {
        let data = bench.data(query, json!({ "number": EVERYDAY, "since": since, "after": info["endCursor"] })).await;
        all.extend(numbers(&data));
        info = data["demarche"]["dossiers"]["pageInfo"].clone();
    }
    assert_eq!(all.last(), Some(&moved));
    assert_eq!(all.len(), 251);
}

#[tokio::test]
async fn a_dossier_is_trashed_restored_and_deleted() {
    let bench = Bench::usual().await;
    let store = bench.ds.store();
    let number = store.numbers(EVERYDAY)[7];
    let listed = |data: &Value, list: &str| -> Vec<Value> {
        data["demarche"][list]["nodes"].as_array().unwrap().iter().map(|node| node["number"].clone()).collect()
    };
    store.trash(number, DeletionReason::InstructeurRequest).unwrap();
    assert!(!store.numbers(EVERYDAY).contains(&number));
    let one = "query one($number: Int!) { dossier(number: $number) { number } }";
    assert_eq!(bench.ask(one, json!({ "number": number })).await.code().as_deref(), Some("not_found"));
    let gone = bench.data(GONE, json!({ "number": EVERYDAY })).await;
    assert_eq!(listed(&gone, "pendingDeletedDossiers"), [json!(number)]);
    assert_eq!(gone["demarche"]["pendingDeletedDossiers"]["nodes"][0]["reason"], "instructeur_request");
    assert_eq!(gone["demarche"]["deletedDossiers"]["pageInfo"]["endCursor"], Value::Null);

    let before = clock::now();
    store.restore(number).unwrap();
    assert!(store.numbers(EVERYDAY).contains(&number));
    assert_eq!(changed(&bench, before).await, [i64::from(number)]);
    assert_eq!(listed(&bench.data(GONE, json!({ "number": EVERYDAY })).await, "pendingDeletedDossiers"), [] as [Value; 0]);

    store.trash(number, DeletionReason::UserRequest).unwrap();
    store.delete(number, DeletionReason::InstructeurRequest).unwrap();
    let gone = bench.data(GONE, json!({ "number": EVERYDAY })).await;
    assert_eq!(listed(&gone, "pendingDeletedDossiers"), [] as [Value; 0]);
    assert_eq!(listed(&gone, "deletedDossiers"), [json!(number)]);
    assert_eq!(store.restore(number), Err(NoSuch::Dossier(number)), "what is deleted is not restored");
    let future = bench.data(GONE, json!({ "number": EVERYDAY, "since": "2100-01-01T00:00:00Z" })).await;
    assert_eq!(listed(&future, "deletedDossiers"), [] as [Value; 0]);
}

#[tokio::test]
async fn a_deletion_by_the_applicant_is_dated_two_weeks_back() {
    let bench = Bench::usual().await;
    let store = bench.ds.store();
    let number = store.numbers(EVERYDAY)[0];
    store.set_state(number, DossierState::EnConstruction).unwrap();
    store.delete(number, DeletionReason::UserRequest).unwrap();
    let gone = bench.data(GONE, json!({ "number": EVERYDAY })).await;
    let at = gone["demarche"]["deletedDossiers"]["nodes"][0]["dateSupression"].as_str().unwrap().to_owned();
    let days = (clock::now() - clock::parse(&at).unwrap()).whole_days();
    assert_eq!(days, 14);
}

#[tokio::test]
async fn a_new_form_reaches_open_dossiers() {
    let bench = Bench::usual().await;
    let store = bench.ds.store();
    let query = "query form($number: Int!) { demarche(number: $number) { activeRevision { id champDescriptors {
        id label __typename ... on DropDownListChampDescriptor { options } } } labels { name } } }";
    let before = bench.data(query, json!({ "number": EVERYDAY })).await;
    let choice = store.field(EVERYDAY, "Domaine d’intervention").unwrap();
    let amount = store.field(EVERYDAY, "Montant demandé (en euros)").unwrap();
    let phone = store.field(EVERYDAY, "Téléphone").unwrap();
    let added = store.add_field(EVERYDAY, Kind::Date, "Date de l’assemblée générale").unwrap();
    store.set_options(EVERYDAY, choice, &["Culture", "Autre"]).unwrap();
    store.retype_field(EVERYDAY, amount, Kind::IntegerNumber).unwrap();
    store.remove_field(EVERYDAY, phone).unwrap();
    store.add_label(EVERYDAY, "Nouveau", LabelColor::BlueEcume).unwrap();
    assert_eq!(store.remove_field(EVERYDAY, phone), Err(NoSuch::Field(phone)));

    let after = bench.data(query, json!({ "number": EVERYDAY })).await;
    let (before, after) = (&before["demarche"], &after["demarche"]);
    assert_ne!(before["activeRevision"]["id"], after["activeRevision"]["id"]);
    let field = |id: u32| {
        let id = clock::global_id("Champ", id);
        let fields = after["activeRevision"]["champDescriptors"].as_array().unwrap().iter();
        fields.filter(|field| field["id"] == json!(id)).cloned().collect::<Vec<_>>()
    };
    assert_eq!(field(added)[0]["__typename"], "DateChampDescriptor");
    assert_eq!(field(choice)[0]["options"], json!(["Culture", "Autre"]));
    assert_eq!(field(amount)[0]["__typename"], "IntegerNumberChampDescriptor");
    assert!(field(phone).is_empty());
    assert!(after["labels"].as_array().unwrap().contains(&json!({ "name": "Nouveau" })));

    let number = store.numbers(EVERYDAY)[0];
    store.set_state(number, DossierState::EnInstruction).unwrap();
    let query = "query one($number: Int!) { dossier(number: $number) { demarche { revision { id } }
        champs { id __typename stringValue } } }";
    let data = bench.data(query, json!({ "number": number })).await;
    assert_eq!(data["dossier"]["demarche"]["revision"]["id"], after["activeRevision"]["id"]);
    let id = clock::global_id("Champ", amount);
    let champs = data["dossier"]["champs"].as_array().unwrap();
    let retyped = champs.iter().find(|champ| champ["id"] == json!(id)).unwrap();
    assert_eq!((&retyped["__typename"], &retyped["stringValue"]), (&json!("IntegerNumberChamp"), &json!("")));
    assert!(champs.iter().all(|champ| champ["id"] != json!(clock::global_id("Champ", phone))));
}

#[tokio::test]
async fn rows_are_removed_and_moved_with_their_ids() {
    let bench = Bench::usual().await;
    let store = bench.ds.store();
    let field = store.field(COMPLETE, NUMBERED).unwrap();
    let rows = |number: i32| {
        let content = store.dossier(number).unwrap().1.content();
        match content.champs.get(&field) {
            Some(Held::Rows(rows)) => rows.iter().map(|row| row.id.clone()).collect(),
            _ => Vec::new(),
        }
    };
    let number = store.numbers(COMPLETE).into_iter().find(|&number| rows(number).len() == 3).unwrap();
    let ids = rows(number);
    store.set_rows(number, field, |rows| rows.reverse()).unwrap();
    store.set_rows(number, field, |rows| drop(rows.remove(1))).unwrap();
    let query = "query one($number: Int!) { dossier(number: $number) { champs { label ... on RepetitionChamp { rows { id } } } } }";
    let data = bench.data(query, json!({ "number": number })).await;
    let champs = data["dossier"]["champs"].as_array().unwrap();
    let members = champs.iter().find(|champ| champ["label"] == NUMBERED).unwrap();
    let expected = [&ids[2], &ids[0]].map(|id| json!({ "id": clock::global_id("Row", id) }));
    assert_eq!(members["rows"], json!(expected));
}
