//! Log lines for what clients can make happen a million times: at most one a second, which says how many it stands for.

use std::time::Duration;

/// The shortest time between two lines.
const LINE_EVERY: Duration = Duration::from_secs(1);

/// Counts what happens between two lines of one kind.
#[derive(Debug, Default)]
pub struct LogThrottle {
    told_at: Option<Duration>,
    untold: u64,
}

impl LogThrottle {
    /// Counts an occurrence at `now` (real time since any fixed moment). Returns how many a line should stand for, if one
    /// is due.
    pub fn note(&mut self, now: Duration) -> Option<u64> {
        self.untold += 1;
        let is_due = self.told_at.is_none_or(|at| now.saturating_sub(at) >= LINE_EVERY);
        is_due.then(|| {
            self.told_at = Some(now);
            std::mem::take(&mut self.untold)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_told_at_once_and_those_of_a_second_together() {
        let mut throttle = LogThrottle::default();
        let mut note = |ms| throttle.note(Duration::from_millis(ms));
        assert_eq!(note(0), Some(1));
        assert_eq!((note(1), note(999)), (None, None));
        assert_eq!(note(1000), Some(3), "nothing is left out of the count");
        assert_eq!(note(9000), Some(1));
    }
}
