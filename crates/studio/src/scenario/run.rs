//! Runs a scenario in its own world.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use bevy_app::App;
use serde_json::{Value, json};

use crate::scenario::check::{Expectation, Mismatch};
use crate::scenario::given::{self, PlayerState};
use crate::scenario::model::{Scenario, ScenarioStep, read_moment};
use crate::scenario::outcome::{Failure, ScenarioOutcome, StepOutcome, StepVerdict};
use crate::scenario::world::{Scene, Wanted};
use crate::testing::{NOON_MS, TestServer, TestSetup};
use raidkeep_engine::clock::time_zone;
use raidkeep_engine::rules::{AssetSource, LoadedRules, Place, Problems, SPAN_DAYS_MAX, Single};

/// Reads the file of a scenario.
pub fn open(path: &Path) -> Result<Single<Scenario>, Problems> {
    Single::open(path, Scenario::validate)
}

/// Reads a scenario from its text.
pub fn read(name: &str, text: &str) -> Result<Single<Scenario>, Problems> {
    Single::read(name, text, Scenario::validate)
}

/// Runs scenarios: holds the game and its rules, loaded once for all of them.
pub struct ScenarioRunner {
    rules: Arc<LoadedRules>,
    extend: Vec<fn(&mut App)>,
}

impl ScenarioRunner {
    /// With the rules of these assets.
    pub fn new(assets: &AssetSource) -> Result<Self, Problems> {
        Self::extended(assets, |_| {})
    }

    /// The same with additional features, which `extend` adds.
    pub fn extended(assets: &AssetSource, extend: fn(&mut App)) -> Result<Self, Problems> {
        let extend = vec![given::register, extend];
        let setup = TestSetup { extend: extend.clone(), ..TestSetup::default() };
        Ok(Self { rules: Arc::new(setup.catalogue().load(assets)?), extend })
    }

    /// What the assets warn of.
    pub fn warnings(&self) -> &Problems {
        &self.rules.warnings
    }

    /// Plays one scenario. Steps after the first failure are skipped, because they depend on it.
    pub fn play(&self, scenario: &Single<Scenario>) -> ScenarioOutcome {
        let began = Instant::now();
        let mut steps = Vec::new();
        let mut play = Play::begin(self, scenario, &mut steps);
        for (index, step) in scenario.content.steps.iter().enumerate() {
            let place = scenario.place().key("steps").index(index);
            let is_over = steps.iter().any(|step| !matches!(step.verdict, StepVerdict::Passed));
            let verdict = match is_over {
                true => StepVerdict::NotRun,
                false => play.take(step, &place).map_or_else(StepVerdict::Failed, |()| StepVerdict::Passed),
            };
            steps.push(StepOutcome { line: scenario.line(&place), title: step.title(), verdict });
        }
        let (file, name) = (scenario.name().to_owned(), scenario.content.name.clone());
        ScenarioOutcome { file, name, steps, took: began.elapsed() }
    }
}

/// `type` of the operators' function `manual` that sets a balance.
const SET_BALANCE: u8 = 3;
/// What the platform answers when the balance is the same already.
const BALANCE_UNCHANGED: i64 = 303;

/// A running scenario.
struct Play<'s> {
    scenario: &'s Single<Scenario>,
    scene: Scene<'s>,
}

type StepResult = Result<(), Failure>;

impl<'s> Play<'s> {
    /// Creates the world and its players. State that could not be set becomes a failed step.
    fn begin(runner: &ScenarioRunner, scenario: &'s Single<Scenario>, steps: &mut Vec<StepOutcome>) -> Self {
        let Scenario { starts_at, zone, seed, players, bosses, .. } = &scenario.content;
        let mut setup = TestSetup { extend: runner.extend.clone(), seed: *seed, ..TestSetup::default() };
        if let Some(zone) = zone.as_deref().and_then(|zone| time_zone(zone).ok()) {
            setup.settings.zone = zone;
        }
        let start = starts_at.as_deref().and_then(|text| read_moment(text).ok());
        let start = start.and_then(|local| local.to_zoned(setup.settings.zone.clone()).ok());
        let wall_ms = start.map_or(NOON_MS, |start| start.timestamp().as_millisecond());
        let scene = Scene::new(TestServer::with_rules(TestSetup { wall_ms, ..setup }, runner.rules.clone()));
        let mut play = Self { scenario, scene };
        let mut note = |place: Place, title: String, given: StepResult| {
            if let Err(failure) = given {
                steps.push(StepOutcome { line: scenario.line(&place), title, verdict: StepVerdict::Failed(failure) });
            }
        };
        if !bosses.is_empty() {
            let reply = play.scene.operate("scenario_bosses", json!({ "bosses": bosses }));
            let place = scenario.place().key("bosses");
            let given = play.expect_status(&reply, 0, &place);
            note(place, "bosses are given".to_owned(), given);
        }
        for (index, player) in players.iter().enumerate() {
            play.scene.join(&player.name);
            let place = scenario.place().key("players").index(index);
            let given = play.give(&player.name, &player.state, &place);
            note(place, format!("the state of {} is given", player.name), given);
        }
        play
    }

