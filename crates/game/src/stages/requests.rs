//! `enter_stage_*` and `victory_stage_*` (docs/contract/stages.md#entering-a-stage).

use std::marker::PhantomData;

use bevy_app::App;
use bevy_ecs::prelude::*;
use bevy_ecs::query::QueryData;
use bevy_ecs::system::SystemParam;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::boss::{BossField, Ratios};
use crate::drops::DropRules;
use crate::energy::{Energy, EnergyChange, EnergyMoments, EnergyRules};
use crate::items::{Amount, Cause, Inventory};
use crate::levels::{Experience, LevelRules};
use crate::stages::codes;
use crate::stages::model::{Mode, Progress};
use crate::stages::modes::{Boss, Coin, Endless, Exp, General, StageMode};
use crate::stages::rules::ModeRules;
use crate::stages::session::{Sessions, StageSession, Visitor, VisitorItem};
use crate::stages::suspects::{believe, reported_damage};
use crate::stages::terms::SessionTables;
use crate::stages::winnings::{Won, collect_victory};
use crate::tickets::{Limits, Tickets};
use crate::timed_events::{EventChange, EventRules};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::random::Randomness;
use raidkeep_engine::request::lenient::{self, Given, Integer};
use raidkeep_engine::request::{Answer, Call, Code, Player, Reads, Refusal, Request, Success};
use raidkeep_engine::rules::Rules;

pub(super) fn register(app: &mut App) {
    register_mode::<General>(app);
    register_mode::<Endless>(app);
    register_mode::<Coin>(app);
    register_mode::<Exp>(app);
    app.add_request::<Enter<Boss>, _>(enter_boss_stage);
    app.add_request::<Victory<Boss>, _>(victory_boss_stage);
}

fn register_mode<M: StageMode>(app: &mut App) {
    app.add_request::<Enter<M>, _>(enter_stage::<M>);
    app.add_request::<Victory<M>, _>(victory_stage::<M>);
}

/// The player components that the stage functions read and change.
#[derive(QueryData)]
#[query_data(mutable)]
pub(super) struct Raider {
    pub(super) energy: &'static mut Energy,
    pub(super) inventory: &'static mut Inventory,
    pub(super) experience: &'static mut Experience,
    pub(super) progress: &'static mut Progress,
    pub(super) visitor: Visitor,
    pub(super) tickets: &'static mut Tickets,
}

/// The rules that every stage function needs, sweeps too, and the time.
#[derive(SystemParam)]
pub(super) struct StageTables<'w> {
    pub(super) clock: Res<'w, Clock>,
    pub(super) levels: Res<'w, Rules<LevelRules>>,
    pub(super) energy: Res<'w, Rules<EnergyRules>>,
    pub(super) drops: Res<'w, Rules<DropRules>>,
    pub(super) events: Res<'w, Rules<EventRules>>,
}

impl StageTables<'_> {
    /// What a player's own events change now.
    pub(super) fn own_changes(&self, visitor: &VisitorItem) -> impl Iterator<Item = &EventChange> {
        self.events.own_changes(visitor.owner.made_at(), self.clock.now())
    }

    /// Experience as the replies show it.
    pub(super) fn exp_info(&self, experience: Experience, reward: i64) -> ExpInfo {
        let standing = self.levels.standing(experience.total);
        ExpInfo { exp: standing.exp, level: standing.level, need: standing.need, reward }
    }
}

/// `enter_stage_* {token, stage}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Enter<M> {
    /// The number of the stage.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    stage: i64,
    #[serde(skip)]
    mode: PhantomData<M>,
}

impl<M: StageMode> Request for Enter<M> {
    const FUNCTION: &'static str = M::ENTER;
    const READS: Reads = M::READS;
    const CODES: &'static [Code] = codes::ENTER;
    type Caller = Player;
    type Reply = StageEntered;
}

/// The reply of `enter_stage_*`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StageEntered {
    /// In boss mode: the tickets left.
    #[serde(rename = "BOSS", skip_serializing_if = "Option::is_none")]
    boss: Option<TicketsLeft>,
    /// In coin mode: the tickets left.
    #[serde(rename = "COIN", skip_serializing_if = "Option::is_none")]
    coin: Option<TicketsLeft>,
    /// In exp mode: the tickets left.
    #[serde(rename = "EXP", skip_serializing_if = "Option::is_none")]
    exp: Option<TicketsLeft>,
    /// The energy after the entry.
    energy: EnergyChange,
    /// The same moments in unix seconds.
    at: EntryMoments,
}

/// The tickets of a mode after an entry.
#[derive(Debug, Serialize, JsonSchema)]
struct TicketsLeft {
    /// By kind.
    limits: Limits,
    /// Seconds to the next local midnight.
    cd: i64,
}

