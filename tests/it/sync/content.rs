//! What lands in the document, through the whole stack: the tables on choice, the lists of choices, the cases that are
//! about content (DESIGN section 3).

use relais_engine::{
    ds::ChampType,
    grist::ColumnType,
    mapping::{Field, LinkedTable, Proposal, SectionOrigin, TableKey},
    sync::ProblemKind,
};
use relais_tests::{
    ds::{vocabulary::LabelColor, world::value::Value as Held},
    grist::{Fault as GristFault, On, Refusal},
};
use serde_json::{Value, json};

use super::World;

impl World {
    /// The démarche with every type of field, and every table on choice.
    async fn with_linked_tables(dossiers: u32) -> Self {
        let mut world = Self::complete(dossiers).await;
        world.mapping = world
            .stack
            .propose_with(world.demarche, |proposal: &mut Proposal| {
                for section in proposal.sections.iter_mut().filter(|section| matches!(section.origin, SectionOrigin::Linked(_))) {
                    section.lines.iter_mut().for_each(|line| line.is_chosen = true);
                }
            })
            .await
            .unwrap();
        world.stack.ds.requests().reset();
        world
    }

    /// The rows of a table that refer to a dossier, each as its cells by column.
    async fn rows_of(&self, table: &str, dossier: i32) -> Vec<serde_json::Map<String, Value>> {
        let main = self.table(&self.main_table().await).await;
        let place = main["Numero"].as_array().unwrap().iter().position(|number| *number == json!(dossier)).unwrap();
        let row_id = &main["id"][place];
        let table = self.table(table).await;
        let of_dossier = |index: &usize| table["Dossier"][*index] == *row_id;
        let row = |index: usize| table.as_object().unwrap().iter().map(|(column, cells)| (column.clone(), cells[index].clone())).collect();
        (0..table["id"].as_array().unwrap().len()).filter(of_dossier).map(row).collect()
    }
}

