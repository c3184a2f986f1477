//! The way in: from a frame's text to a command for a world, or to a refusal that needs no world state.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use crate::net::bindings::AddressBindings;
use crate::net::limits::{AddressLimits, PlayerLimits};
use crate::net::links::Parcel;
use crate::net::operator::OperatorDesk;
use crate::net::post_office::{Counter, PostOffice, UNKNOWN_FUNCTION};
use raidkeep_engine::login::{TokenFault, TokenSource, hash_token};
use raidkeep_engine::outside::REALM;
use raidkeep_engine::request::answer::ON_ITS_WAY;
use raidkeep_engine::request::command::{Command, Credential, Stranger};
use raidkeep_engine::request::envelope::{Envelope, refusal_text};
use raidkeep_engine::request::once::OnceKey;
use raidkeep_engine::request::registry::{Decoded, RequestKind};
use raidkeep_engine::request::reply::{Reply, ReplyPort, ReplyTo};
use raidkeep_engine::request::route::RouteTable;
use raidkeep_engine::request::{Access, Reason, Refusal, RequestTable, SignIn, status};
use raidkeep_realm::clients::ClientDirectory;

/// Whom a way in is for, which decides the functions and routes that it reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clientele {
    /// The players' listener: everything but what is for operators.
    Players,
    /// The operators' listener: what is for operators, and what acts for nobody, such as `ping`.
    Operators,
    /// One door for everything, within one process.
    All,
}

impl Clientele {
    /// Whether what is for operators is here.
    pub fn is_for_operators(self) -> bool {
        self != Self::Players
    }

    /// Whether HTTP routes of this access are here. Those without a token log in, or ask for a player.
    pub fn has_route(self, access: Access) -> bool {
        match access {
            Access::Operator => self.is_for_operators(),
            Access::Player | Access::Anyone => self != Self::Operators,
        }
    }

    fn admit(self, kind: &RequestKind) -> Result<(), Refusal> {
        const ELSEWHERE: Refusal =
            Refusal::new(status::INVALID_TOKEN, "invalid token: operator functions are on the operators' listener")
                .because(Reason::Token(TokenFault::Unknown));
        match kind.access {
            Access::Operator if !self.is_for_operators() => Err(ELSEWHERE),
            Access::Operator => Ok(()),
            Access::Anyone if kind.in_realm => {
                if self.is_for_operators() {
                    Ok(())
                } else {
                    Err(UNKNOWN_FUNCTION)
                }
            }
            Access::Anyone if !kind.signs_in => Ok(()),
            Access::Player | Access::Anyone if self == Self::Operators => Err(UNKNOWN_FUNCTION),
            Access::Player | Access::Anyone => Ok(()),
        }
    }
}

/// What all connections of a listener share.
pub struct WayIn {
    /// Whom it is for.
    pub clientele: Clientele,
    /// The functions.
    pub requests: RequestTable,
    /// The worlds' inboxes, and the realm's.
    pub offices: Arc<PostOffice>,
    /// Who operators are.
    pub operators: Arc<OperatorDesk>,
    /// Which clients are served.
    pub clients: ClientDirectory,
    /// The players' rate limits.
    pub player_limits: PlayerLimits,
    /// The rate limits of addresses that ask over HTTP.
    pub address_limits: AddressLimits,
    /// Logins that allow acting over HTTP without a token.
    pub address_bindings: AddressBindings,
    /// The functions that are HTTP routes.
    pub routes: RouteTable,
    /// The source of secret bytes.
    pub entropy: EntropySource,
}

/// Draws 32 unguessable bytes; tests draw the same ones in every run.
pub type EntropySource = Box<dyn Fn() -> std::io::Result<[u8; 32]> + Send + Sync>;

/// The sender of a request, as far as it is known before the request reaches its world.
pub trait Requester {
    /// The sign-in of this token, if it was checked on this connection before; without a token, the sign-in of the
    /// connection.
    fn signed_in(&self, world: u32, token: Option<&str>) -> Option<SignIn>;
    /// The token of the operator who has opened the connection, if a page of the server did.
    fn operator_token(&self) -> Option<&str>;
    /// Counts a request against the signed-in player's limit.
    fn check_player_limit(&self, world: u32) -> Result<(), u64>;
}

/// A request that was passed on to a world.
pub struct Received {
    /// The world it went to.
    pub world: u32,
    /// Whether the answer may change who the connection acts for.
    pub signs_in: bool,
    /// The token that the world has to check, if any.
    pub unchecked_token: Option<Box<str>>,
    /// Whether an operator asks.
    pub is_operator: bool,
}

