//! `battles.ron`: how battles proceed, who wins a round, the rewards, and the texts.

use std::cmp::Ordering;
use std::ops::RangeInclusive;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::battles::paid::RewardedPerDay;
use crate::battles::stake::StakeRules;
use crate::battles::texts::BattleTexts;
use crate::character::Attributes;
use crate::drops::{DropRules, Drops};
use crate::items::{Amount, ItemRules};
use crate::timed_events::check_changes;
use raidkeep_engine::rules::{Place, Report, SingleFile, Tables};

/// How battles proceed.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BattleRules {
    /// Seconds that both players have to act in a round.
    #[schemars(range(min = 1, max = 86_400))]
    pub round_seconds: i64,
    /// Rounds that a player must win to win the battle.
    #[schemars(range(min = 1, max = 100), extend("unit" = "rounds"))]
    pub wins_needed: u32,
    /// After this many rounds the battle is a draw.
    #[schemars(range(min = 1, max = 100), extend("unit" = "rounds"))]
    pub rounds_max: u32,
    /// Seconds for which an ended battle can still be looked up.
    #[schemars(range(min = 1, max = 86_400))]
    pub kept_seconds: i64,
    /// The longest text of an action, in characters.
    #[schemars(range(min = 1, max = 2000), extend("unit" = "characters"))]
    pub text_longest: usize,
    /// The `game_mode` of the reports to SUD.
    #[schemars(range(min = -2_147_483_648, max = 2_147_483_647), extend("unit" = "number of a mode"))]
    pub game_mode: i32,
    /// Who wins a round.
    pub verdict: VerdictRules,
    /// The rewards at the end of a battle between players.
    pub rewards: Rewards,
    /// What both put in at the start; absent = nothing.
    #[serde(default)]
    pub stake: Option<StakeRules>,
    /// How many battles are rewarded in a day.
    pub rewarded_per_day: RewardedPerDay,
    /// The `role` of each in the reports to SUD.
    pub report_roles: ReportRoles,
    /// The texts that players read.
    pub texts: BattleTexts,
}

/// Who wins a round.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VerdictRules {
    /// Weights for the player who attacks.
    pub attack: Weights,
    /// Weights for the player who guards.
    pub guard: Weights,
    /// At most this many of the named skills, and of the named items, count.
    #[schemars(range(min = 0, max = 20), extend("unit" = "names"))]
    pub named_max: usize,
    /// Percentage of the strength of named skills that counts.
    #[schemars(range(min = 0, max = 1000))]
    pub skill_percent: u32,
    /// Percentage of the strength of named items that counts.
    #[schemars(range(min = 0, max = 1000))]
    pub item_percent: u32,
    /// The random part of the score.
    pub dice: Dice,
    /// The lead that wins a round.
    #[schemars(range(min = 1, max = 1_000_000), extend("unit" = "points"))]
    pub margin: i64,
}

/// Percentages of the attributes.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// Of 力量.
    #[schemars(range(min = 0, max = 1000), extend("unit" = "percent"))]
    strength: u32,
    /// Of 敏捷.
    #[schemars(range(min = 0, max = 1000), extend("unit" = "percent"))]
    agility: u32,
    /// Of 智力.
    #[schemars(range(min = 0, max = 1000), extend("unit" = "percent"))]
    wits: u32,
    /// Of 体魄.
    #[schemars(range(min = 0, max = 1000), extend("unit" = "percent"))]
    vigor: u32,
}

impl Weights {
    /// The weighted attributes, in hundredths.
    pub fn hundredths(&self, of: &Attributes) -> i64 {
        let share = |value: u32, percent: u32| i64::from(value) * i64::from(percent);
        share(of.strength, self.strength)
            + share(of.agility, self.agility)
            + share(of.wits, self.wits)
            + share(of.vigor, self.vigor)
    }

    fn check(&self, place: &Place, report: &mut Report) {
        let weights = [self.strength, self.agility, self.wits, self.vigor];
        if weights.iter().all(|weight| *weight == 0) {
            report.error(place, "expected a percent above 0 for at least one attribute");
        }
    }
}

/// The dice that each side throws in each round.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dice {
    /// How many dice.
    #[schemars(range(min = 0, max = 100), extend("unit" = "dice"))]
    pub count: u32,
    /// Sides of each die.
    #[schemars(range(min = 2, max = 1000), extend("unit" = "pips"))]
    pub sides: u32,
    /// Points for each pip.
    #[schemars(range(min = 0, max = 1000), extend("unit" = "points"))]
    pub weight: u32,
}

