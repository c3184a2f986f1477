//! Events: messages that the server pushes to connected players unasked (docs/contract/envelope.md#events).
//!
//! An event leaves when the change it reports is on disk, and only to connections that act for the player at that
//! moment.

use crate::request::reply::ConnectionId;
use std::collections::HashMap;
use std::sync::{Arc, Weak};

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

use crate::account::AccountId;
use crate::outside::Epoch;
use crate::request::SignIn;
use crate::request::envelope::event_text;
use crate::request::reply::{Dismissal, ReplyPort};
use crate::schema::{SchemaOf, schema_of};
use crate::storage::Stored;

/// The connections that act for a player in memory, as far as the world knows: a disconnect is an input like any other,
/// so that the same inputs lead to the same game.
#[derive(Default, Component)]
pub struct Listeners {
    connections: Vec<Listener>,
    /// The events subscribed to with `listen`.
    asked_for: Vec<&'static str>,
    /// How many events the player has had; `None` until a connection has listened since the player was loaded.
    count: Option<u64>,
}

/// How many events the players have had together, above a start that differs from epoch to epoch. A player's count begins
/// at this one, so it never repeats one that a client has seen before the player was put away or the server restarted.
#[derive(Debug, Clone, Copy, Default, Resource)]
pub struct EventTotal(u64);

impl EventTotal {
    /// Clients read numbers as floating point, which has whole ones of 53 bits. The upper 21 count the epochs; the random
    /// bits of an epoch, halved, leave room for as many events.
    pub(crate) fn of(epoch: Epoch) -> Self {
        const GENERATIONS: u64 = (1 << 21) - 1;
        let (generation, random) = (epoch.generation() & GENERATIONS, epoch.to_u64() & u64::from(u32::MAX));
        Self((generation << u32::BITS) | (random >> 1))
    }

    fn next(&mut self) -> u64 {
        self.0 += 1;
        self.0
    }
}

struct Listener {
    connection: ConnectionId,
    port: Weak<dyn ReplyPort>,
    sign_in: SignIn,
}

/// The players that each connection acts for or has acted for in this world.
#[derive(Debug, Default, Resource)]
pub struct Connections(HashMap<ConnectionId, Vec<Entity>>);

/// Subscribes a connection to the events of a player; returns their count so far. A port that takes one reply only gets
/// no events.
pub fn listen(world: &mut World, player: Entity, port: &Arc<dyn ReplyPort>, sign_in: SignIn) -> Option<u64> {
    let connection = port.connection()?;
    let mut total = *world.resource::<EventTotal>();
    let mut listeners = world.get_mut::<Listeners>(player)?;
    listeners.add(connection, port, sign_in);
    let count = *listeners.count.get_or_insert_with(|| total.next());
    *world.resource_mut::<EventTotal>() = total;
    let players = world.resource_mut::<Connections>().into_inner().0.entry(connection).or_default();
    if !players.contains(&player) {
        players.push(player);
    }
    Some(count)
}

/// Called when a connection is gone.
pub type CloseHook = fn(&mut World, ConnectionId);

#[derive(Debug, Default, Clone, Resource)]
struct CloseHooks(Vec<CloseHook>);

/// Forgets a closed connection.
pub fn close(world: &mut World, connection: ConnectionId) {
    let hooks = world.get_resource::<CloseHooks>().cloned().unwrap_or_default();
    hooks.0.iter().for_each(|hook| hook(world, connection));
    world.resource_mut::<OperatorListeners>().0.retain(|(known, _)| *known != connection);
    let players = world.resource_mut::<Connections>().0.remove(&connection);
    for player in players.into_iter().flatten() {
        if let Some(mut listeners) = world.get_mut::<Listeners>(player) {
            listeners.remove(connection);
        }
    }
}

impl Listeners {
    fn add(&mut self, connection: ConnectionId, port: &Arc<dyn ReplyPort>, sign_in: SignIn) {
        self.connections.retain(|known| known.connection != connection);
        self.connections.push(Listener { connection, port: Arc::downgrade(port), sign_in });
    }

