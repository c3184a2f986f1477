//! Tests of the envelope.

use super::*;

#[derive(Debug, PartialEq, Deserialize)]
struct Stage {
    #[serde(deserialize_with = "crate::request::lenient::integer")]
    stage: i64,
}

fn refusal(text: &str) -> (i32, String, RequestId) {
    let (refusal, id) = Envelope::read(text).expect_err("this request should be refused");
    (refusal.status, refusal.message.into_owned(), id)
}

#[test]
fn worlds_are_numbers_strings_or_names() {
    for world in ["0", "0.0", r#""0""#, r#""s0""#] {
        let text = format!(r#"{{"world":{world},"function":"ping"}}"#);
        assert_eq!(Envelope::read(&text).map(|e| e.world).ok(), Some(0), "{world}");
    }
}

#[test]
fn a_malformed_envelope_is_answered_to_its_id() {
    let (status, message, id) = refusal(r#"{"world":0,"function":5,"id":17}"#);
    assert_eq!((status, id), (13, RequestId::Integer(17)));
    assert!(message.starts_with("function:"), "the field is named: {message}");
    assert!(refusal(r#"{"function":"ping"}"#).1.starts_with("world:"));
    assert!(refusal(r#"{"world":0,"function":"ping","once":7}"#).1.starts_with("once:"));
    assert!(refusal(r#"{"world":0,"function":"ping","id":{}}"#).1.starts_with("id:"));
    assert!(refusal("[]").1.contains("JSON object"));
    assert!(refusal("{").1.contains("not valid JSON"));
}

#[test]
fn ids_come_back_as_they_came() {
    for id in ["17", "-3", r#""a\"b""#, "1.50", "12345678901234567890"] {
        let text = format!(r#"{{"world":0,"function":"ping","id":{id}}}"#);
        let envelope = Envelope::read(&text).expect("the request should be read");
        let mut out = String::new();
        write_body::<()>(&mut out, 0, "success", None);
        finish_reply(&mut out, &envelope.id);
        assert_eq!(out, format!(r#"{{"status":0,"message":"success","id":{id}}}"#));
    }
}

#[test]
fn the_token_is_taken_from_anywhere_among_the_arguments() {
    for text in [r#"{"token":"t","stage":8}"#, r#"{"stage":"8","random":{"x":[1]},"token":"t"}"#] {
        let raw = RawValue::from_string(text.to_owned()).expect("valid JSON");
        let arguments = read_arguments::<Stage>(Some(&raw)).expect("valid arguments");
        assert_eq!((arguments.request.stage, arguments.token.as_deref()), (8, Some("t")));
    }
}

#[test]
fn an_argument_that_is_null_was_not_sent() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Turn {
        #[serde(default)]
        text: String,
        #[serde(default)]
        items: Vec<String>,
        round: u32,
    }
    let read = |text: &str| {
        let raw = RawValue::from_string(text.to_owned()).expect("valid JSON");
        read_arguments::<Turn>(Some(&raw)).map(|arguments| arguments.request)
    };
    let turn = |items: &[&str]| Turn {
        text: String::new(),
        items: items.iter().map(|item| (*item).to_owned()).collect(),
        round: 3,
    };
    assert_eq!(read(r#"{"text":null,"items":null,"round":3,"token":null}"#).ok(), Some(turn(&[])));
    assert_eq!(read(r#"{"items":["null"],"text": null ,"round":3}"#).ok(), Some(turn(&["null"])));
    let message = |text: &str| read(text).expect_err("wrong arguments").message.into_owned();
    assert_eq!(message(r#"{"round":null}"#), "data: missing field `round`");
    assert!(message(r#"{"text":null,"round":"x"}"#).starts_with("data.round: invalid type: string \"x\""));
    assert!(!message(r#"{"text":null,"round":"x"}"#).contains("line"), "the position in the frame is left out");
    assert!(message(r#"{"items":[null],"round":3}"#).starts_with("data.items:"), "a list has no optional entries");
}

#[test]
fn a_wrong_argument_is_named_with_what_was_expected() {
    let message = |text: &str| {
        let raw = RawValue::from_string(text.to_owned()).expect("valid JSON");
        read_arguments::<Stage>(Some(&raw)).expect_err("wrong arguments").message.into_owned()
    };
    assert_eq!(message(r#"{"stage":true}"#), "data.stage: invalid type: boolean `true`, expected an integer");
    assert_eq!(message("{}"), "data: missing field `stage`");
    assert!(message(r#"{"token":5,"stage":1}"#).starts_with("data.token:"));
    assert_eq!(message("[8]"), "data: expected an object");
}
