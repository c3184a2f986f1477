//! Finds where a value is in RON text, and which value is at a place.

use std::collections::HashMap;
use std::ops::Range;

use super::path::{Segment, position_in, saturate};
use super::scan::{Bracket, Entry, Group, Node, Tree, scan};

/// A duplicate key in one struct or map.
#[derive(Debug)]
pub(super) struct Duplicate {
    /// The path of the key.
    pub(super) path: Vec<Segment>,
    /// Where the earlier one is.
    pub(super) first: usize,
    /// Where the later one is.
    pub(super) offset: usize,
}

/// What is at a place: the path from the whole text down to the innermost value.
#[derive(Debug, Default)]
pub(super) struct Spot<'a> {
    /// The keys and indices down to the innermost value.
    pub(super) path: Vec<Segment>,
    /// The innermost value, or `None` when the place is outside of every value.
    pub(super) node: Option<&'a Node>,
    /// The parts on the path, outermost first, with the group each belongs to.
    pub(super) holders: Vec<Holder<'a>>,
}

/// A part of a group that contains a place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Holder<'a> {
    /// The struct, list or map.
    pub(super) group: &'a Group,
    /// Where the struct, list or map starts.
    pub(super) group_start: usize,
    /// The field, element or entry.
    pub(super) entry: &'a Entry,
}

impl Holder<'_> {
    /// Whether the text stays well-formed without this part.
    ///
    /// A part of a tuple cannot be left out, because the later ones would move up.
    pub(super) fn is_removable(&self) -> bool {
        self.entry.key.is_some() || self.group.bracket != Bracket::Round
    }
}

/// A text with the places of its values.
#[derive(Debug)]
pub(super) struct Document {
    text: String,
    line_starts: Vec<usize>,
    tree: Tree,
}

impl Document {
    /// Scans a text. Any text will do.
    pub(super) fn new(text: String) -> Self {
        let tree = scan(&text);
        let after_breaks = text.match_indices('\n').map(|(newline, _)| newline + 1);
        let line_starts = std::iter::once(0).chain(after_breaks).collect();
        Self { text, line_starts, tree }
    }

    /// The text itself.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The value that the text holds.
    pub(super) fn root(&self) -> Option<&Node> {
        self.tree.root.as_ref()
    }

    /// Whether all brackets, strings and comments are closed.
    pub(super) fn is_intact(&self) -> bool {
        self.tree.intact
    }

    /// Gives the line and column of a byte offset.
    pub(super) fn position(&self, offset: usize) -> (u32, u32) {
        let line = self.line_starts.partition_point(|&start| start <= offset);
        let start = self.line_starts[line - 1];
        let (_, column) = position_in(&self.text[start..], offset - start);
        (saturate(line), column)
    }

    /// Gives the byte offset of a line and column, in a text with the same lines.
    pub(super) fn offset(&self, text: &str, line: usize, column: usize) -> usize {
        let start = self.line_starts.get(line.saturating_sub(1)).map_or(text.len(), |&start| start);
        let rest = &text[start..];
        let within = rest.char_indices().nth(column.saturating_sub(1));
        start + within.map_or(rest.len(), |(offset, _)| offset)
    }

    /// Gives the byte offset of the value at a path.
    ///
    /// For a map entry this is where its key starts, because the key is data too. When nothing is at the path, the
    /// answer is the closest value on the way.
    pub(super) fn resolve(&self, path: &[Segment]) -> usize {
        let Some(mut node) = self.tree.root.as_ref() else {
            return 0;
        };
        let mut offset = node.span.start;
        let mut steps = path.iter().peekable();
        while let Some(step) = steps.next() {
            let Some((group, entry)) = node.part(step) else {
                break;
            };
            let value = entry.value.as_ref();
            let value_first = group.bracket != Bracket::Curly || steps.peek().is_some();
            offset = match value {
                Some(value) if value_first => value.span.start,
                _ => entry.span.start,
            };
            match value {
                Some(value) => node = value,
                None => break,
            }
        }
        offset
    }

    /// Finds the value at a byte offset.
    pub(super) fn spot(&self, offset: usize) -> Spot<'_> {
        let mut spot = Spot::default();
        let mut next = self.tree.root.as_ref();
        while let Some(node) = next.filter(|node| holds(&node.span, offset)) {
            spot.node = Some(node);
            let Some(group) = &node.group else { break };
            let Some((index, entry)) = group.entry_at(offset) else { break };
            spot.path.extend(group.segment(index));
            spot.holders.push(Holder { group, group_start: node.span.start, entry });
            next = entry.value.as_ref();
            if next.is_none_or(|value| !holds(&value.span, offset)) {
                spot.node = None;
            }
        }
        spot
    }

    /// Finds all duplicate keys of structs and maps.
    ///
    /// RON itself silently lets the last entry of a map win.
    pub(super) fn duplicates(&self) -> Vec<Duplicate> {
        let mut found = Vec::new();
        if let Some(root) = &self.tree.root {
            collect_duplicates(root, &mut Vec::new(), &mut found);
        }
        found
    }
}

fn holds(span: &Range<usize>, offset: usize) -> bool {
    span.contains(&offset)
}

