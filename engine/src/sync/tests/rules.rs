//! The rules of synchronisation, each by its number.

use super::*;
use crate::mapping::Change;

#[test]
fn rule_1_running_twice_writes_nothing_the_second_time() {
    let world = World::with(250);
    let first = world.run();
    assert!(first.is_success(), "{first:?}");
    assert_eq!((first.report.added, first.report.rows_added), (250, 500));
    world.assert_faithful();
    let (writes, tables) = (world.document.writes.get(), world.document.tables.borrow().clone());
    let second = world.run();
    assert!(second.is_success());
    assert_eq!(world.document.writes.get(), writes);
    assert_eq!(*world.document.tables.borrow(), tables);
    assert!(world.ds.requests.get() <= 4, "{} requests", world.ds.requests.get());
}

#[test]
fn rule_1_one_changed_dossier_is_one_write_of_one_row() {
    let world = World::with(250);
    world.run();
    world.ds.deposit(17, 2_000_000, "changé", &[(1, "Ada"), (2, "Grace")]);
    let (writes, actions) = (world.document.writes.get(), world.document.actions.borrow().len());
    let outcome = world.run();
    assert_eq!((outcome.report.updated, outcome.report.added), (1, 0));
    assert_eq!(world.document.writes.get(), writes + 1);
    let actions = world.document.actions.borrow()[actions..].to_vec();
    let of_dossiers: Vec<&Value> = actions.iter().filter(|action| action[1] == "Aides").collect();
    assert_eq!(of_dossiers.len(), 1);
    assert_eq!(of_dossiers[0][2].as_array().unwrap().len(), 1);
    // Only what changed: the text, and when.
    assert_eq!(of_dossiers[0][3].as_object().unwrap().keys().collect::<Vec<_>>(), ["Derniere_modification", "Nom"]);
    world.assert_faithful();
}

#[test]
fn rule_2_a_hidden_field_is_emptied() {
    let world = World::with(3);
    world.run();
    world.ds.dossiers.borrow_mut().get_mut(&2).unwrap().is_hidden = true;
    world.ds.dossiers.borrow_mut().get_mut(&2).unwrap().updated = 2_000_000;
    world.run();
    world.assert_faithful();
}

#[test]
fn rule_3_a_column_that_became_a_formula_is_left_alone() {
    let world = World::with(3);
    world.run();
    world.document.tables.borrow_mut().get_mut("Aides").unwrap().columns.get_mut("Choix").unwrap()["isFormula"] = json!(true);
    world.ds.deposit(1, 2_000_000, "changé", &[]);
    let outcome = world.run();
    assert_eq!(outcome.report.problems, [Problem { dossier: None, kind: ProblemKind::FormulaColumn { column: "Choix".to_owned() } }]);
    assert_eq!(outcome.stop, None);
    world.assert_faithful();
}

#[test]
fn rule_4_a_removed_column_is_reported_and_not_made_again() {
    let world = World::with(3);
    world.run();
    world.document.tables.borrow_mut().get_mut("Aides").unwrap().columns.remove("Choix");
    world.ds.deposit(1, 2_000_000, "changé", &[]);
    let outcome = world.run();
    assert_eq!(outcome.report.problems, [Problem { dossier: None, kind: ProblemKind::MissingColumn { column: "Choix".to_owned() } }]);
    assert!(!world.document.table("Aides").columns.contains_key("Choix"));
    assert_eq!(world.document.table("Aides").rows[&1]["Nom"], CellValue::text("changé"));
}

#[test]
fn rule_4_a_renamed_column_is_followed() {
    let world = World::with(3);
    world.run();
    {
        let mut tables = world.document.tables.borrow_mut();
        let table = tables.get_mut("Aides").unwrap();
        let fields = table.columns.remove("Nom").unwrap();
        table.columns.insert("Denomination".to_owned(), fields);
        for row in table.rows.values_mut() {
            let value = row.remove("Nom").unwrap();
            row.insert("Denomination".to_owned(), value);
        }
        for name in world.document.references.borrow_mut().iter_mut().filter(|name| *name == "Aides.Nom") {
            *name = "Aides.Denomination".to_owned();
        }
    }
    world.ds.deposit(1, 2_000_000, "changé", &[]);
    let outcome = world.run();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(world.document.table("Aides").rows[&1]["Denomination"], CellValue::text("changé"));
}

#[test]
fn rule_4_a_hidden_column_is_not_taken_for_a_missing_one() {
    let world = World::with(3);
    world.run();
    world.document.tables.borrow_mut().get_mut("Aides").unwrap().columns.get_mut("Choix").unwrap()["hidden"] = json!(true);
    world.ds.deposit(1, 2_000_000, "changé", &[]);
    let outcome = world.run();
    assert_eq!(outcome.report.problems, [Problem { dossier: None, kind: ProblemKind::HiddenColumn { column: "Choix".to_owned() } }]);
    assert_eq!(outcome.report.updated, 1);
}

