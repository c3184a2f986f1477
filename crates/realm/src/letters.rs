//! Mails of players to other worlds, on their way through the realm: each becomes one message to the other world.

use std::collections::BTreeMap;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::outside::Epoch;
use raidkeep_engine::request::{Answer, Call, Refusal, Success};
use raidkeep_engine::storage::{StorageApp, WorldRow};
use raidkeep_game::mail::{CarriedParcel, LetterReturned, LettersCarry, Parcel, WhyReturned};

use crate::messages::RealmMessages;

/// How many epochs of each world are known. A world gives what is left of earlier ones first, so only one that was put back to
/// a copy from before so many starts has anything of an older one.
const EPOCHS_MAX: usize = 100;
/// While so many messages wait for a world, the realm takes nothing more for it.
const WAITING_MAX: usize = 10_000;

/// The number of the last parcel of each epoch, by world.
#[derive(Debug, Default, Resource, Serialize, Deserialize)]
struct CarriedLetters(BTreeMap<u32, BTreeMap<Epoch, u64>>);

impl WorldRow for CarriedLetters {
    const TABLE: &'static str = "realm_letters";
}

impl CarriedLetters {
    /// Whether a parcel comes for the first time. One of an epoch that was forgotten does not: it would rather be lost than come
    /// twice.
    fn admit(&mut self, world: u32, epoch: Epoch, number: u64) -> bool {
        let epochs = self.0.entry(world).or_default();
        let is_forgotten =
            epochs.len() >= EPOCHS_MAX && epochs.first_key_value().is_some_and(|(first, _)| epoch < *first);
        if is_forgotten || epochs.get(&epoch).is_some_and(|last| number <= *last) {
            return false;
        }
        epochs.insert(epoch, number);
        if epochs.len() > EPOCHS_MAX {
            epochs.pop_first();
        }
        true
    }
}

/// `letters_carry` as a plugin.
pub struct RealmLettersPlugin;

impl Plugin for RealmLettersPlugin {
    fn build(&self, app: &mut App) {
        app.add_world_row::<CarriedLetters>();
        app.add_request::<LettersCarry, _>(letters_carry);
    }
}

/// The world that a parcel is for.
fn addressed_to(parcel: &Parcel) -> u32 {
    match parcel {
        Parcel::Letter(letter) => letter.to_world,
        Parcel::Returned(returned) => returned.letter.from_world,
    }
}

fn letters_carry(
    In(call): In<Call<LettersCarry>>,
    mut carried: ResMut<CarriedLetters>,
    mut messages: RealmMessages,
) -> Answer<()> {
    let LettersCarry { world, parcels } = call.request;
    if parcels.iter().any(|carried| messages.waiting(addressed_to(&carried.parcel)) >= WAITING_MAX) {
        return Err(Refusal::busy("too many messages wait for a world, retry later"));
    }
    for CarriedParcel { epoch, number, parcel } in parcels {
        if !carried.admit(world, epoch, number) {
            continue;
        }
        let is_there = addressed_to(&parcel) < messages.worlds();
        match parcel {
            Parcel::Letter(letter) if is_there => drop(messages.send(letter.to_world, &letter)),
            Parcel::Letter(letter) => {
                messages.send(world, &LetterReturned { letter, why: WhyReturned::NoSuchPlayer });
            }
            Parcel::Returned(returned) if is_there => drop(messages.send(returned.letter.from_world, &returned)),
            // The writer's world was taken out of the server.
            Parcel::Returned(_) => {}
        }
    }
    Ok(Success::empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epoch(generation: u64) -> Epoch {
        Epoch::from_u64(generation << 32)
    }

    #[test]
    fn a_parcel_counts_once_also_from_a_world_that_was_put_back() {
        let mut carried = CarriedLetters::default();
        assert!(carried.admit(0, epoch(1), 1) && carried.admit(0, epoch(1), 2));
        assert!(!carried.admit(0, epoch(1), 2), "it comes again");
        assert!(carried.admit(1, epoch(1), 1), "worlds count on their own");
        assert!(carried.admit(0, epoch(2), 3));
        assert!(!carried.admit(0, epoch(1), 1), "a world that was put back gives it again");
        assert!(carried.admit(0, epoch(3), 2), "and counts other parcels by the same numbers");
    }

    #[test]
    fn so_many_epochs_are_known_and_nothing_of_earlier_ones_comes_twice() {
        let mut carried = CarriedLetters::default();
        let last = EPOCHS_MAX as u64 + 1;
        assert!((1..=last).all(|number| carried.admit(0, epoch(number), number)));
        assert_eq!(carried.0[&0].len(), EPOCHS_MAX);
        assert!(!carried.admit(0, epoch(1), 1), "its epoch is forgotten");
        assert!(!carried.admit(0, epoch(2), 2) && carried.admit(0, epoch(last), last + 1));
    }
}
