//! What may be typed at a place: fields, words, ids.

use std::ops::Range;

use raidkeep_engine::rules::{Blank, Catalogue, FileSchema, Shape, TextDraft};

use crate::language::names::{GivenNames, IdForm, IdSlots};
use crate::language::words::{facts, meaning};

/// Structs within structs up to this depth are filled in with their required fields.
const DEEPEST_SNIPPET: usize = 3;

/// Of more than this many suggestions only those are given that hold what is typed.
const SUGGESTIONS_MAX: usize = 500;

/// What may be typed in place of a span.
#[derive(Debug, Default)]
pub struct Completion {
    /// What is there already.
    pub span: Range<usize>,
    /// What may stand there, the likeliest first.
    pub suggestions: Vec<Suggestion>,
    /// Whether there are more, which come when more is typed.
    pub has_more: bool,
}

/// One thing that may be typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What is shown.
    pub label: String,
    /// What it is, on one line.
    pub detail: String,
    /// What it means, as Markdown.
    pub about: String,
    /// The text, for an editor without snippets.
    pub plain: String,
    /// The text as a snippet, with places to fill in.
    pub snippet: String,
    /// What is compared with what is typed.
    pub filter: String,
    /// What it is.
    pub kind: SuggestionKind,
}

/// What a suggestion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SuggestionKind {
    /// The name of a field.
    Field,
    /// A word of an enumeration.
    Word,
    /// An id.
    Id,
    /// A struct with its required fields.
    Entry,
}

/// What completion knows besides the text.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// All tables.
    pub catalogue: &'a Catalogue,
    /// Where ids stand.
    pub slots: &'a IdSlots,
    /// Which ids there are.
    pub names: &'a GivenNames,
}

/// What may be typed at a byte offset of a file's text.
pub fn complete(file: &str, text: &str, offset: usize, known: Known<'_>) -> Completion {
    let schema = known.catalogue.schema_of_file(file);
    let table = known.catalogue.owner(file);
    let Some((schema, table)) = schema.zip(table) else { return Completion::default() };
    let Some(draft) = schema.draft(text, offset) else { return Completion::default() };
    let writer = Writer { schema, table, file, known, rest: rest_of_line(text, draft.word.end) };
    let mut suggestions = writer.suggestions(&draft);
    let has_more = suggestions.len() > SUGGESTIONS_MAX;
    if has_more {
        let typed = text[draft.word.start..offset].trim_start_matches('"');
        suggestions.retain(|suggestion| suggestion.filter.contains(typed));
        suggestions.truncate(SUGGESTIONS_MAX);
    }
    Completion { suggestions, span: draft.word, has_more }
}

struct Writer<'a> {
    schema: &'a FileSchema,
    table: &'a str,
    file: &'a str,
    known: Known<'a>,
    /// What follows on the line.
    rest: &'a str,
}