#[test]
fn rule_5_namesakes_have_two_columns_and_a_renamed_field_keeps_its_own() {
    let world = World::with(3);
    world.run();
    world.assert_faithful();
    *world.ds.label.borrow_mut() = Some("Dénomination".to_owned());
    world.ds.revision.set(2);
    world.ds.deposit(1, 2_000_000, "changé", &[]);
    let columns = world.document.table("Aides").columns.len();
    let outcome = world.run();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(world.document.table("Aides").columns.len(), columns);
    world.assert_faithful();
}

#[test]
fn rule_7_rows_leave_and_move_with_their_ids() {
    let world = World::with(3);
    world.run();
    let before = world.document.table("T1_Membres").rows;
    world.ds.deposit(2, 2_000_000, "texte 2", &[(3, "Katherine"), (2, "Grace")]);
    world.ds.deposit(3, 2_000_001, "texte 3", &[(2, "Grace"), (1, "Ada")]);
    let outcome = world.run();
    assert_eq!((outcome.report.rows_added, outcome.report.rows_removed, outcome.report.rows_updated), (1, 1, 0));
    world.assert_faithful();
    let after = world.document.table("T1_Membres").rows;
    assert_eq!(after.iter().filter(|(id, row)| before.get(id) == Some(row)).count(), 5, "a row re-ordered is the same row");
}

#[test]
fn rule_10_a_dossier_that_ds_cannot_serve_is_said_and_asked_for_again() {
    let world = World::with(120);
    world.ds.poisoned.borrow_mut().insert(60);
    let outcome = world.run();
    assert_eq!(outcome.stop, None);
    assert!(!outcome.is_success());
    assert_eq!(outcome.report.failed(), 1);
    assert_eq!(outcome.report.added, 119);
    world.ds.poisoned.borrow_mut().clear();
    let outcome = world.run();
    assert!(outcome.is_success());
    assert_eq!(outcome.report.added, 1);
    world.assert_faithful();
    assert!(world.connexion().state.retry.is_empty());
}

#[test]
fn rule_12_a_run_stopped_anywhere_leaves_the_document_whole_and_the_next_goes_on() {
    for requests in 0..12 {
        let world = World::with(1000);
        world.ds.fails_after.set(Some((requests, SourceErrorCode::TokenExpired)));
        let outcome = world.run();
        assert!(matches!(outcome.stop, Some(Stop::Source(_))), "{requests}: {:?}", outcome.stop);
        world.ds.fails_after.set(None);
        let outcome = world.run();
        assert!(outcome.is_success(), "{requests}: {outcome:?}");
        world.assert_faithful();
    }
    for writes in 0..4 {
        let world = World::with(1000);
        world.document.fails_after.set(Some(writes));
        assert_eq!(world.run().stop, Some(Stop::Document(DocumentError::NoAnswer)));
        world.document.fails_after.set(None);
        assert!(world.run().is_success());
        world.assert_faithful();
    }
}

#[test]
fn rule_12_an_agent_can_stop_it() {
    let world = World::with(1000);
    world.onlooker.cancels_at.set(Some(400));
    let outcome = world.run();
    assert_eq!(outcome.stop, Some(Stop::Cancelled));
    assert_eq!(world.document.table("Aides").rows.len(), 400);
    world.onlooker.cancels_at.set(None);
    world.ds.requests.set(0);
    let outcome = world.run();
    assert!(outcome.is_success());
    assert_eq!((outcome.report.added, outcome.report.read), (600, 600), "what was read is not read again");
    world.assert_faithful();
}

#[test]
fn rule_11_the_watermark_is_the_latest_change_that_was_read() {
    let world = World::with(3);
    world.run();
    assert_eq!(world.connexion().state.watermark, Some(instant(1_000_000)), "a first reading: when it started");
    world.ds.deposit(1, 1_000_007, "changé", &[]);
    world.run();
    assert_eq!(world.connexion().state.watermark, Some(instant(1_000_007)));
    // Within the overlap, by a server whose clock is late.
    world.ds.deposit(2, 1_000_003, "changé aussi", &[]);
    assert_eq!(world.run().report.updated, 1);
    world.assert_faithful();
    assert_eq!(world.connexion().state.watermark, Some(instant(1_000_007)), "it never goes back");
}

#[test]
fn rule_11_the_watermark_is_written_alone_only_when_it_spares_a_page() {
    let world = World { imports_nothing: true, ..World::with(250) };
    world.run();
    for (touched, writes) in [(90, 0), (150, 1), (0, 0)] {
        let before = world.document.writes.get();
        for number in 1..=touched {
            world.ds.dossiers.borrow_mut().get_mut(&number).unwrap().updated = 1_000_100 + touched;
        }
        let outcome = world.run();
        assert_eq!(outcome.report.unchanged, outcome.report.read);
        assert_eq!(world.document.writes.get() - before, writes, "{touched} touched");
    }
}

#[test]
fn a_dossier_that_changes_while_it_is_read_is_seen_twice_and_ends_right() {
    let world = World::with(250);
    world.run();
    for number in 1..=150 {
        world.ds.deposit(number, 1_000_010 + number, "changé", &[(1, "Ada")]);
    }
    // Request 1 is the form, 2 the deletions, 3 the first page of changes.
    *world.ds.changes_at.borrow_mut() = Some((4, 1, "changé deux fois"));
    let outcome = world.run();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(outcome.report.read, 151);
    world.assert_faithful();
}

