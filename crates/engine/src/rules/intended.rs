//! `intended: "why"`: what a designer says in a file about an entry that looks like a mistake and is none.
//!
//! It may stand in every struct of every table, and no table knows of it: the decoder is given the text without it. It
//! silences the warnings about its entry and nothing else. An entry is a struct in a list or map, or the file; what is in
//! an entry belongs to it, but for the entries of lists and maps in it, which speak for themselves.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use serde_json::{Value, json};

use super::locate::Document;
use super::path::{Segment, path_text};
use super::problem::{Problem, Severity};
use super::scan::{Bracket, Entry, Group, Node};

/// The key.
pub const INTENDED: &str = "intended";

/// What `intended` means, for schemas.
const MEANING: &str = "Why what `raidkeep check` warns of in this entry is meant; silences these warnings.";

/// The entries whose reasons have silenced something: the file, and where the entry begins.
pub(super) type Heeded = HashSet<(String, usize)>;

/// One reason, and the entry that it is about.
struct Reason<'d> {
    /// The struct it stands in.
    about: &'d Node,
    entry: &'d Entry,
    path: Vec<Segment>,
}

impl Reason<'_> {
    fn is_told(&self, text: &str) -> bool {
        let value = self.entry.value.as_ref().and_then(|value| ron::from_str::<String>(&text[value.span.clone()]).ok());
        value.is_some_and(|value| !value.trim().is_empty())
    }
}

/// The text with all reasons replaced by spaces, byte for byte, so that tables need not know of them.
pub(super) fn without_reasons(document: &Document) -> Cow<'_, str> {
    let text = document.text();
    let reasons = reasons(document);
    if reasons.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut bare = String::with_capacity(text.len());
    for reason in reasons {
        let end = reason.entry.comma.map_or(reason.entry.span.end, |comma| comma + 1);
        bare.push_str(&text[bare.len()..reason.entry.span.start]);
        let blank = |byte| if byte == b'\n' { '\n' } else { ' ' };
        bare.extend(text[bare.len()..end].bytes().map(blank));
    }
    bare.push_str(&text[bare.len()..]);
    Cow::Owned(bare)
}

/// Whether the struct at a path says that it is intended, and where it begins.
pub(super) fn reason_at(document: &Document, path: &[Segment]) -> Option<usize> {
    let mut node = document.root()?;
    for step in path {
        let (_, entry) = node.part(step)?;
        node = entry.value.as_ref()?;
    }
    node.group.as_ref().is_some_and(has_reason).then_some(node.span.start)
}

/// Takes out the warnings for which a file gives a reason, and adds what is wrong with reasons. `is_all` says whether all
/// warnings there can be are among the problems: if so, a reason that silences none is told.
pub(super) fn settle(
    documents: &BTreeMap<String, Document>,
    heeded: &mut Heeded,
    is_all: bool,
    problems: &mut Vec<Problem>,
) {
    for (file, document) in documents {
        let reasons = reasons(document);
        if reasons.is_empty() {
            continue;
        }
        let explained: HashSet<usize> = reasons.iter().map(|reason| reason.about.span.start).collect();
        problems.retain(|problem| {
            if problem.file != *file || problem.severity == Severity::Error {
                return true;
            }
            let at = document.offset(document.text(), problem.line as usize, problem.column as usize);
            let about = entry_around(document, at).map(|about| about.span.start);
            let Some(about) = about.filter(|about| explained.contains(about)) else {
                return true;
            };
            heeded.insert((file.clone(), about));
            false
        });
        for reason in reasons {
            problems.extend(fault_of(file, document, &reason, is_all, heeded));
        }
    }
}

fn fault_of(file: &str, document: &Document, reason: &Reason<'_>, is_all: bool, heeded: &Heeded) -> Option<Problem> {
    let (severity, message, hint) = if !reason.is_told(document.text()) {
        (Severity::Error, "expected the reason in quotes, such as intended: \"a gift of the festival\"", None)
    } else if is_all && !heeded.contains(&(file.to_owned(), reason.about.span.start)) {
        (Severity::Warning, "nothing to silence here: there is no warning about this entry", Some("delete it"))
    } else {
        return None;
    };
    let (line, column) = document.position(reason.entry.span.start);
    let mut path = reason.path.clone();
    path.push(Segment::Key(INTENDED.to_owned()));
    let hint = hint.map(str::to_owned);
    Some(Problem { line, column, key: path_text(&path), hint, ..Problem::with_file(severity, file, message) })
}

/// All reasons of a text, in order.
fn reasons(document: &Document) -> Vec<Reason<'_>> {
    let mut found = Vec::new();
    // Most files have none, and a load wants to be quick.
    if let Some(root) = document.root().filter(|_| document.text().contains(INTENDED)) {
        collect(root, &mut Vec::new(), &mut found);
    }
    found
}

fn collect<'d>(node: &'d Node, path: &mut Vec<Segment>, found: &mut Vec<Reason<'d>>) {
    let Some(group) = &node.group else { return };
    for (index, entry) in group.entries.iter().enumerate() {
        if is_reason(group, entry) {
            found.push(Reason { about: node, entry, path: path.clone() });
            continue;
        }
        let length = path.len();
        path.extend(group.segment(index));
        if let Some(value) = &entry.value {
            collect(value, path, found);
        }
        path.truncate(length);
    }
}

fn has_reason(group: &Group) -> bool {
    group.entries.iter().any(|entry| is_reason(group, entry))
}

