//! Seasons: one begins whenever the schedule says, exactly once, even if the server was down at that moment.

use std::collections::BTreeMap;

use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

use crate::boss::model::{BossNumbers, Roster, Season, WorldBoss};
use crate::boss::past::{ArchivedSeason, RewardedRanks, SeasonArchive, SeasonEnding};
use crate::boss::ranking::Ranking;
use crate::boss::rules::{BossRules, Bracket};
use crate::items::Amount;
use crate::mail::{Broadcast, Broadcasts, MailAudience, MailRules};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::due::{Agenda, Occasion};
use raidkeep_engine::events::{Event, Events};
use raidkeep_engine::mend::Mend;
use raidkeep_engine::rules::Rules;
use raidkeep_engine::storage::{Archive, Discarded, EditWorld};

/// The local midnight that ends the season.
const SEASON_ENDS: Occasion = Occasion("season ends");

/// When the season ends, unix seconds; `None` = it does not end. Derived from the season's day.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Resource)]
pub struct SeasonEnd(pub Option<i64>);

impl SeasonEnd {
    /// Seconds until then, -1 if it does not end.
    pub fn seconds_left(self, clock: &Clock) -> i64 {
        self.0.map_or(-1, |ends_at| ends_at - clock.now())
    }
}

/// The event `season_reset`.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct SeasonReset {
    /// The number of the season that has begun.
    season: u32,
    /// Seconds to its end; -1 if it has none.
    mcd: i64,
}

impl Event for SeasonReset {
    const NAME: &'static str = "season_reset";
}

/// Begins a season when the last one is over.
pub fn begin_season(world: &mut World) {
    let today = world.resource::<Clock>().date_number();
    if world.resource::<Season>().is_over(today) {
        close_season(world);
        open_season(world, today);
    }
}

/// A season that began under a clock that was ahead began on the date of the mend, and ends as one of that date.
pub(super) fn mend_season(world: &mut World, mend: &Mend) {
    world.resource_scope(|world, mut season: Mut<Season>| {
        if season.began_on > mend.date {
            season.began_on = mend.date;
            season.follow(&world.resource::<Rules<BossRules>>().season, mend.date);
        }
    });
}

/// Reschedules the season's end under changed rules. If it was over under the old ones, it has already ended.
pub fn follow_schedule(rules: Res<Rules<BossRules>>, clock: Res<Clock>, mut season: ResMut<Season>) {
    let mut followed = season.clone();
    followed.follow(&rules.season, clock.date_number());
    season.set_if_neq(followed);
}

/// Schedules the end of the season.
pub fn expect_end(season: Res<Season>, clock: Res<Clock>, mut end: ResMut<SeasonEnd>, mut agenda: ResMut<Agenda>) {
    agenda.pop(SEASON_ENDS, clock.now());
    let ends_at = season.ends_on.map(|day| clock.midnight_of(day));
    end.set_if_neq(SeasonEnd(ends_at));
    match ends_at {
        Some(ends_at) if agenda.moment(SEASON_ENDS, 0) != Some(ends_at) => agenda.set(SEASON_ENDS, 0, ends_at),
        Some(_) => {}
        None => agenda.cancel(SEASON_ENDS, 0),
    }
}

