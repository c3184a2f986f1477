//! A third-party feature that uses everything a feature can have: a daily check-in. docs/extending.md walks through it.
//! `cargo run --example daily_check_in` serves; arguments such as `data=my_data` are keys of the configuration.

use std::num::NonZeroU32;

use bevy_app::{App, AppExit};
use bevy_ecs::prelude::*;
use raidkeep::engine::events::Event;
use raidkeep::engine::plugins::EnginePlugins;
use raidkeep::engine::prelude::*;
use raidkeep::engine::rules::AssetSource;
use raidkeep::game::identity::PlayersByName;
use raidkeep::game::items::{Amount, Cause, Inventory, ItemRules};
use raidkeep::game::mail::Post;
use raidkeep::game::{GamePlugins, shipped_assets};
use raidkeep::server::config::Config;
use raidkeep::server::net::listener::Listener;
use raidkeep::server::net::plugin::NetworkPlugin;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `check_in.ron`: what checking in brings.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CheckInRules {
    /// For each day.
    reward: Vec<Amount>,
    /// Each time so many days in a row are full, a mail comes.
    mail_every_days: NonZeroU32,
    /// Its subject and its text.
    mail: (String, String),
    /// What may be claimed with it.
    bonus: Vec<Amount>,
}

impl SingleFile for CheckInRules {
    const PATH: &'static str = "check_in.ron";

    fn validate(&self, tables: &Tables, report: &mut Report) {
        if let Some(items) = tables.get::<ItemRules>() {
            items.check_all(&self.reward, 1, &Place::file(Self::PATH).key("reward"), report);
            items.check_all(&self.bonus, 1, &Place::file(Self::PATH).key("bonus"), report);
        }
    }
}

/// A player's check-ins.
#[derive(Debug, Default, Component, Serialize, Deserialize)]
struct CheckIns {
    /// The last day with one, as [`Clock::day`] counts.
    last_day: i32,
    /// How many days in a row there were then.
    streak: u32,
}

impl PlayerRow for CheckIns {
    const TABLE: &'static str = "check_ins";

    fn newcomer(_: &World) -> Self {
        Self::default()
    }
}

impl CheckIns {
    /// The streak that a check-in of `today` makes; `None` when the day has one. A clock set back opens no day twice.
    fn next_streak(&self, today: i32) -> Option<u32> {
        let streak = if self.last_day == today - 1 { self.streak.saturating_add(1) } else { 1 };
        (self.last_day < today).then_some(streak)
    }
}

/// `check_in {token}`: once a day.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct CheckIn {}

/// The reply of `check_in`.
#[derive(Debug, Serialize, JsonSchema)]
struct CheckedIn {
    streak: u32,
    reward: Vec<Amount>,
}

const CHECKED_IN: Refusal = Refusal::new(97, "checked in today already");
const BOX_FULL: Code = Code::refusal(97, "the mailbox of this player is full");

request!(Player, "check_in", CheckIn => CheckedIn, CODES = &[Code::of(CHECKED_IN), BOX_FULL]);

/// In the ledger.
const CHECK_IN: Cause = Cause::new("check_in");

fn check_in(
    In(call): In<Call<CheckIn>>,
    mut players: Query<(&mut CheckIns, &mut Inventory)>,
    rules: Res<Rules<CheckInRules>>,
    clock: Res<Clock>,
    mut post: Post,
) -> Answer<CheckedIn> {
    let (mut check_ins, mut inventory) = call.caller.get_mut(&mut players)?;
    let today = clock.day();
    let streak = check_ins.next_streak(today).ok_or(CHECKED_IN)?;
    if streak % rules.mail_every_days == 0 {
        post.deliver(call.caller.entity, &rules.mail.0, &rules.mail.1, &rules.bonus)?;
    }
    *check_ins = CheckIns { last_day: today, streak };
    inventory.grant(&rules.reward, CHECK_IN);
    Ok(Success::with(CheckedIn { streak, reward: rules.reward.clone() }))
}

