//! Asks worlds what has become of moves, and writes them the next step.

use std::collections::{BTreeMap, BTreeSet};

use bevy_ecs::prelude::*;

use raidkeep_engine::clock::Clock;
use raidkeep_engine::due::{Agenda, Due, Occasion};
use raidkeep_engine::exchange::lines::{Done, Exchanges, Owner};
use raidkeep_engine::numbers::ExchangeId;
use raidkeep_engine::realm::{REALM_LINE, RealmAnswer, to_world};
use raidkeep_engine::request::Request;
use raidkeep_game::portability::moving::{AskMoveFate, EndMove, MoveFate, TakePlayer};

use crate::messages::{HelloNotes, RealmMessages};
use crate::moves::model::{KeptMove, MoveBook, NextStep};

/// Seconds after which a world that has nothing to tell yet is asked again, and after a refusal, which is a bug.
const AGAIN_AFTER_SECONDS: i64 = 1;
const REFUSED_AGAIN_AFTER_SECONDS: i64 = 60;

const OWNER: Owner = Owner("moves of players");
/// By move.
const AGAIN: Occasion = Occasion("move of a player");

/// Of which moves a world is to be asked, and of which one was.
#[derive(Debug, Default, Resource)]
pub(super) struct MoveErrands {
    pub(super) due: BTreeSet<u64>,
    under_way: BTreeMap<ExchangeId, u64>,
}

impl MoveErrands {
    /// The moves to ask of now: not those of which a world was asked and has not answered yet.
    fn take_due(&mut self) -> Vec<u64> {
        let waits = |number: &u64| !self.under_way.values().any(|asked| asked == number);
        self.due.extract_if(.., |number| waits(number)).collect()
    }
}

/// Goes on with the moves that are not over.
pub(super) fn begin(world: &mut World) {
    let due = world.resource::<MoveBook>().under_way().collect();
    world.resource_mut::<MoveErrands>().due = due;
}

/// A world that was put back to before players came gets them again, and tells of them again.
pub(super) fn heed_hellos(mut notes: ResMut<HelloNotes>, mut book: ResMut<MoveBook>, mut errands: ResMut<MoveErrands>) {
    if notes.0.is_empty() {
        return;
    }
    for (world, taken) in std::mem::take(&mut notes.0) {
        for number in book.forgotten_by(world, taken) {
            book.ask_again(number);
            errands.due.insert(number);
        }
    }
}

pub(super) fn hear_worlds(
    (mut errands, mut book): (ResMut<MoveErrands>, ResMut<MoveBook>),
    mut messages: RealmMessages,
    (mut exchanges, mut agenda): (ResMut<Exchanges>, ResMut<Agenda>),
    clock: Res<Clock>,
) {
    for Done { number: exchange, outcome, .. } in exchanges.take_done(OWNER) {
        let Some(number) = errands.under_way.remove(&exchange) else { continue };
        let pause_seconds = match RealmAnswer::<MoveFate>::of(&outcome) {
            RealmAnswer::Done(fate) => {
                if let Some(kept) = book.kept.get_mut(&number) {
                    take_step(number, kept, fate, &mut messages);
                    errands.due.extend(kept.asks().map(|_| number));
                }
                continue;
            }
            // A world that is still being opened is nowhere.
            RealmAnswer::Later | RealmAnswer::Nowhere => AGAIN_AFTER_SECONDS,
            RealmAnswer::Refused(status, message) => {
                tracing::error!(number, status, message, "a world does not tell what became of a move of a player");
                REFUSED_AGAIN_AFTER_SECONDS
            }
        };
        agenda.set(AGAIN, number, clock.now() + pause_seconds);
    }
}

fn take_step(number: u64, kept: &mut KeptMove, fate: MoveFate, messages: &mut RealmMessages<'_>) {
    let next = kept.hear(fate);
    let order = kept.order.clone();
    let end = |is_gone| EndMove { order: order.clone(), made_at: kept.made_at, is_gone };
    match next {
        NextStep::Nothing => {}
        NextStep::Send(document) => {
            let message = messages.send(order.to, &TakePlayer { order: order.clone(), document });
            kept.note_sent(message, false);
        }
        NextStep::Drop => drop(messages.send(order.from, &end(true))),
        NextStep::Free => {
            messages.send(order.from, &end(false));
            messages.send(order.to, &end(true));
        }
    }
    tracing::info!(number, from = order.from, to = order.to, state = ?kept.state, "a move of a player has gone on");
}

pub(super) fn ask_worlds(
    mut errands: ResMut<MoveErrands>,
    book: Res<MoveBook>,
    (mut exchanges, mut agenda): (ResMut<Exchanges>, ResMut<Agenda>),
    clock: Res<Clock>,
) {
    while let Some(Due { key, .. }) = agenda.pop(AGAIN, clock.now()) {
        errands.due.insert(key);
    }
    for number in errands.take_due() {
        let found = book.kept.get(&number).and_then(|kept| Some((kept.order.id, kept.asks()?)));
        let Some((id, (world, message))) = found else { continue };
        let asked = AskMoveFate { id, message };
        let exchange = to_world(world, <AskMoveFate as Request>::FUNCTION, &asked);
        match exchanges.start(REALM_LINE, OWNER, exchange, clock.now()) {
            Ok(exchange) => drop(errands.under_way.insert(exchange, number)),
            Err(_) => agenda.set(AGAIN, number, clock.now() + AGAIN_AFTER_SECONDS),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_world_is_asked_of_a_move_once_at_a_time() {
        let mut errands = MoveErrands { due: [1, 2].into(), ..MoveErrands::default() };
        errands.under_way.insert(ExchangeId::default(), 1);
        assert_eq!(errands.take_due(), [2]);
        errands.under_way.clear();
        assert_eq!(errands.take_due(), [1], "once it has answered");
    }
}
