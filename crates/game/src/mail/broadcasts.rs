//! Mails to everybody, or to many: one record each, whatever the number of players.

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::items::Amount;
use crate::mail::{AudienceTerms, Letter, MailRules, Recipient};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::storage::WorldRow;

/// A mail to everybody, or to many, as a feature announces it.
#[derive(Debug, Clone)]
pub struct Broadcast {
    /// Unix seconds from which players get it.
    pub deliver_at: i64,
    /// Unix seconds after which it is no longer delivered; players who have it keep it.
    pub expires_at: i64,
    /// Name of the sender, such as [`MailRules::system_sender`](crate::mail::MailRules).
    pub from: String,
    /// Subject.
    pub subj: String,
    /// Text.
    pub body: String,
    /// Items for everyone in the audience.
    pub items: Vec<Amount>,
    /// The recipients.
    pub audience: MailAudience,
}

/// System mails wait this long for players who do not log in, in seconds: a year.
const SYSTEM_MAIL_LASTS_SECONDS: i64 = 365 * 86_400;

impl Broadcast {
    /// A system mail to an audience, without items common to all.
    pub fn of_system(rules: &MailRules, deliver_at: i64, subj: &str, body: &str, audience: MailAudience) -> Self {
        Self {
            deliver_at,
            expires_at: deliver_at + SYSTEM_MAIL_LASTS_SECONDS,
            from: rules.system_sender.clone(),
            subj: subj.to_owned(),
            body: body.to_owned(),
            items: Vec::new(),
            audience,
        }
    }
}

/// The recipients of a broadcast.
///
/// [`Accounts::last`]: crate::identity::Accounts::last
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum MailAudience {
    /// Everybody who existed when it was announced: the accounts up to this one (`Accounts::last`). Later ones get
    /// none.
    UpTo(AccountId),
    /// These accounts, each with items of its own after those for all.
    Ranked(Vec<(AccountId, Vec<Amount>)>),
    /// Whoever an operator has meant.
    Meeting(Box<SentToAll>),
}

/// Where a mail of an operator comes from, and for whom it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentToAll {
    /// The number of the realm's message that brought it, by which it is withdrawn.
    pub message: u64,
    /// When it was written, unix seconds.
    pub written_at: i64,
    /// The last account that there was when the message came.
    pub last: AccountId,
    /// Who gets it; [prepared](AudienceTerms::prepared).
    pub terms: AudienceTerms,
}

impl SentToAll {
    /// Whether it is for this player.
    pub fn is_for(&self, who: &Recipient<'_>) -> bool {
        (self.terms.newcomers || who.account <= self.last) && self.terms.admits(who, self.written_at)
    }

    fn is_for_every(&self, account: AccountId) -> bool {
        self.terms.is_everybody() && account <= self.last
    }
}

/// The mails to everybody that are announced or may still be delivered: one record each, whatever the number of
/// players.
#[derive(Debug, Default, Resource, Serialize, Deserialize)]
pub struct Broadcasts {
    /// The number of the last broadcast; numbers are never reused.
    last: u64,
    /// In order of their numbers.
    list: Vec<Announced>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Announced {
    pub(super) number: u64,
    expires_at: i64,
    /// Whether connected players were notified.
    told: bool,
    /// `at` is when it is due.
    letter: Letter,
    /// A ranked one is sorted by account, without duplicates.
    audience: MailAudience,
}

/// In a row of version 1: everybody, whenever created. The audience was not recorded, so it is the accounts that exist
/// when the row is first read ([`Broadcasts::close`]).
const WHENEVER_MADE: MailAudience = MailAudience::UpTo(AccountId(u64::MAX));

/// The version of rows that know no mails of operators, and are otherwise the same.
const BEFORE_OPERATORS: u16 = 2;

impl WorldRow for Broadcasts {
    const TABLE: &'static str = "broadcasts";
    const VERSION: u16 = 3;

    fn upgrade(version: u16, bytes: &[u8]) -> Option<Self> {
        if version == BEFORE_OPERATORS {
            return postcard::from_bytes(bytes).ok();
        }
        #[derive(Deserialize)]
        enum Audience {
            Everybody,
            Ranked(Vec<(AccountId, Vec<Amount>)>),
        }
        #[derive(Deserialize)]
        struct Version1 {
            last: u64,
            list: Vec<(u64, i64, bool, Letter, Audience)>,
        }
        let Version1 { last, list } = postcard::from_bytes(bytes).ok().filter(|_| version == 1)?;
        let list = list.into_iter().map(|(number, expires_at, told, letter, audience)| {
            let audience = match audience {
                Audience::Everybody => WHENEVER_MADE,
                Audience::Ranked(ranked) => MailAudience::Ranked(ranked),
            };
            Announced { number, expires_at, told, letter, audience }
        });
        Some(Self { last, list: list.collect() })
    }
}

impl Broadcasts {
    /// Their letters.
    pub(super) fn letters(&self) -> impl Iterator<Item = &Letter> {
        self.list.iter().map(|announced| &announced.letter)
    }
}

impl Announced {
    fn is_live(&self, now: i64) -> bool {
        self.letter.at <= now && now < self.expires_at
    }

