//! Points, orders and the shop, through the protocol, against the sandbox of the platform.

use crate::payer::{CARD, SHORT, TIMED_OUT, check, diamonds, faults, paid, pass, points, post, reply, rich, sent};
use raidkeep::engine::exchange::{Exchange, Method};
use raidkeep::game::platforms::secret::Secret;
use raidkeep::game::platforms::signature::signed_query;
use raidkeep::sandbox::{Fault, Misbehavior, Platform};
use raidkeep::studio::testing::{OPERATOR_TOKEN, TestServer, TestSetup};
use serde_json::{Value, json};

// The seven calls.

#[test]
fn a_players_points_records_and_cards_are_what_the_platform_says() {
    let mut server = TestServer::new();
    let (ann, _) = rich(&mut server, "ann", 0);
    let empty = |message: &str| json!({"status": 0, "message": message, "data": ""});
    assert_eq!(server.ask(&ann, "check_money", json!({})), empty("玩家余额为0"), "102 is a success");
    assert_eq!(server.ask(&ann, "check_record", json!({})), empty("玩家未有流水或未开户"));
    assert_eq!(server.ask(&ann, "check_card", json!({})), empty("玩家未有充值卡记录!"));
    let now = server.now_ms() / 1000;
    let charged = server.ask(&ann, "charge", json!({"ctype": 1, "cnum": CARD.0, "cpwd": CARD.1}));
    let accepted = json!([{"wcode": "200", "wmsg": "正在验证卡密"}]);
    assert_eq!(charged, json!({"status": 0, "message": "正在验证卡密", "data": accepted}), "101, a new account");
    let money = json!([{"money": "100", "allcharge": "100", "allpay": "0"}]);
    let reply = server.ask(&ann, "check_money", json!({}));
    assert_eq!(reply, json!({"status": 0, "message": "玩家余额查询正常!", "data": money}));
    let record = json!([{"date": now.to_string(), "text": "充值卡充值(移动神州行)", "money": "100"}]);
    let reply = server.ask(&ann, "check_record", json!({}));
    assert_eq!(reply, json!({"status": 0, "message": "玩家流水查询正常!", "data": record}));
    let card = json!([{"date": now.to_string(), "num": CARD.0, "status": "200", "money": "100"}]);
    let reply = server.ask(&ann, "check_card", json!({}));
    assert_eq!(reply, json!({"status": 0, "message": "充值卡记录查询正常!", "data": card}));
}

#[test]
fn a_card_that_the_platform_does_not_take_is_refused_in_its_words() {
    let mut server = TestServer::new();
    let (ann, _) = rich(&mut server, "ann", 0);
    let card = |number: &str| json!({"ctype": "1", "cnum": number, "cpwd": CARD.1});
    let refused = |status: i64, code: &str, message: &str| json!({"status": status, "message": message, "data": [{"wcode": code, "wmsg": message}]});
    let reply = server.ask(&ann, "charge", card("77000000000000001"));
    assert_eq!(reply, refused(102, "303", "充值卡无效或卡密长度错误"), "a new account, but no such card");
    assert_eq!(server.ask(&ann, "charge", card(CARD.0))["status"], 0, "201 is a success");
    assert_eq!(server.ask(&ann, "charge", card(CARD.0)), refused(202, "208", "该卡密已被使用"), "a card works once");
    server.platforms.sandbox.open_channel(1, false).expect("there is a channel 1");
    let reply = server.ask(&ann, "charge", card("88000000000000002"));
    assert_eq!(reply, refused(202, "203", "卡渠道维护中"));
    assert_eq!(points(&mut server, &ann), "100");
}

#[test]
fn a_card_of_the_wrong_shape_is_refused_before_anything_is_sent() {
    let mut server = TestServer::new();
    let (ann, _) = rich(&mut server, "ann", 0);
    let wrong_length = (303, "充值卡无效或卡密长度错误");
    let card = |ctype: Value, cnum: &str, cpwd: &str| json!({"ctype": ctype, "cnum": cnum, "cpwd": cpwd});
    check(&mut server, &ann, "charge", card(json!(1), &CARD.0[1..], CARD.1), wrong_length);
    check(&mut server, &ann, "charge", card(json!(1), CARD.0, &CARD.1[1..]), wrong_length);
    let no_type = (13, "data.ctype: expected the id of a card type of card_types");
    check(&mut server, &ann, "charge", card(json!(13), CARD.0, CARD.1), no_type);
    let number = (13, "data.cnum: expected 1 to 64 characters as printed on the card");
    check(&mut server, &ann, "charge", card(json!(5), "", CARD.1), number);
    check(&mut server, &ann, "charge", card(json!(5), &"1".repeat(65), CARD.1), number);
    let password = (13, "data.cpwd: expected 1 to 64 characters as printed on the card");
    check(&mut server, &ann, "charge", card(json!(5), CARD.0, ""), password);
    for data in
        [json!({}), json!({"ctype": 1, "cnum": 7, "cpwd": "x"}), json!({"ctype": "x", "cnum": "7", "cpwd": "x"})]
    {
        let reply = server.ask(&ann, "charge", data.clone());
        assert_eq!(reply["status"], 13, "{data}: {reply}");
    }
    assert_eq!(sent(&server, "Charge"), 0, "none of this is sent");
}

