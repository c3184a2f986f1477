//! For old clients of document 5 that know no tokens: who logged in over HTTP from an address may act from there without one
//! (semantics, section 15). Off unless the operator wants it, because an address is no proof.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use serde::Deserialize;
use serde_json::{Map, Value};

/// How many logins are remembered; the oldest are forgotten first.
const REMEMBERED: usize = 65_536;

/// The tokens of logins, by address and role.
pub struct AddressBindings {
    is_on: bool,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    tokens: HashMap<(IpAddr, String), String>,
    order: VecDeque<(IpAddr, String)>,
}

impl AddressBindings {
    /// Remembers logins only when it `is_on`.
    pub fn new(is_on: bool) -> Self {
        Self { is_on, known: Mutex::default() }
    }

    /// Takes in the reply of a login from this address.
    pub fn note_login(&self, address: IpAddr, reply: &str) {
        /// What tells a login.
        #[derive(Deserialize)]
        struct Login {
            username: String,
            token: String,
        }
        if !self.is_on {
            return;
        }
        if let Ok(Login { username, token }) = serde_json::from_str(reply) {
            self.remember((address, username), token);
        }
    }

    fn remember(&self, key: (IpAddr, String), token: String) {
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

    /// The token of who may act from this address for the role that the arguments name.
    pub fn token(&self, address: IpAddr, arguments: &Map<String, Value>) -> Option<String> {
        if !self.is_on || arguments.contains_key("token") {
            return None;
        }
        let role = arguments.get("role").or(arguments.get("role1"))?.as_str()?;
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.tokens.get(&(address, role.to_owned())).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));
    const REPLY: &str = r#"{"status_code":200,"username":"ann","token":"t"}"#;

    fn asks(text: &str) -> Map<String, Value> {
        serde_json::from_str(text).expect("arguments are an object")
    }

    #[test]
    fn only_the_role_that_logged_in_from_an_address_may_act_from_there() {
        let bindings = AddressBindings::new(true);
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
    fn it_is_off_unless_it_is_wanted() {
        let bindings = AddressBindings::new(false);
        bindings.note_login(HERE, REPLY);
        assert_eq!(bindings.token(HERE, &asks(r#"{"role":"ann"}"#)), None);
    }
}
