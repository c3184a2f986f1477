//! For old clients that know no tokens: a client that logged in over HTTP may act from its address without a token
//! (docs/contract/role-play.md#clients-without-tokens). Off unless the operator enables it, because an address is no
//! proof of identity.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use raidkeep_engine::request::LoggedIn;
use raidkeep_engine::request::route::Asker;
use raidkeep_game::spelling;

/// How many logins are remembered; the oldest are forgotten first.
const REMEMBERED: usize = 65_536;

/// Which login to use: that of a role, or, where a request names no player, the latest one.
type Key = (IpAddr, Option<String>);

/// The tokens of logins, by address and role.
pub struct AddressBindings {
    is_on: bool,
    game_master: String,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    tokens: HashMap<Key, String>,
    order: VecDeque<Key>,
}

impl AddressBindings {
    /// Remembers logins only if `is_on`. Clients also name the role of the game master, to whom they talk.
    pub fn new(is_on: bool, game_master: &str) -> Self {
        Self { is_on, game_master: game_master.to_owned(), known: Mutex::default() }
    }

    /// Notes a login from this address. Guests have no role that a request could name.
    pub fn note_login(&self, address: IpAddr, login: LoggedIn) {
        let LoggedIn { role: Some(role), token, .. } = login else {
            return;
        };
        if self.is_on {
            let token = String::from(token);
            self.remember((address, Some(spelling::folded(&role))), token.clone());
            self.remember((address, Some(role)), token.clone());
            self.remember((address, None), token);
        }
    }

    fn remember(&self, key: Key, token: String) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.tokens.insert(key.clone(), token).is_none() {
            known.order.push_back(key);
        }
        while known.order.len() > REMEMBERED {
            if let Some(oldest) = known.order.pop_front() {
                known.tokens.remove(&oldest);
            }
        }
    }

    /// The token for a request from this address, by the role that its arguments name. Where they name none, as those
    /// of `accept_c`, or the game master's, as those of `main`, it is the token of the latest login from there.
    pub fn token(&self, address: IpAddr, asker: &Asker<'_>) -> Option<String> {
        if !self.is_on || asker.token.is_some() {
            return None;
        }
        let role = match asker.role.or(asker.role1) {
            Some(role) => {
                let role: String = serde_json::from_str(role.get()).ok()?;
                Some(role).filter(|role| !spelling::is_same(role, &self.game_master))
            }
            None => None,
        };
        let folded = role.as_deref().map(spelling::folded);
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let token = known.tokens.get(&(address, role)).or_else(|| known.tokens.get(&(address, folded)));
        token.cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use raidkeep_engine::account::AccountId;
    use raidkeep_engine::login::{Token, TokenSource};
    use raidkeep_engine::request::SignIn;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));

    /// A login, and the text of its token.
    fn login(role: Option<&str>, seed: u8) -> (LoggedIn, String) {
        let token = Token::new(TokenSource::Fresh([seed; 32]));
        let sign_in = SignIn { account: AccountId(seed.into()), generation: 1 };
        (LoggedIn { sign_in, role: role.map(str::to_owned), token: token.clone() }, token.into())
    }

    fn asks(text: &str) -> Asker<'_> {
        serde_json::from_str(text).expect("arguments are an object")
    }

    #[test]
    fn only_the_role_that_logged_in_from_an_address_may_act_from_there() {
        let bindings = AddressBindings::new(true, "系统");
        let (ann, token) = login(Some("ann"), 1);
        bindings.note_login(HERE, ann);
        assert_eq!(bindings.token(HERE, &asks(r#"{"role":"ann"}"#)), Some(token.clone()));
        assert_eq!(bindings.token(HERE, &asks(r#"{"role1":"ann","role2":"bob"}"#)), Some(token.clone()));
        assert_eq!(bindings.token(HERE, &asks(r#"{"role":"bob"}"#)), None, "another role");
        assert_eq!(bindings.token(THERE, &asks(r#"{"role":"ann"}"#)), None, "another address");
        assert_eq!(bindings.token(HERE, &asks(r#"{"role":"ann","token":"x"}"#)), None, "a token that is sent counts");
        bindings.note_login(HERE, login(None, 2).0);
        assert_eq!(bindings.token(HERE, &asks("{}")), Some(token), "a guest has no role to act as");
    }

    #[test]
    fn a_request_that_names_no_player_is_of_the_last_login_from_its_address() {
        let bindings = AddressBindings::new(true, "系统");
        let answer = asks(r#"{"id":"1","status":true}"#);
        assert_eq!(bindings.token(HERE, &answer), None, "nobody has logged in");
        bindings.note_login(HERE, login(Some("ann"), 1).0);
        let (bob, token) = login(Some("bob"), 2);
        bindings.note_login(HERE, bob);
        assert_eq!(bindings.token(HERE, &answer), Some(token.clone()));
        assert_eq!(
            bindings.token(HERE, &asks(r#"{"role":"系统"}"#)),
            Some(token.clone()),
            "it talks to the game master"
        );
        assert_eq!(bindings.token(THERE, &answer), None, "another address");
        assert_eq!(bindings.token(HERE, &asks(r#"{"role":null}"#)), Some(token), "null names nobody either");
        assert_eq!(bindings.token(HERE, &asks(r#"{"role":7}"#)), None, "a role that is no text is nobody's");
    }

    #[test]
    fn it_is_off_unless_it_is_wanted() {
        let bindings = AddressBindings::new(false, "系统");
        bindings.note_login(HERE, login(Some("ann"), 1).0);
        assert_eq!(bindings.token(HERE, &asks(r#"{"role":"ann"}"#)), None);
    }
}
