//! Timed events: what `events/*.ron` says, and what it changes (docs/contract/events.md).
//!
//! An event is a pure function of rules and clock. While it runs, it changes numbers of other tables: those of everybody,
//! or, in a player's own days, those of that player. Each of these tables says itself what a [`EventChange`] does to it
//! ([`Changeable`]), and checks its own numbers under all events ([`check_changes`]).
//!
//! Not here: putting the changed tables into force, mails, and what players are told; see [`crate::event_calendar`].

mod change;
mod check;
mod conflicts;
mod numbers;
mod potions;
mod rules;
mod selector;
mod trades;
mod words;

pub use change::{Changeable, EventChange, Factor, changed_by};
pub use check::check_changes;
pub use numbers::Numbers;
pub use rules::{EventMail, EventRules, PlayerDays, Texts, TimedEvent};
pub use selector::Selector;
pub use trades::trades;
