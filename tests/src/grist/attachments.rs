//! Uploaded files.
use super::document::{Role, SampleDocument};
use super::faults::On;
use super::refusal::Refusal;
use super::state::{Change, Swap};
use super::tables::record;
use super::token;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::sync::Arc;

/// An uploaded file.
#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) bytes: Arc<[u8]>,
    /// Milliseconds since 1970.
    pub(crate) uploaded: u64,
}

/// The digits of a hash.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

impl SampleDocument {
    /// Keeps uploaded files, one action for all of them; their row ids in `_grist_Attachments`.
    pub(crate) fn keep_files(&self, files: Vec<File>) -> Vec<i64> {
        let ids = self.with(|content| {
            content.last_action += 1;
            let mut ids = Vec::with_capacity(files.len());
            for file in files {
                let id = content.state.next_record("_grist_Attachments");
                let ident = hexadecimal(&Sha256::digest(&file.bytes));
                let extension = file.name.rsplit_once('.').map_or(String::new(), |(_, end)| format!(".{end}"));
                let fields = record([
                    ("fileIdent", json!(format!("{ident}{extension}"))),
                    ("fileName", json!(file.name)),
                    ("fileSize", json!(file.bytes.len())),
                    ("fileExt", json!(extension)),
                    ("timeUploaded", json!(file.uploaded / 1000)),
                ]);
                content.state.perform(&Change::Record("_grist_Attachments", id, Swap { before: None, after: Some(Arc::new(fields)) }));
                content.files.insert(id, file);
                ids.push(id);
            }
            ids
        });
        self.announce(|versions| {
            versions.insert("_grist_Attachments".to_owned(), 0);
        });
        ids
    }

    /// Uploads files as `POST /attachments` does with a user's own token.
    pub async fn attach(&self, user: &str, files: Vec<(String, Vec<u8>)>) -> Result<Vec<i64>, Refusal> {
        let keep = || match self.role(user) {
            Some(Role::Owner | Role::Editor) => {
                let file = |(name, bytes): (String, Vec<u8>)| File { name, bytes: bytes.into(), uploaded: token::now() * 1000 };
                Ok(self.keep_files(files.into_iter().map(file).collect()))
            }
            _ => Err(Refusal::new("No write access", None)),
        };
        self.faults().around(On::Upload, keep).await
    }

    pub(crate) fn file(&self, id: i64) -> Option<File> {
        self.with(|content| content.files.get(&id).cloned())
    }

    /// The bytes of an uploaded file.
    pub fn attachment(&self, id: i64) -> Option<Arc<[u8]>> {
        self.file(id).map(|file| file.bytes)
    }

    /// The ids of all uploaded files, in their order.
    pub fn attachments(&self) -> Vec<i64> {
        self.with(|content| content.files.keys().copied().collect())
    }

    pub(crate) fn files(&self) -> Vec<(i64, File)> {
        self.with(|content| content.files.iter().map(|(id, file)| (*id, file.clone())).collect())
    }
}
