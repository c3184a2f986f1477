//! Rows of battles that earlier programs wrote.

use serde::Deserialize;

use crate::battles::action::Action;
use crate::battles::model::{Battle, Ending, PlayedRound};
use crate::battles::robot::{Robot, RobotMove};
use crate::battles::rules::{Rewards, Spoils};
use crate::battles::sides::{Contender, Side};
use crate::battles::stake::{Share, Stake};
use crate::battles::verdict::{Pair, Seat};
use crate::character::Attributes;
use crate::drops::Drops;
use crate::items::Amount;
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
    spoils: Pair<Spoils4>,
    unpaid: Pair<bool>,
}

/// Version 2 knew no battles without rewards.
#[derive(Deserialize)]
struct Battle2 {
    id: u64,
    seed: u64,
    sides: Pair<Side4>,
    rounds: Vec<PlayedRound>,
    due_at: i64,
    ending: Option<Ending4>,
    stake: Option<Stake>,
    passed: PassedThrough,
    report: Option<RoundId>,
}

/// Version 4 knew no drop tables. Version 3 lacked the number, which stands last.
#[derive(Deserialize)]
struct Battle4 {
    id: u64,
    seed: u64,
    sides: Pair<Side4>,
    rounds: Vec<PlayedRound>,
    due_at: i64,
    ending: Option<Ending4>,
    stake: Option<Stake>,
    rewarded: Pair<bool>,
    passed: PassedThrough,
    report: Option<RoundId>,
    number: Number,
}

#[derive(Deserialize)]
struct Side4 {
    contender: Contender4,
    name: String,
    wins: u32,
    attributes: Attributes,
    action: Option<Action>,
}

#[derive(Deserialize)]
enum Contender4 {
    Player(AccountId),
    Robot(Robot4),
}

#[derive(Deserialize)]
struct Robot4 {
    moves: Vec<RobotMove>,
    rewards: Rewards4,
}

#[derive(Deserialize)]
struct Rewards4 {
    winner: Spoils4,
    drawn: Spoils4,
    loser: Spoils4,
}

#[derive(Deserialize)]
struct Ending4 {
    winner: Option<Seat>,
    escaped: Pair<bool>,
    text: String,
    spoils: Pair<Spoils4>,
    shares: Pair<Share>,
    unpaid: Pair<bool>,
}

#[derive(Default, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
struct Spoils4 {
    items: Vec<Amount>,
    exp: i64,
}

/// Reads the row of an earlier version.
pub(super) fn upgrade(version: u16, bytes: &[u8]) -> Option<Battle> {
    match version {
        1 => postcard::from_bytes(bytes).ok().map(from_1),
        2 => postcard::from_bytes(bytes).ok().map(from_2),
        3 => complete_value(bytes, &Number::bare(0)).map(from_3),
        4 => postcard::from_bytes(bytes).ok().map(from_4),
        _ => None,
    }
}

/// Who is rewarded: every player, but no fighter of the game master.
fn rewarded(sides: &Pair<Side>) -> Pair<bool> {
    Pair::of(|seat| sides.get(seat).account().is_some())
}

fn from_4(battle: Battle4) -> Battle {
    let Battle4 { id, seed, sides, rounds, due_at, ending, stake, rewarded, passed, report, number } = battle;
    let (sides, ending) = (both(sides, Side::from), ending.map(Ending::from));
    Battle { id, seed, sides, rounds, due_at, ending, stake, rewarded, passed, report, number }
}

/// Players were told the bare id.
fn from_3(battle: Battle4) -> Battle {
    let number = Number::bare(battle.id);
    from_4(Battle4 { number, ..battle })
}

fn from_2(battle: Battle2) -> Battle {
    let Battle2 { id, seed, sides, rounds, due_at, ending, stake, passed, report } = battle;
    let (sides, ending) = (both(sides, Side::from), ending.map(Ending::from));
    let rewarded = rewarded(&sides);
    let number = Number::bare(id);
    Battle { id, seed, sides, rounds, due_at, ending, stake, rewarded, passed, report, number }
}

