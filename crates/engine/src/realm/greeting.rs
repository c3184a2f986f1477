//! How a world tells the realm which message it took last: when it starts, and when the realm asks. What it tells the realm of
//! incidents follows.

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::dispatch::RequestApp;
use crate::due::{Agenda, Due, Occasion};
use crate::exchange::lines::{Exchanges, Owner};
use crate::operators::Right;
use crate::outside::{Epoch, WorldPlace};
use crate::realm::incidents::{self, Carrier};
use crate::realm::{REALM_LINE, REALM_LINE_SETTINGS, RealmAnswer, RealmTaken, to_realm};
use crate::request;
use crate::request::{Answer, Call, Operator, Success};
use crate::schedule::{Tick, TickSystems};

/// Whether this world has a realm. A world without one, as in a simulation, sends nothing and gets nothing.
#[derive(Debug, Default, Clone, Copy, Resource)]
pub struct RealmLink {
    /// Whether the program has a realm.
    pub has_realm: bool,
}

/// `world_hello {world, epoch, number}`, a function of the realm: which message a world took last. The realm sends those that
/// follow.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct WorldHello {
    /// The world's number.
    pub world: u32,
    /// The realm's epoch in which the last message was written.
    pub epoch: Epoch,
    /// The number of the last message; 0 = none.
    pub number: u64,
}

/// The reply of `world_hello`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorldGreeting {
    /// How many messages follow.
    pub following: u64,
}

request!(Operator, "world_hello", WorldHello => WorldGreeting, RIGHT = Right::WORLDS, IN_REALM = true);

/// `realm_hello {}`, a function of worlds: the realm has started, and asks for a `world_hello`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Greet {}

/// The reply of `realm_hello`.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
pub struct Greeted {
    /// The world's number.
    pub world: u32,
}

request!(Operator, "realm_hello", Greet => Greeted, RIGHT = Right::WORLDS);

/// Whether the realm still has to be told.
#[derive(Debug, Default, Resource)]
struct Hello {
    is_due: bool,
    is_under_way: bool,
}

/// What a world says to the realm by itself, if there is one; the realm's own messages follow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, SystemSet)]
pub struct HelloSystems;

/// What features of a world tell the realm, behind its hello, if there is one. Each is ordered among the others by the feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, SystemSet)]
pub struct TellingSystems;

/// When a hello that has failed is sent again.
const AGAIN: Occasion = Occasion("hello to the realm");
const AGAIN_AFTER_SECONDS: i64 = 1;
const OWNER: Owner = Owner("hello to the realm");

/// The world's side of the realm: the line to it, and which of its messages were taken.
pub struct RealmLinkPlugin;

impl Plugin for RealmLinkPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<RealmLink>().insert_resource(Hello { is_due: true, is_under_way: false });
        app.init_resource::<Carrier>();
        app.world_mut().get_resource_or_init::<Exchanges>().add_line(REALM_LINE, REALM_LINE_SETTINGS);
        app.add_request::<Greet, _>(greet);
        let said = (say_hello, incidents::hand_over).chain();
        let telling = (HelloSystems, TellingSystems).chain().in_set(TickSystems::Messages);
        app.configure_sets(Tick, telling.run_if(has_realm));
        app.add_systems(Tick, said.in_set(HelloSystems));
    }
}

fn has_realm(link: Res<RealmLink>) -> bool {
    link.has_realm
}

fn greet(_: In<Call<Greet>>, mut hello: ResMut<Hello>, place: Res<WorldPlace>) -> Answer<Greeted> {
    hello.is_due = true;
    Ok(Success::with(Greeted { world: place.number }))
}

fn say_hello(
    (taken, place): (Res<RealmTaken>, Res<WorldPlace>),
    mut hello: ResMut<Hello>,
    (mut exchanges, mut agenda): (ResMut<Exchanges>, ResMut<Agenda>),
    clock: Res<Clock>,
) {
    for done in exchanges.take_done(OWNER) {
        hello.is_under_way = false;
        if RealmAnswer::<WorldGreeting>::of(&done.outcome) == RealmAnswer::Later {
            agenda.set(AGAIN, 0, clock.now() + AGAIN_AFTER_SECONDS);
        }
    }
    while let Some(Due { .. }) = agenda.pop(AGAIN, clock.now()) {
        hello.is_due = true;
    }
    if hello.is_due && !hello.is_under_way {
        let said = WorldHello { world: place.number, epoch: taken.epoch, number: taken.number };
        let started = exchanges.start(REALM_LINE, OWNER, to_realm("world_hello", &said), clock.now());
        hello.is_under_way = started.is_ok();
        hello.is_due = started.is_err();
    }
}
