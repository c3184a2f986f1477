//! Incidents: what went wrong in the worlds and in the process, in one list for operators (docs/operating.md#incidents).
//!
//! Worlds report theirs through [`raidkeep_engine::realm::incidents`], and the server those of its log, with `incident_report`.
//! The same again raises a count; one that was closed opens again. The list is bounded: closed ones make room first.

pub mod model;
pub mod requests;
mod shelf;

use bevy_app::{App, Plugin};

use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::realm::incidents::IncidentReport;
use raidkeep_engine::start::StartApp;
use raidkeep_engine::storage::StorageApp;

use model::{Incident, IncidentTotals};
use shelf::Shelf;

/// `incident_list`, `incident_seen` and `incident_close`, and `incident_report` for worlds and server.
pub struct IncidentsPlugin;

impl Plugin for IncidentsPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Shelf>().add_world_row::<IncidentTotals>().add_world_entities::<Incident>();
        app.add_start_hook(shelf::begin);
        app.add_request::<IncidentReport, _>(shelf::incident_report);
        requests::register(app);
    }
}