    /// The realm's message that brought it, if an operator has sent it.
    pub(super) fn message(&self) -> Option<u64> {
        match &self.audience {
            MailAudience::Meeting(sent) => Some(sent.message),
            MailAudience::UpTo(_) | MailAudience::Ranked(_) => None,
        }
    }

    /// The letter for a player, if it is in the audience.
    pub(super) fn letter_for(&self, who: &Recipient<'_>) -> Option<Letter> {
        match &self.audience {
            MailAudience::Meeting(sent) => sent.is_for(who).then(|| self.letter.clone()),
            MailAudience::UpTo(_) | MailAudience::Ranked(_) => self.letter_to(who.account),
        }
    }

    /// The letter for an account of which nothing else is known, if it is certain to be in the audience.
    pub(super) fn letter_to(&self, account: AccountId) -> Option<Letter> {
        let own: &[Amount] = match &self.audience {
            MailAudience::UpTo(last) if account <= *last => &[],
            MailAudience::Meeting(sent) if sent.is_for_every(account) => &[],
            MailAudience::UpTo(_) | MailAudience::Meeting(_) => return None,
            MailAudience::Ranked(ranked) => {
                let at = ranked.binary_search_by_key(&account, |(account, _)| *account).ok()?;
                &ranked[at].1
            }
        };
        let mut letter = self.letter.clone();
        letter.items.extend_from_slice(own);
        Some(letter)
    }
}

impl Broadcasts {
    /// Records a mail to everybody, or to many; returns its number. Every account in the audience gets it once. Amounts
    /// of zero or less are left out.
    pub fn announce(&mut self, broadcast: Broadcast) -> u64 {
        let Broadcast { deliver_at, expires_at, from, subj, body, mut items, mut audience } = broadcast;
        keep_positive(&mut items);
        if let MailAudience::Ranked(ranked) = &mut audience {
            ranked.sort_by_key(|(account, _)| *account);
            ranked.dedup_by(|later, kept| {
                later.0 == kept.0 && {
                    kept.1.append(&mut later.1);
                    true
                }
            });
            ranked.iter_mut().for_each(|(_, own)| keep_positive(own));
        }
        self.last += 1;
        let letter = Letter { at: deliver_at, from: from.into(), subj: subj.into(), body: body.into(), items };
        self.list.push(Announced { number: self.last, expires_at, told: false, letter, audience });
        self.last
    }

    /// Delivers no longer what this message of the realm has brought.
    pub(super) fn withdraw(&mut self, message: u64) {
        self.list.retain(|announced| announced.message() != Some(message));
    }

    /// Those that are delivered at this moment, in order of their numbers.
    pub(super) fn live(&self, now: i64) -> impl Iterator<Item = &Announced> {
        self.list.iter().filter(move |announced| announced.is_live(now))
    }

    /// Those that have not expired, due or not, in order of their numbers.
    pub(super) fn announced(&self, now: i64) -> impl Iterator<Item = &Announced> {
        self.list.iter().filter(move |announced| now < announced.expires_at)
    }

    /// Whether one of the game's own is delivered later than this (unix seconds). The moments of operators are what they
    /// are.
    pub(super) fn delivers_after(&self, latest: i64) -> bool {
        self.list.iter().any(|announced| announced.message().is_none() && announced.letter.at > latest)
    }

    /// Delivers all of the game's own by this moment (unix seconds) at the latest.
    pub(super) fn deliver_by(&mut self, latest: i64) {
        for announced in self.list.iter_mut().filter(|announced| announced.message().is_none()) {
            let late = announced.letter.at.saturating_sub(latest).max(0);
            announced.letter.at -= late;
            announced.expires_at -= late;
        }
    }

    /// Whether [`Self::close`] would change anything.
    pub fn is_open(&self) -> bool {
        self.list.iter().any(|announced| announced.audience == WHENEVER_MADE)
    }

    /// Closes broadcasts from before audiences had an end: accounts created after `last` get none of them.
    pub fn close(&mut self, last: AccountId) {
        for announced in self.list.iter_mut().filter(|announced| announced.audience == WHENEVER_MADE) {
            announced.audience = MailAudience::UpTo(last);
        }
    }