/// When something happens next, unix seconds.
#[derive(Debug, Serialize, JsonSchema)]
struct EntryMoments {
    #[serde(flatten)]
    energy: EnergyMoments,
    /// When the tickets return, in modes that take some.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_reset_at: Option<i64>,
}

fn enter_stage<M: StageMode>(
    In(call): In<Call<Enter<M>>>,
    mut players: Query<Raider>,
    sessions: Sessions,
    tables: SessionTables,
) -> Answer<StageEntered> {
    let player = call.caller.get_mut(&mut players)?;
    enter(player, sessions, M::MODE, call.request.stage, true, &tables)
}

fn enter_boss_stage(
    In(call): In<Call<Enter<Boss>>>,
    mut players: Query<Raider>,
    sessions: Sessions,
    tables: SessionTables,
    field: BossField,
) -> Answer<StageEntered> {
    let player = call.caller.get_mut(&mut players)?;
    enter(player, sessions, Mode::Boss, call.request.stage, field.anybody_alive(), &tables)
}

/// Checks in the order of docs/contract/stages.md#entering-a-stage; then pays and opens the session.
fn enter(
    mut player: RaiderItem,
    mut sessions: Sessions,
    mode: Mode,
    stage: i64,
    is_anybody_there: bool,
    tables: &SessionTables,
) -> Answer<StageEntered> {
    let (now, today) = (tables.clock.now(), tables.clock.day());
    let rules = tables.mode(mode)?;
    let stage = rules.in_range(stage).ok_or(codes::STAGE)?;
    let highest = player.progress.highest(rules, &tables.clock);
    if stage > rules.reachable(highest) {
        return Err(codes::STAGE);
    }
    if !rules.repeatable && stage <= highest {
        return Err(codes::MISMATCH);
    }
    let block = rules.stage(stage).ok_or(codes::NOT_CONFIGURED)?;
    let block = block.under(stage, tables.own_changes(&player.visitor));
    if tables.levels.standing(player.experience.total).level < block.level {
        return Err(codes::LEVEL);
    }
    let is_vip = tables.tickets.is_vip(&player.inventory);
    let ticket = rules.ticket.and_then(|key| tables.tickets.kind(key));
    let has_ticket = ticket.is_none_or(|kind| player.tickets.left(kind, is_vip, today) > 0);
    if !has_ticket || !is_anybody_there {
        return Err(codes::TICKET);
    }
    pay(&mut player.energy, &mut player.inventory, block.energy, &block.cost, ENTRY, tables)?;
    if let Some(kind) = ticket {
        player.tickets.take(kind, is_vip, today);
    }
    sessions.enter(&mut player.visitor, tables.session(stage, mode));
    let left = || TicketsLeft {
        limits: Limits::some(&player.tickets, &tables.tickets, &rules.limits, is_vip, today),
        cd: tables.clock.seconds_to_next_day(),
    };
    Ok(Success::with(StageEntered {
        boss: (mode == Mode::Boss).then(left),
        coin: (mode == Mode::Coin).then(left),
        exp: (mode == Mode::Exp).then(left),
        energy: EnergyChange::after(&player.energy, -block.energy, now, &tables.energy),
        at: EntryMoments {
            energy: EnergyMoments::of(&player.energy, now, &tables.energy),
            next_reset_at: ticket.map(|_| tables.clock.next_day_at()),
        },
    }))
}

/// The ledger's reason for the cost of an entry.
pub(super) const ENTRY: Cause = Cause::new("enter_stage");

/// What a player has too little of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Short {
    /// Points of energy.
    Energy,
    /// Items.
    Materials,
}

impl From<Short> for Refusal {
    fn from(short: Short) -> Self {
        match short {
            Short::Energy => codes::ENERGY,
            Short::Materials => codes::MATERIALS,
        }
    }
}

/// Takes energy and items; if either is short, takes neither.
pub(super) fn pay(
    energy: &mut Mut<Energy>,
    inventory: &mut Mut<Inventory>,
    points: i64,
    cost: &[Amount],
    cause: Cause,
    tables: &StageTables,
) -> Result<(), Short> {
    let now = tables.clock.now();
    if energy.points(now, &tables.energy) < points {
        return Err(Short::Energy);
    }
    if !cost.is_empty() && !inventory.pay(cost, cause) {
        return Err(Short::Materials);
    }
    if points > 0 {
        energy.spend(points, now, &tables.energy);
    }
    Ok(())
}

