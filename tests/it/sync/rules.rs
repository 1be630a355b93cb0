//! The rules, each by its number.

use relais_engine::{
    ds::SourceErrorCode,
    grist::{ColumnType, DocumentError},
    mapping::TableKey,
    sync::{ProblemKind, Stop, load},
};
use relais_tests::{
    ds::{faults::Fault, world::value::Value as Held},
    grist::{AccessRule, Fault as GristFault, On, Refusal},
    ports::{GristPort, SystemClock},
    stack::Onlooker,
};
use serde_json::{Value, json};

use super::World;

#[tokio::test]
async fn rule_1_running_twice_writes_nothing_the_second_time() {
    let world = World::complete(120).await;
    let outcome = world.run().await;
    assert_eq!(outcome.stop, None);
    assert_eq!(outcome.report.added, 120);
    let calls = world.stack.document.calls();
    assert_eq!(calls.rows_read, 0, "a first run reads no row");
    let before = world.content().await;
    world.stack.document.reset_calls();
    world.stack.ds.requests().reset();
    let again = world.run().await;
    assert_eq!(again.stop, None);
    assert_eq!(world.stack.document.calls().writes, 0, "{:?}", again.report);
    assert!(world.stack.ds.requests().count() <= 4);
    assert_eq!(world.content().await, before);
}

#[tokio::test]
async fn rule_1_one_changed_dossier_is_one_write_of_one_row() {
    let world = World::everyday(150).await;
    world.run().await;
    let number = world.numbers()[70];
    let field = world.stack.ds.store().field(world.demarche, "Intitulé du projet").unwrap();
    world.stack.ds.store().set_champ(number, field, Some(Held::Text("Un autre projet".to_owned()))).unwrap();
    world.stack.document.reset_calls();
    world.stack.ds.requests().reset();
    let outcome = world.run().await;
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!((outcome.report.updated, outcome.report.added), (1, 0));
    let calls = world.stack.document.calls();
    // The dossier's row, the state of the connexion, and a line of the journal.
    assert_eq!((calls.writes, calls.rows_updated, calls.rows_added), (1, 2, 1));
    assert!(world.stack.ds.requests().count() <= 5);
    assert_eq!(world.cell(number, "Intitule_du_projet").await, json!("Un autre projet"));
    world.assert_settled().await;
    // A line for each run that changed something, and none for the one that did not.
    let journal = world.table("Relais_Journal").await;
    assert_eq!((&journal["ajoutes"], &journal["modifies"], &journal["erreurs"]), (&json!([150, 0]), &json!([0, 1]), &json!([0, 0])));
    assert_eq!(journal["auteur"], json!(["Utilisateur n° 1", "Utilisateur n° 1"]));
}

#[tokio::test]
async fn rule_2_an_emptied_field_is_emptied() {
    let world = World::everyday(20).await;
    world.run().await;
    let number = world.numbers()[3];
    for label in ["Intitulé du projet", "Montant demandé (en euros)", "Date de début du projet", "Domaine d’intervention", "Publics visés"] {
        let field = world.stack.ds.store().field(world.demarche, label).unwrap();
        world.stack.ds.store().set_champ(number, field, None).unwrap();
    }
    let outcome = world.run().await;
    assert!(outcome.is_success(), "{outcome:?}");
    for column in ["Intitule_du_projet", "Montant_demande_en_euros", "Date_de_debut_du_projet", "Domaine_d_intervention", "Publics_vises"] {
        let cell = world.cell(number, column).await;
        assert!(cell.is_null() || cell == json!(""), "{column}: {cell}");
    }
    world.assert_settled().await;
}

