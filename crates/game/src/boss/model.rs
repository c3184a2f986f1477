//! Bosses, seasons and records.

use bevy_ecs::prelude::*;
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use crate::boss::ranking::Ranking;
use crate::schedule::Schedule;
use raidkeep_engine::calendar::first_date_of;
use raidkeep_engine::schema::{map_of, schema_by_hand};
use raidkeep_engine::storage::{Arrival, PlayerRow, Unfit, WorldEntity, WorldRow};

/// One boss of the world.
#[derive(Debug, Clone, PartialEq, Eq, Component, Serialize, Deserialize)]
pub struct WorldBoss {
    /// What [`BossNumbers`] gave its id. It says nothing about its place in the roster.
    pub number: u32,
    /// Life points at the start of the season.
    pub life: u64,
    /// Life points left.
    pub left: u64,
}

impl WorldBoss {
    /// A boss with full life.
    pub fn whole(number: u32, life: u64) -> Self {
        Self { number, life, left: life }
    }

    /// Gives it another life in the middle of a season. Damage dealt stays; a boss that is alive stays alive for the blow
    /// that everybody gets a gift for, and a dead boss stays dead.
    pub fn change_life(&mut self, life: u64) {
        let dealt = self.life.saturating_sub(self.left);
        if self.is_alive() {
            self.left = life.saturating_sub(dealt).max(1);
        }
        self.life = life;
    }

    /// Takes damage; returns the surplus beyond its life.
    pub fn hit(&mut self, damage: u64) -> u64 {
        let surplus = damage.saturating_sub(self.left);
        self.left = self.left.saturating_sub(damage);
        surplus
    }

    /// Whether it has life left.
    pub fn is_alive(&self) -> bool {
        self.left > 0
    }

    /// Hundredths of its life: never 0 while it lives, never 100 when it has been hit.
    pub fn hundredths(&self) -> u8 {
        if self.left >= self.life {
            return 100;
        }
        let share = u128::from(self.left) * 100 / u128::from(self.life.max(1));
        u8::try_from(share).unwrap_or(99).max(u8::from(self.is_alive()))
    }
}

impl WorldEntity for WorldBoss {
    const TABLE: &'static str = "world_bosses";

    fn key(&self) -> u64 {
        self.number.into()
    }
}

/// The numbers that the ids of bosses have in rows. An id keeps its number for good, also while its boss is not in the
/// rules.
///
/// A world of before there were ids numbered its bosses by place. Its first ids get the same numbers in the same order,
/// which takes its rows over.
#[derive(Debug, Default, Clone, PartialEq, Eq, Resource, Serialize, Deserialize)]
pub struct BossNumbers(Vec<String>);

impl BossNumbers {
    /// The number of an id; `None` if it never had one.
    pub fn number(&self, id: &str) -> Option<u32> {
        self.0.iter().position(|known| known == id).and_then(|number| u32::try_from(number).ok())
    }

    /// The id that has a number; `None` if none has.
    pub fn id(&self, number: u32) -> Option<&str> {
        self.0.get(usize::try_from(number).ok()?).map(String::as_str)
    }

    /// Numbers the ids that have no number yet, in their order.
    pub fn learn<'a>(&mut self, ids: impl Iterator<Item = &'a str>) {
        for id in ids {
            if !self.0.iter().any(|known| known == id) {
                self.0.push(id.to_owned());
            }
        }
    }

    /// Whether any id has the number.
    pub fn has_given(&self, number: u32) -> bool {
        usize::try_from(number).is_ok_and(|number| number < self.0.len())
    }
}

impl WorldRow for BossNumbers {
    const TABLE: &'static str = "boss_numbers";
}

/// The effect of a blow on the bosses.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Blow {
    /// Damage that bosses took.
    pub dealt: u64,
    /// Damage that was lost, because no boss was left or it was not carried over.
    pub dropped: u64,
    /// The places of the bosses that died, from 0.
    pub killed: Vec<usize>,
}

/// Hits the first boss alive; damage beyond its life carries over to the next if `carries_over`.
pub fn strike<'a>(bosses: impl Iterator<Item = &'a mut WorldBoss>, damage: u64, carries_over: bool) -> Blow {
    let mut blow = Blow { dropped: damage, ..Blow::default() };
    for (place, boss) in bosses.enumerate().filter(|(_, boss)| boss.is_alive()) {
        let surplus = boss.hit(blow.dropped);
        blow.dealt += blow.dropped - surplus;
        blow.dropped = surplus;
        if !boss.is_alive() {
            blow.killed.push(place);
        }
        if surplus == 0 || !carries_over {
            break;
        }
    }
    blow
}

/// The entities of the bosses that are fought, in the order of the rules. Others wait for the end of the season, in case
/// their bosses come back.
#[derive(Debug, Default, PartialEq, Eq, Resource)]
pub struct Roster(pub Vec<Entity>);