    fn remove(&mut self, connection: ConnectionId) {
        self.connections.retain(|known| known.connection != connection);
        if self.connections.is_empty() {
            self.asked_for.clear();
        }
    }

    /// Counts an event of the player; returns its number. As long as no client can know of a number, none is counted.
    pub(crate) fn count(&mut self, total: &mut EventTotal) -> Option<u64> {
        let count = self.count.as_mut()?;
        total.next();
        *count += 1;
        Some(*count)
    }

    /// Whether this connection listens.
    pub(crate) fn has(&self, connection: ConnectionId) -> bool {
        self.connections.iter().any(|known| known.connection == connection)
    }

    /// Whether any connection listens.
    pub fn is_connected(&self) -> bool {
        !self.connections.is_empty()
    }

    /// Whether a connection listens that signed in with the token of this generation.
    pub fn is_connected_as(&self, generation: u32) -> bool {
        self.connections.iter().any(|known| known.sign_in.generation == generation)
    }

    /// The connections that are still open.
    pub fn ports(&self) -> impl Iterator<Item = (Arc<dyn ReplyPort>, SignIn)> {
        self.connections.iter().filter_map(|known| Some((known.port.upgrade()?, known.sign_in)))
    }

    /// Subscribes to these events, replacing an earlier subscription. It lasts until the player's last connection is
    /// gone.
    pub fn ask_for(&mut self, events: Vec<&'static str>) {
        self.asked_for = events;
    }

    /// Whether the player is connected and subscribed to this event.
    pub fn wants(&self, event: &str) -> bool {
        self.is_connected() && self.asked_for.contains(&event)
    }
}

/// The connections that have used the operator token, as far as the world knows.
#[derive(Default, Resource)]
pub struct OperatorListeners(Vec<(ConnectionId, Weak<dyn ReplyPort>)>);

impl OperatorListeners {
    /// Adds a connection. A port that takes one reply only gets no events.
    pub fn add(&mut self, port: &Arc<dyn ReplyPort>) {
        let Some(connection) = port.connection() else {
            return;
        };
        if self.0.iter().all(|(known, _)| *known != connection) {
            self.0.push((connection, Arc::downgrade(port)));
        }
    }

    /// The connections that are still open.
    pub fn ports(&self) -> impl Iterator<Item = Arc<dyn ReplyPort>> {
        self.0.iter().filter_map(|(_, port)| port.upgrade())
    }
}

/// All kinds of events, registered by the features' plugins.
#[derive(Debug, Default, Clone, Resource)]
pub struct EventTable {
    kinds: Vec<EventKind>,
}

/// One kind of event.
#[derive(Debug, Clone, Copy)]
pub struct EventKind {
    /// The documented name.
    pub name: &'static str,
    /// What `data` holds.
    pub data: SchemaOf,
    /// Whether it goes only to players who subscribed with `listen`.
    pub is_asked_for: bool,
    /// Whether it goes to operators, and else to players.
    pub is_operators: bool,
}

impl EventTable {
    /// Every event, in order of registration.
    pub fn kinds(&self) -> &[EventKind] {
        &self.kinds
    }

    /// The event of this name, if a plugin has registered it.
    pub fn find(&self, name: &str) -> Option<&EventKind> {
        self.kinds.iter().find(|kind| kind.name == name)
    }
}

/// One kind of event and its `data`.
///
/// Not bevy's trait of that name: that one goes to observers, this one to clients. An explicit import wins over the
/// prelude's.
pub trait Event: Serialize + JsonSchema {
    /// The event's documented name.
    const NAME: &'static str;
}

/// How a feature registers its events.
pub trait EventApp {
    /// Registers an event that players get unasked.
    fn add_event<T: Event>(&mut self) -> &mut Self;
    /// Registers an event that operators get.
    fn add_operators_event<T: Event>(&mut self) -> &mut Self;
    /// Registers an event that only players get who subscribed with `listen`.
    fn add_asked_event<T: Event>(&mut self) -> &mut Self;
    /// Registers `hook`, called when a connection that has used this world is gone.
    fn add_close_hook(&mut self, hook: CloseHook) -> &mut Self;
}

