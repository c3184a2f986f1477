//! Measurements of the world at the end of each day.

use std::collections::BTreeMap;

use bevy_ecs::prelude::*;

use crate::simulate::accounts::DayAccounts;
use crate::simulate::series::{Chart, Kill, Series, mean, rounded};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::rules::Rules;
use raidkeep_game::boss::{BossRecord, BossRules, Roster, Season, WorldBoss};
use raidkeep_game::energy::{Energy, EnergyRules};
use raidkeep_game::items::{Inventory, ItemId, ItemRules};
use raidkeep_game::levels::{Experience, LevelRules};
use raidkeep_game::tickets::{TicketRules, Tickets};

/// A player, as seen by the measurements.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    /// Its entity in the world.
    pub entity: Entity,
    /// Index of its archetype in the policy.
    pub archetype: usize,
    /// Its wasted energy is counted up to here, unix seconds.
    pub counted_until: i64,
    /// Whether it has left for good.
    pub has_left: bool,
}

/// Counters of the current day.
#[derive(Debug, Default)]
pub struct Today {
    /// Items gained and spent.
    pub accounts: DayAccounts,
    /// Players who came at least once.
    pub active: u32,
    /// Players who came for the first time.
    pub newcomers: u32,
    /// Seconds in which no energy regenerated because it was full.
    pub full_seconds: i64,
}

/// Counts the seconds since the last count in which the energy was full. Only the player's own requests may have
/// changed it since.
pub fn count_full_energy(world: &World, player: &mut Measured, now: i64) -> i64 {
    let since = std::mem::replace(&mut player.counted_until, now);
    let rules = world.resource::<Rules<EnergyRules>>();
    let full_at = world.get::<Energy>(player.entity).map(|energy| energy.full_at(since, rules).unwrap_or(since));
    full_at.map_or(0, |full_at| (now - full_at.max(since)).max(0))
}

/// The series so far.
#[derive(Debug, Default)]
pub struct Book {
    charts: Vec<Chart>,
    kills: Vec<Kill>,
    /// By item: by cause and direction, the sums of each day.
    items: BTreeMap<ItemId, BTreeMap<(bool, String), Vec<f64>>>,
    days: usize,
    /// The season, and the bosses that had died in it by the end of the last day.
    dead: (u32, Vec<u32>),
}

impl Book {
    /// Measures the world at the end of a day.
    pub fn close_day(&mut self, world: &mut World, players: &[Measured], archetypes: &[String], today: Today) {
        self.days += 1;
        let here: Vec<Measured> = players.iter().filter(|player| !player.has_left).copied().collect();
        self.add(
            "players",
            "Players",
            "players",
            vec![
                ("came today", today.active.into()),
                ("new today", today.newcomers.into()),
                ("not gone for good", here.len() as f64),
            ],
        );
        self.measure_levels(world, players, archetypes);
        self.measure_energy(world, here.len(), today.full_seconds);
        self.measure_tickets(world, &here);
        self.measure_bosses(world);
        self.measure_ranking(world, players);
        self.add(
            "points",
            "Points paid in the shop",
            "points a day",
            vec![("points", today.accounts.points_paid as f64)],
        );
        self.add_accounts(today.accounts);
    }

    fn measure_levels(&mut self, world: &World, players: &[Measured], archetypes: &[String]) {
        let rules = world.resource::<Rules<LevelRules>>();
        let level = |player: &Measured| {
            let total = world.get::<Experience>(player.entity).map_or(0, |experience| experience.total);
            i64::from(rules.standing(total).level)
        };
        let mut levels: Vec<i64> = players.iter().map(level).collect();
        let by_archetype: Vec<(&str, f64)> = archetypes
            .iter()
            .enumerate()
            .map(|(archetype, name)| {
                let of_it = players.iter().zip(&levels).filter(|(player, _)| player.archetype == archetype);
                let (count, sum) = of_it.fold((0, 0), |(count, sum), (_, level)| (count + 1, sum + level));
                (name.as_str(), mean(sum, count))
            })
            .collect();
        self.add("level_by_archetype", "Mean level by archetype", "level", by_archetype);
        levels.sort_unstable();
        self.add(
            "levels",
            "Levels of all players",
            "level",
            vec![
                ("highest", levels.last().copied().unwrap_or(0) as f64),
                ("90th percentile", percentile(&levels, 90)),
                ("median", percentile(&levels, 50)),
                ("10th percentile", percentile(&levels, 10)),
            ],
        );
    }

    fn measure_energy(&mut self, world: &World, here: usize, full_seconds: i64) {
        let per_point = world.resource::<Rules<EnergyRules>>().seconds_per_point.max(1);
        let wasted = mean(full_seconds / per_point, here);
        self.add(
            "energy_wasted",
            "Energy that did not come because it was full",
            "points a player and day",
            vec![("wasted", wasted), ("would come in a day", rounded(86_400.0 / per_point as f64))],
        );
    }

    fn measure_tickets(&mut self, world: &World, here: &[Measured]) {
        let (rules, today) = (world.resource::<Rules<TicketRules>>(), world.resource::<Clock>().day());
        let mut lines = Vec::new();
        for kind in &rules.kinds {
            let left = |player: &Measured| {
                let (tickets, inventory) =
                    (world.get::<Tickets>(player.entity)?, world.get::<Inventory>(player.entity)?);
                Some(i64::from(tickets.left(kind, rules.is_vip(inventory), today)))
            };
            let sum = here.iter().filter_map(left).sum();
            lines.push((format!("{} ({})", kind.name, kind.key), mean(sum, here.len())));
        }
        let lines = lines.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        self.add("tickets_unused", "Tickets left when the day ends", "tickets a player", lines);
    }

