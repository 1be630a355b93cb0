//! A page of the widget as a run knows it: DS behind the proxy, the document, the time, and somebody who looks on. Each
//! call is a step, and at any step the tab may be killed or sleep, DS may change, and a call may fail before the proxy.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    pin::pin,
    time::Duration,
};

use futures::future::{Either, select};
use relais_engine::{
    Timestamp,
    ds::{DemarcheNumber, FileContent, Operation, SourceError, SourceErrorCode},
    grist::{Applied, ApplyOptions, DocumentError, TableId, UserAction},
    ports::{Clock, Document, Held, Leases, NewAttachment, Source},
    sync::{Connexion, Observer, Outcome, Ports, Progress, RunContext, run},
};
use relais_tests::{
    ds::world::store::Store,
    grist::SampleDocument,
    ports::{GristPort, GristRows, ProxyPort},
    stack::Stack,
};
use tokio::sync::Notify;

/// A call that the document never answers is given up at once: one that it answers, it answers without waiting.
const PATIENCE: Duration = Duration::from_millis(30);
/// Waits from here on are the engine's, for DS: the clock leaps over them.
const LEAP_MILLISECONDS: u32 = 400;

/// When a tab stops, around the call of a step.
#[derive(Clone, Copy, Debug)]
pub(super) enum Moment {
    /// The call is not made.
    Before,
    /// So long after it was made: it may be done, and is not answered.
    During(Duration),
    /// Its answer has come, and nothing has been made of it.
    After,
}

/// A tab that stops.
#[derive(Clone, Copy, Debug)]
pub(super) struct Halt {
    pub(super) step: usize,
    pub(super) moment: Moment,
}

/// What happens to a run.
#[derive(Debug, Default)]
pub(super) struct Fate {
    /// The tab stops.
    pub(super) halt: Option<Halt>,
    /// By step, the seed of a change of DS.
    pub(super) changes: BTreeMap<usize, u64>,
    /// By step, a call of DS that fails on its way.
    pub(super) failures: BTreeMap<usize, SourceErrorCode>,
    /// The agent stops it, when this is the number of the look.
    pub(super) cancelled_at: Option<usize>,
}

/// Nobody comes while the page is stopped: it is killed.
pub(super) const NOBODY: Option<fn() -> std::future::Ready<()>> = None;

/// What became of a run.
#[derive(Debug)]
pub(super) enum Ending {
    Ended(Box<Outcome>),
    Halted,
}

/// A page, for one run.
pub(super) struct Page<'a> {
    store: &'a Store,
    change: &'a dyn Fn(u64),
    ds_url: &'a str,
    source: ProxyPort,
    document: GristPort,
    fate: Fate,
    steps: Cell<usize>,
    looks: Cell<usize>,
    sleeps: Cell<bool>,
    halted: Notify,
    woken: Notify,
    /// What it is called by in the proxy.
    name: RefCell<String>,
}

impl<'a> Page<'a> {
    /// A page of one of the document's people. `change` changes DS, by a seed.
    pub(super) async fn open(stack: &'a Stack, document: &SampleDocument, user: &str, change: &'a dyn Fn(u64), fate: Fate) -> Self {
        Self {
            store: stack.ds.store(),
            change,
            ds_url: stack.ds.url(),
            // The session is that of the team's document, wherever the rows go.
            source: stack.source(user).await.unwrap(),
            document: GristPort::new(document.clone(), user).with_patience(PATIENCE),
            fate,
            steps: Cell::new(0),
            looks: Cell::new(0),
            sleeps: Cell::new(false),
            halted: Notify::new(),
            woken: Notify::new(),
            name: RefCell::default(),
        }
    }

    /// Runs to the end, or until the tab stops. `asleep` is what happens while it sleeps; without it the tab is killed.
    pub(super) async fn run(&self, connexion: &mut Connexion, asleep: Option<impl AsyncFnOnce()>) -> Ending {
        let context = RunContext { ds_url: self.ds_url.to_owned(), author: "Utilisateur n° 1".to_owned() };
        let ports = Ports { source: self, document: self, clock: self };
        self.sleeps.set(asleep.is_some());
        let mut running = Box::pin(run(&ports, &context, connexion, self));
        if let Either::Left((outcome, _)) = select(running.as_mut(), pin!(self.halted.notified())).await {
            return Ending::Ended(Box::new(outcome));
        }
        let Some(asleep) = asleep else { return Ending::Halted };
        asleep().await;
        self.woken.notify_one();
        Ending::Ended(Box::new(running.await))
    }

