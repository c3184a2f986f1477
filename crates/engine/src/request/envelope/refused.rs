//! Refusals as replies.

use serde::Serialize;

use crate::request::client::ClientUpdate;
use crate::request::envelope::{RequestId, finish_reply, write_body};
use crate::request::{Reason, Refusal};

/// A refusal as a complete reply.
pub fn refusal_text(refusal: &Refusal, id: &RequestId) -> String {
    let mut out = String::with_capacity(96);
    write_refusal(&mut out, refusal);
    finish_reply(&mut out, id);
    out
}

/// Appends a refusal without its `id` and closing brace.
pub(crate) fn write_refusal(out: &mut String, refusal: &Refusal) {
    #[derive(Serialize)]
    struct Because<'a> {
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
        #[serde(skip_serializing_if = "Option::is_none")]
        until: Option<i64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
        #[serde(flatten, skip_serializing_if = "Option::is_none")]
        update: Option<&'a ClientUpdate>,
    }
    let Refusal { status, message, reason, until, update, retry_after_ms, .. } = refusal;
    let data = Because { reason: *reason, until: *until, retry_after_ms: *retry_after_ms, update: update.as_deref() };
    let has_data = reason.is_some() || until.is_some() || update.is_some() || retry_after_ms.is_some();
    write_body(out, *status, message, has_data.then_some(&data));
}
