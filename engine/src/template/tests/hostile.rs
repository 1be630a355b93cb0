//! Files that are no templates, by mistake or on purpose.

use serde_json::{Value, json};

use super::*;
use crate::template::{LARGEST, Reason, Secret, Template, TemplateError};

/// A file that is one.
fn good() -> Value {
    let form = demarche(1, &[text("Q2hhbXAtNDUxMDAwMQ==", "Nom"), bloc("bloc", "Membres", &[text("membre", "Nom")])], &[]);
    serde_json::from_str(&template(&form).write()).unwrap()
}

fn read(value: &Value) -> Result<Template, TemplateError> {
    Template::read(value.to_string().as_bytes())
}

fn refused(bytes: &[u8]) -> (String, Reason) {
    let error = Template::read(bytes).unwrap_err();
    (error.place, error.reason)
}

/// The refusal of a file, once something is put at a place of it.
fn changed(pointer: &str, value: Value) -> (String, Reason) {
    let mut file = good();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match file.pointer_mut(parent).unwrap() {
        Value::Object(members) => _ = members.insert(name.to_owned(), value),
        Value::Array(items) => items[name.parse::<usize>().unwrap()] = value,
        _ => panic!("{pointer}"),
    }
    refused(file.to_string().as_bytes())
}

fn at(place: &str, reason: Reason) -> (String, Reason) {
    (place.to_owned(), reason)
}

#[test]
fn a_good_one_is_read() {
    read(&good()).unwrap();
    let mut bytes = b"\xef\xbb\xbf".to_vec();
    bytes.extend(good().to_string().as_bytes());
    Template::read(&bytes).unwrap();
}

