//! The functions that exist: registered by the features' plugins, looked up on the way in.

use std::any::Any;
use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::Hasher;

use bevy_ecs::prelude::*;
use schemars::SchemaGenerator;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::hash::StableHasher;
use crate::operators::Right;
use crate::request::envelope::{Arguments, read_arguments};
use crate::request::{Access, Caller, Code, Refusal, Request};
use crate::schema::{SchemaOf, schema_of};

/// A request's typed arguments on their way to the handler that knows the type.
pub type AnyRequest = Box<dyn Any + Send + Sync>;

/// What the way in needs to know about a function.
#[derive(Debug, Clone, Copy)]
pub struct RequestKind {
    /// The documented name.
    pub function: &'static str,
    /// Its place among the handlers of every world.
    pub index: usize,
    /// Who may ask.
    pub access: Access,
    /// What an operator needs to ask.
    pub right: Option<Right>,
    /// Whether the realm answers it.
    pub in_realm: bool,
    /// Whether the answer may change who the connection acts for; then the connection's next request is read only after
    /// the answer.
    pub signs_in: bool,
    /// Whether the answer may have to wait for something outside the world's memory.
    pub waits: bool,
    /// Whether it can change anything, in the world or outside.
    pub may_change: bool,
    /// See [`Request::ACTS_OUTSIDE`].
    pub acts_outside: bool,
    /// See [`Request::STANDS_FOR`].
    pub stands_for: for<'a> fn(&'a (dyn Any + Send + Sync)) -> Option<&'a str>,
    /// The statuses that it answers with besides those of every function.
    pub codes: &'static [Code],
    /// Reads `data`.
    pub decode: for<'a> fn(Option<&'a RawValue>) -> Result<Decoded<'a>, Refusal>,
    /// The arguments as JSON, with placeholders for secrets.
    pub record: fn(&(dyn Any + Send + Sync)) -> String,
    /// A hash of the arguments, independent of how they were written.
    pub fingerprint: fn(&(dyn Any + Send + Sync)) -> u64,
    /// What `data` holds in a request.
    pub arguments: SchemaOf,
    /// What `data` holds in the reply.
    pub reply: SchemaOf,
}

impl RequestKind {
    /// Reads arguments as [`record`](Self::record) wrote them, with hashes where clients send what must not be kept.
    pub fn decode_recorded<'a>(&self, arguments: Option<&'a RawValue>) -> Result<Decoded<'a>, Refusal> {
        READS_RECORD.set(true);
        let decoded = (self.decode)(arguments);
        READS_RECORD.set(false);
        decoded
    }
}

thread_local! {
    /// Whether this thread reads recorded arguments.
    static READS_RECORD: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Whether the arguments that are being read come from a record. Only then does a hash in them stand for what it was made
/// of: what a client sends is never a hash.
pub fn reads_record() -> bool {
    READS_RECORD.get()
}

/// Typed arguments with the token sent among them.
pub struct Decoded<'a> {
    /// The arguments.
    pub request: AnyRequest,
    /// `data.token`.
    pub token: Option<Cow<'a, str>>,
    /// `data.client`, unread.
    pub client: Option<&'a RawValue>,
}

/// All functions by name.
#[derive(Debug, Default, Clone, Resource)]
pub struct RequestTable {
    kinds: Vec<RequestKind>,
    by_name: HashMap<&'static str, usize, foldhash::fast::FixedState>,
    /// What features add to records of replies.
    added: Vec<AddedField>,
}

/// A field that a feature adds to a record of a reply.
#[derive(Debug, Clone, Copy)]
struct AddedField {
    record: &'static str,
    name: &'static str,
    schema: SchemaOf,
}

impl RequestTable {
    /// The function of that name.
    pub fn find(&self, function: &str) -> Option<&RequestKind> {
        self.by_name.get(function).map(|&index| &self.kinds[index])
    }

    /// Every function, in order of registration.
    pub fn kinds(&self) -> &[RequestKind] {
        &self.kinds
    }

