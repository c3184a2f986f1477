//! A player's position in a script, and the consequence of the next message.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use crate::narrator::abilities::Abilities;
use crate::narrator::rules::NarratorRules;
use crate::narrator::script::{ChoiceOutcome, Scene, Script, ScriptEnding};
use crate::narrator::words::Spoken;
use raidkeep_engine::template::Template;

/// A player's position in a script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Story {
    scene: String,
    turn: u32,
    /// Rolled before the player speaks, so that the consequence can be computed any number of times.
    throw: u64,
}

/// A message from the player, and the abilities that back it.
#[derive(Debug)]
pub struct Said<'a> {
    /// The player's words.
    pub text: &'a str,
    /// The player's attributes, and the skills and equipment used.
    pub abilities: &'a Abilities,
}

/// The consequence of a message.
#[derive(Debug, Clone, Copy)]
pub struct Beat<'a> {
    /// The character that speaks.
    pub speaker: &'a str,
    /// The outcome of the player's message.
    pub outcome: &'a Template,
    /// What the player reads on arrival, when the scene changes.
    pub arrival: Option<&'a Template>,
    /// Where the story is afterwards.
    pub next: Next<'a>,
}

/// Where a story is after a message.
#[derive(Debug, Clone, Copy)]
pub enum Next<'a> {
    /// In a scene, perhaps the same.
    Scene(&'a str),
    /// At its end.
    Ending(&'a ScriptEnding),
}

impl Beat<'_> {
    /// The full text that the player reads.
    pub fn tell(&self, values: &[(&str, &dyn Display)]) -> String {
        let texts = std::iter::once(self.outcome).chain(self.arrival);
        texts.map(|text| text.fill(values)).collect::<Vec<_>>().join("\n")
    }
}

impl Story {
    /// The beginning of a script.
    pub fn begin(script: &Script, throw: u64) -> Self {
        Self { scene: script.start.clone(), turn: 0, throw }
    }

    /// A number that is unlikely to be shared with any other moment of any story.
    pub fn situation(&self) -> u64 {
        self.throw
    }

    /// The player's scene; `None` when the designers have removed it since.
    pub fn scene<'a>(&self, script: &'a Script) -> Option<&'a Scene> {
        script.scenes.get(&self.scene)
    }

    /// The consequence of a message. Changes nothing; [`Self::go_on`] does.
    pub fn hear<'a>(&self, script: &'a Script, said: &Said<'_>, rules: &NarratorRules) -> Option<Beat<'a>> {
        let (name, scene) = script.scenes.get_key_value(&self.scene)?;
        let outcome = self.outcome(scene, said, rules);
        let next = outcome.go.as_deref().and_then(|go| script.find(go)).unwrap_or(Next::Scene(name));
        let is_last = self.turn.saturating_add(1) >= script.turns_max;
        let next = match next {
            Next::Scene(_) if is_last => script.find(&script.runs_out).unwrap_or(next),
            _ => next,
        };
        Some(script.beat(scene, outcome, next))
    }

    fn outcome<'a>(&self, scene: &'a Scene, said: &Said<'_>, rules: &NarratorRules) -> &'a ChoiceOutcome {
        let spoken = Spoken::new(said.text);
        let Some(choice) = scene.choices.iter().find(|choice| choice.fits(&spoken, said.abilities)) else {
            return &scene.otherwise;
        };
        let is_passed = choice.check.is_none_or(|check| rules.passes(&check, said.abilities, self.throw));
        choice.fail.as_ref().filter(|_| !is_passed).unwrap_or(&choice.pass)
    }

    /// Moves to another scene, with a new throw for the next message.
    pub fn go_on(&mut self, scene: &str, throw: u64) {
        *self = Self { scene: scene.to_owned(), turn: self.turn.saturating_add(1), throw };
    }
}

