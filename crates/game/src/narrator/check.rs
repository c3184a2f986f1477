//! What makes a script valid: every name exists, every scene is reachable, and an ending can always be reached.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::narrator::cast::Cast;
use crate::narrator::rules::NarratorRules;
use crate::narrator::script::{Choice, Scene, Script};
use crate::narrator::words::Spoken;
use raidkeep_engine::rules::{GivenName, NameScope, Naming, Place, Report, Tables};
use raidkeep_engine::template::Template;

/// Scenes and endings of a script, by their names.
const STEP: Naming = Naming { what: "scene or ending", given_in: "the scenes and endings of this script" };

/// Reports every mistake of the script at `place`. `known_places` are the placeholders that texts may have in braces.
pub fn check_script(script: &Script, place: &Place, known_places: &[&str], tables: &Tables, report: &mut Report) {
    let limits = tables.get::<NarratorRules>();
    let check = Checker { script, place, known_places, cast: tables.get(), limits };
    check.steps(report);
    check.frame(report);
    check.scenes(report);
    check.endings(report);
    if check.names_every_step() {
        check.ways(report);
    }
}

struct Checker<'a> {
    script: &'a Script,
    place: &'a Place,
    known_places: &'a [&'a str],
    cast: Option<&'a Cast>,
    limits: Option<&'a NarratorRules>,
}

impl Checker<'_> {
    fn step_scope(&self) -> NameScope {
        STEP.within(self.place.file_name())
    }

    /// Says which scenes and endings there are.
    fn steps(&self, report: &mut Report) {
        let script = self.script;
        let given = |list: &'static str, name: &String| GivenName {
            name: name.clone(),
            title: None,
            place: self.place.clone().key(list).key(name),
        };
        let scenes = script.scenes.keys().map(|name| given("scenes", name));
        let endings = script.endings.keys().filter(|name| !script.scenes.contains_key(*name));
        let all: Vec<GivenName> = scenes.chain(endings.map(|name| given("endings", name))).collect();
        report.names_given(self.step_scope(), self.place.clone().key("scenes"), all);
    }

    /// Whether every name that leads on is that of a scene or ending. If not, nothing is known about the ways.
    fn names_every_step(&self) -> bool {
        let script = self.script;
        let is_known = |name: &str| script.scenes.contains_key(name) || script.endings.contains_key(name);
        is_known(&script.start)
            && is_known(&script.runs_out)
            && script.scenes.values().flat_map(Scene::exits).all(is_known)
    }

    /// Checks the start, the number of turns, and the ending when they run out.
    fn frame(&self, report: &mut Report) {
        let script = self.script;
        let place = self.place.clone().key("start");
        report.name_used(self.step_scope(), script.start.clone(), &place);
        if script.endings.contains_key(&script.start) {
            report.error(place, format!("\"{}\" is an ending, expected one of scenes", script.start));
        }
        let place = self.place.clone().key("runs_out");
        report.name_used(self.step_scope(), script.runs_out.clone(), &place);
        match script.endings.get(&script.runs_out) {
            None if script.scenes.contains_key(&script.runs_out) => {
                report.error(place, format!("\"{}\" is a scene, expected one of endings", script.runs_out));
            }
            None => {}
            Some(ending) if ending.success => {
                let message = "this ending is a success, expected one that is not";
                report.error(place, message).hint("nobody wins by idle talk");
            }
            Some(_) => {}
        }
        let most = self.limits.map_or(u32::MAX, |limits| limits.turns_max);
        if script.turns_max > most {
            let message = format!("{} is more than {most}, the turns_max of narrator.ron", script.turns_max);
            report.error(self.place.clone().key("turns_max"), message);
        }
    }

    fn scenes(&self, report: &mut Report) {
        for (name, scene) in &self.script.scenes {
            let place = self.place.clone().key("scenes").key(name);
            if self.script.endings.contains_key(name) {
                report.error(&place, format!("\"{name}\" is the name of an ending too")).hint("give one another name");
            }
            self.speaker(&scene.speaker, &place, report);
            self.text(&scene.text, &place.clone().key("text"), report);
            for (index, choice) in scene.choices.iter().enumerate() {
                let place = place.clone().key("choices").index(index);
                self.choice(choice, &place, report);
                check_shadow(&scene.choices[..index], choice, &place, report);
            }
            self.outcome(&scene.otherwise.text, scene.otherwise.go.as_deref(), &place.key("otherwise"), report);
        }
    }

    fn endings(&self, report: &mut Report) {
        for (name, ending) in &self.script.endings {
            let place = self.place.clone().key("endings").key(name);
            self.speaker(&ending.speaker, &place, report);
            self.text(&ending.text, &place.clone().key("text"), report);
        }
    }

    fn choice(&self, choice: &Choice, place: &Place, report: &mut Report) {
        if choice.keywords.is_empty() && choice.using.is_empty() {
            let message = "has neither keywords nor using, so it always matches";
            report.error(place, message).hint("what happens in any other case belongs under otherwise");
        }
        let lists = [("keywords", &choice.keywords), ("unless", &choice.unless), ("using", &choice.using)];
        for (key, words) in lists {
            for (index, word) in words.iter().enumerate().filter(|(_, word)| word.trim().is_empty()) {
                report.error(place.clone().key(key).index(index), format!("\"{word}\" is empty, expected a word"));
            }
        }
        self.outcome(&choice.pass.text, choice.pass.go.as_deref(), &place.clone().key("pass"), report);
        match (&choice.check, &choice.fail) {
            (Some(_), None) => drop(report.error(place, "has a check but no fail, expected one")),
            (None, Some(_)) => drop(report.error(place.clone().key("fail"), "is never reached: there is no check")),
            (_, Some(fail)) => self.outcome(&fail.text, fail.go.as_deref(), &place.clone().key("fail"), report),
            (None, None) => {}
        }
    }

    fn outcome(&self, text: &Template, go: Option<&str>, place: &Place, report: &mut Report) {
        self.text(text, &place.clone().key("text"), report);
        if let Some(go) = go {
            report.name_used(self.step_scope(), go, &place.clone().key("go"));
        }
    }

    fn speaker(&self, speaker: &str, place: &Place, report: &mut Report) {
        if let Some(cast) = self.cast {
            cast.check(speaker, &place.clone().key("speaker"), report);
        }
    }

    fn text(&self, text: &Template, place: &Place, report: &mut Report) {
        let most = self.limits.map_or(usize::MAX, |limits| limits.text_max_chars);
        check_text(text, most, self.known_places, place, report);
    }

    /// Every scene and ending can be reached, an ending can be reached from every scene, and there are successes and
    /// failures.
    fn ways(&self, report: &mut Report) {
        if !self.script.scenes.contains_key(&self.script.start) {
            return;
        }
        let turns = turns_to(self.script);
        for name in self.script.scenes.keys().filter(|name| !turns.contains_key(name.as_str())) {
            let place = self.place.clone().key("scenes").key(name);
            report.error(place, "cannot be reached from the start");
        }
        let is_met = |name: &str| turns.contains_key(name) || name == self.script.runs_out;
        for name in self.script.endings.keys().filter(|name| !is_met(name)) {
            report.error(self.place.clone().key("endings").key(name), "this ending cannot be reached");
        }
        let with_exit = scenes_with_exit(self.script);
        for name in self.script.scenes.keys().filter(|name| !with_exit.contains(name.as_str())) {
            let message = "no ending can be reached from here";
            let place = self.place.clone().key("scenes").key(name);
            report.error(place, message).hint("give one of its choices a go that leads out of the loop");
        }
        let successes = self.script.endings.iter().filter(|(_, ending)| ending.success);
        let nearest = successes.filter_map(|(name, _)| turns.get(name.as_str())).min();
        match nearest {
            None => drop(report.error(self.place.clone().key("endings"), "no success can be reached")),
            Some(nearest) if *nearest > self.script.turns_max => {
                let message = format!("a success takes at least {nearest} turns, expected that many or more");
                report.error(self.place.clone().key("turns_max"), message);
            }
            Some(_) => {}
        }
    }
}

