//! The client of DS.

mod answer;
mod client;
mod described;
mod failure;
mod gate;
mod pace;
mod paths;
mod relay;
mod rights;
mod token;

pub(crate) use client::Client;
pub(crate) use described::Described;
pub(crate) use failure::Failure;
pub(crate) use gate::Gate;
pub(crate) use paths::DemarchePath;
pub(crate) use relay::{Answer, Dossiers};
pub(crate) use token::{InvalidToken, Token};