#[test]
fn rule_5_a_retyped_field_is_told_and_keeps_its_column() {
    let world = World::with(3);
    world.run();
    world.ds.retyped.set(true);
    world.ds.revision.set(2);
    let outcome = world.run();
    assert!(outcome.is_success(), "{outcome:?}");
    let changes: Vec<&Change> = outcome.report.drift.iter().flat_map(|form| &form.drift.changes).collect();
    assert!(matches!(changes.as_slice(), [Change::Retyped { descriptor, .. }] if descriptor.as_str() == "texte"), "{changes:?}");
    assert_eq!(world.document.table("Aides").rows[&1]["Nom"], CellValue::text("texte 1"));
    let writes = world.document.writes.get();
    assert!(world.run().is_success());
    assert_eq!(world.document.writes.get(), writes);
}

#[test]
fn rule_1_two_dossiers_of_one_write_keep_what_did_not_change() {
    let world = World::with(5);
    world.run();
    let cell = CellValue::text("à vérifier");
    // Noted by hand where DS has no news: what the write does not name, it does not touch.
    world.document.tables.borrow_mut().get_mut("Aides").unwrap().rows.get_mut(&2).unwrap().insert("Notes".to_owned(), cell.clone());
    world.ds.change(2, 1_000_100, |deposit| deposit.text = "changé".to_owned());
    world.ds.change(3, 1_000_100, |deposit| deposit.state = "accepte");
    let (writes, before) = (world.document.writes.get(), world.document.table("Aides"));
    let outcome = world.run();
    assert_eq!((outcome.report.updated, world.document.writes.get()), (2, writes + 1));
    let after = world.document.table("Aides");
    let changed = |row: i64| -> Vec<String> {
        let cells = after.rows[&row].iter().filter(|(column, cell)| before.rows[&row].get(*column) != Some(cell));
        cells.map(|(column, _)| column.clone()).collect()
    };
    assert!(changed(2).contains(&"Nom".to_owned()) && !changed(2).contains(&"Etat".to_owned()), "{:?}", changed(2));
    assert!(changed(3).contains(&"Etat".to_owned()) && !changed(3).contains(&"Nom".to_owned()), "{:?}", changed(3));
    assert_eq!(after.rows[&2]["Notes"], cell);
    world.assert_faithful();
}

#[test]
fn rule_14_a_new_revision_reads_everything_again() {
    let world = World::with(150);
    world.run();
    world.ds.dossiers.borrow_mut().get_mut(&3).unwrap().text = "changé sans date".to_owned();
    assert_eq!(world.run().report.updated, 0);
    world.ds.revision.set(2);
    assert_eq!(world.run().report.updated, 1);
    world.assert_faithful();
}

#[test]
fn rule_16_what_does_not_fit_is_said_and_left() {
    let world = World::with(3);
    world.run();
    world.document.tables.borrow_mut().get_mut("Aides").unwrap().columns.get_mut("Nom").unwrap()["type"] = json!("Numeric");
    let outcome = world.run();
    // The column's type changed: everything is read again.
    assert_eq!(outcome.report.read, 3);
    assert_eq!(outcome.report.failed(), 3);
    assert_eq!(world.document.table("Aides").rows[&1]["Nom"], CellValue::text("texte 1"));
    // It is said until it fits, by runs that do not read these dossiers too.
    assert_eq!(world.connexion().state.last_run.unwrap().failed, 3);
    world.ds.deposit(2, 2_000_000, "17", &[]);
    assert!(world.run().is_success());
    assert_eq!(world.connexion().state.last_run.unwrap().failed, 2);
}

#[test]
fn rule_16_a_value_outside_its_list_joins_the_list() {
    let world = World::with(3);
    world.run();
    let options = world.document.table("Aides").columns["Choix"]["widgetOptions"].as_str().unwrap().to_owned();
    assert_eq!(serde_json::from_str::<Value>(&options).unwrap()["choices"], json!(["a", "b"]));
}

#[test]
fn rule_18_an_access_rule_on_structure_is_explained() {
    let world = World::with(3);
    world.document.denies_structure.set(true);
    assert_eq!(world.run().stop, Some(Stop::Document(DocumentError::Denied(Denied::Structure))));
    assert!(world.document.tables.borrow().is_empty());
}

#[test]
fn an_agents_own_table_of_our_name_is_not_ours() {
    let world = World::with(3);
    let theirs = SmallTable {
        columns: BTreeMap::from([("x".to_owned(), json!({ "label": "X", "type": "Text", "isFormula": false, "widgetOptions": "" }))]),
        rows: BTreeMap::new(),
    };
    for name in ["Relais_Connexions", "Aides"] {
        world.document.tables.borrow_mut().insert(name.to_owned(), theirs.clone());
    }
    let outcome = world.run();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(world.document.table("Aides"), theirs);
    assert_eq!(world.document.table("Aides2").rows.len(), 3);
    assert_eq!(world.document.table("Relais_Connexions2").rows.len(), 1);
    assert_eq!(world.run().report.added, 0);
}
