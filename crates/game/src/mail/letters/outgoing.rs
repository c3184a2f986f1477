//! What leaves this world, until the realm has taken it.

use std::collections::BTreeMap;

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::mail::letters::{CarriedParcel, LettersCarry, Parcel};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::due::{Agenda, Occasion};
use raidkeep_engine::exchange::lines::{Exchanges, Owner};
use raidkeep_engine::numbers::ExchangeId;
use raidkeep_engine::outside::{Epoch, Numbering, WorldPlace};
use raidkeep_engine::realm::{REALM_LINE, RealmAnswer, to_realm};
use raidkeep_engine::request::{Refusal, Request};
use raidkeep_engine::storage::{Discarded, WorldEntity, WorldRow};

/// The most that may wait for the realm.
const WAITING_MAX: usize = 1000;
/// The most in one request to the realm.
const BUNDLE: usize = 20;
/// Seconds after which it is tried again, and after a refusal, which is a bug.
const AGAIN_AFTER_SECONDS: i64 = 1;
const REFUSED_AGAIN_AFTER_SECONDS: i64 = 60;

const OWNER: Owner = Owner("letters");
const AGAIN: Occasion = Occasion("letters to the realm");

/// A parcel that the realm has not taken yet.
#[derive(Debug, Clone, PartialEq, Eq, Component, Serialize, Deserialize)]
pub(in crate::mail) struct OutgoingLetter {
    number: u64,
    /// In which it was posted.
    epoch: Epoch,
    parcel: Parcel,
}

impl WorldEntity for OutgoingLetter {
    const TABLE: &'static str = "outgoing_letters";

    fn key(&self) -> u64 {
        self.number
    }
}

/// Numbers the parcels of this world, from 1.
#[derive(Debug, Default, Resource, Serialize, Deserialize)]
pub(in crate::mail) struct LetterTotal {
    last: u64,
}

impl WorldRow for LetterTotal {
    const TABLE: &'static str = "letter_total";
}

/// The parcels by number, and those that are under way to the realm.
#[derive(Debug, Default, Resource)]
pub(in crate::mail) struct LetterBag {
    waiting: BTreeMap<u64, Entity>,
    under_way: Option<(ExchangeId, Vec<u64>)>,
    /// Whether the next attempt waits for its moment.
    pauses: bool,
}

impl LetterBag {
    /// Those to give to the realm now, the oldest first.
    fn next(&self) -> Vec<(u64, Entity)> {
        let rests = self.under_way.is_some() || self.pauses;
        let next = self.waiting.iter().take(if rests { 0 } else { BUNDLE });
        next.map(|(number, entity)| (*number, *entity)).collect()
    }

    /// What an exchange has carried. One that has missed its deadline may be answered later; it carries nothing then.
    fn come_back(&mut self, exchange: ExchangeId) -> Option<Vec<u64>> {
        self.under_way.take_if(|(sent, _)| *sent == exchange).map(|(_, numbers)| numbers)
    }
}

/// Finds the parcels that were not taken before the start.
pub(super) fn begin(world: &mut World) {
    let mut kept = world.query::<(Entity, &OutgoingLetter)>();
    let waiting = kept.iter(world).map(|(entity, letter)| (letter.number, entity)).collect();
    world.insert_resource(LetterBag { waiting, ..LetterBag::default() });
}

/// Puts a parcel into the bag. It leaves once the batch of this tick is on disk.
///
/// # Errors
/// Status 16 when too many wait for the realm.
pub(in crate::mail) fn post(world: &mut World, parcel: Parcel) -> Result<(), Refusal> {
    if world.resource::<LetterBag>().waiting.len() >= WAITING_MAX {
        return Err(Refusal::busy("too many mails wait to leave this world, retry later"));
    }
    let mut total = world.resource_mut::<LetterTotal>();
    total.last += 1;
    let (number, epoch) = (total.last, world.resource::<Numbering>().epoch);
    let entity = world.spawn(OutgoingLetter { number, epoch, parcel }).id();
    world.resource_mut::<LetterBag>().waiting.insert(number, entity);
    Ok(())
}

/// Gives the realm what waits, one bundle at a time, until it has taken it.
pub(super) fn carry(
    place: Res<WorldPlace>,
    (mut bag, letters, mut discarded): (ResMut<LetterBag>, Query<&OutgoingLetter>, ResMut<Discarded>),
    (mut exchanges, mut agenda): (ResMut<Exchanges>, ResMut<Agenda>),
    clock: Res<Clock>,
) {
    for done in exchanges.take_done(OWNER) {
        let Some(numbers) = bag.come_back(done.number) else { continue };
        let pause_seconds = match RealmAnswer::<()>::of(&done.outcome) {
            RealmAnswer::Done(()) => {
                let taken = numbers.iter().filter_map(|number| bag.waiting.remove(number));
                taken.for_each(|entity| discarded.push(entity));
                continue;
            }
            // A realm that is still being opened is nowhere.
            RealmAnswer::Later | RealmAnswer::Nowhere => AGAIN_AFTER_SECONDS,
            RealmAnswer::Refused(status, message) => {
                tracing::error!(
                    status,
                    message,
                    "the realm refuses mails to other worlds; they are sent again in a minute"
                );
                REFUSED_AGAIN_AFTER_SECONDS
            }
        };
        bag.pauses = true;
        agenda.set(AGAIN, 0, clock.now() + pause_seconds);
    }
    while agenda.pop(AGAIN, clock.now()).is_some() {
        bag.pauses = false;
    }
    let (numbers, entities): (Vec<_>, Vec<_>) = bag.next().into_iter().unzip();
    if numbers.is_empty() {
        return;
    }
    let parcels = entities.iter().filter_map(|entity| letters.get(*entity).ok());
    let parcels = parcels.map(|OutgoingLetter { number, epoch, parcel }| CarriedParcel {
        epoch: *epoch,
        number: *number,
        parcel: parcel.clone(),
    });
    let carried = LettersCarry { world: place.number, parcels: parcels.collect() };
    let exchange = to_realm(<LettersCarry as Request>::FUNCTION, &carried);
    match exchanges.start(REALM_LINE, OWNER, exchange, clock.now()) {
        Ok(exchange) => bag.under_way = Some((exchange, numbers)),
        Err(_) => {
            bag.pauses = true;
            agenda.set(AGAIN, 0, clock.now() + AGAIN_AFTER_SECONDS);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_leave_first_in_bundles_one_at_a_time() {
        let mut world = World::new();
        let mut bag = LetterBag::default();
        assert!(bag.next().is_empty());
        bag.waiting.extend((1..=25).rev().map(|number| (number, world.spawn_empty().id())));
        let next: Vec<u64> = bag.next().into_iter().map(|(number, _)| number).collect();
        assert_eq!(next, (1..=20).collect::<Vec<_>>());
        bag.under_way = Some((ExchangeId(7), next.clone()));
        assert!(bag.next().is_empty(), "its answer is awaited");
        assert_eq!(bag.come_back(ExchangeId(6)), None, "an earlier one, whose deadline has passed");
        assert_eq!(bag.come_back(ExchangeId(7)), Some(next));
        assert_eq!(bag.next().len(), BUNDLE, "until they are taken they are sent again");
        bag.pauses = true;
        assert!(bag.next().is_empty());
    }
}
