//! The life of dossiers: deleted and restored, in the scope and out of it, with other labels.

use super::*;
use crate::{
    ds::DossierState,
    mapping::{DossierField, Fate, Field, TableKey},
};

fn at(minute: u32) -> Timestamp {
    instant(1_000_000 + minute)
}

impl World {
    pub(super) fn follow(&self, scope: Scope, keeping: Keeping) {
        *self.follows.borrow_mut() = Some((scope, keeping));
    }

    /// The cell of a dossier, in a column by its id.
    fn cell(&self, number: u32, column: &str) -> CellValue {
        let table = self.document.table("Aides");
        let key = CellValue::Number(f64::from(number));
        let row = table.rows.values().find(|row| row.get("Numero") == Some(&key)).unwrap_or_else(|| panic!("no dossier {number}"));
        row.get(column).cloned().unwrap_or(CellValue::Null)
    }

    fn numbers(&self) -> Vec<i64> {
        self.document.table("Aides").rows.values().map(|row| row["Numero"].as_integer().unwrap()).collect()
    }

    fn count_of(&self, operation: &str) -> usize {
        self.ds.asked.borrow().iter().filter(|asked| *asked == operation).count()
    }

    /// The same run again: nothing is written.
    fn assert_settled(&self) {
        let (writes, tables) = (self.document.writes.get(), self.document.tables.borrow().clone());
        let outcome = self.run();
        assert!(outcome.is_success(), "{outcome:?}");
        assert_eq!(self.document.writes.get(), writes, "{:?}", outcome.report);
        assert_eq!(*self.document.tables.borrow(), tables);
        assert!(self.ds.requests.get() <= 4, "{:?}", self.ds.asked.borrow());
    }
}

fn en_instruction() -> Scope {
    Scope { states: [DossierState::EnInstruction].into(), ..Scope::default() }
}

const REMOVING: Keeping = Keeping { deleted: Fate::Remove, outside: Fate::Remove };

#[test]
fn rule_8_a_deleted_dossier_is_marked_and_a_restored_one_is_not() {
    let world = World::with(250);
    world.run();
    let deposit = world.ds.delete(17, at(0));
    let writes = world.document.writes.get();
    let outcome = world.run();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!((outcome.report.marked, outcome.report.updated, outcome.report.removed), (1, 0, 0));
    assert_eq!(world.document.writes.get(), writes + 1);
    assert_eq!(world.cell(17, "Supprime_le"), CellValue::Number(at(0).seconds()));
    assert_eq!(world.cell(17, "Motif_de_suppression"), CellValue::text("Demande de l’usager"));
    assert_eq!(world.cell(17, "Nom"), CellValue::text("texte 17"), "its values stay");
    world.assert_settled();
    // Days later its deletion is no longer news, and later still no longer listed.
    world.later.set(25 * 24 * 60);
    world.ds.change(3, 1_000_500, |deposit| deposit.text = "changé".to_owned());
    assert_eq!(world.run().report.marked, 0);
    world.assert_settled();
    assert_eq!(world.cell(17, "Supprime_le"), CellValue::Number(at(0).seconds()));
    world.ds.deleted.borrow_mut().clear();
    world.ds.dossiers.borrow_mut().insert(17, Deposit { updated: 1_000_600, ..deposit });
    let outcome = world.run();
    assert_eq!((outcome.report.updated, outcome.report.added), (1, 0));
    assert_eq!((world.cell(17, "Supprime_le"), world.cell(17, "Motif_de_suppression")), (CellValue::Null, CellValue::Null));
    world.assert_settled();
}

