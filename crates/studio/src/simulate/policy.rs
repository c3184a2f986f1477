//! Policies: how virtual players behave, written by designers in RON.

use std::path::Path;

use jiff::civil::{Date, Time};
use serde::Deserialize;
use serde_json::Value;

use raidkeep_engine::rules::{Place, Problems, Report, Single};
use raidkeep_game::stages::Mode;
use raidkeep_game::tickets::PurchaseMode;

/// The contents of a policy file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The first day, `YYYY-MM-DD` in the game's zone.
    pub starts_on: String,
    /// Everything happens at multiples of this many seconds. A larger step makes a faster simulation.
    pub moment_seconds: i64,
    /// New players join evenly over this many days from the start.
    pub joining_days: u32,
    /// The kinds of players.
    pub archetypes: Vec<Archetype>,
}

/// One kind of player.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Archetype {
    /// For the report.
    pub name: String,
    /// Share of the players, relative to the other shares.
    pub share: u32,
    /// Chance per day that a player leaves for good, 0 to 1.
    pub leaves_per_day: f64,
    /// When a player visits.
    pub visits: Vec<Visits>,
    /// How long a fight takes, minimum and maximum, in seconds.
    pub fight_seconds: (i64, i64),
    /// Pause between other requests, minimum and maximum, in seconds.
    pub pause_seconds: (i64, i64),
    /// Damage of a blow at a world boss.
    pub damage: Damage,
    /// Chance that a player accepts a challenge of another one, 0 to 1.
    #[serde(default)]
    pub accepts_challenges: f64,
    /// What a visit consists of, in order.
    pub habits: Vec<Habit>,
}

/// A time of day in which a player visits at most once.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Visits {
    /// The earliest moment, `HH:MM`.
    pub from: String,
    /// The latest moment, `HH:MM`.
    pub to: String,
    /// Chance of a visit on a day, 0 to 1.
    pub chance: f64,
}

/// Damage of a blow at a world boss.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Damage {
    /// At level 0.
    pub base: i64,
    /// Added per level.
    pub per_level: i64,
    /// Maximum relative deviation, 0 to 1.
    pub spread: f64,
}

/// One thing that players do in a visit.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Habit {
    /// Collects the hang-up earnings, and hangs up the highest general stage.
    HangUp,
    /// Claims the items of every mail.
    Mail,
    /// Pays points for an offer of the shop. No platform is called: the points count as paid.
    Purchase {
        /// The offer's id.
        offer: String,
        /// Chance per visit, 0 to 1.
        chance: f64,
    },
    /// Buys tickets for diamonds until refused.
    Tickets {
        /// The kind of ticket.
        mode: PurchaseMode,
        /// Maximum per visit.
        at_most: u32,
    },
    /// Fights in a mode until energy or tickets run out: the next stage if there is one, else the highest.
    Fight {
        /// The mode.
        mode: Mode,
        /// This stage and no other.
        #[serde(default)]
        stage: Option<u32>,
        /// Maximum fights per visit.
        at_most: u32,
        /// Chance of winning a fight, 0 to 1.
        win_chance: f64,
    },
    /// Sweeps the highest general stage that can be swept, as often as the energy allows.
    Sweep {
        /// Energy to keep.
        keep_energy: i64,
        /// Maximum sweeps per visit; only where a sweep takes no energy does it matter.
        #[serde(default = "usual_sweeps")]
        at_most: u32,
    },
    /// Reads the new mails, and deletes those that have been read.
    ReadMail,
    /// Writes to players who are online.
    Letters {
        /// Maximum per visit.
        at_most: u32,
        /// Chance per visit, 0 to 1.
        chance: f64,
    },
    /// Looks at the shop and buys the dearest offer that is not too dear. Points count as paid, as in `Purchase`.
    Shop {
        /// The highest price, in points.
        points: u32,
        /// Chance per visit, 0 to 1.
        chance: f64,
    },
    /// Tries the activity stages one after the other, and fights in those that are open.
    Activity {
        /// Maximum fights per visit.
        at_most: u32,
        /// Chance of winning a fight, 0 to 1.
        win_chance: f64,
    },
    /// Takes tasks on offer and plays each to its end, with words that fit the scene.
    Tasks {
        /// Which tasks.
        kind: TaskKind,
        /// Maximum per visit.
        at_most: u32,
        /// Chance per visit, 0 to 1.
        chance: f64,
    },
    /// Crafts until the material is used up. What was made last is used in tasks and battles.
    Craft {
        /// What to make.
        kind: CraftedKind,
        /// Units of the material for each.
        spend: u32,
        /// Maximum per visit.
        at_most: u32,
    },
    /// Fights the game master's fighters to the end.
    Battles {
        /// The fighter's name; left out = a random one.
        #[serde(default)]
        fighter: Option<String>,
        /// Maximum per visit.
        at_most: u32,
        /// Chance per visit, 0 to 1.
        chance: f64,
    },
    /// Challenges players who are online, and fights those who accept.
    Challenges {
        /// Maximum per visit.
        at_most: u32,
        /// Chance per visit, 0 to 1.
        chance: f64,
    },
    /// Calls any player function until it is refused.
    Ask {
        /// The function.
        function: String,
        /// Its arguments; `{name}` in a text is the player's name.
        data: Value,
        /// Maximum calls per visit.
        at_most: u32,
        /// Chance per visit, 0 to 1.
        chance: f64,
    },
}

