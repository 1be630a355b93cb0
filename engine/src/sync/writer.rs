//! What a run reads goes here: it is compared with the document, gathered, and written.

use super::{
    Connexion, ConvertedRow, Converter, FileIndex, Observer, Phase, PlannedTable, Problem, ProblemKind, Progress, Report, RunContext, Scan,
    ScanOrder, State, Stop, TableIndex,
    batch::{Batch, Receipt, weight, write_row},
    copying::Breaker,
    lease::Lease,
    run::OVERLAP_SECONDS,
    scan::{Interruption, Reader, Wanted},
    structure::{History, SystemTables},
};
use crate::{
    Timestamp,
    ds::{
        Demarche, DemarcheNumber, Dossier, DossierNumber, Operation, SourceErrorCode, dossiers_count,
        operations::{DemarcheVariables, Parts},
    },
    grist::{Applied, Denied, DocumentError, UserAction},
    hashed::HashSet,
    mapping::{DossierField, Fate, Field, Scope, SourceFilter, TableKey, Translation, Value, encode},
    ports::{Clock, Document, Leases, Source},
    sorted::SortedSet,
};

/// Dossiers that are asked for again in one run, at most: they are asked for one by one.
const MOST_RETRIES: usize = 100;
/// What changed behind a reading that took longer is read at its end, rather than by the next run.
const LONG_SECONDS: i64 = 60;

/// One call of the document.
struct Bundle {
    actions: Vec<UserAction>,
    receipt: Receipt,
    /// Where those of the files start.
    files_at: usize,
}

#[expect(clippy::struct_excessive_bools, reason = "each is one thing that a run knows of itself")]
pub(super) struct Writer<'a, 'l, S, D, C> {
    pub(super) document: &'a D,
    pub(super) lease: &'a Lease<'l, S, C>,
    pub(super) clock: &'a C,
    pub(super) context: &'a RunContext,
    pub(super) connexion: &'a mut Connexion,
    /// Which of its démarches is read.
    pub(super) demarche: DemarcheNumber,
    /// Its scope, as this démarche has it.
    pub(super) scope: Scope,
    pub(super) converter: Converter<'a>,
    /// The state that the next bundle writes.
    pub(super) state: State,
    pub(super) tables: Vec<PlannedTable>,
    pub(super) system: SystemTables,
    /// Read when the first dossier comes: a run that finds nothing new reads no row.
    pub(super) indexes: Option<Vec<TableIndex>>,
    pub(super) batch: Batch,
    pub(super) history: History,
    pub(super) report: Report,
    pub(super) total: Option<usize>,
    /// The dossiers of a whole reading, when this run has made it from its start.
    pub(super) seen: Option<HashSet<DossierNumber>>,
    pub(super) has_written: bool,
    /// Dossiers added or changed in the document, not only compared.
    pub(super) written: usize,
    /// Whether what the state remembers of this run spares more than a page at the next.
    pub(super) spares_pages: bool,
    pub(super) may_add_choices: bool,
    /// The files that the document has.
    pub(super) files: FileIndex,
    pub(super) breaker: Breaker,
    /// Whether the files that no cell has any more may be let go.
    pub(super) releases_files: bool,
    /// Whether another démarche of this run has stopped before its end.
    pub(super) is_cut: bool,
}

impl<S: Source + Leases, D: Document<File = S::File>, C: Clock> Writer<'_, '_, S, D, C> {
    pub(super) fn progress(&self) -> Progress {
        Progress {
            phase: Phase::Dossiers,
            read: self.report.read,
            total: self.total,
            written: self.written,
            failed: self.report.failed(),
            files: self.report.files,
            ..Progress::START
        }
    }

    pub(super) async fn scan<O: Observer>(&mut self, reader: &Reader<'_, '_, S, C, O>, demarche: &Demarche, parts: Parts) -> Result<(), Stop> {
        match self.read_all(reader, demarche, parts).await {
            Ok(()) => self.finish(demarche).await,
            Err(Stop::Document(error)) => Err(Stop::Document(error)),
            // Somebody else runs by now: what is written is whole, and nothing more is written.
            Err(Stop::Source(error)) if error.code == SourceErrorCode::LeaseHeld => Err(Stop::Source(error)),
            // What is read is kept: the bundle and its place in the list go together.
            Err(stop) => {
                if !self.batch.is_empty() || self.files.unwritten() > 0 || self.has_written {
                    self.interrupted().await?;
                }
                Err(stop)
            }
        }
    }