    /// Two minutes without a word of it: the proxy gives its lease to whoever comes.
    pub(super) async fn let_lease_end(&self) {
        let name = self.name.borrow().clone();
        if !name.is_empty() {
            self.source.let_lease_end(&name).await;
        }
    }

    fn next_step(&self) -> usize {
        let step = self.steps.get();
        self.steps.set(step + 1);
        if let Some(seed) = self.fate.changes.get(&step) {
            (self.change)(*seed);
        }
        step
    }

    async fn halt(&self) {
        self.halted.notify_one();
        self.woken.notified().await;
    }

    async fn step<T>(&self, step: usize, call: impl Future<Output = T>) -> T {
        match self.fate.halt.filter(|halt| halt.step == step).map(|halt| halt.moment) {
            None => call.await,
            Some(Moment::Before) => {
                self.halt().await;
                call.await
            }
            Some(Moment::During(time)) => {
                let mut call = pin!(call);
                let answer = tokio::time::timeout(time, call.as_mut()).await;
                self.halt().await;
                match answer {
                    Ok(answer) => answer,
                    Err(_) => call.await,
                }
            }
            Some(Moment::After) => {
                let answer = call.await;
                self.halt().await;
                answer
            }
        }
    }
}

impl Source for Page<'_> {
    type File = Vec<u8>;

    async fn file(&self, demarche: DemarcheNumber, content: &FileContent) -> Result<Vec<u8>, SourceError> {
        let step = self.next_step();
        let call = async {
            match self.fate.failures.get(&step) {
                Some(code) => Err((*code).into()),
                None => self.source.file(demarche, content).await,
            }
        };
        self.step(step, call).await
    }

    async fn call(&self, operation: &Operation) -> Result<Vec<u8>, SourceError> {
        let step = self.next_step();
        let call = async {
            match self.fate.failures.get(&step) {
                Some(SourceErrorCode::RateLimited) => {
                    Err(SourceError { retry_at: Some(self.now().plus_seconds(61)), ..SourceErrorCode::RateLimited.into() })
                }
                Some(code) => Err((*code).into()),
                None => self.source.call(operation).await,
            }
        };
        self.step(step, call).await
    }
}

impl Leases for Page<'_> {
    async fn hold(&self, connexion: &str) -> Result<Held, SourceError> {
        connexion.clone_into(&mut self.name.borrow_mut());
        // A lease that is given and never received ends by itself, after a time that no test waits for.
        let step = self.next_step();
        let is_whole = matches!(self.fate.halt, Some(Halt { step: at, moment: Moment::During(_) }) if at == step);
        if is_whole { self.source.hold(connexion).await } else { self.step(step, self.source.hold(connexion)).await }
    }

    async fn give_back(&self, connexion: &str) {
        self.step(self.next_step(), self.source.give_back(connexion)).await;
    }
}

impl Document for Page<'_> {
    type Rows = GristRows;
    type File = Vec<u8>;

    async fn attach(&self, files: &[NewAttachment<'_, Vec<u8>>]) -> Result<Vec<i64>, DocumentError> {
        self.step(self.next_step(), self.document.attach(files)).await
    }

    async fn fetch_table(&self, table: &TableId) -> Result<GristRows, DocumentError> {
        self.step(self.next_step(), self.document.fetch_table(table)).await
    }

    async fn apply(&self, actions: &[UserAction], options: &ApplyOptions) -> Result<Applied, DocumentError> {
        let step = self.next_step();
        if self.sleeps.get() && self.fate.halt.is_some_and(|halt| halt.step == step) {
            // A page sleeps before it looks at its lease, or once it has written: not between the two.
            let applied = self.document.apply(actions, options).await;
            self.halt().await;
            return applied;
        }
        self.step(step, self.document.apply(actions, options)).await
    }
}

impl Clock for Page<'_> {
    fn now(&self) -> Timestamp {
        let milliseconds = self.store.now().unix_timestamp_nanos() / 1_000_000;
        Timestamp::from_milliseconds(i64::try_from(milliseconds).unwrap())
    }

    async fn sleep(&self, milliseconds: u32) {
        if milliseconds < LEAP_MILLISECONDS {
            return tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.store.pass(time::Duration::milliseconds(milliseconds.into()));
        tokio::task::yield_now().await;
    }
}

impl Observer for Page<'_> {
    fn progress(&self, _: &Progress) {}

    fn is_cancelled(&self) -> bool {
        self.looks.set(self.looks.get() + 1);
        self.fate.cancelled_at.is_some_and(|look| self.looks.get() >= look)
    }
}
