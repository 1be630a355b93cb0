//! Sample services and whole journeys.
pub mod browser;
pub mod ds;
pub mod grist;
pub mod ports;
pub mod stack;
