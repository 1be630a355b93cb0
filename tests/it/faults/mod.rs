//! Faults of every kind, by seed: whatever went wrong, one more run puts the document right, cell for cell.
//!
//! `RELAIS_FAULT_SEEDS=200` lives that many stories, `RELAIS_FAULT_SEED=17` the one that a failure names.

mod cases;
mod changes;
mod page;
mod picture;
mod story;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicU64, Ordering},
};

/// Stories of a plain `make test`.
const USUAL: u64 = 24;
/// Stories at once: most of a story's time is waiting.
const AT_ONCE: usize = 4;

fn live(seed: u64) -> Result<String, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let lived = catch_unwind(AssertUnwindSafe(|| runtime.block_on(story::live(seed))));
    lived.unwrap_or_else(|_| Err("panicked, as is said above".to_owned()))
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{variable} is a number")))
}

#[test]
fn after_any_faults_one_run_puts_the_document_right() {
    let seeds = match number("RELAIS_FAULT_SEED") {
        Some(seed) => seed..=seed,
        None => 1..=number("RELAIS_FAULT_SEEDS").unwrap_or(USUAL),
    };
    let is_alone = seeds.start() == seeds.end();
    let next = AtomicU64::new(*seeds.start());
    let failures = std::thread::scope(|scope| {
        let worker = || {
            let mut failures = Vec::new();
            loop {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed > *seeds.end() {
                    return failures;
                }
                match live(seed) {
                    Ok(told) if is_alone => println!("{told}"),
                    Ok(_) => {}
                    Err(wrong) => {
                        eprintln!("RELAIS_FAULT_SEED={seed}: {wrong}");
                        failures.push(seed);
                    }
                }
            }
        };
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect::<Vec<u64>>()
    });
    assert!(failures.is_empty(), "{} of {} seeds failed: {failures:?}; run one alone with RELAIS_FAULT_SEED", failures.len(), seeds.count());
}
