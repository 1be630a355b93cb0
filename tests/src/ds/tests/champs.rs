//! What champs look like, and how the text of the query changes it.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use time::Date;

use super::client::Bench;
use crate::ds::samples::complete::{CONDITIONAL, DROPPED, NUMBERED, SWITCH};
use crate::ds::vocabulary::DossierState;
use crate::ds::world::form::Kind;
use crate::ds::world::value::Value as Held;
use crate::ds::{COMPLETE, clock};

/// Every fragment that the server must see to give the present types.
const FRAGMENTS: &str = "__typename id champDescriptorId label stringValue
    ... on TextChamp { text: value }
    ... on AddressChamp { address { label type postalCode cityName departmentCode countryCode } commune { code } }
    ... on CommuneChamp { commune { name code postalCode } departement { name code } }
    ... on DepartementChamp { departement { name code } }
    ... on RegionChamp { region { name code } }
    ... on PaysChamp { pays { name code } }
    ... on DropDownListChamp { choice: value }
    ... on HeaderSectionChamp { level }
    ... on ExplicationChamp { __typename }
    ... on YesNoChamp { yesNo: value }
    ... on CheckboxChamp { checked: value }
    ... on DatetimeChamp { datetime }
    ... on DateChamp { date }
    ... on IntegerNumberChamp { integer: value }
    ... on DecimalNumberChamp { decimal: value }
    ... on MultipleDropDownListChamp { values }
    ... on LinkedDropDownListChamp { primaryValue secondaryValue }
    ... on TitreIdentiteChamp { filled }
    ... on PieceJustificativeChamp { files { filename checksum byteSizeBigInt url } nature }
    ... on CarteChamp { geoAreas { __typename source description geometry { type coordinates } } }
    ... on SiretChamp { etablissement { siret entreprise { raisonSociale capitalSocial } } }";

async fn champs(bench: &Bench, number: i32, selection: &str) -> Vec<Value> {
    let query = format!("query one($number: Int!) {{ dossier(number: $number) {{ champs {{ {selection} }} }} }}");
    bench.data(&query, json!({ "number": number })).await["dossier"]["champs"].as_array().unwrap().clone()
}

async fn champ(bench: &Bench, number: i32, field: u32, selection: &str) -> Value {
    let id = clock::global_id("Champ", field);
    let all = champs(bench, number, selection).await;
    all.into_iter().find(|champ| champ["id"] == json!(id)).unwrap_or_default()
}

/// A first dossier of the complete démarche, open so that it follows the present form.
fn open_dossier(bench: &Bench) -> i32 {
    let number = bench.ds.store().numbers(COMPLETE)[0];
    bench.ds.store().set_state(number, DossierState::EnConstruction).unwrap();
    number
}

fn field(bench: &Bench, label: &str) -> u32 {
    bench.ds.store().field(COMPLETE, label).unwrap()
}

#[tokio::test]
async fn without_its_fragment_a_champ_has_an_older_type() {
    let bench = Bench::usual().await;
    let number = open_dossier(&bench);
    let types = |champs: Vec<Value>| -> BTreeMap<String, String> {
        let text = |champ: &Value, name: &str| champ[name].as_str().unwrap().to_owned();
        champs.iter().map(|champ| (text(champ, "id"), text(champ, "__typename"))).collect()
    };
    let (present, older) = (types(champs(&bench, number, FRAGMENTS).await), types(champs(&bench, number, "id __typename").await));
    let mut changed: Vec<(&str, &str)> =
        present.iter().filter(|(id, name)| older[*id] != **name).map(|(id, name)| (name.as_str(), older[id].as_str())).collect();
    changed.sort_unstable();
    changed.dedup();
    assert_eq!(
        changed,
        [
            ("AddressChamp", "TextChamp"),
            ("CommuneChamp", "TextChamp"),
            ("DatetimeChamp", "DateChamp"),
            ("DepartementChamp", "TextChamp"),
            ("DropDownListChamp", "TextChamp"),
            ("ExplicationChamp", "TextChamp"),
            ("HeaderSectionChamp", "TextChamp"),
            ("PaysChamp", "TextChamp"),
            ("RegionChamp", "TextChamp"),
            ("TitreIdentiteChamp", "PieceJustificativeChamp"),
            ("YesNoChamp", "CheckboxChamp"),
        ]
    );
}

