//! The operator's settings: `config/server.ron`, with individual keys overridden on the command line.
//!
//! The shipped file is compiled in and holds every default. The operator's own file and `--set KEY=VALUE` are merged
//! over it key by key, so that each mistake is reported at its key.

mod layers;
pub mod platforms;

use std::path::Path;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::config::layers::{lay_file_over, overwrite, set, shipped};
use raidkeep_engine::backup::BackupSettings;
use raidkeep_engine::clock::time_zone;
use raidkeep_engine::exchange::lines::LineSettings;
use raidkeep_engine::journal::JournalSettings;
use raidkeep_engine::request::once::OnceSettings;
use raidkeep_engine::rules::Problems;
use raidkeep_game::GameSettings;
use raidkeep_game::challenges::PushSettings;
use raidkeep_game::identity::{AttemptLimits, IdentitySettings, PasswordCost};
use raidkeep_game::items::ledger::LedgerSettings;
use raidkeep_game::portability::PortabilitySettings;

/// All settings. The keys are explained in `config/server.ron`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Config {
    /// The merged settings, for a journal. Keys and secrets of platforms are not among them.
    #[serde(skip)]
    pub effective: Value,
    /// Address and port.
    pub listen: String,
    /// Folder of the databases.
    pub data: String,
    /// Folder of the backups; empty = no backups.
    pub backups: String,
    /// How many worlds.
    pub worlds: u32,
    /// How time passes.
    pub clock: String,
    /// The zone of midnight.
    pub zone: String,
    /// Whether changed assets are loaded automatically.
    pub assets_watch: bool,
    /// Longest time in real seconds that a change of the assets goes unnoticed.
    pub assets_poll_seconds: u64,
    /// The log.
    pub log: LogSettings,
    /// Real seconds until an idle player is evicted.
    pub put_away_seconds: u64,
    /// Ledger entries kept per player; 0 = all.
    pub ledger_entries_per_player: u64,
    /// How much is remembered of requests with a `once` key.
    pub once: OnceLimits,
    /// Limits.
    pub limits: ClientLimits,
    /// Origins whose scripts may connect and read replies.
    pub allowed_origins: Vec<String>,
    /// Whether a client that logged in over HTTP may act from its address without a token.
    pub legacy_address_binding: bool,
    /// Whether challenges are pushed to the address that a login came from.
    pub legacy_push: bool,
    /// How many of these pushes may be in flight, and their deadline.
    pub legacy_push_line: PushLine,
    /// Tokens, passwords, attempts.
    pub identity: Identity,
    /// Payments and reports.
    pub platforms: platforms::Platforms,
    /// The journals.
    pub journal: JournalSettings,
}

/// Where the log goes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct LogSettings {
    /// The file; empty = standard error.
    pub file: String,
}

/// Limits on pushes to clients.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct PushLine {
    /// Pushes in flight at the same time.
    pub in_flight: usize,
    /// How long to wait for an answer, in seconds.
    pub deadline_seconds: i64,
}

impl PushLine {
    /// No circuit breaker: there are many clients, and the failure of one says nothing about the others.
    fn settings(self) -> LineSettings {
        LineSettings { in_flight: self.in_flight, deadline_seconds: self.deadline_seconds, circuit: None }
    }
}

/// How much is remembered of requests with a `once` key, of each player and of the operator.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct OnceLimits {
    /// Replies.
    pub replies: u64,
    /// Keys before these, without their replies.
    pub keys: u64,
    /// Series of ordered keys.
    pub series: usize,
    /// Bytes of a player's replies.
    pub reply_bytes_per_player: usize,
    /// Bytes of the replies of all players in memory.
    pub reply_bytes_per_world: usize,
}