    async fn read_all<O: Observer>(&mut self, reader: &Reader<'_, '_, S, C, O>, demarche: &Demarche, parts: Parts) -> Result<(), Stop> {
        let Some(scan) = &self.state.scan else { return Ok(()) };
        let (is_whole, is_resumed) = (scan.order == ScanOrder::Deposit, !scan.is_untouched());
        if is_whole {
            if !is_resumed {
                self.begin_whole().await?;
            }
            self.count(reader).await;
        }
        reader.tell(self.progress());
        self.retry(reader, parts).await?;
        self.look_up_deletions(reader).await?;
        self.read_pages(reader, parts).await?;
        self.compare_lists(reader, demarche, parts).await?;
        if is_whole { self.catch_up(reader, demarche, parts, is_resumed).await } else { Ok(()) }
    }

    /// A whole reading that was interrupted, or took long: what changed behind it follows at once.
    async fn catch_up<O: Observer>(
        &mut self,
        reader: &Reader<'_, '_, S, C, O>,
        demarche: &Demarche,
        parts: Parts,
        is_resumed: bool,
    ) -> Result<(), Stop> {
        let now = self.clock.now();
        let Some(scan) = self.state.scan.take_if(|scan| is_resumed || now > scan.started_at.plus_seconds(LONG_SECONDS)) else { return Ok(()) };
        self.end_whole(demarche, scan.started_at);
        self.state.scan = Some(Scan::new(Some(scan.started_at.plus_seconds(-OVERLAP_SECONDS)), now));
        self.spares_pages = true;
        self.read_pages(reader, parts).await
    }

    /// Everything is read that changed before.
    pub(super) fn end_whole(&mut self, demarche: &Demarche, started_at: Timestamp) {
        self.state.watermark = Some(started_at);
        self.state.known_fields.clear();
        // Those of a clone are known by their twins.
        let twins = Translation::for_sibling(self.connexion.sibling(self.demarche));
        let own = demarche.active_revision.all_descriptors().filter(|descriptor| !twins.has_twin(&descriptor.id));
        self.state.known_fields.extend(own.map(|descriptor| descriptor.id.clone()));
    }

    /// A whole reading starts: it will tell which dossiers of the document DS no longer has.
    async fn begin_whole(&mut self) -> Result<(), Stop> {
        self.read_tables().await?;
        self.seen = Some(HashSet::default());
        let is_first = self.indexes.iter().flatten().next().is_none_or(|main| !main.dossiers().any(|number| self.whose(number) != Some(false)));
        if let Some(scan) = &mut self.state.scan {
            scan.is_first = is_first;
        }
        Ok(())
    }

    /// What was known of the démarche before this bundle.
    pub(super) fn before(&self) -> Option<&State> {
        self.connexion.state_of(self.demarche)
    }

    /// Whether the row of a dossier is known to be one of this démarche.
    pub(super) fn is_ours(&self, number: DossierNumber) -> bool {
        self.whose(number) == Some(true)
    }

    /// Whether the row of a dossier is one of this démarche, where a table has those of several, or had: the rows of one that
    /// was taken away stay. None when the column that says so is not kept up to date; rows from before there were several are
    /// those of the first.
    fn whose(&self, number: DossierNumber) -> Option<bool> {
        let Some(column) = self.converter.column_of(DossierField::NumeroDemarche) else {
            let main = self.connexion.binding.tables.get(&TableKey::Dossiers);
            let was_told = main.is_some_and(|main| main.columns.contains_key(&Field::Dossier(DossierField::NumeroDemarche)));
            return (self.connexion.siblings.is_empty() && !was_told).then_some(true);
        };
        let Some(main) = self.indexes.iter().flatten().next() else { return Some(false) };
        let Some(slot) = main.dossier(number) else { return Some(false) };
        // Agents may have made the column a Text.
        let planned = self.tables.first().and_then(|table| table.columns.get(column))?;
        let own = encode(Value::Integer(self.demarche.to_string().into()), &planned.column_type).ok()?;
        let is_first = self.demarche == self.connexion.mapping.demarche;
        Some(main.holds(slot, column, &own) || is_first && main.is_blank(slot, column))
    }

    /// What DS is asked for. It filters a whole list when no row of the document could be missed by that: when there is
    /// none yet, or when the row of a dossier that is left out is removed anyway.
    pub(super) fn wanted(&self) -> Wanted {
        let Some(scan) = &self.state.scan else { return Wanted::default() };
        let may_filter = scan.order == ScanOrder::Deposit && (scan.is_first || self.connexion.keeping.outside == Fate::Remove);
        let filter = if may_filter { self.scope.at_source() } else { SourceFilter::default() };
        Wanted { since: scan.since, filter, may_end_early: may_filter }
    }

    /// How many dossiers to expect. Older instances refuse to count, and it only serves to show progress.
    async fn count<O: Observer>(&mut self, reader: &Reader<'_, '_, S, C, O>) {
        if self.wanted().filter != SourceFilter::default() {
            return;
        }
        let operation = Operation::CountDossiers(DemarcheVariables { number: reader.demarche });
        let count = reader.source.call(&operation).await.and_then(|body| dossiers_count(&body)).unwrap_or_default();
        let known = self.state.scan.as_ref().map_or(0, |scan| scan.read);
        self.total = count.map(|count| count.saturating_sub(known) + self.report.read);
    }

