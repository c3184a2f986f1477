//! Mixes: what clients send and how often, written in RON.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::load::text::{self, TextPiece};
use raidkeep_engine::rules::{Place, Problems, Report, Single};

/// The built-in mixes, with the asset changes they need.
pub(super) static SHIPPED: include_dir::Dir<'static> = include_dir::include_dir!("$CARGO_MANIFEST_DIR/../../mixes");

/// The contents of a mix file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mix {
    /// What the mix is for, in a sentence.
    pub about: String,
    /// Requests that each client of the closed loop keeps in flight.
    pub in_flight: usize,
    /// How long a connection lives.
    #[serde(default)]
    pub connection: Lifetime,
    /// Connections held in addition to the clients.
    #[serde(default)]
    pub idle: Idle,
    /// Requests each client sends after connecting, one at a time. They are not counted.
    #[serde(default)]
    pub start: Vec<MixStep>,
    /// What the clients send then, chosen at random.
    pub sequences: Vec<Sequence>,
}

/// How long a connection lives.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lifetime {
    /// As long as the run.
    #[default]
    Kept,
    /// Each sequence opens a connection and closes it once everything is answered; connecting is measured too.
    EachSequence,
}

/// Connections that stay open and send nothing.
#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Idle {
    /// How many.
    pub connections: usize,
    /// Whether each sends the start requests. The server closes connections that do not log in within
    /// `limits.login_seconds`.
    pub start: bool,
}

/// Consecutive requests.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sequence {
    /// How often it is chosen, relative to the other weights.
    pub weight: u32,
    /// Its requests. They are sent without waiting for replies, unless one needs a value taken from another's reply.
    pub steps: Vec<MixStep>,
}

/// A request.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MixStep {
    /// The function.
    pub function: String,
    /// Its arguments. `{run}`, `{client}`, `{count}` and values taken earlier are placeholders.
    #[serde(default = "no_arguments")]
    pub data: Value,
    /// The expected statuses.
    #[serde(default = "success")]
    pub statuses: Vec<i32>,
    /// Values taken from the reply for later requests: a name and a JSON pointer such as `/data/token`.
    #[serde(default)]
    pub take: BTreeMap<String, String>,
}

fn no_arguments() -> Value {
    Value::Object(serde_json::Map::new())
}

fn success() -> Vec<i32> {
    vec![0]
}

/// Predefined names: the label of the run, the client's number from 0, and the number of the client's sequence from 0.
pub const GIVEN: [&str; 3] = ["run", "client", "count"];

/// Catches typos.
const IN_FLIGHT_MAX: usize = 65_536;

impl Mix {
    /// Reads a mix.
    ///
    /// # Errors
    ///
    /// Every mistake with its file, line, column and key.
    pub fn read(name: &str, text: &str) -> Result<Self, Problems> {
        Single::read(name, text, Self::validate).map(|single| single.content)
    }

