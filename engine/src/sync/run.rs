//! A run: reads what changed in DS and writes it to the document, in bundles that each leave the document whole.

use super::{
    Connexion, Converter, FileIndex, FormDrift, Observer, PlanError, Progress, Report, Scan, State,
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
    ds::{Demarche, DemarcheNumber, DescriptorId, Operation, SourceError, SourceErrorCode, operations::DemarcheVariables},
    grist::DocumentError,
    mapping::{Drift, Field, Translation},
    ports::{Clock, Document, Leases, Source},
};

/// Increments start this long before the watermark: DS's instants are those of several servers (rule 11).
pub(super) const OVERLAP_SECONDS: i64 = 300;
/// Before any deletion: the first day of 2015, when DS began.
const FIRST_DELETIONS: Timestamp = Timestamp::from_milliseconds(1_420_070_400_000);
/// How often a run looks at the document from the start, the first time included.
const LOOKS: usize = 3;

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

impl Stop {
    /// Whether another démarche of the connexion may be read all the same.
    const fn is_of_one_demarche(&self) -> bool {
        use SourceErrorCode as Code;
        match self {
            Self::Source(error) => matches!(
                error.code,
                Code::DemarcheRefused
                    | Code::DemarcheForbidden
                    | Code::NotFound
                    | Code::Timeout
                    | Code::DsFailed
                    | Code::InvalidAnswer
                    | Code::AnswerTooLarge
            ),
            Self::Cancelled | Self::Document(_) | Self::Plan(_) => false,
        }
    }
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
    /// Of which démarche it stopped, or else that of the connexion.
    pub demarche: DemarcheNumber,
}

impl Outcome {
    /// Whether every dossier is as DS has it. A run with failures is never called a success (rule 10).
    pub fn is_success(&self) -> bool {
        self.stop.is_none() && self.report.failed() == 0 && self.report.is_whole()
    }

    /// Adds what became of another démarche of the run. The first that stopped is the one that is told.
    fn add(&mut self, part: Self) {
        if part.demarche == self.demarche && self.report == Report::default() {
            self.report = part.report;
        } else {
            self.report.add(part.demarche, part.report);
        }
        self.last_action = part.last_action;
        if self.stop.is_none() && part.stop.is_some() {
            (self.stop, self.demarche) = (part.stop, part.demarche);
        }
    }
}

/// Runs a connexion. Its state and binding are kept up to date with what the document holds.
pub async fn run<S: Source + Leases, D: Document<File = S::File>, C: Clock, O: Observer>(
    ports: &Ports<'_, S, D, C>,
    context: &RunContext,
    connexion: &mut Connexion,
    observer: &O,
) -> Outcome {
    let mut outcome = Outcome { report: Report::default(), stop: None, last_action: None, demarche: connexion.mapping.demarche };
    observer.progress(&Progress::START);
    let lease = match Lease::take(ports.source, ports.clock, &connexion.id).await {
        Ok(lease) => lease,
        Err(error) => {
            outcome.stop = Some(Stop::Source(error));
            return outcome;
        }
    };
    let demarches: Vec<DemarcheNumber> = connexion.demarches().collect();
    let mut first = None;
    for (place, demarche) in demarches.iter().enumerate() {
        let reader = Reader::new(ports.source, &lease, ports.clock, observer, *demarche, (place, demarches.len()));
        let mut part = Outcome { report: Report::default(), stop: None, last_action: outcome.last_action, demarche: *demarche };
        // An agent may rename a column while the run writes, and a page that slept may find that others have run: it looks
        // again at the document, and goes on from the last bundle.
        for _ in 0..LOOKS {
            part.stop = attempt_run(ports, context, connexion, &reader, &mut first, outcome.stop.is_some(), &mut part).await.err();
            if !lease.has_lapsed() && !matches!(part.stop, Some(Stop::Document(DocumentError::NotThere(_)))) {
                break;
            }
        }
        let goes_on = part.stop.as_ref().is_none_or(Stop::is_of_one_demarche);
        outcome.add(part);
        if !goes_on {
            break;
        }
    }
    lease.give_back().await;
    outcome
}

