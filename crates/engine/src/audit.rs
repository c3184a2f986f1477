//! The audit: what operators have changed, one row each, in the same batch as the change.
//!
//! Every function of operators that can change something is audited by the dispatcher; no feature has to do anything. What
//! worlds and realm ask of each other is not: the request of an operator that led to it is, and a feature may write in this
//! world's too what that request does here ([`AuditEntry::write`]). A handler may say in words what it has changed
//! ([`AuditNotes`]). No function deletes entries.

use std::net::IpAddr;

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::account::AccountId;
use crate::clock::Clock;
use crate::operators::{OperatorIdentity, Right};
use crate::request::RequestTable;
use crate::request::registry::AnyRequest;
use crate::storage::{Archive, ArchivedRow, Mark, WorldRow};

/// The longest arguments and replies that are kept, in bytes.
const TEXT_BYTES_MAX: usize = 4096;
/// The most words of a handler that one entry keeps.
const NOTES_MAX: usize = 64;

/// One call of an operator that has changed something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When, unix seconds of the game's clock.
    pub at: i64,
    /// Who.
    pub operator: Box<str>,
    /// The role they had.
    pub role: Box<str>,
    /// From where.
    pub address: Option<IpAddr>,
    /// What they called.
    pub function: Box<str>,
    /// With which arguments, as JSON without secrets; cut if long.
    pub arguments: Box<str>,
    /// The players whom it has changed.
    pub players: Vec<AccountId>,
    /// What it has changed, in the words of its handler.
    pub changes: Vec<Box<str>>,
    /// What it has answered, as JSON; cut if long.
    pub reply: Box<str>,
}

impl ArchivedRow for AuditEntry {
    const TABLE: &'static str = "audit";
}

impl AuditEntry {
    /// Adds it to the audit of this world. For what an operator has asked of the realm and the realm of this world: it is in no
    /// operator's request here.
    pub fn write(&self, world: &mut World) {
        let mut total = world.resource_mut::<AuditTotal>();
        total.0 += 1;
        let key = total.0.to_be_bytes();
        world.resource_mut::<Archive>().put(&key, self);
    }
}

/// How many entries the world has.
#[derive(Debug, Default, Clone, Resource, Serialize, Deserialize)]
pub struct AuditTotal(u64);

impl WorldRow for AuditTotal {
    const TABLE: &'static str = "audit_total";
}

/// What the running handler says it has changed.
#[derive(Debug, Default, Resource)]
pub struct AuditNotes(Vec<Box<str>>);

impl AuditNotes {
    /// Adds a sentence or a difference, such as `diamonds 50 -> 150`.
    pub fn add(&mut self, change: impl Into<Box<str>>) {
        if self.0.len() < NOTES_MAX {
            self.0.push(change.into());
        }
    }
}

/// What is known of an operator's call before it runs.
pub(crate) struct Draft {
    function: &'static str,
    arguments: String,
    identity: OperatorIdentity,
}

impl Draft {
    /// Notes the call of a function that may change something.
    pub(crate) fn begin(
        world: &mut World,
        kind: usize,
        request: &AnyRequest,
        identity: &OperatorIdentity,
    ) -> Option<Self> {
        world.resource_mut::<AuditNotes>().0.clear();
        let kind =
            world.resource::<RequestTable>().kinds().get(kind).filter(|kind| kind.right != Some(Right::WORLDS))?;
        let arguments = (kind.record)(request.as_ref());
        Some(Self { function: kind.function, arguments, identity: identity.clone() })
    }

    /// Writes the entry. `body` is the reply so far, `mark` the point before the handler ran.
    pub(crate) fn finish(self, world: &mut World, body: &str, mark: Option<&Mark>) {
        let players = mark.map(|mark| mark.touched_accounts(world)).unwrap_or_default();
        let OperatorIdentity { name: operator, role, address, .. } = self.identity;
        let entry = AuditEntry {
            at: world.resource::<Clock>().now(),
            operator,
            role,
            address,
            function: self.function.into(),
            arguments: cut(&self.arguments),
            players,
            changes: std::mem::take(&mut world.resource_mut::<AuditNotes>().0),
            reply: reply_data(body),
        };
        entry.write(world);
    }
}

/// `data` of a reply that still lacks its end.
fn reply_data(body: &str) -> Box<str> {
    let text = [body, "}"].concat();
    let reply: Option<Value> = serde_json::from_str(&text).ok();
    let data = reply.and_then(|mut reply| reply.get_mut("data").map(Value::take)).filter(|data| !data.is_null());
    data.map_or_else(Box::default, |data| cut(&data.to_string()))
}

fn cut(text: &str) -> Box<str> {
    let end = text.floor_char_boundary(TEXT_BYTES_MAX);
    if end == text.len() { text.into() } else { format!("{}…", &text[..end]).into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(&*cut("short"), "short");
        let long = cut(&"恭".repeat(TEXT_BYTES_MAX));
        assert!(long.ends_with("恭…") && long.len() <= TEXT_BYTES_MAX + '…'.len_utf8());
    }

    #[test]
    fn the_data_of_a_reply_is_kept_and_nothing_when_it_has_none() {
        assert_eq!(&*reply_data(r#"{"status":0,"message":"ok","data":{"given":5}"#), r#"{"given":5}"#);
        assert_eq!(&*reply_data(r#"{"status":0,"message":"ok""#), "");
    }
}