/// The season of the bosses.
#[derive(Debug, Default, Clone, PartialEq, Eq, Resource, Serialize, Deserialize)]
pub struct Season {
    /// Numbers the seasons from 1; 0 before the first.
    pub number: u32,
    /// The number of the day on which it began.
    pub began_on: i32,
    /// The number of the day that ends it; `None` = it does not end.
    pub ends_on: Option<i32>,
    /// Numbers the records of all seasons, so that the earlier of two equal ones is known.
    pub records: u64,
}

impl Season {
    /// Whether the next season begins on this day. A clock that jumped back begins none.
    pub fn is_over(&self, today: i32) -> bool {
        self.number == 0 || self.ends_on.is_some_and(|ends_on| ends_on <= today)
    }

    /// Applies a schedule that may have changed. Its dates before this day no longer count.
    pub fn follow(&mut self, schedule: &Schedule, today: i32) {
        self.ends_on = schedule.next_due(today.max(self.began_on));
    }
}

impl WorldRow for Season {
    const TABLE: &'static str = "season";
    const VERSION: u16 = 2;

    fn upgrade(version: u16, bytes: &[u8]) -> Option<Self> {
        // Before there were schedules, a season lasted for a calendar month.
        let (number, month, records): (u32, i32, u64) = postcard::from_bytes(bytes).ok().filter(|_| version == 1)?;
        let began_on = first_date_of(month);
        Some(Self { number, began_on, ends_on: Schedule::Monthly.next_due(began_on), records })
    }
}

/// A player's best damage in one season.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Component, Serialize, Deserialize)]
pub struct BossRecord {
    season: u32,
    best: u64,
    /// The sequence number of the record; of two equal damages the earlier ranks higher.
    reached: u64,
}

impl BossRecord {
    /// The season it belongs to.
    pub fn season(&self) -> u32 {
        self.season
    }

    /// The best damage in `season`.
    pub fn best(&self, season: u32) -> u64 {
        if self.season == season { self.best } else { 0 }
    }

    /// The best damage and its sequence number; `None` when there is none in `season`.
    pub fn standing(&self, season: u32) -> Option<(u64, u64)> {
        (self.season == season && self.best > 0).then_some((self.best, self.reached))
    }

    /// Records a damage; returns whether it strictly beats the previous best.
    pub fn note(&mut self, damage: u64, season: u32, reached: u64) -> bool {
        let is_record = damage > self.best(season);
        if is_record {
            *self = Self { season, best: damage, reached };
        }
        is_record
    }
}

impl PlayerRow for BossRecord {
    const TABLE: &'static str = "boss_records";

    fn newcomer(_: &World) -> Self {
        Self::default()
    }

    fn is_blank(&self) -> bool {
        *self == Self::default()
    }

    /// A record counts only in the world whose bosses were struck, and no two records may have the same number.
    fn arrive(&mut self, arrival: Arrival<'_>) -> Result<(), Unfit> {
        let season = arrival.world.resource::<Season>();
        if !arrival.is_same_world {
            *self = Self::default();
        } else if self.season > season.number {
            return Err(Unfit::at("season", format!("expected at most {}, the present one", season.number)));
        } else if let Some((_, reached)) = self.standing(season.number)
            && (reached > season.records || arrival.world.resource::<Ranking>().has_reached(reached, arrival.replaced))
        {
            return Err(Unfit::at("reached", "is not the number of this record"));
        }
        Ok(())
    }
}

/// The life of all bosses as clients see it: `{"boss0":"0.00","boss1":"1.00"}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ratios {
    /// "boss" in legacy replies, nothing in the new ones.
    pub prefix: &'static str,
    /// In the order of the roster.
    pub hundredths: Vec<u8>,
}

schema_by_hand!(Ratios, "Ratios", |generator| map_of::<String>(
    "The life of each boss, from \"0.00\" to \"1.00\".",
    generator
));

