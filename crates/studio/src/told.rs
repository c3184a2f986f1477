//! What one player asked, written as a scenario.

use bevy_ecs::prelude::*;
use bevy_ecs::system::RunSystemOnce;
use serde_json::{Value, json};

use raidkeep_engine::clock::Clock;
use raidkeep_engine::request::{Call, Player};
use raidkeep_game::levels::Experience;
use raidkeep_game::overview::{GetPlayerInfo, get_player_info};

/// One player's requests, and what the player had before them.
#[derive(Debug, Clone)]
pub struct ToldScenario {
    /// Where it comes from, a sentence.
    pub about: String,
    /// The player's name.
    pub name: String,
    /// The [`settable_state`] before the first step.
    pub given: Value,
    /// The moment of that state, unix seconds.
    pub starts_at: i64,
    /// In order of time.
    pub steps: Vec<ToldStep>,
}

/// A request.
#[derive(Debug, Clone)]
pub struct ToldStep {
    /// Unix seconds of the game's clock.
    pub at: i64,
    /// What was called.
    pub function: String,
    /// With which arguments.
    pub data: Value,
    /// The idempotency key.
    pub once: Option<String>,
    /// The status of the reply, if it is known.
    pub status: Option<i64>,
    /// The operator who asked, whose request stays a comment: it names players by numbers that a scenario does not have.
    pub operator: Option<String>,
}

impl ToldScenario {
    /// The text of the file. Moments are in the zone of this clock.
    pub fn text(&self, clock: &Clock) -> String {
        let mut text = format!(
            "// {}\n(\n    name: {},\n    starts_at: {},\n    zone: {},\n    players: [(name: {}, state: {})],\n    steps: [\n",
            self.about,
            quoted(&format!("what {} did, as the journal has it", self.name)),
            quoted(&clock.local_time(self.starts_at)),
            quoted(clock.zone().iana_name().unwrap_or("UTC")),
            quoted(&self.name),
            ron_state(&self.given),
        );
        let mut now = self.starts_at;
        for step in &self.steps {
            if step.at > now {
                text.push_str(&format!("        Wait(\"{}s\"),\n", step.at - now));
            }
            now = step.at;
            text.push_str(&step.line(&self.name));
        }
        text.push_str("    ],\n)\n");
        text
    }
}

impl ToldStep {
    fn line(&self, by: &str) -> String {
        if let Some(operator) = &self.operator {
            return format!("        // The operator {} asked {} {}\n", quoted(operator), self.function, self.data);
        }
        let mut line = format!("        Ask(by: {}, function: {}", quoted(by), quoted(&self.function));
        let data = without_nulls(self.data.clone());
        if data.as_object().is_some_and(|data| !data.is_empty()) {
            line.push_str(&format!(", data: {}", ron::to_string(&data).unwrap_or_default()));
        }
        if let Some(once) = &self.once {
            line.push_str(&format!(", once: {}", quoted(once)));
        }
        match self.status {
            Some(status) => line.push_str(&format!(", status: {status}")),
            // Whatever is answered: a step without an expectation has to succeed.
            None => line.push_str(", expect: [Present(\"status\")]"),
        }
        line + "),\n"
    }
}

/// Drops `null`, which RON spells differently; absent arguments mean the same.
fn without_nulls(mut data: Value) -> Value {
    if let Some(data) = data.as_object_mut() {
        data.retain(|_, value| !value.is_null());
    }
    data
}

fn quoted(text: &str) -> String {
    ron::to_string(text).unwrap_or_default()
}

/// What a player has of the state that a scenario can set: experience, energy, items, stages passed, tickets.
pub fn settable_state(world: &mut World, caller: Player) -> Value {
    let exp = world.get::<Experience>(caller.entity).map(|experience| experience.total);
    let call = Call { caller, request: GetPlayerInfo {}, fact: None };
    let shown = world.run_system_once_with(get_player_info, call);
    let shown = shown.ok().and_then(Result::ok).and_then(|shown| serde_json::to_value(shown.data()).ok());
    let mut shown = shown.unwrap_or_default();
    // Modes with nothing passed are omitted, as a designer would.
    if let Some(passed) = shown["stages"].as_object_mut() {
        passed.retain(|_, highest| *highest != 0);
    }
    json!({
        "exp": exp, "energy": shown["energy"]["remain"], "items": shown["items"], "passed": shown["stages"],
        "tickets": shown["limits"],
    })
}

/// Formats the state as RON: its keys are identifiers, those of stages and tickets are map keys.
fn ron_state(state: &Value) -> String {
    let items = ron::to_string(&state["items"]).unwrap_or_default();
    let map = |value: &Value| {
        let entries = value.as_object().into_iter().flatten();
        entries.map(|(key, value)| format!("{key}: {value}")).collect::<Vec<_>>().join(", ")
    };
    let (passed, tickets) = (map(&state["passed"]), map(&state["tickets"]));
    let (exp, energy) = (&state["exp"], &state["energy"]);
    format!("(exp: {exp}, energy: {energy}, items: {items}, passed: {{{passed}}}, tickets: {{{tickets}}})")
}
