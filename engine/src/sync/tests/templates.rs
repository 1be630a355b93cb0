//! Connexions that come from a template: saved before they run, and saved anew for a newer version.

use super::*;
use crate::{
    grist::WidgetOptions,
    mapping::{DossierField, Fate, Mapping, TableKey},
    template::{Applied as Fitted, TakenUp, TemplateChange, take_up},
};

fn followed(version: i64) -> FollowedTemplate {
    FollowedTemplate { id: "T1".to_owned(), version, declined: Vec::new(), passed_over: None }
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
fn a_connexion_that_is_gone_is_connected_anew_by_whoever_runs_it() {
    let world = World::with(5);
    let mut connexion = world.connexion();
    now(save(&world.document, &mut connexion)).unwrap();
    // An undo takes its row back.
    world.document.tables.borrow_mut().get_mut("Relais_Connexions").unwrap().rows.clear();
    let outcome = world.run_with(&mut connexion);
    assert!(outcome.is_success(), "{outcome:?}");
    world.assert_faithful();
    world.assert_settles();
}

#[test]
fn two_pages_that_connect_a_demarche_at_once_make_two_connexions() {
    let world = World::with(5);
    let mut first = world.connexion();
    now(save(&world.document, &mut first)).unwrap();
    let twin = {
        let mut tables = world.document.tables.borrow_mut();
        let rows = &mut tables.get_mut("Relais_Connexions").unwrap().rows;
        let (row, cells) = rows.iter().next().map(|(row, cells)| (row + 1, cells.clone())).unwrap();
        rows.insert(row, cells);
        row
    };
    let loaded = now(load(&world.document)).unwrap();
    let ids: Vec<&str> = loaded.connexions.iter().map(|connexion| connexion.id.as_str()).collect();
    assert_eq!(ids, ["1".to_owned(), format!("1-{twin}")]);
    // Each runs in its own row, and ends alone.
    let mut second = loaded.connexions[1].clone();
    assert!(world.run_with(&mut second).is_success());
    assert_eq!(second.row, Some(twin));
    now(disconnect(&world.document, &first)).unwrap();
    let left = now(load(&world.document)).unwrap().connexions;
    assert_eq!((left.len(), left[0].row, left[0].binding.tables.is_empty()), (1, Some(twin), false));
}

#[test]
fn what_is_chosen_otherwise_is_known_until_it_is_read() {
    let world = World::with(2);
    let mut connexion = world.connexion();
    assert!(!connexion.has_changed(), "nothing was read yet");
    assert!(world.run_with(&mut connexion).is_success());
    let read = world.connexion();
    assert!(!read.has_changed());
    let mut fewer = read.clone();
    fewer.mapping.tables[0].columns.pop();
    assert!(fewer.has_changed());
    let mut filtered = read.clone();
    filtered.scope.archived = Some(false);
    assert!(filtered.has_changed());
    assert!(world.run_with(&mut filtered).is_success());
    let mut whole = world.connexion();
    assert!(!whole.has_changed());
    whole.scope.archived = None;
    assert!(whole.has_changed());
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
    // So is the version that was not wanted.
    let passing = FollowedTemplate { passed_over: Some(5), ..followed(4) };
    connexion.template = Some(passing.clone());
    now(save(&world.document, &mut connexion)).unwrap();
    assert!(configuration(&world).contains(r#""template":{"id":"T1","version":4,"passed_over":5}"#));
    assert_eq!(world.connexion().template, Some(passing));
}

/// A version that makes this of the démarche.
fn fitted(mapping: &Mapping) -> Fitted {
    Fitted {
        mapping: mapping.clone(),
        scope: Scope::default(),
        keeping: Keeping::default(),
        left_out: Vec::new(),
        lost_groupes: Vec::new(),
        lost_labels: Vec::new(),
    }
}

impl World {
    /// A connexion that follows the first version of a template, once it has run.
    fn following(&self, change: impl Fn(&mut Mapping)) -> Fitted {
        let mut connexion = self.connexion();
        change(&mut connexion.mapping);
        connexion.template = Some(followed(1));
        let version = fitted(&connexion.mapping);
        assert!(self.run_with(&mut connexion).is_success());
        version
    }

    /// Takes up a version, as an agent does.
    fn take_up(&self, newer: &Fitted, older: Option<&Fitted>) -> TakenUp {
        let loaded = now(load(&self.document)).unwrap();
        let mut taken = take_up(&loaded.connexions[0], &loaded.schema, newer, older, 2);
        let form = Demarche::read(json!({ "data": { "demarche": self.ds.demarche() } }).to_string().as_bytes()).unwrap();
        let writes = self.document.writes.get();
        now(save_reshaped(&self.document, &mut taken.connexion, &taken.reshaped, &form)).unwrap();
        assert_eq!(self.document.writes.get(), writes + 1, "all of it in one call");
        assert_eq!(self.connexion(), taken.connexion);
        taken
    }

    /// A column of the agent's, which says the number of the dossier of each row.
    fn add_own_column(&self) {
        let mut tables = self.document.tables.borrow_mut();
        let table = tables.get_mut("Aides").unwrap();
        table.columns.insert("A_nous".to_owned(), json!({ "type": "Text", "label": "À nous", "isFormula": false, "widgetOptions": "" }));
        for row in table.rows.values_mut() {
            let own = format!("à nous {}", row["Numero"].as_integer().unwrap());
            row.insert("A_nous".to_owned(), CellValue::text(&own));
        }
    }

    /// The cells of a column of the main table, by number of dossier.
    fn cells(&self, column: &str) -> BTreeMap<i64, CellValue> {
        let rows = self.document.table("Aides").rows;
        rows.values().map(|row| (row["Numero"].as_integer().unwrap(), row.get(column).cloned().unwrap_or(CellValue::Null))).collect()
    }

    fn assert_own_column(&self, dossiers: i64) {
        let expected: BTreeMap<i64, CellValue> = (1..=dossiers).map(|number| (number, CellValue::text(&format!("à nous {number}")))).collect();
        assert_eq!(self.cells("A_nous"), expected);
    }

    /// Another value of a field of a column's metadata.
    fn alter(&self, column: &str, field: &str, value: Value) {
        self.document.tables.borrow_mut().get_mut("Aides").unwrap().columns.get_mut(column).unwrap()[field] = value;
    }

    fn metadata(&self, column: &str) -> Value {
        self.document.table("Aides").columns[column].clone()
    }

    fn options(&self, column: &str) -> WidgetOptions {
        WidgetOptions::parse(self.metadata(column)["widgetOptions"].as_str().unwrap_or_default())
    }
}

fn column<'a>(mapping: &'a mut Mapping, name: &str) -> &'a mut crate::mapping::ColumnMapping {
    mapping.tables[0].columns.iter_mut().find(|column| column.name == name).unwrap()
}

fn texts(cells: &BTreeMap<i64, CellValue>) -> Vec<Option<&str>> {
    cells.values().map(CellValue::as_text).collect()
}

#[test]
fn no_version_removes_the_rows_of_a_document() {
    for knows_older in [true, false] {
        let world = World::with(6);
        let older = world.following(|_| {});
        world.add_own_column();
        world.ds.change(2, 100, |deposit| deposit.state = "accepte");
        world.ds.delete(3, instant(101));
        let newer = Fitted {
            scope: Scope { states: [crate::ds::DossierState::EnInstruction].into(), ..Scope::default() },
            keeping: Keeping { deleted: Fate::Remove, outside: Fate::Remove },
            ..older.clone()
        };
        let taken = world.take_up(&newer, Some(&older).filter(|_| knows_older));
        assert!(matches!(taken.difference.changes.as_slice(), [TemplateChange::Scope { outside: Fate::Mark, .. }]), "{taken:?}");
        assert_eq!(taken.difference.kept, [TemplateChange::Deleted(Fate::Remove), TemplateChange::Outside(Fate::Remove)]);
        let connexion = world.connexion();
        assert_eq!((&connexion.scope, connexion.keeping), (&newer.scope, Keeping::default()));
        assert_eq!(connexion.template, Some(followed(2)));
        let outcome = world.run();
        assert!(outcome.is_success(), "{outcome:?}");
        assert_eq!(outcome.report.removed, 0);
        world.assert_own_column(6);
        assert_eq!(world.cells("Hors_selection")[&2], CellValue::Bool(true));
        assert_eq!(world.cells("Motif_de_suppression")[&3].as_text(), Some("Demande de l’usager"));
        assert_eq!(world.cells("Nom")[&3].as_text(), Some("texte 3"));
    }
}

/// What the first version has made it remove, the next has it remove no more of.
#[test]
fn no_version_removes_rows_for_one_before_it_either() {
    let world = World::with(6);
    let mut older = world.following(|_| {});
    older.keeping = Keeping { deleted: Fate::Remove, outside: Fate::Remove };
    let mut connexion = world.connexion();
    connexion.follow(connexion.scope.clone(), older.keeping);
    now(save(&world.document, &mut connexion)).unwrap();
    world.add_own_column();
    let newer = Fitted { scope: Scope { states: [crate::ds::DossierState::Accepte].into(), ..Scope::default() }, ..older.clone() };
    let taken = world.take_up(&newer, Some(&older));
    assert!(matches!(taken.difference.kept.as_slice(), [TemplateChange::Scope { outside: Fate::Remove, .. }]), "{taken:?}");
    let outcome = world.run();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(outcome.report.removed, 0);
    world.assert_own_column(6);
}

#[test]
fn a_table_called_like_one_of_ours_is_another() {
    for name in ["Relais_Journal", "relais_fichiers", "Relais_Connexions"] {
        let world = World::with(3);
        let mut connexion = world.connexion();
        connexion.mapping.tables[0].name = name.to_owned();
        assert!(world.run_with(&mut connexion).is_success(), "{name}");
        let main = connexion.binding.tables.get(&TableKey::Dossiers).unwrap().id.clone();
        assert!(!["relais_journal", "relais_fichiers", "relais_connexions"].contains(&main.as_str().to_ascii_lowercase().as_str()), "{main:?}");
        assert_eq!(world.document.table(main.as_str()).rows.len(), 3, "{name}");
    }
}

#[test]
fn a_new_type_is_taken_up_in_the_document_and_no_value_is_lost() {
    let world = World::with(0);
    for (number, text) in ["12", "dix", "7", "034", "", "1,5"].into_iter().enumerate() {
        world.ds.deposit(number as u32 + 1, number as u32 + 1, text, &[]);
    }
    let older = world.following(|_| {});
    world.add_own_column();
    // Nobody reads these two any more.
    world.ds.delete(3, instant(100));
    world.ds.delete(4, instant(100));
    let mut newer = older.clone();
    column(&mut newer.mapping, "Nom").column_type = ColumnType::Numeric;
    let taken = world.take_up(&newer, Some(&older));
    assert!(matches!(taken.difference.changes.as_slice(), [TemplateChange::ColumnRetyped { to: ColumnType::Numeric, .. }]), "{taken:?}");
    assert_eq!(taken.difference.kept, []);
    let after = |world: &World| {
        assert_eq!(world.metadata("Nom")["type"], "Numeric");
        let shown: Vec<Option<f64>> = world.cells("Nom").values().map(CellValue::as_number).collect();
        assert_eq!(shown, [Some(12.0), None, Some(7.0), None, None, Some(1.5)]);
        assert!(texts(&world.cells("Nom")).iter().all(Option::is_none), "a text in a column of numbers is red");
        assert_eq!(texts(&world.cells("Nom_valeurs_d_avant")), [None, Some("dix"), None, Some("034"), None, None]);
        assert_eq!(world.metadata("Nom_valeurs_d_avant")["label"], "Nom (valeurs d’avant)");
        world.assert_own_column(6);
    };
    after(&world);
    let outcome = world.run();
    assert_eq!(outcome.report.read, 4, "all are read again");
    let misfits: Vec<_> = outcome.report.problems.iter().filter(|problem| matches!(problem.kind, ProblemKind::Misfit { .. })).collect();
    let dossiers: Vec<i64> = misfits.iter().filter_map(|problem| problem.dossier).map(crate::ds::DossierNumber::get).collect();
    assert_eq!(dossiers, [2, 6], "what does not fit is said: {misfits:?}");
    after(&world);
}

#[test]
fn a_column_that_becomes_a_list_has_its_choices_and_their_colours() {
    let world = World::with(3);
    let older = world.following(|mapping| {
        column(mapping, "État").column_type = ColumnType::Text;
        column(mapping, "Choix").column_type = ColumnType::Text;
        column(mapping, "Date de dépôt").column_type = ColumnType::Text;
    });
    // Its value is in no list any more, and nobody reads it again.
    world.document.tables.borrow_mut().get_mut("Aides").unwrap().rows.get_mut(&2).unwrap().insert("Choix".to_owned(), CellValue::text("a, z"));
    world.ds.delete(2, instant(100));
    world.alter("Choix", "widgetOptions", json!(r#"{"alignment":"right","widget":"Markdown"}"#));
    let mut newer = older.clone();
    column(&mut newer.mapping, "État").column_type = ColumnType::Choice;
    column(&mut newer.mapping, "Choix").column_type = ColumnType::ChoiceList;
    column(&mut newer.mapping, "Date de dépôt").column_type = ColumnType::paris();
    assert_eq!(world.take_up(&newer, Some(&older)).difference.changes.len(), 3);
    let outcome = world.run();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(
        world.options("Etat").choice_names().collect::<Vec<_>>(),
        crate::ds::DossierState::ALL.iter().map(|state| crate::words::state(*state)).collect::<Vec<_>>()
    );
    assert!(world.options("Etat").style_of("En instruction").is_some());
    let lists = world.cells("Choix");
    assert_eq!(lists.values().cloned().collect::<Vec<_>>(), [CellValue::texts(["b"]), CellValue::Null, CellValue::texts(["b"])]);
    assert_eq!(world.cells("Choix_valeurs_d_avant")[&2], CellValue::text("a, z"), "where each choice ends is not known");
    let options = world.options("Choix");
    assert_eq!(options.choice_names().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(serde_json::from_str::<Value>(&options.to_string()).unwrap()["alignment"], "right", "that is the agent's");
    assert!(serde_json::from_str::<Value>(&options.to_string()).unwrap()["widget"].is_null());
    let dates = world.cells("Date_de_depot");
    assert_eq!(dates[&1].as_number(), Some(world.ds.deposited(1).seconds()));
    assert_eq!(dates[&2], CellValue::Null);
    assert!(world.cells("Date_de_depot_valeurs_d_avant")[&2].as_text().is_some_and(|text| text.starts_with("01/01/2026")), "it is not lost");
    // And the other way round.
    let taken = world.take_up(&older, Some(&newer));
    assert_eq!(taken.difference.changes.len(), 3);
    assert!(world.run().is_success());
    assert_eq!(texts(&world.cells("Choix")), [Some("b"), None, Some("b")]);
    assert_eq!(world.metadata("Choix")["widgetOptions"], r#"{"alignment":"right"}"#);
    assert_eq!(texts(&world.cells("Etat")), [Some("En instruction"); 3]);
    let writes = world.document.writes.get();
    assert!(world.run().is_success());
    assert_eq!(world.document.writes.get(), writes);
}

#[test]
fn a_list_that_becomes_another_keeps_what_agents_made_of_it() {
    let world = World::with(2);
    let older = world.following(|_| {});
    let theirs = r##"{"choices":["à nous","b","a"],"choiceOptions":{"b":{"fillColor":"#123456","textColor":"#FFFFFF"}},"wrap":true}"##;
    world.alter("Choix", "widgetOptions", json!(theirs));
    let mut newer = older.clone();
    column(&mut newer.mapping, "Choix").column_type = ColumnType::ChoiceList;
    world.take_up(&newer, Some(&older));
    assert!(world.run().is_success());
    assert_eq!(world.options("Choix"), WidgetOptions::parse(theirs));
    assert_eq!(world.cells("Choix").values().cloned().collect::<Vec<_>>(), [["b"], ["b"]].map(CellValue::texts));
}

#[test]
fn a_column_with_cells_that_access_rules_hide_keeps_its_type() {
    let world = World::with(2);
    let older = world.following(|_| {});
    let hidden = CellValue::Other(Box::new(json!(["C"])));
    world.document.tables.borrow_mut().get_mut("Aides").unwrap().rows.get_mut(&2).unwrap().insert("Nom".to_owned(), hidden.clone());
    let mut newer = older.clone();
    column(&mut newer.mapping, "Nom").column_type = ColumnType::Numeric;
    world.take_up(&newer, Some(&older));
    assert_eq!((world.metadata("Nom")["type"].clone(), world.cells("Nom")[&2].clone()), (json!("Text"), hidden));
    assert!(!world.document.table("Aides").columns.contains_key("Nom_valeurs_d_avant"));
}

#[test]
fn a_new_name_is_taken_up_where_the_agent_gave_none() {
    let world = World::with(2);
    let older = world.following(|_| {});
    world.add_own_column();
    let mut newer = older.clone();
    let names = [("Nom", "Nom du porteur"), ("Choix", "Choix neuf"), ("État", "Statut"), ("Date de dépôt", "Déposé le"), ("Archivé", "À nous")];
    for (from, to) in names.into_iter().chain([("Dernière modification", "Modifié le")]) {
        column(&mut newer.mapping, from).name = to.to_owned();
    }
    newer.mapping.tables[1].name = "Autre table".to_owned();
    column(&mut newer.mapping, "Déposé le").column_type = ColumnType::Text;
    column(&mut newer.mapping, "Statut").column_type = ColumnType::Text;
    column(&mut newer.mapping, "Modifié le").column_type = ColumnType::Text;
    // Renamed by the agent, a formula, hidden, gone; and « À nous » is a column of the agent's.
    assert!(world.document.tables.borrow_mut().get_mut("Aides").unwrap().columns.remove("Derniere_modification").is_some());
    world.alter("Choix", "label", json!("Choix à moi"));
    world.alter("Date_de_depot", "isFormula", json!(true));
    world.alter("Etat", "hidden", json!(true));
    let taken = world.take_up(&newer, Some(&older));
    let names = |changes: &[TemplateChange]| -> Vec<String> {
        let name = |change: &TemplateChange| match change {
            TemplateChange::ColumnRenamed { from, to, .. } => format!("{from} → {to}"),
            TemplateChange::ColumnRetyped { column, .. } => column.clone(),
            other => format!("{other:?}"),
        };
        changes.iter().map(name).collect()
    };
    assert_eq!(names(&taken.difference.changes), ["Nom → Nom du porteur"]);
    let mut kept = names(&taken.difference.kept);
    kept.sort();
    let left_alone =
        ["Date de dépôt", "Date de dépôt → Déposé le", "Dernière modification", "Dernière modification → Modifié le", "État", "État → Statut"];
    assert_eq!(kept, [&["Archivé → À nous", "Choix à moi → Choix neuf"][..], &left_alone].concat());
    let label = |column: &str| world.metadata(column)["label"].clone();
    assert_eq!(label("Nom"), "Nom du porteur", "its id stays");
    assert_eq!((label("Choix"), label("Etat"), label("Date_de_depot")), (json!("Choix à moi"), json!("État"), json!("Date de dépôt")));
    assert_eq!(world.metadata("Date_de_depot")["type"], "DateTime:Europe/Paris");
    world.assert_own_column(2);
    world.alter("Etat", "hidden", json!(false));
    world.alter("Date_de_depot", "isFormula", json!(false));
    assert!(world.run().is_success());
    world.assert_faithful();
    assert!(!world.document.tables.borrow().contains_key("Autre_table"));
    // What was renamed since it was looked at is left alone.
    let loaded = now(load(&world.document)).unwrap();
    let mut taken = take_up(&loaded.connexions[0], &loaded.schema, &older, Some(&newer), 3);
    assert_eq!(taken.reshaped.len(), 1, "{:?}", taken.reshaped);
    world.alter("Nom", "label", json!("Nom à moi"));
    let form = Demarche::read(json!({ "data": { "demarche": world.ds.demarche() } }).to_string().as_bytes()).unwrap();
    now(save_reshaped(&world.document, &mut taken.connexion, &taken.reshaped, &form)).unwrap();
    assert_eq!(label("Nom"), "Nom à moi");
    let key = Field::Dossier(DossierField::Number);
    assert!(world.connexion().binding.tables.get(&TableKey::Dossiers).unwrap().columns.contains_key(&key));
}
