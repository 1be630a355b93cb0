//! Grist, over the plugin API: the postMessage protocol bound directly, without the official script, which is 840 kB,
//! posts to any origin and checks none (facts/grist.md, section 2).

mod attachments;
mod document;
mod frame;
mod messages;
mod theme;

pub use document::{GristRows, cell_value};
pub(crate) use frame::embedder;
pub use frame::{ConnectError, Event, Grist};
pub use messages::{AccessLevel, AccessToken, Call, PageParameters};