    fn measure_bosses(&mut self, world: &World) {
        let roster = &world.resource::<Roster>().0;
        let bosses: Vec<&WorldBoss> = roster.iter().filter_map(|entity| world.get(*entity)).collect();
        let places = (0..).zip(&bosses);
        let dead: Vec<u32> = places.filter(|(_, boss)| !boss.is_alive()).map(|(place, _)| place).collect();
        let rules = world.resource::<Rules<BossRules>>();
        let (day, season) = (u32::try_from(self.days).unwrap_or(u32::MAX), world.resource::<Season>().number);
        let was_dead = |boss: &u32| self.dead.0 == season && self.dead.1.contains(boss);
        for boss in dead.iter().copied().filter(|boss| !was_dead(boss)) {
            let name = rules.bosses.get(boss as usize).map_or(String::new(), |boss| boss.name.clone());
            self.kills.push(Kill { day, boss, name });
        }
        let fought = bosses.iter().find(|boss| boss.is_alive());
        let left = fought.map_or(0.0, |boss| rounded(boss.left as f64 * 100.0 / boss.life.max(1) as f64));
        self.add("bosses_dead", "World bosses killed in the season", "bosses", vec![("dead", dead.len() as f64)]);
        self.add("boss_life", "Life left of the boss that is fought", "% of its life", vec![("life left", left)]);
        self.dead = (season, dead);
    }

    fn measure_ranking(&mut self, world: &World, players: &[Measured]) {
        let season = world.resource::<Season>().number;
        let best = |player: &Measured| world.get::<BossRecord>(player.entity).map(|record| record.best(season));
        let mut records: Vec<u64> = players.iter().filter_map(best).filter(|best| *best > 0).collect();
        records.sort_unstable_by(|a, b| b.cmp(a));
        let at = |rank: usize| records.get(rank - 1).map_or(0.0, |damage| *damage as f64);
        self.add(
            "ranking",
            "Best damage of the season by rank",
            "damage",
            vec![
                ("rank 1", at(1)),
                ("rank 10", at(10)),
                ("rank 100", at(100)),
                ("middle of all ranked", at(records.len().div_ceil(2).max(1))),
            ],
        );
    }

    fn add_accounts(&mut self, accounts: DayAccounts) {
        for ((item, why, came), sum) in accounts.items {
            let days = self.items.entry(item).or_default().entry((!came, why)).or_default();
            days.resize(self.days - 1, 0.0);
            days.push(sum as f64);
        }
    }

    /// Adds a day's value to each line of a chart.
    fn add(&mut self, id: &str, title: &str, unit: &str, values: Vec<(&str, f64)>) {
        let at = self.charts.iter().position(|chart| chart.id == id).unwrap_or_else(|| {
            let lines =
                values.iter().map(|(name, _)| Series { name: (*name).to_owned(), values: Vec::new() }).collect();
            self.charts.push(Chart { id: id.to_owned(), title: title.to_owned(), unit: unit.to_owned(), lines });
            self.charts.len() - 1
        });
        for (line, (_, value)) in self.charts[at].lines.iter_mut().zip(values) {
            line.values.push(value);
        }
    }

    /// All series and kills; items come last, one chart each.
    pub fn finish(mut self, items: &ItemRules) -> (Vec<Chart>, Vec<Kill>) {
        for (item, causes) in std::mem::take(&mut self.items) {
            let name = items.items.iter().find(|known| known.id == item).map_or("", |known| known.name.as_str());
            let lines = causes.into_iter().map(|((went, why), mut values)| {
                values.resize(self.days, 0.0);
                Series { name: format!("{} {why}", if went { "-" } else { "+" }), values }
            });
            self.charts.push(Chart {
                id: format!("item {item}"),
                title: format!("{name} ({item}) by source (+) and sink (-)"),
                unit: "items a day, all players".to_owned(),
                lines: lines.collect(),
            });
        }
        (self.charts, self.kills)
    }
}

/// The percentile of sorted values: the smallest value that `percent` of them do not exceed.
fn percentile(sorted: &[i64], percent: usize) -> f64 {
    let at = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(at).map_or(0.0, |value| *value as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occur() {
        let values: Vec<i64> = (1..=10).collect();
        assert_eq!([10, 50, 90, 100].map(|percent| percentile(&values, percent)), [1.0, 5.0, 9.0, 10.0]);
        assert_eq!((percentile(&[], 50), percentile(&[7], 10)), (0.0, 7.0));
    }

    #[test]
    fn a_cause_that_begins_late_or_ends_early_has_zeros_on_the_other_days() {
        let day = |why: &str| {
            let mut accounts = DayAccounts::default();
            accounts.items.insert((ItemId::item(1), why.to_owned(), true), 5);
            accounts
        };
        let mut book = Book::default();
        for why in ["a", "b", "c"] {
            book.days += 1;
            book.add_accounts(day(why));
        }
        let (charts, _) = book.finish(&ItemRules { items: Vec::new(), newcomer: Vec::new() });
        let values: Vec<&[f64]> = charts[0].lines.iter().map(|line| line.values.as_slice()).collect();
        assert_eq!(values, [[5.0, 0.0, 0.0], [0.0, 5.0, 0.0], [0.0, 0.0, 5.0]]);
    }
}
