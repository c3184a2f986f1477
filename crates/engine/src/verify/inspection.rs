//! A check's view of the rows, and the breaches it reports.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::account::AccountId;
use crate::storage::IdentityTable;
use crate::storage::Rows;
use crate::storage::{ArchivedRow, PlayerRow, RowQuery, StorageError, WorldEntity, WorldRow, decode_value};

/// A violated rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Breach {
    /// The check that found it.
    pub check: &'static str,
    /// The table.
    pub table: String,
    /// The row's key, in hexadecimal digits.
    pub key: String,
    /// The account it belongs to, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<u64>,
    /// The name of that player, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub player: Option<String>,
    /// What is wrong, for the operator.
    pub what: String,
}

/// All stored rows, during verification. Unreadable rows are reported once, by the check of all tables; here they are
/// skipped.
pub struct Inspection<'a> {
    rows: &'a Rows,
    identity: IdentityTable,
    check: &'static str,
    accounts: BTreeSet<AccountId>,
    breaches: Vec<Breach>,
    failure: Option<StorageError>,
}

impl<'a> Inspection<'a> {
    pub(super) fn new(rows: &'a Rows, identity: IdentityTable) -> Self {
        let (check, accounts) = ("", BTreeSet::new());
        let mut inspection = Self { rows, identity, check, accounts, breaches: Vec::new(), failure: None };
        inspection.each(identity.table, |inspection, key, _| {
            inspection.accounts.extend(account_of(key));
        });
        inspection
    }

    pub(super) fn enter(&mut self, check: &'static str) {
        self.check = check;
    }

    /// The breaches, unless something could not be read at all.
    pub(super) fn finish(self) -> Result<Vec<Breach>, StorageError> {
        match self.failure {
            Some(failure) => Err(failure),
            None => Ok(self.breaches),
        }
    }

    fn unless_failed<T: Default>(&mut self, read: Result<T, StorageError>) -> T {
        read.unwrap_or_else(|error| {
            // The check of all rows has told of what is damaged.
            if !matches!(error, StorageError::RowsDamaged { .. }) {
                self.failure.get_or_insert(error);
            }
            T::default()
        })
    }

    /// Reports the rows that are not what was written.
    pub(super) fn find_damages(&mut self) {
        let damages = self.rows.damages();
        for damage in self.unless_failed(damages) {
            self.breach(&damage.table, &damage.key, damage.account, damage.what);
        }
    }

    /// The names of all existing tables.
    pub fn tables(&mut self) -> Vec<String> {
        let tables = self.rows.tables();
        self.unless_failed(tables)
    }

    /// Calls `look` with each row of a table, key and value, in key order.
    pub fn each(&mut self, table: &str, mut look: impl FnMut(&mut Self, &[u8], &[u8])) {
        let rows = self.rows;
        let scanned = rows.scan_sound(table, &mut |key, value| look(self, key, value));
        self.unless_failed(scanned);
    }

    /// Calls `look` with this component of each player.
    pub fn each_player<T: PlayerRow>(&mut self, mut look: impl FnMut(&mut Self, AccountId, T)) {
        self.each(T::TABLE, |inspection, key, value| {
            if let (Some(account), Ok(row)) = (account_of(key), decode_value(T::VERSION, value, T::upgrade)) {
                look(inspection, account, row);
            }
        });
    }

    /// Calls `look` with each entity of a kind, and its key.
    pub fn each_entity<T: WorldEntity>(&mut self, mut look: impl FnMut(&mut Self, &[u8], T)) {
        self.each(T::TABLE, |inspection, key, value| {
            if let Ok(row) = T::read(value) {
                look(inspection, key, row);
            }
        });
    }

    /// Calls `look` with each archived row of a kind, and its key.
    pub fn each_archived<T: ArchivedRow>(&mut self, mut look: impl FnMut(&mut Self, &[u8], T)) {
        self.each(T::TABLE, |inspection, key, value| {
            if let Ok(row) = T::read(value) {
                look(inspection, key, row);
            }
        });
    }

    /// A row of the world, which is the default if never written; `None` when it cannot be read.
    pub fn world_row<T: WorldRow + Default>(&mut self) -> Option<T> {
        let Some(value) = self.get(T::TABLE, b"") else {
            return Some(T::default());
        };
        T::read(&value).ok()
    }

    /// This component of a player.
    pub fn player_row<T: PlayerRow>(&mut self, account: AccountId) -> Option<T> {
        let value = self.get(T::TABLE, &account.to_key())?;
        decode_value(T::VERSION, &value, T::upgrade).ok()
    }

    /// One row.
    pub fn get(&mut self, table: &str, key: &[u8]) -> Option<Vec<u8>> {
        let found = self.rows.get(table, key);
        self.unless_failed(found)
    }

    /// All rows of an account in a table, in key order.
    pub fn rows_of(&mut self, table: &'static str, account: AccountId) -> Vec<(Vec<u8>, Vec<u8>)> {
        let found = self.rows.read(&RowQuery::of_account(table, account));
        self.unless_failed(found)
    }

    /// Whether the account exists.
    pub fn exists(&self, account: AccountId) -> bool {
        self.accounts.contains(&account)
    }

    /// The account with the highest number.
    pub fn last_account(&self) -> Option<AccountId> {
        self.accounts.last().copied()
    }

    /// Reports a breach. `what` describes it to the operator.
    pub fn breach(&mut self, table: &str, key: &[u8], account: Option<AccountId>, what: impl Into<String>) {
        let row = account.and_then(|account| self.get(self.identity.table, &account.to_key()));
        self.breaches.push(Breach {
            check: self.check,
            table: table.to_owned(),
            key: hexadecimal(key),
            account: account.map(|account| account.0),
            player: row.and_then(|row| (self.identity.name)(&row)),
            what: what.into(),
        });
    }

    /// Reports a row that names an account that does not exist.
    pub fn must_exist(&mut self, table: &str, key: &[u8], account: AccountId, role: &str) {
        if !self.exists(account) {
            self.breach(table, key, Some(account), format!("{role} is {account}, which does not exist"));
        }
    }
}

/// The account that a key begins with.
pub fn account_of(key: &[u8]) -> Option<AccountId> {
    key.first_chunk().copied().map(AccountId::from_key)
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
