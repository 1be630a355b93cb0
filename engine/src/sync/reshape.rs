//! Columns of the document that take the name or the type that a newer version of their template gives them. No value is
//! lost: what the new type cannot hold goes, as text, into a column of its own, which is the agent's.

use super::{
    Connexion,
    options::{in_step, widget_options},
};
use crate::{
    Timestamp,
    ds::Demarche,
    grist::{CellValue, ColumnId, ColumnType, DocumentError, DocumentSchema, NewColumn, SchemaColumn, SchemaTable, UserAction, WidgetOptions},
    json,
    letters::small,
    mapping::{Field, TableKey, Value, encode, shown},
    naming::first_free,
    ports::{Document, Rows},
    sorted::SortedSet,
    words,
};

/// A column that is to have another name or another type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reshaped {
    /// Its table.
    pub table: TableKey,
    /// By what the binding knows it.
    pub column: Field,
    /// Its name in the document, then the one that it gets.
    pub name: Option<(String, String)>,
    /// Its type in the document, then the one that it gets.
    pub column_type: Option<(ColumnType, ColumnType)>,
}

/// What gives columns their new names and types, with what they hold. A column that is gone, hidden, a formula, or no longer as
/// it was when that was decided, is left alone. `form` is that of the connexion's mapping.
pub(super) async fn reshaping<D: Document>(
    document: &D,
    connexion: &Connexion,
    schema: &DocumentSchema,
    reshaped: &[Reshaped],
    form: &Demarche,
) -> Result<Vec<UserAction>, DocumentError> {
    // Names last: all else speaks of columns by their ids.
    let (mut actions, mut names) = (Vec::new(), Vec::new());
    for mapping in &connexion.mapping.tables {
        let Some(binding) = connexion.binding.tables.get(&mapping.key) else { continue };
        let Some(table) = binding.find(schema).filter(|table| !table.is_hidden()) else { continue };
        let mut rows = None;
        for reshaped in reshaped.iter().filter(|reshaped| reshaped.table == mapping.key) {
            let found = binding.columns.get(&reshaped.column).and_then(|column| column.find(table));
            let Some(column) = found.filter(|column| !column.is_hidden() && !column.is_formula) else { continue };
            let sources = mapping.columns.iter().find(|mapped| mapped.key() == Some(&reshaped.column)).map(|mapped| mapped.sources.as_slice());
            if let (Some((from, to)), Some(sources)) = (&reshaped.column_type, sources)
                && *from == column.column_type
            {
                let rows = match &rows {
                    Some(rows) => rows,
                    None => rows.insert(document.fetch_table(&table.id).await?),
                };
                Retyping { table, column, to, options: options(column, sources, to, form) }.act(rows, &mut actions);
            }
            if let Some((from, to)) = &reshaped.name
                && *from == column.label
            {
                names.push(UserAction::RelabelColumn { table: table.id.clone(), column: column.id.clone(), label: to.clone() });
            }
        }
    }
    actions.append(&mut names);
    Ok(actions)
}

/// How a column shows values in its new type. What is of both types stays as agents made it.
fn options(column: &SchemaColumn, sources: &[Field], to: &ColumnType, form: &Demarche) -> WidgetOptions {
    let current = &column.widget_options;
    match (&column.column_type, to) {
        (ColumnType::Choice | ColumnType::ChoiceList, ColumnType::Choice | ColumnType::ChoiceList) => {
            in_step(current, sources, to, form, true).unwrap_or_else(|| current.clone())
        }
        (ColumnType::Numeric | ColumnType::Int, ColumnType::Numeric | ColumnType::Int) => current.clone(),
        _ => widget_options(sources, to, form).with_appearance_of(current),
    }
}

/// A column, its new type, and how that shows values.
struct Retyping<'a> {
    table: &'a SchemaTable,
    column: &'a SchemaColumn,
    to: &'a ColumnType,
    options: WidgetOptions,
}

