//! Reading DS: pages that shrink when it cannot serve them and grow back, waits, and dossiers that it cannot serve at all.

use std::{
    cell::RefCell,
    pin::{Pin, pin},
};

use futures_util::future::{Either, select};

use super::{Observer, Phase, Progress, gaps::Key, lease::Lease};
use crate::{
    Timestamp,
    ds::{
        Cursor, DeletedPage, DemarcheNumber, Dossier, DossierNumber, DossierPage, File, NumbersPage, Operation, PageInfo, SourceError,
        SourceErrorCode,
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

/// Which way a lane reads. Pages come in the order of the list all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// What follows a cursor, or the start of the list.
    Forward,
    /// What precedes a cursor, or the end of the list.
    Backward,
    /// What was deposited since an instant, of which no cursor is known yet.
    Middle(Timestamp),
}

/// The size of the pages of a lane (rule 17).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sizes {
    size: usize,
    passed: u32,
}

impl Sizes {
    /// How many dossiers the next page has.
    pub(super) fn page(self) -> u32 {
        SIZES.get(self.size).copied().unwrap_or(1)
    }

    const fn pass(&mut self) {
        self.passed += 1;
        if self.passed >= PAGES_BEFORE_GROWTH {
            self.passed = 0;
            self.size = self.size.saturating_sub(1);
        }
    }

    /// False when no smaller page is left.
    const fn shrink(&mut self) -> bool {
        self.passed = 0;
        let may_shrink = self.size + 1 < SIZES.len();
        self.size += may_shrink as usize;
        may_shrink
    }
}

/// What a step of reading gave.
#[derive(Debug)]
pub(super) enum Step {
    /// A page.
    Page(DossierPage),
    /// A page of one dossier, that DS cannot serve even alone, and why. Without a dossier it is the end of the list.
    Unserved(NumbersPage, SourceErrorCode),
}

impl Step {
    /// Its dossiers, as far as their places go.
    pub(super) fn keys(&self) -> Vec<Key> {
        match self {
            Self::Page(page) => page.dossiers.iter().map(|dossier| (dossier.number, dossier.date_depot)).collect(),
            Self::Unserved(page, _) => page.dossiers.iter().map(|dossier| (dossier.number, dossier.standing().date_depot)).collect(),
        }
    }

    /// Where it stands.
    pub(super) const fn info(&self) -> &PageInfo {
        match self {
            Self::Page(page) => &page.page_info,
            Self::Unserved(page, _) => &page.page_info,
        }
    }
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
pub(super) struct Reader<'a, 'l, S, C, O> {
    pub(super) source: &'a S,
    pub(super) lease: &'a Lease<'l, S, C>,
    clock: &'a C,
    pub(super) observer: &'a O,
    pub(super) demarche: DemarcheNumber,
    /// Its place among the démarches of the connexion, and how many there are.
    place: (usize, usize),
    /// Where the run is, whichever lane speaks of it.
    told: RefCell<Progress>,
}

/// Which dossiers a list has: all those that DS's filter lets through, or those that changed since an instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) since: Option<Timestamp>,
    pub(super) filter: SourceFilter,
    /// Whether what was deposited after the last day of the scope need not be read.
    pub(super) may_end_early: bool,
}

impl<'a, 'l, S: Source + Leases, C: Clock, O: Observer> Reader<'a, 'l, S, C, O> {
    pub(super) const fn new(
        source: &'a S,
        lease: &'a Lease<'l, S, C>,
        clock: &'a C,
        observer: &'a O,
        demarche: DemarcheNumber,
        place: (usize, usize),
    ) -> Self {
        Self { source, lease, clock, observer, demarche, place, told: RefCell::new(Progress::START) }
    }

    /// Tells the onlooker where the run is.
    pub(super) fn tell(&self, mut progress: Progress) {
        (progress.demarche, progress.demarches) = self.place;
        self.observer.progress(&progress);
        self.told.replace(progress);
    }

    /// Asks, waits for DS's limits, and asks again when a failure may pass.
    pub(super) async fn ask<T>(&self, operation: &Operation, read: impl Fn(&[u8]) -> Result<T, SourceError>) -> Result<T, Interruption> {
        let mut failures = 0;
        loop {
            self.lease.keep().await?;
            match self.watch(pin!(self.source.call(operation))).await?.and_then(|body| read(&body)) {
                Ok(answer) => return Ok(answer),
                Err(error) => self.outlast(&mut failures, error).await?,
            }
        }
    }

    /// Fetches a file, the same way.
    pub(super) async fn file(&self, file: &File) -> Result<S::File, Interruption> {
        let content = file.content.as_ref().ok_or(Interruption::Source(SourceErrorCode::InvalidAnswer.into()))?;
        let mut failures = 0;
        loop {
            self.lease.keep().await?;
            match self.watch(pin!(self.source.file(self.demarche, content))).await? {
                Ok(file) => return Ok(file),
                Err(error) => self.outlast(&mut failures, error).await?,
            }
        }
    }

