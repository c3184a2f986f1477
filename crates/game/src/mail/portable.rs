//! A mailbox in its player's document.

use serde::{Deserialize, Serialize};

use crate::mail::model::{Head, Mail, Mailbox};
use crate::mail::rules::MailRules;
use crate::mail::{Broadcasts, WithdrawnMails};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::rules::Rules;
use raidkeep_engine::storage::{Arrival, Departure, Unfit};

/// A mailbox and its mails.
#[derive(Debug, Serialize, Deserialize)]
pub struct PortableMailbox {
    #[serde(flatten)]
    head: Head,
    /// In order of their numbers.
    mails: Vec<NumberedMail>,
}

/// A mail with its number, which in the table is part of the key.
#[derive(Debug, Serialize, Deserialize)]
struct NumberedMail {
    number: u64,
    #[serde(flatten)]
    mail: Mail,
}

impl PortableMailbox {
    /// Pending broadcasts are delivered to the player first, due or not: they are addressed to this account, and the
    /// player will have another one.
    pub(super) fn of(mut mailbox: Mailbox, departure: Departure<'_>) -> Self {
        let Departure { account, world, .. } = departure;
        let box_max = world.resource::<Rules<MailRules>>().box_max;
        mailbox.drop_withdrawn(world.resource::<WithdrawnMails>());
        mailbox.take_along(account, world.resource::<Broadcasts>(), world.resource::<Clock>().now(), box_max);
        let numbered = |mail: Mail| NumberedMail { number: mail.number, mail };
        Self { head: mailbox.head, mails: mailbox.mails.into_iter().map(numbered).collect() }
    }

    /// The mailbox. Which of another world's broadcasts were taken in, and which message brought a mail there, says nothing
    /// about those of this world.
    pub(super) fn into_mailbox(self, arrival: Arrival<'_>) -> Result<Mailbox, Unfit> {
        let Self { mut head, mut mails } = self;
        if !arrival.is_same_world {
            head.taken.clear();
            mails.iter_mut().for_each(|numbered| numbered.mail.message = None);
        }
        if !head.taken.is_sorted_by(|one, next| one < next) {
            return Err(Unfit::at("taken", "expected numbers in ascending order"));
        }
        check(&head, &mails)?;
        let unsaved = mails.iter().map(|numbered| numbered.number).collect();
        let mails = mails.into_iter().map(|NumberedMail { number, mail }| mail.numbered(number)).collect();
        Ok(Mailbox { head, mails, head_unsaved: true, unsaved })
    }
}

fn check(head: &Head, mails: &[NumberedMail]) -> Result<(), Unfit> {
    if head.last == u64::MAX {
        return Err(Unfit::at("last", "leaves no number for the next mail"));
    }
    let mut before = 0;
    for (at, NumberedMail { number, mail }) in mails.iter().enumerate() {
        if *number <= before || *number > head.last {
            let what = format!("{number} is out of order, expected more than {before} and at most {}", head.last);
            return Err(Unfit::at(format!("mails[{at}].number"), what));
        }
        before = *number;
        if let Some(item) = mail.letter().items.iter().position(|amount| amount.quantity <= 0) {
            return Err(Unfit::at(format!("mails[{at}].letter.items[{item}]"), "expected 1 or more of an item"));
        }
    }
    Ok(())
}
