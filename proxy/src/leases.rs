//! Leases: one run of a connexion of a document at a time, whoever starts it and in whichever page (rule 13). In memory: a
//! restart frees them all, and a run that goes on takes its own again at its next renewal.

use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use rand::Rng as _;
use relais_engine::{Timestamp, ds::Holder};

use crate::{
    auth::Person,
    config::{DocumentId, GristOrigin},
};

/// Leases of one document at once: a document has a few connexions.
const MOST: usize = 64;

/// The id of a connexion, as its document has it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ConnexionId(Box<str>);

impl ConnexionId {
    const LONGEST: usize = 64;

    /// As the document has it.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Letters, digits, hyphens and underscores; none other, nor more than 64.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let is_known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        ((1..=Self::LONGEST).contains(&text.len()) && text.bytes().all(is_known)).then(|| Self(text.into()))
    }
}

/// What tells a run from the others: drawn by us, known to its page alone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct LeaseId(u128);

impl LeaseId {
    /// Reads what [`fmt::Display`] writes.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let is_hex = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'));
        u128::from_str_radix(text, 16).ok().filter(|_| is_hex).map(Self)
    }
}

impl fmt::Display for LeaseId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:032x}", self.0)
    }
}

impl fmt::Debug for LeaseId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("LeaseId")
    }
}

/// A lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lease {
    /// What its holder shows to renew it.
    pub id: LeaseId,
    /// Who, and since when.
    pub holder: Holder,
    /// Until when, unless it is renewed.
    pub until: Timestamp,
}

/// Why a lease is not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Another run has it.
    Held(Lease),
    /// The document has too many.
    TooMany,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    origin: GristOrigin,
    document: DocumentId,
    connexion: ConnexionId,
}

impl Key {
    fn new(person: &Person, connexion: ConnexionId) -> Self {
        Self { origin: person.origin.clone(), document: person.document.clone(), connexion }
    }
}

/// The leases that are held.
#[derive(Debug)]
pub(crate) struct Leases {
    held: Mutex<HashMap<Key, Lease>>,
    life: Duration,
}

impl Leases {
    /// None yet; each ends so long after it was last renewed.
    pub(crate) fn new(life: Duration) -> Self {
        Self { held: Mutex::default(), life }
    }

