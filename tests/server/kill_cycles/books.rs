//! A player's expected state by its replies, and its state according to the server.
//!
//! Nothing here knows a rule of the game: a reply says what it gave and took, and the books add that up. An answered
//! change that is missing or duplicated makes the books differ from the server's state.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::kill_cycles::acts::{Act, COIN_TICKETS, Goods};

/// A letter in a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Letter {
    pub(crate) subject: String,
    /// Whether it has unclaimed items.
    pub(crate) is_claimable: bool,
}

/// Everything that the load can change of a player.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Books {
    pub(crate) items: BTreeMap<String, i64>,
    pub(crate) exp: i64,
    pub(crate) energy: i64,
    /// Tickets left, by their kind.
    pub(crate) tickets: BTreeMap<String, i64>,
    /// The entered stage.
    pub(crate) session: Option<i64>,
    /// The highest general stage passed.
    pub(crate) passed: i64,
    /// The stage that hangs; 0 = none.
    pub(crate) hangs: i64,
    pub(crate) skills: BTreeSet<String>,
    /// By the key in the mailbox.
    pub(crate) letters: BTreeMap<String, Letter>,
}

/// Kinds of tickets that the books track. Those paid with points are tracked by their orders.
const FOLLOWED_TICKETS: [&str; 2] = ["18", COIN_TICKETS];

impl Books {
    /// The state shown by `get_player_info`, `skill` and `get_all_mail`.
    pub(crate) fn seen(info: &Value, skills: &Value, mail: &Value) -> Result<Self, String> {
        let data = &info["data"];
        let number = |value: &Value| value.as_i64().ok_or_else(|| format!("not a player: {info}"));
        let items = data["items"].as_array().ok_or_else(|| format!("not a player: {info}"))?;
        let skills = skills["data"]["skills"].as_object().ok_or_else(|| format!("not a list of skills: {skills}"))?;
        let letters = mail["data"]["mail"].as_array().ok_or_else(|| format!("not a mailbox: {mail}"))?;
        let tickets = FOLLOWED_TICKETS.map(|kind| Ok((kind.to_owned(), number(&data["limits"][kind])?)));
        Ok(Self {
            items: items
                .iter()
                .filter_map(|amount| read_amount(amount.as_str()?))
                .filter(|(_, had)| *had != 0)
                .collect(),
            exp: number(&data["exp"])?,
            energy: number(&data["energy"]["remain"])?,
            tickets: tickets.into_iter().collect::<Result<_, String>>()?,
            session: data["session"]["stage"].as_i64(),
            passed: number(&data["stages"]["general"])?,
            hangs: number(&data["hang_up"]["hang_stage"])?,
            skills: skills.keys().cloned().collect(),
            letters: letters.iter().filter_map(read_letter).collect(),
        })
    }

    /// Records what a successful reply says.
    pub(crate) fn note(&mut self, act: &Act, data: &Value) {
        self.note_gains(data);
        match act {
            Act::Enter(stage) => self.session = Some(*stage),
            Act::EnterBoss => {
                self.session = Some(Act::BOSS_STAGE);
                self.add_tickets("18", -1);
            }
            Act::Win(stage) => {
                self.session = None;
                self.passed = self.passed.max(*stage);
            }
            Act::Strike => self.session = None,
            Act::Hang(stage) => self.hangs = *stage,
            Act::BuyTicket => self.add_tickets(COIN_TICKETS, 1),
            Act::Craft(name) => {
                self.add_item("3:51", -1);
                self.skills.insert(name.clone());
            }
            Act::Claim(key) => {
                if let Some(letter) = self.letters.get_mut(key) {
                    letter.is_claimable = false;
                }
            }
            Act::Delete(key) => drop(self.letters.remove(key)),
            _ => {}
        }
    }

    /// Records what a granted order has brought.
    pub(crate) fn note_goods(&mut self, goods: Goods) {
        if goods == Goods::Diamonds {
            self.add_item("3:5", Goods::DIAMONDS);
        }
    }

    fn note_gains(&mut self, data: &Value) {
        let gains = data["reward"].as_array().into_iter().flatten();
        for (item, gain) in gains.filter_map(|gain| read_amount(gain.as_str()?)) {
            self.add_item(&item, gain);
        }
        for settled in ["start_hang_up_reward", "get_hang_up_rewards"] {
            for gain in data[settled].as_array().into_iter().flatten() {
                let item = format!("3:{}", gain["iid"].as_str().unwrap_or_default());
                self.add_item(&item, gain["reward"].as_i64().unwrap_or_default());
            }
        }
        let task = &data["reward"];
        for (item, name) in [("3:51", "龙眼"), ("3:52", "凤羽")] {
            self.add_item(item, task[name].as_i64().unwrap_or_default());
        }
        let exp = [&data["exp_info"]["reward"], &data["exp"], &task["经验值"]];
        self.exp += exp.into_iter().filter_map(Value::as_i64).sum::<i64>();
        self.energy += data["energy"]["reward"].as_i64().unwrap_or_default();
        // Stake and payout of a battle are reported together, at its end.
        for (key, sign) in [("paid", -1), ("returned", 1)] {
            if let Some((item, quantity)) = data["stake"][key].as_str().and_then(read_amount) {
                self.add_item(&item, sign * quantity);
            }
        }
    }

