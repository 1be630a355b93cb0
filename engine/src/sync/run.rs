//! A run: reads what changed in DS and writes it to the document, in bundles that each leave the document whole.

use futures_util::future::join;

use super::{
    Connexion, Converter, Observer, Phase, Plan, PlanError, PlannedTable, Problem, ProblemKind, Progress, Report, Scan, ScanOrder, State, TableIndex,
    batch::{Batch, weight, write_row},
    connexion::{LastRun, schema},
    plan::plan,
    scan::{Interruption, Reader, Step},
    system_tables::{CONNEXIONS, JOURNAL},
};
use crate::{
    Timestamp,
    ds::{
        Demarche, Dossier, DossierNumber, Operation, SourceError, SourceErrorCode, dossiers_count,
        operations::{DemarcheVariables, LARGEST_PAGE},
    },
    grist::{Applied, ApplyOptions, CellValue, ColumnId, Denied, DocumentError, DocumentSchema, TableId, UserAction},
    mapping::{Field, RowField, TableKey},
    ports::{Clock, Document, Source},
    words,
};

/// Increments start this long before the watermark: DS's instants are those of several servers (rule 11).
const OVERLAP_SECONDS: i64 = 300;

/// The outside world of a run.
#[derive(Debug)]
pub struct Ports<'a, S, D, C> {
    /// Where dossiers come from.
    pub source: &'a S,
    /// Where rows go.
    pub document: &'a D,
    /// The time.
    pub clock: &'a C,
}

/// Who runs, and where DS is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunContext {
    /// The address of DS, without a slash at the end: links to dossiers start with it.
    pub ds_url: String,
    /// Who runs, for the journal: « Utilisateur n° 42 ».
    pub author: String,
}

/// Why a run ended before its end. What is written is whole; the next run goes on from there (rule 12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The agent stopped it.
    Cancelled,
    /// DS, or the proxy.
    Source(SourceError),
    /// The document.
    Document(DocumentError),
    /// Nothing could be planned.
    Plan(PlanError),
}

impl From<Interruption> for Stop {
    fn from(interruption: Interruption) -> Self {
        match interruption {
            Interruption::Cancelled => Self::Cancelled,
            Interruption::Source(error) => Self::Source(error),
        }
    }
}

impl From<DocumentError> for Stop {
    fn from(error: DocumentError) -> Self {
        Self::Document(error)
    }
}

/// What became of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// What it did, and could not.
    pub report: Report,
    /// Why it ended before its end.
    pub stop: Option<Stop>,
    /// The number of its last write in the document's history: an undo right now takes the whole run back (rule 15).
    pub last_action: Option<i64>,
}

impl Outcome {
    /// Whether every dossier is as DS has it. A run with failures is never called a success (rule 10).
    pub fn is_success(&self) -> bool {
        self.stop.is_none() && self.report.failed() == 0
    }
}

/// Runs a connexion. Its state and binding are kept up to date with what the document holds.
pub async fn run<S: Source, D: Document, C: Clock, O: Observer>(
    ports: &Ports<'_, S, D, C>,
    context: &RunContext,
    connexion: &mut Connexion,
    observer: &O,
) -> Outcome {
    let mut outcome = Outcome { report: Report::default(), stop: None, last_action: None };
    // An agent may rename a column while the run writes: it looks again, once, and goes on from the last bundle.
    for attempt in 0..2 {
        let mut reader = Reader::new(ports.source, ports.clock, observer, connexion.mapping.demarche);
        outcome.stop = attempt_run(ports, context, connexion, &mut reader, &mut outcome).await.err();
        if attempt > 0 || !matches!(outcome.stop, Some(Stop::Document(DocumentError::NotThere(_)))) {
            break;
        }
    }
    outcome
}

