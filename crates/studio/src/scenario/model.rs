//! The contents of a scenario file.

use serde::Deserialize;
use serde_json::Value;

use crate::scenario::check::Expectation;
use crate::scenario::given::{BossLife, PlayerState};
use raidkeep_engine::clock::time_zone;
use raidkeep_engine::rules::{Place, Report, Span};

/// One scenario.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it shows, in a sentence.
    pub name: String,
    /// When it begins, `YYYY-MM-DD HH:MM:SS` in the game's zone; absent = 2026-03-10 12:00:00.
    #[serde(default)]
    pub starts_at: Option<String>,
    /// The zone of the game, such as `Europe/Berlin`; absent = that of the shipped configuration, Asia/Shanghai.
    #[serde(default)]
    pub zone: Option<String>,
    /// The random seed.
    #[serde(default = "usual_seed")]
    pub seed: u64,
    /// Bosses that do not start with full life.
    #[serde(default)]
    pub bosses: Vec<BossLife>,
    /// The players; each is a new, logged-in guest with the given state.
    pub players: Vec<GivenPlayer>,
    /// What happens, in order.
    pub steps: Vec<ScenarioStep>,
}

fn usual_seed() -> u64 {
    7
}

/// One player at the start.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenPlayer {
    /// The player's name in the steps. In the game it has a guest's name.
    pub name: String,
    /// What differs from a new player.
    #[serde(default)]
    pub state: PlayerState,
}

/// One step.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum ScenarioStep {
    /// A player calls a function.
    Ask {
        /// The player.
        by: String,
        /// The function.
        function: String,
        /// The arguments without the token.
        #[serde(default)]
        data: Option<Value>,
        /// The idempotency key.
        #[serde(default)]
        once: Option<String>,
        /// The status of the reply; absent = 0, unless `expect` or `reply` cover the status.
        #[serde(default)]
        status: Option<i64>,
        /// The whole reply.
        #[serde(default)]
        reply: Option<Value>,
        /// Expectations about the reply.
        #[serde(default)]
        expect: Vec<Expectation>,
    },
    /// A player calls a function whose reply arrives only after something else has happened.
    Start {
        /// The player.
        by: String,
        /// The function.
        function: String,
        /// The arguments without the token.
        #[serde(default)]
        data: Option<Value>,
    },
    /// The reply to a player's earliest `Start` that is still unanswered.
    Reply {
        /// The player.
        to: String,
        /// The status of the reply; as in `Ask`.
        #[serde(default)]
        status: Option<i64>,
        /// Expectations about the reply.
        #[serde(default)]
        expect: Vec<Expectation>,
    },
    /// A player sends a raw frame on its logged-in connection.
    Frame {
        /// The player.
        by: String,
        /// The frame's text.
        text: String,
        /// The exact text of the reply.
        reply: String,
    },
    /// The operator calls a function.
    Operate {
        /// The function.
        function: String,
        /// The arguments without the token.
        #[serde(default)]
        data: Option<Value>,
        /// The status of the reply; as in `Ask`.
        #[serde(default)]
        status: Option<i64>,
        /// Expectations about the reply.
        #[serde(default)]
        expect: Vec<Expectation>,
    },
    /// Time passes.
    Wait(Span),
    /// Time passes until this moment, `YYYY-MM-DD HH:MM:SS` in the game's zone.
    WaitUntil(String),
    /// A player has received an event that no earlier step expected.
    Event {
        /// The player.
        to: String,
        /// The event's name.
        event: String,
        /// Expectations about the event; its values are below `data`.
        #[serde(default)]
        expect: Vec<Expectation>,
    },
    /// A player has received no event of this name.
    NoEvent {
        /// The player.
        to: String,
        /// The event's name.
        event: String,
    },
    /// Changes a player's state during the scenario.
    Change {
        /// The player.
        player: String,
        /// What changes.
        state: PlayerState,
    },
}

impl ScenarioStep {
    /// A short description of the step.
    pub fn title(&self) -> String {
        match self {
            Self::Ask { by, function, data: Some(data), .. } => format!("{by} asks {function} {data}"),
            Self::Ask { by, function, data: None, .. } => format!("{by} asks {function}"),
            Self::Start { by, function, .. } => format!("{by} starts {function}"),
            Self::Reply { to, .. } => format!("{to} gets a reply"),
            Self::Frame { by, text, .. } => format!("{by} sends {text}"),
            Self::Operate { function, .. } => format!("the operator asks {function}"),
            Self::Wait(span) => format!("{} seconds pass", span.seconds),
            Self::WaitUntil(moment) => format!("time passes until {moment}"),
            Self::Event { to, event, .. } => format!("{to} is told {event}"),
            Self::NoEvent { to, event } => format!("{to} is not told {event}"),
            Self::Change { player, .. } => format!("the state of {player} changes"),
        }
    }

    /// The player it names, and the key.
    fn player(&self) -> Option<(&'static str, &str)> {
        match self {
            Self::Ask { by, .. } | Self::Start { by, .. } | Self::Frame { by, .. } => Some(("by", by)),
            Self::Reply { to, .. } | Self::Event { to, .. } | Self::NoEvent { to, .. } => Some(("to", to)),
            Self::Change { player, .. } => Some(("player", player)),
            Self::Operate { .. } | Self::Wait(_) | Self::WaitUntil(_) => None,
        }
    }

    fn arguments(&self) -> Option<&Value> {
        match self {
            Self::Ask { data, .. } | Self::Start { data, .. } | Self::Operate { data, .. } => data.as_ref(),
            _ => None,
        }
    }
}

impl Scenario {
    /// Reports mistakes beyond the syntax.
    pub fn validate(&self, file: &Place, report: &mut Report) {
        if self.name.trim().is_empty() {
            report.error(file.clone().key("name"), "is empty, expected a description of what the scenario shows");
        }
        if let Some(moment) = &self.starts_at {
            check_moment(moment, file.clone().key("starts_at"), report);
        }
        if let Some(mistake) = self.zone.as_deref().and_then(|zone| time_zone(zone).err()) {
            report.error(file.clone().key("zone"), mistake.to_string());
        }
        for (index, player) in self.players.iter().enumerate() {
            if self.players[..index].iter().any(|earlier| earlier.name == player.name) {
                let place = file.clone().key("players").index(index).key("name");
                report.error(place, format!("duplicate player name \"{}\"", player.name));
            }
        }
        for (index, step) in self.steps.iter().enumerate() {
            self.check_step(step, &file.clone().key("steps").index(index), report);
        }
    }

    fn check_step(&self, step: &ScenarioStep, place: &Place, report: &mut Report) {
        let known = || self.players.iter().map(|player| player.name.as_str());
        if let Some((key, name)) = step.player().filter(|(_, name)| !known().any(|known| known == *name)) {
            let message = format!("unknown player \"{name}\", expected one of the names in players");
            report.error(place.clone().key(key), message).nearest(name, known());
        }
        if step.arguments().is_some_and(|data| !data.is_object()) {
            report.error(place.clone().key("data"), "expected arguments such as {\"stage\": 8}");
        }
        if let ScenarioStep::WaitUntil(moment) = step {
            check_moment(moment, place.clone(), report);
        }
    }
}

fn check_moment(text: &str, place: Place, report: &mut Report) {
    if let Err(message) = read_moment(text) {
        report.error(place, message);
    }
}

/// Reads a moment, `YYYY-MM-DD HH:MM:SS`.
pub fn read_moment(text: &str) -> Result<jiff::civil::DateTime, String> {
    text.parse().map_err(|_| format!("\"{text}\" is not a date and time; expected one such as \"2026-03-10 12:00:00\""))
}
