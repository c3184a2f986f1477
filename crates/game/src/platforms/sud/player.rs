//! A player's identity on the platform: `sud_bind`.

use std::fmt;

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use raidkeep_engine::account::AccountId;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::request;
use raidkeep_engine::request::{Answer, Call, Player, Reads, Refusal, Success};
use raidkeep_engine::storage::{Arrival, PlayerRow, Unfit};

/// The id and session that the platform's own login gave the client. Without them the platform sees the account's
/// number.
#[derive(Default, Clone, PartialEq, Eq, Component, Serialize, Deserialize)]
pub struct SudIdentity {
    uid: Box<str>,
    ss_token: Box<str>,
}

impl SudIdentity {
    /// The player's id on the platform.
    pub fn uid(&self, account: AccountId) -> String {
        if self.uid.is_empty() { account.0.to_string() } else { self.uid.to_string() }
    }

    /// The player's session on the platform; may be empty.
    pub fn ss_token(&self) -> &str {
        &self.ss_token
    }
}

impl fmt::Debug for SudIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SudIdentity").field("uid", &self.uid).finish_non_exhaustive()
    }
}

impl PlayerRow for SudIdentity {
    const TABLE: &'static str = "sud_identity";

    fn newcomer(_: &World) -> Self {
        Self::default()
    }

    /// The session would let others act for the player on the platform.
    fn depart(&mut self) {
        self.ss_token = Box::default();
    }

    fn arrive(&mut self, _: Arrival<'_>) -> Result<(), Unfit> {
        self.depart();
        if self.uid.len() > UID_BYTES_MAX {
            return Err(Unfit::at("uid", format!("expected {UID_BYTES_MAX} bytes at most")));
        }
        Ok(())
    }
}

pub(super) fn register(app: &mut App) {
    app.add_request::<SudBind, _>(sud_bind);
}

/// `sud_bind {token, uid, ss_token}`: sets the player's identity in reports from now on.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct SudBind {
    uid: String,
    ss_token: String,
}

impl fmt::Debug for SudBind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SudBind").field("uid", &self.uid).finish_non_exhaustive()
    }
}

request!(Player, "sud_bind", SudBind => (), READS = Reads::Caller);

/// The longest id and the longest token that are accepted, in bytes.
const UID_BYTES_MAX: usize = 64;
const TOKEN_BYTES_MAX: usize = 512;

fn sud_bind(In(call): In<Call<SudBind>>, mut players: Query<&mut SudIdentity>) -> Answer<()> {
    let SudBind { uid, ss_token } = call.request;
    if uid.is_empty() || uid.len() > UID_BYTES_MAX {
        return Err(Refusal::malformed("data.uid", "the id that SUD gave the player, up to 64 bytes"));
    }
    if ss_token.len() > TOKEN_BYTES_MAX {
        return Err(Refusal::malformed("data.ss_token", "the token that SUD gave the player, up to 512 bytes"));
    }
    let mut identity = call.caller.get_mut(&mut players)?;
    *identity = SudIdentity { uid: uid.into(), ss_token: ss_token.into() };
    Ok(Success::empty())
}