async fn attempt_run<S: Source, D: Document, C: Clock, O: Observer>(
    ports: &Ports<'_, S, D, C>,
    context: &RunContext,
    connexion: &mut Connexion,
    reader: &mut Reader<'_, S, C, O>,
    outcome: &mut Outcome,
) -> Result<(), Stop> {
    let number = connexion.mapping.demarche;
    let progress = Progress { phase: Phase::Form, read: outcome.report.read, total: None, written: 0, failed: 0 };
    reader.observer.progress(&progress);
    let operation = Operation::GetDemarche(DemarcheVariables { number });
    let demarche = reader.ask(&operation, Demarche::read, &progress).await?;
    let document_schema = schema(ports.document).await?;
    let mut plan = plan(&connexion.mapping, &connexion.binding, &document_schema, &demarche).map_err(Stop::Plan)?;
    let mut history = History { last_action: outcome.last_action, description: format!("Relais : {}", connexion.mapping.title) };
    let tables = prepare(ports.document, connexion, &mut plan, &document_schema, &mut history, reader.observer).await;
    outcome.last_action = history.last_action;
    let tables = tables?;
    let may_add_choices = lengthen_lists(ports.document, &mut plan, &mut history).await?;
    outcome.last_action = history.last_action;
    for problem in &plan.problems {
        if !outcome.report.problems.contains(problem) {
            outcome.report.problems.push(problem.clone());
        }
    }
    let address = format!("{}/procedures/{number}/dossiers/", context.ds_url.trim_end_matches('/'));
    let planned = plan.tables.clone();
    let mut writer = Writer {
        document: ports.document,
        clock: ports.clock,
        context,
        converter: Converter::new(&planned, address),
        state: start(connexion, &plan, &demarche, ports.clock.now()),
        connexion,
        batch: Batch::new(planned.len()),
        tables: plan.tables,
        system: tables,
        indexes: None,
        history,
        report: std::mem::take(&mut outcome.report),
        total: None,
        has_written: false,
        may_add_choices,
    };
    let result = writer.scan(reader, &demarche, plan.parts).await;
    outcome.last_action = writer.history.last_action;
    outcome.report = writer.report;
    result
}

/// Where reading starts: goes on with an unfinished reading of the same kind, else from the watermark, else from the start.
/// Everything is read again when the form, the mapping or the columns changed (rule 14).
fn start(connexion: &Connexion, plan: &Plan, demarche: &Demarche, now: Timestamp) -> State {
    let mut state = connexion.state.clone();
    let is_current = state.fingerprint == plan.fingerprint && state.revision.as_ref() == Some(&demarche.active_revision.id);
    if !is_current {
        state.scan = None;
        state.watermark = None;
        state.unfit.clear();
    }
    if state.scan.is_none() {
        let since = state.watermark.map(|watermark| watermark.plus_seconds(-OVERLAP_SECONDS));
        let order = if since.is_some() { ScanOrder::Change } else { ScanOrder::Deposit };
        state.scan = Some(Scan { order, started_at: now, since, cursor: None, latest: None });
    }
    state.fingerprint.clone_from(&plan.fingerprint);
    state.revision = Some(demarche.active_revision.id.clone());
    state
}

/// Relais's own tables.
struct SystemTables {
    connexions: TableId,
    journal: TableId,
}

/// The run's writes in the document's history, chained so that one Ctrl+Z takes them all back (rule 15).
struct History {
    last_action: Option<i64>,
    description: String,
}

impl History {
    async fn apply<D: Document>(&mut self, document: &D, actions: &[UserAction]) -> Result<Applied, DocumentError> {
        let options = ApplyOptions { description: Some(self.description.clone()), link_id: self.last_action };
        let applied = document.apply(actions, &options).await?;
        self.last_action = Some(applied.action_num);
        Ok(applied)
    }
}

