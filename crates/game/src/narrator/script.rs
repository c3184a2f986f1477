//! What designers write: scenes, choices, checks and endings, as RON.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::character::Attribute;
use crate::narrator::abilities::Abilities;
use crate::narrator::words::Spoken;
use raidkeep_engine::template::Template;

/// Everything that can happen in a task.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// The scene in which it begins.
    pub start: String,
    /// Messages from the player after which the story ends by itself.
    #[schemars(range(min = 1, max = 1000), extend("unit" = "messages"))]
    pub turns_max: u32,
    /// The ending when the turns run out.
    pub runs_out: String,
    /// The scenes by name.
    pub scenes: BTreeMap<String, Scene>,
    /// The endings by name; a scene and an ending cannot share a name.
    pub endings: BTreeMap<String, ScriptEnding>,
}

/// A situation in which a character speaks and the player answers.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scene {
    /// The character that speaks.
    pub speaker: String,
    /// What the player reads on arrival.
    pub text: Template,
    /// What the player may do. The first match is taken.
    pub choices: Vec<Choice>,
    /// What happens when nothing matches.
    pub otherwise: ChoiceOutcome,
}

/// Something the player may do.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The player's words must contain one of these; none given = any words match.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// The player's words must contain none of these.
    #[serde(default)]
    pub unless: Vec<String>,
    /// The player must use an owned skill or piece of equipment whose name or description contains one of these.
    #[serde(default)]
    pub using: Vec<String>,
    /// What decides between `pass` and `fail`; absent = it always passes.
    #[serde(default)]
    pub check: Option<AttributeCheck>,
    /// What happens.
    pub pass: ChoiceOutcome,
    /// The outcome of a failed check.
    #[serde(default)]
    pub fail: Option<ChoiceOutcome>,
}

/// A roll of the die plus an attribute and the used skills and equipment, against a difficulty.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttributeCheck {
    /// The attribute that helps; absent = luck only.
    #[serde(default)]
    pub attribute: Option<Attribute>,
    /// The points needed.
    #[schemars(range(min = 1, max = 1000), extend("unit" = "points"))]
    pub difficulty: u32,
}

/// A text, and where the story goes next.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChoiceOutcome {
    /// What the player reads.
    pub text: Template,
    /// A scene or an ending; absent = the player stays in the scene.
    #[serde(default)]
    pub go: Option<String>,
}

/// How a story may end.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScriptEnding {
    /// The character that speaks.
    pub speaker: String,
    /// What the player reads last.
    pub text: Template,
    /// Whether the task is done.
    pub success: bool,
    /// Percentage of the task's reward that is granted; absent = 100 with success, 0 without.
    #[serde(default)]
    #[schemars(range(min = 0, max = 100))]
    pub reward_percent: Option<u32>,
}

impl ScriptEnding {
    /// Percentage of the task's reward that is granted.
    pub fn reward_percent(&self) -> u32 {
        self.reward_percent.unwrap_or(if self.success { 100 } else { 0 })
    }
}

impl Choice {
    /// Whether the player's words and abilities match.
    pub fn fits(&self, spoken: &Spoken, abilities: &Abilities) -> bool {
        let is_said = self.keywords.is_empty() || spoken.has_any(&self.keywords);
        is_said && !spoken.has_any(&self.unless) && self.has_what_it_takes(abilities)
    }

    fn has_what_it_takes(&self, abilities: &Abilities) -> bool {
        let suits = |text: &str| Spoken::new(text).has_any(&self.using);
        self.using.is_empty() || abilities.used.iter().any(|craft| suits(&craft.name) || suits(&craft.description))
    }

    /// The possible outcomes.
    pub fn outcomes(&self) -> impl Iterator<Item = &ChoiceOutcome> {
        std::iter::once(&self.pass).chain(&self.fail)
    }
}

impl Scene {
    /// The possible outcomes.
    pub fn outcomes(&self) -> impl Iterator<Item = &ChoiceOutcome> {
        self.choices.iter().flat_map(Choice::outcomes).chain(std::iter::once(&self.otherwise))
    }

    /// The scenes and endings that may come next.
    pub fn exits(&self) -> impl Iterator<Item = &str> {
        self.outcomes().filter_map(|outcome| outcome.go.as_deref())
    }
}
