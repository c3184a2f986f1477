//! Determines whether a payment was made, from what the platform shows: a player's last five records, and the total
//! spent. A record proves an order that it names, if its points are the order's and it is newer than what the platform
//! showed before the payment was sent. Records are dated by the platform, and compared with records: its clock is never
//! compared with the world's.

use serde::{Deserialize, Serialize};

/// How many records the platform shows (docs/contract/points-platform.md#what-it-asks).
pub const RECORDS_SHOWN: usize = 5;

/// A player's account on the platform.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlatformAccount {
    /// The points on it.
    pub money: i64,
    /// The total of points spent, if the platform reported it.
    pub all_paid: Option<i64>,
    /// The last records, newest first.
    pub records: Vec<PlatformRecord>,
}

/// One movement on the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlatformRecord {
    /// The platform's timestamp.
    pub date: i64,
    /// The purpose.
    pub text: Box<str>,
    /// Points; negative when they were spent.
    pub money: i64,
}

impl PlatformRecord {
    /// Whether this is the payment of the order with that number. `A-1` does not match `A-17`.
    pub fn names(&self, number: &str) -> bool {
        self.text.match_indices(number).any(|(at, _)| {
            let next = self.text[at + number.len()..].chars().next();
            !next.is_some_and(|next| next.is_ascii_alphanumeric())
        })
    }

    /// Whether this is the payment of another order of the same world, in whatever epoch. A number that is a prefix of
    /// ours may be ours, truncated.
    fn names_another(&self, number: &str) -> bool {
        let world_bytes = number.find('-').map_or(number.len(), |at| at + 1);
        let (world, ours) = number.split_at(world_bytes);
        self.text.match_indices(world).any(|(at, _)| {
            let rest = &self.text[at + world.len()..];
            let end = rest.find(|next: char| !next.is_ascii_alphanumeric() && next != '-').unwrap_or(rest.len());
            !ours.starts_with(&rest[..end])
        })
    }
}

/// What an account proves about a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentVerdict {
    /// The payment was made.
    Paid,
    /// It was not made so far.
    NotPaid,
    /// It cannot be determined; why, for operators.
    Unclear(&'static str),
}

const NOT_TOLD: PaymentVerdict = PaymentVerdict::Unclear("the platform's records do not tell whether it was paid");
const CONTRADICTED: PaymentVerdict =
    PaymentVerdict::Unclear("a record of the platform names it, but with another price, or of a time before it");

impl PlatformAccount {
    /// Whether the order with that number, which changes the points by `change`, was carried out; `before` is the
    /// account at a moment when it certainly was not.
    pub fn verdict(&self, before: Option<&Self>, number: &str, change: i64) -> PaymentVerdict {
        let shown_before = before.map_or(&[][..], |before| &before.records);
        let naming = self.records.iter().filter(|record| record.names(number) && !shown_before.contains(record));
        let newest_before = shown_before.iter().map(|record| record.date).max();
        let fits = |record: &PlatformRecord| record.money == change && newest_before.is_none_or(|at| record.date >= at);
        let verdicts = naming.map(|record| if fits(record) { PaymentVerdict::Paid } else { CONTRADICTED });
        if let Some(verdict) = verdicts.min_by_key(|verdict| *verdict != PaymentVerdict::Paid) {
            return verdict;
        }
        let Some(before) = before else {
            return NOT_TOLD;
        };
        let nothing_spent = change < 0 && self.all_paid.is_some() && self.all_paid == before.all_paid;
        let all_is_shown = reaches_back(self, before) && !has_unshown_payment(self, before);
        if nothing_spent || (all_is_shown && !has_nameless_movement(self, before, number, change)) {
            return PaymentVerdict::NotPaid;
        }
        NOT_TOLD
    }
}

/// Whether the records shown now reach back to those shown before, so that none in between is hidden.
fn reaches_back(now: &PlatformAccount, before: &PlatformAccount) -> bool {
    now.records.len() < RECORDS_SHOWN || before.records.first().is_some_and(|newest| now.records.contains(newest))
}