#[tokio::test]
async fn rule_3_what_agents_add_is_never_touched() {
    let world = World::everyday(20).await;
    world.run().await;
    let table = world.main_table().await;
    world
        .apply(json!([
            ["AddVisibleColumn", table, "Notes", { "type": "Text", "isFormula": false }],
            ["AddVisibleColumn", table, "Double", { "type": "Any", "isFormula": true, "formula": "$Numero" }],
            ["BulkUpdateRecord", table, [1, 2], { "Notes": ["vu", "à rappeler"] }],
            ["ModifyColumn", table, "Domaine_d_intervention", { "isFormula": true, "formula": "$Numero" }],
            ["UpdateRecord", "_grist_Views_section", 1, { "sortColRefs": "[-2]", "title": "À moi" }],
        ]))
        .await;
    let views = world.table("_grist_Views_section").await;
    let number = world.numbers()[0];
    let field = world.stack.ds.store().field(world.demarche, "Intitulé du projet").unwrap();
    world.stack.ds.store().set_champ(number, field, Some(Held::Text("Un autre projet".to_owned()))).unwrap();
    let outcome = world.run().await;
    assert_eq!(outcome.stop, None);
    assert_eq!(outcome.report.problems.len(), 1);
    assert!(matches!(&outcome.report.problems[0].kind, ProblemKind::FormulaColumn { column } if column == "Domaine d’intervention"));
    let after = world.table(&table).await;
    assert_eq!(after["Notes"].as_array().unwrap()[..2], [json!("vu"), json!("à rappeler")]);
    assert_eq!(world.table("_grist_Views_section").await, views, "sorts and views are the agents'");
    assert_eq!(world.cell(number, "Intitule_du_projet").await, json!("Un autre projet"));
}

#[tokio::test]
async fn rule_4_tables_and_columns_may_be_renamed() {
    let world = World::everyday(20).await;
    world.run().await;
    let table = world.main_table().await;
    world.apply(json!([["RenameColumn", table, "Intitule_du_projet", "Projet"], ["RenameTable", table, "Suivi"]])).await;
    world.assert_settled().await;
    let number = world.numbers()[5];
    let field = world.stack.ds.store().field(world.demarche, "Intitulé du projet").unwrap();
    world.stack.ds.store().set_champ(number, field, Some(Held::Text("Un autre projet".to_owned()))).unwrap();
    let outcome = world.run().await;
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(world.main_table().await, "Suivi");
    assert_eq!(world.cell(number, "Projet").await, json!("Un autre projet"));
    world.assert_settled().await;
}

#[tokio::test]
async fn rule_4_a_removed_column_is_reported_and_not_made_again() {
    let world = World::everyday(20).await;
    world.run().await;
    let table = world.main_table().await;
    world.apply(json!([["RemoveColumn", table, "Intitule_du_projet"]])).await;
    let outcome = world.run().await;
    assert_eq!(outcome.stop, None);
    assert!(
        outcome
            .report
            .problems
            .iter()
            .any(|problem| matches!(&problem.kind, ProblemKind::MissingColumn { column } if column == "Intitulé du projet"))
    );
    assert!(world.table(&table).await.get("Intitule_du_projet").is_none());
    // Until an agent asks for it.
    let loaded = load(&GristPort::new(world.stack.document.clone(), "owner")).await.unwrap();
    let mut connexion = world.stack.connexion("owner", &world.mapping).await.unwrap();
    connexion.binding.forget_missing(&loaded.schema);
    connexion.read_all_again();
    let source = world.stack.source("owner").await.unwrap();
    let outcome = world.stack.run_connexion(&source, "owner", &mut connexion, SystemClock::default(), &Onlooker).await.unwrap();
    assert!(outcome.is_success(), "{outcome:?}");
    let titles = world.table(&table).await["Intitule_du_projet"].clone();
    assert!(titles.as_array().unwrap().iter().all(|title| title.as_str().is_some_and(|title| !title.is_empty())), "{titles}");
    world.assert_settled().await;
}

#[tokio::test]
async fn rule_5_a_renamed_field_keeps_its_column() {
    let world = World::everyday(20).await;
    world.run().await;
    let store = world.stack.ds.store();
    let field = store.field(world.demarche, "Intitulé du projet").unwrap();
    store.rename_field(world.demarche, field, "Nom du projet").unwrap();
    let number = world.numbers()[5];
    store.set_champ(number, field, Some(Held::Text("Un autre projet".to_owned()))).unwrap();
    let outcome = world.run().await;
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(world.cell(number, "Intitule_du_projet").await, json!("Un autre projet"));
    world.assert_settled().await;
}

