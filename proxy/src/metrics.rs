//! Figures for Prometheus, in its text format.
//!
//! A label is a route's pattern, an operation's name, a method, a status or a code: never a person, a document or a token.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Upper bounds of the durations, in seconds.
const BOUNDS: [f64; 10] = [0.001, 0.005, 0.025, 0.1, 0.25, 1.0, 2.5, 10.0, 30.0, 45.0];

/// The methods that are counted by their name.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

#[derive(Debug, Default)]
struct Durations {
    within: [u64; BOUNDS.len()],
    count: u64,
    sum: f64,
}

impl Durations {
    fn observe(&mut self, duration: Duration) {
        let seconds = duration.as_secs_f64();
        for (count, bound) in self.within.iter_mut().zip(BOUNDS) {
            *count += u64::from(seconds <= bound);
        }
        self.count += 1;
        self.sum += seconds;
    }
}

#[derive(Debug, Default)]
struct Figures {
    /// By method, route and status.
    requests: BTreeMap<(String, String, u16), u64>,
    request_durations: Durations,
    /// By operation and outcome: `ok` or the code of an error.
    operations: BTreeMap<(&'static str, String), u64>,
    operation_durations: Durations,
    relayed_bytes: u64,
    /// By outcome: `ok`, `abandoned` by the client, or the code of an error.
    files: BTreeMap<&'static str, u64>,
    file_bytes: u64,
    /// By outcome.
    sessions: BTreeMap<&'static str, u64>,
}

/// Figures since the server's start.
#[derive(Debug)]
pub(crate) struct Metrics {
    start: Instant,
    figures: Mutex<Figures>,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        Self { start: Instant::now(), figures: Mutex::default() }
    }

    /// A request was answered. The body of a relayed one may still be on its way.
    pub(crate) fn request(&self, method: &str, route: &str, status: u16, duration: Duration) {
        // HTTP lets anybody make a method up, and each would be kept until the server ends.
        let method = if METHODS.contains(&method) { method } else { "other" };
        let mut figures = self.figures.lock().unwrap_or_else(PoisonError::into_inner);
        *figures.requests.entry((method.to_owned(), route.to_owned(), status)).or_default() += 1;
        figures.request_durations.observe(duration);
    }

    /// An operation ended.
    pub(crate) fn operation(&self, name: &'static str, outcome: String, bytes: usize, duration: Duration) {
        let mut figures = self.figures.lock().unwrap_or_else(PoisonError::into_inner);
        *figures.operations.entry((name, outcome)).or_default() += 1;
        figures.operation_durations.observe(duration);
        figures.relayed_bytes = figures.relayed_bytes.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
    }

    /// A file was passed on, or not.
    pub(crate) fn file(&self, outcome: &'static str, bytes: u64) {
        let mut figures = self.figures.lock().unwrap_or_else(PoisonError::into_inner);
        *figures.files.entry(outcome).or_default() += 1;
        figures.file_bytes = figures.file_bytes.saturating_add(bytes);
    }

    /// A session was asked for.
    pub(crate) fn session(&self, outcome: &'static str) {
        let mut figures = self.figures.lock().unwrap_or_else(PoisonError::into_inner);
        *figures.sessions.entry(outcome).or_default() += 1;
    }

    /// The text that Prometheus reads.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        let figures = self.figures.lock().unwrap_or_else(PoisonError::into_inner);
        // Writing to a String does not fail.
        let _ = write_figures(&mut text, &figures, self.start.elapsed());
        text
    }
}

fn write_figures(text: &mut String, figures: &Figures, since: Duration) -> std::fmt::Result {
    writeln!(text, "# TYPE relais_build_info gauge\nrelais_build_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION"))?;
    writeln!(text, "# TYPE relais_uptime_seconds gauge\nrelais_uptime_seconds {:.3}", since.as_secs_f64())?;
    writeln!(text, "# TYPE relais_requests_total counter")?;
    for ((method, route, status), count) in &figures.requests {
        writeln!(text, "relais_requests_total{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}} {count}")?;
    }
    write_durations(text, "relais_request_duration_seconds", &figures.request_durations)?;
    writeln!(text, "# TYPE relais_operations_total counter")?;
    for ((name, outcome), count) in &figures.operations {
        writeln!(text, "relais_operations_total{{operation=\"{name}\",outcome=\"{outcome}\"}} {count}")?;
    }
    write_durations(text, "relais_operation_duration_seconds", &figures.operation_durations)?;
    writeln!(text, "# TYPE relais_relayed_bytes_total counter\nrelais_relayed_bytes_total {}", figures.relayed_bytes)?;
    writeln!(text, "# TYPE relais_files_total counter")?;
    for (outcome, count) in &figures.files {
        writeln!(text, "relais_files_total{{outcome=\"{outcome}\"}} {count}")?;
    }
    writeln!(text, "# TYPE relais_file_bytes_total counter\nrelais_file_bytes_total {}", figures.file_bytes)?;
    writeln!(text, "# TYPE relais_sessions_total counter")?;
    for (outcome, count) in &figures.sessions {
        writeln!(text, "relais_sessions_total{{outcome=\"{outcome}\"}} {count}")?;
    }
    Ok(())
}

fn write_durations(text: &mut String, name: &str, durations: &Durations) -> std::fmt::Result {
    writeln!(text, "# TYPE {name} histogram")?;
    for (bound, count) in BOUNDS.iter().zip(durations.within) {
        writeln!(text, "{name}_bucket{{le=\"{bound}\"}} {count}")?;
    }
    writeln!(text, "{name}_bucket{{le=\"+Inf\"}} {}", durations.count)?;
    writeln!(text, "{name}_sum {:.6}\n{name}_count {}", durations.sum, durations.count)
}
