//! Files of DS that are copied into the document.

use super::*;
use crate::{ds::DossierState, mapping::Fate, sync::FileFailure};

const SAFE: &str = "safe";

fn file(name: &'static str, content: &'static str) -> SmallFile {
    SmallFile { name, content, scan: SAFE }
}

impl World {
    fn with_files(files: &[(u32, &[SmallFile])]) -> Self {
        let world = Self::with(3);
        for (number, files) in files {
            world.ds.files.borrow_mut().insert(*number, files.to_vec());
        }
        world
    }

    fn change_files(&self, number: u32, updated: u32, files: &[SmallFile]) {
        self.ds.files.borrow_mut().insert(number, files.to_vec());
        self.ds.change(number, updated, |_| {});
    }

    /// The files that each dossier's cell shows.
    fn shown(&self) -> BTreeMap<i64, Vec<(String, String)>> {
        let attachments = self.document.attachments.borrow();
        let content = |id: &CellValue| attachments[usize::try_from(id.as_integer().unwrap()).unwrap() - 1].clone();
        let rows = self.document.table("Aides").rows;
        let shown = rows.values().map(|row| {
            let files = match &row["Devis"] {
                CellValue::List(ids) => ids.iter().map(content).collect(),
                cell => {
                    assert_eq!(*cell, CellValue::Null);
                    Vec::new()
                }
            };
            (row["Numero"].as_integer().unwrap(), files)
        });
        shown.collect()
    }

    /// The names in Relais's own table.
    fn kept(&self) -> Vec<String> {
        self.document.table("Relais_Fichiers").rows.values().map(|row| row["nom"].as_text().unwrap().to_owned()).collect()
    }

    fn assert_shows(&self, expected: &[(i64, &[(&str, &str)])]) {
        let owned = |(name, content): &(&str, &str)| ((*name).to_owned(), (*content).to_owned());
        let expected: BTreeMap<i64, Vec<(String, String)>> =
            expected.iter().map(|(number, files)| (*number, files.iter().map(owned).collect())).collect();
        assert_eq!(self.shown(), expected);
        let written = format!("{:?}{:?}", self.document.tables.borrow(), self.document.actions.borrow());
        assert!(!written.contains("fichiers.example"), "an address was written");
    }
}

fn failures(outcome: &Outcome) -> Vec<(i64, String, FileFailure)> {
    let failures = outcome.report.problems.iter().map(|problem| match &problem.kind {
        ProblemKind::FileNotCopied { column, file, why } => {
            assert_eq!(column, "Devis");
            (problem.dossier.unwrap().get(), file.clone(), why.clone())
        }
        other => panic!("{other:?}"),
    });
    failures.collect()
}

#[test]
fn a_file_is_copied_once() {
    let world = World::with_files(&[(1, &[file("devis.pdf", "toiture"), file("plan.pdf", "étage")]), (2, &[file("devis.pdf", "façade")])]);
    let outcome = world.run();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!((outcome.report.files, world.document.uploads.get()), (3, 1), "together");
    let before: &[(i64, &[(&str, &str)])] = &[(1, &[("devis.pdf", "toiture"), ("plan.pdf", "étage")]), (2, &[("devis.pdf", "façade")]), (3, &[])];
    world.assert_shows(before);
    world.assert_settles();
    // The dossier changes, its files do not: nothing is fetched.
    world.ds.change(1, 2_000_000, |deposit| deposit.text = "autre".to_owned());
    world.assert_settles();
    // Nor when everything is read again.
    world.ds.revision.set(1);
    assert_eq!(world.run().report.read, 3);
    world.assert_shows(before);
    assert_eq!(world.ds.fetched.borrow().len(), 3);
    assert_eq!(world.document.uploads.get(), 1);
}

#[test]
fn a_replaced_file_takes_the_place_of_the_other() {
    let world = World::with_files(&[(1, &[file("devis.pdf", "premier"), file("plan.pdf", "étage")])]);
    world.run();
    // Of the same name and size: the checksum tells.
    world.change_files(1, 2_000_000, &[file("devis.pdf", "dernier"), file("plan.pdf", "étage")]);
    world.assert_settles();
    world.assert_shows(&[(1, &[("devis.pdf", "dernier"), ("plan.pdf", "étage")]), (2, &[]), (3, &[])]);
    assert_eq!(*world.ds.fetched.borrow(), ["devis.pdf", "plan.pdf", "devis.pdf"]);
    assert_eq!(world.kept(), ["plan.pdf", "devis.pdf"], "the first one is let go");
    world.change_files(1, 3_000_000, &[]);
    world.assert_settles();
    world.assert_shows(&[(1, &[]), (2, &[]), (3, &[])]);
    assert!(world.kept().is_empty());
}

