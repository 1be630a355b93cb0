//! How a file of the widget is made ready to be served. Shared with the build script, which does it beforehand.

use std::io::Write as _;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use sha2::{Digest as _, Sha256};

/// What goes with the bytes of a file.
pub(crate) struct Prepared {
    /// The bytes, compressed by brotli; none when that makes them no smaller.
    pub brotli: Option<Vec<u8>>,
    /// By content, quotes included.
    pub etag: String,
    /// `Content-Type`.
    pub media_type: String,
    /// Whether the name changes with the content, so that the file may be kept for ever.
    pub is_hashed: bool,
}

/// Makes a file ready, by its name and bytes. Quality is brotli's, 0 to 11.
pub(crate) fn prepare(name: &str, bytes: &[u8], quality: u32) -> std::io::Result<Prepared> {
    let mut compressed = Vec::new();
    brotli::CompressorWriter::new(&mut compressed, 16 * 1024, quality, 22).write_all(bytes)?;
    let media_type = mime_guess::from_path(name).first_or_octet_stream();
    let charset = if media_type.type_() == "text" { "; charset=utf-8" } else { "" };
    Ok(Prepared {
        brotli: (compressed.len() < bytes.len()).then_some(compressed),
        etag: format!("\"{}\"", &BASE64_STANDARD.encode(Sha256::digest(bytes)).get(..22).unwrap_or_default()),
        media_type: format!("{media_type}{charset}"),
        is_hashed: is_hashed(name),
    })
}

/// Trunk ends the names that it makes with 16 hexadecimal digits: `relais-widget-1f2e3d4c5b6a7988_bg.wasm`.
fn is_hashed(name: &str) -> bool {
    name.split(['-', '_', '.', '/']).any(|part| part.len() >= 16 && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