    /// Waits until a failure may have passed; gives up when it will not, or after too many.
    async fn outlast(&self, failures: &mut u32, error: SourceError) -> Result<(), Interruption> {
        match error.code {
            SourceErrorCode::RateLimited if *failures < RETRIES + 2 => {
                let now = self.clock.now();
                let until = error.retry_at.unwrap_or_else(|| now.plus_seconds(60)).max(now.plus_seconds(1));
                if until > now.plus_seconds(LONGEST_WAIT_SECONDS) {
                    return Err(error.into());
                }
                self.wait(until).await?;
            }
            // A smaller page is the better second try.
            SourceErrorCode::Timeout | SourceErrorCode::AnswerTooLarge => return Err(error.into()),
            code if code.is_transient() && *failures < RETRIES => {
                self.clock.sleep(1000 << *failures).await;
                if self.observer.is_cancelled() {
                    return Err(Interruption::Cancelled);
                }
            }
            _ => return Err(error.into()),
        }
        *failures += 1;
        Ok(())
    }

    /// What an agent may stop waiting for: DS can take half a minute to fail, and a file minutes to arrive.
    pub(super) async fn watch<T>(&self, mut call: Pin<&mut dyn Future<Output = T>>) -> Result<T, Interruption> {
        loop {
            match select(call.as_mut(), pin!(self.clock.sleep(LOOK_MILLISECONDS))).await {
                Either::Left((answer, _)) => return Ok(answer),
                Either::Right(_) if self.observer.is_cancelled() => return Err(Interruption::Cancelled),
                Either::Right(_) => self.lease.keep().await?,
            }
        }
    }

    async fn wait(&self, until: Timestamp) -> Result<(), Interruption> {
        let progress = Progress { phase: Phase::Waiting { until }, ..self.told.borrow().clone() };
        self.observer.progress(&progress);
        while self.clock.now() < until {
            self.clock.sleep(500).await;
            self.lease.keep().await?;
            if self.observer.is_cancelled() {
                return Err(Interruption::Cancelled);
            }
        }
        Ok(())
    }

    fn page(&self, from: Option<&Cursor>, way: Way, Wanted { since, filter, .. }: Wanted, sizes: Sizes) -> PageVariables {
        let (size, from) = (Some(sizes.page()), from.cloned());
        let mut page = PageVariables {
            updated_since: since,
            created_since: filter.created_since,
            state: filter.state,
            archived: filter.archived,
            ..PageVariables::of(self.demarche)
        };
        match way {
            Way::Forward => (page.first, page.after) = (size, from),
            Way::Backward => (page.last, page.before) = (size, from),
            Way::Middle(since) => (page.first, page.created_since) = (size, Some(since)),
        }
        page
    }

    /// The next page of a lane, from a cursor. Shrinks until DS serves it; a single dossier that it cannot serve is stepped over.
    pub(super) async fn next(
        &self,
        from: Option<Cursor>,
        way: Way,
        mut sizes: Sizes,
        wanted: Wanted,
        parts: Parts,
    ) -> (Sizes, Result<Step, Interruption>) {
        let step = self.step(from.as_ref(), way, &mut sizes, wanted, parts).await;
        (sizes, step)
    }

    async fn step(&self, from: Option<&Cursor>, way: Way, sizes: &mut Sizes, wanted: Wanted, parts: Parts) -> Result<Step, Interruption> {
        loop {
            let operation = Operation::GetDossiers(DossiersVariables { page: self.page(from, way, wanted, *sizes), parts });
            let error = match self.ask(&operation, DossierPage::read).await {
                Ok(page) => {
                    sizes.pass();
                    return Ok(Step::Page(page));
                }
                Err(Interruption::Source(error)) if error.code.is_eased_by_less() => error,
                Err(interruption) => return Err(interruption),
            };
            if sizes.shrink() {
                continue;
            }
            // Alone, and still not served: which one is it? When even that is refused, DS itself is down.
            let operation = Operation::GetDossierNumbers(self.page(from, way, wanted, *sizes));
            let page = self.ask(&operation, NumbersPage::read).await.map_err(|interruption| match interruption {
                Interruption::Source(_) => Interruption::Source(error.clone()),
                Interruption::Cancelled => Interruption::Cancelled,
            })?;
            return Ok(Step::Unserved(page, error.code));
        }
    }

    /// A page of the whole list without its content, of any size.
    pub(super) async fn numbers(&self, after: Option<&Cursor>, first: u32) -> Result<NumbersPage, Interruption> {
        let page = PageVariables { first: Some(first), after: after.cloned(), ..PageVariables::of(self.demarche) };
        self.ask(&Operation::GetDossierNumbers(page), NumbersPage::read).await
    }

    /// A page of the dossiers that DS no longer serves.
    pub(super) async fn deleted(&self, variables: &DeletedVariables) -> Result<DeletedPage, Interruption> {
        self.ask(&Operation::GetDeletedDossiers(variables.clone()), DeletedPage::read).await
    }

    /// One dossier.
    pub(super) async fn dossier(&self, dossier: DossierNumber, parts: Parts) -> Result<Dossier, Interruption> {
        let operation = Operation::GetDossier(DossierVariables { number: self.demarche, dossier, parts });
        self.ask(&operation, Dossier::read).await
    }
}
