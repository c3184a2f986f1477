//! The log of a world in PostgreSQL: one statement appends a record and sees that nobody else has the world.

use std::sync::Arc;

use tokio_postgres::Statement;
use tokio_postgres::types::Type;

use raidkeep_engine::outside::Epoch;
use raidkeep_engine::storage::StorageError;
use raidkeep_engine::storage::log_store::{Appended, LogRecord, LogStore, NewRecord, ReadHeld};

use crate::connection::Connection;
use crate::ends::read_log_end;
use crate::fault::Fault;
use crate::pool::Pool;
use crate::sealed::{LogEnd, name_of_log, seal_of_record};
use crate::statement::{ask, number};
use crate::tenancy::Holding;

/// Nothing is inserted where another epoch has the world, or the record before is not the last one.
const APPEND: &str = "WITH owner AS (UPDATE raidkeep.worlds SET last_record = $3, seal = $4 \
     WHERE world = $1 AND epoch = $2 AND last_record = $3 - 1 RETURNING 1) \
     INSERT INTO raidkeep.log (world, record, epoch, bytes, checksum) SELECT $1, $3, $2, $5, $6 FROM owner";
const APPEND_TYPES: [Type; 6] = [Type::TEXT, Type::INT8, Type::INT8, Type::INT8, Type::BYTEA, Type::INT8];

/// As many records as are read at once.
const PAGE: i64 = 256;
const READ: &str = "SELECT record, epoch, bytes, checksum FROM raidkeep.log \
     WHERE world = $1 AND record >= $2 ORDER BY record LIMIT $3";

/// The log of a world that a node has taken over. One connection is its own.
#[derive(Debug)]
pub(crate) struct PostgresLog {
    connection: Connection,
    append: Statement,
    world: Arc<str>,
    end: LogEnd,
    holding: Holding,
    /// For what may be read beside the appends.
    pool: Arc<Pool>,
}

impl PostgresLog {
    pub(crate) fn new(
        connection: Connection,
        world: Arc<str>,
        end: LogEnd,
        holding: Holding,
        pool: Arc<Pool>,
    ) -> Result<Self, StorageError> {
        let append = connection.ask(async |client| client.prepare_typed(APPEND, &APPEND_TYPES).await);
        let append = append.map_err(|fault| fault.while_doing("prepare the log"))?;
        Ok(Self { connection, append, world, end, holding, pool })
    }

    /// One statement, and so one transaction, which is committed when its answer comes.
    fn insert(&self, end: LogEnd, record: &NewRecord) -> Result<u64, Fault> {
        let (world, statement, bytes) = (self.world.clone(), self.append.clone(), record.bytes.clone());
        let (epoch, seq) = (end.epoch.to_u64().cast_signed(), end.last_record.cast_signed());
        let seal = end.seal(&world);
        let checksum = seal_of_record(end.id, end.last_record, end.epoch, &bytes);
        self.connection.ask(async move |client| {
            client.execute(&statement, &[&&*world, &epoch, &seq, &seal, &&*bytes, &checksum]).await
        })
    }

    /// Why a record was not taken.
    fn refusal(&self, epoch: Epoch) -> Appended {
        let action = "append a record";
        match read_log_end(&self.connection, &self.world) {
            Ok(Some(end)) if end.epoch > epoch => Appended::Fenced(end.epoch),
            Ok(_) => {
                let what = "the log does not end where this world has left it".to_owned();
                Appended::Unknown(StorageError::Database { action, what })
            }
            Err(error) => Appended::Unknown(error),
        }
    }
}

impl LogStore for PostgresLog {
    fn append(&mut self, seq: u64, epoch: Epoch, record: &NewRecord) -> Appended {
        if epoch < self.end.epoch {
            return Appended::Fenced(self.end.epoch);
        }
        let end = LogEnd { last_record: seq, ..self.end };
        match self.insert(end, record) {
            Ok(1) => {
                self.end = end;
                Appended::Acked
            }
            Ok(_) => self.refusal(epoch),
            Err(fault) => Appended::Unknown(fault.while_doing("append a record")),
        }
    }

