//! A first reading by several lanes, through the whole stack.

use std::time::Duration;

use relais_engine::{ds::SourceErrorCode, sync::Stop};
use relais_tests::ds::{faults::Fault, requests::Recorded, vocabulary::DeletionReason};
use serde_json::{Value, json};

use super::World;

impl World {
    fn slow_pages(&self, milliseconds: u64) {
        self.stack.ds.faults().add(Fault::Latency(Duration::from_millis(milliseconds)).always().on_operation("getDossiers"));
    }

    /// The sizes of the pages asked for from the start, or from the end.
    fn sizes(&self, argument: &str) -> Vec<i64> {
        let size = |request: &Recorded| request.variables[argument].as_i64();
        let requests = self.stack.ds.requests().all();
        requests.iter().filter(|request| request.operation.as_deref() == Some("getDossiers")).filter_map(size).collect()
    }

    /// The document has each dossier of DS, once.
    async fn assert_complete(&self) {
        let table = self.table(&self.main_table().await).await;
        let mut numbers: Vec<Value> = table["Numero"].as_array().unwrap().clone();
        numbers.sort_by_key(Value::as_i64);
        let mut expected = self.numbers();
        expected.sort_unstable();
        assert_eq!(numbers, expected.into_iter().map(|number| json!(number)).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_first_reading_has_two_requests_under_way() {
    let world = World::everyday(900).await;
    world.slow_pages(120);
    let outcome = world.run().await;
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!((outcome.report.added, outcome.report.read), (900, 900), "each dossier is read once");
    assert_eq!(world.stack.ds.requests().most_at_once(), 2);
    assert!(world.sizes("last").len() >= 3 && world.sizes("first").len() >= 3, "{:?}", world.stack.ds.requests().all());
    assert!(world.stack.ds.requests().count() <= 3 + 9 + 1, "{} requests", world.stack.ds.requests().count());
    world.assert_complete().await;
    world.assert_settled().await;
}

#[tokio::test]
async fn a_long_reading_has_four_requests_under_way_and_never_more() {
    let world = World::everyday(2400).await;
    world.slow_pages(120);
    let outcome = world.run().await;
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!((outcome.report.added, outcome.report.read), (2400, 2400), "each dossier is read once");
    assert_eq!(world.stack.ds.requests().most_at_once(), 4);
    assert!(world.stack.ds.requests().count() <= 3 + 24 + 6, "{} requests", world.stack.ds.requests().count());
    world.assert_complete().await;
    world.assert_settled().await;
}

#[tokio::test]
async fn lanes_that_are_interrupted_go_on_where_each_was() {
    let world = World::everyday(900).await;
    world.slow_pages(40);
    for _ in 0..2 {
        world.stack.ds.faults().add(Fault::TokenExpired.times(2).on_operation("getDossiers").after(3));
        let outcome = world.run().await;
        assert!(matches!(&outcome.stop, Some(Stop::Source(error)) if error.code == SourceErrorCode::TokenExpired), "{outcome:?}");
        world.stack.ds.faults().clear();
        world.slow_pages(40);
    }
    let rows = world.table(&world.main_table().await).await["id"].as_array().unwrap().len();
    assert!((400..=600).contains(&rows), "{rows} rows");
    let outcome = world.run().await;
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!((outcome.report.added, outcome.report.read), (900 - rows, 900 - rows), "what was read is not read again");
    world.assert_complete().await;
    world.assert_settled().await;
}

#[tokio::test]
async fn a_lane_that_times_out_shrinks_its_own_pages() {
    let world = World::everyday(900).await;
    world.stack.ds.faults().add(Fault::Timeout.times(2).on_operation("getDossiers").on_pages_from_the_end());
    let outcome = world.run().await;
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(world.sizes("last")[..3], [100, 50, 25]);
    assert!(world.sizes("first").iter().all(|size| *size == 100), "{:?}", world.sizes("first"));
    world.assert_complete().await;
    world.assert_settled().await;
}

#[tokio::test]
async fn a_dossier_that_the_lane_from_the_end_cannot_read_arrives_at_a_later_run() {
    let world = World::everyday(600).await;
    let stuck = world.numbers()[560];
    world.stack.ds.faults().stick(stuck);
    let outcome = world.run().await;
    assert_eq!((outcome.stop.clone(), outcome.report.added, outcome.report.failed()), (None, 599, 1));
    world.stack.ds.faults().unstick(stuck);
    assert!(world.run().await.is_success());
    world.assert_complete().await;
    world.assert_settled().await;
}

#[tokio::test]
async fn dossiers_come_and_go_while_lanes_are_on_their_way() {
    let world = World::everyday(600).await;
    world.slow_pages(150);
    let meanwhile = async {
        while world.sizes("last").is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let numbers = world.numbers();
        world.stack.ds.store().add(world.demarche, 7).unwrap();
        // Where the lane from the end has been, and where neither has.
        for place in [500, 300] {
            world.stack.ds.store().trash(numbers[place], DeletionReason::UserRequest).unwrap();
        }
    };
    let (outcome, ()) = tokio::join!(world.run(), meanwhile);
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(outcome.report.added, 599);
    let outcome = world.run().await;
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!((outcome.report.added, outcome.report.marked), (1, 1), "{outcome:?}");
    world.assert_settled().await;
}