/// `victory_stage_* {token, stage}`, and `damage` in boss mode.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Victory<M> {
    /// The number of the stage.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    stage: i64,
    /// In boss mode: the damage done.
    #[serde(default, deserialize_with = "lenient::any_integer", skip_serializing_if = "lenient::Given::is_missing")]
    damage: Given,
    /// Another spelling (docs/contract/stage-protocol.md#spellings).
    #[serde(default, deserialize_with = "lenient::any_integer", skip_serializing_if = "lenient::Given::is_missing")]
    damange: Given,
    #[serde(skip)]
    mode: PhantomData<M>,
}

impl<M: StageMode> Request for Victory<M> {
    const FUNCTION: &'static str = M::VICTORY;
    const READS: Reads = M::READS;
    const CODES: &'static [Code] =
        if matches!(M::MODE, Mode::Boss) { codes::VICTORY_OVER_BOSS } else { codes::VICTORY };
    type Caller = Player;
    type Reply = StageWon;
}

/// The reply of `victory_stage_*`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StageWon {
    /// What the blow has done, in boss mode.
    boss: BossBlow,
    /// What is left of the items in `reward`, in the same order.
    remain: Vec<Amount>,
    /// What was gained.
    reward: Vec<Amount>,
    /// The experience after that.
    exp_info: ExpInfo,
}

/// The result of a victory in boss mode; `{}` in the other modes.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct BossBlow {
    /// The life of each boss, by `0`, `1` and so on.
    #[serde(skip_serializing_if = "Option::is_none")]
    ratio: Option<Ratios>,
    /// 1 if the damage is the player's best, else 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<u8>,
    /// The player's best damage this season.
    #[serde(skip_serializing_if = "Option::is_none")]
    damage: Option<u64>,
}

/// Experience after a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ExpInfo {
    /// Experience in all.
    exp: i64,
    /// The level that this makes.
    level: u32,
    /// Experience missing for the next level; 0 at the highest.
    need: i64,
    /// What was gained.
    reward: i64,
}

fn victory_stage<M: StageMode>(
    In(call): In<Call<Victory<M>>>,
    mut players: Query<Raider>,
    mut sessions: Sessions,
    tables: SessionTables,
    mut random: ResMut<Randomness>,
) -> Answer<StageWon> {
    let mut player = call.caller.get_mut(&mut players)?;
    let (rules, session) = check_victory(&player, &sessions, M::MODE, call.request.stage, &tables)?;
    sessions.leave(&mut player.visitor, None);
    Ok(win(&mut player, rules, session, BossBlow::default(), &tables, &mut random))
}

fn victory_boss_stage(
    In(call): In<Call<Victory<Boss>>>,
    mut players: Query<Raider>,
    mut sessions: Sessions,
    tables: SessionTables,
    mut random: ResMut<Randomness>,
    mut field: BossField,
) -> Answer<StageWon> {
    let mut player = call.caller.get_mut(&mut players)?;
    let (rules, session) = check_victory(&player, &sessions, Mode::Boss, call.request.stage, &tables)?;
    let damage =
        believe(&player, session, reported_damage(call.request.damage.or(call.request.damange))?, &tables, &field)
            .map_err(|anomaly| {
                sessions.note_anomaly(&mut player.visitor, anomaly);
                codes::DAMAGE.noted()
            })?;
    let struck = field.strike(call.caller, damage, field.rules.surplus_carries_over.new);
    sessions.leave(&mut player.visitor, Some(damage));
    let boss =
        BossBlow { ratio: Some(field.ratios("")), record: Some(struck.is_record.into()), damage: Some(struck.best) };
    Ok(win(&mut player, rules, session, boss, &tables, &mut random))
}

fn check_victory<'t>(
    player: &RaiderItem,
    sessions: &Sessions,
    mode: Mode,
    stage: i64,
    tables: &'t SessionTables,
) -> Result<(&'t ModeRules, StageSession), Refusal> {
    let session = sessions.open(&player.visitor).filter(|session| i64::from(session.open().stage) == stage);
    let rules = tables.stages_of(session).mode(mode).ok_or(codes::NOT_CONFIGURED)?;
    rules.in_range(stage).ok_or(codes::STAGE)?;
    Ok((rules, session.ok_or(codes::MISMATCH)?))
}

fn win(
    player: &mut RaiderItem,
    rules: &ModeRules,
    session: StageSession,
    boss: BossBlow,
    tables: &SessionTables,
    random: &mut Randomness,
) -> Success<StageWon> {
    let Won { reward, exp, .. } = collect_victory(player, rules, session, tables, random);
    Success::with(StageWon {
        boss,
        remain: player.inventory.remain_of(&reward),
        reward,
        exp_info: tables.exp_info(*player.experience, exp),
    })
}