/// More than the energy of a day allows in the shipped game.
fn usual_sweeps() -> u32 {
    1000
}

/// Tasks of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskKind {
    /// Those in the public queue.
    Public,
    /// Those that players ask the game master for.
    Personal,
}

/// What players craft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CraftedKind {
    /// A skill.
    Skill,
    /// A piece of equipment.
    Equipment,
}

impl CraftedKind {
    /// `mode` of the function that crafts; also an index where both kinds are listed.
    pub(super) fn index(self) -> usize {
        match self {
            Self::Skill => 0,
            Self::Equipment => 1,
        }
    }
}

/// Reads a policy from its text.
///
/// # Errors
/// Every mistake, at its line.
pub fn read(name: &str, text: &str) -> Result<Single<Policy>, Problems> {
    Single::read(name, text, Policy::validate)
}

/// Reads the file of a policy.
///
/// # Errors
/// Why it cannot be read, or every mistake, at its line.
pub fn open(path: &Path) -> Result<Single<Policy>, Problems> {
    Single::open(path, Policy::validate)
}

/// Reads a time of day, `HH:MM`.
pub fn read_time(text: &str) -> Result<Time, String> {
    Time::strptime("%H:%M", text)
        .map_err(|_| format!("\"{text}\" is not a time of day; expected one such as \"19:30\""))
}

impl Policy {
    /// The first day; validation has checked that it is a date.
    pub fn first_day(&self) -> Date {
        self.starts_on.parse().unwrap_or(Date::constant(2026, 3, 1))
    }

    fn validate(&self, file: &Place, report: &mut Report) {
        if self.starts_on.parse::<Date>().is_err() {
            let message = format!("\"{}\" is not a date; expected one such as \"2026-03-01\"", self.starts_on);
            report.error(file.clone().key("starts_on"), message);
        }
        expect_range("moment_seconds", self.moment_seconds, 1..=3600, file, report);
        expect_range("joining_days", i64::from(self.joining_days), 1..=1000, file, report);
        let shares: u64 = self.archetypes.iter().map(|archetype| u64::from(archetype.share)).sum();
        if shares == 0 {
            report.error(file.clone().key("archetypes"), "there would be no players, expected a share of 1 or more");
        }
        for (index, archetype) in self.archetypes.iter().enumerate() {
            let place = file.clone().key("archetypes").index(index);
            if self.archetypes[..index].iter().any(|earlier| earlier.name == archetype.name) {
                report.error(place.clone().key("name"), "duplicate archetype name");
            }
            archetype.validate(&place, report);
        }
    }
}

