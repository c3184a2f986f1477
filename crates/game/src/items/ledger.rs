//! The ledger: one row for each movement of items or points, which an operator can list.
//!
//! Movements are recorded where they happen, in [`Inventory`](crate::items::Inventory), and saved in the same batch as
//! the change itself. Only unsaved ones are in memory.

use std::borrow::Cow;

use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::items::ItemId;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::outside::Number;
use raidkeep_engine::storage::{Batch, KeyedBy, RowError, RowQuery, TableReader, decode_value, encode_value};

/// The table of the movements.
pub const LEDGER_TABLE: &str = "ledger";
/// The version of the row format.
const VERSION: u16 = 2;

/// How `verify` reads the table.
pub(super) const TABLE_READER: TableReader = TableReader {
    table: LEDGER_TABLE,
    version: VERSION,
    keyed_by: KeyedBy::Account,
    read: |_, rows| rows.iter().try_for_each(|(key, value)| Movement::read(key, value).map(drop)),
};

/// The operator's settings for the ledger.
#[derive(Debug, Clone, Copy, Resource)]
pub struct LedgerSettings {
    /// How many movements of each player are kept; 0 = all.
    pub entries_per_player: u64,
}

impl Default for LedgerSettings {
    fn default() -> Self {
        Self { entries_per_player: 1000 }
    }
}

/// Why something moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cause {
    /// A word or two from the feature that makes the change, for operators who read the ledger.
    pub why: &'static str,
    /// The order that the change pays or fulfils.
    pub order: Option<Number>,
}

impl Cause {
    /// A cause that belongs to no order.
    pub const fn new(why: &'static str) -> Self {
        Self { why, order: None }
    }

    /// The same cause, as part of an order.
    pub const fn of_order(self, order: Number) -> Self {
        Self { order: Some(order), ..self }
    }
}

/// A change of one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Which item.
    #[serde(with = "as_numbers")]
    pub item: ItemId,
    /// By how much; never 0.
    pub change: i64,
    /// How many there were afterwards.
    pub after: i64,
}

/// A change of points; the balance is held by a payment platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PointsChange {
    /// By how much; never 0.
    pub change: i64,
    /// The balance afterwards, if the platform reported it.
    pub after: Option<i64>,
}

/// One movement: everything that changed at one time for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movement {
    /// Numbers the player's movements from 1. Part of the row's key.
    #[serde(skip)]
    pub number: u64,
    /// The end of the tick in which it happened, unix milliseconds of the game's clock; 0 until it is saved.
    pub at_ms: i64,
    /// See [`Cause::why`].
    pub why: Cow<'static, str>,
    /// See [`Cause::order`].
    #[serde(with = "as_order")]
    pub order: Option<Number>,
    /// What changed, each item once.
    pub changes: Vec<Change>,
    /// The points that moved with it.
    pub points: Option<PointsChange>,
}

impl Movement {
    /// Version 1 had the bare count of an order.
    fn upgrade(version: u16, bytes: &[u8]) -> Option<Self> {
        type Earlier = (i64, Cow<'static, str>, Option<u64>, Vec<Change>, Option<PointsChange>);
        let earlier: Earlier = postcard::from_bytes(bytes).ok().filter(|_| version == 1)?;
        let (at_ms, why, order, changes, points) = earlier;
        Some(Self { number: 0, at_ms, why, order: order.map(Number::bare), changes, points })
    }

    /// Appends the row's value.
    pub(super) fn write(&self, value: &mut Vec<u8>) {
        encode_value(VERSION, self, value);
    }

    /// Reads a row of [`LEDGER_TABLE`]: the account, and the movement.
    pub fn read(key: &[u8], value: &[u8]) -> Result<(AccountId, Self), RowError> {
        let (account, number) = key.split_first_chunk::<8>().ok_or(RowError::Damaged)?;
        let number = u64::from_be_bytes(number.try_into().map_err(|_| RowError::Damaged)?);
        let movement = decode_value::<Self>(VERSION, value, Self::upgrade)?;
        Ok((AccountId::from_key(*account), Self { number, ..movement }))
    }
}

/// The key of a movement's row: a player's rows are contiguous, in order of number.
pub(super) fn key(account: AccountId, number: u64) -> [u8; 16] {
    let mut key = [0; 16];
    key[..8].copy_from_slice(&account.to_key());
    key[8..].copy_from_slice(&number.to_be_bytes());
    key
}

/// The row of one movement.
pub fn movement_of(account: AccountId, number: u64) -> RowQuery {
    RowQuery::one(LEDGER_TABLE, &key(account, number))
}

/// How many old rows each new one may delete. With two, a lowered limit is reached eventually, and no tick has to
/// delete many.
const DROPPED_PER_MOVEMENT: u64 = 2;

/// The part of a player's ledger that is in memory: movements since the last save, and the range of the saved ones.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Notes {
    /// The number of the last movement.
    last: u64,
    /// Movements up to this number are no longer kept.
    dropped: u64,
    /// How many are kept; 0 = all. The operator's setting, not part of the row.
    kept_max: u64,
    unsaved: Vec<Movement>,
}

impl Notes {
    /// As they are in the player's row.
    pub(super) fn continued(last: u64, dropped: u64) -> Self {
        Self { last, dropped, ..Self::default() }
    }

