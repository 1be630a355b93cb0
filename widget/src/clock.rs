//! The time, corrected by the proxy's.

use std::{cell::Cell, rc::Rc};

use gloo_timers::future::TimeoutFuture;
use relais_engine::{Timestamp, ports::Clock};

/// An agent's clock may be wrong by hours: the proxy's time is added at each session.
#[derive(Clone, Debug, Default)]
pub struct ServerClock {
    /// In milliseconds, to add to the browser's time.
    offset: Rc<Cell<i64>>,
}

impl ServerClock {
    /// Takes the proxy's time for now.
    pub fn set(&self, server_time: Timestamp) {
        self.offset.set(server_time.milliseconds().saturating_sub(browser_time()));
    }
}

#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 stay below 2^53")]
fn browser_time() -> i64 {
    js_sys::Date::now() as i64
}

impl Clock for ServerClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_milliseconds(browser_time().saturating_add(self.offset.get()))
    }

    async fn sleep(&self, milliseconds: u32) {
        TimeoutFuture::new(milliseconds).await;
    }
}
