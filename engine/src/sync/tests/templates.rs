//! Connexions that come from a template: saved before they run, and saved anew for a newer version.

use super::*;

fn followed(version: i64) -> FollowedTemplate {
    FollowedTemplate { id: "T1".to_owned(), version, declined: Vec::new() }
}

/// The text of the configuration that the document holds.
fn configuration(world: &World) -> String {
    let table = world.document.table("Relais_Connexions");
    table.rows.values().next().unwrap()["configuration"].as_text().unwrap().to_owned()
}

#[test]
fn a_connexion_is_saved_before_it_runs_and_then_runs_as_any_other() {
    let world = World::with(5);
    let mut connexion = world.connexion();
    connexion.template = Some(followed(2));
    now(save(&world.document, &mut connexion)).unwrap();
    assert!(connexion.row.is_some());
    let loaded = now(load(&world.document)).unwrap();
    assert_eq!(loaded.connexions, [connexion.clone()]);
    assert_eq!(loaded.connexions[0].template, Some(followed(2)));
    assert!(connexion.binding.tables.is_empty(), "nothing but its row is made");
    // To save what is saved writes nothing.
    let writes = world.document.writes.get();
    now(save(&world.document, &mut connexion)).unwrap();
    assert_eq!(world.document.writes.get(), writes);
    let outcome = world.run();
    assert!(outcome.is_success(), "{outcome:?}");
    world.assert_faithful();
    assert_eq!(world.connexion().template, Some(followed(2)), "a run keeps it");
    world.assert_settles();
}

#[test]
fn a_newer_version_is_saved_and_the_next_run_brings_it() {
    let world = World::with(5);
    let mut connexion = world.connexion();
    let column = connexion.mapping.tables[0].columns.iter().position(|column| column.name == "Nom").unwrap();
    let column = connexion.mapping.tables[0].columns.remove(column);
    connexion.template = Some(followed(1));
    assert!(world.run_with(&mut connexion).is_success());
    let mut connexion = world.connexion();
    connexion.mapping.tables[0].columns.push(column);
    connexion.template = Some(followed(2));
    // Somebody else has run it meanwhile: what that did stays.
    assert!(world.run().is_success());
    now(save(&world.document, &mut connexion)).unwrap();
    assert_eq!(now(load(&world.document)).unwrap().connexions, [connexion]);
    assert_eq!(world.connexion().template, Some(followed(2)));
    let outcome = world.run();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(outcome.report.updated, 5, "older dossiers have the column too");
}

#[test]
fn two_connexions_of_a_demarche_are_saved_one_beside_the_other() {
    let world = World::with(1);
    let mut first = world.connexion();
    let mut second = first.clone();
    second.mapping.tables[0].name = "Autre".to_owned();
    now(save(&world.document, &mut first)).unwrap();
    now(save(&world.document, &mut second)).unwrap();
    let ids: Vec<String> = now(load(&world.document)).unwrap().connexions.into_iter().map(|connexion| connexion.id).collect();
    assert_eq!(ids, ["1", "1-2"]);
}

#[test]
fn a_document_without_templates_reads_and_writes_as_before() {
    let world = World::with(1);
    world.run();
    assert!(!configuration(&world).contains("template"));
    assert_eq!(world.connexion().template, None);
    let mut connexion = world.connexion();
    connexion.template = Some(followed(3));
    now(save(&world.document, &mut connexion)).unwrap();
    assert!(configuration(&world).contains(r#""template":{"id":"T1","version":3}"#));
    assert_eq!(connexion.anew(&[]).template, Some(followed(3)));
    // What was not wanted is remembered with it.
    let declining = FollowedTemplate { declined: vec!["Q2hhbXAtMQ==".into()], ..followed(4) };
    connexion.template = Some(declining.clone());
    now(save(&world.document, &mut connexion)).unwrap();
    assert_eq!(world.connexion().template, Some(declining));
}
