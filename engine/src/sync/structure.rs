//! What a run makes before it writes rows: tables, columns, and what shows them well.

use super::{
    Connexion, Observer, Phase, Plan, Problem, ProblemKind, Progress, Stop,
    batch::write_row,
    connexion::schema,
    system_tables::{CONNEXIONS, FILES, JOURNAL},
};
use crate::{
    grist::{Applied, ApplyOptions, ColumnId, Denied, DocumentError, DocumentSchema, TableId, UserAction},
    mapping::{DossierField, Field, RowField, TableKey},
    ports::Document,
};

/// Relais's own tables.
pub(super) struct SystemTables {
    pub(super) connexions: TableId,
    pub(super) journal: TableId,
    /// Where files are copied.
    pub(super) files: Option<TableId>,
}

/// The run's writes in the document's history, chained so that one Ctrl+Z takes them all back (rule 15).
pub(super) struct History {
    pub(super) last_action: Option<i64>,
    pub(super) description: String,
}

impl History {
    pub(super) async fn apply<D: Document>(&mut self, document: &D, actions: &[UserAction]) -> Result<Applied, DocumentError> {
        let options = ApplyOptions { description: Some(self.description.clone()), link_id: self.last_action };
        let applied = document.apply(actions, &options).await?;
        self.last_action = Some(applied.action_num);
        Ok(applied)
    }
}

/// Makes the tables and columns that are missing, with the connexion's row in the same call, then what needs to know
/// their references: help, what references show, names of pages.
pub(super) async fn prepare<D: Document, O: Observer>(
    document: &D,
    connexion: &mut Connexion,
    plan: &mut Plan,
    before: &DocumentSchema,
    history: &mut History,
    observer: &O,
) -> Result<SystemTables, Stop> {
    let mut actions = Vec::new();
    let connexions = CONNEXIONS.find_or_make(before, &mut actions);
    let journal = JOURNAL.find_or_make(before, &mut actions);
    let files = plan.parts.include_file_contents.then(|| FILES.find_or_make(before, &mut actions));
    let system = SystemTables { connexions, journal, files };
    let made_from = actions.len();
    actions.append(&mut plan.structure);
    if actions.is_empty() && !connexion.is_unsaved() {
        return Ok(system);
    }
    observer.progress(&Progress { phase: Phase::Structure, ..Progress::START });
    let mut bound = connexion.clone();
    bound.binding.clone_from(&plan.binding);
    let row_action = actions.len();
    let mut cells = bound.configuration_cells();
    cells.push(Connexion::state_cell(&bound.state));
    actions.push(write_row(&system.connexions, bound.row, cells));
    let applied = history.apply(document, &actions).await?;
    for (action, applied) in actions.iter().zip(&applied.ret_values) {
        if let (UserAction::AddVisibleColumn { table, column }, Some(given)) = (action, applied.get("colId").and_then(serde_json::Value::as_str)) {
            let given = ColumnId::from(given);
            bound.binding.rename_made(table, &column.id, &given);
            plan.rename_made(table, &column.id, &given);
        }
    }
    bound.row = bound.row.or_else(|| applied.row_ids(row_action).first().copied());
    bound.set_saved();
    *connexion = bound;

    let after = schema(document).await?;
    if !connexion.binding.resolve(&after) {
        return Ok(system);
    }
    let mut finish = finishing_touches(connexion, &after, before);
    for (action, applied) in actions.iter().zip(&applied.ret_values).skip(made_from) {
        let view = applied.get("views").and_then(|views| views.get(0)).and_then(|view| view.get("id")).and_then(serde_json::Value::as_i64);
        if let (UserAction::AddTable { table, title: None, .. }, Some(view)) = (action, view)
            && let Some(planned) = plan.tables.iter().find(|planned| planned.id == *table)
        {
            finish.push(UserAction::RenamePage { view, name: planned.name.clone() });
        }
    }
    finish.push(write_row(&system.connexions, connexion.row, connexion.configuration_cells()));
    history.apply(document, &finish).await?;
    connexion.set_saved();
    Ok(system)
}

/// Adds to lists of choices what the form has and they lack. False when an access rule forbids it.
pub(super) async fn lengthen_lists<D: Document>(document: &D, plan: &mut Plan, history: &mut History) -> Result<bool, Stop> {
    let actions = std::mem::take(&mut plan.choices);
    if actions.is_empty() {
        return Ok(true);
    }
    match history.apply(document, &actions).await {
        Ok(_) => Ok(true),
        Err(DocumentError::Denied(Denied::Structure)) => {
            plan.problems.push(Problem { dossier: None, kind: ProblemKind::ChoicesNotAdded });
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

/// Help on the headers of new columns, and the number of the dossier where a row refers to it.
fn finishing_touches(connexion: &Connexion, after: &DocumentSchema, before: &DocumentSchema) -> Vec<UserAction> {
    let mut actions = Vec::new();
    let mut descriptions = Vec::new();
    let is_new = |reference| !before.tables().iter().any(|table| table.column(reference).is_some());
    let reference = |key: &TableKey, field: &Field| connexion.binding.tables.get(key)?.columns.get(field)?.reference;
    let number = reference(&TableKey::Dossiers, &Field::Dossier(DossierField::Number));
    for table in &connexion.mapping.tables {
        for column in table.columns.iter().filter(|column| !column.description.is_empty()) {
            let reference = column.key().and_then(|key| reference(&table.key, key)).filter(|reference| is_new(*reference));
            descriptions.extend(reference.map(|reference| (reference, column.description.clone())));
        }
        let dossier = reference(&table.key, &Field::Row(RowField::Dossier)).filter(|reference| is_new(*reference));
        let child = connexion.binding.tables.get(&table.key).and_then(|binding| binding.find(after));
        let main = connexion.binding.tables.get(&TableKey::Dossiers).and_then(|binding| binding.find(after));
        if let (Some(dossier), Some(number), Some(child), Some(main)) = (dossier, number, child, main)
            && let (Some(dossier_column), Some(number_column)) = (child.column(dossier), main.column(number))
        {
            actions.push(UserAction::SetVisibleColumn { reference: dossier, shown: number });
            let formula = format!("${}.{}", dossier_column.id, number_column.id);
            actions.push(UserAction::SetDisplayFormula { table: child.id.clone(), reference: dossier, formula });
        }
    }
    if !descriptions.is_empty() {
        actions.push(UserAction::DescribeColumns { descriptions });
    }
    actions
}
