//! The counts of a day, and how they change.

use serde::{Deserialize, Serialize};

use crate::figures::activity::Activity;
use crate::stages::Mode;
use raidkeep_engine::calendar::{date_of, week_of};

/// After how many days it is counted who comes back.
pub(super) const RETURN_DAYS: [i32; 4] = [1, 3, 7, 30];

/// The counts of a day that are one number each.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayCounts {
    /// Players who were active on the day.
    pub active: u64,
    /// Players who were active in its week, from Monday to this day.
    pub active_week: u64,
    /// Players who were active in its month, from the 1st to this day.
    pub active_month: u64,
    /// Accounts that were made.
    pub new: u64,
    /// Of the active players, how many were made 1, 3, 7 and 30 days before.
    pub returned: [u64; 4],
    /// The most players who were online at the same time.
    pub online_most: u64,
    /// Sessions that began.
    pub sessions: u64,
    /// Sessions that ended.
    pub sessions_ended: u64,
    /// How long these lasted, in seconds together.
    pub session_seconds: u64,
    /// Points of energy that did not come back because the maximum was reached.
    pub energy_wasted: u64,
    /// Purchases with points that were ordered.
    pub orders: u64,
    /// Purchases that were paid and granted.
    pub orders_granted: u64,
    /// Purchases that ended unpaid.
    pub orders_refused: u64,
    /// Players who were imported.
    pub imported: u64,
    /// Players who were deleted.
    pub deleted: u64,
}

impl DayCounts {
    /// What a day begins with that follows another one: the active players of a week or month that goes on.
    pub fn begin_after(&self, before: i32, date: i32) -> Self {
        let goes_on = |is_same: bool, count: u64| if is_same { count } else { 0 };
        Self {
            active_week: goes_on(week_of(before) == week_of(date), self.active_week),
            active_month: goes_on(is_same_month(before, date), self.active_month),
            ..Self::default()
        }
    }

    /// Counts a player who is active on this date, once.
    pub fn count_active(&mut self, date: i32, activity: &mut Activity) -> bool {
        let before = activity.active_on;
        // A clock that was set back brings no date twice.
        if before.is_some_and(|before| before >= date) {
            return false;
        }
        activity.active_on = Some(date);
        self.active += 1;
        self.active_week += u64::from(before.is_none_or(|before| week_of(before) != week_of(date)));
        self.active_month += u64::from(before.is_none_or(|before| !is_same_month(before, date)));
        if let Some(made_on) = activity.made_on {
            for (returned, days) in self.returned.iter_mut().zip(RETURN_DAYS) {
                *returned += u64::from(date - made_on == days);
            }
        }
        true
    }

    /// Adds another part of the same day: a clock that was set back begins its date anew.
    pub fn add(&mut self, part: &Self) {
        self.active += part.active;
        self.active_week = self.active_week.max(part.active_week);
        self.active_month = self.active_month.max(part.active_month);
        self.new += part.new;
        self.returned.iter_mut().zip(part.returned).for_each(|(returned, more)| *returned += more);
        self.online_most = self.online_most.max(part.online_most);
        self.sessions += part.sessions;
        self.sessions_ended += part.sessions_ended;
        self.session_seconds += part.session_seconds;
        self.energy_wasted += part.energy_wasted;
        self.orders += part.orders;
        self.orders_granted += part.orders_granted;
        self.orders_refused += part.orders_refused;
        self.imported += part.imported;
        self.deleted += part.deleted;
    }
}

fn is_same_month(date: i32, other: i32) -> bool {
    let (date, other) = (date_of(date), date_of(other));
    (date.year(), date.month()) == (other.year(), other.month())
}

/// What is counted apart for each of many: a stage, a level, an item and a cause.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum FigureSubject {
    /// A stage, by its mode and number: how often it was entered, and won.
    Stage(Mode, u32),
    /// A level: how many players have reached it, whatever they had before.
    Level(u32),
    /// An item, by group and number, with a cause of the ledger: how much was gained, how much was spent, and in how many
    /// movements.
    Item(u8, u32, String),
    /// Points with a cause of the ledger: the same.
    Points(String),
    /// A boss that was killed, by its id, with the moment in unix seconds: the number of the season, and how many seconds
    /// after the midnight that began it.
    Boss(String, i64),
}

/// The numbers of a [`FigureSubject`], in the order in which it names them.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowTally(pub [u64; 3]);

