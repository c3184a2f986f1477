//! `stage_refresh_boss`, `check_boss_status`, `get_config_boss` (docs/contract/world-boss-and-ranking.md#functions).

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::{JsonSchema, json_schema};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use crate::boss::field::BossField;
use crate::boss::model::Ratios;
use crate::boss::rules::{BOSS_TICKET, BossRules};
use crate::boss::systems::SeasonEnd;
use crate::items::Inventory;
use crate::tickets::{TicketRules, Tickets};
use raidkeep_engine::clock::{Clock, HoursMinutesSeconds};
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::request;
use raidkeep_engine::request::{Answer, Call, Player, Success};
use raidkeep_engine::rules::Rules;
use raidkeep_engine::schema::schema_by_hand;

const MESSAGE: &str = "Successfully get hook information";

pub(super) fn register(app: &mut App) {
    app.add_request::<StageRefreshBoss, _>(stage_refresh_boss);
    app.add_request::<CheckBossStatus, _>(check_boss_status);
    app.add_request::<GetConfigBoss, _>(get_config_boss);
}

/// How many boss challenges a player still has today.
pub fn challenges_left(
    player: Entity,
    players: &Query<(&Tickets, &Inventory)>,
    rules: &TicketRules,
    today: i32,
) -> u32 {
    let kind = rules.kind(BOSS_TICKET);
    let left = players.get(player).ok().zip(kind);
    left.map_or(0, |((tickets, inventory), kind)| tickets.left(kind, rules.is_vip(inventory), today))
}

/// `stage_refresh_boss {token}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct StageRefreshBoss {}

request!(Player, "stage_refresh_boss", StageRefreshBoss => BossesShown);

/// The reply of `stage_refresh_boss`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BossesShown {
    /// The caller's own best damage this season.
    damage: u64,
    /// Challenges left today.
    limit: u32,
    /// Seconds to the next local midnight.
    cd: i64,
    /// Seconds to the end of the season; -1 if it has none.
    mcd: i64,
    /// The life of each boss, by `0`, `1` and so on.
    ratio: Ratios,
    /// The same moments in unix seconds.
    at: BossMoments,
}

/// When something begins anew, unix seconds.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
struct BossMoments {
    /// When the tickets return.
    next_reset_at: i64,
    /// When all bosses return; absent if they do not.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_month_at: Option<i64>,
}

impl BossMoments {
    fn of(clock: &Clock, season_end: SeasonEnd) -> Self {
        Self { next_reset_at: clock.next_day_at(), next_month_at: season_end.0 }
    }
}

fn stage_refresh_boss(
    In(call): In<Call<StageRefreshBoss>>,
    field: BossField,
    players: Query<(&Tickets, &Inventory)>,
    tickets: Res<Rules<TicketRules>>,
    clock: Res<Clock>,
    season_end: Res<SeasonEnd>,
) -> Answer<BossesShown> {
    Ok(Success::with(BossesShown {
        damage: field.best(call.caller.entity),
        limit: challenges_left(call.caller.entity, &players, &tickets, clock.day()),
        cd: clock.seconds_to_next_day(),
        mcd: season_end.seconds_left(&clock),
        ratio: field.ratios(""),
        at: BossMoments::of(&clock, *season_end),
    })
    .message(MESSAGE))
}

/// `check_boss_status {token}`: the same in the legacy format.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CheckBossStatus {}

request!(Player, "check_boss_status", CheckBossStatus => BossStatus);

/// The reply of `check_boss_status`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BossStatus {
    /// The caller's own best damage this season.
    damage: u64,
    /// The challenges left, and the time.
    world_boss: Challenges,
    /// The life of each boss, by `boss0`, `boss1` and so on.
    boss_life_ratio: Ratios,
    /// The same moments in unix seconds.
    at: BossMoments,
}

/// The challenges left, and the time.
#[derive(Debug, Serialize, JsonSchema)]
struct Challenges {
    /// Challenges left today.
    remaining: u32,
    /// Seconds to the next local midnight.
    time: i64,
    /// Seconds to the end of the season; -1 if it has none.
    month_time: i64,
}

/// The challenges left as the legacy `enter_stage` shows them.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ChallengesLeft {
    /// The time until new ones.
    time: HoursMinutesSeconds,
    /// Challenges left today.
    remaining: u32,
}

impl ChallengesLeft {
    /// This many, for this many seconds.
    pub fn new(seconds: i64, remaining: u32) -> Self {
        Self { time: HoursMinutesSeconds(seconds), remaining }
    }
}

fn check_boss_status(
    In(call): In<Call<CheckBossStatus>>,
    field: BossField,
    players: Query<(&Tickets, &Inventory)>,
    tickets: Res<Rules<TicketRules>>,
    clock: Res<Clock>,
    season_end: Res<SeasonEnd>,
) -> Answer<BossStatus> {
    Ok(Success::with(BossStatus {
        damage: field.best(call.caller.entity),
        world_boss: Challenges {
            remaining: challenges_left(call.caller.entity, &players, &tickets, clock.day()),
            time: clock.seconds_to_next_day(),
            month_time: season_end.seconds_left(&clock),
        },
        boss_life_ratio: field.ratios("boss"),
        at: BossMoments::of(&clock, *season_end),
    })
    .message(MESSAGE))
}

/// `get_config_boss {token}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct GetConfigBoss {}

request!(Player, "get_config_boss", GetConfigBoss => ConfigShown);

/// The reply of `get_config_boss`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ConfigShown {
    /// Limits and bosses.
    config: BossConfig,
}

/// `{"max_enter_time":3,"max_upload_damage":200000,"boss1":{"life_value":10000},..}`.
#[derive(Debug)]
struct BossConfig {
    /// Challenges a day.
    max_enter_time: u32,
    /// A damage at or above this is abnormal.
    max_upload_damage: u64,
    lives: Vec<u64>,
}

schema_by_hand!(BossConfig, "BossConfig", |generator| {
    let life = generator.subschema_for::<LifeValue>();
    json_schema!({
        "type": "object",
        "description": "The limits, and the bosses as `boss1`, `boss2` and so on.",
        "properties": {
            "max_enter_time": {"type": "integer", "description": "Challenges a day."},
            "max_upload_damage": {"type": "integer", "description": "A damage at or above this is abnormal."},
        },
        "patternProperties": {"^boss[0-9]+$": life},
        "required": ["max_enter_time", "max_upload_damage"],
    })
});

/// A boss as its configuration shows it.
#[derive(Debug, Serialize, JsonSchema)]
struct LifeValue {
    /// Its life points when the season begins.
    life_value: u64,
}

impl Serialize for BossConfig {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.lives.len() + 2))?;
        map.serialize_entry("max_enter_time", &self.max_enter_time)?;
        map.serialize_entry("max_upload_damage", &self.max_upload_damage)?;
        for (at, life_value) in self.lives.iter().enumerate() {
            map.serialize_entry(&format!("boss{}", at + 1), &LifeValue { life_value: *life_value })?;
        }
        map.end()
    }
}

fn get_config_boss(In(_): In<Call<GetConfigBoss>>, rules: Res<Rules<BossRules>>) -> Answer<ConfigShown> {
    let config = BossConfig {
        max_enter_time: rules.max_enter_time,
        max_upload_damage: rules.max_upload_damage,
        lives: rules.bosses.iter().map(|boss| boss.life_value).collect(),
    };
    Ok(Success::with(ConfigShown { config }))
}
