//! Requests, replies, events and constants as TypeScript, for `clients/typescript/src/api.gen.ts`.

use std::fmt::Write;

use serde_json::Value;

use crate::schema::documents::{reading, writing};
use crate::schema::types::{Definition, Definitions, Field, Type, definitions, type_of};
use raidkeep_engine::events::EventTable;
use raidkeep_engine::request::registry::RequestKind;
use raidkeep_engine::request::{Access, RequestTable};

/// A line is broken where it would be longer.
const WIDTH: usize = 118;

const HEAD: &str = "// The protocol of Raidkeep. Written by `raidkeep schema typescript`; do not edit.\n\n\
/** Any JSON. */\nexport type Json = null | boolean | number | string | Json[] | { [name: string]: Json };\n";

/// The protocol as TypeScript: a type for each request, reply and event, and maps from the names of functions and events.
pub fn typescript(requests: &RequestTable, events: &EventTable) -> String {
    let (mut arguments, mut written) = (reading("/$defs"), writing("/$defs"));
    let mut functions: Vec<Function<'_>> = (requests.kinds().iter())
        .map(|kind| Function {
            kind,
            request: type_of(&(kind.arguments)(&mut arguments).to_value()),
            reply: type_of(&(kind.reply)(&mut written).to_value()),
        })
        .collect();
    functions.sort_by_key(|function| function.kind.function);
    let mut told: Vec<(&str, Type)> =
        events.kinds().iter().map(|kind| (kind.name, type_of(&(kind.data)(&mut written).to_value()))).collect();
    told.sort_by_key(|(name, _)| *name);
    let sent = definitions(arguments.take_definitions(true));
    let all = together(sent, definitions(written.take_definitions(true)));

    let mut out = HEAD.to_owned();
    for (name, definition) in &all {
        write_definition(&mut out, name, definition);
    }
    let is_players = |function: &&Function<'_>| function.kind.access != Access::Operator;
    write_functions(
        &mut out,
        "PlayerFunctions",
        "The functions of players, by name.",
        functions.iter().filter(is_players),
    );
    let is_operators = |function: &&Function<'_>| function.kind.access == Access::Operator;
    let doc = "The functions of operators, by name.";
    write_functions(&mut out, "OperatorFunctions", doc, functions.iter().filter(is_operators));
    write_events(&mut out, &told);
    out
}

struct Function<'k> {
    kind: &'k RequestKind,
    request: Type,
    reply: Type,
}

/// What is read and what is written share their names; a definition of what is read that differs is of no use to a client,
/// which is as strict in what it sends as the server is in what it answers.
fn together(sent: Definitions, written: Definitions) -> Definitions {
    let mut all = sent;
    all.extend(written);
    all
}

fn write_definition(out: &mut String, name: &str, Definition { doc, of }: &Definition) {
    out.push('\n');
    write_doc(out, "", doc);
    match of {
        Type::Object(fields) if !fields.is_empty() => {
            let _ = writeln!(out, "export interface {name} {{");
            fields.iter().for_each(|field| write_field(out, field));
            out.push_str("}\n");
        }
        of => {
            let line = format!("export type {name} = {};", expression(of));
            match of {
                Type::Either(choices) if line.len() > WIDTH => {
                    let _ = writeln!(out, "export type {name} =");
                    for (at, choice) in choices.iter().enumerate() {
                        let end = if at + 1 == choices.len() { ";" } else { "" };
                        let _ = writeln!(out, "  | {}{end}", expression(choice));
                    }
                }
                _ => {
                    let _ = writeln!(out, "{line}");
                }
            }
        }
    }
}

fn write_field(out: &mut String, Field { name, doc, of, is_optional }: &Field) {
    write_doc(out, "  ", doc);
    let mark = if *is_optional { "?" } else { "" };
    let _ = writeln!(out, "  {}{mark}: {};", property(name), expression(of));
}

fn write_functions<'f>(out: &mut String, name: &str, doc: &str, functions: impl Iterator<Item = &'f Function<'f>>) {
    let _ = writeln!(out, "\n/** {doc} */\nexport interface {name} {{");
    for Function { kind, request, reply } in functions {
        let _ = writeln!(out, "  {}: {{", property(kind.function));
        let _ = writeln!(out, "    request: {};", expression(request));
        let reply = if *reply == Type::Null { "undefined".to_owned() } else { expression(reply) };
        let _ = writeln!(out, "    reply: {reply};");
        out.push_str("  };\n");
    }
    out.push_str("}\n");
}

fn write_events(out: &mut String, events: &[(&str, Type)]) {
    out.push_str("\n/** The data of each event, by name. */\nexport interface Events {\n");
    for (name, data) in events {
        let _ = writeln!(out, "  {}: {};", property(name), expression(data));
    }
    out.push_str("}\n");
}

fn write_doc(out: &mut String, indent: &str, doc: &str) {
    if doc.is_empty() {
        return;
    }
    let doc = doc.replace("*/", "*\u{200b}/");
    let one_line = format!("{indent}/** {doc} */");
    if one_line.chars().count() <= WIDTH {
        let _ = writeln!(out, "{one_line}");
        return;
    }
    let _ = writeln!(out, "{indent}/**");
    let mut line = format!("{indent} *");
    for word in doc.split(' ') {
        if line.chars().count() + word.chars().count() >= WIDTH {
            let _ = writeln!(out, "{line}");
            line = format!("{indent} *");
        }
        line.push(' ');
        line.push_str(word);
    }
    let _ = writeln!(out, "{line}\n{indent} */");
}

/// A type as an expression.
fn expression(of: &Type) -> String {
    match of {
        Type::Json => "Json".to_owned(),
        Type::Null => "null".to_owned(),
        Type::Boolean => "boolean".to_owned(),
        Type::Integer | Type::Number => "number".to_owned(),
        Type::Text => "string".to_owned(),
        Type::Literal(value) => literal(value),
        Type::Named(name) => name.clone(),
        Type::List(of) => match &**of {
            Type::Either(_) | Type::Both(_) => format!("({})[]", expression(of)),
            _ => format!("{}[]", expression(of)),
        },
        Type::Tuple(items) => format!("[{}]", items.iter().map(expression).collect::<Vec<_>>().join(", ")),
        Type::Map(of) => format!("Record<string, {}>", expression(of)),
        Type::Numbered(word, of) => format!("{{ [name: `{word}${{number}}`]: {} }}", expression(of)),
        Type::Either(choices) => joined(choices, " | "),
        Type::Both(parts) => joined(parts, " & "),
        Type::Object(fields) if fields.is_empty() => "Record<string, never>".to_owned(),
        Type::Object(fields) => {
            let mark = |field: &Field| if field.is_optional { "?" } else { "" };
            let written: Vec<String> = (fields.iter())
                .map(|field| format!("{}{}: {}", property(&field.name), mark(field), expression(&field.of)))
                .collect();
            format!("{{ {} }}", written.join("; "))
        }
    }
}

fn joined(types: &[Type], by: &str) -> String {
    let written = types.iter().map(|of| match of {
        Type::Either(_) | Type::Both(_) => format!("({})", expression(of)),
        _ => expression(of),
    });
    written.collect::<Vec<_>>().join(by)
}

fn literal(value: &Value) -> String {
    value.to_string()
}

/// A name as a property, quoted where it has to be.
fn property(name: &str) -> String {
    let is_plain = name.chars().next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && name.chars().all(|character| character.is_alphanumeric() || character == '_');
    if is_plain { name.to_owned() } else { format!("\"{name}\"") }
}
