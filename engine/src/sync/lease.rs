//! The right to run, kept as long as the run lasts (rule 13).

use std::cell::{Cell, RefCell};

use futures_util::future::{FutureExt as _, LocalBoxFuture, Shared};

use crate::{
    Timestamp,
    ds::{SourceError, SourceErrorCode},
    ports::{Clock, Held, Leases},
};

/// How often it is renewed: well within the two minutes after which it ends.
const RENEWED_SECONDS: i64 = 20;
/// A proxy that does not answer for so long no longer vouches for the lease.
const TRUSTED_SECONDS: i64 = 100;

/// A question to the proxy: when it was asked, and the answer. Everything that a run does at once waits for the same one.
type Renewal<'a> = Shared<LocalBoxFuture<'a, (Timestamp, Result<Held, SourceError>)>>;

/// A lease of the run that goes on.
pub(super) struct Lease<'a, S, C> {
    source: &'a S,
    clock: &'a C,
    connexion: String,
    renewed_at: Cell<Timestamp>,
    renewal: RefCell<Option<Renewal<'a>>>,
    lapsed: Cell<bool>,
}

impl<'a, S: Leases, C: Clock> Lease<'a, S, C> {
    /// Takes it, or says who has it.
    pub(super) async fn take(source: &'a S, clock: &'a C, connexion: &str) -> Result<Self, SourceError> {
        let renewed_at = Cell::new(clock.now());
        let lease = Self { source, clock, connexion: name(connexion), renewed_at, renewal: RefCell::default(), lapsed: Cell::default() };
        source.hold(&lease.connexion).await?;
        Ok(lease)
    }

    /// Before each call and each write: a page that slept may find that somebody else runs by now.
    pub(super) async fn keep(&self) -> Result<(), SourceError> {
        if self.lapsed.get() {
            return Err(SourceErrorCode::LeaseHeld.into());
        }
        let Some(renewal) = self.renewal() else { return Ok(()) };
        let (asked_at, answer) = renewal.clone().await;
        self.renewal.borrow_mut().take_if(|current| current.ptr_eq(&renewal));
        match answer {
            Ok(Held::Kept) => self.renewed_at.set(asked_at.max(self.renewed_at.get())),
            // It had ended, and is given anew: what this run knows of the document may be old.
            Ok(Held::New) => {
                self.renewed_at.set(asked_at);
                self.lapsed.set(true);
                return Err(SourceErrorCode::LeaseHeld.into());
            }
            // Else a passing failure of the proxy; the call that follows tells more.
            Err(error) if error.code == SourceErrorCode::LeaseHeld || asked_at > self.renewed_at.get().plus_seconds(TRUSTED_SECONDS) => {
                return Err(error);
            }
            Err(_) => {}
        }
        Ok(())
    }

    /// The question that is under way, or one that is due.
    fn renewal(&self) -> Option<Renewal<'a>> {
        let now = self.clock.now();
        let mut renewal = self.renewal.borrow_mut();
        if renewal.is_none() && now >= self.renewed_at.get().plus_seconds(RENEWED_SECONDS) {
            let (source, connexion) = (self.source, self.connexion.clone());
            *renewal = Some(async move { (now, source.hold(&connexion).await) }.boxed_local().shared());
        }
        renewal.clone()
    }

    /// Whether it ended while the run lasted, and others may have run. Says so once.
    pub(super) fn has_lapsed(&self) -> bool {
        self.lapsed.take()
    }

    /// Gives it back.
    pub(super) async fn give_back(self) {
        self.source.give_back(&self.connexion).await;
    }
}

