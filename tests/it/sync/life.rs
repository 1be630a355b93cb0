//! The life of a dossier after its first import: deleted and restored, in the scope and out of it, with other labels, and
//! runs that meet.

use std::cell::Cell;

use relais_engine::{
    ds::{DossierState, SourceErrorCode},
    mapping::{Fate, Keeping, Mapping, Scope},
    ports::Leases as _,
    sync::{Observer, Outcome, Progress, Stop, load},
};
use relais_tests::{
    ds::{
        vocabulary::{DeletionReason, DossierState as State},
        world::value::Value as Held,
    },
    ports::{GristPort, SystemClock},
    stack::Onlooker,
};
use serde_json::{Value, json};

use super::World;

impl World {
    /// Runs the connexion that follows this, so many hours from now.
    async fn run_following(&self, scope: &Scope, keeping: Keeping, hours_ahead: i64) -> Outcome {
        let source = self.stack.source("owner").await.unwrap();
        let mut connexion = self.stack.connexion("owner", &self.mapping).await.unwrap();
        connexion.follow(scope.clone(), keeping);
        self.stack.run_connexion(&source, "owner", &mut connexion, SystemClock { hours_ahead }, &Onlooker).await.unwrap()
    }

    /// Does nothing the second time.
    async fn assert_settled_following(&self, scope: &Scope, keeping: Keeping, hours_ahead: i64) {
        let before = self.content().await;
        self.stack.document.reset_calls();
        self.stack.ds.requests().reset();
        let outcome = self.run_following(scope, keeping, hours_ahead).await;
        assert!(outcome.is_success(), "{outcome:?}");
        assert_eq!(self.stack.document.calls().writes, 0, "{:?}", outcome.report);
        assert!(self.stack.ds.requests().count() <= 4, "{} requests", self.stack.ds.requests().count());
        assert_eq!(self.content().await, before);
    }

    async fn rows(&self, table: &str) -> usize {
        self.table(table).await["id"].as_array().unwrap().len()
    }

    /// The numbers of the dossiers of the table.
    async fn listed(&self) -> Vec<i32> {
        let table = self.table(&self.main_table().await).await;
        table["Numero"].as_array().unwrap().iter().map(|number| i32::try_from(number.as_i64().unwrap()).unwrap()).collect()
    }

    fn in_state(&self, state: State) -> Vec<i32> {
        let store = self.stack.ds.store();
        self.numbers().into_iter().filter(|number| store.dossier(*number).unwrap().1.facts.state == state).collect()
    }

    fn set_text(&self, number: i32, text: &str) {
        let store = self.stack.ds.store();
        let field = store.field(self.demarche, "Intitulé du projet").unwrap();
        store.set_champ(number, field, Some(Held::Text(text.to_owned()))).unwrap();
    }
}

fn in_states(states: impl IntoIterator<Item = DossierState>) -> Scope {
    Scope { states: states.into_iter().collect(), ..Scope::default() }
}

const MARKING: Keeping = Keeping { deleted: Fate::Mark, outside: Fate::Mark };
const REMOVING: Keeping = Keeping { deleted: Fate::Remove, outside: Fate::Remove };

#[tokio::test]
async fn rule_8_a_deleted_dossier_is_marked_with_date_and_reason_and_a_restored_one_unmarked() {
    let world = World::everyday(150).await;
    world.run().await;
    let store = world.stack.ds.store();
    let (trashed, deleted, agent) = (world.numbers()[20], world.in_state(State::EnConstruction)[5], world.numbers()[70]);
    store.trash(trashed, DeletionReason::InstructeurRequest).unwrap();
    // Dated two weeks back.
    store.delete(deleted, DeletionReason::UserRequest).unwrap();
    let before = world.cell(trashed, "Intitule_du_projet").await;
    world.stack.document.reset_calls();
    world.stack.ds.requests().reset();
    let outcome = world.run().await;
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!((outcome.report.marked, outcome.report.updated, outcome.report.removed), (2, 0, 0));
    let calls = world.stack.document.calls();
    // Two rows, the state of the connexion, and a line of the journal.
    assert_eq!((calls.writes, calls.rows_updated, calls.rows_added), (1, 3, 1));
    assert!(world.stack.ds.requests().count() <= 5);
    assert_eq!(world.cell(trashed, "Motif_de_suppression").await, json!("Demande d’un instructeur"));
    assert_eq!(world.cell(deleted, "Motif_de_suppression").await, json!("Demande de l’usager"));
    let at = |cell: Value| cell.as_f64().unwrap();
    let (trashed_at, deleted_at) = (at(world.cell(trashed, "Supprime_le").await), at(world.cell(deleted, "Supprime_le").await));
    assert!((trashed_at - deleted_at - 14.0 * 86_400.0).abs() < 5.0, "{trashed_at} {deleted_at}");
    assert_eq!(world.cell(trashed, "Intitule_du_projet").await, before, "the values stay");
    assert_eq!(world.cell(agent, "Supprime_le").await, Value::Null);
    world.assert_settled().await;
    store.restore(trashed).unwrap();
    let outcome = world.run().await;
    assert_eq!((outcome.report.updated, outcome.report.added), (1, 0));
    assert_eq!((world.cell(trashed, "Supprime_le").await, world.cell(trashed, "Motif_de_suppression").await), (Value::Null, Value::Null));
    assert_ne!(world.cell(deleted, "Supprime_le").await, Value::Null);
    world.assert_settled().await;
}