#[tokio::test]
async fn avis_messages_steps_instructeurs_and_zones_have_tables_of_their_own() {
    let world = World::with_linked_tables(60).await;
    let outcome = world.run().await;
    assert_eq!(outcome.stop, None, "{outcome:?}");
    let store = world.stack.ds.store();
    let (mut avis, mut messages) = (0, 0);
    for number in world.numbers() {
        let content = store.dossier(number).unwrap().1.content();
        let rows = world.rows_of("Messages", number).await;
        assert_eq!(rows.len(), content.messages.len(), "{number}");
        for (row, message) in rows.iter().zip(&content.messages) {
            assert_eq!(row["Auteur"], json!(message.email));
            assert!(!row["Message"].as_str().unwrap().contains(['<', '&']), "HTML is for browsers");
        }
        assert_eq!(world.rows_of("Avis", number).await.len(), content.avis.len(), "{number}");
        let followers = store.dossier(number).unwrap().1.cover.followers.len();
        assert_eq!(world.rows_of("Instructeurs", number).await.len(), followers, "{number}");
        let steps = world.rows_of("Historique", number).await;
        assert_eq!(steps[0]["Evenement"], json!("Déposé"));
        (avis, messages) = (avis + content.avis.len(), messages + content.messages.len());
    }
    assert!(avis > 10 && messages > 10);
    let zones = world.table("Zones").await;
    let sources: Vec<&str> = zones["Origine"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    for source in ["Parcelle cadastrale", "Parcelle agricole", "Tracé de l’usager"] {
        assert!(sources.contains(&source), "{source}");
    }
    let rows: Vec<bool> = zones["Ligne_du_bloc"].as_array().unwrap().iter().map(|row| row.as_str().is_some_and(|row| !row.is_empty())).collect();
    assert!(rows.contains(&true) && rows.contains(&false), "areas of blocs, and others");
    world.assert_settled().await;
}

#[tokio::test]
async fn what_is_gone_from_ds_is_gone_from_its_table() {
    let world = World::with_linked_tables(20).await;
    world.run().await;
    let store = world.stack.ds.store();
    let number = world.numbers().into_iter().find(|number| store.dossier(*number).unwrap().1.content().messages.len() == 2).unwrap();
    let kept = world.rows_of("Messages", number).await.remove(1);
    store.edit(number, |dossier, _| drop(dossier.content_mut().messages.remove(0))).unwrap();
    store.add_avis(number, "Un autre avis ?").unwrap();
    let avis = world.rows_of("Avis", number).await.len();
    let outcome = world.run().await;
    assert_eq!(outcome.stop, None, "{outcome:?}");
    assert_eq!((outcome.report.rows_added, outcome.report.rows_removed, outcome.report.rows_updated), (1, 1, 0), "{:?}", outcome.report);
    let rows = world.rows_of("Messages", number).await;
    assert_eq!(rows, [kept], "the other row is the same row");
    assert_eq!(world.rows_of("Avis", number).await.len(), avis + 1);
    world.assert_settled().await;
}

#[tokio::test]
async fn a_table_on_choice_is_not_asked_for_unless_it_is_wanted() {
    let world = World::complete(5).await;
    for table in LinkedTable::ALL {
        assert!(world.mapping.table(&TableKey::Linked(*table)).is_none(), "{table:?} is on choice");
    }
    world.run().await;
    let requests = world.stack.ds.requests().all();
    let pages: Vec<_> = requests.iter().filter(|request| request.operation.as_deref() == Some("getDossiers")).collect();
    assert!(!pages.is_empty());
    for part in ["includeAvis", "includeMessages", "includeTraitements", "includeInstructeurs", "includeColumns"] {
        assert!(pages.iter().all(|request| request.variables[part] == json!(false)), "{part}");
    }
    assert!(world.table_ids().await.iter().all(|id| !matches!(id.as_str(), "Avis" | "Messages" | "Historique" | "Instructeurs" | "Zones")));
}

#[tokio::test]
async fn a_repetition_with_a_map_does_not_double_its_rows_at_each_run() {
    let world = World::with_linked_tables(30).await;
    world.run().await;
    let field = world.stack.ds.store().field(world.demarche, "Intitulé du projet").unwrap();
    let count = async |table: &str| world.table(table).await["id"].as_array().unwrap().len();
    let before = (count("Parcelles_concernees").await, count("Zones").await);
    assert!(before.0 > 10 && before.1 > 10, "{before:?}");
    for turn in 0..3 {
        for number in world.numbers() {
            world.stack.ds.store().set_champ(number, field, Some(Held::Text(format!("Projet, tour {turn}")))).unwrap();
        }
        let outcome = world.run().await;
        assert_eq!(outcome.report.updated, 30);
        assert_eq!((count("Parcelles_concernees").await, count("Zones").await), before);
    }
}

#[tokio::test]
async fn parts_of_references_and_bank_statements_are_columns_when_they_are_chosen() {
    let mut world = World::complete(40).await;
    let labels = |world: &World| -> Vec<String> {
        world.mapping.tables[0].columns.iter().map(|column| column.name.clone()).filter(|name| name.contains("IBAN")).collect()
    };
    assert_eq!(labels(&world), [] as [&str; 0], "what opens an account is off by default");
    world.mapping = world
        .stack
        .propose_with(world.demarche, |proposal| {
            for line in proposal.sections.iter_mut().flat_map(|section| &mut section.lines) {
                let is_part = matches!(line.field, Field::Part(..));
                line.is_chosen |= is_part;
                let is_of_file = line.champ_type == Some(ChampType::PieceJustificative);
                assert!(!is_part || line.is_personal || !is_of_file, "{} speaks of a person", line.column_name);
            }
        })
        .await
        .unwrap();
    assert_eq!(labels(&world).len(), 1);
    let outcome = world.run().await;
    assert_eq!(outcome.stop, None, "{outcome:?}");
    let table = world.table(&world.main_table().await).await;
    let filled = |column: &str| table[column].as_array().unwrap_or_else(|| panic!("no {column}")).iter().filter(|cell| !cell.is_null()).count();
    assert!(filled("Releve_d_identite_bancaire_IBAN") > 5);
    assert!(filled("Reference_de_l_inventaire_Denomination") > 5);
    assert!(table["Reference_de_l_inventaire_Visiteurs"].as_array().unwrap().iter().any(Value::is_number));
    assert!(table["Reference_de_l_inventaire_Protege"].as_array().unwrap().contains(&json!("Oui")));
    world.assert_settled().await;
}

#[tokio::test]
async fn persons_and_organisations_of_one_demarche_are_in_one_table() {
    let world = World::complete(60).await;
    world.run().await;
    let table = world.table(&world.main_table().await).await;
    let filled = |column: &str| table[column].as_array().unwrap().iter().filter(|cell| cell.as_str().is_some_and(|text| !text.is_empty())).count();
    let (persons, organisations) = (filled("Nom_du_demandeur"), filled("SIRET_du_demandeur"));
    assert!(persons > 10 && organisations > 10);
    assert_eq!(persons + organisations, 60);
}

#[tokio::test]
async fn rule_6_a_field_that_only_old_revisions_have_keeps_its_values() {
    let world = World::everyday(30).await;
    world.run().await;
    let store = world.stack.ds.store();
    let field = store.field(world.demarche, "Téléphone").unwrap();
    let is_decided = |number: &i32| store.dossier(*number).unwrap().1.facts.state.is_decided();
    let (decided, open): (Vec<i32>, Vec<i32>) = world.numbers().into_iter().partition(is_decided);
    for number in [decided[0], open[0]] {
        store.set_champ(number, field, Some(Held::Text("01 99 00 12 34".to_owned()))).unwrap();
    }
    world.run().await;
    store.remove_field(world.demarche, field).unwrap();
    let outcome = world.run().await;
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(world.cell(decided[0], "Telephone").await, json!("01 99 00 12 34"), "decided under the older form");
    let cell = world.cell(open[0], "Telephone").await;
    assert!(cell.is_null() || cell == json!(""), "an open dossier follows the present form: {cell}");
    world.assert_settled().await;
}

/// The options of a list of the main table, in order.
async fn options(world: &World, column: &str) -> Value {
    let table = world.main_table().await;
    let tables = world.table("_grist_Tables").await;
    let place = tables["tableId"].as_array().unwrap().iter().position(|id| *id == json!(table)).unwrap();
    let columns = world.table("_grist_Tables_column").await;
    let is_it = |index: &usize| columns["colId"][*index] == json!(column) && columns["parentId"][*index] == tables["id"][place];
    let index = (0..columns["id"].as_array().unwrap().len()).find(is_it).unwrap();
    serde_json::from_str(columns["widgetOptions"][index].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn lists_follow_the_form_and_keep_what_agents_added() {
    let world = World::everyday(20).await;
    world.run().await;
    let table = world.main_table().await;
    let mut chosen = options(&world, "Domaine_d_intervention").await;
    chosen["choices"].as_array_mut().unwrap().push(json!("Notre domaine"));
    chosen["choiceOptions"] = json!({ "Sport": { "fillColor": "#000000", "textColor": "#FFFFFF", "fontBold": true } });
    world.apply(json!([["ModifyColumn", table, "Domaine_d_intervention", { "widgetOptions": chosen.to_string() }]])).await;
    let store = world.stack.ds.store();
    let field = store.field(world.demarche, "Domaine d’intervention").unwrap();
    store.set_options(world.demarche, field, &["Culture", "Tourisme"]).unwrap();
    let outcome = world.run().await;
    assert!(outcome.is_success(), "{outcome:?}");
    let after = options(&world, "Domaine_d_intervention").await;
    let mut expected = chosen.clone();
    expected["choices"].as_array_mut().unwrap().push(json!("Tourisme"));
    assert_eq!(after, expected, "what agents added, and colours, stay; what the form dropped too, for the dossiers that have it");
    world.assert_settled().await;
}

#[tokio::test]
async fn labels_come_with_their_colours_and_change_them_with_ds() {
    let world = World::everyday(20).await;
    world.run().await;
    let style = async |label: &str| options(&world, "Etiquettes").await["choiceOptions"][label]["fillColor"].clone();
    assert_eq!(style("Urgent").await, json!("#FCDDD8"));
    assert_eq!(options(&world, "Etat").await["choiceOptions"]["Accepté"]["fillColor"], json!("#C9F2D9"));
    let store = world.stack.ds.store();
    let label = |name: &str| {
        let demarche = store.demarche(world.demarche).unwrap();
        demarche.labels.iter().find(|label| label.name == name).unwrap().id
    };
    // An agent's own colour stays.
    let mut theirs = options(&world, "Etiquettes").await;
    theirs["choiceOptions"]["Complet"] = json!({ "fillColor": "#123456", "textColor": "#FFFFFF" });
    let table = world.main_table().await;
    world.apply(json!([["ModifyColumn", table, "Etiquettes", { "widgetOptions": theirs.to_string() }]])).await;
    store.recolour_label(world.demarche, label("Urgent"), LabelColor::BlueEcume).unwrap();
    store.recolour_label(world.demarche, label("Complet"), LabelColor::GreenMenthe).unwrap();
    store.add_label(world.demarche, "Nouveau", LabelColor::GreenMenthe).unwrap();
    assert!(world.run().await.is_success());
    assert_eq!(style("Urgent").await, json!("#DFE6FC"));
    assert_eq!(style("Nouveau").await, json!("#BFEFEA"));
    assert_eq!(style("Complet").await, json!("#123456"));
    world.assert_settled().await;
}

#[tokio::test]
async fn an_access_rule_on_lists_of_choices_stops_no_value() {
    let world = World::everyday(20).await;
    world.run().await;
    let store = world.stack.ds.store();
    store.add_label(world.demarche, "Nouveau", LabelColor::GreenMenthe).unwrap();
    let number = world.numbers()[3];
    let field = store.field(world.demarche, "Intitulé du projet").unwrap();
    store.set_champ(number, field, Some(Held::Text("Un autre projet".to_owned()))).unwrap();
    // The lists are lengthened by a call of their own, before the values.
    world.stack.document.faults().next(On::Write, GristFault::Refused(Refusal::new("Blocked by table structure access rules", Some("ACL_DENY"))));
    let outcome = world.run().await;
    assert_eq!(outcome.stop, None);
    assert!(outcome.report.problems.iter().any(|problem| problem.kind == ProblemKind::ChoicesNotAdded));
    assert_eq!(world.cell(number, "Intitule_du_projet").await, json!("Un autre projet"));
}

#[tokio::test]
async fn fields_that_take_turns_are_one_column_whichever_is_filled() {
    use relais_tests::ds::samples::complete::{BY_DEPARTEMENT, IN_TURN};
    let world = World::complete(60).await;
    let named: Vec<_> = world.mapping.tables[0].columns.iter().filter(|column| column.name.starts_with(IN_TURN)).collect();
    assert_eq!(named.len(), 1);
    assert_eq!((named[0].name.as_str(), named[0].sources.len(), &named[0].column_type), (IN_TURN, 3, &ColumnType::Choice));
    assert_eq!(world.run().await.stop, None);
    let table = world.table(&world.main_table().await).await;
    let cells = table["Enveloppe_demandee"].as_array().unwrap();
    for departement in ["26 – Drôme", "45 – Loiret", "67 – Bas-Rhin"] {
        assert!(cells.contains(&json!(format!("Enveloppe du {departement}"))), "{departement}");
    }
    assert_eq!(options(&world, "Enveloppe_demandee").await["choices"].as_array().unwrap().len(), 5, "the options of all, each once");
    // Another one is shown: its value, not the hidden one's. Then none.
    let store = world.stack.ds.store();
    let field = |label: &str| store.field(world.demarche, label).unwrap();
    let number = world.numbers()[5];
    let answer = |text: &str| Some(Held::Text(text.to_owned()));
    for departement in ["26 – Drôme", "45 – Loiret"] {
        let own = format!("Enveloppe du {departement}");
        store.set_champ(number, field(&format!("{IN_TURN} ({departement})")), answer(&own)).unwrap();
        store.set_champ(number, field(BY_DEPARTEMENT), answer(departement)).unwrap();
        let outcome = world.run().await;
        assert!(!outcome.report.failed_dossiers().iter().any(|failed| failed.get() == i64::from(number)), "{:?}", outcome.report);
        assert_eq!(world.cell(number, "Enveloppe_demandee").await, json!(own));
    }
    store.set_champ(number, field(BY_DEPARTEMENT), None).unwrap();
    world.run().await;
    let cell = world.cell(number, "Enveloppe_demandee").await;
    assert!(cell.is_null() || cell == json!(""), "{cell}");
    world.assert_settled().await;
}

#[tokio::test]
async fn fields_that_take_turns_may_be_parted_and_joined_again() {
    let mut world = World::complete(30).await;
    let joined = world.mapping.clone();
    world.run().await;
    world.mapping = world
        .stack
        .propose_with(world.demarche, |proposal| {
            let family = proposal.families().iter().position(|family| family.is_joined).unwrap();
            proposal.part(family);
        })
        .await
        .unwrap();
    assert_eq!(world.run().await.stop, None);
    let table = world.table(&world.main_table().await).await;
    let columns: Vec<&String> = table.as_object().unwrap().keys().filter(|id| id.starts_with("Enveloppe_demandee")).collect();
    assert_eq!(columns.len(), 3, "the shared column is the first one's: {columns:?}");
    let filled = |column: &String| table[column].as_array().unwrap().iter().filter(|cell| cell.as_str().is_some_and(|text| !text.is_empty())).count();
    let apart: usize = columns.iter().map(|column| filled(column)).sum();
    world.mapping = joined;
    assert_eq!(world.run().await.stop, None);
    let table = world.table(&world.main_table().await).await;
    let together = table["Enveloppe_demandee"].as_array().unwrap().iter().filter(|cell| cell.as_str().is_some_and(|text| !text.is_empty())).count();
    assert_eq!(together, apart);
    world.assert_settled().await;
}