    pub(super) fn last(&self) -> u64 {
        self.last
    }

    pub(crate) fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Whether there are movements that have no row yet.
    pub(super) fn has_unsaved(&self) -> bool {
        !self.unsaved.is_empty()
    }

    /// From a document: these movements follow those that were dropped, and none of them is saved here.
    pub(super) fn brought(dropped: u64, movements: Vec<Movement>) -> Self {
        let last = movements.last().map_or(dropped, |movement| movement.number);
        Self { last, dropped, kept_max: 0, unsaved: movements }
    }

    /// The movements that happen in this tick, those of the player's document excepted.
    pub(crate) fn of_this_tick(&self) -> impl Iterator<Item = &Movement> {
        self.unsaved.iter().filter(|movement| movement.at_ms == 0)
    }

    /// The movements that have no row yet.
    pub(super) fn into_unsaved(self) -> Vec<Movement> {
        self.unsaved
    }

    /// Applies the operator's limit from now on.
    pub(super) fn keep(&mut self, settings: LedgerSettings) {
        self.kept_max = settings.entries_per_player;
    }

    pub(super) fn note(&mut self, cause: Cause, changes: Vec<Change>, points: Option<PointsChange>) {
        self.last += 1;
        let Cause { why, order } = cause;
        self.unsaved.push(Movement { number: self.last, at_ms: 0, why: why.into(), order, changes, points });
    }

    /// Adds the new movements to the batch, with its time, and deletes the oldest beyond the limit.
    pub(super) fn save(&mut self, account: AccountId, batch: &mut Batch) {
        for mut movement in std::mem::take(&mut self.unsaved) {
            // An imported movement already has its time.
            if movement.at_ms == 0 {
                movement.at_ms = batch.moment_ms;
            }
            batch.put(LEDGER_TABLE, &key(account, movement.number), |value| movement.write(value));
            self.drop_surplus(account, movement.number, batch);
        }
    }

    fn drop_surplus(&mut self, account: AccountId, newest: u64, batch: &mut Batch) {
        if self.kept_max == 0 {
            return;
        }
        let surplus = newest.saturating_sub(self.dropped).saturating_sub(self.kept_max);
        for _ in 0..surplus.min(DROPPED_PER_MOVEMENT) {
            self.dropped += 1;
            batch.delete(LEDGER_TABLE, &key(account, self.dropped));
        }
    }
}

/// Rows store an item as its two numbers; the protocol's text form, which documents use, would be slower to write and
/// read.
pub(super) mod as_numbers {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::items::ItemId;

    pub(in crate::items) fn serialize<S: Serializer>(item: &ItemId, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return item.serialize(serializer);
        }
        (item.group, item.id).serialize(serializer)
    }

    pub(in crate::items) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ItemId, D::Error> {
        if deserializer.is_human_readable() {
            return ItemId::deserialize(deserializer);
        }
        let (group, id) = Deserialize::deserialize(deserializer)?;
        Ok(ItemId { group, id })
    }
}

/// The number of an order: in documents as operators see it, or the bare count that earlier programs wrote.
mod as_order {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use raidkeep_engine::outside::Number;

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Count(u64),
        Text(String),
    }

    pub(super) fn serialize<S: Serializer>(order: &Option<Number>, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return order.map(|order| order.to_string()).serialize(serializer);
        }
        order.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Number>, D::Error> {
        if !deserializer.is_human_readable() {
            return Deserialize::deserialize(deserializer);
        }
        match Deserialize::deserialize(deserializer)? {
            None => Ok(None),
            Some(Written::Count(count)) => Ok(Some(Number::bare(count))),
            Some(Written::Text(text)) => text.parse().map(Some).map_err(D::Error::custom),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_from_before_orders_had_numbers_of_their_world_is_read() {
        let mut value = 1_u16.to_le_bytes().to_vec();
        let earlier = (5_i64, "buy_item", Some(7_u64), Vec::<Change>::new(), None::<PointsChange>);
        value.extend(postcard::to_stdvec(&earlier).expect("plain data"));
        let (_, movement) = Movement::read(&key(AccountId(7), 9), &value).expect("an earlier row");
        assert_eq!((movement.number, movement.order, &*movement.why), (9, Some(Number::bare(7)), "buy_item"));
    }

    #[test]
    fn a_row_tells_the_movement_as_it_was_noted() {
        let changes = vec![Change { item: ItemId { group: 2, id: 70_000 }, change: -5, after: i64::MAX }];
        let points = Some(PointsChange { change: -100, after: None });
        let movement =
            Movement { number: 9, at_ms: -1, why: "shop".into(), order: Some(Number::bare(u64::MAX)), changes, points };
        let mut value = Vec::new();
        movement.write(&mut value);
        let read = Movement::read(&key(AccountId(7), 9), &value);
        assert_eq!(read, Ok((AccountId(7), movement)));
    }

    #[test]
    fn a_damaged_row_is_an_error_and_no_panic() {
        assert_eq!(Movement::read(b"short", b""), Err(RowError::Damaged));
        assert_eq!(Movement::read(&[0; 16], b"\x01"), Err(RowError::Damaged));
        assert_eq!(Movement::read(&[0; 17], b"\x01\x00"), Err(RowError::Damaged));
    }
}
