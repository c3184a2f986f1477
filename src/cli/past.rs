//! What archive and journal say of a player, for a running server: it starts `raidkeep archive view` beside itself.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cli::beside::Beside;
use crate::cli::call::Failure;
use crate::cli::print_line;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::clock::{Clock, ClockMode};
use raidkeep_engine::journal::StartRecord;
use raidkeep_engine::journal::asked::{FoundRequest, FoundRequests, PastAsker, RequestsWanted};
use raidkeep_engine::journal::lookup::requests_of;
use raidkeep_engine::outside::world_name;
use raidkeep_engine::start::Start;
use raidkeep_engine::storage::continuous::past::PastWorld;
use raidkeep_engine::storage::rows::Persistence;
use raidkeep_engine::tick::Simulation;
use raidkeep_game::GameSettings;
use raidkeep_game::identity::Account;
use raidkeep_game::player_view::asked::{PastRequest, RequestsOfPlayer, ScenarioOfPlayer};
use raidkeep_game::player_view::past::{
    AskedWhen, PastAnswer, PastPlayers, PastQuestion, PastWish, bring_into_memory, view_at_rest,
};
use raidkeep_game::player_view::requests::PlayerViewed;
use raidkeep_server::config::Config;
use raidkeep_studio::told::{ToldScenario, ToldStep, settable_state};

/// One player of a base is read by key, and of the segments only what touches the player; of the journal the files of the
/// time that is asked for. A request that waits longer for a job is given up.
const VIEW: Beside =
    Beside { arguments: &["archive", "view"], within: Duration::from_secs(13), output_bytes_max: 1 << 20 };

/// How long journals are read; what was found until then is a page.
const JOURNAL_WITHIN: Duration = Duration::from_secs(8);

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

/// How a server with this configuration looks into its archive and its journal.
pub(super) fn past_players(config: &Config, assets: Option<&Path>) -> PastPlayers {
    if config.archive.folder.is_empty() && config.journal.folder.is_empty() {
        return PastPlayers::default();
    }
    let (config, assets) = (config.effective.clone(), assets.map(Path::to_owned));
    PastPlayers::new(move |question| ask(&Inquiry { config: config.clone(), assets: assets.clone(), question }))
}

fn ask(inquiry: &Inquiry) -> PastAnswer {
    let inquiry = serde_json::to_vec(inquiry).map_err(|error| error.to_string())?;
    let output = VIEW.run(inquiry).map_err(|error| error.to_string())?;
    let text = String::from_utf8(output).map_err(|error| error.to_string())?;
    let text = text.trim_end();
    Ok((text != "null").then(|| text.to_owned()))
}

/// Answers the inquiry on stdin: prints what was asked for as JSON, or `null` if there was no such player.
pub(super) fn answer() -> Result<(), Failure> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let Inquiry { config, assets, question } = serde_json::from_str(&text)?;
    let past = Past { config: Config::from_effective(config)?, assets, world: world_name(question.world) };
    let account = AccountId(question.player);
    let answer = match question.wish {
        PastWish::View(at) => serde_json::to_string(&past.view(account, at)?)?,
        PastWish::Requests(when) => serde_json::to_string(&past.requests(account, &when)?)?,
        PastWish::Scenario(when) => serde_json::to_string(&past.scenario(account, &when)?)?,
    };
    print_line(&answer);
    Ok(())
}

/// What the folders of a server say of one of its worlds.
struct Past {
    config: Config,
    assets: Option<PathBuf>,
    world: String,
}

impl Past {
    fn view(&self, account: AccountId, at: i64) -> Result<Option<PlayerViewed>, Failure> {
        // What happened in that second is included.
        Ok(view_at_rest(self.bring(account, at * 1000 + 999)?.world_mut(), account)?)
    }

