//! The vault: DS tokens, sealed before they are written down (XChaCha20-Poly1305), each for its team and its own id. A seal
//! that is moved to another team, or to another token, does not open.

use std::sync::{PoisonError, RwLock};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use hmac::{Hmac, Mac};
use rand::RngCore as _;
use secrecy::{ExposeSecret as _, SecretSlice, SecretString};
use sha2::Sha256;

use crate::{
    config::{SecretConfiguration, SecretError},
    teams::code::InvitationCode,
};

/// What of a secret seals. Another use of the same secret has another name.
const PURPOSE: &[u8] = b"relais vault 1";
/// What of a secret is not one: it says which of several keys has sealed.
const NAME: &[u8] = b"relais vault 1, name of the key";
/// What of a secret hashes codes.
const CODES: &[u8] = b"relais invitation 2";
/// As long as XChaCha20 has them: drawn, they do not meet.
const NONCE: usize = 24;

/// What a seal is for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owner<'a> {
    /// The team.
    pub team: &'a str,
    /// The token.
    pub token: &'a str,
}

impl Owner<'_> {
    fn bytes(&self) -> Vec<u8> {
        // Ids hold no zero byte: no two owners have the same bytes.
        [b"token", self.team.as_bytes(), self.token.as_bytes()].join(&0)
    }
}

/// Why a seal does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SealError {
    /// No key of the secret file has made it.
    #[error("no key of the secret file has sealed it")]
    UnknownKey,
    /// It is not whole, or was made for another team or token.
    #[error("the seal is broken")]
    Broken,
}

struct Key {
    name: String,
    cipher: XChaCha20Poly1305,
    codes: [u8; 32],
}

impl Key {
    fn new(secret: &SecretSlice<u8>) -> Self {
        let name = BASE64_URL_SAFE_NO_PAD.encode(derive(secret, NAME).get(..6).unwrap_or_default());
        Self { name, cipher: XChaCha20Poly1305::new(&derive(secret, PURPOSE).into()), codes: derive(secret, CODES) }
    }
}

fn derive(secret: &SecretSlice<u8>, purpose: &[u8]) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length: the error is of the trait, not of this type")]
    let hmac = <Hmac<Sha256> as Mac>::new_from_slice(secret.expose_secret()).expect("a key of any length");
    hmac.chain_update(purpose).finalize().into_bytes().into()
}

/// Seals and opens tokens.
pub(crate) struct Vault {
    /// The newest first.
    keys: RwLock<Vec<Key>>,
    configuration: SecretConfiguration,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Vault")
    }
}

impl Vault {
    /// With the secrets of the configuration, the newest first.
    pub(crate) fn new(configuration: SecretConfiguration, secrets: &[SecretSlice<u8>]) -> Self {
        Self { keys: RwLock::new(secrets.iter().map(Key::new).collect()), configuration }
    }

