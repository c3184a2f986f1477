//! `game_master.ron`: the character that players talk to outside of tasks, and its lines
//! (docs/contract/role-play.md#game-master).

use rand::seq::IndexedRandom;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::identity::NameRules;
use crate::narrator::cast::Cast;
use crate::narrator::check::check_text;
use crate::narrator::rules::NarratorRules;
use crate::narrator::words::Spoken;
use raidkeep_engine::random::Randomness;
use raidkeep_engine::rules::{Place, Report, SingleFile, Tables};
use raidkeep_engine::template::Template;

/// The game master.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GameMaster {
    /// The name that players see; the `role` of its replies.
    pub role: String,
    /// Shown in place of an empty list.
    pub nothing: String,
    /// Words with which a player gives up the task in progress.
    pub give_up: Vec<String>,
    /// The topics of conversation. The first match is used.
    pub topics: Vec<Topic>,
    /// Lines for anything else.
    pub otherwise: Vec<Template>,
    /// Lines about accepting and giving up tasks.
    pub tasks: TaskLines,
    /// Lines about wishes for a personal task.
    pub wishes: WishLines,
    /// The character of characters.ron in whose voice the game master tells special events.
    pub voice: String,
    /// How it quotes other characters in them, with `{speaker}` and `{text}`.
    pub quote: Template,
    /// Lines for an event that is not in `special_events/`.
    pub other_event: Vec<Template>,
}

/// A topic of conversation.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// The player's text must contain one of these.
    pub keywords: Vec<String>,
    /// Lines of the game master; one is chosen at random.
    pub lines: Vec<Template>,
}

/// Lines about accepting and giving up tasks.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskLines {
    /// A task was accepted.
    pub accepted: Template,
    /// Another task is in progress.
    pub busy: Template,
    /// The task was given up.
    pub given_up: Template,
    /// There is no task to give up.
    pub none_active: Template,
}

/// Lines about personal tasks made on demand.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WishLines {
    /// A task was made.
    pub made: Template,
    /// The player already has the same task.
    pub known: Template,
    /// No template matches.
    pub not_understood: Template,
    /// The player's list is full.
    pub list_full: Template,
    /// No more today.
    pub day_full: Template,
}

/// The placeholders in braces that the game master's lines may have.
const PLACES: [&str; 5] = ["player", "level", "task", "tasks", "personal"];

impl GameMaster {
    /// Its answer to a text.
    pub fn line(&self, text: &str, randomness: &mut Randomness) -> Option<&Template> {
        let spoken = Spoken::new(text);
        let topic = self.topics.iter().find(|topic| spoken.has_any(&topic.keywords));
        draw(topic.map_or(&self.otherwise, |topic| &topic.lines), randomness)
    }

    /// Its answer to an event that it does not know.
    pub fn other_event(&self, randomness: &mut Randomness) -> Option<&Template> {
        draw(&self.other_event, randomness)
    }

    /// Whether the player wants to give up the task in progress.
    pub fn is_giving_up(&self, text: &str) -> bool {
        Spoken::new(text).has_any(&self.give_up)
    }
}

fn draw<'a>(lines: &'a [Template], randomness: &mut Randomness) -> Option<&'a Template> {
    lines.choose(randomness.source())
}

impl SingleFile for GameMaster {
    const PATH: &'static str = "game_master.ron";

    fn validate(&self, tables: &Tables, report: &mut Report) {
        let place = Place::file(Self::PATH);
        let max_chars = tables.get::<NarratorRules>().map_or(usize::MAX, |rules| rules.text_max_chars);
        let single = self.single_lines().map(|(key, text)| (key.split('.').fold(place.clone(), Place::key), text));
        let groups = self.groups(&place);
        let grouped = groups.iter().flat_map(|(place, lines)| {
            lines.iter().enumerate().map(|(index, line)| (place.clone().index(index), line))
        });
        for (place, text) in single.into_iter().chain(grouped) {
            check_text(text, max_chars, &PLACES, &place, report);
        }
        if tables.get::<NameRules>().is_some_and(|names| names.is_legal_name(&self.role)) {
            let message = format!("a player may be called \"{}\"", self.role);
            report.error(place.clone().key("role"), message).hint("add it to forbidden in names.ron");
        }
        if let Some(cast) = tables.get::<Cast>() {
            cast.check(&self.voice, &place.clone().key("voice"), report);
        }
        let quote = place.clone().key("quote");
        check_text(&self.quote, max_chars, &["speaker", "text"], &quote, report);
        if !self.quote.to_string().contains("{text}") {
            report.error(quote, "expected {text} in it, which is what the character says");
        }
        for (place, words) in self.keywords(&place) {
            for (index, _) in words.iter().enumerate().filter(|(_, word)| word.trim().is_empty()) {
                report.error(place.clone().index(index), "is empty, expected a word");
            }
        }
        let lines = self.groups(&place).into_iter().map(|(place, lines)| (place, lines.len()));
        let words = self.keywords(&place).into_iter().map(|(place, words)| (place, words.len()));
        for (place, count) in lines.chain(words) {
            if count == 0 {
                report.error(place, "is empty, expected at least one");
            }
        }
    }
}

impl GameMaster {
    fn single_lines(&self) -> [(&'static str, &Template); 9] {
        [
            ("tasks.accepted", &self.tasks.accepted),
            ("tasks.busy", &self.tasks.busy),
            ("tasks.given_up", &self.tasks.given_up),
            ("tasks.none_active", &self.tasks.none_active),
            ("wishes.made", &self.wishes.made),
            ("wishes.known", &self.wishes.known),
            ("wishes.not_understood", &self.wishes.not_understood),
            ("wishes.list_full", &self.wishes.list_full),
            ("wishes.day_full", &self.wishes.day_full),
        ]
    }

    /// The lists of lines to choose from.
    fn groups(&self, place: &Place) -> Vec<(Place, &[Template])> {
        let at = |key: &str, index: usize| place.clone().key(key).index(index).key("lines");
        let topics = self.topics.iter().enumerate().map(|(index, topic)| (at("topics", index), &topic.lines[..]));
        let others = [("otherwise", &self.otherwise), ("other_event", &self.other_event)];
        let others = others.into_iter().map(|(key, lines)| (place.clone().key(key), &lines[..]));
        topics.chain(others).collect()
    }

    fn keywords(&self, place: &Place) -> Vec<(Place, &[String])> {
        let at = |key: &str, index: usize| place.clone().key(key).index(index).key("keywords");
        let topics = self.topics.iter().enumerate().map(|(index, topic)| (at("topics", index), &topic.keywords[..]));
        topics.chain([(place.clone().key("give_up"), &self.give_up[..])]).collect()
    }
}
