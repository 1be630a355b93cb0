//! Sample services and whole journeys.
pub mod ds;
pub mod grist;
pub mod ports;
pub mod stack;
