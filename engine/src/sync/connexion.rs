//! Connexions: the lasting links between a document and its démarches, kept in the document itself.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::system_tables::CONNEXIONS;
use crate::{
    Timestamp,
    ds::{Cursor, DescriptorId, DossierNumber, RevisionId},
    grist::{CellValue, ColumnId, DocumentError, DocumentSchema, TableId},
    json::{self, FromJson, Json, Malformed},
    mapping::{Binding, Mapping},
    naming::{first_free, names},
    ports::{Document, Rows},
};

names! {
    /// The order of a list of dossiers: a cursor of one means nothing in the other (facts/ds-api.md, section 4.2).
    ScanOrder {
        /// All dossiers, as they were deposited.
        Deposit = "deposit",
        /// Those changed since the watermark, as they were changed.
        Change = "change",
    }
}

/// A reading of DS that has not reached its end: where to go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Scan {
    /// In which order.
    pub order: ScanOrder,
    /// When it started: what changed before is read by it.
    pub started_at: Timestamp,
    /// From which change, in the order of changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// The last dossier whose rows are written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Cursor>,
    /// The latest change seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest: Option<Timestamp>,
}

impl FromJson for Scan {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            order: json.read("order")?,
            started_at: json.read("started_at")?,
            since: json.read("since")?,
            cursor: json.read("cursor")?,
            latest: json.read("latest")?,
        })
    }
}

/// What a connexion has done: written in the same bundles as the rows it speaks of (rule 11).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct State {
    /// Up to when changes are surely in the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub watermark: Option<Timestamp>,
    /// A reading to go on with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scan: Option<Scan>,
    /// The revision of the form that was last read whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<RevisionId>,
    /// The fingerprint of what was last read whole.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub fingerprint: String,
    /// Dossiers to ask for again, whatever the watermark.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub retry: BTreeSet<DossierNumber>,
    /// Dossiers that were read, but are not in the document as DS has them: a value does not fit its column. They are
    /// said until they are read again and fit.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub unfit: BTreeSet<DossierNumber>,
    /// The fields that the form had when it was last read whole.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub known_fields: BTreeSet<DescriptorId>,
    /// The last run that wrote something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_run: Option<LastRun>,
}

impl FromJson for State {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            watermark: json.read("watermark")?,
            scan: json.read("scan")?,
            revision: json.read("revision")?,
            fingerprint: json.read_or_default("fingerprint")?,
            retry: json.read_or_default("retry")?,
            unfit: json.read_or_default("unfit")?,
            known_fields: json.read_or_default("known_fields")?,
            last_run: json.read("last_run")?,
        })
    }
}

/// The last run that wrote something, for the home screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LastRun {
    /// When it ended.
    pub at: Timestamp,
    /// Rows of the main table, then.
    pub dossiers: usize,
    /// Dossiers that were not up to date after it.
    pub failed: usize,
    /// Whether it was stopped before its end.
    pub interrupted: bool,
}

impl FromJson for LastRun {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            at: json.read("at")?,
            dossiers: json.read("dossiers")?,
            failed: json.read("failed")?,
            interrupted: json.read_or_default("interrupted")?,
        })
    }
}

/// A connexion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connexion {
    /// Its row in `Relais_Connexions`; none before its first run.
    pub row: Option<i64>,
    /// Its name in the journal: unlike the row's number, kept by copies of the document.
    pub id: String,
    /// What goes where.
    pub mapping: Mapping,
    /// In this document.
    pub binding: Binding,
    /// What it has done.
    pub state: State,
    /// Mapping and binding as the document has them; none before the first run.
    saved: Option<(Mapping, Binding)>,
}

#[derive(Serialize)]
struct Configuration {
    mapping: Mapping,
    binding: Binding,
}

impl FromJson for Configuration {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { mapping: json.read("mapping")?, binding: json.read_or_default("binding")? })
    }
}

impl Connexion {
    /// A connexion that has not run. `others` are those of the document: its id differs from theirs.
    pub fn new(mapping: Mapping, others: &[Self]) -> Self {
        let is_free = |id: &str| others.iter().all(|other| other.id != id);
        let id = first_free(mapping.demarche.to_string(), |base, number| format!("{base}-{number}"), is_free);
        Self { row: None, id, mapping, binding: Binding::default(), state: State::default(), saved: None }
    }

