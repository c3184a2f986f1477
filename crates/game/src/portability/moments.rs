//! Readable timestamps: next to each number of seconds or milliseconds, the same time in RFC 3339.
//!
//! Timestamps are recognized by field name: `at`, `since`, names ending in `_at` (unix seconds) and in `at_ms` (unix
//! milliseconds). The number is authoritative; a text next to it must agree.

use jiff::Timestamp;
use serde_json::{Map, Value};

use raidkeep_engine::storage::Unfit;

const SUFFIX: &str = "_rfc3339";
/// The last second of the year 9999; later timestamps are rejected.
const LAST_SECOND: i64 = 253_402_300_799;

/// The timestamp in a field, by the field's name.
fn moment(name: &str, value: &Value) -> Option<Result<Timestamp, Unfit>> {
    let is_ms = name == "at_ms" || name.ends_with("_at_ms");
    let is_seconds = name == "at" || name == "since" || name.ends_with("_at");
    let number = value.as_i64().filter(|_| is_ms || is_seconds)?;
    let seconds = if is_ms { number.div_euclid(1000) } else { number };
    let timestamp = if is_ms { Timestamp::from_millisecond(number) } else { Timestamp::from_second(number) };
    let is_in_range = (0..=LAST_SECOND).contains(&seconds);
    let out_of_range = || Unfit::at(name, format!("{number} is out of range, expected a moment from 1970 to 9999"));
    Some(timestamp.ok().filter(|_| is_in_range).ok_or_else(out_of_range))
}

/// Adds the text form next to each moment. 0 means none.
pub(super) fn spell_out(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(spell_out),
        Value::Object(fields) => {
            fields.values_mut().for_each(spell_out);
            let texts: Vec<(String, Value)> = fields.iter().filter_map(|(name, value)| text_of(name, value)).collect();
            fields.extend(texts);
        }
        _ => {}
    }
}

fn text_of(name: &str, value: &Value) -> Option<(String, Value)> {
    let timestamp = moment(name, value).filter(|_| *value != 0)?.ok()?;
    Some((format!("{name}{SUFFIX}"), timestamp.to_string().into()))
}

/// Removes the texts. Fails if one differs from its number, or if a timestamp is invalid.
pub(super) fn read_back(value: &mut Value) -> Result<(), Unfit> {
    match value {
        Value::Array(values) => {
            let mut values = values.iter_mut().enumerate();
            values.try_for_each(|(at, value)| read_back(value).map_err(|unfit| unfit.within(&format!("[{at}]"))))
        }
        Value::Object(fields) => {
            check_texts(fields)?;
            let mut fields = fields.iter_mut();
            fields.try_for_each(|(name, value)| read_back(value).map_err(|unfit| unfit.within(name)))
        }
        _ => Ok(()),
    }
}

fn check_texts(fields: &mut Map<String, Value>) -> Result<(), Unfit> {
    let moments = fields.iter().filter_map(|(name, value)| Some(moment(name, value)?.map(|moment| (name, moment))));
    let moments: Vec<(String, Timestamp)> =
        moments.map(|moment| moment.map(|(name, moment)| (name.clone(), moment))).collect::<Result<_, _>>()?;
    for (name, timestamp) in moments {
        let text_name = format!("{name}{SUFFIX}");
        if let Some(text) = fields.remove(&text_name) {
            let said = text.as_str().and_then(|text| text.parse::<Timestamp>().ok());
            if said != Some(timestamp) {
                let what = format!("does not match {name}, which takes precedence; correct both or leave this one out");
                return Err(Unfit::at(text_name, what));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn moments_are_spelled_out_and_read_back() {
        let plain = json!({"at": 1_773_115_200, "list": [{"done_at_ms": 1500, "ends_at": 0}], "count": 7, "what": "x"});
        let mut shown = plain.clone();
        spell_out(&mut shown);
        assert_eq!(shown["at_rfc3339"], "2026-03-10T04:00:00Z");
        assert_eq!(shown["list"][0]["done_at_ms_rfc3339"], "1970-01-01T00:00:01.5Z");
        assert_eq!(shown["list"][0].get("ends_at_rfc3339"), None, "0 is not a moment");
        assert_eq!(read_back(&mut shown), Ok(()));
        assert_eq!(shown, plain);
    }

    #[test]
    fn a_text_that_says_something_else_is_named() {
        let mut edited = json!({"list": [{"at": 5, "at_rfc3339": "1970-01-01T00:00:06Z"}]});
        let unfit = read_back(&mut edited).expect_err("the two differ");
        assert_eq!(unfit.path, "list[0].at_rfc3339");
    }

    #[test]
    fn a_moment_that_no_calendar_has_is_named() {
        for moment in [-1, i64::MIN, i64::MAX, LAST_SECOND + 1] {
            let unfit = read_back(&mut json!({"mail": {"at": moment}})).expect_err("out of range");
            assert_eq!(unfit.path, "mail.at");
        }
    }
}
