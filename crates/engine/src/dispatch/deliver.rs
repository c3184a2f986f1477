//! Settles a tick's replies and events once the number of its batch is known.

use bevy_ecs::prelude::*;

use crate::clock::Clock;
use crate::events::{Audience, Dismissed, EventTable, EventTotal, Events, HeldEvent, Listeners, OperatorListeners};
use crate::login::Login;
use crate::request::reply::{Addressee, Delivery, Held, Outbox, Until};
use crate::storage::Stored;
use crate::storage::rows::Persistence;

/// Queues the tick's events after its replies, and settles which batch each of them waits for.
pub fn release_to_gate(world: &mut World) {
    let events = world.resource_mut::<Events>().take();
    if !events.is_empty() {
        hold_events(world, events);
    }
    let dismissed = world.resource_mut::<Events>().take_dismissed();
    dismissed.into_iter().for_each(|dismissed| hold_dismissal(world, &dismissed));
    settle_waits(world);
}

/// Queues the end of a player's connections after the tick's events, and what they are told before. Their tokens may have
/// ended in this tick.
fn hold_dismissal(world: &mut World, Dismissed { player, why, text }: &Dismissed) {
    let mut total = *world.resource::<EventTotal>();
    let Some(mut listeners) = world.get_mut::<Listeners>(*player) else {
        return;
    };
    let n = if text.is_some() { listeners.count(&mut total) } else { None };
    let ports: Vec<_> = listeners.ports().collect();
    *world.resource_mut::<EventTotal>() = total;
    let replies = &mut world.resource_mut::<Outbox>().into_inner().replies;
    for (port, sign_in) in ports {
        if let Some(text) = text {
            let event = Delivery::Event(port.clone(), Some(Addressee { sign_in, n }), text.clone());
            replies.push(Held::new(Until::Everything, event));
        }
        replies.push(Held::new(Until::Everything, Delivery::Dismissal(port, sign_in, *why)));
    }
}

/// Queues the tick's events after its replies. A connection whose token is no longer valid gets none.
fn hold_events(world: &mut World, events: Vec<HeldEvent>) {
    let now = world.resource::<Clock>().now();
    for event in events {
        let kind = world.get_resource::<EventTable>().and_then(|table| table.find(event.name));
        debug_assert!(kind.is_some(), "event {} should be registered by its feature's plugin", event.name);
        let is_operators = event.to == Audience::Operators;
        debug_assert!(
            kind.is_none_or(|kind| kind.is_operators == is_operators),
            "event {} should go to those for whom it is registered",
            event.name
        );
        let is_counted = kind.is_some_and(|kind| !kind.is_asked_for);
        let mut ports = Vec::new();
        let mut total = *world.resource::<EventTotal>();
        let valid_generation = |login: &Login| login.is_valid(now).then(|| login.generation());
        let mut listen = |mut listeners: Mut<Listeners>, generation: Option<u32>| {
            let n = if is_counted { listeners.count(&mut total) } else { None };
            let ports_now = listeners.ports().filter(|(_, sign_in)| generation == Some(sign_in.generation));
            ports.extend(ports_now.map(|(port, sign_in)| (port, Some(Addressee { sign_in, n }))));
        };
        match event.to {
            Audience::Player(entity) => {
                let generation = world.get::<Login>(entity).map(valid_generation);
                if let (Some(generation), Some(listeners)) = (generation, world.get_mut::<Listeners>(entity)) {
                    listen(listeners, generation);
                }
            }
            Audience::Everybody => {
                let mut players = world.query::<(&mut Listeners, &Login)>();
                players.iter_mut(world).for_each(|(listeners, login)| listen(listeners, valid_generation(login)));
            }
            Audience::UpTo(last) => {
                let mut players = world.query::<(&Stored, &mut Listeners, &Login)>();
                let there = players.iter_mut(world).filter(|(stored, ..)| stored.account() <= last);
                there.for_each(|(_, listeners, login)| listen(listeners, valid_generation(login)));
            }
            Audience::Operators => {
                ports.extend(world.resource::<OperatorListeners>().ports().map(|port| (port, None)));
            }
        }
        *world.resource_mut::<EventTotal>() = total;
        let held = ports
            .into_iter()
            .map(|(port, player)| Held::new(Until::Everything, Delivery::Event(port, player, event.text.clone())));
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
