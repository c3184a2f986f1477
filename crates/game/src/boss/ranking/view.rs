//! What operators see of a player's record.

use bevy_app::App;
use schemars::JsonSchema;
use serde::Serialize;

use crate::boss::ranking::Ranking;
use crate::boss::{BossRecord, Season};
use raidkeep_engine::request::Refusal;
use raidkeep_engine::storage::FoundRows;
use raidkeep_engine::views::{ViewApp, ViewPart, Viewed};

pub(super) fn register(app: &mut App) {
    app.add_view_part::<RecordsPart>();
}

struct RecordsPart;

/// The best damage against the bosses; `season_rewards_of` tells of the seasons before.
#[derive(Debug, Serialize, JsonSchema)]
struct RecordsShown {
    /// The number of the season that runs.
    season: u32,
    /// The best damage in it; 0 = none.
    best: u64,
    /// The rank in it, from 1; null without a record.
    rank: Option<usize>,
    /// The season of the player's latest record; 0 = it has none at all.
    last_season: u32,
}

impl ViewPart for RecordsPart {
    const NAME: &'static str = "records";
    type Shown = RecordsShown;

    fn show(viewed: &Viewed<'_>, _: FoundRows) -> Result<RecordsShown, Refusal> {
        let (record, season) = (viewed.get::<BossRecord>()?, viewed.world.resource::<Season>().number);
        let rank = viewed.world.resource::<Ranking>().rank(viewed.player.account);
        Ok(RecordsShown { season, best: record.best(season), rank, last_season: record.season() })
    }
}
