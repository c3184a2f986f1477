//! Striking: how a blow changes bosses, records, the ranking and everybody's mail.

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;
use schemars::JsonSchema;
use serde::Serialize;

use crate::boss::model::{BossRecord, Ratios, Roster, Season, WorldBoss, strike};
use crate::boss::ranking::{Ranking, Score};
use crate::boss::rules::BossRules;
use crate::identity::Accounts;
use crate::mail::{Broadcast, Broadcasts, MailAudience, MailRules};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::events::{Event, Events};
use raidkeep_engine::request::Player;
use raidkeep_engine::rules::Rules;
use raidkeep_engine::storage::Edit;

/// A boss that was killed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BossKill {
    /// Its id.
    pub boss: String,
    /// The number of the season.
    pub season: u32,
    /// When it died, unix seconds.
    pub at: i64,
    /// How many seconds after the midnight that began the season.
    pub after_seconds: i64,
}

/// The bosses that were killed since they were last taken, for whoever counts them.
#[derive(Debug, Default, Resource)]
pub struct BossKills(pub Vec<BossKill>);

/// Everything a blow needs.
#[derive(SystemParam)]
pub struct BossField<'w, 's> {
    roster: Res<'w, Roster>,
    bosses: Edit<'w, 's, &'static mut WorldBoss>,
    records: Query<'w, 's, &'static mut BossRecord>,
    season: ResMut<'w, Season>,
    ranking: ResMut<'w, Ranking>,
    kills: ResMut<'w, BossKills>,
    broadcasts: ResMut<'w, Broadcasts>,
    accounts: Res<'w, Accounts>,
    events: ResMut<'w, Events>,
    clock: Res<'w, Clock>,
    mail_rules: Res<'w, Rules<MailRules>>,
    /// The rules of battles.
    pub rules: Res<'w, Rules<BossRules>>,
}

/// The result of a blow for the player.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Struck {
    /// Whether it strictly beats the player's previous best.
    pub is_record: bool,
    /// The player's best, including this blow.
    pub best: u64,
}

/// The event `boss_died`.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct BossDied {
    /// Its place in the roster, from 0.
    boss: usize,
    /// Its name.
    name: String,
}

impl Event for BossDied {
    const NAME: &'static str = "boss_died";
}

impl BossField<'_, '_> {
    /// Whether any boss is alive.
    pub fn anybody_alive(&self) -> bool {
        self.bosses.iter().any(WorldBoss::is_alive)
    }

    /// Strikes for a player.
    pub fn strike(&mut self, player: Player, damage: u64, carries_over: bool) -> Struck {
        let found = self.roster.0.iter().filter_map(|entity| Some((*entity, self.bosses.get(*entity).ok()?)));
        let mut bosses: Vec<_> = found.map(|(entity, boss)| (entity, boss.left, boss.clone())).collect();
        let blow = strike(bosses.iter_mut().map(|(.., boss)| boss), damage, carries_over);
        for (entity, _, hit) in bosses.into_iter().filter(|(_, before, boss)| boss.left != *before) {
            if let Ok(mut boss) = self.bosses.get_mut(entity) {
                *boss = hit;
            }
        }
        for place in blow.killed {
            self.mourn(place);
        }
        self.note_record(player, damage)
    }

    /// Announces a death to everybody, and queues the gift for all accounts that exist now.
    fn mourn(&mut self, place: usize) {
        let Some(boss) = self.rules.bosses.get(place) else {
            return;
        };
        let (now, season) = (self.clock.now(), &*self.season);
        let after_seconds = now - self.clock.midnight_of(season.began_on);
        let kill = BossKill { boss: boss.id().to_owned(), season: season.number, at: now, after_seconds };
        self.kills.0.push(kill);
        let (gift, deliver_at) = (&boss.gift, now + boss.gift.delay_hours * 3600);
        let there_now = MailAudience::UpTo(self.accounts.last());
        let mail = Broadcast::of_system(&self.mail_rules, deliver_at, &gift.subject, &gift.body, there_now);
        self.broadcasts.announce(Broadcast { items: gift.items.clone(), ..mail });
        self.events.tell_everybody(&BossDied { boss: place, name: boss.name.clone() });
    }

    fn note_record(&mut self, player: Player, damage: u64) -> Struck {
        let season = self.season.number;
        let Ok(mut record) = self.records.get_mut(player.entity) else {
            return Struck { is_record: false, best: 0 };
        };
        let is_record = damage > record.best(season);
        if is_record {
            self.season.records += 1;
            record.note(damage, season, self.season.records);
            self.ranking.set(player.account, Score { damage, reached: self.season.records });
        }
        Struck { is_record, best: record.best(season) }
    }

    /// The player's best damage of this season.
    pub fn best(&self, player: Entity) -> u64 {
        self.records.get(player).map_or(0, |record| record.best(self.season.number))
    }

    /// The life of each boss, with keys that start with `prefix`.
    pub fn ratios(&self, prefix: &'static str) -> Ratios {
        let bosses = self.roster.0.iter().filter_map(|entity| self.bosses.get(*entity).ok());
        Ratios { prefix, hundredths: bosses.map(WorldBoss::hundredths).collect() }
    }
}
