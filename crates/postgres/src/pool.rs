//! Connections for reads and folds. One that has failed is closed, which ends its transaction, and another takes its place.

use std::sync::{Arc, Mutex, PoisonError};

use raidkeep_engine::storage::StorageError;

use crate::bridge::Bridge;
use crate::connection::Connection;
use crate::settings::DatabaseSettings;

/// As many as wait for work; those beyond are closed after it.
const IDLE_MAX: usize = 4;

/// Connections to the primary, opened as they are needed.
#[derive(Debug)]
pub(crate) struct Pool {
    bridge: Arc<Bridge>,
    settings: DatabaseSettings,
    idle: Mutex<Vec<Connection>>,
}

impl Pool {
    pub(crate) fn new(bridge: Arc<Bridge>, settings: DatabaseSettings) -> Self {
        Self { bridge, settings, idle: Mutex::default() }
    }

    /// A connection that nobody else gets.
    pub(crate) fn open(&self) -> Result<Connection, StorageError> {
        Connection::open(&self.bridge, &self.settings).map_err(|fault| fault.while_doing("connect"))
    }

    /// Works with a connection.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StorageError>) -> Result<T, StorageError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle.filter(Connection::is_open) {
            Some(connection) => connection,
            None => self.open()?,
        };
        let done = work(&connection)?;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_MAX {
            idle.push(connection);
        }
        Ok(done)
    }
}
