//! Every operation is valid for every schema that DS instances run.

use apollo_compiler::{ExecutableDocument, Schema, validation::Valid};
use relais_engine::ds::operations::OperationName;

use super::data;

const SCHEMAS: [&str; 3] = ["ds-schema.graphql", "ds-schema-2026-04.graphql", "ds-schema-2026-01.graphql"];

fn schema(name: &str) -> Valid<Schema> {
    Schema::parse_and_validate(data(name), name).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn operations_are_valid_for_the_three_schemas() {
    for name in SCHEMAS {
        let schema = schema(name);
        for operation in OperationName::ALL {
            let result = ExecutableDocument::parse_and_validate(&schema, operation.query(), operation.as_str());
            // Older instances have no count, and the run goes on without it (facts/ds-api.md, section 4.1).
            let is_unsupported = operation == OperationName::CountDossiers && name != "ds-schema.graphql";
            assert_eq!(result.is_err(), is_unsupported, "{} for {name}: {:?}", operation.as_str(), result.err().map(|error| error.to_string()));
        }
        // What the proxy asks by itself, to learn what a token may do.
        let rights = ExecutableDocument::parse_and_validate(&schema, include_str!("../../../proxy/src/ds/rights.graphql"), "rights.graphql");
        assert!(rights.is_ok(), "{name}: {:?}", rights.err().map(|error| error.to_string()));
    }
}

/// The fragments without which DS hides a type behind an older one (facts/ds-api.md, section 1.2).
#[test]
fn reading_dossiers_names_every_type_of_champ() {
    let schema = schema("ds-schema.graphql");
    let implementers = schema.implementers_map();
    for operation in [OperationName::GetDossiers, OperationName::GetDossier] {
        for champ in &implementers["Champ"].objects {
            assert!(operation.query().contains(&format!("... on {champ} ")), "{} does not name {champ}", operation.as_str());
        }
        for demandeur in ["PersonnePhysique", "PersonneMorale", "PersonneMoraleIncomplete"] {
            assert!(operation.query().contains(&format!("... on {demandeur} ")));
        }
    }
}

/// DS answers 500 to champs read beside an inline fragment without a type (facts/ds-api.md, section 1.4).
#[test]
fn no_inline_fragment_goes_without_its_type() {
    for operation in OperationName::ALL {
        let query = operation.query();
        for (place, _) in query.match_indices("...") {
            let rest = query[place + 3..].trim_start();
            assert!(!rest.starts_with(['@', '{']), "{}", operation.as_str());
        }
    }
}

/// Every descriptor of the newest schema is a type that Relais knows by name.
#[test]
fn every_descriptor_is_known() {
    let schema = schema("ds-schema.graphql");
    let known: Vec<&str> = relais_engine::ds::ChampType::KNOWN.iter().map(relais_engine::ds::ChampType::typename).collect();
    for descriptor in &schema.implementers_map()["ChampDescriptor"].objects {
        assert!(known.contains(&descriptor.as_str()), "{descriptor}");
    }
}

#[test]
fn every_state_reason_and_colour_is_known() {
    let schema = schema("ds-schema.graphql");
    let states: Vec<String> =
        relais_engine::ds::DossierState::ALL.iter().map(|state| serde_json::to_value(state).unwrap().as_str().unwrap().to_owned()).collect();
    let real: Vec<String> = schema.get_enum("DossierState").unwrap().values.keys().map(ToString::to_string).collect();
    assert!(real.iter().all(|state| states.contains(state)), "{real:?}");
    for reason in schema.get_enum("DeletedDossierReason").unwrap().values.keys() {
        let read: relais_engine::ds::DeletionReason = serde_json::from_value(reason.as_str().into()).unwrap();
        assert_ne!(read, relais_engine::ds::DeletionReason::Unknown, "{reason}");
    }
    for color in schema.get_enum("LabelColorEnum").unwrap().values.keys() {
        assert!(relais_engine::words::label_style(color).is_some(), "{color}");
    }
}