impl Retyping<'_> {
    /// The new type; then what every cell holds in it, since the next run does not read all of them: those of dossiers that DS
    /// no longer has, and of rows that agents added. What Grist itself makes of them would stay in red, or lose something.
    fn act(self, rows: &impl Rows, actions: &mut Vec<UserAction>) {
        // What access rules hide would be lost.
        let Some(cells) = rows.column(&self.column.id).filter(|cells| !cells.iter().any(CellValue::is_censored)) else { return };
        let (mut changed, mut values, mut misfits, mut texts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut choices: SortedSet<&str> = SortedSet::new();
        let converted: Vec<(i64, &CellValue, Result<CellValue, String>)> =
            rows.row_ids().into_iter().zip(&cells).map(|(row, cell)| (row, cell, self.convert(cell))).collect();
        for (row, before, after) in &converted {
            let after = match after {
                Ok(after) => after,
                Err(text) => {
                    misfits.push(*row);
                    texts.push(CellValue::text(text));
                    &CellValue::Null
                }
            };
            // Empty stays empty, whatever the type.
            if after.fingerprint() != before.fingerprint() || *after == CellValue::Null && **before != CellValue::Null {
                changed.push(*row);
                values.push(if *after == CellValue::Null { CellValue::empty(self.to) } else { after.clone() });
            }
            match after {
                CellValue::Text(text) if !text.is_empty() => _ = choices.insert(text),
                CellValue::List(items) => choices.extend(items.iter().filter_map(CellValue::as_text)),
                _ => {}
            }
        }
        let mut widget_options = self.options.clone();
        if matches!(self.to, ColumnType::Choice | ColumnType::ChoiceList) {
            // A choice that is not in the list would be red.
            let missing: Vec<&str> = choices.iter().copied().filter(|choice| !self.options.choice_names().any(|known| known == *choice)).collect();
            if !missing.is_empty() {
                widget_options = widget_options.with_choices(missing);
            }
        }
        let table = || self.table.id.clone();
        actions.push(UserAction::ModifyColumnType { table: table(), column: self.column.id.clone(), column_type: self.to.clone(), widget_options });
        if !changed.is_empty() {
            actions.push(UserAction::BulkUpdateRecord { table: table(), row_ids: changed, columns: vec![(self.column.id.clone(), values)] });
        }
        if !misfits.is_empty() {
            let kept = self.kept(actions);
            let id = kept.id.clone();
            actions.push(UserAction::AddVisibleColumn { table: table(), column: kept });
            actions.push(UserAction::BulkUpdateRecord { table: table(), row_ids: misfits, columns: vec![(id, texts)] });
        }
    }

    /// The column of what does not fit: « Montant (avant) ».
    fn kept(&self, actions: &[UserAction]) -> NewColumn {
        let is_made = |is_it: &dyn Fn(&NewColumn) -> bool| {
            actions.iter().any(|action| matches!(action, UserAction::AddVisibleColumn { table, column } if *table == self.table.id && is_it(column)))
        };
        let is_free = |label: &str| {
            let is_it = |other: &str| small(other) == small(label);
            self.table.columns.iter().all(|column| !is_it(&column.label)) && !is_made(&|made| is_it(&made.label))
        };
        let label = first_free(words::before(&self.column.label), |base, number| format!("{base} {number}"), is_free);
        let is_taken = |id: &str| {
            let is_it = |other: &ColumnId| other.as_str().eq_ignore_ascii_case(id);
            self.table.columns.iter().any(|column| is_it(&column.id)) || is_made(&|made| is_it(&made.id))
        };
        let id = crate::grist::free_identifier(&label, "Champ", false, is_taken);
        NewColumn { id: ColumnId::from(id.as_str()), label, column_type: ColumnType::Text, widget_options: WidgetOptions::default() }
    }

    /// A cell in the new type, as a run would write what it says; its text when the type does not hold that (rule 16).
    fn convert(&self, cell: &CellValue) -> Result<CellValue, String> {
        let texts: Vec<&str>;
        let value = match (cell, &self.column.column_type) {
            (CellValue::Null, _) => Value::Empty,
            (CellValue::Text(text), _) if text.is_empty() => Value::Empty,
            (CellValue::Text(text), _) => return self.read(text),
            (CellValue::Number(seconds), ColumnType::Date) => instant(*seconds).map_or(Value::Decimal(*seconds), Value::Day),
            (CellValue::Number(seconds), ColumnType::DateTime(_)) => instant(*seconds).map_or(Value::Decimal(*seconds), Value::Instant),
            (CellValue::Number(number), _) => Value::Decimal(*number),
            (CellValue::Bool(value), _) => Value::Bool(*value),
            (CellValue::List(items), _) if items.iter().all(|item| item.as_text().is_some()) => {
                texts = items.iter().filter_map(CellValue::as_text).collect();
                if texts.is_empty() { Value::Empty } else { Value::Texts(texts) }
            }
            (CellValue::List(_) | CellValue::Other(_), _) => return Err(serde_json::to_string(cell).unwrap_or_default()),
        };
        encode(value, self.to).map_err(|misfit| misfit.shown)
    }

    /// A text in the new type: also what Relais itself writes of a day, a number, or several choices in a text.
    fn read(&self, text: &str) -> Result<CellValue, String> {
        let is_its = |value: &Value<'_>| shown(value) == text;
        let value = match self.to {
            ColumnType::Date => day(text).map(Value::Day).filter(is_its),
            ColumnType::Numeric | ColumnType::Int => json::number(&text.replace(',', ".")).map(Value::Decimal).filter(is_its),
            ColumnType::Bool => [true, false].map(Value::Bool).into_iter().find(is_its),
            ColumnType::ChoiceList => match choices_in(text, &self.options) {
                Some(choices) => Some(Value::Texts(choices)),
                // Several, of which one is not known: where each ends is not known either.
                None if text.contains(", ") => return Err(text.to_owned()),
                None => None,
            },
            _ => None,
        };
        encode(value.unwrap_or(Value::Text(text.into())), self.to).map_err(|misfit| misfit.shown)
    }
}

