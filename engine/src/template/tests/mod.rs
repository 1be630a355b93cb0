//! Templates, from one service to another.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod any_form;
mod applying;
mod hostile;
mod matching;
mod schema;
mod small_forms;
mod versions;

use small_forms::*;
