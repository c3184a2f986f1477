//! The tables as a session keeps them (docs/contract/stages.md).

use std::ops::Deref;

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;

use crate::drops::DropRules;
use crate::stages::codes;
use crate::stages::model::Mode;
use crate::stages::requests::StageTables;
use crate::stages::rules::{ModeRules, StageRules};
use crate::stages::session::{StageSession, VisitorItem};
use crate::tickets::TicketRules;
use crate::timed_events::EventChange;
use raidkeep_engine::in_force::FormerTables;
use raidkeep_engine::request::Refusal;
use raidkeep_engine::rules::Rules;

/// The rules that beginning and ending a session needs, those of before that sessions still follow among them.
#[derive(SystemParam)]
pub(super) struct SessionTables<'w> {
    tables: StageTables<'w>,
    pub(super) stages: Res<'w, Rules<StageRules>>,
    pub(super) tickets: Res<'w, Rules<TicketRules>>,
    pub(super) former: Res<'w, FormerTables>,
}

impl<'w> Deref for SessionTables<'w> {
    type Target = StageTables<'w>;

    fn deref(&self) -> &StageTables<'w> {
        &self.tables
    }
}

impl SessionTables<'_> {
    /// The stages of a mode.
    pub(super) fn mode(&self, mode: Mode) -> Result<&ModeRules, Refusal> {
        self.stages.mode(mode).ok_or(codes::NOT_CONFIGURED)
    }

    /// A session that begins now.
    pub(super) fn session(&self, stage: u32, mode: Mode) -> StageSession {
        StageSession::new(stage, mode, self.clock.now(), self.former.present())
    }

    /// The stages as they were when a session was opened.
    pub(super) fn stages_of(&self, session: Option<StageSession>) -> &StageRules {
        session.map_or(&self.stages, |session| self.former.get(session.terms(), &self.stages))
    }

    /// The drop tables as they were then.
    pub(super) fn drops_of(&self, session: StageSession) -> &DropRules {
        self.former.get(session.terms(), &self.drops)
    }

    /// The mode as it is now, for the progress in it: when that is reset is no term of a session.
    pub(super) fn present<'t>(&'t self, of_session: &'t ModeRules) -> &'t ModeRules {
        self.stages.mode(of_session.mode).unwrap_or(of_session)
    }

    /// What they changed when a session was opened, by the events of then.
    pub(super) fn own_changes_of(
        &self,
        visitor: &VisitorItem,
        session: StageSession,
    ) -> impl Iterator<Item = &EventChange> {
        let events = self.former.get(session.terms(), &self.events);
        events.own_changes(visitor.owner.made_at(), session.open().entered_at)
    }
}
