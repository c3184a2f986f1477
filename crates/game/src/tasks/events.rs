//! How a special event proceeds: which one a player reports, how far the player is in it, and what the game master
//! answers (docs/contract/role-play.md#special-events).

use serde::{Deserialize, Serialize};

use crate::narrator::story::Next;
use crate::narrator::{Abilities, GameMaster, Said, SpecialEvent, Story};
use crate::tasks::play::{TaskPlayerItem, TaskStage};

/// The special event a player is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveEvent {
    /// Which one, by its file.
    pub event: String,
    /// How far it is.
    pub story: Story,
}

/// The answer to a report of an event.
#[derive(Debug, Default)]
pub(super) struct EventHeard {
    /// The scripted text.
    pub(super) script: String,
    /// The event's name; empty for an unknown one.
    pub(super) name: String,
    /// Identifies the situation, once the event is under way.
    pub(super) situation: Option<u64>,
    /// How the event continues.
    pub(super) step: EventStep,
}

/// How an event continues.
#[derive(Debug, Default)]
pub(super) enum EventStep {
    /// It stays as it is.
    #[default]
    None,
    /// The event of this file begins.
    Begin(String),
    /// It advances to a scene.
    To(String),
    /// It is over.
    End,
}

/// What a player reports.
pub(super) struct Reported<'a> {
    /// The description of the event.
    pub(super) info: &'a str,
    /// What the player says to it.
    pub(super) text: &'a str,
}

impl TaskStage<'_> {
    /// Answers the report of an event: the one under way continues, unless `info` mentions another, which then begins.
    /// `None` when no event is known. Changes nothing; [`Self::take_event_step`] does.
    pub(super) fn hear_event(
        &self,
        player: &TaskPlayerItem<'_, '_>,
        master: &GameMaster,
        reported: &Reported<'_>,
    ) -> Option<EventHeard> {
        let named = self.events.find(reported.info);
        if let Some(active) = player.book.event().filter(|active| named.is_none_or(|(file, _)| file == active.event))
            && let Some(event) = self.events.get(&active.event)
            && let Some(heard) = self.go_on(player, master, reported.text, (active, event))
        {
            return Some(heard);
        }
        let (file, event) = named.or_else(|| self.events.find(reported.text))?;
        let scene = event.script.scenes.get(&event.script.start)?;
        let text = scene.text.fill(&[("player", &player.account.name())]);
        Some(EventHeard {
            script: self.voice(master, &scene.speaker, text),
            name: event.name.clone(),
            situation: None,
            step: EventStep::Begin(file.to_owned()),
        })
    }

    /// The outcome of the player's words in the event under way; `None` if its scene no longer exists.
    fn go_on(
        &self,
        player: &TaskPlayerItem<'_, '_>,
        master: &GameMaster,
        text: &str,
        (active, event): (&ActiveEvent, &SpecialEvent),
    ) -> Option<EventHeard> {
        let abilities =
            Abilities { attributes: self.attributes(&player.experience, player.possessions), used: Vec::new() };
        let beat = active.story.hear(&event.script, &Said { text, abilities: &abilities }, &self.narrator)?;
        let told = beat.tell(&[("player", &player.account.name())]);
        Some(EventHeard {
            script: self.voice(master, beat.speaker, told),
            name: event.name.clone(),
            situation: Some(active.story.situation()),
            step: match beat.next {
                Next::Scene(scene) => EventStep::To(scene.to_owned()),
                Next::Ending(_) => EventStep::End,
            },
        })
    }

    /// A text as the game master speaks it: other characters are quoted.
    fn voice(&self, master: &GameMaster, speaker: &str, text: String) -> String {
        match self.cast.get(speaker) {
            Some(character) if speaker != master.voice => {
                master.quote.fill(&[("speaker", &character.name), ("text", &text)])
            }
            _ => text,
        }
    }

    /// Applies the step that a report resulted in.
    pub(super) fn take_event_step(&mut self, player: &mut TaskPlayerItem<'_, '_>, step: EventStep) {
        match step {
            EventStep::None => {}
            EventStep::Begin(file) => {
                let throw = self.throw();
                if let Some(event) = self.events.get(&file) {
                    let story = Story::begin(&event.script, throw);
                    player.book.begin_event(ActiveEvent { event: file, story });
                }
            }
            EventStep::To(scene) => {
                let throw = self.throw();
                player.book.event_goes_on(&scene, throw);
            }
            EventStep::End => player.book.finish_event(),
        }
    }
}