    /// How many are on record.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether none are on record.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether the broadcast of that number is still on record.
    pub fn contains(&self, number: u64) -> bool {
        self.list.binary_search_by_key(&number, |announced| announced.number).is_ok()
    }

    /// The letter that a broadcast on record is for an account in its audience.
    pub fn letter_of(&self, number: u64, account: AccountId) -> Option<Letter> {
        let at = self.list.binary_search_by_key(&number, |announced| announced.number).ok()?;
        self.list[at].letter_to(account)
    }

    /// When the next unannounced one is due, unix seconds.
    pub fn next_delivery(&self) -> Option<i64> {
        self.list.iter().filter(|announced| !announced.told).map(|announced| announced.letter.at).min()
    }

    /// Whether [`Self::drop_expired`] or [`Self::tell_due`] would change anything.
    pub fn has_work(&self, now: i64) -> bool {
        self.list.iter().any(|announced| announced.expires_at <= now || (announced.is_live(now) && !announced.told))
    }

    /// Drops the broadcasts that are no longer delivered.
    pub fn drop_expired(&mut self, now: i64) {
        self.list.retain(|announced| now < announced.expires_at);
    }

    /// Calls `tell` once for each broadcast that has become due.
    pub fn tell_due(&mut self, now: i64, mut tell: impl FnMut(&Letter, &MailAudience)) {
        for announced in self.list.iter_mut().filter(|announced| announced.is_live(now) && !announced.told) {
            announced.told = true;
            tell(&announced.letter, &announced.audience);
        }
    }
}

fn keep_positive(amounts: &mut Vec<Amount>) {
    amounts.retain(|amount| amount.quantity > 0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broadcasts_from_before_audiences_had_an_end_are_for_who_is_there_when_they_are_read() {
        let letter = Letter { at: 5, from: "s".into(), subj: "gift".into(), body: "b".into(), items: Vec::new() };
        let everybody = 0_u8;
        let row = postcard::to_stdvec(&(7_u64, vec![(7_u64, 99_i64, false, &letter, everybody)])).expect("plain data");
        let mut broadcasts = Broadcasts::upgrade(1, &row).expect("version 1 can be upgraded");
        assert!(broadcasts.is_open());
        broadcasts.close(AccountId(3));
        assert!(!broadcasts.is_open());
        let gets = |account| broadcasts.list[0].letter_to(AccountId(account)).is_some();
        assert_eq!((gets(3), gets(4)), (true, false), "accounts created later get none");
    }

    fn of_operator(terms: &str) -> Announced {
        let terms: AudienceTerms = serde_json::from_str(terms).expect("terms");
        let sent = SentToAll { message: 5, written_at: 100, last: AccountId(3), terms: terms.prepared() };
        let letter = Letter { at: 900, from: "s".into(), subj: "gift".into(), body: "b".into(), items: Vec::new() };
        let audience = MailAudience::Meeting(Box::new(sent));
        Announced { number: 1, expires_at: 999, told: false, letter, audience }
    }

    #[test]
    fn a_mail_of_an_operator_is_for_the_accounts_of_its_time_or_for_newcomers_too() {
        let gets =
            |announced: &Announced, number: u64| announced.letter_for(&Recipient::plain(AccountId(number))).is_some();
        let everybody = of_operator("{}");
        assert_eq!((gets(&everybody, 3), gets(&everybody, 4)), (true, false), "an account that moves in later");
        assert!(gets(&of_operator(r#"{"newcomers": true}"#), 4));
        let known = |announced: &Announced| announced.letter_to(AccountId(3)).is_some();
        assert!(known(&everybody), "whoever leaves takes along what is for everybody");
        assert!(!known(&of_operator(r#"{"level_min": 1}"#)), "nobody knows whether the terms are met");
    }

    #[test]
    fn a_mended_clock_hurries_only_what_the_game_itself_has_announced() {
        let mut broadcasts = Broadcasts { last: 1, list: vec![of_operator("{}")] };
        assert!(!broadcasts.delivers_after(500));
        broadcasts.deliver_by(500);
        assert_eq!(broadcasts.list[0].letter.at, 900);
        broadcasts.withdraw(4);
        assert_eq!(broadcasts.len(), 1);
        broadcasts.withdraw(5);
        assert!(broadcasts.is_empty());
    }

    #[test]
    fn a_row_from_before_operators_could_write_to_all_is_read_as_it_is() {
        let announced = Announced { audience: MailAudience::UpTo(AccountId(3)), ..of_operator("{}") };
        let row = postcard::to_stdvec(&Broadcasts { last: 7, list: vec![announced] }).expect("plain data");
        let broadcasts = Broadcasts::upgrade(2, &row).expect("version 2 can be upgraded");
        assert!((broadcasts.last, broadcasts.len()) == (7, 1) && broadcasts.contains(1));
    }
}
