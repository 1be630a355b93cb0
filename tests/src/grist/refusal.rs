//! What the sample answers when it does not do what was asked.
use serde::Serialize;

/// An error as Grist gives it to a widget: a message, and a code for some.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// The text that Grist would give.
    pub message: String,
    /// `ACL_DENY`, `AUTH_NO_EDIT`…; errors of the data engine have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// Code of the refusals that are the sample's own: Grist could do it, Relais does not use it.
pub const UNSUPPORTED: &str = "SAMPLE_UNSUPPORTED";

impl Refusal {
    /// Any message, with or without a code.
    pub fn new(message: impl Into<String>, code: Option<&str>) -> Self {
        Self { message: message.into(), code: code.map(str::to_owned) }
    }

    /// An exception of Grist's Python data engine.
    pub(crate) fn sandbox(exception: &str, text: impl AsRef<str>) -> Self {
        Self::new(format!("[Sandbox] {exception} {}", text.as_ref()), None)
    }

    pub(crate) fn key_error(key: &str) -> Self {
        Self::sandbox("KeyError", format!("'{key}'"))
    }

    pub(crate) fn no_record() -> Self {
        Self::sandbox("KeyError", "\"'get_record' found no matching record\"")
    }

    pub(crate) fn value_error(text: impl AsRef<str>) -> Self {
        Self::sandbox("ValueError", text)
    }

    pub(crate) fn type_error(text: impl AsRef<str>) -> Self {
        Self::sandbox("TypeError", text)
    }

    /// An access rule says no.
    pub(crate) fn denied(what: impl Into<String>) -> Self {
        Self::new(what, Some("ACL_DENY"))
    }

    pub(crate) fn no_write_access() -> Self {
        Self::new("No write access", Some("AUTH_NO_EDIT"))
    }

    pub(crate) fn no_view_access() -> Self {
        Self::new("No view access", Some("AUTH_NO_VIEW"))
    }

    /// The sample does not do this at all: loud, so that nobody takes it for Grist's answer.
    pub fn unsupported(what: impl AsRef<str>) -> Self {
        Self::new(format!("The sample Grist does not do this: {}", what.as_ref()), Some(UNSUPPORTED))
    }

    /// Whether the refusal is the sample's own.
    pub fn is_unsupported(&self) -> bool {
        self.code.as_deref() == Some(UNSUPPORTED)
    }
}
