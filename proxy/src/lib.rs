//! The proxy: it serves the widget, holds the DS tokens and relays the operations that the engine names.
//!
//! A [`Server`] is started from a [`Configuration`], read from settings or built in code. Every request goes through
//! `request` (id, log line, errors made into answers) to one of `routes`; `auth` says who calls, `teams` what they may
//! read, `ds` and `files` ask for it; `store` keeps what teams make, and `vault` seals their tokens.

mod application;
mod audit;
mod auth;
mod clock;
pub mod config;
mod ds;
mod error;
mod files;
#[cfg(fuzzing)]
pub mod fuzzing;
mod ids;
mod leases;
mod limits;
mod metrics;
mod outgoing;
mod request;
mod resolver;
mod routes;
mod schedule;
mod server;
mod store;
mod teams;
mod text;
pub mod upkeep;
mod vault;
mod widget;

pub use config::Configuration;
pub use server::Server;
