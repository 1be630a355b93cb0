//! The files of DS: asked for where DS says that they are, passed on as they come.
//!
//! Their addresses come from DS by way of the widget, which is not believed: [`FileAddress`] is of a host that the operator
//! named, and names lead to public addresses alone ([`PublicResolver`]). DS's token has no part in it: the address itself is
//! what opens the file.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::{Stream, stream};
use rand::Rng as _;
use relais_engine::ds::{SourceError, SourceErrorCode as Code};
use reqwest::{Response, StatusCode, header::ACCEPT_ENCODING};
use tokio::sync::mpsc;

use crate::{
    clock,
    config::{DsConfiguration, FileAddress, FileHost, LimitsConfiguration},
    ds::Failure,
    outgoing,
    resolver::{Lookup, NotPublic, PublicResolver, forward_proxies},
};

/// Before the second and last try, drawn between half of it and the whole.
const PAUSE: Duration = Duration::from_millis(400);

/// Pieces between the file's host and a slow client: a few hundred kilobytes. The host waits when they are taken slowly.
const PIECES: usize = 2;

/// What ends a body that cannot be whole. The connection is broken off, so that no client takes it for complete.
const BODY_CUT: &str = "the file was cut";

/// Asks for files.
#[derive(Debug)]
pub(crate) struct Files {
    hosts: Vec<FileHost>,
    distant: reqwest::Client,
    local: reqwest::Client,
    most: u64,
    idle: Duration,
    whole: Duration,
}

impl Files {
    /// With what looks names up, and the environment's variables.
    pub(crate) fn new(
        configuration: &DsConfiguration,
        limits: &LimitsConfiguration,
        lookup: Lookup,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, reqwest::Error> {
        // The file's own bytes, whatever they are: its size is that of DS. HTTP/1, whose one request a connection is broken
        // off with its file, and whose library logs no address.
        let client = |loopback| outgoing::builder(loopback).no_gzip().no_brotli().http1_only();
        let forward_proxies = forward_proxies(environment);
        let distant = if forward_proxies.is_empty() { client(false).no_proxy() } else { client(false) };
        Ok(Self {
            hosts: configuration.file_hosts.clone(),
            distant: distant.dns_resolver(Arc::new(PublicResolver::new(lookup, forward_proxies))).build()?,
            local: client(true).build()?,
            most: limits.file_bytes.get().into(),
            idle: limits.file_idle,
            whole: limits.file_whole,
        })
    }

    /// Asks for a file of so many bytes, as DS said. Both tries and the first piece come within the time that a silence may last.
    pub(crate) async fn ask(&self, address: &str, size: u64) -> Result<File, Failure> {
        let address = FileAddress::read(address, &self.hosts).ok_or_else(|| Failure::new(Code::FileRefused, "the address is of no host of files"))?;
        if size > self.most {
            return Err(too_large());
        }
        let start = tokio::time::timeout(self.idle, self.start(&address, size)).await;
        start.unwrap_or_else(|_| Err(Failure::new(Code::Timeout, "the file's host did not answer in time")))
    }

    async fn start(&self, address: &FileAddress, size: u64) -> Result<File, Failure> {
        let response = match self.once(address).await {
            Err(Attempt { failure, may_pass: true }) => {
                tracing::info!(attempt = 1, cause = %failure, "the file is asked for again");
                let pause = PAUSE.mul_f64(rand::rng().random_range(0.5..=1.0));
                tokio::time::sleep(pause).await;
                self.once(address).await
            }
            first => first,
        };
        let response = response.map_err(|attempt| attempt.failure)?;
        match response.content_length() {
            Some(length) if length > self.most => return Err(too_large()),
            Some(length) if length != size => return Err(Failure::new(Code::InvalidAnswer, "the file's length is not the one that DS said")),
            _ => {}
        }
        let mut body = Body { response, size, most: self.most, seen: 0, idle: self.idle };
        // Of a small file, this is all: whatever is wrong with it is said before anything is answered.
        let first = body.next().await?;
        Ok(File { body, first, whole: self.whole })
    }

    async fn once(&self, address: &FileAddress) -> Result<Response, Attempt> {
        let client = if address.is_loopback() { &self.local } else { &self.distant };
        let response = client.get(address.url().clone()).header(ACCEPT_ENCODING, "identity").send().await.map_err(Attempt::of)?;
        match response.status() {
            StatusCode::OK => Ok(response),
            status => Err(Attempt { failure: refusal(status), may_pass: status.is_server_error() }),
        }
    }
}

fn too_large() -> Failure {
    Failure::new(Code::FileTooLarge, "the file is larger than the limit")
}

/// What a status that brings no file means. The body is not read.
fn refusal(status: StatusCode) -> Failure {
    let code = match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND | StatusCode::GONE => Code::FileExpired,
        // It points to an address that nobody has allowed.
        status if status.is_redirection() => Code::FileRefused,
        StatusCode::TOO_MANY_REQUESTS => Code::RateLimited,
        StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT => Code::Timeout,
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE => Code::DsUnavailable,
        status if status.is_success() => Code::InvalidAnswer,
        _ => Code::DsFailed,
    };
    let retry_at = (code == Code::RateLimited).then(|| clock::now().plus_seconds(60));
    Failure { error: SourceError { retry_at, ..code.into() }, cause: format!("the file's host answered {}", status.as_u16()).into(), is_ours: false }
}

