//! How much one may ask.

use std::{num::NonZeroU32, time::Duration};

use super::Settings;

/// How much one may ask.
///
/// - `RELAIS_REQUESTS_PER_SESSION`: API requests a minute of one person in one document; 600 by default.
/// - `RELAIS_REQUESTS_PER_ADDRESS`: API requests a minute from one network address; 3000 by default, since a whole
///   prefecture may leave by one.
/// - `RELAIS_SESSIONS_PER_ADDRESS`: sessions opened a minute from one network address; 120 by default.
/// - `RELAIS_CONNECTIONS`: connections held at once; 1024 by default.
/// - `RELAIS_FILE_BYTES`: the largest file that is passed on, in bytes; 209715200 (200 MiB) by default, as DS itself takes.
#[derive(Clone, Debug)]
pub struct LimitsConfiguration {
    /// A minute, for one person in one document.
    pub requests_per_session: NonZeroU32,
    /// A minute, for one network address.
    pub requests_per_address: NonZeroU32,
    /// A minute, for one network address.
    pub sessions_per_address: NonZeroU32,
    /// At once.
    pub connections: NonZeroU32,
    /// At once, for one person in one document: what two tabs need. It keeps the queue for a token fair to the others.
    pub operations_at_once: usize,
    /// Files at once, for one person in one document.
    pub files_at_once: usize,
    /// Files at once, for everybody: each holds a few hundred kilobytes.
    pub files_in_all: usize,
    /// A minute, for one DS token. DS refuses past 400 (facts/ds-api.md, section 3.3).
    pub ds_requests_per_minute: usize,
    /// At once, for one DS token.
    pub ds_requests_at_once: usize,
    /// For a run to renew its lease, before another may take it over.
    pub lease: Duration,
    /// Between two looks for tokens that DS was not asked about for a day.
    pub check_round: Duration,
    /// From the start until DS may be asked about the tokens that the operator gave.
    pub check_declared_after: Duration,
    /// For the head of a request to arrive whole, and for its body.
    pub receive: Duration,
    /// For a request to have its turn with DS.
    pub ds_turn: Duration,
    /// For a call of DS, from its turn to the last byte relayed, retries included.
    pub ds_call: Duration,
    /// For the next bytes of a file to come, or to be taken.
    pub file_idle: Duration,
    /// For a whole file: those who take it drop by drop do not keep their place for ever.
    pub file_whole: Duration,
    /// For the connections to end when the server stops.
    pub stop: Duration,
    /// The largest body of a request, in bytes.
    pub request_body: usize,
    /// The largest answer of DS, in bytes, decompressed.
    pub ds_answer: usize,
    /// The largest file, in bytes. DS takes 200 MiB (facts/ds-api.md, section 5).
    pub file_bytes: NonZeroU32,
}

impl Default for LimitsConfiguration {
    fn default() -> Self {
        Self {
            requests_per_session: number(600),
            requests_per_address: number(3000),
            sessions_per_address: number(120),
            connections: number(1024),
            operations_at_once: 8,
            files_at_once: 4,
            files_in_all: 64,
            ds_requests_per_minute: 360,
            ds_requests_at_once: 4,
            lease: Duration::from_mins(2),
            check_round: Duration::from_hours(1),
            check_declared_after: Duration::ZERO,
            receive: Duration::from_secs(10),
            ds_turn: Duration::from_secs(30),
            ds_call: Duration::from_secs(45),
            file_idle: Duration::from_secs(30),
            file_whole: Duration::from_mins(30),
            stop: Duration::from_secs(50),
            request_body: 64 * 1024,
            ds_answer: 32 * 1024 * 1024,
            file_bytes: number(200 * 1024 * 1024),
        }
    }
}

impl LimitsConfiguration {
    pub(super) fn read(settings: &mut Settings) -> Self {
        let mut limits = Self::default();
        let mut read = |name: &str, value: &mut NonZeroU32| match settings.text(name).map(|text| text.parse()) {
            Some(Ok(number)) => *value = number,
            Some(Err(_)) => settings.mistake(name, "donnez un nombre entier, au moins 1"),
            None => {}
        };
        read("RELAIS_REQUESTS_PER_SESSION", &mut limits.requests_per_session);
        read("RELAIS_REQUESTS_PER_ADDRESS", &mut limits.requests_per_address);
        read("RELAIS_SESSIONS_PER_ADDRESS", &mut limits.sessions_per_address);
        read("RELAIS_CONNECTIONS", &mut limits.connections);
        read("RELAIS_FILE_BYTES", &mut limits.file_bytes);
        limits
    }
}

const fn number(number: u32) -> NonZeroU32 {
    NonZeroU32::MIN.saturating_add(number - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// DESIGN sections 6 and 9, and what this server says of itself. Other tests ask for less, so as not to wait.
    #[test]
    fn whoever_configures_nothing_is_not_without_limits() {
        let limits = LimitsConfiguration::default();
        assert_eq!((limits.request_body, limits.ds_answer), (64 * 1024, 32 * 1024 * 1024));
        assert_eq!((limits.ds_requests_at_once, limits.ds_requests_per_minute), (4, 360));
        assert_eq!(limits.ds_call, Duration::from_secs(45));
        let by_minute = [limits.requests_per_session, limits.requests_per_address, limits.sessions_per_address];
        assert_eq!(by_minute.map(NonZeroU32::get), [600, 3000, 120]);
        assert_eq!((limits.connections.get(), limits.operations_at_once), (1024, 8));
        assert_eq!((limits.files_at_once, limits.files_in_all, limits.file_bytes.get()), (4, 64, 200 * 1024 * 1024));
        assert_eq!((limits.receive, limits.file_idle), (Duration::from_secs(10), Duration::from_secs(30)));
        assert_eq!((limits.file_whole, limits.stop), (Duration::from_mins(30), Duration::from_secs(50)));
    }
}
