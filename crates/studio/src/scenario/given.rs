//! Initial state of a scenario: two functions that exist only in its world.

use std::collections::BTreeMap;

use bevy_app::App;
use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::operators::Right;
use raidkeep_engine::request;
use raidkeep_engine::request::{Answer, Call, Operator, Player, Refusal, Success, status};
use raidkeep_engine::rules::Rules;
use raidkeep_engine::storage::Edit;
use raidkeep_game::boss::{Roster, WorldBoss};
use raidkeep_game::energy::Energy;
use raidkeep_game::items::{Amount, Cause, Inventory, ItemRules};
use raidkeep_game::levels::{Experience, LevelRules};
use raidkeep_game::stages::{Mode, Progress, StageRules};
use raidkeep_game::tickets::{TicketRules, Tickets};

/// Why a scenario gives items.
const GIVEN: Cause = Cause::new("scenario");

/// Registers both functions.
pub fn register(app: &mut App) {
    app.add_request::<PlayerState, _>(give_player).add_request::<Bosses, _>(give_bosses);
}

/// Changes to a player's state. What is absent stays unchanged.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PlayerState {
    /// The level, with the minimum experience for it.
    pub level: Option<u32>,
    /// Total experience.
    pub exp: Option<i64>,
    /// Points of energy.
    pub energy: Option<i64>,
    /// Items to own: the exact quantity of each one named.
    pub items: Vec<Amount>,
    /// The highest stage passed, by mode.
    pub passed: BTreeMap<Mode, u32>,
    /// Tickets left today, by kind; at most the daily number.
    pub tickets: BTreeMap<u16, u32>,
    /// The balance on the payment platform, whose sandbox a scenario has. Only [`run`](crate::scenario::run) can set it.
    pub points: Option<i64>,
    /// Whether to give the player a VIP item. `false` changes nothing.
    pub vip: bool,
}

request!(Player, "scenario_player", PlayerState => ());

/// The rules that decide what can be given.
#[derive(SystemParam)]
struct Givable<'w> {
    clock: Res<'w, Clock>,
    levels: Res<'w, Rules<LevelRules>>,
    items: Res<'w, Rules<ItemRules>>,
    stages: Res<'w, Rules<StageRules>>,
    tickets: Res<'w, Rules<TicketRules>>,
}

fn refuse(message: String) -> Refusal {
    Refusal::saying(status::MALFORMED, message)
}

type Given =
    (&'static mut Experience, &'static mut Energy, &'static mut Inventory, &'static mut Progress, &'static mut Tickets);

fn give_player(In(call): In<Call<PlayerState>>, mut players: Query<Given>, rules: Givable) -> Answer<()> {
    let state = &call.request;
    let exp = rules.experience(state)?;
    rules.check(state)?;
    let (mut experience, mut energy, mut inventory, mut progress, mut tickets) = call.caller.get_mut(&mut players)?;
    if let Some(total) = exp {
        experience.total = total;
    }
    if let Some(points) = state.energy {
        *energy = Energy::new(points, rules.clock.now());
    }
    let mut wanted = state.items.clone();
    wanted.extend(rules.tickets.vip_items.first().filter(|_| state.vip).map(|&item| Amount { item, quantity: 1 }));
    own(&mut inventory, &wanted);
    for (mode, stage) in &state.passed {
        if let Some(mode) = rules.stages.mode(*mode) {
            progress.pass(mode, *stage, &rules.clock);
        }
    }
    let (today, is_vip) = (rules.clock.day(), rules.tickets.is_vip(&inventory));
    for (key, left) in &state.tickets {
        if let Some(kind) = rules.tickets.kind(*key) {
            while tickets.left(kind, is_vip, today) > *left && tickets.take(kind, is_vip, today) {}
        }
    }
    Ok(Success::empty())
}

/// Sets the quantity of each item.
fn own(inventory: &mut Inventory, wanted: &[Amount]) {
    for amount in wanted {
        let change = amount.quantity - inventory.quantity(amount.item);
        let by = [Amount { quantity: change.abs(), ..*amount }];
        if change < 0 {
            inventory.pay(&by, GIVEN);
        } else {
            inventory.grant(&by, GIVEN);
        }
    }
}

impl Givable<'_> {
    fn experience(&self, state: &PlayerState) -> Result<Option<i64>, Refusal> {
        match (state.level, state.exp) {
            (Some(_), Some(_)) => Err(refuse("level and exp: expected one of the two".to_owned())),
            (None, Some(exp)) if exp < 0 => Err(refuse(format!("exp: {exp} is negative, expected 0 or more"))),
            (None, exp) => Ok(exp),
            (Some(level), None) => {
                let exp = self.levels.exp_of(level);
                let top = self.levels.top();
                exp.ok_or_else(|| refuse(format!("level: there is no level {level}, expected 1 to {top}"))).map(Some)
            }
        }
    }

    fn check(&self, state: &PlayerState) -> Result<(), Refusal> {
        if let Some(energy) = state.energy.filter(|energy| *energy < 0) {
            return Err(refuse(format!("energy: {energy} is negative, expected 0 or more")));
        }
        if let Some(points) = state.points.filter(|points| *points < 0) {
            return Err(refuse(format!("points: {points} is negative, expected 0 or more")));
        }
        for amount in &state.items {
            if !self.items.items.iter().any(|item| item.id == amount.item) {
                return Err(refuse(format!("items: {} is no item of items.ron", amount.item)));
            }
            if amount.quantity < 0 {
                return Err(refuse(format!("items: {amount} is negative, expected 0 or more")));
            }
        }
        for (mode, stage) in &state.passed {
            let fits = self.stages.mode(*mode).is_some_and(|rules| rules.in_range(i64::from(*stage)).is_some());
            if !fits {
                return Err(refuse(format!("passed: {stage} is no stage of that mode")));
            }
        }
        match state.tickets.keys().find(|key| self.tickets.kind(**key).is_none()) {
            Some(key) => Err(refuse(format!("tickets: {key} is no kind of tickets.ron"))),
            None => Ok(()),
        }
    }
}

/// The remaining life of some bosses.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Bosses {
    /// Each boss at most once.
    pub bosses: Vec<BossLife>,
}

/// The remaining life of one boss.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BossLife {
    /// Its index in the roster, from 0.
    pub number: usize,
    /// Life points left, 0 = dead.
    pub left: u64,
}

request!(Operator, "scenario_bosses", Bosses => (), RIGHT = Right::DATA);

fn give_bosses(In(call): In<Call<Bosses>>, roster: Res<Roster>, mut bosses: Edit<&mut WorldBoss>) -> Answer<()> {
    let count = roster.0.len();
    if let Some(BossLife { number, .. }) = call.request.bosses.iter().find(|given| given.number >= count) {
        return Err(refuse(format!("bosses: there is no boss {number}, expected a number from 0 and below {count}")));
    }
    for given in &call.request.bosses {
        if let Some(entity) = roster.0.get(given.number)
            && let Ok(mut boss) = bosses.get_mut(*entity)
        {
            boss.left = given.left.min(boss.life);
        }
    }
    Ok(Success::empty())
}
