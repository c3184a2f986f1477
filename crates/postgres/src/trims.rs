//! For how long records stay in the log that are in the rows, so that whoever takes the world over finds those that its archive
//! lacks.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// For how long, by the monotonic clock of the node that has the world.
const KEPT: Duration = Duration::from_secs(60);
/// As many bytes stay at most: whoever takes the world over reads them all.
const KEPT_BYTES: usize = 64 << 20;

/// Which records may be deleted of the log. What an earlier node has folded counts as folded with the first fold of this one.
#[derive(Debug, Default)]
pub(crate) struct Trims {
    folds: VecDeque<Fold>,
    bytes: usize,
}

/// What one fold has brought into the rows.
#[derive(Debug)]
struct Fold {
    at: Instant,
    record: u64,
    bytes: usize,
}

impl Trims {
    /// Up to which record everything has been in the rows for long enough; 0 = nothing has.
    pub(crate) fn due(&mut self, now: Instant) -> u64 {
        let mut due = 0;
        let is_due = |fold: &mut Fold, bytes: usize| bytes > KEPT_BYTES || now.duration_since(fold.at) >= KEPT;
        while let Some(fold) = self.folds.pop_front_if(|fold| is_due(fold, self.bytes)) {
            self.bytes -= fold.bytes;
            due = fold.record;
        }
        due
    }

    /// Notes that the rows go up to this record, with so many bytes of records more than before.
    pub(crate) fn note(&mut self, now: Instant, record: u64, bytes: usize) {
        if self.folds.back().is_none_or(|last| last.record < record) {
            self.folds.push_back(Fold { at: now, record, bytes });
            self.bytes += bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_stays_for_a_minute_after_it_was_folded() {
        let mut trims = Trims::default();
        let began = Instant::now();
        let at = |seconds| began + Duration::from_secs(seconds);
        trims.note(at(0), 10, 1);
        trims.note(at(5), 20, 1);
        trims.note(at(6), 20, 1);
        assert_eq!(trims.due(at(59)), 0);
        assert_eq!(trims.due(at(64)), 10);
        assert_eq!(trims.due(at(65)), 20, "a fold that brought nothing renews nothing");
        assert_eq!(trims.due(at(1000)), 0, "what was deleted is not deleted again");
    }

    #[test]
    fn a_busy_world_keeps_so_many_bytes_and_no_more() {
        let mut trims = Trims::default();
        let began = Instant::now();
        for record in 1..=4 {
            trims.note(began, record, KEPT_BYTES / 3);
        }
        assert_eq!(trims.due(began), 1, "three of them fit");
        assert_eq!(trims.due(began), 0);
    }
}
