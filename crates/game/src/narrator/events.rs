//! `special_events/*.ron`: the scripts of special events, which players report to the game master
//! (docs/contract/role-play.md#special-events).

use std::cmp::Reverse;
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::narrator::check::check_script;
use crate::narrator::script::Script;
use crate::narrator::words::Spoken;
use raidkeep_engine::rules::{Former, Place, Report, Table, Tables};

/// A special event: the contents of a file in `special_events/`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SpecialEvent {
    /// The `other` of the reply.
    pub name: String,
    /// The event's description, or else the player's text, must contain one of these. The event with the longest match
    /// is used.
    pub keywords: Vec<String>,
    /// What happens. A special event gives no reward.
    pub script: Script,
}

/// The special events, by their files' names without folder and ending.
#[derive(Debug)]
pub struct SpecialEvents {
    by_file: BTreeMap<String, SpecialEvent>,
    /// Files that lie where special events used to.
    outdated: Vec<String>,
}

/// Where they used to lie; a file with a script in this folder is one of them still.
const FORMER_FOLDER: &str = "events/";

impl SpecialEvents {
    /// The event of that file.
    pub fn get(&self, file: &str) -> Option<&SpecialEvent> {
        self.by_file.get(file)
    }

    /// The event that a text mentions: the one with the longest keyword in it; on a tie, the first by file name.
    pub fn find(&self, text: &str) -> Option<(&str, &SpecialEvent)> {
        let spoken = Spoken::new(text);
        let length = |event: &SpecialEvent| {
            let found = event.keywords.iter().filter(|word| spoken.has(word));
            found.map(|word| word.chars().count()).max()
        };
        let spoken_of = self.by_file.iter().filter_map(|(file, event)| Some((length(event)?, file, event)));
        spoken_of.min_by_key(|(length, _, _)| Reverse(*length)).map(|(_, file, event)| (file.as_str(), event))
    }
}

impl SpecialEvent {
    fn check(&self, place: &Place, tables: &Tables, report: &mut Report) {
        if self.name.trim().is_empty() {
            report.error(place.clone().key("name"), "is empty, expected a name");
        }
        if self.keywords.is_empty() {
            report.error(place.clone().key("keywords"), "is empty, expected at least one");
        }
        for (index, _) in self.keywords.iter().enumerate().filter(|(_, word)| word.trim().is_empty()) {
            report.error(place.clone().key("keywords").index(index), "is empty, expected a word");
        }
        let script = place.clone().key("script");
        for (name, _) in self.script.endings.iter().filter(|(_, ending)| ending.reward_percent.is_some()) {
            let place = script.clone().key("endings").key(name).key("reward_percent");
            report.error(place, "a special event gives no reward").hint("tasks do");
        }
        check_script(&self.script, &script, &["player"], tables, report);
    }
}

impl Table for SpecialEvents {
    const PATH: &'static str = "special_events/";
    const FORMERLY: Option<Former> = Some(Former { folder: FORMER_FOLDER, key: "script" });
    type File = SpecialEvent;

    fn assemble(files: Vec<(String, SpecialEvent)>, report: &mut Report) -> Self {
        let short = |file: &str| {
            let name = file.strip_prefix(Self::PATH).or_else(|| file.strip_prefix(FORMER_FOLDER)).unwrap_or(file);
            name.trim_end_matches(".ron").to_owned()
        };
        let mut names: BTreeMap<&str, &str> = BTreeMap::new();
        for (file, event) in &files {
            if let Some(earlier) = names.insert(&event.name, file) {
                let message = format!("\"{}\" is the name of the event in {earlier} too", event.name);
                report.error(Place::file(file).key("name"), message);
            }
        }
        let is_outdated = |file: &String| file.starts_with(FORMER_FOLDER);
        let outdated = files.iter().map(|(file, _)| file).filter(|file| is_outdated(file)).cloned().collect();
        Self { by_file: files.into_iter().map(|(file, event)| (short(&file), event)).collect(), outdated }
    }

    fn validate(&self, tables: &Tables, report: &mut Report) {
        for (name, event) in &self.by_file {
            let former = format!("{FORMER_FOLDER}{name}.ron");
            let is_outdated = self.outdated.contains(&former);
            let file = if is_outdated { former } else { format!("{}{name}.ron", Self::PATH) };
            event.check(&Place::file(file), tables, report);
        }
        for file in &self.outdated {
            let message = format!("special events lie in {} now; it is read all the same", Self::PATH);
            report.warning(Place::file(file), message).hint(format!("move the file to {}", Self::PATH));
        }
    }
}