#[test]
fn rule_8_deletions_are_looked_up_from_the_last_run_less_21_days() {
    let world = World::with(120);
    world.run();
    // Dated two weeks back, as DS does; then one that is too far back to be asked for.
    world.ds.delete(1, at(0).plus_seconds(-14 * 86_400));
    world.ds.delete(2, at(0).plus_seconds(-22 * 86_400));
    assert_eq!(world.run().report.marked, 1);
    assert_ne!(world.cell(1, "Supprime_le"), CellValue::Null);
    assert_eq!(world.cell(2, "Supprime_le"), CellValue::Null);
    // The whole reading asks for all of them, and finds one that they miss: it dates it from then, once.
    world.ds.dossiers.borrow_mut().remove(&3);
    world.ds.revision.set(2);
    let outcome = world.run();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(outcome.report.marked, 2);
    assert_eq!(world.cell(2, "Supprime_le"), CellValue::Number(at(0).plus_seconds(-22 * 86_400).seconds()));
    assert_eq!(world.cell(3, "Supprime_le"), CellValue::Number(at(0).seconds()));
    assert_eq!(world.cell(3, "Motif_de_suppression"), CellValue::text("Motif inconnu"));
    world.later.set(3);
    world.ds.revision.set(3);
    assert_eq!(world.run().report.marked, 0);
    assert_eq!(world.cell(3, "Supprime_le"), CellValue::Number(at(0).seconds()));
}

#[test]
fn rule_8_a_column_for_the_date_added_long_after_a_deletion_has_it() {
    let world = World::with(5);
    let mut connexion = world.connexion();
    let date = Field::Dossier(DossierField::DateSuppression);
    let place = connexion.mapping.tables[0].columns.iter().position(|column| column.key() == Some(&date)).unwrap();
    let column = connexion.mapping.tables[0].columns.remove(place);
    assert!(world.run_with(&mut connexion).is_success());
    world.ds.delete(2, at(0));
    assert_eq!(world.run_with(&mut world.connexion()).report.marked, 1);
    world.later.set(60 * 24 * 60);
    world.ds.change(3, 1_000_500, |deposit| deposit.text = "changé".to_owned());
    assert_eq!(world.run_with(&mut world.connexion()).report.updated, 1);
    let mut connexion = world.connexion();
    connexion.mapping.tables[0].columns.push(column);
    assert!(world.run_with(&mut connexion).is_success());
    assert_eq!(world.cell(2, "Supprime_le"), CellValue::Number(at(0).seconds()));
    assert_eq!(world.cell(2, "Motif_de_suppression"), CellValue::text("Demande de l’usager"));
    world.assert_settled();
}

#[test]
fn rule_8_a_deleted_dossier_is_removed_on_choice_with_all_its_rows() {
    let world = World::with(20);
    world.follow(Scope::default(), REMOVING);
    world.run();
    let deposit = world.ds.delete(7, at(0));
    let outcome = world.run();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!((outcome.report.removed, outcome.report.marked), (1, 0));
    world.assert_faithful();
    assert_eq!(world.connexion().state.last_run.unwrap().dossiers, 19);
    world.assert_settled();
    world.ds.deleted.borrow_mut().clear();
    world.ds.dossiers.borrow_mut().insert(7, Deposit { updated: 1_000_100, ..deposit });
    assert_eq!(world.run().report.added, 1);
    world.assert_faithful();
    // Marked ones are removed once this is chosen.
    let world = World::with(3);
    world.run();
    world.ds.delete(2, at(0));
    world.run();
    assert_eq!(world.numbers().len(), 3);
    world.follow(Scope::default(), REMOVING);
    assert_eq!(world.run().report.removed, 1);
    world.assert_faithful();
    world.assert_settled();
}

#[test]
fn rule_8_a_number_that_an_agent_typed_is_no_deleted_dossier() {
    for keeping in [Keeping::default(), REMOVING] {
        let world = World::with(3);
        world.follow(Scope::default(), keeping);
        world.run();
        let typed = BTreeMap::from([("Numero".to_owned(), CellValue::Number(999.0)), ("Archive".to_owned(), CellValue::Bool(false))]);
        world.document.tables.borrow_mut().get_mut("Aides").unwrap().rows.insert(50, typed.clone());
        world.ds.revision.set(2);
        let outcome = world.run();
        assert_eq!((outcome.report.marked, outcome.report.removed), (0, 0));
        assert_eq!(world.document.table("Aides").rows[&50], typed);
    }
}

