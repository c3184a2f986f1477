//! When the log says that a platform fails, and when it works again: a line each, not one for each call.

/// The shortest time between two lines about one platform, in seconds of the simulation's clock: one that answers every
/// second call does not fill the log.
const LINE_EVERY_SECONDS: i64 = 60;

/// Whether a platform is failing.
#[derive(Debug, Default)]
pub(super) struct Outage {
    failing: Option<Failing>,
    told_at: Option<i64>,
}

#[derive(Debug)]
struct Failing {
    since: i64,
    calls: u64,
    is_told: bool,
}

/// An outage that is over.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ended {
    /// How long it was, in seconds.
    pub(super) seconds: i64,
    /// The calls that failed.
    pub(super) calls: u64,
}

impl Outage {
    /// Notes a failed call at `now` (unix seconds). Returns whether the log should tell.
    pub(super) fn note_failure(&mut self, now: i64) -> bool {
        let failing = self.failing.get_or_insert(Failing { since: now, calls: 0, is_told: false });
        failing.calls += 1;
        // The clock may have been set back.
        let is_due = self.told_at.is_none_or(|at| now < at || now - at >= LINE_EVERY_SECONDS);
        if failing.is_told || !is_due {
            return false;
        }
        failing.is_told = true;
        self.told_at = Some(now);
        true
    }

    /// Notes an answer. Returns the outage that it ends, if the log has told of that.
    pub(super) fn note_answer(&mut self, now: i64) -> Option<Ended> {
        let failing = self.failing.take().filter(|failing| failing.is_told)?;
        Some(Ended { seconds: now.saturating_sub(failing.since).max(0), calls: failing.calls })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_told_when_it_begins_and_when_it_ends() {
        let mut outage = Outage::default();
        assert!(outage.note_failure(100));
        assert!((101..3700).all(|now| !outage.note_failure(now)), "not once for each call");
        assert_eq!(outage.note_answer(3700), Some(Ended { seconds: 3600, calls: 3600 }));
        assert_eq!(outage.note_answer(3701), None);
    }

    #[test]
    fn a_platform_that_fails_now_and_then_does_not_fill_the_log() {
        let mut outage = Outage::default();
        let mut lines = 0;
        for now in 0..600 {
            lines += u32::from(outage.note_failure(now)) + u32::from(outage.note_answer(now).is_some());
        }
        assert_eq!(lines, 20, "two lines a minute");
    }
}
