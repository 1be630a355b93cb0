//! What a request carries through the schema: who asks, what for, and what went wrong on the way.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_graphql::{Context, Error, ErrorExtensions as _};

use super::document::QueryText;
use super::files::Addresses;
use super::tokens::Scope;
use super::world::store::Store;

/// A request on its way.
#[derive(Debug)]
pub(super) struct Call {
    /// The world.
    pub(super) store: Arc<Store>,
    /// What its token may read.
    pub(super) scope: Scope,
    /// Whether it may write.
    pub(super) writes: bool,
    /// The text of its query.
    pub(super) text: QueryText,
    /// Where files are.
    pub(super) files: Addresses,
    /// Dossiers whose champs cannot be read in time.
    stuck: HashSet<i32>,
    /// Dossiers whose champs cannot be read at all.
    broken: HashSet<i32>,
    timed_out: AtomicBool,
    lost: AtomicBool,
    crashed: AtomicBool,
}

impl Call {
    /// A request.
    pub(super) fn new(
        store: Arc<Store>,
        (scope, writes): (Scope, bool),
        text: QueryText,
        files: Addresses,
        (stuck, broken): (HashSet<i32>, HashSet<i32>),
    ) -> Self {
        let no = || AtomicBool::new(false);
        Self { store, scope, writes, text, files, stuck, broken, timed_out: no(), lost: no(), crashed: no() }
    }

    /// The request of a resolver.
    pub(super) fn of<'a>(context: &Context<'a>) -> async_graphql::Result<&'a Arc<Self>> {
        context.data::<Arc<Self>>()
    }

    /// Notes that the champs of a dossier are read, with what that may bring down.
    pub(super) fn champs_read(&self, dossier: i32) {
        if self.text.untyped_fragment {
            self.crashed.store(true, Ordering::Relaxed);
        }
        if self.stuck.contains(&dossier) {
            self.timed_out.store(true, Ordering::Relaxed);
        }
        if self.broken.contains(&dossier) {
            self.lost.store(true, Ordering::Relaxed);
        }
    }

    /// Whether the answer took too long.
    pub(super) fn timed_out(&self) -> bool {
        self.timed_out.load(Ordering::Relaxed)
    }

    /// Whether the answer is lost between the server and its load balancer.
    pub(super) fn lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }

    /// Whether the server broke.
    pub(super) fn crashed(&self) -> bool {
        self.crashed.load(Ordering::Relaxed)
    }
}

/// An error of a resolver, with the code that clients go by.
pub(super) fn refusal(message: impl Into<String>, code: &'static str) -> Error {
    Error::new(message).extend_with(|_, extensions| extensions.set("code", code))
}
