//! A document that behaves like Grist, in memory: user actions, access rules, undo, REST with access tokens, and a page
//! that embeds a widget by the same protocol.
//!
//! It answers as a recorded Grist did (community edition, summer 2026), as far as Relais goes; what Relais does not use
//! is refused loudly.
mod access_tokens;
mod action;
mod attachments;
#[cfg(test)]
mod behaviour;
mod bundle;
mod calendar;
mod calls;
mod cell;
mod column_type;
mod columns;
mod compute;
mod convert;
mod document;
mod faults;
mod fetch;
mod formula;
mod history;
mod identifier;
mod metadata;
mod multipart;
mod page;
mod parse_strings;
mod python;
mod records;
mod refusal;
mod rest;
mod rest_data;
mod rest_files;
mod rest_records;
mod rules;
mod server;
mod state;
mod tables;
mod token;
mod upsert;
mod users;
mod widget;

pub use calls::{Call, Calls};
pub use document::{Role, SampleDocument};
pub use faults::{Fault, Faults, On};
pub use refusal::{Refusal, UNSUPPORTED};
pub use rules::AccessRule;
pub use server::{Options, SampleGrist};
pub use token::LIFETIME as TOKEN_LIFETIME;
pub use widget::{AccessLevel, WIDGET_SECTION};