    /// Whether the document does not have its mapping or binding as they are here.
    pub(super) fn is_unsaved(&self) -> bool {
        self.saved.as_ref().is_none_or(|(mapping, binding)| *mapping != self.mapping || *binding != self.binding)
    }

    /// Notes that the document has them.
    pub(super) fn set_saved(&mut self) {
        self.saved = Some((self.mapping.clone(), self.binding.clone()));
    }

    /// The cells of its row. The same types always have a JSON form.
    pub(super) fn configuration_cells(&self) -> Vec<(ColumnId, CellValue)> {
        let configuration = Configuration { mapping: self.mapping.clone(), binding: self.binding.clone() };
        #[expect(clippy::cast_precision_loss, reason = "a number of DS has 31 bits")]
        let demarche = self.mapping.demarche.get() as f64;
        vec![
            (ColumnId::from("connexion"), CellValue::text(&self.id)),
            (ColumnId::from("demarche"), CellValue::Number(demarche)),
            (ColumnId::from("titre"), CellValue::text(&self.mapping.title)),
            (ColumnId::from("configuration"), CellValue::text(&serde_json::to_string(&configuration).unwrap_or_default())),
        ]
    }

    /// The cell of its state.
    pub(super) fn state_cell(state: &State) -> (ColumnId, CellValue) {
        (ColumnId::from("etat"), CellValue::text(&serde_json::to_string(state).unwrap_or_default()))
    }

    /// The id of its main table in a document, as far as it is known.
    pub fn main_table<'a>(&self, schema: &'a DocumentSchema) -> Option<&'a TableId> {
        let binding = self.binding.tables.get(&crate::mapping::TableKey::Dossiers)?;
        binding.find(schema).map(|table| &table.id)
    }
}

/// The connexions of a document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loaded {
    /// In the order of their rows.
    pub connexions: Vec<Connexion>,
    /// By row, those that this version cannot read: edited by hand, or of a newer version.
    pub unreadable: BTreeMap<i64, String>,
    /// The tables of the document.
    pub schema: DocumentSchema,
}

/// The tables and columns of a document.
pub(super) async fn schema<D: Document>(document: &D) -> Result<DocumentSchema, DocumentError> {
    let tables = document.fetch_table(&TableId::from("_grist_Tables")).await?;
    let columns = document.fetch_table(&TableId::from("_grist_Tables_column")).await?;
    Ok(DocumentSchema::read(&tables, &columns))
}

/// Reads the connexions of a document; none in one that Relais never wrote to.
pub async fn load<D: Document>(document: &D) -> Result<Loaded, DocumentError> {
    let schema = schema(document).await?;
    let Some(table) = CONNEXIONS.find(&schema) else { return Ok(Loaded { schema, ..Loaded::default() }) };
    let rows = document.fetch_table(&table).await?;
    let texts = |name: &str| rows.column(&ColumnId::from(name)).unwrap_or_default();
    let (ids, titles, configurations, states) = (texts("connexion"), texts("titre"), texts("configuration"), texts("etat"));
    let mut loaded = Loaded { schema, ..Loaded::default() };
    for (index, row) in rows.row_ids().into_iter().enumerate() {
        let text = |values: &[CellValue]| values.get(index).and_then(CellValue::as_text).unwrap_or_default().to_owned();
        let id = text(&ids);
        let state = text(&states);
        let state = if state.is_empty() { Ok(State::default()) } else { json::read(state.as_bytes()) };
        match (json::read::<Configuration>(text(&configurations).as_bytes()), state) {
            (Ok(Configuration { mapping, binding }), Ok(state)) if mapping.format <= crate::mapping::FORMAT => {
                let saved = Some((mapping.clone(), binding.clone()));
                loaded.connexions.push(Connexion { row: Some(row), id, mapping, binding, state, saved });
            }
            _ => {
                loaded.unreadable.insert(row, text(&titles));
            }
        }
    }
    Ok(loaded)
}
