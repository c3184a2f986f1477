//! A player's document: readable by people, and importable into another world.
//!
//! Each kind of player rows is a part, named after its table. Not here: the document made of the parts, which is in
//! `portability`.

use std::collections::BTreeSet;

use bevy_ecs::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::account::AccountId;
use crate::storage::{IndexKey, PlayerEntity, PlayerRows, RowError, owned};

/// Rows of one account in one table, in key order: key and value.
pub type OwnRows = [(Vec<u8>, Vec<u8>)];

/// What a player is exported from.
#[derive(Clone, Copy)]
pub struct Departure<'a> {
    /// Whose rows they are.
    pub account: AccountId,
    /// The player's rows in the table [`PlayerRows::BESIDE`].
    pub beside: &'a OwnRows,
    /// The world, read-only.
    pub world: &'a World,
}

/// Where a player is imported.
#[derive(Clone, Copy)]
pub struct Arrival<'a> {
    /// The number that its account will get. It is always a new one.
    pub account: AccountId,
    /// The number that the account had in the world that exported it.
    pub former: AccountId,
    /// Whether it was exported from this very world, so that the world's own numbers in it are still valid.
    pub is_same_world: bool,
    /// The account of this world that the player replaces: what that one has is not taken.
    pub replaced: Option<AccountId>,
    /// The world, read-only.
    pub world: &'a World,
}

/// Why a part cannot be imported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {what}")]
pub struct Unfit {
    /// The path of the fault within the part, such as `mails[3].items[0]`; empty = the part itself.
    pub path: String,
    /// What is wrong with it and what was expected, for the operator.
    pub what: String,
}

impl Unfit {
    /// A fault at this path.
    pub fn at(path: impl Into<String>, what: impl Into<String>) -> Self {
        Self { path: path.into(), what: what.into() }
    }

    /// The same, relative to the parent.
    pub fn within(self, parent: &str) -> Self {
        let joint = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        Self { path: format!("{parent}{joint}{}", self.path), what: self.what }
    }
}

/// A name that must be unique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Its key in the directory.
    pub key: IndexKey,
    /// What it is, for the operator.
    pub what: String,
}

/// A part that was read and validated.
pub struct Unpacked {
    /// The names that it claims.
    pub claims: Vec<Claim>,
    /// Inserts it on the player's entity.
    pub put_on: Box<dyn FnOnce(&mut EntityWorldMut<'_>)>,
}

/// Converts one kind of player rows to a part, and a part to rows.
#[derive(Debug, Clone, Copy)]
pub struct PlayerPart {
    /// The table, whose name the part has.
    pub table: &'static str,
    /// See [`PlayerRows::BESIDE`].
    pub beside: Option<&'static str>,
    /// Converts the player's rows.
    pub pack: fn(&OwnRows, Departure<'_>) -> Result<Value, RowError>,
    /// Converts a part of a document.
    pub unpack: fn(&Value, Arrival<'_>) -> Result<Unpacked, Unfit>,
}

impl PlayerPart {
    /// The part for a kind of rows.
    pub(super) const fn of<T: PlayerRows>() -> Self {
        Self { table: T::TABLE, beside: T::BESIDE, pack: pack::<T>, unpack: unpack::<T> }
    }

    /// The part for a kind of player entities.
    pub(super) const fn of_entities<T: PlayerEntity>() -> Self {
        Self { table: T::TABLE, beside: None, pack: pack_entities::<T>, unpack: unpack_entities::<T> }
    }
}

fn pack<T: PlayerRows>(rows: &OwnRows, departure: Departure<'_>) -> Result<Value, RowError> {
    let portable = T::load(rows, departure.world)?.pack(departure)?;
    serde_json::to_value(portable).map_err(|_| RowError::Damaged)
}

fn unpack<T: PlayerRows>(part: &Value, arrival: Arrival<'_>) -> Result<Unpacked, Unfit> {
    let component = T::unpack(read_exactly(part)?, arrival)?;
    let claims = component.claims(arrival);
    let put_on = move |entity: &mut EntityWorldMut<'_>| {
        entity.insert(component);
    };
    Ok(Unpacked { claims, put_on: Box::new(put_on) })
}

fn pack_entities<T: PlayerEntity>(rows: &OwnRows, _: Departure<'_>) -> Result<Value, RowError> {
    let mut entities = rows.iter().map(|(_, value)| T::read(value)).collect::<Result<Vec<T>, _>>()?;
    entities.iter_mut().for_each(T::depart);
    serde_json::to_value(entities).map_err(|_| RowError::Damaged)
}

fn unpack_entities<T: PlayerEntity>(part: &Value, arrival: Arrival<'_>) -> Result<Unpacked, Unfit> {
    let mut entities: Vec<T> = read_exactly(part)?;
    let mut numbers = BTreeSet::new();
    for (at, entity) in entities.iter_mut().enumerate() {
        let place = format!("[{at}]");
        entity.arrive(arrival).map_err(|unfit| unfit.within(&place))?;
        let number = entity.number();
        if !numbers.insert(number) {
            return Err(Unfit::at(place, format!("has the number {number}, like one before it")));
        }
    }
    let put_on = move |player: &mut EntityWorldMut<'_>| {
        for entity in entities {
            owned::spawn(player, entity);
        }
    };
    Ok(Unpacked { claims: Vec::new(), put_on: Box::new(put_on) })
}

/// Reads a part completely: unknown content would otherwise be lost silently.
fn read_exactly<T: Serialize + DeserializeOwned>(part: &Value) -> Result<T, Unfit> {
    let read: T = serde_path_to_error::deserialize(part).map_err(|error| {
        let path = error.path().to_string();
        Unfit::at(if path == "." { String::new() } else { path }, error.inner().to_string())
    })?;
    let written = serde_json::to_value(&read).map_err(|error| Unfit::at("", error.to_string()))?;
    match first_misfit(part, &written) {
        None => Ok(read),
        Some(misfit) => Err(misfit),
    }
}

/// The path of the first value that was given but not read, or that was read as a different value.
fn first_misfit(given: &Value, read: &Value) -> Option<Unfit> {
    match (given, read) {
        (Value::Object(given), Value::Object(read)) => given.iter().find_map(|(key, given)| match read.get(key) {
            None => Some(Unfit::at(key.as_str(), "unknown field")),
            Some(read) => first_misfit(given, read).map(|misfit| misfit.within(key)),
        }),
        (Value::Array(given), Value::Array(read)) if given.len() == read.len() => {
            let mut pairs = given.iter().zip(read).enumerate();
            pairs.find_map(|(at, (given, read))| Some(first_misfit(given, read)?.within(&format!("[{at}]"))))
        }
        _ if given == read => None,
        _ => Some(Unfit::at("", format!("was read as {read}, write it so if that is meant"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    struct Purse {
        coins: u32,
        gifts: Vec<Gift>,
    }

    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    struct Gift {
        from: Option<String>,
    }

    #[test]
    fn what_is_not_understood_is_named_with_its_place() {
        let misfit = |part: Value| read_exactly::<Purse>(&part).expect_err("unfit").to_string();
        assert_eq!(misfit(json!({"coins": 1, "gifts": [{}, {"form": "ann"}]})), "gifts[1].form: unknown field");
        let negative = misfit(json!({"coins": -1, "gifts": []}));
        assert!(negative.starts_with("coins: "), "{negative}");
        let purse = read_exactly::<Purse>(&json!({"coins": 1, "gifts": [{}]}));
        assert_eq!(
            purse,
            Ok(Purse { coins: 1, gifts: vec![Gift { from: None }] }),
            "what may be missing may be missing"
        );
    }
}
