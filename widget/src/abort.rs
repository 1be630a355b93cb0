//! Requests that nobody waits for any more, or that take too long, are broken off.

use gloo_timers::callback::Timeout;
use web_sys::{AbortController, AbortSignal};

/// Breaks a request off after a time, and when it is let go of: an agent who stops a run does not pay for files that nobody
/// will read.
pub(crate) struct Deadline {
    controller: AbortController,
    /// Dropped, and so disarmed, with the rest.
    _timeout: Timeout,
}

impl Deadline {
    /// In so many milliseconds. None where the browser knows nothing of it.
    pub(crate) fn new(milliseconds: u32) -> Option<Self> {
        let controller = AbortController::new().ok()?;
        let late = controller.clone();
        Some(Self { _timeout: Timeout::new(milliseconds, move || late.abort()), controller })
    }

    /// What the request watches.
    pub(crate) fn signal(&self) -> AbortSignal {
        self.controller.signal()
    }

    /// Whether it has passed.
    pub(crate) fn has_passed(&self) -> bool {
        self.controller.signal().aborted()
    }
}

impl Drop for Deadline {
    fn drop(&mut self) {
        self.controller.abort();
    }
}
