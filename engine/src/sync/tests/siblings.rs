//! Several démarches of the same form in one table.

use super::*;
use crate::{
    ds::DemarcheNumber,
    mapping::{Change, Sibling},
};

/// Two démarches: that of the mapping, and its clone, whose fields have other ids.
struct Twins {
    world: World,
    clone: SmallDs,
}

impl Source for Twins {
    type File = String;

    async fn call(&self, operation: &Operation) -> Result<Vec<u8>, SourceError> {
        let ds = if operation.demarche() == number(2) { &self.clone } else { &self.world.ds };
        ds.call(operation).await
    }

    async fn file(&self, _: DemarcheNumber, _: &FileContent) -> Result<String, SourceError> {
        Err(SourceErrorCode::FileRefused.into())
    }
}

impl Leases for Twins {
    async fn hold(&self, connexion: &str) -> Result<Held, SourceError> {
        self.world.ds.hold(connexion).await
    }

    async fn give_back(&self, connexion: &str) {
        self.world.ds.give_back(connexion).await;
    }
}

fn number(number: i64) -> DemarcheNumber {
    number.try_into().unwrap()
}

fn form(ds: &SmallDs) -> Demarche {
    Demarche::read(json!({ "data": { "demarche": ds.demarche() } }).to_string().as_bytes()).unwrap()
}

impl Twins {
    /// With three dossiers each.
    fn new() -> Self {
        let twins = Self { world: World::with(3), clone: SmallDs::default() };
        twins.clone.clone.set(1);
        for number in 101..=103 {
            twins.clone.deposit(number, number, &format!("texte {number}"), &[(number, "Ada")]);
        }
        twins
    }

    fn connexion(&self) -> Connexion {
        let mut connexion = self.world.connexion();
        if connexion.siblings.is_empty() {
            let sibling = Sibling::new(&connexion.mapping.fields, &form(&self.world.ds).active_revision, &form(&self.clone));
            connexion.follow_siblings(vec![sibling]);
        }
        connexion
    }

    fn run(&self) -> Outcome {
        for ds in [&self.world.ds, &self.clone] {
            ds.requests.set(0);
            ds.asked.borrow_mut().clear();
            ds.variables.borrow_mut().clear();
        }
        let mut connexion = self.connexion();
        let outcome = self.world.run_from(self, &mut connexion);
        if outcome.stop.is_none() {
            assert_eq!(self.world.connexion(), connexion, "what is in memory is what is in the document");
        }
        outcome
    }

    /// The main table, with the démarche of each row, is what both say.
    fn assert_faithful(&self) {
        let rows = |ds: &SmallDs, title: &str| {
            let json = |value: &str| serde_json::to_string(value).unwrap();
            let row = |(number, deposit): (&u32, &Deposit)| vec![number.to_string(), json(&deposit.text), json("b"), json(title), json(title)];
            let mut rows: Vec<Vec<String>> = ds.dossiers.borrow().iter().map(row).collect();
            for row in &mut rows {
                row[4] = (1 + ds.clone.get()).to_string();
            }
            rows
        };
        let expected: BTreeSet<Vec<String>> = rows(&self.world.ds, "Aides").into_iter().chain(rows(&self.clone, "Aides – Ain")).collect();
        let shown = self.world.document.values("Aides", &["Numero", "Nom", "Choix", "Demarche", "Numero_de_la_demarche"]);
        assert_eq!(shown, expected);
        let children = [&self.world.ds, &self.clone].map(|ds| ds.dossiers.borrow().values().map(|deposit| deposit.rows.len()).sum::<usize>());
        assert_eq!(self.world.document.table("T1_Membres").rows.len(), children.iter().sum::<usize>());
    }

    /// One more run puts the document right, and the next writes nothing.
    fn assert_settles(&self) {
        let outcome = self.run();
        assert!(outcome.is_success(), "{outcome:?}");
        self.assert_faithful();
        let writes = self.world.document.writes.get();
        let outcome = self.run();
        assert!(outcome.is_success(), "{outcome:?}");
        assert_eq!(self.world.document.writes.get(), writes);
        assert!(self.world.ds.requests.get() <= 4 && self.clone.requests.get() <= 4, "{:?}", self.clone.asked.borrow());
    }
}

