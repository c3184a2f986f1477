//! The legacy boss room: the stages of boss mode as `enter_stage` and `pass_stage` know them, and 3000, the room itself
//! (docs/contract/stages.md#legacy-functions).

use schemars::JsonSchema;
use serde::Serialize;

use crate::boss::rules::BOSS_TICKET;
use crate::boss::{BossField, ChallengesLeft, Ratios};
use crate::energy::EnergyMoments;
use crate::stages::legacy::codes::{MATERIALS, NOT_CONFIGURED, STAGE};
use crate::stages::model::Mode;
use crate::stages::requests::{ENTRY, RaiderItem, Short, pay};
use crate::stages::session::{Sessions, StageSession};
use crate::stages::suspects::{believe, reported_damage};
use crate::stages::terms::SessionTables;
use raidkeep_engine::request::lenient::Given;
use raidkeep_engine::request::{Player, Refusal};

/// Has neither order nor level, and passes nothing.
const ROOM: u32 = 3000;
const LAST: u32 = 3999;

pub(super) const ALL_DEAD: Refusal = Refusal::new(99, "all bosses are dead");
pub(super) const NO_TICKET: Refusal = Refusal::new(98, "no more ticket, try tomorrow");
pub(super) const ABNORMAL_DAMAGE: Refusal = Refusal::new(99, "abnormal data");

/// The number of a stage in the boss room.
pub(super) fn in_range(stage: i64) -> Option<u32> {
    u32::try_from(stage).ok().filter(|stage| (ROOM..=LAST).contains(stage))
}

/// Whether it is the room itself.
pub(super) fn is_room(stage: u32) -> bool {
    stage == ROOM
}

/// The flat reply of the boss room, with the challenges left also where `enter_stage` documents them.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BossRoomEntered {
    /// Points of energy left.
    energy: i64,
    /// Seconds to the next point; -1 when none is coming back.
    cooling_time: i64,
    /// The change in energy, such as -10.
    consume: i64,
    /// Challenges left today.
    times: u32,
    /// Seconds to the next local midnight.
    cd_time: i64,
    /// The same as `enter_stage` documents it.
    world_boss: ChallengesLeft,
    /// The same moments in unix seconds.
    at: EnergyMoments,
}

/// The result of a blow in the boss room.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BossRoomBlow {
    /// 1 if the damage is the player's best, else 0.
    new_record: u8,
    /// The player's best damage this season.
    highest_damage: u64,
    /// The life of each boss, by `boss0`, `boss1` and so on.
    boss_life_ratio: Ratios,
}

/// Checks in the order of `enter_stage_boss`, with the codes of document 1; then pays and opens the session.
pub(super) fn enter(
    player: &mut RaiderItem,
    sessions: &mut Sessions,
    stage: u32,
    tables: &SessionTables,
    field: &BossField,
) -> Result<BossRoomEntered, Refusal> {
    let (now, today) = (tables.clock.now(), tables.clock.day());
    if !is_room(stage) {
        check_stage(player, stage, tables)?;
    }
    if !field.anybody_alive() {
        return Err(ALL_DEAD);
    }
    let is_vip = tables.tickets.is_vip(&player.inventory);
    let ticket = tables.tickets.kind(BOSS_TICKET).ok_or(NOT_CONFIGURED)?;
    if player.tickets.left(ticket, is_vip, today) == 0 {
        return Err(NO_TICKET);
    }
    let entry = &field.rules.legacy_entry;
    pay(&mut player.energy, &mut player.inventory, entry.energy, &entry.cost, ENTRY, tables)
        .map_err(|short| if short == Short::Materials { MATERIALS } else { short.into() })?;
    player.tickets.take(ticket, is_vip, today);
    sessions.enter(&mut player.visitor, tables.session(stage, Mode::Boss));
    let (times, cd_time) = (player.tickets.left(ticket, is_vip, today), tables.clock.seconds_to_next_day());
    Ok(BossRoomEntered {
        energy: player.energy.points(now, &tables.energy),
        cooling_time: player.energy.cooling(now, &tables.energy),
        consume: -entry.energy,
        times,
        cd_time,
        world_boss: ChallengesLeft::new(cd_time, times),
        at: EnergyMoments::of(&player.energy, now, &tables.energy),
    })
}

/// A stage of boss mode must be the player's turn, configured, and not above the player's level.
fn check_stage(player: &RaiderItem, stage: u32, tables: &SessionTables) -> Result<(), Refusal> {
    let rules = tables.stages.mode(Mode::Boss).filter(|rules| rules.in_range(stage.into()).is_some());
    let rules = rules.ok_or(NOT_CONFIGURED)?;
    if stage > rules.reachable(player.progress.highest(rules, &tables.clock)) {
        return Err(STAGE);
    }
    let block = rules.stage(stage).ok_or(NOT_CONFIGURED)?;
    let level = tables.levels.standing(player.experience.total).level;
    if level < block.level { Err(STAGE) } else { Ok(()) }
}

/// Strikes; returns the blow and its damage. Abnormal damage is counted and leaves the session open, as in the new
/// function.
pub(super) fn strike(
    player: &mut RaiderItem,
    sessions: &mut Sessions,
    (caller, session): (Player, StageSession),
    damage: Given,
    tables: &SessionTables,
    field: &mut BossField,
) -> Result<(BossRoomBlow, u64), Refusal> {
    let damage = believe(player, session, reported_damage(damage)?, tables, field).map_err(|anomaly| {
        sessions.note_anomaly(&mut player.visitor, anomaly);
        ABNORMAL_DAMAGE.noted()
    })?;
    let struck = field.strike(caller, damage, field.rules.surplus_carries_over.legacy);
    let blow = BossRoomBlow {
        new_record: struck.is_record.into(),
        highest_damage: struck.best,
        boss_life_ratio: field.ratios("boss"),
    };
    Ok((blow, damage))
}
