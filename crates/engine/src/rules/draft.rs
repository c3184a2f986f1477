//! What may stand at a place of a file that somebody is writing, and what stands there.

use std::ops::Range;

use super::file_schema::{FileSchema, Shape};
use super::lex::{Cursor, token_end};
use super::report::Place;
use super::scan::{Bracket, Group, Node, scan};

/// A place within the files of a table, with the numbers of elements and the keys of maps left out:
/// `stages.*.rewards.*`.
pub type TextSlot = String;

/// The step of a slot to any element of a list or value of a map.
const ANY: &str = "*";
/// The step of a slot to any key of a map.
const ANY_KEY: &str = "*key";

/// A place of a text that may be unfinished.
#[derive(Debug)]
pub struct TextDraft<'s> {
    /// The word or string at the place; empty where one may begin.
    pub word: Range<usize>,
    /// Where in the file it is.
    pub slot: TextSlot,
    /// What may stand there.
    pub blank: Blank<'s>,
}

/// What may stand at a place.
#[derive(Debug)]
pub enum Blank<'s> {
    /// The name of a field, with its value.
    Field {
        /// The struct.
        of: Shape<'s>,
        /// The fields that it has already.
        written: Vec<String>,
    },
    /// A key of a map, with its value.
    Key {
        /// The value.
        of: Shape<'s>,
    },
    /// A value.
    Value(Shape<'s>),
}

/// What stands at a place of a text.
#[derive(Debug)]
pub struct Sight<'s> {
    /// The name of a field, or a value without what is in its brackets.
    pub span: Range<usize>,
    /// The innermost field that the place belongs to; `None` outside of all structs.
    pub field: Option<String>,
    /// Whether that field has to be there.
    pub is_required: bool,
    /// What is known of the value.
    pub shape: Shape<'s>,
    /// The name of a variant or other word that stands there as the value.
    pub word: Option<String>,
}

impl FileSchema {
    /// What may be written at a byte offset; `None` in a comment and where nothing is known.
    #[must_use]
    pub fn draft<'s>(&'s self, text: &str, offset: usize) -> Option<TextDraft<'s>> {
        let start = word_start(text.get(..offset)?)?;
        let before = &text[..start];
        let word = start..word_end(text, start, offset);
        let tree = scan(before);
        let Some(mut node) = tree.root.as_ref() else {
            return Some(TextDraft { word, slot: TextSlot::new(), blank: Blank::Value(self.root()) });
        };
        let mut shape = self.root();
        let mut steps = Vec::new();
        loop {
            let group = node.group.as_ref().filter(|group| is_open(group, node, before))?;
            let waiting = group.entries.last().filter(|entry| {
                let is_inside = entry.value.as_ref().is_some_and(|value| {
                    value.group.as_ref().is_some_and(|group| entry.comma.is_none() && is_open(group, value, before))
                });
                is_inside || entry.value.is_none()
            });
            let Some(entry) = waiting else {
                let (step, blank) = self.new_entry(&shape, before, (text, &word), node)?;
                steps.extend(step);
                return Some(TextDraft { word, slot: steps.join("."), blank });
            };
            let index = group.entries.len() - 1;
            shape = self.part(&shape, before, node, index)?;
            steps.extend(step(group, index));
            match &entry.value {
                Some(value) => node = value,
                None => return Some(TextDraft { word, slot: steps.join("."), blank: Blank::Value(shape) }),
            }
        }
    }

    /// What may come next in a group that is not closed.
    fn new_entry<'s>(
        &'s self,
        shape: &Shape<'s>,
        before: &str,
        (text, word): (&str, &Range<usize>),
        node: &Node,
    ) -> Option<(Option<String>, Blank<'s>)> {
        let group = node.group.as_ref()?;
        let name = group.name(before, node);
        if name == "Some" {
            return Some((None, Blank::Value(*shape)));
        }
        let content = self.content(shape, name);
        let index = group.entries.len();
        match group.bracket {
            Bracket::Curly => Some((Some(ANY_KEY.to_owned()), Blank::Key { of: self.member(&content, "")? })),
            Bracket::Round if !self.fields(&content).is_empty() => {
                Some((None, Blank::Field { of: content, written: written(text, node, word) }))
            }
            Bracket::Round => {
                let element = self.element(&content, index);
                let step = element.is_some().then(|| ANY.to_owned());
                Some((step, Blank::Value(element.unwrap_or(content))))
            }
            Bracket::Square => Some((Some(ANY.to_owned()), Blank::Value(self.element(&content, index)?))),
        }
    }

    /// What stands at a byte offset; `None` between values and in comments.
    #[must_use]
    pub fn sight<'s>(&'s self, text: &str, offset: usize) -> Option<Sight<'s>> {
        let tree = scan(text);
        let (mut node, mut shape) = (tree.root.as_ref()?, self.root());
        let (mut field, mut is_required) = (None, false);
        loop {
            let group = node.group.as_ref();
            let Some((index, entry)) = group.and_then(|group| Some((group, group.entry_at(offset)?))).map(|(_, at)| at)
            else {
                let end = token_end(text, node.span.start);
                let span = node.span.start..if group.is_some() { end } else { node.span.end };
                let token = &text[span.clone()];
                let word = token.starts_with(|c: char| c.is_alphabetic() || c == '_').then(|| token.to_owned());
                return span.contains(&offset).then_some(Sight { span, field, is_required, shape, word });
            };
            let content = self.content(&shape, group.map_or("", |group| group.name(text, node)));
            shape = self.part(&shape, text, node, index)?;
            if let Some(key) = entry.key.as_ref().filter(|_| group.is_some_and(|group| group.bracket == Bracket::Round))
            {
                let known = self.fields(&content).into_iter().find(|(name, ..)| *name == key.text);
                is_required = known.is_some_and(|(.., is_required)| is_required);
                field = Some(key.text.clone());
            }
            match (&entry.key, &entry.value) {
                (Some(key), _) if key.span.contains(&offset) => {
                    return Some(Sight { span: key.span.clone(), field, is_required, shape, word: None });
                }
                (_, Some(value)) if value.span.contains(&offset) => node = value,
                _ => return None,
            }
        }
    }
}

