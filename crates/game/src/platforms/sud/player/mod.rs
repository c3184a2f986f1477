//! A player's identity on the platform: `sud_bind`. A uid belongs to one account of a world.

mod former;
mod session;
pub mod uids;

use std::fmt;

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::platforms::sud::sessions::{SealedSession, is_sealed};
use crate::platforms::sud::{QUERIES, SudSessions};
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::exchange::CallOutcome;
use raidkeep_engine::request;
use raidkeep_engine::request::{Call, Code, Job, Need, Player, Refusal, Success, Waits};
use raidkeep_engine::storage::{Arrival, Claim, FoundRows, PlayerRow, Unfit};
use raidkeep_engine::views::{ViewApp, ViewPart, Viewed};

/// The id and session that the platform's own login gave the client. Without them the platform sees the account's own
/// uid.
#[derive(Default, Clone, PartialEq, Eq, Component, Serialize, Deserialize)]
pub struct SudIdentity {
    uid: Box<str>,
    ss_token: Box<str>,
}

impl SudIdentity {
    /// The player's id on the platform, if it was bound.
    pub fn bound_uid(&self) -> Option<&str> {
        Some(&*self.uid).filter(|uid| !uid.is_empty())
    }

    /// What is kept of the player's session on the platform ([`SessionKeys`](super::sessions::SessionKeys)); may be empty.
    pub fn ss_token(&self) -> &str {
        &self.ss_token
    }

    /// Whether an earlier program has kept the session as it was sent.
    fn is_in_clear(&self) -> bool {
        !self.ss_token.is_empty() && !is_sealed(&self.ss_token)
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

    fn is_blank(&self) -> bool {
        *self == Self::default()
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

    fn claims(&self, _: Arrival<'_>) -> Vec<Claim> {
        let key = uids::key(self);
        key.into_iter().map(|key| Claim { key, what: format!("the SUD uid {}", self.uid) }).collect()
    }
}

struct SudPart;

/// How SUD knows the player.
#[derive(Debug, Serialize, JsonSchema)]
struct SudShown {
    /// The uid that the player has bound; null if it has none, and goes by that of its account.
    bound_uid: Option<String>,
}

impl ViewPart for SudPart {
    const NAME: &'static str = "sud";
    type Shown = SudShown;

    fn show(viewed: &Viewed<'_>, _: FoundRows) -> Result<SudShown, Refusal> {
        Ok(SudShown { bound_uid: viewed.get::<SudIdentity>()?.bound_uid().map(str::to_owned) })
    }
}

pub(super) fn register(app: &mut App) {
    app.add_waiting_request::<SudBind, _>(sud_bind).add_view_part::<SudPart>();
    uids::register(app);
    former::register(app);
}

/// `sud_bind {token, uid, ss_token}`: sets the player's identity in reports from now on.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct SudBind {
    /// The id that SUD gave the player.
    uid: String,
    /// The token that SUD gave the player.
    ss_token: String,
}

impl fmt::Debug for SudBind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SudBind").field("uid", &self.uid).finish_non_exhaustive()
    }
}

request!(
    Player, "sud_bind", SudBind => (),
    SECRETS = &["ss_token"],
    CODES = &[Code::of(BOUND), Code::of(NOT_ITS_SESSION)],
);

/// The longest id and the longest token that are accepted, in bytes.
const UID_BYTES_MAX: usize = 64;
const TOKEN_BYTES_MAX: usize = 512;

const BOUND: Refusal = Refusal::new(98, "another account is bound to this uid");
const NOT_ITS_SESSION: Refusal = Refusal::new(97, "SUD knows no such session of this uid");

/// Whether SUD may have made this text: visible ASCII without the marks of the ids that this server makes.
fn is_uid(text: &str) -> bool {
    (1..=UID_BYTES_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'@' | b'~'))
}

fn check_shape(SudBind { uid, ss_token }: &SudBind) -> Result<(), Refusal> {
    if !is_uid(uid) {
        let expected = "the id that SUD gave the player, 1 to 64 visible ASCII characters without @ and ~";
        return Err(Refusal::malformed("data.uid", expected));
    }
    let is_token = ss_token.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_token || ss_token.is_empty() || ss_token.len() > TOKEN_BYTES_MAX {
        let expected = "the token that SUD gave the player, 1 to 512 visible ASCII characters";
        return Err(Refusal::malformed("data.ss_token", expected));
    }
    Ok(())
}

/// A job, whose result a journal has: that has neither the session nor the keys, and what is sealed differs each time.
fn sealing(world: &World, ss_token: String) -> Need {
    let SudSessions(keys) = world.resource::<SudSessions>();
    let keys = keys.clone();
    Need::Job(Job::new(move || keys.seal(&ss_token)))
}

fn sud_bind(In(call): In<Call<SudBind>>, world: &mut World) -> Waits<()> {
    let Call { caller, request, fact } = call;
    check_shape(&request)?;
    let holder = uids::holder(world, &request.uid)?.or_else(|| uids::goes_by(world, &request.uid));
    if holder.is_some_and(|holder| holder != caller.account) {
        return Err(BOUND.into());
    }
    let before = world.get::<SudIdentity>(caller.entity).cloned().ok_or(Refusal::internal())?;
    // An earlier program may have let both bind one uid; then it stays with whom it belongs to.
    uids::holder(world, &before.uid)?;
    let sealed = match fact {
        None => match session::question(world, &request.ss_token) {
            Some(exchange) => return Err(Need::Exchange(QUERIES, exchange).into()),
            None => return Err(sealing(world, request.ss_token).into()),
        },
        Some(fact) => match fact.downcast::<CallOutcome>() {
            Ok(outcome) => {
                session::check(*outcome, &request.uid)?;
                return Err(sealing(world, request.ss_token).into());
            }
            Err(fact) => fact.downcast::<Option<SealedSession>>().map_err(|_| Refusal::internal())?,
        },
    };
    let SealedSession(ss_token) = sealed.ok_or(Refusal::internal())?;
    let bound = SudIdentity { uid: request.uid.into(), ss_token };
    uids::change(world, caller.account, &before, &bound);
    *world.get_mut::<SudIdentity>(caller.entity).ok_or(Refusal::internal())? = bound;
    Ok(Success::empty())
}
