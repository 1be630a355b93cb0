//! The published schema says what templates are.

use serde_json::{Value, json};

use super::*;
use crate::{
    Day,
    ds::DossierState,
    mapping::{Facet, Proposal, Scope},
    sync::Connexion,
    template::{FORMAT, SCHEMA, Template},
};

fn validator() -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

/// A template of every type of field, in the form, in a bloc and among the annotations, with every facet and table.
fn whole() -> Value {
    let kinds = || crate::ds::ChampType::KNOWN.iter().map(|kind| kind.typename().trim_end_matches("ChampDescriptor").to_owned());
    let fields = |place: &str| -> Vec<Value> {
        kinds()
            .filter(|kind| place == "champ" || kind != "Repetition")
            .map(|kind| field(&kind, &format!("{place} {kind}"), &format!("{place} {kind}")))
            .collect()
    };
    let mut champs = fields("champ");
    champs.push(bloc("bloc", "Bloc", &fields("ligne")));
    let form = demarche(1, &champs, &fields("annotation"));
    let mut proposal = Proposal::new(&form, &[]);
    proposal.sections.iter_mut().flat_map(|section| &mut section.lines).for_each(|line| line.is_chosen = true);
    let scope = Scope {
        states: DossierState::ALL.iter().copied().collect(),
        from: Some(Day::parse("2026-01-01").unwrap()),
        until: Some(Day::parse("2026-12-31").unwrap()),
        groupes: [10, 11].into(),
        labels: ["L1".into()].into(),
        archived: Some(true),
    };
    let mut connexion = Connexion::new(proposal.into_mapping(), &[]);
    connexion.follow(scope, crate::mapping::Keeping::default());
    let template = Template { note: "Ajoute\nle suivi.".to_owned(), ..Template::of(&connexion, &form, "Suivi", "Pour suivre.") };
    let used: Vec<Facet> =
        template.mapping.tables.iter().flat_map(|table| &table.columns).flat_map(|column| &column.sources).filter_map(facet).collect();
    assert!(Facet::ALL.iter().all(|facet| used.contains(facet)));
    let file = template.write();
    assert_eq!(Template::read(file.as_bytes()).unwrap(), template);
    serde_json::from_str(&file).unwrap()
}

fn facet(source: &crate::mapping::Field) -> Option<Facet> {
    if let crate::mapping::Field::Champ(_, facet) = source { Some(*facet) } else { None }
}

#[test]
fn what_relais_writes_is_valid() {
    let validator = validator();
    validator.validate(&whole()).unwrap();
    validator.validate(&serde_json::from_str(&template(&demarche(1, &[], &[])).write()).unwrap()).unwrap();
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    assert_eq!(schema["properties"]["relais_template"]["const"], FORMAT);
    assert_eq!(schema["$defs"]["mapping"]["properties"]["format"]["const"], crate::mapping::FORMAT);
}

#[test]
fn what_relais_refuses_is_not() {
    let (validator, whole) = (validator(), whole());
    for (pointer, value) in [
        ("/relais_template", json!(2)),
        ("/name", json!("")),
        ("/name", json!(" ")),
        ("/name", json!("a\u{202e}b")),
        ("/name", json!("é".repeat(301))),
        ("/note", json!("\u{7}")),
        ("/note", json!("é".repeat(2001))),
        ("/token", json!("x")),
        ("/mapping", json!({})),
        ("/mapping/demarche", json!(0)),
        ("/mapping/tables", json!([])),
        ("/mapping/tables/0/key", json!("avis")),
        ("/mapping/tables/0/columns", json!([])),
        ("/mapping/tables/0/columns/0/sources/0", json!("dossier:state")),
        ("/mapping/tables/0/columns/1/sources", json!([])),
        ("/mapping/tables/0/columns/1/sources", json!(vec!["dossier:link"; 251])),
        ("/mapping/tables/0/columns/1/sources/0", json!("jeton:x")),
        ("/mapping/tables/0/columns/1/type", json!("Ref:Personnes")),
        ("/mapping/tables/0/columns/1/formula", json!("1")),
        ("/mapping/tables/1/key", json!("repetitions")),
        ("/mapping/fields/x", json!({ "label": "x" })),
        ("/mapping/fields/x", json!({ "label": "x", "type": "a b" })),
        ("/mapping/fields/x", json!({ "label": "x", "type": "T", "choices": [] })),
        ("/scope/states/0", json!("brouillon")),
        ("/scope/from", json!("hier")),
        ("/scope/archived", json!(1)),
        ("/scope/groupes/0", json!(7)),
        ("/scope/labels/0", json!({ "id": "L1" })),
        ("/keeping/deleted", json!("forget")),
    ] {
        let mut file = whole.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        match file.pointer_mut(parent).unwrap() {
            Value::Object(members) => _ = members.insert(name.to_owned(), value.clone()),
            Value::Array(items) => items[name.parse::<usize>().unwrap()] = value.clone(),
            _ => panic!("{pointer}"),
        }
        assert!(!validator.is_valid(&file), "{pointer} {value}");
        assert!(Template::read(file.to_string().as_bytes()).is_err(), "{pointer} {value}");
    }
    // Each of its names, taken away or changed.
    for name in ["relais_template", "name", "mapping"] {
        let mut file = whole.clone();
        file.as_object_mut().unwrap().remove(name);
        assert!(!validator.is_valid(&file) && Template::read(file.to_string().as_bytes()).is_err(), "{name}");
    }
}
