//! A RON file as values with their places, for tools that compare or edit files and must keep comments and layout.

use std::ops::Range;

use super::lex::{skip_blank, token_end};
use super::scan::{Bracket, Entry, Node, scan};

/// A value in a RON text. `Some(..)` is looked through: its content stands for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RonValue {
    /// From its first byte (of the name, if it has one) to after the last.
    pub span: Range<usize>,
    /// What the brackets hold; a plain value has none.
    pub group: Option<RonGroup>,
}

/// What stands between two brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RonGroup {
    /// Which brackets.
    pub bracket: RonBracket,
    /// The name in front, as in `Weekly(..)`; empty = none.
    pub name: String,
    /// Where the opening bracket is.
    pub open: usize,
    /// Where the closing bracket is.
    pub close: usize,
    /// The fields, elements or entries, in order.
    pub parts: Vec<RonPart>,
}

/// The kinds of brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RonBracket {
    /// `(..)`: a struct, a tuple or the payload of a variant.
    Round,
    /// `[..]`: a list.
    Square,
    /// `{..}`: a map.
    Curly,
}

/// One field, element or entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RonPart {
    /// From the key, or else the value, to after the value.
    pub span: Range<usize>,
    /// The field name or map key, without quotes.
    pub key: Option<String>,
    /// The value.
    pub value: RonValue,
    /// Where the comma after the value is.
    pub comma: Option<usize>,
}

impl RonValue {
    /// Reads a whole text; `None` if a bracket, string or comment is not closed, or a value is missing.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let tree = scan(text);
        value(text, tree.root.filter(|_| tree.intact)?)
    }

    /// The field of a struct or the entry of a map. Of two equal keys the last one counts.
    #[must_use]
    pub fn part(&self, key: &str) -> Option<&RonPart> {
        self.parts().iter().rev().find(|part| part.key.as_deref() == Some(key))
    }

    /// The value of a field.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<&RonValue> {
        self.part(key).map(|part| &part.value)
    }

    /// The fields, elements or entries, in order.
    #[must_use]
    pub fn parts(&self) -> &[RonPart] {
        self.group.as_ref().map_or(&[], |group| &group.parts)
    }

    /// Whether it is a list.
    #[must_use]
    pub fn is_list(&self) -> bool {
        self.group.as_ref().is_some_and(|group| group.bracket == RonBracket::Square)
    }

    /// Whether it has named fields.
    #[must_use]
    pub fn is_struct(&self) -> bool {
        let group = self.group.as_ref().filter(|group| group.bracket == RonBracket::Round);
        group.is_some_and(|group| group.parts.iter().all(|part| part.key.is_some()))
    }
}

fn value(text: &str, node: Node) -> Option<RonValue> {
    let Some(group) = node.group else {
        return Some(RonValue { span: node.span, group: None });
    };
    let start = node.span.start;
    let named = !text[start..].starts_with(['(', '[', '{']);
    let name_end = if named { token_end(text, start) } else { start };
    let name = text[start..name_end].to_owned();
    let mut parts = group.entries.into_iter().map(|entry| part(text, entry)).collect::<Option<Vec<_>>>()?;
    if name == "Some" && matches!(parts.as_slice(), [only] if only.key.is_none()) {
        return parts.pop().map(|only| only.value);
    }
    let bracket = match group.bracket {
        Bracket::Round => RonBracket::Round,
        Bracket::Square => RonBracket::Square,
        Bracket::Curly => RonBracket::Curly,
    };
    let group = RonGroup { bracket, name, open: skip_blank(text, name_end), close: group.close?, parts };
    Some(RonValue { span: node.span, group: Some(group) })
}

fn part(text: &str, entry: Entry) -> Option<RonPart> {
    let value = value(text, entry.value?)?;
    Some(RonPart { span: entry.span, key: entry.key.map(|key| key.text), value, comma: entry.comma })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_with_their_places_and_names() {
        let text = "// top\n(a: Some(5), list: [Weekly(from: \"1\"), (2, 3)], map: {\"k\": 1})";
        let root = RonValue::read(text).expect("intact");
        let shown = |value: &RonValue| text[value.span.clone()].to_owned();
        assert_eq!(root.field("a").map(shown).as_deref(), Some("5"), "Some is looked through");
        let list = root.field("list").expect("there");
        assert!(list.is_list() && !list.is_struct());
        let group = list.parts()[0].value.group.as_ref().expect("a group");
        assert_eq!((group.name.as_str(), &text[group.open..=group.open]), ("Weekly", "("));
        assert!(list.parts()[0].value.is_struct() && !list.parts()[1].value.is_struct());
        assert_eq!(root.field("map").and_then(|map| map.field("k")).map(shown).as_deref(), Some("1"));
    }

    #[test]
    fn a_text_with_an_open_bracket_or_without_a_value_is_not_read() {
        for text in ["(a: [1, 2)", "(a: )", "", "(a: \"x)"] {
            assert_eq!(RonValue::read(text), None, "{text}");
        }
    }
}
