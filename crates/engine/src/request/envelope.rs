//! The outer JSON of a request and of a reply (docs/contract/envelope.md#request).
//!
//! The envelope is read without copying; `data` and `id` stay raw text until needed.

mod refused;

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, DeserializeOwned, DeserializeSeed, IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::outside::{REALM, REALM_NAME};
use crate::request::Refusal;
use crate::request::json::write_json;
use crate::request::lenient::whole;

pub use refused::refusal_text;
pub(crate) use refused::write_refusal;

/// The most bytes of a client's idempotency key (docs/contract/envelope.md#idempotency-keys).
pub const ONCE_BYTES_MAX: usize = 64;

/// A request as sent in a text frame.
#[derive(Debug, Deserialize)]
#[serde(expecting = "a JSON object")]
pub struct Envelope<'a> {
    /// The world it is for.
    #[serde(deserialize_with = "world_number")]
    pub world: u32,
    /// The function's name.
    #[serde(borrow)]
    pub function: Cow<'a, str>,
    /// The function's arguments, unread.
    #[serde(borrow, default)]
    pub data: Option<&'a RawValue>,
    /// Echoed in the reply.
    #[serde(default, deserialize_with = "request_id")]
    pub id: RequestId,
    /// The idempotency key.
    #[serde(borrow, default)]
    pub once: Option<Cow<'a, str>>,
    /// A token sent outside the arguments, as in a header; it takes precedence over one among them. Frames have none.
    #[serde(skip)]
    pub token: Option<&'a str>,
}

impl<'a> Envelope<'a> {
    /// Reads a frame. The refusal comes with the `id`, if one could be read.
    pub fn read(text: &'a str) -> Result<Self, (Refusal, RequestId)> {
        if !text.trim_start().starts_with('{') {
            return Err((Refusal::malformed("request", "a JSON object"), RequestId::Absent));
        }
        let envelope: Self = serde_json::from_str(text).map_err(|error| explain(text, &error))?;
        match envelope.once.as_deref().map_or(Ok(()), check_once) {
            Ok(()) => Ok(envelope),
            Err(refusal) => Err((refusal, envelope.id)),
        }
    }
}

/// Checks the length of an idempotency key.
pub fn check_once(key: &str) -> Result<(), Refusal> {
    if (1..=ONCE_BYTES_MAX).contains(&key.len()) { Ok(()) } else { Err(malformed_once()) }
}

fn malformed_once() -> Refusal {
    Refusal::malformed("once", "a string of 1 to 64 bytes")
}

/// The slow second parse of a request that could not be read: finds the faulty field, and the `id` for the reply.
fn explain(text: &str, error: &serde_json::Error) -> (Refusal, RequestId) {
    /// Just enough of an envelope to answer it, each field parsed on its own.
    #[derive(Deserialize)]
    struct Parts<'a> {
        #[serde(borrow, default)]
        id: Option<&'a RawValue>,
        #[serde(borrow, default)]
        world: Option<&'a RawValue>,
        #[serde(borrow, default)]
        function: Option<&'a RawValue>,
        #[serde(borrow, default)]
        once: Option<&'a RawValue>,
    }
    let Ok(parts) = serde_json::from_str::<Parts<'_>>(text) else {
        let message = format!("request: not valid JSON, {error}");
        return (Refusal::saying(super::status::MALFORMED, message), RequestId::Absent);
    };
    let id = parts.id.and_then(|raw| RequestId::from_raw(raw.get()));
    let refusal = if parts.id.is_some() && id.is_none() {
        Refusal::malformed("id", "a string or a number")
    } else if parts.world.is_none_or(|raw| read_world(raw).is_err()) {
        malformed_world()
    } else if !parts.function.is_some_and(|raw| raw.get().starts_with('"')) {
        Refusal::malformed("function", "a string, the name of a function")
    } else if parts.once.is_some() {
        malformed_once()
    } else {
        Refusal::saying(super::status::MALFORMED, format!("request: {error}"))
    };
    (refusal, id.unwrap_or_default())
}

fn malformed_world() -> Refusal {
    Refusal::malformed("world", "a world number such as 0, \"0\" or \"s0\"")
}

/// Reads a world as [`Envelope::world`] does.
pub fn read_world(raw: &RawValue) -> Result<u32, Refusal> {
    world_number(raw).map_err(|_| malformed_world())
}

