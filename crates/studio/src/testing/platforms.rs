//! The platforms of a test server: the sandbox without a network, on the game's clock.

use std::collections::{BTreeMap, VecDeque};

use raidkeep_engine::exchange::lines::Outgoing;
use raidkeep_engine::exchange::{CallFailure, CallOutcome, Exchange};
use raidkeep_engine::numbers::ExchangeId;
use raidkeep_sandbox::{Delivery, Reaction, Sandbox, SandboxSettings};

/// What the network between the server and the platforms does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Network {
    /// Everything is delivered at once.
    #[default]
    Carries,
    /// Requests from the server are lost silently.
    HoldsRequests,
    /// Requests from the server arrive, and the answers are lost.
    HoldsAnswers,
}

/// The sandbox, and exchanges in transit.
#[derive(Debug)]
pub struct TestPlatforms {
    /// The platforms; also for injecting faults.
    pub sandbox: Sandbox,
    /// How the network treats exchanges from now on.
    pub network: Network,
    /// The only affected call, such as `Pay`; all if absent.
    pub network_of: Option<&'static str>,
    /// Every exchange that was sent, in order.
    pub sent: Vec<Exchange>,
    /// Answers of addresses other than the sandbox's, in order; afterwards they are silent.
    pub elsewhere: BTreeMap<String, VecDeque<CallOutcome>>,
    answers: BTreeMap<(i64, ExchangeId), CallOutcome>,
    held: Vec<(ExchangeId, CallOutcome)>,
}

impl TestPlatforms {
    pub(super) fn new(settings: SandboxSettings) -> Self {
        Self {
            sandbox: Sandbox::new(settings),
            network: Network::Carries,
            network_of: None,
            sent: Vec::new(),
            elsewhere: BTreeMap::new(),
            answers: BTreeMap::new(),
            held: Vec::new(),
        }
    }

    /// The same platforms after the server was killed: pending answers are dropped.
    pub(super) fn without_server(self) -> Self {
        Self { network: Network::Carries, answers: BTreeMap::new(), held: Vec::new(), ..self }
    }

    /// Carries an exchange to the platforms.
    pub(super) fn send(&mut self, outgoing: Outgoing, now_ms: i64) {
        let Outgoing { number, exchange, .. } = outgoing;
        self.sent.push(exchange.clone());
        let is_meant = self.network_of.is_none_or(|call| exchange.endpoint().ends_with(&format!("/{call}")));
        let network = if is_meant { self.network } else { Network::Carries };
        if network == Network::HoldsRequests {
            return;
        }
        if let Some(answers) = self.elsewhere.get_mut(exchange.endpoint()) {
            self.answers.extend(answers.pop_front().map(|outcome| ((now_ms, number), outcome)));
            return;
        }
        let Reaction { delay_ms, delivery } = self.sandbox.receive(&exchange, now_ms);
        let outcome = match delivery {
            Delivery::Answer(answered) => Ok(answered),
            Delivery::Lost | Delivery::CutShort(_) => Err(CallFailure::Lost("connection closed".to_owned())),
        };
        if network == Network::HoldsAnswers {
            self.held.push((number, outcome));
        } else {
            let at = now_ms.saturating_add(i64::try_from(delay_ms).unwrap_or(i64::MAX));
            self.answers.insert((at, number), outcome);
        }
    }

    /// The answers that have arrived so far.
    pub(super) fn arrived(&mut self, now_ms: i64) -> Vec<(ExchangeId, CallOutcome)> {
        if self.network == Network::Carries {
            self.answers.extend(self.held.drain(..).map(|(number, outcome)| ((now_ms, number), outcome)));
        }
        self.answers
            .extract_if(..=(now_ms, ExchangeId(u64::MAX)), |_, _| true)
            .map(|((_, number), outcome)| (number, outcome))
            .collect()
    }

    /// Whether an answer has arrived that the server has not been told of.
    pub(super) fn has_arrived(&self, now_ms: i64) -> bool {
        self.answers.first_key_value().is_some_and(|((at, _), _)| *at <= now_ms)
    }
}