impl OnceLimits {
    fn settings(self) -> Result<OnceSettings, ConfigError> {
        let Self { replies, keys, series, reply_bytes_per_player, reply_bytes_per_world } = self;
        let wrong = |key, most| Err(ConfigError::Value { key, mistake: format!("expected 1 to {most}") });
        if !(1..=OnceSettings::REPLIES_MAX).contains(&replies) {
            return wrong("once.replies", OnceSettings::REPLIES_MAX);
        }
        if !(1..=OnceSettings::KEYS_MAX).contains(&keys) {
            return wrong("once.keys", OnceSettings::KEYS_MAX);
        }
        if !(1..=OnceSettings::SERIES_MAX).contains(&series) {
            return wrong("once.series", OnceSettings::SERIES_MAX as u64);
        }
        Ok(OnceSettings { replies, keys, series, reply_bytes_per_player, reply_bytes_per_world })
    }
}

/// A reply of this length fits into a connection's limit of unread bytes, with room for other replies.
const EXPORT_BYTES_MAX: usize = 3 << 20;

/// ClientLimits on what clients may do.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct ClientLimits {
    /// Largest text frame or body of a request in bytes.
    pub frame_bytes: usize,
    /// The same for requests that may carry an image.
    pub image_request_bytes: usize,
    /// Longest player document to import, in bytes. It is sent in pieces that fit into frames.
    pub document_bytes: usize,
    /// Longest player document exported in one reply, in bytes.
    pub export_bytes: usize,
    /// Images waiting for a world to decode them.
    pub image_jobs_waiting: usize,
    /// Open connections.
    pub connections: usize,
    /// Requests in flight per connection.
    pub in_flight_per_connection: usize,
    /// 0 = no limit.
    pub requests_per_second_per_connection: u32,
    /// 0 = no limit.
    pub requests_per_second_per_player: u32,
    /// 0 = no limit.
    pub requests_per_second_per_address: u32,
    /// Requests waiting for a world.
    pub waiting_requests_per_world: usize,
    /// Seconds without any frame.
    pub idle_seconds: u64,
    /// Seconds to log in.
    pub login_seconds: u64,
    /// Seconds for a handshake.
    pub handshake_seconds: u64,
    /// Lifetime of an HTTP connection in seconds.
    pub http_seconds: u64,
    /// Seconds for an orderly stop.
    pub stop_seconds: u64,
}

/// Tokens, passwords, attempts.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Identity {
    /// Days of game time that a token is valid.
    pub token_days: u32,
    /// The cost of a password hash.
    pub password_cost: PasswordCost,
    /// Hashes computed at the same time.
    pub password_jobs: usize,
    /// Hashes queued to be computed.
    pub password_jobs_waiting: usize,
    /// Failed logins.
    pub attempts: AttemptLimits,
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {path}: {source}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// Mistakes in the file, each at its line.
    #[error("the configuration has mistakes:\n{0}")]
    Mistakes(Problems),
    /// A mistake in `--set`.
    #[error("--set {argument}: {mistake}")]
    Argument {
        /// As it was given.
        argument: String,
        /// What is wrong with it.
        mistake: String,
    },
    /// A value of the right kind that is not allowed.
    #[error("{key}: {mistake}")]
    Value {
        /// The key.
        key: &'static str,
        /// What is wrong with it.
        mistake: String,
    },
}

impl Default for Config {
    /// As shipped.
    fn default() -> Self {
        Self::from_effective(shipped()).expect("the shipped configuration should be valid")
    }
}

impl Config {
    /// The shipped settings, overridden by those of the file, and then by `--set`.
    pub fn load(file: Option<&Path>, arguments: &[String]) -> Result<Self, ConfigError> {
        let mut merged = shipped();
        if let Some(path) = file {
            let name = path.display().to_string();
            let unreadable = |source| ConfigError::Unreadable { path: name.clone(), source };
            let text = std::fs::read_to_string(path).map_err(unreadable)?;
            lay_file_over(&mut merged, &name, &text)?;
        }
        for argument in arguments {
            let wrong = |mistake| ConfigError::Argument { argument: argument.clone(), mistake };
            set(&mut merged, argument).map_err(wrong)?;
        }
        Self::from_effective(merged)
    }

