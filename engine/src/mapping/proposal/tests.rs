//! Fields that take turns, through proposals, mappings, and proposals of mappings.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use serde_json::{Value, json};

use super::*;

fn list(id: &str, label: &str) -> Value {
    json!({ "__typename": "DropDownListChampDescriptor", "id": id, "label": label, "choices": [id], "otherOption": false, "required": true })
}

fn commune(id: &str, label: &str) -> Value {
    json!({ "__typename": "CommuneChampDescriptor", "id": id, "label": label })
}

fn demarche(champs: &[Value]) -> Demarche {
    let demarche = json!({
        "number": 1, "title": "Aides", "state": "publiee",
        "activeRevision": { "id": "R1", "datePublication": null, "champDescriptors": champs, "annotationDescriptors": [] },
    });
    Demarche::read(json!({ "data": { "demarche": demarche } }).to_string().as_bytes()).unwrap()
}

fn dossier(number: u32, champs: &[Value]) -> Dossier {
    let dossier = json!({
        "number": number, "state": "en_instruction", "archived": false, "dateDepot": "2026-01-31T10:00:00Z",
        "dateDerniereModification": "2026-01-31T10:00:00Z", "usager": null, "champs": champs,
        "demandeur": { "__typename": "PersonnePhysique", "civilite": "M", "nom": "N", "prenom": "P" },
    });
    Dossier::read(json!({ "data": { "dossier": dossier } }).to_string().as_bytes()).unwrap()
}

fn text(id: &str, text: &str) -> Value {
    json!({ "__typename": "TextChamp", "champDescriptorId": id, "stringValue": text })
}

fn arrondissements() -> Vec<Value> {
    vec![list("a", "Arrondissement (01 - Ain)"), list("b", "Arrondissement (02 - Aisne)"), list("c", "Arrondissement (2A - Corse-du-Sud)")]
}

/// The name of each column of the main table but the key, and what fills it.
fn columns(mapping: &Mapping) -> Vec<(String, Vec<String>)> {
    let columns = mapping.tables[0].columns.iter().filter(|column| column.key().unwrap().descriptor().is_some());
    columns.map(|column| (column.name.clone(), column.sources.iter().map(ToString::to_string).collect())).collect()
}

fn chosen(mut proposal: Proposal) -> Mapping {
    proposal.apply(Preset::Everything);
    proposal.into_mapping()
}

#[test]
fn one_field_per_departement_is_one_column() {
    let mapping = chosen(Proposal::new(&demarche(&arrondissements()), &[]));
    assert_eq!(columns(&mapping), [("Arrondissement".to_owned(), ["a", "b", "c"].map(|id| format!("champ:{id}:choice")).to_vec())]);
    assert_eq!(mapping.tables[0].columns.last().unwrap().description, "Arrondissement : le premier rempli de 3 champs semblables");
    assert_eq!(mapping.fields.len(), 3, "drift is told of each");
}

#[test]
fn joining_and_parting_lose_nothing() {
    let mut proposal = Proposal::new(&demarche(&arrondissements()), &[]);
    let joined = proposal.clone();
    assert!(proposal.families()[0].is_joined);
    proposal.part(0);
    assert_eq!(columns(&proposal.clone().into_mapping()).len(), 3, "each is chosen, as the shared column was");
    assert!(proposal.sections.iter().flat_map(|section| &section.lines).all(|line| !line.is_folded));
    proposal.part(0);
    proposal.join(0);
    assert_eq!(proposal, joined);
    proposal.apply(Preset::Nothing);
    proposal.part(0);
    assert_eq!(columns(&proposal.into_mapping()), []);
}

#[test]
fn dossiers_tell_whether_fields_take_turns() {
    let form = demarche(&[
        json!({ "__typename": "TextChampDescriptor", "id": "a", "label": "Nom – association" }),
        json!({ "__typename": "TextChampDescriptor", "id": "b", "label": "Nom – collectivité" }),
    ]);
    let unseen = Proposal::new(&form, &[]);
    assert_eq!(unseen.families().iter().map(|family| family.is_joined).collect::<Vec<_>>(), [false], "offered, not done");
    let taking_turns = Proposal::new(&form, &[dossier(1, &[text("a", "x")]), dossier(2, &[text("b", "y")])]);
    assert!(taking_turns.families()[0].is_joined);
    let line = taking_turns.sections.iter().flat_map(|section| &section.lines).find(|line| line.label == "Nom").unwrap();
    assert_eq!(line.samples, ["x", "y"]);
    let together = Proposal::new(&form, &[dossier(1, &[text("a", "x"), text("b", "y")])]);
    assert_eq!(together.families(), []);
}

#[test]
fn amounts_in_several_currencies_are_never_added_up() {
    let amount = |id: &str, label: &str| json!({ "__typename": "DecimalNumberChampDescriptor", "id": id, "label": label });
    let proposal = Proposal::new(&demarche(&[amount("a", "Coût (en euros)"), amount("b", "Coût (en XPF)")]), &[]);
    assert_eq!(proposal.families(), []);
}

