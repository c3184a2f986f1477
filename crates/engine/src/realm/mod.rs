//! The realm, as its worlds see it.
//!
//! What belongs to no single world lives in a world of its own, the *realm*: operators, gift codes, maintenance and the like.
//! What crosses from the realm into a world is a durable message: the realm keeps it in a row and sends it until the world has
//! taken it; the world takes it once, because it keeps the number of the last one in the same batch as what the message does.
//!
//! A message arrives as a request of its own function ([`Message`]), so it is handled, journalled and replayed like any other.
//! What crosses from a world to the realm is a request too, and repeating it does no harm. Both travel as exchanges
//! ([`to_realm`], [`to_world`]), which leave a world once everything before them is on disk.
//!
//! What goes wrong in a world is told to the realm the same way ([`incidents`]).
//!
//! Not here: the realm's own side, which is the crate `raidkeep-realm`.

mod greeting;
pub mod incidents;
mod message;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::exchange::lines::{Line, LineSettings};
use crate::exchange::{Answered, CallOutcome, Exchange, Method};
use crate::outside::{REALM, world_label};
use crate::request::status;

pub use greeting::{
    Greet, Greeted, HelloSystems, RealmLink, RealmLinkPlugin, TellingSystems, WorldGreeting, WorldHello,
};
pub use message::{AlreadyTaken, Message, MessageTaken, RealmMessage, RealmTaken};

/// The role of a world or the realm that asks the other.
pub const WORLD_ROLE: &str = "world";

/// The scheme of exchanges that stay between worlds and realm.
const SCHEME: &str = "raidkeep:";

/// The line to the realm, and of the realm to the worlds. Times are seconds of the game's clock.
pub const REALM_LINE: Line = Line("realm");

/// Its limits.
pub const REALM_LINE_SETTINGS: LineSettings =
    LineSettings { in_flight: 1024, deadline_seconds: 15, answer_within_seconds: None, circuit: None };

/// A request of a world to the realm.
pub fn to_realm(function: &str, data: &impl Serialize) -> Exchange {
    exchange(REALM, function, data)
}

/// A request of the realm to a world.
pub fn to_world(world: u32, function: &str, data: &impl Serialize) -> Exchange {
    exchange(world, function, data)
}

fn exchange(world: u32, function: &str, data: &impl Serialize) -> Exchange {
    let body = json!({ "world": world_label(world), "function": function, "data": data }).to_string().into_bytes();
    Exchange { method: Method::Post, url: format!("{SCHEME}{world}"), headers: Vec::new(), body }
}

/// The world, or [`REALM`], that an exchange is for; `None` when it is for a platform.
pub fn addressee(exchange: &Exchange) -> Option<u32> {
    exchange.url.strip_prefix(SCHEME)?.parse().ok()
}

/// What became of a request to the realm or to a world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RealmAnswer<T> {
    /// It was carried out.
    Done(T),
    /// It was refused with this status, for good.
    Refused(i32, String),
    /// It may be asked again later.
    Later,
    /// There is no realm, or no such world, in this program.
    Nowhere,
}

/// The status of an outcome for which there is nobody.
pub const NOWHERE: u16 = 404;

impl<T: DeserializeOwned> RealmAnswer<T> {
    /// Reads the outcome of an exchange that [`to_realm`] or [`to_world`] has made.
    pub fn of(outcome: &CallOutcome) -> Self {
        #[derive(serde::Deserialize)]
        struct Frame {
            status: i32,
            #[serde(default)]
            message: String,
            #[serde(default)]
            data: serde_json::Value,
        }
        let body = match outcome {
            Ok(Answered { status: NOWHERE, .. }) => return Self::Nowhere,
            Ok(Answered { body, .. }) => body,
            Err(_) => return Self::Later,
        };
        let Ok(frame) = serde_json::from_slice::<Frame>(body) else { return Self::Later };
        match frame.status {
            status::SUCCESS => serde_json::from_value(frame.data).map_or(Self::Later, Self::Done),
            status::BUSY | status::TIMED_OUT | status::INTERNAL_ERROR | status::TOO_MANY_REQUESTS => Self::Later,
            refused => Self::Refused(refused, frame.message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::CallFailure;

    fn answered(body: &str) -> CallOutcome {
        Ok(Answered { status: 200, body: body.as_bytes().to_vec() })
    }

    #[test]
    fn an_exchange_between_worlds_says_for_whom_it_is() {
        assert_eq!(addressee(&to_realm("world_hello", &1)), Some(REALM));
        assert_eq!(addressee(&to_world(3, "take_gift", &1)), Some(3));
        let platform = Exchange { url: "http://host/".to_owned(), ..to_world(3, "x", &1) };
        assert_eq!(addressee(&platform), None);
    }

    #[test]
    fn only_what_may_end_differently_is_asked_again() {
        assert_eq!(RealmAnswer::<u32>::of(&answered(r#"{"status":0,"data":7}"#)), RealmAnswer::Done(7));
        for busy in [r#"{"status":16}"#, r#"{"status":-2}"#, "no json"] {
            assert_eq!(RealmAnswer::<u32>::of(&answered(busy)), RealmAnswer::Later, "{busy}");
        }
        assert_eq!(RealmAnswer::<u32>::of(&Err(CallFailure::TimedOut)), RealmAnswer::Later);
        let refused = RealmAnswer::<u32>::of(&answered(r#"{"status":99,"message":"no such code"}"#));
        assert_eq!(refused, RealmAnswer::Refused(99, "no such code".to_owned()));
        assert_eq!(RealmAnswer::<u32>::of(&Ok(Answered { status: NOWHERE, body: Vec::new() })), RealmAnswer::Nowhere);
    }
}
