//! What the whole suite logs is looked through, down to the details: a token, a session, a signature or an address of a person
//! that is found there ends it at once (DESIGN section 9).

use std::{
    io::{self, Write},
    sync::Once,
};

use relais_tests::{
    ds::tokens,
    stack::{Options, Stack},
};

/// What no line may hold: DS's tokens, those of Grist, sessions, what opens a file, and people.
const SECRETS: [&str; 6] = [tokens::MARK, "eyJhbGci", "Bearer ", "temp_url_sig", "@example", "@exemple"];

/// Starts the services of a test, and looks through what they log.
pub(crate) async fn start(options: Options) -> Stack {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false).with_writer(|| Watch).init());
    Stack::start(options).await.unwrap()
}

/// The first secret of a line.
fn secret(line: &str) -> Option<&'static str> {
    SECRETS.into_iter().find(|secret| line.contains(secret))
}

struct Watch;

impl Write for Watch {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let line = String::from_utf8_lossy(bytes);
        if let Some(secret) = secret(&line) {
            // A panic would be that of a task which nobody waits for.
            let _ = writeln!(io::stderr(), "a line of the log holds {secret}: {line}");
            std::process::abort();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn what_is_secret_is_found_in_a_line() {
    let stack = start(Options::default()).await;
    let grist_token = stack.document.access_token("owner", false);
    for secret_text in [stack.ds.token(), &grist_token] {
        assert!(secret(&format!("INFO request: token={secret_text}")).is_some(), "{secret_text}");
    }
    assert_eq!(secret("INFO request: operation=getDossiers demarche=120002"), None);
}
