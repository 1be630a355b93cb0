//! The team: what agents wish and type about it, and how long its tokens are good for.

mod due;
pub mod places;
mod typed;
mod wish;

pub use due::Due;
pub use typed::{Field, Wrong};
pub use wish::{Request, Wish};
