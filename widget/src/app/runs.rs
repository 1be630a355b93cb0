//! Synchronising.

use std::rc::Rc;

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use relais_engine::{
    Timestamp,
    grist::DocumentError,
    ports::Clock,
    sync::{Connexion, Observer, Outcome, Phase, Ports, Progress, RunContext, disconnect, run},
};
use wasm_bindgen_futures::spawn_local;

use super::{App, Screen, Services};
use crate::{clock::ServerClock, pace::Pace, page::Task, text};

/// How often the document is looked at after an undo, which Grist answers before it is done.
const UNDO_LOOKS: u32 = 10;
const UNDO_PAUSE: u32 = 500;

/// Whether a run can be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undo {
    /// It wrote nothing, or something else was written since.
    Impossible,
    /// It can.
    Possible,
    /// It is being taken back.
    Running,
    /// It was.
    Done,
    /// Grist did not.
    Failed,
}

/// What became of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Ended {
    /// What it did.
    pub outcome: Outcome,
    /// When.
    pub at: Timestamp,
    /// Whether it can be taken back.
    pub undo: Undo,
}

/// Whether a run goes on.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// It does.
    Running,
    /// It does not.
    Ended(Box<Ended>),
}

/// A run.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Of which connexion: as it is after the run, once it ended.
    pub connexion: Connexion,
    /// Since when.
    pub started_at: Timestamp,
    /// Where it is.
    pub progress: Progress,
    /// How fast.
    pub pace: Pace,
    /// Whether it was told to stop.
    pub is_stopping: bool,
    /// Whether it goes on.
    pub stage: Stage,
}

struct Watch {
    app: App,
    clock: ServerClock,
}

impl Observer for Watch {
    fn progress(&self, progress: &Progress) {
        let now = self.clock.now();
        self.app.run.update(|run| {
            if let Some(run) = run {
                run.progress.clone_from(progress);
                if progress.phase == Phase::Dossiers {
                    run.pace.note(now, progress.read);
                }
            }
        });
    }

    fn is_cancelled(&self) -> bool {
        self.app.run.with_untracked(|run| run.as_ref().is_some_and(|run| run.is_stopping))
    }
}

impl App {
    /// Whether a run goes on.
    pub fn is_running(self) -> bool {
        self.run.with(|run| run.as_ref().is_some_and(|run| run.stage == Stage::Running))
    }

    /// Runs a connexion. One at a time: Grist applies actions one after the other anyway.
    pub fn synchronise(self, connexion: Connexion) {
        let Some(services) = self.services() else { return };
        if untrack(|| self.is_running()) {
            return;
        }
        let Some(session) = self.session.get_untracked() else { return };
        let context = RunContext { ds_url: session.ds_url, author: text::user(session.user) };
        let clock = self.clock.get_value();
        self.run.set(Some(Run {
            connexion: connexion.clone(),
            started_at: clock.now(),
            progress: Progress::START,
            pace: Pace::default(),
            is_stopping: false,
            stage: Stage::Running,
        }));
        spawn_local(async move { self.drive(services, clock, context, connexion).await });
    }

    async fn drive(self, services: Rc<Services>, clock: ServerClock, context: RunContext, mut connexion: Connexion) {
        let ports = Ports { source: &services.proxy, document: &services.grist, clock: &clock };
        let watch = Watch { app: self, clock: clock.clone() };
        let outcome = run(&ports, &context, &mut connexion, &watch).await;
        self.reload().await;
        let undo = if outcome.last_action.is_some() { Undo::Possible } else { Undo::Impossible };
        self.run.update(|run| {
            if let Some(run) = run {
                run.connexion = connexion;
                run.stage = Stage::Ended(Box::new(Ended { outcome, at: clock.now(), undo }));
            }
        });
        let mut next = None;
        self.queue.update(|queue| {
            if !queue.is_empty() {
                next = Some(queue.remove(0));
            }
        });
        if let Some(connexion) = next.and_then(|id| self.connexion(&id)) {
            self.synchronise(connexion);
        }
    }

