//! The right to run, kept as long as the run lasts (rule 13).

use std::cell::Cell;

use crate::{
    Timestamp,
    ds::{SourceError, SourceErrorCode},
    ports::{Clock, Held, Leases},
};

/// How often it is renewed: well within the two minutes after which it ends.
const RENEWED_SECONDS: i64 = 20;
/// A proxy that does not answer for so long no longer vouches for the lease.
const TRUSTED_SECONDS: i64 = 100;

/// A lease of the run that goes on.
pub(super) struct Lease<'a, S, C> {
    source: &'a S,
    clock: &'a C,
    connexion: String,
    renewed_at: Cell<Timestamp>,
    lapsed: Cell<bool>,
}

impl<'a, S: Leases, C: Clock> Lease<'a, S, C> {
    /// Takes it, or says who has it.
    pub(super) async fn take(source: &'a S, clock: &'a C, connexion: &str) -> Result<Self, SourceError> {
        let lease = Self { source, clock, connexion: name(connexion), renewed_at: Cell::new(clock.now()), lapsed: Cell::new(false) };
        source.hold(&lease.connexion).await?;
        Ok(lease)
    }

    /// Before each call and each write: a page that slept may find that somebody else runs by now.
    pub(super) async fn keep(&self) -> Result<(), SourceError> {
        let now = self.clock.now();
        if now < self.renewed_at.get().plus_seconds(RENEWED_SECONDS) {
            return Ok(());
        }
        // One lane renews it for all.
        let before = self.renewed_at.replace(now);
        match self.source.hold(&self.connexion).await {
            Ok(Held::Kept) => {}
            // It had ended, and is given anew: what this run knows of the document may be old.
            Ok(Held::New) => {
                self.lapsed.set(true);
                return Err(SourceErrorCode::LeaseHeld.into());
            }
            Err(error) => {
                self.renewed_at.set(before);
                // Else a passing failure of the proxy; the call that follows tells more.
                if error.code == SourceErrorCode::LeaseHeld || now > before.plus_seconds(TRUSTED_SECONDS) {
                    return Err(error);
                }
            }
        }
        Ok(())
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
    use super::name;

    #[test]
    fn any_id_has_a_name_for_an_address() {
        assert_eq!(name("131016-2"), "131016-2");
        assert_eq!(name(""), "_");
        assert_eq!(name("../é?"), "_____");
        assert_eq!(name(&"x".repeat(100)).len(), 64);
    }
}
