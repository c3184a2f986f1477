use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::Serialize;
use serde_json::value::RawValue;

use super::write_json;

/// Every kind of value that serde knows.
#[derive(Debug, Clone, Serialize)]
enum Any {
    Nothing,
    Bare(Bare),
    Truth(bool),
    Signed(i64),
    Large(i128),
    Fraction(f64),
    Short(f32),
    Letter(char),
    Text(String),
    Maybe(Option<Box<Any>>),
    List(Vec<Any>),
    Pair(Box<Any>, u8),
    Object { first: Box<Any>, second: u64 },
    ByName(BTreeMap<String, Any>),
    ByNumber(BTreeMap<i16, Any>),
    ByLetter(BTreeMap<char, bool>),
    Fields(Box<Fields>),
    Wrapped(Wrapped),
    Untagged(Loose),
}

#[derive(Debug, Clone, Serialize)]
struct Bare;

#[derive(Debug, Clone, Serialize)]
struct Wrapped((i8, u32));

#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
enum Loose {
    Unit,
    Text(String),
    Object { at: u16 },
}

#[derive(Debug, Clone, Serialize)]
struct Fields {
    #[serde(rename = "type")]
    kind: Any,
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<u8>,
    #[serde(flatten)]
    more: BTreeMap<String, i32>,
    last: (),
}

fn anything() -> impl Strategy<Value = Any> {
    let leaf = prop_oneof![
        Just(Any::Nothing),
        Just(Any::Bare(Bare)),
        any::<bool>().prop_map(Any::Truth),
        any::<i64>().prop_map(Any::Signed),
        any::<i128>().prop_map(Any::Large),
        any::<f64>().prop_map(Any::Fraction),
        any::<f32>().prop_map(Any::Short),
        any::<char>().prop_map(Any::Letter),
        any::<String>().prop_map(Any::Text),
        "[ -~\\x00-\\x1f\"\\\\世]{0,40}".prop_map(Any::Text),
        any::<(i8, u32)>().prop_map(|pair| Any::Wrapped(Wrapped(pair))),
        prop_oneof![
            Just(Loose::Unit),
            any::<String>().prop_map(Loose::Text),
            any::<u16>().prop_map(|at| Loose::Object { at }),
        ]
        .prop_map(Any::Untagged),
        proptest::collection::btree_map(any::<char>(), any::<bool>(), 0..4).prop_map(Any::ByLetter),
    ];
    leaf.prop_recursive(4, 40, 4, |inner| {
        let boxed = inner.clone().prop_map(Box::new);
        prop_oneof![
            proptest::option::of(boxed.clone()).prop_map(Any::Maybe),
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Any::List),
            (boxed.clone(), any::<u8>()).prop_map(|(first, second)| Any::Pair(first, second)),
            (boxed, any::<u64>()).prop_map(|(first, second)| Any::Object { first, second }),
            proptest::collection::btree_map(any::<String>(), inner.clone(), 0..4).prop_map(Any::ByName),
            proptest::collection::btree_map(any::<i16>(), inner.clone(), 0..4).prop_map(Any::ByNumber),
            (
                inner,
                proptest::option::of(any::<u8>()),
                proptest::collection::btree_map(any::<String>(), any::<i32>(), 0..3)
            )
                .prop_map(|(kind, left_out, more)| Any::Fields(Box::new(Fields {
                    kind,
                    left_out,
                    more,
                    last: ()
                }))),
        ]
    })
}

fn written(value: &impl Serialize) -> Option<String> {
    let mut out = String::new();
    write_json(&mut out, value).ok().map(|()| out)
}

proptest! {
    #[test]
    fn what_is_written_is_what_serde_json_writes(value in anything()) {
        prop_assert_eq!(written(&value), serde_json::to_string(&value).ok());
    }

    #[test]
    fn text_is_appended_to_what_is_there(text in any::<String>()) {
        let mut out = String::from("before ");
        write_json(&mut out, &text).expect("a text should have JSON");
        prop_assert_eq!(out, format!("before {}", serde_json::to_string(&text).expect("a text should have JSON")));
    }
}

#[test]
fn a_raw_value_is_written_as_it_is() {
    #[derive(Serialize)]
    struct Holder {
        raw: Box<RawValue>,
        after: u8,
    }
    let raw = RawValue::from_string(r#"{ "a" : [1,  "\u00e4"] }"#.to_owned()).expect("this should be JSON");
    let holder = Holder { raw, after: 1 };
    assert_eq!(written(&holder), serde_json::to_string(&holder).ok(), "blanks and escapes should stay");
    assert_eq!(written(&holder.raw).as_deref(), Some(holder.raw.get()), "one alone is a value too");
}

#[test]
fn a_parsed_value_is_written_in_its_order() {
    let value = serde_json::json!({ "b": [1, -2, 3.5, null, true], "a": { "": "\u{7f}\u{0}" } });
    assert_eq!(written(&value), Some(value.to_string()));
}

#[test]
fn keys_that_are_no_text_are_quoted_or_refused() {
    #[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
    enum Kind {
        Plain,
        Held(u8),
    }
    let truths = BTreeMap::from([(false, 1), (true, 2)]);
    assert_eq!(written(&truths).as_deref(), Some(r#"{"false":1,"true":2}"#));
    let kinds = BTreeMap::from([(Kind::Plain, 1)]);
    assert_eq!(written(&kinds).as_deref(), Some(r#"{"Plain":1}"#));
    let held = BTreeMap::from([(Kind::Held(1), 1)]);
    assert_eq!(written(&held), None, "a variant with a value is no key");
    assert_eq!(written(&BTreeMap::from([(vec![1], 1)])), None, "a list is no key");
    assert_eq!(written(&BTreeMap::from([((), 1)])), None, "nothing is no key");
    assert!(serde_json::to_string(&held).is_err(), "serde_json refuses the same");
}
