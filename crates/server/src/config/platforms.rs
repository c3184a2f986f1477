//! The settings of the platforms. Keys and secrets come from the environment and are in no file.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::config::address::is_reachable;
use crate::config::{ConfigError, Mistake};
use raidkeep_engine::exchange::circuit::CircuitSettings;
use raidkeep_engine::exchange::lines::LineSettings;
use raidkeep_game::platforms::secret::Secret;
use raidkeep_game::platforms::settings::{ChatSettings, McrmbSettings, OrderSettings, PlatformSettings, SudSettings};
use raidkeep_game::platforms::sud::sessions::SessionKeys;
use raidkeep_sandbox::{GATEWAY_PATH, QUERY_PATH, REPORT_PATH, SandboxSettings};

/// The environment variable that holds the key of MCRMB.
pub const MCRMB_KEY_VARIABLE: &str = "RAIDKEEP_MCRMB_KEY";
/// The environment variable that holds the secret of SUD.
pub const SUD_SECRET_VARIABLE: &str = "RAIDKEEP_SUD_SECRET";

/// How this server uses a platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlatformMode {
    /// The real one.
    Live,
    /// The built-in sandbox, started with the server.
    Sandbox,
    /// Not used.
    Off,
}

/// The environment variable that holds the key of the narrator's chat endpoint, if it needs one.
pub const NARRATOR_KEY_VARIABLE: &str = "RAIDKEEP_NARRATOR_KEY";

/// All platforms.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Platforms {
    /// Whether a server that other machines can reach may use the sandbox.
    pub public_sandbox: bool,
    /// Payments.
    pub mcrmb: Mcrmb,
    /// Reports.
    pub sud: Sud,
    /// The chat endpoint that rephrases the narrator's texts.
    pub narrator: Narrator,
    /// Which certificates to trust behind `https://`.
    pub tls: Tls,
}

/// The certificates that are trusted in calls to `https://` addresses.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Tls {
    /// A PEM file of further roots; empty = none.
    pub ca_file: String,
    /// Whether Mozilla's roots, or those of `SSL_CERT_FILE`, are trusted.
    pub public_roots: bool,
}

/// The narrator's chat endpoint.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Narrator {
    /// Its URL; empty = there is none.
    pub url: String,
    /// The model to use.
    pub model: String,
    /// Calls in flight at the same time.
    pub in_flight: usize,
    /// How long to wait for an answer.
    pub deadline_seconds: i64,
    /// When its circuit breaker opens.
    pub circuit: CircuitSettings,
}

/// With a longer deadline, the request that waits for the endpoint might itself time out.
const NARRATOR_DEADLINE_MAX: i64 = 12;

/// With more patience, the request that waits might itself time out.
const ANSWER_WITHIN_MAX: u64 = 12;

/// Payments.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Mcrmb {
    /// How this server uses it.
    pub mode: PlatformMode,
    /// The URL prefix before the name of a call.
    pub gateway: String,
    /// This server's number there.
    pub sid: String,
    /// Calls in flight at the same time.
    pub in_flight: usize,
    /// How long to wait for an answer.
    pub deadline_seconds: i64,
    /// How long players wait for one, in real seconds; then they are told that it is pending, or has timed out.
    pub answer_within_seconds: u64,
    /// When its circuit breaker opens.
    pub circuit: CircuitSettings,
    /// How long and how often orders are retried.
    pub orders: OrderSettings,
}

/// Reports.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Sud {
    /// How this server uses it.
    pub mode: PlatformMode,
    /// The URL that reports are sent to.
    pub callback: String,
    /// The URL that matches are queried at.
    pub query: String,
    /// The URL that says whose `ss_token` it is. Empty = tokens are not checked.
    pub user_info: String,
    /// This game's id there.
    pub app_id: String,
    /// The number of the game, as text: JSON readers with small numbers would round it.
    pub mg_id: String,
    /// The address at which SUD reaches this server.
    pub public_url: String,
    /// Reports in flight at the same time.
    pub in_flight: usize,
    /// How long to wait for an answer.
    pub deadline_seconds: i64,
    /// How long players and operators wait for one, in real seconds.
    pub answer_within_seconds: u64,
    /// How long to wait before each retry.
    pub retry_seconds: Vec<i64>,
    /// Whether a world boss session is reported as a round.
    pub report_boss_sessions: bool,
    /// How many finished rounds can be queried.
    pub rounds_kept: u64,
    /// The maximum age of a signed request.
    pub window_seconds: i64,
}

