//! When requests are due. All times are nanoseconds since the run began, so tests need no clock.

/// The measured part of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MeasurementWindow {
    /// Requests due earlier are warm-up and not counted.
    pub from_ns: u64,
    /// No request is due from here on.
    pub until_ns: u64,
}

impl MeasurementWindow {
    /// Whether a request due at this time is counted.
    #[must_use]
    pub fn counts(&self, due_ns: u64) -> bool {
        (self.from_ns..self.until_ns).contains(&due_ns)
    }
}

/// The due times of one client's requests in an open loop: evenly spaced, whatever happened to earlier requests.
#[derive(Debug, Clone)]
pub struct RequestSchedule {
    first_ns: f64,
    distance_ns: f64,
    taken: u64,
}

impl RequestSchedule {
    /// The share of client `client` out of `clients` in `rate` requests a second; the clients take turns.
    #[must_use]
    pub fn new(rate: f64, client: usize, clients: usize) -> Self {
        let one_ns = 1e9 / rate;
        Self { first_ns: one_ns * client as f64, distance_ns: one_ns * clients as f64, taken: 0 }
    }

    /// When the next request is due.
    #[must_use]
    pub fn next_ns(&self) -> u64 {
        (self.first_ns + self.distance_ns * self.taken as f64) as u64
    }

    /// Takes the next request if it is due, and returns when it became due.
    pub fn take(&mut self, now_ns: u64, window: MeasurementWindow) -> Option<u64> {
        let due_ns = self.next_ns();
        let is_due = due_ns <= now_ns && due_ns < window.until_ns;
        self.taken += u64::from(is_due);
        is_due.then_some(due_ns)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::load::tally::Tally;

    const SECOND: u64 = 1_000_000_000;
    const WINDOW: MeasurementWindow = MeasurementWindow { from_ns: 0, until_ns: 10 * SECOND };

    proptest! {
        #[test]
        fn all_clients_together_ask_at_the_rate(rate in 1.0..100_000.0_f64, clients in 1..200_usize) {
            let window = MeasurementWindow { from_ns: 0, until_ns: SECOND };
            let asked: usize = (0..clients)
                .map(|client| {
                    let mut schedule = RequestSchedule::new(rate, client, clients);
                    std::iter::from_fn(|| schedule.take(u64::MAX, window)).count()
                })
                .sum();
            prop_assert!((asked as f64 - rate).abs() <= 1.0 + clients as f64 * 1e-3, "{} of {}", asked, rate);
        }
    }

    /// A server that handles one request a millisecond, but stalls for the whole fifth second.
    fn answered_at(free_at_ns: u64, sent_ns: u64) -> u64 {
        let begun = free_at_ns.max(sent_ns);
        let stands_still = (4 * SECOND..5 * SECOND).contains(&begun);
        (if stands_still { 5 * SECOND } else { begun }) + 1_000_000
    }

    /// A client sends a hundred requests a second, one at a time. Returns the latencies measured from when the requests
    /// were due, and from when they were sent.
    fn ask_a_server_that_stalls() -> (Tally, Tally) {
        let mut schedule = RequestSchedule::new(100.0, 0, 1);
        let (mut since_due, mut since_sent) = (Tally::new(1), Tally::new(1));
        let mut now_ns = 0;
        loop {
            now_ns = now_ns.max(schedule.next_ns());
            let Some(due_ns) = schedule.take(now_ns, WINDOW) else { break };
            let answered_ns = answered_at(now_ns, now_ns);
            since_due.reply(0, 0, answered_ns - due_ns);
            since_sent.reply(0, 0, answered_ns - now_ns);
            now_ns = answered_ns;
        }
        (since_due, since_sent)
    }

    #[test]
    fn requests_that_had_to_wait_for_a_stalled_server_count_from_when_they_were_due() {
        let (since_due, since_sent) = ask_a_server_that_stalls();
        let (due, sent) = (since_due.all(), since_sent.all());
        assert_eq!((due.len(), sent.len()), (1000, 1000), "every request of the ten seconds is counted");
        assert!(sent.value_at_quantile(0.99) <= 1_001, "from when it was sent, one request alone was slow");
        assert!(due.value_at_quantile(0.99) >= 800_000, "of a thousand requests a hundred met the stall");
        assert!((990_000..1_010_000).contains(&due.max()), "the first of them waited for all of it");
        let slow = due.len() - due.count_between(0, 10_000);
        assert!(
            (100..=112).contains(&slow),
            "those of the stall, and those behind them until the client has caught up: {slow}"
        );
    }

    #[test]
    fn nothing_is_due_outside_the_window_and_the_warm_up_is_not_counted() {
        let window = MeasurementWindow { from_ns: SECOND, until_ns: 2 * SECOND };
        let mut schedule = RequestSchedule::new(10.0, 0, 1);
        let due: Vec<u64> = std::iter::from_fn(|| schedule.take(u64::MAX, window)).collect();
        assert_eq!(due.len(), 20);
        assert_eq!(due.iter().filter(|due_ns| window.counts(**due_ns)).count(), 10);
    }
}
