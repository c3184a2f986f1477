//! The wire format of MCRMB's replies (docs/contract/points-platform.md#replies).
//!
//! The platform is loose with types: a code or an amount may be a string or a number. Parsing accepts both.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// A reply of the platform, whatever the call.
#[derive(Debug, Clone, PartialEq)]
pub struct PlatformReply {
    /// The code; its meaning depends on the call.
    pub code: i32,
    /// The text for the player; empty where the platform sends null.
    pub msg: String,
    /// The data, to be passed on.
    pub data: PlatformData,
    rows: Vec<Value>,
}

/// The data of a reply, as the platform wrote it: players see its fields in the platform's order. `""` where the platform
/// has none.
#[derive(Debug, Clone, Default, JsonSchema)]
#[schemars(with = "Value")]
pub struct PlatformData(Option<Box<RawValue>>);

impl PlatformData {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    fn text(&self) -> &str {
        self.0.as_deref().map_or("\"\"", RawValue::get)
    }
}

impl PartialEq for PlatformData {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Serialize for PlatformData {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Some(data) => data.serialize(serializer),
            None => serializer.serialize_str(""),
        }
    }
}

/// Why an answer is not a valid reply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplyError {
    /// Not JSON at all.
    #[error("the platform's answer is not JSON: {0}")]
    NotJson(String),
    /// JSON, but not the documented shape.
    #[error("the platform's answer has a wrong shape: {0}")]
    Shape(&'static str),
}

impl PlatformReply {
    /// Parses the body of an answer. Any bytes give a reply or an error.
    pub fn read(body: &[u8]) -> Result<Self, ReplyError> {
        let not_json = |error: serde_json::Error| ReplyError::NotJson(error.to_string());
        let text: &RawValue = serde_json::from_slice(body).map_err(not_json)?;
        let fields: BTreeMap<String, &RawValue> = serde_json::from_str(text.get())
            .map_err(|_| ReplyError::Shape("expected an object with code, msg and data"))?;
        let field = |name: &str| {
            let value = fields.get(name).map(|value| serde_json::from_str::<Value>(value.get()));
            value.transpose().map_err(not_json)
        };
        let code = field("code")?.as_ref().and_then(integer).and_then(|code| i32::try_from(code).ok());
        let code = code.ok_or(ReplyError::Shape("code should be a whole number or a string with one"))?;
        let msg = match field("msg")? {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text,
            Some(_) => return Err(ReplyError::Shape("msg should be a string or null")),
        };
        let rows = match field("data")? {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(rows)) => rows,
            Some(Value::String(text)) if text.is_empty() => Vec::new(),
            Some(_) => return Err(ReplyError::Shape("data should be an array, or \"\" where there is none")),
        };
        let data = fields.get("data").filter(|_| !rows.is_empty()).map(|data| (*data).to_owned());
        Ok(Self { code, msg, data: PlatformData(data), rows })
    }

    /// The rows of the data; empty where there is no data.
    pub fn rows(&self) -> &[Value] {
        &self.rows
    }

    /// A whole number in the first row, such as `money` of a `Pay`.
    pub fn number(&self, field: &str) -> Option<i64> {
        self.rows.first()?.get(field).and_then(integer)
    }
}

/// A whole number, or a string with one: the platform sends amounts and times as either.
pub fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Result<PlatformReply, ReplyError> {
        PlatformReply::read(text.as_bytes())
    }

    #[test]
    fn the_documents_replies_are_read() {
        let balance =
            r#"{"code":"101","msg":"玩家余额查询正常!","data":[{"money":"2334","allcharge":"2413","allpay":"79"}]}"#;
        let reply = read(balance).expect("the contract's sample");
        assert_eq!((reply.code, reply.msg.as_str()), (101, "玩家余额查询正常!"));
        assert_eq!((reply.number("money"), reply.number("allpay"), reply.number("need")), (Some(2334), Some(79), None));
        let charge =
            read(r#"{"code":"201","msg":null,"data":[{"wcode":"200","wmsg":"正在验证卡密"}]}"#).expect("a sample");
        assert_eq!((charge.code, charge.msg.as_str(), charge.number("wcode")), (201, "", Some(200)));
    }

    #[test]
    fn a_code_may_be_a_number_and_empty_data_has_many_forms() {
        let expected = PlatformReply { code: 203, msg: String::new(), data: PlatformData::default(), rows: Vec::new() };
        for text in [
            r#"{"code":203}"#,
            r#"{"code":"203","msg":null,"data":""}"#,
            r#"{"code":203,"msg":"","data":[]}"#,
            r#"{"code":"203","data":null,"more":1}"#,
        ] {
            assert_eq!(read(text), Ok(expected.clone()), "{text}");
        }
    }

    #[test]
    fn data_is_passed_on_as_it_is_written() {
        let data = r#"[{"yd":{"id":1,"rate":1.50},"dx":{"id":3},"cc":{"id":"7"}}]"#;
        let reply = read(&format!(r#"{{"data": {data} ,"code":"101"}}"#)).expect("fields in any order");
        assert_eq!(serde_json::to_string(&reply.data).expect("JSON"), data);
        assert_eq!(
            serde_json::to_string(&PlatformData::default()).expect("JSON"),
            "\"\"",
            "the platform writes an empty text"
        );
    }

    #[test]
    fn a_wrong_shape_is_explained() {
        for (text, expected) in [
            ("[]", "expected an object"),
            (r#"{"msg":"x"}"#, "code should be"),
            (r#"{"code":{"a":1}}"#, "code should be"),
            (r#"{"code":"4294967397"}"#, "code should be"),
            (r#"{"code":1,"msg":[]}"#, "msg should be"),
            (r#"{"code":1,"data":{"money":1}}"#, "data should be"),
            ("<html>", "not JSON"),
            ("", "not JSON"),
        ] {
            let told = read(text).expect_err("a wrong shape").to_string();
            assert!(told.contains(expected), "{text}: {told}");
        }
    }

    #[test]
    fn whole_numbers_are_read_from_strings_too() {
        assert_eq!(integer(&json!(" -12 ")), Some(-12));
        assert_eq!(integer(&json!(7)), Some(7));
        assert_eq!(integer(&json!(7.5)), None);
        assert_eq!(integer(&json!("9999999999999999999")), None, "too large is no number, not a panic");
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_reply_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
            let _ = PlatformReply::read(&bytes);
        }
    }
}
