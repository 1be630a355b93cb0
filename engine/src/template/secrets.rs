//! What looks like a token. A template goes from hand to hand: whatever opens a door is stopped at the door of Relais,
//! wherever in the file it stands.
//!
//! Each text is gone through a few times, never back: a hostile one costs what any other of its length does.

use super::{
    base64::{decoded, sextet},
    error::Secret,
};

/// DS writes its tokens in base64 for addresses: « uuid;secret » (facts/ds-api.md, section 3.1). So long at least.
const SHORTEST_TOKEN: usize = 40;
/// Keys are unbroken for so long, names are not.
const SHORTEST_KEY: usize = 32;
/// A stretch of a key that is so long mixes small letters, capitals and digits as names do not.
const SHORTEST_STRETCH: usize = 6;
/// So much of a key is of such stretches. A uuid has 20 of its 36, an address with the id of a document 22.
const FEWEST_MIXED: usize = 24;
/// A key has so many different characters.
const FEWEST_DIFFERENT: u32 = 10;
/// A word, or a number, has so many characters or more, between others. Chance makes them shorter.
const LONGEST_MEAN: usize = 4;
const UUID: usize = 36;

/// Finds what looks like a token in a text.
pub(super) fn find(text: &str) -> Option<Secret> {
    if has_uuid_and_secret(text.as_bytes()) {
        return Some(Secret::DsToken);
    }
    for run in text.as_bytes().split(|byte| sextet(*byte).is_none()) {
        if run.len() >= SHORTEST_TOKEN && hides_token(run) {
            return Some(Secret::DsToken);
        }
        if run.len() >= SHORTEST_KEY && is_random(run) {
            return Some(Secret::Random);
        }
    }
    if has_json_web_token(text) {
        return Some(Secret::JsonWebToken);
    }
    if has_bearer(text.as_bytes()) {
        return Some(Secret::Bearer);
    }
    if has_user_info(text) {
        return Some(Secret::UserInfo);
    }
    has_parameter(text).then_some(Secret::Parameter)
}

/// Whether a run of base64 holds a token of DS: whatever stands before it, it starts at one of four places.
fn hides_token(run: &[u8]) -> bool {
    (0..4).any(|start| run.get(start..).is_some_and(|run| has_uuid_and_secret(&decoded(run))))
}

/// « 12345678-1234-1234-1234-123456789012;… ».
fn has_uuid_and_secret(bytes: &[u8]) -> bool {
    let is_uuid = |uuid: &[u8]| {
        uuid.iter().enumerate().all(|(index, byte)| if matches!(index, 8 | 13 | 18 | 23) { *byte == b'-' } else { byte.is_ascii_hexdigit() })
    };
    let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b';').map(|(index, _)| index);
    ends.into_iter().any(|end| end.checked_sub(UUID).and_then(|start| bytes.get(start..end)).is_some_and(is_uuid))
}

/// Whether an unbroken run of letters and digits is as chance makes them.
fn is_random(run: &[u8]) -> bool {
    if is_global_id(run) {
        return false;
    }
    let has = |wanted: fn(&u8) -> bool| run.iter().any(wanted);
    if !has(u8::is_ascii_digit) || !has(u8::is_ascii_alphabetic) {
        return false;
    }
    let (mut mixed, mut different) = (0, 0_u128);
    for stretch in run.split(|byte| !byte.is_ascii_alphanumeric()) {
        if stretch.len() < SHORTEST_STRETCH || !is_mixed(stretch) || is_global_id(stretch) {
            continue;
        }
        mixed += stretch.len();
        different |= stretch.iter().fold(0, |seen, byte| seen | 1_u128 << (byte & 127));
    }
    mixed >= FEWEST_MIXED && different.count_ones() >= FEWEST_DIFFERENT
}

/// Whether small letters, capitals and digits change places more often than in words and numbers.
fn is_mixed(stretch: &[u8]) -> bool {
    let kind = |byte: &u8| if byte.is_ascii_digit() { 0 } else { 1 + u8::from(byte.is_ascii_uppercase()) };
    // A word may start with a capital.
    let is_change = |pair: &[u8]| matches!(pair, [before, after] if kind(before) != kind(after) && !(kind(before) == 2 && kind(after) == 1));
    let changes = stretch.windows(2).filter(|pair| is_change(pair)).count();
    changes > 0 && (changes + 1) * LONGEST_MEAN > stretch.len()
}

