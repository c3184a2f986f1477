//! The wire format of MCRMB's replies (docs/contract/points-platform.md#replies).
//!
//! The platform is loose with types: a code or an amount may be a string or a number. Parsing accepts both.

use serde_json::Value;

/// A reply of the platform, whatever the call.
#[derive(Debug, Clone, PartialEq)]
pub struct PlatformReply {
    /// The code; its meaning depends on the call.
    pub code: i32,
    /// The text for the player; empty where the platform sends null.
    pub msg: String,
    /// The data: an array with at least one row; null where the platform sends `""`, `[]`, null or nothing.
    pub data: Value,
}

/// Why an answer is not a valid reply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplyError {
    /// Not JSON at all.
    #[error("the platform's answer is no JSON: {0}")]
    NotJson(String),
    /// JSON, but not the documented shape.
    #[error("the platform's answer has a wrong shape: {0}")]
    Shape(&'static str),
}

impl PlatformReply {
    /// Parses the body of an answer. Any bytes give a reply or an error.
    pub fn read(body: &[u8]) -> Result<Self, ReplyError> {
        let value: Value = serde_json::from_slice(body).map_err(|error| ReplyError::NotJson(error.to_string()))?;
        let Value::Object(mut fields) = value else {
            return Err(ReplyError::Shape("expected an object with code, msg and data"));
        };
        let code = fields.get("code").and_then(integer).and_then(|code| i32::try_from(code).ok());
        let code = code.ok_or(ReplyError::Shape("code should be a whole number or a string with one"))?;
        let msg = match fields.remove("msg") {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text,
            Some(_) => return Err(ReplyError::Shape("msg should be a string or null")),
        };
        let data = match fields.remove("data") {
            Some(Value::Array(rows)) if !rows.is_empty() => Value::Array(rows),
            None | Some(Value::Null | Value::Array(_)) => Value::Null,
            Some(Value::String(text)) if text.is_empty() => Value::Null,
            Some(_) => return Err(ReplyError::Shape("data should be an array, or \"\" where there is none")),
        };
        Ok(Self { code, msg, data })
    }

    /// The rows of the data; empty where there is no data.
    pub fn rows(&self) -> &[Value] {
        self.data.as_array().map_or(&[], Vec::as_slice)
    }

    /// A whole number in the first row, such as `money` of a `Pay`.
    pub fn number(&self, field: &str) -> Option<i64> {
        self.rows().first()?.get(field).and_then(integer)
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
        let expected = PlatformReply { code: 203, msg: String::new(), data: Value::Null };
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
    fn a_wrong_shape_is_explained() {
        for (text, expected) in [
            ("[]", "expected an object"),
            (r#"{"msg":"x"}"#, "code should be"),
            (r#"{"code":{"a":1}}"#, "code should be"),
            (r#"{"code":"4294967397"}"#, "code should be"),
            (r#"{"code":1,"msg":[]}"#, "msg should be"),
            (r#"{"code":1,"data":{"money":1}}"#, "data should be"),
            ("<html>", "no JSON"),
            ("", "no JSON"),
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
