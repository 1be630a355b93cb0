//! Dossiers that DS no longer serves (rule 8): what its two lists say, and what they miss.

use std::hash::{BuildHasher, Hash, Hasher};

use super::{
    Deletions, Observer, Problem, ProblemKind, Stop,
    scan::{Interruption, Reader},
    writer::Writer,
};
use crate::{
    Timestamp,
    ds::{
        Cursor, DeletedDossier, DeletedList, DeletionReason, DossierNumber,
        operations::{DeletedVariables, LARGEST_PAGE},
    },
    mapping::{DossierField, Fate, Value},
    ports::{Clock, Document, Leases, Source},
    sorted::SortedMap,
    words,
};

/// How far back the lists are read: DS dates some deletions two weeks before they are listed (facts/ds-api.md, section 4.4).
const LOOK_BACK_SECONDS: i64 = 21 * 86_400;
/// The size of pages when DS cannot serve whole ones: some of its lists are slow (facts/ds-api.md, section 4.5).
const SMALL_PAGE: u32 = 10;

type Found = SortedMap<DossierNumber, DeletedDossier>;

impl<S: Source + Leases, D: Document<File = S::File>, C: Clock> Writer<'_, '_, S, D, C> {
    /// Marks or removes what was deleted since the last run, less 21 days. As long as the lists say nothing new, no row is read.
    pub(super) async fn look_up_deletions<O: Observer>(&mut self, reader: &Reader<'_, '_, S, C, O>) -> Result<(), Stop> {
        let now = self.clock.now();
        let known = self
            .state
            .deletions
            .clone()
            .unwrap_or_else(|| Deletions { at: self.before().and_then(|state| state.watermark).unwrap_or(now), seen: String::new() });
        // Until all of it is written.
        self.state.deletions = Some(known.clone());
        let found = match read_lists(reader, look_back(known.at)).await {
            Ok(found) => found,
            // The dossiers go through all the same, and the lists are asked for again, from as far back.
            Err(Interruption::Source(error)) if error.code.is_eased_by_less() => {
                self.report.problems.push(Problem { dossier: None, kind: ProblemKind::ListUnread(error.code) });
                return Ok(());
            }
            Err(interruption) => return Err(interruption.into()),
        };
        if fingerprint(found.values()) != known.seen {
            for deleted in found.values() {
                self.gone(deleted.number, Some(deleted)).await?;
            }
        }
        let said_again = found.values().filter(|deleted| deleted.at >= look_back(now));
        self.state.deletions = Some(Deletions { at: now, seen: fingerprint(said_again) });
        Ok(())
    }

    /// A dossier that DS no longer serves. Without more about it, it is dated from today, and once.
    pub(super) async fn gone(&mut self, number: DossierNumber, deleted: Option<&DeletedDossier>) -> Result<(), Stop> {
        self.state.retry.remove(&number);
        let Some(slot) = self.slot(number).await? else { return self.remove(number).await };
        if deleted.is_none() && !self.may_be_gone(slot) {
            return Ok(());
        }
        self.state.unfit.remove(&number);
        if self.connexion.keeping.deleted == Fate::Remove {
            return self.remove(number).await;
        }
        let (at, reason) = deleted.map_or((self.clock.now(), DeletionReason::Unknown), |deleted| (deleted.at, deleted.reason));
        let known = |field: DossierField| match field {
            DossierField::DateSuppression => Some(Value::Instant(at)),
            DossierField::MotifSuppression => Some(Value::Text(words::deletion_reason(reason).into())),
            _ => None,
        };
        let row = self.converter.partial(number, known, &mut self.report.problems);
        if self.amend(number, &row).await? {
            self.report.marked += 1;
        }
        Ok(())
    }

    /// Whether a row that DS says nothing of should be taken for that of a deleted dossier. A number that an agent typed, in a
    /// row that Relais never filled, is not; nor is a row that says so already.
    fn may_be_gone(&self, slot: usize) -> bool {
        let Some(main) = self.indexes.iter().flatten().next() else { return false };
        let is_marked = |field| self.converter.column_of(field).is_some_and(|column| !main.is_blank(slot, column));
        let is_said = is_marked(DossierField::DateSuppression) || is_marked(DossierField::MotifSuppression);
        main.is_filled(slot) && (self.connexion.keeping.deleted == Fate::Remove || !is_said)
    }
}

/// Whole seconds, as DS writes its instants: what is filtered here is what it filters.
const fn look_back(at: Timestamp) -> Timestamp {
    let at = at.plus_seconds(-LOOK_BACK_SECONDS);
    Timestamp::from_milliseconds(at.milliseconds() - at.milliseconds().rem_euclid(1000))
}

fn fingerprint<'a>(deleted: impl Iterator<Item = &'a DeletedDossier>) -> String {
    let mut hasher = foldhash::quality::FixedState::default().build_hasher();
    let mut is_empty = true;
    for DeletedDossier { number, at, reason } in deleted {
        (number, at, reason).hash(&mut hasher);
        is_empty = false;
    }
    if is_empty { String::new() } else { format!("{:016x}", hasher.finish()) }
}

/// Both lists, whole. A dossier that is in both is deleted for good.
async fn read_lists<S: Source + Leases, C: Clock, O: Observer>(reader: &Reader<'_, '_, S, C, O>, since: Timestamp) -> Result<Found, Interruption> {
    let (mut pending, mut found) = (Found::new(), Found::new());
    let mut variables = DeletedVariables {
        number: reader.demarche,
        since,
        first: LARGEST_PAGE,
        pending_after: None,
        deleted_after: None,
        include_pending: true,
        include_deleted: true,
    };
    while variables.include_pending || variables.include_deleted {
        let page = match reader.deleted(&variables).await {
            Err(Interruption::Source(error)) if error.code.is_eased_by_less() && variables.first > SMALL_PAGE => {
                variables.first = SMALL_PAGE;
                continue;
            }
            page => page?,
        };
        variables.include_pending = take(page.pending, &mut variables.pending_after, &mut pending);
        variables.include_deleted = take(page.deleted, &mut variables.deleted_after, &mut found);
        if reader.observer.is_cancelled() {
            return Err(Interruption::Cancelled);
        }
    }
    pending.extend(found);
    Ok(pending)
}

/// Takes a page of a list; true when another follows.
fn take(list: Option<DeletedList>, after: &mut Option<Cursor>, found: &mut Found) -> bool {
    let Some(DeletedList { page_info, dossiers }) = list else { return false };
    found.extend(dossiers.into_iter().map(|deleted| (deleted.number, deleted)));
    match page_info.end_cursor {
        Some(cursor) if page_info.has_next_page => {
            *after = Some(cursor);
            true
        }
        _ => false,
    }
}
