//! `world_boss.ron`.

use std::ops::RangeInclusive;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::boss::immortal;
use crate::boss::plausible::PlausibleDamage;
use crate::identifiers;
use crate::items::{Amount, ItemRules};
use crate::schedule::Schedule;
use crate::tickets::{TICKET, TicketRules};
use crate::timed_events::check_changes;
use raidkeep_engine::rules::{GivenName, Naming, Place, Report, Table, Tables, only};

/// The tickets of boss challenges.
pub const BOSS_TICKET: u16 = 18;

/// The contents of `world_boss.ron`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BossRules {
    /// Challenges a day, as `get_config_boss` shows them; the tickets themselves are in `tickets.ron`.
    #[schemars(range(min = 0, max = 1_000_000_000), extend("unit" = "challenges"))]
    pub max_enter_time: u32,
    /// A damage at or above this is abnormal.
    #[schemars(range(min = 1, max = 1_000_000_000_000_000_i64), extend("unit" = "life points"))]
    pub max_upload_damage: u64,
    /// How much of a damage below that is believed, by level and time; a stage of `stages/boss.ron` may have rules of its
    /// own.
    pub plausible_damage: PlausibleDamage,
    /// The cost of entering the legacy boss room.
    pub legacy_entry: LegacyBossEntry,
    /// Whether damage beyond a boss's life goes on to the next.
    pub surplus_carries_over: CarriesOver,
    /// When a season ends and all bosses return: `daily`, `weekly(monday)`, `monthly` or `dates(["2026-12-24"])`.
    pub season: Schedule,
    /// The roster.
    pub bosses: Vec<BossEntry>,
    /// Season rewards by rank, sent by mail.
    pub season_rewards: Vec<Bracket>,
    /// The mail that brings it.
    pub season_mail: MailText,
}

impl BossRules {
    /// The place in the roster, from 0, of the boss with that id.
    pub fn place_of(&self, id: &str) -> Option<usize> {
        self.bosses.iter().position(|boss| boss.id() == id)
    }
}

/// The cost of entering the legacy boss room.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LegacyBossEntry {
    /// Energy.
    #[schemars(range(min = 0, max = 1_000_000_000), extend("unit" = "points of energy"))]
    pub energy: i64,
    /// Items.
    #[serde(default)]
    pub cost: Vec<Amount>,
}

/// Whether damage beyond a boss's life carries over to the next.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CarriesOver {
    /// From `pass_stage`.
    pub legacy: bool,
    /// From `victory_stage_boss`.
    pub new: bool,
}

/// World bosses, by their ids.
pub const BOSS: Naming = Naming { what: "boss", given_in: "the bosses in world_boss.ron" };

/// Life points that a boss may have.
const LIFE: RangeInclusive<u64> = 1..=1_000_000_000_000_000;

/// One boss.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BossEntry {
    /// What the world knows it by: its life, its death and its gift belong to this id, wherever the boss stands in the list and
    /// whatever its name. Lowercase letters, digits and `_`; give it once and never change it.
    #[schemars(required)]
    id: Option<String>,
    /// Whether the file gives no id.
    #[serde(skip)]
    is_nameless: bool,
    /// Life points.
    #[schemars(range(min = *LIFE.start(), max = *LIFE.end()), extend("unit" = "life points"))]
    pub life_value: u64,
    /// The name, for people who read this file.
    pub name: String,
    /// What everybody gets when it dies.
    pub gift: Gift,
}

/// A mail to everybody.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gift {
    /// Hours after the death; at most 24.
    #[schemars(range(min = 0, max = 24))]
    pub delay_hours: i64,
    /// The mail's subject.
    pub subject: String,
    /// The mail's text.
    pub body: String,
    /// The items in it.
    pub items: Vec<Amount>,
}

/// A range of ranks and what they get.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bracket {
    /// The best rank.
    #[schemars(range(min = 1, max = 10_000), extend("unit" = "rank"))]
    pub from: usize,
    /// The last rank.
    #[schemars(range(min = 1, max = 10_000), extend("unit" = "rank"))]
    pub to: usize,
    /// What each gets.
    pub items: Vec<Amount>,
}

