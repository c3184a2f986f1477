//! The operator's settings: `config/server.ron`, with individual keys overridden on the command line.
//!
//! The shipped file is compiled in and holds every default. The operator's own file and `--set KEY=VALUE` are merged
//! over it key by key, so that each mistake is reported at its key.

mod address;
mod admin;
mod archive;
mod cluster;
mod error;
mod identity;
mod layers;
mod once;
pub mod platforms;
mod play;
pub mod proxies;
mod push;
mod realm;
mod storage;
mod tls;

use std::path::Path;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

pub use crate::config::admin::AdminSettings;
pub use crate::config::cluster::ClusterSettings;
pub use crate::config::error::ConfigError;
pub use crate::config::identity::Identity;
use crate::config::layers::{lay_file_over, origin, overwrite, set, shipped};
pub use crate::config::once::OnceLimits;
pub use crate::config::play::GamePage;
use crate::config::proxies::TrustedProxies;
pub use crate::config::push::PushLine;
pub use crate::config::storage::StorageSettings;
pub use crate::config::tls::TlsSettings;
use raidkeep_engine::backup::BackupSettings;
use raidkeep_engine::clock::{ClockMode, time_zone};
use raidkeep_engine::journal::JournalSettings;
use raidkeep_engine::storage::continuous::ArchiveSettings;
use raidkeep_game::GameSettings;
use raidkeep_game::challenges::PushSettings;
use raidkeep_game::identity::IdentitySettings;
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
    /// The certificate of the listeners.
    pub tls: TlsSettings,
    /// The operators' listener.
    pub admin: AdminSettings,
    /// Folder of the databases.
    pub data: String,
    /// Whether a data folder without a world is refused.
    pub data_must_exist: bool,
    /// Folder of the backups; empty = no backups.
    pub backups: String,
    /// What happens after a crash, and when a disk fails.
    pub storage: StorageSettings,
    /// The database of a cluster, and this node.
    pub cluster: ClusterSettings,
    /// The file of the operators' roles; empty = those that are built in.
    pub roles: String,
    /// Whether a realm is accepted that is older than what the worlds have taken of it.
    pub accept_realm: bool,
    /// Whether a start removes the pin of a rule set.
    pub unpin_rules: bool,
    /// How many worlds.
    pub worlds: u32,
    /// How many threads serve players' connections; 0 = those of the worlds do.
    pub io_threads: u32,
    /// How time passes.
    pub clock: String,
    /// The zone of midnight.
    pub zone: String,
    /// Hours that the clock of a start may be ahead of the last stored change.
    pub clock_jump_max_hours: u32,
    /// Minutes that it may be behind.
    pub clock_back_max_minutes: u32,
    /// Whether a start is not refused because of its clock.
    pub accept_clock: bool,
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
    /// Addresses and networks of proxies that are believed when they say who a client is.
    pub trusted_proxies: Vec<String>,
    /// Whether these proxies speak the PROXY protocol.
    pub proxy_protocol: bool,
    /// Who is shown the game page.
    pub play: GamePage,
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
    /// The continuous archive.
    pub archive: ArchiveSettings,
}

/// Where the log goes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct LogSettings {
    /// The file; empty = standard error.
    pub file: String,
}

/// With less, a handshake would take longer than its time limit.
const BYTES_PER_SECOND_MIN: u32 = 1024;

/// A reply of this length fits into a connection's limit of unread bytes, with room for other replies.
const EXPORT_BYTES_MAX: usize = 3 << 20;