    /// Seals a token with the newest key. The file of secrets is read again first: `relais rekey` may have added one, and
    /// forgotten ours, with which the token would open until our end and never after.
    pub(crate) fn seal(&self, owner: Owner<'_>, token: &SecretString) -> Result<String, SealError> {
        if let Err(error) = self.reload() {
            tracing::warn!(cause = %error, "the file of secrets is not read again");
        }
        let mut nonce = [0; NONCE];
        rand::rng().fill_bytes(&mut nonce);
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let key = keys.first().ok_or(SealError::UnknownKey)?;
        let payload = Payload { msg: token.expose_secret().as_bytes(), aad: &owner.bytes() };
        let sealed = key.cipher.encrypt(XNonce::from_slice(&nonce), payload).map_err(|_| SealError::Broken)?;
        Ok(format!("{}.{}", key.name, BASE64_URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat())))
    }

    /// Opens a seal. The file of secrets is read again for a key that is not known: `relais rekey` may have added it.
    pub(crate) fn open(&self, owner: Owner<'_>, sealed: &str) -> Result<SecretString, SealError> {
        match self.try_open(owner, sealed) {
            Err(SealError::UnknownKey) if self.reload().is_ok() => self.try_open(owner, sealed),
            result => result,
        }
    }

    /// What is kept of a code, by each key, the newest first: with it codes are kept, with any they are found.
    pub(crate) fn code_hashes(&self, code: &InvitationCode) -> Vec<String> {
        if let Err(error) = self.reload() {
            tracing::warn!(cause = %error, "the file of secrets is not read again");
        }
        self.keys.read().unwrap_or_else(PoisonError::into_inner).iter().map(|key| code.hash(&key.codes)).collect()
    }

    /// Whether the newest key has made it.
    pub(crate) fn is_newest(&self, sealed: &str) -> bool {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.first().zip(sealed.split_once('.')).is_some_and(|(key, (name, _))| key.name == name)
    }

    fn try_open(&self, owner: Owner<'_>, sealed: &str) -> Result<SecretString, SealError> {
        let (name, content) = sealed.split_once('.').ok_or(SealError::Broken)?;
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let key = keys.iter().find(|key| key.name == name).ok_or(SealError::UnknownKey)?;
        let content = BASE64_URL_SAFE_NO_PAD.decode(content).map_err(|_| SealError::Broken)?;
        let (nonce, content) = content.split_at_checked(NONCE).ok_or(SealError::Broken)?;
        let payload = Payload { msg: content, aad: &owner.bytes() };
        let token = key.cipher.decrypt(XNonce::from_slice(nonce), payload).map_err(|_| SealError::Broken)?;
        String::from_utf8(token).map(SecretString::from).map_err(|_| SealError::Broken)
    }

    fn reload(&self) -> Result<(), SecretError> {
        let Some(secrets) = self.configuration.read_again()? else { return Ok(()) };
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = secrets.iter().map(Key::new).collect();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    const OWNER: Owner<'_> = Owner { team: "team-a", token: "token-1" };

    fn vault(secrets: &[u8]) -> Vault {
        let secrets: Vec<SecretSlice<u8>> = secrets.iter().map(|byte| vec![*byte; 32].into()).collect();
        Vault::new(SecretConfiguration::default(), &secrets)
    }

    #[test]
    fn what_is_sealed_opens_for_its_owner_alone() {
        let vault = vault(&[1]);
        let sealed = vault.seal(OWNER, &"sample-token".into()).unwrap();
        assert!(!sealed.contains("sample"));
        assert_eq!(vault.open(OWNER, &sealed).unwrap().expose_secret(), "sample-token");
        for other in [Owner { team: "team-b", ..OWNER }, Owner { token: "token-2", ..OWNER }, Owner { team: "team-a\0token", token: "1" }] {
            assert_eq!(vault.open(other, &sealed).unwrap_err(), SealError::Broken, "{other:?}");
        }
        assert_ne!(vault.seal(OWNER, &"sample-token".into()).unwrap(), sealed, "two seals of one token tell nothing of it");
        assert!(!format!("{vault:?}").contains(char::is_numeric));
    }

    #[test]
    fn a_seal_that_was_touched_does_not_open() {
        let vault = vault(&[1]);
        let sealed = vault.seal(OWNER, &"sample-token".into()).unwrap();
        let (name, content) = sealed.split_once('.').unwrap();
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(content).unwrap();
        for place in 0..bytes.len() {
            let mut touched = bytes.clone();
            *touched.get_mut(place).unwrap() ^= 1;
            let touched = format!("{name}.{}", BASE64_URL_SAFE_NO_PAD.encode(&touched));
            assert_eq!(vault.open(OWNER, &touched).unwrap_err(), SealError::Broken, "byte {place}");
        }
        for broken in ["", ".", name, &format!("{name}."), &format!("{name}.AAAA"), &format!("{name}.é")] {
            assert!(vault.open(OWNER, broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn an_older_key_still_opens_and_the_newest_seals() {
        let sealed = vault(&[1]).seal(OWNER, &"sample-token".into()).unwrap();
        let newer = vault(&[2, 1]);
        assert_eq!(newer.open(OWNER, &sealed).unwrap().expose_secret(), "sample-token");
        assert!(!newer.is_newest(&sealed));
        let again = newer.seal(OWNER, &"sample-token".into()).unwrap();
        assert!(newer.is_newest(&again));
        assert_eq!(vault(&[1]).open(OWNER, &again).unwrap_err(), SealError::UnknownKey);
    }

    #[test]
    fn a_key_that_was_added_to_the_file_meanwhile_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let configuration = SecretConfiguration { file: Some(folder.path().join("secret")), ..SecretConfiguration::default() };
        let old = Vault::new(configuration.clone(), &configuration.load().unwrap());
        configuration.add_key().unwrap();
        let new = Vault::new(configuration.clone(), &configuration.load().unwrap());
        let sealed = new.seal(OWNER, &"sample-token".into()).unwrap();
        assert_eq!(old.open(OWNER, &sealed).unwrap().expose_secret(), "sample-token");
    }
}
