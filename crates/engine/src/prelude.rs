//! What a feature usually needs, in one import.
//!
//! Not included: [`Event`](crate::events::Event), because bevy's prelude has a trait of the same name, and
//! [`Table`](crate::rules::Table), which is needed only for more than a [`SingleFile`].

pub use crate::account::AccountId;
pub use crate::clock::Clock;
pub use crate::dispatch::{CallerApp, RequestApp};
pub use crate::due::{Agenda, Due, Occasion};
pub use crate::events::{EventApp, Events, Listeners};
pub use crate::operators::Right;
pub use crate::players::Players;
pub use crate::request;
pub use crate::request::{Answer, Anyone, Call, Code, Operator, Player, Reads, Refusal, Success, Waits};
pub use crate::rules::{Place, Report, Rules, RulesApp, SingleFile, Tables};
pub use crate::schedule::{Surroundings, Tick, TickSystems};
pub use crate::storage::{Edit, EditWorld, PlayerRow, StorageApp, WorldEntity, WorldRow};