impl Script {
    /// The scene or ending with that name.
    fn find(&self, name: &str) -> Option<Next<'_>> {
        let ending = self.endings.get(name).map(Next::Ending);
        ending.or_else(|| self.scenes.get_key_value(name).map(|(name, _)| Next::Scene(name)))
    }

    fn beat<'a>(&'a self, from: &'a Scene, outcome: &'a ChoiceOutcome, next: Next<'a>) -> Beat<'a> {
        let (speaker, arrival) = match next {
            Next::Ending(ending) => (&ending.speaker, Some(&ending.text)),
            Next::Scene(name) => match self.scenes.get(name).filter(|_| outcome.go.is_some()) {
                Some(scene) => (&scene.speaker, Some(&scene.text)),
                None => (&from.speaker, None),
            },
        };
        Beat { speaker, outcome: &outcome.text, arrival, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::character::Attributes;
    use crate::crafting::Craft;
    use crate::shipped_rules;

    fn rules() -> NarratorRules {
        NarratorRules { die_sides: 20, attribute_per_point: 5, ..shipped_rules::<NarratorRules>() }
    }

    fn script() -> Script {
        let text = r#"(
            start: "gate", turns_max: 3, runs_out: "late",
            scenes: {
                "gate": (
                    speaker: "guard", text: "谁在门外？",
                    choices: [
                        (keywords: ["火"], using: ["火"], pass: (text: "火光一闪。", go: "won")),
                        (keywords: ["打"], unless: ["不打"], check: (attribute: strength, difficulty: 15),
                         pass: (text: "你赢了。", go: "won"), fail: (text: "你输了。", go: "yard")),
                    ],
                    otherwise: (text: "守卫摇头。"),
                ),
                "yard": (speaker: "dog", text: "汪！", choices: [], otherwise: (text: "狗追着你。")),
            },
            endings: {
                "won": (speaker: "guard", text: "请进。", success: true),
                "late": (speaker: "guard", text: "天黑了。", success: false),
            },
        )"#;
        let options = ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
        options.from_str(text).expect("a valid script")
    }

    /// What the player reads, and whether the story has ended.
    fn hear(story: &Story, text: &str, used: &[&str]) -> (String, bool) {
        let script = script();
        let craft = |name: &&str| Craft { name: (*name).to_owned(), description: String::new(), strength: 0 };
        let attributes = Attributes { strength: 10, ..Attributes::default() };
        let abilities = Abilities { attributes, used: used.iter().map(craft).collect() };
        let beat = story.hear(&script, &Said { text, abilities: &abilities }, &rules()).expect("a scene that exists");
        (beat.tell(&[]), matches!(beat.next, Next::Ending(_)))
    }

    #[test]
    fn words_decide_what_is_done_and_the_die_what_comes_of_it() {
        let story = Story::begin(&script(), 12);
        assert_eq!(hear(&story, "打他", &[]), ("你赢了。\n请进。".to_owned(), true), "13 and 2 points are enough");
        let story = Story::begin(&script(), 11);
        assert_eq!(hear(&story, "打他", &[]), ("你输了。\n汪！".to_owned(), false), "12 and 2 points are not");
        assert_eq!(hear(&story, "我不打", &[]), ("守卫摇头。".to_owned(), false), "a word may be excluded");
        assert_eq!(hear(&story, "你好", &[]), ("守卫摇头。".to_owned(), false));
    }

    #[test]
    fn a_choice_that_needs_a_skill_is_open_to_who_uses_one() {
        let story = Story::begin(&script(), 0);
        assert_eq!(hear(&story, "放火", &[]), ("守卫摇头。".to_owned(), false), "words alone make no fire");
        assert_eq!(hear(&story, "放火", &["火球术"]), ("火光一闪。\n请进。".to_owned(), true));
    }

    #[test]
    fn a_story_ends_by_itself_when_its_turns_are_used_up() {
        let mut story = Story::begin(&script(), 0);
        story.go_on("yard", 0);
        assert_eq!(hear(&story, "逃", &[]), ("狗追着你。".to_owned(), false));
        story.go_on("yard", 0);
        assert_eq!(hear(&story, "逃", &[]), ("狗追着你。\n天黑了。".to_owned(), true), "the third turn is the last");
    }
}
