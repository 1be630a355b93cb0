//! Whole journeys, through the real proxy.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod browser;
mod faults;
mod logs;
mod sync;
