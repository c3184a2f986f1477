//! Each battle is a game round to SUD (docs/contract/game-reports.md#rounds): it begins with the battle and is settled
//! with its end.

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemState;

use crate::battles::index::BattleIndex;
use crate::battles::model::{Battle, Ending};
use crate::battles::rules::BattleRules;
use crate::battles::verdict::Seat;
use crate::platforms::sud::{IsWin, RoundBegin, RoundPlayer, RoundResult, Rounds, with_rounds};
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
        room_id: id.to_string(),
        game_mode,
        players: Seat::BOTH.map(|seat| RoundPlayer { account: Some(battle.side(seat).account) }).into(),
        report_game_info_key: id.to_string(),
        report_game_info_extras: String::new(),
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
        Some((battle.report?, Seat::BOTH.map(|seat| result(battle, ending, seat))))
    });
    if let Some((round, results)) = ended {
        with_rounds(world, rounds, |rounds| rounds.settle(round, &results));
    }
}

/// The result for one player: the winner has rank 1; in a draw both have.
fn result(battle: &Battle, ending: &Ending, seat: Seat) -> RoundResult {
    let side = battle.side(seat);
    let (rank, is_win) = match ending.winner {
        Some(winner) if winner == seat => (1, IsWin::Won),
        Some(_) => (2, IsWin::Lost),
        None => (1, IsWin::Draw),
    };
    RoundResult {
        account: Some(side.account),
        rank,
        is_escaped: *ending.escaped.get(seat),
        is_win,
        score: i32::try_from(side.wins).unwrap_or(i32::MAX),
        award: i32::try_from(ending.spoils.get(seat).exp).unwrap_or(i32::MAX),
    }
}