    /// Adds an optional field to the record of replies whose schema has this name.
    pub(crate) fn add_field(&mut self, record: &'static str, name: &'static str, schema: SchemaOf) {
        self.added.push(AddedField { record, name, schema });
    }

    /// Adds the fields of features to the records that a generator of replies knows.
    pub fn complete(&self, replies: &mut SchemaGenerator) {
        for AddedField { record, name, schema } in &self.added {
            if !replies.definitions().contains_key(*record) {
                continue;
            }
            let field = schema(replies).to_value();
            let record = replies.definitions_mut().get_mut(*record).and_then(Value::as_object_mut);
            let fields =
                record.and_then(|record| record.entry("properties").or_insert_with(|| json!({})).as_object_mut());
            fields.and_then(|fields| fields.insert((*name).to_owned(), field));
        }
    }

    /// Adds the function of this request. `waits` says whether its handler may have to wait, `may_change` whether its
    /// handler's system can change the world.
    pub(crate) fn add<R: Request>(&mut self, waits: bool, may_change: bool) {
        let index = self.kinds.len();
        let earlier = self.by_name.insert(R::FUNCTION, index);
        assert!(earlier.is_none(), "function {} should be registered once", R::FUNCTION);
        self.kinds.push(RequestKind {
            function: R::FUNCTION,
            index,
            access: R::Caller::ACCESS,
            right: R::RIGHT,
            in_realm: R::IN_REALM,
            // Who has logged in is known once the password is checked and the account found.
            signs_in: waits && R::Caller::ACCESS == Access::Anyone,
            waits,
            may_change: may_change || R::ACTS_OUTSIDE,
            acts_outside: R::ACTS_OUTSIDE,
            stands_for: stands_for::<R>,
            codes: R::CODES,
            decode: decode::<R>,
            record: record::<R>,
            fingerprint: fingerprint::<R>,
            arguments: schema_of::<R>,
            reply: schema_of::<R::Reply>,
        });
    }
}

fn decode<R: Request>(data: Option<&RawValue>) -> Result<Decoded<'_>, Refusal> {
    let Arguments { request, token, client } = read_arguments::<R>(data)?;
    Ok(Decoded { request: Box::new(request), token, client })
}

fn record<R: Request>(request: &(dyn Any + Send + Sync)) -> String {
    let request: &R = request.downcast_ref().expect("a kind should get its own requests");
    let arguments = serde_json::to_string(request).expect("requests should be plain data");
    if R::SECRETS.is_empty() { arguments } else { without_secrets(&arguments, R::SECRETS) }
}

fn without_secrets(arguments: &str, secrets: &[&str]) -> String {
    let mut arguments: Value = serde_json::from_str(arguments).expect("it was just written");
    for field in secrets {
        if let Some(secret) = arguments.get_mut(*field) {
            *secret = secret.as_str().map(stand_in).unwrap_or_default().into();
        }
    }
    arguments.to_string()
}

/// A placeholder as long as the secret, in characters and in bytes.
fn stand_in(secret: &str) -> String {
    let masked = |character: char| match character.len_utf8() {
        1 => '*',
        2 => '\u{a7}',
        3 => '\u{203b}',
        _ => '\u{1d12a}',
    };
    secret.chars().map(masked).collect()
}

fn stands_for<R: Request>(request: &(dyn Any + Send + Sync)) -> Option<&str> {
    let request: &R = request.downcast_ref().expect("a kind should get its own requests");
    (R::STANDS_FOR)(request)
}

fn fingerprint<R: Request>(request: &(dyn Any + Send + Sync)) -> u64 {
    let request: &R = request.downcast_ref().expect("a kind should get its own requests");
    let mut hasher = StableHasher::default();
    hasher.write(R::FUNCTION.as_bytes());
    let bytes = postcard::to_stdvec(request).expect("requests should be plain data");
    hasher.write(&bytes);
    hasher.finish()
}
