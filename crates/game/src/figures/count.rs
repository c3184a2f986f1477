//! Counting, at the end of a tick.

use bevy_ecs::change_detection::DetectChangesMut;
use bevy_ecs::prelude::*;
use bevy_ecs::query::QueryData;
use bevy_ecs::system::SystemParam;

use crate::boss::BossKills;
use crate::energy::Energy;
use crate::figures::activity::Activity;
use crate::figures::meters::FigureMeters;
use crate::figures::model::{Subject, Tally};
use crate::figures::today::{DetailsToday, FiguresToday};
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
    (mut today, mut details, mut archive): (ResMut<FiguresToday>, ResMut<DetailsToday>, ResMut<Archive>),
    mut meters: ResMut<FigureMeters>,
    mut changed: Local<Vec<Entity>>,
) {
    let date = noted.clock.date_number();
    FiguresToday::follow(&mut today.reborrow(), &mut details, &mut archive, date);
    let is_new_day = today.is_changed();
    let day = today.bypass_change_detection();
    let before = (day.last_account, day.counts.clone());
    changed.clear();
    changed.extend_from_slice(touched.entities());
    changed.sort_unstable();
    changed.dedup();
    for entity in &*changed {
        if let Ok(player) = counted.get_mut(*entity) {
            count_player(player, day, &mut details, &noted);
        }
    }
    day.last_account = noted.accounts.last().0;
    noted.count_presence(day, &mut counted, &mut touched);
    noted.count_rest(day, &mut details);
    let is_changed = before != (day.last_account, day.counts.clone());
    if is_changed {
        today.set_changed();
    }
    if details.save(&mut archive) || is_changed || is_new_day {
        meters.tell(&today.counts, details.sums());
    }
}

/// Counts what a player has gained, spent and reached.
fn count_player(mut player: CountedItem, day: &mut FiguresToday, details: &mut DetailsToday, noted: &Noted) {
    if player.inventory.is_changed() {
        for movement in player.inventory.ledger().of_this_tick().filter(|movement| movement.why != OPENING.why) {
            let cause = details.cause(&movement.why);
            for change in &movement.changes {
                details.count_item((cause, &movement.why), change.item, change.change);
            }
            if let Some(points) = movement.points {
                details.count(&Subject::Points(movement.why.to_string()), Tally::of_change(points.change));
            }
        }
    }
    if player.energy.is_changed() {
        day.counts.energy_wasted += player.energy.bypass_change_detection().take_wasted();
    }
    let account = player.stored.account();
    if account.0 > day.last_account {
        if noted.travelled.arrived.contains(&account) {
            day.counts.imported += 1;
        } else {
            day.counts.new += 1;
            player.activity.made_on = day.date;
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
            details.count(&Subject::Level(reached), Tally([1, 0, 0]));
        }
    }
    activity.level = level;
}

impl Noted<'_> {
    /// Counts who came, went and was heard from.
    fn count_presence(&mut self, day: &mut FiguresToday, counted: &mut Query<Counted>, touched: &mut Touched) {
        let news = self.presence.take_news();
        let counts = &mut day.counts;
        counts.sessions += news.arrived;
        counts.sessions_ended += news.left;
        counts.session_seconds += news.stayed_seconds;
        counts.online_most = counts.online_most.max(self.presence.online() as u64);
        let Some(date) = day.date.filter(|_| !news.heard.is_empty()) else {
            return;
        };
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
    fn count_rest(&mut self, day: &mut FiguresToday, details: &mut DetailsToday) {
        if !self.stages.entered.is_empty() || !self.stages.won.is_empty() {
            let StageTally { entered, won } = &mut *self.stages;
            entered.drain(..).for_each(|stage| details.count_stage(stage, Tally([1, 0, 0])));
            won.drain(..).for_each(|stage| details.count_stage(stage, Tally([0, 1, 0])));
        }
        for kill in self.kills.0.drain(..) {
            let tally = Tally([kill.season.into(), u64::try_from(kill.after_seconds).unwrap_or_default(), 0]);
            details.count(&Subject::Boss(kill.boss, kill.at), tally);
        }
        let orders = self.orders.take_tally();
        day.counts.orders += orders.made;
        day.counts.orders_granted += orders.granted;
        day.counts.orders_refused += orders.refused;
        self.travelled.arrived.clear();
        day.counts.deleted += std::mem::take(&mut self.travelled.deleted);
    }
}
