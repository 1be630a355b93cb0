//! The cases of `cases/`: an input, and beside it what is expected of it. `INSTA_UPDATE=always cargo test -p relais-engine`
//! writes the expectations anew, for review.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::fmt::Write as _;

use relais_engine::{
    ds::{Champ, ChampDescriptor, ChampType, ColumnKey, Demarche, Dossier},
    grist::{CellValue, ColumnType, DocumentSchema},
    json::{self, FromJson, Json, Malformed},
    mapping::{Binding, Field, Preset, Proposal, SectionOrigin, Translation, Unreadable, Value, encode, offers, part_type, read, read_part},
    sync::{Converter, FileIndex, plan},
    words,
};

struct ChampCase {
    descriptor: ChampDescriptor,
    champs: Vec<Champ>,
}

impl FromJson for ChampCase {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { descriptor: json.read("descriptor")?, champs: json.read("champs")? })
    }
}

/// The cell that a value becomes, or why it is left alone.
fn cell(text: &mut String, value: Result<Value<'_>, Unreadable>, column_type: &ColumnType) {
    if let (Ok(Value::Files(files)), ColumnType::Attachments) = (&value, column_type) {
        let names: Vec<&str> = files.iter().map(|file| file.filename.as_str()).collect();
        return writeln!(text, "  à copier : {}", names.join(" ; ")).unwrap();
    }
    match value.map(|value| encode(value, column_type)) {
        Ok(Ok(CellValue::Null)) => writeln!(text, "  (vide)"),
        Ok(Ok(cell)) => writeln!(text, "  {}", serde_json::to_string(&cell).unwrap()),
        Ok(Err(misfit)) => writeln!(text, "  ne tient pas : {}", misfit.shown),
        Err(why) => writeln!(text, "  illisible : {why:?}"),
    }
    .unwrap();
}

/// Each value of each type, through every facet of its field and every part that DS knows of it.
#[test]
fn champs_become_cells() {
    let mut seen = Vec::new();
    insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "../cases/champs" }, {
        insta::glob!("../cases/champs", "*.json", |path| {
            let case: ChampCase = json::read(&std::fs::read(path).unwrap()).unwrap();
            let mut text = String::new();
            for offer in offers(&case.descriptor) {
                let mark = if offer.is_proposed { " ★" } else { "" };
                writeln!(text, "{} ({}){mark} → {}", offer.facet.name(), words::facet(offer.facet), offer.column_type).unwrap();
                for champ in &case.champs {
                    cell(&mut text, read(champ, offer.facet), &offer.column_type);
                }
            }
            let mut keys: Vec<(ColumnKey, ColumnType)> = Vec::new();
            for part in case.champs.iter().flat_map(|champ| champ.columns.iter().flatten()) {
                if !keys.iter().any(|(key, _)| *key == part.id) {
                    keys.push((part.id.clone(), part_type(&part.value)));
                }
            }
            for (key, column_type) in keys {
                writeln!(text, "part {key} → {column_type}").unwrap();
                for champ in &case.champs {
                    cell(&mut text, read_part(champ, &key), &column_type);
                }
            }
            insta::assert_snapshot!(text);
            seen.push(case.descriptor.champ_type);
        });
    });
    for champ_type in ChampType::KNOWN {
        assert!(seen.contains(champ_type), "no case for {}", champ_type.typename());
    }
}

/// A form and dossiers of it. What is left out is the usual.
struct DossierCase {
    /// What the case shows.
    shows: String,
    /// What a démarche has beside its number and title.
    demarche: serde_json::Map<String, serde_json::Value>,
    /// The form when it was mapped, when it was another one.
    mapped: Option<serde_json::Map<String, serde_json::Value>>,
    dossiers: Vec<serde_json::Map<String, serde_json::Value>>,
    /// How many of the dossiers there were when it was mapped; all when it does not say.
    samples: Option<usize>,
    /// The sections whose lines are chosen beside the proposed ones, by title.
    chosen: Vec<String>,
}

