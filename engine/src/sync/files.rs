//! The files of DS that the document has as attachments: which, so that none is uploaded twice. A table of Relais's own
//! keeps each with its checksum, and keeps it alive: Grist removes the attachments that no cell has.

use std::collections::HashMap;

use super::{FileFailure, system_tables::FILES};
use crate::{
    ds::{DossierNumber, File},
    grist::{CellValue, ColumnId, DocumentError, DocumentSchema, TableId, UserAction},
    ports::{Document, Rows},
};

/// What tells a file of a dossier from the others: the same content under another name is another.
type Key = (Box<str>, Box<str>);

fn key(file: &File) -> Option<Key> {
    let content = file.content.as_ref()?;
    Some((content.checksum.clone(), file.filename.as_str().into()))
}

/// Whether two files of a dossier are one: an applicant may send the same one twice.
pub(super) fn is_same(one: &File, other: &File) -> bool {
    let known = key(one);
    known.is_some() && known == key(other)
}

/// A file that the document has.
#[derive(Debug)]
struct Kept {
    key: Key,
    /// Its row in `_grist_Attachments`.
    attachment: i64,
    /// Its row in Relais's own table; none until that is written.
    row: Option<i64>,
}

/// The files that the document has for the dossiers of a connexion, those that failed in this run, and what is still to
/// be written of it.
#[derive(Debug, Default)]
pub struct FileIndex {
    kept: HashMap<DossierNumber, Vec<Kept>>,
    failed: HashMap<DossierNumber, Vec<(Key, FileFailure)>>,
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
                let key = (text(&checksums), text(&names));
                index.kept.entry(number).or_default().push(Kept { key, attachment, row: Some(row) });
            }
        }
        index
    }

    /// The attachment that a file of a dossier has become.
    pub(super) fn attachment(&self, dossier: DossierNumber, file: &File) -> Option<i64> {
        let key = key(file)?;
        self.kept.get(&dossier)?.iter().find(|kept| kept.key == key).map(|kept| kept.attachment)
    }

    /// Why a file of a dossier has not become one, when that was tried.
    pub(super) fn failure(&self, dossier: DossierNumber, file: &File) -> Option<&FileFailure> {
        let key = key(file)?;
        self.failed.get(&dossier)?.iter().find(|(failed, _)| *failed == key).map(|(_, why)| why)
    }

    /// Notes that a file became an attachment.
    pub(super) fn keep(&mut self, dossier: DossierNumber, file: &File, attachment: i64) {
        let Some(key) = key(file) else { return };
        self.added.push((dossier, key.clone()));
        self.kept.entry(dossier).or_default().push(Kept { key, attachment, row: None });
    }

    /// Notes that a file could not become one.
    pub(super) fn fail(&mut self, dossier: DossierNumber, file: &File, why: FileFailure) {
        let Some(key) = key(file) else { return };
        self.failed.entry(dossier).or_default().push((key, why));
    }

    /// Lets go of the files of a dossier that no cell has any more.
    pub(super) fn retain(&mut self, dossier: DossierNumber, attachments: &[i64]) {
        let Some(kept) = self.kept.get_mut(&dossier) else { return };
        let (removed, added) = (&mut self.removed, &mut self.added);
        kept.retain(|file| {
            let is_used = attachments.contains(&file.attachment);
            if !is_used {
                removed.extend(file.row);
                added.retain(|(number, key)| (*number, key) != (dossier, &file.key));
            }
            is_used
        });
    }

    /// How many rows are still to be written.
    pub(super) const fn unwritten(&self) -> usize {
        self.added.len() + self.removed.len()
    }

    /// The actions that write them, into Relais's own table. The one that adds comes first.
    pub(super) fn actions(&self, table: &TableId, connexion: &str) -> Vec<UserAction> {
        let mut actions = Vec::new();
        let added = || {
            self.added.iter().filter_map(|(dossier, key)| {
                let kept = self.kept.get(dossier)?.iter().find(|kept| kept.key == *key)?;
                Some((*dossier, kept))
            })
        };
        if !self.added.is_empty() {
            let columns: Vec<(ColumnId, Vec<CellValue>)> = vec![
                (ColumnId::from("connexion"), added().map(|_| CellValue::text(connexion)).collect()),
                (ColumnId::from("dossier"), added().map(|(dossier, _)| CellValue::integer(dossier.get())).collect()),
                (ColumnId::from("empreinte"), added().map(|(_, kept)| CellValue::text(&kept.key.0)).collect()),
                (ColumnId::from("nom"), added().map(|(_, kept)| CellValue::text(&kept.key.1)).collect()),
                (ColumnId::from("fichier"), added().map(|(_, kept)| CellValue::List(vec![CellValue::integer(kept.attachment)])).collect()),
            ];
            actions.push(UserAction::BulkAddRecord { table: table.clone(), row_ids: added().map(|_| None).collect(), columns });
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
            if let Some(kept) = self.kept.get_mut(&dossier).and_then(|kept| kept.iter_mut().find(|kept| kept.key == key)) {
                kept.row = Some(*row);
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
    let row_ids: Vec<i64> = FileIndex::read(&rows, connexion).kept.into_values().flatten().filter_map(|kept| kept.row).collect();
    Ok((!row_ids.is_empty()).then_some(UserAction::BulkRemoveRecord { table, row_ids }))
}
