//! All that leaves the proxies of this suite is looked through, in every test: their answers, their metrics, their log down to
//! the details, their panics. What is secret ends the suite at once (DESIGN section 9).

use std::{
    io::{self, Write},
    net::SocketAddr,
    sync::Once,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// What every DS token of the tests ends with: « -never-shown », in base64.
const MARK: &str = "LW5ldmVyLXNob3du";

/// What no line of the log may hold besides: how tokens of Grist and their payload start, and sessions; headers that show one;
/// what opens a file. None is so short that a drawn id may hold it.
const IN_NO_LINE: [&str; 5] = ["eyJhbGciOi", "eyJkb2NJZC", "eyJvcmlnaW", "Bearer ", "temp_url_sig"];

/// Looks through what the whole process logs from now on.
pub(crate) fn start() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Unless a test of the log has set its own.
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false).with_writer(|| Log).init();
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            // Those of the proxy: a test that fails may well say what it has found.
            if panic.location().is_some_and(|location| location.file().contains("src/")) {
                look("a panic", &panic.to_string());
            }
            usual(panic);
        }));
    });
}

/// Looks through something that the proxy has given.
pub(crate) fn look(place: &str, text: &str) {
    if text.contains(MARK) {
        end(place, text);
    }
}

/// A panic would be that of a task which nobody waits for.
fn end(place: &str, text: &str) -> ! {
    let _ = writeln!(io::stderr(), "{place} holds what is secret: {text}");
    std::process::abort();
}

fn is_in_line(line: &str) -> bool {
    line.contains(MARK) || IN_NO_LINE.iter().any(|secret| line.contains(secret))
}

struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let line = String::from_utf8_lossy(bytes);
        if is_in_line(&line) {
            end("a line of the log", &line);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An address that leads to a proxy, by way of one who reads its answers.
pub(crate) async fn wire(proxy: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            // One that breaks off does so at both ends.
            tokio::spawn(pass(client, proxy));
        }
    });
    address
}

async fn pass(mut client: TcpStream, proxy: SocketAddr) -> io::Result<()> {
    let mut proxy = TcpStream::connect(proxy).await?;
    client.set_nodelay(true)?;
    proxy.set_nodelay(true)?;
    let ((mut from_client, mut to_client), (mut from_proxy, mut to_proxy)) = (client.split(), proxy.split());
    let answers = async {
        let (mut read, mut buffer) = (Read::default(), vec![0; 64 * 1024]);
        loop {
            let count = from_proxy.read(&mut buffer).await?;
            if count == 0 {
                return Ok(());
            }
            let bytes = &buffer[..count];
            read.look(bytes);
            to_client.write_all(bytes).await?;
        }
    };
    let questions = async {
        if tokio::io::copy(&mut from_client, &mut to_proxy).await.is_err() {
            // A proxy that has heard enough still answers.
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = questions => Ok(()),
        answered = answers => answered,
    }
}

/// What was read of a connection: only its end, in which a secret may have begun.
#[derive(Default)]
struct Read(Vec<u8>);

impl Read {
    fn look(&mut self, bytes: &[u8]) {
        if self.has_secret(bytes) {
            end("an answer", &String::from_utf8_lossy(bytes));
        }
    }

    fn has_secret(&mut self, bytes: &[u8]) -> bool {
        self.0.extend_from_slice(bytes);
        let found = memchr::memmem::find(&self.0, MARK.as_bytes()).is_some();
        self.0.drain(..self.0.len().saturating_sub(MARK.len() - 1));
        found
    }
}

#[tokio::test]
async fn what_is_secret_is_found_wherever_it_is() {
    let relais = crate::relais::Relais::start().await;
    let grist_token = relais.grist.token(crate::relais::DOCUMENT, 42, crate::grist::Right::Editor);
    let session = relais.session().await;
    for secret in [crate::relais::DS_TOKEN, crate::tokens::TOKEN, crate::tokens::OTHER, &grist_token, &session, "Bearer x", "?temp_url_sig=x"] {
        assert!(is_in_line(&format!("INFO request: cause={secret}")), "{secret}");
    }
    assert!(!is_in_line("INFO request: operation=getDossiers demarche=131016"));
    let answer = format!("{{\"token\":\"{}\"}}", crate::relais::DS_TOKEN);
    for cut in 0..answer.len() {
        let mut read = Read::default();
        let (start, end) = answer.as_bytes().split_at(cut);
        assert_ne!(read.has_secret(start), read.has_secret(end), "cut at {cut}");
    }
    // The harness asks by way of the wire.
    assert_ne!(relais.url("/"), format!("http://{}/", relais.server.address()));
}
