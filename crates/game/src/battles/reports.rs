//! Each battle is a game round to SUD (docs/contract/game-reports.md#rounds): it begins with the battle and is settled
//! with its end.

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemState;

use crate::battles::index::BattleIndex;
use crate::battles::model::{Battle, Ending};
use crate::battles::rules::BattleRules;
use crate::battles::verdict::Seat;
use crate::items::Inventory;
use crate::platforms::sud::{IsWin, RoundBegin, RoundPlayer, RoundResult, Rounds, with_rounds};
use raidkeep_engine::players::Players;
use raidkeep_engine::rules::Rules;
use raidkeep_engine::storage::EditWorld;

/// What to report about a battle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BattleReport {
    /// It has begun.
    Began(u64),
    /// It has ended.
    Settled(u64),
}

/// The reports of this tick, in order.
#[derive(Debug, Default, Resource)]
pub struct BattleReports(Vec<BattleReport>);

impl BattleReports {
    /// Adds a report.
    pub fn push(&mut self, report: BattleReport) {
        self.0.push(report);
    }
}

/// Hands the tick's reports to the platform's queue, in the same batch as the changes of the battles themselves.
pub fn report_rounds(world: &mut World, rounds: &mut SystemState<Rounds<'static, 'static>>) {
    let reports = std::mem::take(&mut world.resource_mut::<BattleReports>().0);
    for report in reports {
        match report {
            BattleReport::Began(id) => report_begin(world, rounds, id),
            BattleReport::Settled(id) => report_end(world, rounds, id),
        }
    }
}

fn battle(world: &World, id: u64) -> Option<(Entity, &Battle)> {
    let entity = world.resource::<BattleIndex>().find(id)?;
    Some((entity, world.get::<Battle>(entity)?))
}

fn report_begin(world: &mut World, rounds: &mut SystemState<Rounds<'static, 'static>>, id: u64) {
    let game_mode = world.resource::<Rules<BattleRules>>().game_mode;
    let Some((entity, battle)) = battle(world, id) else {
        return;
    };
    let begin = RoundBegin {
        room_id: battle.number().to_string(),
        game_mode,
        players: Seat::BOTH.map(|seat| RoundPlayer { account: battle.side(seat).account() }).into(),
        passed: battle.passed().clone().or_key(&battle.number().to_string()),
    };
    let Some(round) = with_rounds(world, rounds, |rounds| rounds.begin(begin)) else {
        return;
    };
    if let Some(mut battle) = world.edit::<Battle>(entity) {
        battle.report = Some(round);
    }
}

fn report_end(world: &mut World, rounds: &mut SystemState<Rounds<'static, 'static>>, id: u64) {
    let ended = battle(world, id).and_then(|(_, battle)| {
        let ending = battle.ending()?;
        Some((battle.report?, Seat::BOTH.map(|seat| result(world, battle, ending, seat))))
    });
    if let Some((round, results)) = ended {
        with_rounds(world, rounds, |rounds| rounds.settle(round, &results));
    }
}

/// The result for one player: the winner has rank 1; in a draw both have.
fn result(world: &World, battle: &Battle, ending: &Ending, seat: Seat) -> RoundResult {
    let side = battle.side(seat);
    let roles = world.resource::<Rules<BattleRules>>().report_roles;
    let role = match seat {
        _ if side.account().is_none() => roles.robot,
        Seat::Challenger => roles.challenger,
        Seat::Challenged => roles.challenged,
    };
    let (rank, is_win) = match ending.winner {
        Some(winner) if winner == seat => (1, IsWin::Won),
        Some(_) => (2, IsWin::Lost),
        None => (1, IsWin::Draw),
    };
    RoundResult {
        account: side.account(),
        rank,
        is_escaped: *ending.escaped.get(seat),
        is_win,
        role,
        score: i32::try_from(side.wins).unwrap_or(i32::MAX),
        award: as_i32(ending.spoils.get(seat).exp),
        remain_score: as_i32(remaining(world, battle, ending, seat)),
        commission_score: as_i32(ending.shares.get(seat).commission),
    }
}

fn as_i32(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// What a player has left of the item that was at stake. Of one who is not in memory, what the battle itself knows.
fn remaining(world: &World, battle: &Battle, ending: &Ending, seat: Seat) -> i64 {
    let Some(stake) = battle.stake() else {
        return 0;
    };
    let player = battle.side(seat).account().and_then(|account| world.resource::<Players>().entity(account));
    let inventory = player.and_then(|player| world.get::<Inventory>(player));
    let known = || stake.left.get(seat).saturating_add(ending.shares.get(seat).returned);
    inventory.map_or_else(known, |inventory| inventory.quantity(stake.each.item))
}
