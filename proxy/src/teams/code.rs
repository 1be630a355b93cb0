//! Invitation codes: drawn, read aloud, used once. Only their hash is kept.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use rand::Rng as _;
use sha2::Sha256;

/// Without those that people take for one another: 0 and O, 1, I and L, U and V.
const ALPHABET: &[u8] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Fifty-eight bits: nobody guesses one in its two days, at a few tries a minute.
const LENGTH: usize = 12;
/// Read aloud by fours.
const GROUP: usize = 4;

/// A code, as it is given to people: `K7M4-QX2P-9TWD`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct InvitationCode(String);

impl InvitationCode {
    /// One that nobody has.
    pub(crate) fn draw() -> Self {
        let mut random = rand::rng();
        let letter = |_| ALPHABET.get(random.random_range(0..ALPHABET.len())).copied().map_or('2', char::from);
        Self((0..LENGTH).map(letter).collect())
    }

    /// Reads what a person types: in capitals or not, with or without hyphens and spaces.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let letters: String =
            text.chars().filter(|letter| !matches!(letter, '-' | ' ')).take(LENGTH + 1).map(|letter| letter.to_ascii_uppercase()).collect();
        (letters.len() == LENGTH && letters.bytes().all(|byte| ALPHABET.contains(&byte))).then_some(Self(letters))
    }

    /// As people read it.
    pub(crate) fn shown(&self) -> String {
        let groups: Vec<&str> = (0..LENGTH).step_by(GROUP).filter_map(|start| self.0.get(start..start + GROUP)).collect();
        groups.join("-")
    }

    /// What is kept of it: nobody tries codes against it without the key.
    pub(crate) fn hash(&self, key: &[u8; 32]) -> String {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length: the error is of the trait, not of this type")]
        let hmac = <Hmac<Sha256> as Mac>::new_from_slice(key).expect("a key of any length");
        BASE64_URL_SAFE_NO_PAD.encode(hmac.chain_update(&self.0).finalize().into_bytes())
    }
}

impl std::fmt::Debug for InvitationCode {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("InvitationCode")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = InvitationCode::draw();
        let shown = code.shown();
        assert_eq!((shown.len(), shown.matches('-').count()), (14, 2), "{shown}");
        for typed in [shown.clone(), shown.to_lowercase(), shown.replace('-', " "), format!(" {} ", shown.replace('-', ""))] {
            assert!(InvitationCode::parse(&typed).unwrap() == code, "{typed}");
        }
        for wrong in ["", "K7M4-QX2P", "K7M4-QX2P-9TWDD", "K7M4-QX2P-9TW0", "K7M4-QX2P-9TW*", "K7M4-QX2P-9TWÉ"] {
            assert!(InvitationCode::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn codes_and_their_hashes_differ() {
        let (first, second) = (InvitationCode::draw(), InvitationCode::draw());
        let (key, other) = ([1; 32], [2; 32]);
        assert!(first != second && first.hash(&key) != second.hash(&key) && first.hash(&key) != first.hash(&other));
        assert!(!first.hash(&key).contains(&first.0));
        assert_eq!(format!("{first:?}"), "InvitationCode");
    }
}
