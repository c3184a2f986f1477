//! Whether a session belongs to the player: asks the platform, where it has an address for that.

use bevy_ecs::prelude::*;
use serde::Deserialize;
use serde_json::json;

use super::NOT_ITS_SESSION;
use crate::platforms::signature::AUTHORIZATION;
use crate::platforms::sud::{SudPlatform, reporter};
use raidkeep_engine::exchange::{CallFailure, CallOutcome, Exchange, Method};
use raidkeep_engine::request::Refusal;
use raidkeep_engine::request::status::TIMED_OUT;

/// The answer of `get_user_info`, as far as it matters here.
#[derive(Debug, Deserialize)]
struct UserInfo {
    ret_code: i32,
    #[serde(default)]
    data: Option<User>,
}

#[derive(Debug, Deserialize)]
struct User {
    uid: String,
}

/// Asks whose session it is; `None` if the platform has no address for that.
pub(super) fn question(world: &mut World, ss_token: &str) -> Option<Exchange> {
    let platform = world.resource::<SudPlatform>().0.clone().filter(|platform| !platform.user_info.is_empty())?;
    let body = json!({"ss_token": ss_token}).to_string().into_bytes();
    let auth = reporter::sign(world, &platform, &body);
    let headers =
        vec![(AUTHORIZATION, auth.to_header()), ("Content-Type", "application/json;charset=utf-8".to_owned())];
    Some(Exchange { method: Method::Post, url: platform.user_info.clone(), headers, body })
}

/// Whether the platform has answered that the session belongs to this uid.
pub(super) fn check(outcome: CallOutcome, uid: &str) -> Result<(), Refusal> {
    let answered = outcome.map_err(|failure| match failure {
        CallFailure::TimedOut => Refusal::new(TIMED_OUT, "timed out, retry"),
        _ => Refusal::busy("SUD cannot be reached, retry later"),
    })?;
    let info: UserInfo = serde_json::from_slice(&answered.body).map_err(|error| {
        tracing::warn!(status = answered.status, %error, "SUD's answer about a session is invalid; nothing was bound");
        Refusal::busy("SUD's answer is invalid, retry later")
    })?;
    let is_its = info.ret_code == 0 && info.data.is_some_and(|user| user.uid == uid);
    if is_its { Ok(()) } else { Err(NOT_ITS_SESSION) }
}
