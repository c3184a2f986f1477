//! An order whose payment was not made as far as can be known is watched: its buyer buys on, and it may be paid late.

use crate::payer::{DECIDED, DIAMONDS_60, bought_with, diamonds, paid, pass, settled, state_of};
use raidkeep::sandbox::Misbehavior;
use raidkeep::studio::testing::{TestPlayer, TestServer};
use serde_json::{Value, json};

/// More than the platform shows records of.
const MORE_THAN_SHOWN: usize = 7;

fn buy_on(server: &mut TestServer, ann: &TestPlayer) {
    for _ in 0..MORE_THAN_SHOWN {
        let bought = server.ask(ann, "buy_item", json!({"offer": DIAMONDS_60}));
        assert_eq!(bought["data"]["state"], "granted", "a watched order keeps nobody from buying: {bought}");
        pass(server, &[60]);
    }
}

#[test]
fn a_payment_that_was_not_made_is_told_and_lets_the_buyer_try_again() {
    let (mut server, ann, order) = bought_with(Misbehavior::HttpStatus(503));
    pass(&mut server, &DECIDED);
    assert_eq!(server.events(ann.connection), [settled(&order, "watched", "not charged", &[], Value::Null)]);
    assert_eq!(state_of(&mut server, &order), "watched", "it may still be paid late");
    assert_eq!(server.ask(&ann, "buy_item", json!({"offer": DIAMONDS_60}))["data"]["state"], "granted");
    pass(&mut server, &[3600, 86_400]);
    assert_eq!(state_of(&mut server, &order), "refused");
    let told = server.events(ann.connection);
    assert!(told.iter().all(|event| event["event"] != "order_settled"), "the buyer knows that already: {told:?}");
    assert_eq!((diamonds(&mut server, &ann), paid(&mut server)), (60, 1));
}

#[test]
fn a_payment_that_is_made_late_is_granted_late() {
    let (mut server, ann, order) = bought_with(Misbehavior::ApplyLate { after_ms: 3_000_000 });
    pass(&mut server, &DECIDED);
    assert_eq!(state_of(&mut server, &order), "watched");
    pass(&mut server, &[3600]);
    let events = server.events(ann.connection);
    assert_eq!(events.last(), Some(&settled(&order, "granted", "", &["3:5:60"], json!(94))));
    assert_eq!((diamonds(&mut server, &ann), paid(&mut server)), (60, 1));
}

#[test]
fn whatever_its_buyer_buys_meanwhile_an_order_that_was_not_paid_is_refused_in_the_end() {
    let (mut server, ann, order) = bought_with(Misbehavior::HttpStatus(503));
    pass(&mut server, &DECIDED);
    assert_eq!(state_of(&mut server, &order), "watched");
    buy_on(&mut server, &ann);
    pass(&mut server, &[3600]);
    buy_on(&mut server, &ann);
    pass(&mut server, &[86_400]);
    assert_eq!(state_of(&mut server, &order), "refused", "purchases that the server has made itself hide nothing");
    assert_eq!(
        (diamonds(&mut server, &ann), paid(&mut server)),
        (2 * 60 * MORE_THAN_SHOWN as i64, 2 * MORE_THAN_SHOWN)
    );
}

#[test]
fn a_payment_that_is_made_late_is_granted_although_its_buyer_has_bought_on() {
    let (mut server, ann, order) = bought_with(Misbehavior::ApplyLate { after_ms: 2_000_000 });
    pass(&mut server, &DECIDED);
    assert_eq!(state_of(&mut server, &order), "watched");
    server.events(ann.connection);
    buy_on(&mut server, &ann);
    pass(&mut server, &[600]);
    buy_on(&mut server, &ann);
    assert_eq!(state_of(&mut server, &order), "granted", "the next purchase has found it");
    let told = server.events(ann.connection);
    let told: Vec<&Value> = told.iter().filter(|event| event["event"] == "order_settled").collect();
    let points = 100 - 6 * (MORE_THAN_SHOWN as i64 + 1);
    let has = format!("3:5:{}", 60 * (MORE_THAN_SHOWN + 1));
    let mut expected = settled(&order, "granted", "", &["3:5:60"], json!(points));
    expected["data"]["remain"] = json!([has]);
    assert_eq!(told, [&expected]);
    let all = 2 * MORE_THAN_SHOWN + 1;
    assert_eq!((diamonds(&mut server, &ann), paid(&mut server)), (60 * all as i64, all));
}