/// The known choices of which a text is the list; none when there is anything else in it. A choice may have a comma itself:
/// of those that fit, the longest is meant.
fn choices_in<'a>(text: &'a str, options: &WidgetOptions) -> Option<Vec<&'a str>> {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        let fits = |choice: &&str| rest.strip_prefix(*choice).is_some_and(|after| after.is_empty() || after.starts_with(", "));
        let choice = options.choice_names().filter(fits).max_by_key(|choice| choice.len())?;
        let (choice, after) = rest.split_at_checked(choice.len())?;
        found.push(choice);
        match after.strip_prefix(", ") {
            Some(after) => rest = after,
            None => return Some(found),
        }
    }
}

/// An instant of a cell, if it is one that has a calendar.
#[expect(clippy::cast_possible_truncation, reason = "checked: well below 2^53")]
fn instant(seconds: f64) -> Option<Timestamp> {
    (seconds.abs() < 100_000_000_000.0).then(|| Timestamp::from_milliseconds((seconds * 1000.0).round() as i64))
}

/// « 31/01/2026 ».
fn day(text: &str) -> Option<Timestamp> {
    let mut parts = text.splitn(3, '/');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    Timestamp::parse_day(&format!("{year}-{month}-{day}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_with_a_comma_is_one() {
        let options = WidgetOptions::default().with_choices(["Enfants", "Enfants, adolescents", "Familles"]);
        let found = |text| choices_in(text, &options);
        assert_eq!(found("Enfants, adolescents, Familles"), Some(vec!["Enfants, adolescents", "Familles"]));
        assert_eq!(found("Familles"), Some(vec!["Familles"]));
        assert_eq!(found("Enfants, Familles"), Some(vec!["Enfants", "Familles"]));
        for other in ["Familles, Zèbres", "Familles,Enfants", "Famille", ""] {
            assert_eq!(found(other), None, "{other}");
        }
    }
}
