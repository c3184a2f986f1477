//! The protocol, the assets' types and the game's constants as code for clients, in languages of their own.

mod api;
mod constants;
mod library;
mod python;
mod python_types;
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
    typescript::module(&sources.api(), &Constants::of(sources.tables))
}

/// `clients/python/src/raidkeep_client/api_gen.py`.
pub fn python(sources: ClientSources<'_>) -> String {
    python::module(&sources.api(), &Constants::of(sources.tables))
}

impl ClientSources<'_> {
    fn api(&self) -> Api {
        Api::of(self.requests, self.events, self.catalogue)
    }
}
