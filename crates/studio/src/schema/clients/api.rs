//! The whole protocol for generators of code: functions, events, types and constants.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;

use crate::schema::clients::library::{Definition, Group};
use crate::schema::documents::{reading, writing};
use raidkeep_engine::events::EventTable;
use raidkeep_engine::request::registry::RequestKind;
use raidkeep_engine::request::{Access, CodeKind, RequestTable};
use raidkeep_engine::rules::Catalogue;

/// One function.
pub(super) struct Function {
    pub(super) kind: RequestKind,
    /// What it does, from its request's doc comment.
    pub(super) doc: String,
    /// Whether its reply has `data`.
    pub(super) has_data: bool,
}

/// One event.
pub(super) struct Told {
    pub(super) name: &'static str,
    /// The name of the type of its data.
    pub(super) held: String,
    pub(super) is_operators: bool,
}

/// Functions that have something in common.
pub(super) struct List {
    pub(super) name: &'static str,
    pub(super) doc: &'static str,
    pub(super) functions: Vec<&'static str>,
}

/// Codes with their meanings, by function.
pub(super) struct CodeTable {
    pub(super) name: &'static str,
    pub(super) doc: &'static str,
    pub(super) functions: Vec<(&'static str, Vec<(i32, String)>)>,
}

/// Everything that a client is made from.
pub(super) struct Api {
    /// By name.
    pub(super) functions: Vec<Function>,
    /// By name.
    pub(super) events: Vec<Told>,
    /// The files and folders of the assets, and what they hold.
    pub(super) assets: Vec<(String, Definition)>,
    /// Every type, by name.
    pub(super) types: Vec<Definition>,
}

impl Api {
    pub(super) fn of(requests: &RequestTable, events: &EventTable, catalogue: &Catalogue) -> Self {
        let (mut read, mut written, mut files) = (reading("/read"), writing("/written"), reading("/files"));
        let kinds: BTreeMap<&str, RequestKind> = requests.kinds().iter().map(|kind| (kind.function, *kind)).collect();
        let told: BTreeMap<&str, (Value, bool)> = (events.kinds().iter())
            .map(|kind| (kind.name, ((kind.data)(&mut written).to_value(), kind.is_operators)))
            .collect();
        let schemas: Vec<(RequestKind, Value, Value)> = kinds
            .into_values()
            .map(|kind| (kind, (kind.arguments)(&mut read).to_value(), (kind.reply)(&mut written).to_value()))
            .collect();
        requests.complete(&mut written);
        let assets: Vec<(&str, Value)> =
            catalogue.schemas().into_iter().map(|(path, schema)| (path, schema(&mut files).to_value())).collect();
        let mut written = Group::new("/written", "", false, written.take_definitions(true));
        let mut sent = Group::new("/read", "Sent", true, read.take_definitions(true));
        let mut files = Group::new("/files", "Asset", false, files.take_definitions(true));
        sent.tell_apart_from(&written);
        files.tell_apart_from(&written);
        files.tell_apart_from(&sent);
        for (kind, arguments, reply) in &schemas {
            sent.root(request_name(kind.function), arguments);
            written.root(reply_name(kind.function), reply);
        }
        for (name, (data, _)) in &told {
            written.root(event_name(name), data);
        }
        let mut types = BTreeMap::new();
        let mut add = |definition: Definition| {
            types.entry(definition.name.clone()).or_insert(definition);
        };
        let mut functions = Vec::new();
        for (kind, arguments, reply) in schemas {
            let request = sent.root_definition(&request_name(kind.function), &arguments);
            let has_data = reply["type"] != "null";
            functions.push(Function { kind, doc: request.doc.clone(), has_data });
            add(request);
            if has_data {
                add(written.root_definition(&reply_name(kind.function), &reply));
            }
        }
        for (name, (data, _)) in &told {
            add(written.root_definition(&event_name(name), data));
        }
        let paths = assets.into_iter().map(|(path, schema)| (path.to_owned(), files.root_definition(path, &schema)));
        let assets: Vec<_> = paths.collect();
        written.shared().chain(sent.shared()).chain(files.shared()).for_each(add);
        let events =
            told.into_iter().map(|(name, (_, is_operators))| Told { name, held: event_name(name), is_operators });
        let events = events.collect();
        Self { functions, events, assets, types: types.into_values().collect() }
    }

    /// What the registry knows of players' functions. Those of operators are not in it, because every game carries the lists.
    pub(super) fn lists(&self) -> [List; 4] {
        let list = |name, doc, holds: fn(&RequestKind) -> bool| {
            let kinds = self.functions_of(false).map(|function| function.kind).filter(holds);
            List { name, doc, functions: kinds.map(|kind| kind.function).collect() }
        };
        [
            // An operator's function that can change nothing gets a key like the others, which uses nothing up.
            list("READ_ONLY", "Functions that can change nothing; they need no `once` key.", |kind| !kind.may_change),
            list("TOKENLESS", "Functions that need no token; they ignore `once` keys.", |kind| {
                kind.access == Access::Anyone
            }),
            list("WAITING", "Functions whose answer may wait for a disk, a platform or another player.", |kind| {
                kind.waits
            }),
            list("SIGNING_IN", "Functions whose answer may change who the connection acts for.", |kind| kind.signs_in),
        ]
    }

