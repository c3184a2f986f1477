//! Injects single mistakes into RON text. It knows the tokens of the text, which fields the schema makes optional, and
//! the few names below, but nothing else about the tables.

mod form;
mod slips;
mod tokens;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

use serde_json::Value;
pub(crate) use slips::slips;
use tokens::{Sort, Token, tokens};

/// The first field of entries that must be unique in their list, because it identifies the entry. Entries without one
/// (waves, windows, identical bosses) may be repeated.
const IDENTITIES: &[&str] = &["id", "key", "mode", "from", "stage"];

/// Fields that name an entry of this or another table, or an image, by a string.
const REFERENCES: &[&str] = &["monster", "layout", "background", "portrait", "speaker", "start", "runs_out", "go"];

/// Fields that name a ticket kind.
const TICKETS: &[&str] = &["ticket", "allowance"];

/// A kind of mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Two letters of a name are swapped, or one is lost.
    Typo,
    /// A number where text is expected, or vice versa.
    WrongType,
    /// A field is left out.
    MissingField,
    /// A comma is left out.
    MissingComma,
    /// An undefined name.
    Dangling,
    /// A negated number.
    Negative,
    /// A duplicated entry or field.
    Overlap,
    /// A mark in full width, as input methods for Chinese type it.
    FullWidth,
    /// Typographic quotes around a text.
    SmartQuotes,
    /// A character that cannot be seen.
    Invisible,
    /// A text without its closing quote.
    MissingQuote,
    /// A text without its opening quote.
    MissingOpening,
    /// A field without its colon.
    MissingColon,
    /// A value without its closing bracket.
    MissingBracket,
    /// A closing bracket too many.
    ExtraBracket,
    /// A comma too many.
    ExtraComma,
    /// A mark that a merge has left.
    Conflict,
    /// A number beyond every range.
    TooLarge,
    /// An entry whose name is not the one that others use.
    Misnamed,
}

impl Kind {
    /// All kinds.
    pub(crate) const ALL: [Self; 19] = [
        Self::Typo,
        Self::WrongType,
        Self::MissingField,
        Self::MissingComma,
        Self::Dangling,
        Self::Negative,
        Self::Overlap,
        Self::FullWidth,
        Self::SmartQuotes,
        Self::Invisible,
        Self::MissingQuote,
        Self::MissingOpening,
        Self::MissingColon,
        Self::MissingBracket,
        Self::ExtraBracket,
        Self::ExtraComma,
        Self::Conflict,
        Self::TooLarge,
        Self::Misnamed,
    ];
}

/// A file with one mistake.
pub(crate) struct Mutation {
    /// The file's name.
    pub(crate) file: String,
    /// What kind of mistake it is.
    pub(crate) kind: Kind,
    /// The file's text with the mistake.
    pub(crate) text: String,
    /// The line at which it must be reported, from 1.
    pub(crate) line: u32,
}

impl fmt::Display for Mutation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.text.lines().nth(self.line as usize - 1).unwrap_or_default();
        write!(out, "{:?} at {}:{}: {}", self.kind, self.file, self.line, line.trim())
    }
}

/// What can be changed without making a mistake.
#[derive(Default)]
pub(crate) struct Known<'t> {
    words: HashSet<&'t str>,
    optional: HashSet<String>,
    /// How often each item, ticket kind, monster and layout is used.
    uses: HashMap<String, usize>,
}

impl<'t> Known<'t> {
    /// Every word that occurs in the files, and every field that some definition of the schema does not require.
    pub(crate) fn new(files: &'t BTreeMap<String, String>, schema: &Value) -> Self {
        let words = files.values().flat_map(|text| tokens(text)).map(|token| token.text).collect();
        let mut optional = HashSet::new();
        note_optional(schema, &mut optional);
        let mut uses = HashMap::new();
        for (file, text) in files {
            for name in used_names(file, text) {
                *uses.entry(name).or_insert(0) += 1;
            }
        }
        Self { words, optional, uses }
    }
}

/// The items, ticket kinds, monsters and layouts that a file uses.
fn used_names(file: &str, text: &str) -> Vec<String> {
    let tokens = tokens(text);
    let source = Source { file, text, tokens, kind: Kind::Misnamed, known: &Known::default() };
    let name = |at: usize| {
        let (token, field) = (source.tokens[at], source.field_of(at));
        let plain = token.text.trim_matches('"');
        let parts: Vec<&str> = plain.split(':').collect();
        match (token.sort, parts.as_slice()) {
            _ if field == "id" || field == "key" => None,
            (Sort::Text, [group, number, ..]) if group.len() == 1 => Some(format!("{group}:{number}")),
            (Sort::Text, _) if matches!(field, "monster" | "layout") => Some(plain.to_owned()),
            (Sort::Number, _) if TICKETS.contains(&field) || source.list_of(at) == "limits" => Some(plain.to_owned()),
            _ => None,
        }
    };
    (0..source.tokens.len()).filter_map(name).collect()
}