fn is_reason(group: &Group, entry: &Entry) -> bool {
    let is_struct = || group.bracket == Bracket::Round && group.entries.iter().all(|entry| entry.key.is_some());
    entry.key.as_ref().is_some_and(|key| key.text == INTENDED) && is_struct()
}

/// The innermost struct around a place that is an entry or has a reason of its own.
fn entry_around(document: &Document, at: usize) -> Option<&Node> {
    let mut around = None;
    let mut next = document.root();
    let mut is_entry = true;
    while let Some(node) = next.filter(|node| node.span.contains(&at)) {
        let Some(group) = &node.group else { break };
        if group.bracket == Bracket::Round && (is_entry || has_reason(group)) {
            around = Some(node);
        }
        is_entry = group.bracket != Bracket::Round;
        next = group.entry_at(at).and_then(|(_, entry)| entry.value.as_ref());
    }
    around
}

/// Adds `intended` to every struct of a schema.
pub fn add_intended(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            for (key, member) in members.iter_mut() {
                match member {
                    // A variant with fields is an object with its name as the only key, and no struct.
                    Value::Array(choices) if key == "oneOf" || key == "anyOf" => {
                        choices.iter_mut().for_each(add_to_variant);
                    }
                    _ => add_intended(member),
                }
            }
            let is_struct = members.get("type").is_some_and(|kind| kind == "object");
            if let Some(fields) = members.get_mut("properties").and_then(Value::as_object_mut).filter(|_| is_struct) {
                fields.insert(INTENDED.to_owned(), json!({"type": "string", "minLength": 1, "description": MEANING}));
            }
        }
        Value::Array(parts) => parts.iter_mut().for_each(add_intended),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn add_to_variant(choice: &mut Value) {
    match choice.get_mut("properties").and_then(Value::as_object_mut) {
        Some(held) => held.values_mut().for_each(add_intended),
        None => add_intended(choice),
    }
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use serde::Deserialize;

    use crate::rules::{AsOf, AssetSource, Catalogue, Place, Report, SingleFile, Tables};
    use jiff::tz::TimeZone;

    #[derive(Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Prices {
        least: i64,
        offers: Vec<Offer>,
    }

    #[derive(Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Offer {
        price: i64,
        #[serde(default)]
        packs: Vec<Offer>,
    }

    impl Offer {
        fn check(&self, place: &Place, report: &mut Report) {
            if self.price == 0 {
                report.warning(place.clone().key("price"), "is free");
            }
            let packs = self.packs.iter().enumerate();
            packs.for_each(|(index, pack)| pack.check(&place.clone().key("packs").index(index), report));
        }
    }

    impl SingleFile for Prices {
        const PATH: &'static str = "prices.ron";

        fn validate(&self, _: &Tables, report: &mut Report) {
            let place = Place::file("prices.ron");
            if self.least == 0 && !report.is_intended(&place) {
                report.warning(place.clone().key("least"), "is free");
            }
            let offers = self.offers.iter().enumerate();
            offers.for_each(|(index, offer)| offer.check(&place.clone().key("offers").index(index), report));
        }
    }

    fn told(text: &str) -> String {
        let mut catalogue = Catalogue::new();
        catalogue.register::<Prices>();
        let source = AssetSource::Texts([("prices.ron".to_owned(), text.to_owned())].into());
        catalogue.study_at(&source, AsOf { moment: 0, zone: &TimeZone::UTC }).problems.to_string()
    }

    #[test]
    fn what_is_intended_is_silent_and_only_in_its_own_entry() {
        assert_eq!(told("(least: 1, offers: [(price: 0)])"), "prices.ron:1:29: warning: offers[0].price: is free");
        assert_eq!(told("(least: 1, offers: [(price: 0, intended: \"a sample\")])"), "");
        assert_eq!(told("(least: 0, intended: \"(gifts)\", offers: [(price: 5)])"), "");
        let elsewhere = told("(least: 0, intended: \"gifts\", offers: [(price: 0)])");
        assert!(elsewhere.contains("offers[0].price: is free"), "an offer speaks for itself: {elsewhere}");
        let within = told("(least: 1, offers: [(price: 0, intended: \"a sample\", packs: [(price: 0)])])");
        assert!(within.ends_with("offers[0].packs[0].price: is free"), "and so does a pack in it: {within}");
    }

    #[test]
    fn a_reason_leaves_every_place_behind_it_as_it_is() {
        let behind = told("(least: 1,\n intended: \"金\n币\", offers: [(price: x)])");
        assert!(behind.starts_with("prices.ron:3:22: error: offers[0].price"), "{behind}");
    }

    #[test]
    fn what_silences_nothing_is_told_and_so_is_what_has_no_reason() {
        let idle = told("(least: 1, offers: [(price: 5, intended: \"a sample\")])");
        assert!(idle.starts_with("prices.ron:1:32: warning: offers[0].intended: nothing to silence here"), "{idle}");
        for (wrong, expected) in [
            ("(least: 0, intended: 5, offers: [])", "1:12: error: intended: expected the reason in quotes"),
            ("(least: 0, intended: \" \", offers: [])", "1:12: error: intended: expected the reason in quotes"),
            ("(least: 0 intended: \"x\", offers: [])", "1:11: error: "),
            ("(least: 0, intended: \"x\" offers: [])", "1:26: error: "),
            ("(least: 0, intended: \"x\", intended: \"y\", offers: [])", "given twice"),
            ("(least: 0, intendet: \"x\", offers: [])", "did you mean \"intended\"?"),
        ] {
            assert!(told(wrong).contains(expected), "{wrong}: {}", told(wrong));
        }
    }
}
