//! The body of an answer of DS: passed on as it comes, or read whole.

use std::time::Instant;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _, stream};
use memchr::memmem;
use relais_engine::ds::SourceErrorCode as Code;
use reqwest::Response;
use tokio::sync::mpsc;

use super::{Failure, gate::Place};
use crate::outgoing;

/// Pieces of a body between DS and a slow client: about 128 kB. DS waits when they are taken slowly.
const PIECES: usize = 8;

/// What ends a body that cannot be whole. The connection is broken off, so that no client takes it for complete.
const BODY_CUT: &str = "the answer of DS was cut";

/// An answer of DS whose body is still to come. It holds its place among the requests in flight until then.
#[derive(Debug)]
pub(crate) struct Answer {
    response: Response,
    _place: Place,
    deadline: Instant,
    most: usize,
}

/// How the relay of a body ended.
#[derive(Debug)]
pub(crate) struct Relayed {
    /// Bytes passed on, decompressed.
    pub bytes: usize,
    /// Dossiers among them.
    pub dossiers: usize,
    /// Why it was cut, if it was.
    pub cut: Option<Failure>,
}

/// Counts the dossiers of a body as it passes.
#[derive(Debug, Default)]
pub(crate) struct Dossiers {
    pub count: usize,
    /// The end of what was seen, in which a key may have begun.
    end: Vec<u8>,
}

/// A key that each dossier has once, and nothing else has. In a text its quotes would be escaped.
const KEY: &[u8] = b"\"dateDerniereModification\":";

impl Dossiers {
    /// Counts those of the next piece.
    pub(crate) fn see(&mut self, piece: &[u8]) {
        // Across the border of two pieces: as much of each as a key that began in one may have.
        let head = piece.get(..KEY.len() - 1).unwrap_or(piece);
        let border = [&self.end, head].concat();
        self.count += memmem::find_iter(&border, KEY).count() + memmem::find_iter(piece, KEY).count();
        let seen = if piece.len() < KEY.len() { &border } else { piece };
        self.end = seen.get(seen.len().saturating_sub(KEY.len() - 1)..).unwrap_or_default().to_vec();
    }
}

impl Answer {
    pub(super) fn new(response: Response, place: Place, deadline: Instant, most: usize) -> Self {
        Self { response, _place: place, deadline, most }
    }

    /// The whole body.
    pub(crate) async fn read(mut self) -> Result<Bytes, Failure> {
        let mut body = BytesMut::new();
        while let Some(chunk) = self.next(body.len()).await? {
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }

    /// The body as it comes. `done` is told how it ended.
    ///
    /// A task of its own reads DS, so that the deadline holds even when nobody takes what was read: a client who stops
    /// reading does not keep the place.
    pub(crate) fn relay(mut self, done: impl FnOnce(Relayed) + Send + 'static) -> impl Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static {
        let (sender, receiver) = mpsc::channel::<Option<Bytes>>(PIECES);
        tokio::spawn(async move {
            let deadline = self.deadline;
            let (mut bytes, mut dossiers) = (0, Dossiers::default());
            let pump = async {
                while let Some(chunk) = self.next(bytes).await? {
                    bytes += chunk.len();
                    dossiers.see(&chunk);
                    if sender.send(Some(chunk)).await.is_err() {
                        return Err(Failure::new(Code::InvalidAnswer, "the client left"));
                    }
                }
                // The end is said: without this word the body is cut.
                sender.send(None).await.map_err(|_| Failure::new(Code::InvalidAnswer, "the client left"))
            };
            let result = tokio::time::timeout_at(deadline.into(), pump).await;
            let cut = match result {
                Ok(result) => result.err(),
                Err(_) => Some(Failure::new(Code::Timeout, "the answer was not passed on in time")),
            };
            done(Relayed { bytes, dossiers: dossiers.count, cut });
        });
        let body = stream::unfold(Some(receiver), async |receiver| {
            let mut receiver = receiver?;
            match receiver.recv().await {
                Some(Some(chunk)) => Some((Ok(chunk), Some(receiver))),
                Some(None) => None,
                None => Some((Err(std::io::Error::other(BODY_CUT)), None)),
            }
        });
        // Compression asks once more after the end.
        body.fuse()
    }

    async fn next(&mut self, before: usize) -> Result<Option<Bytes>, Failure> {
        match self.response.chunk().await {
            Ok(Some(chunk)) if before + chunk.len() > self.most => Err(Failure::new(Code::AnswerTooLarge, "the answer is larger than the limit")),
            Ok(chunk) => Ok(chunk),
            Err(error) if error.is_timeout() => Err(Failure::new(Code::Timeout, outgoing::describe(error))),
            Err(error) => Err(Failure::new(Code::InvalidAnswer, outgoing::describe(error))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Dossiers, KEY};

    #[test]
    fn dossiers_are_counted_wherever_the_body_is_cut() {
        let key = std::str::from_utf8(KEY).unwrap_or_default();
        let body = format!("{{\"nodes\":[{{{key}1}},{{{key}2,\"text\":\"\\\"dateDerniereModification\\\":\"}},{{{key}3}}]}}");
        for size in 1..=body.len() {
            let mut dossiers = Dossiers::default();
            for piece in body.as_bytes().chunks(size) {
                dossiers.see(piece);
            }
            assert_eq!(dossiers.count, 3, "pieces of {size}");
        }
    }
}