#[tokio::test]
async fn rule_8_a_deleted_dossier_is_removed_on_choice_with_its_rows_of_other_tables() {
    let world = World::everyday(60).await;
    let whole = Scope::default();
    world.run_following(&whole, REMOVING, 0).await;
    let store = world.stack.ds.store();
    let field = store.field(world.demarche, "Cofinancements").unwrap();
    let (number, rows) = world.dossier_with_rows(field);
    let children = world.rows("Cofinancements").await;
    store.trash(number, DeletionReason::InstructeurRequest).unwrap();
    world.stack.document.reset_calls();
    let outcome = world.run_following(&whole, REMOVING, 0).await;
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!((outcome.report.removed, world.stack.document.calls().writes), (1, 1));
    assert!(!world.listed().await.contains(&number));
    assert_eq!(world.rows("Cofinancements").await, children - rows);
    world.assert_settled_following(&whole, REMOVING, 0).await;
    store.restore(number).unwrap();
    assert_eq!(world.run_following(&whole, REMOVING, 0).await.report.added, 1);
    assert_eq!(world.rows("Cofinancements").await, children);
    assert!(world.stack.document.undo("owner").unwrap(), "and one Ctrl+Z takes it back");
}

#[tokio::test]
async fn rule_8_a_whole_reading_finds_what_the_lists_miss() {
    let world = World::everyday(130).await;
    world.run().await;
    let number = world.numbers()[100];
    world.stack.ds.store().delete(number, DeletionReason::Expired).unwrap();
    // Nobody has synchronised for two months: the lists no longer go back so far.
    let outcome = world.run_following(&Scope::default(), MARKING, 60 * 24).await;
    assert_eq!(outcome.report.marked, 1, "it was said since the last run");
    world.assert_settled_following(&Scope::default(), MARKING, 60 * 24).await;
    let other = world.numbers()[101];
    world.stack.ds.store().delete(other, DeletionReason::Expired).unwrap();
    assert_eq!(world.run_following(&Scope::default(), MARKING, 61 * 24).await.report.marked, 1, "by the list of numbers, which is due");
    assert_eq!(world.cell(other, "Motif_de_suppression").await, json!("Motif inconnu"));
    assert_eq!(world.cell(number, "Motif_de_suppression").await, json!("Délai de conservation dépassé"));
}

#[tokio::test]
async fn rule_9_a_dossier_accepted_while_the_filter_says_en_instruction_does_not_stay_frozen() {
    let world = World::everyday(250).await;
    let scope = in_states([DossierState::EnInstruction]);
    let examined = world.in_state(State::EnInstruction);
    let outcome = world.run_following(&scope, MARKING, 0).await;
    assert_eq!((outcome.report.added, outcome.report.read), (examined.len(), examined.len()), "DS itself filters one state");
    world.assert_settled_following(&scope, MARKING, 0).await;
    let number = examined[3];
    world.stack.ds.store().set_state(number, State::Accepte).unwrap();
    world.set_text(number, "Projet accepté");
    world.stack.document.reset_calls();
    world.stack.ds.requests().reset();
    let outcome = world.run_following(&scope, MARKING, 0).await;
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!((world.stack.document.calls().writes, outcome.report.updated), (1, 1));
    assert!(world.stack.ds.requests().count() <= 5);
    assert_eq!(world.cell(number, "Etat").await, json!("Accepté"));
    assert_eq!(world.cell(number, "Intitule_du_projet").await, json!("Projet accepté"));
    assert_eq!(world.cell(number, "Hors_selection").await, json!(true));
    assert_eq!(world.cell(examined[0], "Hors_selection").await, json!(false));
    world.assert_settled_following(&scope, MARKING, 0).await;
    // On choice its row goes.
    let removing = Keeping { outside: Fate::Remove, ..MARKING };
    assert_eq!(world.run_following(&scope, removing, 0).await.report.removed, 1);
    assert!(!world.listed().await.contains(&number));
    world.assert_settled_following(&scope, removing, 0).await;
}

