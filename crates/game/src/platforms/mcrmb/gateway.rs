//! The calls of the platform as exchanges, and its answers as replies.

use std::time::Duration;

use bevy_ecs::prelude::*;

use crate::platforms::mcrmb::wire::PlatformReply;
use crate::platforms::settings::{McrmbSettings, OrderSettings};
use crate::platforms::signature::signed_query;
use raidkeep_engine::exchange::{CallFailure, CallOutcome, Exchange, Method};
use raidkeep_engine::request::Refusal;
use raidkeep_engine::request::answer::TIMED_OUT;

/// The platform requires the word `java` (docs/contract/points-platform.md#gateway).
const USER_AGENT: &str = concat!("raidkeep/", env!("CARGO_PKG_VERSION"), " (java)");

/// The platform's functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of docs/contract/points-platform.md")]
pub enum PlatformCall {
    CheckMoney,
    CheckRecord,
    CheckCard,
    Charge,
    Pay,
    CardTypes,
    Manual,
}

/// The gateway to the platform, if there is one.
#[derive(Debug, Resource)]
pub struct Gateway(Option<McrmbSettings>);

/// The refusal when there is no platform.
pub const NO_PLATFORM: Refusal = Refusal::busy("payments are switched off on this server");

impl Gateway {
    /// A gateway to this platform.
    pub fn new(settings: Option<McrmbSettings>) -> Self {
        Self(settings)
    }

    /// The timing of orders.
    pub fn orders(&self) -> Result<&OrderSettings, Refusal> {
        self.settings().map(|settings| &settings.orders)
    }

    /// How long a request may wait for the platform, in real time.
    pub fn patience(&self) -> Result<Duration, Refusal> {
        let line = self.settings()?.line;
        Ok(Duration::from_secs(line.answer_within_seconds.unwrap_or(u64::try_from(line.deadline_seconds).unwrap_or(1))))
    }

    fn settings(&self) -> Result<&McrmbSettings, Refusal> {
        self.0.as_ref().ok_or(NO_PLATFORM)
    }

    /// A call about a player. `sign`, `sid` and `wname` come first, as the platform demands.
    pub fn call(&self, call: PlatformCall, wname: &str, more: &[(&str, &str)]) -> Result<Exchange, Refusal> {
        let settings = self.settings()?;
        let mut parameters = vec![("sid", settings.sid.as_str()), ("wname", wname)];
        parameters.extend_from_slice(more);
        let query = signed_query(&parameters, &settings.key);
        Ok(Exchange {
            method: Method::Get,
            url: format!("{}{call:?}?{query}", settings.gateway),
            headers: vec![("User-Agent", USER_AGENT.to_owned())],
            body: Vec::new(),
        })
    }
}

/// The reply in an answer, or the refusal of the request that caused it.
pub fn reply_of(outcome: CallOutcome) -> Result<PlatformReply, Refusal> {
    match outcome {
        Ok(answered) => PlatformReply::read(&answered.body).map_err(|error| {
            tracing::warn!(status = answered.status, %error, "the payment platform's answer is invalid");
            Refusal::busy("the payment platform's answer makes no sense, retry later")
        }),
        Err(CallFailure::TimedOut) => Err(TIMED_OUT),
        Err(error) => {
            tracing::warn!(%error, "the payment platform cannot be reached");
            Err(Refusal::busy("the payment platform cannot be reached, retry later"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platforms::secret::Secret;
    use raidkeep_engine::exchange::lines::LineSettings;

    #[test]
    fn the_documents_example_is_called_as_it_stands_there() {
        let gateway = Gateway::new(Some(McrmbSettings {
            gateway: "http://api.mcrmb.com/Api/".to_owned(),
            sid: "1".to_owned(),
            key: Secret::new("abcabc"),
            line: LineSettings { in_flight: 1, deadline_seconds: 1, circuit: None, answer_within_seconds: None },
            orders: OrderSettings {
                reach_seconds: 1,
                retry_seconds: 1,
                waiting_max: 1,
                settle_after_seconds: vec![1],
                watch_after_seconds: vec![1],
            },
        }));
        let exchange = gateway.call(PlatformCall::CheckMoney, "test", &[]).expect("a platform is set up");
        let url = "http://api.mcrmb.com/Api/CheckMoney?sign=2d459e0f9ab822d7ecf61f4e7b119763&sid=1&wname=test";
        assert_eq!(exchange.url, url);
        assert!(exchange.headers.iter().any(|(name, value)| *name == "User-Agent" && value.contains("java")));
    }
}