    fn add_item(&mut self, item: &str, gain: i64) {
        let had = self.items.entry(item.to_owned()).or_default();
        *had += gain;
        if *had == 0 {
            self.items.remove(item);
        }
    }

    fn add_tickets(&mut self, kind: &str, gain: i64) {
        *self.tickets.entry(kind.to_owned()).or_default() += gain;
    }

    /// Adopts what the passing of time changes by itself.
    pub(crate) fn pass_time(&mut self, seen: &Self) {
        self.energy = seen.energy;
        self.tickets = seen.tickets.clone();
    }

    /// Adopts newly arrived letters; errs for a duplicate. `expected` are the subjects of letters that the other player
    /// has a successful reply for.
    pub(crate) fn receive(&mut self, seen: &Self, expected: &mut BTreeSet<String>) -> Result<(), String> {
        for (key, letter) in &seen.letters {
            if self.letters.contains_key(key) {
                continue;
            }
            let is_twice =
                self.letters.values().any(|known| known.subject == letter.subject && letter.is_from_a_player());
            if is_twice || letter.is_from_a_player() && !expected.remove(&letter.subject) {
                return Err(format!("letter {key} was sent once at most, but was already in the box: {letter:?}"));
            }
            self.letters.insert(key.clone(), letter.clone());
        }
        if expected.is_empty() {
            Ok(())
        } else {
            Err(format!("letters whose sending was answered are missing: {expected:?}"))
        }
    }

    /// The difference to the server's state; `None` when there is none.
    pub(crate) fn difference(&self, seen: &Self) -> Option<String> {
        (self != seen).then(|| format!("by its replies a player should have\n  {self:?}\nand has\n  {seen:?}"))
    }
}

impl Letter {
    /// Letters between players are numbered by these tests; the others are from the game.
    fn is_from_a_player(&self) -> bool {
        self.subject.starts_with(Act::SUBJECT)
    }
}

fn read_letter(letter: &Value) -> Option<(String, Letter)> {
    let is_claimable = letter["type"] == "1" && letter["claimed"] != 1 && letter["claimed"] != true;
    let subject = letter["subj"].as_str()?.to_owned();
    Some((letter["key"].as_str()?.to_owned(), Letter { subject, is_claimable }))
}

/// `"3:9:125"`: an item and a quantity.
fn read_amount(text: &str) -> Option<(String, i64)> {
    let (item, quantity) = text.rsplit_once(':')?;
    Some((item.to_owned(), quantity.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn victory(books: &mut Books) {
        books.note(&Act::Win(8), &json!({"reward": ["3:9:125"], "exp_info": {"reward": 500}}));
    }

    #[test]
    fn a_change_that_is_missing_doubled_or_halved_is_seen() {
        let mut once = Books::default();
        victory(&mut once);
        let mut twice = once.clone();
        victory(&mut twice);
        assert_eq!(once.difference(&once.clone()), None);
        assert!(once.difference(&Books::default()).is_some(), "it is missing");
        assert!(once.difference(&twice).is_some(), "it was applied twice");
        let half = Books { exp: 0, ..once.clone() };
        assert!(once.difference(&half).is_some(), "the items without the experience");
    }

    #[test]
    fn a_letter_that_came_twice_or_not_at_all_is_seen() {
        let letter = Letter { subject: format!("{}1", Act::SUBJECT), is_claimable: false };
        let with = |keys: &[&str]| Books {
            letters: keys.iter().map(|key| ((*key).to_owned(), letter.clone())).collect(),
            ..Books::default()
        };
        let sent = || BTreeSet::from([letter.subject.clone()]);
        assert!(Books::default().receive(&with(&["1"]), &mut sent()).is_ok());
        assert!(Books::default().receive(&with(&["1", "2"]), &mut sent()).is_err(), "it came twice");
        assert!(Books::default().receive(&with(&[]), &mut sent()).is_err(), "it did not come");
        assert!(with(&["1"]).receive(&with(&["1", "2"]), &mut BTreeSet::new()).is_err(), "it came again later");
    }
}
