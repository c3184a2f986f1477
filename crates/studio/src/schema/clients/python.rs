//! The protocol as a Python module.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::schema::clients::api::{Api, CodeTable, Function, List, reply_name, request_name};
use crate::schema::clients::constants::{Constant, Constants};
use crate::schema::clients::python_types::{declare_types, docstring, in_order, quoted};
use crate::schema::clients::shapes::{Record, Shape};
use raidkeep_engine::request::status;

const HEAD: &str = "\
\"\"\"Written by `raidkeep schema python`; do not edit. It is what the server's own types say.\"\"\"

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from enum import IntEnum, StrEnum
from typing import Final, Literal, NamedTuple, Never, NotRequired, TypeAlias, TypedDict, TypeGuard, overload

from .answers import Answer
from .errors import RefusedError

JsonValue: TypeAlias = \"bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None\"
\"\"\"Any JSON: what another platform wrote and the server passes on.\"\"\"

GlobalRefusal: TypeAlias = Literal[10, 13, 14, 20]
\"\"\"Statuses that any function may refuse with, without those that the client deals with by itself.\"\"\"
";

/// The module.
pub(super) fn module(api: &Api, constants: &Constants) -> String {
    let mut text = HEAD.to_owned();
    show_constants(constants, &mut text);
    facts(api, &mut text);
    declare_types(&in_order(api), &mut text);
    codes_of(api, &mut text);
    functions(api, false, &mut text);
    functions(api, true, &mut text);
    events(api, false, &mut text);
    events(api, true, &mut text);
    is_refused(api, &mut text);
    text
}

fn show_constants(constants: &Constants, text: &mut String) {
    text.push_str(
        "\n\nclass Status(IntEnum):\n    \"\"\"The statuses that mean the same whatever the function.\"\"\"\n\n",
    );
    for known in status::EVERY {
        let _ = writeln!(text, "    {} = {}", known.name, known.status);
        docstring(known.meaning, "    ", text);
    }
    let mut show = |name: &str, base: &str, doc: &str, list: &[Constant]| {
        let _ = write!(text, "\n\nclass {name}({base}):\n    \"\"\"{doc}\"\"\"\n\n");
        for constant in list {
            let value = if base == "StrEnum" { quoted(&constant.value) } else { constant.value.clone() };
            let _ = writeln!(text, "    {} = {value}", constant.name.to_ascii_uppercase());
            docstring(&constant.doc, "    ", text);
        }
    };
    show("ItemGroups", "IntEnum", "The group of an item, the number before its colon.", &constants.groups);
    show("Items", "StrEnum", "Items, as `group:id`; an amount is `group:id:quantity`.", &constants.items);
    let doc = "Kinds of tickets: the keys of `limits`, which are no items.";
    show("TicketKinds", "StrEnum", doc, &constants.tickets);
    text.push_str(
        "\n\nclass StageRange(NamedTuple):\n    \"\"\"The stages of a mode, whether configured or not.\"\"\"\n\n    \
         first: int\n    last: int\n\n\nSTAGE_MODES: Final[Mapping[str, StageRange]] = {\n",
    );
    for (name, first, last) in &constants.modes {
        let _ = writeln!(text, "    \"{name}\": StageRange({first}, {last}),");
    }
    text.push_str("}\n");
}

/// What the registry knows of functions and events.
fn facts(api: &Api, text: &mut String) {
    for List { name, doc, functions } in api.lists() {
        names(name, doc, &functions, text);
    }
    let told = |is_operators: bool| -> Vec<&str> { api.events_of(is_operators).map(|event| event.name).collect() };
    names("EVENTS", "The events of players.", &told(false), text);
    names("OPERATOR_EVENTS", "The events of operators.", &told(true), text);
    text.push_str("SEVERAL_ANSWERS: Final[Mapping[str, frozenset[int]]] = {\n");
    for (function, answers) in api.with_several_answers() {
        let _ = writeln!(text, "    \"{function}\": frozenset({{{}}}),", numbers(&answers));
    }
    text.push_str("}\n\"\"\"The statuses that are answers, of functions that have more than 0.\"\"\"\n");
    api.code_tables().iter().for_each(|table| codes(table, text));
}

fn names(name: &str, doc: &str, functions: &[&str], text: &mut String) {
    let _ = writeln!(text, "{name}: Final[frozenset[str]] = frozenset(\n    {{");
    functions.iter().for_each(|function| _ = writeln!(text, "        \"{function}\","));
    let _ = writeln!(text, "    }}\n)\n\"\"\"{doc}\"\"\"");
}

fn numbers(numbers: &BTreeSet<i32>) -> String {
    numbers.iter().map(i32::to_string).collect::<Vec<_>>().join(", ")
}

fn codes(CodeTable { name, doc, functions }: &CodeTable, text: &mut String) {
    let _ = writeln!(text, "{name}: Final[Mapping[str, Mapping[int, str]]] = {{");
    for (function, codes) in functions {
        let _ = writeln!(text, "    \"{function}\": {{");
        codes.iter().for_each(|(number, meaning)| _ = writeln!(text, "        {number}: {},", quoted(meaning)));
        text.push_str("    },\n");
    }
    let _ = writeln!(text, "}}\n\"\"\"{doc}\"\"\"");
}