    /// Runs what the page that led here asked for.
    pub fn take_up(self) {
        let Some(Task::Run(id)) = Task::take() else { return };
        if let Some(connexion) = self.connexion(&id) {
            self.go(Screen::Run);
            self.synchronise(connexion);
        }
    }

    /// The connexion of this id, as the document has it.
    pub fn connexion(self, id: &str) -> Option<Connexion> {
        self.loaded.with_untracked(|loaded| loaded.connexions.iter().find(|connexion| connexion.id == id).cloned())
    }

    /// Runs all connexions, one after the other.
    pub fn synchronise_all(self) {
        let mut ids: Vec<String> = self.loaded.with_untracked(|loaded| loaded.connexions.iter().map(|connexion| connexion.id.clone()).collect());
        if ids.is_empty() {
            return;
        }
        let first = ids.remove(0);
        self.queue.set(ids);
        if let Some(connexion) = self.connexion(&first) {
            self.synchronise(connexion);
        }
    }

    /// Reads every dossier again, whatever the document has.
    pub fn read_again(self, mut connexion: Connexion) {
        connexion.read_all_again();
        self.synchronise(connexion);
    }

    /// Ends a connexion; its tables stay in the document.
    pub fn disconnect(self, connexion: Connexion, on_error: impl FnOnce(DocumentError) + 'static) {
        let Some(services) = self.services() else { return };
        spawn_local(async move {
            match disconnect(&services.grist, &connexion).await {
                Ok(()) => {
                    self.reload().await;
                    if connexion.template.is_some() {
                        self.tell_uses(&services.proxy).await;
                    }
                }
                Err(error) => on_error(error),
            }
        });
    }

    /// Makes anew what was removed from the document, and runs.
    pub fn recreate(self, mut connexion: Connexion) {
        self.loaded.with_untracked(|loaded| connexion.binding.forget_missing(&loaded.schema));
        self.read_again(connexion);
    }

    /// Tells the run to stop at the next safe place.
    pub fn stop(self) {
        self.queue.set(Vec::new());
        self.run.update(|run| {
            if let Some(run) = run {
                run.is_stopping = true;
            }
        });
    }

    fn set_undo(self, undo: Undo) {
        self.run.update(|run| {
            if let Some(Run { stage: Stage::Ended(ended), .. }) = run {
                ended.undo = undo;
            }
        });
    }

    /// After an undo, the next run starts from what the document holds again: nothing, when the run was the first.
    fn forget_undone(self, id: &str) {
        let current = self.connexion(id);
        let loaded = self.loaded;
        self.run.update(|run| {
            if let Some(run) = run {
                run.connexion = current.unwrap_or_else(|| loaded.with_untracked(|loaded| run.connexion.anew(&loaded.connexions)));
            }
        });
    }

    /// Takes the last run back. Grist tells neither whether it did nor when: the connexion's row does.
    pub fn undo(self) {
        let Some(services) = self.services() else { return };
        let Some(id) = self.run.with_untracked(|run| run.as_ref().map(|run| run.connexion.id.clone())) else { return };
        let after = self.connexion(&id);
        self.set_undo(Undo::Running);
        spawn_local(async move {
            // It may be taken back already, by Grist's own button.
            self.reload().await;
            if self.connexion(&id) != after {
                self.forget_undone(&id);
                return self.set_undo(Undo::Done);
            }
            let asked = services.grist.undo().await;
            let mut undone = Undo::Failed;
            if asked.is_ok() {
                for _ in 0..UNDO_LOOKS {
                    TimeoutFuture::new(UNDO_PAUSE).await;
                    self.reload().await;
                    if self.connexion(&id) != after {
                        undone = Undo::Done;
                        break;
                    }
                }
            }
            match undone {
                Undo::Done => self.forget_undone(&id),
                // Something else was done since, and was taken back in place of the run: it comes back.
                _ if asked.is_ok() => drop(services.grist.redo().await),
                _ => {}
            }
            self.set_undo(undone);
        });
    }
}
