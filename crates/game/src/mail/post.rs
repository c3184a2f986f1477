//! Mail from the system to single players.

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;

use crate::items::Amount;
use crate::mail::requests::MailReceived;
use crate::mail::{Letter, MailError, MailRules, Mailbox};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::events::Events;
use raidkeep_engine::rules::Rules;
use raidkeep_engine::storage::Edit;

/// Delivers system mail to players in memory. Mail to many, or to players not in memory, is a
/// [`Broadcast`](crate::mail::Broadcast).
#[derive(SystemParam)]
pub struct Post<'w, 's> {
    boxes: Edit<'w, 's, &'static mut Mailbox>,
    rules: Res<'w, Rules<MailRules>>,
    clock: Res<'w, Clock>,
    events: ResMut<'w, Events>,
}

impl Post<'_, '_> {
    /// Adds a mail to the player's mailbox and notifies the player. Nothing changes when the mailbox is full.
    pub fn deliver(&mut self, player: Entity, subj: &str, body: &str, items: &[Amount]) -> Result<(), MailError> {
        self.put(player, (subj, body, items), self.rules.box_max)
    }

    /// The same also when the mailbox is full, for goods that cannot wait outside.
    pub fn deliver_over_limit(
        &mut self,
        player: Entity,
        subj: &str,
        body: &str,
        items: &[Amount],
    ) -> Result<(), MailError> {
        self.put(player, (subj, body, items), usize::MAX)
    }

    fn put(
        &mut self,
        player: Entity,
        (subj, body, items): (&str, &str, &[Amount]),
        box_max: usize,
    ) -> Result<(), MailError> {
        let letter = Letter {
            at: self.clock.now(),
            from: self.rules.system_sender.as_str().into(),
            subj: subj.into(),
            body: body.into(),
            items: items.to_vec(),
        };
        let mut mailbox = self.boxes.get_mut(player).map_err(|_| MailError::NoSuchBox)?;
        let key = mailbox.receive(letter.clone(), box_max)?;
        self.events.tell(player, &MailReceived::of(&letter, Some(&key)));
        Ok(())
    }
}
