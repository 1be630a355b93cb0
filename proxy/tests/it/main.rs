//! The proxy as a whole, over HTTP, between a stand-in of Grist and a stand-in of DS.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic")]

mod access;
mod attacks;
mod audit;
mod commands;
mod database;
mod demarches;
mod ds;
mod failures;
mod file_relay;
mod files;
mod grist;
mod leaks;
mod leases;
mod limits;
mod operations;
mod raw;
mod relais;
mod rules;
mod session;
mod state;
mod storage;
mod teams;
mod templates;
mod tokens;
mod watch;
