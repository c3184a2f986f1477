//! `list_events` (docs/contract/events.md#what-players-are-told).

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::identity::Account;
use crate::timed_events::{EventRules, Texts, TimedEvent};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::request;
use raidkeep_engine::request::{Answer, Call, Player, Reads, Success};
use raidkeep_engine::rules::Rules;

pub(super) fn register(app: &mut App) {
    app.add_request::<ListEvents, _>(list_events);
}

/// `list_events {token}`: the events that run, and those that begin soon.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ListEvents {}

request!(Player, "list_events", ListEvents => EventsListed, READS = Reads::Caller);

/// The reply of `list_events`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EventsListed {
    /// Those that run first, then by when they begin.
    events: Vec<EventShown>,
}

/// An event, as a player sees it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EventShown {
    /// Its id.
    id: String,
    /// Its name in each language.
    name: Texts,
    /// What it brings, in each language.
    #[serde(skip_serializing_if = "Option::is_none")]
    about: Option<Texts>,
    /// Whether it runs now.
    running: bool,
    /// Whether it is for this player alone: in its own days.
    own: bool,
    /// The activity stages that it opens.
    opens: Vec<u32>,
    /// When it begins or began, and ends.
    at: EventMoments,
}

/// When an event runs, unix seconds.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct EventMoments {
    /// The first second of it.
    begins_at: i64,
    /// The first second after it.
    ends_at: i64,
}

fn list_events(
    In(call): In<Call<ListEvents>>,
    players: Query<&Account>,
    rules: Res<Rules<EventRules>>,
    clock: Res<Clock>,
) -> Answer<EventsListed> {
    let made_at = call.caller.get(&players)?.made_at();
    let now = clock.now();
    let shown = |(id, event): (&str, &TimedEvent)| {
        let at = next_time(event, made_at, &clock)?;
        let is_announced = at.begins_at.saturating_sub(event.announced.seconds) <= now;
        is_announced.then(|| EventShown {
            id: id.to_owned(),
            name: event.name.clone(),
            about: event.about.clone(),
            running: at.begins_at <= now,
            own: event.player_days.is_some(),
            opens: event.opens.clone(),
            at,
        })
    };
    let mut events: Vec<EventShown> = rules.all().filter_map(shown).collect();
    events.sort_by_key(|event| (!event.running, event.at.begins_at));
    Ok(Success::with(EventsListed { events }))
}

/// When an event runs or will run next; `None` if it is over.
fn next_time(event: &TimedEvent, made_at: i64, clock: &Clock) -> Option<EventMoments> {
    let now = clock.now();
    if let Some(days) = event.player_days {
        let (begins_at, ends_at) = days.of(made_at);
        return (now < ends_at).then_some(EventMoments { begins_at, ends_at });
    }
    let opening = event.opening(now, clock.zone()).or_else(|| {
        let next = event.windows.iter().filter_map(|window| window.next_change(now, clock.zone())).min()?;
        event.opening(next, clock.zone())
    })?;
    let (begins_at, ends_at) = opening.times();
    Some(EventMoments { begins_at, ends_at })
}