    fn take(&mut self, step: &ScenarioStep, place: &Place) -> StepResult {
        match step {
            ScenarioStep::Ask { by, function, data, once, status, reply, expect } => {
                let answer = self.scene.ask(by, function, data.clone(), once.as_deref());
                let answer = self.found(answer, &place.clone().key("function"))?;
                self.expect_reply(&answer, reply.as_ref(), place)?;
                self.expect_all(&answer, *status, reply.is_some(), expect, place)
            }
            ScenarioStep::Start { by, function, data } => {
                self.scene.start(by, function, data.clone());
                Ok(())
            }
            ScenarioStep::Reply { to, status, expect } => {
                let answer = self.scene.started_reply(to);
                let answer = self.found(answer, place)?;
                self.expect_all(&answer, *status, false, expect, place)
            }
            ScenarioStep::Operate { function, data, status, expect } => {
                let answer = self.scene.operate(function, data.clone().unwrap_or_else(|| json!({})));
                self.expect_all(&answer, *status, false, expect, place)
            }
            ScenarioStep::Frame { by, text, reply } => {
                let answer = self.scene.send(by, text);
                let answer = self.found(answer, &place.clone().key("text"))?;
                self.expect_text(&answer, reply, &place.clone().key("reply"))
            }
            ScenarioStep::Wait(span) => self.pass(self.scene.now() + span.seconds, place),
            ScenarioStep::WaitUntil(moment) => self.wait_until(moment, place),
            ScenarioStep::Event { to, event, expect } => self.expect_event(to, event, expect, place),
            ScenarioStep::NoEvent { to, event } => self.expect_no_event(to, event, place),
            ScenarioStep::Change { player, state } => self.give(player, state, place),
        }
    }

    fn give(&mut self, player: &str, state: &PlayerState, place: &Place) -> StepResult {
        let reply = self.scene.ask(player, "scenario_player", Some(json!(state)), None);
        let reply = self.found(reply, place)?;
        self.expect_status(&reply, 0, place)?;
        match state.points {
            Some(points) => self.give_points(player, points, place),
            None => Ok(()),
        }
    }

    /// Sets the balance on the payment platform, as an operator does.
    fn give_points(&mut self, player: &str, points: i64, place: &Place) -> StepResult {
        let about = self.scene.ask(player, "get_player_info", None, None);
        let about = self.found(about, place)?;
        let balance =
            json!({ "name": about["data"]["name"], "type": SET_BALANCE, "money": points, "text": "scenario" });
        let reply = self.scene.operate("manual", balance);
        if reply["status"] == BALANCE_UNCHANGED { Ok(()) } else { self.expect_status(&reply, 0, place) }
    }

    fn wait_until(&mut self, moment: &str, place: &Place) -> StepResult {
        let target = read_moment(moment).ok().and_then(|local| self.scene.moment(local));
        let (now, latest) = (self.scene.now(), self.scene.now() + SPAN_DAYS_MAX * 86_400);
        match target.filter(|target| (now..=latest).contains(target)) {
            Some(target) => self.pass(target, place),
            None => {
                let context = format!("it is {}", self.scene.local_time());
                let expected = format!("a moment in the future, within {SPAN_DAYS_MAX} days");
                Err(self.failure(place, &expected, moment, &context))
            }
        }
    }

    fn pass(&mut self, target: i64, place: &Place) -> StepResult {
        match self.scene.advance_to(target) {
            Ok(()) => Ok(()),
            Err(refusal) => self.expect_status(&refusal, 0, place),
        }
    }

    fn expect_event(&mut self, to: &str, event: &str, expect: &[Expectation], place: &Place) -> StepResult {
        match self.scene.take_event(to, event) {
            Some(told) => self.expect_checks(&told, expect, place),
            None => {
                let context = self.other_events(to);
                Err(self.failure(&place.clone().key("event"), event, "no such event", &context))
            }
        }
    }

    fn expect_no_event(&mut self, to: &str, event: &str, place: &Place) -> StepResult {
        match self.scene.take_event(to, event) {
            Some(told) => Err(self.failure(place, &format!("no event {event}"), "one", &reply_context(&told))),
            None => Ok(()),
        }
    }

    fn other_events(&self, player: &str) -> String {
        let events: Vec<String> = self.scene.events(player).map(Value::to_string).collect();
        format!("events not expected so far: {}", events.join(" "))
    }

    /// Turns a missing reply into a failure.
    fn found<T>(&self, answer: Result<T, Wanted>, place: &Place) -> Result<T, Failure> {
        answer.map_err(|Wanted { what, why }| self.failure(place, what, "none", why))
    }

    /// Unless the file says otherwise, a reply is expected to be a success.
    fn expect_all(
        &self,
        answer: &Value,
        status: Option<i64>,
        has_reply: bool,
        expect: &[Expectation],
        place: &Place,
    ) -> StepResult {
        let speaks_of_status = expect.iter().any(Expectation::is_about_status);
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
            Some(reply) => self.expect_text(&answer.to_string(), &reply.to_string(), &place.clone().key("reply")),
        }
    }

    fn expect_text(&self, answer: &str, expected: &str, place: &Place) -> StepResult {
        if answer == expected {
            return Ok(());
        }
        Err(self.failure(place, expected, answer, "the whole reply must match"))
    }

    fn expect_checks(&self, answer: &Value, expect: &[Expectation], place: &Place) -> StepResult {
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