fn collect_duplicates(node: &Node, path: &mut Vec<Segment>, found: &mut Vec<Duplicate>) {
    let Some(group) = &node.group else { return };
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (index, entry) in group.entries.iter().enumerate() {
        let length = path.len();
        path.extend(group.segment(index));
        if let Some(key) = &entry.key {
            let first = *seen.entry(&key.text).or_insert(key.span.start);
            if first != key.span.start {
                found.push(Duplicate { path: path.clone(), first, offset: key.span.start });
            }
        }
        if let Some(value) = &entry.value {
            collect_duplicates(value, path, found);
        }
        path.truncate(length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::path::path_text;

    fn path(steps: &[&str]) -> Vec<Segment> {
        let step = |step: &&str| match step.parse() {
            Ok(index) => Segment::Index(index),
            Err(_) => Segment::Key((*step).to_owned()),
        };
        steps.iter().map(step).collect()
    }

    /// The text from the value at a path on, cut at the end of the line.
    fn at(text: &str, steps: &[&str]) -> String {
        let document = Document::new(text.to_owned());
        let rest = &text[document.resolve(&path(steps))..];
        rest.lines().next().unwrap_or_default().to_owned()
    }

    const STAGES: &str = r##"#![enable(unwrap_newtypes)]
/* a ( /* nested [ */ { */
Stages(
    // stages: [ "not this"
    name: r#"raw "quoted) text"#,
    quote: '"', tick: '\'', bytes: b"\"(",
    stages: [
        (id: 1, rewards: []),
        Boss(id: 2, rewards: Some([(item: "a\")", count: 1), (item: "b", count: 2)])),
    ],
    prices: { "3:9": 5, 'x': 6, Gold: 7, (1, 2): 8, r"raw": 9 },
)"##;

    #[test]
    fn paths_are_found_among_comments_and_raw_strings() {
        assert_eq!(at(STAGES, &["name"]), "r#\"raw \"quoted) text\"#,");
        assert!(at(STAGES, &["tick"]).starts_with(r"'\'', bytes"));
        assert_eq!(at(STAGES, &["stages", "0", "rewards"]), "[]),");
        assert_eq!(at(STAGES, &["stages", "1", "rewards", "1", "item"]), "\"b\", count: 2)])),");
        assert!(Document::new(STAGES.to_owned()).is_intact());
    }

    #[test]
    fn map_entries_are_found_by_their_unquoted_key() {
        for (key, found) in [("3:9", "\"3:9\": 5"), ("x", "'x'"), ("Gold", "Gold"), ("raw", "r\"")] {
            assert!(at(STAGES, &["prices", key]).starts_with(found), "{key}");
        }
        assert!(at(STAGES, &["prices", "(1, 2)"]).starts_with("(1, 2): 8"));
    }

    #[test]
    fn a_path_that_leads_nowhere_ends_at_the_closest_value() {
        assert!(at(STAGES, &["stages", "1", "boss", "name"]).starts_with("Boss(id: 2"));
        assert!(at(STAGES, &["stages", "7"]).starts_with('['));
        assert_eq!(at("", &["a"]), "");
        assert_eq!(at("(a: ", &["a", "b"]), "a: ");
    }

    #[test]
    fn the_path_of_a_place_is_found() {
        let document = Document::new(STAGES.to_owned());
        let offset = STAGES.find("\"b\"").expect("the text holds it");
        let spot = document.spot(offset);
        assert_eq!(path_text(&spot.path), "stages[1].rewards[1].item");
        let spans: Vec<&str> = spot.holders.iter().map(|holder| &STAGES[holder.entry.span.clone()]).collect();
        assert_eq!(spans[spans.len() - 2..], ["(item: \"b\", count: 2)", "item: \"b\""]);
        let key = STAGES.find("'x'").expect("the text holds it");
        assert_eq!(path_text(&document.spot(key).path), "prices.x");
    }

    #[test]
    fn duplicate_keys_are_found_at_any_depth() {
        let text = "(a: [{\"k\": 1, r\"k\": 2}], b: Some((x: 1, x: 2)), a: 3)";
        let document = Document::new(text.to_owned());
        let found: Vec<String> = document.duplicates().iter().map(|found| path_text(&found.path)).collect();
        assert_eq!(found, ["a[0].k", "b.x", "a"]);
    }

    #[test]
    fn positions_count_characters_with_wide_text_tabs_and_line_ends() {
        let text = "(\r\n\t名: \"体力\", b: 1)";
        let document = Document::new(text.to_owned());
        let offset = document.resolve(&path(&["b"]));
        let (line, column) = document.position(offset);
        assert_eq!((line, column), (2, 14));
        assert_eq!(document.offset(text, 2, 14), offset);
        assert_eq!(document.offset(text, 9, 9), text.len());
    }

    #[test]
    fn deep_nesting_and_broken_text_are_survived() {
        for text in ["[".repeat(100_000), "(a:".repeat(100_000), "[({".repeat(9) + "]"] {
            let document = Document::new(text);
            assert!(!document.is_intact());
            document.spot(70);
            document.duplicates();
        }
        let closed = "[".repeat(1000) + &"]".repeat(1000);
        assert!(Document::new(closed).is_intact());
    }
}
