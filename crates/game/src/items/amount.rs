//! Items and quantities of them, as the rules and the protocol write them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use raidkeep_engine::rules::CurvedNumber;
use raidkeep_engine::schema::{schema_by_hand, text_of};

/// The names of the groups of items, by number.
pub const GROUPS: [&str; 5] = ["weapon", "skill", "role", "item", "armor"];

/// An item: its [group](GROUPS) and its number in the group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemId {
    /// The group.
    pub group: u8,
    /// The number.
    pub id: u32,
}

impl ItemId {
    /// Item `id` of group 3, the ordinary items.
    pub const fn item(id: u32) -> Self {
        Self { group: 3, id }
    }
}

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.group, self.id)
    }
}

impl FromStr for ItemId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once(':').and_then(|(group, id)| Some((group.parse().ok()?, id.parse().ok()?)));
        let (group, id) =
            parts.ok_or_else(|| format!("\"{text}\" is no item; expected \"group:id\" such as \"3:1\""))?;
        Ok(Self { group, id })
    }
}

/// A quantity of an item, written `group:id:quantity`. In changes the quantity may be negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount {
    /// Which item.
    pub item: ItemId,
    /// How many.
    pub quantity: i64,
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.item, self.quantity)
    }
}

impl FromStr for Amount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("\"{text}\" is no amount; expected \"group:id:quantity\" such as \"3:1:500\"");
        let (item, quantity) = text.rsplit_once(':').ok_or_else(wrong)?;
        Ok(Self { item: item.parse().map_err(|_| wrong())?, quantity: quantity.parse().map_err(|_| wrong())? })
    }
}

/// An amount of a run, whose quantity may be a formula in `n`: `3:1:375 + 10 * (n - 8)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurvedAmount {
    /// Which item.
    pub item: ItemId,
    /// How many.
    pub quantity: CurvedNumber<i64>,
}

impl CurvedAmount {
    /// The amount of an entry.
    ///
    /// # Errors
    /// A message if the formula has no value, or a negative one.
    pub fn at(&self, n: u32) -> Result<Amount, String> {
        Ok(Amount { item: self.item, quantity: self.quantity.at(n)? })
    }
}

impl FromStr for CurvedAmount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(Amount { item, quantity }) = text.parse() {
            return Ok(Self { item, quantity: CurvedNumber::Constant(quantity) });
        }
        let mut colons = text.match_indices(':');
        let second = colons.nth(1).map(|(at, _)| (&text[..at], &text[at + 1..]));
        let (item, formula) = second.and_then(|(item, formula)| Some((item.parse().ok()?, formula.trim()))).unzip();
        match (item, formula) {
            // Without an n it is a mistyped number.
            (Some(item), Some(formula)) if formula.contains('n') || formula.contains(['+', '*', '/', '(']) => {
                Ok(Self { item, quantity: CurvedNumber::Formula(formula.parse()?) })
            }
            _ => text
                .parse::<Amount>()
                .map(|Amount { item, quantity }| Self { item, quantity: CurvedNumber::Constant(quantity) }),
        }
    }
}

/// Numbers separated by colons, assembled on the stack: replies are full of them, and the
/// formatting of the standard library would be the dearest part of many.
struct Colons {
    bytes: [u8; 40],
    length: usize,
}

impl Colons {
    fn new() -> Self {
        Self { bytes: [0; 40], length: 0 }
    }

    fn with(mut self, number: impl itoa::Integer) -> Self {
        if self.length > 0 {
            self.append(b":");
        }
        self.append(itoa::Buffer::new().format(number).as_bytes());
        self
    }

    fn append(&mut self, bytes: &[u8]) {
        let end = self.length + bytes.len();
        self.bytes[self.length..end].copy_from_slice(bytes);
        self.length = end;
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }
}

impl Serialize for ItemId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(Colons::new().with(self.group).with(self.id).as_str())
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = Colons::new().with(self.item.group).with(self.item.id).with(self.quantity);
        serializer.serialize_str(text.as_str())
    }
}

macro_rules! read_from_text {
    ($type:ty) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'_, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

read_from_text!(ItemId);
read_from_text!(Amount);
read_from_text!(CurvedAmount);

schema_by_hand!(ItemId, "ItemId", |_| text_of("An item, `group:id`.", "^[0-9]+:[0-9]+$"));
schema_by_hand!(CurvedAmount, "CurvedAmount", |_| {
    let description = "A quantity of an item, `group:id:quantity`; in a run the quantity may be a formula in `n`, the number of \
        the entry: `3:1:375 + 10 * (n - 8)`.";
    text_of(description, "^[0-9]+:[0-9]+:.+$")
});
schema_by_hand!(Amount, "Amount", |_| {
    text_of("A quantity of an item, `group:id:quantity`. In changes it may be negative.", "^[0-9]+:[0-9]+:-?[0-9]+$")
});

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Amount {
        text.parse().expect("an amount")
    }

    #[test]
    fn amounts_read_and_write_as_in_the_documents() {
        assert_eq!(amount("3:9:125"), Amount { item: ItemId::item(9), quantity: 125 });
        assert_eq!(amount("3:9:125").to_string(), "3:9:125");
        let longest = Amount { item: ItemId { group: u8::MAX, id: u32::MAX }, quantity: i64::MIN };
        assert_eq!(serde_json::to_value(longest).ok(), Some(longest.to_string().into()));
        let curved = |text: &str| text.parse::<CurvedAmount>().and_then(|amount| amount.at(5));
        assert_eq!(curved("3:9:125"), Ok(amount("3:9:125")));
        assert_eq!(curved("3:9:10 * (n - 1)"), Ok(amount("3:9:40")));
        for wrong in ["3:9", "3:9:x", "3:9:1:1", "3:9:m + 1", "3:9:0 - n", "n:9:1"] {
            assert!(curved(wrong).is_err(), "{wrong}");
        }
        for wrong in ["", "3:9", "3:9:x", "x:9:1", "300:1:1", "3:9:1:1:1"] {
            assert!(wrong.parse::<Amount>().is_err(), "{wrong}");
        }
    }
}
