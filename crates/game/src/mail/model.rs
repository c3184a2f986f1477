//! A player's mailbox.

use std::sync::Arc;

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::items::Amount;
use crate::mail::broadcasts::Announced;
use crate::mail::{Broadcasts, Recipient};
use raidkeep_engine::account::AccountId;

/// The content of a mail. Its texts are shared: a letter to everybody is in memory once, however many players took it
/// in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// Unix seconds: when it was sent, or when the broadcast was due.
    pub at: i64,
    /// The sender's name.
    pub from: Arc<str>,
    /// Subject.
    pub subj: Arc<str>,
    /// Text.
    pub body: Arc<str>,
    /// The items to claim, each 1 or more.
    pub items: Vec<Amount>,
}

/// A letter in a mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// Part of the row's key. A player's mails are numbered from 1, and numbers are never reused.
    #[serde(skip)]
    pub(super) number: u64,
    pub(super) letter: Letter,
    pub(super) read: bool,
    pub(super) claimed: bool,
    /// The realm's message that brought it, if an operator has sent it to all.
    #[serde(default)]
    pub(super) message: Option<u64>,
}

impl Mail {
    /// The letter.
    pub fn letter(&self) -> &Letter {
        &self.letter
    }

    /// The player's key for the mail; no other mail of the player, past or future, has the same.
    pub fn key(&self) -> String {
        self.number.to_string()
    }

    /// Whether it was marked as read, or claimed.
    pub fn is_read(&self) -> bool {
        self.read
    }

    /// Whether it came with items, claimed or not.
    pub fn has_items(&self) -> bool {
        !self.letter.items.is_empty()
    }

    /// Whether its items were claimed.
    pub fn is_claimed(&self) -> bool {
        self.claimed
    }

    /// The same mail with its number, which is not serialized.
    pub(super) fn numbered(self, number: u64) -> Self {
        Self { number, ..self }
    }

    /// Whether deleting it would lose items.
    pub(super) fn is_owed(&self) -> bool {
        self.has_items() && !self.claimed
    }
}

/// Why an operation on a mail or a mailbox fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// The player has no mailbox, or is not in memory.
    #[error("there is no box")]
    NoSuchBox,
    /// No mail has that key.
    #[error("no mail has this key")]
    NoSuchMail,
    /// The mail came without items.
    #[error("the mail has no items")]
    NothingToClaim,
    /// Its items were already claimed.
    #[error("the items were claimed before")]
    AlreadyClaimed,
    /// Deleting it would lose its items.
    #[error("the items are not claimed yet")]
    Unclaimed,
    /// The mailbox is full.
    #[error("the box is full")]
    Full,
}

/// A player's mails. Each is a separate row, so that a new one does not rewrite the others.
#[derive(Debug, Component)]
pub struct Mailbox {
    pub(super) head: Head,
    /// In order of their numbers.
    pub(super) mails: Vec<Mail>,
    pub(super) head_unsaved: bool,
    /// Numbers of mails that were added, changed or deleted since the last save.
    pub(super) unsaved: Vec<u64>,
}

/// The row of the mailbox itself.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Head {
    /// The number of the last mail.
    pub(super) last: u64,
    /// Numbers of the broadcasts that were taken in and are still on record; sorted. The highest number alone would not
    /// do, because broadcasts do not fall due in order.
    pub(super) taken: Vec<u64>,
    /// The day that `sent` refers to.
    pub(super) sent_day: i32,
    sent: u32,
}

/// The index of the head among a player's rows; mails are at the index of their number.
pub(super) const HEAD: u64 = 0;

impl Mailbox {
    /// An empty mailbox; nothing was sent on `today`.
    pub fn new(today: i32) -> Self {
        let head = Head { sent_day: today, ..Head::default() };
        Self { head, mails: Vec::new(), head_unsaved: true, unsaved: Vec::new() }
    }