fn parse_world(text: &str) -> Option<u32> {
    if text == REALM_NAME {
        return Some(REALM);
    }
    text.strip_prefix('s').unwrap_or(text).parse().ok()
}

fn world_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    struct WorldVisitor;
    impl Visitor<'_> for WorldVisitor {
        type Value = u32;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a world number")
        }

        fn visit_u64<E: de::Error>(self, value: u64) -> Result<u32, E> {
            Ok(u32::try_from(value).unwrap_or(u32::MAX))
        }

        fn visit_i64<E: de::Error>(self, _: i64) -> Result<u32, E> {
            Ok(u32::MAX)
        }

        fn visit_f64<E: de::Error>(self, value: f64) -> Result<u32, E> {
            let whole = whole(value).ok_or_else(|| E::invalid_type(de::Unexpected::Float(value), &self))?;
            Ok(u32::try_from(whole).unwrap_or(u32::MAX))
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<u32, E> {
            parse_world(text).ok_or_else(|| E::invalid_value(de::Unexpected::Other("a string"), &self))
        }
    }
    deserializer.deserialize_any(WorldVisitor)
}

/// A client's identifier for its request. Small integers, by far the most common, need no allocation.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum RequestId {
    /// None was sent; the reply carries none.
    #[default]
    Absent,
    /// An integer.
    Integer(i64),
    /// Any other number, or a string, as JSON text.
    Raw(Box<str>),
}

impl RequestId {
    fn from_raw(raw: &str) -> Option<Self> {
        if raw == "null" {
            return Some(Self::Absent);
        }
        if let Ok(number) = raw.parse::<i64>()
            && raw != "-0"
        {
            return Some(Self::Integer(number));
        }
        let is_text = raw.starts_with('"');
        let is_number = raw.starts_with(|first: char| first == '-' || first.is_ascii_digit());
        (is_text || is_number).then(|| Self::Raw(raw.into()))
    }
}

fn request_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<RequestId, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?;
    RequestId::from_raw(raw.get()).ok_or_else(|| de::Error::custom("id: expected a string or a number"))
}

