//! The way in: from a frame's text to a command for a world, or to a refusal that needs no state.

use std::net::IpAddr;
use std::sync::Arc;

use serde::Serialize;

use crate::identity::hash_token;
use crate::net::inbox::Inbox;
use crate::net::limits::PlayerLimits;
use crate::net::operator::{OperatorToken, entropy};
use crate::request::dispatch::{Command, Credential, Reply, ReplyPort, ReplyTo, Stranger};
use crate::request::envelope::{Envelope, RequestId, into_text, refusal_text, write_reply};
use crate::request::once::OnceKey;
use crate::request::registry::{Decoded, RequestKind};
use crate::request::{Access, Refusal, RequestTable, SignIn, status};

/// What all connections share.
pub struct WayIn {
    /// The functions.
    pub requests: RequestTable,
    /// The worlds' inboxes, by world number.
    pub worlds: Vec<Arc<Inbox>>,
    /// The operator's token.
    pub operator: OperatorToken,
    /// The players' rate limits.
    pub player_limits: PlayerLimits,
}

/// Who a connection acts for in one world.
pub trait Standing {
    /// The sign-in that this token stands for, if it was checked on this connection before; with
    /// no token, the one the connection has.
    fn signed_in(&self, world: u32, token: Option<&str>) -> Option<SignIn>;
    /// Counts a request against the signed-in player's limit.
    fn check_player_limit(&self, world: u32) -> Result<(), u64>;
}

/// A request that got through to a world, or was answered on the spot.
pub struct Received {
    /// Whether the answer may change who the connection acts for.
    pub signs_in: bool,
    /// The world and the token that the world will check, if it has to.
    pub unchecked: Option<(u32, Box<str>)>,
    /// The world that was asked.
    pub world: u32,
}

impl WayIn {
    /// Takes in one request. Its one reply goes to `port` under `serial`.
    pub fn receive(
        &self,
        text: &str,
        standing: &impl Standing,
        address: Option<IpAddr>,
        connection_limit: Result<(), u64>,
        (port, serial): (&Arc<impl ReplyPort + 'static>, u64),
    ) -> Option<Received> {
        let envelope = match Envelope::read(text) {
            Ok(envelope) => envelope,
            Err((refusal, id)) => {
                port.reply(serial, Reply { text: refusal_text(&refusal, &id), sign_in: None });
                return None;
            }
        };
        if let Err(retry_after_ms) = connection_limit {
            port.reply(serial, too_many(retry_after_ms, &envelope.id));
            return None;
        }
        let reply_to = ReplyTo::new(port.clone(), serial, envelope.id.clone());
        match self.address(&envelope, standing) {
            Ok(Addressed { kind, inbox, decoded, credential }) => {
                if matches!(credential, Credential::SignedIn(_))
                    && let Err(retry_after_ms) = standing.check_player_limit(envelope.world)
                {
                    reply_to.send(too_many(retry_after_ms, &envelope.id));
                    return None;
                }
                let unchecked = matches!(credential, Credential::Token(_)).then_some(decoded.token).flatten();
                let received = Received {
                    signs_in: kind.signs_in,
                    unchecked: unchecked.map(|token| (envelope.world, token.into())),
                    world: envelope.world,
                };
                let once = envelope.once.as_ref().map(|key| {
                    let fingerprint = (kind.fingerprint)(decoded.request.as_ref());
                    Box::new(OnceKey { key: key.as_ref().into(), fingerprint })
                });
                let stranger = match (kind.access, address) {
                    (Access::Player | Access::Operator, _) => None,
                    (Access::Anyone, address) => match entropy() {
                        Ok(entropy) => Some(Box::new(Stranger { address, entropy })),
                        Err(_) => {
                            reply_to.refuse(&Refusal::busy("no randomness available, retry later"));
                            return None;
                        }
                    },
                };
                let (kind, request) = (kind.index, decoded.request);
                let command = Command { kind, request, credential, once, stranger, fact: None, reply_to, parked_at: 0 };
                if let Err((command, refusal)) = inbox.push_command(command) {
                    command.reply_to.refuse(&refusal);
                }
                Some(received)
            }
            Err(refusal) => {
                reply_to.refuse(&refusal);
                None
            }
        }
    }

    fn address<'a>(&self, envelope: &Envelope<'a>, standing: &impl Standing) -> Result<Addressed<'_, 'a>, Refusal> {
        let inbox = self.worlds.get(envelope.world as usize);
        let inbox = inbox.ok_or(Refusal::new(status::WORLD_NOT_FOUND, "world not found"))?;
        let kind = self.requests.find(&envelope.function);
        let kind = kind.ok_or(Refusal::new(status::UNKNOWN_FUNCTION, "function is not in function list"))?;
        let decoded = (kind.decode)(envelope.data)?;
        let credential = self.credential(kind.access, envelope.world, decoded.token.as_deref(), standing)?;
        Ok(Addressed { kind, inbox, decoded, credential })
    }

    fn credential(
        &self,
        access: Access,
        world: u32,
        token: Option<&str>,
        standing: &impl Standing,
    ) -> Result<Credential, Refusal> {
        const MISSING: Refusal = Refusal::new(status::TOKEN_NOT_PRESENT, "token not present");
        match (access, token) {
            (Access::Anyone, _) => Ok(Credential::None),
            (Access::Operator, None) => Err(MISSING),
            (Access::Operator, Some(token)) if self.operator.accepts(token) => Ok(Credential::Operator),
            (Access::Operator, Some(_)) => Err(Refusal::invalid_token()),
            (Access::Player, token) => match (standing.signed_in(world, token), token) {
                (Some(sign_in), _) => Ok(Credential::SignedIn(sign_in)),
                (None, Some(token)) => Ok(Credential::Token(Box::new(hash_token(token)))),
                (None, None) => Err(MISSING),
            },
        }
    }
}

struct Addressed<'w, 'a> {
    kind: &'w RequestKind,
    inbox: &'w Inbox,
    decoded: Decoded<'a>,
    credential: Credential,
}

fn too_many(retry_after_ms: u64, id: &RequestId) -> Reply {
    #[derive(Serialize)]
    struct RetryAfter {
        retry_after_ms: u64,
    }
    let mut out = Vec::with_capacity(96);
    write_reply(&mut out, status::TOO_MANY_REQUESTS, "too many requests", Some(&RetryAfter { retry_after_ms }), id);
    Reply { text: into_text(out), sign_in: None }
}