#[test]
fn rule_8_lists_that_ds_cannot_serve_stop_nothing_and_are_asked_for_again() {
    let world = World::with(5);
    world.run();
    world.ds.delete(1, at(0).plus_seconds(-20 * 86_400));
    world.ds.change(2, 1_000_100, |deposit| deposit.text = "changé".to_owned());
    world.ds.fails_deletions.set(true);
    world.later.set(5 * 24 * 60);
    let outcome = world.run();
    assert_eq!((outcome.stop.clone(), outcome.report.updated), (None, 1));
    assert!(!outcome.is_success(), "what was not looked up is no success");
    world.ds.fails_deletions.set(false);
    let outcome = world.run();
    assert!(outcome.is_success());
    assert_eq!(outcome.report.marked, 1, "from as far back as if nothing had been");
}

#[test]
fn rule_9_a_dossier_that_is_accepted_does_not_stay_frozen() {
    let world = World::with(150);
    for number in 100..=150 {
        world.ds.change(number, number, |deposit| deposit.state = "accepte");
    }
    world.follow(en_instruction(), Keeping::default());
    let outcome = world.run();
    assert_eq!((outcome.report.added, outcome.report.read), (99, 99), "DS filters a first reading");
    assert_eq!(world.cell(1, "Hors_selection"), CellValue::Bool(false));
    world.assert_settled();
    world.ds.change(1, 1_000_100, |deposit| {
        deposit.state = "accepte";
        deposit.text = "accepté".to_owned();
    });
    // Another one that was never in the table.
    world.ds.change(120, 1_000_101, |deposit| deposit.text = "changé".to_owned());
    let outcome = world.run();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!((outcome.report.updated, outcome.report.added, outcome.report.left_out), (1, 0, 1));
    assert_eq!((world.cell(1, "Nom"), world.cell(1, "Etat")), (CellValue::text("accepté"), CellValue::text("Accepté")));
    assert_eq!(world.cell(1, "Hors_selection"), CellValue::Bool(true));
    world.assert_settled();
    // It is kept up to date, and comes back.
    world.ds.change(1, 1_000_200, |deposit| deposit.text = "encore".to_owned());
    world.run();
    assert_eq!(world.cell(1, "Nom"), CellValue::text("encore"));
    world.ds.change(1, 1_000_300, |deposit| deposit.state = "en_instruction");
    world.run();
    assert_eq!(world.cell(1, "Hors_selection"), CellValue::Bool(false));
}

#[test]
fn rule_9_a_dossier_that_leaves_is_removed_on_choice() {
    let world = World::with(30);
    world.follow(en_instruction(), Keeping { outside: Fate::Remove, ..Keeping::default() });
    world.run();
    world.ds.change(4, 1_000_100, |deposit| deposit.state = "refuse");
    let outcome = world.run();
    assert_eq!((outcome.report.removed, outcome.report.updated), (1, 0));
    assert_eq!(world.numbers().len(), 29);
    assert!(!world.children().iter().any(|row| row[0] == "4"));
    world.assert_settled();
    // A whole reading that DS filters finds, without a word of DS about it, the one that left and the one that is gone.
    world.ds.change(5, 10, |deposit| deposit.state = "accepte");
    world.ds.dossiers.borrow_mut().remove(&6);
    world.ds.revision.set(2);
    let outcome = world.run();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!((outcome.report.removed, outcome.report.marked), (1, 1));
    assert!(!world.numbers().contains(&5));
    assert_eq!(world.cell(6, "Motif_de_suppression"), CellValue::text("Motif inconnu"));
    world.assert_settled();
}

#[test]
fn rule_9_a_wider_scope_brings_the_older_dossiers_and_a_narrower_one_marks() {
    let world = World::with(30);
    for number in 1..=10 {
        world.ds.change(number, number, |deposit| deposit.state = "accepte");
    }
    world.follow(en_instruction(), Keeping::default());
    assert_eq!(world.run().report.added, 20);
    world.follow(Scope { states: [DossierState::EnInstruction, DossierState::Accepte].into(), ..Scope::default() }, Keeping::default());
    assert_eq!(world.run().report.added, 10);
    world.assert_faithful();
    world.assert_settled();
    world.follow(Scope { states: [DossierState::Accepte].into(), ..Scope::default() }, Keeping::default());
    let outcome = world.run();
    assert_eq!((outcome.report.updated, outcome.report.removed), (20, 0));
    assert_eq!((world.cell(30, "Hors_selection"), world.cell(1, "Hors_selection")), (CellValue::Bool(true), CellValue::Bool(false)));
    world.assert_settled();
}

