//! `tasks.ron`: the queue, the bounds of rewards, and the limits on what players send.

use std::ops::RangeInclusive;

use rand::RngExt;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use crate::items::{Amount, ItemId, ItemRules};
use crate::spelling::{self, Breaks};
use crate::tasks::scripts::PublicTasks;
use crate::timed_events::check_changes;
use raidkeep_engine::random::Randomness;
use raidkeep_engine::request::Refusal;
use raidkeep_engine::rules::{Place, Report, SingleFile, Tables};
use raidkeep_engine::schema::{each, map_of, schema_by_hand};

const PERSONAL_PER_DAY: RangeInclusive<u32> = 0..=10_000;
/// What one task may grant of anything.
const GRANTED: RangeInclusive<i64> = 0..=1_000_000;

/// The contents of `tasks.ron`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskRules {
    /// How many public tasks are on offer at a time.
    #[schemars(range(min = 1, max = 100), extend("unit" = "tasks"))]
    pub queue_size: usize,
    /// Seconds between two refills of the queue.
    #[schemars(range(min = 1, max = 31_536_000))]
    pub refill_seconds: i64,
    /// The highest level of a task; the lowest is 1.
    #[schemars(range(min = 1, max = 1000), extend("unit" = "level"))]
    pub level_max: u32,
    /// 龙眼.
    pub dragon_eye: Prize,
    /// 凤羽.
    pub phoenix_feather: Prize,
    /// 经验值.
    pub experience: ExperiencePrize,
    /// How many personal tasks may be pending for a player.
    #[schemars(range(min = 0, max = 100), extend("unit" = "tasks"))]
    pub personal_max: usize,
    /// How many personal tasks are made for a player from one local midnight to the next.
    #[schemars(range(min = *PERSONAL_PER_DAY.start(), max = *PERSONAL_PER_DAY.end()), extend("unit" = "tasks"))]
    pub personal_per_day: u32,
    /// What players may send.
    pub limits: SpeechLimits,
}

/// An item that tasks grant.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Prize {
    /// Which item.
    pub item: ItemId,
    /// The key in `reward`.
    pub name: String,
    /// The most that one task grants.
    #[schemars(range(min = 0, max = 1_000_000), extend("unit" = "items"))]
    pub max: i64,
}

/// Experience that tasks grant.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExperiencePrize {
    /// The key in `reward`.
    pub name: String,
    /// The most that one task grants.
    #[schemars(range(min = 0, max = 1_000_000), extend("unit" = "experience"))]
    pub max: i64,
}

/// The most that a message may hold.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SpeechLimits {
    /// Characters of a text.
    #[schemars(range(min = 1, max = 10_000))]
    pub text_max_chars: usize,
    /// Names in `items` and in `skills`.
    #[schemars(range(min = 0, max = 1000), extend("unit" = "names"))]
    pub used_max: usize,
    /// Names in `roles`.
    #[schemars(range(min = 0, max = 1000), extend("unit" = "names"))]
    pub roles_max: usize,
    /// Characters of a name.
    #[schemars(range(min = 1, max = 1000))]
    pub name_max_chars: usize,
}

impl SpeechLimits {
    /// Refuses a text that is too long or contains characters that are not shown.
    pub fn check_text(&self, field: &str, text: &str) -> Result<(), Refusal> {
        let max = self.text_max_chars;
        if text.chars().nth(max).is_some() {
            return Err(Refusal::malformed(field, &format!("a string of at most {max} characters")));
        }
        spelling::must_be_clean(field, text, Breaks::Allowed)
    }

    /// Refuses a list of more than `max` names, or of names that are too long or contain characters that are not shown.
    pub fn check_names(&self, field: &str, names: &[String], max: usize) -> Result<(), Refusal> {
        let is_long = |name: &String| name.chars().nth(self.name_max_chars).is_some();
        if names.len() > max || names.iter().any(is_long) {
            let expected = format!("at most {max} names of at most {} characters", self.name_max_chars);
            return Err(Refusal::malformed(field, &expected));
        }
        names.iter().try_for_each(|name| spelling::must_be_clean(field, name, Breaks::Refused))
    }
}

/// What a task grants: of each, a random amount from the first number to the second.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RewardRange {
    /// 龙眼.
    #[schemars(transform = each(*GRANTED.start(), *GRANTED.end(), "items"))]
    pub dragon_eye: (i64, i64),
    /// 凤羽.
    #[schemars(transform = each(*GRANTED.start(), *GRANTED.end(), "items"))]
    pub phoenix_feather: (i64, i64),
    /// 经验值.
    #[schemars(transform = each(*GRANTED.start(), *GRANTED.end(), "experience"))]
    pub experience: (i64, i64),
}

