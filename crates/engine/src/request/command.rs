//! A request on its way into a world, and what its caller proves itself with.

use std::net::IpAddr;

use crate::login::TokenSource;
use crate::request::envelope::{finish_reply, into_text};
use crate::request::once::OnceKey;
use crate::request::registry::AnyRequest;
use crate::request::reply::{Delivery, Held, Reply, ReplyTo, Until};
use crate::request::{Fact, Meanwhile, Refusal, SignIn};

/// One request on its way into a world.
#[derive(Debug)]
pub struct Command {
    /// Index of the function in the [`RequestTable`](super::RequestTable).
    pub kind: usize,
    /// The typed arguments.
    pub request: AnyRequest,
    /// What the caller proves itself with.
    pub credential: Credential,
    /// The idempotency key.
    pub once: Option<Box<OnceKey>>,
    /// For functions that need no token.
    pub stranger: Option<Box<Stranger>>,
    /// What was found out that the command waited for.
    pub fact: Option<Fact>,
    /// Where the one reply goes.
    pub reply_to: ReplyTo,
    /// The age in which it was parked last.
    pub parked_at: u32,
    /// The interim reply, once the command has started something that goes on by itself.
    pub meanwhile: Option<Meanwhile>,
}

impl Command {
    /// The same as [`Command::dismiss`], but what the command has begun is told when it is on disk.
    pub fn dismiss_until(self, refusal: &Refusal, until: Until) -> Option<Held> {
        let Some(Meanwhile(mut body)) = self.meanwhile else {
            self.reply_to.refuse(refusal);
            return None;
        };
        finish_reply(&mut body, self.reply_to.id());
        let reply = Reply { text: into_text(body), sign_in: None };
        Some(Held::new(until, Delivery::Reply(self.reply_to, reply)))
    }

    /// Answers a command that waits and will not be run again: with what it has begun, else with the refusal.
    pub fn dismiss(self, refusal: &Refusal) {
        if let Some(held) = self.dismiss_until(refusal, Until::Now) {
            held.release();
        }
    }
}

/// What is known of a caller without a token.
#[derive(Debug, Clone, Copy)]
pub struct Stranger {
    /// Where the request came from; `None` for calls from within the process.
    pub address: Option<IpAddr>,
    /// What a token for this caller is made of.
    pub token: TokenSource,
}

/// What a caller proves itself with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// Nothing.
    None,
    /// The operator token, checked on the way in.
    Operator,
    /// The hash of a token the connection has not used before.
    Token(Box<[u8; 32]>),
    /// A token that was checked earlier on the same connection.
    SignedIn(SignIn),
}