#[test]
fn rule_9_one_more_field_is_filled_for_the_older_dossiers() {
    let world = World::with(130);
    let mut connexion = world.connexion();
    let name = Field::Champ("texte".into(), crate::mapping::Facet::Text);
    let removed = connexion.mapping.tables[0].columns.iter().position(|column| column.key() == Some(&name)).unwrap();
    let column = connexion.mapping.tables[0].columns.remove(removed);
    assert!(world.run_with(&mut connexion).is_success());
    let mut connexion = world.connexion();
    connexion.mapping.tables[0].columns.push(column);
    let outcome = world.run_with(&mut connexion);
    assert_eq!((outcome.report.updated, outcome.report.added), (130, 0));
    let binding = world.connexion().binding;
    let columns = &binding.tables.get(&TableKey::Dossiers).unwrap().columns;
    assert_eq!(columns.len(), connexion.mapping.tables[0].columns.len());
    let column = &columns.get(&name).unwrap().id;
    assert_eq!(world.cell(1, column.as_str()), CellValue::text("texte 1"));
    world.assert_settled();
}

#[test]
fn rule_14_labels_are_compared_once_a_day_and_no_row_is_read_for_it_before() {
    let world = World::with(250);
    world.run();
    world.ds.change(17, 17, |deposit| deposit.labels = vec!["Complet"]);
    world.assert_settled();
    assert_eq!(world.count_of("getDossierNumbers"), 0);
    world.later.set(24 * 60);
    let outcome = world.run();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(outcome.report.updated, 1);
    assert_eq!(world.count_of("getDossierNumbers"), 3);
    assert_eq!(world.cell(17, "Etiquettes"), CellValue::texts(["Complet"]));
    world.assert_settled();
    // A day on which nothing changed is remembered as well: that spares more than a page.
    world.later.set(48 * 60);
    let writes = world.document.writes.get();
    assert!(!world.run().report.has_written());
    assert_eq!(world.document.writes.get(), writes + 1);
    world.assert_settled();
}

#[test]
fn rule_14_labels_of_a_small_demarche_are_compared_at_each_run() {
    let world = World::with(80);
    world.run();
    world.ds.change(17, 17, |deposit| deposit.labels = vec!["Complet"]);
    assert_eq!(world.run().report.updated, 1);
    assert_eq!(world.cell(17, "Etiquettes"), CellValue::texts(["Complet"]));
    world.assert_settled();
    world.ds.change(17, 17, |deposit| deposit.labels.clear());
    // With a dossier that changed: one write of one row each, and five requests at most.
    world.ds.change(18, 1_000_100, |deposit| deposit.text = "changé".to_owned());
    let writes = world.document.writes.get();
    assert_eq!(world.run().report.updated, 2);
    assert_eq!(world.document.writes.get(), writes + 1);
    assert!(world.ds.requests.get() <= 5);
    assert_eq!(world.cell(17, "Etiquettes"), CellValue::Null);
}

#[test]
fn rule_14_a_label_brings_a_dossier_into_the_scope_and_out_of_it() {
    let world = World::with(5);
    world.ds.change(1, 1, |deposit| deposit.labels = vec!["Complet"]);
    world.follow(Scope { labels: ["L1".into()].into(), ..Scope::default() }, Keeping { outside: Fate::Remove, ..Keeping::default() });
    assert_eq!(world.run().report.added, 1);
    world.ds.change(1, 1, |deposit| deposit.labels.clear());
    world.ds.change(2, 2, |deposit| deposit.labels = vec!["Complet"]);
    world.later.set(24 * 60);
    let outcome = world.run();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!((outcome.report.added, outcome.report.removed), (1, 1));
    assert_eq!(world.numbers(), [2]);
    world.assert_settled();
}

