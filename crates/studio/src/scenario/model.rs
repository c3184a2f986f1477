//! What stands in a scenario's file.

use serde::Deserialize;
use serde_json::Value;

use crate::scenario::check::Expectation;
use crate::scenario::duration::Span;
use crate::scenario::given::{BossLife, PlayerState};
use raidkeep_engine::rules::{Place, Report};

/// One scenario.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it shows, in a sentence.
    pub name: String,
    /// When it begins, `YYYY-MM-DD HH:MM:SS` in the game's zone; absent = 2026-03-10 12:00:00.
    #[serde(default)]
    pub starts_at: Option<String>,
    /// What all chance follows from.
    #[serde(default = "usual_seed")]
    pub seed: u64,
    /// Bosses that are not whole at the start.
    #[serde(default)]
    pub bosses: Vec<BossLife>,
    /// Who takes part; each is a new guest with what stands here, and logged in.
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
    /// How the steps call the player. Players of the scenario see a guest's name.
    pub name: String,
    /// What differs from a new player.
    #[serde(default)]
    pub state: PlayerState,
}

/// One step.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum ScenarioStep {
    /// A player asks for a function.
    Ask {
        /// Which player.
        by: String,
        /// Which function.
        function: String,
        /// The arguments without the token.
        #[serde(default)]
        data: Option<Value>,
        /// The idempotency key.
        #[serde(default)]
        once: Option<String>,
        /// The status of the reply; absent = 0, unless `expect` or `reply` say something of the status.
        #[serde(default)]
        status: Option<i64>,
        /// The whole reply.
        #[serde(default)]
        reply: Option<Value>,
        /// What the reply holds.
        #[serde(default)]
        expect: Vec<Expectation>,
    },
    /// A player asks for a function whose reply comes later, when something else has happened.
    Start {
        /// Which player.
        by: String,
        /// Which function.
        function: String,
        /// The arguments without the token.
        #[serde(default)]
        data: Option<Value>,
    },
    /// The reply to the earliest `Start` of a player that has no reply so far.
    Reply {
        /// Which player.
        to: String,
        /// The status of the reply; as in `Ask`.
        #[serde(default)]
        status: Option<i64>,
        /// What the reply holds.
        #[serde(default)]
        expect: Vec<Expectation>,
    },
    /// A player sends a frame as it stands, on the connection on which it is logged in.
    Frame {
        /// Which player.
        by: String,
        /// The frame's text.
        text: String,
        /// The text of the reply, to the byte.
        reply: String,
    },
    /// The operator asks for a function.
    Operate {
        /// Which function.
        function: String,
        /// The arguments without the token.
        #[serde(default)]
        data: Option<Value>,
        /// The status of the reply; as in `Ask`.
        #[serde(default)]
        status: Option<i64>,
        /// What the reply holds.
        #[serde(default)]
        expect: Vec<Expectation>,
    },
    /// Time passes.
    Wait(Span),
    /// Time passes until this moment, `YYYY-MM-DD HH:MM:SS` in the game's zone.
    WaitUntil(String),
    /// A player is told something: one of the events that have come and were not expected yet.
    Event {
        /// Which player.
        to: String,
        /// The event's name.
        event: String,
        /// What the event holds; its values are below `data`.
        #[serde(default)]
        expect: Vec<Expectation>,
    },
    /// A player is told nothing of this name.
    NoEvent {
        /// Which player.
        to: String,
        /// The event's name.
        event: String,
    },
    /// A player's state is changed in the middle of the scenario.
    Change {
        /// Which player.
        player: String,
        /// What changes.
        state: PlayerState,
    },
}

impl ScenarioStep {
    /// The step in a few words.
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

    /// The player it speaks of, and under which key.
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
    /// Notes what the form alone does not show.
    pub fn validate(&self, file: &Place, report: &mut Report) {
        if self.name.trim().is_empty() {
            report.error(file.clone().key("name"), "is empty, expected what the scenario shows");
        }
        if let Some(moment) = &self.starts_at {
            check_moment(moment, file.clone().key("starts_at"), report);
        }
        for (index, player) in self.players.iter().enumerate() {
            if self.players[..index].iter().any(|earlier| earlier.name == player.name) {
                let place = file.clone().key("players").index(index).key("name");
                report.error(place, format!("\"{}\" stands here a second time", player.name));
            }
        }
        for (index, step) in self.steps.iter().enumerate() {
            self.check_step(step, &file.clone().key("steps").index(index), report);
        }
    }

    fn check_step(&self, step: &ScenarioStep, place: &Place, report: &mut Report) {
        let known = || self.players.iter().map(|player| player.name.as_str());
        if let Some((key, name)) = step.player().filter(|(_, name)| !known().any(|known| known == *name)) {
            let message = format!("unknown player \"{name}\", expected a name of players");
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
    text.parse().map_err(|_| format!("\"{text}\" is no moment; expected one such as \"2026-03-10 12:00:00\""))
}