#[test]
fn rule_10_a_file_that_fails_is_reported_and_retried_and_the_rest_goes_on() {
    let world = World::with_files(&[(1, &[file("a.pdf", "a"), file("b.pdf", "b")]), (2, &[file("c.pdf", "c")])]);
    world.ds.unfetchable.borrow_mut().insert("b.pdf", SourceErrorCode::Timeout);
    let outcome = world.run();
    assert!(!outcome.is_success() && outcome.stop.is_none());
    assert_eq!(failures(&outcome), [(1, "b.pdf".to_owned(), FileFailure::Source(SourceErrorCode::Timeout))]);
    world.assert_shows(&[(1, &[("a.pdf", "a")]), (2, &[("c.pdf", "c")]), (3, &[])]);
    world.assert_faithful();
    let writes = world.document.writes.get();
    assert!(!world.run().is_success());
    assert_eq!(world.document.writes.get(), writes, "the same failure is no news");
    world.ds.unfetchable.borrow_mut().clear();
    world.assert_settles();
    world.assert_shows(&[(1, &[("a.pdf", "a"), ("b.pdf", "b")]), (2, &[("c.pdf", "c")]), (3, &[])]);
}

#[test]
fn an_expired_address_is_asked_for_anew() {
    let world = World::with_files(&[(1, &[file("a.pdf", "a"), file("b.pdf", "b")])]);
    // An hour goes by between the page and its files.
    world.ds.ages.set(true);
    let outcome = world.run();
    assert!(outcome.is_success(), "{outcome:?}");
    world.assert_shows(&[(1, &[("a.pdf", "a"), ("b.pdf", "b")]), (2, &[]), (3, &[])]);
    assert_eq!(world.ds.asked.borrow().iter().filter(|name| *name == "getDossier").count(), 1, "each dossier once");
}

#[test]
fn what_the_antivirus_of_ds_has_not_cleared_is_not_fetched() {
    let dubious = |name, scan| SmallFile { name, content: "x", scan };
    let files = [dubious("virus.pdf", "infected"), dubious("abime.pdf", "integrity_error"), dubious("neuf.pdf", "pending"), dubious("bon.pdf", SAFE)];
    let world = World::with_files(&[(1, &files)]);
    let outcome = world.run();
    let expected = [("virus.pdf", FileFailure::Infected), ("abime.pdf", FileFailure::Corrupt), ("neuf.pdf", FileFailure::Pending)];
    assert_eq!(failures(&outcome), expected.map(|(name, why)| (1, name.to_owned(), why)));
    assert_eq!(*world.ds.fetched.borrow(), ["bon.pdf"]);
    world.assert_shows(&[(1, &[("bon.pdf", "x")]), (2, &[]), (3, &[])]);
    // Cleared since, without a change of the dossier.
    world.ds.files.borrow_mut().insert(1, vec![file("neuf.pdf", "x"), file("bon.pdf", "x")]);
    world.assert_settles();
    world.assert_shows(&[(1, &[("neuf.pdf", "x"), ("bon.pdf", "x")]), (2, &[]), (3, &[])]);
}

#[test]
fn what_the_document_refuses_together_goes_one_by_one() {
    let world = World::with_files(&[(1, &[file("a.pdf", "a"), file("b.pdf", "b"), file("c.pdf", "c")])]);
    world.document.largest_upload.set(Some(1));
    assert!(world.run().is_success());
    assert_eq!(world.document.uploads.get(), 4);
    world.assert_shows(&[(1, &[("a.pdf", "a"), ("b.pdf", "b"), ("c.pdf", "c")]), (2, &[]), (3, &[])]);
}

#[test]
fn a_host_that_fails_is_left_in_peace() {
    let names = ["1.pdf", "2.pdf", "3.pdf", "4.pdf", "5.pdf", "6.pdf", "7.pdf"];
    let world = World::default();
    for number in 1..=60 {
        world.ds.deposit(number, number, "texte", &[]);
        world.ds.files.borrow_mut().insert(number, vec![file(names[number as usize % names.len()], "x")]);
    }
    world.ds.unfetchable.borrow_mut().extend(names.map(|name| (name, SourceErrorCode::DsUnavailable)));
    let outcome = world.run();
    assert_eq!(outcome.report.failed(), 60);
    // One group, each with its retries.
    let tries = world.ds.fetched.borrow().len();
    assert!(tries <= 25 * 3, "{tries} tries");
    world.assert_faithful();
    world.ds.unfetchable.borrow_mut().clear();
    world.assert_settles();
    assert_eq!(world.document.attachments.borrow().len(), 60);
}

