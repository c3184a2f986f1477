//! The protocol, the assets' types and the game's constants as code for clients, in languages of their own.

mod api;
mod constants;
mod library;
mod shapes;
mod typescript;

use raidkeep_engine::events::EventTable;
use raidkeep_engine::request::RequestTable;
use raidkeep_engine::rules::{Catalogue, Tables};

use api::Api;
use constants::Constants;

/// What a client is made from: the tables of an app, and the rules whose constants it names.
#[derive(Debug, Clone, Copy)]
pub struct ClientSources<'a> {
    /// The functions.
    pub requests: &'a RequestTable,
    /// The events.
    pub events: &'a EventTable,
    /// The types of the assets.
    pub catalogue: &'a Catalogue,
    /// The assets.
    pub tables: &'a Tables,
}

/// `clients/typescript/src/api.gen.ts`.
pub fn typescript(sources: ClientSources<'_>) -> String {
    let api = Api::of(sources.requests, sources.events, sources.catalogue);
    typescript::module(&api, &Constants::of(sources.tables))
}