/// Why a request was not passed on. It has been answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotSent {
    /// The client sends faster than it may.
    TooFast,
    /// It cannot be carried out.
    Refused,
}

/// Where the one reply to a request goes.
#[derive(Clone, Copy)]
pub struct Slot<'p, P> {
    /// The connection's replies.
    pub port: &'p Arc<P>,
    /// The slot of this one among them.
    pub serial: u64,
    /// When the request came.
    pub came_at: Instant,
}

impl<P: ReplyPort> Slot<'_, P> {
    fn answer(&self, text: String) {
        self.port.reply(self.serial, Reply::new(text));
    }
}

impl WayIn {
    /// Takes the text of a frame. A request that is refused is answered here.
    pub fn receive(
        &self,
        text: &str,
        requester: &impl Requester,
        address: Option<IpAddr>,
        connection_limit: Result<(), u64>,
        slot: Slot<'_, impl ReplyPort + 'static>,
    ) -> Result<Received, NotSent> {
        match Envelope::read(text) {
            Ok(envelope) => self.receive_envelope(envelope, requester, address, connection_limit, slot),
            Err((refusal, id)) => {
                slot.answer(refusal_text(&refusal, &id));
                Err(NotSent::Refused)
            }
        }
    }

    /// Takes a request that was read already.
    pub fn receive_envelope(
        &self,
        envelope: Envelope<'_>,
        requester: &impl Requester,
        address: Option<IpAddr>,
        connection_limit: Result<(), u64>,
        slot: Slot<'_, impl ReplyPort + 'static>,
    ) -> Result<Received, NotSent> {
        let addressed = match self.address(&envelope, requester, address) {
            Ok(addressed) => addressed,
            Err(Unaddressed::ForRealm) => return Ok(self.pass_to_realm(envelope, requester, address, slot)),
            Err(Unaddressed::Refused(refusal)) => {
                // Players' tokens are checked by their world, so this one was for an operator function.
                if refusal.status == status::INVALID_TOKEN {
                    self.operators.note_guess(address);
                }
                slot.answer(refusal_text(&refusal, &envelope.id));
                return Err(NotSent::Refused);
            }
        };
        let player_limit = match addressed.credential {
            Credential::SignedIn(_) => requester.check_player_limit(addressed.counter.world),
            _ => Ok(()),
        };
        if let Err(retry_after_ms) = connection_limit.and(player_limit) {
            slot.answer(refusal_text(&TOO_MANY.retry_after(retry_after_ms), &envelope.id));
            return Err(NotSent::TooFast);
        }
        Ok(self.send(envelope, addressed, address, slot))
    }

    /// Takes a request of a client of another node, which has found out whom it is of.
    pub(super) fn receive_identified(
        &self,
        envelope: Envelope<'_>,
        credential: Credential,
        address: Option<IpAddr>,
        slot: Slot<'_, impl ReplyPort + 'static>,
    ) {
        let counter = self.offices.find(&envelope.function, envelope.world);
        let found = counter.and_then(|counter| {
            // Whoever sent it believes that the world is here; it goes no second hop.
            let refusal = counter.inbox.has_storage_failed().then_some(ON_ITS_WAY);
            refusal.map_or(Ok(()), Err)?;
            let decoded = (counter.kind.decode)(envelope.data)?;
            Ok(Addressed { counter, decoded, credential })
        });
        match found {
            Ok(addressed) => drop(self.send(envelope, addressed, address, slot)),
            Err(refusal) => slot.answer(refusal_text(&refusal, &envelope.id)),
        }
    }

    /// Has the node of the realm find out which operator asks.
    fn pass_to_realm(
        &self,
        envelope: Envelope<'_>,
        requester: &impl Requester,
        address: Option<IpAddr>,
        slot: Slot<'_, impl ReplyPort + 'static>,
    ) -> Received {
        let reply_to = ReplyTo::new(slot.port.clone(), slot.serial, envelope.id.clone());
        match self.offices.links_to_realm() {
            Some(links) => {
                let connection = slot.port.connection();
                let token = requester.operator_token();
                links.pass_on(Parcel::of_operator(envelope, token, address, connection), reply_to);
            }
            // It has come here meanwhile.
            None => reply_to.refuse(&ON_ITS_WAY),
        }
        Received { world: REALM, signs_in: false, unchecked_token: None, is_operator: true }
    }