/// The alias of each function's own codes.
fn codes_of(api: &Api, text: &mut String) {
    text.push('\n');
    for function in &api.functions {
        let refusals = function.refusals();
        let own: Option<Vec<String>> = refusals.keys().map(|number| Some((*number)?.to_string())).collect();
        let codes = match own {
            Some(own) if own.is_empty() => "Never".to_owned(),
            Some(own) => format!("Literal[{}]", own.join(", ")),
            None => "int".to_owned(),
        };
        let _ = writeln!(text, "{}: TypeAlias = {codes}", code_name(function));
    }
}

fn code_name(function: &Function) -> String {
    format!("{}Code", request_name(function.kind.function).trim_end_matches("Request"))
}

fn functions(api: &Api, is_operator: bool, text: &mut String) {
    let (name, who) = if is_operator { ("OperatorFunctions", "operators") } else { ("PlayerFunctions", "players") };
    let _ = write!(
        text,
        "\n\nclass {name}(ABC):\n    \"\"\"The functions of {who}, with the types of their requests and replies.\"\"\"\n\n    \
         @abstractmethod\n    async def call_untyped(\n        self, function: str, data: Mapping[str, object], \
         timeout_seconds: float | None = None\n    ) -> object:\n        \"\"\"Makes a call; `call` gives it its types.\"\"\"\n"
    );
    // Clients log in by themselves.
    for function in api.functions_of(is_operator).filter(|function| !function.kind.signs_in) {
        call(api, function, text);
    }
    text.push_str(
        "\n    async def call(\n        self, function: str, data: Mapping[str, object] | None = None, *, \
         timeout_seconds: float | None = None\n    ) -> object:\n        \"\"\"Calls a function; each has its own types.\
         \"\"\"\n        return await self.call_untyped(function, {} if data is None else data, timeout_seconds)\n",
    );
}

fn call(api: &Api, function: &Function, text: &mut String) {
    let name = function.kind.function;
    let reply = match (function.has_data, function.is_bare_at_times()) {
        (false, _) => "None".to_owned(),
        (true, false) => reply_name(name),
        (true, true) => format!("{} | None", reply_name(name)),
    };
    let answers = function.answers();
    let reply = if answers.len() > 1 { format!("Answer[Literal[{}], {reply}]", numbers(&answers)) } else { reply };
    let data = match api.find(&request_name(name)).map(|request| &request.shape) {
        Some(Shape::Record(Record { fields, .. })) if fields.is_empty() => {
            "Mapping[str, Never] | None = None".to_owned()
        }
        Some(Shape::Record(Record { fields, .. })) if fields.iter().all(|field| field.is_optional) => {
            format!("{} | None = None", request_name(name))
        }
        _ => request_name(name),
    };
    let _ = write!(
        text,
        "\n    @overload\n    async def call(\n        self,\n        function: Literal[\"{name}\"],\n        data: {data},\n        \
         *,\n        timeout_seconds: float | None = None,\n    ) -> {reply}:\n"
    );
    docstring(&function.doc_with_codes(), "        ", text);
}

fn events(api: &Api, is_operators: bool, text: &mut String) {
    let (name, who) = if is_operators { ("OperatorEvents", "operators") } else { ("PlayerEvents", "players") };
    let _ = write!(
        text,
        "\n\nclass {name}(ABC):\n    \"\"\"The events of {who}, with the types of their data.\"\"\"\n\n    \
         @abstractmethod\n    def on_untyped(self, event: str, listener: Callable[[Never], object]) -> \
         Callable[[], None]:\n        \"\"\"Hears an event; `on` gives it its type.\"\"\"\n"
    );
    for event in api.events_of(is_operators) {
        let _ = write!(
            text,
            "\n    @overload\n    def on(\n        self, event: Literal[\"{}\"], listener: Callable[[{}], object]\n    ) -> \
             Callable[[], None]:\n",
            event.name, event.held
        );
        let doc = api.doc_of(&event.held);
        docstring(if doc.is_empty() { event.name } else { doc }, "        ", text);
    }
    text.push_str(
        "\n    def on(self, event: str, listener: Callable[[Never], object]) -> Callable[[], None]:\n        \
         \"\"\"Hears an event. The function that comes back ends it.\"\"\"\n        \
         return self.on_untyped(event, listener)\n",
    );
}

fn is_refused(api: &Api, text: &mut String) {
    for function in &api.functions {
        let (name, code) = (function.kind.function, code_name(function));
        let _ = write!(
            text,
            "\n\n@overload\ndef is_refused(\n    error: BaseException, function: Literal[\"{name}\"]\n) -> \
             TypeGuard[RefusedError[{code} | GlobalRefusal]]: ...\n"
        );
    }
    text.push_str(
        "\n\ndef is_refused(error: BaseException, function: str) -> bool:\n    \
         \"\"\"Whether an error is a refusal of this function; its `status` is then one of its codes, or a global one.\
         \"\"\"\n    return isinstance(error, RefusedError) and error.function == function\n",
    );
}
