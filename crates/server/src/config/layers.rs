//! Settings laid over the shipped ones, key by key.

use serde_json::Value;

use raidkeep_engine::rules::{Place, Problems, Report, Single, nearest};

/// The compiled-in settings: `config/server.ron` as shipped.
const SHIPPED: &str = include_str!("../../../../config/server.ron");

/// The shipped settings.
pub(super) fn shipped() -> Value {
    ron::from_str(SHIPPED).expect("the shipped configuration should be valid RON")
}

/// Overwrites settings with ones that were valid when they were stored.
pub(super) fn overwrite(base: &mut Value, over: Value) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            over.into_iter().for_each(|(key, value)| overwrite(base.entry(key).or_insert(Value::Null), value));
        }
        (base, over) => *base = over,
    }
}

/// Lays an operator's file over settings. Returns what the file says, if it can be read at all, and every mistake in it.
pub(super) fn lay_file_over(merged: &mut Value, name: &str, text: &str) -> (Option<Single<Value>>, Problems) {
    Single::<Value>::read_faulty(name, text, |value, place, report| lay_over(merged, value, place, report))
}

/// Where the value of a key comes from, as a mistake is told: `--set` or a flag, else its place in the file, else nothing.
pub(super) fn origin(key: &str, file: Option<&Single<Value>>, arguments: &[String]) -> Option<String> {
    let sets = |argument: &&String| {
        let path = argument.split('=').next().unwrap_or_default();
        key.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    if let Some(argument) = arguments.iter().rfind(sets) {
        return Some(format!("--set {argument}"));
    }
    let file = file?;
    let (mut place, mut at) = (file.place(), &file.content);
    for part in key.split('.') {
        at = at.get(part)?;
        place = place.key(part);
    }
    Some(file.shown(&place))
}

fn lay_over(base: &mut Value, over: &Value, place: &Place, report: &mut Report) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            for (key, value) in over {
                let place = place.clone().key(key);
                match base.get_mut(key) {
                    Some(known) => lay_over(known, value, &place, report),
                    None => {
                        let known = base.keys().map(String::as_str);
                        report.error(place, format!("unknown key \"{key}\"")).nearest(key, known);
                    }
                }
            }
        }
        // RON reads a section without keys, `()`, as a unit value.
        (Value::Object(_), Value::Null) => {}
        (base, over) => match check_kind(base, over) {
            Ok(()) => base.clone_from(over),
            Err(mistake) => drop(report.error(place, mistake)),
        },
    }
}

/// A value must be of the same kind as the shipped one.
fn check_kind(shipped: &Value, given: &Value) -> Result<(), String> {
    let fits = match shipped {
        Value::Number(_) => given.is_u64(),
        Value::String(_) => given.is_string(),
        Value::Bool(_) => given.is_boolean(),
        Value::Array(shipped) => given.as_array().is_some_and(|list| {
            // A list that is shipped empty is one of texts.
            let fits = |given: &Value| shipped.first().map_or(given.is_string(), |one| check_kind(one, given).is_ok());
            list.iter().all(fits)
        }),
        Value::Object(_) => given.is_object(),
        Value::Null => true,
    };
    let expected = match shipped {
        Value::Number(_) => "a whole number of 0 or more",
        Value::String(_) => "text in quotes",
        Value::Bool(_) => "true or false",
        Value::Array(list) if list.first().is_some_and(Value::is_number) => "a list of whole numbers",
        Value::Array(_) => "a list of texts in quotes",
        Value::Object(_) | Value::Null => "a section in round brackets",
    };
    if fits { Ok(()) } else { Err(format!("found {given}, expected {expected} (the default is {shipped})")) }
}

/// Sets one key: `limits.connections=500`.
pub(super) fn set(merged: &mut Value, argument: &str) -> Result<(), String> {
    let (path, text) = argument.split_once('=').ok_or("expected KEY=VALUE, such as limits.connections=500")?;
    let mut at = merged;
    for key in path.split('.') {
        let known: Vec<String> = at.as_object().map(|section| section.keys().cloned().collect()).unwrap_or_default();
        at = at.get_mut(key).ok_or_else(|| {
            let hint = nearest(key, known.iter().map(String::as_str));
            let hint = hint.map(|near| format!(" (did you mean {near}?)")).unwrap_or_default();
            format!("unknown key \"{key}\"{hint}; known here: {}", known.join(", "))
        })?;
    }
    let value = if at.is_string() {
        Value::String(text.trim_matches('"').to_owned())
    } else {
        ron::from_str(text).map_err(|error| format!("\"{text}\" cannot be read: {}", error.code))?
    };
    check_kind(at, &value)?;
    *at = value;
    Ok(())
}
