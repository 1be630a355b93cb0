//! What a seed has found, by its name.

use std::time::Duration;

use relais_engine::{
    mapping::Preset,
    sync::{Connexion, ProblemKind},
};
use relais_tests::{
    ds::{self, faults::Fault as DsFault},
    stack::{Options, Stack},
};

use super::{
    page::{Ending, Fate, Halt, Moment, NOBODY, Page},
    picture::Picture,
};

const MOMENTS: [Moment; 3] = [Moment::Before, Moment::During(Duration::from_millis(1)), Moment::After];

struct World {
    stack: Stack,
    mapping: relais_engine::mapping::Mapping,
}

impl World {
    async fn everyday(dossiers: u32) -> Self {
        let ds = ds::Options { everyday: dossiers, complete: 0, ..ds::Options::default() };
        let stack = crate::logs::start(Options { ds, ..Options::default() }).await;
        let mapping = stack.propose(ds::EVERYDAY, Preset::Everything).await.unwrap();
        Self { stack, mapping }
    }

    async fn page<'a>(&'a self, user: &str, change: &'a dyn Fn(u64), halt: Option<Halt>) -> Page<'a> {
        Page::open(&self.stack, &self.stack.document, user, change, Fate { halt, ..Fate::default() }).await
    }

    async fn connexion(&self) -> Connexion {
        self.stack.connexion("owner", &self.mapping).await.unwrap()
    }

    /// The dossiers of the document, which is whole.
    async fn dossiers(&self) -> usize {
        Picture::of(&self.stack.document).await.unwrap().dossiers.len()
    }
}

/// The page came back with what it knew of the document before, and added again what its colleague had added.
#[tokio::test]
async fn rule_13_a_page_that_slept_at_any_step_while_a_colleague_ran_adds_nothing_twice() {
    let nothing = |_| ();
    for (step, moment) in (0..16).flat_map(|step| MOMENTS.map(|moment| (step, moment))).step_by(2) {
        let world = World::everyday(7).await;
        let page = world.page("owner", &nothing, Some(Halt { step, moment })).await;
        let colleague = world.page("editor", &nothing, None).await;
        let (mut mine, mut theirs) = (world.connexion().await, world.connexion().await);
        let asleep = async || {
            page.let_lease_end().await;
            world.stack.ds.store().pass(time::Duration::minutes(5));
            colleague.run(&mut theirs, NOBODY).await;
        };
        let ending = page.run(&mut mine, Some(asleep)).await;
        let Ending::Ended(outcome) = ending else { panic!("{step}, {moment:?}: the page woke up") };
        assert!(outcome.is_success(), "{step}, {moment:?}: {outcome:?}");
        assert_eq!(world.dossiers().await, 7, "{step}, {moment:?}");
    }
}

/// A first reading that goes on the next day kept the labels of its first part as they were the day before.
#[tokio::test]
async fn rule_14_a_label_given_between_the_two_parts_of_a_first_reading_arrives_with_the_second() {
    let world = World::everyday(130).await;
    let nothing = |_| ();
    world.stack.ds.faults().add(DsFault::TokenExpired.always().on_operation("getDossiers").after(1));
    let Ending::Ended(outcome) = world.page("owner", &nothing, None).await.run(&mut world.connexion().await, NOBODY).await else { panic!("killed") };
    assert!(outcome.stop.is_some());
    world.stack.ds.faults().clear();
    let store = world.stack.ds.store();
    let number = store.numbers(ds::EVERYDAY)[3];
    store.set_labels(number, &[8_101, 8_103]).unwrap();
    store.pass(time::Duration::hours(25));
    let Ending::Ended(outcome) = world.page("owner", &nothing, None).await.run(&mut world.connexion().await, NOBODY).await else { panic!("killed") };
    assert!(outcome.is_success(), "{outcome:?}");
    assert!(!outcome.report.problems.iter().any(|problem| matches!(problem.kind, ProblemKind::ListUnread(_))));
    let picture = Picture::of(&world.stack.document).await.unwrap();
    assert_eq!(picture.dossiers[&i64::from(number)]["dossier:labels"], serde_json::json!(["L", "À examiner", "Complet"]));
    world.stack.document.reset_calls();
    world.page("owner", &nothing, None).await.run(&mut world.connexion().await, NOBODY).await;
    assert_eq!(world.stack.document.calls().writes, 0);
}
