//! The narrator's second voice: a chat endpoint that rephrases what the script says.
//!
//! It is asked after everything is decided and before anything is changed. Its answer, if any, affects only the text;
//! when the answer is unusable, the script's own text is used.

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;

use crate::narrator::rules::NarratorRules;
use crate::platforms::chat::wire::{self, Draft};
use crate::platforms::chat::{CHAT, ChatEndpoint};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::exchange::CallOutcome;
use raidkeep_engine::exchange::lines::Exchanges;
use raidkeep_engine::request::{Fact, Need};
use raidkeep_engine::rules::Rules;

/// Which request was sent for whom, so that a late answer is not applied to something else.
#[derive(Debug, Default, Resource)]
pub struct ColourRequest(Vec<Question>);

#[derive(Debug, Clone, Copy)]
struct Question {
    player: AccountId,
    /// Identifies the situation that was asked about.
    situation: u64,
    /// The answer is no longer wanted after this, unix seconds.
    until: i64,
}

impl ColourRequest {
    /// Whether the player waits for an answer.
    fn awaits(&self, player: AccountId, now: i64) -> bool {
        self.0.iter().any(|question| question.player == player && now < question.until)
    }

    /// Records a question. There are at most as many as the line carries; those no longer wanted are dropped.
    fn note(&mut self, question: Question, now: i64) {
        self.0.retain(|earlier| earlier.player != question.player && now < earlier.until);
        self.0.push(question);
    }

    /// Takes the player's question; returns whether it was about this situation.
    fn take(&mut self, player: AccountId, situation: u64) -> bool {
        let at = self.0.iter().position(|question| question.player == player);
        at.is_some_and(|at| self.0.swap_remove(at).situation == situation)
    }
}

/// The second voice, for handlers that wait.
#[derive(SystemParam)]
pub struct Colours<'w> {
    endpoint: Res<'w, ChatEndpoint>,
    asked: ResMut<'w, ColourRequest>,
    exchanges: ResMut<'w, Exchanges>,
    rules: Res<'w, Rules<NarratorRules>>,
    clock: Res<'w, Clock>,
}

impl Colours<'_> {
    /// The rephrased draft, or the draft itself; the error is the need to ask the endpoint.
    ///
    /// `situation` is a number that stays the same until the request is run again, and differs when what the draft
    /// tells has changed meanwhile.
    pub fn tell(
        &mut self,
        player: AccountId,
        situation: u64,
        draft: &Draft<'_>,
        fact: Option<Fact>,
    ) -> Result<String, Need> {
        let Some(endpoint) = &self.endpoint.0 else {
            return Ok(draft.script.to_owned());
        };
        let now = self.clock.now();
        if let Some(outcome) = fact.and_then(|fact| fact.downcast::<CallOutcome>().ok()) {
            let is_current = self.asked.take(player, situation);
            return Ok(is_current.then(|| self.heard(*outcome)).flatten().unwrap_or_else(|| draft.script.to_owned()));
        }
        if self.asked.awaits(player, now) || self.exchanges.check(CHAT, now).is_err() {
            return Ok(draft.script.to_owned());
        }
        self.asked.note(Question { player, situation, until: now + endpoint.line.deadline_seconds }, now);
        Err(Need::Exchange(CHAT, wire::question(endpoint, &self.rules.chat, draft)))
    }

    fn heard(&self, outcome: CallOutcome) -> Option<String> {
        let heard = wire::answer(outcome, &self.rules.chat);
        heard.inspect_err(|error| tracing::debug!(%error, "no usable answer, the script speaks")).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_belongs_to_the_situation_it_was_asked_for() {
        let mut asked = ColourRequest::default();
        let (ann, bob) = (AccountId(1), AccountId(2));
        asked.note(Question { player: ann, situation: 7, until: 10 }, 0);
        assert!(asked.awaits(ann, 9) && !asked.awaits(ann, 10) && !asked.awaits(bob, 9));
        assert!(!asked.take(bob, 7), "nobody else is told of it");
        assert!(!asked.take(ann, 8), "the story has gone on meanwhile");
        assert!(!asked.take(ann, 7), "and the question is settled");
    }

    #[test]
    fn questions_that_nobody_waits_for_are_forgotten() {
        let mut asked = ColourRequest::default();
        for player in 0..100 {
            let now = i64::try_from(player).unwrap_or_default();
            asked.note(Question { player: AccountId(player), situation: 0, until: now + 2 }, now);
        }
        assert!(asked.0.len() <= 2, "{} are kept", asked.0.len());
    }
}
