//! Daily tickets (docs/contract/energy-and-tickets.md#tickets).
//!
//! A ticket kind is a key of `limits`. All kinds reset at local midnight. Nothing is written at that moment: a count
//! from an earlier day simply stands for a full one.

mod changes;
mod check;
mod shown;
mod trades;

pub use shown::{Limits, NextReset};
pub use trades::trades;

use std::ops::RangeInclusive;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::identifiers;
use crate::items::{Amount, Inventory, ItemId, ItemRules};
use crate::timed_events::check_changes;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::due::{Agenda, Occasion};
use raidkeep_engine::events::{Event, EventApp, Events};
use raidkeep_engine::mend::{Mend, MendApp, Moments};
use raidkeep_engine::rules::{GivenName, Naming, Place, Report, RulesApp, SingleFile, Tables};
use raidkeep_engine::schedule::{Tick, TickSystems};
use raidkeep_engine::storage::{Arrival, PlayerRow, StorageApp, Unfit};
use raidkeep_engine::verify::{Inspection, VerifyApp};

/// What a player has used of each ticket kind on one day. Below zero: more were bought than used.
#[derive(Debug, Default, Clone, PartialEq, Eq, Component, Serialize, Deserialize)]
pub struct Tickets {
    day: i32,
    used: Vec<(u16, i32)>,
}

impl Tickets {
    /// How many are left of a kind on `today`. A clock set back to an earlier day grants nothing again.
    pub fn left(&self, kind: &TicketKind, is_vip: bool, today: i32) -> u32 {
        let daily = i64::from(kind.daily_of(is_vip));
        let used = if today > self.day { 0 } else { self.used_of(kind.key) };
        u32::try_from(daily - i64::from(used)).unwrap_or(0)
    }

    fn used_of(&self, key: u16) -> i32 {
        self.used.iter().find(|(known, _)| *known == key).map_or(0, |(_, used)| *used)
    }

    /// Uses one ticket; returns false when none is left.
    pub fn take(&mut self, kind: &TicketKind, is_vip: bool, today: i32) -> bool {
        let has_one = self.left(kind, is_vip, today) > 0;
        if has_one {
            self.use_up(kind.key, 1, today);
        }
        has_one
    }

    /// Adds tickets of a kind to those of today.
    pub fn give(&mut self, kind: &TicketKind, count: u32, today: i32) {
        self.use_up(kind.key, -i32::try_from(count).unwrap_or(i32::MAX), today);
    }

    /// Uses this many at once, or none if there are fewer.
    pub fn take_all(&mut self, kind: &TicketKind, count: u32, is_vip: bool, today: i32) -> bool {
        let has_them = self.left(kind, is_vip, today) >= count;
        if has_them {
            self.use_up(kind.key, i32::try_from(count).unwrap_or(i32::MAX), today);
        }
        has_them
    }

    /// Adds a bought ticket, and uses up one of the day's allowed purchases.
    pub fn add_bought(&mut self, ticket: u16, allowance: u16, today: i32) {
        self.use_up(ticket, -1, today);
        self.use_up(allowance, 1, today);
    }

    fn use_up(&mut self, key: u16, count: i32, today: i32) {
        if today > self.day {
            *self = Self { day: today, used: Vec::new() };
        }
        match self.used.iter_mut().find(|(known, _)| *known == key) {
            Some((_, used)) => *used = used.saturating_add(count),
            None => self.used.push((key, count)),
        }
    }
}

impl Moments for Tickets {
    fn mend(&mut self, mend: &Mend) {
        self.day = mend.begun_day(self.day);
    }
}

impl PlayerRow for Tickets {
    const TABLE: &'static str = "tickets";
    const VERSION: u16 = 2;

    fn newcomer(world: &World) -> Self {
        Self { day: world.resource::<Clock>().day(), used: Vec::new() }
    }

    fn arrive(&mut self, _: Arrival<'_>) -> Result<(), Unfit> {
        let is_repeated = |at: &usize| self.used[..*at].iter().any(|(earlier, _)| *earlier == self.used[*at].0);
        match (0..self.used.len()).find(is_repeated) {
            Some(at) => Err(Unfit::at(format!("used[{at}]"), "is counted already, expected each kind once")),
            None => Ok(()),
        }
    }

    fn upgrade(version: u16, bytes: &[u8]) -> Option<Self> {
        /// Before tickets could be bought, counts were never below zero.
        #[derive(Deserialize)]
        struct Version1 {
            day: i32,
            used: Vec<(u16, u32)>,
        }
        let before: Version1 = postcard::from_bytes(bytes).ok().filter(|_| version == 1)?;
        let used = before.used.into_iter().map(|(key, used)| (key, i32::try_from(used).unwrap_or(i32::MAX)));
        Some(Self { day: before.day, used: used.collect() })
    }
}