#[test]
fn rule_14_a_restored_dossier_that_ds_does_not_date_is_unmarked_by_the_list() {
    let world = World::with(250);
    world.run();
    let deposit = world.ds.delete(17, at(0));
    world.run();
    world.ds.deleted.borrow_mut().clear();
    world.ds.dossiers.borrow_mut().insert(17, deposit);
    world.assert_settled();
    world.later.set(24 * 60);
    assert_eq!(world.run().report.updated, 1);
    assert_eq!(world.cell(17, "Supprime_le"), CellValue::Null);
}

#[test]
fn a_reading_that_stopped_still_finds_what_is_gone() {
    let world = World::with(350);
    world.run();
    world.ds.dossiers.borrow_mut().remove(&300);
    world.ds.revision.set(2);
    // The form, the count, the deletions, two pages.
    world.ds.fails_after.set(Some((5, SourceErrorCode::TokenExpired)));
    assert!(world.run().stop.is_some());
    world.ds.fails_after.set(None);
    let outcome = world.run();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(outcome.report.marked, 1);
    assert_ne!(world.cell(300, "Supprime_le"), CellValue::Null);
    world.assert_settled();
}

#[test]
fn rule_14_a_reading_that_stopped_before_its_first_page_starts_when_it_does() {
    let world = World::with(250);
    world.run();
    world.ds.delete(1, at(0));
    world.ds.revision.set(2);
    // The form, the count and the deletions.
    world.ds.fails_after.set(Some((3, SourceErrorCode::TokenExpired)));
    assert!(world.run().stop.is_some());
    assert!(world.connexion().state.scan.is_some_and(|scan| scan.is_untouched()));
    world.ds.fails_after.set(None);
    world.later.set(25 * 60);
    assert!(world.run().is_success());
    assert_eq!(world.connexion().state.listed_at, Some(at(25 * 60)));
    world.assert_settled();
}

#[test]
fn rule_14_a_first_reading_that_goes_on_the_next_day_compares_what_it_read_before() {
    let world = World::with(250);
    // The form, the count, the deletions, two pages.
    world.ds.fails_after.set(Some((5, SourceErrorCode::TokenExpired)));
    assert!(world.run().stop.is_some());
    world.ds.fails_after.set(None);
    world.ds.change(17, 17, |deposit| deposit.labels = vec!["Complet"]);
    world.later.set(25 * 60);
    let outcome = world.run();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(world.cell(17, "Etiquettes"), CellValue::texts(["Complet"]));
    world.assert_settled();
}

#[test]
fn rule_12_a_first_reading_that_goes_on_later_takes_what_changed_in_its_first_part() {
    let world = World::with(250);
    // The form, the count, the deletions, two pages.
    world.ds.fails_after.set(Some((5, SourceErrorCode::TokenExpired)));
    assert!(world.run().stop.is_some());
    world.ds.fails_after.set(None);
    world.ds.change(17, 1_000_100, |deposit| deposit.text = "changé".to_owned());
    world.later.set(25 * 60);
    assert!(world.run().is_success());
    world.assert_faithful();
    world.assert_settled();
}

#[test]
fn the_columns_of_marks_are_proposed() {
    let connexion = World::default().connexion();
    let has = |connexion: &Connexion, field| connexion.mapping.tables[0].columns.iter().any(|column| column.key() == Some(&Field::Dossier(field)));
    assert!(has(&connexion, DossierField::DateSuppression) && has(&connexion, DossierField::MotifSuppression));
    assert!(!has(&connexion, DossierField::HorsSelection), "as long as nothing is left out");
    let mut connexion = connexion;
    connexion.follow(en_instruction(), Keeping::default());
    connexion.follow(en_instruction(), Keeping::default());
    assert_eq!(connexion.mapping.tables[0].columns.iter().filter(|column| column.name == "Hors sélection").count(), 1);
}
