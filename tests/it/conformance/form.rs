//! A real démarche and a real dossier, through proposal, plan and rows. The results are reviewed snapshots.

use std::fmt::Write as _;

use relais_engine::{
    ds::{Demarche, Dossier},
    grist::DocumentSchema,
    mapping::{Binding, Preset, Proposal, Translation},
    sync::{Converter, FileIndex, plan},
};
use serde_json::{Value, json};

use super::data;

fn demarche() -> Demarche {
    let demarche: Value = serde_json::from_str(&data("demarche-131016.json")).unwrap();
    Demarche::read(json!({ "data": { "demarche": demarche } }).to_string().as_bytes()).unwrap()
}

/// The dossier as our operation would have got it: the published one was asked for with the aliases of another client, and
/// without the fragments that tell choices from texts. Its ids were replaced; the labels lead back to the form.
fn dossier(demarche: &Demarche) -> Dossier {
    let mut dossier: Value = serde_json::from_str(&data("dossier-detr.json")).unwrap();
    // The steps were asked for by what they led to, without their ids.
    for (index, step) in dossier["traitements"].as_array_mut().unwrap().iter_mut().enumerate() {
        step["id"] = format!("step {index}").into();
        step["event"] = "depose".into();
    }
    for list in ["champs", "annotations"] {
        for champ in dossier[list].as_array_mut().unwrap() {
            adapt(champ, demarche);
            for (index, row) in champ.get_mut("rows").and_then(Value::as_array_mut).into_iter().flatten().enumerate() {
                row["id"] = format!("row {index}").into();
                for champ in row["champs"].as_array_mut().unwrap() {
                    adapt(champ, demarche);
                }
            }
        }
    }
    Dossier::read(json!({ "data": { "dossier": dossier } }).to_string().as_bytes()).unwrap()
}

fn adapt(champ: &mut Value, demarche: &Demarche) {
    for (theirs, ours) in [("decimalNumber", "decimal"), ("integerNumber", "integer"), ("values", "choices")] {
        if let Some(value) = champ.get(theirs).cloned() {
            champ[ours] = value;
        }
    }
    match champ["__typename"].as_str() {
        Some("IntegerNumberChamp") => champ["integer"] = champ.get("value").cloned().or_else(|| champ.get("integer").cloned()).unwrap_or_default(),
        Some("CheckboxChamp") => champ["checked"] = champ.get("checked").or_else(|| champ.get("value")).cloned().unwrap_or_default(),
        Some("CiviliteChamp") => champ["civilite"] = champ.get("civilite").or_else(|| champ.get("value")).cloned().unwrap_or_default(),
        _ => {}
    }
    let label = champ["label"].as_str().unwrap();
    if let Some(descriptor) = demarche.active_revision.all_descriptors().find(|descriptor| descriptor.label.trim() == label.trim()) {
        champ["champDescriptorId"] = descriptor.id.as_str().into();
    }
}

/// One line a column: ticked or not, its name and type, what fills it.
fn proposal_text(proposal: &Proposal) -> String {
    let mut text = String::new();
    for section in &proposal.sections {
        writeln!(text, "# {} → {}", section.title, section.table).unwrap();
        for line in section.lines.iter().filter(|line| !line.is_folded) {
            let tick = if line.is_chosen { 'x' } else { ' ' };
            let champ_type = line.champ_type.as_ref().map_or("", relais_engine::words::champ_type);
            let samples = if line.samples.is_empty() { String::new() } else { format!("  « {} »", line.samples.join(" · ").replace('\n', "⏎")) };
            let family = line.family.and_then(|index| proposal.families().get(index));
            let turns = family.map_or_else(String::new, |family| {
                let together = if family.is_joined { "one column" } else { "columns apart" };
                let each = if family.is_by_departement { ", one per département" } else { "" };
                format!("  [{} fields take turns{each}: {together}]", family.size)
            });
            writeln!(text, "[{tick}] {} | {} | {champ_type}{samples}{turns}", line.column_name, line.column_type).unwrap();
        }
    }
    text
}

#[test]
fn the_real_demarche_is_proposed_as_reviewed() {
    let demarche = demarche();
    let proposal = Proposal::new(&demarche, &[dossier(&demarche)]);
    insta::assert_snapshot!("proposal", proposal_text(&proposal));
}

#[test]
fn the_essential_has_one_column_for_the_fields_of_all_departements() {
    let mut proposal = Proposal::new(&demarche(), &[]);
    proposal.apply(Preset::Essential);
    let families: Vec<usize> = proposal.families().iter().filter(|family| family.is_by_departement).map(|family| family.size).collect();
    assert_eq!(families, [100, 100], "arrondissements, and categories");
    let mapping = proposal.into_mapping();
    let joined = mapping.tables[0].columns.iter().filter(|column| column.sources.len() == 100).map(|column| &*column.name);
    assert_eq!(joined.collect::<Vec<_>>(), ["Arrondissement du demandeur", "Catégories prioritaires"]);
}

#[test]
fn the_real_dossier_becomes_the_rows_that_were_reviewed() {
    let demarche = demarche();
    let dossier = dossier(&demarche);
    let mut proposal = Proposal::new(&demarche, std::slice::from_ref(&dossier));
    proposal.apply(Preset::Everything);
    let mapping = proposal.into_mapping();
    let plan = plan(&mapping, Translation::default(), &Binding::default(), &DocumentSchema::default(), &demarche).unwrap();
    let structure = serde_json::to_value(&plan.structure).unwrap();
    // Grist takes every id as it is: nothing that it would change, and no two alike but for case.
    for table in structure.as_array().unwrap() {
        let ids: Vec<String> = table[2].as_array().unwrap().iter().map(|column| column["id"].as_str().unwrap().to_lowercase()).collect();
        let distinct: std::collections::HashSet<&String> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len());
        assert!(ids.iter().all(
            |id| id.starts_with(|first: char| first.is_ascii_alphabetic()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        ));
    }
    let mut problems = Vec::new();
    let converter = Converter::new(&plan.tables, "https://ds.example/procedures/131016/dossiers/".to_owned());
    let conversion = converter.convert(&dossier, &FileIndex::default(), &mut problems);
    let mut text = String::new();
    let row = |text: &mut String, table: usize, row: &relais_engine::sync::ConvertedRow| {
        for (column, cell) in plan.tables[table].columns.iter().zip(&row.cells) {
            let cell = serde_json::to_string(cell).unwrap();
            // Empty cells are most of them.
            if cell != "null" && cell != "false" {
                writeln!(text, "{} ({}) = {cell}", column.id, column.column_type).unwrap();
            }
        }
    };
    writeln!(text, "# {}", plan.tables[0].id).unwrap();
    row(&mut text, 0, &conversion.main);
    for (index, rows) in conversion.children.iter().enumerate() {
        for (id, child) in rows.iter().flatten() {
            writeln!(text, "# {} {}", plan.tables[index + 1].id, id).unwrap();
            row(&mut text, index + 1, child);
        }
    }
    for problem in &problems {
        writeln!(text, "! {}", relais_engine::words::problem(problem)).unwrap();
    }
    insta::assert_snapshot!("rows", text);
}