    /// How many mails there are.
    pub fn len(&self) -> usize {
        self.mails.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.mails.is_empty()
    }

    /// All mails, newest first; within the same second by descending number.
    pub fn newest_first(&self) -> Vec<&Mail> {
        let mut mails: Vec<&Mail> = self.mails.iter().rev().collect();
        mails.sort_by_key(|mail| std::cmp::Reverse(mail.letter.at));
        mails
    }

    /// Adds a letter if there are fewer than `box_max`; returns the mail's key.
    pub fn receive(&mut self, letter: Letter, box_max: usize) -> Result<String, MailError> {
        if self.mails.len() >= box_max {
            return Err(MailError::Full);
        }
        self.head.last += 1;
        self.head_unsaved = true;
        self.unsaved.push(self.head.last);
        let mail = Mail { number: self.head.last, letter, read: false, claimed: false, message: None };
        let key = mail.key();
        self.mails.push(mail);
        Ok(key)
    }

    /// Turns the broadcasts that are due for this player and not yet taken in into mails, as far as there is room; the
    /// others wait.
    pub fn take_in(&mut self, who: &Recipient<'_>, broadcasts: &Broadcasts, now: i64, box_max: usize) {
        self.take(broadcasts, broadcasts.live(now), |announced| announced.letter_for(who), box_max);
    }

    /// The same including those not due yet, for a player who will have another account by then. Mails with terms stay
    /// behind unless they are in the box.
    pub(super) fn take_along(&mut self, account: AccountId, broadcasts: &Broadcasts, now: i64, box_max: usize) {
        self.take(broadcasts, broadcasts.announced(now), |announced| announced.letter_to(account), box_max);
    }

