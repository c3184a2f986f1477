//! The seven calls as plugins in use send them: `Java/17.0.15` in the User-Agent, a signed `time`, `+` for spaces,
//! hashes without leading zeros, and a `Charge` whose card is not signed.

use md5::{Digest, Md5};

use super::*;

const TIME: i64 = NOW_MS / 1000;
const NUMBER: &str = "88000000000000001";
const PASSWORD: &str = "123456789012345678";

/// A request with the User-Agent that Java sends by default.
fn from_java(call: &str, query: &str) -> Exchange {
    let headers = vec![("User-Agent", "Java/17.0.15".to_owned())];
    Exchange { headers, ..get(format!("http://sandbox/Api/{call}?{query}")) }
}

/// MD5 in hex, over the values in the order of the URL and the key.
fn hash(values: &[&str]) -> String {
    let digest = Md5::digest(format!("{}abcabc", values.concat()));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A call with a signed `time` at its end, its values already encoded.
fn plugin_call(sandbox: &mut Sandbox, call: &str, parameters: &[(&str, &str)]) -> String {
    let time = TIME.to_string();
    let parameters = [&[("sid", "1"), ("wname", "ann")], parameters, &[("time", &time)]].concat();
    let values: Vec<&str> = parameters.iter().map(|(_, value)| *value).collect();
    let query = parameters
        .iter()
        .fold(format!("sign={}", hash(&values)), |query, (name, value)| format!("{query}&{name}={value}"));
    answer(sandbox, &from_java(call, &query))
}

/// A `Charge` whose signature covers neither channel, nor number, nor password.
fn careless_charge(ctype: &str, number: &str) -> Exchange {
    let sign = hash(&["1", "ann", &TIME.to_string()]);
    let query = format!("sign={sign}&sid=1&wname=ann&ctype={ctype}&cnum={number}&cpwd={PASSWORD}&time={TIME}");
    from_java("Charge", &query)
}

/// The same with the User-Agent that the document asks for.
fn by_the_document(request: Exchange) -> Exchange {
    Exchange { headers: vec![("User-Agent", "java".to_owned())], ..request }
}

fn strict() -> Sandbox {
    let mut sandbox = sandbox();
    sandbox.be_strict(true);
    sandbox
}

#[test]
fn all_seven_calls_of_a_plugin_are_answered() {
    let mut sandbox = sandbox();
    let told = plugin_call(&mut sandbox, "CardTypes", &[]);
    assert!(told.starts_with(r#"{"code":"101","msg":"查询支持卡密成功!","data":[{"yd":{"id":1,"#), "{told}");
    let accepted = r#""data":[{"wcode":"200","wmsg":"正在验证卡密"}]}"#;
    let told = answer(&mut sandbox, &careless_charge("1", NUMBER));
    assert!(told.starts_with(r#"{"code":"101""#) && told.ends_with(accepted), "a new account: {told}");
    let told = plugin_call(&mut sandbox, "CheckCard", &[]);
    assert!(told.contains(&format!(r#""num":"{NUMBER}","status":"200""#)), "{told}");
    // Java's URLEncoder writes a space as a plus sign.
    let told = plugin_call(&mut sandbox, "Pay", &[("use", "VIP+%E7%AE%B1"), ("money", "30")]);
    assert_eq!(told, r#"{"code":"101","msg":"成功扣款!","data":[{"money":"70"}]}"#);
    let told = plugin_call(&mut sandbox, "Manual", &[("type", "2"), ("text", "a+b"), ("money", "20")]);
    assert_eq!(told, r#"{"code":"201","msg":"API接口扣款操作成功","data":""}"#);
    let told = plugin_call(&mut sandbox, "CheckRecord", &[]);
    assert!(told.contains(r#""text":"VIP 箱","money":"-30""#), "the plus sign is a space: {told}");
    let told = plugin_call(&mut sandbox, "CheckMoney", &[]);
    assert!(told.contains(r#"[{"money":"50","allcharge":"100","allpay":"50"}]"#), "{told}");
}

#[test]
fn a_user_agent_names_java_in_any_case() {
    let mut lenient = sandbox();
    let mut strict = strict();
    let query = signed_query(&[("sid", "1"), ("wname", "ann")], &key());
    for agent in ["Java/17.0.15", "Java_1.8.0_202", "JAVA", "okhttp (java)"] {
        let headers = vec![("User-Agent", agent.to_owned())];
        let request = Exchange { headers, ..from_java("CheckMoney", &query) };
        assert!(answer(&mut lenient, &request).starts_with(r#"{"code":"102""#), "{agent}");
        let expected = if agent.contains("java") { "102" } else { "403" };
        let told = answer(&mut strict, &request);
        assert!(told.starts_with(&format!(r#"{{"code":"{expected}""#)), "{agent}, to the letter: {told}");
    }
    let other = Exchange { headers: vec![("User-Agent", "Jav".to_owned())], ..from_java("CheckMoney", &query) };
    assert!(answer(&mut lenient, &other).starts_with(r#"{"code":"403""#));
}

#[test]
fn a_time_may_be_signed_in_front_of_the_other_values() {
    let mut sandbox = sandbox();
    sandbox.grant("ann", 10, NOW_MS).expect("points");
    let text = "%E5%85%85%E5%80%BC%E6%89%A3%E6%AC%BE";
    let sign = hash(&["1", "ann", &TIME.to_string(), text, "2", "4"]);
    let query = format!("sign={sign}&sid=1&wname=ann&time={TIME}&text={text}&type=2&money=4");
    let told = answer(&mut sandbox, &from_java("Manual", &query));
    assert_eq!(told, r#"{"code":"201","msg":"API接口扣款操作成功","data":""}"#);
}

#[test]
fn a_hash_whose_leading_zeros_were_dropped_is_accepted() {
    let signed_at = |time: i64| (time, hash(&["1", "ann", &time.to_string()]));
    let (time, whole) = (TIME..).map(signed_at).find(|(_, sign)| sign.starts_with("00")).expect("soon enough");
    let cut = whole.trim_start_matches('0');
    let request = |sign: &str| from_java("CheckMoney", &format!("sign={sign}&sid=1&wname=ann&time={time}"));
    for sign in [cut, &whole] {
        assert!(answer(&mut sandbox(), &request(sign)).starts_with(r#"{"code":"102""#), "{sign}");
    }
    assert!(answer(&mut sandbox(), &request(&cut[1..])).starts_with(r#"{"code":"444""#), "other digits are missed");
    let told = answer(&mut strict(), &by_the_document(request(cut)));
    assert!(told.starts_with(r#"{"code":"444""#), "to the letter it is too short: {told}");
}

#[test]
fn a_charge_may_leave_its_card_unsigned_and_name_its_channel_by_letters() {
    let mut sandbox = sandbox();
    let told = answer(&mut sandbox, &careless_charge("yd", NUMBER));
    assert!(told.contains(r#""wcode":"200""#), "yd is channel 1: {told}");
    let told = answer(&mut sandbox, &careless_charge("xx", "88000000000000002"));
    assert!(told.contains(r#""wcode":"303""#), "there is no channel xx: {told}");
    let sign = hash(&["1", "ann", &TIME.to_string()]);
    let pay = format!("sign={sign}&sid=1&wname=ann&use=x&money=1&time={TIME}");
    let told = answer(&mut sandbox, &from_java("Pay", &pay));
    assert!(told.starts_with(r#"{"code":"444""#), "a payment has to be signed: {told}");
    let mut sandbox = strict();
    let told = answer(&mut sandbox, &by_the_document(careless_charge("1", NUMBER)));
    assert!(told.starts_with(r#"{"code":"444""#), "to the letter all values are signed: {told}");
    let all = [("sid", "1"), ("wname", "ann"), ("ctype", "yd"), ("cnum", NUMBER), ("cpwd", PASSWORD)];
    let told = answer(&mut sandbox, &get(format!("/Api/Charge?{}", signed_query(&all, &key()))));
    assert!(told.contains(r#""wcode":"303""#), "to the letter a channel is a number: {told}");
}

#[test]
fn strictness_is_switched_while_the_sandbox_runs() {
    let mut sandbox = sandbox();
    let query = signed_query(&[("sid", "1"), ("wname", "ann")], &key());
    for (strict, code) in [(true, "403"), (false, "102")] {
        let body = format!(r#"{{"strict":{strict}}}"#);
        assert_eq!(answer(&mut sandbox, &post("/strictness", &body, Vec::new())), r#"{"ok":true}"#);
        assert_eq!(sandbox.state(NOW_MS).strict, strict);
        let told = answer(&mut sandbox, &from_java("CheckMoney", &query));
        assert!(told.starts_with(&format!(r#"{{"code":"{code}""#)), "strict {strict}: {told}");
    }
}

#[test]
fn a_server_without_channels_says_so() {
    let mut settings = SandboxSettings::shipped().expect("the shipped settings are right");
    settings.channels.clear();
    let told = call(&mut Sandbox::new(settings), "CardTypes", "console", &[]);
    assert_eq!(told, r#"{"code":"102","msg":"该服务器没有开通任何卡密渠道!","data":""}"#);
}