#[test]
fn clones_of_a_form_go_into_one_table() {
    let twins = Twins::new();
    let outcome = twins.run();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!((outcome.report.added, outcome.report.drift.len()), (6, 0));
    twins.assert_settles();
    // Namesakes, the fields of a bloc among them, are told apart.
    assert_eq!(twins.world.document.values("Aides", &["Nom_2"]), BTreeSet::from([vec!["\"toujours\"".to_owned()]]));
    // Each on its own watermark.
    twins.clone.change(102, 2_000_000, |deposit| deposit.text = "changé".to_owned());
    let outcome = twins.run();
    assert_eq!((outcome.report.read, outcome.report.updated), (1, 1));
    twins.assert_settles();
}

#[test]
fn one_that_joins_later_leaves_the_rows_of_the_first_alone() {
    let twins = Twins::new();
    assert!(twins.world.run().is_success());
    let outcome = twins.run();
    assert_eq!(
        (outcome.report.added, outcome.report.updated, outcome.report.marked, outcome.report.removed),
        (3, 3, 0, 0),
        "the first now say whose they are"
    );
    twins.assert_settles();
}

#[test]
fn rule_8_each_whole_reading_speaks_of_its_own_rows() {
    let twins = Twins::new();
    twins.run();
    // Gone without a word in the lists of deletions: a whole reading finds it.
    twins.clone.dossiers.borrow_mut().remove(&102);
    twins.clone.revision.set(1);
    let outcome = twins.run();
    assert_eq!((outcome.report.marked, outcome.report.read), (1, 2));
    let marked = |number: i64| {
        let rows = twins.world.document.table("Aides").rows;
        let row = rows.into_values().find(|row| row["Numero"].as_integer() == Some(number)).unwrap();
        row["Motif_de_suppression"] != CellValue::Null
    };
    assert!(marked(102) && !marked(101) && !marked(1));
    // Nor does the first take the rows of the other for its own.
    twins.world.ds.revision.set(1);
    assert_eq!(twins.run().report.marked, 0);
}

#[test]
fn one_that_leaves_keeps_its_rows() {
    let twins = Twins::new();
    twins.run();
    let mut connexion = twins.world.connexion();
    // As the screen Champs makes it: of what the form offers.
    connexion.mapping.tables[0].columns.retain(|column| column.name != "Démarche" && column.name != "Numéro de la démarche");
    connexion.follow_siblings(Vec::new());
    assert!(twins.world.run_with(&mut connexion).is_success());
    twins.world.ds.revision.set(1);
    let outcome = twins.world.run_with(&mut connexion);
    assert_eq!((outcome.report.read, outcome.report.marked), (3, 0));
    assert_eq!(twins.world.document.table("Aides").rows.len(), 6);
}

#[test]
fn rule_5_drift_is_told_of_each() {
    let twins = Twins::new();
    twins.run();
    *twins.clone.label.borrow_mut() = Some("Nom du demandeur".to_owned());
    twins.clone.revision.set(1);
    let outcome = twins.run();
    assert!(outcome.is_success());
    let [drift] = outcome.report.drift.as_slice() else { panic!("{:?}", outcome.report.drift) };
    assert_eq!((drift.demarche, drift.title.as_str()), (number(2), "Aides – Ain"));
    let renamed = Change::Renamed { descriptor: "clone texte".into(), from: "Nom".to_owned(), to: "Nom du demandeur".to_owned() };
    assert_eq!(drift.drift.changes, [renamed]);
    // It keeps its column: the match was made before.
    twins.clone.change(101, 3_000_000, |deposit| deposit.text = "suivi".to_owned());
    twins.run();
    twins.assert_faithful();
}

#[test]
fn a_field_that_a_clone_lacks_is_told_and_leaves_its_cells_empty() {
    let twins = Twins::new();
    twins.clone.retyped.set(true);
    let outcome = twins.run();
    let [drift] = outcome.report.drift.as_slice() else { panic!("{:?}", outcome.report.drift) };
    // Of two namesakes one is left: which, nobody knows, and nothing is guessed.
    let removed = |change: &Change| matches!(change, Change::Removed { label, .. } if label == "Nom");
    assert!(drift.drift.changes.len() == 2 && drift.drift.changes.iter().all(removed), "{drift:?}");
    let shown = twins.world.document.values("Aides", &["Numero", "Nom", "Nom_2", "Choix"]);
    let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
    assert!(shown.contains(&row(["101", "null", "null", "\"b\""])) && shown.contains(&row(["1", "\"texte 1\"", "\"toujours\"", "\"b\""])));
}