impl Archetype {
    fn validate(&self, place: &Place, report: &mut Report) {
        expect_chance("leaves_per_day", self.leaves_per_day, place, report);
        expect_chance("accepts_challenges", self.accepts_challenges, place, report);
        expect_chance("spread", self.damage.spread, &place.clone().key("damage"), report);
        for (key, (from, to)) in [("fight_seconds", self.fight_seconds), ("pause_seconds", self.pause_seconds)] {
            if from < 0 || to < from || to > 86_400 {
                let message =
                    format!("({from}, {to}) is not a valid range, expected seconds from 0 to 86400, the shorter first");
                report.error(place.clone().key(key), message);
            }
        }
        for (index, visits) in self.visits.iter().enumerate() {
            let place = place.clone().key("visits").index(index);
            expect_chance("chance", visits.chance, &place, report);
            match (read_time(&visits.from), read_time(&visits.to)) {
                (Ok(from), Ok(to)) if from > to => {
                    report.error(place.key("to"), "is before from, expected a later time of the same day");
                }
                (from, to) => {
                    for (key, message) in [("from", from.err()), ("to", to.err())] {
                        if let Some(message) = message {
                            report.error(place.clone().key(key), message);
                        }
                    }
                }
            }
        }
        for (index, habit) in self.habits.iter().enumerate() {
            habit.validate(&place.clone().key("habits").index(index), report);
        }
    }
}

impl Habit {
    /// Whether it is play: a player who comes and is granted nothing of the kind has nothing to do. To collect what is
    /// due, to read and to buy is no play.
    pub fn plays(&self) -> bool {
        !matches!(
            self,
            Self::HangUp
                | Self::Mail
                | Self::ReadMail
                | Self::Letters { .. }
                | Self::Shop { .. }
                | Self::Purchase { .. }
                | Self::Tickets { .. }
        )
    }

    fn validate(&self, place: &Place, report: &mut Report) {
        match self {
            Self::Purchase { chance, .. }
            | Self::Letters { chance, .. }
            | Self::Shop { chance, .. }
            | Self::Tasks { chance, .. }
            | Self::Battles { chance, .. }
            | Self::Challenges { chance, .. } => expect_chance("chance", *chance, place, report),
            Self::Fight { win_chance, .. } | Self::Activity { win_chance, .. } => {
                expect_chance("win_chance", *win_chance, place, report);
            }
            Self::Ask { data, chance, .. } => {
                expect_chance("chance", *chance, place, report);
                if !data.is_object() {
                    report.error(place.clone().key("data"), "expected arguments such as {\"stage\": 8}");
                }
            }
            Self::HangUp
            | Self::Mail
            | Self::ReadMail
            | Self::Tickets { .. }
            | Self::Sweep { .. }
            | Self::Craft { .. } => {}
        }
    }
}

fn expect_chance(key: &str, chance: f64, place: &Place, report: &mut Report) {
    if !(0.0..=1.0).contains(&chance) {
        report.error(place.clone().key(key), format!("{chance} is out of range, expected 0 to 1"));
    }
}

fn expect_range(key: &str, value: i64, range: std::ops::RangeInclusive<i64>, place: &Place, report: &mut Report) {
    if !range.contains(&value) {
        let message = format!("{value} is out of range, expected {} to {}", range.start(), range.end());
        report.error(place.clone().key(key), message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_in_a_policy_is_reported() {
        let text = r#"(
            starts_on: "2026-02-30",
            moment_seconds: 0,
            joining_days: 1,
            archetypes: [(
                name: "a", share: 0, leaves_per_day: 1.5, fight_seconds: (60, 30), pause_seconds: (1, 2),
                visits: [(from: "9", to: "10:00", chance: 0.5), (from: "11:00", to: "10:00", chance: 0.5)],
                damage: (base: 1, per_level: 1, spread: 0.1),
                habits: [Fight(mode: general, at_most: 3, win_chance: 2.0), Ask(function: "f", data: [], at_most: 1, chance: 1.0)],
            )],
        )"#;
        let problems = read("p.ron", text).expect_err("mistakes").to_string();
        for expected in [
            "p.ron:2:24: error: starts_on: \"2026-02-30\" is not a date",
            "p.ron:3:29: error: moment_seconds: 0 is out of range, expected 1 to 3600",
            "there would be no players",
            "leaves_per_day: 1.5 is out of range",
            "fight_seconds: (60, 30) is not a valid range",
            "visits[0].from: \"9\" is not a time of day",
            "visits[1].to: is before from",
            "habits[0].win_chance: 2 is out of range",
            "habits[1].data: expected arguments",
        ] {
            assert!(problems.contains(expected), "{expected}\nshould be reported in\n{problems}");
        }
    }
}