/// Points of the payment platform that something may cost.
pub const POINTS: RangeInclusive<u32> = 1..=1_000_000_000;

/// Kinds of tickets, by their key.
pub const TICKET: Naming = Naming { what: "ticket kind", given_in: "the kinds in tickets.ron" };

/// `tickets.ron`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketRules {
    /// Every kind, in the order `limits` shows them.
    pub kinds: Vec<TicketKind>,
    /// Which tickets can be bought.
    pub purchases: Vec<Purchase>,
    /// A player who owns one of these counts as VIP 1 or above.
    pub vip_items: Vec<ItemId>,
}

/// One kind of ticket.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketKind {
    /// The key in `limits`; not an item number.
    #[schemars(range(min = 0, max = 65_535), extend("unit" = "key"))]
    pub key: u16,
    /// The name of its constant in clients, in lowercase letters, digits and `_`; absent = `ticket_KEY`.
    #[serde(default)]
    pub identifier: Option<String>,
    /// For people.
    pub name: String,
    /// How many a player has each day.
    #[schemars(range(min = 0, max = 1_000_000_000), extend("unit" = "tickets"))]
    pub daily: u32,
    /// How many a VIP player has each day; absent = the same.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1_000_000_000), extend("unit" = "tickets"))]
    pub daily_vip: Option<u32>,
}

impl TicketKind {
    /// Whether anybody gets one each day.
    fn is_given(&self) -> bool {
        self.daily > 0 || self.daily_vip.is_some_and(|daily| daily > 0)
    }

    fn daily_of(&self, is_vip: bool) -> u32 {
        self.daily_vip.filter(|_| is_vip).unwrap_or(self.daily)
    }
}

/// How a kind of ticket is bought.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Purchase {
    /// As the client names it.
    pub mode: PurchaseMode,
    /// The kind that is bought.
    #[schemars(range(min = 0, max = 65_535), extend("unit" = "ticket kind"))]
    pub ticket: u16,
    /// The kind that counts how many may still be bought today.
    #[schemars(range(min = 0, max = 65_535), extend("unit" = "ticket kind"))]
    pub allowance: u16,
    /// What one costs.
    pub price: Vec<Amount>,
    /// What one costs in points of the payment platform; absent = not sold for points.
    #[serde(default)]
    #[schemars(range(min = *POINTS.start(), max = *POINTS.end()), extend("unit" = "MCRMB points"))]
    pub price_points: Option<u32>,
}

/// The modes whose tickets can be bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PurchaseMode {
    /// Coin challenge.
    Coin,
    /// Exp challenge.
    Exp,
}

impl TicketRules {
    /// The kind with that key.
    pub fn kind(&self, key: u16) -> Option<&TicketKind> {
        self.kinds.iter().find(|kind| kind.key == key)
    }

    /// How tickets of a mode are bought.
    pub fn purchase(&self, mode: PurchaseMode) -> Option<&Purchase> {
        self.purchases.iter().find(|purchase| purchase.mode == mode)
    }

    /// Whether the owner of this inventory counts as VIP 1 or above.
    pub fn is_vip(&self, inventory: &Inventory) -> bool {
        self.vip_items.iter().any(|item| inventory.quantity(*item) > 0)
    }
}

impl TicketRules {
    /// Whether anybody can ever have a ticket of this kind.
    pub fn is_obtainable(&self, kind: &TicketKind) -> bool {
        let is_sold = self.purchases.iter().any(|purchase| purchase.ticket == kind.key);
        is_sold || kind.is_given()
    }
}

impl SingleFile for TicketRules {
    const PATH: &'static str = "tickets.ron";

    fn validate(&self, tables: &Tables, report: &mut Report) {
        let list = Place::file(Self::PATH).key("kinds");
        let given = self.kinds.iter().enumerate().map(|(index, kind)| GivenName {
            name: kind.key.to_string(),
            title: Some(kind.name.clone()),
            place: list.clone().index(index).key("key"),
        });
        report.names_given(TICKET, list.clone(), given);
        self.check(tables, report);
        check_changes(self, tables, report, Self::check_changed);
    }
}

impl TicketRules {
    fn check_changed(&self, tables: &Tables, report: &mut Report) {
        self.check(tables, report);
        for (index, purchase) in self.purchases.iter().enumerate() {
            let place = Place::file(<Self as SingleFile>::PATH).key("purchases").index(index);
            if let Some(points) = purchase.price_points {
                report.check_range(place.key("price_points"), points, &POINTS);
            }
        }
    }

