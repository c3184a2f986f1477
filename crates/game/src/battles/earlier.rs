//! Rows of battles that earlier programs wrote.

use serde::Deserialize;

use crate::battles::action::Action;
use crate::battles::model::{Battle, Ending, PlayedRound};
use crate::battles::rules::Spoils;
use crate::battles::sides::{Contender, Side};
use crate::battles::stake::Stake;
use crate::battles::verdict::{Pair, Seat};
use crate::character::Attributes;
use crate::platforms::sud::{PassedThrough, RoundId};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::outside::Number;
use raidkeep_engine::storage::complete_value;

/// Version 1 knew neither robots nor stakes, and nothing was passed through to SUD.
#[derive(Deserialize)]
struct Battle1 {
    id: u64,
    seed: u64,
    sides: Pair<Side1>,
    rounds: Vec<PlayedRound>,
    due_at: i64,
    ending: Option<Ending1>,
    report: Option<RoundId>,
}

#[derive(Deserialize)]
struct Side1 {
    account: AccountId,
    name: String,
    wins: u32,
    attributes: Attributes,
    action: Option<Action>,
}

#[derive(Deserialize)]
struct Ending1 {
    winner: Option<Seat>,
    escaped: Pair<bool>,
    text: String,
    spoils: Pair<Spoils>,
    unpaid: Pair<bool>,
}

/// Version 2 knew no battles without rewards.
#[derive(Deserialize)]
struct Battle2 {
    id: u64,
    seed: u64,
    sides: Pair<Side>,
    rounds: Vec<PlayedRound>,
    due_at: i64,
    ending: Option<Ending>,
    stake: Option<Stake>,
    passed: PassedThrough,
    report: Option<RoundId>,
}

/// Reads the row of an earlier version.
pub(super) fn upgrade(version: u16, bytes: &[u8]) -> Option<Battle> {
    match version {
        1 => postcard::from_bytes(bytes).ok().map(from_1),
        2 => postcard::from_bytes(bytes).ok().map(from_2),
        3 => complete_value(bytes, &Number::bare(0)).map(from_3),
        _ => None,
    }
}

/// Who is rewarded: every player, but no fighter of the game master.
fn rewarded(sides: &Pair<Side>) -> Pair<bool> {
    Pair::of(|seat| sides.get(seat).account().is_some())
}

/// Version 3 lacked the number, which stands last: players were told the bare id.
fn from_3(battle: Battle) -> Battle {
    Battle { number: Number::bare(battle.id), ..battle }
}

fn from_2(battle: Battle2) -> Battle {
    let Battle2 { id, seed, sides, rounds, due_at, ending, stake, passed, report } = battle;
    let rewarded = rewarded(&sides);
    let number = Number::bare(id);
    Battle { id, seed, sides, rounds, due_at, ending, stake, rewarded, passed, report, number }
}

fn from_1(battle: Battle1) -> Battle {
    let Battle1 { id, seed, sides, rounds, due_at, ending, report } = battle;
    let sides = Pair { challenger: side(sides.challenger), challenged: side(sides.challenged) };
    let ending = ending.map(|Ending1 { winner, escaped, text, spoils, unpaid }| Ending {
        winner,
        escaped,
        text,
        spoils,
        shares: Pair::default(),
        unpaid,
    });
    let passed = PassedThrough::default();
    let rewarded = rewarded(&sides);
    let number = Number::bare(id);
    Battle { id, seed, sides, rounds, due_at, ending, stake: None, rewarded, passed, report, number }
}

fn side(Side1 { account, name, wins, attributes, action }: Side1) -> Side {
    Side { contender: Contender::Player(account), name, wins, attributes, action }
}

#[cfg(test)]
mod tests {
    use super::*;
    use raidkeep_engine::storage::{WorldEntity, encode_value};

    #[test]
    fn a_battle_that_an_earlier_program_began_goes_on() {
        let side =
            |number: u64| (AccountId(number), format!("玩家{number}"), 2_u32, Attributes::default(), None::<Action>);
        let unpaid = Pair { challenger: true, challenged: false };
        let ending = (Some(Seat::Challenger), Pair::<bool>::default(), "完", Pair::<Spoils>::default(), unpaid);
        let rounds: Vec<PlayedRound> = Vec::new();
        let before = (9_u64, 7_u64, (side(1), side(2)), rounds, 1060_i64, Some(ending), Some(RoundId(3)));
        let mut row = Vec::new();
        encode_value(1, &before, &mut row);
        let battle = Battle::read(&row).expect("version 1 has a way up");
        assert_eq!((battle.id(), battle.due_at(), battle.report), (9, 1060, Some(RoundId(3))));
        assert_eq!(battle.seat_of(AccountId(2)), Some(Seat::Challenged));
        assert_eq!(battle.side(Seat::Challenger).wins, 2);
        assert!(battle.is_owed(Seat::Challenger) && !battle.is_owed(Seat::Challenged), "what is owed stays owed");
        assert_eq!(battle.stake(), None);
        assert_eq!(battle.number().to_string(), "9", "players know it by the bare number");
    }
}
