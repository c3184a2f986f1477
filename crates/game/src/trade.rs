//! What a player can give for what: one shape for a stage, an offer, a craft or a battle, so that [`crate::economy`] can
//! look at all of them together.
//!
//! Each feature lists its own trades, from its own rules, in its `trades.rs`.

use std::fmt;

use serde::Serialize;

use crate::items::{Amount, ItemId};
use raidkeep_engine::rules::Place;

/// Something that a player has more or less of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Good {
    /// An item.
    Item(ItemId),
    /// A point of energy.
    Energy,
    /// A point of experience.
    Experience,
    /// A ticket of a kind, by its key.
    Ticket(u16),
    /// A point of the payment platform.
    Points,
}

/// How often a player can make a trade, when it can pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Frequency {
    /// As often as it likes.
    Always,
    /// So often a day.
    PerDay(u32),
    /// Once in so many seconds.
    EverySeconds(i64),
    /// Now and then: in each opening of a window, once a month, once in a life.
    Seldom,
}

/// The kinds of trades, in the order in which they are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TradeKind {
    /// Entering a stage and winning.
    Stage,
    /// The same by the legacy functions.
    LegacyStage,
    /// Sweeping a passed stage.
    Sweep,
    /// A minute of hanging up.
    HangUp,
    /// What time alone brings: energy, tickets of the day.
    Time,
    /// Buying a ticket.
    Ticket,
    /// Buying what the shop sells.
    Offer,
    /// Drinking a potion, or opening a chest.
    Use,
    /// Making a skill or equipment.
    Craft,
    /// A battle: a challenge between players, or against a fighter.
    Battle,
    /// A task of the game master.
    Task,
    /// What comes once: mails of bosses, seasons and events, what a new player owns.
    Gift,
}

/// A quantity of a good, and where it is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TradePart {
    /// What.
    pub good: Good,
    /// How much, on average.
    pub quantity: f64,
    /// The keys below the trade's place, with dots between them; empty = the place itself.
    pub key: &'static str,
    /// The element of a list at that key.
    pub index: Option<usize>,
}

/// What goes in and what comes out, once.
#[derive(Debug, Clone)]
pub struct Trade {
    /// Which kind.
    pub kind: TradeKind,
    /// Which one, in the game's words, such as `stage 12`.
    pub name: String,
    /// The entry in the files.
    pub place: Place,
    /// The keys of the entry that say, or should say, what it takes, as in [`TradePart::key`].
    pub cost_key: &'static str,
    /// What it takes.
    pub takes: Vec<TradePart>,
    /// What it gives.
    pub gives: Vec<TradePart>,
    /// How often.
    pub frequency: Frequency,
    /// The lowest level of a player who can make it.
    pub level: u32,
}

impl Trade {
    /// A trade without anything in it, which can be made at any time.
    pub fn new(kind: TradeKind, name: impl Into<String>, place: Place, cost_key: &'static str) -> Self {
        let frequency = Frequency::Always;
        Self { kind, name: name.into(), place, cost_key, takes: Vec::new(), gives: Vec::new(), frequency, level: 0 }
    }

    /// Adds what it takes.
    #[must_use]
    pub fn taking(mut self, good: Good, quantity: f64, key: &'static str) -> Self {
        add(&mut self.takes, TradePart { good, quantity, key, index: None });
        self
    }

    /// Adds items that it takes.
    #[must_use]
    pub fn taking_items(mut self, items: &[Amount], key: &'static str) -> Self {
        add_items(&mut self.takes, items, 1.0, key);
        self
    }

    /// Adds what it gives.
    #[must_use]
    pub fn giving(mut self, good: Good, quantity: f64, key: &'static str) -> Self {
        add(&mut self.gives, TradePart { good, quantity, key, index: None });
        self
    }

    /// Adds items that it gives, each so many times on average.
    #[must_use]
    pub fn giving_items(mut self, items: &[Amount], times: f64, key: &'static str) -> Self {
        add_items(&mut self.gives, items, times, key);
        self
    }

    /// Adds an item that an element of a list gives.
    #[must_use]
    pub fn giving_at(mut self, item: ItemId, quantity: f64, key: &'static str, index: usize) -> Self {
        add(&mut self.gives, TradePart { good: Good::Item(item), quantity, key, index: Some(index) });
        self
    }

    /// Sets how often it can be made.
    #[must_use]
    pub fn with_frequency(mut self, frequency: Frequency) -> Self {
        self.frequency = frequency;
        self
    }

    /// Sets the lowest level.
    #[must_use]
    pub fn from_level(mut self, level: u32) -> Self {
        self.level = level;
        self
    }

    /// How much it takes of a good.
    pub fn taken(&self, good: Good) -> f64 {
        sum(&self.takes, good)
    }

    /// How much it gives of a good.
    pub fn given(&self, good: Good) -> f64 {
        sum(&self.gives, good)
    }

    /// Where one of its parts is written.
    pub fn place_of(&self, part: &TradePart) -> Place {
        let place = self.below(part.key);
        part.index.into_iter().fold(place, Place::index)
    }

    /// Where it says, or should say, what it takes.
    pub fn cost_place(&self) -> Place {
        self.below(self.cost_key)
    }

    fn below(&self, keys: &str) -> Place {
        keys.split('.').filter(|key| !key.is_empty()).fold(self.place.clone(), Place::key)
    }
}

fn add(parts: &mut Vec<TradePart>, part: TradePart) {
    if part.quantity > 0.0 {
        parts.push(part);
    }
}

fn add_items(parts: &mut Vec<TradePart>, items: &[Amount], times: f64, key: &'static str) {
    for (index, amount) in items.iter().enumerate() {
        let quantity = amount.quantity as f64 * times;
        add(parts, TradePart { good: Good::Item(amount.item), quantity, key, index: Some(index) });
    }
}

fn sum(parts: &[TradePart], good: Good) -> f64 {
    parts.iter().filter(|part| part.good == good).map(|part| part.quantity).sum()
}

/// A quantity as people write it: whole numbers without a point, others with two digits, small ones with as many as they
/// need to be told from nothing.
#[derive(Debug, Clone, Copy)]
pub struct Quantity(pub f64);

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredths = (self.0 * 100.0).round() / 100.0;
        if hundredths == 0.0 && self.0 != 0.0 {
            write!(f, "{:.1e}", self.0)
        } else if hundredths.fract() == 0.0 {
            write!(f, "{hundredths:.0}")
        } else {
            write!(f, "{hundredths:.2}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_twice_counts_together_and_each_part_knows_its_place() {
        let items: Vec<Amount> = ["3:1:10", "3:1:0"].iter().map(|text| text.parse().expect("an amount")).collect();
        let place = Place::file("a.ron").key("stages").index(2);
        let trade = Trade::new(TradeKind::Stage, "stage 1", place.clone(), "legacy.energy")
            .giving_items(&items, 0.5, "rewards")
            .giving_at(items[0].item, 2.0, "drops", 0);
        assert!((trade.given(Good::Item(items[0].item)) - 7.0).abs() < 1e-9);
        assert_eq!(trade.gives.len(), 2, "nothing is no part");
        assert_eq!(trade.place_of(&trade.gives[1]), place.clone().key("drops").index(0));
        assert_eq!(trade.cost_place(), place.key("legacy").key("energy"));
    }

    #[test]
    fn quantities_are_short() {
        let shown = [375.0, 0.12, 2.0 / 3.0, 0.00004, 0.0].map(|quantity| Quantity(quantity).to_string());
        assert_eq!(shown, ["375", "0.12", "0.67", "4.0e-5", "0"]);
    }
}