fn note_optional(schema: &Value, optional: &mut HashSet<String>) {
    if let Some(fields) = schema["properties"].as_object() {
        let is_required =
            |name: &String| schema["required"].as_array().is_some_and(|list| list.iter().any(|n| n == name));
        optional.extend(fields.keys().filter(|name| !is_required(name)).cloned());
    }
    let parts = schema.as_object().into_iter().flat_map(|members| members.values());
    parts.chain(schema.as_array().into_iter().flatten()).for_each(|part| note_optional(part, optional));
}

/// All mistakes of a kind that can be made in a file.
pub(crate) fn mutations(file: &str, text: &str, kind: Kind, known: &Known<'_>) -> Vec<Mutation> {
    let source = Source { file, text, tokens: tokens(text), kind, known };
    (0..source.tokens.len()).filter_map(|at| source.mistake(at)).collect()
}

struct Source<'t> {
    file: &'t str,
    text: &'t str,
    tokens: Vec<Token<'t>>,
    kind: Kind,
    known: &'t Known<'t>,
}

impl<'t> Source<'t> {
    fn mistake(&self, at: usize) -> Option<Mutation> {
        match self.kind {
            Kind::Typo => self.typo(at),
            Kind::WrongType => self.wrong_type(at),
            Kind::MissingField => self.missing_field(at),
            Kind::MissingComma => self.missing_comma(at),
            Kind::Dangling => self.dangling(at),
            Kind::Negative => self.negative(at),
            Kind::Overlap => self.overlap(at),
            Kind::Misnamed => self.misnamed(at),
            Kind::TooLarge if self.tokens[at].sort == Sort::Number => self.instead_of(at, "99999999999999999999"),
            Kind::TooLarge => None,
            _ => self.broken_form(at),
        }
    }

