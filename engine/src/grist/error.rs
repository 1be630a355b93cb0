//! What a document refuses, and why.

/// What an access rule of the document forbids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// To add or remove columns and tables.
    Structure,
    /// To write some column.
    Column,
    /// To write some table.
    Table,
    /// Something else.
    Other,
}

/// A call that the document refused. Sources: facts/grist.md, section 7; the recordings of access rules.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// The widget's access level is too low.
    #[error("access not granted")]
    AccessNotGranted,
    /// The person may only read.
    #[error("no write access")]
    ReadOnly,
    /// An access rule forbids it.
    #[error("blocked by an access rule: {0:?}")]
    Denied(Denied),
    /// A table or column is no longer there under this name.
    #[error("unknown table or column: {0}")]
    NotThere(String),
    /// The document is a copy that is not saved: it takes no files.
    #[error("a copy that is not saved")]
    Copy,
    /// A file is larger than this Grist takes.
    #[error("the file is too large")]
    TooLarge,
    /// Grist did not answer in time.
    #[error("no answer")]
    NoAnswer,
    /// Any other refusal, in Grist's words.
    #[error("{0}")]
    Other(String),
}

impl DocumentError {
    /// From the code and message of the plugin API, or of REST.
    pub fn from_grist(code: Option<&str>, message: &str) -> Self {
        match code {
            Some("AUTH_NO_EDIT" | "AUTH_NO_OWNER" | "AUTH_NO_VIEW") => Self::ReadOnly,
            // A table of Relais's own that a rule hides cannot be told from one that is not there, until it is made again.
            _ if message.contains("No such column: Relais_") => Self::Denied(Denied::Table),
            Some("ACL_DENY") if message.contains("structure") => Self::Denied(Denied::Structure),
            Some("ACL_DENY") if message.contains("column") => Self::Denied(Denied::Column),
            Some("ACL_DENY") if message.contains("table") => Self::Denied(Denied::Table),
            Some("ACL_DENY") => Self::Denied(Denied::Other),
            _ if message.starts_with("Access not granted") => Self::AccessNotGranted,
            _ if message.contains("No write access") => Self::ReadOnly,
            _ if message.contains("Blocked by") => Self::from_grist(Some("ACL_DENY"), message),
            _ if message.contains("KeyError") || message.contains("Table not found") || message.contains("Invalid column") => {
                Self::NotThere(message.to_owned())
            }
            // Not « Exceeded attachments limit for document », which is of the document and not of the file.
            _ if message.starts_with("Attachments must not exceed") => Self::TooLarge,
            _ => Self::Other(message.to_owned()),
        }
    }
}