impl Writer<'_> {
    fn suggestions(&self, draft: &TextDraft<'_>) -> Vec<Suggestion> {
        match &draft.blank {
            Blank::Field { of, written } => self.fields(of, written, &draft.slot),
            Blank::Key { of } => self.ids(&draft.slot, Some(of)),
            Blank::Value(shape) => {
                let mut found = self.ids(&draft.slot, None);
                found.extend(self.words(shape, &draft.slot));
                found.extend(self.entry(shape, &draft.slot));
                found
            }
        }
    }

    /// The fields that are not written yet, the required ones first.
    fn fields(&self, of: &Shape<'_>, written: &[String], slot: &str) -> Vec<Suggestion> {
        let mut fields = self.schema.fields(of);
        fields.retain(|(name, ..)| !written.iter().any(|known| known == name));
        fields.sort_by_key(|(.., is_required)| !is_required);
        let suggest = |(name, shape, is_required): (&str, Shape<'_>, bool)| {
            let value = self.value(&shape, &step(slot, name), &mut Stops::default(), 0);
            let has_colon = self.rest.trim_start().starts_with(':');
            let comma = if self.rest.trim().is_empty() { "," } else { "" };
            Suggestion {
                label: name.to_owned(),
                detail: facts(self.schema, &shape, is_required),
                about: meaning(&shape),
                plain: if has_colon { name.to_owned() } else { format!("{name}: ") },
                snippet: if has_colon { name.to_owned() } else { format!("{name}: {value}{comma}") },
                filter: name.to_owned(),
                kind: SuggestionKind::Field,
            }
        };
        fields.into_iter().map(suggest).collect()
    }

    fn words(&self, shape: &Shape<'_>, slot: &str) -> Vec<Suggestion> {
        let is_bool = self.schema.json_kind(shape) == Some("boolean");
        let plain = ["true", "false"].into_iter().filter(|_| is_bool).map(|word| (word, None));
        let words = plain.chain(self.schema.names(shape));
        let suggest = |(word, about): (&str, Option<&str>)| {
            let payload = self.schema.payload(shape, word);
            let snippet = payload.map(|payload| self.brackets(&payload, slot, &mut Stops::default(), 1));
            Suggestion {
                label: word.to_owned(),
                detail: String::new(),
                about: about.unwrap_or_default().trim().to_owned(),
                plain: word.to_owned(),
                snippet: format!("{word}{}", snippet.unwrap_or_default()),
                filter: word.to_owned(),
                kind: SuggestionKind::Word,
            }
        };
        words.map(suggest).collect()
    }

    /// A struct with its required fields, where one may begin.
    fn entry(&self, shape: &Shape<'_>, slot: &str) -> Option<Suggestion> {
        let required = required(self.schema, shape);
        if self.schema.fields(shape).is_empty() {
            return None;
        }
        let snippet = self.brackets(shape, slot, &mut Stops::default(), 0);
        Some(Suggestion {
            label: "(..)".to_owned(),
            detail: required.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", "),
            about: meaning(shape),
            plain: "(".to_owned(),
            snippet,
            filter: "(".to_owned(),
            kind: SuggestionKind::Entry,
        })
    }

    /// The ids that belong to a slot; with `of`, as keys with a value behind them.
    fn ids(&self, slot: &str, of: Option<&Shape<'_>>) -> Vec<Suggestion> {
        let mut found = Vec::new();
        for form in self.known.slots.at(self.table, &slot.to_owned()) {
            for (name, title) in self.known.names.of(form.kind, self.file) {
                let value = of.map(|of| format!(": {}", self.value(of, slot, &mut Stops::default(), 0)));
                found.push(id(name, title, form, &value.unwrap_or_default()));
            }
        }
        found.dedup_by(|one, other| one.label == other.label);
        found
    }

    /// A value as a snippet.
    fn value(&self, shape: &Shape<'_>, slot: &str, stops: &mut Stops, depth: usize) -> String {
        let form = self.known.slots.at(self.table, &slot.to_owned()).next();
        if form.is_some_and(|form| !form.is_quoted) {
            return stops.next("");
        }
        let words: Vec<&str> = self.schema.names(shape).into_iter().map(|(name, _)| name).collect();
        match self.schema.json_kind(shape) {
            _ if !words.is_empty() => stops.choice(&words),
            Some("string") => format!("\"{}\"", stops.next("")),
            Some("boolean") => stops.choice(&["true", "false"]),
            Some("array" | "object") => self.brackets(shape, slot, stops, depth),
            _ => stops.next(""),
        }
    }

    fn brackets(&self, shape: &Shape<'_>, slot: &str, stops: &mut Stops, depth: usize) -> String {
        let is_list = self.schema.json_kind(shape) == Some("array");
        if is_list && !self.schema.is_tuple(shape) {
            return format!("[{}]", stops.next(""));
        }
        if !is_list && self.schema.fields(shape).is_empty() && self.schema.json_kind(shape) == Some("object") {
            return format!("{{{}\\}}", stops.next(""));
        }
        let fields = if depth < DEEPEST_SNIPPET { required(self.schema, shape) } else { Vec::new() };
        if fields.is_empty() {
            return format!("({})", stops.next(""));
        }
        let field = |(name, shape): &(&str, Shape<'_>)| {
            let value = self.value(shape, &step(slot, name), stops, depth + 1);
            format!("{name}: {value}")
        };
        format!("({})", fields.iter().map(field).collect::<Vec<_>>().join(", "))
    }
}

/// Counts the places of a snippet that are to be filled in.
#[derive(Default)]
struct Stops(usize);

impl Stops {
    fn next(&mut self, text: &str) -> String {
        self.0 += 1;
        if text.is_empty() { format!("${}", self.0) } else { format!("${{{}:{text}}}", self.0) }
    }

    fn choice(&mut self, words: &[&str]) -> String {
        self.0 += 1;
        format!("${{{}|{}|}}", self.0, words.join(","))
    }
}

fn id(name: &str, title: Option<&str>, form: IdForm, behind: &str) -> Suggestion {
    let (quote, more) = (if form.is_quoted { "\"" } else { "" }, if form.has_more { ":" } else { "" });
    let stop = if form.has_more { "$1" } else { "" };
    let behind = if form.has_more { "" } else { behind };
    let shown = title.map(|title| format!(" {title}")).unwrap_or_default();
    Suggestion {
        label: format!("{name}{shown}"),
        detail: form.kind.what.to_owned(),
        about: String::new(),
        plain: format!("{quote}{name}{more}{quote}"),
        snippet: format!("{quote}{}{more}{stop}{quote}{behind}", escaped(name)),
        filter: format!("{quote}{name}{shown}"),
        kind: SuggestionKind::Id,
    }
}

/// Characters that mean something in a snippet.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('$', "\\$").replace('}', "\\}")
}

fn required<'s>(schema: &'s FileSchema, shape: &Shape<'s>) -> Vec<(&'s str, Shape<'s>)> {
    let fields = schema.fields(shape).into_iter().filter(|(.., is_required)| *is_required);
    fields.map(|(name, shape, _)| (name, shape)).collect()
}

fn step(slot: &str, name: &str) -> String {
    if slot.is_empty() { name.to_owned() } else { format!("{slot}.{name}") }
}

fn rest_of_line(text: &str, from: usize) -> &str {
    let rest = &text[from..];
    rest.split(['\n', '\r']).next().unwrap_or(rest)
}