    /// Sends a request to its world, which may still be too busy for it.
    fn send(
        &self,
        envelope: Envelope<'_>,
        Addressed { counter, decoded, credential }: Addressed<'_, '_>,
        address: Option<IpAddr>,
        slot: Slot<'_, impl ReplyPort + 'static>,
    ) -> Received {
        let Counter { kind, inbox, world } = counter;
        let must_check = matches!(credential, Credential::Token(_));
        let received = Received {
            world,
            signs_in: kind.signs_in,
            unchecked_token: decoded.token.filter(|_| must_check).map(Box::from),
            is_operator: matches!(credential, Credential::Operator(_)),
        };
        let once = envelope.once.as_ref().map(|key| {
            let fingerprint = (kind.fingerprint)(decoded.request.as_ref());
            Box::new(OnceKey { key: key.as_ref().into(), fingerprint })
        });
        let reply_to = ReplyTo::new(slot.port.clone(), slot.serial, envelope.id).timed(inbox.latency(), slot.came_at);
        let stranger = match kind.access {
            Access::Player | Access::Operator => None,
            Access::Anyone => match (self.entropy)() {
                Ok(entropy) => Some(Box::new(Stranger { address, token: TokenSource::Fresh(entropy) })),
                Err(error) => {
                    tracing::error!(%error, "the system gives no random bytes; nobody can log in");
                    reply_to.refuse(&Refusal::busy("no randomness available, retry later"));
                    return received;
                }
            },
        };
        let request = decoded.request;
        let kind = kind.index;
        let command =
            Command { kind, request, credential, once, stranger, fact: None, reply_to, parked_at: 0, meanwhile: None };
        self.offices.post(&counter, command, envelope.data, address);
        received
    }

    /// Whether only a realm on another node can know whose this token is.
    fn is_for_realm(&self, token: &str) -> bool {
        self.offices.links_to_realm().is_some() && !self.operators.is_own(token)
    }

    fn address<'a>(
        &self,
        envelope: &Envelope<'a>,
        requester: &impl Requester,
        address: Option<IpAddr>,
    ) -> Result<Addressed<'_, 'a>, Unaddressed> {
        let counter = self.offices.find(&envelope.function, envelope.world)?;
        let kind = counter.kind;
        self.clientele.admit(kind)?;
        let mut decoded = (kind.decode)(envelope.data)?;
        decoded.token = envelope.token.map(Cow::Borrowed).or(decoded.token);
        if kind.access != Access::Operator {
            self.clients.check(decoded.client)?;
        }
        let token = decoded.token.as_deref();
        let credential = match kind.access {
            Access::Operator => {
                let token = token.or_else(|| requester.operator_token());
                if token.is_some_and(|token| self.is_for_realm(token)) {
                    return Err(Unaddressed::ForRealm);
                }
                let identity = self.operators.admit(kind, token, address)?;
                if let Some(function) = (kind.stands_for)(&*decoded.request) {
                    let other = self.offices.find(function, envelope.world)?.kind;
                    if other.access == Access::Operator {
                        self.operators.admit(other, token, address)?;
                    }
                }
                Credential::Operator(identity)
            }
            Access::Player | Access::Anyone => player_credential(kind.access, counter.world, token, requester)?,
        };
        Ok(Addressed { counter, decoded, credential })
    }
}

const TOO_MANY: Refusal = Refusal::new(status::TOO_MANY_REQUESTS, "too many requests");
/// Neither the request nor the connection has a token.
pub(super) const TOKEN_MISSING: Refusal = Refusal::new(status::TOKEN_NOT_PRESENT, "token not present");

fn player_credential(
    access: Access,
    world: u32,
    token: Option<&str>,
    requester: &impl Requester,
) -> Result<Credential, Refusal> {
    if access == Access::Anyone {
        return Ok(Credential::None);
    }
    match (requester.signed_in(world, token), token) {
        (Some(sign_in), _) => Ok(Credential::SignedIn(sign_in)),
        (None, Some(token)) => Ok(Credential::Token(Box::new(hash_token(token)))),
        (None, None) => Err(TOKEN_MISSING),
    }
}

/// Why a request goes to no world from here.
enum Unaddressed {
    Refused(Refusal),
    /// The realm, which is on another node, knows whose token it is.
    ForRealm,
}

impl From<Refusal> for Unaddressed {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

struct Addressed<'w, 'a> {
    counter: Counter<'w>,
    decoded: Decoded<'a>,
    credential: Credential,
}
