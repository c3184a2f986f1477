//! `listen`: subscribes a player to events that are too frequent to send unasked. `hear`: a connection gets the events of its
//! player again.

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dispatch::RequestApp;
use crate::events::{EventTable, Listeners};
use crate::request;
use crate::request::{Answer, Call, Player, Reads, Refusal, Success};

/// `listen {events}`: subscribes the player to these events, replacing an earlier subscription.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Listen {
    /// Names of events; none = unsubscribe from all.
    events: Vec<String>,
}

/// The reply of `listen`: the events the player is now subscribed to.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Listening {
    /// Their names.
    events: Vec<&'static str>,
}

request!(Player, "listen", Listen => Listening, READS = Reads::Caller);

fn listen(In(call): In<Call<Listen>>, table: Res<EventTable>, mut players: Query<&mut Listeners>) -> Answer<Listening> {
    let names = || table.kinds().iter().filter(|kind| kind.is_asked_for).map(|kind| kind.name);
    let mut events: Vec<&'static str> = Vec::new();
    for asked in &call.request.events {
        let known = names().find(|name| name == asked).ok_or_else(|| {
            let known: Vec<&str> = names().collect();
            Refusal::malformed("data.events", &format!("names of events that can be asked for: {}", known.join(", ")))
        })?;
        if !events.contains(&known) {
            events.push(known);
        }
    }
    let mut listeners = call.caller.get_mut(&mut players)?;
    listeners.ask_for(events.clone());
    Ok(Success::with(Listening { events }))
}

/// `hear {}`: this connection gets the events of its player. So it does anyway after any request; the server asks by itself
/// for connections whose world has begun a new life, here or on another node.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Hear {}

request!(Player, "hear", Hear => (), READS = Reads::Caller);

fn hear(_: In<Call<Hear>>) -> Answer<()> {
    Ok(Success::empty())
}

/// The functions about events.
pub struct ListeningPlugin;

impl Plugin for ListeningPlugin {
    fn build(&self, app: &mut App) {
        app.add_request::<Listen, _>(listen);
        app.add_request::<Hear, _>(hear);
    }
}
