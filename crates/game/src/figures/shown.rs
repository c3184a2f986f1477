//! Days as the function `figures` shows them, from the rows that were read and the day that is being counted.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::figures::days::{DetailedDay, FiguresDay};
use crate::figures::model::{DayCounts, FigureSubject, FlowTally, RETURN_DAYS};
use crate::items::ItemId;
use crate::stages::Mode;
use raidkeep_engine::calendar::date_of;

/// A day.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DayShown {
    /// Its date, `YYYY-MM-DD`.
    date: String,
    /// Players who were active on the day.
    active_day: u64,
    /// Players who were active in its week, from Monday to this day.
    active_week: u64,
    /// Players who were active in its month, from the 1st to this day.
    active_month: u64,
    /// Accounts that were made.
    new: u64,
    /// How many of these were active some days later.
    retained: Retained,
    /// The most players who were online at the same time.
    online_most: u64,
    /// Sessions that began.
    sessions: u64,
    /// Sessions that ended.
    sessions_ended: u64,
    /// How long these lasted, in seconds together.
    session_seconds: u64,
    /// How often stages were entered.
    stages_entered: u64,
    /// How often stages were won.
    stages_won: u64,
    /// How many levels players have reached.
    levels_reached: u64,
    /// How many bosses were killed.
    bosses_killed: u64,
    /// Points of energy that did not come back because the maximum was reached.
    energy_wasted: u64,
    /// Purchases with points that were ordered.
    orders: u64,
    /// Purchases that were paid and granted.
    orders_granted: u64,
    /// Purchases that ended unpaid.
    orders_refused: u64,
    /// Points that players have got.
    points_gained: u64,
    /// Points that players have lost.
    points_spent: u64,
    /// Players who were imported.
    imported: u64,
    /// Players who were deleted.
    deleted: u64,
    /// What is counted apart for each stage, level, item and boss; absent unless asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<DetailsShown>,
}

/// Of the accounts made on a day, how many were active some days later; null while that day has not come.
#[derive(Debug, Serialize, JsonSchema)]
struct Retained {
    /// The next day.
    day_1: Option<u64>,
    /// 3 days later.
    day_3: Option<u64>,
    /// 7 days later.
    day_7: Option<u64>,
    /// 30 days later.
    day_30: Option<u64>,
}

/// What is counted apart for each of many.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct DetailsShown {
    /// The stages that were entered or won.
    stages: Vec<StagePlayed>,
    /// The levels that were reached.
    levels: Vec<LevelReached>,
    /// Where items came from and went to.
    items: Vec<ItemFlow>,
    /// Where points came from and went to.
    points: Vec<PointsFlow>,
    /// The bosses that were killed.
    bosses: Vec<KillShown>,
}

/// A stage.
#[derive(Debug, Serialize, JsonSchema)]
struct StagePlayed {
    /// Its mode.
    mode: Mode,
    /// Its number.
    stage: u32,
    /// How often it was entered.
    entered: u64,
    /// How often it was won.
    won: u64,
}

/// A level.
#[derive(Debug, Serialize, JsonSchema)]
struct LevelReached {
    /// Its number.
    level: u32,
    /// How many players have reached it for the first time.
    players: u64,
}

/// The movements of an item that had the same cause.
#[derive(Debug, Serialize, JsonSchema)]
struct ItemFlow {
    /// Which item.
    item: ItemId,
    /// The cause, as in the ledger.
    why: String,
    /// How much was gained.
    gained: u64,
    /// How much was spent or taken away.
    spent: u64,
    /// In how many movements.
    movements: u64,
}

/// The movements of points that had the same cause.
#[derive(Debug, Serialize, JsonSchema)]
struct PointsFlow {
    /// The cause, as in the ledger.
    why: String,
    /// How many points were gained.
    gained: u64,
    /// How many were spent or taken away.
    spent: u64,
    /// In how many movements.
    movements: u64,
}

/// A boss that was killed.
#[derive(Debug, Serialize, JsonSchema)]
struct KillShown {
    /// Its id.
    boss: String,
    /// The number of the season.
    season: u64,
    /// When it died, unix seconds.
    at: i64,
    /// How many seconds after the midnight that began the season.
    after_seconds: u64,
}

