//! Counting, at the end of a tick.

use bevy_ecs::change_detection::DetectChangesMut;
use bevy_ecs::prelude::*;
use bevy_ecs::query::QueryData;
use bevy_ecs::system::SystemParam;

use crate::boss::BossKills;
use crate::energy::Energy;
use crate::figures::activity::Activity;
use crate::figures::meters::FigureMeters;
use crate::figures::model::{DayCounts, FigureSubject, FlowTally};
use crate::figures::today::{CountsToday, DayCounted, DetailsToday, FiguresToday, TodayRow};
use crate::identity::Accounts;
use crate::items::{Inventory, OPENING};
use crate::levels::{Experience, LevelRules};
use crate::orders::OrderBook;
use crate::presence::Presence;
use crate::stages::StageTally;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::players::Players;
use raidkeep_engine::rules::Rules;
use raidkeep_engine::storage::{Archive, Stored, Touched};

/// Who was imported and how many were deleted since that was last counted.
#[derive(Debug, Default, Resource)]
pub(super) struct Travelled {
    pub(super) arrived: Vec<AccountId>,
    pub(super) deleted: u64,
}

/// What is counted of a player who may have changed.
#[derive(QueryData)]
#[query_data(mutable)]
pub(super) struct Counted {
    stored: &'static Stored,
    inventory: Ref<'static, Inventory>,
    energy: &'static mut Energy,
    experience: Ref<'static, Experience>,
    activity: &'static mut Activity,
}

/// What features have noted in this tick.
#[derive(SystemParam)]
pub(super) struct Noted<'w> {
    presence: ResMut<'w, Presence>,
    stages: ResMut<'w, StageTally>,
    kills: ResMut<'w, BossKills>,
    orders: ResMut<'w, OrderBook>,
    travelled: ResMut<'w, Travelled>,
    accounts: Res<'w, Accounts>,
    levels: Res<'w, Rules<LevelRules>>,
    players: Res<'w, Players>,
    clock: Res<'w, Clock>,
}

/// Counts what has happened in this tick, and saves the numbers that have changed.
pub(super) fn count(
    mut counted: Query<Counted>,
    mut noted: Noted,
    mut touched: ResMut<Touched>,
    (mut today, mut counts, mut details): (ResMut<FiguresToday>, ResMut<CountsToday>, ResMut<DetailsToday>),
    mut archive: ResMut<Archive>,
    mut meters: ResMut<FigureMeters>,
    mut changed: Local<Vec<Entity>>,
) {
    let (date, counts) = (noted.clock.date_number(), &mut counts.0);
    let mut day = DayCounted { counts, details: &mut details };
    let is_new_day = FiguresToday::follow(&mut today.reborrow(), day.reborrow(), &mut archive, date);
    let before = day.counts.clone();
    changed.clear();
    changed.extend_from_slice(touched.entities());
    changed.sort_unstable();
    changed.dedup();
    for entity in &*changed {
        if let Ok(player) = counted.get_mut(*entity) {
            count_player(player, &today, &mut day, &noted);
        }
    }
    let last_account = noted.accounts.last().0;
    if today.last_account != last_account {
        today.last_account = last_account;
    }
    noted.count_presence(date, day.counts, &mut counted, &mut touched);
    noted.count_rest(&mut day);
    let is_changed = is_new_day || before != *day.counts;
    if is_changed {
        archive.put(b"", &TodayRow::Counts(day.counts.clone()));
    }
    if day.details.save(&mut archive) || is_changed {
        meters.tell(day.counts, day.details.sums());
    }
}

/// Counts what a player has gained, spent and reached.
fn count_player(mut player: CountedItem, today: &FiguresToday, day: &mut DayCounted<'_>, noted: &Noted) {
    let DayCounted { counts, details } = day;
    if player.inventory.is_changed() {
        for movement in player.inventory.ledger().of_this_tick().filter(|movement| movement.why != OPENING.why) {
            let cause = details.cause(&movement.why);
            for change in &movement.changes {
                details.count_item((cause, &movement.why), change.item, change.change);
            }
            if let Some(points) = movement.points {
                details.count(&FigureSubject::Points(movement.why.to_string()), FlowTally::of_change(points.change));
            }
        }
    }
    if player.energy.is_changed() {
        counts.energy_wasted += player.energy.bypass_change_detection().take_wasted();
    }
    let account = player.stored.account();
    if account.0 > today.last_account {
        if noted.travelled.arrived.contains(&account) {
            counts.imported += 1;
        } else {
            counts.new += 1;
            player.activity.made_on = today.date;
            player.activity.level = noted.levels.standing(player.experience.total).level;
        }
    }
    if player.experience.is_changed() || player.activity.level == 0 {
        count_levels(&mut player.activity, noted.levels.standing(player.experience.total).level, details);
    }
}

/// Counts each level that a player has reached for the first time. What it has when it is first seen was not reached now.
fn count_levels(activity: &mut Mut<Activity>, level: u32, details: &mut DetailsToday) {
    if level <= activity.level {
        return;
    }
    if activity.level > 0 {
        for reached in activity.level + 1..=level {
            details.count(&FigureSubject::Level(reached), FlowTally([1, 0, 0]));
        }
    }
    activity.level = level;
}

impl Noted<'_> {
    /// Counts who came, went and was heard from.
    fn count_presence(
        &mut self,
        date: i32,
        counts: &mut DayCounts,
        counted: &mut Query<Counted>,
        touched: &mut Touched,
    ) {
        let news = self.presence.take_news();
        counts.sessions += news.arrived;
        counts.sessions_ended += news.left;
        counts.session_seconds += news.stayed_seconds;
        counts.online_most = counts.online_most.max(self.presence.online() as u64);
        for account in news.heard {
            // Who was deleted in this tick is no player any more.
            let Some(entity) = self.players.entity(account) else {
                continue;
            };
            if let Ok(mut player) = counted.get_mut(entity)
                && counts.count_active(date, player.activity.bypass_change_detection())
            {
                player.activity.set_changed();
                touched.push(entity);
            }
        }
    }

    /// Counts stages, bosses, orders and travellers.
    fn count_rest(&mut self, DayCounted { counts, details }: &mut DayCounted<'_>) {
        if !self.stages.entered.is_empty() || !self.stages.won.is_empty() {
            let StageTally { entered, won } = &mut *self.stages;
            entered.drain(..).for_each(|stage| details.count_stage(stage, FlowTally([1, 0, 0])));
            won.drain(..).for_each(|stage| details.count_stage(stage, FlowTally([0, 1, 0])));
        }
        for kill in self.kills.0.drain(..) {
            let tally = FlowTally([kill.season.into(), u64::try_from(kill.after_seconds).unwrap_or_default(), 0]);
            details.count(&FigureSubject::Boss(kill.boss, kill.at), tally);
        }
        let orders = self.orders.take_tally();
        counts.orders += orders.made;
        counts.orders_granted += orders.granted;
        counts.orders_refused += orders.refused;
        self.travelled.arrived.clear();
        counts.deleted += std::mem::take(&mut self.travelled.deleted);
    }
}
