//! A world's stores, just opened and recovered: what a start reads and a running world works on, wherever they are.

use std::sync::Arc;

use crate::outside::Epoch;
use crate::storage::StorageError;
use crate::storage::log_store::Log;
use crate::storage::row_store::Rows;
use crate::storage::store::{Answering, Recovered, Store};
use crate::storage::tenure::{LockedFiles, Tenure};

/// The stores of a world that is about to start.
#[derive(Debug)]
pub struct StoredWorld {
    /// The log, where batches are committed.
    pub log: Log,
    /// The rows, where batches are folded to and read from.
    pub rows: Rows,
    /// What recovery found.
    pub recovered: Recovered,
    /// For how long the world may answer.
    pub tenure: Arc<dyn Tenure>,
}

impl StoredWorld {
    /// Begins the world's next epoch, with these random bits. It is kept when this returns, and so before anything that
    /// the world does in it.
    ///
    /// # Errors
    /// When it cannot be kept, or somebody else has taken the world over.
    pub fn begin_epoch(&mut self, bits: u32) -> Result<Epoch, StorageError> {
        let epoch = self.rows.begin_epoch(bits, self.log.epoch())?;
        self.log.take_over(epoch)?;
        Ok(epoch)
    }

    /// Which world it is, and how far it has answered.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub fn answering(&self) -> Result<Answering, StorageError> {
        Ok(Answering::of(self.rows.reached()?, self.recovered.last_batch))
    }
}

impl From<Store> for StoredWorld {
    fn from(Store { log, rows, recovered }: Store) -> Self {
        Self { log, rows: rows.into(), recovered, tenure: Arc::new(LockedFiles) }
    }
}