/// Runs one of the démarches of a connexion. `first` is the form that its mapping was made for, once it is read; `is_cut`
/// says that another of them has stopped before its end.
async fn attempt_run<S: Source + Leases, D: Document<File = S::File>, C: Clock, O: Observer>(
    ports: &Ports<'_, S, D, C>,
    context: &RunContext,
    connexion: &mut Connexion,
    reader: &Reader<'_, '_, S, C, O>,
    first: &mut Option<Demarche>,
    is_cut: bool,
    outcome: &mut Outcome,
) -> Result<(), Stop> {
    let number = reader.demarche;
    reader.tell(Progress { read: outcome.report.read, ..Progress::START });
    let loaded = load(ports.document).await?;
    connexion.refresh(&loaded);
    let Loaded { schema, .. } = loaded;
    let demarche = ask_form(reader, number).await?;
    if number == connexion.mapping.demarche {
        *first = Some(demarche.clone());
    } else if first.is_none() {
        *first = ask_first_form(reader, connexion).await?;
    }
    let mut scope = connexion.scope.clone();
    let Connexion { mapping, siblings, .. } = &mut *connexion;
    if let Some((ours, sibling)) = first.as_ref().zip(siblings.iter_mut().find(|sibling| sibling.number == number)) {
        sibling.match_fields(&mapping.fields, &ours.active_revision, &demarche.active_revision);
        demarche.title.trim().clone_into(&mut sibling.title);
        scope = scope.translated(ours, &demarche);
    }
    // What is made next must not be there already.
    reader.lease.keep().await.map_err(Stop::Source)?;
    let sibling = connexion.sibling(number).cloned();
    let translation = Translation::for_sibling(sibling.as_ref());
    note_drift(connexion, translation, &demarche, &mut outcome.report);
    let mut plan = plan(&connexion.mapping, translation, &connexion.binding, &schema, &demarche).map_err(Stop::Plan)?;
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
    // A column that this person may not see has files too.
    let mapped = connexion.mapping.tables.iter().flat_map(|table| &table.columns).filter(|column| column.sources.iter().any(Field::is_files));
    let releases_files = mapped.count() == planned.iter().flat_map(|table| &table.columns).filter(|column| column.takes_files()).count();
    let state = start(connexion, &plan, &demarche, ports.clock.now());
    let converter = Converter::new(&planned, address).with_scope(scope.clone()).of_demarche(number, connexion.name_of(&demarche));
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
        demarche: number,
        scope,
        is_cut,
        releases_files,
    };
    let result = writer.scan(reader, &demarche, plan.parts).await;
    outcome.last_action = writer.history.last_action;
    outcome.report = writer.report;
    result
}

async fn ask_form<S: Source + Leases, C: Clock, O: Observer>(
    reader: &Reader<'_, '_, S, C, O>,
    number: DemarcheNumber,
) -> Result<Demarche, Interruption> {
    reader.ask(&Operation::GetDemarche(DemarcheVariables { number }), Demarche::read).await
}

/// The form that the mapping was made for. Without it, the fields that have a match keep it; filters that go by its labels or
/// groupes cannot do without.
async fn ask_first_form<S: Source + Leases, C: Clock, O: Observer>(
    reader: &Reader<'_, '_, S, C, O>,
    connexion: &Connexion,
) -> Result<Option<Demarche>, Stop> {
    let needs_it = !connexion.scope.labels.is_empty() || !connexion.scope.groupes.is_empty();
    match ask_form(reader, connexion.mapping.demarche).await.map_err(Stop::from) {
        Ok(form) => Ok(Some(form)),
        Err(stop) if stop.is_of_one_demarche() && !needs_it => Ok(None),
        Err(stop) => Err(stop),
    }
}

/// Says how the form has changed since it was mapped (rule 5), before anything is written.
fn note_drift(connexion: &Connexion, translation: Translation<'_>, demarche: &Demarche, report: &mut Report) {
    let known = connexion.state_of(demarche.number).map(|state| &state.known_fields);
    // Before its first reading, what is not mapped is what nobody wanted.
    let is_unread = connexion.state_of(demarche.number).is_none_or(|state| state.revision.is_none());
    let is_known = |id: &DescriptorId| is_unread || translation.has_twin(id) || known.is_some_and(|known| known.contains(id));
    let drift = Drift::between(&connexion.mapping, translation, &demarche.active_revision, is_known);
    report.drift.retain(|drift| drift.demarche != demarche.number);
    if !drift.changes.is_empty() {
        report.drift.push(FormDrift { demarche: demarche.number, title: connexion.name_of(demarche), drift });
    }
}

/// Where reading starts: goes on with an unfinished reading of the same kind, else from the watermark, else from the start.
/// Everything is read again when the form, the mapping, the columns or the scope changed (rule 14).
fn start(connexion: &Connexion, plan: &Plan, demarche: &Demarche, now: Timestamp) -> State {
    let mut state = connexion.state_of(demarche.number).cloned().unwrap_or_default();
    let fingerprint = format!("{}{}{}", plan.fingerprint, connexion.selection_fingerprint(), connexion.name_fingerprint(demarche));
    let is_current = state.fingerprint == fingerprint && state.revision.as_ref() == Some(&demarche.active_revision.id);
    if !is_current {
        state.scan = None;
        state.watermark = None;
        state.unfit.clear();
        // What was marked or removed may have to be so otherwise, however long ago: a column for the date may be new.
        if let Some(deletions) = &mut state.deletions {
            deletions.seen.clear();
            deletions.at = FIRST_DELETIONS;
        }
    }
    // One of which nothing is read may have waited for days.
    if state.scan.as_ref().is_none_or(Scan::is_untouched) {
        let since = state.watermark.map(|watermark| watermark.plus_seconds(-OVERLAP_SECONDS));
        state.scan = Some(Scan::new(since, now));
    }
    state.fingerprint = fingerprint;
    state.revision = Some(demarche.active_revision.id.clone());
    state
}