/// `check_in_set {token, name, streak}`: sets the streak, as of a check-in yesterday.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
struct CheckInSet {
    name: String,
    streak: u32,
}

const NO_SUCH_PLAYER: Refusal = Refusal::new(99, "no such player");

request!(Operator, "check_in_set", CheckInSet => (), RIGHT = Right::GRANT, CODES = &[Code::of(NO_SUCH_PLAYER)]);

fn check_in_set(
    In(call): In<Call<CheckInSet>>,
    mut named: PlayersByName,
    mut players: Edit<&mut CheckIns>,
    clock: Res<Clock>,
) -> Waits<()> {
    let player = named.find(&call.request.name)?.ok_or(NO_SUCH_PLAYER)?;
    *players.get_mut(player).map_err(|_| Refusal::internal())? =
        CheckIns { last_day: clock.day() - 1, streak: call.request.streak };
    Ok(Success::empty())
}

/// The event `check_in_open`: a day has begun, and the player has not checked in.
#[derive(Debug, Serialize, JsonSchema)]
struct CheckInOpen {
    streak: u32,
}

impl Event for CheckInOpen {
    const NAME: &'static str = "check_in_open";
}

/// When a player is reminded, by the entity.
const REMINDER: Occasion = Occasion("check-in reminder");

/// Every player who asks for anything is reminded at the next midnight.
fn expect(world: &mut World, account: AccountId) {
    let (at, player) = (world.resource::<Clock>().next_day_at(), world.resource::<Players>().entity(account));
    let mut agenda = world.resource_mut::<Agenda>();
    if let Some(key) = player.map(Entity::to_bits).filter(|key| agenda.moment(REMINDER, *key).is_none()) {
        agenda.set(REMINDER, key, at);
    }
}

fn remind(
    mut agenda: ResMut<Agenda>,
    players: Query<(&CheckIns, &Listeners)>,
    clock: Res<Clock>,
    mut events: ResMut<Events>,
) {
    while let Some(Due { key, .. }) = agenda.pop(REMINDER, clock.now()) {
        let player = Entity::from_bits(key);
        let connected = players.get(player).ok().filter(|(_, listeners)| listeners.is_connected());
        if let Some((check_ins, _)) = connected {
            if check_ins.next_streak(clock.day()).is_some() {
                events.tell(player, &CheckInOpen { streak: check_ins.streak });
            }
            agenda.set(REMINDER, key, clock.next_day_at());
        }
    }
}

/// The daily check-in: to bevy, a function like this is a plugin.
pub(crate) fn check_in_plugin(app: &mut App) {
    app.add_rules::<CheckInRules>().add_player_rows::<CheckIns>().add_event::<CheckInOpen>();
    app.add_request::<CheckIn, _>(check_in).add_waiting_request::<CheckInSet, _>(check_in_set);
    app.add_caller_hook(expect);
    app.add_systems(Tick, remind.in_set(TickSystems::Extensions));
}

/// The game's files, and over them those of this feature.
fn assets() -> AssetSource {
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/daily_check_in/assets");
    AssetSource::Layers(vec![shipped_assets(), AssetSource::Folder(own.into())])
}

#[expect(clippy::print_stdout, reason = "the user needs the address")]
fn main() -> Result<AppExit, Box<dyn std::error::Error>> {
    let config = Config::load(None, &std::env::args().skip(1).collect::<Vec<_>>())?;
    let listener = Listener::bind(config, assets(), None)?;
    println!("listening on {}", listener.address());
    println!("operators on {}", listener.operators_address());
    let network = NetworkPlugin::sharing(&listener, 0);
    Ok(App::new().add_plugins((EnginePlugins, GamePlugins, check_in_plugin, network)).run())
}

#[test]
fn the_scenario_holds() {
    use raidkeep::studio::scenario::{ScenarioRunner, read};
    let runner = ScenarioRunner::extended(&assets(), check_in_plugin).expect("the rules are valid");
    let outcome = runner.play(&read("scenario.ron", include_str!("scenario.ron")).expect("the scenario is valid"));
    assert!(outcome.passed(), "{outcome}");
}
