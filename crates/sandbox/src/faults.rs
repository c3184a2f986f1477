//! Fault injection: how the sandbox misbehaves on demand.

use serde::{Deserialize, Serialize};

/// A platform of the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    /// Points.
    Mcrmb,
    /// Game rounds.
    Sud,
}

/// A fault: how to misbehave, and for how long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Which platform misbehaves.
    pub platform: Platform,
    /// The only affected call, such as `Pay`, `report` or `query_match_base`; all calls if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<String>,
    /// How it misbehaves.
    pub fault: Misbehavior,
    /// Number of affected requests; unlimited if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
}

/// A way of misbehaving.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Misbehavior {
    /// The request is applied at once, its answer arrives this many milliseconds later. Can be combined with another
    /// fault.
    LatencyMs(u64),
    /// The request is applied, the connection closes without an answer.
    LoseAnswer,
    /// The connection closes without an answer, and the request is applied this many milliseconds later.
    ApplyLate {
        /// How much later.
        after_ms: u64,
    },
    /// The request is not applied; the answer is this HTTP status with an empty body.
    HttpStatus(u16),
    /// The request is applied; the answer is not JSON.
    Garbage,
    /// The request is applied; the answer is JSON with wrong types.
    WrongTypes,
    /// The request is applied; the connection closes in the middle of the answer.
    CutShort,
    /// The request is not applied; the platform refuses it in its own format.
    Refuse {
        /// The platform's code.
        code: i32,
        /// The platform's message.
        msg: String,
    },
}

/// The faults that apply to one request.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Met {
    pub(super) latency_ms: u64,
    pub(super) fault: Option<Misbehavior>,
}

/// The active faults, in the order they were set.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    pub(super) fn set(&mut self, faults: Vec<Fault>) {
        self.0 = faults;
        self.forget_spent();
    }

    pub(super) fn all(&self) -> &[Fault] {
        &self.0
    }

    /// The faults for a request to `call`: the first matching latency and the first other matching fault. Both are
    /// counted down.
    pub(super) fn take(&mut self, platform: Platform, call: &str) -> Met {
        let mut met = Met::default();
        let mut is_slow = false;
        let applies =
            |fault: &Fault| fault.platform == platform && fault.call.as_deref().is_none_or(|expected| expected == call);
        for fault in self.0.iter_mut().filter(|fault| applies(fault)) {
            match &fault.fault {
                Misbehavior::LatencyMs(latency_ms) if !is_slow => (met.latency_ms, is_slow) = (*latency_ms, true),
                Misbehavior::LatencyMs(_) => continue,
                other if met.fault.is_none() => met.fault = Some(other.clone()),
                _ => continue,
            }
            fault.times = fault.times.map(|times| times.saturating_sub(1));
        }
        self.forget_spent();
        met
    }

    fn forget_spent(&mut self) {
        self.0.retain(|fault| fault.times != Some(0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Fault {
        serde_json::from_str(text).expect("a fault")
    }

    #[test]
    fn faults_are_counted_down_for_their_call_only() {
        let mut faults = Faults::default();
        faults.set(vec![read(r#"{"platform":"mcrmb","call":"Pay","fault":"lose_answer","times":2}"#)]);
        assert_eq!(faults.take(Platform::Mcrmb, "CheckMoney"), Met::default());
        assert_eq!(faults.take(Platform::Sud, "Pay"), Met::default());
        for _ in 0..2 {
            assert_eq!(faults.take(Platform::Mcrmb, "Pay").fault, Some(Misbehavior::LoseAnswer));
        }
        assert_eq!(faults.take(Platform::Mcrmb, "Pay"), Met::default(), "then all is well again");
        assert!(faults.all().is_empty());
    }

    #[test]
    fn latency_goes_together_with_another_fault_and_each_waits_its_turn() {
        let mut faults = Faults::default();
        faults.set(vec![
            read(r#"{"platform":"sud","fault":{"http_status":503},"times":1}"#),
            read(r#"{"platform":"sud","fault":{"latency_ms":40}}"#),
            read(r#"{"platform":"sud","fault":"garbage","times":1}"#),
            read(r#"{"platform":"sud","fault":"cut_short","times":0}"#),
        ]);
        let first = faults.take(Platform::Sud, "report");
        assert_eq!(first, Met { latency_ms: 40, fault: Some(Misbehavior::HttpStatus(503)) });
        let second = faults.take(Platform::Sud, "report");
        assert_eq!(second, Met { latency_ms: 40, fault: Some(Misbehavior::Garbage) });
        assert_eq!(faults.take(Platform::Sud, "report"), Met { latency_ms: 40, fault: None });
        assert_eq!(faults.all().len(), 1, "without times a fault stays");
    }
}