/// A try that failed, and whether another may pass.
struct Attempt {
    failure: Failure,
    may_pass: bool,
}

impl Attempt {
    fn of(error: reqwest::Error) -> Self {
        if is_not_public(&error) {
            return Self { failure: Failure::new(Code::FileRefused, NotPublic.to_string()), may_pass: false };
        }
        let code = if error.is_timeout() && !error.is_connect() { Code::Timeout } else { Code::DsUnavailable };
        let may_pass = error.is_connect();
        Self { failure: Failure::new(code, outgoing::describe(error)), may_pass }
    }
}

fn is_not_public(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| error.source()).any(<dyn std::error::Error>::is::<NotPublic>)
}

/// A file whose body is still to come, but for its first piece.
#[derive(Debug)]
pub(crate) struct File {
    body: Body,
    first: Option<Bytes>,
    whole: Duration,
}

/// How the passing on of a file ended.
#[derive(Debug)]
pub(crate) struct Passed {
    /// Bytes passed on.
    pub bytes: u64,
    /// How it ended.
    pub end: End,
}

/// How the passing on of a file ended.
#[derive(Debug)]
pub(crate) enum End {
    /// Whole.
    Whole,
    /// The client left.
    Abandoned,
    /// It was cut.
    Cut(Failure),
}

impl File {
    /// How many bytes it has.
    pub(crate) fn size(&self) -> u64 {
        self.body.size
    }

    /// The body as it comes. `done` is told how it ended.
    ///
    /// A task of its own reads the host, so that time is counted even when nobody takes what was read: a client who stops
    /// reading does not keep the place. The place is given back before the last piece leaves: a client who has the whole file
    /// may ask for the next one at once.
    pub(crate) fn pass_on<Place: Send + 'static>(
        self,
        place: Place,
        done: impl FnOnce(Passed) + Send + 'static,
    ) -> impl Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static {
        let Self { mut body, first, whole } = self;
        let mut place = Some(place).filter(|_| !body.is_over());
        let (sender, receiver) = mpsc::channel::<Option<Bytes>>(PIECES);
        tokio::spawn(async move {
            let mut bytes = 0;
            let pump = async {
                let mut next = first;
                loop {
                    let (length, is_end) = next.as_ref().map_or((0, true), |piece| (piece.len(), false));
                    // The end is said too: without this word the body is cut.
                    match tokio::time::timeout(body.idle, sender.send(next)).await {
                        Ok(Ok(())) if is_end => return End::Whole,
                        Ok(Ok(())) => bytes += u64::try_from(length).unwrap_or(u64::MAX),
                        Ok(Err(_)) => return End::Abandoned,
                        Err(_) => return End::Cut(Failure::new(Code::Timeout, "the file is not taken")),
                    }
                    next = tokio::select! {
                        piece = body.next() => match piece {
                            Ok(piece) => piece,
                            Err(failure) => return End::Cut(failure),
                        },
                        () = sender.closed() => return End::Abandoned,
                    };
                    place = place.take().filter(|_| !body.is_over());
                }
            };
            let end = tokio::time::timeout(whole, pump).await;
            let end = end.unwrap_or_else(|_| End::Cut(Failure::new(Code::Timeout, "the file was not passed on in time")));
            done(Passed { bytes, end });
        });
        stream::unfold(Some(receiver), async |receiver| {
            let mut receiver = receiver?;
            match receiver.recv().await {
                Some(Some(piece)) => Some((Ok(piece), Some(receiver))),
                Some(None) => None,
                None => Some((Err(std::io::Error::other(BODY_CUT)), None)),
            }
        })
    }
}

