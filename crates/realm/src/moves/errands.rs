//! Asks worlds what has become of moves, and writes them the next step.

use bevy_ecs::prelude::*;

use raidkeep_engine::due::Occasion;
use raidkeep_engine::exchange::lines::Owner;
use raidkeep_engine::realm::{RealmAnswer, to_world};
use raidkeep_engine::request::Request;
use raidkeep_game::portability::moving::{AskMoveFate, EndMove, MoveFate, TakePlayer};

use crate::errands::{AGAIN_AFTER_SECONDS, Errands, LineToWorlds, REFUSED_AGAIN_AFTER_SECONDS};
use crate::messages::{HelloNotes, RealmMessages};
use crate::moves::model::{KeptMove, MoveBook, NextStep};

/// Of which moves a world is to be asked, and of which one was, by move.
#[derive(Debug, Resource)]
pub(super) struct MoveErrands(pub(super) Errands);

impl Default for MoveErrands {
    fn default() -> Self {
        Self(Errands::new(Owner("moves of players"), Occasion("move of a player")))
    }
}

/// Goes on with the moves that are not over.
pub(super) fn begin(world: &mut World) {
    let due: Vec<u64> = world.resource::<MoveBook>().under_way().collect();
    let mut errands = world.resource_mut::<MoveErrands>();
    due.into_iter().for_each(|number| errands.0.add(number));
}

/// A world that was put back to before players came gets them again, and tells of them again.
pub(super) fn heed_hellos(mut notes: ResMut<HelloNotes>, mut book: ResMut<MoveBook>, mut errands: ResMut<MoveErrands>) {
    if notes.0.is_empty() {
        return;
    }
    for (world, taken) in std::mem::take(&mut notes.0) {
        for number in book.forgotten_by(world, taken) {
            book.ask_again(number);
            errands.0.add(number);
        }
    }
}

pub(super) fn hear_worlds(
    (mut errands, mut book): (ResMut<MoveErrands>, ResMut<MoveBook>),
    mut messages: RealmMessages,
    mut line: LineToWorlds,
) {
    for (number, answer) in errands.0.answers::<MoveFate>(&mut line) {
        let pause_seconds = match answer {
            RealmAnswer::Done(fate) => {
                if let Some(kept) = book.kept.get_mut(&number) {
                    take_step(number, kept, fate, &mut messages);
                    if kept.asks().is_some() {
                        errands.0.add(number);
                    }
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
        errands.0.add_later(number, pause_seconds, &mut line);
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

pub(super) fn ask_worlds(mut errands: ResMut<MoveErrands>, book: Res<MoveBook>, mut line: LineToWorlds) {
    errands.0.ask(&mut line, |number| {
        let kept = book.kept.get(&number)?;
        let (world, message) = kept.asks()?;
        Some(to_world(world, <AskMoveFate as Request>::FUNCTION, &AskMoveFate { id: kept.order.id, message }))
    });
}
