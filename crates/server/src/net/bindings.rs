//! For old clients that know no tokens: a client that logged in over HTTP may act from its address without a token
//! (docs/contract/role-play.md#clients-without-tokens). Off unless the operator enables it, because an address is no
//! proof of identity.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use serde::Deserialize;

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

    /// Notes the reply of a login from this address.
    pub fn note_login(&self, address: IpAddr, reply: &str) {
        /// The fields that identify a login.
        #[derive(Deserialize)]
        struct Login {
            username: String,
            token: String,
        }
        if !self.is_on {
            return;
        }
        if let Ok(Login { username, token }) = serde_json::from_str(reply) {
            self.remember((address, Some(spelling::folded(&username))), token.clone());
            self.remember((address, Some(username)), token.clone());
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

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));
    const REPLY: &str = r#"{"status_code":200,"username":"ann","token":"t"}"#;

    fn asks(text: &str) -> Asker<'_> {
        serde_json::from_str(text).expect("arguments are an object")
    }

    #[test]
    fn only_the_role_that_logged_in_from_an_address_may_act_from_there() {
        let bindings = AddressBindings::new(true, "系统");
        bindings.note_login(HERE, REPLY);
        assert_eq!(bindings.token(HERE, &asks(r#"{"role":"ann"}"#)).as_deref(), Some("t"));
        assert_eq!(bindings.token(HERE, &asks(r#"{"role1":"ann","role2":"bob"}"#)).as_deref(), Some("t"));
        assert_eq!(bindings.token(HERE, &asks(r#"{"role":"bob"}"#)), None, "another role");
        assert_eq!(bindings.token(THERE, &asks(r#"{"role":"ann"}"#)), None, "another address");
        assert_eq!(bindings.token(HERE, &asks(r#"{"role":"ann","token":"x"}"#)), None, "a token that is sent counts");
        bindings.note_login(HERE, r#"{"status_code":401,"username":""}"#);
        assert!(bindings.token(HERE, &asks(r#"{"role":"ann"}"#)).is_some(), "a failed login changes nothing");
    }

    #[test]
    fn a_request_that_names_no_player_is_of_the_last_login_from_its_address() {
        let bindings = AddressBindings::new(true, "系统");
        let answer = asks(r#"{"id":"1","status":true}"#);
        assert_eq!(bindings.token(HERE, &answer), None, "nobody has logged in");
        bindings.note_login(HERE, REPLY);
        bindings.note_login(HERE, r#"{"status_code":200,"username":"bob","token":"u"}"#);
        assert_eq!(bindings.token(HERE, &answer).as_deref(), Some("u"));
        assert_eq!(
            bindings.token(HERE, &asks(r#"{"role":"系统"}"#)).as_deref(),
            Some("u"),
            "it talks to the game master"
        );
        assert_eq!(bindings.token(THERE, &answer), None, "another address");
        assert_eq!(bindings.token(HERE, &asks(r#"{"role":null}"#)).as_deref(), Some("u"), "null names nobody either");
        assert_eq!(bindings.token(HERE, &asks(r#"{"role":7}"#)), None, "a role that is no text is nobody's");
    }

    #[test]
    fn it_is_off_unless_it_is_wanted() {
        let bindings = AddressBindings::new(false, "系统");
        bindings.note_login(HERE, REPLY);
        assert_eq!(bindings.token(HERE, &asks(r#"{"role":"ann"}"#)), None);
    }
}