/// The `role` of each in the reports to SUD; 0 means none (docs/contract/game-reports.md#roles).
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportRoles {
    /// The player who challenged.
    #[schemars(range(min = 0, max = 1_000_000), extend("unit" = "number of a role"))]
    pub challenger: i32,
    /// The player who was challenged.
    #[schemars(range(min = 0, max = 1_000_000), extend("unit" = "number of a role"))]
    pub challenged: i32,
    /// A fighter of the game master.
    #[schemars(range(min = 0, max = 1_000_000), extend("unit" = "number of a role"))]
    pub robot: i32,
}

/// The rewards at the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rewards {
    /// For the winner.
    pub winner: Spoils,
    /// For both players in a draw.
    pub drawn: Spoils,
    /// For the loser, unless it escaped.
    pub loser: Spoils,
}

/// The reward of one player.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spoils {
    /// Items.
    pub items: Vec<Amount>,
    /// Experience.
    #[schemars(range(min = *EXP.start(), max = *EXP.end()), extend("unit" = "experience"))]
    pub exp: i64,
    /// Drop tables from `drops/` that are rolled besides: `["scrolls"]`, or `["scrolls:2"]` for two times.
    #[serde(default)]
    pub drops: Drops,
}

/// The experience that a battle may bring.
const EXP: RangeInclusive<i64> = 0..=1_000_000;

impl Spoils {
    /// Whether there is no reward.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty() && self.exp == 0 && self.drops.is_empty()
    }

    /// Whether this is a better reward than `other`: nowhere less, somewhere more.
    fn is_more_than(&self, other: &Self) -> bool {
        let quantity = |of: &Self, item| -> i64 {
            of.items.iter().filter(|amount| amount.item == item).map(|amount| amount.quantity).sum()
        };
        let items = self.items.iter().chain(&other.items).map(|amount| amount.item);
        let tables = self.drops.rolls().iter().chain(other.drops.rolls()).map(|roll| roll.table.as_str());
        let of_items = items.map(|item| quantity(self, item).cmp(&quantity(other, item)));
        let of_tables = tables.map(|table| self.drops.times(table).cmp(&other.drops.times(table)));
        let all: Vec<Ordering> = of_items.chain(of_tables).chain([self.exp.cmp(&other.exp)]).collect();
        all.contains(&Ordering::Greater) && !all.contains(&Ordering::Less)
    }

    /// Whether everything that it names is there. What is not is told as such, and compared with nothing.
    fn is_known(&self, tables: &Tables) -> bool {
        let has_items = |items: &ItemRules| self.items.iter().all(|amount| items.item(amount.item).is_some());
        let has_tables = |drops: &DropRules| self.drops.rolls().iter().all(|roll| drops.table(&roll.table).is_some());
        tables.get::<ItemRules>().is_none_or(has_items) && tables.get::<DropRules>().is_none_or(has_tables)
    }

    fn check(&self, place: &Place, tables: &Tables, report: &mut Report) {
        if let Some(items) = tables.get::<ItemRules>() {
            items.check_all(&self.items, 1, &place.clone().key("items"), report);
        }
        self.drops.check(&place.clone().key("drops"), report);
    }
}

impl BattleRules {
    fn check_numbers(&self, place: &Place, report: &mut Report) {
        if self.rounds_max < self.wins_needed {
            let message =
                format!("nobody can win: {} rounds are too few for {} wins", self.rounds_max, self.wins_needed);
            report.error(place.clone().key("rounds_max"), message);
        }
    }
}

impl Rewards {
    pub(super) fn each_mut(&mut self) -> impl Iterator<Item = &mut Spoils> {
        [&mut self.winner, &mut self.drawn, &mut self.loser].into_iter()
    }

