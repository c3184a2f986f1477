//! `raidkeep schema`: schemas of assets, configuration and protocol.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::Value;

use crate::cli::print_line;
use raidkeep_engine::clock::ClockMode;
use raidkeep_engine::events::EventTable;
use raidkeep_engine::request::RequestTable;
use raidkeep_engine::rules::RuleTables;
use raidkeep_server::config::Config;
use raidkeep_studio::schema::{self, ClientSources};

#[derive(Debug, Args)]
pub(super) struct Schema {
    /// What to describe.
    #[arg(value_enum)]
    part: Part,
    /// With typescript and python: the folder of the assets whose constants it has [default: assets if it exists, else the built-in
    /// ones].
    #[arg(long)]
    assets: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Part {
    /// The RON files of the assets, as JSON Schema.
    Assets,
    /// The configuration, as JSON Schema.
    Config,
    /// Requests, replies and events, as JSON Schema.
    Protocol,
    /// The protocol as an AsyncAPI document.
    Asyncapi,
    /// The assets as Markdown, as in docs/assets.md.
    Reference,
    /// Types and constants of the protocol as a TypeScript module, as in clients/typescript/src/api.gen.ts.
    Typescript,
    /// The same as a Python module, as in clients/python/src/raidkeep_client/api_gen.py.
    Python,
}

impl Schema {
    pub(super) fn run(self) -> Result<(), Box<dyn std::error::Error>> {
        let mut settings = Config::load(None, &[])?.game()?;
        // Some functions exist only with a manual clock.
        settings.clock = ClockMode::Manual;
        let app = raidkeep_realm::whole_app(&settings);
        let world = app.world();
        let catalogue = &world.resource::<RuleTables>().catalogue;
        let (requests, events) = (world.resource::<RequestTable>(), world.resource::<EventTable>());
        match self.part {
            Part::Assets => print_json(&schema::assets(catalogue)),
            Part::Config => print_json(&schema::config()),
            Part::Protocol => print_json(&schema::protocol(requests, events)),
            Part::Asyncapi => print_json(&schema::asyncapi(requests, events)),
            Part::Reference => {
                print_line(schema::reference(catalogue).trim_end());
                Ok(())
            }
            Part::Typescript | Part::Python => {
                let rules = catalogue.load(&raidkeep_game::usual_assets(self.assets.as_deref()))?;
                let sources = ClientSources { requests, events, catalogue, tables: &rules.tables };
                let module = if let Part::Python = self.part { schema::python } else { schema::typescript };
                print_line(module(sources).trim_end());
                Ok(())
            }
        }
    }
}

fn print_json(document: &Value) -> Result<(), Box<dyn std::error::Error>> {
    print_line(&serde_json::to_string_pretty(document)?);
    Ok(())
}