    /// The world as of a moment, unix milliseconds, of which only the account's rows are of then.
    fn bring(&self, account: AccountId, until_ms: i64) -> Result<Simulation, Failure> {
        let folder = &self.config.archive.folder;
        if folder.is_empty() {
            return Err("there is no archive: the setting archive.folder names no folder".into());
        }
        // The base has the moment at which it was made; a clock that stands still would stay there.
        let settings = GameSettings { clock: ClockMode::Real, ..self.config.game()? };
        let mut past = PastWorld::open(Path::new(folder), &self.world, Some(until_ms))?;
        Ok(bring(&mut past, account, (&settings, self.assets.as_deref()), until_ms)?.0)
    }

    fn found(&self, account: AccountId, when: &AskedWhen) -> Result<FoundRequests, Failure> {
        let folder = &self.config.journal.folder;
        if folder.is_empty() {
            return Err("there is no journal: the setting journal.folder names no folder".into());
        }
        let AskedWhen { tokens, looking, from, to, after, limit } = when.clone();
        let (from_ms, to_ms, within) = (from * 1000, to * 1000, JOURNAL_WITHIN);
        let wanted = RequestsWanted { account, tokens, looking, from_ms, to_ms, after, limit, within };
        Ok(requests_of(Path::new(folder), &self.world, &wanted, &clock_of)?)
    }

    fn requests(&self, account: AccountId, when: &AskedWhen) -> Result<RequestsOfPlayer, Failure> {
        let FoundRequests { requests, next } = self.found(account, when)?;
        Ok(RequestsOfPlayer { requests: requests.into_iter().map(past_request).collect(), next })
    }

    /// The state of the second before the first request, and the requests.
    fn scenario(&self, account: AccountId, when: &AskedWhen) -> Result<Option<ScenarioOfPlayer>, Failure> {
        let FoundRequests { requests, next } = self.found(account, when)?;
        if next.is_some() {
            return Err(
                format!("there are more than {} requests, or it takes too long to find them", when.limit).into()
            );
        }
        let mut simulation = self.bring(account, when.from * 1000 - 1)?;
        let world = simulation.world_mut();
        let Some(player) = bring_into_memory(world, account)? else {
            return Ok(None);
        };
        let name = world.get::<Account>(player.entity).map(|account| account.name().to_owned()).unwrap_or_default();
        let given = settable_state(world, player);
        let about =
            "Made from archive and journal. What others did, and what was answered, is not part of it.".to_owned();
        let asked = requests.into_iter().filter(|request| request.by != PastAsker::Stranger);
        let steps: Vec<ToldStep> = asked.map(told_step).collect();
        let requests = steps.iter().filter(|step| step.operator.is_none()).count() as u64;
        let told = ToldScenario { about, name, given, starts_at: when.from, steps };
        let file = format!("player-{}-{}.ron", account.0, when.from);
        Ok(Some(ScenarioOfPlayer { file, text: told.text(world.resource::<Clock>()), requests }))
    }
}

/// The clock that a world had. Of a configuration that cannot be read any more it is taken for the usual one.
fn clock_of(start: &StartRecord) -> ClockMode {
    let config: Value = serde_json::from_str(&start.config).unwrap_or_default();
    config["clock"].as_str().and_then(|clock| clock.parse().ok()).unwrap_or_default()
}

fn past_request(found: FoundRequest) -> PastRequest {
    let FoundRequest { number, at_ms, by, function, arguments, once } = found;
    let by = match by {
        PastAsker::Player => "player".to_owned(),
        PastAsker::Stranger => "stranger".to_owned(),
        PastAsker::Operator(name) => name.into(),
    };
    PastRequest { number, at: at_ms.div_euclid(1000), by, function, arguments, once: once.map(String::from) }
}

fn told_step(found: FoundRequest) -> ToldStep {
    let FoundRequest { at_ms, by, function, arguments, once, .. } = found;
    let operator = if let PastAsker::Operator(name) = by { Some(name.into()) } else { None };
    let at = at_ms.div_euclid(1000);
    ToldStep { at, function, data: arguments, once: once.map(String::from), status: None, operator }
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
