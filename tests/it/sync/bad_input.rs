//! What can be wrong from outside: each is a typed error, and leaves the document whole.

use relais_engine::{ds::SourceErrorCode, mapping::Preset, sync::Stop};
use relais_tests::ds::{self, faults::Fault};
use serde_json::json;

use super::World;

/// The run stops with this code, and the document is as it was.
async fn assert_refused(world: &World, code: SourceErrorCode) {
    let before = world.content().await;
    let outcome = world.run().await;
    assert!(matches!(&outcome.stop, Some(Stop::Source(error)) if error.code == code), "{code:?}: {outcome:?}");
    assert_eq!(outcome.last_action, None);
    assert_eq!(world.content().await, before);
}

#[tokio::test]
async fn a_token_that_ds_refuses_is_told_apart() {
    let world = World::everyday(20).await;
    let (tokens, token) = (world.stack.ds.tokens(), world.stack.ds.token());
    tokens.expire(token);
    assert_refused(&world, SourceErrorCode::TokenExpired).await;
    tokens.renew(token);
    tokens.lock_elsewhere(token, true);
    assert_refused(&world, SourceErrorCode::AddressRefused).await;
    tokens.lock_elsewhere(token, false);
    tokens.revoke(token);
    assert_refused(&world, SourceErrorCode::TokenRefused).await;
}

#[tokio::test]
async fn a_demarche_outside_the_token_or_unknown_is_told_apart() {
    let mut world = World::everyday(20).await;
    world.mapping.demarche = i64::from(ds::NEIGHBOUR).try_into().unwrap();
    assert_refused(&world, SourceErrorCode::DemarcheRefused).await;
    // Not among the team's: the proxy answers for it, whatever the token reads.
    world.mapping.demarche = 999_999.try_into().unwrap();
    assert_refused(&world, SourceErrorCode::DemarcheForbidden).await;
}

#[tokio::test]
async fn a_ds_that_fails_in_its_own_ways_leaves_the_document_whole() {
    let faults = [
        (Fault::Timeout, SourceErrorCode::Timeout),
        (Fault::BadGateway, SourceErrorCode::DsUnavailable),
        (Fault::Html, SourceErrorCode::InvalidAnswer),
        (Fault::ServerError, SourceErrorCode::DsFailed),
        (Fault::ResetBeforeAnswer, SourceErrorCode::DsUnavailable),
        (Fault::TruncatedBody, SourceErrorCode::InvalidAnswer),
        (Fault::ResetInBody, SourceErrorCode::InvalidAnswer),
    ];
    for (fault, code) in faults {
        let world = World::everyday(130).await;
        // The form passes; pages do not, of any size, nor the numbers alone.
        world.stack.ds.faults().add(fault.clone().always().on_operation("getDossiers"));
        world.stack.ds.faults().add(fault.clone().always().on_operation("getDossierNumbers"));
        let outcome = world.run().await;
        let stop = outcome.stop.unwrap();
        // A connection that is cut may be so before or after the first bytes of the answer have come.
        let is_cut_early = |error: SourceErrorCode| fault == Fault::ResetInBody && error == SourceErrorCode::DsUnavailable;
        assert!(matches!(&stop, Stop::Source(error) if error.code == code || is_cut_early(error.code)), "{fault:?}: {stop:?}");
        world.stack.ds.faults().clear();
        let outcome = world.run().await;
        assert!(outcome.is_success(), "{fault:?}: {outcome:?}");
        assert_eq!(outcome.report.added, 130);
        world.assert_settled().await;
    }
}

#[tokio::test]
async fn passing_failures_are_overcome() {
    for fault in [Fault::Timeout, Fault::BadGateway, Fault::Html, Fault::TruncatedBody, Fault::ResetInBody, Fault::PartialError] {
        let world = World::everyday(130).await;
        world.stack.ds.faults().add(fault.clone().times(1).on_operation("getDossiers"));
        let outcome = world.run().await;
        assert!(outcome.is_success(), "{fault:?}: {outcome:?}");
        assert_eq!(outcome.report.added, 130);
        world.assert_settled().await;
    }
}

#[tokio::test]
async fn names_that_are_taken_twisted_or_long_make_readable_tables() {
    let world = World::complete(40).await;
    // An agent's table has the name that ours would take, and another that of a répétition.
    let first = world.mapping.tables[0].name.clone();
    let second = world.mapping.tables[1].name.clone();
    world.apply(json!([["AddTable", first, [{ "id": "A" }]], ["AddTable", second, [{ "id": "A" }]]])).await;
    let theirs: Vec<_> = world.content().await;
    let outcome = world.run().await;
    assert_eq!(outcome.stop, None, "{outcome:?}");
    assert_eq!(outcome.report.added, 40);
    for (id, table) in theirs {
        assert_eq!(world.table(&id).await, table, "{id} is the agent's");
    }
    let columns = world.table("_grist_Tables_column").await;
    for (id, label) in columns["colId"].as_array().unwrap().iter().zip(columns["label"].as_array().unwrap()) {
        let (id, label) = (id.as_str().unwrap(), label.as_str().unwrap());
        assert!(id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'), "{id}");
        assert!(label.chars().count() <= 100, "{label}");
    }
    let labels: Vec<&str> = columns["label"].as_array().unwrap().iter().map(|label| label.as_str().unwrap()).collect();
    for part in ["Œuvre", "🎉👩‍🌾", "الاسم بالعربية"] {
        assert!(labels.iter().any(|label| label.contains(part)), "labels are shown as they are: {part}");
    }
    let place = labels.iter().position(|label| label.contains("الاسم بالعربية")).unwrap();
    let column = columns["colId"][place].as_str().unwrap();
    let content = world.content().await;
    let cells = content.iter().find_map(|(_, table)| table[column].as_array()).unwrap();
    let names: Vec<&str> = cells.iter().filter_map(|cell| cell.as_str()).filter(|name| !name.is_empty()).collect();
    assert!(!names.is_empty() && names.iter().all(|name| ["فاطمة الزهراء", "يوسف بن علي"].contains(name)), "{names:?}");
    let descriptions: Vec<&str> = columns["description"].as_array().unwrap().iter().filter_map(|description| description.as_str()).collect();
    assert!(descriptions.iter().any(|description| description.chars().count() >= 290), "a long label is whole in the help of its column");
}

#[tokio::test]
async fn the_essential_of_the_complete_demarche_is_synchronised() {
    let mut world = World::complete(40).await;
    world.mapping = world.stack.propose(world.demarche, Preset::Essential).await.unwrap();
    let outcome = world.run().await;
    assert_eq!(outcome.stop, None);
    assert_eq!(outcome.report.added, 40);
}
