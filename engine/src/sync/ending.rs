//! The end of a run: what it leaves for the next one, and its line in the journal.

use super::{LastRun, ScanOrder, Stop, TableIndex, batch::write_row, writer::Writer};
use crate::{
    ds::{Demarche, operations::LARGEST_PAGE},
    grist::{CellValue, ColumnId, UserAction},
    ports::{Clock, Document, Leases, Source},
    words,
};

impl<S: Source + Leases, D: Document<File = S::File>, C: Clock> Writer<'_, '_, S, D, C> {
    /// The end: the watermark moves with the last rows. When nothing changed nothing is written (rule 1), unless the
    /// watermark alone spares more than a page at the next run (rule 11).
    pub(super) async fn finish(&mut self, demarche: &Demarche) -> Result<(), Stop> {
        let Some(scan) = self.state.scan.take() else { return Ok(()) };
        let is_whole = scan.order == ScanOrder::Deposit;
        if is_whole {
            self.end_whole(demarche, scan.started_at);
        } else {
            self.state.watermark = self.state.watermark.max(scan.latest);
        }
        // Many dossiers changed within the overlap are read again whatever the watermark: then it has not moved.
        let before = self.before().cloned().unwrap_or_default();
        let spares_a_page = self.spares_pages || self.report.read > LARGEST_PAGE as usize && self.state.watermark != before.watermark;
        let has_failed = self.state.retry != before.retry || self.state.unfit != before.unfit;
        let has_news = !self.batch.is_empty() || self.files.unwritten() > 0 || self.has_written || has_failed;
        if !has_news && !is_whole && !spares_a_page {
            // The state of the document stays as it was.
            self.state = before;
            return Ok(());
        }
        self.note_run(false);
        let journal = if self.report.has_written() || has_failed { self.journal(false) } else { Vec::new() };
        self.flush(journal).await
    }

    /// The same for a run that stops before its end: the reading goes on from the last whole page.
    pub(super) async fn interrupted(&mut self) -> Result<(), Stop> {
        self.note_run(true);
        let journal = self.journal(true);
        self.flush(journal).await
    }

    fn note_run(&mut self, interrupted: bool) {
        let before = self.connexion.state.last_run.as_ref().map_or(0, |run| run.dossiers);
        let dossiers = self.indexes.as_ref().and_then(|indexes| indexes.first()).map_or(before, TableIndex::len);
        let failed = self.connexion.state_with(self.demarche, &self.state).failing();
        self.state.last_run = Some(LastRun { at: self.clock.now(), dossiers, failed, interrupted: interrupted || self.is_cut });
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
            ("titre", CellValue::text(self.connexion.sibling(self.demarche).map_or(&self.connexion.mapping.title, |sibling| &sibling.title))),
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
