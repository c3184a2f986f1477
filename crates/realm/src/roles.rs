//! The roles of operators: which rights each has, and how much one request may ask for.

use std::collections::{BTreeMap, BTreeSet};

use raidkeep_engine::operators::{ADMIN, Right, RoleLimits};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The roles that are built in.
const SHIPPED: &str = include_str!("../../../config/roles.ron");

/// One role.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// What the role may do.
    pub rights: BTreeSet<String>,
    /// The most that one request of the role may give or take: `items`, `experience`, `energy`, `tickets`. What is not named
    /// is not limited.
    #[serde(default)]
    pub limits: BTreeMap<Box<str>, u64>,
}

/// All roles by name. `admin` may do everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roles(BTreeMap<String, Role>);

/// What is wrong with a file of roles.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RolesError {
    /// The text is not RON of the documented shape.
    #[error("{place}:{line}:{column}: {what}")]
    Syntax {
        /// The file.
        place: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What was expected.
        what: String,
    },
    /// A role has a right that nothing needs.
    #[error("{place}: role {role}: there is no right {right:?}; expected some of {known}")]
    UnknownRight {
        /// The file.
        place: String,
        /// The role.
        role: String,
        /// The right.
        right: String,
        /// Those that there are.
        known: String,
    },
    /// A limit that nothing asks for.
    #[error("{place}: role {role}: there is no limit {limit:?}; expected some of items, experience, energy, tickets")]
    UnknownLimit {
        /// The file.
        place: String,
        /// The role.
        role: String,
        /// The limit.
        limit: String,
    },
    /// The role of admins is fixed.
    #[error("{place}: role admin may do everything and is not listed")]
    Admin {
        /// The file.
        place: String,
    },
}

/// What limits can be named.
const LIMITS: [&str; 4] = ["items", "experience", "energy", "tickets"];

impl Default for Roles {
    /// Those that are built in.
    fn default() -> Self {
        Self::read("config/roles.ron", SHIPPED).unwrap_or(Self(BTreeMap::new()))
    }
}

impl Roles {
    /// Reads roles from the text of a file.
    ///
    /// # Errors
    /// When the text has another shape, or names a right or a limit that does not exist; `place` is the file's name in that.
    pub fn read(place: &str, text: &str) -> Result<Self, RolesError> {
        let roles: BTreeMap<String, Role> = ron::from_str(text).map_err(|error| RolesError::Syntax {
            place: place.to_owned(),
            line: error.span.start.line,
            column: error.span.start.col,
            what: error.code.to_string(),
        })?;
        let place = || place.to_owned();
        if roles.contains_key(ADMIN) {
            return Err(RolesError::Admin { place: place() });
        }
        for (name, role) in &roles {
            let is_known = |right: &String| Right::KNOWN.iter().any(|known| known.name() == right);
            if let Some(right) = role.rights.iter().find(|right| !is_known(right)) {
                let known = Right::KNOWN.map(Right::name).join(", ");
                return Err(RolesError::UnknownRight {
                    place: place(),
                    role: name.clone(),
                    right: right.clone(),
                    known,
                });
            }
            if let Some(limit) = role.limits.keys().find(|limit| !LIMITS.contains(&&***limit)) {
                return Err(RolesError::UnknownLimit { place: place(), role: name.clone(), limit: limit.to_string() });
            }
        }
        Ok(Self(roles))
    }

    /// Whether there is such a role.
    pub fn has(&self, role: &str) -> bool {
        role == ADMIN || self.0.contains_key(role)
    }

    /// The names of all roles, `admin` first.
    pub fn names(&self) -> Vec<&str> {
        std::iter::once(ADMIN).chain(self.0.keys().map(String::as_str)).collect()
    }

    /// Whether a role has a right. A role that was taken out of the file has none.
    pub fn allow(&self, role: &str, right: Right) -> bool {
        if right == Right::WORLDS {
            return false;
        }
        role == ADMIN || self.0.get(role).is_some_and(|role| role.rights.contains(right.name()))
    }

    /// The rights of a role, by name.
    pub fn rights(&self, role: &str) -> Vec<String> {
        if role == ADMIN {
            return Right::KNOWN.iter().map(|right| right.name().to_owned()).collect();
        }
        self.0.get(role).map(|role| role.rights.iter().cloned().collect()).unwrap_or_default()
    }

    /// The limits of a role.
    pub fn limits(&self, role: &str) -> RoleLimits {
        RoleLimits(self.0.get(role).map(|role| role.limits.clone()).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_roles_are_those_that_teams_expect() {
        let roles = Roles::read("config/roles.ron", SHIPPED).expect("the shipped roles are valid");
        assert_eq!(roles.names(), ["admin", "designer", "support", "viewer"]);
        assert!(roles.allow("viewer", Right::VIEW) && !roles.allow("viewer", Right::HELP));
        assert!(roles.allow("support", Right::GRANT) && !roles.allow("support", Right::OPERATORS));
        assert!(roles.allow("designer", Right::RULES) && !roles.allow("designer", Right::GRANT));
        assert!(Right::KNOWN.iter().all(|right| roles.allow("admin", *right)));
        assert_ne!(roles.limits("support"), RoleLimits::default(), "support may not give without limit");
    }

    #[test]
    fn nobody_has_the_right_of_worlds_or_that_of_a_role_that_is_gone() {
        let roles = Roles::default();
        assert!(!roles.allow("admin", Right::WORLDS));
        assert!(!roles.allow("retired", Right::VIEW));
    }

    #[test]
    fn a_mistake_in_the_file_is_told_with_its_place() {
        let told = |text| Roles::read("roles.ron", text).expect_err(text).to_string();
        assert_eq!(told(r#"{"x": (right: [])}"#).split(": ").next(), Some("roles.ron:1:8"));
        assert!(told(r#"{"x": (rights: ["veiw"])}"#).contains("role x: there is no right \"veiw\""));
        assert!(told(r#"{"x": (rights: [], limits: {"gold": 1})}"#).contains("there is no limit \"gold\""));
        assert!(told(r#"{"admin": (rights: [])}"#).contains("admin may do everything"));
    }
}
