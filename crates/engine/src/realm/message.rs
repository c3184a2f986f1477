//! A message of the realm to a world, and what the world remembers of those it took.

use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::operators::Right;
use crate::outside::Epoch;
use crate::request::{Operator, Refusal, Request, Success};
use crate::storage::WorldRow;

/// What a message of one kind says.
pub trait RealmMessage: Serialize + DeserializeOwned + JsonSchema + Clone + Send + Sync + 'static {
    /// The function of worlds that takes it.
    const FUNCTION: &'static str;
}

/// A message of the realm, numbered for this world. Its function is one of operators, which only the realm may call.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Message<M> {
    /// The realm's epoch in which it was written.
    pub epoch: Epoch,
    /// Counts the messages to this world from 1.
    pub number: u64,
    /// What it says.
    pub body: M,
}

impl<M: RealmMessage> Request for Message<M> {
    const FUNCTION: &'static str = M::FUNCTION;
    type Caller = Operator;
    type Reply = MessageTaken;
    const RIGHT: Option<Right> = Some(Right::WORLDS);
}

/// The reply of every function that takes a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MessageTaken {
    /// The last message that the world has taken.
    pub number: u64,
}

/// The last message that this world took from the realm.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Resource, Serialize, Deserialize)]
pub struct RealmTaken {
    /// The realm's epoch in which it was written.
    pub epoch: Epoch,
    /// Its number; 0 = none yet.
    pub number: u64,
}

impl WorldRow for RealmTaken {
    const TABLE: &'static str = "realm_taken";
}

/// A message that arrives a second time: its reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlreadyTaken(MessageTaken);

impl AlreadyTaken {
    /// The reply.
    pub fn answer(self) -> Success<MessageTaken> {
        Success::with(self.0)
    }
}

impl RealmTaken {
    /// Whether a message is the next one. A handler asks this first, and changes nothing unless it is.
    ///
    /// # Errors
    /// When messages before it are missing; the realm sends them again once the world has said what it took.
    pub fn admit<M>(&self, message: &Message<M>) -> Result<Result<(), AlreadyTaken>, Refusal> {
        if message.number <= self.number {
            return Ok(Err(AlreadyTaken(MessageTaken { number: self.number })));
        }
        if message.number > self.number + 1 {
            return Err(Refusal::busy("messages of the realm before this one are missing"));
        }
        Ok(Ok(()))
    }

    /// Notes that a message has been taken. A handler does this in the same run that carries the message out.
    pub fn note<M>(&mut self, message: &Message<M>) -> Success<MessageTaken> {
        *self = Self { epoch: message.epoch, number: message.number };
        Success::with(MessageTaken { number: message.number })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_message_is_taken_once_and_in_order() {
        let message = |number| Message { epoch: Epoch::BEFORE.next(7), number, body: () };
        let mut taken = RealmTaken::default();
        assert_eq!(taken.admit(&message(1)), Ok(Ok(())));
        taken.note(&message(1));
        let again = taken.admit(&message(1)).expect("it is known");
        assert_eq!(again, Err(AlreadyTaken(MessageTaken { number: 1 })), "a message that comes again changes nothing");
        assert!(taken.admit(&message(3)).is_err(), "no message overtakes another");
        assert_eq!(taken.admit(&message(2)), Ok(Ok(())));
        assert_eq!(taken.epoch, Epoch::BEFORE.next(7));
    }
}
