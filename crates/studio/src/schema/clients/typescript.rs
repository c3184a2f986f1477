//! The protocol as a TypeScript module.

use std::fmt::Write as _;

use serde_json::Value;

use crate::schema::clients::api::{Api, CodeTable, Function, List, Told, reply_name, request_name};
use crate::schema::clients::constants::{Constant, Constants};
use crate::schema::clients::library::Definition;
use crate::schema::clients::shapes::{Record, Shape};
use raidkeep_engine::request::status;

const HEAD: &str = "\
// Written by `raidkeep schema typescript`; do not edit. It is what the server's own types say.

/** Any JSON: what another platform wrote and the server passes on. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };
";

/// The module.
pub(super) fn module(api: &Api, constants: &Constants) -> String {
    let mut text = HEAD.to_owned();
    statuses(&mut text);
    show_constants(constants, &mut text);
    facts(api, &mut text);
    functions(api, "PlayerFunctions", "What players may call, and what needs no token.", false, &mut text);
    functions(api, "OperatorFunctions", "What operators may call, on their listener.", true, &mut text);
    events(api, false, &mut text);
    events(api, true, &mut text);
    assets(api, &mut text);
    for definition in &api.types {
        declare(definition, &mut text);
    }
    text
}

fn statuses(text: &mut String) {
    text.push_str("\n/** The statuses that mean the same whatever the function. */\nexport const STATUS = {\n");
    for known in status::EVERY {
        comment(known.meaning, "  ", text);
        let _ = writeln!(text, "  {}: {},", known.name.to_ascii_lowercase(), known.status);
    }
    text.push_str("} as const;\n");
}

fn show_constants(constants: &Constants, text: &mut String) {
    text.push_str("\n/** The first and the last stage of each mode, whether configured or not. */\n");
    text.push_str("export const STAGE_MODES = {\n");
    for (name, first, last) in &constants.modes {
        let _ = writeln!(text, "  {name}: {{ first: {first}, last: {last} }},");
    }
    text.push_str("} as const;\n");
    let mut show = |doc: &str, name: &str, list: &[Constant], is_text: bool| {
        let _ = write!(text, "\n/** {doc} */\nexport const {name} = {{\n");
        for constant in list {
            comment(&constant.doc, "  ", text);
            let value = if is_text { format!("\"{}\"", constant.value) } else { constant.value.clone() };
            let _ = writeln!(text, "  {}: {value},", constant.name);
        }
        text.push_str("} as const;\n");
    };
    show("The group of an item, the number before its colon.", "ITEM_GROUPS", &constants.groups, false);
    show("Items, as `group:id`; an amount is `group:id:quantity`.", "ITEMS", &constants.items, true);
    show("Kinds of tickets: the keys of `limits`, which are no items.", "TICKET_KINDS", &constants.tickets, true);
}

/// What the registry knows of functions.
fn facts(api: &Api, text: &mut String) {
    for List { name, doc, functions } in api.lists() {
        list(name, doc, &functions, text);
    }
    text.push_str(
        "\n/** The statuses that are answers, of functions that have more than 0. */\nexport const ANSWERS = {\n",
    );
    for (function, answers) in api.with_several_answers() {
        let answers: Vec<String> = answers.iter().map(i32::to_string).collect();
        let _ = writeln!(text, "  {function}: [{}],", answers.join(", "));
    }
    text.push_str("} as const;\n");
    api.code_tables().iter().for_each(|table| codes(table, text));
}

fn codes(CodeTable { name, doc, functions }: &CodeTable, text: &mut String) {
    let _ = write!(text, "\n/** {doc} */\nexport const {name} = {{\n");
    for (function, codes) in functions {
        let _ = writeln!(text, "  {function}: {{");
        codes.iter().for_each(|(number, meaning)| _ = writeln!(text, "    {}: {},", key_of(*number), quoted(meaning)));
        text.push_str("  },\n");
    }
    text.push_str("} as const;\n");
}

fn key_of(number: i32) -> String {
    if number < 0 { format!("\"{number}\"") } else { number.to_string() }
}

fn list(name: &str, doc: &str, functions: &[&str], text: &mut String) {
    let _ = write!(text, "\n/** {doc} */\nexport const {name} = [\n");
    functions.iter().for_each(|function| _ = writeln!(text, "  \"{function}\","));
    text.push_str("] as const;\n");
}

fn functions(api: &Api, name: &str, doc: &str, is_operator: bool, text: &mut String) {
    let _ = write!(text, "\n/** {doc} */\nexport interface {name} {{\n");
    for function in api.functions_of(is_operator) {
        function_entry(function, text);
    }
    text.push_str("}\n");
}