#[tokio::test]
async fn rule_9_a_widened_filter_brings_the_older_dossiers() {
    let world = World::everyday(250).await;
    let scope = in_states([DossierState::EnInstruction]);
    let (examined, decided) = (world.in_state(State::EnInstruction).len(), world.in_state(State::Refuse).len());
    world.run_following(&scope, MARKING, 0).await;
    let wider = in_states([DossierState::EnInstruction, DossierState::Refuse]);
    let outcome = world.run_following(&wider, MARKING, 0).await;
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!((outcome.report.added, outcome.report.updated), (decided, 0));
    assert_eq!(world.listed().await.len(), examined + decided);
    world.assert_settled_following(&wider, MARKING, 0).await;
    let outcome = world.run_following(&Scope::default(), MARKING, 0).await;
    assert_eq!(outcome.report.added, 250 - examined - decided);
    assert_eq!(world.listed().await.len(), 250);
    world.assert_settled_following(&Scope::default(), MARKING, 0).await;
}

#[tokio::test]
async fn rule_9_dates_groupes_labels_and_archives_filter() {
    let world = World::complete(120).await;
    let store = world.stack.ds.store();
    let facts = |number: i32| store.dossier(number).unwrap().1.facts;
    let numbers = world.numbers();
    let (first, last) = (facts(numbers[30]).filed, facts(numbers[90]).filed);
    let day = |at: time::OffsetDateTime| {
        let at = relais_tests::ds::clock::paris(at).date();
        (at, relais_engine::Day::parse(&relais_tests::ds::clock::iso_date(at)).unwrap())
    };
    let ((from_day, from), (until_day, until)) = (day(first), day(last));
    let groupe = facts(numbers[40]).groupe;
    let demarche = store.demarche(world.demarche).unwrap();
    assert!(demarche.groupes.len() > 1);
    let label = &demarche.labels[0];
    for number in &numbers[50..70] {
        store.set_labels(*number, &[label.id]).unwrap();
    }
    let on = |number: i32| relais_tests::ds::clock::paris(facts(number).filed).date();
    let expected = |keep: &dyn Fn(i32) -> bool| numbers.iter().copied().filter(|number| keep(*number)).collect::<Vec<i32>>();
    let label_id = relais_tests::ds::clock::global_id("Label", label.id);
    let has_label = |number: i32| store.dossier(number).unwrap().1.cover.labels.contains(&label.id);
    let cases: [(Scope, Vec<i32>); 4] = [
        (Scope { from: Some(from), until: Some(until), ..Scope::default() }, expected(&|number| (from_day..=until_day).contains(&on(number)))),
        (Scope { groupes: [i64::from(groupe)].into(), ..Scope::default() }, expected(&|number| facts(number).groupe == groupe)),
        (Scope { labels: [label_id.as_str().into()].into(), ..Scope::default() }, expected(&has_label)),
        (Scope { archived: Some(false), ..Scope::default() }, expected(&|number| !facts(number).archived)),
    ];
    for (scope, expected) in cases {
        assert!(!expected.is_empty() && expected.len() < numbers.len(), "{scope:?}");
        world.stack.ds.requests().reset();
        let outcome = world.run_following(&scope, REMOVING, 0).await;
        assert_eq!(outcome.stop, None);
        // What DS can leave out, it is asked to.
        let asked = world.stack.ds.requests().all();
        let page = asked.iter().find(|request| request.operation.as_deref() == Some("getDossiers")).unwrap();
        assert_eq!(page.variables["createdSince"].is_string(), scope.from.is_some(), "{}", page.variables);
        assert_eq!(page.variables["archived"].as_bool(), scope.archived, "{}", page.variables);
        let mut listed = world.listed().await;
        listed.sort_unstable();
        let mut expected = expected;
        expected.sort_unstable();
        assert_eq!(listed, expected, "{scope:?}");
    }
}

#[tokio::test]
async fn rule_9_an_added_field_is_filled_for_the_older_dossiers() {
    let mut world = World::everyday(130).await;
    let whole: Mapping = world.mapping.clone();
    let removed = world.mapping.tables[0].columns.iter().position(|column| column.name == "Intitulé du projet").unwrap();
    world.mapping.tables[0].columns.remove(removed);
    world.run().await;
    world.mapping = whole;
    let outcome = world.run().await;
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(outcome.report.added, 0);
    let table = world.table(&world.main_table().await).await;
    let filled = table["Intitule_du_projet"].as_array().unwrap().iter().filter(|cell| cell.as_str().is_some_and(|text| !text.is_empty())).count();
    assert!(filled > 100, "{filled} are filled");
    world.assert_settled().await;
}