#[test]
fn one_that_ds_refuses_does_not_hold_the_others_back() {
    let twins = Twins::new();
    twins.world.ds.fails_after.set(Some((0, SourceErrorCode::DemarcheRefused)));
    let outcome = twins.run();
    assert_eq!(outcome.stop, Some(Stop::Source(SourceErrorCode::DemarcheRefused.into())));
    assert_eq!((outcome.demarche, outcome.report.added), (number(1), 3), "the match is known");
    twins.world.ds.fails_after.set(None);
    twins.assert_settles();
    let twins = Twins::new();
    twins.clone.fails_after.set(Some((0, SourceErrorCode::DemarcheRefused)));
    let outcome = twins.run();
    assert_eq!((outcome.demarche, outcome.report.added), (number(2), 3));
    twins.clone.fails_after.set(None);
    twins.assert_settles();
}

#[test]
fn rule_12_stopped_anywhere_it_goes_on() {
    for writes in 0..8 {
        let twins = Twins::new();
        twins.world.document.fails_after.set(Some(writes));
        twins.run();
        twins.world.document.fails_after.set(None);
        twins.assert_settles();
    }
    for requests in 0..10 {
        let twins = Twins::new();
        twins.clone.fails_after.set(Some((requests, SourceErrorCode::TokenExpired)));
        twins.run();
        twins.clone.fails_after.set(None);
        twins.assert_settles();
    }
}

#[test]
fn rule_1_a_label_of_two_colours_is_not_painted_at_each_run() {
    let twins = Twins::new();
    twins.clone.colour.set(Some("pink_macaron"));
    twins.assert_settles();
}

#[test]
fn rows_say_what_their_demarche_is_called_now() {
    for (title, expected) in [("Aides – Ain 2026", ["Aides", "Aides – Ain 2026"]), ("Aides", ["Aides (1)", "Aides (2)"])] {
        let twins = Twins::new();
        twins.run();
        twins.clone.title.set(Some(title));
        twins.run();
        twins.run();
        let shown = twins.world.document.values("Aides", &["Demarche"]);
        assert_eq!(shown, expected.map(|title| vec![serde_json::to_string(title).unwrap()]).into());
    }
}

#[test]
fn rule_8_rows_are_known_by_a_number_that_became_a_text() {
    let twins = Twins::new();
    twins.run();
    {
        let mut tables = twins.world.document.tables.borrow_mut();
        let main = tables.get_mut("Aides").unwrap();
        main.columns.get_mut("Numero_de_la_demarche").unwrap()["type"] = json!("Text");
        for row in main.rows.values_mut() {
            let number = row["Numero_de_la_demarche"].as_integer().unwrap();
            row.insert("Numero_de_la_demarche".to_owned(), CellValue::text(&number.to_string()));
        }
    }
    twins.run();
    twins.clone.dossiers.borrow_mut().remove(&102);
    twins.clone.revision.set(1);
    assert_eq!(twins.run().report.marked, 1);
}

#[test]
fn a_colleagues_demarche_is_not_dropped_by_another_choice_of_fields() {
    let twins = Twins::new();
    assert!(twins.world.run().is_success());
    let mut mine = twins.world.connexion();
    // Meanwhile a colleague adds the clone, and runs.
    assert!(twins.run().is_success());
    mine.mapping.tables[0].columns.retain(|column| column.name != "Choix");
    assert!(twins.world.run_from(&twins, &mut mine).is_success());
    let now = twins.world.connexion();
    assert_eq!(now.siblings.len(), 1);
    assert!(now.mapping.tables[0].columns.iter().all(|column| column.name != "Choix"));
}

#[test]
fn reading_all_again_reaches_the_clone_when_the_first_was_never_read() {
    let twins = Twins::new();
    twins.world.ds.fails_after.set(Some((0, SourceErrorCode::DemarcheRefused)));
    twins.run();
    let mut mine = twins.connexion();
    // The document has moved on since.
    twins.clone.change(101, 2_000_000, |deposit| deposit.text = "changé".to_owned());
    twins.run();
    mine.read_all_again();
    assert_eq!(twins.world.run_from(&twins, &mut mine).report.read, 3);
}

#[test]
fn one_that_was_cut_is_remembered_when_the_next_ends_well() {
    let twins = Twins::new();
    for number in 1000..=1250 {
        twins.world.ds.deposit(number, number, "texte", &[]);
    }
    twins.world.ds.fails_after.set(Some((5, SourceErrorCode::DsFailed)));
    assert!(twins.run().stop.is_some());
    assert!(twins.world.connexion().state.last_run.unwrap().interrupted);
    twins.world.ds.fails_after.set(None);
    twins.assert_settles();
    assert!(!twins.world.connexion().state.last_run.unwrap().interrupted);
}