fn function_entry(function: &Function, text: &mut String) {
    let (name, refusals) = (function.kind.function, function.refusals());
    comment(&function.doc_with_codes(), "  ", text);
    let own: Option<Vec<String>> = refusals.keys().map(|number| Some((*number)?.to_string())).collect();
    let code = match own {
        Some(own) if own.is_empty() => "never".to_owned(),
        Some(own) => own.join(" | "),
        None => "number".to_owned(),
    };
    let success = function.answers().iter().map(i32::to_string).collect::<Vec<_>>().join(" | ");
    let reply = match (function.has_data, function.is_bare_at_times()) {
        (false, _) => "undefined".to_owned(),
        (true, false) => reply_name(name),
        (true, true) => format!("{} | undefined", reply_name(name)),
    };
    let request = request_name(name);
    let _ = write!(text, "  {name}: {{\n    request: {request};\n    reply: {reply};\n");
    let _ = write!(text, "    code: {code};\n    success: {success};\n  }};\n");
}

fn events(api: &Api, is_operators: bool, text: &mut String) {
    let (name, who) = if is_operators { ("OperatorEvents", "operators") } else { ("Events", "players") };
    let _ = write!(text, "\n/** What the server tells {who}, and what `data` holds. */\nexport interface {name} {{\n");
    for Told { name, held, .. } in api.events_of(is_operators) {
        comment(api.doc_of(held), "  ", text);
        let _ = writeln!(text, "  {name}: {held};");
    }
    text.push_str("}\n");
}

fn assets(api: &Api, text: &mut String) {
    text.push_str("\n/** What each file of the assets holds; the files of a folder all hold the same. */\n");
    text.push_str("export interface Assets {\n");
    for (path, definition) in &api.assets {
        comment(&definition.doc, "  ", text);
        let held = expression(&definition.shape, "  ");
        match path.strip_suffix('/') {
            Some(folder) => _ = writeln!(text, "  [{folder}: `{path}${{string}}.ron`]: {held};"),
            None => _ = writeln!(text, "  \"{path}\": {held};"),
        }
    }
    text.push_str("}\n");
}

fn declare(definition: &Definition, text: &mut String) {
    text.push('\n');
    comment(&definition.doc, "", text);
    let name = &definition.name;
    match &definition.shape {
        Shape::Record(record) if !is_empty(record) => {
            _ = writeln!(text, "export interface {name} {}", members(record, ""))
        }
        shape => _ = writeln!(text, "export type {name} = {};", expression(shape, "")),
    }
}

fn is_empty(record: &Record) -> bool {
    record.fields.is_empty() && record.numbered.is_none()
}

fn members(record: &Record, indent: &str) -> String {
    let inner = format!("{indent}  ");
    let mut text = "{\n".to_owned();
    for field in &record.fields {
        comment(&field.doc, &inner, &mut text);
        let mark = if field.is_optional { "?" } else { "" };
        let _ = writeln!(text, "{inner}{}{mark}: {};", key(&field.name), expression(&field.shape, &inner));
    }
    if let Some((prefix, held)) = &record.numbered {
        let _ = writeln!(text, "{inner}[{prefix}: `{prefix}${{number}}`]: {};", expression(held, &inner));
    }
    text + indent + "}"
}

fn expression(shape: &Shape, indent: &str) -> String {
    match shape {
        Shape::Flag => "boolean".to_owned(),
        Shape::Integer | Shape::Number => "number".to_owned(),
        Shape::Text => "string".to_owned(),
        Shape::Null => "null".to_owned(),
        Shape::Json => "JsonValue".to_owned(),
        Shape::Literal(value) => literal(value),
        Shape::Named(name) => name.clone(),
        Shape::List(item) => match &**item {
            Shape::Union(_) => format!("({})[]", expression(item, indent)),
            item => format!("{}[]", expression(item, indent)),
        },
        Shape::Tuple(parts) => format!("[{}]", all(parts, ", ", indent)),
        Shape::Map(held) => format!("Record<string, {}>", expression(held, indent)),
        Shape::Record(record) if is_empty(record) => "Record<string, never>".to_owned(),
        Shape::Record(record) => members(record, indent),
        Shape::Union(parts) => all(parts, " | ", indent),
    }
}

fn all(parts: &[Shape], between: &str, indent: &str) -> String {
    parts.iter().map(|part| expression(part, indent)).collect::<Vec<_>>().join(between)
}

fn literal(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), quoted)
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// A key, in quotes unless it is an identifier.
fn key(name: &str) -> String {
    let is_plain = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if is_plain { name.to_owned() } else { quoted(name) }
}

fn comment(doc: &str, indent: &str, text: &mut String) {
    let doc = doc.trim().replace("*/", "*\\/");
    let lines: Vec<&str> = doc.lines().map(str::trim_end).collect();
    match lines.as_slice() {
        [] => {}
        [line] => _ = writeln!(text, "{indent}/** {line} */"),
        lines => {
            let _ = writeln!(text, "{indent}/**");
            for line in lines {
                let _ = writeln!(text, "{}", format!("{indent} * {line}").trim_end());
            }
            let _ = writeln!(text, "{indent} */");
        }
    }
}