/// Limits that earlier programs did not have, each with the value that lifts it.
const LATER_LIMITS: [(&str, u32); 3] = [
    ("/identity/new_accounts/per_address", 0),
    ("/identity/forget_guests_days", 0),
    ("/identity/password_bytes_min", 1),
];

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
    /// Connections beyond these that may ask for health and readiness.
    pub health_connections: usize,
    /// How many of them one address may have; 0 = no limit.
    pub connections_per_address: usize,
    /// Bytes read from a connection in a second; 0 = no limit.
    pub bytes_per_second_per_connection: u32,
    /// Frames of any kind, or HTTP requests, read from a connection in a second; 0 = no limit.
    pub frames_per_second_per_connection: u32,
    /// Bytes read from all connections of an address in a second; 0 = no limit.
    pub bytes_per_second_per_address: u32,
    /// Frames of any kind read from all connections of an address in a second; 0 = no limit.
    pub frames_per_second_per_address: u32,
    /// TLS handshakes under way for an address; 0 = no limit.
    pub handshakes_per_address: usize,
    /// TLS handshakes of an address in a second; 0 = no limit.
    pub handshakes_per_second_per_address: u32,
    /// Requests in flight per connection.
    pub in_flight_per_connection: usize,
    /// 0 = no limit.
    pub requests_per_second_per_connection: u32,
    /// 0 = no limit.
    pub requests_per_second_per_player: u32,
    /// 0 = no limit.
    pub requests_per_second_per_address: u32,
    /// How often in a second a client is told that it sends too fast; 0 = no limit.
    pub refusals_per_second: u32,
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

