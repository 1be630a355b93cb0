//! Bundles: rows to write, gathered into calls that Grist takes whole or not at all.

use super::{Conversion, ConvertedRow, PlannedTable, Report, TableIndex};
use crate::{
    ds::{DossierNumber, RowId},
    grist::{Applied, CellValue, ColumnType, TableId, UserAction},
    hashed::HashSet,
    sorted::{SortedMap, SortedSet},
};

/// Rows that a bundle holds at most, as Grist digests them best (facts/grist.md, section 5).
const MOST_ROWS: usize = 1500;
/// Bytes of values that a bundle holds at most, about.
const MOST_BYTES: usize = 1_500_000;
/// In a set of changed columns, the column that refers to the dossier.
const PARENT: usize = usize::MAX;

struct Addition {
    slot: usize,
    promised: i64,
    row: ConvertedRow,
    /// Of a répétition: the row of the main table, and the row's id in DS.
    relation: Option<(i64, RowId)>,
}

#[derive(Default)]
struct TableBatch {
    additions: Vec<Addition>,
    /// By the set of changed columns, in order; each row with their values.
    updates: SortedMap<Vec<usize>, Vec<(i64, Vec<CellValue>)>>,
    removals: Vec<i64>,
    /// By column: choices that its list does not have yet.
    choices: SortedMap<usize, SortedSet<Box<str>>>,
}

impl TableBatch {
    fn is_empty(&self) -> bool {
        self.additions.is_empty() && self.updates.is_empty() && self.removals.is_empty()
    }
}

/// Rows to write.
pub(super) struct Batch {
    tables: Vec<TableBatch>,
    /// A dossier read twice is written in two calls: within one, the order of updates is by columns.
    dossiers: HashSet<DossierNumber>,
    rows: usize,
    bytes: usize,
    next_promise: i64,
}

/// How to read the answer to a bundle: which action added which rows.
pub(super) struct Receipt {
    additions: Vec<Promise>,
}

/// Rows of a table that one action of a bundle adds.
struct Promise {
    action: usize,
    table: usize,
    /// Each row's slot in the index, and the id promised for it.
    rows: Vec<(usize, i64)>,
}

impl Batch {
    /// An empty batch for so many tables.
    pub(super) fn new(tables: usize) -> Self {
        Self {
            tables: std::iter::repeat_with(TableBatch::default).take(tables).collect(),
            dossiers: HashSet::default(),
            rows: 0,
            bytes: 0,
            next_promise: -1,
        }
    }

    /// Whether there is nothing to write.
    pub(super) fn is_empty(&self) -> bool {
        self.tables.iter().all(TableBatch::is_empty)
    }

    /// Whether it should be written before another page is added: between pages, reading goes on meanwhile.
    pub(super) const fn is_full(&self) -> bool {
        self.rows >= MOST_ROWS / 4 * 3 || self.bytes >= MOST_BYTES / 4 * 3
    }

    /// Whether a dossier with that many rows still fits. One that is larger than a bundle goes alone: its rows belong together.
    pub(super) const fn has_room_for(&self, rows: usize, bytes: usize) -> bool {
        self.rows == 0 || (self.rows + rows <= MOST_ROWS && self.bytes + bytes <= MOST_BYTES)
    }

    /// Whether it already holds rows of this dossier.
    pub(super) fn holds(&self, number: DossierNumber) -> bool {
        self.dossiers.contains(&number)
    }

    fn promise(&mut self) -> i64 {
        let promised = self.next_promise;
        self.next_promise -= 1;
        promised
    }

