//! The team: what agents type about it, and how long its tokens are good for.

mod deposit;
mod due;

pub use deposit::{Deposit, Field, Wrong, required};
pub use due::Due;
