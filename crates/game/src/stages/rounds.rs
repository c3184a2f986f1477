//! Reports sessions against the world bosses as rounds to the report platform, if the operator enables it
//! (docs/contract/game-reports.md#boss-sessions).

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemState;

use crate::platforms::sud::{
    IsWin, PassedThrough, RoundBegin, RoundId, RoundPlayer, RoundResult, Rounds, SudPlatform, with_rounds,
};
use crate::stages::session::{CurrentSession, EndedBossSession, StageCounts, StageSession};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::in_force::Followers;
use raidkeep_engine::storage::{Stored, Touched};
use raidkeep_engine::travel::Traveller;

/// The room, in front of the world's id, and the mode that sessions are reported under.
const ROOM: &str = "world_boss";
const GAME_MODE: i32 = 2;

/// Reports the sessions that have begun or ended in this tick.
pub fn report_boss_sessions(world: &mut World, rounds: &mut SystemState<Rounds>) {
    let wanted = world.resource::<SudPlatform>().0.as_ref().is_some_and(|platform| platform.reports_boss_sessions);
    if !wanted {
        return;
    }
    for player in world.resource::<Touched>().entities().to_vec() {
        let Some(account) = world.get::<Stored>(player).map(Stored::account) else {
            continue;
        };
        let ended = take_ended(world, player);
        report(world, rounds, account, &ended);
        let session = current_session(world, player).filter(|(_, session)| session.is_unreported());
        if let Some((entity, _)) = session
            && let Some(round) = with_rounds(world, rounds, |rounds| begin(rounds, account))
            && let Some(mut session) = world.get_mut::<StageSession>(entity)
        {
            session.note_round(round);
        }
    }
}

/// Ends the session of a player who is being deleted. If it was reported, its end is reported too.
pub fn part(world: &mut World, player: Traveller) {
    if let Some((entity, session)) = current_session(world, player.entity) {
        world.despawn(entity);
        world.resource_mut::<Followers>().end(session.terms());
        if let Some(mut counts) = world.get_mut::<StageCounts>(player.entity) {
            counts.note_end(&session, None);
        }
    }
    let mut reported = take_ended(world, player.entity);
    reported.retain(|ended| ended.round.is_some());
    let mut rounds = SystemState::new(world);
    report(world, &mut rounds, player.account, &reported);
}

fn current_session(world: &World, player: Entity) -> Option<(Entity, StageSession)> {
    let entity = world.get::<CurrentSession>(player)?.entity();
    world.get::<StageSession>(entity).map(|session| (entity, *session))
}

fn take_ended(world: &mut World, player: Entity) -> Vec<EndedBossSession> {
    let counts = world.get_mut::<StageCounts>(player).filter(|counts| counts.has_ended());
    counts.map(|mut counts| counts.take_ended()).unwrap_or_default()
}

fn report(world: &mut World, rounds: &mut SystemState<Rounds>, account: AccountId, ended: &[EndedBossSession]) {
    for session in ended {
        with_rounds(world, rounds, |rounds| {
            let round: RoundId = session.round.unwrap_or_else(|| begin(rounds, account));
            rounds.settle(round, &[result(account, session.damage)]);
        });
    }
}

fn begin(rounds: &mut Rounds<'_, '_>, account: AccountId) -> RoundId {
    rounds.begin(RoundBegin {
        room_id: format!("{ROOM}-{}", rounds.numbering().world),
        game_mode: GAME_MODE,
        players: vec![RoundPlayer { account: Some(account) }],
        passed: PassedThrough::default(),
    })
}

fn result(account: AccountId, damage: Option<u64>) -> RoundResult {
    let score = damage.map_or(0, |damage| i32::try_from(damage).unwrap_or(i32::MAX));
    RoundResult {
        account: Some(account),
        rank: 1,
        is_escaped: damage.is_none(),
        is_win: if damage.is_some() { IsWin::Won } else { IsWin::Lost },
        // Against the bosses everybody has the same role, and nothing is at stake.
        role: 0,
        score,
        award: 0,
        remain_score: score,
        commission_score: 0,
    }
}