/// Where a place of a study stands in the text: as the key of a map or as a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameSeat {
    /// The key or the value.
    pub span: Range<usize>,
    /// The place within the files of the table.
    pub slot: TextSlot,
}

/// Where a place may stand in a text: a map entry has a key and a value.
pub(super) fn seats(root: &Node, place: &Place) -> Vec<NameSeat> {
    let mut node = root;
    let mut steps: Vec<String> = Vec::new();
    let mut found = vec![NameSeat { span: root.span.clone(), slot: TextSlot::new() }];
    for segment in place.path() {
        let Some((group, entry)) = node.part(segment) else { return Vec::new() };
        let slot =
            |steps: &[String], last: &str| steps.iter().map(String::as_str).chain([last]).collect::<Vec<_>>().join(".");
        let own = match (&entry.key, group.bracket) {
            (Some(key), Bracket::Round) => key.text.clone(),
            _ => ANY.to_owned(),
        };
        found.clear();
        if let Some(key) = entry.key.as_ref().filter(|_| group.bracket == Bracket::Curly) {
            found.push(NameSeat { span: key.span.clone(), slot: slot(&steps, ANY_KEY) });
        }
        found.extend(entry.value.as_ref().map(|value| NameSeat { span: value.span.clone(), slot: slot(&steps, &own) }));
        steps.push(own);
        match &entry.value {
            Some(value) => node = value,
            None => break,
        }
    }
    found
}

fn step(group: &Group, index: usize) -> Option<String> {
    let entry = group.entries.get(index)?;
    match (&entry.key, group.bracket) {
        (Some(key), Bracket::Round) => Some(key.text.clone()),
        _ => group.segment(index).map(|_| ANY.to_owned()),
    }
}

/// Whether the group goes on at the end of the text.
fn is_open(group: &Group, node: &Node, text: &str) -> bool {
    group.close.is_none() && node.span.end == text.len()
}

/// The names of the fields of a struct, those behind the place included, without the word that is being written.
fn written(text: &str, node: &Node, word: &Range<usize>) -> Vec<String> {
    let tree = scan(text);
    let mut whole = tree.root.as_ref();
    while let Some(outer) = whole.filter(|outer| outer.span.start < node.span.start) {
        let inner = outer.group.as_ref().and_then(|group| group.entry_at(node.span.start));
        whole = inner.and_then(|(_, entry)| entry.value.as_ref());
    }
    let group = whole.filter(|whole| whole.span.start == node.span.start).unwrap_or(node).group.as_ref();
    let keys = group.into_iter().flat_map(|group| &group.entries).filter_map(|entry| entry.key.as_ref());
    keys.filter(|key| key.span.start != word.start || word.is_empty()).map(|key| key.text.clone()).collect()
}

/// Where the word begins that a text ends in; its end if it does not end in one, `None` if it ends in a comment.
fn word_start(text: &str) -> Option<usize> {
    // A letter more belongs to whatever the text ends in.
    let text = format!("{text}x");
    let mut cursor = Cursor::new(&text, 0);
    cursor.skip_attributes();
    loop {
        cursor.skip_blank();
        let start = cursor.at;
        cursor.peek()?;
        cursor.skip_token();
        if cursor.at == text.len() {
            return Some(start);
        }
    }
}

