//! The program that drives the browser, and everything that it starts.

use std::{
    io::{BufRead as _, BufReader},
    os::unix::process::CommandExt as _,
    process::{Child, ChildStdout, Command, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A chromedriver of our own, on a free port. It and its browser end with this value, after a panic too.
#[derive(Debug)]
pub(super) struct Driver {
    process: Child,
    // Kept open: the driver ends when nobody can read what it prints.
    _output: BufReader<ChildStdout>,
    port: u16,
    profile: TempDir,
}

impl Driver {
    /// Starts one and waits until it listens.
    pub(super) fn start() -> Self {
        // The port that it finds free may be somebody else's the moment after.
        (0..5).find_map(|_| Self::try_start()).expect("chromedriver finds a port")
    }

    fn try_start() -> Option<Self> {
        let mut command = Command::new("chromedriver");
        // A group of its own, so that the browser can be ended with it.
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
        let mut process = command.spawn().expect("chromedriver is on the PATH (`tools/need browser` installs it)");
        let mut output = BufReader::new(process.stdout.take().expect("its output is ours"));
        let mut said = String::new();
        let port = loop {
            let from = said.len();
            let read = output.read_line(&mut said).expect("chromedriver says where it listens");
            if read == 0 {
                let _ended = process.wait();
                assert!(said.contains("port not available"), "chromedriver stopped: {said}");
                return None;
            }
            let listening = said[from..].split_once("successfully on port ").and_then(|(_, port)| port.trim().trim_end_matches('.').parse().ok());
            if let Some(port) = listening {
                break port;
            }
        };
        Some(Self { process, _output: output, port, profile: tempfile::tempdir().expect("a folder for the browser's profile") })
    }

    /// Its address.
    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The browser that it should start: without a window, without a word to any host but those of the test.
    pub(super) fn capabilities(&self) -> serde_json::Map<String, Value> {
        let profile = format!("--user-data-dir={}", self.profile.path().display());
        let mut arguments = vec![
            "--headless",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-search-engine-choice-screen",
            "--force-device-scale-factor=1",
            "--lang=fr",
            // Neither a picture nor a judgement is made of what is between two colours.
            "--force-prefers-reduced-motion",
            "--window-size=1280,900",
            &profile,
        ];
        // Chromium's sandbox refuses root, whom containers often are.
        if is_root() {
            arguments.push("--no-sandbox");
        }
        let capabilities = json!({
            "browserName": "chrome",
            "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        match capabilities {
            Value::Object(capabilities) => capabilities,
            _ => unreachable!("it is written as an object"),
        }
    }
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The standard library ends one process, not a group.
        let group = format!("-{}", self.process.id());
        let ended = Command::new("kill").args(["-KILL", "--", &group]).status();
        if !ended.is_ok_and(|status| status.success()) {
            eprintln!("the group of chromedriver {group} could not be ended");
        }
        self.process.wait().expect("chromedriver ends when it is killed");
    }
}
