//! `get_player_info`: an overview of a player. Operators see the same as a part of `player_view`.

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use bevy_ecs::query::QueryData;
use bevy_ecs::system::SystemParam;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::request;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::energy::{Energy, EnergyRules};
use crate::hang_up::HangUp;
use crate::identity::Account;
use crate::items::{Amount, ExpiringItem, Inventory, ItemRules, ItemTerms};
use crate::levels::{Experience, LevelRules, Standing};
use crate::stages::{CurrentSession, HighestStages, OpenSession, Progress, StageRules, StageSession};
use crate::tickets::{Limits, TicketRules, Tickets};
use raidkeep_engine::clock::{Clock, HoursMinutesSeconds};
use raidkeep_engine::request::{Answer, Call, Player, Reads, Refusal, Success};
use raidkeep_engine::rules::Rules;
use raidkeep_engine::storage::FoundRows;
use raidkeep_engine::views::{ViewApp, ViewPart, Viewed};

/// `get_player_info {token}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct GetPlayerInfo {}

request!(Player, "get_player_info", GetPlayerInfo => PlayerOverview, READS = Reads::Caller);

/// The reply to `get_player_info`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlayerOverview {
    /// The player's name.
    name: Box<str>,
    /// Experience in all.
    exp: i64,
    /// The level that this makes.
    level: u32,
    /// Experience missing for the next level; 0 at the highest.
    need: i64,
    /// The energy now.
    energy: EnergyNow,
    /// Tickets left today.
    limits: Limits,
    /// Everything that is owned.
    items: Vec<Amount>,
    /// The items that last for a limited time.
    expiring: Vec<ExpiringItem>,
    /// The highest stage passed in each mode.
    stages: HighestStages,
    /// What hangs.
    hang_up: HangUpNow,
    /// The stage that is entered; null if there is none.
    session: Option<OpenSession>,
    /// The same moments in unix seconds.
    at: Moments,
}

/// Energy.
#[derive(Debug, Serialize, JsonSchema)]
struct EnergyNow {
    /// Seconds to the next point; -1 when none is coming back.
    cooling: i64,
    /// Points left.
    remain: i64,
}

/// `hang_stage` is 0 when nothing is hanging.
#[derive(Debug, Serialize, JsonSchema)]
struct HangUpNow {
    /// The stage; 0 = none.
    hang_stage: u32,
    /// How long it has hung.
    time: HoursMinutesSeconds,
}

/// When something happens next, unix seconds.
#[derive(Debug, Serialize, JsonSchema)]
struct Moments {
    /// When the energy is full; absent when it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    full_at: Option<i64>,
    /// The next daily reset.
    next_reset_at: i64,
    /// The next monthly reset.
    next_month_at: i64,
}

/// The components that `get_player_info` reads.
#[derive(QueryData)]
pub struct Everything {
    account: &'static Account,
    experience: &'static Experience,
    energy: &'static Energy,
    tickets: &'static Tickets,
    inventory: &'static Inventory,
    terms: &'static ItemTerms,
    progress: &'static Progress,
    hang_up: &'static HangUp,
    session: Option<&'static CurrentSession>,
}

/// The players with their open sessions.
#[derive(SystemParam)]
pub struct Overviews<'w, 's> {
    players: Query<'w, 's, Everything>,
    sessions: Query<'w, 's, &'static StageSession>,
}

/// The rules that an overview follows.
#[derive(SystemParam)]
pub struct OverviewRules<'w> {
    levels: Res<'w, Rules<LevelRules>>,
    energy: Res<'w, Rules<EnergyRules>>,
    tickets: Res<'w, Rules<TicketRules>>,
    stages: Res<'w, Rules<StageRules>>,
    items: Res<'w, Rules<ItemRules>>,
}

impl OverviewRules<'_> {
    fn terms(&self) -> OverviewTerms<'_> {
        let Self { levels, energy, tickets, stages, items } = self;
        OverviewTerms { levels, energy, tickets, stages, items }
    }
}

/// The same wherever they come from.
struct OverviewTerms<'a> {
    levels: &'a LevelRules,
    energy: &'a EnergyRules,
    tickets: &'a TicketRules,
    stages: &'a StageRules,
    items: &'a ItemRules,
}

impl<'a> OverviewTerms<'a> {
    fn of(world: &'a World) -> Self {
        Self {
            levels: world.resource::<Rules<LevelRules>>(),
            energy: world.resource::<Rules<EnergyRules>>(),
            tickets: world.resource::<Rules<TicketRules>>(),
            stages: world.resource::<Rules<StageRules>>(),
            items: world.resource::<Rules<ItemRules>>(),
        }
    }
}

/// Answers `get_player_info`.
pub fn get_player_info(
    In(call): In<Call<GetPlayerInfo>>,
    overviews: Overviews,
    clock: Res<Clock>,
    rules: OverviewRules,
) -> Answer<PlayerOverview> {
    let player = call.caller.get(&overviews.players)?;
    let session = player.session.and_then(|session| overviews.sessions.get(session.entity()).ok());
    Ok(Success::with(overview_of(player, session, &rules.terms(), &clock)))
}

fn overview_of(
    player: EverythingItem<'_, '_>,
    session: Option<&StageSession>,
    rules: &OverviewTerms<'_>,
    clock: &Clock,
) -> PlayerOverview {
    let now = clock.now();
    let Standing { exp, level, need } = rules.levels.standing(player.experience.total);
    let energy = player.energy;
    PlayerOverview {
        name: player.account.name().into(),
        exp,
        level,
        need,
        energy: EnergyNow { cooling: energy.cooling(now, rules.energy), remain: energy.points(now, rules.energy) },
        limits: Limits::of(player.tickets, rules.tickets, rules.tickets.is_vip(player.inventory), clock.day()),
        items: player.inventory.amounts().collect(),
        expiring: player.terms.followed(player.inventory, rules.items, now).expiring(now),
        stages: player.progress.highest_stages(rules.stages, clock),
        hang_up: HangUpNow {
            hang_stage: player.hang_up.stage().unwrap_or(0),
            time: HoursMinutesSeconds(player.hang_up.elapsed(now)),
        },
        session: session.map(StageSession::open),
        at: Moments {
            full_at: energy.full_at(now, rules.energy),
            next_reset_at: clock.next_day_at(),
            next_month_at: clock.next_month_at(),
        },
    }
}

/// The overview that the player itself gets, for operators.
struct OverviewPart;

impl ViewPart for OverviewPart {
    const NAME: &'static str = "overview";
    type Shown = PlayerOverview;

    fn show(viewed: &Viewed<'_>, _: FoundRows) -> Result<PlayerOverview, Refusal> {
        let Viewed { world, player, .. } = *viewed;
        let mut players = world.try_query::<Everything>().ok_or_else(Refusal::internal)?;
        let player = players.get(world, player.entity).map_err(|_| Refusal::internal())?;
        let session = player.session.and_then(|session| world.get::<StageSession>(session.entity()));
        Ok(overview_of(player, session, &OverviewTerms::of(world), world.resource::<Clock>()))
    }
}

/// `get_player_info`.
pub struct OverviewPlugin;

impl Plugin for OverviewPlugin {
    fn build(&self, app: &mut App) {
        app.add_request::<GetPlayerInfo, _>(get_player_info).add_view_part::<OverviewPart>();
    }
}