/// Archives the best of the season that has ended, and sends their rewards.
fn close_season(world: &mut World) {
    let rules = world.resource::<Rules<BossRules>>();
    let last_rewarded = rules.last_rewarded();
    let ranked: Vec<(usize, AccountId, u64)> = world.resource::<Ranking>().best(last_rewarded).collect();
    let rewards: Vec<(AccountId, Vec<Amount>)> =
        ranked.iter().filter_map(|(rank, account, _)| Some((*account, rules.reward(*rank)?.to_vec()))).collect();
    let now = world.resource::<Clock>().now();
    let rewarded = |bracket: &Bracket| RewardedRanks {
        from: bracket.from,
        to: bracket.to,
        items: bracket.items.iter().copied().filter(|amount| amount.quantity > 0).collect(),
    };
    let brackets = rules.season_rewards.iter().map(rewarded).collect();
    let mut mail_number = None;
    if !rewards.is_empty() {
        let mail = &rules.season_mail;
        let (sender, ranked) = (world.resource::<Rules<MailRules>>(), MailAudience::Ranked(rewards));
        let mail = Broadcast::of_system(sender, now, &mail.subject, &mail.body, ranked);
        mail_number = Some(world.resource_mut::<Broadcasts>().announce(mail));
    }
    let number = world.resource::<Season>().number;
    if number > 0 {
        let players = world.resource::<Ranking>().len();
        tracing::info!(
            season = number,
            players,
            rewarded = ranked.len(),
            "a season has ended; its ranking is archived"
        );
        let best = ranked.into_iter().map(|(_, account, damage)| (account, damage)).collect();
        let ending = Some(SeasonEnding { ended_at: now, players, brackets, mail: mail_number });
        world.resource_scope(|world, mut seasons: Mut<SeasonArchive>| {
            world.resource_scope(|world, mut archive: Mut<Archive>| {
                let season = ArchivedSeason { number, best, ending };
                seasons.keep(season, world.resource::<Ranking>(), &mut archive);
            });
        });
    }
    world.resource_mut::<Ranking>().clear();
}

/// Restores every boss of the rules to full life. Those that are no longer in the rules are forgotten.
fn open_season(world: &mut World, today: i32) {
    let roster = world.resource::<Roster>().0.clone();
    for entity in &roster {
        if let Some(mut boss) = world.edit::<WorldBoss>(*entity) {
            boss.left = boss.life;
        }
    }
    let mut bosses = world.query_filtered::<Entity, With<WorldBoss>>();
    let removed: Vec<Entity> = bosses.iter(world).filter(|entity| !roster.contains(entity)).collect();
    removed.into_iter().for_each(|entity| world.resource_mut::<Discarded>().push(entity));
    let ends_on = world.resource::<Rules<BossRules>>().season.next_due(today);
    let mut season = world.resource_mut::<Season>();
    season.number += 1;
    (season.began_on, season.ends_on) = (today, ends_on);
    let number = season.number;
    let clock = world.resource::<Clock>();
    let ends = ends_on.map(|day| clock.local_time(clock.midnight_of(day)));
    let bosses = world.resource::<Roster>().0.len();
    tracing::info!(season = number, bosses, ends, "a season begins; every boss has its full life");
    let mcd = SeasonEnd(ends_on.map(|day| clock.midnight_of(day))).seconds_left(clock);
    if number > 1 {
        world.resource_mut::<Events>().tell_everybody(&SeasonReset { season: number, mcd });
    }
}

/// Applies the rules to the bosses of a running season, found by their ids: new ones come with full life, the others get
/// their new life, and those that are removed leave the roster. They keep what was dealt until the season ends: a boss that
/// comes back dead brings no second gift.
pub fn follow_rules(world: &mut World) {
    let rules = world.resource::<Rules<BossRules>>();
    let wanted: Vec<(String, u64)> = rules.bosses.iter().map(|boss| (boss.id().to_owned(), boss.life_value)).collect();
    let mut numbers = world.resource::<BossNumbers>().clone();
    numbers.learn(wanted.iter().map(|(id, _)| id.as_str()));
    let mut here: BTreeMap<u32, Entity> =
        world.query::<(Entity, &WorldBoss)>().iter(world).map(|(entity, boss)| (boss.number, entity)).collect();
    let mut roster = Vec::with_capacity(wanted.len());
    for (id, life) in wanted {
        let Some(number) = numbers.number(&id) else {
            continue;
        };
        let entity = here.remove(&number).unwrap_or_else(|| world.spawn(WorldBoss::whole(number, life)).id());
        if world.get::<WorldBoss>(entity).is_some_and(|boss| boss.life != life)
            && let Some(mut boss) = world.edit::<WorldBoss>(entity)
        {
            boss.change_life(life);
        }
        roster.push(entity);
    }
    // Only a world of before there were ids has one: it had more bosses than the rules that name them.
    for entity in here.into_iter().filter(|(number, _)| !numbers.has_given(*number)).map(|(_, entity)| entity) {
        world.resource_mut::<Discarded>().push(entity);
    }
    world.resource_mut::<BossNumbers>().set_if_neq(numbers);
    world.resource_mut::<Roster>().set_if_neq(Roster(roster));
}