#[tokio::test]
async fn rule_7_rows_of_a_repetition_leave_and_move_with_their_ids() {
    let world = World::everyday(60).await;
    world.run().await;
    let store = world.stack.ds.store();
    let field = store.field(world.demarche, "Cofinancements").unwrap();
    let (number, _) = world.dossier_with_rows(field);
    let before = world.table("Cofinancements").await;
    store.set_rows(number, field, |rows| rows.reverse()).unwrap();
    let outcome = world.run().await;
    assert_eq!(outcome.report.rows_added + outcome.report.rows_removed + outcome.report.rows_updated, 0, "a row re-ordered is the same row");
    assert_eq!(world.table("Cofinancements").await, before);
    store.set_rows(number, field, |rows| drop(rows.pop())).unwrap();
    let outcome = world.run().await;
    assert_eq!((outcome.report.rows_added, outcome.report.rows_removed), (0, 1));
    assert_eq!(world.table("Cofinancements").await["id"].as_array().unwrap().len(), before["id"].as_array().unwrap().len() - 1);
    world.assert_settled().await;
}

#[tokio::test]
async fn rule_7_a_row_refers_to_its_dossier() {
    let world = World::everyday(30).await;
    world.run().await;
    let main = world.table(&world.main_table().await).await;
    let children = world.table("Cofinancements").await;
    let store = world.stack.ds.store();
    let field = store.field(world.demarche, "Cofinancements").unwrap();
    let mut expected = 0;
    for (row, number) in main["id"].as_array().unwrap().iter().zip(main["Numero"].as_array().unwrap()) {
        let number = i32::try_from(number.as_i64().unwrap()).unwrap();
        let rows = match store.dossier(number).unwrap().1.content().champs.get(&field) {
            Some(Held::Rows(rows)) => rows.len(),
            _ => 0,
        };
        assert_eq!(children["Dossier"].as_array().unwrap().iter().filter(|parent| *parent == row).count(), rows);
        expected += rows;
    }
    assert!(expected > 0);
    assert_eq!(children["id"].as_array().unwrap().len(), expected);
}

#[tokio::test]
async fn rule_10_a_dossier_that_ds_cannot_serve_arrives_at_a_later_run() {
    let world = World::everyday(130).await;
    let stuck = world.numbers()[64];
    world.stack.ds.faults().stick(stuck);
    let outcome = world.run().await;
    assert_eq!(outcome.stop, None);
    assert!(!outcome.is_success());
    assert_eq!(outcome.report.added, 129);
    assert!(
        outcome
            .report
            .problems
            .iter()
            .any(|problem| problem.dossier.unwrap().get() == i64::from(stuck) && problem.kind == ProblemKind::Unserved(SourceErrorCode::Timeout))
    );
    world.stack.ds.faults().unstick(stuck);
    let outcome = world.run().await;
    assert!(outcome.is_success());
    assert_eq!(outcome.report.added, 1);
    world.assert_settled().await;
}

#[tokio::test]
async fn rule_11_the_watermark_moves_with_the_data_it_speaks_for() {
    let world = World::everyday(30).await;
    world.run().await;
    let watermark = async || world.stack.connexion("owner", &world.mapping).await.unwrap().state.watermark.unwrap();
    let first = watermark().await;
    let field = world.stack.ds.store().field(world.demarche, "Intitulé du projet").unwrap();
    let change = |text: &str| {
        world.stack.ds.store().pass(time::Duration::hours(2));
        world.stack.ds.store().set_champ(world.numbers()[3], field, Some(Held::Text(text.to_owned()))).unwrap();
    };
    // A write that is refused moves nothing.
    change("Un autre projet");
    let refused = GristFault::Refused(Refusal::new("busy", None));
    world.stack.document.faults().next(On::Write, refused);
    assert!(world.run().await.stop.is_some());
    assert_eq!(watermark().await, first);
    // One that passes moves it to the last change that it holds, in the same call.
    world.stack.document.reset_calls();
    assert!(world.run().await.is_success());
    assert_eq!(world.stack.document.calls().writes, 1);
    let second = watermark().await;
    assert!(second >= first.plus_seconds(7_000), "{first:?} {second:?}");
    // What is asked for starts five minutes before.
    change("Un troisième");
    world.stack.ds.requests().reset();
    world.run().await;
    let asked = world.stack.ds.requests().all();
    let page = asked.iter().find(|request| request.operation.as_deref() == Some("getDossiers")).unwrap();
    assert_eq!(page.variables["updatedSince"], json!(second.plus_seconds(-300)));
    // Nothing new: it is not written alone.
    let third = watermark().await;
    world.stack.document.reset_calls();
    world.run().await;
    assert_eq!((world.stack.document.calls().writes, watermark().await), (0, third));
}