impl FlowTally {
    /// A movement of items or points.
    pub fn of_change(change: i64) -> Self {
        let gained = u64::try_from(change).unwrap_or_default();
        let spent = if change < 0 { change.unsigned_abs() } else { 0 };
        Self([gained, spent, 1])
    }

    /// Adds another one. Sums saturate: a single movement may have the largest number there is.
    pub fn add(&mut self, more: Self) {
        for (number, more) in self.0.iter_mut().zip(more.0) {
            *number = number.saturating_add(more);
        }
    }
}

/// The sums of a day's details.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaySums {
    /// How often stages were entered.
    pub stages_entered: u64,
    /// How often stages were won.
    pub stages_won: u64,
    /// How many levels players have reached.
    pub levels: u64,
    /// How many bosses were killed.
    pub bosses: u64,
    /// Points that players have got.
    pub points_gained: u64,
    /// Points that players have lost, most of them for purchases.
    pub points_spent: u64,
}

impl DaySums {
    /// Adds what was counted of a subject.
    pub fn count(&mut self, subject: &FigureSubject, FlowTally([first, second, _]): FlowTally) {
        match subject {
            FigureSubject::Stage(..) => {
                self.stages_entered += first;
                self.stages_won += second;
            }
            FigureSubject::Level(_) => self.levels += first,
            FigureSubject::Boss(..) => self.bosses += 1,
            FigureSubject::Points(_) => {
                self.points_gained = self.points_gained.saturating_add(first);
                self.points_spent = self.points_spent.saturating_add(second);
            }
            FigureSubject::Item(..) => {}
        }
    }

    /// Adds those of another part of the same day.
    pub fn add(&mut self, part: &Self) {
        self.stages_entered += part.stages_entered;
        self.stages_won += part.stages_won;
        self.levels += part.levels;
        self.bosses += part.bosses;
        self.points_gained = self.points_gained.saturating_add(part.points_gained);
        self.points_spent = self.points_spent.saturating_add(part.points_spent);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-03-10, a Tuesday.
    const TUESDAY: i32 = 20_522;

    #[test]
    fn a_player_is_active_once_a_day_a_week_and_a_month() {
        let mut activity = Activity::default();
        let mut counted = DayCounts::default();
        assert!(counted.count_active(TUESDAY, &mut activity) && !counted.count_active(TUESDAY, &mut activity));
        assert_eq!((counted.active, counted.active_week, counted.active_month), (1, 1, 1));
        let wednesday = counted.begin_after(TUESDAY, TUESDAY + 1);
        assert_eq!((wednesday.active, wednesday.active_week, wednesday.active_month), (0, 1, 1), "both go on");
        let mut wednesday = wednesday;
        wednesday.count_active(TUESDAY + 1, &mut activity);
        assert_eq!(
            (wednesday.active, wednesday.active_week, wednesday.active_month),
            (1, 1, 1),
            "it is the same player"
        );
        let mut monday = wednesday.begin_after(TUESDAY + 1, TUESDAY + 6);
        monday.count_active(TUESDAY + 6, &mut activity);
        assert_eq!((monday.active_week, monday.active_month), (1, 1), "a week begins on Monday");
        let mut april = monday.begin_after(TUESDAY + 6, TUESDAY + 22);
        april.count_active(TUESDAY + 22, &mut activity);
        assert_eq!((april.active_week, april.active_month), (1, 1), "on the 1st a month begins");
        assert!(!april.count_active(TUESDAY, &mut activity), "a clock that was set back counts nobody again");
    }

    #[test]
    fn a_player_has_returned_on_the_days_that_are_told_and_on_no_others() {
        let mut activity = Activity { made_on: Some(TUESDAY), ..Activity::default() };
        let mut returned = [0; 4];
        for date in TUESDAY..TUESDAY + 60 {
            let mut counts = DayCounts::default();
            counts.count_active(date, &mut activity);
            let at = RETURN_DAYS.iter().position(|days| date == TUESDAY + days);
            let expected = std::array::from_fn(|index| u64::from(at == Some(index)));
            assert_eq!(counts.returned, expected, "{} days later", date - TUESDAY);
            returned.iter_mut().zip(counts.returned).for_each(|(returned, more)| *returned += more);
        }
        assert_eq!(returned, [1; 4]);
    }

    #[test]
    fn the_largest_movements_add_up_without_an_overflow() {
        let mut tally = FlowTally::of_change(i64::MIN);
        (0..3).for_each(|_| tally.add(FlowTally::of_change(i64::MIN)));
        tally.add(FlowTally::of_change(5));
        assert_eq!(tally, FlowTally([5, u64::MAX, 5]));
    }
}
