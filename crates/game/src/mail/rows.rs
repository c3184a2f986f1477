//! How mailboxes are stored: a row for the box, and one for each mail.

use bevy_ecs::prelude::*;

use crate::mail::model::{HEAD, Mail, Mailbox};
use crate::mail::portable::PortableMailbox;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::storage::{
    Arrival, Batch, Departure, PlayerRows, RowError, Unfit, complete_value, decode_value, encode_value,
};

impl Mail {
    const VERSION: u16 = 2;
    /// The version of a mail that no operator has sent to all: it has no message.
    const OF_NO_MESSAGE: u16 = 1;

    /// Reads a mail's row, including those of earlier versions. The number is not in it.
    pub(super) fn read(value: &[u8]) -> Result<Self, RowError> {
        decode_value(Self::VERSION, value, |version, bytes| {
            complete_value(bytes, &None::<u64>).filter(|_| version == Self::OF_NO_MESSAGE)
        })
    }

    fn encode(&self, out: &mut Vec<u8>) {
        match self.message {
            Some(_) => encode_value(Self::VERSION, self, out),
            None => encode_value(Self::OF_NO_MESSAGE, &(&self.letter, self.read, self.claimed), out),
        }
    }
}

fn row_key(account: AccountId, number: u64) -> [u8; 16] {
    let mut key = [0; 16];
    key[..8].copy_from_slice(&account.to_key());
    key[8..].copy_from_slice(&number.to_be_bytes());
    key
}

pub(super) fn row_number(key: &[u8]) -> Result<u64, RowError> {
    let number = key.get(8..).and_then(|number| number.try_into().ok());
    number.map(u64::from_be_bytes).ok_or(RowError::Damaged)
}

const HEAD_VERSION: u16 = 1;

impl PlayerRows for Mailbox {
    const TABLE: &'static str = "mail";
    const ROW_VERSION: u16 = Mail::VERSION;

    fn newcomer(world: &World) -> Self {
        Self::new(world.resource::<Clock>().day())
    }

    fn save(&mut self, account: AccountId, batch: &mut Batch) {
        if std::mem::take(&mut self.head_unsaved) {
            batch.put(Self::TABLE, &row_key(account, HEAD), |out| encode_value(HEAD_VERSION, &self.head, out));
        }
        let mut unsaved = std::mem::take(&mut self.unsaved);
        unsaved.sort_unstable();
        unsaved.dedup();
        for number in unsaved {
            let key = row_key(account, number);
            match self.position(number) {
                Ok(at) => batch.put(Self::TABLE, &key, |out| self.mails[at].encode(out)),
                Err(_) => batch.delete(Self::TABLE, &key),
            }
        }
    }

    fn digest(&self, out: &mut Vec<u8>) {
        encode_value(HEAD_VERSION, &self.head, out);
        for mail in &self.mails {
            out.extend_from_slice(&mail.number.to_be_bytes());
            mail.encode(out);
        }
    }

    fn load(rows: &[(Vec<u8>, Vec<u8>)], world: &World) -> Result<Self, RowError> {
        let Some(((_, head), mails)) = rows.split_first() else {
            return Ok(Self::newcomer(world));
        };
        let head = decode_value(HEAD_VERSION, head, |_, _| None)?;
        let read = |(key, value): &(Vec<u8>, Vec<u8>)| Ok(Mail::read(value)?.numbered(row_number(key)?));
        let mails = mails.iter().map(read).collect::<Result<_, _>>()?;
        Ok(Self { head, mails, head_unsaved: false, unsaved: Vec::new() })
    }

    type Portable = PortableMailbox;

    fn pack(self, departure: Departure<'_>) -> Result<PortableMailbox, RowError> {
        Ok(PortableMailbox::of(self, departure))
    }

    fn unpack(portable: PortableMailbox, arrival: Arrival<'_>) -> Result<Self, Unfit> {
        portable.into_mailbox(arrival)
    }
}