    /// Settings merged earlier, as in [`Config::effective`]. Those that did not exist then have their defaults.
    pub fn from_effective(earlier: Value) -> Result<Self, ConfigError> {
        let mut effective = shipped();
        overwrite(&mut effective, earlier);
        let config = serde_json::from_value(effective.clone())
            .map_err(|error| ConfigError::Value { key: "configuration", mistake: error.to_string() })?;
        let config = Self { effective, ..config };
        config.check()?;
        Ok(config)
    }

    /// The file of the log, if it goes into one.
    pub fn log_file(&self) -> Option<&Path> {
        (!self.log.file.is_empty()).then(|| Path::new(&self.log.file))
    }

    fn check(&self) -> Result<(), ConfigError> {
        let wrong = |key, mistake| Err(ConfigError::Value { key, mistake });
        if self.worlds == 0 || self.worlds > 64 {
            return wrong("worlds", format!("{} is out of range, expected 1 to 64", self.worlds));
        }
        if self.limits.frame_bytes < 1024 {
            return wrong("limits.frame_bytes", "expected 1024 or more".to_owned());
        }
        if self.limits.image_request_bytes < self.limits.frame_bytes {
            return wrong("limits.image_request_bytes", "expected limits.frame_bytes or more".to_owned());
        }
        if !(1..=EXPORT_BYTES_MAX).contains(&self.limits.export_bytes) {
            return wrong("limits.export_bytes", format!("expected 1 to {EXPORT_BYTES_MAX}"));
        }
        for (key, value) in [
            ("limits.document_bytes", self.limits.document_bytes),
            ("limits.image_jobs_waiting", self.limits.image_jobs_waiting),
            ("limits.in_flight_per_connection", self.limits.in_flight_per_connection),
            ("limits.waiting_requests_per_world", self.limits.waiting_requests_per_world),
            ("legacy_push_line.in_flight", self.legacy_push_line.in_flight),
            ("identity.password_jobs", self.identity.password_jobs),
            ("identity.password_jobs_waiting", self.identity.password_jobs_waiting),
            ("journal.queue_bytes", self.journal.queue_bytes),
            ("assets_poll_seconds", self.assets_poll_seconds as usize),
        ] {
            if value == 0 {
                return wrong(key, "expected 1 or more".to_owned());
            }
        }
        if !(1..=3600).contains(&self.legacy_push_line.deadline_seconds) {
            return wrong("legacy_push_line.deadline_seconds", "expected 1 to 3600".to_owned());
        }
        self.platforms.check()?;
        self.game().map(|_| ())
    }

    /// The settings that the worlds need, except those of the platforms, which must be resolved first.
    pub fn game(&self) -> Result<GameSettings, ConfigError> {
        let wrong = |key| move |mistake| ConfigError::Value { key, mistake };
        self.identity.password_cost.check().map_err(wrong("identity.password_cost"))?;
        Ok(GameSettings {
            clock: self.clock.parse().map_err(wrong("clock"))?,
            zone: time_zone(&self.zone).map_err(wrong("zone"))?,
            identity: IdentitySettings {
                token_seconds: i64::from(self.identity.token_days) * 86_400,
                password_cost: self.identity.password_cost,
                attempts: self.identity.attempts,
            },
            platforms: raidkeep_game::platforms::settings::PlatformSettings::default(),
            put_away_after: Duration::from_secs(self.put_away_seconds),
            backups: BackupSettings { folder: (!self.backups.is_empty()).then(|| self.backups.clone().into()) },
            portability: PortabilitySettings {
                document_bytes_max: self.limits.document_bytes,
                export_bytes_max: self.limits.export_bytes,
            },
            ledger: LedgerSettings { entries_per_player: self.ledger_entries_per_player },
            once: self.once.settings()?,
            legacy_push: self
                .legacy_push
                .then(|| PushSettings { line: self.legacy_push_line.settings(), refused_ports: Vec::new() }),
        })
    }
}

#[cfg(test)]
mod tests;