    /// Dossiers that failed before, whatever the watermark (rule 10).
    async fn retry<O: Observer>(&mut self, reader: &Reader<'_, '_, S, C, O>, parts: Parts) -> Result<(), Stop> {
        let waiting: Vec<DossierNumber> = self.state.retry.iter().copied().collect();
        // When they are many, each run asks for some, and each time for others.
        let first = usize::try_from(self.clock.now().milliseconds() / 1000).unwrap_or_default() % waiting.len().max(1);
        for number in waiting.iter().cycle().skip(first).take(waiting.len().min(MOST_RETRIES)) {
            self.fetch(reader, *number, parts).await?;
            if self.breaker.is_open().is_some() {
                break;
            }
        }
        // What has failed before keeps nothing new out.
        self.breaker = Breaker::default();
        Ok(())
    }

    /// One dossier, by its number.
    pub(super) async fn fetch<O: Observer>(&mut self, reader: &Reader<'_, '_, S, C, O>, number: DossierNumber, parts: Parts) -> Result<(), Stop> {
        match reader.dossier(number, parts).await {
            Ok(dossier) => {
                self.bring_files(reader, std::slice::from_ref(&dossier), parts).await?;
                self.take(&dossier).await?;
            }
            // Deleted meanwhile, or moved out of reach: no longer one of ours.
            Err(Interruption::Source(error)) if matches!(error.code, SourceErrorCode::NotFound | SourceErrorCode::DemarcheForbidden) => {
                self.state.retry.remove(&number);
                if self.slot(number).await?.is_none() {
                    self.files.retain(number, &[]);
                }
            }
            Err(Interruption::Source(error)) if error.code.is_eased_by_less() => self.unserved(number, error.code),
            Err(interruption) => return Err(interruption.into()),
        }
        if reader.observer.is_cancelled() { Err(Stop::Cancelled) } else { Ok(()) }
    }

    pub(super) fn unserved(&mut self, number: DossierNumber, code: SourceErrorCode) {
        self.state.retry.insert(number);
        if let Some(seen) = &mut self.seen {
            seen.insert(number);
        }
        self.report.problems.push(Problem { dossier: Some(number), kind: ProblemKind::Unserved(code) });
    }

    async fn read_tables(&mut self) -> Result<(), Stop> {
        let mut indexes = Vec::with_capacity(self.tables.len());
        for table in &self.tables {
            indexes.push(if table.is_new { TableIndex::empty(table) } else { TableIndex::read(table, &self.document.fetch_table(&table.id).await?) });
        }
        if let Some((main, index)) = self.tables.first().zip(indexes.first()) {
            let kind = ProblemKind::DuplicateRow { table: main.name.clone() };
            let mut duplicates = SortedSet::new();
            duplicates.extend(index.duplicates().iter().copied());
            self.report.problems.extend(duplicates.into_iter().map(|number| Problem { dossier: Some(number), kind: kind.clone() }));
        }
        self.indexes = Some(indexes);
        if let Some(table) = &self.system.files {
            self.files = FileIndex::read(&self.document.fetch_table(table).await?, &self.connexion.id);
        }
        Ok(())
    }

    /// The place of a dossier in the main table, if it has one.
    pub(super) async fn slot(&mut self, number: DossierNumber) -> Result<Option<usize>, Stop> {
        if self.indexes.is_none() {
            self.read_tables().await?;
        }
        Ok(self.indexes.iter().flatten().next().and_then(|main| main.dossier(number)))
    }

    /// Whether a dossier has no place in the document: the scope leaves it out.
    pub(super) async fn is_unwanted(&mut self, dossier: &Dossier) -> Result<bool, Stop> {
        let is_known = self.slot(dossier.number).await?.is_some();
        let is_left_out = !self.scope.holds(dossier.standing());
        Ok(is_left_out && (!is_known || self.connexion.keeping.outside == Fate::Remove))
    }

