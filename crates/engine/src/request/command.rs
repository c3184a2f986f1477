//! A request on its way into a world, and its caller's credential.

use std::net::IpAddr;
use std::sync::Arc;

use crate::login::TokenSource;
use crate::operators::OperatorIdentity;
use crate::request::envelope::finish_reply;
use crate::request::once::OnceKey;
use crate::request::registry::AnyRequest;
use crate::request::reply::{Addressee, Delivery, Held, Reply, ReplyTo, Until};
use crate::request::{Fact, Meanwhile, Refusal, SignIn};

/// A request on its way into a world.
#[derive(Debug)]
pub struct Command {
    /// Index of the function in the [`RequestTable`](super::RequestTable).
    pub kind: usize,
    /// The typed arguments.
    pub request: AnyRequest,
    /// The caller's credential.
    pub credential: Credential,
    /// The idempotency key.
    pub once: Option<Box<OnceKey>>,
    /// For functions that need no token.
    pub stranger: Option<Box<Stranger>>,
    /// The fact that the command waited for.
    pub fact: Option<Fact>,
    /// Where its one reply goes.
    pub reply_to: ReplyTo,
    /// The age in which it was last parked.
    pub parked_at: u32,
    /// The reply for a caller that cannot wait, once the command has started something.
    pub meanwhile: Option<Meanwhile>,
}

impl Command {
    /// Like [`Command::dismiss`], but the reply about what the command has started is held until that is on disk.
    pub fn dismiss_until(self, refusal: &Refusal, until: Until) -> Option<Held> {
        let Some(Meanwhile { mut body, names, .. }) = self.meanwhile else {
            self.reply_to.refuse(refusal);
            return None;
        };
        finish_reply(&mut body, self.reply_to.id());
        let names = names.map(|(sign_in, n)| Addressee { sign_in, n });
        let reply = Reply { text: body, names, login: None };
        Some(Held::new(until, Delivery::Reply(self.reply_to, reply)))
    }

    /// Answers a parked command that will not be run again: with the reply about what it has started, else with the
    /// refusal.
    pub fn dismiss(self, refusal: &Refusal) {
        if let Some(held) = self.dismiss_until(refusal, Until::Now) {
            held.release();
        }
    }
}

/// A caller without a token.
#[derive(Debug, Clone, Copy)]
pub struct Stranger {
    /// The caller's address; `None` for calls from within the process.
    pub address: Option<IpAddr>,
    /// What a token for this caller is made from.
    pub token: TokenSource,
}

/// How a caller authenticates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// Nothing.
    None,
    /// An operator, identified on the way in.
    Operator(Arc<OperatorIdentity>),
    /// The hash of a token the connection has not used before.
    Token(Box<[u8; 32]>),
    /// A token that was checked earlier on the same connection.
    SignedIn(SignIn),
}
