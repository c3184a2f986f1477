//! All incidents in memory, and how reports change them.

use std::collections::BTreeMap;

use bevy_ecs::prelude::*;

use raidkeep_engine::clock::Clock;
use raidkeep_engine::meters::Meters;
use raidkeep_engine::realm::incidents::{IncidentKind, IncidentNews, IncidentReport};
use raidkeep_engine::request::{Answer, Call, Success};
use raidkeep_engine::storage::{Discarded, EditWorld};

use crate::incidents::model::{Handled, Incident, IncidentKey, IncidentState, IncidentTotals, key_of};

/// The most incidents that are kept.
const INCIDENTS_MAX: usize = 500;

const OPEN: &str = "raidkeep_incidents_open";

/// The incidents by what they are.
#[derive(Debug, Default, Resource)]
pub(super) struct Shelf(BTreeMap<IncidentKey, Entity>);

impl Shelf {
    /// All of them.
    pub(super) fn entities(&self) -> impl Iterator<Item = Entity> {
        self.0.values().copied()
    }
}

/// Finds the incidents that are kept, and begins to count the open ones.
pub(super) fn begin(world: &mut World) {
    let mut kept = world.query::<(Entity, &Incident)>();
    let shelf = kept.iter(world).map(|(entity, incident)| (incident.key(), entity)).collect();
    world.insert_resource(Shelf(shelf));
    tell_open(world);
}

/// Says in the metrics how many incidents nobody has seen.
fn tell_open(world: &World) {
    let incidents = world.resource::<Shelf>().entities().filter_map(|entity| world.get::<Incident>(entity));
    tell_open_of(world.resource(), incidents);
}

/// The same of all these incidents.
pub(super) fn tell_open_of<'a>(meters: &Meters, incidents: impl Iterator<Item = &'a Incident>) {
    let open = incidents.filter(|incident| incident.state == IncidentState::Open).count();
    meters.gauge(OPEN, &[]).set(open as f64);
}

pub(super) fn incident_report(In(call): In<Call<IncidentReport>>, world: &mut World) -> Answer<()> {
    let report = call.request;
    if world.resource_mut::<IncidentTotals>().admit(&report) {
        report.over.iter().for_each(|kind| close_all(world, report.world, *kind));
        report.news.into_iter().for_each(|news| put(world, report.world, news));
        tell_open(world);
    }
    Ok(Success::empty())
}

/// Closes whatever a world has told of this kind: it is over.
fn close_all(world: &mut World, of_world: Option<u32>, kind: IncidentKind) {
    let now = world.resource::<Clock>().now();
    let kept = world.resource::<Shelf>().0.iter();
    let over: Vec<Entity> = kept.filter(|(key, _)| (key.0, key.1) == (of_world, kind)).map(|(_, id)| *id).collect();
    for entity in over {
        if let Some(mut incident) = world.edit::<Incident>(entity) {
            incident.handle(IncidentState::Closed, Handled { at: now, by: None, note: String::new() });
        }
    }
}

/// Counts an incident, or puts it on the list.
fn put(world: &mut World, of_world: Option<u32>, news: IncidentNews) {
    let now = world.resource::<Clock>().now();
    let mut totals = world.resource_mut::<IncidentTotals>();
    totals.turn += 1;
    let turn = totals.turn;
    let key = key_of(of_world, &news);
    let known = world.resource::<Shelf>().0.get(&key).copied();
    if let Some(mut incident) = known.and_then(|entity| world.edit::<Incident>(entity)) {
        incident.happen_again(news, turn, now);
        return;
    }
    if world.resource::<Shelf>().0.len() >= INCIDENTS_MAX {
        make_room(world);
    }
    let mut totals = world.resource_mut::<IncidentTotals>();
    totals.last += 1;
    let number = totals.last;
    let state = IncidentState::Open;
    let incident = Incident { number, world: of_world, news, turn, first_at: now, last_at: now, state, handled: None };
    let entity = world.spawn(incident).id();
    world.resource_mut::<Shelf>().0.insert(key, entity);
}

fn make_room(world: &mut World) {
    let kept = world.resource::<Shelf>().0.iter();
    let kept = kept.filter_map(|(key, entity)| Some((world.get::<Incident>(*entity)?.staying(), key.clone())));
    if let Some((_, key)) = kept.min_by_key(|(staying, _)| *staying)
        && let Some(entity) = world.resource_mut::<Shelf>().0.remove(&key)
    {
        world.resource_mut::<Discarded>().push(entity);
    }
}
