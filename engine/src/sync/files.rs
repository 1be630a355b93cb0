//! The files of DS that the document has as attachments: which, so that none is uploaded twice. A table of Relais's own
//! keeps each with its checksum, and keeps it alive: Grist removes the attachments that no cell has.

use super::{FileFailure, system_tables::FILES};
use crate::{
    ds::{DossierNumber, File},
    grist::{CellValue, ColumnId, DocumentError, DocumentSchema, TableId, UserAction},
    hashed::HashMap,
    ports::{Document, Rows},
};

/// What tells a file of a dossier from the others: the same content under another name is another.
type Key = (Box<str>, Box<str>);

fn key(file: &File) -> Option<Key> {
    let content = file.content.as_ref()?;
    Some((content.checksum.clone(), file.filename.as_str().into()))
}

/// What is known of a file.
#[derive(Debug)]
struct Known {
    key: Key,
    place: Place,
}

#[derive(Debug)]
enum Place {
    /// The document has it.
    Kept {
        /// Its row in `_grist_Attachments`.
        attachment: i64,
        /// Its row in Relais's own table; none until that is written.
        row: Option<i64>,
    },
    /// It could not be copied in this run.
    Failed(FileFailure),
}

/// The files of the dossiers of a connexion: those that the document has, those that failed in this run, and what is
/// still to be written of it.
#[derive(Debug, Default)]
pub struct FileIndex {
    known: HashMap<DossierNumber, Vec<Known>>,
    added: Vec<(DossierNumber, Key)>,
    removed: Vec<i64>,
}

impl FileIndex {
    /// Reads those of a connexion.
    pub(super) fn read(rows: &impl Rows, connexion: &str) -> Self {
        let column = |name: &str| rows.column(&ColumnId::from(name)).unwrap_or_default();
        let (connexions, dossiers) = (column("connexion"), column("dossier"));
        let (checksums, names, files) = (column("empreinte"), column("nom"), column("fichier"));
        let mut index = Self::default();
        for (place, row) in rows.row_ids().into_iter().enumerate() {
            let text = |values: &[CellValue]| values.get(place).and_then(CellValue::as_text).unwrap_or_default().into();
            let number = dossiers.get(place).and_then(CellValue::as_integer).and_then(|number| DossierNumber::new(number).ok());
            let attachment = match files.get(place) {
                Some(CellValue::List(ids)) => ids.first().and_then(CellValue::as_integer),
                _ => None,
            };
            let is_ours = connexions.get(place).and_then(CellValue::as_text) == Some(connexion);
            if let (true, Some(number), Some(attachment)) = (is_ours, number, attachment) {
                index.note(number, (text(&checksums), text(&names)), Place::Kept { attachment, row: Some(row) });
            }
        }
        index
    }

    /// The dossiers that have some.
    pub(super) fn dossiers(&self) -> impl Iterator<Item = DossierNumber> {
        self.known.keys().copied()
    }

    fn note(&mut self, dossier: DossierNumber, key: Key, place: Place) {
        self.known.entry(dossier).or_default().push(Known { key, place });
    }

    fn place(&self, dossier: DossierNumber, file: &File) -> Option<&Place> {
        let key = key(file)?;
        self.known.get(&dossier)?.iter().find(|known| known.key == key).map(|known| &known.place)
    }

    /// The attachment that a file of a dossier has become.
    pub(super) fn attachment(&self, dossier: DossierNumber, file: &File) -> Option<i64> {
        match self.place(dossier, file)? {
            Place::Kept { attachment, .. } => Some(*attachment),
            Place::Failed(_) => None,
        }
    }

    /// Why a file of a dossier has not become one, when that was tried.
    pub(super) fn failure(&self, dossier: DossierNumber, file: &File) -> Option<&FileFailure> {
        match self.place(dossier, file)? {
            Place::Kept { .. } => None,
            Place::Failed(why) => Some(why),
        }
    }