    /// Compares a dossier with what the tables hold, and takes what differs. The indexes then hold it too.
    pub(super) fn take(
        &mut self,
        tables: &[PlannedTable],
        indexes: &mut [TableIndex],
        number: DossierNumber,
        conversion: Conversion,
        report: &mut Report,
    ) {
        let Some((main_index, child_indexes)) = indexes.split_first_mut() else { return };
        let (parent, is_new, mut has_changed) = match main_index.dossier(number) {
            Some(slot) => {
                let changed = main_index.changed(slot, &conversion.main);
                let row_id = main_index.row_id(slot).unwrap_or_default();
                if !changed.is_empty() {
                    main_index.note(slot, &conversion.main);
                    self.update(tables, 0, row_id, &changed, &conversion.main, None);
                }
                (row_id, false, !changed.is_empty())
            }
            None => {
                let promised = self.promise();
                let slot = main_index.add_dossier(number, promised, &conversion.main);
                self.add(tables, 0, Addition { slot, promised, row: conversion.main, relation: None });
                (promised, true, true)
            }
        };
        for (child, rows) in conversion.children.into_iter().enumerate() {
            if let (Some(rows), Some(index)) = (rows, child_indexes.get_mut(child)) {
                has_changed |= self.take_children(tables, child + 1, index, parent, rows, report);
            }
        }
        if has_changed {
            self.dossiers.insert(number);
        }
        report.read += 1;
        match (is_new, has_changed) {
            (true, _) => report.added += 1,
            (false, true) => report.updated += 1,
            (false, false) => report.unchanged += 1,
        }
    }

    /// Takes what is known of the row of a dossier; nothing of its rows in other tables.
    pub(super) fn amend(&mut self, tables: &[PlannedTable], main: &mut TableIndex, number: DossierNumber, row: &ConvertedRow) {
        let Some(slot) = main.dossier(number) else { return };
        let changed = main.changed(slot, row);
        main.note(slot, row);
        self.update(tables, 0, main.row_id(slot).unwrap_or_default(), &changed, row, None);
        self.dossiers.insert(number);
    }

    /// Takes the removal of a dossier's rows, in every table.
    pub(super) fn remove(&mut self, indexes: &mut [TableIndex], number: DossierNumber, report: &mut Report) {
        let Some((main, children)) = indexes.split_first_mut() else { return };
        let Some(row_id) = main.remove_dossier(number) else { return };
        let removed = std::iter::once(vec![row_id]).chain(children.iter_mut().map(|index| index.remove_children(row_id)));
        for (batch, removed) in self.tables.iter_mut().zip(removed) {
            self.rows += removed.len();
            batch.removals.extend(removed);
        }
        self.dossiers.insert(number);
        report.removed += 1;
    }

    fn take_children(
        &mut self,
        tables: &[PlannedTable],
        table: usize,
        index: &mut TableIndex,
        parent: i64,
        rows: Vec<(RowId, ConvertedRow)>,
        report: &mut Report,
    ) -> bool {
        let before: SortedMap<RowId, usize> = index.children(parent).iter().cloned().collect();
        // Rows whose dossier's row an agent removed: Grist has reset their reference. The new row takes them back.
        let orphans: SortedMap<RowId, usize> = if before.is_empty() { index.children(0).iter().cloned().collect() } else { SortedMap::new() };
        let mut kept = SortedSet::new();
        let mut has_changed = false;
        for (id, row) in rows {
            let adopted = orphans.get(&id).copied();
            match before.get(&id).copied().or(adopted) {
                Some(slot) => {
                    kept.insert(slot);
                    let changed = index.changed(slot, &row);
                    if changed.is_empty() && adopted.is_none() {
                        continue;
                    }
                    index.note(slot, &row);
                    if adopted.is_some() {
                        index.adopt(parent, &id, slot);
                    }
                    self.update(tables, table, index.row_id(slot).unwrap_or_default(), &changed, &row, adopted.map(|_| parent));
                    report.rows_updated += 1;
                }
                None => {
                    let promised = self.promise();
                    let slot = index.add_child(parent, id.clone(), promised, &row);
                    self.add(tables, table, Addition { slot, promised, row, relation: Some((parent, id)) });
                    report.rows_added += 1;
                }
            }
            has_changed = true;
        }
        for slot in before.values().copied().filter(|slot| !kept.contains(slot)) {
            if let Some(row_id) = index.row_id(slot) {
                index.remove_child(parent, slot);
                self.rows += 1;
                if let Some(batch) = self.tables.get_mut(table) {
                    batch.removals.push(row_id);
                }
                report.rows_removed += 1;
                has_changed = true;
            }
        }
        has_changed
    }

