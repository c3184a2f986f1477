//! What a feature usually needs, in one import.
//!
//! [`Event`](crate::events::Event) is imported by its name, because bevy's prelude has a trait that is called so too, and
//! [`Table`](crate::rules::Table) by those who need more than a [`SingleFile`].

pub use crate::account::AccountId;
pub use crate::clock::Clock;
pub use crate::dispatch::{CallerApp, RequestApp};
pub use crate::due::{Agenda, Due, Occasion};
pub use crate::events::{EventApp, Events, Listeners};
pub use crate::players::Players;
pub use crate::request;
pub use crate::request::{Answer, Anyone, Call, Operator, Player, Reads, Refusal, Success, Waits};
pub use crate::rules::{Place, Report, Rules, RulesApp, SingleFile, Tables};
pub use crate::schedule::{Surroundings, Tick, TickSystems};
pub use crate::storage::{Edit, EditWorld, PlayerRow, StorageApp, WorldEntity, WorldRow};
