//! The ranking by best damage (docs/contract/world-boss-and-ranking.md#ranking): pages and a player's own rank, fast
//! with a million players.
//!
//! It is in memory only; at the start it is rebuilt from the players' records. The realm merges the best of all worlds
//! ([`BestOfWorlds`]).

pub mod best;
mod check;
mod faces;
mod outcome;
pub mod past_requests;
pub mod requests;
mod standings;
mod view;
pub mod worlds;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;

use crate::boss::{BossRecord, Season};
use crate::mail::LetterCarriage;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::realm::TellingSystems;
use raidkeep_engine::schedule::Tick;
use raidkeep_engine::storage::rows::RowScan;
use raidkeep_engine::storage::{PlayerRow, StorageApp, decode_value};
use raidkeep_engine::travel::{PortabilityApp, Traveller};
use raidkeep_engine::verify::VerifyApp;

pub use best::{AskBestOfWorlds, BestChanged, BestOfWorld, BestOfWorlds, WorldBest};
pub use standings::{Score, Standings};

/// The ranking of the current season.
#[derive(Debug, Default, Resource)]
pub struct Ranking(Standings<AccountId>);

impl Ranking {
    /// Records a player's best.
    pub fn set(&mut self, account: AccountId, score: Score) {
        self.0.set(account, score);
    }

    /// Takes a player out.
    pub fn remove(&mut self, account: AccountId) {
        self.0.remove(account);
    }

    /// Whether the record with this number is the best of any player but `except`. A full scan, which only an import does.
    pub fn has_reached(&self, reached: u64, except: Option<AccountId>) -> bool {
        self.0.iter().any(|(_, account, score)| score.reached == reached && Some(account) != except)
    }

    /// The player's rank, from 1.
    pub fn rank(&self, account: AccountId) -> Option<usize> {
        self.0.rank(account)
    }

    /// The first `count` entries: rank, account, damage.
    pub fn best(&self, count: usize) -> impl Iterator<Item = (usize, AccountId, u64)> {
        self.range(1, count)
    }

    /// `count` entries starting at a rank: rank, account, damage.
    pub fn range(&self, first: usize, count: usize) -> impl Iterator<Item = (usize, AccountId, u64)> {
        self.0.range(first, count).map(|(rank, account, score)| (rank, account, score.damage))
    }

    /// How many players have a rank.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nobody has a rank.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Removes everybody.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

/// Rebuilds the ranking from the rows of all records.
fn rebuild(world: &mut World, scan: RowScan<'_>) {
    let season = world.resource::<Season>().number;
    let entry = |key: &[u8], value: &[u8]| {
        let account = AccountId::from_key(key.try_into().ok()?);
        let record: BossRecord = decode_value(BossRecord::VERSION, value, BossRecord::upgrade).ok()?;
        let (damage, reached) = record.standing(season)?;
        Some((account, Score { damage, reached }))
    };
    let mut entries = Vec::new();
    scan(&mut |key, value| entries.extend(entry(key, value)));
    world.resource_mut::<Ranking>().0 = Standings::from_unsorted(entries);
}

fn leave(world: &mut World, player: Traveller) {
    world.resource_mut::<Ranking>().remove(player.account);
}

fn arrive(world: &mut World, player: Traveller) {
    let season = world.resource::<Season>().number;
    let standing = world.get::<BossRecord>(player.entity).and_then(|record| record.standing(season));
    if let Some((damage, reached)) = standing {
        world.resource_mut::<Ranking>().set(player.account, Score { damage, reached });
    }
}

/// The ranking and the functions that show it.
pub struct RankingPlugin;

impl Plugin for RankingPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Ranking>().init_resource::<best::BestNews>().init_resource::<worlds::HeardBest>();
        app.add_systems(Tick, best::tell_of_best.after(LetterCarriage).in_set(TellingSystems));
        app.add_start_reader(<BossRecord as PlayerRow>::TABLE, rebuild);
        app.add_farewell(leave).add_arrival(arrive);
        app.add_check("records and their ranking", check::check);
        requests::register(app);
        past_requests::register(app);
        view::register(app);
    }
}