/// What a task has granted.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Reward {
    /// 龙眼.
    pub dragon_eye: i64,
    /// 凤羽.
    pub phoenix_feather: i64,
    /// 经验值.
    pub experience: i64,
}

impl RewardRange {
    /// Draws a reward, of which `percent` is given, rounded down.
    pub fn draw(&self, percent: u32, randomness: &mut Randomness) -> Reward {
        let mut part = |(least, most): (i64, i64)| {
            let drawn = if least < most { randomness.source().random_range(least..=most) } else { least };
            drawn.max(0).saturating_mul(i64::from(percent.min(100))) / 100
        };
        Reward {
            dragon_eye: part(self.dragon_eye),
            phoenix_feather: part(self.phoenix_feather),
            experience: part(self.experience),
        }
    }

    /// Reports numbers that an event has made impossible. The bounds of `tasks.ron` are not meant for events.
    pub(super) fn check_ranges(&self, place: &Place, report: &mut Report) {
        for (key, (least, most)) in [
            ("dragon_eye", self.dragon_eye),
            ("phoenix_feather", self.phoenix_feather),
            ("experience", self.experience),
        ] {
            report.check_range(place.clone().key(key), least, &GRANTED);
            report.check_range(place.clone().key(key), most, &GRANTED);
        }
    }

    /// Reports what lies outside the bounds of `tasks.ron`.
    pub fn check(&self, rules: &TaskRules, place: &Place, report: &mut Report) {
        for (key, (least, most), max) in [
            ("dragon_eye", self.dragon_eye, rules.dragon_eye.max),
            ("phoenix_feather", self.phoenix_feather, rules.phoenix_feather.max),
            ("experience", self.experience, rules.experience.max),
        ] {
            // Numbers below 0 are out of the range of their fields, which is told there.
            let is_negative = least < 0 || most < 0 || max < 0;
            if !is_negative && (least > most || most > max) {
                let message =
                    format!("({least}, {most}) is out of bounds, expected two ascending numbers of 0 to {max}");
                report.error(place.clone().key(key), message);
            }
        }
    }
}

impl TaskRules {
    /// The items of a reward.
    pub fn items(&self, reward: Reward) -> [Amount; 2] {
        [
            Amount { item: self.dragon_eye.item, quantity: reward.dragon_eye },
            Amount { item: self.phoenix_feather.item, quantity: reward.phoenix_feather },
        ]
    }

    /// A reward as replies show it.
    pub fn show(&self, reward: Reward) -> RewardShown {
        RewardShown([
            (self.dragon_eye.name.clone(), reward.dragon_eye),
            (self.phoenix_feather.name.clone(), reward.phoenix_feather),
            (self.experience.name.clone(), reward.experience),
        ])
    }
}

/// `{"龙眼":2,"凤羽":1,"经验值":30}`.
#[derive(Debug)]
pub struct RewardShown([(String, i64); 3]);

schema_by_hand!(RewardShown, "RewardShown", |generator| map_of::<i64>(
    "Quantities by the names in `tasks.ron`.",
    generator
));

impl Serialize for RewardShown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, quantity)| (name, quantity)))
    }
}

impl SingleFile for TaskRules {
    const PATH: &'static str = "tasks.ron";

    fn validate(&self, tables: &Tables, report: &mut Report) {
        let place = Place::file(Self::PATH);
        if let Some(items) = tables.get::<ItemRules>() {
            for (key, prize) in [("dragon_eye", &self.dragon_eye), ("phoenix_feather", &self.phoenix_feather)] {
                let amount = Amount { item: prize.item, quantity: 0 };
                items.check(&amount, 0, place.clone().key(key).key("item"), report);
            }
        }
        let known = tables.get::<PublicTasks>().map(PublicTasks::len);
        if let Some(known) = known.filter(|known| *known < self.queue_size) {
            let message = format!("{} tasks are to be offered, but there are only {known}", self.queue_size);
            report.error(place.clone().key("queue_size"), message).hint("add files to tasks/");
        }
        check_changes(self, tables, report, |changed: &Self, _, report| {
            report.check_range(place.clone().key("personal_per_day"), changed.personal_per_day, &PERSONAL_PER_DAY);
        });
    }
}
