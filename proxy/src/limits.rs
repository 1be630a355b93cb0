//! How often one person and one network address may ask.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
};

use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    auth::Person,
    config::{DocumentId, GristOrigin, LimitsConfiguration},
    error::AppError,
    text,
};

/// Invitation codes tried a minute from one network address: people mistype, and nobody guesses.
const CODES: NonZeroU32 = NonZeroU32::new(10).unwrap();
/// Changes of a team a minute by one person.
const MANAGEMENT: NonZeroU32 = NonZeroU32::new(30).unwrap();

/// Who is counted: a person in a document, whatever the number of their sessions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Who(GristOrigin, DocumentId, i64);

impl From<&Person> for Who {
    fn from(person: &Person) -> Self {
        Self(person.origin.clone(), person.document.clone(), person.user)
    }
}

/// How often one person and one network address may ask.
#[derive(Debug)]
pub(crate) struct Limits {
    by_person: DefaultKeyedRateLimiter<Who>,
    by_address: DefaultKeyedRateLimiter<IpAddr>,
    sessions: DefaultKeyedRateLimiter<IpAddr>,
    codes: DefaultKeyedRateLimiter<IpAddr>,
    management: DefaultKeyedRateLimiter<Who>,
    running: Arc<Places>,
    files: Arc<Places>,
    files_in_all: Arc<Semaphore>,
}

impl Limits {
    pub(crate) fn new(configuration: &LimitsConfiguration) -> Self {
        Self {
            by_person: RateLimiter::keyed(Quota::per_minute(configuration.requests_per_session)),
            by_address: RateLimiter::keyed(Quota::per_minute(configuration.requests_per_address)),
            sessions: RateLimiter::keyed(Quota::per_minute(configuration.sessions_per_address)),
            codes: RateLimiter::keyed(Quota::per_minute(CODES)),
            management: RateLimiter::keyed(Quota::per_minute(MANAGEMENT)),
            running: Places::new(configuration.operations_at_once),
            files: Places::new(configuration.files_at_once),
            files_in_all: Arc::new(Semaphore::new(configuration.files_in_all)),
        }
    }

    /// Counts a request of a person.
    pub(crate) fn person(&self, person: &Person) -> Result<(), AppError> {
        check(&self.by_person, &person.into(), "the person asks too often")
    }

    /// Counts a request to the API from an address.
    pub(crate) fn address(&self, address: IpAddr) -> Result<(), AppError> {
        check(&self.by_address, &network(address), "the address asks too often")
    }

    /// Counts a session asked for from an address.
    pub(crate) fn session(&self, address: IpAddr) -> Result<(), AppError> {
        check(&self.sessions, &network(address), "the address opens too many sessions")
    }

    /// Counts an invitation code that is tried from an address.
    pub(crate) fn code(&self, address: IpAddr) -> Result<(), AppError> {
        check(&self.codes, &network(address), "too many invitation codes are tried")
    }

    /// Counts what an owner changes in a team, which writes or asks DS.
    pub(crate) fn management(&self, person: &Person) -> Result<(), AppError> {
        check(&self.management, &person.into(), "the person changes the team too often")
    }

    /// Takes one of the places that a person has for operations, until it is dropped.
    pub(crate) fn operation(&self, person: &Person) -> Result<Running, AppError> {
        self.running.take(person.into()).ok_or_else(|| AppError::too_many(2, "the person has too many operations in flight"))
    }

    /// Takes one of the places that a person has for files, and one of everybody's, until they are dropped.
    pub(crate) fn file(&self, person: &Person) -> Result<RunningFile, AppError> {
        let too_many = |cause, sentences| AppError::too_many(5, cause).saying(sentences);
        let running = self.files.take(person.into()).ok_or_else(|| too_many("the person has too many files in flight", text::FILES_AT_ONCE))?;
        let permit = self.files_in_all.clone().try_acquire_owned().map_err(|_| too_many("too many files are in flight", text::FILES_IN_ALL))?;
        Ok(RunningFile { _running: running, _permit: permit })
    }

