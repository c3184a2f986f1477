//! `raidkeep serve`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::cli::environment::{HIDDEN, given_variables, unknown_variables};
use crate::cli::past::past_players;
use crate::cli::studies::study_room;
use crate::cli::tell;
use crate::cli::trial::trials;
use crate::cli::version::{COMMIT, PROFILE};
use crate::cli::{cluster, log, metrics, print_line, report};
use raidkeep_engine::outside::WorldPlace;
use raidkeep_engine::reload::RulesPin;
use raidkeep_engine::storage::folder::DataFolder;
use raidkeep_server::config::{Config, GamePage};
use raidkeep_server::net::incident_log::{IncidentLog, Telemetry};
use raidkeep_server::net::operator::OperatorToken;
use raidkeep_server::net::pages;
use raidkeep_server::net::server::{Fittings, Server};
use raidkeep_server::net::tls;
use raidkeep_studio::diff::SET_DIFFER;

/// Default path of the configuration.
const DEFAULT_CONFIG: &str = "config/server.ron";

#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Address and port for players; port 0 picks a free one [default: 127.0.0.1:7350].
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// Folder of the databases [default: data].
    #[arg(long, value_name = "FOLDER")]
    data: Option<String>,
    /// The configuration file [default: config/server.ron if it exists, else the built-in one].
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of the assets [default: assets if it exists, else the built-in ones].
    #[arg(long, value_name = "FOLDER")]
    assets: Option<PathBuf>,
    /// Number of worlds [default: 1].
    #[arg(long, value_name = "COUNT")]
    worlds: Option<u32>,
    /// real, manual, or xN such as x60 [default: real].
    #[arg(long, value_name = "CLOCK")]
    clock: Option<String>,
    /// Starts although the system clock is far from the last stored change: it is right, and the server stood still for
    /// that long, or the change was stored under a wrong one.
    #[arg(long)]
    accept_clock: bool,
    /// Starts although the realm is older than what the worlds have taken of it: what it has lost stays lost.
    #[arg(long)]
    accept_realm: bool,
    /// Starts with the rules of the assets although a rule set is pinned, and removes the pin.
    #[arg(long)]
    unpin_rules: bool,
    /// Sets any key of the configuration; may be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Records the inputs of the worlds in this folder, for `raidkeep replay`.
    #[arg(long, value_name = "FOLDER")]
    journal: Option<String>,
    /// Archives all changes of the worlds in this folder, for `raidkeep restore`.
    #[arg(long, value_name = "FOLDER")]
    archive: Option<String>,
    /// Lets a server that other machines can reach use sandboxed platforms, where players charge themselves.
    #[arg(long)]
    sandbox: bool,
    /// Writes the log as JSON, one line per event.
    #[arg(long)]
    log_json: bool,
}

impl Serve {
    pub(super) fn run(self) -> Result<(), Box<dyn std::error::Error>> {
        let file = usual_config(self.config.clone());
        let config = Config::load(file.as_deref(), &self.overrides())?;
        config.platforms.check_reach(&config.listen)?;
        let levels = log::Levels::read()?;
        // Before anything is written: a second server on a folder leaves it as it is, and the log of the first too.
        let data = Path::new(&config.data);
        let folder = match config.cluster.is_on() {
            true => DataFolder::without_worlds(data)?,
            false => DataFolder::open(data, config.worlds, config.data_must_exist)?,
        };
        let incidents = IncidentLog::default();
        let log = levels.start_log(self.log_json, config.log_file(), Some(incidents.clone()))?;
        let assets = raidkeep_game::usual_assets(self.assets.as_deref());
        tracing::info!(
            version = env!("CARGO_PKG_VERSION"),
            commit = COMMIT,
            profile = PROFILE,
            configuration = file.as_deref().map_or("built in".to_owned(), |file| file.display().to_string()),
            assets = assets.describe(),
            data = config.data,
            worlds = config.worlds,
            clock = config.clock,
            zone = config.zone,
            mcrmb = ?config.platforms.mcrmb.mode,
            sud = ?config.platforms.sud.mode,
            "raidkeep starts"
        );
        unknown_variables().iter().for_each(|variable| tracing::warn!("{variable}"));
        raise_descriptor_limit(config.limits.connections);
        let first_guest = WorldPlace { number: 0, worlds: config.worlds }.distinct("玩家#1");
        let page = config.game_page();
        let telemetry = Telemetry { metrics: Some(metrics::start(&config)?), incidents };
        let mut signals = Signals::listen()?;
        let (past, trials) = (past_players(&config, self.assets.as_deref()), trials(&config));
        let stores = cluster::stores(&config)?;
        let fittings = Fittings { telemetry, differ: Some(SET_DIFFER), studies: study_room(), past, trials, stores };
        let server = Server::start(folder, config, &assets, fittings)?;
        print_line(&format!("listening on {}", server.address));
        print_line(&format!("operators on {}", server.operators));
        if !self.log_json {
            introduce(&server, &first_guest, page);
        }
        while let ProcessSignal::Reload = signals.next() {
            log.reopen();
            tracing::info!("SIGHUP: reopened the log, reading the rules again");
            server.reload();
        }
        tracing::info!("stopping");
        server.stop();
        tracing::info!("stopped; everything is on disk");
        Ok(())
    }

