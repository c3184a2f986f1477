//! What the platform's answers say.

use crate::orders::model::{Order, Payment};
use crate::orders::proof::PlatformRecord;
use crate::orders::wish::Wish;
use crate::platforms::mcrmb::PlatformReply;
use crate::platforms::mcrmb::gateway::PlatformCall;
use crate::platforms::mcrmb::requests::is_success;
use crate::platforms::mcrmb::wire::integer;
use raidkeep_engine::exchange::{CallFailure, CallOutcome};

/// The result of an answer.
pub(super) enum Told {
    Reply(PlatformReply),
    Declined(i32, String),
    Nothing(String),
}

pub(super) fn read_answer(call: PlatformCall, outcome: CallOutcome) -> Told {
    let answered = match outcome {
        Ok(answered) => answered,
        Err(failure) => return Told::Nothing(failure.to_string()),
    };
    match PlatformReply::read(&answered.body) {
        _ if answered.status >= 500 => Told::Nothing(format!("HTTP status {}", answered.status)),
        Ok(reply) if is_success(call, reply.code) => Told::Reply(reply),
        Ok(reply) => Told::Declined(reply.code, reply.msg),
        Err(error) => Told::Nothing(error.to_string()),
    }
}

/// The records in a reply; `None` if they make no sense.
pub(super) fn read_records(reply: &PlatformReply) -> Option<Vec<PlatformRecord>> {
    let read = |row: &serde_json::Value| {
        let number = |key| row.get(key).and_then(integer);
        let text = row.get("text").and_then(serde_json::Value::as_str)?;
        Some(PlatformRecord { date: number("date")?, text: text.into(), money: number("money")? })
    };
    reply.rows().iter().map(read).collect()
}

/// The answer to a payment, with the reply if there was one.
pub(super) fn read_payment(outcome: CallOutcome, order: &Order) -> (Payment, Option<PlatformReply>) {
    if let Err(CallFailure::NotSent(why)) = outcome {
        return (Payment::NotSent(why), None);
    }
    let call = match order.wish {
        Wish::Buy { .. } => PlatformCall::Pay,
        Wish::Adjust { .. } => PlatformCall::Manual,
    };
    let reply = outcome.as_ref().ok().and_then(|answered| PlatformReply::read(&answered.body).ok());
    match read_answer(call, outcome) {
        Told::Reply(made) => (Payment::Made(made.number("money")), reply),
        Told::Declined(code, text) => (Payment::Declined(code, text), reply),
        Told::Nothing(why) => (Payment::Unknown(why), None),
    }
}
