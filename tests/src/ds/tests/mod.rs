//! The semantics of the real server, over HTTP.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod champs;
mod changes;
mod client;
mod faults;
mod paging;
mod refusals;
mod schema;
mod speed;