#[tokio::test]
async fn rule_10_a_dossier_that_answers_502_is_neither_lost_nor_counted_and_arrives_at_the_next_run() {
    let world = World::everyday(30).await;
    world.run().await;
    let (failing, served) = (world.numbers()[3], world.numbers()[4]);
    world.set_text(failing, "d’abord refusé");
    world.set_text(served, "servi");
    world.stack.ds.faults().break_on(failing);
    for _ in 0..2 {
        let outcome = world.run().await;
        assert_eq!(outcome.stop, None, "{outcome:?}");
        assert!(!outcome.is_success());
        let failed: Vec<i64> = outcome.report.failed_dossiers().into_iter().map(relais_engine::ds::DossierNumber::get).collect();
        assert_eq!(failed, [i64::from(failing)]);
        assert_eq!(world.cell(served, "Intitule_du_projet").await, json!("servi"), "all others go through");
    }
    // Days later, far past the watermark.
    world.stack.ds.faults().clear();
    world.set_text(served, "servi encore");
    let outcome = world.run_following(&Scope::default(), MARKING, 5 * 24).await;
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(world.cell(failing, "Intitule_du_projet").await, json!("d’abord refusé"));
    world.assert_settled_following(&Scope::default(), MARKING, 5 * 24).await;
}

#[tokio::test]
async fn rule_13_two_runs_of_one_connexion_never_meet() {
    let world = World::everyday(130).await;
    let (first, second) = (world.stack.source("owner").await.unwrap(), world.stack.source("editor").await.unwrap());
    // Somebody's page has begun, under the name that the connexion will have.
    let name = world.mapping.demarche.to_string();
    first.hold(&name).await.unwrap();
    world.stack.ds.requests().reset();
    let outcome = world.stack.run_with(&second, "editor", &world.mapping, &Onlooker).await.unwrap();
    let Some(Stop::Source(error)) = &outcome.stop else { panic!("{outcome:?}") };
    assert_eq!(error.code, SourceErrorCode::LeaseHeld);
    assert!(error.holder.is_some() && error.retry_at.is_some(), "{error:?}");
    assert_eq!((world.stack.ds.requests().count(), world.stack.document.calls().writes), (0, 0));
    first.give_back(&name).await;
    // Two colleagues press at once: one runs, the other is told, and each dossier has one row.
    let (one, other) = tokio::join!(
        world.stack.run_with(&first, "owner", &world.mapping, &Onlooker),
        world.stack.run_with(&second, "editor", &world.mapping, &Onlooker),
    );
    let refused = [one.unwrap(), other.unwrap()].iter().filter(|outcome| outcome.stop.is_some()).count();
    assert!(refused <= 1, "one of them runs");
    assert_eq!(world.listed().await.len(), 130);
    // The lease is given back: the next run is not kept waiting.
    assert!(world.run_as("editor").await.is_success());
    assert_eq!(world.table_ids().await.iter().filter(|id| id.starts_with("Relais_Connexions")).count(), 1);
    assert_eq!(world.rows("Relais_Connexions").await, 1);
}

/// Runs elsewhere as soon as the run has read something.
struct Watching(Cell<bool>);

impl Observer for Watching {
    fn progress(&self, progress: &Progress) {
        self.0.set(progress.read > 0);
    }

    fn is_cancelled(&self) -> bool {
        self.0.get()
    }
}

#[tokio::test]
async fn rule_13_a_run_that_is_stopped_gives_its_lease_back() {
    let world = World::everyday(250).await;
    let source = world.stack.source("owner").await.unwrap();
    let outcome = world.stack.run_with(&source, "owner", &world.mapping, &Watching(Cell::new(false))).await.unwrap();
    assert_eq!(outcome.stop, Some(Stop::Cancelled));
    assert!(world.run_as("editor").await.is_success());
    assert_eq!(world.listed().await.len(), 250);
}