    /// Compares a dossier with the document, and takes what differs.
    pub(super) async fn take(&mut self, dossier: &Dossier) -> Result<(), Stop> {
        if let Some(scan) = &mut self.state.scan {
            scan.latest = scan.latest.max(Some(dossier.date_derniere_modification));
        }
        if let Some(seen) = &mut self.seen {
            seen.insert(dossier.number);
        }
        self.state.retry.remove(&dossier.number);
        if self.is_unwanted(dossier).await? {
            self.state.unfit.remove(&dossier.number);
            self.report.read += 1;
            self.report.left_out += 1;
            return self.remove(dossier.number).await;
        }
        let known = self.report.problems.len();
        let conversion = self.converter.convert(dossier, &self.files, &mut self.report.problems);
        self.state.unfit.remove(&dossier.number);
        let failures = || self.report.problems.iter().skip(known).filter(|problem| problem.is_failure());
        if failures().any(Problem::may_pass) {
            self.state.retry.insert(dossier.number);
        } else if failures().next().is_some() {
            self.state.unfit.insert(dossier.number);
        }
        // A cell that could not be read keeps what it has.
        let is_unread = failures().any(|problem| matches!(problem.kind, ProblemKind::Unreadable { .. }));
        if self.releases_files && !is_unread && conversion.children.iter().all(Option::is_some) {
            self.files.retain(dossier.number, &conversion.attachments);
        }
        let children = || conversion.children.iter().flatten().flatten().map(|(_, row)| row);
        let rows = 1 + children().count();
        let bytes = weight(&conversion.main) + children().map(weight).sum::<usize>();
        self.make_room(dossier.number, rows, bytes).await?;
        if let Some(indexes) = &mut self.indexes {
            self.batch.take(&self.tables, indexes, dossier.number, conversion, &mut self.report);
        }
        Ok(())
    }

    /// Writes first what would not fit in one call with these rows.
    async fn make_room(&mut self, number: DossierNumber, rows: usize, bytes: usize) -> Result<(), Stop> {
        if self.batch.holds(number) || !self.batch.has_room_for(rows, bytes) {
            self.flush(Vec::new()).await?;
        }
        Ok(())
    }

    /// Changes what is known of a dossier's own row. True when that was something new.
    pub(super) async fn amend(&mut self, number: DossierNumber, row: &ConvertedRow) -> Result<bool, Stop> {
        let Some(slot) = self.slot(number).await? else { return Ok(false) };
        if self.indexes.iter().flatten().next().is_none_or(|main| main.changed(slot, row).is_empty()) {
            return Ok(false);
        }
        self.make_room(number, 1, weight(row)).await?;
        if let Some(main) = self.indexes.iter_mut().flatten().next() {
            self.batch.amend(&self.tables, main, number, row);
        }
        Ok(true)
    }

    /// Removes the row of a dossier, if it has one, and its rows of other tables.
    pub(super) async fn remove(&mut self, number: DossierNumber) -> Result<(), Stop> {
        if self.slot(number).await?.is_some() {
            self.make_room(number, 1, 0).await?;
            if let Some(indexes) = &mut self.indexes {
                self.batch.remove(indexes, number, &mut self.report);
            }
        }
        // Those, too, that a run copied which was stopped before it wrote the row.
        self.files.retain(number, &[]);
        Ok(())
    }

    /// Writes the batch and the state in one call, all or none (rule 11).
    pub(super) async fn flush(&mut self, journal: Vec<UserAction>) -> Result<(), Stop> {
        self.lease.keep().await.map_err(Stop::Source)?;
        let bundle = self.bundle(&journal, self.may_add_choices);
        let applied = match self.history.apply(self.document, &bundle.actions).await {
            // Lists of choices are structure; values are not.
            Err(DocumentError::Denied(Denied::Structure)) if self.may_add_choices && self.batch.has_choices() => {
                self.may_add_choices = false;
                self.report.problems.push(Problem { dossier: None, kind: ProblemKind::ChoicesNotAdded });
                let bundle = self.bundle(&journal, false);
                let applied = self.history.apply(self.document, &bundle.actions).await?;
                self.settle(&bundle, &applied);
                return Ok(());
            }
            applied => applied?,
        };
        self.batch.grow_choices(&mut self.tables);
        self.settle(&bundle, &applied);
        Ok(())
    }

    /// Rows, the state that speaks of them, a line of the journal, and what is known of files.
    fn bundle(&self, journal: &[UserAction], choices: bool) -> Bundle {
        let (mut actions, receipt) = self.batch.actions(&self.tables, choices);
        actions.push(write_row(
            &self.system.connexions,
            self.connexion.row,
            vec![Connexion::state_cell(&self.connexion.state_with(self.demarche, &self.state))],
        ));
        actions.extend(journal.iter().cloned());
        let files_at = actions.len();
        if let Some(table) = &self.system.files {
            actions.extend(self.files.actions(table, &self.connexion.id));
        }
        Bundle { actions, receipt, files_at }
    }

    fn settle(&mut self, Bundle { receipt, files_at, .. }: &Bundle, applied: &Applied) {
        if let Some(indexes) = &mut self.indexes {
            receipt.settle(applied, indexes);
        }
        self.files.settle(&applied.row_ids(*files_at));
        self.batch = Batch::new(self.tables.len());
        self.connexion.state = self.connexion.state_with(self.demarche, &self.state);
        self.connexion.set_saved();
        self.has_written = true;
        self.written = self.report.added + self.report.updated;
    }
}
