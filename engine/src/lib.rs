//! The heart of Relais.
