//! When an order is decided, and how.

use super::*;
use crate::orders::proof::PlatformRecord;
use crate::orders::wish::Goods;

fn settings() -> OrderSettings {
    OrderSettings {
        reach_seconds: 60,
        retry_seconds: 5,
        settle_after_seconds: vec![5, 10],
        watch_after_seconds: vec![100, 1000],
        waiting_max: 16,
    }
}

fn account(records: &[&str]) -> PlatformAccount {
    let record = |(at, text): (usize, &&str)| PlatformRecord { date: at as i64, text: (*text).into(), money: -3 };
    let records: Vec<PlatformRecord> = records.iter().enumerate().map(record).rev().collect();
    PlatformAccount {
        money: 50,
        all_paid: Some(3 * records.len() as i64),
        records: records.into_iter().take(5).collect(),
    }
}

/// An order of 30 points whose payment left at moment 0 and was not answered.
fn in_doubt() -> Order {
    let goods = Goods { items: Vec::new(), ticket: None };
    let wish = Wish::Buy { price: 30, goods };
    let new = NewOrder { account: AccountId(1), wname: "ann".into(), subject: "60钻石".into(), wish };
    let mut order = Order::new(OrderId(17), "RK-17".into(), new, 0);
    order.note_account(account(&[]), 0);
    order.note_payment(Payment::Unknown("connection closed".to_owned()), 0);
    assert_eq!(order.state, OrderState::InDoubt { checks: 0 });
    order
}

/// Checks at these moments and returns the resulting states.
fn look(order: &mut Order, now: &PlatformAccount, moments: &[i64]) -> Vec<OrderState> {
    let mut look = |at: &i64| {
        order.note_evidence(now.clone(), *at, &settings());
        order.state
    };
    moments.iter().map(&mut look).collect()
}

#[test]
fn a_payment_that_is_not_found_is_decided_by_time_and_not_by_the_number_of_looks() {
    let mut order = in_doubt();
    let often = look(&mut order, &account(&[]), &[0, 1, 1, 2, 3, 4]);
    assert_eq!(often, [OrderState::InDoubt { checks: 0 }; 6], "a server that restarts again and again looks often");
    let states = look(&mut order, &account(&[]), &[5, 14, 15, 16, 114, 115, 1114, 1115]);
    let expected = [
        OrderState::InDoubt { checks: 1 },
        OrderState::InDoubt { checks: 1 },
        OrderState::Watched { checks: 0 },
        OrderState::Watched { checks: 0 },
        OrderState::Watched { checks: 0 },
        OrderState::Watched { checks: 1 },
        OrderState::Watched { checks: 1 },
        OrderState::Refused,
    ];
    assert_eq!(states, expected);
}

#[test]
fn a_clock_that_jumps_back_does_not_put_the_decision_off() {
    let mut order = in_doubt();
    let states = look(&mut order, &account(&[]), &[-1000, -995, -985]);
    let expected =
        [OrderState::InDoubt { checks: 0 }, OrderState::InDoubt { checks: 1 }, OrderState::Watched { checks: 0 }];
    assert_eq!(states, expected);
}

#[test]
fn what_cannot_be_told_at_the_last_look_goes_to_an_operator_also_after_it_was_found_unpaid() {
    let mut order = in_doubt();
    look(&mut order, &account(&[]), &[5, 15, 115]);
    assert_eq!(order.state, OrderState::Watched { checks: 1 });
    look(&mut order, &account(&["a", "b", "c", "d", "e", "f"]), &[1115]);
    assert_eq!(order.state, OrderState::Operator, "its record may be hidden behind the others");
}

#[test]
fn each_look_has_to_explain_only_what_moved_since_the_one_before() {
    let mut order = in_doubt();
    let texts = ["a", "b", "c", "d", "e", "f", "g", "h"];
    for (shown, at) in [(4, 5), (6, 15), (8, 115)] {
        look(&mut order, &account(&texts[..shown]), &[at]);
    }
    look(&mut order, &account(&texts), &[1115]);
    assert_eq!(order.state, OrderState::Refused, "eight movements of others, of which five are shown at a time");
}

#[test]
fn what_is_heard_for_another_order_finds_the_payment_or_is_where_the_next_look_begins() {
    let mut order = in_doubt();
    look(&mut order, &account(&[]), &[5, 15]);
    assert_eq!(order.state, OrderState::Watched { checks: 0 });
    let purchases: Vec<String> = (18..26).map(|number| format!("RK-{number}")).collect();
    let shown = |upto: usize| account(&purchases[..upto].iter().map(String::as_str).collect::<Vec<_>>());
    for upto in [3, 6, 8] {
        assert!(!order.note_account_of_another(shown(upto), 20), "its payment is not among them");
    }
    assert_eq!(order.state, OrderState::Watched { checks: 0 }, "whatever is heard by the way is no check");
    assert_eq!(look(&mut order, &shown(8), &[115, 1115]).last(), Some(&OrderState::Refused), "nothing is hidden");
}