/// Whether this is an id of DS, which is no secret: base64 of « Champ-4510001 », « GroupeInstructeur-331115 »,
/// « Column-type_de_champ/4510001-$.valeur » (facts/ds-api.md, section 1.2).
fn is_global_id(run: &[u8]) -> bool {
    let bytes = decoded(run);
    let Some(dash) = bytes.iter().position(|byte| *byte == b'-') else { return false };
    let (class, id) = bytes.split_at(dash);
    let is_class = class.first().is_some_and(u8::is_ascii_uppercase) && class.len() > 2 && class.iter().all(u8::is_ascii_alphabetic);
    // The id of a row is 26 letters and digits: shorter than a key.
    is_class && id.iter().all(u8::is_ascii_graphic) && id.split(|byte| sextet(*byte).is_none()).all(|part| part.len() < SHORTEST_KEY || words(part))
}

/// Whether no stretch of it is mixed.
fn words(part: &[u8]) -> bool {
    part.split(|byte| !byte.is_ascii_alphanumeric()).all(|stretch| stretch.len() < SHORTEST_STRETCH || !is_mixed(stretch))
}

/// « eyJ….….… »: what JSON that starts with a name becomes, and two more parts.
fn has_json_web_token(text: &str) -> bool {
    text.split(|character: char| !(character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.'))).any(|run| {
        let mut parts = run.split('.').peekable();
        while let Some(head) = parts.next() {
            let is_head = head.find("eyJ").is_some_and(|start| head.len() - start >= 10);
            if is_head && parts.peek().is_some_and(|payload| payload.len() >= 10) && parts.clone().nth(1).is_some() {
                return true;
            }
        }
        false
    })
}

/// « Bearer … », in capitals or not.
fn has_bearer(bytes: &[u8]) -> bool {
    const BEARER: &[u8] = b"bearer ";
    bytes.windows(BEARER.len()).any(|window| window.eq_ignore_ascii_case(BEARER))
}

/// « https://nom:secret@serveur ».
fn has_user_info(text: &str) -> bool {
    text.split("://").skip(1).any(|rest| {
        let end = rest.find(|character: char| matches!(character, '/' | '?' | '#' | '"' | '\'' | '<' | '>' | ')' | '»') || character.is_whitespace());
        rest.get(..end.unwrap_or(rest.len())).is_some_and(|authority| authority.contains('@'))
    })
}

