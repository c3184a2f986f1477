//! What a player sees of a round: the reply of `battle` and the event `battle_verdict`.

use schemars::JsonSchema;
use serde::Serialize;

use crate::battles::action::Action;
use crate::battles::model::Battle;
use crate::battles::rules::BattleRules;
use crate::battles::stake::{Share, Stake};
use crate::battles::verdict::{Pair, Seat};
use crate::items::Amount;
use raidkeep_engine::events::Event;

/// A closed round, as it is reported to the players.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoughtRound {
    /// What each did; `None` for a player who stayed silent.
    pub actions: Pair<Option<Action>>,
    /// The text that players read.
    pub text: String,
}

/// The reply of `battle` (docs/contract/role-play.md#battles), and whether the battle is
/// over.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Told {
    /// The opponent.
    role: String,
    /// What the opponent did.
    action: String,
    /// The verdict as text.
    result: String,
    /// Whether the battle is over.
    status: bool,
    /// The items won, at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    reward: Option<Vec<Amount>>,
    /// The experience won, at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    /// The outcome of the stake, at the end of a battle that had one.
    #[serde(skip_serializing_if = "Option::is_none")]
    stake: Option<StakeTold>,
}

/// What a player has put in and got out of the pot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
struct StakeTold {
    /// Put in at the start.
    paid: Amount,
    /// Out of the pot.
    returned: Amount,
    /// Kept from the winner.
    commission: Amount,
}

impl Told {
    /// For a round that was closed, and for the end of the battle if it was the last.
    pub fn of_round(battle: &Battle, seat: Seat, closed: &FoughtRound, rules: &BattleRules) -> Self {
        let silent = || rules.texts.silent.clone();
        let action = closed.actions.get(seat.other()).as_ref().map_or_else(silent, |action| action.text.clone());
        Self::of(battle, seat, action, closed.text.clone())
    }

    /// The end of a battle, for a player who missed it or whose opponent left.
    pub fn of_end(battle: &Battle, seat: Seat) -> Self {
        Self::of(battle, seat, String::new(), String::new())
    }

    /// For a player whose opponent has not acted yet.
    pub fn of_waiting(battle: &Battle, seat: Seat, rules: &BattleRules) -> Self {
        let opponent = &battle.side(seat.other()).name;
        Self::of(battle, seat, String::new(), rules.texts.waiting.fill(&[("opponent", opponent)]))
    }

    fn of(battle: &Battle, seat: Seat, action: String, mut result: String) -> Self {
        let ending = battle.ending();
        if let Some(ending) = ending {
            result.push_str(&ending.text);
        }
        let spoils = ending.map(|ending| ending.spoils.get(seat));
        Self {
            role: battle.side(seat.other()).name.clone(),
            action,
            result,
            status: ending.is_some(),
            reward: spoils.map(|spoils| spoils.items.clone()),
            exp: spoils.map(|spoils| spoils.exp),
            stake: ending.and_then(|ending| StakeTold::of(battle.stake()?, ending.shares.get(seat))),
        }
    }
}

impl StakeTold {
    fn of(stake: &Stake, share: &Share) -> Option<Self> {
        let amount = |quantity| Amount { quantity, ..stake.each };
        let told = Self { paid: stake.each, returned: amount(share.returned), commission: amount(share.commission) };
        (stake.each.quantity > 0).then_some(told)
    }
}

/// The event `battle_verdict`: the contents of the reply of `battle`, for a player who did not wait for it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BattleVerdict<'a> {
    /// The battle's number.
    pub id: String,
    /// How many rounds are finished.
    pub round: u32,
    /// As in the reply.
    #[serde(flatten)]
    pub told: &'a Told,
}

impl Event for BattleVerdict<'_> {
    const NAME: &'static str = "battle_verdict";
}
