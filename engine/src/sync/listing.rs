//! The whole list of DS against the document, without content: labels, whose changes DS does not date (rule 14), dossiers
//! that its lists of deletions miss (rule 8), and those that a label brings into the scope or out of it (rule 9).

use super::{
    Observer, Problem, ProblemKind, ScanOrder, Stop, TableIndex,
    scan::{Interruption, Reader},
    writer::Writer,
};
use crate::{
    ds::{
        Demarche, DossierNumber, DossierSummary,
        operations::{LARGEST_PAGE, Parts},
    },
    hashed::HashSet,
    mapping::{DossierField, Fate, SourceFilter, Value},
    ports::{Clock, Document, Leases, Source},
};

/// How often the list is compared where labels count: a hundred dossiers take a request.
const DAY_SECONDS: i64 = 86_400;
/// How often elsewhere, as a safety net.
const WEEK_SECONDS: i64 = 7 * DAY_SECONDS;
/// The sizes of its pages.
const SIZES: [u32; 3] = [LARGEST_PAGE, 25, 1];

/// How much of the list is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Due {
    Nothing,
    /// A small démarche takes one request: worth it at each run.
    OnePage,
    Everything,
}

impl<S: Source + Leases, D: Document<File = S::File>, C: Clock> Writer<'_, '_, S, D, C> {
    /// After the dossiers: what a whole reading did not meet is no longer there; else the list is compared when it is time.
    pub(super) async fn compare_lists<O: Observer>(
        &mut self,
        reader: &Reader<'_, '_, S, C, O>,
        demarche: &Demarche,
        parts: Parts,
    ) -> Result<(), Stop> {
        let Some(scan) = &self.state.scan else { return Ok(()) };
        let (is_whole, is_first, started_at) = (scan.order == ScanOrder::Deposit, scan.is_first, scan.started_at);
        if is_whole && is_first {
            self.state.listed_at = Some(started_at);
            if self.seen.take().is_some() {
                return Ok(());
            }
            // An earlier run began it: what that one read may be older than a day.
            return self.compare_when_due(reader, demarche, parts).await;
        }
        if let Some(seen) = self.seen.take() {
            let missing = self.missing(&seen);
            let wanted = self.wanted();
            let is_filtered = wanted.filter != SourceFilter::default() || wanted.may_end_early && self.scope.until.is_some();
            // What a filter of DS left out may be there all the same.
            if missing.is_empty() || !is_filtered {
                for number in missing {
                    self.gone(number, None).await?;
                }
                self.state.listed_at = Some(started_at);
                return Ok(());
            }
        }
        if is_whole {
            return self.compare(reader, parts, Due::Everything).await;
        }
        self.compare_when_due(reader, demarche, parts).await
    }

    async fn compare_when_due<O: Observer>(&mut self, reader: &Reader<'_, '_, S, C, O>, demarche: &Demarche, parts: Parts) -> Result<(), Stop> {
        match self.due(demarche) {
            Due::Nothing => Ok(()),
            due => self.compare(reader, parts, due).await,
        }
    }

    fn due(&self, demarche: &Demarche) -> Due {
        let scope = &self.scope;
        let is_shown = self.converter.column_of(DossierField::Labels).is_some();
        let counts = !demarche.labels.is_empty() && (is_shown || !scope.labels.is_empty());
        let pause = if counts { DAY_SECONDS } else { WEEK_SECONDS };
        let dossiers = self.connexion.state.last_run.as_ref().map_or(0, |run| run.dossiers);
        match self.state.listed_at {
            Some(at) if self.clock.now() < at.plus_seconds(pause) => {
                let is_small = (1..=LARGEST_PAGE as usize).contains(&dossiers);
                if counts && is_small && !scope.is_filter() { Due::OnePage } else { Due::Nothing }
            }
            _ => Due::Everything,
        }
    }

    async fn compare<O: Observer>(&mut self, reader: &Reader<'_, '_, S, C, O>, parts: Parts, due: Due) -> Result<(), Stop> {
        let now = self.clock.now();
        let (mut listed, mut cursor, mut sizes, mut pages) = (HashSet::default(), None, SIZES.into_iter().peekable(), 0);
        loop {
            let size = sizes.peek().copied().unwrap_or(1);
            let page = match reader.numbers(cursor.as_ref(), size).await {
                Ok(page) => page,
                Err(Interruption::Source(error)) if error.code.is_eased_by_less() => {
                    sizes.next();
                    if sizes.peek().is_some() {
                        continue;
                    }
                    self.report.problems.push(Problem { dossier: None, kind: ProblemKind::ListUnread(error.code) });
                    return Ok(());
                }
                Err(interruption) => return Err(interruption.into()),
            };
            pages += 1;
            for dossier in &page.dossiers {
                listed.insert(dossier.number);
                self.compare_one(reader, dossier, parts).await?;
            }
            let has_more = page.page_info.has_next_page && !page.dossiers.is_empty();
            cursor = page.page_info.end_cursor.or(cursor);
            if !has_more {
                break;
            }
            if due == Due::OnePage {
                return Ok(());
            }
            if reader.observer.is_cancelled() {
                return Err(Stop::Cancelled);
            }
        }
        for number in self.missing(&listed) {
            self.gone(number, None).await?;
        }
        self.state.listed_at = Some(now);
        self.spares_pages = pages > 1;
        Ok(())
    }

    async fn compare_one<O: Observer>(&mut self, reader: &Reader<'_, '_, S, C, O>, dossier: &DossierSummary, parts: Parts) -> Result<(), Stop> {
        let scope = &self.scope;
        let is_left_out = !scope.holds(dossier.standing());
        if self.slot(dossier.number).await?.is_none() {
            if is_left_out {
                return self.remove(dossier.number).await;
            }
            // Any other way in is a change that DS dates.
            let is_brought_by_label = !self.scope.labels.is_empty();
            return if is_brought_by_label { self.fetch(reader, dossier.number, parts).await } else { Ok(()) };
        }
        if is_left_out && self.connexion.keeping.outside == Fate::Remove {
            self.report.left_out += 1;
            return self.remove(dossier.number).await;
        }
        let known = |field: DossierField| match field {
            DossierField::Labels if dossier.labels.is_empty() => Some(Value::Empty),
            DossierField::Labels => Some(Value::Texts(dossier.labels.iter().map(|label| &*label.name).collect())),
            DossierField::HorsSelection => Some(Value::Bool(is_left_out)),
            DossierField::DateSuppression | DossierField::MotifSuppression => Some(Value::Empty),
            _ => None,
        };
        // What does not fit its column was said when the dossier was read.
        let row = self.converter.partial(dossier.number, known, &mut Vec::new());
        if self.amend(dossier.number, &row).await? {
            self.report.updated += 1;
        }
        Ok(())
    }

    /// The dossiers of the document that are not among these.
    fn missing(&self, listed: &HashSet<DossierNumber>) -> Vec<DossierNumber> {
        let main = self.indexes.iter().flatten().next();
        let dossiers = main.into_iter().flat_map(TableIndex::dossiers).filter(|number| self.is_ours(*number));
        // Files may have been copied for rows that were never written; of which démarche nothing says, when there are several.
        let is_one = self.connexion.siblings.is_empty();
        let is_rowless = |number: &DossierNumber| is_one && main.is_none_or(|main| main.dossier(*number).is_none());
        let rowless = self.files.dossiers().filter(is_rowless);
        dossiers.chain(rowless).filter(|number| !listed.contains(number)).collect()
    }
}