    fn tail(&self, from: u64) -> Result<Vec<LogRecord>, StorageError> {
        let records: Vec<_> = read_records(&self.connection, &self.world, self.end.id, from)?
            .into_iter()
            .map(|(_, record)| record)
            .collect();
        check_tail(&self.world, from, self.end.last_record, &records)?;
        Ok(records)
    }

    /// There may be a minute of them, which nobody deletes before another minute has passed.
    fn held(&self) -> Result<ReadHeld, StorageError> {
        let (pool, world, end) = (self.pool.clone(), self.world.clone(), self.end);
        Ok(Box::new(move || pool.with(|connection| read_held(connection, &world, end))))
    }

    /// The world was taken over before its log was opened.
    fn take_over(&mut self, epoch: Epoch) -> Result<(), StorageError> {
        if epoch == self.end.epoch {
            return Ok(());
        }
        Err(StorageError::Fenced { epoch, by: self.end.epoch })
    }

    /// Folds delete what has been in the rows for a while.
    fn forget(&mut self, _: u64) {}

    /// The next one need not wait until the lease has ended.
    fn close(&mut self) -> Result<(), StorageError> {
        self.holding.0.release(&self.connection)
    }
}

/// The last records up to the end of the log, without a gap.
fn read_held(connection: &Connection, world: &Arc<str>, end: LogEnd) -> Result<Vec<(Epoch, LogRecord)>, StorageError> {
    let mut held = Vec::new();
    visit_records(connection, world, end.id, 0, &mut |record| {
        match record {
            Ok((_, record)) if record.number > end.last_record => {}
            Ok(record) => held.push(record),
            // All that the rows lack was read before. This one can no longer be archived.
            Err(error) => {
                tracing::warn!(%error, "the archive can get only what is behind this record");
                held.clear();
            }
        }
        Ok(())
    })?;
    let gap = held.windows(2).rposition(|pair| pair[0].1.number + 1 != pair[1].1.number);
    held.drain(..gap.map_or(0, |at| at + 1));
    Ok(held)
}

/// The records of a world from one on, with their epochs.
///
/// # Errors
/// When one is not what was written, or the database fails.
pub(crate) fn read_records(
    connection: &Connection,
    world: &Arc<str>,
    id: u64,
    from: u64,
) -> Result<Vec<(Epoch, LogRecord)>, StorageError> {
    let mut records = Vec::new();
    visit_records(connection, world, id, from, &mut |record| {
        records.push(record?);
        Ok(())
    })?;
    Ok(records)
}

/// A record with its epoch, or that it is not what was written.
type ReadRecord = Result<(Epoch, LogRecord), StorageError>;

fn visit_records(
    connection: &Connection,
    world: &Arc<str>,
    id: u64,
    from: u64,
    visit: &mut dyn FnMut(ReadRecord) -> Result<(), StorageError>,
) -> Result<(), StorageError> {
    let mut next = from;
    loop {
        let page = ask(connection, world, READ, vec![number(next.cast_signed()), number(PAGE)]);
        let page = page.map_err(|fault| fault.while_doing("read the log"))?;
        for row in &page {
            let unsigned = |at: usize| row.get::<_, i64>(at).cast_unsigned();
            let (record, epoch, bytes) = (unsigned(0), Epoch::from_u64(unsigned(1)), row.get::<_, &[u8]>(2));
            visit(match seal_of_record(id, record, epoch, bytes) == row.get::<_, i64>(3) {
                true => Ok((epoch, LogRecord { number: record, bytes: bytes.into() })),
                false => Err(StorageError::RecordDamaged { log: name_of_log(world), record }),
            })?;
            next = record + 1;
        }
        if page.len() < PAGE as usize {
            return Ok(());
        }
    }
}

/// The records must go on behind the rows, without a gap, as far as the world was answered.
///
/// # Errors
/// When they do not.
pub(crate) fn check_tail(world: &str, from: u64, last: u64, records: &[LogRecord]) -> Result<(), StorageError> {
    let whole = records.iter().zip(from..).take_while(|(record, number)| record.number == *number).count() as u64;
    let reached = from.saturating_sub(1) + whole;
    if whole == records.len() as u64 && reached == last {
        return Ok(());
    }
    Err(StorageError::LogIncomplete { log: name_of_log(world), missing: reached + 1, answered: last })
}
