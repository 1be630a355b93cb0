//! People and their numbers, shared by all documents of a server.
use std::sync::{Arc, Mutex, PoisonError};

/// Grist's own accounts come first, so people start here.
const FIRST: i64 = 5;

/// Names in the order in which they were first heard.
#[derive(Debug, Clone)]
pub(crate) struct Users(Arc<Mutex<Vec<String>>>);

impl Users {
    pub(crate) fn new() -> Self {
        let names = ["owner", "editor", "viewer"].map(str::to_owned).to_vec();
        Self(Arc::new(Mutex::new(names)))
    }

    /// The number of a person, given at first sight.
    pub(crate) fn id(&self, name: &str) -> i64 {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let index = names.iter().position(|known| known == name).unwrap_or_else(|| {
            names.push(name.to_owned());
            names.len() - 1
        });
        FIRST + i64::try_from(index).unwrap_or_default()
    }

    pub(crate) fn name(&self, id: i64) -> Option<String> {
        let names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let index = usize::try_from(id - FIRST).ok()?;
        names.get(index).cloned()
    }

    /// A person's API key: a plain text, since the sample is reached on this machine alone.
    pub(crate) fn api_key(&self, name: &str) -> String {
        format!("sample-api-key-{}", self.id(name))
    }

    pub(crate) fn by_api_key(&self, key: &str) -> Option<String> {
        self.name(key.strip_prefix("sample-api-key-")?.parse().ok()?)
    }
}