/// What comes from the host, counted.
#[derive(Debug)]
struct Body {
    response: Response,
    size: u64,
    most: u64,
    seen: u64,
    idle: Duration,
}

impl Body {
    /// The next piece. The last one is given only when nothing comes after it: a client who has as many bytes as it was told
    /// takes the file for whole.
    async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        let mut last = None;
        while let Some(piece) = self.piece().await? {
            self.seen = self.seen.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
            if self.seen > self.most {
                return Err(too_large());
            }
            if self.seen > self.size {
                return Err(Failure::new(Code::InvalidAnswer, "the file is longer than DS said"));
            }
            if self.seen < self.size {
                return Ok(Some(piece));
            }
            if !piece.is_empty() {
                last = Some(piece);
            }
        }
        if self.seen < self.size {
            return Err(Failure::new(Code::InvalidAnswer, "the file is shorter than DS said"));
        }
        Ok(last)
    }

    /// Whether what was given is all of it.
    fn is_over(&self) -> bool {
        self.seen == self.size
    }

    async fn piece(&mut self) -> Result<Option<Bytes>, Failure> {
        match tokio::time::timeout(self.idle, self.response.chunk()).await {
            Ok(Ok(piece)) => Ok(piece),
            Ok(Err(error)) => Err(Failure::new(Code::InvalidAnswer, outgoing::describe(error))),
            Err(_) => Err(Failure::new(Code::Timeout, "the file's host fell silent")),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    use super::*;

    fn files(host: &str, lookup: Lookup) -> Files {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let configuration = DsConfiguration { file_hosts: vec![host.parse().unwrap()], ..DsConfiguration::default() };
        Files::new(&configuration, &LimitsConfiguration::default(), lookup, |_| None).unwrap()
    }

    /// A name of the list that comes to lead here, by each way in which this machine could be reached.
    #[tokio::test]
    async fn a_name_that_comes_to_lead_inside_is_not_connected_to() {
        let inside = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = inside.local_addr().unwrap().port();
        for address in ["127.0.0.1", "127.0.0.2", "0.0.0.0", "::ffff:127.0.0.1"] {
            let asked = Arc::new(AtomicUsize::new(0));
            let count = asked.clone();
            let lookup: Lookup = Arc::new(move |name| {
                assert_eq!(name, "static.exemple.fr");
                count.fetch_add(1, Ordering::Relaxed);
                Box::pin(async move { Ok(vec![address.parse().unwrap()]) })
            });
            let files = files(&format!("static.exemple.fr:{port}"), lookup);
            let url = format!("https://static.exemple.fr:{port}/a");
            tokio::select! {
                file = files.ask(&url, 6) => assert_eq!(file.unwrap_err().error.code, Code::FileRefused, "{address}"),
                _ = inside.accept() => panic!("a connection was made by {address}"),
            }
            assert_eq!(asked.load(Ordering::Relaxed), 1, "asked once: another answer would be another name");
        }
    }

    /// Else a page that takes four files at once would be refused the fifth, although it has one whole.
    #[tokio::test]
    async fn the_place_is_given_back_before_the_last_piece() {
        let host = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = host.local_addr().unwrap().to_string();
        let files = files(&address, Arc::new(|_| unreachable!("nothing to resolve")));
        let serve = async {
            let mut connection = host.accept().await.unwrap().0;
            // The start of the request.
            connection.read_u8().await.unwrap();
            connection.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsample").await.unwrap();
            connection
        };
        let (file, _connection) = tokio::join!(async { files.ask(&format!("http://{address}/a"), 6).await.unwrap() }, serve);
        let place = Arc::new(());
        let stream = file.pass_on(place.clone(), |_| {});
        assert_eq!(Arc::strong_count(&place), 1);
        drop(stream);
    }

    #[tokio::test]
    async fn what_resolves_to_nothing_is_an_absence() {
        let files = files("static.exemple.fr", Arc::new(|_| Box::pin(async { Err(std::io::Error::other("no such name")) })));
        let failure = files.ask("https://static.exemple.fr/a?temp_url_sig=x", 6).await.unwrap_err();
        assert_eq!(failure.error.code, Code::DsUnavailable);
        assert!(!failure.cause.contains("temp_url_sig"), "{failure}");
    }
}