/// Reports a choice that can never be taken because an earlier one matches all of its keywords.
fn check_shadow(earlier: &[Choice], choice: &Choice, place: &Place, report: &mut Report) {
    let takes_all = |earlier: &Choice, word: &str| {
        earlier.unless.is_empty() && earlier.using.is_empty() && Spoken::new(word).has_any(&earlier.keywords)
    };
    let is_taken = |word: &String| earlier.iter().any(|earlier| takes_all(earlier, word));
    if !choice.keywords.is_empty() && choice.keywords.iter().all(is_taken) {
        let message = "is never taken: earlier choices match all of its keywords";
        report.error(place.clone().key("keywords"), message).hint("put it before them, or give them an unless");
    }
}

/// Reports a text that is empty, too long, or has unknown placeholders in braces.
pub fn check_text(text: &Template, max_chars: usize, known_places: &[&str], place: &Place, report: &mut Report) {
    let length = text.to_string().chars().count();
    if length > max_chars {
        report.error(place, format!("has {length} characters, expected {max_chars} or fewer"));
    }
    text.check(known_places, place, report);
}

/// The fewest turns to each scene and ending that can be reached.
fn turns_to(script: &Script) -> BTreeMap<&str, u32> {
    let mut turns = BTreeMap::from([(script.start.as_str(), 0)]);
    let mut open = VecDeque::from([script.start.as_str()]);
    while let Some(name) = open.pop_front() {
        let next = turns.get(name).copied().unwrap_or(0) + 1;
        for exit in script.scenes.get(name).into_iter().flat_map(Scene::exits) {
            if !turns.contains_key(exit) {
                turns.insert(exit, next);
                open.push_back(exit);
            }
        }
    }
    turns
}

/// The scenes from which some ending can be reached.
fn scenes_with_exit(script: &Script) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    loop {
        let before = found.len();
        for (name, scene) in &script.scenes {
            if scene.exits().any(|exit| script.endings.contains_key(exit) || found.contains(exit)) {
                found.insert(name.as_str());
            }
        }
        if found.len() == before {
            return found;
        }
    }
}
