//! One run of a connexion at a time (rule 13).

use super::*;

#[test]
fn rule_13_a_run_holds_its_lease_and_gives_it_back() {
    let world = World::with(3);
    world.run();
    assert_eq!(world.ds.leases.get(), (1, 1));
    world.ds.fails_after.set(Some((0, SourceErrorCode::TokenExpired)));
    assert!(world.run().stop.is_some());
    assert_eq!(world.ds.leases.get(), (2, 2), "whatever becomes of the run");
}

#[test]
fn rule_13_nothing_is_started_twice() {
    let world = World::with(3);
    world.run();
    world.ds.deposit(1, 2_000_000, "changé", &[]);
    world.ds.holder.set(Some(42));
    let (writes, requests) = (world.document.writes.get(), world.ds.requests.get());
    let outcome = world.run();
    let Some(Stop::Source(error)) = outcome.stop else { panic!("{outcome:?}") };
    assert_eq!((error.code, error.holder.map(|holder| holder.user)), (SourceErrorCode::LeaseHeld, Some(42)));
    assert_eq!((world.document.writes.get(), world.ds.requests.get()), (writes, 0), "{requests}");
    assert_eq!(world.ds.leases.get(), (2, 1), "what was not had is not given back");
}

/// Time passes at each look at it.
struct RunningClock(Cell<u32>);

impl Clock for RunningClock {
    fn now(&self) -> Timestamp {
        self.0.set(self.0.get() + 5);
        instant(1_000_000).plus_seconds(i64::from(self.0.get()))
    }

    async fn sleep(&self, _: u32) {}
}

/// Somebody else takes the lease over when this many dossiers are read, as after a page has slept.
struct Thief<'a>(&'a SmallDs, usize);

impl Observer for Thief<'_> {
    fn progress(&self, progress: &Progress) {
        if progress.read >= self.1 {
            self.0.holder.set(Some(7));
        }
    }

    fn is_cancelled(&self) -> bool {
        false
    }
}

#[test]
fn rule_13_a_run_whose_lease_was_taken_over_writes_nothing_more() {
    let world = World::with(1000);
    let mut connexion = world.connexion();
    let clock = RunningClock(Cell::new(0));
    let ports = Ports { source: &world.ds, document: &world.document, clock: &clock };
    let context = RunContext { ds_url: "https://ds.example".to_owned(), author: "Utilisateur n° 42".to_owned() };
    let outcome = now(run(&ports, &context, &mut connexion, &Thief(&world.ds, 600)));
    assert!(matches!(&outcome.stop, Some(Stop::Source(error)) if error.code == SourceErrorCode::LeaseHeld), "{outcome:?}");
    let rows = world.document.table("Aides").rows.len();
    assert!(rows < 1000 && rows.is_multiple_of(100), "{rows} rows");
    world.ds.holder.set(None);
    assert!(world.run().is_success());
    world.assert_faithful();
}

/// A colleague runs when this many dossiers are read: the page slept, its lease ended, and it wakes up later.
struct Sleeper<'a> {
    world: &'a World,
    at: usize,
    slept: Cell<bool>,
}

impl Observer for Sleeper<'_> {
    fn progress(&self, progress: &Progress) {
        if progress.read < self.at || self.slept.replace(true) {
            return;
        }
        self.world.ds.deposit(5, 2_000_000, "changé pendant le sommeil", &[(2, "Grace"), (3, "Katherine")]);
        assert!(self.world.run().is_success());
        self.world.ds.lapsed.set(true);
    }

    fn is_cancelled(&self) -> bool {
        false
    }
}

#[test]
fn rule_13_a_run_that_slept_while_a_colleague_ran_looks_at_the_document_again() {
    for at in [0, 200, 600] {
        let world = World::with(700);
        let mut connexion = world.connexion();
        let ports = Ports { source: &world.ds, document: &world.document, clock: &RunningClock(Cell::new(0)) };
        let context = RunContext { ds_url: "https://ds.example".to_owned(), author: "Utilisateur n° 42".to_owned() };
        let outcome = now(run(&ports, &context, &mut connexion, &Sleeper { world: &world, at, slept: Cell::new(false) }));
        assert!(outcome.is_success(), "{outcome:?}");
        world.assert_faithful();
        assert_eq!(now(load(&world.document)).unwrap().connexions.len(), 1);
        assert!(world.run().is_success());
        world.assert_faithful();
    }
}

#[test]
fn rule_13_a_run_starts_from_what_a_colleague_has_just_written() {
    let world = World::with(3);
    // Two pages are open, and neither has run.
    let (mut first, mut second) = (world.connexion(), world.connexion());
    assert!(world.run_with(&mut first).is_success());
    let outcome = world.run_with(&mut second);
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(outcome.report.added, 0, "the same choices are the same connexion");
    assert_eq!(second, first);
    // The first page has other fields, the second does not know.
    let removed = first.mapping.tables[0].columns.pop().unwrap();
    world.ds.deposit(9, 2_000_000, "nouveau", &[]);
    assert!(world.run_with(&mut first).is_success());
    world.ds.deposit(10, 2_000_001, "plus nouveau", &[]);
    let outcome = world.run_with(&mut second);
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!((outcome.report.added, outcome.report.read), (1, 2), "the overlap, and no more");
    assert!(!second.mapping.tables[0].columns.contains(&removed));
    // A démarche that a colleague connected otherwise meanwhile is another connexion.
    let mut third = Connexion::new(removed_from(&first.mapping), &[]);
    assert!(world.run_with(&mut third).is_success());
    assert_eq!((first.id.as_str(), third.id.as_str()), ("1", "1-2"));
    assert_eq!(now(load(&world.document)).unwrap().connexions.len(), 2);
}

fn removed_from(mapping: &crate::mapping::Mapping) -> crate::mapping::Mapping {
    let mut other = mapping.clone();
    other.tables[0].columns.pop();
    other
}