#[tokio::test]
async fn rule_14_everything_is_read_again_when_the_form_the_mapping_or_the_scope_changes_and_on_demand() {
    let mut world = World::everyday(150).await;
    world.run().await;
    let read = async |world: &World| world.run().await.report.read;
    assert_eq!(read(&world).await, 0);
    let store = world.stack.ds.store();
    let field = store.field(world.demarche, "Intitulé du projet").unwrap();
    store.rename_field(world.demarche, field, "Nom du projet").unwrap();
    assert_eq!(read(&world).await, 150, "another revision");
    assert_eq!(read(&world).await, 0);
    world.mapping.tables[0].columns.pop();
    assert_eq!(read(&world).await, 150, "another mapping");
    assert_eq!(read(&world).await, 0);
    let scope = Scope { archived: Some(false), ..Scope::default() };
    assert_eq!(world.run_following(&scope, MARKING, 0).await.report.read, 150, "another scope");
    let source = world.stack.source("owner").await.unwrap();
    let mut connexion = world.stack.connexion("owner", &world.mapping).await.unwrap();
    connexion.read_all_again();
    let outcome = world.stack.run_connexion(&source, "owner", &mut connexion, SystemClock::default(), &Onlooker).await.unwrap();
    assert_eq!((outcome.report.read, outcome.report.added), (150, 0), "on demand");
}

#[tokio::test]
async fn rule_14_labels_are_found_by_a_light_scan_once_a_day() {
    let world = World::everyday(150).await;
    world.run().await;
    let (number, whole) = (world.numbers()[70], Scope::default());
    world.stack.ds.store().set_labels(number, &[8_103]).unwrap();
    let before = world.cell(number, "Etiquettes").await;
    world.assert_settled().await;
    assert_eq!(world.stack.ds.requests().count_of("getDossierNumbers"), 0, "not at every run");
    assert_eq!(world.cell(number, "Etiquettes").await, before);
    world.stack.document.reset_calls();
    let outcome = world.run_following(&whole, MARKING, 25).await;
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!((outcome.report.updated, world.stack.document.calls().writes), (1, 1));
    assert_eq!(world.cell(number, "Etiquettes").await, json!(["L", "Complet"]));
    assert_eq!(world.stack.ds.requests().count_of("getDossierNumbers"), 2);
    world.assert_settled_following(&whole, MARKING, 25).await;
}

#[tokio::test]
async fn rule_14_labels_of_a_small_demarche_are_never_late() {
    let world = World::everyday(60).await;
    world.run().await;
    let number = world.numbers()[7];
    world.stack.ds.store().set_labels(number, &[8_101, 8_103]).unwrap();
    world.stack.ds.requests().reset();
    let outcome = world.run().await;
    assert_eq!(outcome.report.updated, 1);
    assert!(world.stack.ds.requests().count() <= 5);
    assert_eq!(world.cell(number, "Etiquettes").await, json!(["L", "À examiner", "Complet"]));
    world.assert_settled().await;
}

/// Which dossier each row of « Cofinancements » refers to, by number and by its own id in DS.
async fn cofinancements(world: &World) -> Vec<(String, String)> {
    let child = world.table("Cofinancements").await;
    let mut main = Value::Null;
    for id in world.table_ids().await.iter().filter(|id| !id.starts_with("Relais_")) {
        let table = world.table(id).await;
        if table.get("Numero").is_some() {
            main = table;
        }
    }
    // The latest of its columns of that name: the older one no longer refers to anything.
    let reference = child.as_object().unwrap().keys().filter(|name| name.starts_with("Dossier")).max().unwrap();
    let number = |row: &Value| main["Numero"][main["id"].as_array().unwrap().iter().position(|id| id == row).unwrap()].to_string();
    let rows = child[reference].as_array().unwrap().iter().zip(child["Identifiant_de_la_ligne"].as_array().unwrap());
    let mut pairs: Vec<(String, String)> = rows.map(|(row, id)| (number(row), id.to_string())).collect();
    pairs.sort();
    pairs
}

#[tokio::test]
async fn a_main_table_made_anew_finds_its_rows_again() {
    let world = World::everyday(30).await;
    world.run().await;
    let before = cofinancements(&world).await;
    assert!(!before.is_empty());
    world.apply(json!([["RemoveTable", world.main_table().await]])).await;
    // « Recréer et synchroniser ».
    let mut connexion = world.stack.connexion("owner", &world.mapping).await.unwrap();
    let loaded = load(&GristPort::new(world.stack.document.clone(), "owner")).await.unwrap();
    connexion.binding.forget_missing(&loaded.schema);
    connexion.read_all_again();
    let source = world.stack.source("owner").await.unwrap();
    let outcome = world.stack.run_connexion(&source, "owner", &mut connexion, SystemClock::default(), &Onlooker).await.unwrap();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(cofinancements(&world).await, before, "each row once, under its own dossier");
}