/// Makes the tables and columns that are missing, with the connexion's row in the same call, then what needs to know
/// their references: help, what references show, names of pages.
async fn prepare<D: Document, O: Observer>(
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
    let system = SystemTables { connexions, journal };
    let made_from = actions.len();
    actions.append(&mut plan.structure);
    if actions.is_empty() && !connexion.is_unsaved() {
        return Ok(system);
    }
    observer.progress(&Progress { phase: Phase::Structure, read: 0, total: None, written: 0, failed: 0 });
    let mut bound = connexion.clone();
    bound.binding.clone_from(&plan.binding);
    let row_action = actions.len();
    let mut cells = bound.configuration_cells();
    cells.push(Connexion::state_cell(&bound.state));
    actions.push(write_row(&system.connexions, bound.row, cells));
    let applied = history.apply(document, &actions).await?;
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
async fn lengthen_lists<D: Document>(document: &D, plan: &mut Plan, history: &mut History) -> Result<bool, Stop> {
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
    let number = reference(&TableKey::Dossiers, &Field::Dossier(crate::mapping::DossierField::Number));
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

struct Writer<'a, D, C> {
    document: &'a D,
    clock: &'a C,
    context: &'a RunContext,
    connexion: &'a mut Connexion,
    converter: Converter<'a>,
    /// The state that the next bundle writes.
    state: State,
    tables: Vec<PlannedTable>,
    system: SystemTables,
    /// Read when the first dossier comes: a run that finds nothing new reads no row.
    indexes: Option<Vec<TableIndex>>,
    batch: Batch,
    history: History,
    report: Report,
    total: Option<usize>,
    has_written: bool,
    may_add_choices: bool,
}

impl<D: Document, C: Clock> Writer<'_, D, C> {
    fn progress(&self) -> Progress {
        Progress {
            phase: Phase::Dossiers,
            read: self.report.read,
            total: self.total,
            written: self.report.added + self.report.updated,
            failed: self.report.failed(),
        }
    }

    async fn scan<S: Source, O: Observer>(
        &mut self,
        reader: &mut Reader<'_, S, C, O>,
        demarche: &Demarche,
        parts: crate::ds::operations::Parts,
    ) -> Result<(), Stop> {
        let result = self.read_all(reader, parts).await;
        match result {
            Ok(()) => self.finish(demarche).await,
            // What is read is kept: the bundle and its place in the list go together.
            Err(Stop::Document(error)) => Err(Stop::Document(error)),
            Err(stop) => {
                if !self.batch.is_empty() || self.has_written {
                    self.interrupted().await?;
                }
                Err(stop)
            }
        }
    }

    async fn read_all<S: Source, O: Observer>(&mut self, reader: &mut Reader<'_, S, C, O>, parts: crate::ds::operations::Parts) -> Result<(), Stop> {
        let (order, since, mut cursor) = match &self.state.scan {
            Some(scan) => (scan.order, scan.since, scan.cursor.clone()),
            None => return Ok(()),
        };
        if order == ScanOrder::Deposit {
            let operation = Operation::CountDossiers(DemarcheVariables { number: reader.demarche });
            // Older instances refuse to count, and it only serves to show progress.
            self.total = reader.source.call(&operation).await.and_then(|body| dossiers_count(&body)).unwrap_or_default();
        }
        self.retry(reader, parts).await?;
        reader.observer.progress(&self.progress());
        let mut step = reader.next(cursor.as_ref(), since, parts, &self.progress()).await?;
        loop {
            let more = match step {
                Step::Page(page) => {
                    let more = page.page_info.has_next_page && !page.dossiers.is_empty();
                    for dossier in &page.dossiers {
                        self.take(dossier).await?;
                    }
                    cursor = page.page_info.end_cursor.or(cursor);
                    more
                }
                Step::Unserved { number, code, cursor: place, has_next_page } => {
                    self.unserved(number, code);
                    cursor = place.or(cursor);
                    has_next_page
                }
            };
            if let Some(scan) = &mut self.state.scan {
                scan.cursor.clone_from(&cursor);
            }
            reader.observer.progress(&self.progress());
            if !more {
                return Ok(());
            }
            if reader.observer.is_cancelled() {
                return Err(Stop::Cancelled);
            }
            let progress = self.progress();
            let next = reader.next(cursor.as_ref(), since, parts, &progress);
            step = if self.batch.is_full() {
                // Reading goes on while Grist writes.
                let (written, next) = join(self.flush(Vec::new()), next).await;
                written?;
                next?
            } else {
                next.await?
            };
        }
    }

    /// Dossiers that failed before, whatever the watermark (rule 10).
    async fn retry<S: Source, O: Observer>(&mut self, reader: &Reader<'_, S, C, O>, parts: crate::ds::operations::Parts) -> Result<(), Stop> {
        for number in self.state.retry.clone() {
            match reader.dossier(number, parts, &self.progress()).await {
                Ok(dossier) => self.take(&dossier).await?,
                // Deleted meanwhile, or moved out of reach: no longer one of ours.
                Err(Interruption::Source(error)) if matches!(error.code, SourceErrorCode::NotFound | SourceErrorCode::DemarcheForbidden) => {
                    self.state.retry.remove(&number);
                }
                Err(Interruption::Source(error)) if error.code.is_eased_by_less() => self.unserved(number, error.code),
                Err(interruption) => return Err(interruption.into()),
            }
            if reader.observer.is_cancelled() {
                return Err(Stop::Cancelled);
            }
        }
        Ok(())
    }

    fn unserved(&mut self, number: DossierNumber, code: SourceErrorCode) {
        self.state.retry.insert(number);
        self.report.problems.push(Problem { dossier: Some(number), kind: ProblemKind::Unserved(code) });
    }

    async fn read_tables(&mut self) -> Result<(), DocumentError> {
        let mut indexes = Vec::with_capacity(self.tables.len());
        for table in &self.tables {
            indexes.push(if table.is_new { TableIndex::empty(table) } else { TableIndex::read(table, &self.document.fetch_table(&table.id).await?) });
        }
        if let Some((main, index)) = self.tables.first().zip(indexes.first()) {
            let kind = ProblemKind::DuplicateRow { table: main.name.clone() };
            let mut duplicates = std::collections::BTreeSet::new();
            duplicates.extend(index.duplicates());
            self.report.problems.extend(duplicates.into_iter().map(|number| Problem { dossier: Some(number), kind: kind.clone() }));
        }
        self.indexes = Some(indexes);
        Ok(())
    }

    /// Compares a dossier with the document, and takes what differs.
    async fn take(&mut self, dossier: &Dossier) -> Result<(), DocumentError> {
        if self.indexes.is_none() {
            self.read_tables().await?;
        }
        let known = self.report.problems.len();
        let conversion = self.converter.convert(dossier, &mut self.report.problems);
        if self.report.problems.iter().skip(known).any(Problem::is_failure) {
            self.state.unfit.insert(dossier.number);
        } else {
            self.state.unfit.remove(&dossier.number);
        }
        let children = || conversion.children.iter().flatten().flatten().map(|(_, row)| row);
        let rows = 1 + children().count();
        let bytes = weight(&conversion.main) + children().map(weight).sum::<usize>();
        if self.batch.holds(dossier.number) || !self.batch.has_room_for(rows, bytes) {
            self.flush(Vec::new()).await?;
        }
        if let Some(indexes) = &mut self.indexes {
            self.batch.take(&self.tables, indexes, dossier.number, conversion, &mut self.report);
        }
        self.state.retry.remove(&dossier.number);
        if let Some(scan) = &mut self.state.scan {
            scan.latest = scan.latest.max(Some(dossier.date_derniere_modification));
        }
        Ok(())
    }

    /// Writes the batch and the state in one call, all or none (rule 11).
    async fn flush(&mut self, journal: Vec<UserAction>) -> Result<(), DocumentError> {
        let (mut actions, receipt) = self.batch.actions(&self.tables, self.may_add_choices);
        actions.push(write_row(&self.system.connexions, self.connexion.row, vec![Connexion::state_cell(&self.state)]));
        actions.extend(journal.iter().cloned());
        let applied = match self.history.apply(self.document, &actions).await {
            // Lists of choices are structure; values are not.
            Err(DocumentError::Denied(Denied::Structure)) if self.may_add_choices && self.batch.has_choices() => {
                self.may_add_choices = false;
                self.report.problems.push(Problem { dossier: None, kind: ProblemKind::ChoicesNotAdded });
                let (mut actions, receipt) = self.batch.actions(&self.tables, false);
                actions.push(write_row(&self.system.connexions, self.connexion.row, vec![Connexion::state_cell(&self.state)]));
                actions.extend(journal);
                let applied = self.history.apply(self.document, &actions).await?;
                self.settle(&receipt, &applied);
                return Ok(());
            }
            applied => applied?,
        };
        self.batch.grow_choices(&mut self.tables);
        self.settle(&receipt, &applied);
        Ok(())
    }

    fn settle(&mut self, receipt: &super::batch::Receipt, applied: &Applied) {
        if let Some(indexes) = &mut self.indexes {
            receipt.settle(applied, indexes);
        }
        self.batch = Batch::new(self.tables.len());
        self.connexion.state.clone_from(&self.state);
        self.has_written = true;
    }

    /// The end: the watermark moves with the last rows. When nothing changed nothing is written (rule 1), unless the
    /// watermark alone spares more than a page at the next run (rule 11).
    async fn finish(&mut self, demarche: &Demarche) -> Result<(), Stop> {
        let Some(scan) = self.state.scan.take() else { return Ok(()) };
        let is_whole = scan.order == ScanOrder::Deposit;
        self.state.watermark = if is_whole { Some(scan.started_at) } else { self.state.watermark.max(scan.latest) };
        if is_whole {
            self.state.known_fields.clear();
            self.state.known_fields.extend(demarche.active_revision.all_descriptors().map(|descriptor| descriptor.id.clone()));
        }
        // Many dossiers changed within the overlap are read again whatever the watermark: then it has not moved.
        let spares_a_page = self.report.read > LARGEST_PAGE as usize && self.state.watermark != self.connexion.state.watermark;
        let has_failed = self.state.retry != self.connexion.state.retry || self.state.unfit != self.connexion.state.unfit;
        let has_news = !self.batch.is_empty() || self.has_written || has_failed;
        if !has_news && !is_whole && !spares_a_page {
            // The state of the document stays as it was.
            self.state.clone_from(&self.connexion.state);
            return Ok(());
        }
        self.note_run(false);
        let journal = if self.report.has_written() || has_failed { self.journal(false) } else { Vec::new() };
        Ok(self.flush(journal).await?)
    }

    /// The same for a run that stops before its end: the reading goes on from the last whole page.
    async fn interrupted(&mut self) -> Result<(), Stop> {
        self.note_run(true);
        let journal = self.journal(true);
        Ok(self.flush(journal).await?)
    }

    fn note_run(&mut self, interrupted: bool) {
        let before = self.connexion.state.last_run.as_ref().map_or(0, |run| run.dossiers);
        let dossiers = self.indexes.as_ref().and_then(|indexes| indexes.first()).map_or(before, TableIndex::len);
        self.state.last_run =
            Some(LastRun { at: self.clock.now(), dossiers, failed: self.state.retry.union(&self.state.unfit).count(), interrupted });
    }

    fn journal(&self, interrupted: bool) -> Vec<UserAction> {
        let [whole, partial, stopped] = words::RESULTS;
        let result = match (interrupted, self.report.failed()) {
            (true, _) => stopped,
            (false, 0) => whole,
            (false, _) => partial,
        };
        #[expect(clippy::cast_precision_loss, reason = "a document has at most a million rows")]
        let number = |number: usize| CellValue::Number(number as f64);
        let cells = [
            ("quand", CellValue::Number(self.clock.now().seconds())),
            ("connexion", CellValue::text(&self.connexion.id)),
            ("titre", CellValue::text(&self.connexion.mapping.title)),
            ("auteur", CellValue::text(&self.context.author)),
            ("resultat", CellValue::text(result)),
            ("ajoutes", number(self.report.added)),
            ("modifies", number(self.report.updated)),
            ("erreurs", number(self.report.failed())),
            ("detail", CellValue::text(&words::journal(&self.report))),
        ];
        let cells = cells.into_iter().map(|(id, value)| (ColumnId::from(id), value)).collect();
        vec![write_row(&self.system.journal, None, cells)]
    }
}
