//! A sample DS: a real GraphQL server on the loopback that behaves as Démarches Simplifiées does for a client like
//! Relais, with démarches of its own, dossiers by seed, and faults on demand.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use relais_tests::ds::{EVERYDAY, Options, SampleDs, faults::Fault};
//!
//! let ds = SampleDs::start(Options { everyday: 1_000, ..Options::default() }).await?;
//! println!("POST {}/api/v2/graphql with Bearer {}", ds.url(), ds.token());
//! ds.faults().add(Fault::BadGateway.times(2).after(3));
//! let first = ds.store().numbers(EVERYDAY)[0];
//! # Ok(()) }
//! ```

mod answer;
mod call;
pub mod clock;
mod document;
pub mod draw;
mod endpoint;
pub mod faults;
mod files;
mod limit;
mod refusals;
pub mod requests;
pub mod samples;
pub mod schema;
mod server;
pub mod tokens;
pub mod vocabulary;
pub mod world;

#[cfg(test)]
mod tests;

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use endpoint::{ApiHandle, Sample};
use faults::Faults;
use limit::Limit;
use requests::Requests;
pub use samples::{BENCH, COMPLETE, EVERYDAY, NEIGHBOUR, SIBLING};
pub use schema::sdl;
use tokens::{Scope, Tokens};
use world::store::Store;

/// How a sample DS is made.
#[derive(Clone, Debug)]
pub struct Options {
    /// Its port; 0 for a free one.
    pub port: u16,
    /// The seed of its dossiers.
    pub seed: u64,
    /// How many dossiers [`COMPLETE`] has.
    pub complete: u32,
    /// How many dossiers [`EVERYDAY`] has.
    pub everyday: u32,
    /// How many dossiers [`BENCH`] has.
    pub bench: u32,
    /// How many requests a minute a token may make.
    pub requests_per_minute: u32,
    /// Whether it knows `dossiersCount`; instances before the end of August 2026 refuse a query that names it.
    pub counts_dossiers: bool,
    /// Whether two fields of [`SIBLING`] are called otherwise than those of [`EVERYDAY`].
    pub sibling_in_other_words: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            seed: 1,
            complete: 60,
            everyday: 250,
            bench: 0,
            requests_per_minute: 400,
            counts_dossiers: true,
            sibling_in_other_words: false,
        }
    }
}

/// A sample DS that runs until it is dropped.
#[derive(Debug)]
pub struct SampleDs {
    url: String,
    token: String,
    sample: Arc<Sample>,
    serving: JoinHandle<()>,
}

impl SampleDs {
    /// Starts one on the loopback.
    pub async fn start(options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let store = Store::default();
        store.insert(samples::complete::demarche(), options.seed, options.complete);
        store.insert(samples::everyday::demarche(), options.seed, options.everyday);
        store.insert(samples::bench::demarche(), options.seed, options.bench);
        store.insert(samples::everyday::neighbour(), options.seed, options.everyday.min(50));
        let sibling = if options.sibling_in_other_words { samples::everyday::sibling_in_other_words() } else { samples::everyday::sibling() };
        store.insert(sibling, options.seed, options.everyday.min(40));
        let tokens = Tokens::default();
        let token = tokens.add(Scope::Only(vec![COMPLETE, EVERYDAY, BENCH, SIBLING]));
        let sample = Arc::new(Sample {
            store: Arc::new(store),
            tokens,
            faults: Faults::default(),
            requests: Requests::default(),
            limit: Limit::new(options.requests_per_minute),
            files: files::Addresses::new(url.clone(), rand::random()),
            api: ApiHandle(schema::api()),
            counts_dossiers: options.counts_dossiers,
        });
        let serving = tokio::spawn(server::serve(listener, endpoint::router(Arc::clone(&sample))));
        Ok(Self { url, token, sample, serving })
    }

    /// `http://127.0.0.1:PORT`. The API is below, at `/api/v2/graphql`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A token that may read every démarche but [`NEIGHBOUR`].
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Tokens: others, and what becomes of them.
    pub fn tokens(&self) -> &Tokens {
        &self.sample.tokens
    }

    /// What was asked.
    pub fn requests(&self) -> &Requests {
        &self.sample.requests
    }

    /// The world, to look at and to change.
    pub fn store(&self) -> &Store {
        &self.sample.store
    }

    /// What goes wrong.
    pub fn faults(&self) -> &Faults {
        &self.sample.faults
    }

    /// Stops it and waits until its port is free.
    pub async fn stop(mut self) {
        self.serving.abort();
        // The error says that the task was aborted, which was asked for.
        let _aborted = (&mut self.serving).await;
    }
}

impl Drop for SampleDs {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
