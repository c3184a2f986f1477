//! Who operators are to a world: a name, a role, and what that role may do.
//!
//! The way in knows the roles and checks each request's [`Right`]; the world is told who asks, keeps it in the audit, and
//! applies the role's [`RoleLimits`].

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// The name of the operator who comes with the server's own token.
pub const TOKEN_OPERATOR: &str = "token";

/// The role that may do everything, whatever the roles' file says.
pub const ADMIN: &str = "admin";

/// What an operator function requires, by a word that roles name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Right(&'static str);

impl Right {
    /// To look at everything: players, orders, figures, rules. It changes nothing.
    pub const VIEW: Self = Self("view");
    /// To help one player: bans, names, log-ins, notes.
    pub const HELP: Self = Self("help");
    /// To give one player something, or to take it.
    pub const GRANT: Self = Self("grant");
    /// What reaches everybody: mails to all, announcements, gift codes, maintenance.
    pub const EVERYBODY: Self = Self("everybody");
    /// To settle orders and reports to platforms.
    pub const ORDERS: Self = Self("orders");
    /// To put rules into force.
    pub const RULES: Self = Self("rules");
    /// Backups, and whole players: export, import, deletion.
    pub const DATA: Self = Self("data");
    /// To move or mend the clock.
    pub const CLOCK: Self = Self("clock");
    /// To add operators and change their roles.
    pub const OPERATORS: Self = Self("operators");

    /// To ask in the name of a world or the realm. No role has it.
    pub const WORLDS: Self = Self("worlds");

    /// Those that roles may have, of the engine and the game. Other programs add theirs with [`Right::new`].
    pub const KNOWN: [Self; 9] = [
        Self::VIEW,
        Self::HELP,
        Self::GRANT,
        Self::EVERYBODY,
        Self::ORDERS,
        Self::RULES,
        Self::DATA,
        Self::CLOCK,
        Self::OPERATORS,
    ];

    /// A right of a program's own.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The word that roles name it by.
    pub const fn name(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The most that one request of a role may ask for, by the name of what is limited. What has no entry is not limited.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RoleLimits(pub BTreeMap<Box<str>, u64>);

impl RoleLimits {
    /// Whether `amount` of this is allowed; otherwise the most that is.
    pub fn check(&self, what: &str, amount: u64) -> Result<(), u64> {
        match self.0.get(what) {
            Some(&most) if amount > most => Err(most),
            _ => Ok(()),
        }
    }
}

/// An operator, as the way in has identified them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatorIdentity {
    /// Their name; [`TOKEN_OPERATOR`] for whoever has the server's token.
    pub name: Box<str>,
    /// Their role at that moment.
    pub role: Box<str>,
    /// Where the request came from; `None` for calls from within the process.
    pub address: Option<IpAddr>,
    /// The session in which they ask; `None` for whoever has the server's token.
    pub session: Option<u64>,
    /// What their role allows at most.
    pub limits: RoleLimits,
}

impl OperatorIdentity {
    /// Whoever has the server's own token.
    pub fn of_token(address: Option<IpAddr>) -> Self {
        Self { name: TOKEN_OPERATOR.into(), role: ADMIN.into(), address, session: None, limits: RoleLimits::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_allows_as_much_as_it_says_and_what_it_does_not_name() {
        let limits = RoleLimits(BTreeMap::from([("items".into(), 100)]));
        assert_eq!((limits.check("items", 100), limits.check("items", 101)), (Ok(()), Err(100)));
        assert_eq!(limits.check("energy", u64::MAX), Ok(()), "what has no entry is not limited");
    }

    #[test]
    fn rights_have_different_words() {
        let words: std::collections::BTreeSet<_> = Right::KNOWN.iter().map(|right| right.name()).collect();
        assert_eq!(words.len(), Right::KNOWN.len());
    }
}
