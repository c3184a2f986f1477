//! A player's keys in its document.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::request::once::OnceSettings;
use crate::request::once::memory::{BLOCK, Block, Entry, KeyMemory, Series, Unsaved};
use crate::storage::Unfit;

/// A player's keys in its document. A list of requests with their replies is enough until older ones are remembered.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum PortableKeys {
    /// The last requests.
    Recent(Vec<PortableReply>),
    /// These, and what is remembered of those before.
    All(AllKeys),
}

/// All that is remembered of a player's keys.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllKeys {
    replies: Vec<PortableReply>,
    used: Vec<Block>,
    series: Vec<Series>,
}

/// A keyed request in its player's document.
#[derive(Debug, Serialize, Deserialize)]
pub struct PortableReply {
    ordinal: u64,
    key: Box<str>,
    fingerprint: u64,
    /// The reply, without the `id` and the closing brace; absent when it is no longer kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reply: Option<String>,
}

impl<'de> Deserialize<'de> for PortableKeys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// Unlike an untagged enum, it lets errors name their place.
        struct EitherVisitor;
        impl<'de> Visitor<'de> for EitherVisitor {
            type Value = PortableKeys;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of requests, or an object with replies, used and series")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<PortableKeys, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(list)).map(PortableKeys::Recent)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PortableKeys, A::Error> {
                AllKeys::deserialize(MapAccessDeserializer::new(map)).map(PortableKeys::All)
            }
        }
        deserializer.deserialize_any(EitherVisitor)
    }
}

impl PortableKeys {
    pub(super) fn of(memory: KeyMemory) -> Self {
        let KeyMemory { entries, blocks, series, unsaved: _ } = memory;
        let portable =
            |Entry { ordinal, key, fingerprint, body }| PortableReply { ordinal, key, fingerprint, reply: body };
        let replies = entries.into_iter().map(portable).collect();
        if blocks.is_empty() && series.is_empty() {
            Self::Recent(replies)
        } else {
            Self::All(AllKeys { replies, used: blocks.into(), series })
        }
    }

    /// The memory that the document describes, all of it to be saved, or what is wrong with it.
    pub(super) fn into_memory(self, settings: &OnceSettings) -> Result<KeyMemory, Unfit> {
        let (path, AllKeys { replies, used, series }) = match self {
            Self::Recent(replies) => ("", AllKeys { replies, used: Vec::new(), series: Vec::new() }),
            Self::All(all) => ("replies", all),
        };
        check_replies(&replies).map_err(|unfit| unfit.within(path))?;
        check_used(&used, replies.last()).map_err(|unfit| unfit.within("used"))?;
        if series.len() > settings.series {
            return Err(Unfit::at("series", format!("expected {} at most", settings.series)));
        }
        let unsaved = Unsaved {
            entries: replies.iter().map(|reply| reply.ordinal).collect(),
            blocks: used.iter().map(|block| block.number).collect(),
            forgotten: Vec::new(),
            series: !series.is_empty(),
        };
        let entry =
            |PortableReply { ordinal, key, fingerprint, reply }| Entry { ordinal, key, fingerprint, body: reply };
        let entries = replies.into_iter().map(entry).collect();
        let mut memory = KeyMemory { entries, blocks: used.into(), series, unsaved };
        memory.trim(settings);
        Ok(memory)
    }
}

fn check_replies(replies: &[PortableReply]) -> Result<(), Unfit> {
    if replies.len() as u64 > BLOCK {
        return Err(Unfit::at("", format!("expected {BLOCK} keys at most")));
    }
    // The ordinal decides the row, and no two replies may share one.
    if let Some(at) = replies.windows(2).position(|pair| pair[0].ordinal.checked_add(1) != Some(pair[1].ordinal)) {
        return Err(Unfit::at(format!("[{}].ordinal", at + 1), "expected one more than the ordinal before"));
    }
    // Far more than a player can use, and arithmetic with it cannot overflow.
    if replies.last().is_some_and(|last| last.ordinal > u64::MAX / 2) {
        return Err(Unfit::at(format!("[{}].ordinal", replies.len() - 1), "leaves no number for the next"));
    }
    Ok(())
}

fn check_used(used: &[Block], last: Option<&PortableReply>) -> Result<(), Unfit> {
    let next = last.map_or(0, |last| (last.ordinal + 1).div_ceil(BLOCK));
    if used.len() as u64 > OnceSettings::KEYS_MAX / BLOCK + 2 {
        return Err(Unfit::at("", "has more keys than are remembered"));
    }
    for (at, block) in used.iter().enumerate() {
        if block.number >= next || at > 0 && used[at - 1].number >= block.number {
            return Err(Unfit::at(format!("[{at}].number"), "expected rising numbers, below those of the replies"));
        }
        if block.keys.len() as u64 > BLOCK || block.highest.len() > block.keys.len() {
            return Err(Unfit::at(format!("[{at}]"), format!("expected {BLOCK} keys at most, and no more series")));
        }
    }
    Ok(())
}

impl KeyMemory {
    /// Drops the replies beyond the limits.
    fn trim(&mut self, settings: &OnceSettings) {
        let Some(last) = self.entries.back_mut() else {
            return;
        };
        let (ordinal, body) = (last.ordinal, last.body.take());
        self.make_room(ordinal, body.as_ref().map_or(0, String::len), settings);
        if let (Some(last), Some(body)) = (self.entries.back_mut(), body)
            && body.len() <= settings.reply_bytes_per_player
        {
            last.body = Some(body);
        }
    }
}