    /// Gives a lease, or renews the one that is shown. One that has ended is anybody's.
    pub(crate) fn take(&self, person: &Person, connexion: ConnexionId, shown: Option<LeaseId>, now: Timestamp) -> Result<Lease, Refused> {
        let until = now.plus_seconds(i64::try_from(self.life.as_secs()).unwrap_or(i64::MAX));
        let key = Key::new(person, connexion);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|_, lease| lease.until > now);
        if let Some(lease) = held.get_mut(&key) {
            if shown != Some(lease.id) || person.user != lease.holder.user {
                return Err(Refused::Held(*lease));
            }
            lease.until = until;
            return Ok(*lease);
        }
        if held.keys().filter(|other| other.document == key.document && other.origin == key.origin).count() >= MOST {
            return Err(Refused::TooMany);
        }
        let lease = Lease { id: LeaseId(rand::rng().random()), holder: Holder { user: person.user, since: now }, until };
        held.insert(key, lease);
        Ok(lease)
    }

    /// Ends a lease before its time. Another's stays.
    pub(crate) fn give_back(&self, person: &Person, connexion: ConnexionId, shown: LeaseId) {
        let key = Key::new(person, connexion);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.get(&key).is_some_and(|lease| lease.id == shown && lease.holder.user == person.user) {
            held.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;
    use crate::auth::Role;

    fn person(document: &str, user: i64) -> Person {
        Person {
            origin: "https://grist.exemple.fr".parse().unwrap(),
            document: document.parse().unwrap(),
            user,
            role: Role::Editor,
            until: Timestamp::from_milliseconds(0),
        }
    }

    fn id(text: &str) -> ConnexionId {
        ConnexionId::parse(text).unwrap()
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_milliseconds(seconds * 1000)
    }

    #[test]
    fn rule_13_one_run_at_a_time_until_it_ends_or_says_nothing_for_two_minutes() {
        let leases = Leases::new(Duration::from_mins(2));
        let (first, second) = (person("sampleDocument", 42), person("sampleDocument", 43));
        let lease = leases.take(&first, id("131016"), None, at(0)).unwrap();
        let Err(Refused::Held(held)) = leases.take(&second, id("131016"), None, at(60)) else { panic!("given twice") };
        assert_eq!((held.holder, held.until), (Holder { user: 42, since: at(0) }, at(120)));
        // Renewed, it lasts two minutes more, and goes on since when it began.
        let renewed = leases.take(&first, id("131016"), Some(lease.id), at(100)).unwrap();
        assert_eq!((renewed.id, renewed.holder.since, renewed.until), (lease.id, at(0), at(220)));
        assert!(leases.take(&second, id("131016"), None, at(219)).is_err());
        let taken_over = leases.take(&second, id("131016"), None, at(220)).unwrap();
        assert_eq!(taken_over.holder, Holder { user: 43, since: at(220) });
        // The page that slept learns it.
        assert!(matches!(leases.take(&first, id("131016"), Some(lease.id), at(230)), Err(Refused::Held(held)) if held.holder.user == 43));
        leases.give_back(&first, id("131016"), lease.id);
        assert!(leases.take(&first, id("131016"), None, at(240)).is_err(), "what one no longer has, one does not give back");
        leases.give_back(&second, id("131016"), taken_over.id);
        assert!(leases.take(&first, id("131016"), None, at(241)).is_ok());
    }

    #[test]
    fn a_second_page_of_the_same_person_is_another_run() {
        let leases = Leases::new(Duration::from_mins(2));
        let one = person("sampleDocument", 42);
        leases.take(&one, id("131016"), None, at(0)).unwrap();
        assert!(leases.take(&one, id("131016"), None, at(1)).is_err());
        assert!(leases.take(&one, id("131016-2"), None, at(1)).is_ok(), "another connexion");
        assert!(leases.take(&person("otherDocument", 42), id("131016"), None, at(1)).is_ok(), "another document");
    }

    #[test]
    fn a_run_that_ended_unseen_takes_its_lease_again_when_nobody_has() {
        let leases = Leases::new(Duration::from_mins(2));
        let one = person("sampleDocument", 42);
        let lease = leases.take(&one, id("131016"), None, at(0)).unwrap();
        let again = leases.take(&one, id("131016"), Some(lease.id), at(500)).unwrap();
        assert_ne!(again.id, lease.id);
    }

    #[test]
    fn a_document_does_not_fill_the_memory() {
        let leases = Leases::new(Duration::from_mins(2));
        for number in 0..MOST {
            leases.take(&person("sampleDocument", 42), id(&number.to_string()), None, at(0)).unwrap();
        }
        assert_eq!(leases.take(&person("sampleDocument", 42), id("one-more"), None, at(1)), Err(Refused::TooMany));
        assert!(leases.take(&person("otherDocument", 42), id("one-more"), None, at(1)).is_ok());
        assert!(leases.take(&person("sampleDocument", 42), id("one-more"), None, at(120)).is_ok());
        assert_eq!(leases.held.lock().unwrap().len(), 2, "what has ended is forgotten");
    }

    #[test]
    fn ids_are_bounded() {
        for text in ["", "a/b", "é", "a b", "a%2f", "..", &"x".repeat(65)] {
            assert_eq!(ConnexionId::parse(text), None, "{text}");
        }
        assert!(ConnexionId::parse(&"x".repeat(64)).is_some());
        let lease = LeaseId(7);
        assert_eq!(LeaseId::parse(&lease.to_string()), Some(lease));
        for text in ["", "7", "+0000000000000000000000000000007", &"F".repeat(32), &"f".repeat(33)] {
            assert_eq!(LeaseId::parse(text), None, "{text}");
        }
        assert_eq!(format!("{lease:?}"), "LeaseId");
    }
}
