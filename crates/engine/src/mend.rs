//! Mends a wrong moment that was stored: the world's clock was ahead, and is right again.
//!
//! What features store of a player is computed from moments, such as since when energy regenerates. Those of a clock that
//! was ahead lie in the future, and the player would wait until they have come. A mend brings them back to the moment at
//! which the operator asks for it. What was used up or paid under the wrong clock stays so: a day's tickets are those of
//! the day of the mend.
//!
//! Players in memory are mended at once, the others when they are loaded. Each remembers through which mend it has come.

use bevy_app::App;
use bevy_ecs::component::Mutable;
use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::clock::Clock;
use crate::storage::{Arrival, EditWorld, PlayerRow, Unfit, WorldRow};

/// One mend: no moment of before it is later than this, unless something is to happen then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mend {
    /// Numbers the mends from 1.
    pub number: u32,
    /// Unix seconds.
    pub at: i64,
    /// The number of the day, as [`Clock::day`] counts.
    pub day: i32,
    /// The number of the date.
    pub date: i32,
    /// The last account of then. Later ones have never seen the wrong clock.
    last_account: AccountId,
}

impl Mend {
    /// A moment that had come when it was stored.
    pub fn past(&self, moment: i64) -> i64 {
        moment.min(self.at)
    }

    /// A moment that lay at most this many seconds ahead when it was stored.
    pub fn within(&self, moment: i64, seconds: i64) -> i64 {
        moment.min(self.at.saturating_add(seconds))
    }

    /// The number of a day, as [`Clock::day`] counts, that had begun when it was stored.
    pub fn begun_day(&self, day: i32) -> i32 {
        day.min(self.day)
    }

    /// The same for the number of a date.
    pub fn begun_date(&self, date: i32) -> i32 {
        date.min(self.date)
    }
}

/// Every mend of this world.
#[derive(Debug, Default, Clone, Resource, Serialize, Deserialize)]
pub struct Mends(Vec<Mend>);

impl WorldRow for Mends {
    const TABLE: &'static str = "clock_mends";
}

/// Through which mend a player has come.
#[derive(Debug, Default, Clone, Copy, Component, Serialize, Deserialize)]
pub struct Mended {
    through: u32,
}

impl PlayerRow for Mended {
    const TABLE: &'static str = "mended";

    fn newcomer(_: &World) -> Self {
        Self::default()
    }

    fn is_blank(&self) -> bool {
        self.through == 0
    }

    /// The mends of the world that it comes from mean nothing here.
    fn arrive(&mut self, _: Arrival<'_>) -> Result<(), Unfit> {
        *self = Self::default();
        Ok(())
    }
}

/// A component of players that holds moments which may lie in the future of a mended clock.
pub trait Moments: Component<Mutability = Mutable> + Clone + PartialEq {
    /// Brings them back. What is used up stays used up.
    fn mend(&mut self, mend: &Mend);
}

/// Mends what a feature stores of a player.
pub type PlayerMend = fn(&mut World, Entity, &Mend);
/// Mends what a feature stores of the world.
pub type WorldMend = fn(&mut World, &Mend);

#[derive(Default, Clone, Resource)]
struct MendHooks {
    players: Vec<PlayerMend>,
    world: Vec<WorldMend>,
}

/// How a feature takes part in mends.
pub trait MendApp {
    /// Registers a component of players.
    fn add_moments<T: Moments>(&mut self) -> &mut Self;
    /// Registers a mend of players that needs more than one component.
    fn add_player_mend(&mut self, mend: PlayerMend) -> &mut Self;
    /// Registers a mend of the world's own rows, which are in memory.
    fn add_world_mend(&mut self, mend: WorldMend) -> &mut Self;
}

impl MendApp for App {
    fn add_moments<T: Moments>(&mut self) -> &mut Self {
        self.add_player_mend(mend_component::<T>)
    }

    fn add_player_mend(&mut self, mend: PlayerMend) -> &mut Self {
        self.world_mut().get_resource_or_init::<MendHooks>().players.push(mend);
        self
    }

    fn add_world_mend(&mut self, mend: WorldMend) -> &mut Self {
        self.world_mut().get_resource_or_init::<MendHooks>().world.push(mend);
        self
    }
}

/// What holds no wrong moment is not written.
fn mend_component<T: Moments>(world: &mut World, player: Entity, mend: &Mend) {
    let Some(before) = world.get::<T>(player) else {
        return;
    };
    let mut mended = before.clone();
    mended.mend(mend);
    if mended != *before
        && let Some(mut component) = world.edit::<T>(player)
    {
        *component = mended;
    }
}

/// Mends the world, now. `last_account` is the last that was made, `players` are those in memory.
pub fn mend(world: &mut World, last_account: AccountId, mut players: Vec<(AccountId, Entity)>) -> Mend {
    let clock = world.resource::<Clock>();
    let (at, day, date) = (clock.now(), clock.day(), clock.date_number());
    let mut mends = world.resource_mut::<Mends>();
    let number = mends.0.last().map_or(1, |last| last.number.saturating_add(1));
    let mend = Mend { number, at, day, date, last_account };
    mends.0.push(mend);
    let hooks = world.get_resource::<MendHooks>().cloned().unwrap_or_default();
    hooks.world.iter().for_each(|hook| hook(world, &mend));
    players.sort_unstable();
    players.into_iter().for_each(|(account, player)| catch_up(world, account, player));
    mend
}

/// Applies the mends that a player who is in memory has not come through.
pub(crate) fn catch_up(world: &mut World, account: AccountId, player: Entity) {
    let Some(through) = world.get::<Mended>(player).map(|mended| mended.through) else {
        return;
    };
    let Some(last) = world.get_resource::<Mends>().and_then(|mends| mends.0.last()).map(|last| last.number) else {
        return;
    };
    if through >= last {
        return;
    }
    let is_open = |mend: &&Mend| mend.number > through && account <= mend.last_account;
    let open: Vec<Mend> = world.resource::<Mends>().0.iter().filter(is_open).copied().collect();
    if open.is_empty() {
        return;
    }
    let hooks = world.get_resource::<MendHooks>().cloned().unwrap_or_default();
    for mend in &open {
        hooks.players.iter().for_each(|hook| hook(world, player, mend));
    }
    if let Some(mut mended) = world.edit::<Mended>(player) {
        mended.through = last;
    }
}