/// What names a connexion in an address. Ids are ours, but agents can edit them in the document.
fn name(connexion: &str) -> String {
    const LONGEST: usize = 64;
    let plain = |character: char| if character.is_ascii_alphanumeric() || character == '-' { character } else { '_' };
    let name: String = connexion.chars().take(LONGEST).map(plain).collect();
    if name.is_empty() { "_".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use std::{
        cell::{Cell, RefCell},
        future::poll_fn,
        pin::pin,
        task::{Context, Poll, Waker},
    };

    use super::{Lease, name};
    use crate::{
        Timestamp,
        ds::{SourceError, SourceErrorCode},
        ports::{Clock, Held, Leases},
    };

    #[test]
    fn any_id_has_a_name_for_an_address() {
        assert_eq!(name("131016-2"), "131016-2");
        assert_eq!(name(""), "_");
        assert_eq!(name("../é?"), "_____");
        assert_eq!(name(&"x".repeat(100)).len(), 64);
    }

    /// Answers a question once told what, each time anew.
    #[derive(Default)]
    struct SlowProxy {
        asked: Cell<usize>,
        answer: RefCell<Option<Result<Held, SourceError>>>,
    }

    impl Leases for SlowProxy {
        async fn hold(&self, _: &str) -> Result<Held, SourceError> {
            self.asked.set(self.asked.get() + 1);
            poll_fn(|_| self.answer.borrow_mut().take().map_or(Poll::Pending, Poll::Ready)).await
        }

        async fn give_back(&self, _: &str) {}
    }

    #[derive(Default)]
    struct SetClock(Cell<i64>);

    impl Clock for SetClock {
        fn now(&self) -> Timestamp {
            Timestamp::from_milliseconds(0).plus_seconds(self.0.get())
        }

        async fn sleep(&self, _: u32) {}
    }

    fn poll<T>(future: std::pin::Pin<&mut impl Future<Output = T>>) -> Poll<T> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    fn code(result: Poll<Result<(), SourceError>>) -> Poll<Result<(), SourceErrorCode>> {
        result.map_err(|error| error.code)
    }

    const HELD: Poll<Result<(), SourceErrorCode>> = Poll::Ready(Err(SourceErrorCode::LeaseHeld));

    fn lease<'a>(proxy: &'a SlowProxy, clock: &'a SetClock) -> Lease<'a, SlowProxy, SetClock> {
        proxy.answer.replace(Some(Ok(Held::New)));
        let Poll::Ready(Ok(lease)) = poll(pin!(Lease::take(proxy, clock, "1"))) else { panic!("the lease is free") };
        lease
    }

    /// A lane wrote while another still asked whether the lease had ended.
    #[test]
    fn rule_13_nothing_goes_on_while_the_proxy_is_asked() {
        let (proxy, clock) = (SlowProxy::default(), SetClock::default());
        let lease = lease(&proxy, &clock);
        clock.0.set(300);
        let (mut first, mut second) = (pin!(lease.keep()), pin!(lease.keep()));
        assert!(poll(first.as_mut()).is_pending());
        assert!(poll(second.as_mut()).is_pending());
        proxy.answer.replace(Some(Ok(Held::New)));
        // Whichever is looked after first: the other may not be for a while.
        assert_eq!((code(poll(second)), code(poll(first))), (HELD, HELD));
        assert_eq!(proxy.asked.get(), 2, "taken, and asked once");
    }

    #[test]
    fn rule_13_nothing_goes_on_once_it_has_ended_until_the_run_looks_again() {
        let (proxy, clock) = (SlowProxy::default(), SetClock::default());
        let lease = lease(&proxy, &clock);
        clock.0.set(300);
        proxy.answer.replace(Some(Ok(Held::New)));
        assert_eq!(code(poll(pin!(lease.keep()))), HELD);
        assert_eq!(code(poll(pin!(lease.keep()))), HELD, "the lane beside it");
        assert!(lease.has_lapsed());
        assert_eq!(code(poll(pin!(lease.keep()))), Poll::Ready(Ok(())));
    }

    /// A lane is let go when another fails: what it asked was taken for answered.
    #[test]
    fn rule_13_a_question_that_is_let_go_vouches_for_nothing() {
        let (proxy, clock) = (SlowProxy::default(), SetClock::default());
        let lease = lease(&proxy, &clock);
        clock.0.set(300);
        assert!(poll(Box::pin(lease.keep()).as_mut()).is_pending());
        assert!(poll(pin!(lease.keep())).is_pending());
        proxy.answer.replace(Some(Ok(Held::New)));
        assert_eq!(code(poll(pin!(lease.keep()))), HELD);
    }

    #[test]
    fn rule_13_a_passing_failure_of_the_proxy_is_outlived_for_a_while() {
        let (proxy, clock) = (SlowProxy::default(), SetClock::default());
        let lease = lease(&proxy, &clock);
        for (second, expected) in [(30, Ok(())), (60, Ok(())), (101, Err(SourceErrorCode::ProxyUnavailable))] {
            clock.0.set(second);
            proxy.answer.replace(Some(Err(SourceErrorCode::ProxyUnavailable.into())));
            assert_eq!(code(poll(pin!(lease.keep()))), Poll::Ready(expected), "{second} s");
        }
        assert_eq!(proxy.asked.get(), 4, "it is asked each time");
    }
}
