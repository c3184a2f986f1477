//! The tables as a session keeps them (docs/contract/stages.md).

use crate::drops::DropRules;
use crate::stages::requests::StageTables;
use crate::stages::rules::{ModeRules, StageRules};
use crate::stages::session::{StageSession, VisitorItem};
use crate::timed_events::EventChange;

impl StageTables<'_> {
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
