//! Mails to all that operators have withdrawn.

use std::collections::BTreeSet;

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::mail::{Mail, MailError, Mailbox};
use raidkeep_engine::storage::WorldRow;

/// The messages of the realm whose mails are withdrawn. A mailbox drops theirs when its player looks; until then they cannot be
/// claimed. They are kept for good, because a player may look years later.
#[derive(Debug, Default, Resource, Serialize, Deserialize)]
pub struct WithdrawnMails(BTreeSet<u64>);

impl WorldRow for WithdrawnMails {
    const TABLE: &'static str = "withdrawn_mails";
}

impl WithdrawnMails {
    /// Whether what this message has brought is withdrawn.
    pub fn contains(&self, message: u64) -> bool {
        self.0.contains(&message)
    }

    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn add(&mut self, message: u64) {
        self.0.insert(message);
    }
}

impl Mail {
    /// Whether an operator has withdrawn it before it was claimed.
    pub(super) fn is_withdrawn(&self, withdrawn: &WithdrawnMails) -> bool {
        !self.claimed && self.message.is_some_and(|message| withdrawn.contains(message))
    }
}

impl Mailbox {
    /// Removes the mails that operators have withdrawn before they were claimed.
    pub(super) fn drop_withdrawn(&mut self, withdrawn: &WithdrawnMails) {
        if !withdrawn.is_empty() {
            let gone = self.mails.extract_if(.., |mail| mail.is_withdrawn(withdrawn));
            self.unsaved.extend(gone.map(|mail| mail.number));
        }
    }

    /// Refuses the key of a mail that is withdrawn.
    ///
    /// # Errors
    /// [`MailError::NoSuchMail`], also for a key of no mail.
    pub(super) fn must_have(&self, key: &str, withdrawn: &WithdrawnMails) -> Result<(), MailError> {
        let at = self.find(key)?;
        if self.mails[at].is_withdrawn(withdrawn) { Err(MailError::NoSuchMail) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::{AudienceTerms, Broadcast, Broadcasts, MailAudience, Recipient, SentToAll};
    use raidkeep_engine::account::AccountId;
    use raidkeep_engine::storage::{Batch, PlayerRows};

    const NOW: i64 = 1000;
    const ANN: AccountId = AccountId(1);

    /// A mail to all with diamonds, brought by this message.
    fn gift(message: u64) -> Broadcast {
        let sent = SentToAll { message, written_at: NOW, last: ANN, terms: AudienceTerms::default() };
        let (from, subj, body) = ("s".to_owned(), "gift".to_owned(), "text".to_owned());
        let (items, audience) = (vec!["3:5:9".parse().expect("an amount")], MailAudience::Meeting(Box::new(sent)));
        Broadcast { deliver_at: NOW, expires_at: NOW + 100, from, subj, body, items, audience }
    }

    #[test]
    fn a_withdrawn_mail_is_gone_unless_it_was_claimed_also_from_a_box_read_from_its_rows() {
        let (mut broadcasts, mut mailbox, mut batch) = (Broadcasts::default(), Mailbox::new(0), Batch::default());
        for message in [7, 8, 9] {
            broadcasts.announce(gift(message));
        }
        mailbox.take_in(&Recipient::plain(ANN), &broadcasts, NOW, 100);
        mailbox.claim("1").expect("there is something to claim");
        mailbox.save(ANN, &mut batch);
        let mut rows: Vec<_> =
            batch.rows().map(|row| (row.key.to_vec(), row.value.expect("nothing is deleted").to_vec())).collect();
        rows.sort();
        let mut mailbox = Mailbox::load(&rows, &World::new()).expect("own rows should be readable");
        let mut withdrawn = WithdrawnMails::default();
        withdrawn.add(7);
        withdrawn.add(8);
        let has = |mailbox: &Mailbox, key| mailbox.must_have(key, &withdrawn).is_ok();
        assert_eq!((has(&mailbox, "1"), has(&mailbox, "2"), has(&mailbox, "3")), (true, false, true));
        mailbox.drop_withdrawn(&withdrawn);
        assert_eq!(mailbox.newest_first().into_iter().map(Mail::key).collect::<Vec<_>>(), ["3", "1"]);
        assert_eq!(mailbox.unsaved, [2], "its row goes too");
    }
}