/// Appends a reply without its `id` and closing brace, which is how a reply is kept for `once`.
pub fn write_body<T: Serialize>(out: &mut String, status: i32, message: &str, data: Option<&T>) {
    write_head(out, status, message);
    if let Some(data) = data {
        out.push_str(r#","data":"#);
        push_json(out, data);
    }
}

fn write_head(out: &mut String, status: i32, message: &str) {
    out.push_str(r#"{"status":"#);
    push_json(out, &status);
    out.push_str(r#","message":"#);
    push_json(out, message);
}

/// Appends the `id`, if there is one, and the closing brace.
pub fn finish_reply(out: &mut String, id: &RequestId) {
    match id {
        RequestId::Absent => {}
        RequestId::Integer(number) => {
            out.push_str(r#","id":"#);
            push_json(out, number);
        }
        RequestId::Raw(raw) => {
            out.push_str(r#","id":"#);
            out.push_str(raw);
        }
    }
    out.push('}');
}

fn push_json<T: Serialize + ?Sized>(out: &mut String, value: &T) {
    write_json(out, value).expect("replies should have keys that are texts or numbers");
}

/// A server push: `{"event":..,"data":{..}}`.
pub fn event_text<T: Serialize>(event: &str, data: &T) -> String {
    let mut out = String::with_capacity(128);
    out.push_str(r#"{"event":"#);
    push_json(&mut out, event);
    out.push_str(r#","data":"#);
    push_json(&mut out, data);
    out.push('}');
    out
}

/// A finished reply or event with the count of an account's events beside its other fields.
pub fn with_event_count(text: &str, n: u64) -> String {
    const FIELD: &str = r#","n":"#;
    let fields = text.strip_suffix('}').unwrap_or(text);
    debug_assert_ne!(fields.len(), text.len(), "a frame should be an object");
    [fields, FIELD, &n.to_string(), "}"].concat()
}

/// The arguments of one request, and the token among them.
#[derive(Debug)]
pub struct Arguments<'a, R> {
    /// The typed request.
    pub request: R,
    /// `data.token`, which belongs to every function and so to none.
    pub token: Option<Cow<'a, str>>,
    /// `data.client`, unread, which belongs to every function too.
    pub client: Option<&'a RawValue>,
}

/// Reads `data` into the function's request type in one pass, setting token and client aside.
///
/// An absent `data` reads as an empty object. The refusal (status 13) names the field.
pub fn read_arguments<'a, R: DeserializeOwned>(data: Option<&'a RawValue>) -> Result<Arguments<'a, R>, Refusal> {
    let text = object_text(data)?;
    let mut field = None;
    let (mut token, mut client) = (None, None);
    // Most frames hold none, and then each value is read only once.
    let may_hold_null = text.contains("null");
    let aside = (&mut token, &mut client);
    let seed = ArgumentsSeed { aside, field: &mut field, may_hold_null, request: std::marker::PhantomData };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    match seed.deserialize(&mut deserializer) {
        Ok(request) => Ok(Arguments { request, token, client }),
        Err(error) => Err(name_field(field, &error)),
    }
}

/// The text of `data`, which must be an object; absent and null are an empty one.
fn object_text(data: Option<&RawValue>) -> Result<&str, Refusal> {
    match data.map_or("null", RawValue::get) {
        "null" => Ok("{}"),
        text if text.starts_with('{') => Ok(text),
        _ => Err(Refusal::malformed("data", "an object")),
    }
}

fn name_field(field: Option<Cow<'_, str>>, error: &serde_json::Error) -> Refusal {
    let text = error.to_string();
    let what = without_position(&text);
    let message = match field {
        Some(field) => format!("data.{field}: {what}"),
        None => format!("data: {what}"),
    };
    Refusal::saying(super::status::MALFORMED, message)
}

/// An error's text without line and column, which mean nothing in a single frame.
fn without_position(text: &str) -> &str {
    text.rsplit_once(" at line ").map_or(text, |(what, _)| what)
}

/// Where token and client go.
type Aside<'s, 'de> = (&'s mut Option<Cow<'de, str>>, &'s mut Option<&'de RawValue>);

struct ArgumentsSeed<'s, 'de, R> {
    aside: Aside<'s, 'de>,
    field: &'s mut Option<Cow<'de, str>>,
    may_hold_null: bool,
    request: std::marker::PhantomData<R>,
}

impl<'de, R: DeserializeOwned> DeserializeSeed<'de> for ArgumentsSeed<'_, 'de, R> {
    type Value = R;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<R, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, R: DeserializeOwned> Visitor<'de> for ArgumentsSeed<'_, 'de, R> {
    type Value = R;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<R, A::Error> {
        let Self { aside, field, may_hold_null, .. } = self;
        let given = GivenArguments { map, aside, field, may_hold_null, value: None };
        R::deserialize(de::value::MapAccessDeserializer::new(given))
    }
}

/// A map without its entries `token` and `client`, and without entries that are null, which count as left out
/// (docs/contract/envelope.md#request). It remembers the field being read, for the error message.
struct GivenArguments<'s, 'de, A> {
    map: A,
    aside: Aside<'s, 'de>,
    field: &'s mut Option<Cow<'de, str>>,
    may_hold_null: bool,
    /// The value of the last key, if it had to be inspected.
    value: Option<&'de RawValue>,
}

/// A string borrowed from the frame unless it has escapes.
#[derive(Deserialize)]
struct Borrowed<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de, A: MapAccess<'de>> GivenArguments<'_, 'de, A> {
    /// The next key that belongs to the request. It is the same code for every request.
    fn next_given(&mut self) -> Result<Option<Cow<'de, str>>, A::Error> {
        *self.field = None;
        while let Some(Borrowed(key)) = self.map.next_key()? {
            if key == "token" {
                *self.field = Some(key);
                *self.aside.0 = self.map.next_value::<Option<Borrowed<'de>>>()?.map(|Borrowed(token)| token);
                *self.field = None;
                continue;
            }
            if key == "client" {
                *self.aside.1 = Some(self.map.next_value()?);
                continue;
            }
            *self.field = Some(key.clone());
            if self.may_hold_null {
                let value: &'de RawValue = self.map.next_value()?;
                if value.get() == "null" {
                    *self.field = None;
                    continue;
                }
                self.value = Some(value);
            }
            return Ok(Some(key));
        }
        Ok(None)
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for GivenArguments<'_, 'de, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        let Some(key) = self.next_given()? else { return Ok(None) };
        seed.deserialize(key.as_ref().into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        match self.value.take() {
            Some(value) => {
                seed.deserialize(value).map_err(|error| de::Error::custom(without_position(&error.to_string())))
            }
            None => self.map.next_value_seed(seed),
        }
    }
}

#[cfg(test)]
mod tests;