#[tokio::test]
async fn rule_12_a_write_that_fails_leaves_the_document_whole() {
    let refused = || GristFault::Refused(Refusal::new("[Sandbox] MemoryError", None));
    for fault in [refused(), GristFault::Unanswered, GristFault::AnswerLost] {
        for writes in 0..3 {
            let world = World::everyday(130).await;
            world.stack.document.faults().after(writes, On::Write, fault.clone());
            let outcome = world.run().await;
            let is_lost_at_the_end = outcome.stop.is_none();
            assert!(is_lost_at_the_end || matches!(outcome.stop, Some(Stop::Document(_))), "{outcome:?}");
            world.stack.document.faults().clear();
            let outcome = world.run().await;
            assert!(outcome.is_success(), "{fault:?} after {writes}: {outcome:?}");
            let main = world.table(&world.main_table().await).await;
            assert_eq!(main["id"].as_array().unwrap().len(), 130, "{fault:?} after {writes}");
            world.assert_settled().await;
        }
    }
}

#[tokio::test]
async fn rule_12_ds_may_go_down_in_the_middle() {
    let world = World::everyday(250).await;
    world.stack.ds.faults().add(Fault::TokenExpired.always().on_operation("getDossiers").after(1));
    let outcome = world.run().await;
    assert!(matches!(&outcome.stop, Some(Stop::Source(error)) if error.code == SourceErrorCode::TokenExpired), "{outcome:?}");
    let main = world.table(&world.main_table().await).await;
    assert_eq!(main["id"].as_array().unwrap().len(), 100, "what was read is written");
    world.stack.ds.faults().clear();
    let outcome = world.run().await;
    assert!(outcome.is_success());
    assert_eq!((outcome.report.added, outcome.report.read), (150, 150), "it goes on from there");
    world.assert_settled().await;
}

#[tokio::test]
async fn rule_15_one_undo_takes_a_whole_run_back() {
    let world = World::everyday(130).await;
    let before = world.table_ids().await;
    world.run().await;
    assert!(world.stack.document.undo("owner").unwrap());
    assert_eq!(world.table_ids().await, before);
    let outcome = world.run().await;
    assert!(outcome.is_success());
    assert_eq!(outcome.report.added, 130);
}

#[tokio::test]
async fn rule_16_what_does_not_fit_its_column_is_said_and_left() {
    let world = World::everyday(20).await;
    world.run().await;
    let table = world.main_table().await;
    let before = world.table(&table).await["Intitule_du_projet"].clone();
    world.apply(json!([["ModifyColumn", table, "Intitule_du_projet", { "type": "Numeric" }]])).await;
    let outcome = world.run().await;
    assert_eq!(outcome.report.failed(), 20);
    assert!(matches!(&outcome.report.problems[0].kind, ProblemKind::Misfit { column_type: ColumnType::Numeric, .. }));
    assert_eq!(world.table(&table).await["Intitule_du_projet"], before);
    world.apply(json!([["ModifyColumn", table, "Intitule_du_projet", { "type": "Text" }]])).await;
    assert!(world.run().await.is_success());
    world.assert_settled().await;
}

#[tokio::test]
async fn rule_17_pages_shrink_when_ds_times_out_and_grow_back() {
    let world = World::everyday(800).await;
    world.stack.ds.faults().add(Fault::Timeout.times(2).on_operation("getDossiers").on_pages_above(25));
    let outcome = world.run().await;
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(outcome.report.added, 800);
    let sizes: Vec<i64> = world
        .stack
        .ds
        .requests()
        .all()
        .iter()
        .filter(|request| request.operation.as_deref() == Some("getDossiers"))
        .map(|request| request.variables["first"].as_i64().or_else(|| request.variables["last"].as_i64()).unwrap())
        .collect();
    assert_eq!(sizes[..3], [100, 50, 25]);
    assert!(sizes[3..].contains(&50) && sizes[3..].contains(&100), "{sizes:?}");
    world.assert_settled().await;
}

