//! Why a database did not do what it was asked.

use std::time::Duration;

use raidkeep_engine::storage::StorageError;

/// What went wrong with a connection. It is not used again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error("{}", said(.0))]
    Database(#[from] tokio_postgres::Error),
    #[error("it did not answer within {} s", .0.as_secs_f32())]
    Late(Duration),
    /// A commit that only the primary has for certain.
    #[error("it warned: {0}")]
    Warned(String),
    #[error("no server of the list answers as a primary: {0}")]
    NoPrimary(String),
    #[error("the program stops")]
    Stopped,
}

impl Fault {
    pub(crate) fn while_doing(self, action: &'static str) -> StorageError {
        StorageError::Database { action, what: self.to_string() }
    }
}

/// What a server said, in its own words; the library's text names only the kind.
fn said(error: &tokio_postgres::Error) -> String {
    let inner = std::error::Error::source(error).map(|source| format!(": {source}"));
    match error.as_db_error() {
        Some(told) => format!("{} ({})", told.message(), told.code().code()),
        None => format!("{error}{}", inner.unwrap_or_default()),
    }
}
