//! Lanes: whatever their speed, and wherever they are stopped, they give the document that one would.

use proptest::prelude::*;

use super::*;

impl World {
    /// Many dossiers, without rows of their own.
    fn light(dossiers: u32) -> Self {
        let world = Self::default();
        for number in 1..=dossiers {
            world.ds.deposit(number, number, &format!("texte {number}"), &[]);
        }
        world
    }

    fn happens(&self, request: usize, happening: impl FnOnce(&SmallDs) + 'static) {
        self.ds.happens.borrow_mut().push((request, Box::new(happening)));
    }

    /// The pages asked for, by their arguments.
    fn pages(&self) -> Vec<Value> {
        self.ds
            .variables
            .borrow()
            .iter()
            .filter(|variables| variables["first"].is_u64() || variables["last"].is_u64())
            .filter(|variables| variables["since"].is_null())
            .cloned()
            .collect()
    }

    fn backward(&self) -> usize {
        self.pages().iter().filter(|page| page["last"].is_u64()).count()
    }
}

#[test]
fn a_first_reading_goes_by_two_lanes_and_reads_each_dossier_once() {
    let world = World::light(1000);
    world.ds.delays.borrow_mut().push(5);
    let outcome = world.run();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!((outcome.report.added, outcome.report.read), (1000, 1000));
    assert!(world.ds.requests.get() <= 14, "{:?}", world.ds.asked.borrow());
    assert_eq!(world.ds.at_once.get().1, 2);
    assert!(world.backward() >= 4, "{:?}", world.pages());
    world.assert_faithful();
    assert!(world.connexion().state.scan.is_none());
}

#[test]
fn a_long_reading_starts_in_the_middle_too_and_never_has_more_than_four_requests_under_way() {
    let world = World::light(4000);
    world.ds.delays.borrow_mut().push(5);
    let outcome = world.run();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!((outcome.report.added, outcome.report.read), (4000, 4000));
    assert_eq!(world.ds.at_once.get(), (0, 4));
    assert!(world.ds.requests.get() <= 3 + 40 + 8, "{:?}", world.ds.requests.get());
    world.assert_faithful();
}

#[test]
fn a_small_demarche_takes_no_request_more() {
    for (dossiers, pages) in [(0, 1), (1, 1), (100, 1), (101, 2), (200, 2), (250, 3)] {
        let world = World::light(dossiers);
        assert!(world.run().is_success());
        assert_eq!(world.pages().len(), pages, "{dossiers} dossiers");
    }
}

#[test]
fn an_increment_goes_by_one_lane() {
    let world = World::light(300);
    world.run();
    for number in 1..=300 {
        world.ds.deposit(number, 1_000_010 + number, "changé", &[]);
    }
    world.ds.delays.borrow_mut().push(5);
    world.ds.at_once.set((0, 0));
    assert!(world.run().is_success());
    assert_eq!((world.backward(), world.ds.at_once.get().1), (0, 1));
    world.assert_faithful();
}

#[test]
fn pages_shrink_in_the_lane_that_needs_it() {
    let world = World::light(1000);
    world.ds.slow_from_the_end.set(true);
    world.ds.delays.borrow_mut().push(3);
    let outcome = world.run();
    assert!(outcome.is_success(), "{outcome:?}");
    assert!(world.pages().iter().all(|page| page["first"].is_null() || page["first"] == 100), "{:?}", world.pages());
    assert!(world.pages().iter().any(|page| page["last"] == 25));
    assert_eq!(outcome.report.read, 1000);
    world.assert_faithful();
}

#[test]
fn a_dossier_that_ds_cannot_serve_is_stepped_over_in_either_direction() {
    for stuck in [1, 60, 400, 555, 860, 1000] {
        let world = World::light(1000);
        world.ds.poisoned.borrow_mut().insert(stuck);
        world.ds.delays.borrow_mut().extend([1, 4, 2]);
        let outcome = world.run();
        assert_eq!((outcome.stop.clone(), outcome.report.failed(), outcome.report.added), (None, 1, 999), "{stuck}");
        world.ds.poisoned.borrow_mut().clear();
        assert!(world.run().is_success());
        world.assert_faithful();
    }
}

#[test]
fn what_is_deposited_meanwhile_comes_next_and_what_is_deleted_goes() {
    let world = World::light(900);
    world.ds.delays.borrow_mut().push(4);
    // The lane from the end is on its way.
    world.happens(7, |ds| ds.deposit(901, 1_000_001, "arrivé entre-temps", &[]));
    // At the edge of either lane, and between.
    world.happens(9, |ds| {
        for number in [300, 701, 450] {
            ds.delete(number, instant(1_000_001));
        }
    });
    let outcome = world.run();
    assert!(outcome.is_success(), "{outcome:?}");
    let outcome = world.run();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(outcome.report.added, 1);
    let rows = world.document.table("Aides").rows;
    let marked = rows.values().filter(|row| row["Supprime_le"] != CellValue::Null).count();
    assert_eq!((rows.len(), marked), (900, 2), "the one between was never read");
}

