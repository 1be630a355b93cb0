//! Files, as the API describes them.

use async_graphql::SimpleObject;

use super::scalars::{BigInt, IsoDateTime, Url};

/// A file.
#[derive(SimpleObject, Clone, Debug)]
#[expect(missing_docs, reason = "the API's own words")]
pub struct File {
    #[graphql(deprecation = "Utilisez le champ `byteSizeBigInt` à la place.")]
    pub byte_size: i32,
    pub byte_size_big_int: BigInt,
    pub checksum: String,
    pub content_type: String,
    pub created_at: IsoDateTime,
    pub filename: String,
    pub url: Url,
    pub virus_scan_result: String,
}