    /// Notes that a file became an attachment.
    pub(super) fn keep(&mut self, dossier: DossierNumber, file: &File, attachment: i64) {
        let Some(key) = key(file) else { return };
        self.added.push((dossier, key.clone()));
        self.note(dossier, key, Place::Kept { attachment, row: None });
    }

    /// Notes that a file could not become one.
    pub(super) fn fail(&mut self, dossier: DossierNumber, file: &File, why: FileFailure) {
        if let Some(key) = key(file) {
            self.note(dossier, key, Place::Failed(why));
        }
    }

    /// Lets go of the files of a dossier that no cell has any more.
    pub(super) fn retain(&mut self, dossier: DossierNumber, attachments: &[i64]) {
        let Some(known) = self.known.get_mut(&dossier) else { return };
        let (removed, added) = (&mut self.removed, &mut self.added);
        known.retain(|file| match &file.place {
            Place::Kept { attachment, row } if !attachments.contains(attachment) => {
                removed.extend(row);
                added.retain(|(number, key)| (*number, key) != (dossier, &file.key));
                false
            }
            _ => true,
        });
    }

    /// How many rows are still to be written.
    pub(super) const fn unwritten(&self) -> usize {
        self.added.len() + self.removed.len()
    }

    /// The actions that write them, into Relais's own table. The one that adds comes first.
    pub(super) fn actions(&self, table: &TableId, connexion: &str) -> Vec<UserAction> {
        let mut actions = Vec::new();
        let attachment = |(dossier, key): &(DossierNumber, Key)| {
            let known = self.known.get(dossier).into_iter().flatten().find(|known| known.key == *key);
            match known.map(|known| &known.place) {
                Some(Place::Kept { attachment, .. }) => CellValue::List(vec![CellValue::integer(*attachment)]),
                _ => CellValue::Null,
            }
        };
        let column = |name: &str, cell: &dyn Fn(&(DossierNumber, Key)) -> CellValue| (ColumnId::from(name), self.added.iter().map(cell).collect());
        if !self.added.is_empty() {
            let columns = vec![
                column("connexion", &|_| CellValue::text(connexion)),
                column("dossier", &|(dossier, _)| CellValue::integer(dossier.get())),
                column("empreinte", &|(_, (checksum, _))| CellValue::text(checksum)),
                column("nom", &|(_, (_, name))| CellValue::text(name)),
                column("fichier", &attachment),
            ];
            actions.push(UserAction::BulkAddRecord { table: table.clone(), row_ids: vec![None; self.added.len()], columns });
        }
        if !self.removed.is_empty() {
            actions.push(UserAction::BulkRemoveRecord { table: table.clone(), row_ids: self.removed.clone() });
        }
        actions
    }

    /// Notes that they are written; `row_ids` are those of the rows added.
    pub(super) fn settle(&mut self, row_ids: &[i64]) {
        // Without additions, what stands first is the removal.
        for ((dossier, key), row) in self.added.drain(..).zip(row_ids) {
            let known = self.known.get_mut(&dossier).into_iter().flatten().find(|known| known.key == key);
            if let Some(Known { place: Place::Kept { row: written, .. }, .. }) = known {
                *written = Some(*row);
            }
        }
        self.added.clear();
        self.removed.clear();
    }
}

/// What lets go of all files of a connexion that ends: the cells of its tables keep theirs.
pub(super) async fn release<D: Document>(document: &D, schema: &DocumentSchema, connexion: &str) -> Result<Option<UserAction>, DocumentError> {
    let Some(table) = FILES.find(schema) else { return Ok(None) };
    let rows = document.fetch_table(&table).await?;
    let known = FileIndex::read(&rows, connexion).known.into_values().flatten();
    let row = |known: Known| match known.place {
        Place::Kept { row, .. } => row,
        Place::Failed(_) => None,
    };
    let row_ids: Vec<i64> = known.filter_map(row).collect();
    Ok((!row_ids.is_empty()).then_some(UserAction::BulkRemoveRecord { table, row_ids }))
}
