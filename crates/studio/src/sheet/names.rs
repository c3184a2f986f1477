//! The names of items, beside their ids.

use std::collections::BTreeMap;

use raidkeep_engine::rules::RonValue;

/// Names by id.
#[derive(Debug, Default)]
pub(super) struct ItemNames(BTreeMap<String, String>);

impl ItemNames {
    /// Those that `items.ron` gives.
    pub(super) fn of(texts: &BTreeMap<String, String>) -> Self {
        let Some((text, root)) = texts.get("items.ron").and_then(|text| Some((text, RonValue::read(text)?))) else {
            return Self::default();
        };
        let read = |value: &RonValue| ron::from_str::<String>(&text[value.span.clone()]).ok();
        let named = |entry: &RonValue| Some((read(entry.field("id")?)?, read(entry.field("name")?)?));
        let items = root.field("items").map_or(&[][..], RonValue::parts);
        Self(items.iter().filter_map(|item| named(&item.value)).collect())
    }

    pub(super) fn get(&self, id: &str) -> Option<&str> {
        self.0.get(id).map(String::as_str)
    }
}