impl DetailsShown {
    fn of(details: BTreeMap<FigureSubject, FlowTally>) -> Self {
        let mut shown = Self::default();
        for (subject, FlowTally([first, second, third])) in details {
            match subject {
                FigureSubject::Stage(mode, stage) => {
                    shown.stages.push(StagePlayed { mode, stage, entered: first, won: second });
                }
                FigureSubject::Level(level) => shown.levels.push(LevelReached { level, players: first }),
                FigureSubject::Item(group, id, why) => {
                    let item = ItemId { group, id };
                    shown.items.push(ItemFlow { item, why, gained: first, spent: second, movements: third });
                }
                FigureSubject::Points(why) => {
                    shown.points.push(PointsFlow { why, gained: first, spent: second, movements: third });
                }
                FigureSubject::Boss(boss, at) => {
                    shown.bosses.push(KillShown { boss, season: first, at, after_seconds: second });
                }
            }
        }
        shown
    }
}

/// Everything that is known of some days, by the number of the date.
#[derive(Debug, Default)]
pub(super) struct KnownDays {
    days: BTreeMap<i32, FiguresDay>,
    details: BTreeMap<i32, BTreeMap<FigureSubject, FlowTally>>,
}

impl KnownDays {
    /// Adds a day, or another part of it.
    pub(super) fn add(&mut self, date: i32, day: &FiguresDay) {
        self.days.entry(date).or_default().add(day);
    }

    /// The same with its details.
    pub(super) fn add_detailed(&mut self, date: i32, detailed: DetailedDay) {
        self.add(date, &detailed.day);
        let details = self.details.entry(date).or_default();
        for (subject, tally) in detailed.details {
            details.entry(subject).or_default().add(tally);
        }
    }

    /// The days from one date to another, of which none is later than `today`. A day of which nothing is known had
    /// nothing to count.
    pub(super) fn show(mut self, (from, to): (i32, i32), today: i32, has_details: bool) -> Vec<DayShown> {
        let dates = from..=to.min(today);
        dates
            .map(|date| {
                let day = self.days.get(&date).cloned().unwrap_or_else(|| self.idle(date));
                let retained = RETURN_DAYS.map(|days| self.returned(date, days, today));
                let details = has_details.then(|| DetailsShown::of(self.details.remove(&date).unwrap_or_default()));
                shown(date, &day, retained, details)
            })
            .collect()
    }

    /// A day without rows: its week and its month go on.
    fn idle(&self, date: i32) -> FiguresDay {
        let before = self.days.range(..date).next_back();
        let counts = before.map_or_else(DayCounts::default, |(before, day)| day.counts.begin_after(*before, date));
        FiguresDay { counts, ..FiguresDay::default() }
    }

    /// How many of those made on a date were active so many days later; `None` while that day has not come.
    fn returned(&self, date: i32, days: i32, today: i32) -> Option<u64> {
        let at = RETURN_DAYS.iter().position(|known| *known == days)?;
        let later = date.checked_add(days).filter(|later| *later <= today)?;
        Some(self.days.get(&later).map_or(0, |day| day.counts.returned[at]))
    }
}

fn shown(
    date: i32,
    FiguresDay { counts, sums }: &FiguresDay,
    [day_1, day_3, day_7, day_30]: [Option<u64>; 4],
    details: Option<DetailsShown>,
) -> DayShown {
    DayShown {
        date: date_of(date).to_string(),
        active_day: counts.active,
        active_week: counts.active_week,
        active_month: counts.active_month,
        new: counts.new,
        retained: Retained { day_1, day_3, day_7, day_30 },
        online_most: counts.online_most,
        sessions: counts.sessions,
        sessions_ended: counts.sessions_ended,
        session_seconds: counts.session_seconds,
        stages_entered: sums.stages_entered,
        stages_won: sums.stages_won,
        levels_reached: sums.levels,
        bosses_killed: sums.bosses,
        energy_wasted: counts.energy_wasted,
        orders: counts.orders,
        orders_granted: counts.orders_granted,
        orders_refused: counts.orders_refused,
        points_gained: sums.points_gained,
        points_spent: sums.points_spent,
        imported: counts.imported,
        deleted: counts.deleted,
        details,
    }
}