    fn add(&mut self, tables: &[PlannedTable], table: usize, addition: Addition) {
        self.weigh(&addition.row);
        let columns = 0..addition.row.cells.len();
        self.note_choices(tables, table, columns, &addition.row);
        if let Some(batch) = self.tables.get_mut(table) {
            batch.additions.push(addition);
        }
    }

    fn update(&mut self, tables: &[PlannedTable], table: usize, row_id: i64, changed: &[usize], row: &ConvertedRow, parent: Option<i64>) {
        self.weigh(row);
        self.note_choices(tables, table, changed.iter().copied(), row);
        let mut columns = changed.to_vec();
        let mut values: Vec<CellValue> = changed.iter().map(|column| row.cells.get(*column).cloned().flatten().unwrap_or(CellValue::Null)).collect();
        if let Some(parent) = parent {
            columns.push(PARENT);
            values.push(CellValue::integer(parent));
        }
        if let Some(batch) = self.tables.get_mut(table) {
            batch.updates.get_or_default(columns).push((row_id, values));
        }
    }

    fn weigh(&mut self, row: &ConvertedRow) {
        self.rows += 1;
        self.bytes += weight(row);
    }

    /// A value that the list of its column does not have would show in red: the list grows with it.
    fn note_choices(&mut self, tables: &[PlannedTable], table: usize, columns: impl Iterator<Item = usize>, row: &ConvertedRow) {
        let Some((planned, batch)) = tables.get(table).zip(self.tables.get_mut(table)) else { return };
        for column in columns {
            let Some((planned, Some(cell))) = planned.columns.get(column).zip(row.cells.get(column)) else { continue };
            if !matches!(planned.column_type, ColumnType::Choice | ColumnType::ChoiceList) {
                continue;
            }
            let texts: Vec<&str> = match cell {
                CellValue::Text(text) if !text.is_empty() => vec![text],
                CellValue::List(items) => items.iter().filter_map(CellValue::as_text).collect(),
                _ => continue,
            };
            for text in texts {
                if !planned.widget_options.choice_names().any(|name| name == text) {
                    batch.choices.get_or_default(column).insert(text.into());
                }
            }
        }
    }

    /// Whether lists of choices would grow.
    pub(super) fn has_choices(&self) -> bool {
        self.tables.iter().any(|table| !table.choices.is_empty())
    }

    /// The actions that write it all, and how to read their answer. With `choices`, lists grow too.
    pub(super) fn actions(&self, tables: &[PlannedTable], choices: bool) -> (Vec<UserAction>, Receipt) {
        let mut actions = Vec::new();
        let mut receipt = Receipt { additions: Vec::new() };
        for (index, (table, batch)) in tables.iter().zip(&self.tables).enumerate() {
            for (column, added) in batch.choices.iter().filter(|_| choices) {
                if let Some(column) = table.columns.get(*column) {
                    actions.push(UserAction::ModifyWidgetOptions {
                        table: table.id.clone(),
                        column: column.id.clone(),
                        widget_options: column.widget_options.with_choices(added.iter().map(|choice| &**choice)),
                    });
                }
            }
            if !batch.additions.is_empty() {
                let rows = batch.additions.iter().map(|addition| (addition.slot, addition.promised)).collect();
                receipt.additions.push(Promise { action: actions.len(), table: index, rows });
                actions.push(add_rows(table, &batch.additions));
            }
            for (columns, rows) in &batch.updates {
                actions.push(update_rows(table, columns, rows));
            }
        }
        // The main table last: Grist empties the references to a row that it removes, one action more.
        for (table, batch) in tables.iter().zip(&self.tables).rev().filter(|(_, batch)| !batch.removals.is_empty()) {
            actions.push(UserAction::BulkRemoveRecord { table: table.id.clone(), row_ids: batch.removals.clone() });
        }
        (actions, receipt)
    }