#[test]
fn card_types_are_asked_for_once_and_kept() {
    let mut server = TestServer::new();
    let (ann, _) = rich(&mut server, "ann", 0);
    for _ in 0..3 {
        let reply = server.ask(&ann, "card_types", json!({}));
        assert_eq!((&reply["status"], &reply["data"][0]["qq"]["pwd"]), (&json!(0), &json!(12)), "{reply}");
    }
    assert_eq!(sent(&server, "CardTypes"), 1);
}

#[test]
fn card_types_keep_the_platforms_order_and_wording() {
    let mut server = TestServer::new();
    let (ann, _) = rich(&mut server, "ann", 0);
    for asked in ["the first time", "from memory"] {
        post(&mut server, &ann, "card_types", json!({}), None);
        let replies = server.collect(ann.connection);
        let [reply] = replies.as_slice() else { panic!("one reply: {replies:?}") };
        let start = r#"{"status":0,"message":"查询支持卡密成功!","data":[{"yd":{"id":1,"name":"移动神州行","num":17,"pwd":18,"rate":100},"lt":{"id":2,"#;
        assert!(reply.starts_with(start), "asked {asked}: {reply}");
        let kinds: Vec<&str> = reply.split(r#"":{"id""#).filter_map(|before| before.rsplit('"').next()).collect();
        let order = ["yd", "lt", "dx", "jk", "sd", "wm", "sh", "zt", "wy", "qq", "jy", "gy", "tx", "th"];
        assert_eq!(kinds[..order.len()], order, "asked {asked}");
    }
}

#[test]
fn a_platform_that_takes_no_cards_has_answered() {
    let mut server = TestServer::new();
    let none = "该服务器没有开通任何卡密渠道!";
    faults(&mut server, "CardTypes", &[Misbehavior::Refuse { code: 102, msg: none.to_owned() }]);
    let (ann, _) = rich(&mut server, "ann", 0);
    let reply = server.ask(&ann, "card_types", json!({}));
    assert_eq!(reply, json!({"status": 0, "message": none, "data": ""}));
    let card = json!({"ctype": 1, "cnum": CARD.0, "cpwd": CARD.1});
    check(&mut server, &ann, "charge", card, (13, "data.ctype: expected the id of a card type of card_types"));
    pass(&mut server, &[60, 60]);
    assert_eq!(sent(&server, "CardTypes"), 1, "an empty answer is not asked for again");
}

#[test]
fn without_card_types_no_card_is_sent_until_the_platform_tells_them() {
    let mut server = TestServer::new();
    faults(&mut server, "CardTypes", &[Misbehavior::HttpStatus(503)]);
    let (ann, _) = rich(&mut server, "ann", 0);
    let card = json!({"ctype": 1, "cnum": CARD.0, "cpwd": CARD.1});
    let unknown = (16, "the payment platform has not sent its card types yet, retry later");
    check(&mut server, &ann, "charge", card.clone(), unknown);
    pass(&mut server, &[60]);
    assert_eq!(server.ask(&ann, "charge", card)["status"], 0, "it is asked again after a minute");
}

#[test]
fn what_the_platform_refuses_keeps_its_code_and_message() {
    let mut server = TestServer::new();
    let (ann, _) = rich(&mut server, "ann", 10);
    for (call, function) in
        [("CheckMoney", "check_money"), ("CheckRecord", "check_record"), ("CheckCard", "check_card")]
    {
        faults(&mut server, call, &[Misbehavior::Refuse { code: 444, msg: "签名错误".to_owned() }]);
        let reply = server.ask(&ann, function, json!({}));
        assert_eq!(reply, json!({"status": 444, "message": "签名错误", "data": ""}));
    }
}

#[test]
fn a_refusal_of_the_platform_never_looks_like_a_success() {
    let mut server = TestServer::new();
    let (ann, _) = rich(&mut server, "ann", 10);
    for code in [0, 203] {
        faults(&mut server, "CheckMoney", &[Misbehavior::Refuse { code, msg: "no".to_owned() }]);
        let reply = server.ask(&ann, "check_money", json!({}));
        assert_ne!(reply["status"], 0, "code {code} is not among the successes of CheckMoney: {reply}");
    }
}

#[test]
fn an_answer_that_makes_no_sense_is_busy_and_one_that_is_late_is_timed_out() {
    let mut server = TestServer::new();
    let (ann, _) = rich(&mut server, "ann", 10);
    for fault in [Misbehavior::Garbage, Misbehavior::WrongTypes, Misbehavior::HttpStatus(502), Misbehavior::CutShort] {
        faults(&mut server, "CheckMoney", std::slice::from_ref(&fault));
        let reply = server.ask(&ann, "check_money", json!({}));
        assert_eq!(reply["status"], 16, "{fault:?}: {reply}");
        // The circuit counts consecutive failures.
        assert_eq!(points(&mut server, &ann), "10");
    }
    faults(&mut server, "CheckMoney", &[Misbehavior::LatencyMs(60_000)]);
    post(&mut server, &ann, "check_money", json!({}), None);
    pass(&mut server, &[9]);
    assert!(server.collect(ann.connection).is_empty(), "the server waits ten seconds for an answer");
    pass(&mut server, &[1]);
    assert_eq!(reply(&mut server, &ann), json!({"status": TIMED_OUT.0, "message": TIMED_OUT.1}));
}

#[test]
fn a_platform_that_keeps_failing_is_left_alone_for_half_a_minute() {
    let mut server = TestServer::new();
    let (ann, _) = rich(&mut server, "ann", 10);
    server
        .platforms
        .sandbox
        .set_faults(vec![Fault {
            platform: Platform::Mcrmb,
            call: None,
            fault: Misbehavior::HttpStatus(503),
            times: None,
        }])
        .expect("a fault");
    for _ in 0..5 {
        assert_eq!(server.ask(&ann, "check_money", json!({}))["status"], 16);
    }
    let asked = sent(&server, "CheckMoney");
    let reply = server.ask(&ann, "check_money", json!({}));
    assert_eq!(reply, json!({"status": 16, "message": "the platform does not answer at the moment, retry later"}));
    assert_eq!(sent(&server, "CheckMoney"), asked, "an open circuit sends nothing");
    server.platforms.sandbox.set_faults(Vec::new()).expect("no faults");
    pass(&mut server, &[30]);
    assert_eq!(points(&mut server, &ann), "10", "then it is tried again");
}

// Purchases.

#[test]
fn an_offer_is_paid_with_points_and_granted() {
    let mut server = TestServer::new();
    let (ann, name) = rich(&mut server, "ann", 100);
    let bought = server.ask(&ann, "buy_item", json!({"offer": "diamonds_60"}));
    let order = bought["data"]["order"].clone();
    let data = json!({
        "order": order, "state": "granted", "points": 94, "remain": ["3:5:60"], "reward": ["3:5:60"],
    });
    assert_eq!(bought, json!({"status": 0, "message": "success", "data": data}));
    assert_eq!(points(&mut server, &ann), "94");
    let now_ms = server.now_ms();
    let payment = server.platforms.sandbox.history(now_ms).front().expect("a payment").clone();
    let number = order.as_str().expect("a number");
    assert_eq!((payment.wname, payment.money, payment.r#use), (name.clone(), 6, format!("60钻石 {number}")));
    let moved = server.operate("ledger_list", json!({"name": name}))["data"]["entries"].clone();
    assert_eq!(moved[0]["changes"], json!([{"item": "3:5", "change": 60, "after": 60}]), "{moved}");
    assert_eq!(moved[1]["points"], json!({"change": -6, "after": 94}), "{moved}");
    for movement in [&moved[0], &moved[1]] {
        assert_eq!((&movement["order"], &movement["why"]), (&order, &json!("bought with points")), "{moved}");
    }
    assert_eq!(server.ask(&ann, "list_orders", json!({}))["data"], json!({"orders": []}), "nothing is open");
    assert!(server.events(ann.connection).is_empty(), "what the reply reports needs no event");
}

#[test]
fn a_ticket_is_paid_with_points() {
    let mut server = TestServer::new();
    let (ann, _) = rich(&mut server, "ann", 1000);
    let buy = json!({"mode": "coin", "pay_with": "points"});
    for left in [1, 0] {
        let reply = server.ask(&ann, "buy_ticket", buy.clone());
        assert_eq!((&reply["status"], &reply["data"]["state"]), (&json!(0), &json!("granted")), "{reply}");
        assert_eq!(reply["data"]["limits"], json!({"19": 4 - left, "20": left}), "{reply}");
    }
    check(&mut server, &ann, "buy_ticket", buy, (92, "no more ticket, try tomorrow"));
}

#[test]
fn purchases_are_refused_before_the_platform_is_asked() {
    let mut server = TestServer::new();
    let (ann, _) = rich(&mut server, "ann", 1000);
    check(&mut server, &ann, "buy_item", json!({"offer": "moon"}), (99, "no such offer"));
    for data in [json!({}), json!({"offer": 7})] {
        assert_eq!(server.ask(&ann, "buy_item", data.clone())["status"], 13, "{data}");
    }
    for data in [json!({"mode": "coin", "pay_with": "gold"}), json!({"mode": "moon", "pay_with": "points"}), json!({})]
    {
        assert_eq!(server.ask(&ann, "buy_ticket", data.clone())["status"], 13, "{data}");
    }
    assert_eq!((sent(&server, "CheckRecord"), sent(&server, "Pay")), (0, 0));
}

#[test]
fn who_has_too_few_points_pays_nothing() {
    let mut server = TestServer::new();
    let (ann, _) = rich(&mut server, "ann", 5);
    let (bob, _) = rich(&mut server, "bob", 0);
    let short =
        |money: &str, need: &str| json!({"status": 95, "message": SHORT, "data": [{"money": money, "need": need}]});
    for (player, expected) in [(&ann, short("5", "1")), (&bob, short("0", "6"))] {
        assert_eq!(server.ask(player, "buy_item", json!({"offer": "diamonds_60"})), expected);
    }
    let ticket = server.ask(&bob, "buy_ticket", json!({"mode": "coin", "pay_with": "points"}));
    assert_eq!((&ticket["status"], &ticket["message"]), (&json!(95), &json!(SHORT)), "{ticket}");
    let need = ticket["data"][0]["need"].as_str().and_then(|need| need.parse::<i64>().ok());
    assert!(need.is_some_and(|need| need > 0), "{ticket}");
    assert_eq!((sent(&server, "Pay"), points(&mut server, &ann)), (0, json!("5")));
    assert!(server.ask(&ann, "buy_item", json!({"offer": "starter"}))["status"] == 0, "another offer may be bought");
}

#[test]
fn points_that_are_spent_elsewhere_in_between_are_a_refusal_of_the_platform() {
    let mut server = TestServer::new();
    let (ann, _) = rich(&mut server, "ann", 50);
    for (code, told, message) in [
        (102, "余额不够", "余额不够"),
        (103, "未开户", "未开户"),
        (102, "", "materials insufficient"),
        (105, "提交的金额不对", "提交的金额不对"),
    ] {
        faults(&mut server, "Pay", &[Misbehavior::Refuse { code, msg: told.to_owned() }]);
        let reply = server.ask(&ann, "buy_item", json!({"offer": "diamonds_60"}));
        let expected = match code {
            105 => json!({"status": 105, "message": message}),
            _ => json!({"status": 95, "message": message, "data": [{"money": "0", "need": "6"}]}),
        };
        assert_eq!(reply, expected, "code {code}");
    }
    assert_eq!((paid(&mut server), diamonds(&mut server, &ann)), (0, 0));
}

#[test]
fn what_is_missing_is_what_the_platform_says() {
    let mut server = TestServer::new();
    let (ann, name) = rich(&mut server, "ann", 6);
    // Another game server takes points between the question and the payment.
    faults(&mut server, "CheckMoney", &[Misbehavior::LatencyMs(1000)]);
    post(&mut server, &ann, "buy_item", json!({"offer": "diamonds_60"}), None);
    let now_ms = server.now_ms();
    let query =
        signed_query(&[("sid", "1"), ("wname", &name), ("use", "elsewhere"), ("money", "4")], &Secret::new("abcabc"));
    let headers = vec![("User-Agent", "Java/17.0.15".to_owned())];
    let url = format!("http://sandbox/Api/Pay?{query}");
    server.platforms.sandbox.receive(&Exchange { method: Method::Get, url, headers, body: Vec::new() }, now_ms);
    pass(&mut server, &[1]);
    let short = json!({"status": 95, "message": SHORT, "data": [{"money": "2", "need": "4"}]});
    assert_eq!(reply(&mut server, &ann), short);
}

#[test]
fn without_a_platform_everything_that_needs_one_is_switched_off() {
    let mut setup = TestSetup::default();
    setup.settings.platforms.mcrmb = None;
    let mut server = TestServer::with(setup);
    let (ann, name) = rich(&mut server, "ann", 0);
    let off = (16, "payments are switched off on this server");
    for (function, data) in [
        ("check_money", json!({})),
        ("check_record", json!({})),
        ("check_card", json!({})),
        ("card_types", json!({})),
        ("charge", json!({"ctype": 1, "cnum": CARD.0, "cpwd": CARD.1})),
        ("buy_item", json!({"offer": "diamonds_60"})),
        ("buy_ticket", json!({"mode": "coin", "pay_with": "points"})),
    ] {
        check(&mut server, &ann, function, data, off);
    }
    let manual = server.operate("manual", json!({"name": name, "type": 1, "money": 5, "text": "gift"}));
    assert_eq!(manual, json!({"status": off.0, "message": off.1}));
}

#[test]
fn a_platform_that_cannot_be_reached_charges_nothing() {
    let mut server = TestServer::new();
    let (ann, _) = rich(&mut server, "ann", 50);
    server
        .platforms
        .sandbox
        .set_faults(vec![Fault {
            platform: Platform::Mcrmb,
            call: Some("CheckRecord".to_owned()),
            fault: Misbehavior::HttpStatus(503),
            times: None,
        }])
        .expect("a fault");
    post(&mut server, &ann, "buy_item", json!({"offer": "diamonds_60"}), Some("k1"));
    pass(&mut server, &[5; 11]);
    assert!(server.collect(ann.connection).is_empty(), "it is retried for a minute");
    pass(&mut server, &[5; 3]);
    let message = "the payment platform did not answer, nothing was charged; retry later";
    assert_eq!(reply(&mut server, &ann), json!({"status": 16, "message": message}));
    assert_eq!(sent(&server, "Pay"), 0);
    server.platforms.sandbox.set_faults(Vec::new()).expect("no faults");
    pass(&mut server, &[30]);
    assert_eq!(server.ask(&ann, "buy_item", json!({"offer": "diamonds_60"}))["data"]["state"], "granted");
}

#[test]
fn a_card_whose_charge_was_cut_off_is_not_charged_again_under_its_key() {
    let mut server = TestServer::new();
    let (ann, _) = rich(&mut server, "ann", 0);
    let data = json!({"token": ann.token, "ctype": 1, "cnum": CARD.0, "cpwd": CARD.1});
    let charge = |once: &str| json!({"world": 0, "function": "charge", "data": data, "once": once}).to_string();
    faults(&mut server, "Charge", &[Misbehavior::LoseAnswer]);
    let first = server.send_on(ann.connection, &charge("card"));
    assert!(first.contains("cannot be reached"), "{first}");
    let unknown = server.send_on(ann.connection, &charge("card"));
    assert!(unknown.contains("its outcome is not known"), "{unknown}");
    assert_eq!(sent(&server, "Charge"), 1, "it is not sent again");
    let mut server = server.crash_and_reopen();
    server.connect();
    server.connect();
    assert_eq!(server.send_on(ann.connection, &charge("card")), unknown, "also after a crash");
    assert_eq!(points(&mut server, &ann), json!("100"), "the platform had charged the card");
}

#[test]
fn points_that_an_operator_adds_under_a_key_are_added_once() {
    let mut server = TestServer::new();
    let (ann, name) = rich(&mut server, "ann", 10);
    let data = json!({"token": OPERATOR_TOKEN, "name": name, "type": 1, "money": 5, "text": "gift"});
    let gift = json!({"world": 0, "function": "manual", "data": data, "once": "gift-1"}).to_string();
    let first = server.send_on(0, &gift);
    assert!(first.contains("granted"), "{first}");
    assert_eq!(server.send_on(0, &gift), first, "the same answer");
    let mut server = server.crash_and_reopen();
    server.connect();
    server.connect();
    assert_eq!(server.send_on(0, &gift), first, "also after a crash");
    assert_eq!(points(&mut server, &ann), json!("15"));
}