const MG_ID_EXPECTED: &str = "expected a whole number in quotes";

/// The modes that do not exist.
pub(super) fn wrong_modes(settings: &Value) -> Vec<Mistake> {
    let modes = [
        ("platforms.mcrmb.mode", &settings["platforms"]["mcrmb"]["mode"]),
        ("platforms.sud.mode", &settings["platforms"]["sud"]["mode"]),
    ];
    let is_wrong = |mode: &Value| PlatformMode::deserialize(mode).is_err();
    let wrong = modes.into_iter().filter(|(_, mode)| is_wrong(mode));
    wrong.map(|(key, mode)| (key, format!("found {mode}, expected sandbox, live or off"))).collect()
}

/// Looks up an environment variable.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

impl Platforms {
    /// The names of the platforms that are simulated.
    pub fn sandboxed(&self) -> Vec<&'static str> {
        let modes = [("mcrmb", self.mcrmb.mode), ("sud", self.sud.mode)];
        modes.into_iter().filter(|(_, mode)| *mode == PlatformMode::Sandbox).map(|(name, _)| name).collect()
    }

    /// Whether the sandbox has to be started.
    pub fn wants_sandbox(&self) -> bool {
        !self.sandboxed().is_empty()
    }

    /// Refuses simulated platforms on a server that other machines can reach, unless the operator wants them there.
    pub fn check_reach(&self, listen: &str) -> Result<(), ConfigError> {
        let sandboxed = self.sandboxed();
        if sandboxed.is_empty() || self.public_sandbox || !is_reachable(listen) {
            return Ok(());
        }
        let mistake = format!(
            "sandboxed ({}), but other machines can reach {listen}: whoever plays there could charge its account without \
             paying. Set them to live or off; if that is what you want, as on a test server, start with --sandbox",
            sandboxed.join(", ")
        );
        Err(ConfigError::Value { key: "platforms", mistake })
    }

    /// Finds mistakes that can be detected without the secrets.
    pub(super) fn mistakes(&self) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        let mut wrong = |key, mistake: &str| mistakes.push((key, mistake.to_owned()));
        for (key, seconds) in [
            ("platforms.mcrmb.orders.settle_after_seconds", &self.mcrmb.orders.settle_after_seconds),
            ("platforms.mcrmb.orders.watch_after_seconds", &self.mcrmb.orders.watch_after_seconds),
            ("platforms.sud.retry_seconds", &self.sud.retry_seconds),
        ] {
            if seconds.is_empty() || seconds.iter().any(|seconds| *seconds < 1) {
                wrong(key, "expected at least one number of seconds, each 1 or more");
            }
        }
        for (key, value) in [
            ("platforms.mcrmb.in_flight", self.mcrmb.in_flight as i64),
            ("platforms.mcrmb.deadline_seconds", self.mcrmb.deadline_seconds),
            ("platforms.mcrmb.circuit.failures", self.mcrmb.circuit.failures.into()),
            ("platforms.mcrmb.orders.retry_seconds", self.mcrmb.orders.retry_seconds),
            ("platforms.mcrmb.orders.waiting_max", self.mcrmb.orders.waiting_max as i64),
            ("platforms.sud.in_flight", self.sud.in_flight as i64),
            ("platforms.sud.deadline_seconds", self.sud.deadline_seconds),
            ("platforms.narrator.in_flight", self.narrator.in_flight as i64),
            ("platforms.narrator.deadline_seconds", self.narrator.deadline_seconds),
            ("platforms.narrator.circuit.failures", self.narrator.circuit.failures.into()),
            ("platforms.sud.rounds_kept", i64::try_from(self.sud.rounds_kept).unwrap_or(i64::MAX)),
        ] {
            if value < 1 {
                wrong(key, "expected 1 or more");
            }
        }
        for (key, seconds) in [
            ("platforms.mcrmb.answer_within_seconds", self.mcrmb.answer_within_seconds),
            ("platforms.sud.answer_within_seconds", self.sud.answer_within_seconds),
        ] {
            if !(1..=ANSWER_WITHIN_MAX).contains(&seconds) {
                wrong(key, &format!("expected 1 to {ANSWER_WITHIN_MAX}: the player's connection waits for it"));
            }
        }
        if self.narrator.deadline_seconds > NARRATOR_DEADLINE_MAX {
            wrong("platforms.narrator.deadline_seconds", "expected 12 or less: players wait for it");
        }
        if self.mg_id().is_err() {
            wrong("platforms.sud.mg_id", MG_ID_EXPECTED);
        }
        mistakes
    }

    /// What live platforms lack: secrets of the environment, addresses and numbers.
    pub fn missing(&self, environment: Environment<'_>) -> Vec<String> {
        let Ok(sandbox) = SandboxSettings::shipped() else { return Vec::new() };
        let known = Some(("http://127.0.0.1", &sandbox));
        let mcrmb = self.mcrmb(known, environment).err();
        let sud = self.sud(known, "http://127.0.0.1", environment).err();
        let chat = self.chat(environment).err();
        [mcrmb, sud, chat].into_iter().flatten().map(|error| error.to_string()).collect()
    }

    fn mg_id(&self) -> Result<i64, ConfigError> {
        self.sud.mg_id.parse().map_err(|_| wrong("platforms.sud.mg_id", MG_ID_EXPECTED))
    }

    /// The platforms as the worlds use them. `sandbox` is the sandbox's address (`http://ADDRESS:PORT`) and its
    /// settings; `here` is this server's address.
    pub fn resolve(
        &self,
        sandbox: Option<(&str, &SandboxSettings)>,
        here: &str,
        environment: Environment<'_>,
    ) -> Result<PlatformSettings, ConfigError> {
        Ok(PlatformSettings {
            mcrmb: self.mcrmb(sandbox, environment)?,
            sud: self.sud(sandbox, here, environment)?,
            chat: self.chat(environment)?,
            session_keys: SessionKeys::default(),
        })
    }

    fn chat(&self, environment: Environment<'_>) -> Result<Option<ChatSettings>, ConfigError> {
        let Narrator { url, model, in_flight, deadline_seconds, circuit } = self.narrator.clone();
        if url.is_empty() {
            return Ok(None);
        }
        check_url("platforms.narrator.url", &url)?;
        let key = Secret::new(environment(NARRATOR_KEY_VARIABLE).unwrap_or_default());
        let circuit = Some(circuit);
        let line = LineSettings { in_flight, deadline_seconds, circuit, answer_within_seconds: None };
        Ok(Some(ChatSettings { url, model, key, line }))
    }

    fn mcrmb(
        &self,
        sandbox: Option<(&str, &SandboxSettings)>,
        environment: Environment<'_>,
    ) -> Result<Option<McrmbSettings>, ConfigError> {
        let Mcrmb { mode, gateway, sid, in_flight, deadline_seconds, answer_within_seconds, circuit, orders } =
            self.mcrmb.clone();
        let (gateway, sid, key) = match (mode, sandbox) {
            (PlatformMode::Off, _) => return Ok(None),
            (PlatformMode::Sandbox, Some((url, known))) => {
                (format!("{url}{GATEWAY_PATH}"), known.sid.clone(), known.key.clone())
            }
            (PlatformMode::Sandbox, None) => return Err(wrong("platforms.mcrmb.mode", "the sandbox is not running")),
            (PlatformMode::Live, _) => {
                check_url("platforms.mcrmb.gateway", &gateway)?;
                if sid.is_empty() {
                    return Err(wrong("platforms.mcrmb.sid", "live payments need the number of this server"));
                }
                let key = secret(MCRMB_KEY_VARIABLE, "platforms.mcrmb.mode", environment)?;
                // The platform's functions are distinguished by the end of the URL.
                (format!("{}/", gateway.trim_end_matches('/')), sid, key)
            }
        };
        let (circuit, answer_within_seconds) = (Some(circuit), Some(answer_within_seconds));
        let line = LineSettings { in_flight, deadline_seconds, circuit, answer_within_seconds };
        Ok(Some(McrmbSettings { gateway, sid, key, line, orders }))
    }

    fn sud(
        &self,
        sandbox: Option<(&str, &SandboxSettings)>,
        here: &str,
        environment: Environment<'_>,
    ) -> Result<Option<SudSettings>, ConfigError> {
        let sud = self.sud.clone();
        let (callback, query, app_id, app_secret) = match (sud.mode, sandbox) {
            (PlatformMode::Off, _) => return Ok(None),
            (PlatformMode::Sandbox, Some((url, known))) => (
                format!("{url}{REPORT_PATH}"),
                format!("{url}{QUERY_PATH}"),
                known.app_id.clone(),
                known.app_secret.clone(),
            ),
            (PlatformMode::Sandbox, None) => return Err(wrong("platforms.sud.mode", "the sandbox is not running")),
            (PlatformMode::Live, _) => {
                check_url("platforms.sud.callback", &sud.callback)?;
                if !sud.query.is_empty() {
                    check_url("platforms.sud.query", &sud.query)?;
                }
                if !sud.user_info.is_empty() {
                    check_url("platforms.sud.user_info", &sud.user_info)?;
                }
                if sud.app_id.is_empty() {
                    return Err(wrong("platforms.sud.app_id", "live reports need the number of the application"));
                }
                let secret = secret(SUD_SECRET_VARIABLE, "platforms.sud.mode", environment)?;
                (sud.callback, sud.query, sud.app_id, secret)
            }
        };
        let public_url = if sud.public_url.is_empty() { here.to_owned() } else { sud.public_url };
        // In the sandbox sessions are not checked unless a test names its address: clients make them up.
        let user_info = if sud.mode == PlatformMode::Live { sud.user_info } else { String::new() };
        Ok(Some(SudSettings {
            callback,
            query,
            user_info,
            app_id,
            app_secret,
            mg_id: self.mg_id()?,
            public_url: public_url.trim_end_matches('/').to_owned(),
            line: LineSettings {
                in_flight: sud.in_flight,
                deadline_seconds: sud.deadline_seconds,
                circuit: None,
                answer_within_seconds: Some(sud.answer_within_seconds),
            },
            retry_seconds: sud.retry_seconds,
            reports_boss_sessions: sud.report_boss_sessions,
            rounds_kept: sud.rounds_kept,
            window_seconds: sud.window_seconds,
        }))
    }
}

fn wrong(key: &'static str, mistake: &str) -> ConfigError {
    ConfigError::Value { key, mistake: mistake.to_owned() }
}

fn secret(variable: &'static str, key: &'static str, environment: Environment<'_>) -> Result<Secret, ConfigError> {
    let secret = environment(variable).filter(|secret| !secret.is_empty()).map(Secret::new);
    let mistake =
        || format!("live needs a secret: put it into the environment variable {variable}, or use sandbox or off");
    secret.ok_or_else(|| ConfigError::Value { key, mistake: mistake() })
}

fn check_url(key: &'static str, url: &str) -> Result<(), ConfigError> {
    let rest = url.strip_prefix("http://").or(url.strip_prefix("https://"));
    let is_sane = rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(['?', '#', ' ']));
    if is_sane { Ok(()) } else { Err(wrong(key, "expected an address such as https://host/path, without a query")) }
}

#[cfg(test)]
mod tests;
