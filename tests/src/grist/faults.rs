//! Faults on demand: what a network, a rule or a busy server does to a call.
use super::refusal::Refusal;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Which calls a fault waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// `applyUserActions`, by the plugin API or by REST; by REST an empty list is a question, not a write.
    Write,
    /// `fetchTable`, `listTables`, REST reads.
    Read,
    /// `getAccessToken`.
    Token,
    /// Uploads of attachments.
    Upload,
    /// Any of them.
    Any,
}

/// What happens to the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It is refused with this error, and nothing is done.
    Refused(Refusal),
    /// It is never done, and never answered.
    Unanswered,
    /// It is done, but the answer never comes.
    AnswerLost,
    /// It waits first.
    Delayed(Duration),
}

#[derive(Debug)]
struct Planned {
    on: On,
    skip: usize,
    fault: Fault,
}

#[derive(Debug, Default)]
struct Plan {
    planned: Vec<Planned>,
    latency: Duration,
}

/// The faults planned for a document.
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<Mutex<Plan>>);

impl Faults {
    /// The next call of this kind meets the fault.
    pub fn next(&self, on: On, fault: Fault) {
        self.after(0, on, fault);
    }

    /// `calls` calls of this kind pass, the one after them meets the fault.
    pub fn after(&self, calls: usize, on: On, fault: Fault) {
        self.with(|plan| {
            plan.planned.push(Planned { on, skip: calls, fault });
        });
    }

    /// Every call takes at least this long.
    pub fn latency(&self, latency: Duration) {
        self.with(|plan| plan.latency = latency);
    }

    /// Forgets faults and latency.
    pub fn clear(&self) {
        self.with(|plan| *plan = Plan::default());
    }

    /// How many planned faults have not happened yet.
    pub fn pending(&self) -> usize {
        self.with(|plan| plan.planned.len())
    }

    /// Runs a call through the plan: `work` is what the call does.
    pub(crate) async fn around<T>(&self, on: On, work: impl FnOnce() -> Result<T, Refusal>) -> Result<T, Refusal> {
        let latency = self.with(|plan| plan.latency);
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        match self.take(on) {
            None => work(),
            Some(Fault::Refused(refusal)) => Err(refusal),
            Some(Fault::Unanswered) => std::future::pending().await,
            Some(Fault::AnswerLost) => {
                // What it answered, an error included, nobody will ever know.
                drop(work());
                std::future::pending().await
            }
            Some(Fault::Delayed(delay)) => {
                tokio::time::sleep(delay).await;
                work()
            }
        }
    }

    fn take(&self, on: On) -> Option<Fault> {
        self.with(|plan| {
            let mut due = None;
            for (index, planned) in plan.planned.iter_mut().enumerate() {
                if planned.on != on && planned.on != On::Any {
                    continue;
                }
                if planned.skip > 0 {
                    planned.skip -= 1;
                } else if due.is_none() {
                    due = Some(index);
                }
            }
            due.map(|index| plan.planned.remove(index).fault)
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Plan) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
