//! The game that is played: one number that is added to. The reply to an addition says what came of it, so that it also says
//! which additions came before.

use std::collections::BTreeMap;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use raidkeep::engine::clock::{ClockMode, ClockSettings};
use raidkeep::engine::dispatch::RequestApp;
use raidkeep::engine::operators::{OperatorIdentity, Right};
use raidkeep::engine::plugins::{EnginePlugins, EngineRowsPlugin};
use raidkeep::engine::request;
use raidkeep::engine::request::command::{Command, Credential};
use raidkeep::engine::request::once::OnceKey;
use raidkeep::engine::request::reply::ReplyTo;
use raidkeep::engine::request::{Answer, Call, Operator, Request, RequestTable, Success};
use raidkeep::engine::rules::{AssetSource, LoadedRules};
use raidkeep::engine::start::catalogue;
use raidkeep::engine::storage::{Rows, StorageApp, WorldRow};
use raidkeep::engine::timekeeping::ClockPlugin;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Default, Clone, Copy, Resource, Serialize, Deserialize)]
struct Tally(u64);

impl WorldRow for Tally {
    const TABLE: &'static str = "tally";
}

/// Adds one.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct TallyAdd {}

/// Reads.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct TallyRead {}

#[derive(Debug, Serialize, JsonSchema)]
struct TallyShown {
    tally: u64,
}

request!(Operator, "tally_add", TallyAdd => TallyShown, RIGHT = Right::VIEW);
request!(Operator, "tally_read", TallyRead => TallyShown, RIGHT = Right::VIEW);

fn add(_: In<Call<TallyAdd>>, mut tally: ResMut<Tally>) -> Answer<TallyShown> {
    tally.0 += 1;
    Ok(Success::with(TallyShown { tally: tally.0 }))
}

fn read(_: In<Call<TallyRead>>, tally: Res<Tally>) -> Answer<TallyShown> {
    Ok(Success::with(TallyShown { tally: tally.0 }))
}

struct TallyPlugin;

impl Plugin for TallyPlugin {
    fn build(&self, app: &mut App) {
        app.add_world_row::<Tally>();
        app.add_request::<TallyAdd, _>(add).add_request::<TallyRead, _>(read);
    }
}

/// A world before it starts.
pub(super) fn app() -> (App, LoadedRules) {
    use bevy_app::PluginGroup;
    let settings = ClockSettings { mode: ClockMode::Manual, ..ClockSettings::default() };
    let mut app = App::new();
    app.add_plugins((EnginePlugins.set(ClockPlugin { settings }), EngineRowsPlugin, TallyPlugin));
    app.finish();
    app.cleanup();
    let catalogue = catalogue(&mut app);
    let rules = catalogue.load(&AssetSource::Texts(BTreeMap::default())).expect("no assets have no mistakes");
    (app, rules)
}

/// The number in these rows.
pub(super) fn stored(rows: &Rows) -> u64 {
    let row = rows.only_row(Tally::TABLE).expect("readable rows");
    row.map_or(0, |row| Tally::read(&row).expect("it is a number").0)
}

/// What a client asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask {
    /// With a key of its own.
    Add(u64),
    Read,
}

impl Ask {
    /// As a request to a world.
    pub(super) fn command(self, world: &World, reply_to: ReplyTo) -> Command {
        let function = if self == Self::Read { TallyRead::FUNCTION } else { TallyAdd::FUNCTION };
        let kind = world.resource::<RequestTable>().find(function).expect("it is registered");
        let decoded = (kind.decode)(None).expect("there are no arguments");
        let once = match self {
            Self::Add(key) => Some(Box::new(OnceKey {
                key: key.to_string().into(),
                fingerprint: (kind.fingerprint)(&*decoded.request),
            })),
            Self::Read => None,
        };
        Command {
            kind: kind.index,
            request: decoded.request,
            credential: Credential::Operator(OperatorIdentity::of_token(None).into()),
            once,
            stranger: None,
            fact: None,
            reply_to,
            parked_at: 0,
            meanwhile: None,
        }
    }
}

/// The status of a reply, and the number in it.
pub(super) fn read_reply(text: &str) -> (i64, Option<u64>) {
    let reply: serde_json::Value = serde_json::from_str(text).expect("replies are JSON");
    (reply["status"].as_i64().expect("a status"), reply["data"]["tally"].as_u64())
}