#[test]
fn what_is_no_template_is_told_by_line() {
    assert_eq!(refused(b""), at("ligne 1, colonne 0", Reason::NotJson));
    assert_eq!(refused(b"{\n  \"relais_template\": 1,\n  oui"), at("ligne 3, colonne 3", Reason::NotJson));
    assert_eq!(refused(b"\xff\xfe"), at("ligne 1, colonne 1", Reason::NotJson));
    assert_eq!(refused(b"{} {}"), at("ligne 1, colonne 4", Reason::NotJson));
    for other in [&b"{}"[..], b"[]", b"1", b"null", br#"{"relais_template": "1"}"#, br#"{"relais_template": 0}"#, br#"{"relais_template": 1.0}"#] {
        assert_eq!(refused(other), at("", Reason::NotTemplate));
    }
    assert_eq!(refused(br#"{"relais_template": 2, "x": 1}"#), at("relais_template", Reason::Newer(2)));
    assert_eq!(changed("/mapping/format", json!(7)), at("mapping.format", Reason::Newer(7)));
}

#[test]
fn bombs_are_refused_before_they_go_off() {
    let million = "[".repeat(1_000_000);
    assert_eq!(refused(million.as_bytes()), at("", Reason::TooLarge));
    assert_eq!(refused(&million.as_bytes()[..LARGEST]), at("ligne 1, colonne 33", Reason::TooDeep));
    assert_eq!(refused(r#"{"a":"#.repeat(LARGEST / 5).as_bytes()), at("ligne 1, colonne 161", Reason::TooDeep));
    assert_eq!(refused(format!("{{\"relais_template\": 1,\n\"x\": {}", "[".repeat(40)).as_bytes()), at("ligne 2, colonne 37", Reason::TooDeep));
    // Brackets in a text are a text.
    assert_eq!(changed("/description", json!("[\\\"".repeat(1000))), at("description", Reason::TooLong(2000)));
    let mut file = good();
    file["description"] = "[{\\\"".repeat(100).into();
    read(&file).unwrap();
    // A million fields, and as many as a file can hold.
    let fields = "\"x\":{},".repeat(1_000_000);
    assert_eq!(refused(format!("{{\"relais_template\":1,\"mapping\":{{\"fields\":{{{fields}}}}}}}").as_bytes()), at("", Reason::TooLarge));
    let fields: serde_json::Map<String, Value> = (0..8_000).rev().map(|index| (format!("{index}"), json!({ "label": "", "type": "" }))).collect();
    assert_eq!(changed("/mapping/fields", fields.into()), at("mapping.fields", Reason::TooMany(3000)));
    let names: String = (0..20_000).map(|_| "\"x\":1,").collect();
    assert_eq!(refused(format!("{{\"relais_template\":1,{names}\"x\":1}}").as_bytes()), at("[1]", Reason::UnknownKey));
}

/// Whatever is at every place, a file of the largest size is read in a moment: a million times more would be noticed.
#[test]
fn reading_takes_a_moment() {
    for stuff in ["eyJ", "eyJ.", "a1B2", "://", "bearer", "=?sig", ";", "12345678-1234-1234-1234-123456789012", "\\u0041", "\\\\\\\"", "é"] {
        let stuffing = stuff.repeat((LARGEST - 100) / stuff.len());
        let file = format!("{{\"relais_template\":1,\"name\":\"{stuffing}\"}}");
        assert!(Template::read(file.as_bytes()).is_err(), "{stuff}");
        let file = format!("{{\"relais_template\":1,\"{stuffing}\":1}}");
        assert!(Template::read(file.as_bytes()).is_err(), "{stuff}");
    }
}

#[test]
fn what_is_missing_odd_or_more_than_a_template_has_is_refused_where_it_is() {
    assert_eq!(refused(br#"{"relais_template": 1}"#), at("name", Reason::Missing));
    for (pointer, value, place, reason) in [
        ("/name", json!("  "), "name", Reason::Empty),
        ("/name", json!(3), "name", Reason::Odd),
        ("/name", json!("a\nb"), "name", Reason::Control),
        ("/name", json!("a\u{202e}b"), "name", Reason::Control),
        ("/name", json!("é".repeat(301)), "name", Reason::TooLong(300)),
        ("/note", json!("é".repeat(2001)), "note", Reason::TooLong(2000)),
        ("/note", json!("\u{0}"), "note", Reason::Control),
        ("/note", json!(null), "note", Reason::Odd),
        ("/token", json!("x"), "[5]", Reason::UnknownKey),
        ("/mapping", json!([]), "mapping", Reason::Odd),
        ("/mapping", json!({}), "mapping.format", Reason::Missing),
        ("/mapping/demarche", json!(0), "mapping.demarche", Reason::Odd),
        ("/mapping/demarche", json!("1"), "mapping.demarche", Reason::Odd),
        ("/mapping/tables", json!({}), "mapping.tables", Reason::Odd),
        ("/mapping/tables", json!([]), "mapping.tables", Reason::NoKey),
        ("/mapping/tables/0/key", json!("avis"), "mapping.tables[0]", Reason::NoKey),
        ("/mapping/tables/0/columns", json!([]), "mapping.tables[0]", Reason::NoKey),
        ("/mapping/tables/0/columns/0/sources/0", json!("dossier:state"), "mapping.tables[0]", Reason::NoKey),
        ("/mapping/tables/0/columns/1/sources", json!([]), "mapping.tables[0].columns[1].sources", Reason::Empty),
        ("/mapping/tables/0/columns/1/sources", json!(vec!["dossier:link"; 251]), "mapping.tables[0].columns[1].sources", Reason::TooMany(250)),
        ("/mapping/tables/0/columns/1/sources/0", json!("dossier:token"), "mapping.tables[0].columns[1].sources[0]", Reason::Odd),
        ("/mapping/tables/0/columns/1/sources/0", json!("row:id"), "mapping.tables[0].columns[1].sources[0]", Reason::OfAnotherTable),
        ("/mapping/tables/0/columns/1/sources/0", json!("champ:x:text"), "mapping.tables[0].columns[1].sources[0]", Reason::Undescribed),
        ("/mapping/tables/0/columns/1/sources/0", json!("dossier:number"), "mapping.tables[0].columns[1].sources", Reason::SameKey),
        ("/mapping/tables/0/columns/2/name", json!(" Numéro"), "mapping.tables[0].columns[2].name", Reason::SameName),
        ("/mapping/tables/0/columns/2/type", json!("Ref:Personnes"), "mapping.tables[0].columns[2].type", Reason::Odd),
        ("/mapping/tables/0/columns/2/type", json!("ManualSortPos"), "mapping.tables[0].columns[2].type", Reason::Odd),
        ("/mapping/tables/0/columns/2/type", json!("DateTime:Europe/Paris x"), "mapping.tables[0].columns[2].type", Reason::Odd),
        ("/mapping/tables/0/columns/2/type", json!("Text:x"), "mapping.tables[0].columns[2].type", Reason::Odd),
        ("/mapping/tables/0/columns/2/formula", json!("1"), "mapping.tables[0].columns[2][0]", Reason::UnknownKey),
        ("/mapping/tables/1/key", json!("repetition:x"), "mapping.tables[1].key", Reason::Undescribed),
        ("/mapping/tables/1/key", json!("repetitions"), "mapping.tables[1].key", Reason::Odd),
        ("/mapping/tables/1/name", json!("Aides 1"), "mapping.tables[1].name", Reason::SameName),
        ("/mapping/fields/x", json!({ "label": "x", "type": "a b" }), "mapping.fields[3].type", Reason::Odd),
        ("/mapping/fields/x", json!({ "label": "x" }), "mapping.fields[3].type", Reason::Missing),
        ("/mapping/fields/x", json!({ "label": "x", "type": "T", "choices": [] }), "mapping.fields[3][0]", Reason::UnknownKey),
        ("/scope", json!({ "states": ["brouillon"] }), "scope.states[0]", Reason::Odd),
        ("/scope", json!({ "from": "hier" }), "scope.from", Reason::Odd),
        ("/scope", json!({ "archived": 1 }), "scope.archived", Reason::Odd),
        ("/scope", json!({ "groupes": [7] }), "scope.groupes[0]", Reason::Odd),
        ("/scope", json!({ "labels": [{ "id": "L1" }] }), "scope.labels[0].name", Reason::Missing),
        ("/keeping", json!({ "deleted": "forget" }), "keeping.deleted", Reason::Odd),
    ] {
        assert_eq!(changed(pointer, value.clone()), at(place, reason), "{pointer} {value}");
    }
    let table = good()["mapping"]["tables"][1].clone();
    let mut file = good();
    file["mapping"]["tables"].as_array_mut().unwrap().push(table.clone());
    file["mapping"]["tables"][2]["name"] = "Autre".into();
    assert_eq!(refused(file.to_string().as_bytes()), at("mapping.tables[2].key", Reason::SameKey));
    file["mapping"]["tables"] = vec![table; 51].into();
    assert_eq!(refused(file.to_string().as_bytes()), at("mapping.tables", Reason::TooMany(50)));
}

#[test]
fn too_many_columns_in_all_are_refused() {
    let mut file = good();
    let columns: Vec<Value> = (0..1001)
        .map(|index| json!({ "sources": [format!("part:Q2hhbXAtNDUxMDAwMQ==:{index}")], "name": format!("{index}"), "type": "Text" }))
        .collect();
    for table in 0..2 {
        file["mapping"]["tables"][table]["columns"].as_array_mut().unwrap().extend(columns.iter().cloned());
    }
    assert_eq!(refused(file.to_string().as_bytes()), at("mapping.tables[1].columns", Reason::TooMany(2000)));
}

#[test]
fn a_name_that_is_there_twice_is_refused() {
    let file = good().to_string();
    let twice = |name: &str| {
        let again = file.replacen(&format!("\"{name}\":"), &format!("\"{name}\":\"x\",\"{name}\":"), 1);
        refused(again.as_bytes())
    };
    assert_eq!(twice("name").1, Reason::Twice);
    let again = file.replacen("\"fields\":{", "\"fields\":{\"bloc\":{\"label\":\"\",\"type\":\"T\"},", 1);
    assert_eq!(refused(again.as_bytes()), at("mapping.fields", Reason::Twice));
}

#[test]
fn a_token_is_found_anywhere_and_never_shown() {
    // « 0f8b3a52-9f0c-4b7a-8f55-2d1c0e6b7a91;Zk3vT9wQ »
    let token = "MGY4YjNhNTItOWYwYy00YjdhLThmNTUtMmQxYzBlNmI3YTkxO1prM3ZUOXdR";
    let ds = Reason::Secret(Secret::DsToken);
    for (pointer, place) in [
        ("/name", "name"),
        ("/description", "description"),
        ("/note", "note"),
        ("/x", "[5]"),
        ("/mapping/title", "mapping.title"),
        ("/mapping/tables/0/columns/1/description", "mapping.tables[0].columns[1].description"),
        ("/mapping/tables/0/columns/1/sources/0", "mapping.tables[0].columns[1].sources[0]"),
        ("/mapping/fields/bloc/section", "mapping.fields[1].section"),
    ] {
        assert_eq!(changed(pointer, json!(format!("voir {token}"))), at(place, ds), "{pointer}");
    }
    // In the name of something, in what templates do not have, behind escapes.
    assert_eq!(changed(&format!("/mapping/fields/{token}"), json!({ "label": "", "type": "T" })), at("mapping.fields[0]", ds));
    assert_eq!(changed("/x", json!([{ "y": [0, { token: 1 }] }])), at("[5][0][0][1][0]", ds));
    let escaped = token.chars().fold(String::new(), |text, character| format!("{text}\\u{:04x}", u32::from(character)));
    let file = good().to_string().replace("Pour suivre.", &escaped);
    assert_eq!(refused(file.as_bytes()), at("description", ds));
    for (text, secret) in [
        ("eyJhbGciOiJIUzI1NiJ9.eyJ1c2VySWQiOjV9.c2lnbmF0dXJl", Secret::JsonWebToken),
        ("Bearer x", Secret::Bearer),
        ("https://a:b@exemple.fr", Secret::UserInfo),
        ("https://exemple.fr/?auth=x", Secret::Parameter),
        ("3f7a9c0e5b1d8f24a6c9e0b37d5f18a2c4e6b091", Secret::Random),
    ] {
        assert_eq!(changed("/description", json!(text)), at("description", Reason::Secret(secret)));
    }
    let mut file = good();
    file["mapping"]["fields"][token] = json!({ "label": token, "type": token });
    let error = read(&file).unwrap_err();
    assert!(!format!("{error} {error:?} {}", error.message()).contains("MGY4"), "{error}");
}

#[test]
fn an_ordinary_long_template_raises_no_alarm() {
    let label = "Montant définitif de la subvention attribuée (en euros), après instruction par le service : ".repeat(4);
    let label: String = label.chars().take(300).collect();
    let mut file = good();
    file["mapping"]["fields"]["bloc"]["label"] = label.as_str().into();
    file["mapping"]["tables"][0]["columns"][1]["name"] = label.as_str().into();
    file["scope"] = json!({ "groupes": [{ "number": 331_115, "name": "R3JvdXBlSW5zdHJ1Y3RldXItMzMxMTE1" }], "labels": [{ "id": "TGFiZWwtMTIzNDU2Nzg=", "name": "Urgent" }] });
    read(&file).unwrap();
}