#[tokio::test]
async fn an_older_type_loses_what_it_cannot_say() {
    let bench = Bench::usual().await;
    let number = open_dossier(&bench);
    let store = bench.ds.store();
    let answer = field(&bench, "Acceptez-vous d’être recontacté ?");
    store.set_champ(number, answer, None).unwrap();
    assert_eq!(champ(&bench, number, answer, FRAGMENTS).await["yesNo"], Value::Null);
    let older = champ(&bench, number, answer, "id ... on CheckboxChamp { value }").await;
    assert_eq!(older["value"], false, "unanswered becomes no");

    let meeting = field(&bench, "Rendez-vous souhaité sur place");
    let at = clock::parse("2025-07-01T09:30:00+02:00").unwrap();
    store.set_champ(number, meeting, Some(Held::Datetime(at))).unwrap();
    let present = champ(&bench, number, meeting, FRAGMENTS).await;
    assert_eq!(present["datetime"], "2025-07-01T09:30:00+02:00");
    assert_eq!(present["stringValue"], "01 juillet 2025 09:30");
    let older = champ(&bench, number, meeting, "id ... on DateChamp { date }").await;
    assert_eq!(older["date"], "2025-07-01", "the time is lost");

    let city = field(&bench, "Département");
    let older = champ(&bench, number, city, "id stringValue ... on TextChamp { value }").await;
    assert_eq!(older["value"], older["stringValue"]);
    let identity = field(&bench, "Titre d’identité");
    store.set_champ(number, identity, Some(Held::Flag(true))).unwrap();
    assert_eq!(champ(&bench, number, identity, FRAGMENTS).await["filled"], true);
    let older = champ(&bench, number, identity, "id ... on PieceJustificativeChamp { files { url } }").await;
    assert_eq!(older["files"], json!([]), "an identity document is never given");
}

#[tokio::test]
async fn a_fragment_anywhere_in_the_text_counts() {
    let bench = Bench::usual().await;
    let number = open_dossier(&bench);
    let query = "query one($number: Int!) { dossier(number: $number) { champs { __typename } annotations { ...Address } } }
        fragment Address on AddressChamp { __typename }";
    let data = bench.data(query, json!({ "number": number })).await;
    let champs = data["dossier"]["champs"].as_array().unwrap();
    assert!(champs.iter().any(|champ| champ["__typename"] == "AddressChamp"));
    assert!(champs.iter().all(|champ| champ["__typename"] != "CommuneChamp"));
}

#[tokio::test]
async fn an_inline_fragment_without_a_type_breaks_the_server_when_champs_are_read() {
    let bench = Bench::usual().await;
    let number = open_dossier(&bench);
    let query = "query one($number: Int!, $with: Boolean!) {
        dossier(number: $number) { ... @include(if: $with) { state } champs @include(if: $with) { id } number } }";
    let reply = bench.ask(query, json!({ "number": number, "with": true })).await;
    assert_eq!((reply.status, reply.code().as_deref()), (500, Some("internal_server_error")));
    let reply = bench.ask(query, json!({ "number": number, "with": false })).await;
    assert_eq!(reply.data(), json!({ "dossier": { "number": number } }));
}

#[tokio::test]
async fn variables_left_out_take_their_defaults_in_directives() {
    let bench = Bench::usual().await;
    let query = "query one($number: Int!, $with: Boolean = true, $without: Boolean = false) {
        dossier(number: $number) { number state @include(if: $with) archived @include(if: $without) } }";
    let data = bench.data(query, json!({ "number": open_dossier(&bench) })).await;
    let names: Vec<&String> = data["dossier"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["number", "state"]);
}

#[tokio::test]
async fn values_are_written_as_the_real_server_writes_them() {
    let bench = Bench::usual().await;
    let number = open_dossier(&bench);
    let day = Date::from_ordinal_date(2025, 15).unwrap();
    let cases: Vec<(&str, Option<Held>, Value)> = vec![
        (
            "Nombre de visiteurs par an",
            Some(Held::Integer(9_007_199_254_740_993)),
            json!({ "integer": "9007199254740993", "stringValue": "9007199254740993" }),
        ),
        ("Nombre de visiteurs par an", None, json!({ "integer": null, "stringValue": "" })),
        ("Autofinancement (en euros)", Some(Held::Decimal("0.0".to_owned())), json!({ "decimal": 0.0, "stringValue": "0.0" })),
        ("Début des travaux", Some(Held::Date(day)), json!({ "date": "2025-01-15", "stringValue": "15 janvier 2025" })),
        (
            "Travaux envisagés",
            Some(Held::Choices(vec!["A, b".to_owned(), "C".to_owned()])),
            json!({ "values": ["A, b", "C"], "stringValue": "A, b, C" }),
        ),
        ("Travaux envisagés", None, json!({ "values": [], "stringValue": "" })),
        (
            "Arrondissement",
            Some(Held::Linked("26 - Drôme".to_owned(), "261 - Die".to_owned())),
            json!({ "primaryValue": "26 - Drôme", "secondaryValue": "261 - Die", "stringValue": "26 - Drôme / 261 - Die" }),
        ),
        ("Téléphone", Some(Held::Text("0199001234".to_owned())), json!({ "text": "0199001234", "stringValue": "01 99 00 12 34" })),
        ("Le site est ouvert au public", None, json!({ "checked": false, "stringValue": "false" })),
        ("Emprise du projet", None, json!({ "geoAreas": [], "stringValue": null })),
        ("Devis", None, json!({ "files": [], "stringValue": null })),
        (
            "Numéro SIRET de l’organisme",
            Some(Held::Siret("99900000400011".to_owned(), None)),
            json!({ "etablissement": null, "stringValue": "99900000400011" }),
        ),
        ("Protection", Some(Held::Text("Zone tampon".to_owned())), json!({ "choice": "Zone tampon", "stringValue": "Zone tampon" })),
    ];
    for (label, value, expected) in cases {
        bench.ds.store().set_champ(number, field(&bench, label), value).unwrap();
        let champ = champ(&bench, number, field(&bench, label), FRAGMENTS).await;
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(champ.get(name), Some(value), "{label}: {name}");
        }
    }
}

