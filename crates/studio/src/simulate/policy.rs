//! Policies: how virtual players behave, as designers write it in RON.

use jiff::civil::{Date, Time};
use serde::Deserialize;
use serde_json::Value;

use raidkeep_engine::rules::{Place, Problems, Report, Single};
use raidkeep_game::stages::Mode;
use raidkeep_game::tickets::PurchaseMode;

/// What stands in a policy's file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The first day, `YYYY-MM-DD` in the game's zone.
    pub starts_on: String,
    /// Everything happens at multiples of this many seconds. Fewer moments make a faster simulation.
    pub moment_seconds: i64,
    /// New players come evenly over so many days from the start.
    pub joining_days: u32,
    /// The kinds of players.
    pub archetypes: Vec<Archetype>,
}

/// One kind of players.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Archetype {
    /// For the report.
    pub name: String,
    /// How many of the players are of this kind, in proportion to the other shares.
    pub share: u32,
    /// The chance that a player does not come back after a day.
    pub leaves_per_day: f64,
    /// When a player comes.
    pub visits: Vec<Visits>,
    /// How long a fight takes, from and to, in seconds.
    pub fight_seconds: (i64, i64),
    /// How long a player takes between two requests otherwise, from and to, in seconds.
    pub pause_seconds: (i64, i64),
    /// What a blow at a world boss does.
    pub damage: Damage,
    /// What a visit consists of, in order.
    pub habits: Vec<Habit>,
}

/// A time of day at which a player comes at most once.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Visits {
    /// The earliest moment, `HH:MM`.
    pub from: String,
    /// The latest moment, `HH:MM`.
    pub to: String,
    /// How likely the player comes on a day, 0 to 1.
    pub chance: f64,
}

/// What a blow at a world boss does.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Damage {
    /// At level 0.
    pub base: i64,
    /// More for each level.
    pub per_level: i64,
    /// By which part it is higher or lower at most, 0 to 1.
    pub spread: f64,
}

/// One thing that players do when they come.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Habit {
    /// Takes what the hang-up has earned, and hangs the highest general stage up.
    HangUp,
    /// Claims the items of every mail.
    Mail,
    /// Pays points for an offer of the shop. No platform is asked: the points are taken for paid.
    Purchase {
        /// Which offer.
        offer: String,
        /// How likely in a visit.
        chance: f64,
    },
    /// Buys tickets for diamonds, as long as there are any.
    Tickets {
        /// Which.
        mode: PurchaseMode,
        /// At most so many in a visit.
        at_most: u32,
    },
    /// Fights in a mode until energy or tickets are used up: the next stage where there is one, else the highest.
    Fight {
        /// Which mode.
        mode: Mode,
        /// At most so many fights in a visit.
        at_most: u32,
        /// How likely a fight is won.
        win_chance: f64,
    },
    /// Sweeps the highest general stage that can be swept, as often as the energy allows.
    Sweep {
        /// Energy that is left over.
        keep_energy: i64,
    },
    /// Asks for any function of players until it is refused.
    Ask {
        /// Which function.
        function: String,
        /// Its arguments; `{name}` in a text is the player's name.
        data: Value,
        /// At most so often in a visit.
        at_most: u32,
        /// How likely in a visit.
        chance: f64,
    },
}

/// Reads a policy.
pub fn read(name: &str, text: &str) -> Result<Policy, Problems> {
    Single::read(name, text, Policy::validate).map(|single| single.content)
}

/// Reads a time of day, `HH:MM`.
pub fn read_time(text: &str) -> Result<Time, String> {
    Time::strptime("%H:%M", text).map_err(|_| format!("\"{text}\" is no time of day; expected one such as \"19:30\""))
}

impl Policy {
    /// The first day; the validation has seen that it is one.
    pub fn first_day(&self) -> Date {
        self.starts_on.parse().unwrap_or(Date::constant(2026, 3, 1))
    }

    fn validate(&self, file: &Place, report: &mut Report) {
        if self.starts_on.parse::<Date>().is_err() {
            let message = format!("\"{}\" is no date; expected one such as \"2026-03-01\"", self.starts_on);
            report.error(file.clone().key("starts_on"), message);
        }
        expect_range("moment_seconds", self.moment_seconds, 1..=3600, file, report);
        expect_range("joining_days", i64::from(self.joining_days), 1..=1000, file, report);
        let shares: u64 = self.archetypes.iter().map(|archetype| u64::from(archetype.share)).sum();
        if shares == 0 {
            report.error(file.clone().key("archetypes"), "nobody would come, expected a share of 1 or more");
        }
        for (index, archetype) in self.archetypes.iter().enumerate() {
            let place = file.clone().key("archetypes").index(index);
            if self.archetypes[..index].iter().any(|earlier| earlier.name == archetype.name) {
                report.error(place.clone().key("name"), "this archetype stands here a second time");
            }
            archetype.validate(&place, report);
        }
    }
}

impl Archetype {
    fn validate(&self, place: &Place, report: &mut Report) {
        expect_chance("leaves_per_day", self.leaves_per_day, place, report);
        expect_chance("spread", self.damage.spread, &place.clone().key("damage"), report);
        for (key, (from, to)) in [("fight_seconds", self.fight_seconds), ("pause_seconds", self.pause_seconds)] {
            if from < 0 || to < from || to > 86_400 {
                let message =
                    format!("({from}, {to}) is no range, expected seconds from 0 to 86400, the shorter first");
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
    fn validate(&self, place: &Place, report: &mut Report) {
        match self {
            Self::Purchase { chance, .. } => expect_chance("chance", *chance, place, report),
            Self::Fight { win_chance, .. } => expect_chance("win_chance", *win_chance, place, report),
            Self::Ask { data, chance, .. } => {
                expect_chance("chance", *chance, place, report);
                if !data.is_object() {
                    report.error(place.clone().key("data"), "expected arguments such as {\"stage\": 8}");
                }
            }
            Self::HangUp | Self::Mail | Self::Tickets { .. } | Self::Sweep { .. } => {}
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
    fn every_mistake_of_a_policy_is_told() {
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
            "p.ron:2:24: error: starts_on: \"2026-02-30\" is no date",
            "p.ron:3:29: error: moment_seconds: 0 is out of range, expected 1 to 3600",
            "nobody would come",
            "leaves_per_day: 1.5 is out of range",
            "fight_seconds: (60, 30) is no range",
            "visits[0].from: \"9\" is no time of day",
            "visits[1].to: is before from",
            "habits[0].win_chance: 2 is out of range",
            "habits[1].data: expected arguments",
        ] {
            assert!(problems.contains(expected), "{expected}\nshould be told in\n{problems}");
        }
    }
}
