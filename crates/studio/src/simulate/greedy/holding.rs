//! What a player has, as `get_player_info` says it.

use std::collections::BTreeMap;

use serde::Deserialize;

use raidkeep_game::items::{Amount, ItemId};
use raidkeep_game::stages::Mode;

/// Something that moves bring or take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Resource {
    Energy,
    Experience,
    /// By its key in `limits`.
    Ticket(u16),
    Item(ItemId),
}

/// What a player has at a moment.
#[derive(Debug, Clone, Default)]
pub(super) struct Holding {
    pub(super) amounts: BTreeMap<Resource, i64>,
    pub(super) level: u32,
    stages: BTreeMap<String, u32>,
}

#[derive(Deserialize)]
struct Told {
    data: ToldPlayer,
}

#[derive(Deserialize)]
struct ToldPlayer {
    exp: i64,
    level: u32,
    energy: ToldEnergy,
    limits: BTreeMap<u16, i64>,
    items: Vec<Amount>,
    stages: BTreeMap<String, u32>,
}

#[derive(Deserialize)]
struct ToldEnergy {
    remain: i64,
}

impl Holding {
    /// From the reply of `get_player_info`.
    pub(super) fn read(reply: &str) -> Option<Self> {
        let ToldPlayer { exp, level, energy, limits, items, stages } = serde_json::from_str::<Told>(reply).ok()?.data;
        let mut amounts: BTreeMap<Resource, i64> =
            [(Resource::Energy, energy.remain), (Resource::Experience, exp)].into();
        amounts.extend(limits.into_iter().map(|(key, left)| (Resource::Ticket(key), left)));
        amounts.extend(items.into_iter().map(|amount| (Resource::Item(amount.item), amount.quantity)));
        Some(Self { amounts, level, stages })
    }

    /// How much of something there is.
    pub(super) fn of(&self, resource: Resource) -> i64 {
        self.amounts.get(&resource).copied().unwrap_or(0)
    }

    /// What has come and gone since an earlier moment.
    pub(super) fn since(&self, earlier: &Self) -> BTreeMap<Resource, f64> {
        let resources = self.amounts.keys().chain(earlier.amounts.keys());
        let change = |resource: &Resource| (*resource, (self.of(*resource) - earlier.of(*resource)) as f64);
        resources.map(change).filter(|(_, change)| *change != 0.0).collect()
    }

    /// The highest stage passed in a mode; 0 = none.
    pub(super) fn highest(&self, mode: Mode) -> u32 {
        let key = match mode {
            Mode::General => "general",
            Mode::Endless => "endless",
            Mode::Boss => "boss",
            Mode::Coin => "coin",
            Mode::Exp => "exp",
            Mode::Activity => return 0,
        };
        self.stages.get(key).copied().unwrap_or(0)
    }
}
