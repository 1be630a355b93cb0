//! Faults on demand.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;

/// What may go wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The answer comes so much later. Other faults may come on top.
    Latency(Duration),
    /// The server gave up after its thirty seconds (the wait itself is left out).
    Timeout,
    /// The same, with so many of the page's dossiers already in the answer, and null for the others.
    PartialTimeout {
        /// How many dossiers are there.
        served: usize,
    },
    /// Data, with an error about one of its dossiers, which is null.
    PartialError,
    /// Too many requests, until so many seconds from now.
    TooManyRequests {
        /// How long until requests are taken again.
        seconds: u64,
    },
    /// A load balancer's page in HTML: 502.
    BadGateway,
    /// A page in HTML with status 200, as a maintenance screen.
    Html,
    /// The server broke: 500.
    ServerError,
    /// The connection is cut before the answer.
    ResetBeforeAnswer,
    /// The connection is cut in the middle of the body.
    ResetInBody,
    /// The body stops half way, and says it is whole.
    TruncatedBody,
    /// The token's time is over, for this request.
    TokenExpired,
    /// The token is refused from this address, for this request.
    AddressRefused,
}

/// A fault, and when it strikes. By default at each request, until the faults are cleared.
#[derive(Clone, Debug)]
pub struct Rule {
    fault: Fault,
    operation: Option<String>,
    dossiers: Option<HashSet<i32>>,
    page_above: Option<i64>,
    is_from_the_end: bool,
    skip: u32,
    times: Option<u32>,
}

impl Fault {
    /// Strikes the next so many requests.
    pub fn times(self, times: u32) -> Rule {
        Rule { times: Some(times), ..self.always() }
    }

    /// Strikes every request.
    pub fn always(self) -> Rule {
        Rule { fault: self, operation: None, dossiers: None, page_above: None, is_from_the_end: false, skip: 0, times: None }
    }
}

impl Rule {
    /// Only requests for this operation.
    #[must_use]
    pub fn on_operation(mut self, name: &str) -> Self {
        self.operation = Some(name.to_owned());
        self
    }

    /// Only requests with one of these numbers among their variables.
    #[must_use]
    pub fn on_dossiers(mut self, numbers: impl IntoIterator<Item = i32>) -> Self {
        self.dossiers = Some(numbers.into_iter().collect());
        self
    }

    /// Only requests for pages of more than so many.
    #[must_use]
    pub fn on_pages_above(mut self, size: i64) -> Self {
        self.page_above = Some(size);
        self
    }

    /// Only requests for pages from the end of a list.
    #[must_use]
    pub fn on_pages_from_the_end(mut self) -> Self {
        self.is_from_the_end = true;
        self
    }

    /// Only after so many requests that would have been struck.
    #[must_use]
    pub fn after(mut self, requests: u32) -> Self {
        self.skip = requests;
        self
    }

    fn matches(&self, operation: Option<&str>, variables: &Value) -> bool {
        let numbers = || variables.as_object().into_iter().flat_map(|all| all.values()).filter_map(Value::as_i64);
        self.operation.as_deref().is_none_or(|name| operation == Some(name))
            && (!self.is_from_the_end || variables.get("last").is_some_and(Value::is_number))
            && self
                .dossiers
                .as_ref()
                .is_none_or(|dossiers| numbers().any(|number| i32::try_from(number).is_ok_and(|number| dossiers.contains(&number))))
            && self.page_above.is_none_or(|size| {
                // A page without a size is one of 100.
                let asked = ["first", "last"].iter().find_map(|name| variables.get(*name)?.as_i64());
                asked.unwrap_or(100) > size
            })
    }

    fn strikes(&mut self, operation: Option<&str>, variables: &Value) -> bool {
        if self.times == Some(0) || !self.matches(operation, variables) {
            return false;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        self.times = self.times.map(|times| times - 1);
        true
    }
}

/// What may go wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFault {
    /// Its address is past its hour.
    Expired,
    /// Its host is down.
    Unavailable,
    /// It stops half way.
    Cut,
}

/// The faults of a server.
#[derive(Debug, Default)]
pub struct Faults {
    files: Mutex<VecDeque<FileFault>>,
    rules: Mutex<Vec<Rule>>,
    stuck: Mutex<HashSet<i32>>,
    broken: Mutex<HashSet<i32>>,
}

impl Faults {
    /// Adds a rule.
    pub fn add(&self, rule: Rule) {
        lock(&self.rules).push(rule);
    }

    /// Strikes the next files, one each.
    pub fn on_files(&self, faults: impl IntoIterator<Item = FileFault>) {
        lock(&self.files).extend(faults);
    }

    /// What happens to a file.
    pub(super) fn strike_file(&self) -> Option<FileFault> {
        lock(&self.files).pop_front()
    }

    /// Makes the server give up whenever the champs or annotations of this dossier are read, alone or in a page.
    pub fn stick(&self, dossier: i32) {
        lock(&self.stuck).insert(dossier);
    }

    /// Makes the load balancer answer 502 whenever the champs or annotations of this dossier are read, alone or in a page.
    pub fn break_on(&self, dossier: i32) {
        lock(&self.broken).insert(dossier);
    }

    /// Mends a dossier.
    pub fn unstick(&self, dossier: i32) {
        lock(&self.stuck).remove(&dossier);
        lock(&self.broken).remove(&dossier);
    }

    /// Mends everything.
    pub fn clear(&self) {
        lock(&self.rules).clear();
        lock(&self.files).clear();
        lock(&self.stuck).clear();
        lock(&self.broken).clear();
    }

    /// The dossiers that take too long, and those that break the answer.
    pub(super) fn stuck(&self) -> (HashSet<i32>, HashSet<i32>) {
        (lock(&self.stuck).clone(), lock(&self.broken).clone())
    }

    /// How long to wait, and what then happens, to a request. One fault besides latency strikes at a time.
    pub(super) fn strike(&self, operation: Option<&str>, variables: &Value) -> (Duration, Option<Fault>) {
        let mut wait = Duration::ZERO;
        let mut struck = None;
        for rule in lock(&self.rules).iter_mut() {
            let is_latency = matches!(rule.fault, Fault::Latency(_));
            if (struck.is_some() && !is_latency) || !rule.strikes(operation, variables) {
                continue;
            }
            match &rule.fault {
                Fault::Latency(latency) => wait += *latency,
                other => struck = Some(other.clone()),
            }
        }
        (wait, struck)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
