//! What designers write: scenes, choices, checks and endings, as RON.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::character::Attribute;
use crate::narrator::abilities::Abilities;
use crate::narrator::words::Spoken;
use raidkeep_engine::template::Template;

/// Everything that can happen in a task.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// The scene it begins with.
    pub start: String,
    /// Messages of the player after which the story ends by itself.
    pub turns_max: u32,
    /// The ending it comes to then.
    pub runs_out: String,
    /// The scenes by their names.
    pub scenes: BTreeMap<String, Scene>,
    /// The endings by their names; no scene has the name of an ending.
    pub endings: BTreeMap<String, ScriptEnding>,
}

/// A situation in which somebody speaks and the player answers.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scene {
    /// Who speaks; a character.
    pub speaker: String,
    /// What the player reads when it comes here.
    pub text: Template,
    /// What the player may do. The first that fits is taken.
    pub choices: Vec<Choice>,
    /// What happens when none fits.
    pub otherwise: ChoiceOutcome,
}

/// Something the player may do.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The player's words must hold one of these; none given = any words will do.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// The player's words must hold none of these.
    #[serde(default)]
    pub unless: Vec<String>,
    /// The player must use an owned skill or equipment whose name or description holds one of these.
    #[serde(default)]
    pub using: Vec<String>,
    /// What decides between `pass` and `fail`; absent = it always passes.
    #[serde(default)]
    pub check: Option<AttributeCheck>,
    /// What happens.
    pub pass: ChoiceOutcome,
    /// What happens when the check is failed.
    #[serde(default)]
    pub fail: Option<ChoiceOutcome>,
}

/// A throw of the die with an attribute and the used skills and equipments, against a difficulty.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttributeCheck {
    /// Which attribute helps; absent = mere luck.
    #[serde(default)]
    pub attribute: Option<Attribute>,
    /// The points that are needed.
    pub difficulty: u32,
}

/// What is told, and where it leads.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChoiceOutcome {
    /// What the player reads.
    pub text: Template,
    /// A scene or an ending; absent = the player stays where it is.
    #[serde(default)]
    pub go: Option<String>,
}

/// How a story may end.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScriptEnding {
    /// Who speaks; a character.
    pub speaker: String,
    /// What the player reads last.
    pub text: Template,
    /// Whether the task is done.
    pub success: bool,
    /// How much of the task's reward it brings; absent = all with success, nothing without.
    #[serde(default)]
    pub reward_percent: Option<u32>,
}

impl ScriptEnding {
    /// How much of the task's reward it brings.
    pub fn reward_percent(&self) -> u32 {
        self.reward_percent.unwrap_or(if self.success { 100 } else { 0 })
    }
}

impl Choice {
    /// Whether the player does this.
    pub fn fits(&self, spoken: &Spoken, abilities: &Abilities) -> bool {
        let is_said = self.keywords.is_empty() || spoken.has_any(&self.keywords);
        is_said && !spoken.has_any(&self.unless) && self.has_what_it_takes(abilities)
    }

    fn has_what_it_takes(&self, abilities: &Abilities) -> bool {
        let suits = |text: &str| Spoken::new(text).has_any(&self.using);
        self.using.is_empty() || abilities.used.iter().any(|craft| suits(&craft.name) || suits(&craft.description))
    }

    /// The outcomes it may have.
    pub fn outcomes(&self) -> impl Iterator<Item = &ChoiceOutcome> {
        std::iter::once(&self.pass).chain(&self.fail)
    }
}

impl Scene {
    /// Everything that may happen here.
    pub fn outcomes(&self) -> impl Iterator<Item = &ChoiceOutcome> {
        self.choices.iter().flat_map(Choice::outcomes).chain(std::iter::once(&self.otherwise))
    }

    /// Where it may lead.
    pub fn exits(&self) -> impl Iterator<Item = &str> {
        self.outcomes().filter_map(|outcome| outcome.go.as_deref())
    }
}
