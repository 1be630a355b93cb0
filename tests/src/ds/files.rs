//! Files: their bytes, and the signed addresses where they are for an hour.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac as _};
use md5::{Digest as _, Md5};
use sha2::Sha256;
use time::Duration;

use super::clock;
use super::draw::Draw;
use super::schema::file::File;
use super::schema::scalars::{BigInt, IsoDateTime, Url};
use super::world::value::Attachment;

/// How long an address is good for.
const LIFE: Duration = Duration::hours(1);

/// Writes and checks addresses. A file is told by its seed and size: nothing is kept.
#[derive(Clone, Debug)]
pub(super) struct Addresses {
    base: String,
    secret: [u8; 16],
}

impl Addresses {
    /// Addresses below that one, signed with that secret.
    pub(super) fn new(base: String, secret: [u8; 16]) -> Self {
        Self { base, secret }
    }

    /// A file as the API describes it.
    pub(super) fn describe(&self, attachment: &Attachment) -> File {
        let key = format!("{:016x}-{}", attachment.seed, attachment.size);
        let expires = (clock::now() + LIFE).unix_timestamp();
        let signature = self.signature(&key, expires);
        let filename: String = url::form_urlencoded::byte_serialize(attachment.filename.as_bytes()).collect();
        File {
            byte_size: i32::try_from(attachment.size).unwrap_or(i32::MAX),
            byte_size_big_int: BigInt(i64::try_from(attachment.size).unwrap_or(i64::MAX)),
            checksum: STANDARD.encode(Md5::digest(attachment.bytes())),
            content_type: attachment.content_type.to_owned(),
            created_at: IsoDateTime(attachment.created),
            filename: attachment.filename.clone(),
            url: Url(format!("{}/files/{key}?temp_url_sig={signature}&temp_url_expires={expires}&filename={filename}&inline", self.base)),
            virus_scan_result: attachment.scan.to_owned(),
        }
    }

    /// The bytes at an address, if it is signed and still good.
    pub(super) fn open(&self, key: &str, signature: &str, expires: i64) -> Option<Vec<u8>> {
        if clock::now().unix_timestamp() > expires || self.signature(key, expires) != signature {
            return None;
        }
        let (seed, size) = key.split_once('-')?;
        Some(bytes(u64::from_str_radix(seed, 16).ok()?, size.parse().ok()?))
    }

    fn signature(&self, key: &str, expires: i64) -> String {
        // A key of any length will do for an HMAC.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.secret) else {
            return String::new();
        };
        mac.update(format!("{key};{expires}").as_bytes());
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }
}

impl Attachment {
    /// What it holds.
    pub fn bytes(&self) -> Vec<u8> {
        bytes(self.seed, self.size)
    }
}

/// The bytes of a file: text that says what it is, then filling.
fn bytes(seed: u64, size: usize) -> Vec<u8> {
    let mut bytes = b"%PDF-1.4\n% Document fictif.\n".to_vec();
    let mut draw = Draw::of(&[seed]);
    while bytes.len() < size {
        bytes.extend(format!("{:016x}\n", draw.number()).bytes());
    }
    bytes.truncate(size);
    bytes
}