    fn take<'b>(
        &mut self,
        broadcasts: &Broadcasts,
        announced: impl Iterator<Item = &'b Announced>,
        letter: impl Fn(&Announced) -> Option<Letter>,
        box_max: usize,
    ) {
        for announced in announced {
            let Err(at) = self.head.taken.binary_search(&announced.number) else {
                continue;
            };
            let Some(letter) = letter(announced) else {
                continue;
            };
            if self.receive(letter, box_max).is_err() {
                break;
            }
            if let Some(mail) = self.mails.last_mut() {
                mail.message = announced.message();
            }
            self.head.taken.insert(at, announced.number);
            self.head.taken.retain(|taken| broadcasts.contains(*taken));
        }
    }

    /// Marks a mail as read.
    pub fn mark_read(&mut self, key: &str) -> Result<(), MailError> {
        let at = self.find(key)?;
        if !self.mails[at].read {
            self.mails[at].read = true;
            self.unsaved.push(self.mails[at].number);
        }
        Ok(())
    }

    /// Removes a mail without unclaimed items.
    pub fn delete(&mut self, key: &str) -> Result<(), MailError> {
        let at = self.find(key)?;
        if self.mails[at].is_owed() {
            return Err(MailError::Unclaimed);
        }
        let mail = self.mails.remove(at);
        self.unsaved.push(mail.number);
        Ok(())
    }

    /// Removes the mails that are read and have no unclaimed items.
    pub fn delete_read(&mut self) {
        let gone = self.mails.extract_if(.., |mail| mail.read && !mail.is_owed());
        self.unsaved.extend(gone.map(|mail| mail.number));
    }

    /// Claims the items of a mail, once; the mail then counts as read.
    pub fn claim(&mut self, key: &str) -> Result<Vec<Amount>, MailError> {
        let at = self.find(key)?;
        let mail = &mut self.mails[at];
        if !mail.has_items() {
            return Err(MailError::NothingToClaim);
        }
        if mail.claimed {
            return Err(MailError::AlreadyClaimed);
        }
        mail.claimed = true;
        mail.read = true;
        self.unsaved.push(mail.number);
        Ok(mail.letter.items.clone())
    }

    /// How many mails the player has sent on `today`. A clock that jumped back to an earlier day does not reset the
    /// count.
    pub fn sent_on(&self, today: i32) -> u32 {
        if today > self.head.sent_day { 0 } else { self.head.sent }
    }

    /// Counts a mail that the player sends on `today`.
    pub fn count_sent(&mut self, today: i32) {
        self.head.sent = self.sent_on(today).saturating_add(1);
        self.head.sent_day = self.head.sent_day.max(today);
        self.head_unsaved = true;
    }

    pub(super) fn find(&self, key: &str) -> Result<usize, MailError> {
        let number: u64 = key.parse().map_err(|_| MailError::NoSuchMail)?;
        let at = self.position(number).map_err(|_| MailError::NoSuchMail)?;
        // "+7" and "07" parse as numbers but are not keys.
        if self.mails[at].key() == key { Ok(at) } else { Err(MailError::NoSuchMail) }
    }

    pub(super) fn position(&self, number: u64) -> Result<usize, usize> {
        self.mails.binary_search_by_key(&number, |mail| mail.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::{Broadcast, MailAudience};
    use proptest::prelude::*;
    use raidkeep_engine::storage::{Batch, PlayerRows};

    const NOW: i64 = 1000;
    const ANN: AccountId = AccountId(1);
    const BOB: AccountId = AccountId(2);
    const EVERYBODY: MailAudience = MailAudience::UpTo(BOB);

    fn amounts(texts: &[&str]) -> Vec<Amount> {
        texts.iter().map(|text| text.parse().expect("an amount")).collect()
    }

    fn letter(at: i64, items: &[&str]) -> Letter {
        Letter { at, from: "ann".into(), subj: "hello".into(), body: "text".into(), items: amounts(items) }
    }

    fn gift(deliver_at: i64, audience: MailAudience) -> Broadcast {
        let (from, subj, body) = ("系统".to_owned(), "gift".to_owned(), "text".to_owned());
        Broadcast { deliver_at, expires_at: NOW + 100, from, subj, body, items: amounts(&["3:1:5"]), audience }
    }

    fn take_in(mailbox: &mut Mailbox, broadcasts: &Broadcasts, now: i64) -> usize {
        mailbox.take_in(&Recipient::plain(ANN), broadcasts, now, 100);
        mailbox.len()
    }

    #[test]
    fn a_broadcast_becomes_a_mail_once_between_delivery_and_expiry() {
        let mut broadcasts = Broadcasts::default();
        broadcasts.announce(gift(NOW, EVERYBODY));
        let mut early = Mailbox::new(0);
        assert_eq!(take_in(&mut early, &broadcasts, NOW - 1), 0, "not due");
        assert_eq!(take_in(&mut early, &broadcasts, NOW), 1, "due to the second");
        assert_eq!(take_in(&mut early, &broadcasts, NOW + 1), 1, "once");
        assert_eq!(early.delete("1"), Err(MailError::Unclaimed));
        early.claim("1").expect("there is something to claim");
        early.delete("1").expect("nothing is owed");
        assert_eq!(take_in(&mut early, &broadcasts, NOW + 2), 0, "not again after it was deleted");
        let mut late = Mailbox::new(0);
        assert_eq!(take_in(&mut late, &broadcasts, NOW + 100), 0, "expired");
        assert_eq!(take_in(&mut late, &broadcasts, NOW + 99), 1, "the last second");
    }

    #[test]
    fn broadcasts_that_fall_due_in_another_order_are_all_taken_in() {
        let mut broadcasts = Broadcasts::default();
        broadcasts.announce(gift(NOW + 10, EVERYBODY));
        broadcasts.announce(gift(NOW, EVERYBODY));
        let mut mailbox = Mailbox::new(0);
        assert_eq!(take_in(&mut mailbox, &broadcasts, NOW), 1);
        assert_eq!(take_in(&mut mailbox, &broadcasts, NOW + 10), 2);
        assert_eq!(take_in(&mut mailbox, &broadcasts, NOW + 20), 2);
        broadcasts.drop_expired(NOW + 100);
        broadcasts.announce(Broadcast { expires_at: NOW + 999, ..gift(NOW, EVERYBODY) });
        assert_eq!(take_in(&mut mailbox, &broadcasts, NOW + 100), 3);
        assert_eq!(mailbox.head.taken, [3], "numbers that are off the record are not kept");
    }

    #[test]
    fn a_ranked_broadcast_is_for_its_accounts_with_their_own_items() {
        let mut broadcasts = Broadcasts::default();
        let ranked = vec![
            (AccountId(9), amounts(&["3:5:9"])),
            (ANN, amounts(&["3:5:1", "3:2:0", "3:2:-4"])),
            (ANN, amounts(&["3:3:7"])),
        ];
        broadcasts.announce(gift(NOW, MailAudience::Ranked(ranked)));
        let (mut ann, mut bob) = (Mailbox::new(0), Mailbox::new(0));
        ann.take_in(&Recipient::plain(ANN), &broadcasts, NOW, 100);
        bob.take_in(&Recipient::plain(BOB), &broadcasts, NOW, 100);
        let claimed = ann.claim("1").expect("ann is ranked");
        assert_eq!(claimed, amounts(&["3:1:5", "3:5:1", "3:3:7"]), "for all, then her own, none below one");
        assert!(bob.is_empty(), "bob is not ranked");
    }

    #[test]
    fn connected_players_are_told_once_of_each_broadcast() {
        let mut broadcasts = Broadcasts::default();
        broadcasts.announce(gift(NOW + 10, EVERYBODY));
        broadcasts.announce(gift(NOW + 500, EVERYBODY));
        let mut told = 0;
        assert!(!broadcasts.has_work(NOW));
        assert_eq!(broadcasts.next_delivery(), Some(NOW + 10));
        for now in [NOW, NOW + 10, NOW + 10, NOW + 5, NOW + 11] {
            broadcasts.tell_due(now, |_, _| told += 1);
        }
        assert_eq!((told, broadcasts.next_delivery()), (1, Some(NOW + 500)));
        assert!(broadcasts.has_work(NOW + 100), "both expire, the second before it is due");
        broadcasts.drop_expired(NOW + 100);
        assert_eq!((broadcasts.is_empty(), broadcasts.next_delivery()), (true, None));
    }

    #[test]
    fn a_full_box_refuses_players_and_keeps_broadcasts_waiting() {
        let mut broadcasts = Broadcasts::default();
        broadcasts.announce(gift(NOW, EVERYBODY));
        let mut mailbox = Mailbox::new(0);
        mailbox.receive(letter(1, &[]), 1).expect("there is room for one");
        assert_eq!(mailbox.receive(letter(2, &[]), 1), Err(MailError::Full));
        mailbox.take_in(&Recipient::plain(ANN), &broadcasts, NOW, 1);
        assert!(mailbox.head.taken.is_empty(), "it waits");
        mailbox.delete("1").expect("nothing is owed");
        mailbox.take_in(&Recipient::plain(ANN), &broadcasts, NOW, 1);
        assert_eq!(mailbox.newest_first()[0].key(), "2", "the number of a deleted mail does not come again");
    }

    #[test]
    fn only_the_exact_key_names_a_mail() {
        let mut mailbox = Mailbox::new(0);
        mailbox.receive(letter(1, &[]), 9).expect("there is room");
        for wrong in ["", "0", "2", "01", "+1", " 1", "1 ", "-1", "1.0", "18446744073709551617", "一"] {
            assert_eq!(mailbox.mark_read(wrong), Err(MailError::NoSuchMail), "{wrong:?}");
        }
        mailbox.mark_read("1").expect("the key that was told");
    }

    #[test]
    fn mails_are_shown_by_their_time_whenever_they_came() {
        let mut mailbox = Mailbox::new(0);
        for at in [5, 9, 9, 1] {
            mailbox.receive(letter(at, &[]), 9).expect("there is room");
        }
        let keys: Vec<String> = mailbox.newest_first().into_iter().map(Mail::key).collect();
        assert_eq!(keys, ["3", "2", "1", "4"]);
    }

    #[test]
    fn sent_mails_are_counted_by_day() {
        let mut mailbox = Mailbox::new(100);
        mailbox.count_sent(100);
        mailbox.count_sent(100);
        assert_eq!((mailbox.sent_on(100), mailbox.sent_on(101)), (2, 0));
        assert_eq!(mailbox.sent_on(99), 2, "a clock that jumps back allows none twice");
        mailbox.count_sent(99);
        mailbox.count_sent(101);
        assert_eq!(mailbox.sent_on(101), 1);
    }

    /// Writes the changes to `rows`, as a commit does.
    fn save(mailbox: &mut Mailbox, rows: &mut std::collections::BTreeMap<Vec<u8>, Vec<u8>>) -> usize {
        let mut batch = Batch::default();
        mailbox.save(ANN, &mut batch);
        for row in batch.rows() {
            match row.value {
                Some(value) => rows.insert(row.key.to_vec(), value.to_vec()),
                None => rows.remove(row.key),
            };
        }
        batch.row_count()
    }

    #[test]
    fn a_new_mail_writes_itself_and_the_head_and_nothing_else() {
        let (mut mailbox, mut rows) = (Mailbox::new(0), std::collections::BTreeMap::new());
        for _ in 0..50 {
            mailbox.receive(letter(1, &[]), 99).expect("there is room");
        }
        assert_eq!(save(&mut mailbox, &mut rows), 51);
        mailbox.receive(letter(1, &[]), 99).expect("there is room");
        assert_eq!(save(&mut mailbox, &mut rows), 2);
        mailbox.mark_read("7").expect("it is there");
        assert_eq!(save(&mut mailbox, &mut rows), 1);
        mailbox.mark_read("7").expect("it is there");
        assert_eq!(save(&mut mailbox, &mut rows), 0, "it was read before");
        mailbox.delete_read();
        assert_eq!((save(&mut mailbox, &mut rows), rows.len()), (1, 51), "the row is gone");
    }

    proptest! {
        #[test]
        fn a_box_put_together_from_its_rows_is_the_same_box(
            steps in proptest::collection::vec((0_u8..6, 1_u64..12, any::<bool>()), 0..60),
        ) {
            let (mut mailbox, mut rows) = (Mailbox::new(3), std::collections::BTreeMap::new());
            for (step, number, is_saved) in steps {
                let key = number.to_string();
                // Operations that fail are part of the game.
                let _ = match step {
                    0 => mailbox.receive(letter(number.cast_signed(), &[]), 9).map(drop),
                    1 => mailbox.receive(letter(number.cast_signed(), &["3:1:5", "0:7:1"]), 9).map(drop),
                    2 => mailbox.mark_read(&key),
                    3 => mailbox.delete(&key),
                    4 => mailbox.claim(&key).map(drop),
                    _ => {
                        mailbox.delete_read();
                        mailbox.count_sent(3);
                        Ok(())
                    }
                };
                if is_saved {
                    save(&mut mailbox, &mut rows);
                }
            }
            save(&mut mailbox, &mut rows);
            let rows: Vec<_> = rows.into_iter().collect();
            let loaded = Mailbox::load(&rows, &World::new()).expect("own rows should be readable");
            let (mut expected, mut found) = (Vec::new(), Vec::new());
            mailbox.digest(&mut expected);
            loaded.digest(&mut found);
            prop_assert_eq!(expected, found);
            prop_assert_eq!(&mailbox.mails, &loaded.mails);
        }
    }
}
