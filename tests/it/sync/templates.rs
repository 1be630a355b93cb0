//! A document that follows a template takes up its next version: what that brings comes, and nothing that the document holds is
//! lost.

use std::collections::BTreeMap;

use relais_engine::{
    ds::{Demarche, Operation, operations::DemarcheVariables},
    grist::ColumnType,
    mapping::{ColumnMapping, Mapping},
    ports::Source as _,
    sync::{Connexion, FollowedTemplate, Outcome, load, save_reshaped},
    template::{Applied, Matching, TakenUp, Template, TemplateChange, take_up},
};
use relais_tests::{
    ds::vocabulary::DeletionReason,
    ports::{GristPort, SystemClock},
    stack::Onlooker,
};
use serde_json::{Value, json};

use super::World;

/// The cells of a table: by row, then by column.
type Cells = BTreeMap<i64, BTreeMap<String, Value>>;

impl World {
    async fn own_form(&self) -> Demarche {
        let number = i64::from(self.demarche).try_into().unwrap();
        let source = self.stack.source("owner").await.unwrap();
        Demarche::read(&source.call(&Operation::GetDemarche(DemarcheVariables { number })).await.unwrap()).unwrap()
    }

    /// A version of a template, from its file.
    async fn version(&self, mapping: &Mapping) -> Applied {
        let form = self.own_form().await;
        let file = Template::of(&Connexion::new(mapping.clone(), &[]), &form, "Suivi", "").write();
        let template = Template::read(file.as_bytes()).unwrap();
        Matching::new(&template, &form).apply(&template, &form)
    }

    /// Runs the connexion that the document has.
    async fn run_as_saved(&self) -> Outcome {
        let source = self.stack.source("owner").await.unwrap();
        let mut connexion = self.stack.connexion("owner", &self.mapping).await.unwrap();
        self.stack.run_connexion(&source, "owner", &mut connexion, SystemClock::default(), &Onlooker).await.unwrap()
    }

    /// Has the connexion take up a version, as an agent does.
    async fn take_up(&self, newer: &Applied, older: &Applied) -> TakenUp {
        let document = GristPort::new(self.stack.document.clone(), "owner");
        let loaded = load(&document).await.unwrap();
        let mut taken = take_up(&loaded.connexions[0], &loaded.schema, newer, Some(older), 2);
        let form = self.own_form().await;
        self.stack.document.reset_calls();
        save_reshaped(&document, &mut taken.connexion, &taken.reshaped, &form).await.unwrap();
        assert_eq!(self.stack.document.calls().writes, 1, "all of it in one call");
        taken
    }

    async fn cells(&self) -> Cells {
        let table = self.table(&self.main_table().await).await;
        let ids: Vec<i64> = serde_json::from_value(table["id"].clone()).unwrap();
        let row = |index: usize| table.as_object().unwrap().iter().map(|(column, cells)| (column.clone(), cells[index].clone())).collect();
        ids.into_iter().enumerate().map(|(index, id)| (id, row(index))).collect()
    }

    /// What Grist knows of a column of the main table.
    async fn column(&self, id: &str) -> BTreeMap<String, Value> {
        let columns = self.table("_grist_Tables_column").await;
        let tables = self.table("_grist_Tables").await;
        let main = self.main_table().await;
        let place = tables["tableId"].as_array().unwrap().iter().position(|table| *table == json!(main)).unwrap();
        let parent = &tables["id"][place];
        let ids = columns["colId"].as_array().unwrap();
        let index = (0..ids.len()).find(|index| ids[*index] == json!(id) && columns["parentId"][*index] == *parent).unwrap();
        columns.as_object().unwrap().iter().map(|(name, values)| (name.clone(), values[index].clone())).collect()
    }
}

fn column<'a>(mapping: &'a mut Mapping, name: &str) -> &'a mut ColumnMapping {
    mapping.tables[0].columns.iter_mut().find(|column| column.name == name).unwrap_or_else(|| panic!("no column {name}"))
}

fn remove(mapping: &mut Mapping, name: &str) {
    column(mapping, name);
    mapping.tables[0].columns.retain(|column| column.name != name);
}

