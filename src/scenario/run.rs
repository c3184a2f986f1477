//! Runs a scenario in a world of its own.

use std::sync::Arc;
use std::time::Instant;

use serde_json::{Value, json};

use crate::clock::Clock;
use crate::game;
use crate::rules::{AssetSource, LoadedRules, Place, Problems, Single};
use crate::scenario::check::{Check, Mismatch};
use crate::scenario::given;
use crate::scenario::model::{Scenario, Step, read_moment};
use crate::scenario::outcome::{Failure, Outcome, StepOutcome, Verdict};
use crate::testing::{NOON_MS, TestPlayer, TestServer, TestSetup};

/// Reads a scenario's file.
pub fn read(name: &str, text: &str) -> Result<Single<Scenario>, Problems> {
    Single::read(name, text, Scenario::validate)
}

/// Where scenarios are played: the rules, loaded once for all of them.
pub struct Stage {
    rules: Arc<LoadedRules>,
}

impl Stage {
    /// With the rules of these assets.
    pub fn new(assets: &AssetSource) -> Result<Self, Problems> {
        let rules = game::load_rules(&TestSetup::default().settings, assets)?;
        Ok(Self { rules: Arc::new(rules) })
    }

    /// Plays one scenario. After the first step that fails the others are not run: they build on it.
    pub fn play(&self, scenario: &Single<Scenario>) -> Outcome {
        let began = Instant::now();
        let mut steps = Vec::new();
        let mut play = Play::begin(self.rules.clone(), scenario, &mut steps);
        for (index, step) in scenario.content.steps.iter().enumerate() {
            let place = scenario.place().key("steps").index(index);
            let is_over = steps.iter().any(|step| !matches!(step.verdict, Verdict::Passed));
            let verdict = match is_over {
                true => Verdict::NotRun,
                false => play.take(step, &place).map_or_else(Verdict::Failed, |()| Verdict::Passed),
            };
            steps.push(StepOutcome { line: scenario.line(&place), title: step.title(), verdict });
        }
        let (file, name) = (scenario.name().to_owned(), scenario.content.name.clone());
        Outcome { file, name, steps, took: began.elapsed() }
    }
}

/// A scenario under way.
struct Play<'s> {
    scenario: &'s Single<Scenario>,
    server: TestServer,
    /// In the order of the file.
    players: Vec<(&'s str, TestPlayer)>,
    /// Events that nobody has expected yet, by connection.
    events: Vec<(usize, Value)>,
}

type StepResult = Result<(), Failure>;

impl<'s> Play<'s> {
    /// Makes the world and its players. What could not be given is a step that has failed.
    fn begin(rules: Arc<LoadedRules>, scenario: &'s Single<Scenario>, steps: &mut Vec<StepOutcome>) -> Self {
        let Scenario { starts_at, seed, players, bosses, .. } = &scenario.content;
        let setup = TestSetup { extend: given::register, seed: *seed, ..TestSetup::default() };
        let start = starts_at.as_deref().and_then(|text| read_moment(text).ok());
        let start = start.and_then(|local| local.to_zoned(setup.settings.zone.clone()).ok());
        let wall_ms = start.map_or(NOON_MS, |start| start.timestamp().as_millisecond());
        let server = TestServer::with_rules(TestSetup { wall_ms, ..setup }, rules);
        let mut play = Self { scenario, server, players: Vec::new(), events: Vec::new() };
        let mut note = |place: Place, title: String, given: StepResult| {
            if let Err(failure) = given {
                steps.push(StepOutcome { line: scenario.line(&place), title, verdict: Verdict::Failed(failure) });
            }
        };
        if !bosses.is_empty() {
            let reply = play.server.operate("scenario_bosses", json!({ "bosses": bosses }));
            let place = scenario.place().key("bosses");
            let given = play.expect_status(&reply, 0, &place);
            note(place, "bosses are given".to_owned(), given);
        }
        for (index, player) in players.iter().enumerate() {
            let connected = play.server.player(&player.name);
            play.players.push((&player.name, connected));
            let place = scenario.place().key("players").index(index);
            let given = play.give(&player.name, json!(player.state), &place);
            note(place, format!("the state of {} is given", player.name), given);
        }
        play
    }

    fn take(&mut self, step: &Step, place: &Place) -> StepResult {
        match step {
            Step::Ask { by, function, data, once, status, reply, expect } => {
                let answer = self.ask(by, function, data.clone(), once.as_deref());
                self.expect_reply(&answer, reply.as_ref(), place)?;
                self.expect_all(&answer, *status, reply.is_some(), expect, place)
            }
            Step::Operate { function, data, status, expect } => {
                let answer = self.server.operate(function, data.clone().unwrap_or_else(|| json!({})));
                self.expect_all(&answer, *status, false, expect, place)
            }
            Step::Frame { by, text, reply } => self.send_frame(by, text, reply, place),
            Step::Wait(span) => {
                self.server.advance_seconds(span.seconds);
                Ok(())
            }
            Step::WaitUntil(moment) => self.wait_until(moment, place),
            Step::Event { to, event, expect } => self.expect_event(to, event, expect, place),
            Step::NoEvent { to, event } => self.expect_no_event(to, event, place),
            Step::Change { player, state } => self.give(player, json!(state), place),
        }
    }

