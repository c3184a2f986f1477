//! The days that are over: two rows each, of which `figures` reads one.

use serde::{Deserialize, Serialize};

use crate::figures::model::{DayCounts, DaySums, FigureSubject, FlowTally};
use raidkeep_engine::storage::{ArchivedRow, RowError};

/// The counts of a day.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiguresDay {
    /// What was counted.
    pub counts: DayCounts,
    /// The sums of its details.
    pub sums: DaySums,
}

impl ArchivedRow for FiguresDay {
    const TABLE: &'static str = "figures";
}

impl FiguresDay {
    /// Adds another part of the same day.
    pub fn add(&mut self, part: &Self) {
        self.counts.add(&part.counts);
        self.sums.add(&part.sums);
    }
}

/// A day with its details.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetailedDay {
    /// The same as its row without details.
    pub day: FiguresDay,
    /// Each subject once, in order.
    pub details: Vec<(FigureSubject, FlowTally)>,
}

impl ArchivedRow for DetailedDay {
    const TABLE: &'static str = "figures_details";
}

/// The key of a day's rows. A date that begins again, because the clock was set back, is another part.
pub(super) fn key(date: i32, part: u32) -> [u8; 8] {
    let mut key = [0; 8];
    // Keys are in the order of dates, those before 1970 too.
    key[..4].copy_from_slice(&(date.cast_unsigned() ^ (1 << 31)).to_be_bytes());
    key[4..].copy_from_slice(&part.to_be_bytes());
    key
}

/// The date of a key.
///
/// # Errors
/// When it is no key of these tables.
pub(super) fn date_of_key(key: &[u8]) -> Result<i32, RowError> {
    let date = key.first_chunk::<4>().filter(|_| key.len() == 8).ok_or(RowError::Damaged)?;
    Ok((u32::from_be_bytes(*date) ^ (1 << 31)).cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_in_the_order_of_dates_and_parts_and_tell_the_date() {
        let days = [(-1, 7), (0, 0), (20_522, 0), (20_522, 1), (20_523, 0)];
        assert!(days.windows(2).all(|pair| key(pair[0].0, pair[0].1) < key(pair[1].0, pair[1].1)));
        assert!(days.iter().all(|(date, part)| date_of_key(&key(*date, *part)) == Ok(*date)));
        assert_eq!(date_of_key(b"short"), Err(RowError::Damaged));
    }
}