impl Serialize for Ratios {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.hundredths.len()))?;
        // Clients ask for these all the time, and `format!` would dominate the cost.
        let mut name = self.prefix.to_owned();
        for (number, hundredths) in self.hundredths.iter().enumerate() {
            name.truncate(self.prefix.len());
            name.push_str(itoa::Buffer::new().format(number));
            let [ones, tenths, rest] =
                [hundredths / 100, hundredths / 10 % 10, hundredths % 10].map(|digit| digit + b'0');
            map.serialize_entry(&name, std::str::from_utf8(&[ones, b'.', tenths, rest]).unwrap_or_default())?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn roster(lives: &[u64]) -> Vec<WorldBoss> {
        (0..).zip(lives).map(|(number, life)| WorldBoss::whole(number, *life)).collect()
    }

    #[test]
    fn the_documented_blows() {
        let mut bosses = roster(&[10_000, 100_000, 1_000_000]);
        let blow = strike(bosses.iter_mut(), 110_000, true);
        assert_eq!((blow.dealt, blow.dropped, blow.killed), (110_000, 0, vec![0, 1]), "surplus goes on to the next");
        let mut bosses = roster(&[10_000, 100_000, 1_000_000]);
        let blow = strike(bosses.iter_mut(), 100_000, false);
        assert_eq!((blow.dealt, blow.dropped, blow.killed), (10_000, 90_000, vec![0]), "surplus is dropped");
        assert!(bosses[1].left == 100_000);
    }

    #[test]
    fn a_living_boss_never_shows_nothing_and_a_hurt_one_never_shows_all() {
        let boss = |left| WorldBoss { number: 0, life: 1_000_000, left }.hundredths();
        assert_eq!((boss(0), boss(1), boss(9_999), boss(10_000)), (0, 1, 1, 1));
        assert_eq!((boss(999_999), boss(1_000_000)), (99, 100));
        let ratios = Ratios { prefix: "boss", hundredths: vec![0, 7, 100] };
        let json = serde_json::to_string(&ratios).expect("plain data");
        assert_eq!(json, r#"{"boss0":"0.00","boss1":"0.07","boss2":"1.00"}"#);
    }

    #[test]
    fn another_life_leaves_what_was_dealt_and_kills_and_wakes_nobody() {
        let changed = |left, life| {
            let mut boss = WorldBoss { number: 0, life: 100, left };
            boss.change_life(life);
            (boss.life, boss.left)
        };
        assert_eq!(changed(70, 200), (200, 170));
        assert_eq!(changed(70, 50), (50, 20));
        assert_eq!(changed(70, 20), (20, 1), "30 were dealt, but nobody has struck the last blow");
        assert_eq!(changed(0, 200), (200, 0));
    }

    #[test]
    fn an_id_keeps_its_number_wherever_it_stands_and_the_first_ones_are_numbered_by_place() {
        let mut numbers = BossNumbers::default();
        numbers.learn(["slime", "wolf", "dragon"].into_iter());
        numbers.learn(["new", "dragon", "slime"].into_iter());
        let of = |id| numbers.number(id);
        assert_eq!(["slime", "wolf", "dragon", "new"].map(of), [Some(0), Some(1), Some(2), Some(3)]);
        assert_eq!((of("stranger"), numbers.has_given(3), numbers.has_given(4)), (None, true, false));
    }

    #[test]
    fn only_what_is_strictly_above_is_a_record_and_a_new_season_forgets() {
        let mut record = BossRecord::default();
        assert!(record.note(500, 1, 10));
        assert!(!record.note(500, 1, 11), "equal is no record");
        assert_eq!(record.standing(1), Some((500, 10)), "the first time counts");
        assert_eq!(record.best(2), 0);
        assert!(record.note(1, 2, 12));
    }

    #[test]
    fn a_season_from_before_schedules_ends_with_its_month() {
        let march = 2026 * 12 + 2;
        let row = postcard::to_stdvec(&(4_u32, march, 90_u64)).expect("plain data");
        let season = Season::upgrade(1, &row).expect("version 1 can be upgraded");
        assert_eq!((season.number, season.records), (4, 90));
        let first_of_april = first_date_of(march + 1);
        assert!(!season.is_over(first_of_april - 1) && season.is_over(first_of_april));
    }

    #[test]
    fn a_season_that_gets_another_schedule_ends_by_it_from_then_on() {
        let mut season = Season { number: 1, began_on: 100, ends_on: Some(131), records: 0 };
        season.follow(&Schedule::Daily, 110);
        assert_eq!(season.ends_on, Some(111), "the days before do not count");
        season.follow(&Schedule::Daily, 90);
        assert_eq!(season.ends_on, Some(101), "and none ends before it has begun");
        season.follow(&Schedule::Dates(Vec::new()), 110);
        assert!(!season.is_over(i32::MAX), "without another date the season stays");
    }

    proptest! {
        #[test]
        fn what_bosses_lose_is_what_was_dealt_and_nothing_is_below_zero(
            lives in proptest::collection::vec(1_u64..1000, 1..8),
            blows in proptest::collection::vec((0_u64..2000, any::<bool>()), 0..40),
        ) {
            let mut bosses = roster(&lives);
            let mut dealt = 0;
            for (damage, carries_over) in blows {
                let blow = strike(bosses.iter_mut(), damage, carries_over);
                prop_assert_eq!(blow.dealt + blow.dropped, damage);
                dealt += blow.dealt;
            }
            let left: u64 = bosses.iter().map(|boss| boss.left).sum();
            prop_assert_eq!(lives.iter().sum::<u64>() - left, dealt);
        }
    }
}