    /// Checks configuration file, environment and arguments without starting or writing anything.
    pub(super) fn check(self) -> Result<ExitCode, Box<dyn std::error::Error>> {
        let file = usual_config(self.config.clone());
        let loaded = Config::load(file.as_deref(), &self.overrides());
        let mut mistakes: Vec<String> = log::Levels::read().err().into_iter().collect();
        match &loaded {
            Ok(config) => {
                mistakes.extend(config.platforms.missing(&|name| std::env::var(name).ok()));
                mistakes.extend(tls::check(&config.tls).err().map(|error| error.to_string()));
                mistakes.extend(OperatorToken::given(Path::new(&config.data)).err().map(|error| error.to_string()));
            }
            Err(error) => mistakes.push(error.to_string()),
        }
        unknown_variables().iter().for_each(|variable| tell(&format!("warning: {variable}")));
        match loaded {
            Ok(config) if mistakes.is_empty() => {
                let place = file.map_or("built in".to_owned(), |file| file.display().to_string());
                print_line(&serde_json::to_string_pretty(&json!({
                    "file": place,
                    "assets": raidkeep_game::usual_assets(self.assets.as_deref()).describe(),
                    "configuration": without_passwords(config.effective),
                    "environment": given_variables(),
                }))?);
                Ok(ExitCode::SUCCESS)
            }
            _ => {
                mistakes.iter().for_each(|mistake| report(mistake));
                Ok(ExitCode::FAILURE)
            }
        }
    }

    fn overrides(&self) -> Vec<String> {
        let flags = [
            ("listen", self.listen.clone()),
            ("data", self.data.clone()),
            ("worlds", self.worlds.map(|worlds| worlds.to_string())),
            ("clock", self.clock.clone()),
            ("journal.folder", self.journal.clone()),
            ("archive.folder", self.archive.clone()),
            ("accept_realm", self.accept_realm.then(|| "true".to_owned())),
            ("unpin_rules", self.unpin_rules.then(|| "true".to_owned())),
            ("accept_clock", self.accept_clock.then(|| "true".to_owned())),
            ("platforms.public_sandbox", self.sandbox.then(|| "true".to_owned())),
        ];
        let flags = flags.into_iter().filter_map(|(key, value)| Some(format!("{key}={}", value?)));
        self.set.iter().cloned().chain(flags).collect()
    }
}

/// The file that was asked for, else the usual one if it exists.
pub(super) fn usual_config(asked: Option<PathBuf>) -> Option<PathBuf> {
    let usual = PathBuf::from(DEFAULT_CONFIG);
    asked.or_else(|| usual.is_file().then_some(usual))
}

/// The same settings with the passwords in addresses hidden; no other setting holds a secret.
fn without_passwords(mut settings: Value) -> Value {
    match &mut settings {
        Value::String(text) => {
            if let Some((scheme, rest)) = text.split_once("://")
                && let Some((_, host)) = rest.split_once('@')
            {
                *text = format!("{scheme}://{HIDDEN}@{host}");
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|value| *value = without_passwords(value.take())),
        Value::Object(keys) => keys.values_mut().for_each(|value| *value = without_passwords(value.take())),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    settings
}

/// What to try next. `first_guest` is the name of the first guest's points.
fn introduce(server: &Server, first_guest: &str, page: GamePage) {
    let program = std::env::args().next().unwrap_or_else(|| "raidkeep".to_owned());
    let (http, ws) = if server.is_encrypted { ("https", "wss") } else { ("http", "ws") };
    if page != GamePage::Never {
        print_line(&format!("play in the browser: {http}://{}{}", server.address, pages::GAME));
    }
    print_line(&format!("try: {program} call --url {ws}://{} get_player_info", server.address));
    if let Some(sandbox) = &server.sandbox {
        let address = sandbox.address;
        print_line(&format!("platforms are SANDBOXED: no real money, no real reports. Look at http://{address}/state"));
        print_line(&format!(
            "give points: curl -d '{{\"wname\":\"{first_guest}\",\"money\":100}}' http://{address}/grant"
        ));
        print_line(&format!(
            "buy: {program} call --url {ws}://{} buy_item '{{\"offer\":\"diamonds_60\"}}'",
            server.address
        ));
    }
    if let Some(RulesPin { fingerprint, by, .. }) = server.pinned_rules() {
        print_line(&format!(
            "the rules are PINNED to {fingerprint} by {by}: the assets are checked and change nothing"
        ));
    }
    print_line("stop with Ctrl-C; every answered change is on disk");
}

/// Descriptors that a server needs besides those of its players: databases, sockets of platforms and operators, threads.
const DESCRIPTORS_BESIDES: u64 = 256;

/// Raises the soft limit of open files to the hard one, and says what it allows.
fn raise_descriptor_limit(connections: usize) {
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(descriptors) => {
            let possible = descriptors.saturating_sub(DESCRIPTORS_BESIDES);
            if possible < connections as u64 {
                tracing::warn!(
                    descriptors,
                    connections,
                    "the limit of open files allows only {possible} connections; raise it (LimitNOFILE, ulimit -n) or \
                     lower limits.connections"
                );
            } else {
                tracing::info!(descriptors, connections, "the limit of open files is high enough");
            }
        }
        Err(error) => tracing::warn!(%error, "the limit of open files cannot be read"),
    }
}

/// What the operating system asks of a running server.
pub(super) enum ProcessSignal {
    /// SIGINT or SIGTERM.
    Stop,
    /// SIGHUP: read again what is read from files.
    Reload,
}

/// The signals of the process.
pub(super) struct Signals {
    runtime: tokio::runtime::Runtime,
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Signals {
    pub(super) fn listen() -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        let guard = runtime.enter();
        let (interrupt, terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        let hangup = signal(SignalKind::hangup())?;
        drop(guard);
        Ok(Self { runtime, interrupt, terminate, hangup })
    }

    /// Waits for the next signal.
    pub(super) fn next(&mut self) -> ProcessSignal {
        self.runtime.block_on(async {
            tokio::select! {
                _ = self.interrupt.recv() => ProcessSignal::Stop,
                _ = self.terminate.recv() => ProcessSignal::Stop,
                _ = self.hangup.recv() => ProcessSignal::Reload,
            }
        })
    }
}
