//! The realm's settings: the roles of operators, and how long messages to the worlds are kept.

use std::sync::Arc;

use crate::config::{Config, ConfigError};
use raidkeep_realm::roles::Roles;

/// Backups may be put back, too.
const MESSAGE_DAYS_WITHOUT_ARCHIVE: i64 = 90;

impl Config {
    /// The roles of operators.
    ///
    /// # Errors
    /// When their file cannot be read, or is wrong.
    pub fn roles(&self) -> Result<Arc<Roles>, ConfigError> {
        if self.roles.is_empty() {
            return Ok(Arc::default());
        }
        let wrong = |mistake: String| ConfigError::Value { key: "roles", mistake };
        let text = std::fs::read_to_string(&self.roles).map_err(|error| wrong(format!("{}: {error}", self.roles)))?;
        Roles::read(&self.roles, &text).map(Arc::new).map_err(|error| wrong(error.to_string()))
    }

    /// For how many days the realm keeps its messages to the worlds: as long as a world can be put back; 0 = for ever.
    pub fn realm_message_days(&self) -> i64 {
        if self.archive.folder.is_empty() { MESSAGE_DAYS_WITHOUT_ARCHIVE } else { self.archive.keep_days.into() }
    }
}
