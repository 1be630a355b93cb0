//! The heart of Relais, pure: it compiles for the host and for wasm32 and does no input or output of its own.
//!
//! The data's way is one way: [`ds`] says what Démarches Simplifiées (DS) answered, [`mapping`] what goes where,
//! [`sync`] does it, [`grist`] says what Grist understands. The outside world stands behind the traits of [`ports`].
//! [`template`] is what of a connexion goes from one service to another.

pub mod ds;
pub mod grist;
mod hashed;
pub mod json;
pub mod letters;
pub mod mapping;
mod naming;
pub mod ports;
pub mod sorted;
pub mod sync;
pub mod template;
mod timestamp;
pub mod words;

pub use timestamp::{Day, InvalidTimestamp, Timestamp};
