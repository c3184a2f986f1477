//! Players as of a moment, for a running server: it starts `raidkeep archive view` beside itself.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cli::beside::Beside;
use crate::cli::call::Failure;
use crate::cli::print_line;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::clock::ClockMode;
use raidkeep_engine::outside::world_name;
use raidkeep_engine::start::Start;
use raidkeep_engine::storage::continuous::past::PastWorld;
use raidkeep_engine::storage::rows::Persistence;
use raidkeep_engine::tick::Simulation;
use raidkeep_game::GameSettings;
use raidkeep_game::player_view::past::{PastAnswer, PastPlayers, PastQuestion, view_at_rest};
use raidkeep_server::config::Config;

/// One player of a base is read by key, and of the segments only what touches the player.
const VIEW: Beside =
    Beside { arguments: &["archive", "view"], within: Duration::from_secs(20), output_bytes_max: 1 << 20 };

/// What the command is told on stdin.
#[derive(Serialize, Deserialize)]
struct Inquiry {
    /// The effective configuration of the server.
    config: Value,
    /// The folder of the assets, if one was given.
    assets: Option<PathBuf>,
    /// What the server was asked.
    question: PastQuestion,
}

/// How a server with this configuration looks into its archive.
pub(super) fn past_players(config: &Config, assets: Option<&Path>) -> PastPlayers {
    if config.archive.folder.is_empty() {
        return PastPlayers::default();
    }
    let (config, assets) = (config.effective.clone(), assets.map(Path::to_owned));
    PastPlayers::new(move |question| ask(&Inquiry { config: config.clone(), assets: assets.clone(), question }))
}

fn ask(inquiry: &Inquiry) -> PastAnswer {
    let inquiry = serde_json::to_vec(inquiry).map_err(|error| error.to_string())?;
    let output = VIEW.run(&inquiry).map_err(|error| error.to_string())?;
    let text = String::from_utf8(output).map_err(|error| error.to_string())?;
    let text = text.trim_end();
    Ok((text != "null").then(|| text.to_owned()))
}

/// Answers the inquiry on stdin: prints the view of a player as JSON, or `null` if there was none.
pub(super) fn answer() -> Result<(), Failure> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let Inquiry { config, assets, question: PastQuestion { world, player, at } } = serde_json::from_str(&text)?;
    let config = Config::from_effective(config)?;
    // The base has the moment at which it was made; a clock that stands still would stay there.
    let settings = GameSettings { clock: ClockMode::Real, ..config.game()? };
    // What happened in that second is included.
    let until_ms = at * 1000 + 999;
    let mut past = PastWorld::open(Path::new(&config.archive.folder), &world_name(world), Some(until_ms))?;
    let account = AccountId(player);
    let (mut simulation, _) = bring(&mut past, account, (&settings, assets.as_deref()), until_ms)?;
    let view = view_at_rest(simulation.world_mut(), account)?;
    print_line(&serde_json::to_string(&view)?);
    Ok(())
}

/// The world as of a moment (unix milliseconds), loaded but not running, of which only the account's rows are of that moment
/// and all others as old as the base; and how many records that took.
pub(super) fn bring(
    past: &mut PastWorld,
    account: AccountId,
    (settings, assets): (&GameSettings, Option<&Path>),
    at_ms: i64,
) -> Result<(Simulation, u64), Failure> {
    let app = raidkeep_game::build_app(settings);
    let parts = app.world().resource::<Persistence>().player_parts();
    let tables: Vec<&str> = parts.iter().flat_map(|part| [Some(part.table), part.beside]).flatten().collect();
    let records = past.bring(account, &tables)?;
    let rules = raidkeep_game::load_rules(settings, &raidkeep_game::usual_assets(assets))
        .map_err(|problems| format!("the assets have mistakes:\n{problems}"))?;
    let simulation = raidkeep_game::start_world(settings, &rules, past.store(), Start::alone(at_ms, 0))?;
    Ok((simulation, records))
}
