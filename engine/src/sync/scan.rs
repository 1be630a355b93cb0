//! Reading DS: pages that shrink when it cannot serve them and grow back, waits, and dossiers that it cannot serve at all.

use std::pin::pin;

use futures_util::future::{Either, select};

use super::{Observer, Phase, Progress, lease::Lease};
use crate::{
    Timestamp,
    ds::{
        Cursor, DeletedPage, DemarcheNumber, Dossier, DossierNumber, DossierPage, NumbersPage, Operation, SourceError, SourceErrorCode,
        operations::{DeletedVariables, DossierVariables, DossiersVariables, PageVariables, Parts},
    },
    mapping::SourceFilter,
    ports::{Clock, Leases, Source},
};

/// The sizes of pages, from the largest that DS serves (rule 17).
const SIZES: [u32; 5] = [100, 50, 25, 10, 1];
/// Pages in a row that must pass before a larger one is tried: a page that times out costs DS half a minute.
const PAGES_BEFORE_GROWTH: u32 = 3;
/// The longest wait for DS's limit of requests, which it counts by the minute.
const LONGEST_WAIT_SECONDS: i64 = 180;
/// How often it is looked whether the run was cancelled.
const LOOK_MILLISECONDS: u32 = 200;
/// How often the same request is made again after a failure that may pass.
const RETRIES: u32 = 2;

/// What a step of reading gave.
#[derive(Debug)]
pub(super) enum Step {
    /// A page.
    Page(DossierPage),
    /// A dossier that DS cannot serve, even alone.
    Unserved {
        /// Which.
        number: DossierNumber,
        /// Why.
        code: SourceErrorCode,
        /// Its place.
        cursor: Option<Cursor>,
        /// Whether more follow.
        has_next_page: bool,
    },
}

/// A run was cancelled while it waited, or DS failed.
#[derive(Debug)]
pub(super) enum Interruption {
    Cancelled,
    Source(SourceError),
}

impl From<SourceError> for Interruption {
    fn from(error: SourceError) -> Self {
        Self::Source(error)
    }
}

/// Reads the dossiers of a démarche.
pub(super) struct Reader<'a, S, C, O> {
    pub(super) source: &'a S,
    pub(super) lease: &'a Lease<'a, S, C>,
    clock: &'a C,
    pub(super) observer: &'a O,
    pub(super) demarche: DemarcheNumber,
    size: usize,
    passed: u32,
    /// Whether the run goes on with a whole reading of an earlier one.
    pub(super) resumes_whole: bool,
}

/// Which dossiers a list has: all those that DS's filter lets through, or those that changed since an instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) since: Option<Timestamp>,
    pub(super) filter: SourceFilter,
    /// Whether what was deposited after the last day of the scope need not be read.
    pub(super) may_end_early: bool,
}

impl<'a, S: Source + Leases, C: Clock, O: Observer> Reader<'a, S, C, O> {
    pub(super) const fn new(source: &'a S, lease: &'a Lease<'a, S, C>, clock: &'a C, observer: &'a O, demarche: DemarcheNumber) -> Self {
        Self { source, lease, clock, observer, demarche, size: 0, passed: 0, resumes_whole: false }
    }