impl DossierCase {
    fn read(text: &str) -> Self {
        let mut case: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).unwrap();
        let object = |value: serde_json::Value| value.as_object().unwrap().clone();
        let list = |value: Option<serde_json::Value>| value.and_then(|value| value.as_array().cloned()).unwrap_or_default();
        Self {
            shows: case.remove("case").unwrap().as_str().unwrap().to_owned(),
            demarche: object(case.remove("demarche").unwrap()),
            mapped: case.remove("mapped").map(object),
            dossiers: list(case.remove("dossiers")).into_iter().map(object).collect(),
            samples: case.remove("samples").map(|samples| samples.as_u64().unwrap().try_into().unwrap()),
            chosen: list(case.remove("chosen")).iter().map(|title| title.as_str().unwrap().to_owned()).collect(),
        }
    }
}

fn demarche(fields: serde_json::Map<String, serde_json::Value>) -> Demarche {
    let mut revision = serde_json::json!({ "id": "R1", "datePublication": null, "champDescriptors": [], "annotationDescriptors": [] });
    let mut demarche = serde_json::json!({ "number": 1, "title": "Aides", "state": "publiee" });
    for (name, value) in fields {
        let target = if name.ends_with("Descriptors") { &mut revision } else { &mut demarche };
        target.as_object_mut().unwrap().insert(name, value);
    }
    demarche.as_object_mut().unwrap().insert("activeRevision".to_owned(), revision);
    json::from_value(&demarche).unwrap()
}

fn dossier(number: usize, fields: serde_json::Map<String, serde_json::Value>) -> Dossier {
    let mut dossier = serde_json::json!({
        "number": number, "state": "en_instruction", "archived": false,
        "dateDepot": "2026-01-31T10:00:00Z", "dateDerniereModification": "2026-02-01T10:00:00Z", "usager": { "email": "ada@exemple.fr" },
        "demandeur": { "__typename": "PersonnePhysique", "civilite": "Mme", "nom": "Lovelace", "prenom": "Ada" },
    });
    dossier.as_object_mut().unwrap().extend(fields);
    json::from_value(&dossier).unwrap()
}

/// Whole dossiers of a form, to the rows of every table: only what is not empty is written down.
#[test]
fn dossiers_become_rows() {
    insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "../cases/dossiers" }, {
        insta::glob!("../cases/dossiers", "*.json", |path| {
            let case = DossierCase::read(&std::fs::read_to_string(path).unwrap());
            let present = demarche(case.demarche);
            let mapped = case.mapped.map_or_else(|| present.clone(), demarche);
            let dossiers: Vec<Dossier> = (1..).zip(case.dossiers).map(|(number, fields)| dossier(number, fields)).collect();
            let mut proposal = Proposal::new(&mapped, dossiers.get(..case.samples.unwrap_or(dossiers.len())).unwrap());
            proposal.apply(Preset::Everything);
            for section in &mut proposal.sections {
                // What every dossier has is said by a case of its own.
                let is_common = section.origin == SectionOrigin::Dossier || section.origin == SectionOrigin::Demandeur;
                for line in &mut section.lines {
                    line.is_chosen = line.is_key || (case.chosen.contains(&section.title) && !line.is_folded) || (line.is_chosen && !is_common);
                }
            }
            let plan = plan(&proposal.into_mapping(), Translation::default(), &Binding::default(), &DocumentSchema::default(), &present).unwrap();
            let converter = Converter::new(&plan.tables, "https://ds.exemple/dossiers/".to_owned());
            let mut text = format!("{}\n\n", case.shows);
            let mut problems = Vec::new();
            for dossier in &dossiers {
                let conversion = converter.convert(dossier, &FileIndex::default(), &mut problems);
                let mut write = |table: usize, id: &str, row: &relais_engine::sync::ConvertedRow| {
                    let table = plan.tables.get(table).unwrap();
                    writeln!(text, "{} {id}", table.id).unwrap();
                    for (column, cell) in table.columns.iter().zip(&row.cells) {
                        let is_key = column.sources.first() == Some(&Field::Dossier(relais_engine::mapping::DossierField::Number));
                        match cell {
                            None => writeln!(text, "  {} laissée telle quelle", column.id).unwrap(),
                            Some(CellValue::Null | CellValue::Bool(false)) => {}
                            Some(_) if is_key => {}
                            Some(cell) => writeln!(text, "  {} ({}) = {}", column.id, column.column_type, serde_json::to_string(cell).unwrap()).unwrap(),
                        }
                    }
                };
                write(0, &dossier.number.to_string(), &conversion.main);
                for (table, rows) in (1..).zip(&conversion.children) {
                    for (id, row) in rows.iter().flatten() {
                        write(table, id.as_str(), row);
                    }
                }
                for file in &conversion.missing {
                    writeln!(text, "  à copier d’abord : {}", file.filename).unwrap();
                }
            }
            for problem in &problems {
                writeln!(text, "! {} : {}", problem.dossier.unwrap(), words::problem(problem)).unwrap();
            }
            insta::assert_snapshot!(text);
        });
    });
}