impl EventApp for App {
    fn add_event<T: Event>(&mut self) -> &mut Self {
        add(self, kind::<T>())
    }

    fn add_operators_event<T: Event>(&mut self) -> &mut Self {
        add(self, EventKind { is_operators: true, ..kind::<T>() })
    }

    fn add_asked_event<T: Event>(&mut self) -> &mut Self {
        add(self, EventKind { is_asked_for: true, ..kind::<T>() })
    }

    fn add_close_hook(&mut self, hook: CloseHook) -> &mut Self {
        self.world_mut().get_resource_or_init::<CloseHooks>().0.push(hook);
        self
    }
}

fn kind<T: Event>() -> EventKind {
    EventKind { name: T::NAME, data: schema_of::<T>, is_asked_for: false, is_operators: false }
}

fn add(app: &mut App, kind: EventKind) -> &mut App {
    let mut table = app.world_mut().get_resource_or_init::<EventTable>();
    assert!(table.find(kind.name).is_none(), "event {} should be registered once", kind.name);
    table.kinds.push(kind);
    app
}

/// An outgoing event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldEvent {
    /// Its name, as registered.
    pub name: &'static str,
    /// Who gets it.
    pub to: Audience,
    /// The frame's text.
    pub text: Arc<str>,
}

/// Who gets an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// One player, if connected.
    Player(Entity),
    /// Every connected player.
    Everybody,
    /// Every connected player whose account has at most this number: those who existed when it was the last.
    UpTo(AccountId),
    /// Every connection that has used the operator token.
    Operators,
}

/// A player whose connections are to be ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dismissed {
    /// Whose.
    pub player: Entity,
    /// Why.
    pub why: Dismissal,
    /// The frame's text that they get before, if any.
    pub text: Option<Arc<str>>,
}

/// The events of this tick, and the connections that it ends.
#[derive(Debug, Default, Resource)]
pub struct Events {
    held: Vec<HeldEvent>,
    dismissed: Vec<Dismissed>,
}

impl Events {
    /// Sends to one player, if connected: `{"event":NAME,"data":{..}}`.
    pub fn tell<T: Event>(&mut self, player: Entity, event: &T) {
        self.hold(Audience::Player(player), event);
    }

    /// Sends to every connected player.
    pub fn tell_everybody<T: Event>(&mut self, event: &T) {
        self.hold(Audience::Everybody, event);
    }

    /// Sends to every connected player whose account has at most this number.
    pub fn tell_up_to<T: Event>(&mut self, last: AccountId, event: &T) {
        self.hold(Audience::UpTo(last), event);
    }

    /// Sends to every connection that has used the operator token.
    pub fn tell_operators<T: Event>(&mut self, event: &T) {
        self.hold(Audience::Operators, event);
    }

    fn hold<T: Event>(&mut self, to: Audience, event: &T) {
        self.held.push(HeldEvent { name: T::NAME, to, text: event_text(T::NAME, event).into() });
    }

    /// Ends the connections that act for this player, whether their tokens are valid or not, after they were told of
    /// `event`.
    pub fn dismiss_with<T: Event>(&mut self, player: Entity, why: Dismissal, event: &T) {
        self.dismissed.push(Dismissed { player, why, text: Some(event_text(T::NAME, event).into()) });
    }

    /// The same without an event.
    pub fn dismiss(&mut self, player: Entity, why: Dismissal) {
        self.dismissed.push(Dismissed { player, why, text: None });
    }

    /// Takes those whose connections end, leaving none.
    pub fn take_dismissed(&mut self) -> Vec<Dismissed> {
        std::mem::take(&mut self.dismissed)
    }

    /// Takes the events, leaving none.
    pub fn take(&mut self) -> Vec<HeldEvent> {
        std::mem::take(&mut self.held)
    }
}

/// The events of a world, and who listens. That they leave with the tick's batch is the dispatcher's doing.
pub struct EventsPlugin;

impl Plugin for EventsPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Events>()
            .init_resource::<Connections>()
            .init_resource::<EventTotal>()
            .init_resource::<EventTable>()
            .init_resource::<OperatorListeners>();
        app.register_required_components::<Stored, Listeners>();
    }
}
