//! Every documented reply and code of the seven calls.

use super::*;

const NUMBER: &str = "88000000000000001";
const PASSWORD: &str = "123456789012345678";

fn manual(sandbox: &mut Sandbox, wname: &str, kind: &str, money: &str) -> String {
    call(sandbox, "Manual", wname, &[("type", kind), ("text", "PlayerPoints"), ("money", money)])
}

fn charge(sandbox: &mut Sandbox, wname: &str, ctype: &str, number: &str, password: &str) -> String {
    call(sandbox, "Charge", wname, &[("ctype", ctype), ("cnum", number), ("cpwd", password)])
}

fn pay(sandbox: &mut Sandbox, wname: &str, purpose: &str, money: &str) -> String {
    call(sandbox, "Pay", wname, &[("use", purpose), ("money", money)])
}

#[test]
fn requests_are_checked_for_agent_then_parameters_then_signature() {
    let mut sandbox = sandbox();
    let good = signed("CheckMoney", "test", &[]);
    let no_java = Exchange { headers: vec![("User-Agent", "curl".to_owned())], ..good.clone() };
    assert_eq!(answer(&mut sandbox, &no_java), r#"{"code":"403","msg":"UserAgent不正确","data":""}"#);
    let no_agent = Exchange { headers: Vec::new(), ..get("http://sandbox/Api/CheckMoney".to_owned()) };
    assert!(answer(&mut sandbox, &no_agent).starts_with(r#"{"code":"403""#), "the agent is checked first");
    let missing = r#"{"code":"404","msg":"参数不齐全","data":""}"#;
    for query in ["", "?sid=1&wname=test", "?sign=x&wname=test", "?sign=x&sid=1", "?sign=x&sid=1&wname="] {
        let request = get(format!("http://sandbox/Api/CheckMoney{query}"));
        assert_eq!(answer(&mut sandbox, &request), missing, "{query} lacks a parameter");
    }
    assert_eq!(call(&mut sandbox, "Pay", "test", &[("use", "x")]), missing);
    assert_eq!(call(&mut sandbox, "Charge", "test", &[("ctype", "1"), ("cnum", "1")]), missing);
    assert_eq!(call(&mut sandbox, "Manual", "test", &[("type", "1"), ("money", "1")]), missing);
}

#[test]
fn a_signature_has_to_fit_and_to_stand_first() {
    let mut sandbox = sandbox();
    let bad = r#"{"code":"444","msg":"签名错误","data":""}"#;
    let sign = "2d459e0f9ab822d7ecf61f4e7b119763";
    let foreign = signed_query(&[("sid", "2"), ("wname", "test")], &key());
    for query in [
        format!("sign={sign}&sid=1&wname=tess"),
        format!("sid=1&sign={sign}&wname=test"),
        format!("sign={}&sid=1&wname=test", &sign[1..]),
        foreign,
    ] {
        assert_eq!(answer(&mut sandbox, &get(format!("/Api/CheckMoney?{query}"))), bad, "{query}");
    }
    let published = get(format!("/Api/CheckMoney?sign={sign}&sid=1&wname=test"));
    assert_eq!(answer(&mut sandbox, &published), r#"{"code":"102","msg":"玩家余额为0","data":""}"#);
}

#[test]
fn names_of_calls_are_case_sensitive_and_only_get_is_taken() {
    let mut sandbox = sandbox();
    for name in ["checkmoney", "Checkmoney", "Transfer", ""] {
        assert_eq!(answer_at(&mut sandbox, &signed(name, "test", &[]), NOW_MS).0, 404, "there is no call {name}");
    }
    let posted = Exchange { method: Method::Post, ..signed("CheckMoney", "test", &[]) };
    assert_eq!(answer_at(&mut sandbox, &posted, NOW_MS).0, 405);
}

#[test]
fn a_balance_is_charges_minus_payments_in_strings() {
    let mut sandbox = sandbox();
    manual(&mut sandbox, "test", "1", "2413");
    assert_eq!(pay(&mut sandbox, "test", "剑", "79"), r#"{"code":"101","msg":"成功扣款!","data":[{"money":"2334"}]}"#);
    assert_eq!(
        call(&mut sandbox, "CheckMoney", "test", &[]),
        r#"{"code":"101","msg":"玩家余额查询正常!","data":[{"money":"2334","allcharge":"2413","allpay":"79"}]}"#
    );
    manual(&mut sandbox, "test", "3", "0");
    assert_eq!(call(&mut sandbox, "CheckMoney", "test", &[]), r#"{"code":"102","msg":"玩家余额为0","data":""}"#);
}

#[test]
fn the_last_five_records_come_newest_first() {
    let mut sandbox = sandbox();
    let nobody = r#"{"code":"102","msg":"玩家未有流水或未开户","data":""}"#;
    assert_eq!(call(&mut sandbox, "CheckRecord", "test", &[]), nobody);
    manual(&mut sandbox, "test", "1", "100");
    manual(&mut sandbox, "test", "2", "1");
    for number in 1..=4 {
        let purpose = format!("order-{number} 剑 & 盾");
        let request = signed("Pay", "test", &[("use", &purpose), ("money", "2")]);
        answer_at(&mut sandbox, &request, NOW_MS + number * 1000);
    }
    let expected = concat!(
        r#"{"code":"101","msg":"玩家流水查询正常!","data":["#,
        r#"{"date":"1700000004","text":"order-4 剑 & 盾","money":"-2"},"#,
        r#"{"date":"1700000003","text":"order-3 剑 & 盾","money":"-2"},"#,
        r#"{"date":"1700000002","text":"order-2 剑 & 盾","money":"-2"},"#,
        r#"{"date":"1700000001","text":"order-1 剑 & 盾","money":"-2"},"#,
        r#"{"date":"1700000000","text":"API扣款(PlayerPoints)","money":"-1"}]}"#,
    );
    assert_eq!(call(&mut sandbox, "CheckRecord", "test", &[]), expected);
}

#[test]
fn pay_refuses_the_poor_the_unknown_and_bad_amounts() {
    let mut sandbox = sandbox();
    manual(&mut sandbox, "test", "1", "1");
    assert_eq!(
        pay(&mut sandbox, "test", "x", "5"),
        r#"{"code":"102","msg":"您的余额不足,请充值!","data":[{"money":"1","need":"4"}]}"#
    );
    assert!(pay(&mut sandbox, "nobody", "x", "5").starts_with(r#"{"code":"103","#));
    for money in ["0", "-5", "1.5", "five", "99999999999999999999"] {
        let told = pay(&mut sandbox, "test", "x", money);
        assert_eq!(told, r#"{"code":"105","msg":"提交的金额不对","data":""}"#, "{money} is no amount");
    }
    assert!(sandbox.history(NOW_MS).is_empty(), "a refusal moves nothing");
    pay(&mut sandbox, "test", "order-7", "1");
    let paid = PointsPayment { at_ms: NOW_MS, wname: "test".to_owned(), r#use: "order-7".to_owned(), money: 1 };
    assert_eq!(sandbox.history(NOW_MS).iter().collect::<Vec<_>>(), [&paid]);
}

#[test]
fn manual_adds_deducts_and_sets() {
    let mut sandbox = sandbox();
    let nobody = r#"{"code":"203","msg":"API接口扣款操作失败，玩家不存在。"}"#;
    assert_eq!(manual(&mut sandbox, "test", "2", "1"), nobody);
    let first = r#"{"code":"102","msg":"API接口新用户加款操作成功","data":""}"#;
    assert_eq!(manual(&mut sandbox, "test", "1", "3"), first);
    let added = r#"{"code":"101","msg":"API接口加款操作成功","data":""}"#;
    assert_eq!(manual(&mut sandbox, "test", "1", "2"), added);
    let deducted = r#"{"code":"201","msg":"API接口扣款操作成功","data":""}"#;
    assert_eq!(manual(&mut sandbox, "test", "2", "4"), deducted);
    assert_eq!(
        manual(&mut sandbox, "test", "2", "5"),
        r#"{"code":"202","msg":"API接口扣款操作失败，余额不足。","data":[{"money":"1","need":"4"}]}"#
    );
    assert_eq!(manual(&mut sandbox, "test", "3", "9"), added, "setting upwards adds");
    assert_eq!(manual(&mut sandbox, "test", "3", "7"), deducted, "setting downwards deducts");
    let unchanged = r#"{"code":"303","msg":"API设置余额操作失败(余额无变化!)","data":""}"#;
    assert_eq!(manual(&mut sandbox, "test", "3", "7"), unchanged);
    assert_eq!(manual(&mut sandbox, "test", "4", "7"), r#"{"code":"404","msg":"参数不齐全","data":""}"#);
    assert!(manual(&mut sandbox, "test", "1", "-1").starts_with(r#"{"code":"105","#));
    assert!(manual(&mut sandbox, "test", "1", &i64::MAX.to_string()).starts_with(r#"{"code":"105","#), "no overflow");
    assert_eq!(sandbox.state(NOW_MS).balances["test"].money, 7);
}

#[test]
fn a_free_card_tops_up_once_at_the_rate_of_its_channel() {
    let mut sandbox = sandbox();
    let accepted = r#"[{"wcode":"200","wmsg":"正在验证卡密"}]"#;
    let used = r#"[{"wcode":"208","wmsg":"该卡密已被使用"}]"#;
    let told = charge(&mut sandbox, "new", "1", NUMBER, PASSWORD);
    assert_eq!(told, format!(r#"{{"code":"101","msg":null,"data":{accepted}}}"#));
    let told = charge(&mut sandbox, "new", "1", NUMBER, PASSWORD);
    assert_eq!(told, format!(r#"{{"code":"202","msg":null,"data":{used}}}"#), "a card works once");
    let told = charge(&mut sandbox, "other", "1", NUMBER, PASSWORD);
    assert_eq!(told, format!(r#"{{"code":"102","msg":null,"data":{used}}}"#), "and for one player only");
    let told = charge(&mut sandbox, "other", "5", "88", "x");
    assert_eq!(told, format!(r#"{{"code":"201","msg":null,"data":{accepted}}}"#), "the account was opened before");
    let state = sandbox.state(NOW_MS);
    assert_eq!((state.balances["new"].money, state.balances["other"].money), (100, 80), "channel 5 gives 80 percent");
}

#[test]
fn cards_are_refused_for_their_length_their_channel_and_their_password() {
    let mut sandbox = sandbox();
    let refused = |told: String, wcode: &str| {
        let expected = format!(r#""data":[{{"wcode":"{wcode}","#);
        assert!(told.contains(&expected) && told.contains("02\","), "expected {wcode}: {told}");
    };
    refused(charge(&mut sandbox, "test", "1", "8800", PASSWORD), "303");
    refused(charge(&mut sandbox, "test", "1", NUMBER, "1"), "303");
    refused(charge(&mut sandbox, "test", "13", NUMBER, PASSWORD), "303");
    refused(charge(&mut sandbox, "test", "1", "77000000000000001", PASSWORD), "303");
    sandbox.open_channel(1, false).expect("channel 1 exists");
    refused(charge(&mut sandbox, "test", "1", NUMBER, PASSWORD), "203");
    sandbox.open_channel(1, true).expect("channel 1 exists");
    let password = Secret::new(PASSWORD);
    sandbox.add_card(1, "77000000000000001", &password, 50).expect("the card has the right lengths");
    refused(charge(&mut sandbox, "test", "1", "77000000000000001", "876543210987654321"), "303");
    let told = charge(&mut sandbox, "test", "1", "77000000000000001", PASSWORD);
    assert!(told.starts_with(r#"{"code":"201""#), "{told}");
    assert_eq!(sandbox.state(NOW_MS).balances["test"].money, 50);
    assert!(sandbox.add_card(1, "7", &password, 50).is_err(), "a card that never fits is not added");
}

#[test]
fn the_last_five_cards_are_shown_newest_first() {
    let mut sandbox = sandbox();
    let none = r#"{"code":"102","msg":"玩家未有充值卡记录!","data":""}"#;
    assert_eq!(call(&mut sandbox, "CheckCard", "test", &[]), none);
    for number in 1..=4 {
        charge(&mut sandbox, "test", "5", &number.to_string(), "x");
    }
    charge(&mut sandbox, "test", "1", NUMBER, PASSWORD);
    charge(&mut sandbox, "test", "1", NUMBER, PASSWORD);
    let told = call(&mut sandbox, "CheckCard", "test", &[]);
    let expected = concat!(
        r#"{"code":"101","msg":"充值卡记录查询正常!","data":["#,
        r#"{"date":"1700000000","num":"88000000000000001","status":"208","money":"0"},"#,
        r#"{"date":"1700000000","num":"88000000000000001","status":"200","money":"100"},"#,
        r#"{"date":"1700000000","num":"4","status":"303","money":"0"},"#,
        r#"{"date":"1700000000","num":"3","status":"303","money":"0"},"#,
        r#"{"date":"1700000000","num":"2","status":"303","money":"0"}]}"#,
    );
    assert_eq!(told, expected);
    assert!(!told.contains(PASSWORD));
}

#[test]
fn the_card_types_are_those_of_the_document() {
    let expected = r#"{"code":"101","msg":"查询支持卡密成功!","data":[{"yd":{"id":1,"name":"移动神州行","num":17,"pwd":18,"rate":100},"lt":{"id":2,"name":"联通一卡充","num":15,"pwd":19,"rate":100},"dx":{"id":3,"name":"电信全国卡","num":19,"pwd":18,"rate":100},"jk":{"id":4,"name":"骏网一卡通","num":16,"pwd":16,"rate":80},"sd":{"id":5,"name":"盛大一卡通","num":0,"pwd":0,"rate":80},"wm":{"id":6,"name":"完美一卡通","num":10,"pwd":15,"rate":80},"sh":{"id":7,"name":"搜狐一卡通","num":0,"pwd":0,"rate":80},"zt":{"id":8,"name":"征途一卡通","num":16,"pwd":8,"rate":80},"wy":{"id":9,"name":"网易一卡通","num":13,"pwd":9,"rate":80},"qq":{"id":10,"name":"腾讯Q币卡","num":9,"pwd":12,"rate":75},"jy":{"id":11,"name":"久游一卡通","num":0,"pwd":0,"rate":80},"gy":{"id":12,"name":"光宇一卡通","num":0,"pwd":0,"rate":80},"tx":{"id":14,"name":"天下一卡通","num":15,"pwd":8,"rate":80},"th":{"id":15,"name":"天宏一卡通","num":12,"pwd":15,"rate":80}}]}"#;
    assert_eq!(call(&mut sandbox(), "CardTypes", "console", &[]), expected);
}