/// A key, and what is wrong with its value.
pub(crate) type Mistake = (&'static str, String);

impl Default for Config {
    /// As shipped.
    fn default() -> Self {
        Self::from_effective(shipped()).expect("the shipped configuration should be valid")
    }
}

impl Config {
    /// The shipped settings, overridden by those of the file, and then by `--set`.
    ///
    /// # Errors
    /// When the file cannot be read, or with every mistake that was found.
    pub fn load(file: Option<&Path>, arguments: &[String]) -> Result<Self, ConfigError> {
        let (mut merged, mut told, mut read) = (shipped(), Vec::new(), None);
        if let Some(path) = file {
            let name = path.display().to_string();
            let unreadable = |source| ConfigError::Unreadable { path: name.clone(), source };
            let text = std::fs::read_to_string(path).map_err(unreadable)?;
            let (content, problems) = lay_file_over(&mut merged, &name, &text);
            told.extend(problems.iter().map(ToString::to_string));
            read = content;
        }
        for argument in arguments {
            if let Err(mistake) = set(&mut merged, argument) {
                told.push(format!("--set {argument}: {mistake}"));
            }
        }
        let config = Self::read(merged);
        for (key, mistake) in config.as_ref().err().into_iter().flatten() {
            let origin = origin(key, read.as_ref(), arguments).map(|origin| format!("{origin}: error: "));
            told.push(format!("{}{key}: {mistake}", origin.unwrap_or_default()));
        }
        config.ok().filter(|_| told.is_empty()).ok_or(ConfigError::Mistakes(told))
    }

    /// Settings merged earlier, as in [`Config::effective`]. Those that did not exist then have their defaults; limits that
    /// did not exist then are lifted, so that a journal is played as it was recorded.
    ///
    /// # Errors
    /// With every mistake that was found.
    pub fn from_effective(earlier: Value) -> Result<Self, ConfigError> {
        let mut effective = shipped();
        for (key, unlimited) in LATER_LIMITS {
            if earlier.pointer(key).is_none()
                && let Some(limit) = effective.pointer_mut(key)
            {
                *limit = unlimited.into();
            }
        }
        overwrite(&mut effective, earlier);
        Self::read(effective).map_err(|mistakes| {
            ConfigError::Mistakes(mistakes.into_iter().map(|(key, mistake)| format!("{key}: {mistake}")).collect())
        })
    }

    fn read(effective: Value) -> Result<Self, Vec<Mistake>> {
        let mut choices = platforms::wrong_modes(&effective);
        choices.extend(play::mistake(&effective));
        if !choices.is_empty() {
            return Err(choices);
        }
        let config =
            serde_json::from_value(effective.clone()).map_err(|error| vec![("configuration", error.to_string())])?;
        let config = Self { effective, ..config };
        let mistakes = config.mistakes();
        if mistakes.is_empty() { Ok(config) } else { Err(mistakes) }
    }

    /// The file of the log, if it goes into one.
    pub fn log_file(&self) -> Option<&Path> {
        (!self.log.file.is_empty()).then(|| Path::new(&self.log.file))
    }

    fn mistakes(&self) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        let mut wrong = |key, mistake| mistakes.push((key, mistake));
        for (key, count, least) in [("worlds", self.worlds, 1), ("io_threads", self.io_threads, 0)] {
            if !(least..=64).contains(&count) {
                wrong(key, format!("{count} is out of range, expected {least} to 64"));
            }
        }
        if self.limits.frame_bytes < 1024 {
            wrong("limits.frame_bytes", "expected 1024 or more".to_owned());
        }
        if self.limits.image_request_bytes < self.limits.frame_bytes {
            wrong("limits.image_request_bytes", "expected limits.frame_bytes or more".to_owned());
        }
        if !(1..=EXPORT_BYTES_MAX).contains(&self.limits.export_bytes) {
            wrong("limits.export_bytes", format!("expected 1 to {EXPORT_BYTES_MAX}"));
        }
        for (key, value) in [
            ("limits.document_bytes", self.limits.document_bytes),
            ("limits.image_jobs_waiting", self.limits.image_jobs_waiting),
            ("limits.health_connections", self.limits.health_connections),
            ("admin.connections", self.admin.connections),
            ("limits.in_flight_per_connection", self.limits.in_flight_per_connection),
            ("limits.waiting_requests_per_world", self.limits.waiting_requests_per_world),
            ("legacy_push_line.in_flight", self.legacy_push_line.in_flight),
            ("identity.password_jobs", self.identity.password_jobs),
            ("identity.password_jobs_waiting", self.identity.password_jobs_waiting),
            ("identity.password_jobs_per_address", self.identity.password_jobs_per_address),
            ("identity.known_places", self.identity.known_places),
            ("identity.attempts.window_seconds", self.identity.attempts.window_seconds as usize),
            ("identity.new_accounts.window_seconds", self.identity.new_accounts.window_seconds as usize),
            ("journal.queue_bytes", self.journal.queue_bytes),
            ("assets_poll_seconds", self.assets_poll_seconds as usize),
        ] {
            if value == 0 {
                wrong(key, "expected 1 or more".to_owned());
            }
        }
        if !(1..=3600).contains(&self.legacy_push_line.deadline_seconds) {
            wrong("legacy_push_line.deadline_seconds", "expected 1 to 3600".to_owned());
        }
        mistakes.extend(self.identity.mistakes());
        mistakes.extend(self.tls.mistakes());
        mistakes.extend(self.once.mistakes());
        mistakes.extend(archive::mistakes(&self.archive));
        mistakes.extend(self.storage.mistakes());
        mistakes.extend(self.cluster.mistakes());
        mistakes.extend(self.network_mistakes());
        mistakes.extend(self.platforms.mistakes());
        mistakes.extend(self.game_mistakes());
        mistakes
    }

    fn game_mistakes(&self) -> impl Iterator<Item = Mistake> {
        let cost = self.identity.password_cost.check().err().map(|mistake| ("identity.password_cost", mistake));
        let clock = self.clock.parse::<ClockMode>().err().map(|mistake| ("clock", mistake));
        let zone = time_zone(&self.zone).err().map(|mistake| ("zone", mistake));
        [cost, clock, zone].into_iter().flatten()
    }

    /// The proxies that are believed.
    pub(crate) fn trusted_proxies(&self) -> Result<TrustedProxies, ConfigError> {
        let wrong = |mistake| ConfigError::Value { key: "trusted_proxies", mistake };
        TrustedProxies::parse(&self.trusted_proxies).map_err(wrong)
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
                password_bytes_min: self.identity.password_bytes_min,
                attempts: self.identity.attempts,
                known_places: self.identity.known_places,
                former_tokens: self.identity.former_tokens,
                new_accounts: self.identity.new_accounts,
                forget_guests_seconds: i64::from(self.identity.forget_guests_days) * 86_400,
            },
            platforms: raidkeep_game::platforms::settings::PlatformSettings::default(),
            put_away_after: Duration::from_secs(self.put_away_seconds),
            backups: BackupSettings { folder: (!self.backups.is_empty()).then(|| self.backups.clone().into()) },
            portability: PortabilitySettings {
                document_bytes_max: self.limits.document_bytes,
                export_bytes_max: self.limits.export_bytes,
            },
            ledger: LedgerSettings { entries_per_player: self.ledger_entries_per_player },
            once: self.once.settings(),
            legacy_push: self
                .legacy_push
                .then(|| PushSettings { line: self.legacy_push_line.settings(), refused_ports: Vec::new() }),
        })
    }
}

#[cfg(test)]
mod tests;
