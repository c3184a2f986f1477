//! What is looked for in a journal of one player's requests, and what is found.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::account::AccountId;
use crate::journal::record::{CommandRecord, CredentialRecord};

/// What is looked for.
#[derive(Debug, Clone)]
pub struct RequestsWanted {
    /// Whose requests.
    pub account: AccountId,
    /// The hashes of the tokens that the player is known to have had.
    pub tokens: Vec<[u8; 32]>,
    /// Functions whose requests by operators do not matter, because they only look.
    pub looking: Vec<String>,
    /// Only requests at this moment of the game's clock or later, unix milliseconds.
    pub from_ms: i64,
    /// Only requests before this moment.
    pub to_ms: i64,
    /// Only requests behind the page that ended with this [`FoundRequests::next`].
    pub after: Option<u64>,
    /// The most requests.
    pub limit: usize,
    /// How long to read at most; what was found until then is a page of its own.
    pub within: Duration,
}

/// Who asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PastAsker {
    /// The player.
    Player,
    /// Somebody without a token, who got that of the player: a log-in.
    Stranger,
    /// An operator of this name, whose request names the player.
    Operator(Box<str>),
}

/// One request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FoundRequest {
    /// Rises from request to request.
    pub number: u64,
    /// The tick in which it was answered first, unix milliseconds of the game's clock.
    pub at_ms: i64,
    /// Who asked.
    pub by: PastAsker,
    /// What was called.
    pub function: String,
    /// With which arguments; placeholders stand for secrets.
    pub arguments: Value,
    /// The idempotency key.
    pub once: Option<Box<str>>,
}

/// A page of requests.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FoundRequests {
    /// In order of time.
    pub requests: Vec<FoundRequest>,
    /// The `after` of the next page; `None` when this is the last. A page that took too long to find may have no requests
    /// and still have a next one.
    pub next: Option<u64>,
}

impl RequestsWanted {
    /// Who asked, if it was for the player, and the arguments.
    pub(super) fn asker(&self, command: &CommandRecord, function: &str) -> Option<(PastAsker, Value)> {
        let of_token = |hash: &[u8; 32]| self.tokens.contains(hash);
        let by = match &command.credential {
            CredentialRecord::SignedIn { account, .. } => (*account == self.account).then_some(PastAsker::Player)?,
            CredentialRecord::Token(hash) => of_token(hash).then_some(PastAsker::Player)?,
            CredentialRecord::None => {
                let stranger = command.stranger.as_ref()?;
                of_token(&stranger.token_hash).then_some(PastAsker::Stranger)?
            }
            CredentialRecord::Operator => PastAsker::Operator("operator".into()),
            CredentialRecord::OperatorNamed(identity) => PastAsker::Operator(identity.name.clone()),
        };
        let arguments = serde_json::from_str(&command.arguments).unwrap_or_default();
        let is_wanted = match by {
            PastAsker::Operator(_) => {
                self.is_named(&arguments) && self.looking.iter().all(|looking| looking != function)
            }
            PastAsker::Player | PastAsker::Stranger => true,
        };
        is_wanted.then_some((by, arguments))
    }

    fn is_named(&self, arguments: &Value) -> bool {
        arguments["player"].as_u64() == Some(self.account.0)
    }
}