    /// The name was checked when the file was read.
    fn player(&self, name: &str) -> TestPlayer {
        let found = self.players.iter().find(|(known, _)| *known == name);
        found.map(|(_, player)| player.clone()).expect("a scenario's steps should name its players")
    }

    fn give(&mut self, player: &str, state: Value, place: &Place) -> StepResult {
        let reply = self.ask(player, "scenario_player", Some(state), None);
        self.expect_status(&reply, 0, place)
    }

    fn ask(&mut self, by: &str, function: &str, data: Option<Value>, once: Option<&str>) -> Value {
        let connection = self.player(by).connection;
        let mut frame = json!({"world": 0, "function": function, "data": data.unwrap_or_else(|| json!({}))});
        if let Some(once) = once {
            frame["once"] = once.into();
        }
        let reply = self.server.send_on(connection, &frame.to_string());
        serde_json::from_str(&reply).unwrap_or(Value::String(reply))
    }

    fn send_frame(&mut self, by: &str, text: &str, expected: &str, place: &Place) -> StepResult {
        let connection = self.player(by).connection;
        let reply = self.server.send_on(connection, text);
        if reply == expected {
            return Ok(());
        }
        Err(self.failure(&place.clone().key("reply"), expected, &reply, "the frame above was the reply"))
    }

    fn wait_until(&mut self, moment: &str, place: &Place) -> StepResult {
        let clock = self.server.simulation().world().resource::<Clock>();
        let (now, zone) = (clock.now(), clock.zone().clone());
        let target = read_moment(moment).ok().and_then(|local| local.to_zoned(zone).ok());
        let target = target.map_or(now, |target| target.timestamp().as_second());
        if target < now {
            let present = self.server.simulation().world().resource::<Clock>().local_time(now);
            return Err(self.failure(place, "a moment that is still to come", moment, &format!("it is {present}")));
        }
        self.server.advance_seconds(target - now);
        Ok(())
    }

    fn expect_event(&mut self, to: &str, event: &str, expect: &[Check], place: &Place) -> StepResult {
        let connection = self.player(to).connection;
        self.collect_events(connection);
        let is_it = |(at, told): &(usize, Value)| *at == connection && told["event"] == event;
        let Some(found) = self.events.iter().position(is_it) else {
            let told = self.told(connection);
            return Err(self.failure(&place.clone().key("event"), event, "no such event", &told));
        };
        let (_, told) = self.events.remove(found);
        self.expect_checks(&told, expect, place)
    }

    fn expect_no_event(&mut self, to: &str, event: &str, place: &Place) -> StepResult {
        let connection = self.player(to).connection;
        self.collect_events(connection);
        match self.events.iter().any(|(at, told)| *at == connection && told["event"] == event) {
            true => {
                let told = self.told(connection);
                Err(self.failure(place, &format!("no event {event}"), "one", &told))
            }
            false => Ok(()),
        }
    }

    fn collect_events(&mut self, connection: usize) {
        let come = self.server.events(connection);
        self.events.extend(come.into_iter().map(|event| (connection, event)));
    }

    fn told(&self, connection: usize) -> String {
        let events = self.events.iter().filter(|(at, _)| *at == connection).map(|(_, event)| event);
        format!("events not expected so far: {}", events.map(Value::to_string).collect::<Vec<_>>().join(" "))
    }

    /// Without a word of the file on it, a reply is expected to be a success.
    fn expect_all(
        &self,
        answer: &Value,
        status: Option<i64>,
        has_reply: bool,
        expect: &[Check],
        place: &Place,
    ) -> StepResult {
        let speaks_of_status = expect.iter().any(Check::is_about_status);
        if let Some(status) = status.or((!has_reply && !speaks_of_status).then_some(0)) {
            self.expect_status(answer, status, place)?;
        }
        self.expect_checks(answer, expect, place)
    }

    fn expect_status(&self, answer: &Value, status: i64, place: &Place) -> StepResult {
        if answer["status"] == status {
            return Ok(());
        }
        let place = place.clone().key("status");
        let found = answer["status"].to_string();
        Err(self.failure(&place, &format!("status: {status}"), &found, &reply_context(answer)))
    }

    fn expect_reply(&self, answer: &Value, reply: Option<&Value>, place: &Place) -> StepResult {
        match reply.filter(|reply| *reply != answer) {
            None => Ok(()),
            Some(reply) => {
                let place = place.clone().key("reply");
                Err(self.failure(&place, &reply.to_string(), &answer.to_string(), "the whole reply differs"))
            }
        }
    }

    fn expect_checks(&self, answer: &Value, expect: &[Check], place: &Place) -> StepResult {
        let mismatches = expect.iter().enumerate().filter_map(|(index, check)| {
            let Mismatch { expected, found } = check.compare(answer).err()?;
            Some((self.scenario.line(&place.clone().key("expect").index(index)), expected, found))
        });
        let mismatches: Vec<_> = mismatches.collect();
        if mismatches.is_empty() { Ok(()) } else { Err(Failure { mismatches, context: reply_context(answer) }) }
    }

    fn failure(&self, place: &Place, expected: &str, found: &str, context: &str) -> Failure {
        let mismatch = (self.scenario.line(place), expected.to_owned(), found.to_owned());
        Failure { mismatches: vec![mismatch], context: context.to_owned() }
    }
}

fn reply_context(reply: &Value) -> String {
    format!("it was {reply}")
}