    /// The functions that have more answers than 0.
    pub(super) fn with_several_answers(&self) -> impl Iterator<Item = (&'static str, BTreeSet<i32>)> {
        let answers = self.functions.iter().map(|function| (function.kind.function, function.answers()));
        answers.filter(|(_, answers)| answers.len() > 1)
    }

    /// What the own codes of players' functions mean, and the values of `status_code`.
    pub(super) fn code_tables(&self) -> [CodeTable; 2] {
        let table = |name, doc, is_wanted: fn(CodeKind) -> bool| {
            let known = self.functions_of(false).map(|function| {
                let known =
                    function.codes(is_wanted).into_iter().filter_map(|(number, meaning)| Some((number?, meaning)));
                (function.kind.function, known.collect::<Vec<_>>())
            });
            CodeTable { name, doc, functions: known.filter(|(_, known)| !known.is_empty()).collect() }
        };
        [
            table("CODES", "What the own statuses of each function mean.", |kind| kind != CodeKind::StatusCode),
            table(
                "STATUS_CODES",
                "What `status_code` means in the replies that have one, besides 200. Their status is 0.",
                |kind| kind == CodeKind::StatusCode,
            ),
        ]
    }

    /// The events of operators, or those of players.
    pub(super) fn events_of(&self, is_operators: bool) -> impl Iterator<Item = &Told> {
        self.events.iter().filter(move |event| event.is_operators == is_operators)
    }

    /// The doc comment of a type.
    pub(super) fn doc_of(&self, name: &str) -> &str {
        self.find(name).map_or("", |definition| &definition.doc)
    }

    /// A type by its name.
    pub(super) fn find(&self, name: &str) -> Option<&Definition> {
        self.types.binary_search_by(|definition| definition.name.as_str().cmp(name)).ok().map(|at| &self.types[at])
    }

    /// The functions of players, or those of operators.
    pub(super) fn functions_of(&self, is_operator: bool) -> impl Iterator<Item = &Function> {
        // Players have nothing to ask of the realm: who logs in there becomes an operator.
        let is_operators = |kind: RequestKind| kind.access == Access::Operator || kind.in_realm;
        self.functions.iter().filter(move |function| is_operators(function.kind) == is_operator)
    }
}

impl Function {
    /// What it does, and what each of its codes means.
    pub(super) fn doc_with_codes(&self) -> String {
        let mut doc = self.doc.clone();
        for (number, meaning) in self.codes(|kind| kind != CodeKind::StatusCode) {
            let number = number.map_or_else(|| "others".to_owned(), |number| number.to_string());
            let _ = write!(doc, "\n- {number}: {meaning}");
        }
        for (number, meaning) in self.codes(|kind| kind == CodeKind::StatusCode) {
            let _ = write!(doc, "\n- 0 with `status_code` {}: {meaning}", number.unwrap_or_default());
        }
        doc
    }

    /// The statuses with which it answers, 0 among them, in order.
    pub(super) fn answers(&self) -> BTreeSet<i32> {
        let own = self.kind.codes.iter().filter(|code| code.is_answer()).filter_map(|code| code.number);
        std::iter::once(0).chain(own).collect()
    }

    /// What its codes of this kind mean, in order; `None` stands for any that it passes on.
    pub(super) fn codes(&self, is_wanted: impl Fn(CodeKind) -> bool) -> BTreeMap<Option<i32>, String> {
        let mut meanings: BTreeMap<Option<i32>, String> = BTreeMap::new();
        for code in self.kind.codes.iter().filter(|code| is_wanted(code.kind)) {
            let meaning = meanings.entry(code.number).or_default();
            if !meaning.is_empty() {
                meaning.push_str("; or ");
            }
            meaning.push_str(code.meaning);
        }
        meanings
    }

    /// The statuses with which it refuses.
    pub(super) fn refusals(&self) -> BTreeMap<Option<i32>, String> {
        self.codes(|kind| kind == CodeKind::Refusal)
    }

    /// Whether there is an answer without `data`.
    pub(super) fn is_bare_at_times(&self) -> bool {
        self.kind.codes.iter().any(|code| code.kind == CodeKind::BareAnswer)
    }
}

pub(super) fn request_name(function: &str) -> String {
    format!("{}Request", pascal(function))
}

pub(super) fn reply_name(function: &str) -> String {
    format!("{}Reply", pascal(function))
}

fn event_name(event: &str) -> String {
    format!("{}Event", pascal(event))
}

pub(super) fn pascal(name: &str) -> String {
    let words = name.split('_').filter_map(|word| {
        let mut letters = word.chars();
        Some(letters.next()?.to_ascii_uppercase().to_string() + letters.as_str())
    });
    words.collect()
}