/// « …?token=… »: a parameter of an address whose name says that it opens something.
fn has_parameter(text: &str) -> bool {
    const ENDINGS: [&str; 8] = ["token", "auth", "sig", "signature", "secret", "password", "apikey", "api_key"];
    let mut parts = text.split('=').peekable();
    while let Some(before) = parts.next() {
        // What follows the sign starts with a value.
        let has_value = parts.peek().is_some_and(|after| after.starts_with(|first: char| !first.is_whitespace() && first != '&'));
        let Some(mark) = before.rfind(['?', '&', '#', ';']) else { continue };
        let name = before.get(mark + 1..).unwrap_or_default();
        let is_name = name.len() < 60 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if has_value && is_name && ENDINGS.iter().any(|ending| name.to_ascii_lowercase().ends_with(ending)) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    /// As for addresses, without its end.
    fn encoded(bytes: &[u8]) -> String {
        super::super::base64::encoded(bytes).trim_end_matches('=').replace('+', "-").replace('/', "_")
    }

    #[test]
    fn what_opens_a_door_is_found() {
        let ds = encoded(b"0f8b3a52-9f0c-4b7a-8f55-2d1c0e6b7a91;Zk3vT9wQ");
        for (text, secret) in [
            (ds.as_str(), Secret::DsToken),
            (&format!("{ds}=="), Secret::DsToken),
            (&format!("jeton : {ds}, à garder"), Secret::DsToken),
            (&format!("x{ds}"), Secret::DsToken),
            (&format!("jeton-{}", ds.replace('-', "+").replace('_', "/")), Secret::DsToken),
            ("0F8B3A52-9f0c-4b7a-8f55-2d1c0e6b7a91;x", Secret::DsToken),
            ("eyJhbGciOiJIUzI1NiJ9.eyJ1c2VySWQiOjV9.c2lnbmF0dXJl", Secret::JsonWebToken),
            ("voir eyJhbGciOiJub25lIn0.eyJ1c2VySWQiOjV9.", Secret::JsonWebToken),
            ("Authorization: Bearer abc", Secret::Bearer),
            ("authorization: BEARER abc", Secret::Bearer),
            ("https://ada:lovelace@exemple.fr/x", Secret::UserInfo),
            ("voir http://ada@exemple.fr", Secret::UserInfo),
            ("https://exemple.fr/x?token=abc", Secret::Parameter),
            ("https://exemple.fr/x?a=1&access_token=abc", Secret::Parameter),
            ("https://exemple.fr/x?temp_url_sig=abc&a=1", Secret::Parameter),
            ("https://exemple.fr/#auth=abc", Secret::Parameter),
            ("https://exemple.fr/x?a=1&amp;X-Amz-Signature=abc", Secret::Parameter),
            // Keys of Grist, of the proxy, of others.
            ("3f7a9c0e5b1d8f24a6c9e0b37d5f18a2c4e6b091", Secret::Random),
            ("clé=3f7a9c0e5b1d8f24a6c9e0b37d5f18a2", Secret::Random),
            ("Zm9vYmFyMTIzNDU2Nzg5MGFiY2RlZmdoaWprbG1ub3A5", Secret::Random),
            ("kX9/v2Qm7Rt4+Wp1Zs8Lb3Nc6Hd5Jf0Gy2Ka", Secret::Random),
        ] {
            assert_eq!(find(text), Some(secret), "{text}");
        }
    }

    #[test]
    fn what_names_something_is_left_alone() {
        for text in [
            "",
            "champ:Q2hhbXAtNDUxMDAwMQ==:text",
            "R3JvdXBlSW5zdHJ1Y3RldXItMzMxMTE1",
            "TGFiZWwtMTIzNDU2Nzg5MDEyMzQ1Njc4OTA=",
            &format!("part:Q2hhbXAtNDUxMDAwMQ==:{}", encoded(b"Column-type_de_champ/4510001-$.nombre_de_visiteurs_par_an")),
            &encoded(b"Champ-4510001|01JAA5RPDJ32VKWTZ2VA9JNTDW"),
            "Demande de subvention au titre de la DETR et de la DSIL – TEST TURGOT 2",
            "Anticonstitutionnellement2026EtSesConsequencesSurLesCollectivites",
            "https://www.demarches-simplifiees.fr/commencer/demande-de-subvention-detr-2026",
            "https://grist.numerique.gouv.fr/o/docs/9yb3kG5hXf2ZqW7tRcVb8n/Suivi/p/12",
            "0f8b3a52-9f0c-4b7a-8f55-2d1c0e6b7a91",
            "FR7630006000011234567890189",
            "00000000000000000000000000000000000000000000",
            "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1",
            "Lots A1-A2-A3-A4-A5-A6-A7-A8-A9-B1-B2-B3-B4-B5-B6",
            "ada@exemple.fr, https://exemple.fr/@ada",
            "Le jeton=… est gardé ; token = à demander ?",
            "https://exemple.fr/x?jour=1&token=",
            "eyJ. et puis.",
            "le forbearer",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
        assert_eq!(find(&"Aide départementale à l’investissement 2026, ".repeat(7)), None);
    }

    /// Of a thousand keys as chance makes them, few pass.
    #[test]
    fn keys_are_found() {
        let mut state = 0x2545_F491_4F6C_DD1D_u64;
        let mut draw = |of: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from((state >> 20) % of).unwrap_or_default()
        };
        for (alphabet, length) in [(&b"0123456789abcdef"[..], 32), (b"0123456789abcdef", 40), (ALPHABET, 32), (ALPHABET, 43)] {
            let mut key =
                || -> String { (0..length).filter_map(|_| alphabet.get(draw(alphabet.len() as u64))).map(|byte| char::from(*byte)).collect() };
            let found = (0..1_000).filter(|_| find(&key()).is_some()).count();
            assert!(found > 900, "{found} of {length} characters");
        }
    }

    proptest! {
        /// Wherever it stands, whatever is around it.
        #[test]
        fn a_token_of_ds_is_always_found(secret in "[ -~]{1,40}", before in "[ -~é]{0,20}", after in "[ =\"é][ -~]{0,20}") {
            let token = encoded(format!("0f8b3a52-9f0c-4b7a-8f55-2d1c0e6b7a91;{secret}").as_bytes());
            prop_assert_eq!(find(&format!("{before}{token}{after}")), Some(Secret::DsToken));
        }

        #[test]
        fn an_id_of_ds_never_is_one(class in prop::sample::select(vec!["Champ", "GroupeInstructeur", "Label", "Procedure", "ProcedureRevision"]), id in 1_u64..) {
            prop_assert_eq!(find(&encoded(format!("{class}-{id}").as_bytes())), None);
        }

        #[test]
        fn any_text_is_read(text in ".{0,200}") {
            find(&text);
        }
    }
}
