//! The points, cards and payments of the sandbox, independent of HTTP and reply codes.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::settings::{Channel, SandboxLimits, SandboxSettings};
use raidkeep_game::platforms::secret::Secret;

/// Everything MCRMB knows.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PointsLedger {
    pub(super) accounts: BTreeMap<String, PointsAccount>,
    pub(super) cards: BTreeMap<String, Card>,
    pub(super) used_cards: BTreeSet<String>,
    pub(super) closed_channels: BTreeSet<u32>,
    pub(super) payments: VecDeque<PointsPayment>,
}

/// What a player has charged and paid, in points. The balance is the difference.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct PointsAccount {
    charged: i64,
    paid: i64,
    /// Newest first.
    pub(super) records: VecDeque<PointsRecord>,
    /// Newest first.
    pub(super) card_records: VecDeque<CardRecord>,
}

/// A change of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointsRecord {
    /// Unix seconds.
    pub date: i64,
    /// Purpose.
    pub text: String,
    /// Points; negative for a payment.
    pub money: i64,
}

/// A submitted card, with its outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardRecord {
    /// Unix seconds.
    pub date: i64,
    /// The card's number.
    pub num: String,
    /// The outcome.
    pub status: CardStatus,
    /// The card's value in yuan; 0 if it was refused.
    pub money: u32,
}

/// A payment that was carried out; tests compare it with the goods granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointsPayment {
    /// Unix milliseconds.
    pub at_ms: i64,
    /// The player who paid.
    pub wname: String,
    /// Purpose, as sent by the client.
    pub r#use: String,
    /// Points.
    pub money: i64,
}

/// A card that was added. Only a hash of the password is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Card {
    /// Its value.
    pub yuan: u32,
    password_sha256: [u8; 32],
}

/// The outcome of a submitted card, `Wcode` (docs/contract/points-platform.md#cards).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CardStatus {
    /// 200: accepted. The sandbox credits it at once.
    Accepted,
    /// 203: the channel is closed.
    ChannelClosed,
    /// 208: it was used before.
    Used,
    /// 303: no such card, or a wrong length.
    Invalid,
}

/// Why points cannot be moved.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The player has no account.
    Unknown,
    /// The player has `money` and needs `need` more.
    Short { money: i64, need: i64 },
    /// The amount is not above zero, or the account would overflow.
    Amount,
}

/// The effect of setting a balance.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Set {
    Added,
    Deducted,
    Unchanged,
}

impl PointsAccount {
    /// The balance.
    pub fn money(&self) -> i64 {
        self.charged - self.paid
    }

    /// All charges so far.
    pub fn charged(&self) -> i64 {
        self.charged
    }

    /// All payments so far.
    pub fn paid(&self) -> i64 {
        self.paid
    }

    fn add(&mut self, money: i64) -> Result<(), Refusal> {
        self.charged = self.charged.checked_add(money).filter(|_| money > 0).ok_or(Refusal::Amount)?;
        Ok(())
    }

    fn deduct(&mut self, money: i64) -> Result<(), Refusal> {
        let has = self.money();
        if has < money {
            return Err(Refusal::Short { money: has, need: money - has });
        }
        // What is paid never exceeds what is charged, so this cannot overflow.
        self.paid += money;
        Ok(())
    }

    fn note(&mut self, record: PointsRecord, limits: &SandboxLimits) {
        self.records.push_front(record);
        self.records.truncate(limits.records_shown);
    }
}

/// Points to move: the player, purpose, amount and time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Posting<'a> {
    pub(super) wname: &'a str,
    pub(super) text: &'a str,
    pub(super) money: i64,
    pub(super) now_ms: i64,
}

impl Posting<'_> {
    fn record(&self, text: String, money: i64) -> PointsRecord {
        PointsRecord { date: self.now_ms / 1000, text, money }
    }
}

impl PointsLedger {
    /// Takes a payment; returns the balance afterwards.
    pub(super) fn pay(&mut self, posting: Posting<'_>, limits: &SandboxLimits) -> Result<i64, Refusal> {
        let Posting { wname, text, money, now_ms } = posting;
        let account = self.account_to_deduct_from(posting)?;
        account.deduct(money)?;
        account.note(posting.record(text.to_owned(), -money), limits);
        let left = account.money();
        self.payments.push_back(PointsPayment {
            at_ms: now_ms,
            wname: wname.to_owned(),
            r#use: text.to_owned(),
            money,
        });
        while self.payments.len() > limits.payments_kept {
            self.payments.pop_front();
        }
        Ok(left)
    }

    /// Adds points manually; true if the player had no account.
    pub(super) fn add(&mut self, posting: Posting<'_>, limits: &SandboxLimits) -> Result<bool, Refusal> {
        if posting.money <= 0 {
            return Err(Refusal::Amount);
        }
        let is_new = !self.accounts.contains_key(posting.wname);
        let account = self.accounts.entry(posting.wname.to_owned()).or_default();
        account.add(posting.money)?;
        account.note(posting.record(format!("API加款({})", posting.text), posting.money), limits);
        Ok(is_new)
    }

    /// Deducts points manually.
    pub(super) fn deduct(&mut self, posting: Posting<'_>, limits: &SandboxLimits) -> Result<(), Refusal> {
        let account = self.account_to_deduct_from(posting)?;
        account.deduct(posting.money)?;
        account.note(posting.record(format!("API扣款({})", posting.text), -posting.money), limits);
        Ok(())
    }

