//! The protocol as an AsyncAPI 3.0 document.

use serde_json::{Map, Value, json};

use crate::schema::documents::{caller, codes, reading, writing};
use raidkeep_engine::events::{EventKind, EventTable};
use raidkeep_engine::request::{Code, RequestTable};

/// Where the schemas of requests and of what the server sends are while they are assembled.
const READ: &str = "/read";
const WRITTEN: &str = "/written";

/// One WebSocket channel; an operation for each function with its reply, and one for each event.
pub fn asyncapi(requests: &RequestTable, events: &EventTable) -> Value {
    let (mut arguments, mut written) = (reading(READ), writing(WRITTEN));
    let mut parts = Parts::default();
    for kind in requests.kinds() {
        let name = kind.function;
        let needs = format!("Needs the token of: {}", caller(kind.access));
        let request = request(name, (kind.arguments)(&mut arguments).to_value());
        let reply = reply((kind.reply)(&mut written).to_value(), kind.codes);
        let (request, reply) = (parts.add(name, "request", request), parts.add(name, "reply", reply));
        let reply = json!({"channel": {"$ref": CHANNEL}, "messages": [reply]});
        let operation = json!({"action": "receive", "channel": {"$ref": CHANNEL}, "description": needs,
            "messages": [request], "reply": reply});
        parts.operations.insert(name.to_owned(), operation);
    }
    for kind in events.kinds() {
        let event = parts.add(kind.name, "event", event(kind, (kind.data)(&mut written).to_value()));
        let operation = json!({"action": "send", "channel": {"$ref": CHANNEL}, "messages": [event]});
        parts.operations.insert(format!("event_{}", kind.name), operation);
    }
    requests.complete(&mut written);
    let mut schemas = Map::new();
    for (place, definitions) in [(READ, arguments.take_definitions(true)), (WRITTEN, written.take_definitions(true))] {
        let prefix = place.trim_start_matches('/');
        schemas.extend(definitions.into_iter().map(|(name, schema)| (format!("{prefix}.{name}"), schema)));
    }
    let mut document = parts.document(schemas);
    move_references(&mut document);
    document
}

const CHANNEL: &str = "#/channels/socket";

#[derive(Default)]
struct Parts {
    messages: Map<String, Value>,
    in_channel: Map<String, Value>,
    operations: Map<String, Value>,
}

impl Parts {
    /// Adds a message; returns the reference that operations use for it.
    fn add(&mut self, name: &str, part: &str, payload: Value) -> Value {
        let name = format!("{name}.{part}");
        self.in_channel.insert(name.clone(), json!({"$ref": format!("#/components/messages/{name}")}));
        self.messages.insert(name.clone(), json!({"name": name, "payload": payload}));
        json!({"$ref": format!("{CHANNEL}/messages/{name}")})
    }

    fn document(self, schemas: Map<String, Value>) -> Value {
        json!({
            "asyncapi": "3.0.0",
            "info": {
                "title": "Raidkeep",
                "version": env!("CARGO_PKG_VERSION"),
                "description": "One JSON object in one WebSocket text frame; replies come in the order of the requests.",
            },
            "defaultContentType": "application/json",
            "servers": {"local": {"host": "127.0.0.1:7350", "protocol": "ws"}},
            "channels": {"socket": {"address": "/ws", "messages": self.in_channel}},
            "operations": self.operations,
            "components": {"messages": self.messages, "schemas": schemas},
        })
    }
}

fn request(function: &str, arguments: Value) -> Value {
    json!({
        "type": "object",
        "properties": {
            "world": {"description": "0, \"0\" or \"s0\".", "type": ["integer", "string"]},
            "function": {"const": function},
            "data": {"allOf": [arguments], "description": "The arguments, and `token` where the connection has used none."},
            "id": {"description": "Echoed in the reply.", "type": ["integer", "string"]},
            "once": {"description": "Idempotency key.", "type": "string", "minLength": 1, "maxLength": 64},
        },
        "required": ["world", "function"],
    })
}

fn reply(data: Value, own: &[Code]) -> Value {
    let mut status = json!({"type": "integer", "description": "0, a status of every function, or one of `x-codes`."});
    status["x-codes"] = codes(own);
    json!({
        "type": "object",
        "properties": {
            "status": status,
            "message": {"type": "string"},
            "data": data,
            "id": {"type": ["integer", "string"]},
            "n": {"type": "integer", "description": "The count of the account's events so far, in the first reply of a \
                connection that names the player."},
        },
        "required": ["status", "message"],
    })
}

fn event(kind: &EventKind, data: Value) -> Value {
    let mut properties = json!({"event": {"const": kind.name}, "data": data});
    if !kind.is_asked_for {
        let count = "The count of the account's events with this one; operators get none.";
        properties["n"] = json!({"type": "integer", "description": count});
    }
    json!({"type": "object", "properties": properties, "required": ["event", "data"]})
}

/// AsyncAPI keeps all schemas in one flat map, so folders become part of the name.
fn move_references(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (key, member) in members.iter_mut() {
                match (key.as_str(), &mut *member) {
                    ("$ref", Value::String(reference)) => {
                        for place in [READ, WRITTEN] {
                            let from = format!("#{place}/");
                            let to = format!("#/components/schemas/{}.", place.trim_start_matches('/'));
                            *reference = reference.replacen(&from, &to, 1);
                        }
                    }
                    _ => move_references(member),
                }
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(move_references),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
