//! The legacy functions `enter_stage` and `pass_stage`, onto the same sessions (document 1;
//! semantics, section 7).

use bevy_app::App;
use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::energy::EnergyMoments;
use crate::identity::Login;
use crate::items::{Amount, LegacyChange};
use crate::random::Randomness;
use crate::request::{Answer, Call, Player, Reads, Refusal, Request, RequestApp, Success, lenient};
use crate::rules::Rules;
use crate::stages::layouts::{LayoutRules, Monster, MonsterRules, Wave};
use crate::stages::model::Mode;
use crate::stages::requests::{Raider, StageTables, collect_victory, no_player, pay};
use crate::storage::Directory;

pub(super) fn register(app: &mut App) {
    app.add_request::<EnterStage, _>(enter_stage);
    app.add_request::<PassStage, _>(pass_stage);
}

const STAGE: Refusal = Refusal::new(99, "stage error");
const MATERIALS: Refusal = Refusal::new(98, "materials insufficient");
const NOT_CONFIGURED: Refusal = Refusal::new(96, "There is no configuration information for this stage");
const STILL_INSIDE: Refusal = Refusal::new(95, "abnormal data, log in again");
const NOT_ENTERED: Refusal = Refusal::new(98, "stage error");

/// `enter_stage {token, stage}`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EnterStage {
    #[serde(deserialize_with = "lenient::integer")]
    stage: i64,
}

impl Request for EnterStage {
    const FUNCTION: &'static str = "enter_stage";
    const READS: Reads = Reads::Caller;
    type Caller = Player;
    type Reply = LegacyEntered;
}

/// The reply of `enter_stage`.
#[derive(Debug, Serialize)]
pub struct LegacyEntered {
    enter_stages: Vec<Cost>,
    exp_info: LegacyExp,
    world_boss: Empty,
    energy: LegacyEnergy,
    enemy_layout: Vec<Wave>,
    monster: Vec<Monster>,
    at: EnergyMoments,
}

/// An item of `enter_stages`, with `iid` as a number.
#[derive(Debug, Serialize)]
struct Cost {
    iid: u32,
    remaining: i64,
    reward: i64,
}

#[derive(Debug, Serialize)]
struct LegacyExp {
    exp: i64,
    level: u32,
    need: i64,
}

#[derive(Debug, Serialize)]
struct LegacyEnergy {
    time: i64,
    remaining: i64,
    reward: i64,
}

#[derive(Debug, Serialize)]
struct Empty {}

fn enter_stage(
    In(call): In<Call<EnterStage>>,
    mut players: Query<(Raider, &mut Login)>,
    tables: StageTables,
    layouts: Res<Rules<LayoutRules>>,
    monsters: Res<Rules<MonsterRules>>,
    mut directory: ResMut<Directory>,
) -> Answer<LegacyEntered> {
    let (mut player, mut login) = players.get_mut(call.caller.entity).map_err(no_player)?;
    if player.session.open().is_some_and(|open| open.mode != Mode::General) {
        player.session.note_anomaly();
        revoke(&mut login, &mut directory);
        return Err(STILL_INSIDE);
    }
    let rules = tables.stages.mode_of(call.request.stage).ok_or(STAGE)?;
    let stage = rules.in_range(call.request.stage).ok_or(STAGE)?;
    if stage > rules.reachable(player.progress.highest(rules.mode)) {
        return Err(STAGE);
    }
    let block = rules.stage(stage).ok_or(NOT_CONFIGURED)?;
    let entry = block.legacy.as_ref().ok_or(NOT_CONFIGURED)?;
    if !player.inventory.covers(&entry.cost) {
        return Err(MATERIALS);
    }
    pay(&mut player.energy, &mut player.inventory, entry.energy, &entry.cost, &tables)?;
    let now = tables.clock.now();
    player.session.enter(stage, rules.mode, now);
    let left = |cost: &Amount| Cost {
        iid: cost.item.id,
        remaining: player.inventory.quantity(cost.item),
        reward: -cost.quantity,
    };
    let standing = tables.levels.standing(player.experience.total);
    let layout = block.layout.as_deref().and_then(|layout| layouts.layout(layout));
    Ok(Success::with(LegacyEntered {
        enter_stages: entry.cost.iter().map(left).collect(),
        exp_info: LegacyExp { exp: standing.exp, level: standing.level, need: standing.need },
        world_boss: Empty {},
        energy: LegacyEnergy {
            time: player.energy.cooling(now, &tables.energy),
            remaining: player.energy.points(now, &tables.energy),
            reward: -entry.energy,
        },
        enemy_layout: layout.map(|layout| layout.waves.clone()).unwrap_or_default(),
        monster: layout.map(|layout| monsters.of_layout(layout)).unwrap_or_default(),
        at: EnergyMoments::of(&player.energy, now, &tables.energy),
    }))
}

/// The token of a client with abnormal data is worth nothing from now on.
fn revoke(login: &mut Mut<Login>, directory: &mut Directory) {
    if let Some(key) = login.revoke() {
        directory.set(key, None);
    }
}

/// `pass_stage {token, stage}`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PassStage {
    #[serde(deserialize_with = "lenient::integer")]
    stage: i64,
}

impl Request for PassStage {
    const FUNCTION: &'static str = "pass_stage";
    const READS: Reads = Reads::Caller;
    type Caller = Player;
    type Reply = LegacyPassed;
}

/// The reply of `pass_stage`.
#[derive(Debug, Serialize)]
pub struct LegacyPassed {
    pass_stages: Vec<LegacyChange>,
    p_exp: PassedExp,
    p_stage: PassedStage,
}

#[derive(Debug, Serialize)]
struct PassedExp {
    remaining: i64,
    reward: i64,
}

#[derive(Debug, Serialize)]
struct PassedStage {
    finally: u32,
    vary: u32,
}

fn pass_stage(
    In(call): In<Call<PassStage>>,
    mut players: Query<(Raider, &mut Login)>,
    tables: StageTables,
    mut directory: ResMut<Directory>,
    mut random: ResMut<Randomness>,
) -> Answer<LegacyPassed> {
    let (mut player, mut login) = players.get_mut(call.caller.entity).map_err(no_player)?;
    let rules = tables.stages.mode_of(call.request.stage).ok_or(STAGE)?;
    let stage = rules.in_range(call.request.stage).ok_or(STAGE)?;
    if player.session.open().is_none_or(|open| open.stage != stage) {
        player.session.note_anomaly();
        revoke(&mut login, &mut directory);
        return Err(NOT_ENTERED);
    }
    rules.stage(stage).ok_or(NOT_CONFIGURED)?;
    let won = collect_victory(&mut player, rules, stage, &mut random);
    Ok(Success::with(LegacyPassed {
        pass_stages: LegacyChange::after(&player.inventory, &won.reward),
        p_exp: PassedExp { remaining: player.experience.total, reward: won.exp },
        p_stage: PassedStage { finally: player.progress.highest(rules.mode), vary: won.rise },
    }))
}
