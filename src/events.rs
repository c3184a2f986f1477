//! Events: what the server tells connected players without being asked (semantics, section 1).
//!
//! An event leaves when the change it tells of is on disk, and only to connections that act for
//! the player at that moment.

use std::sync::{Arc, Weak};

use bevy_ecs::prelude::*;
use serde::Serialize;

use crate::request::SignIn;
use crate::request::dispatch::ReplyPort;

/// The connections that act for a player in memory.
#[derive(Default, Component)]
pub struct Listeners(Vec<(Weak<dyn ReplyPort>, SignIn)>);

impl Listeners {
    /// Adds a connection; those that are gone are forgotten.
    pub fn add(&mut self, port: &Arc<dyn ReplyPort>, sign_in: SignIn) {
        self.0.retain(|(known, _)| known.strong_count() > 0 && !std::ptr::addr_eq(known.as_ptr(), Arc::as_ptr(port)));
        self.0.push((Arc::downgrade(port), sign_in));
    }

    /// Whether anybody listens.
    pub fn is_connected(&self) -> bool {
        self.0.iter().any(|(port, _)| port.strong_count() > 0)
    }

    /// Whether anybody listens who has logged in with the token of this generation.
    pub fn is_connected_as(&self, generation: u32) -> bool {
        self.0.iter().any(|(port, sign_in)| sign_in.generation == generation && port.strong_count() > 0)
    }

    /// The connections that are still there.
    pub fn ports(&self) -> impl Iterator<Item = (Arc<dyn ReplyPort>, SignIn)> {
        self.0.iter().filter_map(|(port, sign_in)| Some((port.upgrade()?, *sign_in)))
    }
}

/// The connections that have used the operator token.
#[derive(Default, Resource)]
pub struct OperatorListeners(Vec<Weak<dyn ReplyPort>>);

impl OperatorListeners {
    /// Adds a connection; those that are gone are forgotten.
    pub fn add(&mut self, port: &Arc<dyn ReplyPort>) {
        self.0.retain(|known| known.strong_count() > 0 && !std::ptr::addr_eq(known.as_ptr(), Arc::as_ptr(port)));
        self.0.push(Arc::downgrade(port));
    }

    /// The connections that are still there.
    pub fn ports(&self) -> impl Iterator<Item = Arc<dyn ReplyPort>> {
        self.0.iter().filter_map(Weak::upgrade)
    }
}

/// An event on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Who is told.
    pub to: Audience,
    /// The frame's text.
    pub text: Arc<str>,
}

/// Who is told of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// One player, if connected.
    Player(Entity),
    /// Every connected player.
    Everybody,
    /// Every connection that has used the operator token.
    Operators,
}

/// The events of this tick.
#[derive(Debug, Default, Resource)]
pub struct Events(Vec<Event>);

impl Events {
    /// Tells one player, if connected: `{"event":NAME,"data":{..}}`.
    pub fn tell<T: Serialize>(&mut self, player: Entity, event: &'static str, data: &T) {
        self.0.push(Event { to: Audience::Player(player), text: frame(event, data) });
    }

    /// Tells every connected player.
    pub fn tell_everybody<T: Serialize>(&mut self, event: &'static str, data: &T) {
        self.0.push(Event { to: Audience::Everybody, text: frame(event, data) });
    }

    /// Tells every connection that has used the operator token.
    pub fn tell_operators<T: Serialize>(&mut self, event: &'static str, data: &T) {
        self.0.push(Event { to: Audience::Operators, text: frame(event, data) });
    }

    /// Takes the events out.
    pub fn take(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.0)
    }
}

fn frame<T: Serialize>(event: &'static str, data: &T) -> Arc<str> {
    crate::request::envelope::event_text(event, data).into()
}
