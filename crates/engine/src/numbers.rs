//! Newtypes for the numbers of batches, jobs, queries and exchanges.
//!
//! They are serialized as plain numbers, so that the format of journals and rows is unchanged.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The number of a batch of rows. A world's batches are numbered from 1; 0 is before the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct BatchNumber(pub u64);

impl BatchNumber {
    /// The number of the batch that follows.
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for BatchNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The number of a [`Job`](crate::request::Job) a world has asked for. Jobs and queries share one count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JobId(pub u64);

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The number of a [`RowQuery`](crate::storage::RowQuery) a world has asked for. Jobs and queries share one count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct QueryId(pub u64);

/// The number of an exchange with a platform, counted since the world was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ExchangeId(pub u64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn journals_hold_plain_numbers() {
        let plain = postcard::to_stdvec(&(300_u64, 300_u64, 300_u64, 300_u64)).expect("numbers can be written");
        let typed = (BatchNumber(300), JobId(300), QueryId(300), ExchangeId(300));
        assert_eq!(postcard::to_stdvec(&typed).expect("numbers can be written"), plain);
    }
}
