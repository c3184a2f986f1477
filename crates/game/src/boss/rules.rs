//! `world_boss.ron`.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::boss::plausible::PlausibleDamage;
use crate::items::suspicion::warn_of_jumps;
use crate::items::{Amount, ItemRules};
use crate::schedule::Schedule;
use crate::tickets::TicketRules;
use raidkeep_engine::rules::{Place, Report, SingleFile, Tables};

/// The tickets of boss challenges.
pub const BOSS_TICKET: u16 = 18;

/// The contents of `world_boss.ron`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BossRules {
    /// Challenges a day, as `get_config_boss` shows them; the tickets themselves are in `tickets.ron`.
    pub max_enter_time: u32,
    /// A damage at or above this is abnormal.
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
    /// The place in the roster, from 0, of the boss that people call so.
    pub fn place_of(&self, name: &str) -> Option<usize> {
        self.bosses.iter().position(|boss| boss.name == name)
    }
}

/// The cost of entering the legacy boss room.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LegacyBossEntry {
    /// Energy.
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

/// One boss.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BossEntry {
    /// Life points.
    pub life_value: u64,
    /// The name, for people who read this file.
    pub name: String,
    /// What everybody gets when it dies.
    pub gift: Gift,
}

/// A mail to everybody.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gift {
    /// Hours after the death; at most 24.
    pub delay_hours: i64,
    /// The mail's subject.
    pub subject: String,
    /// The mail's text.
    pub body: String,
    /// The items in it.
    pub items: Vec<Amount>,
}

/// A range of ranks and what they get.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bracket {
    /// The best rank.
    pub from: usize,
    /// The last rank.
    pub to: usize,
    /// What each gets.
    pub items: Vec<Amount>,
}

/// Subject and text of a mail.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MailText {
    /// Subject.
    pub subject: String,
    /// Text.
    pub body: String,
}

impl BossRules {
    /// What a rank gets.
    pub fn reward(&self, rank: usize) -> Option<&[Amount]> {
        let bracket = self.season_rewards.iter().find(|bracket| (bracket.from..=bracket.to).contains(&rank))?;
        Some(&bracket.items)
    }

    /// The last rank with a reward.
    pub fn last_rewarded(&self) -> usize {
        self.season_rewards.iter().map(|bracket| bracket.to).max().unwrap_or(0)
    }
}

/// Ranks beyond this get no reward; the archive of a season has the same length.
const RANKS_MAX: usize = 10_000;

impl SingleFile for BossRules {
    const PATH: &'static str = "world_boss.ron";

    fn validate(&self, tables: &Tables, report: &mut Report) {
        let place = Place::file(Self::PATH);
        if self.max_upload_damage == 0 {
            report.error(place.clone().key("max_upload_damage"), "expected 1 or more");
        }
        if !(0..=1_000_000_000).contains(&self.legacy_entry.energy) {
            report.error(place.clone().key("legacy_entry").key("energy"), "expected 0 to 1000000000");
        }
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
        let items = tables.get::<ItemRules>();
        if let Some(items) = items {
            let place = place.clone().key("legacy_entry").key("cost");
            items.check_all(&self.legacy_entry.cost, 1, &place, report);
        }
        for (index, boss) in self.bosses.iter().enumerate() {
            let place = place.clone().key("bosses").index(index);
            check_boss(boss, &place, items, report);
            if let Some(before) = index.checked_sub(1).map(|before| &self.bosses[before]) {
                warn_of_jumps(&before.gift.items, &boss.gift.items, &place.key("gift").key("items"), report);
            }
        }
        let mut last = 0;
        for (index, bracket) in self.season_rewards.iter().enumerate() {
            let place = place.clone().key("season_rewards").index(index);
            if bracket.from <= last || bracket.to < bracket.from || bracket.to > RANKS_MAX {
                let message = format!("expected ranks in ascending order, from {} to at most {RANKS_MAX}", last + 1);
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

fn check_boss(boss: &BossEntry, place: &Place, items: Option<&ItemRules>, report: &mut Report) {
    if boss.life_value == 0 {
        report.error(place.clone().key("life_value"), "expected 1 or more");
    }
    let place = place.clone().key("gift");
    if !(0..=24).contains(&boss.gift.delay_hours) {
        report.error(place.clone().key("delay_hours"), "expected 0 to 24: the gift comes within a day");
    }
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
