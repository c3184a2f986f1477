//! Tasks and activity stages of virtual players.

use rand::RngExt;

use crate::simulate::heard::Heard;
use crate::simulate::policy::TaskKind;
use crate::simulate::visit::{Phase, PlannedRequest, READY, Turn};

/// What a player says who knows nothing better.
const SILENCE: &str = "……";
/// `enter_stage` ends the token of a player who has not left its last stage.
pub(super) const STILL_INSIDE: i32 = 95;
/// Statuses of `enter_stage` after which no other stage can be entered either.
const SHORT: [i32; 2] = [97, 98];

impl Turn<'_> {
    /// The next request of the habit `Activity`.
    pub(super) fn activity(&mut self, at_most: u32, win_chance: f64) -> Option<PlannedRequest> {
        if let Phase::Fighting { stage } = self.visit.phase {
            if self.chance.random_bool(win_chance) {
                return Some(PlannedRequest::of_stage("pass_stage", stage));
            }
            // A lost fight is not reported; the next legacy entry costs the token.
            self.end_activity(stage);
        }
        let Phase::Ready { stage } = self.visit.phase else {
            return None;
        };
        let stage = stage.or_else(|| self.knowledge.activity_after(0)).filter(|_| self.visit.tried < at_most)?;
        self.visit.phase = Phase::Ready { stage: Some(stage) };
        Some(PlannedRequest::of_stage("enter_stage", stage))
    }

    fn end_activity(&mut self, stage: u32) {
        self.visit.tried += 1;
        self.go_to_activity_after(stage);
    }

    fn go_to_activity_after(&mut self, stage: u32) {
        let next = self.knowledge.activity_after(stage);
        self.visit.phase = next.map_or(Phase::Done, |stage| Phase::Ready { stage: Some(stage) });
    }

    pub(super) fn follow_activity(&mut self, heard: &Heard) {
        match self.visit.phase {
            Phase::Fighting { stage } => self.end_activity(stage),
            Phase::Ready { stage: Some(stage) } if !heard.is_refused() => {
                self.visit.phase = Phase::Fighting { stage };
            }
            Phase::Ready { .. } if SHORT.contains(&heard.status) => self.visit.phase = Phase::Done,
            // Logged in again, the player tries the same stage.
            Phase::Ready { .. } if heard.status == STILL_INSIDE => {}
            Phase::Ready { stage: Some(stage) } => self.go_to_activity_after(stage),
            _ => self.visit.phase = Phase::Done,
        }
    }

    /// The next request of the habit `Tasks`.
    pub(super) fn task(&mut self, kind: TaskKind, at_most: u32, chance: f64) -> Option<PlannedRequest> {
        if self.visit.phase == READY && !self.comes_to_it(at_most, chance) {
            return None;
        }
        let name = &self.facts.name;
        match &self.visit.phase {
            Phase::Wished => Some(PlannedRequest::of_role("task_info_personal", name)),
            Phase::Chosen { task } => {
                let function = if kind == TaskKind::Public { "select" } else { "select_personal" };
                let data = serde_json::json!({ "role": name, "task_name": task });
                Some(PlannedRequest::new(function, data.to_string()))
            }
            Phase::Telling { task, scene } => {
                let words = self.knowledge.tales(kind).find(task).map(|tale| tale.words(*scene)).unwrap_or_default();
                let [skills, items] = self.facts.crafted.each_ref().map(|crafted| &crafted.latest);
                let text = match words.len() {
                    0 => SILENCE,
                    count => words[self.chance.random_range(0..count)],
                };
                let data = serde_json::json!({ "role": name, "text": text, "skills": skills, "items": items });
                Some(PlannedRequest::new("feedback", data.to_string()))
            }
            _ if kind == TaskKind::Public => Some(PlannedRequest::of_role("task_info", name)),
            _ => self.wish(),
        }
    }

    /// Asks for a personal task.
    fn wish(&mut self) -> Option<PlannedRequest> {
        let wishes = &self.knowledge.wishes;
        let wish = (!wishes.is_empty()).then(|| &wishes[self.chance.random_range(0..wishes.len())])?;
        let data = serde_json::json!({ "role": self.facts.name, "text": wish });
        Some(PlannedRequest::new("task_request", data.to_string()))
    }

    pub(super) fn follow_task(&mut self, kind: TaskKind, heard: &Heard) {
        let data = heard.data.as_ref().filter(|_| !heard.is_refused());
        let phase = std::mem::replace(&mut self.visit.phase, Phase::Done);
        let text = || data.and_then(|data| data.text.as_deref()).unwrap_or_default();
        self.visit.phase = match phase {
            // Who may make no wish today may still have tasks of before.
            Phase::Ready { .. } if kind == TaskKind::Personal => Phase::Wished,
            Phase::Ready { .. } | Phase::Wished => match data.map_or(&[][..], |data| &data.task_list) {
                [] => Phase::Done,
                tasks => Phase::Chosen { task: tasks[self.chance.random_range(0..tasks.len())].clone() },
            },
            Phase::Chosen { task } if data.is_some() => {
                let scene = self.knowledge.tales(kind).find(&task).and_then(|tale| tale.scene_of(text()));
                Phase::Telling { task, scene }
            }
            Phase::Telling { task, scene } if data.is_some_and(|data| data.is_so == Some(false)) => {
                let arrived = self.knowledge.tales(kind).find(&task).and_then(|tale| tale.scene_of(text()));
                Phase::Telling { task, scene: arrived.or(scene) }
            }
            Phase::Telling { .. } if data.is_some() => {
                self.visit.tried += 1;
                READY
            }
            _ => Phase::Done,
        };
    }
}
