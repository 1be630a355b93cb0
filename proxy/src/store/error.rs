//! Why the database did not do what it was asked.

use relais_engine::ds::SourceErrorCode as Code;

use crate::{error::AppError, text};

/// Why the database did not do what it was asked. Nothing of a request that fails is kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// What was to be added is there already.
    #[error("it is there already")]
    Taken,
    /// Somebody else has changed it meanwhile, or it is gone.
    #[error("it was changed meanwhile")]
    Changed,
    /// There are as many as there may be.
    #[error("there are too many already")]
    TooMany,
    /// The database cannot be reached, is locked, full or read-only.
    #[error("the database: {0}")]
    Unavailable(String),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(database) if database.is_unique_violation() => Self::Taken,
            // A team that is ended while a document joins it.
            sqlx::Error::Database(database) if database.is_foreign_key_violation() => Self::Changed,
            _ => Self::Unavailable(describe(&error)),
        }
    }
}

/// For the log: no address, no password, no value of a row.
pub(super) fn describe(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(database) => format!("code {}", database.code().unwrap_or_default()),
        sqlx::Error::Io(error) => error.kind().to_string(),
        sqlx::Error::PoolTimedOut => "no connection in time".to_owned(),
        sqlx::Error::PoolClosed => "closed".to_owned(),
        sqlx::Error::Configuration(_) => "its address is not one".to_owned(),
        sqlx::Error::Tls(_) => "TLS".to_owned(),
        sqlx::Error::ColumnDecode { index, .. } => format!("column {index}"),
        sqlx::Error::ColumnNotFound(column) => format!("no column {column}"),
        _ => "unexpected".to_owned(),
    }
}

impl From<&StoreError> for AppError {
    fn from(error: &StoreError) -> Self {
        match error {
            StoreError::Taken | StoreError::Changed => Self::new(Code::Changed, error.to_string()),
            StoreError::TooMany => Self::new(Code::TooMany, error.to_string()),
            StoreError::Unavailable(_) => Self::new(Code::ProxyUnavailable, error.to_string()).saying(text::STORE_SILENT),
        }
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        Self::from(&error)
    }
}
