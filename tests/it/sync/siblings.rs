//! Several démarches of the same form in one table: clones, in which no field has the id that it has in the others.

use relais_engine::{
    ds::{Demarche, Operation, operations::DemarcheVariables},
    mapping::{Change, DossierField, Fate, Field, Sibling},
    ports::Source,
    sync::{Connexion, Outcome},
};
use relais_tests::{
    ds::{SIBLING, world::form::Kind, world::value::Value as Held},
    ports::SystemClock,
    stack::Onlooker,
};
use serde_json::{Value, json};

use super::World;

impl World {
    async fn form(&self, number: i32) -> Demarche {
        let source = self.stack.source("owner").await.unwrap();
        let number = i64::from(number).try_into().unwrap();
        Demarche::read(&source.call(&Operation::GetDemarche(DemarcheVariables { number })).await.unwrap()).unwrap()
    }

    /// The connexion of the démarche, with its clone.
    async fn twofold(&self) -> Connexion {
        let mut connexion = self.stack.connexion("owner", &self.mapping).await.unwrap();
        if connexion.siblings.is_empty() {
            let (ours, theirs) = (self.form(self.demarche).await, self.form(SIBLING).await);
            let sibling = Sibling::new(&connexion.mapping.fields, &ours.active_revision, &theirs);
            assert_eq!(sibling.unmatched(&connexion.mapping.fields, &theirs.active_revision).count(), 0);
            connexion.follow_siblings(vec![sibling]);
        }
        connexion
    }

    async fn run_both(&self) -> Outcome {
        let source = self.stack.source("owner").await.unwrap();
        let mut connexion = self.twofold().await;
        self.stack.ds.requests().reset();
        self.stack.document.reset_calls();
        self.stack.run_connexion(&source, "owner", &mut connexion, SystemClock::default(), &Onlooker).await.unwrap()
    }

    fn field_of(&self, demarche: i32, label: &str) -> u32 {
        self.stack.ds.store().field(demarche, label).unwrap()
    }
}

#[tokio::test]
async fn clones_of_a_demarche_share_a_table() {
    let world = World::everyday(30).await;
    let numbers = world.stack.ds.store().numbers(SIBLING);
    let outcome = world.run_both().await;
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(outcome.report.added, 30 + numbers.len());
    let table = world.table(&world.main_table().await).await;
    let column = |name: &str| table[name].as_array().unwrap().clone();
    for (number, (demarche, title)) in column("Numero").iter().zip(column("Numero_de_la_demarche").iter().zip(&column("Demarche"))) {
        let number = i32::try_from(number.as_i64().unwrap()).unwrap();
        let (expected, _) = world.stack.ds.store().dossier(number).unwrap();
        assert_eq!((demarche, title), (&json!(expected.number), &json!(expected.title)));
    }
    // Each value in the column of its namesake, those of the rows of blocs too.
    let (theirs, number) = (world.field_of(SIBLING, "Intitulé du projet"), numbers[0]);
    let Some(Held::Text(title)) = world.stack.ds.store().dossier(number).unwrap().1.content().champs.get(&theirs).cloned() else { panic!() };
    assert_eq!(world.cell(number, "Intitule_du_projet").await, json!(title));
    let rows = |field: u32, numbers: &[i32]| -> usize {
        let rows_of = |number: &i32| match world.stack.ds.store().dossier(*number).unwrap().1.content().champs.get(&field) {
            Some(Held::Rows(rows)) => rows.len(),
            _ => 0,
        };
        numbers.iter().map(rows_of).sum()
    };
    let expected =
        rows(world.field_of(world.demarche, "Cofinancements"), &world.numbers()) + rows(world.field_of(SIBLING, "Cofinancements"), &numbers);
    assert_eq!(world.table("Cofinancements").await["id"].as_array().unwrap().len(), expected);
    let link = world.cell(number, "Lien_vers_le_dossier").await;
    assert!(link.as_str().unwrap().contains(&format!("/procedures/{SIBLING}/dossiers/{number}")), "{link}");

    let before = world.content().await;
    let again = world.run_both().await;
    assert!(again.is_success(), "{again:?}");
    assert_eq!((world.stack.document.calls().writes, world.content().await), (0, before));
    assert!(world.stack.ds.requests().count() <= 2 * 4, "{}", world.stack.ds.requests().count());
    world.stack.ds.store().set_champ(number, theirs, Some(Held::Text("Un autre".to_owned()))).unwrap();
    assert_eq!(world.run_both().await.report.updated, 1);
    assert_eq!(world.cell(number, "Intitule_du_projet").await, json!("Un autre"));
}

#[tokio::test]
async fn what_a_clone_loses_or_renames_is_told_of_it_alone() {
    let world = World::everyday(10).await;
    world.run_both().await;
    let store = world.stack.ds.store();
    store.rename_field(SIBLING, world.field_of(SIBLING, "Intitulé du projet"), "Titre du projet").unwrap();
    store.remove_field(SIBLING, world.field_of(SIBLING, "Téléphone")).unwrap();
    store.add_field(SIBLING, Kind::Text, "Site web").unwrap();
    let outcome = world.run_both().await;
    assert!(outcome.is_success(), "{outcome:?}");
    let [drift] = outcome.report.drift.as_slice() else { panic!("{:?}", outcome.report.drift) };
    assert_eq!((drift.demarche.get(), drift.title.contains("Isère")), (i64::from(SIBLING), true));
    let told: Vec<&str> = drift
        .drift
        .changes
        .iter()
        .map(|change| match change {
            Change::Added { label, .. } => label.as_str(),
            Change::Renamed { to, .. } => to,
            Change::Removed { label, .. } => label,
            Change::Retyped { label, .. } => label,
        })
        .collect();
    assert_eq!(told, ["Titre du projet", "Site web", "Téléphone"]);
}

#[tokio::test]
async fn the_rows_of_a_demarche_that_is_taken_away_stay() {
    let world = World::everyday(10).await;
    world.run_both().await;
    let before = world.table(&world.main_table().await).await;
    let source = world.stack.source("owner").await.unwrap();
    let mut connexion = world.twofold().await;
    connexion.follow_siblings(Vec::new());
    connexion.keeping.deleted = Fate::Remove;
    let outcome = world.stack.run_connexion(&source, "owner", &mut connexion, SystemClock::default(), &Onlooker).await.unwrap();
    assert_eq!((outcome.is_success(), outcome.report.marked, outcome.report.removed), (true, 0, 0));
    // Nor are they taken for deleted dossiers once the column that says whose they are is no longer kept up to date.
    for column in [DossierField::Demarche, DossierField::NumeroDemarche] {
        connexion.mapping.tables[0].columns.retain(|known| known.sources != [Field::Dossier(column)]);
    }
    connexion.read_all_again();
    let outcome = world.stack.run_connexion(&source, "owner", &mut connexion, SystemClock::default(), &Onlooker).await.unwrap();
    assert_eq!((outcome.is_success(), outcome.report.marked, outcome.report.removed), (true, 0, 0));
    assert_eq!(world.table(&world.main_table().await).await, before);
}

#[tokio::test]
async fn what_leaves_one_demarche_leaves_its_own_rows() {
    let world = World::everyday(10).await;
    world.run_both().await;
    let number = world.stack.ds.store().numbers(SIBLING)[3];
    world.stack.ds.store().trash(number, relais_tests::ds::vocabulary::DeletionReason::UserRequest).unwrap();
    let outcome = world.run_both().await;
    assert_eq!((outcome.report.marked, outcome.report.removed), (1, 0));
    assert_ne!(world.cell(number, "Supprime_le").await, Value::Null);
}
