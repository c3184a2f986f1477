//! Habits that work through a list (mail, letters, the shop), and those that are one kind of request: crafting and the
//! game master's fighters.

use rand::RngExt;
use rand::seq::SliceRandom;

use crate::simulate::duel::Duel;
use crate::simulate::heard::{Heard, HeardData};
use crate::simulate::policy::{CraftedKind, Habit};
use crate::simulate::visit::{Phase, PlannedRequest, Turn};

impl Turn<'_> {
    /// The next request of a habit that asks for a list first.
    pub(super) fn errand(&mut self, habit: &Habit) -> Option<PlannedRequest> {
        if let Phase::Prepared { left } = &mut self.visit.phase {
            return left.pop();
        }
        let chance = match habit {
            Habit::Letters { chance, .. } | Habit::Shop { chance, .. } => *chance,
            _ => 1.0,
        };
        self.comes_to_it(1, chance).then(|| match habit {
            Habit::Letters { .. } => PlannedRequest::of_role("get_list", &self.facts.name),
            Habit::Shop { .. } => PlannedRequest::new("get_shop", "{}"),
            Habit::ReadMail => PlannedRequest::new("get_new_mail", "{}"),
            _ => PlannedRequest::new("get_all_mail", "{}"),
        })
    }

    /// What the list leads to, the next request last.
    pub(super) fn prepared(&mut self, habit: &Habit, data: &HeardData) -> Vec<PlannedRequest> {
        let of_mail =
            |function: &str, key: &str| PlannedRequest::new(function, serde_json::json!({ "key": key }).to_string());
        match habit {
            Habit::Mail => {
                let claimable = data.mail.iter().filter(|mail| mail.is_claimable());
                claimable.map(|mail| of_mail("claim_mail", &mail.key)).collect()
            }
            Habit::ReadMail => {
                let last = PlannedRequest::new("delete_read_mail", "{}");
                std::iter::once(last).chain(data.mail.iter().map(|mail| of_mail("mark_read_mail", &mail.key))).collect()
            }
            Habit::Letters { at_most, .. } => {
                let mut others = self.others(data);
                others.shuffle(self.chance);
                others.truncate(usize::try_from(*at_most).unwrap_or(usize::MAX));
                others.iter().map(|name| letter_to(name)).collect()
            }
            Habit::Shop { points, .. } => {
                let affordable = data.offers.iter().filter(|offer| offer.price <= *points);
                let dearest = affordable.max_by_key(|offer| offer.price);
                dearest.map(|offer| PlannedRequest::purchase(&offer.id)).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    /// The other players who are online.
    fn others<'d>(&self, data: &'d HeardData) -> Vec<&'d str> {
        data.roles.iter().map(String::as_str).filter(|name| *name != self.facts.name).collect()
    }

    /// Chooses whom to challenge from those who are online.
    pub(super) fn choose_opponent(&mut self, heard: &Heard) {
        self.visit.tried += 1;
        let others = heard.data.as_ref().map(|data| self.others(data)).unwrap_or_default();
        if others.is_empty() {
            self.visit.phase = Phase::Done;
            return;
        }
        let opponent = others[self.chance.random_range(0..others.len())].to_owned();
        self.visit.duel = Some(Duel::Challenging { opponent });
    }

    /// Challenges a fighter of the game master.
    pub(super) fn battle(&mut self, fighter: Option<&str>) -> Option<PlannedRequest> {
        let known = &self.knowledge.fighters;
        let opponent = match fighter {
            Some(fighter) => fighter.to_owned(),
            None if known.is_empty() => return None,
            None => known[self.chance.random_range(0..known.len())].clone(),
        };
        self.visit.tried += 1;
        let duel = Duel::Challenging { opponent };
        let wish = duel.wish(self.facts);
        self.visit.duel = Some(duel);
        wish
    }

    pub(super) fn craft(&self, kind: CraftedKind, spend: u32) -> PlannedRequest {
        let name = self.facts.crafted[kind.index()].next_name(self.knowledge.owned_max(kind));
        let data = serde_json::json!({
            "role": self.facts.name, "mode": kind.index(), "num": spend, "name": name, "des": "made by a virtual player",
        });
        PlannedRequest::new("merge", data.to_string())
    }

    pub(super) fn note_craft(&mut self, kind: CraftedKind) {
        let name = self.facts.crafted[kind.index()].next_name(self.knowledge.owned_max(kind));
        self.facts.crafted[kind.index()].add(name);
        self.visit.tried += 1;
    }
}

fn letter_to(name: &str) -> PlannedRequest {
    let data = serde_json::json!({ "gn_target": name, "subj": "hello", "body": "from a virtual player" });
    PlannedRequest::new("send_mail", data.to_string())
}
