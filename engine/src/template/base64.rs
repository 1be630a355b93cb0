//! Base64, in which DS writes its ids and its tokens. By hand: it is a page, and goes where no library is wanted.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The six bits of a character, of this alphabet or of that for addresses.
pub(super) const fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

/// What is written in a text; its other characters, and a last one that makes no byte, are left.
pub(super) fn decoded(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut count) = (0_u32, 0_u32);
    for sextet in text.iter().filter_map(|byte| sextet(*byte)) {
        bits = (bits << 6 | u32::from(sextet)) & 0xFFFF;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count).to_le_bytes()[0]);
        }
    }
    bytes
}

/// How DS writes it: to the end of its last four characters.
pub(super) fn encoded(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 4 / 3 + 4);
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for index in 0..4 {
            let character = ALPHABET.iter().cycle().nth((bits >> (18 - 6 * index) & 63) as usize).filter(|_| index <= chunk.len());
            text.push(character.map_or('=', |character| char::from(*character)));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ids_are_written_as_ds_does() {
        assert_eq!(encoded(b"Champ-4510001"), "Q2hhbXAtNDUxMDAwMQ==");
        assert_eq!(encoded(b"Champ-123"), "Q2hhbXAtMTIz");
        assert_eq!(encoded(b""), "");
        assert_eq!(decoded(b"Q2hhbXAtNDUxMDAwMQ=="), b"Champ-4510001");
        assert_eq!(decoded(b"+/-_"), decoded(b"-_+/"));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(bytes in prop::collection::vec(any::<u8>(), 0..50)) {
            prop_assert_eq!(decoded(encoded(&bytes).as_bytes()), bytes);
        }
    }
}