    /// Each, with its key.
    pub fn each(&self) -> [(&'static str, &Spoils); 3] {
        [("winner", &self.winner), ("drawn", &self.drawn), ("loser", &self.loser)]
    }

    /// Reports experience that an event has made impossible.
    pub(super) fn check_ranges(&self, place: &Place, report: &mut Report) {
        for (key, spoils) in self.each() {
            report.check_range(place.clone().key(key).key("exp"), spoils.exp, &EXP);
        }
    }

    /// Reports rewards that do not exist or do not favour the winner.
    pub fn check(&self, place: &Place, tables: &Tables, report: &mut Report) {
        let Self { winner, drawn, loser } = self;
        for (key, spoils) in self.each() {
            spoils.check(&place.clone().key(key), tables, report);
        }
        for (key, spoils) in [("drawn", drawn), ("loser", loser)] {
            if winner.is_known(tables) && spoils.is_known(tables) && !winner.is_more_than(spoils) {
                let message = "expected less than the winner gets, in experience, in each item and in drops";
                report.error(place.clone().key(key), message);
            }
        }
    }
}

impl SingleFile for BattleRules {
    const PATH: &'static str = "battles.ron";

    fn validate(&self, tables: &Tables, report: &mut Report) {
        self.check(tables, report);
        check_changes(self, tables, report, Self::check_changed);
    }
}

impl BattleRules {
    fn check_changed(&self, tables: &Tables, report: &mut Report) {
        self.check(tables, report);
        let place = Place::file(<Self as SingleFile>::PATH);
        self.rewards.check_ranges(&place.clone().key("rewards"), report);
        self.rewarded_per_day.check_ranges(&place.key("rewarded_per_day"), report);
    }

    fn check(&self, tables: &Tables, report: &mut Report) {
        let place = Place::file(<Self as SingleFile>::PATH);
        self.check_numbers(&place, report);
        self.verdict.attack.check(&place.clone().key("verdict").key("attack"), report);
        self.verdict.guard.check(&place.clone().key("verdict").key("guard"), report);
        self.rewards.check(&place.clone().key("rewards"), tables, report);
        if let Some(stake) = &self.stake {
            stake.check(&place.clone().key("stake"), tables, report);
        }
        self.rewarded_per_day.check(&place.clone().key("rewarded_per_day"), report);
        self.texts.check(&place.key("texts"), report);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_is_reported_at_its_place() {
        let folder = tempfile::tempdir().expect("a temporary folder should be made");
        let edits = [
            ("wins_needed: 3", "wins_needed: 30"),
            ("margin: 3", "margin: 0"),
            ("loser: (items: [\"3:51:1\"], exp: 20)", "loser: (items: [\"3:51:1\"], exp: 100)"),
            ("{winner}赢得了这场对战", "{champion}赢得了这场对战"),
        ];
        let mut text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/battles.ron"))
            .expect("the shipped file should be readable");
        for (from, to) in edits {
            assert!(text.contains(from), "{from}");
            text = text.replacen(from, to, 1);
        }
        std::fs::write(folder.path().join(BattleRules::PATH), text).expect("the folder should be writable");
        let mut catalogue = raidkeep_engine::rules::Catalogue::new();
        catalogue.register::<BattleRules>();
        let problems = catalogue.load(&raidkeep_engine::rules::AssetSource::Folder(folder.path().to_owned()));
        let told = problems.expect_err("the mistakes should be found").to_string();
        let expected = [
            "nobody can win: 15 rounds are too few for 30 wins",
            "0 is out of range, expected 1 to 1000000",
            "expected less than the winner gets",
            "unknown place {champion}, expected one of {winner}, {loser}",
        ];
        for expected in expected {
            assert!(told.contains(expected), "{expected} in {told}");
        }
    }

    fn spoils(items: &[&str], exp: i64) -> Spoils {
        Spoils { items: items.iter().map(|item| item.parse().expect("an amount")).collect(), exp, ..Spoils::default() }
    }

    #[test]
    fn more_is_nowhere_less_and_somewhere_more() {
        assert!(spoils(&["3:51:2"], 20).is_more_than(&spoils(&["3:51:1"], 20)));
        assert!(spoils(&["3:51:1"], 20).is_more_than(&spoils(&[], 20)));
        assert!(!spoils(&["3:51:1"], 20).is_more_than(&spoils(&["3:51:1"], 20)), "equal is not more");
        assert!(
            !spoils(&["3:51:9"], 20).is_more_than(&spoils(&["3:52:1"], 20)),
            "one item does not make up for another"
        );
        let with_drops = |text: &str, exp| Spoils { drops: Drops::from_iter(text.parse().ok()), ..spoils(&[], exp) };
        assert!(with_drops("scrolls:2", 20).is_more_than(&with_drops("scrolls", 20)), "two rolls are more than one");
        assert!(!spoils(&["3:51:9"], 20).is_more_than(&with_drops("scrolls", 20)), "and nothing makes up for a roll");
    }
}