#[tokio::test]
async fn a_champ_hidden_by_its_condition_is_absent() {
    let bench = Bench::usual().await;
    let number = open_dossier(&bench);
    let (switch, hidden) = (field(&bench, SWITCH), field(&bench, CONDITIONAL));
    for (answer, shown) in [(Some(true), true), (Some(false), false), (None, false)] {
        bench.ds.store().set_champ(number, switch, answer.map(Held::Flag)).unwrap();
        let found = champ(&bench, number, hidden, "id label").await;
        assert_eq!(found["label"] == CONDITIONAL, shown, "{answer:?}");
    }
}

#[tokio::test]
async fn rows_have_ids_of_their_own_and_champs_the_ids_of_both() {
    let bench = Bench::usual().await;
    let number = open_dossier(&bench);
    let query = "query one($number: Int!) { dossier(number: $number) { champs { label ... on RepetitionChamp {
        rows { id champs { id champDescriptorId label } } } } } }";
    let mut seen = 0;
    for number in bench.ds.store().numbers(COMPLETE).into_iter().chain([number]) {
        let data = bench.data(query, json!({ "number": number })).await;
        let champs = data["dossier"]["champs"].as_array().unwrap().clone();
        let members = champs.iter().find(|champ| champ["label"] == NUMBERED).unwrap();
        for row in members["rows"].as_array().into_iter().flatten() {
            use base64::Engine as _;
            let read = |id: &Value| {
                let bytes = base64::engine::general_purpose::STANDARD.decode(id.as_str().unwrap()).unwrap();
                String::from_utf8(bytes).unwrap()
            };
            let row_id = read(&row["id"]);
            let ulid = row_id.strip_prefix("Row-").unwrap();
            assert_eq!(ulid.len(), 26);
            for champ in row["champs"].as_array().unwrap() {
                let descriptor = read(&champ["champDescriptorId"]);
                assert_eq!(read(&champ["id"]), format!("{descriptor}|{ulid}"));
                seen += 1;
            }
            let names: Vec<&Value> = row["champs"].as_array().unwrap().iter().map(|champ| &champ["label"]).collect();
            assert_eq!(names[..2], ["Nom", "Nom"]);
        }
    }
    assert!(seen > 100);
}

#[tokio::test]
async fn one_champ_can_be_asked_for() {
    let bench = Bench::usual().await;
    let id = clock::global_id("Champ", field(&bench, "Civilité"));
    let query = "query one($number: Int!, $id: ID) { dossier(number: $number) { champs(id: $id) { id label } } }";
    let data = bench.data(query, json!({ "number": open_dossier(&bench), "id": id })).await;
    assert_eq!(data["dossier"]["champs"], json!([{ "id": id, "label": "Civilité" }]));
}

#[tokio::test]
async fn files_are_at_signed_addresses_and_their_checksums_are_true() {
    use base64::Engine as _;
    use md5::Digest as _;
    let bench = Bench::usual().await;
    let number = bench.ds.store().numbers(COMPLETE)[3];
    let quote = champ(&bench, number, field(&bench, "Devis"), FRAGMENTS).await;
    let file = &quote["files"][0];
    let url = file["url"].as_str().unwrap();
    let (status, bytes) = bench.get(url).await;
    assert_eq!(status, 200);
    assert_eq!(json!(bytes.len().to_string()), file["byteSizeBigInt"]);
    let checksum = base64::engine::general_purpose::STANDARD.encode(md5::Md5::digest(&bytes));
    assert_eq!(json!(checksum), file["checksum"]);
    assert_eq!(bench.get(&url.replace("temp_url_sig=", "temp_url_sig=x")).await.0, 401);
    assert_eq!(bench.get(&url.replace("temp_url_expires=", "temp_url_expires=1")).await.0, 401);
}