    /// Forgets those who have not asked for a while.
    pub(crate) fn forget_old(&self) {
        self.by_person.retain_recent();
        self.by_address.retain_recent();
        self.sessions.retain_recent();
        self.codes.retain_recent();
        self.management.retain_recent();
    }
}

/// So many places for each.
#[derive(Debug)]
struct Places {
    most: usize,
    taken: Mutex<HashMap<Who, usize>>,
}

impl Places {
    fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, taken: Mutex::default() })
    }

    fn take(self: &Arc<Self>, who: Who) -> Option<Running> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(who.clone()).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Running { who, places: self.clone() })
    }
}

/// A file of a person, counted until it is dropped.
#[derive(Debug)]
pub(crate) struct RunningFile {
    _running: Running,
    _permit: OwnedSemaphorePermit,
}

/// What a person does, counted until it is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    who: Who,
    places: Arc<Places>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut running = self.places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = running.get_mut(&self.who) {
            *count -= 1;
            if *count == 0 {
                running.remove(&self.who);
            }
        }
    }
}

fn check<K: std::hash::Hash + Eq + Clone>(limiter: &DefaultKeyedRateLimiter<K>, key: &K, cause: &'static str) -> Result<(), AppError> {
    limiter.check_key(key).map_err(|until| {
        let wait = until.wait_time_from(DefaultClock::default().now());
        AppError::too_many(wait.as_secs() + 1, cause)
    })
}

/// One subscriber has a whole /64 of IPv6 to call from.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use relais_engine::Timestamp;

    use super::*;
    use crate::auth::Role;

    fn person(user: i64) -> Person {
        Person {
            origin: "https://grist.exemple.fr".parse().unwrap(),
            document: "sampleDocument".parse().unwrap(),
            user,
            role: Role::Editor,
            until: Timestamp::from_milliseconds(0),
        }
    }

    #[test]
    fn one_person_does_not_spend_the_places_of_another() {
        let limits = Limits::new(&LimitsConfiguration { operations_at_once: 2, ..LimitsConfiguration::default() });
        let first = limits.operation(&person(1)).unwrap();
        let _second = limits.operation(&person(1)).unwrap();
        assert!(limits.operation(&person(1)).is_err());
        assert!(limits.operation(&person(2)).is_ok());
        drop(first);
        assert!(limits.operation(&person(1)).is_ok());
        assert_eq!(limits.running.taken.lock().unwrap().len(), 1);
    }

    #[test]
    fn files_are_counted_for_each_and_for_all() {
        let limits = Limits::new(&LimitsConfiguration { files_at_once: 2, files_in_all: 3, ..LimitsConfiguration::default() });
        let first = limits.file(&person(1)).unwrap();
        let _second = limits.file(&person(1)).unwrap();
        assert_eq!(limits.file(&person(1)).unwrap_err().sentences, text::FILES_AT_ONCE);
        let third = limits.file(&person(2)).unwrap();
        assert_eq!(limits.file(&person(2)).unwrap_err().sentences, text::FILES_IN_ALL);
        drop(first);
        let _fourth = limits.file(&person(2)).unwrap();
        drop(third);
        assert!(limits.file(&person(1)).is_ok());
        assert!(limits.operation(&person(1)).is_ok(), "operations have places of their own");
    }

    #[tokio::test]
    async fn those_who_no_longer_ask_take_no_memory() {
        let limits = Limits::new(&LimitsConfiguration { requests_per_address: 60_000.try_into().unwrap(), ..LimitsConfiguration::default() });
        for host in 1..100 {
            limits.address([203, 0, 113, host].into()).unwrap();
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        limits.forget_old();
        assert_eq!(limits.by_address.len(), 0);
    }

    #[test]
    fn an_address_is_counted_by_its_network() {
        let limits = Limits::new(&LimitsConfiguration { sessions_per_address: 2.try_into().unwrap(), ..LimitsConfiguration::default() });
        let session = |address: &str| limits.session(address.parse().unwrap());
        session("2001:db8::1").unwrap();
        session("2001:db8::2").unwrap();
        let refused = session("2001:db8::3").unwrap_err();
        assert!(refused.error.retry_at.unwrap() > crate::clock::now());
        session("2001:db8:0:1::1").unwrap();
        session("203.0.113.7").unwrap();
    }
}