    /// The lists of choices as they are once the batch is written.
    pub(super) fn grow_choices(&self, tables: &mut [PlannedTable]) {
        for (table, batch) in tables.iter_mut().zip(&self.tables) {
            for (column, added) in &batch.choices {
                if let Some(column) = table.columns.get_mut(*column) {
                    column.widget_options = column.widget_options.with_choices(added.iter().map(|choice| &**choice));
                }
            }
        }
    }
}

impl Receipt {
    /// Gives the promised rows the ids that Grist chose.
    pub(super) fn settle(&self, applied: &Applied, indexes: &mut [TableIndex]) {
        for Promise { action, table, rows } in &self.additions {
            for ((slot, promised), row_id) in rows.iter().zip(applied.row_ids(*action)) {
                if let Some(index) = indexes.get_mut(*table) {
                    index.settle(*slot, row_id);
                }
                if *table == 0 {
                    for index in indexes.iter_mut().skip(1) {
                        index.settle_parent(*promised, row_id);
                    }
                }
            }
        }
    }
}

/// About how many bytes the values of a row take in a call.
pub(super) fn weight(row: &ConvertedRow) -> usize {
    fn of(cell: &CellValue) -> usize {
        match cell {
            CellValue::Text(text) => text.len() + 3,
            CellValue::List(items) => items.iter().map(of).sum::<usize>() + 6,
            _ => 8,
        }
    }
    row.cells.iter().flatten().map(of).sum()
}

fn add_rows(table: &PlannedTable, additions: &[Addition]) -> UserAction {
    let mut columns = Vec::with_capacity(table.columns.len() + 2);
    if let Some((dossier, id)) = &table.relation {
        let relations = || additions.iter().filter_map(|addition| addition.relation.as_ref());
        columns.push((dossier.clone(), relations().map(|(parent, _)| CellValue::integer(*parent)).collect()));
        columns.push((id.clone(), relations().map(|(_, id)| CellValue::text(id.as_str())).collect()));
    }
    for (index, column) in table.columns.iter().enumerate() {
        let values = additions
            .iter()
            .map(|addition| addition.row.cells.get(index).cloned().flatten().unwrap_or_else(|| CellValue::empty(&column.column_type)))
            .collect();
        columns.push((column.id.clone(), values));
    }
    let row_ids = additions.iter().map(|addition| Some(addition.promised)).collect();
    UserAction::BulkAddRecord { table: table.id.clone(), row_ids, columns }
}

fn update_rows(table: &PlannedTable, columns: &[usize], rows: &[(i64, Vec<CellValue>)]) -> UserAction {
    let id = |column: usize| {
        if column == PARENT {
            table.relation.as_ref().map(|(dossier, _)| dossier.clone())
        } else {
            table.columns.get(column).map(|column| column.id.clone())
        }
    };
    let values = columns.iter().enumerate().filter_map(|(index, column)| {
        let values = rows.iter().map(|(_, values)| values.get(index).cloned().unwrap_or(CellValue::Null)).collect();
        Some((id(*column)?, values))
    });
    UserAction::BulkUpdateRecord { table: table.id.clone(), row_ids: rows.iter().map(|(row_id, _)| *row_id).collect(), columns: values.collect() }
}

/// The actions that write one row of a table of Relais's own.
pub(super) fn write_row(table: &TableId, row: Option<i64>, values: Vec<(crate::grist::ColumnId, CellValue)>) -> UserAction {
    let columns = values.into_iter().map(|(id, value)| (id, vec![value])).collect();
    match row {
        Some(row) => UserAction::BulkUpdateRecord { table: table.clone(), row_ids: vec![row], columns },
        None => UserAction::BulkAddRecord { table: table.clone(), row_ids: vec![None], columns },
    }
}