#[tokio::test]
async fn a_newer_version_changes_what_it_says_and_loses_nothing() {
    let world = World::everyday(40).await;
    let (theme, amount, people) = ("Domaine d’intervention", "Montant demandé (en euros)", "Nombre de bénéficiaires attendus");
    let mut first = world.mapping.clone();
    remove(&mut first, "Téléphone");
    column(&mut first, theme).column_type = ColumnType::Text;
    let older = world.version(&first).await;
    let mut connexion = Connexion::new(older.mapping.clone(), &[]);
    connexion.template = Some(FollowedTemplate { id: "t1".to_owned(), version: 1, declined: Vec::new(), passed_over: None });
    let source = world.stack.source("owner").await.unwrap();
    let outcome = world.stack.run_connexion(&source, "owner", &mut connexion, SystemClock::default(), &Onlooker).await.unwrap();
    assert!(outcome.is_success(), "{outcome:?}");

    // The agent has a column of their own, a formula, another name for a column, and a row without a dossier.
    let main = world.main_table().await;
    let rows: Vec<i64> = world.cells().await.into_keys().collect();
    let own: Vec<String> = rows.iter().map(|row| format!("avis {row}")).collect();
    world
        .apply(json!([
            ["AddVisibleColumn", main, "Avis_interne", { "type": "Text", "isFormula": false, "label": "Avis interne" }],
            ["BulkUpdateRecord", main, rows, { "Avis_interne": own }],
            ["AddVisibleColumn", main, "Rappel", { "type": "Any", "isFormula": true, "formula": "$Intitule_du_projet" }],
            ["ModifyColumn", main, "Nom_de_l_association", { "label": "Asso" }],
            ["BulkAddRecord", main, [null], { "Avis_interne": ["à part"], "Domaine_d_intervention": ["Autre chose"], "Montant_demande_en_euros": [12.5] }],
        ]))
        .await;
    let gone = world.numbers()[7];
    world.stack.ds.store().trash(gone, DeletionReason::UserRequest).unwrap();
    let before = world.cells().await;

    // The version adds one, removes one, renames two, and gives two another type.
    let mut second = world.mapping.clone();
    remove(&mut second, people);
    column(&mut second, amount).column_type = ColumnType::Text;
    column(&mut second, "Intitulé du projet").name = "Projet".to_owned();
    column(&mut second, "Nom de l’association").name = "Porteur".to_owned();
    second.tables[0].name = "Autre nom".to_owned();
    let newer = world.version(&second).await;
    let taken = world.take_up(&newer, &older).await;
    let name = |change: &TemplateChange| match change {
        TemplateChange::ColumnAdded { column, .. } => format!("+ {column}"),
        TemplateChange::ColumnRemoved { column, .. } => format!("- {column}"),
        TemplateChange::ColumnRenamed { from, to, .. } => format!("{from} → {to}"),
        TemplateChange::ColumnRetyped { column, to, .. } => format!("{column}: {to}"),
        other => format!("{other:?}"),
    };
    let mut changes: Vec<String> = taken.difference.changes.iter().map(name).collect();
    changes.sort();
    let expected = ["+ Téléphone", "- Nombre de bénéficiaires attendus", "Domaine d’intervention: Choice", "Intitulé du projet → Projet"];
    assert_eq!(changes, [&expected[..], &["Montant demandé (en euros): Text"]].concat());
    assert_eq!(taken.difference.kept.iter().map(name).collect::<Vec<_>>(), ["Asso → Porteur"]);

    let outcome = world.run_as_saved().await;
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!((outcome.report.added, outcome.report.marked), (0, 1));
    let after = world.cells().await;
    assert_eq!(after.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>(), "every row is there");
    for (row, cells) in &before {
        for (id, value) in cells {
            let expected = match id.as_str() {
                // As the same numbers are written in French.
                "Montant_demande_en_euros" if !value.is_null() => json!(value.to_string().trim_end_matches(".0").replace('.', ",")),
                "Supprime_le" | "Motif_de_suppression" if cells["Numero"] == json!(gone) => continue,
                _ => value.clone(),
            };
            assert_eq!(after[row][id], expected, "row {row}, column {id}");
        }
    }
    assert!(after.values().any(|cells| cells["Telephone"].as_str().is_some_and(|phone| !phone.is_empty())), "older dossiers have the new one");
    assert!(!after.values().next().unwrap().keys().any(|id| id.contains("valeurs_d_avant")), "all of it fits");
    for (id, label, kind) in [
        ("Intitule_du_projet", "Projet", "Text"),
        ("Domaine_d_intervention", theme, "Choice"),
        ("Montant_demande_en_euros", amount, "Text"),
        ("Nombre_de_beneficiaires_attendus", people, "Numeric"),
        ("Avis_interne", "Avis interne", "Text"),
    ] {
        let column = world.column(id).await;
        assert_eq!((&column["label"], &column["type"]), (&json!(label), &json!(kind)));
    }
    let options: Value = serde_json::from_str(world.column("Domaine_d_intervention").await["widgetOptions"].as_str().unwrap()).unwrap();
    let choices = options["choices"].as_array().unwrap();
    assert!(choices.contains(&json!("Culture")) && choices.contains(&json!("Autre chose")), "{choices:?}");
    assert!(!world.table_ids().await.iter().any(|id| id.contains("Autre")), "tables keep their names");

    // It settles, and one Ctrl+Z after the other takes back the run and the version.
    world.stack.document.reset_calls();
    assert!(world.run_as_saved().await.is_success());
    assert_eq!(world.stack.document.calls().writes, 0);
    while world.cells().await != before {
        assert!(world.stack.document.undo("owner").unwrap());
    }
    assert_eq!(world.column("Intitule_du_projet").await["label"], json!("Intitulé du projet"));
}