/// A descriptor or a champ under another id.
fn renamed(mut object: serde_json::Value, key: &str, id: &str) -> serde_json::Value {
    object[key] = id.into();
    object
}

/// Every type and each of its facets, in an annotation and in the rows of a bloc, too.
#[test]
fn an_annotation_and_a_row_are_read_as_a_champ_is() {
    let mut compared = 0;
    for entry in std::fs::read_dir("cases/champs").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let case: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let descriptor = |id: &str| renamed(case["descriptor"].clone(), "id", id);
        if descriptor("")["__typename"] == "RepetitionChampDescriptor" {
            // There is no bloc in a bloc.
            continue;
        }
        let bloc =
            serde_json::json!({ "__typename": "RepetitionChampDescriptor", "id": "bloc", "label": "Bloc", "champDescriptors": [descriptor("row")] });
        let form = serde_json::json!({ "champDescriptors": [descriptor("champ"), bloc], "annotationDescriptors": [descriptor("annotation")] });
        let form = demarche(form.as_object().unwrap().clone());
        for champ in case["champs"].as_array().unwrap() {
            let champ = |id: &str| renamed(champ.clone(), "champDescriptorId", id);
            let bloc = serde_json::json!({
                "__typename": "RepetitionChamp", "champDescriptorId": "bloc", "stringValue": "", "rows": [{ "id": "r", "champs": [champ("row")] }],
            });
            let content = serde_json::json!({ "champs": [champ("champ"), bloc], "annotations": [champ("annotation")] });
            let dossier = dossier(1, content.as_object().unwrap().clone());
            let mut proposal = Proposal::new(&form, std::slice::from_ref(&dossier));
            proposal.sections.iter_mut().flat_map(|section| &mut section.lines).for_each(|line| line.is_chosen = true);
            let plan = plan(&proposal.into_mapping(), Translation::default(), &Binding::default(), &DocumentSchema::default(), &form).unwrap();
            let converter = Converter::new(&plan.tables, String::new());
            let conversion = converter.convert(&dossier, &FileIndex::default(), &mut Vec::new());
            let rows = (1..).zip(&conversion.children).flat_map(|(table, rows)| rows.iter().flatten().map(move |(_, row)| (table, row)));
            let mut places: std::collections::BTreeMap<String, Vec<(String, String)>> = std::collections::BTreeMap::new();
            for (table, row) in std::iter::once((0, &conversion.main)).chain(rows) {
                for (column, cell) in plan.tables[table].columns.iter().zip(&row.cells) {
                    let source = column.sources[0].to_string();
                    for place in ["champ", "annotation", "row"] {
                        // `champ:<id>:<facet>`
                        if let Some(facet) = source.split_once(&format!(":{place}:")).map(|(kind, facet)| format!("{kind} {facet}")) {
                            places.entry(facet).or_default().push((place.to_owned(), format!("{} {cell:?}", column.column_type)));
                        }
                    }
                }
            }
            for (facet, cells) in places {
                assert_eq!(cells.len(), 3, "{}, {facet}: {cells:?}", path.display());
                assert!(cells.iter().all(|(_, cell)| *cell == cells[0].1), "{}, {facet}: {cells:?}", path.display());
                compared += 1;
            }
        }
    }
    assert!(compared > 200, "{compared}");
}