    /// Asks, waits for DS's limits, and asks again when a failure may pass. `progress` is told of waits.
    pub(super) async fn ask<T>(
        &self,
        operation: &Operation,
        read: impl Fn(&[u8]) -> Result<T, SourceError>,
        progress: &Progress,
    ) -> Result<T, Interruption> {
        let mut failures = 0;
        loop {
            self.lease.keep().await?;
            let error = match self.call(operation).await?.and_then(|body| read(&body)) {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            match error.code {
                SourceErrorCode::RateLimited if failures < RETRIES + 2 => {
                    let now = self.clock.now();
                    let until = error.retry_at.unwrap_or_else(|| now.plus_seconds(60)).max(now.plus_seconds(1));
                    if until > now.plus_seconds(LONGEST_WAIT_SECONDS) {
                        return Err(error.into());
                    }
                    self.wait(until, progress).await?;
                }
                // A smaller page is the better second try.
                SourceErrorCode::Timeout | SourceErrorCode::AnswerTooLarge => return Err(error.into()),
                code if code.is_transient() && failures < RETRIES => {
                    self.clock.sleep(1000 << failures).await;
                    if self.observer.is_cancelled() {
                        return Err(Interruption::Cancelled);
                    }
                }
                _ => return Err(error.into()),
            }
            failures += 1;
        }
    }

    /// A call that an agent may stop waiting for: DS can take half a minute to fail.
    async fn call(&self, operation: &Operation) -> Result<Result<Vec<u8>, SourceError>, Interruption> {
        let mut call = pin!(self.source.call(operation));
        loop {
            match select(call.as_mut(), pin!(self.clock.sleep(LOOK_MILLISECONDS))).await {
                Either::Left((answer, _)) => return Ok(answer),
                Either::Right(_) if self.observer.is_cancelled() => return Err(Interruption::Cancelled),
                Either::Right(_) => {}
            }
        }
    }

    async fn wait(&self, until: Timestamp, progress: &Progress) -> Result<(), Interruption> {
        self.observer.progress(&Progress { phase: Phase::Waiting { until }, ..progress.clone() });
        while self.clock.now() < until {
            self.clock.sleep(500).await;
            self.lease.keep().await?;
            if self.observer.is_cancelled() {
                return Err(Interruption::Cancelled);
            }
        }
        Ok(())
    }

    fn page(&self, after: Option<&Cursor>, Wanted { since, filter, .. }: Wanted) -> PageVariables {
        PageVariables {
            first: SIZES.get(self.size).copied().or(Some(1)),
            after: after.cloned(),
            updated_since: since,
            created_since: filter.created_since,
            state: filter.state,
            archived: filter.archived,
            ..PageVariables::of(self.demarche)
        }
    }

    /// The page after a cursor. Shrinks until DS serves it; a single dossier that it cannot serve is stepped over.
    pub(super) async fn next(&mut self, after: Option<&Cursor>, wanted: Wanted, parts: Parts, progress: &Progress) -> Result<Step, Interruption> {
        loop {
            let operation = Operation::GetDossiers(DossiersVariables { page: self.page(after, wanted), parts });
            let error = match self.ask(&operation, DossierPage::read, progress).await {
                Ok(page) => {
                    self.passed += 1;
                    if self.passed >= PAGES_BEFORE_GROWTH {
                        self.passed = 0;
                        self.size = self.size.saturating_sub(1);
                    }
                    return Ok(Step::Page(page));
                }
                Err(Interruption::Source(error)) if error.code.is_eased_by_less() => error,
                Err(interruption) => return Err(interruption),
            };
            self.passed = 0;
            if self.size + 1 < SIZES.len() {
                self.size += 1;
                continue;
            }
            // Alone, and still not served: which one is it? When even that is refused, DS itself is down.
            let operation = Operation::GetDossierNumbers(self.page(after, wanted));
            let page = self.ask(&operation, NumbersPage::read, progress).await.map_err(|interruption| match interruption {
                Interruption::Source(_) => Interruption::Source(error.clone()),
                Interruption::Cancelled => Interruption::Cancelled,
            })?;
            let cursor = page.page_info.end_cursor;
            return Ok(match page.dossiers.first() {
                Some(dossier) => Step::Unserved { number: dossier.number, code: error.code, cursor, has_next_page: page.page_info.has_next_page },
                None => Step::Page(DossierPage {
                    page_info: crate::ds::PageInfo { has_next_page: false, has_previous_page: false, start_cursor: None, end_cursor: None },
                    dossiers: Vec::new(),
                }),
            });
        }
    }

    /// A page of the whole list without its content, of any size.
    pub(super) async fn numbers(&self, after: Option<&Cursor>, first: u32, progress: &Progress) -> Result<NumbersPage, Interruption> {
        let page = PageVariables { first: Some(first), after: after.cloned(), ..PageVariables::of(self.demarche) };
        self.ask(&Operation::GetDossierNumbers(page), NumbersPage::read, progress).await
    }

    /// A page of the dossiers that DS no longer serves.
    pub(super) async fn deleted(&self, variables: &DeletedVariables, progress: &Progress) -> Result<DeletedPage, Interruption> {
        self.ask(&Operation::GetDeletedDossiers(variables.clone()), DeletedPage::read, progress).await
    }

    /// One dossier.
    pub(super) async fn dossier(&self, dossier: DossierNumber, parts: Parts, progress: &Progress) -> Result<Dossier, Interruption> {
        let operation = Operation::GetDossier(DossierVariables { number: self.demarche, dossier, parts });
        self.ask(&operation, Dossier::read, progress).await
    }
}
