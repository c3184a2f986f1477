//! Which functions of operators can be tried on a fork of their world.
//!
//! It follows from what a function says of itself. A fork knows one player, so the function must name one; and it reaches
//! nothing outside.

use schemars::generate::SchemaSettings;

use crate::operators::Right;
use crate::request::Access;
use crate::request::registry::RequestKind;

/// The argument that names a player by the number of the account.
pub const PLAYER: &str = "player";

/// Why a function cannot be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotTriable {
    /// Players call it, or worlds.
    #[error("it is not a function of operators")]
    NotOperators,
    /// Forks are of worlds.
    #[error("the realm answers it, and only what a world answers can be tried")]
    OfRealm,
    /// There is nothing to try.
    #[error("it changes nothing: call it")]
    ChangesNothing,
    /// What it does would not stay in the fork.
    #[error("it does something outside the world, which a fork cannot")]
    ActsOutside,
    /// A fork does not know all players.
    #[error("it does not name one player by number, and a fork knows one player only")]
    NamesNoPlayer,
}

impl RequestKind {
    /// Whether the function can be tried.
    ///
    /// # Errors
    /// Why not.
    pub fn check_triable(&self) -> Result<(), NotTriable> {
        if self.access != Access::Operator || self.right == Some(Right::WORLDS) {
            return Err(NotTriable::NotOperators);
        }
        if self.in_realm {
            return Err(NotTriable::OfRealm);
        }
        if !self.may_change {
            return Err(NotTriable::ChangesNothing);
        }
        if self.acts_outside {
            return Err(NotTriable::ActsOutside);
        }
        if self.names_player() { Ok(()) } else { Err(NotTriable::NamesNoPlayer) }
    }

    /// Whether its arguments name a player, and must.
    fn names_player(&self) -> bool {
        let mut generator = SchemaSettings::draft2020_12().for_deserialize().into_generator();
        let mut schema = (self.arguments)(&mut generator).to_value();
        while let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
            schema = generator.definitions().get(name).cloned().unwrap_or_default();
        }
        schema["required"].as_array().is_some_and(|names| names.iter().any(|name| name.as_str() == Some(PLAYER)))
    }
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::request::{Operator, Player, RequestTable};

    #[derive(Serialize, Deserialize, JsonSchema)]
    #[serde(transparent)]
    struct Helped(Named);

    #[derive(Serialize, Deserialize, JsonSchema)]
    struct Named {
        player: i64,
    }

    #[derive(Serialize, Deserialize, JsonSchema)]
    struct Anybody {
        player: Option<i64>,
    }

    #[derive(Serialize, Deserialize, JsonSchema)]
    struct Outside {
        player: i64,
    }

    #[derive(Serialize, Deserialize, JsonSchema)]
    struct InRealm {
        player: i64,
    }

    #[derive(Serialize, Deserialize, JsonSchema)]
    struct OfPlayers {
        player: i64,
    }

    crate::request!(Operator, "help", Helped => (), RIGHT = Right::HELP);
    crate::request!(Operator, "all", Anybody => (), RIGHT = Right::HELP);
    crate::request!(Operator, "outside", Outside => (), RIGHT = Right::HELP, ACTS_OUTSIDE = true);
    crate::request!(Operator, "realm", InRealm => (), RIGHT = Right::HELP, IN_REALM = true);
    crate::request!(Player, "play", OfPlayers => ());

    #[test]
    fn what_names_a_player_and_stays_in_the_world_can_be_tried() {
        let mut table = RequestTable::default();
        table.add::<Helped>(false, true);
        table.add::<Anybody>(false, true);
        table.add::<Outside>(false, true);
        table.add::<InRealm>(false, true);
        table.add::<OfPlayers>(false, true);
        let checked = |name: &str| table.find(name).expect("it was added").check_triable();
        assert_eq!(checked("help"), Ok(()), "the type that it wraps names one");
        assert_eq!(checked("all"), Err(NotTriable::NamesNoPlayer), "it may do without");
        assert_eq!(checked("outside"), Err(NotTriable::ActsOutside));
        assert_eq!(checked("realm"), Err(NotTriable::OfRealm));
        assert_eq!(checked("play"), Err(NotTriable::NotOperators));
    }

    #[test]
    fn what_changes_nothing_need_not_be_tried() {
        let mut table = RequestTable::default();
        table.add::<Named>(false, false);
        assert_eq!(table.kinds()[0].check_triable(), Err(NotTriable::ChangesNothing));
    }

    crate::request!(Operator, "look", Named => (), RIGHT = Right::VIEW);
}