/// The end of the word at a place, on its line: a quote that is not closed belongs to it up to the place.
fn word_end(text: &str, start: usize, place: usize) -> usize {
    if start == place {
        return place;
    }
    let token = &text[start..token_end(text, start).max(place)];
    let is_closed = token.strip_prefix(['"', '\'']).is_none_or(|inner| inner.ends_with(['"', '\'']));
    if is_closed && !token.contains('\n') { start + token.len() } else { place }
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use serde::Deserialize;

    use super::*;
    use crate::schema::schema_of;

    #[derive(Deserialize, JsonSchema)]
    #[expect(dead_code, reason = "only the schema is needed")]
    struct Camp {
        /// Who lives there.
        dwellers: Vec<Dweller>,
        open: Opening,
        prices: std::collections::BTreeMap<String, u32>,
    }

    #[derive(Deserialize, JsonSchema)]
    #[expect(dead_code, reason = "only the schema is needed")]
    struct Dweller {
        name: String,
        #[serde(default)]
        gold: Option<u32>,
    }

    #[derive(Deserialize, JsonSchema)]
    #[expect(dead_code, reason = "only the schema is needed")]
    enum Opening {
        Always,
        Daily { from: u32, to: u32 },
        Days(Vec<u32>),
    }

    /// Where `|` stands: the slot, what may be written, and the word that is there.
    fn told(marked: &str) -> String {
        let schema = FileSchema::of(schema_of::<Camp>);
        let offset = marked.find('|').expect("a place");
        let text = marked.replacen('|', "", 1);
        let Some(draft) = schema.draft(&text, offset) else { return "nothing".to_owned() };
        let blank = match &draft.blank {
            Blank::Field { of, written } => {
                let fields = schema.fields(of).into_iter().map(|(name, ..)| name);
                let left: Vec<&str> = fields.filter(|name| !written.iter().any(|known| known == name)).collect();
                left.join(" ")
            }
            Blank::Key { .. } => "key".to_owned(),
            Blank::Value(shape) => {
                let names: Vec<&str> = schema.names(shape).into_iter().map(|(name, _)| name).collect();
                if names.is_empty() { shape.kind().unwrap_or("?").to_owned() } else { names.join(" ") }
            }
        };
        format!("{}: {blank} [{}]", draft.slot, &text[draft.word])
    }

    #[test]
    fn in_an_unfinished_text_it_is_known_what_may_come() {
        for (marked, expected) in [
            ("|", ": object []"),
            ("(|", ": dwellers intended open prices []"),
            ("(dwel|", ": dwellers intended open prices [dwel]"),
            ("(dwel|lers: [], open: Always)", ": dwellers intended prices [dwellers]"),
            ("(dwellers: [(name: \"体\", |", "dwellers.*: gold intended []"),
            ("(dwellers: [(go|\n    name: \"a\"), (gold: 1)],", "dwellers.*: gold intended [go]"),
            ("(dwellers: [(gold: 1), (|)], open: Always)", "dwellers.*: gold intended name []"),
            ("(dwellers: [(|name: \"a\")]", "dwellers.*: gold intended []"),
            ("(dwellers: [(name: \"a|", "dwellers.*.name: string [\"a]"),
            ("(dwellers: [(name: \"a|b\", gold: 1)])", "dwellers.*.name: string [\"ab\"]"),
            ("(dwellers: [|", "dwellers.*: object []"),
            ("(open: |", "open: Always Daily Days []"),
            ("(open: |\n    dwellers: []", "open: Always Daily Days []"),
            ("(open: Da|ily(from: 1)", "open: Always Daily Days [Daily]"),
            ("(open: Daily(from: 1, |", "open: intended to []"),
            ("(open: Days([1, |", "open.*: integer []"),
            ("(prices: {|", "prices.*key: key []"),
            ("(prices: {\"a\": |", "prices.*: integer []"),
            ("(dwellers: [(，|", "dwellers.*: gold intended name [，]"),
            ("(dwellers: [(name: “体|力”", "dwellers.*.name: string [“体力”]"),
            ("(dwellers: [(name: \"a\"), // na|", "nothing"),
            ("(dwellers: [(name: \"a\" /* na| */", "nothing"),
        ] {
            assert_eq!(told(marked), expected, "{marked}");
        }
    }

    #[test]
    fn what_stands_at_a_place_is_known_with_its_field() {
        let schema = FileSchema::of(schema_of::<Camp>);
        let text = "(dwellers: [(name: \"体力\", gold: 5)], open: Daily(from: 1, to: 2)) // to";
        let at = |part: &str| {
            let sight = schema.sight(text, text.find(part).expect("it is there") + 1)?;
            Some((text[sight.span].to_owned(), sight.field.unwrap_or_default(), sight.is_required))
        };
        let seen = |span: &str, field: &str, is_required| Some((span.to_owned(), field.to_owned(), is_required));
        assert_eq!(at("dwellers"), seen("dwellers", "dwellers", true));
        assert_eq!(at("\"体力"), seen("\"体力\"", "name", true));
        assert_eq!(at("gold"), seen("gold", "gold", false));
        assert_eq!(at("Daily"), seen("Daily", "open", true));
        assert_eq!(at("from"), seen("from", "from", true));
        assert_eq!(at(" // to"), None);
    }
}
