//! `functions`: what operators may call, with JSON Schemas, so that a console shows a form for each without knowing it.

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::dispatch::RequestApp;
use crate::operators::Right;
use crate::request;
use crate::request::registry::RequestKind;
use crate::request::{Access, Answer, Call, Operator, RequestTable, Success};
use crate::schema::add_units;

/// Registers the function.
pub struct FunctionsPlugin;

impl Plugin for FunctionsPlugin {
    fn build(&self, app: &mut App) {
        app.add_request::<Functions, _>(functions);
    }
}

/// `functions {token}`: the functions of operators, by name.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Functions {}

request!(Operator, "functions", Functions => FunctionsShown, RIGHT = Right::VIEW);

/// The reply of `functions`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FunctionsShown {
    /// By name.
    functions: Vec<FunctionShown>,
    /// What their schemas refer to, as `#/definitions/arguments/NAME` and `#/definitions/replies/NAME`.
    definitions: Value,
}

/// A function that operators may call.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FunctionShown {
    /// Its name.
    function: String,
    /// The right that a role must have to call it.
    right: String,
    /// Whether the realm answers it, and no world.
    in_realm: bool,
    /// Whether a call can change anything, in the world or outside.
    may_change: bool,
    /// Whether `try` can show beforehand what a call would change.
    can_be_tried: bool,
    /// The JSON Schema of what `data` holds in the request, without the token.
    arguments: Value,
    /// The JSON Schema of what `data` holds in the reply.
    reply: Value,
    /// What it answers with besides the statuses of every function.
    codes: Vec<CodeShown>,
}

/// A status of a function.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CodeShown {
    /// The status; null = any that another platform gives.
    number: Option<i32>,
    /// What it means.
    meaning: String,
}

fn functions(
    In(_): In<Call<Functions>>,
    table: Res<RequestTable>,
    mut described: Local<Option<FunctionsShown>>,
) -> Answer<FunctionsShown> {
    // The functions of a world are the same for all its life.
    let shown = described.get_or_insert_with(|| describe(&table));
    Ok(Success::with(shown.clone()))
}

fn describe(table: &RequestTable) -> FunctionsShown {
    let draft = SchemaSettings::draft2020_12;
    let at = |settings: SchemaSettings, path: &'static str| {
        settings.with(|settings| settings.definitions_path = path.into()).into_generator()
    };
    let mut arguments = at(draft().for_deserialize(), "/definitions/arguments");
    let mut replies = at(draft().for_serialize(), "/definitions/replies");
    let mut of_operators: Vec<&RequestKind> =
        table.kinds().iter().filter(|kind| kind.access == Access::Operator).collect();
    of_operators.sort_by_key(|kind| kind.function);
    let functions = of_operators.into_iter().map(|kind| show(kind, &mut arguments, &mut replies)).collect();
    table.complete(&mut replies);
    let (arguments, replies) = (arguments.take_definitions(true), replies.take_definitions(true));
    let mut definitions = serde_json::json!({"arguments": arguments, "replies": replies});
    add_units(&mut definitions);
    FunctionsShown { functions, definitions }
}

fn show(kind: &RequestKind, arguments: &mut SchemaGenerator, replies: &mut SchemaGenerator) -> FunctionShown {
    FunctionShown {
        function: kind.function.to_owned(),
        right: kind.right.map(Right::name).unwrap_or_default().to_owned(),
        in_realm: kind.in_realm,
        may_change: kind.may_change,
        can_be_tried: kind.check_triable().is_ok(),
        arguments: (kind.arguments)(arguments).to_value(),
        reply: (kind.reply)(replies).to_value(),
        codes: kind
            .codes
            .iter()
            .map(|code| CodeShown { number: code.number, meaning: code.meaning.to_owned() })
            .collect(),
    }
}
