//! The entries of a file, for the outline of an editor.

use std::ops::Range;

use raidkeep_engine::rules::{RonBracket, RonValue};

/// Entries nested deeper are not listed.
const DEEPEST_ENTRY: usize = 5;

/// The fields that tell entries of a list apart, the best first.
const LABELS: [&str; 7] = ["id", "key", "item", "from", "stage", "level", "name"];

/// An entry, with those in it.
#[derive(Debug, PartialEq, Eq)]
pub struct OutlineEntry {
    /// The key, or what tells it from its neighbours.
    pub label: String,
    /// What people call it.
    pub title: Option<String>,
    /// The whole entry.
    pub span: Range<usize>,
    /// The key, or else the first part of the entry.
    pub head: Range<usize>,
    /// Whether it is an element of a list.
    pub is_element: bool,
    /// Those in it.
    pub entries: Vec<OutlineEntry>,
}

/// The entries of a text; none while a bracket or string is not closed.
#[must_use]
pub fn outline(text: &str) -> Vec<OutlineEntry> {
    RonValue::read(text).map(|root| entries(text, &root, 0)).unwrap_or_default()
}

fn entries(text: &str, value: &RonValue, depth: usize) -> Vec<OutlineEntry> {
    if depth >= DEEPEST_ENTRY {
        return Vec::new();
    }
    let parts = value.parts().iter().enumerate().filter(|(_, part)| !part.value.parts().is_empty());
    let listed = parts.filter(|(_, part)| part.key.is_some() || part.value.is_struct()).map(|(index, part)| {
        let is_element = part.key.is_none();
        let label = part.key.clone().or_else(|| label(text, &part.value)).unwrap_or_else(|| format!("{}", index + 1));
        let head =
            if is_element { part.span.start..part.span.start + 1 } else { part.span.start..part.value.span.start };
        OutlineEntry {
            title: part.value.field("name").and_then(|name| plain(text, name)).filter(|title| *title != label),
            label,
            span: part.span.clone(),
            head,
            is_element,
            entries: entries(text, &part.value, depth + 1),
        }
    });
    listed.collect()
}

fn label(text: &str, value: &RonValue) -> Option<String> {
    let named = LABELS.iter().find_map(|key| plain(text, value.field(key)?));
    let variant = value.group.as_ref().filter(|group| group.bracket == RonBracket::Round && !group.name.is_empty());
    named.or_else(|| variant.map(|group| group.name.clone()))
}

/// A value without brackets, without its quotes.
fn plain(text: &str, value: &RonValue) -> Option<String> {
    let written = &text[value.span.clone()];
    let is_plain = value.group.is_none() && !written.is_empty();
    is_plain.then(|| written.trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(entries: &[OutlineEntry], depth: usize) -> String {
        let line = |entry: &OutlineEntry| {
            let title = entry.title.as_ref().map(|title| format!(" {title}")).unwrap_or_default();
            format!("{}{}{title}\n{}", "  ".repeat(depth), entry.label, shown(&entry.entries, depth + 1))
        };
        entries.iter().map(line).collect()
    }

    #[test]
    fn entries_are_listed_by_id_and_name() {
        let text = "(\n  first: 1,\n  items: [(id: \"3:1\", name: \"金币\"), (count: 2)],\n  map: {\"a:b\": (x: [(1, 2)])},\n  windows: [Weekly(from: 5)],\n)";
        let found = outline(text);
        assert_eq!(shown(&found, 0), "items\n  3:1 金币\n  2\nmap\n  a:b\n    x\nwindows\n  5\n");
        assert_eq!(&text[found[0].head.clone()], "items: ");
        assert_eq!(&text[found[0].entries[0].head.clone()], "(");
        assert_eq!(outline("(items: ["), []);
    }
}