    /// The text of a built-in mix.
    #[must_use]
    pub fn shipped(name: &str) -> Option<&'static str> {
        SHIPPED.get_file(format!("{name}.ron"))?.contents_utf8()
    }

    /// The names of the built-in mixes.
    #[must_use]
    pub fn shipped_names() -> Vec<String> {
        let mut names: Vec<_> = SHIPPED
            .files()
            .filter_map(|file| file.path().file_stem())
            .map(|name| name.to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    fn validate(&self, file: &Place, report: &mut Report) {
        if !(1..=IN_FLIGHT_MAX).contains(&self.in_flight) {
            let message = format!("{} is out of range, expected 1 to {IN_FLIGHT_MAX}", self.in_flight);
            report.error(file.clone().key("in_flight"), message);
        }
        if self.connection == Lifetime::EachSequence && !self.start.is_empty() {
            let message =
                "connections that live for one sequence have no start, expected these requests in the sequences";
            report.error(file.clone().key("start"), message);
        }
        let mut known: Vec<String> = GIVEN.iter().map(|name| (*name).to_owned()).collect();
        validate_steps(&self.start, &mut known, &file.clone().key("start"), report);
        if self.sequences.iter().all(|sequence| sequence.weight == 0) {
            report.error(file.clone().key("sequences"), "nothing would be sent, expected a weight of 1 or more");
        }
        for (index, sequence) in self.sequences.iter().enumerate() {
            let place = file.clone().key("sequences").index(index).key("steps");
            if sequence.steps.is_empty() {
                report.error(place.clone(), "expected at least one request");
            }
            validate_steps(&sequence.steps, &mut known.clone(), &place, report);
        }
    }
}

fn validate_steps(steps: &[MixStep], known: &mut Vec<String>, place: &Place, report: &mut Report) {
    for (index, step) in steps.iter().enumerate() {
        step.validate(known, &place.clone().index(index), report);
    }
}

impl MixStep {
    /// Reports mistakes and adds the names that this step takes to `known`.
    fn validate(&self, known: &mut Vec<String>, place: &Place, report: &mut Report) {
        if self.function.is_empty() {
            report.error(place.clone().key("function"), "expected the name of a function");
        }
        if !self.data.is_object() {
            report.error(place.clone().key("data"), "expected arguments such as {\"stage\": 8}");
        }
        if self.statuses.is_empty() {
            report.error(place.clone().key("statuses"), "no reply would be accepted, expected a status such as 0");
        }
        for piece in text::pieces(&self.data.to_string()) {
            let TextPiece::Place(name) = piece else { continue };
            if !known.contains(&name) {
                let message = format!("{{{name}}} is not known here, expected a name that an earlier request takes");
                report.error(place.clone().key("data"), message).nearest(&name, known.iter().map(String::as_str));
            }
        }
        for (name, from) in &self.take {
            let place = place.clone().key("take").key(name.clone());
            if !text::is_name(name) {
                report
                    .error(place.clone(), format!("\"{name}\" is not a valid name, expected lower-case letters and _"));
            } else if known.contains(name) {
                report.error(place.clone(), format!("{{{name}}} is already taken, expected another name"));
            }
            if !from.starts_with('/') {
                let message = format!("\"{from}\" is not a path into a reply, expected one such as \"/data/token\"");
                report.error(place, message);
            }
            known.push(name.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_in_a_mix_is_reported_with_its_place() {
        let text = r#"(
            about: "wrong", in_flight: 0,
            start: [(function: "login_unique", data: {"unique_id": "{klient}"}, take: {"Token": "data"})],
            sequences: [
                (weight: 0, steps: []),
                (weight: 0, steps: [(function: "", data: [], statuses: [])]),
                (weight: 0, steps: [(function: "a", take: {"key": "/k"}), (function: "b", data: {"k": "{key}", "l": "{kei}"})]),
            ],
        )"#;
        let problems = Mix::read("m.ron", text).expect_err("mistakes").to_string();
        for expected in [
            "m.ron:2:40: error: in_flight: 0 is out of range, expected 1 to",
            "m.ron:3:54: error: start[0].data: {klient} is not known here",
            "did you mean \"client\"?",
            "\"Token\" is not a valid name",
            "\"data\" is not a path into a reply",
            "error: sequences: nothing would be sent",
            "m.ron:5:36: error: sequences[0].steps: expected at least one request",
            "sequences[1].steps[0].function: expected the name of a function",
            "sequences[1].steps[0].data: expected arguments",
            "sequences[1].steps[0].statuses: no reply would be accepted",
            "sequences[2].steps[1].data: {kei} is not known here",
        ] {
            assert!(problems.contains(expected), "{expected}\nshould be reported in\n{problems}");
        }
        assert!(!problems.contains("{key}"), "a name that an earlier request takes is known:\n{problems}");
    }

    #[test]
    fn every_shipped_mix_can_be_read() {
        let names = Mix::shipped_names();
        assert!(names.len() >= 7, "{names:?}");
        for name in names {
            let text = Mix::shipped(&name).expect("it is among the names");
            let read = Mix::read(&name, text);
            assert!(read.is_ok(), "{}", read.expect_err("it is none"));
        }
    }
}
