//! The prepaid cards that the platform accepts: queried once at the start and kept
//! (docs/contract/points-platform.md#cards).

use bevy_ecs::prelude::*;
use serde_json::Value;

use crate::platforms::mcrmb::gateway::{Gateway, PlatformCall, reply_of};
use crate::platforms::mcrmb::wire::{PlatformReply, integer};
use crate::platforms::mcrmb::{PAYMENTS, requests};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::exchange::lines::{Exchanges, Owner};
use raidkeep_engine::request::Refusal;
use raidkeep_engine::schedule::Surroundings;

const OWNER: Owner = Owner("card types");
/// How long to wait before querying again after a failure.
const RETRY_SECONDS: i64 = 60;
/// The platform requires some name (docs/contract/points-platform.md#cards).
const ANY_NAME: &str = "console";

/// The platform's message for a card with the wrong length (docs/contract/points-platform.md#cards).
const WRONG_CARD: Refusal = Refusal::new(303, "充值卡无效或卡密长度错误");

/// The card types, once the platform has sent them. An empty list is an answer too.
#[derive(Debug, Default, Resource)]
pub struct CardTypes {
    told: Option<PlatformReply>,
    kinds: Vec<CardKind>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct CardKind {
    id: i64,
    number_length: i64,
    password_length: i64,
}

impl CardTypes {
    /// The platform's reply.
    pub fn told(&self) -> Option<&PlatformReply> {
        self.told.as_ref()
    }

    /// Stores the platform's reply.
    pub fn learn(&mut self, reply: PlatformReply) {
        let kinds = reply.rows().iter().filter_map(Value::as_object).flat_map(|kinds| kinds.values());
        self.kinds = kinds.filter_map(CardKind::read).collect();
        self.told = Some(reply);
    }

    /// Whether a card can be of this kind; 0 means any length.
    pub fn check(&self, kind: i64, number: &str, password: &str) -> Result<(), Refusal> {
        if self.told.is_none() {
            return Err(Refusal::busy("the payment platform has not sent its card types yet, retry later"));
        }
        let kind = self.kinds.iter().find(|known| known.id == kind);
        let kind = kind.ok_or_else(|| Refusal::malformed("data.ctype", "the id of a card type of card_types"))?;
        let fits = |length: i64, text: &str| length == 0 || usize::try_from(length) == Ok(text.chars().count());
        let fit = fits(kind.number_length, number) && fits(kind.password_length, password);
        if fit { Ok(()) } else { Err(WRONG_CARD) }
    }
}

impl CardKind {
    fn read(value: &Value) -> Option<Self> {
        let number = |key| value.get(key).and_then(integer);
        Some(Self { id: number("id")?, number_length: number("num")?, password_length: number("pwd")? })
    }
}

/// Queries the card types until the platform has sent them.
pub fn learn(
    mut types: ResMut<CardTypes>,
    mut exchanges: ResMut<Exchanges>,
    gateway: Res<Gateway>,
    mut surroundings: ResMut<Surroundings>,
    clock: Res<Clock>,
    mut next_at: Local<i64>,
) {
    for done in exchanges.take_done(OWNER) {
        match reply_of(done.outcome) {
            Ok(reply) if requests::is_success(PlatformCall::CardTypes, reply.code) => types.learn(reply),
            Ok(reply) => {
                tracing::error!(code = reply.code, msg = reply.msg, "the payment platform did not send its card types")
            }
            Err(_) => {}
        }
    }
    let now = clock.now();
    if types.told.is_some() {
        return;
    }
    // A clock that jumped back does not prolong the wait.
    *next_at = (*next_at).min(now + RETRY_SECONDS);
    if now >= *next_at
        && let Ok(exchange) = gateway.call(PlatformCall::CardTypes, ANY_NAME, &[])
    {
        let _ = exchanges.start(PAYMENTS, OWNER, exchange, now);
        *next_at = now + RETRY_SECONDS;
    }
    surroundings.wake_at(*next_at, &clock);
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOLD: &str = r#"{"code":"101","msg":"ok","data":[{"yd":{"id":1,"name":"a","num":17,"pwd":18,"rate":100},
        "sd":{"id":"5","name":"b","num":"0","pwd":0,"rate":80},"odd":7}]}"#;

    #[test]
    fn lengths_are_checked_and_0_is_any() {
        let mut types = CardTypes::default();
        assert_eq!(types.check(1, "", "").map_err(|refusal| refusal.status), Err(16), "nothing is known yet");
        types.learn(PlatformReply::read(TOLD.as_bytes()).expect("the contract's sample"));
        let (number, password) = ("1".repeat(17), "2".repeat(18));
        assert_eq!(types.check(1, &number, &password), Ok(()));
        assert_eq!(types.check(1, &number, "2"), Err(WRONG_CARD));
        assert_eq!(types.check(5, "x", ""), Ok(()));
        assert_eq!(types.check(6, "x", "").map_err(|refusal| refusal.status), Err(13));
    }
}