    /// Sets the balance by adding or deducting the difference.
    pub(super) fn set(&mut self, posting: Posting<'_>, limits: &SandboxLimits) -> Result<Set, Refusal> {
        if posting.money < 0 {
            return Err(Refusal::Amount);
        }
        let has = self.accounts.get(posting.wname).map_or(0, PointsAccount::money);
        match posting.money - has {
            0 => Ok(Set::Unchanged),
            more if more > 0 => self.add(Posting { money: more, ..posting }, limits).map(|_| Set::Added),
            less => self.deduct(Posting { money: -less, ..posting }, limits).map(|()| Set::Deducted),
        }
    }

    /// An invalid amount is reported before an unknown player.
    fn account_to_deduct_from(&mut self, posting: Posting<'_>) -> Result<&mut PointsAccount, Refusal> {
        if posting.money <= 0 {
            return Err(Refusal::Amount);
        }
        self.accounts.get_mut(posting.wname).ok_or(Refusal::Unknown)
    }

    /// Submits a card. The player has an account from then on, whatever the outcome; true if the account is new.
    pub(super) fn charge(
        &mut self,
        settings: &SandboxSettings,
        wname: &str,
        (ctype, number, password): (&str, &str, &Secret),
        now_ms: i64,
    ) -> (bool, CardStatus) {
        let is_new = !self.accounts.contains_key(wname);
        let channel = settings.channel(ctype);
        let checked = channel.ok_or(CardStatus::Invalid);
        let checked = checked.and_then(|channel| Ok((channel, self.worth(settings, channel, number, password)?)));
        let account = self.accounts.entry(wname.to_owned()).or_default();
        let credited = checked.and_then(|(channel, yuan)| {
            account.add(channel.points(yuan)).map_err(|_| CardStatus::Invalid)?;
            Ok((channel, yuan))
        });
        let (status, yuan) = match credited {
            Ok((channel, yuan)) => {
                let (text, money) = (format!("充值卡充值({})", channel.name), channel.points(yuan));
                account.note(PointsRecord { date: now_ms / 1000, text, money }, &settings.limits);
                self.used_cards.insert(card_id(channel.id, number));
                (CardStatus::Accepted, yuan)
            }
            Err(status) => (status, 0),
        };
        let record = CardRecord { date: now_ms / 1000, num: number.to_owned(), status, money: yuan };
        account.card_records.push_front(record);
        account.card_records.truncate(settings.limits.records_shown);
        (is_new, status)
    }

    /// A card's value in yuan.
    fn worth(
        &self,
        settings: &SandboxSettings,
        channel: &Channel,
        number: &str,
        password: &Secret,
    ) -> Result<u32, CardStatus> {
        if self.closed_channels.contains(&channel.id) {
            return Err(CardStatus::ChannelClosed);
        }
        if !channel.fits(number, password.expose()) {
            return Err(CardStatus::Invalid);
        }
        let id = card_id(channel.id, number);
        if self.used_cards.contains(&id) {
            return Err(CardStatus::Used);
        }
        if let Some(card) = self.cards.get(&id) {
            let is_right = card.password_sha256 == password_hash(password);
            return if is_right { Ok(card.yuan) } else { Err(CardStatus::Invalid) };
        }
        let free = settings.free_cards.iter().find(|free| number.starts_with(&free.prefix));
        free.map(|free| free.yuan).ok_or(CardStatus::Invalid)
    }

    /// Adds a card that can be used once.
    pub(super) fn add_card(&mut self, channel: &Channel, number: &str, password: &Secret, yuan: u32) {
        let card = Card { yuan, password_sha256: password_hash(password) };
        self.cards.insert(card_id(channel.id, number), card);
    }
}

fn card_id(channel: u32, number: &str) -> String {
    format!("{channel}/{number}")
}

fn password_hash(password: &Secret) -> [u8; 32] {
    Sha256::digest(password.expose()).into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone)]
    enum Move {
        Add(i64),
        Deduct(i64),
        Set(i64),
        Pay(i64),
    }

    fn moves() -> impl Strategy<Value = Vec<Move>> {
        let amount = prop_oneof![-5_i64..50, Just(i64::MAX), Just(i64::MIN)];
        let one = (amount, 0..4).prop_map(|(money, kind)| match kind {
            0 => Move::Add(money),
            1 => Move::Deduct(money),
            2 => Move::Set(money),
            _ => Move::Pay(money),
        });
        proptest::collection::vec(one, 0..40)
    }

    proptest! {
        #[test]
        fn a_balance_is_what_its_records_add_up_to_and_never_negative(moves in moves()) {
            let mut limits = SandboxSettings::shipped().expect("the shipped settings are right").limits;
            limits.records_shown = usize::MAX;
            let mut ledger = PointsLedger::default();
            for one in moves {
                // A refusal changes nothing, which is what the sum below checks.
                let posting = |money| Posting { wname: "a", text: "x", money, now_ms: 0 };
                let _ = match one {
                    Move::Add(money) => ledger.add(posting(money), &limits).map(|_| ()),
                    Move::Deduct(money) => ledger.deduct(posting(money), &limits),
                    Move::Set(money) => ledger.set(posting(money), &limits).map(|_| ()),
                    Move::Pay(money) => ledger.pay(posting(money), &limits).map(|_| ()),
                };
                if let Some(account) = ledger.accounts.get("a") {
                    let sum: i64 = account.records.iter().map(|record| record.money).sum();
                    prop_assert_eq!(account.money(), sum);
                    prop_assert!(account.money() >= 0 && account.paid() >= 0);
                }
            }
        }
    }
}