fn from_1(battle: Battle1) -> Battle {
    let Battle1 { id, seed, sides, rounds, due_at, ending, report } = battle;
    let sides = both(sides, Side::from);
    let ending = ending.map(|Ending1 { winner, escaped, text, spoils, unpaid }| {
        Ending::from(Ending4 { winner, escaped, text, spoils, shares: Pair::default(), unpaid })
    });
    let passed = PassedThrough::default();
    let rewarded = rewarded(&sides);
    let number = Number::bare(id);
    Battle { id, seed, sides, rounds, due_at, ending, stake: None, rewarded, passed, report, number }
}

fn both<T, U>(pair: Pair<T>, from: fn(T) -> U) -> Pair<U> {
    Pair { challenger: from(pair.challenger), challenged: from(pair.challenged) }
}

impl From<Side1> for Side {
    fn from(Side1 { account, name, wins, attributes, action }: Side1) -> Self {
        Self { contender: Contender::Player(account), name, wins, attributes, action }
    }
}

impl From<Side4> for Side {
    fn from(Side4 { contender, name, wins, attributes, action }: Side4) -> Self {
        let contender = match contender {
            Contender4::Player(account) => Contender::Player(account),
            Contender4::Robot(Robot4 { moves, rewards: Rewards4 { winner, drawn, loser } }) => {
                let rewards = Rewards { winner: winner.into(), drawn: drawn.into(), loser: loser.into() };
                Contender::Robot(Robot { moves, rewards })
            }
        };
        Self { contender, name, wins, attributes, action }
    }
}

impl From<Ending4> for Ending {
    fn from(Ending4 { winner, escaped, text, spoils, shares, unpaid }: Ending4) -> Self {
        Self { winner, escaped, text, spoils: both(spoils, Spoils::from), shares, unpaid }
    }
}

impl From<Spoils4> for Spoils {
    fn from(Spoils4 { items, exp }: Spoils4) -> Self {
        Self { items, exp, drops: Drops::default() }
    }
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
        let ending = (Some(Seat::Challenger), Pair::<bool>::default(), "完", Pair::<Spoils4>::default(), unpaid);
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

    #[test]
    fn a_battle_from_before_drop_tables_keeps_its_rewards() {
        let (item, owed) = ("3:51:2".parse::<Amount>().expect("an amount"), || Spoils4 { items: Vec::new(), exp: 60 });
        let player = (0_u32, AccountId(1));
        let side = |name: &str| (name.to_owned(), 0_u32, Attributes::default(), None::<Action>);
        let (ann, robot_side) = ((player, side("ann")), side("bear"));
        let spoils = (vec![item], 60_i64);
        let robot = ((1_u32, (Vec::<RobotMove>::new(), (spoils.clone(), spoils.clone(), spoils))), robot_side);
        let unpaid = Pair { challenger: true, challenged: false };
        let shares = Pair::<Share>::default();
        let ending = (Some(Seat::Challenger), Pair::<bool>::default(), "完", (owed(), owed()), shares, unpaid);
        let head = (9_u64, 7_u64, (ann, robot), Vec::<PlayedRound>::new(), 1060_i64, Some(ending), None::<Stake>);
        let before = (head, Pair { challenger: true, challenged: false }, PassedThrough::default(), None::<RoundId>);
        let mut row = Vec::new();
        encode_value(4, &(before, Number::bare(9)), &mut row);
        let battle = Battle::read(&row).expect("version 4 has a way up");
        let robot = battle.side(Seat::Challenged).robot().expect("the game master's");
        assert_eq!((robot.rewards.winner.items.as_slice(), robot.rewards.winner.exp), (&[item][..], 60));
        assert!(robot.rewards.winner.drops.is_empty());
        assert_eq!(battle.ending().map(|ending| ending.spoils.challenger.exp), Some(60));
    }
}
