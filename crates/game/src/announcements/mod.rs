//! Announcements: texts of operators that connected players are told, once or repeatedly (docs/operating.md#announcements).
//!
//! The realm keeps them and tells each world all that are still to be told (`take_announcements`). Whoever connects later hears
//! of one when it is repeated, and of one that is told once not at all: a mail to everybody reaches those.

mod model;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::maintenance::MaintenanceSystems;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::due::{Agenda, Occasion};
use raidkeep_engine::events::{Event, EventApp, Events};
use raidkeep_engine::realm::{Message, MessageTaken, RealmMessage, RealmTaken};
use raidkeep_engine::request::{Answer, Call};
use raidkeep_engine::schedule::{Tick, TickSystems};
use raidkeep_engine::start::StartApp;
use raidkeep_engine::storage::StorageApp;

pub use model::{Announcement, Announcements};

/// When the next announcement is due.
const STEP: Occasion = Occasion("announcement");

/// Announcements, as a world tells them.
pub struct AnnouncementsPlugin;

impl Plugin for AnnouncementsPlugin {
    fn build(&self, app: &mut App) {
        app.add_world_row::<Announcements>().add_event::<AnnouncementTold>();
        app.add_start_hook(|world| {
            let now = world.resource::<Clock>().now();
            world.resource_mut::<Agenda>().set(STEP, 0, now);
        });
        app.add_request::<Message<CurrentAnnouncements>, _>(take_announcements);
        app.add_systems(Tick, tell.in_set(TickSystems::Receive).after(MaintenanceSystems));
    }
}

/// The event `announcement`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AnnouncementTold {
    /// The same each time it is told.
    number: u64,
    /// What it says.
    text: String,
}

impl Event for AnnouncementTold {
    const NAME: &'static str = "announcement";
}

/// A message of the realm: all announcements of this world that are not over. It replaces those before.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CurrentAnnouncements {
    /// In no particular order.
    pub announcements: Vec<Announcement>,
}

impl RealmMessage for CurrentAnnouncements {
    const FUNCTION: &'static str = "take_announcements";
}

fn take_announcements(
    In(call): In<Call<Message<CurrentAnnouncements>>>,
    mut taken: ResMut<RealmTaken>,
    mut announcements: ResMut<Announcements>,
    mut agenda: ResMut<Agenda>,
    clock: Res<Clock>,
) -> Answer<MessageTaken> {
    if let Err(again) = taken.admit(&call.request)? {
        return Ok(again.answer());
    }
    announcements.replace(call.request.body.announcements.clone());
    agenda.set(STEP, 0, clock.now());
    Ok(taken.note(&call.request))
}

/// Tells what is due.
fn tell(
    mut announcements: ResMut<Announcements>,
    mut agenda: ResMut<Agenda>,
    mut events: ResMut<Events>,
    clock: Res<Clock>,
) {
    let now = clock.now();
    if agenda.pop(STEP, now).is_none() {
        return;
    }
    // Each start looks: what changes nothing must not become a batch.
    let mut next = announcements.clone();
    let due = next.take_due(now);
    announcements.set_if_neq(next);
    for (number, text) in due {
        events.tell_everybody(&AnnouncementTold { number, text });
    }
    if let Some(at) = announcements.next_moment() {
        agenda.set(STEP, 0, at);
    }
}