/// Whether more was spent since than the records show.
fn has_unshown_payment(now: &PlatformAccount, before: &PlatformAccount) -> bool {
    let new = now.records.iter().filter(|record| !before.records.contains(record));
    let shown: i64 = new.map(|record| record.money.saturating_neg().max(0)).fold(0, i64::saturating_add);
    let spent = now.all_paid.zip(before.all_paid).map_or(0, |(now, before)| now.saturating_sub(before));
    spent > shown
}

/// Whether points moved that may be this order's, under a text that the platform has changed.
fn has_nameless_movement(now: &PlatformAccount, before: &PlatformAccount, number: &str, change: i64) -> bool {
    let is_new = |record: &&PlatformRecord| !before.records.contains(record);
    now.records.iter().filter(is_new).any(|record| record.money == change && !record.names_another(number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record(date: i64, text: &str, money: i64) -> PlatformRecord {
        PlatformRecord { date, text: text.into(), money }
    }

    fn account(all_paid: Option<i64>, records: &[PlatformRecord]) -> PlatformAccount {
        PlatformAccount { money: 100, all_paid, records: records.to_vec() }
    }

    fn verdict(before: &PlatformAccount, now: &PlatformAccount) -> PaymentVerdict {
        now.verdict(Some(before), "RK-17", -30)
    }

    #[test]
    fn a_record_that_names_the_order_proves_the_payment() {
        let before = account(Some(0), &[]);
        let now = account(Some(30), &[record(5, "60钻石 RK-17", -30)]);
        assert_eq!(verdict(&before, &now), PaymentVerdict::Paid);
        let other = account(Some(3), &[record(5, "60钻石 RK-171", -3)]);
        assert_eq!(verdict(&before, &other), PaymentVerdict::NotPaid, "another order's number begins alike");
    }

    #[test]
    fn a_record_of_another_price_or_of_a_time_before_the_order_proves_nothing() {
        let earlier = [record(10, "60钻石 RK-17", -30), record(9, "x", 7)];
        let before = account(Some(30), &earlier);
        assert_eq!(verdict(&before, &before), PaymentVerdict::NotPaid, "it was there before the order was sent");
        let paid = account(Some(60), &[&[record(11, "60钻石 RK-17", -30)], &earlier[..]].concat());
        assert_eq!(verdict(&before, &paid), PaymentVerdict::Paid, "a second record of that number is its own");
        for (date, money) in [(11, -3), (11, 30), (8, -30)] {
            let odd = account(Some(33), &[&[record(date, "60钻石 RK-17", money)], &earlier[..]].concat());
            assert_eq!(verdict(&before, &odd), CONTRADICTED, "{money} points at {date}");
        }
        let now = account(Some(30), &[record(5, "60钻石 RK-17", -30)]);
        assert_eq!(now.verdict(None, "RK-17", -30), PaymentVerdict::Paid, "with no earlier record, the price decides");
    }

    #[test]
    fn records_that_reach_back_prove_that_nothing_was_paid() {
        let old = [record(1, "a", 5), record(0, "b", 6)];
        let before = account(None, &old);
        assert_eq!(verdict(&before, &before), PaymentVerdict::NotPaid);
        let others: Vec<PlatformRecord> =
            (2..6).map(|date| record(date, "x", 7)).rev().chain(old[..1].to_vec()).collect();
        assert_eq!(
            verdict(&before, &account(None, &others)),
            PaymentVerdict::NotPaid,
            "the newest of before is still shown"
        );
        let hidden: Vec<PlatformRecord> = (2..7).map(|date| record(date, "x", 7)).rev().collect();
        assert_eq!(verdict(&before, &account(None, &hidden)), NOT_TOLD, "ours may be hidden behind others");
        let (before, now) = (account(Some(8), &old), account(Some(8), &hidden));
        assert_eq!(verdict(&before, &now), PaymentVerdict::NotPaid, "nothing was spent since");
    }

    #[test]
    fn a_payment_under_another_text_is_left_to_an_operator() {
        let before = account(Some(0), &[]);
        let now = account(Some(30), &[record(5, "API扣款", -30)]);
        assert_eq!(verdict(&before, &now), NOT_TOLD);
        let now = account(Some(30), &[record(5, "60钻石 RK-1", -30)]);
        assert_eq!(verdict(&before, &now), NOT_TOLD, "the platform may cut a text off");
    }

    #[test]
    fn a_payment_of_the_players_next_order_is_not_taken_for_this_one() {
        let before = account(Some(0), &[]);
        for next in ["60钻石 RK-18", "60钻石 RK-171 "] {
            assert_eq!(
                verdict(&before, &account(Some(30), &[record(5, next, -30)])),
                PaymentVerdict::NotPaid,
                "{next}"
            );
        }
    }

    #[test]
    fn the_order_of_another_epoch_with_the_same_count_is_another() {
        let before = account(Some(0), &[]);
        let now = account(Some(30), &[record(5, "60钻石 RK-E1000000AA-17", -30)]);
        let verdict = now.verdict(Some(&before), "RK-E1000000AB-17", -30);
        assert_eq!(verdict, PaymentVerdict::NotPaid, "a copy that was put back has lost that order");
        let cut_off = account(Some(30), &[record(5, "60钻石 RK-E1000000A", -30)]);
        assert_eq!(cut_off.verdict(Some(&before), "RK-E1000000AB-17", -30), NOT_TOLD);
    }

    #[test]
    fn a_sum_that_is_not_told_proves_nothing() {
        let old = [record(1, "a", 5)];
        let hidden: Vec<PlatformRecord> = (2..7).map(|date| record(date, "x", 7)).rev().collect();
        let (before, now) = (account(Some(0), &old), account(None, &hidden));
        assert_eq!(verdict(&before, &now), NOT_TOLD);
    }

    #[test]
    fn without_what_was_before_nothing_is_known() {
        let now = account(Some(0), &[]);
        assert_eq!(now.verdict(None, "RK-17", -30), NOT_TOLD, "what was before was never asked");
    }

    proptest! {
        /// A platform applies other movements before and after ours, and ours or not; what the five records and the
        /// total show is never read as the opposite of what happened.
        #[test]
        fn no_verdict_is_ever_the_opposite_of_the_truth(
            earlier in proptest::collection::vec(-40_i64..40, 0..8),
            others in proptest::collection::vec(-40_i64..40, 0..8),
            at in 0_usize..9,
            is_paid in any::<bool>(),
            tells_sum in any::<bool>(),
        ) {
            let mut all: Vec<PlatformRecord> = (0..).zip(&earlier).map(|(date, money)| record(date, "other", *money)).collect();
            let show = |all: &[PlatformRecord]| {
                let spent: i64 = all.iter().map(|record| (-record.money).max(0)).sum();
                let records: Vec<PlatformRecord> = all.iter().rev().take(RECORDS_SHOWN).cloned().collect();
                PlatformAccount { money: 0, all_paid: tells_sum.then_some(spent), records }
            };
            let before = show(&all);
            for (place, money) in others.iter().enumerate() {
                if is_paid && place == at.min(others.len()) {
                    all.push(record(1000, "goods RK-17", -30));
                }
                all.push(record(100 + place as i64, "other", *money));
            }
            if is_paid && at >= others.len() {
                all.push(record(1000, "goods RK-17", -30));
            }
            let verdict = show(&all).verdict(Some(&before), "RK-17", -30);
            let opposite = if is_paid { PaymentVerdict::NotPaid } else { PaymentVerdict::Paid };
            prop_assert_ne!(verdict, opposite);
        }
    }
}
