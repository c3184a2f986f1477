//! `fighters.ron`: the game master's fighters, whom players challenge by name.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::battles::action::{Action, Named};
use crate::battles::robot::{Robot, RobotMove, When};
use crate::battles::rules::{BattleRules, Rewards};
use crate::battles::sides::{Contender, Fighter};
use crate::character::Attributes;
use crate::identity::NameRules;
use crate::images::Images;
use crate::timed_events::check_changes;
use raidkeep_engine::rules::{Place, Report, SingleFile, Tables};

/// The game master's fighters.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FighterRules {
    /// In any order.
    pub fighters: Vec<FighterRule>,
}

/// One of them.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FighterRule {
    /// The name by which it is challenged. No player can have it.
    pub name: String,
    /// An image.
    pub portrait: String,
    /// Its attributes.
    pub attributes: Attributes,
    /// The skills that its moves may use.
    pub skills: Vec<Means>,
    /// The equipment that its moves may use.
    pub items: Vec<Means>,
    /// Its policy: each round draws one of the moves that fit, by their weights.
    pub moves: Vec<MoveRule>,
    /// The rewards at the end of a battle against it.
    pub rewards: Rewards,
}

/// A skill or piece of equipment of a fighter.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Means {
    /// Its name, which players read in the verdict.
    pub name: String,
    /// Its strength.
    #[schemars(range(min = 0, max = 1_000_000), extend("unit" = "points"))]
    pub strength: u32,
}

/// A move of a fighter.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveRule {
    /// How often it is made, relative to the others that fit.
    #[schemars(range(min = 1, max = 1000), extend("unit" = "weight"))]
    pub weight: u32,
    /// At which score it fits: `always`, `ahead` or `behind`.
    #[serde(default)]
    pub when: When,
    /// What players read; absent = the fighter guards.
    #[serde(default)]
    pub text: Option<String>,
    /// Names of the fighter's skills.
    #[serde(default)]
    pub skills: Vec<String>,
    /// Names of the fighter's equipment.
    #[serde(default)]
    pub items: Vec<String>,
}

impl FighterRules {
    /// The fighter of that name.
    pub fn find(&self, name: &str) -> Option<&FighterRule> {
        self.fighters.iter().find(|fighter| fighter.name == name)
    }
}

impl FighterRule {
    /// The fighter for one battle.
    pub fn fighter(&self) -> Fighter {
        let robot = Robot {
            moves: self.moves.iter().map(|rule| self.robot_move(rule)).collect(),
            rewards: self.rewards.clone(),
        };
        Fighter { contender: Contender::Robot(robot), name: self.name.clone(), attributes: self.attributes }
    }

    fn robot_move(&self, rule: &MoveRule) -> RobotMove {
        let named = |owned: &[Means], names: &[String]| {
            let owned = owned.iter().filter(|means| names.contains(&means.name));
            owned.map(|means| Named { name: means.name.clone(), strength: means.strength }).collect()
        };
        let action = rule.text.as_ref().map(|text| Action {
            text: text.clone(),
            skills: named(&self.skills, &rule.skills),
            items: named(&self.items, &rule.items),
        });
        RobotMove { weight: rule.weight, when: rule.when, action }
    }

    fn check(&self, place: &Place, tables: &Tables, report: &mut Report) {
        if tables.get::<NameRules>().is_some_and(|names| names.is_legal_name(&self.name)) {
            let message = format!("a player may be called \"{}\"", self.name);
            report
                .error(place.clone().key("name"), message)
                .hint("begin it with a word that is forbidden in names.ron");
        }
        if let Some(images) = tables.get::<Images>() {
            images.check_name(&self.portrait, &place.clone().key("portrait"), report);
        }
        for (key, means) in [("skills", &self.skills), ("items", &self.items)] {
            for (index, means) in means.iter().enumerate() {
                means.check(&place.clone().key(key).index(index), report);
            }
        }
        let most = tables.get::<BattleRules>().map_or(usize::MAX, |rules| rules.text_longest);
        for (index, rule) in self.moves.iter().enumerate() {
            self.check_move(rule, most, &place.clone().key("moves").index(index), report);
        }
        let acts = |rule: &MoveRule| rule.text.is_some() && rule.when == When::Always;
        if !self.moves.iter().any(acts) {
            let message = "expected a move with a text that always fits: a fighter that only guards cannot win";
            report.error(place.clone().key("moves"), message);
        }
        self.rewards.check(&place.clone().key("rewards"), tables, report);
    }

    fn check_move(&self, rule: &MoveRule, longest: usize, place: &Place, report: &mut Report) {
        let is_legal = |text: &String| !text.trim().is_empty() && text.chars().nth(longest).is_none();
        if rule.text.as_ref().is_some_and(|text| !is_legal(text)) {
            report.error(place.clone().key("text"), format!("expected 1 to {longest} characters"));
        }
        if rule.text.is_none() && !(rule.skills.is_empty() && rule.items.is_empty()) {
            report.error(place, "has no text, so the fighter guards and uses nothing");
        }
        for (key, names, owned) in [("skills", &rule.skills, &self.skills), ("items", &rule.items, &self.items)] {
            for (index, name) in names.iter().enumerate().filter(|(_, name)| owned.iter().all(|o| o.name != **name)) {
                let place = place.clone().key(key).index(index);
                let known = owned.iter().map(|means| means.name.as_str());
                report.error(place, format!("the fighter has no \"{name}\" in its {key}")).nearest(name, known);
            }
        }
    }
}

impl Means {
    fn check(&self, place: &Place, report: &mut Report) {
        if self.name.trim().is_empty() {
            report.error(place.clone().key("name"), "is empty, expected the name that players read");
        }
    }
}

impl SingleFile for FighterRules {
    const PATH: &'static str = "fighters.ron";

    fn validate(&self, tables: &Tables, report: &mut Report) {
        for (index, fighter) in self.fighters.iter().enumerate() {
            let place = Place::file(Self::PATH).key("fighters").index(index);
            if self.fighters[..index].iter().any(|earlier| earlier.name == fighter.name) {
                report.error(place.clone().key("name"), format!("\"{}\" is listed twice", fighter.name));
            }
            fighter.check(&place, tables, report);
        }
        check_changes(self, tables, report, |changed: &Self, tables, report| {
            for (index, fighter) in changed.fighters.iter().enumerate() {
                let place = Place::file(Self::PATH).key("fighters").index(index).key("rewards");
                fighter.rewards.check(&place, tables, report);
                fighter.rewards.check_ranges(&place, report);
            }
        });
    }
}