#[tokio::test]
async fn a_degraded_establishment_needs_its_fragment() {
    let bench = Bench::usual().await;
    let query = "query all($number: Int!) { demarche(number: $number) { dossiers { nodes { number demandeur {
        __typename ... on PersonnePhysique { nom } ... on PersonneMorale { siret }
        ... on PersonneMoraleIncomplete { siret } } } } } }";
    let data = bench.data(query, json!({ "number": COMPLETE })).await;
    let nodes = data["demarche"]["dossiers"]["nodes"].as_array().unwrap().clone();
    let count = |name: &str| nodes.iter().filter(|node| node["demandeur"]["__typename"] == name).count();
    let degraded = count("PersonneMoraleIncomplete");
    assert!(degraded > 0 && count("PersonneMorale") > 10 && count("PersonnePhysique") > 10);

    let reply = bench.ask(&query.replace("... on PersonneMoraleIncomplete { siret }", ""), json!({ "number": COMPLETE })).await;
    let body = reply.json();
    let errors = body["errors"].as_array().unwrap();
    assert_eq!(errors.len(), degraded);
    assert!(errors.iter().all(|error| error["extensions"]["code"] == "invalid_null"));
    let partial = body["data"]["demarche"]["dossiers"]["nodes"].as_array().unwrap();
    assert_eq!(partial.len(), nodes.len());
    assert_eq!(partial.iter().filter(|node| node.is_null()).count(), degraded);
}

#[tokio::test]
async fn an_error_below_an_edge_empties_its_node_alone() {
    let bench = Bench::usual().await;
    let query = "query all($number: Int!) { demarche(number: $number) { dossiers {
        edges { cursor node { number demandeur { __typename } } } } } }";
    let body = bench.ask(query, json!({ "number": COMPLETE })).await.json();
    let edges = body["data"]["demarche"]["dossiers"]["edges"].as_array().unwrap();
    assert_eq!(edges.len(), 60);
    assert!(edges.iter().all(|edge| edge["cursor"].is_string()));
    assert_eq!(edges.iter().filter(|edge| edge["node"].is_null()).count(), body["errors"].as_array().unwrap().len());
}

#[tokio::test]
async fn a_linked_dossier_out_of_scope_is_an_error_beside_the_data() {
    let bench = Bench::usual().await;
    let number = open_dossier(&bench);
    let linked = field(&bench, "Dossier de l’an passé");
    let hidden = bench.ds.store().numbers(crate::ds::NEIGHBOUR)[0];
    bench.ds.store().set_champ(number, linked, Some(Held::Dossier(hidden))).unwrap();
    let query = "query one($number: Int!) { dossier(number: $number) { number champs { id stringValue
        ... on DossierLinkChamp { dossier { number } } } } }";
    let reply = bench.ask(query, json!({ "number": number })).await;
    assert_eq!(reply.code().as_deref(), Some("unauthorized"));
    let body = reply.json();
    let id = clock::global_id("Champ", linked);
    let champ = body["data"]["dossier"]["champs"].as_array().unwrap().iter().find(|champ| champ["id"] == json!(id));
    assert_eq!(champ.unwrap()["dossier"], Value::Null);
    assert_eq!(champ.unwrap()["stringValue"], json!(hidden.to_string()));
}

#[tokio::test]
async fn a_decided_dossier_keeps_the_form_of_its_decision() {
    let bench = Bench::usual().await;
    let old = |number: &i32| {
        let facts = bench.ds.store().dossier(*number).unwrap().1.facts;
        facts.state.is_decided() && facts.decided.unwrap() < clock::day(2025, 2, 3)
    };
    let number = bench.ds.store().numbers(COMPLETE).into_iter().find(old).unwrap();
    let labels = |champs: Vec<Value>| -> Vec<String> { champs.iter().map(|champ| champ["label"].as_str().unwrap().to_owned()).collect() };
    assert!(labels(champs(&bench, number, "label").await).iter().any(|label| label == DROPPED));
    bench.ds.store().set_state(number, DossierState::EnInstruction).unwrap();
    let reopened = labels(champs(&bench, number, "label").await);
    assert!(reopened.iter().all(|label| label != DROPPED));
    assert!(reopened.iter().any(|label| label == "Nom d’usage du site"));
    assert_eq!(bench.ds.store().add_field(COMPLETE, Kind::Text, "Nouveau").unwrap(), 4_410_901);
}
