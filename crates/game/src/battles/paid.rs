//! How many rewarded battles a player has had today, so that two friendly accounts cannot live on each other.

use std::ops::RangeInclusive;

use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::battles::arena::Arena;
use crate::battles::sides::{Contender, Fighter};
use crate::battles::verdict::{Pair, Seat};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::mend::{Mend, Moments};
use raidkeep_engine::rules::{Place, Report};
use raidkeep_engine::storage::{Arrival, PlayerRow, Unfit};

/// How many battles are rewarded from one local midnight to the next.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RewardedPerDay {
    /// Of one player, whoever the opponents.
    #[schemars(range(min = *PER_DAY.start(), max = *PER_DAY.end()), extend("unit" = "battles"))]
    pub player: u32,
    /// Between the same two players.
    #[schemars(range(min = *PER_DAY.start(), max = *PER_DAY.end()), extend("unit" = "battles"))]
    pub pair: u32,
}

const PER_DAY: RangeInclusive<u32> = 0..=100_000;

impl RewardedPerDay {
    /// Reports limits that an event has made impossible.
    pub(super) fn check_ranges(&self, place: &Place, report: &mut Report) {
        report.check_range(place.clone().key("player"), self.player, &PER_DAY);
        report.check_range(place.clone().key("pair"), self.pair, &PER_DAY);
    }

    pub(super) fn check(&self, place: &Place, report: &mut Report) {
        if self.pair > self.player {
            let message = format!("{} will never be reached: a player has {} at most", self.pair, self.player);
            report.warning(place.clone().key("pair"), message);
        }
    }
}

/// The rewarded battles of a player on one day.
#[derive(Debug, Default, Clone, PartialEq, Eq, Component, Serialize, Deserialize)]
pub struct PaidBattles {
    /// The number of the calendar day.
    day: i32,
    /// In which the player is rewarded.
    count: u32,
    /// With each opponent, those in which either is.
    with: Vec<(AccountId, u32)>,
}

impl PaidBattles {
    /// Whether the player is rewarded in one more battle. A clock that jumped back to an earlier day grants none twice.
    pub fn has_room(&self, limits: RewardedPerDay, today: i32) -> bool {
        today > self.day || self.count < limits.player
    }

    /// Whether another battle with this opponent is rewarded.
    pub fn has_room_with(&self, opponent: AccountId, limits: RewardedPerDay, today: i32) -> bool {
        let known = self.with.iter().find(|(known, _)| *known == opponent);
        let count = known.filter(|_| today <= self.day).map_or(0, |(_, count)| *count);
        count < limits.pair
    }

    /// Counts a battle; `opponent` is the other player, if there is one.
    pub fn note(&mut self, is_rewarded: bool, opponent: Option<AccountId>, today: i32) {
        if today > self.day {
            *self = Self { day: today, ..Self::default() };
        }
        self.count = self.count.saturating_add(is_rewarded.into());
        let Some(opponent) = opponent else {
            return;
        };
        match self.with.iter_mut().find(|(known, _)| *known == opponent) {
            Some((_, count)) => *count = count.saturating_add(1),
            None => self.with.push((opponent, 1)),
        }
    }
}

impl Moments for PaidBattles {
    fn mend(&mut self, mend: &Mend) {
        self.day = mend.begun_day(self.day);
    }
}

impl PlayerRow for PaidBattles {
    const TABLE: &'static str = "paid_battles";

    fn newcomer(_: &World) -> Self {
        Self::default()
    }

    fn is_blank(&self) -> bool {
        *self == Self::default()
    }

    /// In another world the opponents' numbers mean other players.
    fn arrive(&mut self, arrival: Arrival<'_>) -> Result<(), Unfit> {
        if !arrival.is_same_world {
            self.with.clear();
        }
        Ok(())
    }
}

impl Arena<'_, '_> {
    /// Counts the battle among the day's; returns who is rewarded at its end. That is decided now, while both are in
    /// memory.
    pub(super) fn count(&mut self, fighters: &Pair<Fighter>) -> Pair<bool> {
        let (limits, today) = (self.rules.rewarded_per_day, self.clock.day());
        let accounts = Pair::of(|seat| match fighters.get(seat).contender {
            Contender::Player(account) => Some(account),
            Contender::Robot(_) => None,
        });
        let opponent = |seat: Seat| *accounts.get(seat.other());
        let paid = |seat| self.people.get(self.players.entity((*accounts.get(seat))?)?).ok().map(|person| person.paid);
        let has_room_with = |seat| {
            let both = paid(seat).zip(opponent(seat));
            both.is_none_or(|(paid, opponent)| paid.has_room_with(opponent, limits, today))
        };
        let is_open = Seat::BOTH.into_iter().all(has_room_with);
        let rewarded = Pair::of(|seat| is_open && paid(seat).is_some_and(|paid| paid.has_room(limits, today)));
        if rewarded != Pair::default() {
            for seat in Seat::BOTH {
                let player = accounts.get(seat).and_then(|account| self.players.entity(account));
                if let Some(player) = player
                    && let Ok(mut person) = self.people.get_mut(player)
                {
                    person.paid.note(*rewarded.get(seat), *accounts.get(seat.other()), today);
                }
            }
        }
        rewarded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: RewardedPerDay = RewardedPerDay { player: 3, pair: 2 };
    const BOB: AccountId = AccountId(2);

    #[test]
    fn a_day_has_room_for_so_many_with_one_opponent_and_for_so_many_in_all() {
        let mut paid = PaidBattles::default();
        for _ in 0..2 {
            assert!(paid.has_room(LIMITS, 100) && paid.has_room_with(BOB, LIMITS, 100));
            paid.note(true, Some(BOB), 100);
        }
        assert!(!paid.has_room_with(BOB, LIMITS, 100), "two with bob");
        assert!(paid.has_room(LIMITS, 100) && paid.has_room_with(AccountId(3), LIMITS, 100), "with cid there is room");
        paid.note(true, None, 100);
        assert!(!paid.has_room(LIMITS, 100), "three in all, one of them against a fighter");
        assert!(!paid.has_room(LIMITS, 99) && !paid.has_room_with(BOB, LIMITS, 99), "a clock that jumps back");
        assert!(paid.has_room(LIMITS, 101) && paid.has_room_with(BOB, LIMITS, 101), "the next day");
    }

    #[test]
    fn a_battle_in_which_only_the_opponent_is_rewarded_counts_for_the_pair() {
        let mut paid = PaidBattles::default();
        paid.note(false, Some(BOB), 100);
        paid.note(false, Some(BOB), 100);
        assert!(paid.has_room(LIMITS, 100) && !paid.has_room_with(BOB, LIMITS, 100));
    }
}
