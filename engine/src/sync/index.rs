//! What a table holds now, small enough for a hundred thousand rows: a row id and a fingerprint for each cell.

use std::collections::hash_map::Entry;

use super::{ConvertedRow, PlannedTable};
use crate::{
    ds::{DossierNumber, RowId},
    grist::{CellValue, ColumnId},
    hashed::HashMap,
    ports::Rows,
};

/// A row's place in the index.
type Slot = usize;

/// The index of a table. Row ids below zero stand for rows that are promised but not yet written.
#[derive(Clone, Debug, Default)]
pub struct TableIndex {
    row_ids: Vec<i64>,
    /// By planned column, then by slot.
    fingerprints: Vec<Vec<u64>>,
    /// Of the main table.
    dossiers: HashMap<DossierNumber, Slot>,
    /// Of a répétition's table: the rows of each row of the main table, by their id in DS.
    children: HashMap<i64, Vec<(RowId, Slot)>>,
    /// Dossiers that several rows claim.
    duplicates: Vec<DossierNumber>,
    /// Rows of dossiers that were removed.
    removed: usize,
}

impl TableIndex {
    /// The index of a table without rows.
    pub fn empty(table: &PlannedTable) -> Self {
        Self { fingerprints: vec![Vec::new(); table.columns.len()], ..Self::default() }
    }

    /// Reads a table, column by column.
    pub fn read(table: &PlannedTable, rows: &impl Rows) -> Self {
        let mut index = Self { row_ids: rows.row_ids(), ..Self::empty(table) };
        let length = index.row_ids.len();
        for (column, fingerprints) in table.columns.iter().zip(&mut index.fingerprints) {
            *fingerprints = rows.column(&column.id).unwrap_or_default().iter().map(CellValue::fingerprint).collect();
            fingerprints.resize(length, CellValue::Null.fingerprint());
        }
        match &table.relation {
            None => index.read_dossiers(table, rows),
            Some((dossier, id)) => index.read_children(dossier, id, rows),
        }
        index
    }

    fn read_dossiers(&mut self, table: &PlannedTable, rows: &impl Rows) {
        let keys = table.columns.first().and_then(|key| rows.column(&key.id)).unwrap_or_default();
        for (slot, key) in keys.iter().enumerate() {
            // An agent may have made the column a Text.
            let number = key.as_integer().and_then(|number| DossierNumber::new(number).ok()).or_else(|| key.as_text()?.trim().parse().ok());
            let Some(number) = number else { continue };
            // Rows come in the order of their ids: the oldest is ours.
            match self.dossiers.entry(number) {
                Entry::Occupied(_) => self.duplicates.push(number),
                Entry::Vacant(place) => {
                    place.insert(slot);
                }
            }
        }
    }

    fn read_children(&mut self, dossier: &ColumnId, id: &ColumnId, rows: &impl Rows) {
        let parents = rows.column(dossier).unwrap_or_default();
        let ids = rows.column(id).unwrap_or_default();
        for (slot, (parent, id)) in parents.iter().zip(&ids).enumerate() {
            // A row that an agent added has no id of DS: it is theirs.
            let Some(id) = id.as_text().filter(|id| !id.is_empty()) else { continue };
            self.children.entry(parent.as_integer().unwrap_or_default()).or_default().push((id.into(), slot));
        }
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.row_ids.len() - self.removed
    }

    /// Whether it has no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The dossiers that have a row.
    pub fn dossiers(&self) -> impl Iterator<Item = DossierNumber> {
        self.dossiers.keys().copied()
    }

    /// Whether a cell holds a value.
    pub fn holds(&self, slot: Slot, column: usize, value: &CellValue) -> bool {
        self.fingerprints.get(column).and_then(|column| column.get(slot)) == Some(&value.fingerprint())
    }

    /// Whether a cell shows nothing.
    pub fn is_blank(&self, slot: Slot, column: usize) -> bool {
        self.fingerprints.get(column).and_then(|column| column.get(slot)).is_none_or(|cell| *cell == CellValue::Null.fingerprint())
    }

    /// Whether a row has more than its key: one where an agent has typed a number has what Grist puts in new rows.
    pub fn is_filled(&self, slot: Slot) -> bool {
        let unfilled = [CellValue::Null, CellValue::Bool(false), CellValue::Number(0.0)].map(|cell| cell.fingerprint());
        self.fingerprints.iter().skip(1).any(|column| column.get(slot).is_some_and(|cell| !unfilled.contains(cell)))
    }

