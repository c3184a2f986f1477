//! The log of earlier programs: a table of records in a database of its own. It is read once, and not written any more.

use redb::{Database, ReadableDatabase, TableDefinition};

use crate::storage::log_store::LogRecord;
use crate::storage::store::{StorageError, failed};

const LOG: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("log");

/// The records that the rows lack.
///
/// # Errors
/// When the log cannot be read, or does not continue where the rows end.
pub(super) fn read_tail(log: &Database, folded_record: u64) -> Result<Vec<LogRecord>, StorageError> {
    let action = "read the log";
    let read = log.begin_read().map_err(failed(action))?;
    let table = match read.open_table(LOG) {
        Ok(table) => table,
        Err(redb::TableError::TableDoesNotExist(_)) => return Ok(Vec::new()),
        Err(error) => return Err(failed(action)(error)),
    };
    let mut tail: Vec<LogRecord> = Vec::new();
    for entry in table.range(folded_record + 1..).map_err(failed(action))? {
        let (number, bytes) = entry.map_err(failed(action))?;
        tail.push(LogRecord { number: number.value(), bytes: bytes.value().into() });
    }
    match tail.first() {
        Some(first) if first.number != folded_record + 1 && folded_record > 0 => {
            let file = "the log of an earlier program (.log.redb)".to_owned();
            Err(StorageError::Gap { file, folded: folded_record, found: first.number })
        }
        _ => Ok(tail),
    }
}
