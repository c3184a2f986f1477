//! Forks of the worlds of a running server: it starts `raidkeep fork` beside itself, once for each.

use std::io::{BufRead, Read};
use std::sync::Arc;
use std::time::Duration;

use crate::cli::beside::Beside;
use crate::cli::call::Failure;
use crate::cli::print_line;
use raidkeep_engine::rules::AssetSource;
use raidkeep_game::trial::on_fork::{TrialOutcome, TrialQuestion, try_on_fork};
use raidkeep_game::trial::requests::Trials;
use raidkeep_server::config::Config;

/// How much of the time and the output a fork may take, at most.
const FORK: Beside = Beside { arguments: &["fork"], within: Duration::from_secs(12), output_bytes_max: 1 << 20 };

/// How a server with this configuration runs forks.
pub(super) fn trials(config: &Config) -> Trials {
    let config = config.effective.to_string();
    Trials::new(move |question, within| ask(&config, question, within))
}

/// The command is told the effective configuration of the server, a line of JSON, and then what is to be tried.
fn ask(config: &str, question: &TrialQuestion, within: Duration) -> Result<TrialOutcome, String> {
    let inquiry = [config.as_bytes(), b"\n", &question.to_bytes()].concat();
    let output = Beside { within: within.min(FORK.within), ..FORK }.run(inquiry).map_err(|error| error.to_string())?;
    serde_json::from_slice(&output).map_err(|error| error.to_string())
}

/// Runs the fork that stdin describes, and prints what came of it as JSON.
pub(super) fn answer() -> Result<(), Failure> {
    let mut stdin = std::io::stdin().lock();
    let (mut config, mut bytes) = (String::new(), Vec::new());
    stdin.read_line(&mut config)?;
    stdin.read_to_end(&mut bytes)?;
    let mut question = TrialQuestion::from_bytes(&bytes)?;
    let settings = Config::from_effective(serde_json::from_str(&config)?)?.game()?;
    let source = AssetSource::Kept("the rules of the world".to_owned(), Arc::new(std::mem::take(&mut question.rules)));
    let rules = raidkeep_game::load_rules(&settings, &source)
        .map_err(|problems| format!("the rules of the world have mistakes:\n{problems}"))?;
    let outcome = try_on_fork(raidkeep_game::build_app(&settings), &rules, question)?;
    print_line(&serde_json::to_string(&outcome)?);
    Ok(())
}
