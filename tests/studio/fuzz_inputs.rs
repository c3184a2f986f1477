//! No parser of untrusted input panics on any input. The targets in `fuzz/` run longer, and each finding of theirs has
//! a line here.

use proptest::prelude::*;
use raidkeep::studio::fuzzing::{self, ENTRANCES};

/// Bytes, JSON that is nearly right, and numbers that are too large.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let value = prop::sample::select(vec![
        "0",
        "-1",
        "1e99",
        "18446744073709551615",
        "-9223372036854775808",
        "\"8\"",
        "\"\"",
        "null",
        "[]",
        "{}",
        "true",
        "\"3:1:9223372036854775807\"",
        "\"\\u0000\"",
    ]);
    let key = prop::sample::select(vec![
        "world",
        "function",
        "data",
        "id",
        "once",
        "stage",
        "count",
        "token",
        "ctype",
        "cnum",
        "cpwd",
        "seconds",
        "name",
        "text",
        "offer",
        "damage",
        "unique_id",
        "email",
        "username",
        "password",
        "points",
        "total",
        "at",
        "hanging",
        "format",
        "parts",
    ]);
    let object = prop::collection::vec((key, value), 0..8).prop_map(|fields| {
        let fields: Vec<String> = fields.into_iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
        format!("{{{}}}", fields.join(","))
    });
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..300),
        (any::<u8>(), object.clone()).prop_map(|(first, object)| [&[first][..], object.as_bytes()].concat()),
        object.prop_map(String::into_bytes),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_entrance_panics(bytes in bytes()) {
        for entrance in ENTRANCES.iter().filter(|entrance| entrance.name != "rules") {
            (entrance.read)(&bytes);
        }
    }
}

proptest! {
    // Each of these reads all rules.
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn edited_rules_are_read_or_explained(file in any::<u8>(), at in any::<u16>(), put in "[()\\[\\]{},:\"0-9a-z-]{0,12}") {
        let bytes = [&[file][..], &at.to_le_bytes(), put.as_bytes()].concat();
        fuzzing::read("rules", &bytes);
    }
}
