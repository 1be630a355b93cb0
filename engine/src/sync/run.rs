//! A run: reads what changed in DS and writes it to the document, in bundles that each leave the document whole.

use super::{
    Connexion, Converter, FileIndex, Observer, PlanError, Progress, Report, Scan, State,
    connexion::{Loaded, load},
    copying::Breaker,
    lease::Lease,
    plan::{Plan, plan},
    scan::{Interruption, Reader},
    structure::{History, lengthen_lists, prepare},
    writer::Writer,
};
use crate::{
    Timestamp,
    ds::{Demarche, Operation, SourceError, operations::DemarcheVariables},
    grist::DocumentError,
    ports::{Clock, Document, Leases, Source},
};

/// Increments start this long before the watermark: DS's instants are those of several servers (rule 11).
pub(super) const OVERLAP_SECONDS: i64 = 300;
/// How often a run looks at the document from the start, the first time included.
const LOOKS: usize = 3;
/// Dossiers that are asked for again one by one, at most.
const MOST_RETRIES: usize = 100;

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
        self.stop.is_none() && self.report.failed() == 0 && self.report.is_whole()
    }
}

/// Runs a connexion. Its state and binding are kept up to date with what the document holds.
pub async fn run<S: Source + Leases, D: Document<File = S::File>, C: Clock, O: Observer>(
    ports: &Ports<'_, S, D, C>,
    context: &RunContext,
    connexion: &mut Connexion,
    observer: &O,
) -> Outcome {
    let mut outcome = Outcome { report: Report::default(), stop: None, last_action: None };
    observer.progress(&Progress::START);
    let lease = match Lease::take(ports.source, ports.clock, &connexion.id).await {
        Ok(lease) => lease,
        Err(error) => {
            outcome.stop = Some(Stop::Source(error));
            return outcome;
        }
    };
    // An agent may rename a column while the run writes, and a page that slept may find that others have run: it looks
    // again at the document, and goes on from the last bundle.
    for _ in 0..LOOKS {
        let reader = Reader::new(ports.source, &lease, ports.clock, observer, connexion.mapping.demarche);
        outcome.stop = attempt_run(ports, context, connexion, &reader, &mut outcome).await.err();
        if !lease.has_lapsed() && !matches!(outcome.stop, Some(Stop::Document(DocumentError::NotThere(_)))) {
            break;
        }
    }
    lease.give_back().await;
    outcome
}

async fn attempt_run<S: Source + Leases, D: Document<File = S::File>, C: Clock, O: Observer>(
    ports: &Ports<'_, S, D, C>,
    context: &RunContext,
    connexion: &mut Connexion,
    reader: &Reader<'_, S, C, O>,
    outcome: &mut Outcome,
) -> Result<(), Stop> {
    let number = connexion.mapping.demarche;
    reader.tell(Progress { read: outcome.report.read, ..Progress::START });
    let loaded = load(ports.document).await?;
    connexion.refresh(&loaded);
    let Loaded { schema, .. } = loaded;
    let operation = Operation::GetDemarche(DemarcheVariables { number });
    let demarche = reader.ask(&operation, Demarche::read).await?;
    // What is made next must not be there already.
    reader.lease.keep().await.map_err(Stop::Source)?;
    let mut plan = plan(&connexion.mapping, &connexion.binding, &schema, &demarche).map_err(Stop::Plan)?;
    let mut history = History { last_action: outcome.last_action, description: format!("Relais : {}", connexion.mapping.title) };
    let tables = prepare(ports.document, connexion, &mut plan, &schema, &mut history, reader.observer).await;
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
    let state = start(connexion, &plan, &demarche, ports.clock.now());
    let converter = Converter::new(&planned, address).with_scope(connexion.scope.clone());
    let written = outcome.report.added + outcome.report.updated;
    let mut writer = Writer {
        document: ports.document,
        lease: reader.lease,
        clock: ports.clock,
        context,
        converter,
        state,
        batch: super::batch::Batch::new(planned.len()),
        tables: plan.tables,
        system: tables,
        indexes: None,
        history,
        report: std::mem::take(&mut outcome.report),
        total: None,
        seen: None,
        has_written: false,
        written,
        spares_pages: false,
        may_add_choices,
        files: FileIndex::default(),
        breaker: Breaker::default(),
        connexion,
    };
    let result = writer.scan(reader, &demarche, plan.parts).await;
    outcome.last_action = writer.history.last_action;
    outcome.report = writer.report;
    result
}

/// Where reading starts: goes on with an unfinished reading of the same kind, else from the watermark, else from the start.
/// Everything is read again when the form, the mapping, the columns or the scope changed (rule 14).
fn start(connexion: &Connexion, plan: &Plan, demarche: &Demarche, now: Timestamp) -> State {
    let mut state = connexion.state.clone();
    let fingerprint = format!("{}{}", plan.fingerprint, connexion.selection_fingerprint());
    let is_current = state.fingerprint == fingerprint && state.revision.as_ref() == Some(&demarche.active_revision.id);
    if !is_current {
        state.scan = None;
        state.watermark = None;
        state.unfit.clear();
        // What was marked or removed may have to be so otherwise.
        if let Some(deletions) = &mut state.deletions {
            deletions.seen.clear();
        }
    }
    // So many dossiers to ask for again, a whole reading brings for less.
    if state.scan.is_none() && state.retry.len() > MOST_RETRIES {
        state.watermark = None;
        state.retry.clear();
    }
    if state.scan.is_none() {
        let since = state.watermark.map(|watermark| watermark.plus_seconds(-OVERLAP_SECONDS));
        state.scan = Some(Scan::new(since, now));
    }
    state.fingerprint = fingerprint;
    state.revision = Some(demarche.active_revision.id.clone());
    state
}