/// Subject and text of a mail.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MailText {
    /// Subject.
    pub subject: String,
    /// Text.
    pub body: String,
}

impl BossEntry {
    /// What the world knows it by.
    pub fn id(&self) -> &str {
        self.id.as_deref().unwrap_or_default()
    }
}

impl BossRules {
    /// Names bosses without an id by their place: that is how the worlds of before there were ids knew them, whose journals are
    /// played with their files.
    fn name_the_nameless(&mut self) {
        let given: Vec<String> = self.bosses.iter().filter_map(|boss| boss.id.clone()).collect();
        for (index, boss) in self.bosses.iter_mut().enumerate().filter(|(_, boss)| boss.id.is_none()) {
            boss.id = Some(free_id(&format!("boss_{}", index + 1), &given));
            boss.is_nameless = true;
        }
    }

    fn report_the_nameless(&self, report: &mut Report) {
        for (index, boss) in self.bosses.iter().enumerate().filter(|(_, boss)| boss.is_nameless) {
            let place = Place::file(<Self as Table>::PATH).key("bosses").index(index);
            let message = format!("boss \"{}\" has no id, which says whose life, death and gift it is", boss.name);
            report.error(place, message).hint(format!(
                "type id: \"{}\", before its life_value, and move no boss at the same time: what the world knows of its \
                 bosses is taken over by place, once",
                boss.id()
            ));
        }
    }

    fn give_names(&self, report: &mut Report) {
        let list = Place::file(<Self as Table>::PATH).key("bosses");
        // What a second boss of an id leads to is told in the words of `check_ids`.
        let first = self.bosses.iter().enumerate().filter(|(index, boss)| self.place_of(boss.id()) == Some(*index));
        let given = first.map(|(index, boss)| GivenName {
            name: boss.id().to_owned(),
            title: Some(boss.name.clone()),
            place: list.clone().index(index).key("id"),
        });
        report.names_given(BOSS, list.clone(), given.collect::<Vec<_>>());
    }

    fn check_ids(&self, place: &Place, report: &mut Report) {
        let ids: Vec<String> = self.bosses.iter().map(|boss| boss.id().to_owned()).collect();
        for (index, boss) in self.bosses.iter().enumerate() {
            let place = place.clone().index(index).key("id");
            if !identifiers::is_sound(boss.id()) {
                let message = format!("\"{}\" is no id, expected lowercase letters, digits and _", boss.id());
                let hint = format!("the first character is a letter, such as in \"{}\"", free_id("boss", &ids));
                report.error(place, message).hint(hint);
            } else if let Some(first) = self.bosses[..index].iter().find(|earlier| earlier.id() == boss.id()) {
                let message = format!("\"{}\" is already the id of \"{}\"", boss.id(), first.name);
                report.error(place, message).hint(format!(
                    "they would share one life and one death; give the boss that is new an id of its own, such as \"{}\"",
                    free_id(boss.id(), &ids)
                ));
            }
        }
    }

    /// The most damage that a player of this level may report after this time: below the cap, and plausible by the
    /// stage's own rules or the usual ones.
    pub fn most_damage(&self, of_stage: Option<PlausibleDamage>, level: u32, seconds: i64) -> u64 {
        let plausible = of_stage.unwrap_or(self.plausible_damage).most(level, seconds);
        plausible.min(self.max_upload_damage.saturating_sub(1))
    }

    /// The bracket of a rank.
    pub fn bracket(&self, rank: usize) -> Option<&Bracket> {
        self.season_rewards.iter().find(|bracket| (bracket.from..=bracket.to).contains(&rank))
    }

    /// What a rank gets.
    pub fn reward(&self, rank: usize) -> Option<&[Amount]> {
        self.bracket(rank).map(|bracket| &*bracket.items)
    }

    /// The last rank with a reward.
    pub fn last_rewarded(&self) -> usize {
        self.season_rewards.iter().map(|bracket| bracket.to).max().unwrap_or(0)
    }
}

impl Table for BossRules {
    const PATH: &'static str = "world_boss.ron";
    type File = Self;

    fn assemble(files: Vec<(String, Self)>, _: &mut Report) -> Self {
        let mut rules = only(files);
        rules.name_the_nameless();
        rules
    }