    fn text_of(&self, at: usize) -> &'t str {
        self.tokens.get(at).map_or("", |token| token.text)
    }

    fn is_field(&self, at: usize) -> bool {
        self.tokens[at].sort == Sort::Name && self.text_of(at + 1) == ":"
    }

    /// The field whose value the token is.
    fn field_of(&self, at: usize) -> &'t str {
        if at >= 2 && self.text_of(at - 1) == ":" { self.text_of(at - 2) } else { "" }
    }

    /// The last token of the value, entry or field that starts here.
    fn last_of(&self, at: usize) -> usize {
        let group = self.tokens[at].opened_by;
        let ends = |next: &usize| {
            let token = &self.tokens[*next];
            token.opened_by == group && token.text == "," || group.is_some_and(|group| self.closes(*next, group))
        };
        (at + 1..self.tokens.len()).find(ends).map_or(at, |next| next - 1)
    }

    fn closes(&self, at: usize, group: usize) -> bool {
        matches!(self.text_of(at), ")" | "]" | "}")
            && self.tokens[at].opened_by == self.tokens[group].opened_by
            && at > group
    }

    /// Replaces a part of the text; the mistake must be reported where `told_at` is in the new text.
    fn replaced(&self, start: usize, end: usize, by: &str, told_at: usize) -> Option<Mutation> {
        let text = format!("{}{by}{}", &self.text[..start], &self.text[end..]);
        let line = text[..told_at].matches('\n').count() + 1;
        let line = u32::try_from(line).expect("a line fits");
        Some(Mutation { file: self.file.to_owned(), kind: self.kind, text, line })
    }

    fn instead_of(&self, at: usize, by: &str) -> Option<Mutation> {
        let token = self.tokens[at];
        self.replaced(token.start, token.end(), by, token.start)
    }

    fn typo(&self, at: usize) -> Option<Mutation> {
        let token = self.tokens[at];
        if token.sort != Sort::Name {
            return None;
        }
        let letters: Vec<char> = token.text.chars().collect();
        let mut wrong = letters.clone();
        match (0..letters.len().saturating_sub(1)).rev().find(|first| letters[*first] != letters[first + 1]) {
            Some(first) if at.is_multiple_of(2) => wrong.swap(first, first + 1),
            _ => drop(wrong.pop()),
        }
        let wrong: String = wrong.into_iter().collect();
        // A name that occurs anywhere may be valid here as well.
        if wrong.is_empty() || self.known.words.contains(wrong.as_str()) { None } else { self.instead_of(at, &wrong) }
    }

    fn wrong_type(&self, at: usize) -> Option<Mutation> {
        match self.tokens[at].sort {
            Sort::Number => self.instead_of(at, "\"seven\""),
            Sort::Text => self.instead_of(at, "7"),
            Sort::Name if !self.is_field(at) && self.text_of(at + 1) != "(" => self.instead_of(at, "7"),
            Sort::Name | Sort::Mark => None,
        }
    }

    fn missing_field(&self, at: usize) -> Option<Mutation> {
        let group = self.tokens[at].opened_by?;
        if !self.is_field(at) || self.known.optional.contains(self.text_of(at)) {
            return None;
        }
        let last = self.last_of(at);
        let comma = if self.text_of(last + 1) == "," { last + 1 } else { last };
        // The error is at the struct; its name, if it has one, is right before its bracket.
        self.replaced(self.tokens[at].start, self.tokens[comma].end(), "", self.tokens[group].start)
    }

    fn missing_comma(&self, at: usize) -> Option<Mutation> {
        let next = self.tokens.get(at + 1)?;
        if self.text_of(at) != "," || matches!(next.text, ")" | "]" | "}") {
            return None;
        }
        let token = self.tokens[at];
        self.replaced(token.start, token.end(), " ", next.start)
    }

    fn dangling(&self, at: usize) -> Option<Mutation> {
        let token = self.tokens[at];
        let field = self.field_of(at);
        match token.sort {
            Sort::Text if REFERENCES.contains(&field) => self.instead_of(at, "\"nobody_has_this_name\""),
            Sort::Text if field != "id" => {
                let parts: Vec<&str> = token.text.trim_matches('"').split(':').collect();
                let are_numbers = parts.iter().all(|part| part.parse::<i64>().is_ok());
                match parts.as_slice() {
                    [group, _, quantity] if are_numbers => {
                        self.instead_of(at, &format!("\"{group}:987654:{quantity}\""))
                    }
                    [group, _] if are_numbers && group.len() == 1 => {
                        self.instead_of(at, &format!("\"{group}:987654\""))
                    }
                    _ => None,
                }
            }
            Sort::Number if TICKETS.contains(&field) || self.list_of(at) == "limits" => self.instead_of(at, "9876"),
            _ => None,
        }
    }

    /// The field whose list contains the token.
    fn list_of(&self, at: usize) -> &'t str {
        let group = self.tokens[at].opened_by;
        group.filter(|group| self.text_of(*group) == "[").map_or("", |group| self.field_of(group))
    }

    fn negative(&self, at: usize) -> Option<Mutation> {
        let token = self.tokens[at];
        match token.sort {
            // Negating zero changes nothing.
            Sort::Number if token.text.parse::<f64>().is_ok_and(|number| number > 0.0) => {
                self.instead_of(at, &format!("-{}", token.text))
            }
            Sort::Text => {
                let (item, quantity) = token.text.trim_matches('"').rsplit_once(':')?;
                let is_amount = item.contains(':') && quantity.parse::<i64>().is_ok_and(|quantity| quantity > 0);
                is_amount.then(|| self.instead_of(at, &format!("\"{item}:-{quantity}\""))).flatten()
            }
            _ => None,
        }
    }

    fn overlap(&self, at: usize) -> Option<Mutation> {
        let token = self.tokens[at];
        let (last, copied) = (self.last_of(at), self.tokens[self.last_of(at)].end());
        let copy = &self.text[token.start..copied];
        if self.is_field(at) {
            let copy = format!("{copy},\n{copy}");
            return self.replaced(token.start, copied, &copy, token.start + (copied - token.start) + 2);
        }
        let is_entry = token.text == "(" && token.opened_by.is_some_and(|group| self.text_of(group) == "[");
        if !is_entry || !IDENTITIES.contains(&self.text_of(at + 1)) || last == at {
            return None;
        }
        // It is reported at the identifying field of the copy.
        let identity = self.tokens[at + 1].start - token.start;
        let told_at = token.start + copy.len() + 2 + identity;
        self.replaced(token.start, copied, &format!("{copy},\n{copy}"), told_at)
    }

    /// Changes the name of an entry that several places use.
    fn misnamed(&self, at: usize) -> Option<Mutation> {
        let token = self.tokens[at];
        let is_name = matches!(
            (self.file, self.field_of(at)),
            ("items.ron" | "monsters.ron" | "layouts.ron", "id") | ("tickets.ron", "key")
        );
        let name = token.text.trim_matches('"');
        if !is_name || self.known.uses.get(name).is_none_or(|uses| *uses < 2) {
            return None;
        }
        match token.sort {
            Sort::Number => self.instead_of(at, &format!("{name}9")),
            _ if name.contains(':') => self.instead_of(at, &format!("\"{name}77\"")),
            _ => self.instead_of(at, &format!("\"{name}_\"")),
        }
    }
}
