//! A circuit breaker: a platform that keeps failing is not called for a while.

/// When a circuit opens and for how long. Times are seconds of the simulation's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, schemars::JsonSchema)]
pub struct CircuitSettings {
    /// This many consecutive failures open it.
    pub failures: u32,
    /// It stays open this long; then one trial call goes out.
    pub open_seconds: i64,
}

/// The state of one platform's circuit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Circuit {
    failures: u32,
    /// Open until then, unix seconds; after that one trial call goes out.
    open_until: Option<i64>,
    is_probing: bool,
}

impl Circuit {
    /// Whether a call may go out now. A clock that was set back does not keep it open longer than its settings say.
    pub fn lets_through(&mut self, settings: CircuitSettings, now: i64) -> bool {
        self.open_until = self.open_until.map(|until| until.min(now + settings.open_seconds));
        self.open_until.is_none_or(|until| now >= until && !self.is_probing)
    }

    /// Whether calls are held back, or one was let through to try.
    pub fn is_open(&self) -> bool {
        self.open_until.is_some()
    }

    /// Notes that a call goes out.
    pub fn note_call(&mut self) {
        self.is_probing = self.open_until.is_some();
    }

    /// Notes that the platform answered, whatever it said.
    pub fn note_answer(&mut self) {
        *self = Self::default();
    }

    /// Notes that the platform did not answer.
    pub fn note_failure(&mut self, settings: CircuitSettings, now: i64) {
        self.failures = self.failures.saturating_add(1);
        self.is_probing = false;
        if self.failures >= settings.failures {
            self.open_until = Some(now + settings.open_seconds);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: CircuitSettings = CircuitSettings { failures: 3, open_seconds: 30 };

    fn opened_at(now: i64) -> Circuit {
        let mut circuit = Circuit::default();
        for _ in 0..SETTINGS.failures {
            circuit.note_call();
            circuit.note_failure(SETTINGS, now);
        }
        circuit
    }

    #[test]
    fn failures_in_a_row_open_it_and_an_answer_between_them_does_not() {
        let mut circuit = Circuit::default();
        circuit.note_failure(SETTINGS, 0);
        circuit.note_failure(SETTINGS, 0);
        circuit.note_answer();
        circuit.note_failure(SETTINGS, 0);
        assert!(!circuit.is_open() && circuit.lets_through(SETTINGS, 0), "the count starts over");
        let mut circuit = opened_at(100);
        assert!(!circuit.lets_through(SETTINGS, 129));
    }

    #[test]
    fn after_a_while_one_call_tries_and_decides() {
        let mut circuit = opened_at(100);
        assert!(circuit.lets_through(SETTINGS, 130));
        circuit.note_call();
        assert!(!circuit.lets_through(SETTINGS, 130), "only one trial call goes out");
        circuit.note_failure(SETTINGS, 131);
        assert!(
            !circuit.lets_through(SETTINGS, 160) && circuit.lets_through(SETTINGS, 161),
            "a failed trial opens it again"
        );
        circuit.note_call();
        circuit.note_answer();
        assert!(circuit.lets_through(SETTINGS, 161));
    }

    #[test]
    fn a_clock_that_jumps_back_does_not_hold_it_open() {
        let mut circuit = opened_at(1_000_000);
        assert!(!circuit.lets_through(SETTINGS, 100) && !circuit.lets_through(SETTINGS, 129));
        assert!(circuit.lets_through(SETTINGS, 130));
    }
}