    /// Dossiers that several rows claim; each once for every row too many.
    pub fn duplicates(&self) -> &[DossierNumber] {
        &self.duplicates
    }

    /// The row of a dossier.
    pub fn dossier(&self, number: DossierNumber) -> Option<Slot> {
        self.dossiers.get(&number).copied()
    }

    /// The row id of a slot.
    pub fn row_id(&self, slot: Slot) -> Option<i64> {
        self.row_ids.get(slot).copied()
    }

    /// The rows of a répétition that refer to a row of the main table.
    pub fn children(&self, parent: i64) -> &[(RowId, Slot)] {
        self.children.get(&parent).map_or(&[], Vec::as_slice)
    }

    /// The columns of a row that are not as they should be.
    pub fn changed(&self, slot: Slot, row: &ConvertedRow) -> Vec<usize> {
        let differs = |column: &usize| {
            let Some(cell) = row.cells.get(*column).and_then(Option::as_ref) else { return false };
            self.fingerprints.get(*column).and_then(|column| column.get(slot)) != Some(&cell.fingerprint())
        };
        (0..row.cells.len()).filter(differs).collect()
    }

    /// Notes what a row will hold.
    pub fn note(&mut self, slot: Slot, row: &ConvertedRow) {
        for (fingerprints, cell) in self.fingerprints.iter_mut().zip(&row.cells) {
            if let Some((fingerprint, cell)) = fingerprints.get_mut(slot).zip(cell.as_ref()) {
                *fingerprint = cell.fingerprint();
            }
        }
    }

    fn push(&mut self, row_id: i64, row: &ConvertedRow) -> Slot {
        let slot = self.row_ids.len();
        self.row_ids.push(row_id);
        for (fingerprints, cell) in self.fingerprints.iter_mut().zip(&row.cells) {
            fingerprints.push(cell.as_ref().unwrap_or(&CellValue::Null).fingerprint());
        }
        slot
    }

    /// Adds the row of a dossier.
    pub fn add_dossier(&mut self, number: DossierNumber, row_id: i64, row: &ConvertedRow) -> Slot {
        let slot = self.push(row_id, row);
        self.dossiers.insert(number, slot);
        slot
    }

    /// Adds a row of a répétition.
    pub fn add_child(&mut self, parent: i64, id: RowId, row_id: i64, row: &ConvertedRow) -> Slot {
        let slot = self.push(row_id, row);
        self.children.entry(parent).or_default().push((id, slot));
        slot
    }

    /// Forgets a row of a répétition.
    pub fn remove_child(&mut self, parent: i64, slot: Slot) {
        if let Some(children) = self.children.get_mut(&parent) {
            children.retain(|(_, child)| *child != slot);
        }
    }

    /// Forgets the row of a dossier, and gives its id.
    pub fn remove_dossier(&mut self, number: DossierNumber) -> Option<i64> {
        let slot = self.dossiers.remove(&number)?;
        let row_id = self.row_id(slot)?;
        self.removed += 1;
        Some(row_id)
    }

    /// Forgets all rows of a répétition that refer to a row of the main table, and gives their ids.
    pub fn remove_children(&mut self, parent: i64) -> Vec<i64> {
        let children = self.children.remove(&parent).unwrap_or_default();
        children.iter().filter_map(|(_, slot)| self.row_id(*slot)).collect()
    }

    /// Puts a row of a répétition whose dossier's row was removed under the new one.
    pub fn adopt(&mut self, parent: i64, id: &RowId, slot: Slot) {
        self.remove_child(0, slot);
        self.children.entry(parent).or_default().push((id.clone(), slot));
    }

    /// Gives a promised row the id that Grist chose.
    pub fn settle(&mut self, slot: Slot, row_id: i64) {
        if let Some(place) = self.row_ids.get_mut(slot) {
            *place = row_id;
        }
    }

    /// Gives the rows of a promised row of the main table the id that Grist chose for it.
    pub fn settle_parent(&mut self, promised: i64, row_id: i64) {
        if let Some(children) = self.children.remove(&promised) {
            self.children.insert(row_id, children);
        }
    }
}