#[tokio::test]
async fn rule_17_pages_shrink_down_to_one_dossier() {
    let world = World::everyday(12).await;
    world.stack.ds.faults().add(Fault::Timeout.always().on_operation("getDossiers").on_pages_above(1));
    let outcome = world.run().await;
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(outcome.report.added, 12);
    let asked = world.stack.ds.requests().all();
    let pages = asked.iter().filter(|request| request.operation.as_deref() == Some("getDossiers"));
    let sizes: Vec<i64> = pages.filter_map(|request| request.variables["first"].as_i64()).collect();
    assert_eq!(sizes[..5], [100, 50, 25, 10, 1]);
    world.stack.ds.faults().clear();
    world.assert_settled().await;
}

#[tokio::test]
async fn rule_18_what_grist_refuses_is_told_apart() {
    let world = World::everyday(20).await;
    world.run().await;
    world.stack.document.set_role("editor", Some(relais_tests::grist::Role::Viewer));
    let source = world.stack.source("editor").await;
    assert_eq!(source.err().map(|error| error.code), Some(SourceErrorCode::GristRefused));
    // A document that stops being writable while the widget is open.
    let field = world.stack.ds.store().field(world.demarche, "Intitulé du projet").unwrap();
    world.stack.ds.store().set_champ(world.numbers()[0], field, None).unwrap();
    let source = world.stack.source("owner").await.unwrap();
    let outcome = world.stack.run_with(&source, "editor", &world.mapping, &relais_tests::stack::Onlooker).await.unwrap();
    assert_eq!(outcome.stop, Some(Stop::Document(DocumentError::ReadOnly)));
}

#[tokio::test]
async fn rule_4_a_column_hidden_by_a_rule_is_neither_missing_nor_made_twice() {
    let world = World::everyday(20).await;
    world.run().await;
    let main = world.main_table().await;
    world.stack.document.set_rules(&[AccessRule::new(&main, "Intitule_du_projet", "-RU")]).unwrap();
    let outcome = world.run_as("editor").await;
    assert_eq!(outcome.stop, None);
    assert!(matches!(outcome.report.problems.as_slice(), [problem] if matches!(problem.kind, ProblemKind::HiddenColumn { .. })), "{outcome:?}");
    // Told to make anew what is missing, an editor makes no second one.
    let loaded = load(&GristPort::new(world.stack.document.clone(), "editor")).await.unwrap();
    let mut binding = loaded.connexions[0].binding.clone();
    binding.forget_missing(&loaded.schema);
    assert_eq!(binding, loaded.connexions[0].binding);
}

#[tokio::test]
async fn rule_4_a_new_column_never_takes_the_place_of_a_hidden_one_of_its_name() {
    let mut world = World::everyday(20).await;
    let whole = world.mapping.clone();
    let table = world.mapping.tables.iter_mut().find(|table| table.key == TableKey::Dossiers).unwrap();
    table.columns.retain(|column| column.name != "Intitulé du projet");
    world.run().await;
    let main = world.main_table().await;
    world.apply(json!([["AddVisibleColumn", main, "Intitule_du_projet", { "type": "Text", "isFormula": false }]])).await;
    world.stack.document.set_rules(&[AccessRule::new(&main, "Intitule_du_projet", "-R")]).unwrap();
    world.mapping = whole;
    let outcome = world.run_as("editor").await;
    assert!(outcome.is_success(), "{outcome:?}");
    let shown = world.table(&main).await;
    let is_blank = |cell: &Value| cell.as_str().is_none_or(str::is_empty);
    assert!(shown["Intitule_du_projet"].as_array().unwrap().iter().all(is_blank), "what is hidden is left");
    assert!(!shown["Intitule_du_projet2"].as_array().unwrap().iter().all(is_blank), "the new column is filled");
}