#[test]
fn rule_12_a_run_that_is_killed_does_not_upload_again_what_it_wrote_down() {
    let world = World::default();
    for number in 1..=300 {
        world.ds.deposit(number, number, "texte", &[]);
        world.ds.files.borrow_mut().insert(number, vec![file("devis.pdf", "x")]);
    }
    for writes in 3..6 {
        world.document.fails_after.set(Some(writes));
        world.run();
    }
    world.document.fails_after.set(None);
    world.assert_settles();
    let uploaded = world.document.attachments.borrow().len();
    assert!((300..=300 + 3 * 125).contains(&uploaded), "{uploaded} uploads");
    assert_eq!(world.kept().len(), 300);
    assert!(world.shown().values().all(|files| files.len() == 1));
}

#[test]
fn files_go_with_their_dossier_and_with_the_connexion() {
    let world = World::with_files(&[(1, &[file("a.pdf", "a")]), (2, &[file("b.pdf", "b")])]);
    *world.follows.borrow_mut() = Some((Scope::default(), Keeping { deleted: crate::mapping::Fate::Remove, ..Keeping::default() }));
    world.run();
    world.ds.delete(1, instant(1_000_000));
    world.run();
    assert_eq!(world.kept(), ["b.pdf"]);
    now(disconnect(&world.document, &world.connexion())).unwrap();
    assert!(world.kept().is_empty());
    assert_eq!(world.document.table("Aides").rows.len(), 2, "the table is the document's");
}

#[test]
fn an_address_is_not_shown_by_an_error() {
    let content = FileContent { checksum: "x".into(), size: 1, scan: crate::ds::FileScan::Safe, url: "https://fichiers.example/signature".into() };
    assert!(!format!("{content:?}").contains("signature"));
}

#[test]
fn a_file_that_a_dossier_has_twice_is_copied_once() {
    for in_two_fields in [false, true] {
        let twice = [file("a.pdf", "a"), file("a.pdf", "a")];
        let world = World::with_files(&[(1, if in_two_fields { &twice[..1] } else { &twice })]);
        if in_two_fields {
            world.ds.plans.borrow_mut().insert(1, vec![file("a.pdf", "a")]);
        }
        for revision in 0..3 {
            world.ds.revision.set(revision);
            assert!(world.run().is_success());
        }
        assert_eq!((world.kept(), world.document.attachments.borrow().len()), (vec!["a.pdf".to_owned()], 1), "in two fields: {in_two_fields}");
    }
}

#[test]
fn rule_10_files_that_always_fail_keep_no_other_out() {
    for code in [SourceErrorCode::DsFailed, SourceErrorCode::Timeout] {
        let world = World::default();
        let deposit = |number: u32, updated: u32, name: &'static str| {
            world.ds.deposit(number, updated, "texte", &[]);
            world.ds.files.borrow_mut().insert(number, vec![file(name, "x")]);
        };
        for number in 1..=10 {
            deposit(number, number, if number <= 5 { "mauvais.pdf" } else { "bon.pdf" });
        }
        world.ds.unfetchable.borrow_mut().insert("mauvais.pdf", code);
        world.run();
        for number in 11..=20 {
            deposit(number, 2_000_000 + number, "bon.pdf");
        }
        for minute in 0..10 {
            world.later.set(2_000_100 + minute);
            world.run();
        }
        let lacking: Vec<i64> = world.shown().into_iter().filter(|(_, files)| files.is_empty()).map(|(number, _)| number).collect();
        assert_eq!(lacking, [1, 2, 3, 4, 5], "{code:?}");
    }
}

#[test]
fn rule_1_many_files_that_cannot_be_had_are_no_news() {
    let world = World::default();
    for number in 1..=120 {
        world.ds.deposit(number, number, "texte", &[]);
        world.ds.files.borrow_mut().insert(number, vec![file("devis.pdf", "x")]);
    }
    world.ds.unfetchable.borrow_mut().insert("devis.pdf", SourceErrorCode::FileRefused);
    for minute in [0, 60] {
        world.later.set(minute);
        world.run();
    }
    let writes = world.document.writes.get();
    world.later.set(120);
    world.run();
    assert_eq!(world.document.writes.get(), writes);
    assert!(world.ds.requests.get() <= 4 + 5, "{:?}", world.ds.asked.borrow());
    // Each has its turn.
    world.ds.unfetchable.borrow_mut().clear();
    for minute in 3..6 {
        world.later.set(minute * 100);
        world.run();
    }
    assert!(world.shown().values().all(|files| files.len() == 1));
}

