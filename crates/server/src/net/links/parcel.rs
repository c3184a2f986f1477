//! What nodes send each other.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use raidkeep_engine::journal::record::CredentialRecord;
use raidkeep_engine::login::Token;
use raidkeep_engine::outside::REALM;
use raidkeep_engine::request::command::Command;
use raidkeep_engine::request::envelope::{Envelope, RequestId};
use raidkeep_engine::request::reply::{Addressee, ConnectionId, Dismissal, Reply};
use raidkeep_engine::request::{LoggedIn, SignIn};

/// From the node that a client is connected to, to the one that has the world.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Asked {
    /// A request, and the number under which its reply comes back.
    Request(u64, Box<Parcel>),
    /// A connection is gone.
    Closed(u64),
}

/// A request on its way to another node.
#[derive(Serialize, Deserialize)]
pub(in crate::net) struct Parcel {
    /// To the node that has this world, or the realm.
    pub(super) to: u32,
    /// The world that the request names.
    pub(super) world: u32,
    pub(super) function: String,
    /// The arguments, JSON.
    pub(super) data: Option<String>,
    pub(super) once: Option<String>,
    pub(super) id: RequestId,
    pub(super) caller: Caller,
    pub(super) address: Option<IpAddr>,
    /// The connection on the node that it came from; `None` = it is for this request only.
    pub(super) connection: Option<u64>,
}

/// Whom a request is of.
#[derive(Serialize, Deserialize)]
pub(super) enum Caller {
    /// As the node has found that it came from.
    Known(CredentialRecord),
    /// An operator with this token, whom the realm knows.
    Operator(Option<String>),
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Caller(hidden)")
    }
}

impl fmt::Debug for Parcel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Arguments may have passwords.
        write!(f, "Parcel({} of {})", self.function, self.world)
    }
}

impl Parcel {
    /// A request for a world, with the arguments that it was read from.
    pub(in crate::net) fn of(
        (world, function): (u32, &str),
        command: &Command,
        data: Option<&RawValue>,
        address: Option<IpAddr>,
    ) -> Self {
        Self {
            to: world,
            world,
            function: function.to_owned(),
            data: data.map(|data| data.get().to_owned()),
            once: command.once.as_ref().map(|once| once.key.to_string()),
            id: command.reply_to.id().clone(),
            caller: Caller::Known(CredentialRecord::from(&command.credential)),
            address,
            connection: command.reply_to.connection().map(|connection| connection.0),
        }
    }

    /// An operator's request as it came, for the node that has the realm and so knows whose token it is.
    pub(in crate::net) fn of_operator(
        envelope: Envelope<'_>,
        token: Option<&str>,
        address: Option<IpAddr>,
        connection: Option<ConnectionId>,
    ) -> Self {
        let Envelope { world, function, data, id, once, token: given } = envelope;
        Self {
            to: REALM,
            world,
            function: function.into_owned(),
            data: data.map(|data| data.get().to_owned()),
            once: once.map(Cow::into_owned),
            id,
            caller: Caller::Operator(given.or(token).map(str::to_owned)),
            address,
            connection: connection.map(|connection| connection.0),
        }
    }
}

/// From the node that has the world, to the one that a client is connected to.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Told {
    /// The reply to the request of this number.
    Reply(u64, Box<ToldReply>),
    /// An event for a connection.
    Event(u64, Option<Addressee>, String),
    /// A connection is to be ended.
    Dismissed(u64, SignIn, Dismissal),
}

/// A reply on its way to another node.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ToldReply {
    text: String,
    names: Option<Addressee>,
    login: Option<ToldLogin>,
}

#[derive(Debug, Serialize, Deserialize)]
struct ToldLogin {
    sign_in: SignIn,
    role: Option<String>,
    token: SecretText,
}

/// What no log shows.
#[derive(Serialize, Deserialize)]
struct SecretText(String);

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText(hidden)")
    }
}

impl From<Reply> for ToldReply {
    fn from(Reply { text, names, login }: Reply) -> Self {
        let login = login.map(|login| {
            let LoggedIn { sign_in, role, token } = *login;
            ToldLogin { sign_in, role, token: SecretText(token.into()) }
        });
        Self { text, names, login }
    }
}

impl From<ToldReply> for Reply {
    fn from(ToldReply { text, names, login }: ToldReply) -> Self {
        let login = login.map(|ToldLogin { sign_in, role, token }| {
            Box::new(LoggedIn { sign_in, role, token: Token::issued(token.0) })
        });
        Self { text, names, login }
    }
}