#[test]
fn what_changes_while_a_reading_is_interrupted_is_read_when_it_goes_on() {
    let world = World::light(1000);
    world.ds.fails_after.set(Some((7, SourceErrorCode::TokenExpired)));
    world.run();
    world.ds.fails_after.set(None);
    assert!(!world.connexion().state.scan.unwrap().gaps.is_empty());
    world.ds.deposit(1, 1_000_001, "changé", &[]);
    world.ds.deposit(1000, 1_000_002, "changé", &[]);
    world.ds.deposit(1001, 1_000_003, "arrivé", &[]);
    let outcome = world.run();
    assert!(outcome.is_success(), "{outcome:?}");
    world.assert_faithful();
    assert_eq!(world.connexion().state.watermark, Some(instant(1_000_003)));
    let writes = world.document.writes.get();
    assert!(world.run().is_success());
    assert_eq!(world.document.writes.get(), writes);
}

#[test]
fn a_reading_that_one_lane_began_goes_on() {
    let world = World::light(600);
    world.ds.fails_after.set(Some((5, SourceErrorCode::TokenExpired)));
    world.run();
    world.ds.fails_after.set(None);
    let mut tables = world.document.tables.borrow().clone();
    let row = tables.get_mut("Relais_Connexions").unwrap().rows.get_mut(&1).unwrap();
    let mut state: Value = serde_json::from_str(row["etat"].as_text().unwrap()).unwrap();
    let cursor = state["scan"]["gaps"][0]["after"]["cursor"].clone();
    let scan = state["scan"].as_object_mut().unwrap();
    scan.remove("gaps");
    scan.remove("read");
    scan.insert("cursor".to_owned(), cursor);
    row.insert("etat".to_owned(), CellValue::text(&state.to_string()));
    world.document.tables.replace(tables);
    let outcome = world.run();
    assert!(outcome.is_success(), "{outcome:?}");
    assert!(world.pages()[0]["after"].is_string());
    world.assert_faithful();
}

#[test]
fn what_a_lane_missed_is_not_taken_for_deleted() {
    let world = World::light(1000);
    world.run();
    world.ds.revision.set(2);
    world.ds.delays.borrow_mut().extend([3, 1, 4]);
    let outcome = world.run();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!((outcome.report.marked, outcome.report.unchanged), (0, 1000));
}

#[derive(Clone, Debug)]
enum Event {
    Deposit,
    Delete(u32),
    Change(u32),
}

impl Event {
    fn happen(&self, ds: &SmallDs, minute: u32) {
        match self {
            Self::Deposit => {
                let next = ds.dossiers.borrow().keys().next_back().map_or(1, |last| last + 1);
                ds.deposit(next, minute, "déposé", &[(1, "Ada")]);
            }
            Self::Delete(number) => {
                if ds.dossiers.borrow_mut().remove(number).is_some() {
                    ds.deleted.borrow_mut().insert(*number, instant(minute));
                }
            }
            Self::Change(number) => {
                if ds.dossiers.borrow().contains_key(number) {
                    ds.deposit(*number, minute, "changé", &[(2, "Grace")]);
                }
            }
        }
    }
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![Just(Event::Deposit), (1_u32..2600).prop_map(Event::Delete), (1_u32..2600).prop_map(Event::Change)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// Any order and speed of lanes, any interruption, pages of any size, any change meanwhile: the same document.
    #[test]
    fn any_course_of_the_lanes_gives_the_same_document(
        dossiers in prop_oneof![0_u32..450, 900_u32..2600],
        delays in proptest::collection::vec(0_u32..12, 1..9),
        poisoned in proptest::collection::btree_set(1_u32..2600, 0..4),
        stops in proptest::collection::vec(3_usize..25, 0..4),
        events in proptest::collection::vec((1_usize..40, event()), 0..12),
        is_slow in any::<bool>(),
    ) {
        let world = World::light(dossiers);
        world.follow(Scope::default(), Keeping { deleted: crate::mapping::Fate::Remove, ..Keeping::default() });
        world.ds.delays.replace(delays);
        world.ds.poisoned.replace(poisoned);
        world.ds.slow_from_the_end.set(is_slow);
        for (minute, (request, event)) in events.into_iter().enumerate() {
            let minute = 1_000_001 + u32::try_from(minute).unwrap();
            world.happens(request, move |ds| event.happen(ds, minute));
        }
        for requests in stops {
            world.ds.fails_after.set(Some((requests, SourceErrorCode::TokenExpired)));
            world.run();
            prop_assert!(world.ds.at_once.get().1 <= 4);
        }
        world.ds.fails_after.set(None);
        prop_assert_eq!(world.run().stop, None);
        world.ds.happens.borrow_mut().clear();
        world.ds.poisoned.borrow_mut().clear();
        let outcome = world.run();
        prop_assert!(outcome.is_success(), "{:?}", outcome);
        prop_assert!(world.ds.at_once.get().1 <= 4);
        world.assert_faithful();
        let writes = world.document.writes.get();
        prop_assert!(world.run().is_success());
        prop_assert_eq!(world.document.writes.get(), writes);
    }
}
