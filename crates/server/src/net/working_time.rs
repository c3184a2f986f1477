//! For how long a processor has worked for a thread. Unlike the time that passes meanwhile, it is the same whatever else the machine does.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Measures the work of the thread that it is used on.
#[derive(Debug, Default)]
pub(super) struct WorkingTime {
    /// `None` = it has not been looked at on that thread.
    before: Option<Duration>,
}

impl WorkingTime {
    /// The work since the last look.
    pub(super) fn look(&mut self) -> Duration {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        let now = Duration::new(time.tv_sec.cast_unsigned(), u32::try_from(time.tv_nsec).unwrap_or_default());
        now.saturating_sub(self.before.replace(now).unwrap_or(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_waits_does_not_work() {
        const WORK: Duration = Duration::from_millis(30);
        let mut own = WorkingTime::default();
        assert_eq!(own.look(), Duration::ZERO, "what was before is not counted");
        let worker = std::thread::spawn(|| {
            let mut time = WorkingTime::default();
            let mut worked = time.look();
            while worked < WORK {
                worked += time.look();
            }
            worked
        });
        let worked = worker.join().expect("it ends");
        assert!(worked >= WORK && own.look() < WORK / 2, "only the other thread has worked");
    }
}