    fn validate(&self, tables: &Tables, report: &mut Report) {
        self.give_names(report);
        self.report_the_nameless(report);
        self.check(tables, report);
        check_changes(self, tables, report, Self::check_changed);
    }
}

impl BossRules {
    fn check_changed(&self, tables: &Tables, report: &mut Report) {
        self.check(tables, report);
        for (index, boss) in self.bosses.iter().enumerate() {
            let place = Place::file(<Self as Table>::PATH).key("bosses").index(index);
            report.check_range(place.key("life_value"), boss.life_value, &LIFE);
        }
    }

    fn check(&self, tables: &Tables, report: &mut Report) {
        let place = Place::file(<Self as Table>::PATH);
        self.plausible_damage.check(&place.clone().key("plausible_damage"), report);
        self.season.check(&place.clone().key("season"), report);
        if self.bosses.is_empty() || self.bosses.len() > 100 {
            report.error(place.clone().key("bosses"), "expected 1 to 100 bosses");
        }
        let daily = tables.get::<TicketRules>().and_then(|tickets| tickets.kind(BOSS_TICKET)).map(|kind| kind.daily);
        if let Some(daily) = daily.filter(|daily| *daily != self.max_enter_time) {
            let message = format!("clients are told {}, but tickets.ron gives {daily} a day", self.max_enter_time);
            report.error(place.clone().key("max_enter_time"), message);
        }
        report.name_used(TICKET, BOSS_TICKET.to_string(), &place.clone().key("max_enter_time"));
        self.check_ids(&place.clone().key("bosses"), report);
        immortal::look(self, tables, &place, report);
        let items = tables.get::<ItemRules>();
        if let Some(items) = items {
            let place = place.clone().key("legacy_entry").key("cost");
            items.check_all(&self.legacy_entry.cost, 1, &place, report);
        }
        for (index, boss) in self.bosses.iter().enumerate() {
            let place = place.clone().key("bosses").index(index);
            check_boss(boss, &place, items, report);
        }
        let mut last = 0;
        for (index, bracket) in self.season_rewards.iter().enumerate() {
            let place = place.clone().key("season_rewards").index(index);
            if bracket.from <= last || bracket.to < bracket.from {
                let message = format!("expected ranks in ascending order, from {} on", last + 1);
                report.error(place.clone().key("from"), message);
            }
            if bracket.from > last + 1 {
                let message = format!("the ranks {} to {} get nothing", last + 1, bracket.from - 1);
                report.warning(place.clone().key("from"), message);
            }
            last = bracket.to;
            if let Some(items) = items {
                items.check_all(&bracket.items, 1, &place.clone().key("items"), report);
            }
            if let Some(better) = index.checked_sub(1).map(|better| &self.season_rewards[better]) {
                warn_of_better_loser(&better.items, &bracket.items, &place.key("items"), report);
            }
        }
    }
}

/// An id that no boss has: `wanted`, or `wanted` with the first number that is free.
fn free_id(wanted: &str, given: &[String]) -> String {
    let numbered = (2..).map(|number| format!("{wanted}_{number}"));
    let mut ids = std::iter::once(wanted.to_owned()).chain(numbered);
    ids.find(|id| !given.contains(id)).unwrap_or_default()
}

fn check_boss(boss: &BossEntry, place: &Place, items: Option<&ItemRules>, report: &mut Report) {
    let place = place.clone().key("gift");
    if let Some(items) = items {
        items.check_all(&boss.gift.items, 1, &place.key("items"), report);
    }
}

/// Warns of items of which a worse rank gets more than a better one.
fn warn_of_better_loser(better: &[Amount], worse: &[Amount], place: &Place, report: &mut Report) {
    for (index, amount) in worse.iter().enumerate() {
        let of_better = better.iter().find(|better| better.item == amount.item);
        if let Some(of_better) = of_better.filter(|of_better| of_better.quantity < amount.quantity) {
            let message =
                format!("{} of item {} is more than the better ranks get ({of_better})", amount.quantity, amount.item);
            report.warning(place.clone().index(index), message);
        }
    }
}