    fn check(&self, tables: &Tables, report: &mut Report) {
        let place = Place::file(<Self as SingleFile>::PATH);
        let identified = self.kinds.iter().enumerate();
        let places = identified
            .map(|(index, kind)| (place.clone().key("kinds").index(index), kind.key, kind.identifier.as_deref()));
        identifiers::check(places, report);
        for (index, kind) in self.kinds.iter().enumerate().filter(|(_, kind)| kind.daily_of(true) < kind.daily) {
            let message = format!("fewer than the {} a day of those without VIP", kind.daily);
            report.warning(place.clone().key("kinds").index(index).key("daily_vip"), message);
        }
        for (index, purchase) in self.purchases.iter().enumerate() {
            let place = place.clone().key("purchases").index(index);
            for (key, kind) in [("ticket", purchase.ticket), ("allowance", purchase.allowance)] {
                report.name_used(TICKET, kind.to_string(), &place.clone().key(key));
            }
            if let Some(items) = tables.get::<ItemRules>() {
                items.check_all(&purchase.price, 1, &place.clone().key("price"), report);
            }
            self.check_sense(index, purchase, &place, report);
        }
        if let Some(items) = tables.get::<ItemRules>() {
            for (index, item) in self.vip_items.iter().enumerate() {
                let place = place.clone().key("vip_items").index(index);
                items.check(&Amount { item: *item, quantity: 1 }, 0, place, report);
            }
        }
    }
}

/// The event `tickets_reset`.
#[derive(Debug, Serialize, JsonSchema)]
struct TicketsReset {
    /// Seconds to the next local midnight.
    cd: i64,
    /// The same in unix seconds.
    at: NextReset,
}

impl Event for TicketsReset {
    const NAME: &'static str = "tickets_reset";
}

/// The next local midnight.
const RESET: Occasion = Occasion("tickets reset");

/// Announces the tickets of a new day.
#[derive(Debug, Clone, PartialEq, Eq, Hash, SystemSet)]
pub struct TicketSystems;

/// Tells everyone connected at local midnight that all tickets are full again. A clock set back across midnight does
/// not repeat it.
fn reset_tickets(clock: Res<Clock>, mut agenda: ResMut<Agenda>, mut events: ResMut<Events>) {
    if agenda.pop(RESET, clock.now()).is_some() {
        let at = NextReset::of(&clock);
        events.tell_everybody(&TicketsReset { cd: clock.seconds_to_next_day(), at });
    }
    if agenda.moment(RESET, 0).is_none() {
        agenda.set(RESET, 0, clock.next_day_at());
    }
}

/// Daily tickets.
pub struct TicketsPlugin;

/// Checks that each kind of ticket is counted once.
fn check(inspection: &mut Inspection<'_>) {
    inspection.each_player::<Tickets>(|inspection, account, tickets| {
        for (at, (key, _)) in tickets.used.iter().enumerate() {
            if tickets.used[..at].iter().any(|(earlier, _)| earlier == key) {
                let what = format!("ticket kind {key} is counted twice; only the first count is used");
                inspection.breach(<Tickets as PlayerRow>::TABLE, &account.to_key(), Some(account), what);
            }
        }
    });
}

impl Plugin for TicketsPlugin {
    fn build(&self, app: &mut App) {
        app.add_rules::<TicketRules>().add_player_rows::<Tickets>().add_moments::<Tickets>();
        app.add_event::<TicketsReset>();
        app.add_check("tickets", check);
        app.configure_sets(Tick, TicketSystems.in_set(TickSystems::Simulate));
        app.add_systems(Tick, reset_tickets.in_set(TicketSystems));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: TicketKind =
        TicketKind { key: 19, identifier: None, name: String::new(), daily: 2, daily_vip: Some(3) };

    #[test]
    fn tickets_are_whole_again_the_next_day_and_only_then() {
        let tickets = Tickets { day: 100, used: vec![(19, 2)] };
        assert_eq!(tickets.left(&KIND, false, 100), 0);
        assert_eq!(tickets.left(&KIND, false, 101), 2);
        assert_eq!(tickets.left(&KIND, true, 101), 3, "VIP players have more");
        assert_eq!(tickets.left(&KIND, false, 99), 0, "a clock that jumps back grants nothing");
    }

    #[test]
    fn bought_tickets_come_on_top_and_end_with_the_day() {
        let mut tickets = Tickets { day: 100, used: Vec::new() };
        tickets.add_bought(KIND.key, 20, 100);
        assert_eq!(tickets.left(&KIND, false, 100), 3);
        assert!((0..3).all(|_| tickets.take(&KIND, false, 100)));
        assert!(!tickets.take(&KIND, false, 100), "none is left");
        assert_eq!(tickets.left(&KIND, false, 101), 2);
    }

    #[test]
    fn rows_from_before_tickets_could_be_bought_are_read() {
        let before = postcard::to_stdvec(&(100_i32, vec![(18_u16, 2_u32)])).expect("plain data");
        assert_eq!(Tickets::upgrade(1, &before), Some(Tickets { day: 100, used: vec![(18, 2)] }));
    }
}