#[test]
fn the_files_of_a_column_that_one_person_may_not_see_are_kept() {
    let world = World::with_files(&[(1, &[file("a.pdf", "a")])]);
    world.ds.plans.borrow_mut().insert(1, vec![file("b.pdf", "b")]);
    world.run();
    for (hidden, updated) in [(true, 2_000_000), (false, 3_000_000)] {
        world.document.tables.borrow_mut().get_mut("Aides").unwrap().columns.get_mut("Plan").unwrap()["hidden"] = json!(hidden);
        world.ds.change(1, updated, |deposit| deposit.text = format!("{updated}"));
        world.run();
        assert_eq!((world.kept().len(), world.document.attachments.borrow().len()), (2, 2), "hidden: {hidden}");
    }
}

#[test]
fn a_file_that_was_replaced_is_gone_whatever_becomes_of_the_other() {
    let world = World::with_files(&[(1, &[file("devis.pdf", "premier")])]);
    world.run();
    world.change_files(1, 2_000_000, &[SmallFile { name: "devis.pdf", content: "virus", scan: "infected" }]);
    assert!(!world.run().is_success());
    world.assert_shows(&[(1, &[]), (2, &[]), (3, &[])]);
    assert!(world.kept().is_empty());
}

#[test]
fn a_value_that_does_not_fit_holds_no_file_back() {
    let world = World::with_files(&[(1, &[file("a.pdf", "a")])]);
    world.run();
    world.document.tables.borrow_mut().get_mut("Aides").unwrap().columns.get_mut("Nom").unwrap()["type"] = json!("Numeric");
    world.change_files(1, 2_000_000, &[]);
    world.run();
    assert!(world.kept().is_empty());
}

#[test]
fn without_the_table_of_files_they_are_copied_anew() {
    let world = World::with_files(&[(1, &[file("a.pdf", "a")])]);
    world.run();
    world.document.tables.borrow_mut().remove("Relais_Fichiers");
    world.ds.change(1, 2_000_000, |deposit| deposit.text = "autre".to_owned());
    world.assert_settles();
    world.assert_shows(&[(1, &[("a.pdf", "a")]), (2, &[]), (3, &[])]);
}

/// A run that stopped between the files of a dossier and its row leaves files that no cell shows, of people that DS may
/// have forgotten when the next one comes.
#[test]
fn files_copied_for_a_row_that_was_never_written_do_not_outlive_their_dossier() {
    let scattered: Vec<SmallFile> = (0..30).map(|number| file(format!("piece-{number}.pdf").leak(), format!("contenu {number}").leak())).collect();
    let gone: [fn(&World); 3] = [
        |world| drop(world.ds.delete(1, StoppedClock(0).now())),
        |world| {
            // Without a word in the lists of deletions: a whole reading finds it.
            world.ds.dossiers.borrow_mut().remove(&1);
            world.ds.revision.set(2);
        },
        |world| {
            world.ds.change(1, 1_000_100, |deposit| deposit.state = "refuse");
            let only = Scope { states: [DossierState::EnInstruction].into(), ..Scope::default() };
            world.follow(only, Keeping { outside: Fate::Remove, ..Keeping::default() });
        },
    ];
    for (place, forget) in gone.into_iter().enumerate() {
        let world = World::with_files(&[(2, &[file("autre.pdf", "autre")])]);
        world.run();
        world.change_files(1, 1_000_050, &scattered);
        world.ds.dossiers.borrow_mut().retain(|number, _| *number != 1);
        let row = world.document.table("Aides").rows.iter().find(|(_, row)| row["Numero"] == CellValue::Number(1.0)).map(|(id, _)| *id).unwrap();
        world.document.tables.borrow_mut().get_mut("Aides").unwrap().rows.remove(&row);
        world.ds.deposit(1, 1_000_050, "nouveau", &[]);
        world.ds.unfetchable.borrow_mut().insert("piece-29.pdf", SourceErrorCode::TokenExpired);
        assert!(world.run().stop.is_some());
        assert_eq!(world.kept().len(), 26, "{place}: a first group is kept");
        world.ds.unfetchable.borrow_mut().clear();
        forget(&world);
        assert_eq!(world.run().stop, None);
        assert_eq!(world.kept(), ["autre.pdf"], "{place}");
        let writes = world.document.writes.get();
        assert_eq!(world.run().stop, None);
        assert_eq!(world.document.writes.get(), writes, "{place}");
    }
}
