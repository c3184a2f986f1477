//! A battle of a virtual player, from the challenge to the last round. It goes before the habits.

use crate::simulate::heard::{Facts, Heard};
use crate::simulate::visit::PlannedRequest;

/// Looks for an answer before a player gives up waiting for it.
const PATIENCE: u32 = 12;
/// What virtual players do in battles. The same words again ask for the verdict of a round that is not closed.
const BLOW: &str = "全力一击";

/// Where a battle is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Duel {
    /// Challenged by another player, and decided; if it was waiting itself, with the looks it has taken.
    Invited { id: String, accepts: bool, looks: Option<u32> },
    /// About to challenge this player or fighter.
    Challenging { opponent: String },
    /// Waiting for the answer.
    Waiting { looks: u32 },
    /// In the battle.
    Fighting { id: String },
    /// Over, or not to be.
    Over,
}

impl Duel {
    /// Whether the challenge of another player is answered now.
    pub(super) fn can_be_interrupted(&self) -> bool {
        matches!(self, Self::Waiting { .. } | Self::Over)
    }

    /// A challenge of another player, to be answered before this battle goes on.
    pub(super) fn interrupted(before: Option<&Self>, id: String, accepts: bool) -> Self {
        let looks = match before {
            Some(Self::Waiting { looks }) => Some(*looks),
            _ => None,
        };
        Self::Invited { id, accepts, looks }
    }

    /// The next request; `None` once it is over.
    pub(super) fn wish(&self, facts: &Facts) -> Option<PlannedRequest> {
        let name = &facts.name;
        let (function, data) = match self {
            Self::Invited { id, accepts: true, .. } => ("accept_c", serde_json::json!({ "id": id, "status": true })),
            Self::Invited { id, accepts: false, .. } => {
                ("reject_challenge", serde_json::json!({ "role": name, "id": id }))
            }
            Self::Challenging { opponent } => ("challenge", serde_json::json!({ "role1": name, "role2": opponent })),
            Self::Waiting { .. } => ("refresh", serde_json::json!({ "role": name })),
            Self::Fighting { id } => {
                let [skills, items] = facts.crafted.each_ref().map(|crafted| &crafted.latest);
                let data = serde_json::json!({
                    "role": name, "id": id, "text": BLOW, "skills": skills, "items": items, "wait": false,
                });
                ("battle", data)
            }
            Self::Over => return None,
        };
        Some(PlannedRequest::new(function, data.to_string()))
    }

    /// What comes after the reply.
    pub(super) fn after(&self, heard: &Heard) -> Self {
        let data = heard.data.as_ref().filter(|_| !heard.is_refused());
        let is_so = data.and_then(|data| data.is_so).unwrap_or(false);
        match (self, data) {
            (Self::Invited { id, .. }, Some(_)) if is_so => Self::Fighting { id: id.clone() },
            (Self::Invited { looks: Some(looks), .. }, _) => Self::Waiting { looks: *looks },
            (Self::Challenging { .. }, Some(data)) => match &data.id {
                Some(id) if is_so => Self::Fighting { id: id.clone() },
                Some(_) => Self::Waiting { looks: 0 },
                None => Self::Over,
            },
            (Self::Waiting { looks }, Some(data)) => match data.accept_id.first() {
                Some(id) => Self::Fighting { id: id.clone() },
                None if *looks < PATIENCE => Self::Waiting { looks: looks + 1 },
                None => Self::Over,
            },
            (Self::Fighting { id }, Some(_)) if !is_so => Self::Fighting { id: id.clone() },
            _ => Self::Over,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(text: &str) -> Heard {
        Heard::read(text)
    }

    #[test]
    fn a_challenger_waits_for_the_answer_and_fights_until_the_battle_is_over() {
        let challenge = Duel::Challenging { opponent: "b".to_owned() };
        let sent = heard(r#"{"status":0,"data":{"status_code":200,"status":false,"image_data":null,"id":"RK-1"}}"#);
        let waiting = challenge.after(&sent);
        assert_eq!(waiting, Duel::Waiting { looks: 0 });
        let nothing = heard(r#"{"status":0,"data":{"id_list":[],"role_list":[],"accpec_id":[],"accept_id":[]}}"#);
        assert_eq!(waiting.after(&nothing), Duel::Waiting { looks: 1 });
        assert_eq!(Duel::Waiting { looks: PATIENCE }.after(&nothing), Duel::Over, "nobody waits forever");
        let accepted = heard(r#"{"status":0,"data":{"id_list":[],"accept_id":["RK-1"]}}"#);
        let fighting = waiting.after(&accepted);
        assert_eq!(fighting, Duel::Fighting { id: "RK-1".to_owned() });
        let round = heard(r#"{"status":0,"data":{"role":"b","action":"","result":"..","status":false}}"#);
        assert_eq!(fighting.after(&round), fighting);
        let end = heard(r#"{"status":0,"data":{"role":"b","action":"","result":"..","status":true,"reward":[]}}"#);
        assert_eq!(fighting.after(&end), Duel::Over);
    }

    #[test]
    fn a_challenge_that_is_refused_is_over() {
        let challenge = Duel::Challenging { opponent: "b".to_owned() };
        let busy = heard(r#"{"status":0,"data":{"status_code":409,"status":false,"image_data":null,"id":""}}"#);
        assert_eq!(challenge.after(&busy), Duel::Over);
        let invited = Duel::Invited { id: "RK-1".to_owned(), accepts: true, looks: None };
        let too_late = heard(r#"{"status":0,"data":{"status":false}}"#);
        assert_eq!(invited.after(&too_late), Duel::Over);
        let interrupted = Duel::interrupted(Some(&Duel::Waiting { looks: 3 }), "RK-1".to_owned(), true);
        assert_eq!(interrupted.after(&too_late), Duel::Waiting { looks: 3 }, "its own challenge may still be accepted");
    }
}
