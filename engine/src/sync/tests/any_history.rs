//! Whatever happened before, and in whatever order it is read, the document ends as DS describes it.

use proptest::prelude::*;

use super::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Any history, read in any number of runs that stop anywhere, gives the document that DS describes.
    #[test]
    fn any_split_into_runs_gives_the_same_document(
        changes in proptest::collection::vec((1_u32..40, "[a-c]{0,2}", proptest::collection::vec((1_u32..5, "[a-c]{0,2}"), 0..4), 0_usize..8), 1..40)
    ) {
        let world = World::with(20);
        let mut minute = 2_000_000;
        for (number, text, rows, requests) in changes {
            minute += 1;
            let distinct: BTreeMap<u32, String> = rows.into_iter().collect();
            let rows: Vec<(u32, &str)> = distinct.iter().map(|(id, text)| (*id, text.as_str())).collect();
            world.ds.deposit(number, minute, &text, &rows);
            if requests < 6 {
                world.ds.fails_after.set(Some((requests, SourceErrorCode::TokenExpired)));
                world.run();
                world.ds.fails_after.set(None);
            }
        }
        world.assert_settles();
    }

    /// In whatever order DS lists the dossiers, in pages of whatever size, read by however many runs, the document is the same.
    #[test]
    fn any_order_of_pages_gives_the_same_document(
        dossiers in 1_u32..130, shuffled in proptest::option::of(any::<u32>()), largest in proptest::option::of(1_u64..60), stops in proptest::collection::vec(0_usize..9, 0..4)
    ) {
        let world = World::with(dossiers);
        world.ds.shuffled.set(shuffled);
        world.ds.largest.set(largest);
        for requests in stops {
            world.ds.fails_after.set(Some((requests, SourceErrorCode::TokenExpired)));
            world.run();
        }
        world.ds.fails_after.set(None);
        world.assert_settles();
    }
}
