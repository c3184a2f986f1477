//! What the way in needs to know of operators: whose a token is. The realm's world writes it, the operators' listener reads
//! it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};

use bevy_ecs::prelude::*;
use raidkeep_engine::login::hash_token;
use raidkeep_engine::operators::OperatorIdentity;

use crate::operators::model::{OperatorBook, OperatorSessions};
use crate::roles::Roles;

/// The sessions that are open. Clones are the same directory.
#[derive(Debug, Default, Clone, Resource)]
pub struct OperatorDirectory(Arc<RwLock<HashMap<[u8; 32], KnownSession>>>);

#[derive(Debug, Clone)]
struct KnownSession {
    number: u64,
    name: Box<str>,
    role: Box<str>,
    must_change: bool,
}

/// An operator whose token is known.
#[derive(Debug, Clone)]
pub struct KnownOperator {
    /// Who it is.
    pub identity: OperatorIdentity,
    /// Whether the password has to be changed before anything else.
    pub must_change: bool,
}

impl OperatorDirectory {
    /// Whose this token is; `None` when it is nobody's.
    pub fn find(&self, token: &str, address: Option<IpAddr>, roles: &Roles) -> Option<KnownOperator> {
        let sessions = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let KnownSession { number, name, role, must_change } = sessions.get(&hash_token(token))?.clone();
        let limits = roles.limits(&role);
        let identity = OperatorIdentity { name, role, address, session: Some(number), limits };
        Some(KnownOperator { identity, must_change })
    }

    /// Takes over what the realm has now.
    pub(super) fn renew(&self, sessions: &OperatorSessions, book: &OperatorBook) {
        let known = sessions.open.iter().filter_map(|(number, session)| {
            let account = book.0.get(&session.name)?;
            let (name, role) = (session.name.as_str().into(), account.role.as_str().into());
            Some((session.hash, KnownSession { number: *number, name, role, must_change: account.must_change }))
        });
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = known.collect();
    }
}
