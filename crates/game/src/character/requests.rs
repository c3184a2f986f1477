//! `status` and `time` (docs/contract/role-play.md#attributes).

use bevy_app::App;
use bevy_ecs::prelude::*;
use bevy_ecs::query::QueryData;
use bevy_ecs::system::SystemParam;
use schemars::JsonSchema;
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use crate::character::model::Attributes;
use crate::character::rules::CharacterRules;
use crate::crafting::Possessions;
use crate::energy::{Energy, EnergyRules};
use crate::identity::{Account, NOT_YOUR_ROLE, own_role};
use crate::items::{Inventory, ItemRules};
use crate::levels::{Experience, LevelRules, Standing};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::request;
use raidkeep_engine::request::route::RouteApp;
use raidkeep_engine::request::{Answer, Call, Code, Player, Reads, Success};
use raidkeep_engine::rules::Rules;
use raidkeep_engine::schema::{map_of, schema_by_hand};

pub(super) fn register(app: &mut App) {
    app.add_request::<Status, _>(show_status);
    app.add_request::<Time, _>(time);
    app.add_route::<Status>("/status").add_route::<Time>("/time");
}

/// `status {role}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Status {
    /// The caller's own username.
    role: String,
}

request!(Player, "status", Status => StatusShown, READS = Reads::Caller, CODES = &[Code::of(NOT_YOUR_ROLE)]);

/// The reply of `status`.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct StatusShown {
    /// Level, energy and attributes.
    attribute: Sheet,
}

/// Everything about a character: `{"level":2,"exp":180,"energy":120,"龙眼":0,..,"力量":11,..}`.
#[derive(Debug, Default)]
struct Sheet {
    standing: Standing,
    energy: i64,
    items: Vec<(String, i64)>,
    attributes: Attributes,
}

impl Serialize for Sheet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("level", &self.standing.level)?;
        map.serialize_entry("exp", &self.standing.exp)?;
        map.serialize_entry("need", &self.standing.need)?;
        map.serialize_entry("energy", &self.energy)?;
        self.items.iter().try_for_each(|(name, quantity)| map.serialize_entry(name, quantity))?;
        self.attributes.named().iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
        map.end()
    }
}

schema_by_hand!(Sheet, "Sheet", |generator| {
    map_of::<i64>(
        "`level`, `exp`, `need`, `energy`, and the items and attributes of `character.ron` by their names.",
        generator,
    )
});

/// The components that `status` reads.
#[derive(QueryData)]
pub struct CharacterView {
    account: &'static Account,
    experience: &'static Experience,
    energy: &'static Energy,
    inventory: &'static Inventory,
    possessions: &'static Possessions,
}

/// The rules that determine a character.
#[derive(SystemParam)]
pub struct SheetRules<'w> {
    character: Res<'w, Rules<CharacterRules>>,
    levels: Res<'w, Rules<LevelRules>>,
    energy: Res<'w, Rules<EnergyRules>>,
    items: Res<'w, Rules<ItemRules>>,
}

fn show_status(
    In(call): In<Call<Status>>,
    players: Query<CharacterView>,
    rules: SheetRules,
    clock: Res<Clock>,
) -> Answer<StatusShown> {
    let player = call.caller.get(&players)?;
    own_role(player.account, &call.request.role)?;
    let standing = rules.levels.standing(player.experience.total);
    let shown = |item| (rules.items.name_of(item), player.inventory.quantity(item));
    let attribute = Sheet {
        standing,
        energy: player.energy.points(clock.now(), &rules.energy),
        items: rules.character.shown_items.iter().copied().map(shown).collect(),
        attributes: rules.character.attributes(standing.level, player.possessions),
    };
    Ok(Success::with(StatusShown { attribute }))
}

/// `time {role}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Time {
    /// The caller's own username.
    role: String,
}

request!(Player, "time", Time => TimeShown, READS = Reads::Caller, CODES = &[Code::of(NOT_YOUR_ROLE)]);

/// The reply of `time`: the world's time, the same for every role.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct TimeShown {
    /// Local date and time, `YYYY-MM-DD HH:MM:SS`.
    time: String,
}

fn time(In(call): In<Call<Time>>, accounts: Query<&Account>, clock: Res<Clock>) -> Answer<TimeShown> {
    let account = call.caller.get(&accounts)?;
    own_role(account, &call.request.role)?;
    Ok(Success::with(TimeShown { time: clock.local_time(clock.now()) }))
}