#[test]
fn each_facet_of_fields_that_take_turns_is_a_column() {
    let form = demarche(&[commune("a", "Commune (01 - Ain)"), commune("b", "Commune (02 - Aisne)")]);
    let mapping = chosen(Proposal::new(&form, &[]));
    let names: Vec<String> = columns(&mapping).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["Commune", "Commune – code INSEE"]);
    assert_eq!(columns(&Proposal::reopen(&form, &mapping, &[]).into_mapping()), columns(&mapping));
}

#[test]
fn a_reopened_mapping_is_the_same() {
    let form = demarche(&arrondissements());
    let joined = chosen(Proposal::new(&form, &[]));
    let reopened = Proposal::reopen(&form, &joined, &[]);
    assert!(reopened.families().iter().any(|family| family.is_joined));
    assert_eq!(reopened.into_mapping(), joined);
    let mut proposal = Proposal::new(&form, &[]);
    proposal.part(0);
    let apart = proposal.into_mapping();
    let reopened = Proposal::reopen(&form, &apart, &[]);
    assert_eq!(reopened.families().iter().map(|family| family.is_joined).collect::<Vec<_>>(), [false]);
    assert_eq!(reopened.into_mapping(), apart);
}

#[test]
fn fields_that_come_and_go_keep_the_column() {
    let joined = chosen(Proposal::new(&demarche(&arrondissements()), &[]));
    // The Ain, which names the column in the document, is gone; the Allier is new.
    let mut champs = arrondissements();
    champs[0] = list("d", "Arrondissement (03 - Allier)");
    let reopened = Proposal::reopen(&demarche(&champs), &joined, &[]).into_mapping();
    assert_eq!(columns(&reopened), [("Arrondissement".to_owned(), ["a", "b", "c", "d"].map(|id| format!("champ:{id}:choice")).to_vec())]);
    assert_eq!(reopened.fields.len(), 4);
    // All are gone: older dossiers still have them.
    let reopened = Proposal::reopen(&demarche(&[list("x", "Autre")]), &joined, &[]).into_mapping();
    assert_eq!(columns(&reopened), columns(&joined));
}

#[test]
fn too_many_choices_for_a_menu_are_texts() {
    let many: Vec<Value> = (1..95)
        .map(|code| {
            let choices: Vec<String> = (0..4).map(|choice| format!("{code} {choice}")).collect();
            json!({ "__typename": "DropDownListChampDescriptor", "id": format!("{code}"), "label": format!("Arrondissement ({code:02} - X)"), "choices": choices })
        })
        .collect();
    let mapping = chosen(Proposal::new(&demarche(&many), &[]));
    assert_eq!(mapping.tables[0].columns.last().unwrap().column_type, ColumnType::Text);
    let mapping = chosen(Proposal::new(&demarche(&arrondissements()), &[]));
    assert_eq!(mapping.tables[0].columns.last().unwrap().column_type, ColumnType::Choice);
}

#[test]
fn what_opens_an_account_or_names_a_person_is_off_and_marked() {
    let form = demarche(&[
        json!({ "__typename": "IbanChampDescriptor", "id": "iban", "label": "IBAN" }),
        json!({ "__typename": "TitreIdentiteChampDescriptor", "id": "titre", "label": "Titre d’identité" }),
        json!({ "__typename": "PieceJustificativeChampDescriptor", "id": "rib", "label": "RIB" }),
        json!({ "__typename": "QuotientFamilialChampDescriptor", "id": "qf", "label": "Quotient familial" }),
    ]);
    let part = |id: &str, label: &str| json!({ "__typename": "TextColumn", "id": id, "label": label, "stringValue": "x" });
    let rib = json!({
        "__typename": "PieceJustificativeChamp", "champDescriptorId": "rib", "stringValue": null, "files": [],
        "columns": [part("own", "RIB"), part("iban", "RIB – IBAN"), part("titulaire", "RIB – Titulaire")],
    });
    let mut quotient = text("qf", "1");
    quotient["columns"] = json!([part("valeur", "Quotient familial – Valeur")]);
    let proposal = Proposal::new(&form, &[dossier(1, &[rib, quotient])]);
    let lines = || proposal.sections.iter().filter(|section| section.origin == SectionOrigin::Champs).flat_map(|section| &section.lines);
    for name in ["IBAN", "Titre d’identité", "RIB – IBAN", "RIB – Titulaire", "Quotient familial – Valeur"] {
        let line = lines().find(|line| line.column_name == name).unwrap();
        assert!(line.is_personal && !line.is_proposed && !line.is_essential, "{name}");
    }
    assert_eq!(lines().filter(|line| line.is_chosen).count(), 2, "the names of files, and the quotient's own value");
}
