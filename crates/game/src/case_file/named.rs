//! What operators say in requests about players: whom, why, and who asks.

use bevy_ecs::prelude::*;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use crate::identity::player_numbered;
use crate::items::Amount;
use crate::spelling::{Breaks, is_clean};
use raidkeep_engine::players::Players;
use raidkeep_engine::request::{Fact, Operator, Player, Refusal, Unready, status};
use raidkeep_engine::travel::Traveller;

/// The most characters of a reason.
pub const REASON_CHARS: usize = 200;

/// The name of an operator, for what is kept about players.
pub fn author(operator: &Operator) -> String {
    operator.identity.name.to_string()
}

/// The player of this account number, in memory, for handlers that have the whole world. `fact` is that of the call.
pub fn find_numbered(world: &World, player: i64, fact: &mut Option<Fact>) -> Result<Traveller, Unready> {
    let Player { account, entity } = player_numbered(world.resource::<Players>(), player, fact)?;
    Ok(Traveller { account, entity })
}

/// Whether the operator's role allows this much of something in one request.
pub fn within_limits(operator: &Operator, what: &str, amount: u64) -> Result<(), Refusal> {
    operator.identity.limits.check(what, amount).map_err(|most| {
        let role = &operator.identity.role;
        Refusal::saying(
            status::NOT_PERMITTED,
            format!("the role {role} may give or take at most {most} {what} at once"),
        )
    })
}

/// Whether the operator's role allows this much of each of these items in one request.
pub fn items_within_limits(operator: &Operator, items: &[Amount]) -> Result<(), Refusal> {
    items.iter().try_for_each(|amount| {
        let same = items.iter().filter(|other| other.item == amount.item);
        let sum = same.fold(0_i64, |sum, other| sum.saturating_add(other.quantity));
        within_limits(operator, "items", sum.unsigned_abs())
    })
}

/// Reads a text of an operator: 1 to `MAX` characters that are shown and not only spaces.
pub fn operator_text<'de, const MAX: usize, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    let is_short = text.chars().nth(MAX).is_none();
    if is_short && !text.trim().is_empty() && is_clean(&text, Breaks::Allowed) {
        return Ok(text);
    }
    Err(D::Error::custom(format_args!("expected 1 to {MAX} characters, none of them hidden")))
}
