//! Settles a tick's replies and events once the number of its batch is known.

use bevy_ecs::prelude::*;

use crate::clock::Clock;
use crate::events::{Audience, EventTable, Events, HeldEvent, Listeners, OperatorListeners};
use crate::login::Login;
use crate::request::SignIn;
use crate::request::reply::{Delivery, Held, Outbox, Until};
use crate::storage::Stored;
use crate::storage::rows::Persistence;

/// Queues the tick's events after its replies, and settles which batch each of them waits for.
pub fn release_to_gate(world: &mut World) {
    let events = world.resource_mut::<Events>().take();
    if !events.is_empty() {
        hold_events(world, events);
    }
    settle_waits(world);
}

/// Queues the tick's events after its replies. A connection whose token is no longer valid gets none.
fn hold_events(world: &mut World, events: Vec<HeldEvent>) {
    let now = world.resource::<Clock>().now();
    for event in events {
        let is_known = world.get_resource::<EventTable>().is_some_and(|table| table.has(event.name));
        debug_assert!(is_known, "event {} should be registered by its feature's plugin", event.name);
        let mut ports = Vec::new();
        let mut listen = |listeners: &Listeners, login: &Login| {
            let current = |sign_in: &SignIn| login.is_valid(now) && login.generation() == sign_in.generation;
            let ports_now = listeners.ports().filter(|(_, sign_in)| current(sign_in));
            ports.extend(ports_now.map(|(port, sign_in)| (port, Some(sign_in))));
        };
        match event.to {
            Audience::Player(entity) => {
                if let (Some(listeners), Some(login)) = (world.get::<Listeners>(entity), world.get::<Login>(entity)) {
                    listen(listeners, login);
                }
            }
            Audience::Everybody => {
                let mut players = world.query::<(&Listeners, &Login)>();
                players.iter(world).for_each(|(listeners, login)| listen(listeners, login));
            }
            Audience::UpTo(last) => {
                let mut players = world.query::<(&Stored, &Listeners, &Login)>();
                let there = players.iter(world).filter(|(stored, ..)| stored.account() <= last);
                there.for_each(|(_, listeners, login)| listen(listeners, login));
            }
            Audience::Operators => {
                ports.extend(world.resource::<OperatorListeners>().ports().map(|port| (port, None)));
            }
        }
        let held = ports
            .into_iter()
            .map(|(port, sign_in)| Held::new(Until::Everything, Delivery::Event(port, sign_in, event.text.clone())));
        world.resource_mut::<Outbox>().replies.extend(held);
    }
}

/// Replaces what each reply of the tick waits for with the batch to wait for.
fn settle_waits(world: &mut World) {
    let last_batch = world.resource::<Persistence>().last_batch();
    let mut replies = std::mem::take(&mut world.resource_mut::<Outbox>().replies);
    for held in &mut replies {
        held.until = match held.until {
            Until::Player(entity) => Until::Batch(world.get::<Stored>(entity).map_or(last_batch, Stored::changed_in)),
            Until::Everything => Until::Batch(last_batch),
            settled => settled,
        };
    }
    world.resource_mut::<Outbox>().replies = replies;
}
