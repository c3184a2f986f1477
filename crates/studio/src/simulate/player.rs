//! A virtual player: visits at its times, works through its habits request by request, and reads from the replies what
//! it needs.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::simulate::duel::Duel;
use crate::simulate::heard::{Facts, Heard};
use crate::simulate::knowledge::Knowledge;
use crate::simulate::policy::{Archetype, read_time};
use crate::simulate::stories::STILL_INSIDE;
use crate::simulate::visit::{Phase, PlannedRequest, Turn, Visit};
use raidkeep_engine::request::SignIn;
use raidkeep_engine::request::status::INVALID_TOKEN;

/// An answered request.
#[derive(Debug, PartialEq, Eq)]
pub struct AnsweredRequest {
    /// Which function.
    pub function: String,
    /// The status of a refusal; `None` if the request was granted.
    pub refused: Option<i32>,
    /// Whether it was part of a habit that is play.
    pub is_play: bool,
    /// The pause until the next request, in seconds.
    pub pause_seconds: i64,
}

/// One virtual player.
#[derive(Debug)]
pub struct VirtualPlayer {
    /// Its number, from 0.
    pub number: u32,
    /// Index of its archetype in the policy.
    pub archetype: usize,
    /// Set once it has an account.
    pub sign_in: Option<SignIn>,
    /// Whether it has left for good.
    pub has_left: bool,
    /// Decides when it visits.
    plans: ChaCha8Rng,
    /// Decides whether it follows optional habits; a separate stream, so that rare things are as rare under other
    /// rules.
    whims: ChaCha8Rng,
    /// Decides everything else; a separate stream, so that a player visits at the same times under any rules.
    chance: ChaCha8Rng,
    facts: Facts,
    visit: Option<Visit>,
    /// Challenges of other players that it has not answered.
    invitations: Vec<String>,
    /// Its request in flight.
    asked: Option<PlannedRequest>,
}

impl VirtualPlayer {
    /// A player who has not joined yet.
    pub fn new(number: u32, archetype: usize, seed: u64) -> Self {
        // Stream 0 is the world's.
        let stream = |index: u64| {
            let mut source = ChaCha8Rng::seed_from_u64(seed);
            source.set_stream(3 * u64::from(number) + index);
            source
        };
        Self {
            number,
            archetype,
            sign_in: None,
            has_left: false,
            plans: stream(1),
            whims: stream(2),
            chance: stream(3),
            facts: Facts::default(),
            visit: None,
            invitations: Vec::new(),
            asked: None,
        }
    }

    /// The moments of one day at which the player visits, in order. `midnight` is the day's first moment, in unix
    /// seconds.
    pub fn plan_day(&mut self, archetype: &Archetype, midnight: i64) -> Vec<i64> {
        let mut moments = Vec::new();
        for visits in &archetype.visits {
            // Always draw, so that a day's plan does not depend on earlier days.
            let (comes, part) = (self.plans.random_bool(visits.chance), self.plans.random::<f64>());
            let seconds = |text: &str| {
                read_time(text).map_or(0, |time| i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60)
            };
            let (from, to) = (seconds(&visits.from), seconds(&visits.to));
            if comes {
                moments.push(midnight + from + (part * (to - from) as f64) as i64);
            }
        }
        if self.plans.random_bool(archetype.leaves_per_day) && self.sign_in.is_some() {
            self.has_left = true;
        }
        moments.sort_unstable();
        moments
    }

    /// The next request of the visit; `None` ends it.
    pub fn next_wish(&mut self, archetype: &Archetype, knowledge: &Knowledge) -> Option<PlannedRequest> {
        let wish = self.find_wish(archetype, knowledge);
        if wish.is_none() {
            self.visit = None;
            self.invitations.clear();
        }
        self.asked.clone_from(&wish);
        wish
    }

    fn find_wish(&mut self, archetype: &Archetype, knowledge: &Knowledge) -> Option<PlannedRequest> {
        if self.sign_in.is_none() {
            return Some(PlannedRequest::new("login_unique", format!(r#"{{"unique_id":"virtual-{}"}}"#, self.number)));
        }
        let Some(visit) = &mut self.visit else {
            self.visit = Some(Visit::at(0));
            return Some(PlannedRequest::new("get_player_info", "{}"));
        };
        if visit.duel.as_ref().is_none_or(Duel::can_be_interrupted)
            && let Some(id) = self.invitations.pop()
        {
            let accepts = self.chance.random_bool(archetype.accepts_challenges);
            visit.duel = Some(Duel::interrupted(visit.duel.as_ref(), id, accepts));
        }
        let mut turn = self.turn(archetype, knowledge)?;
        while let Some(habit) = archetype.habits.get(turn.visit.habit) {
            if let Some(wish) = turn.wish_of(habit) {
                return Some(wish);
            }
            *turn.visit = Visit::at(turn.visit.habit + 1);
        }
        None
    }

    /// What decides about the visit; `None` if there is none.
    fn turn<'a>(&'a mut self, archetype: &'a Archetype, knowledge: &'a Knowledge) -> Option<Turn<'a>> {
        let Self { visit, facts, chance, whims, .. } = self;
        visit.as_mut().map(|visit| Turn { visit, facts, chance, whims, archetype, knowledge })
    }

    /// Another player challenges this one.
    pub fn invite(&mut self, challenge: String) {
        self.invitations.push(challenge);
    }

    /// Handles the reply to the last request.
    pub fn hear(
        &mut self,
        text: &str,
        sign_in: Option<SignIn>,
        archetype: &Archetype,
        knowledge: &Knowledge,
    ) -> AnsweredRequest {
        self.sign_in = sign_in.or(self.sign_in);
        let heard = Heard::read(text);
        if let Some(data) = &heard.data {
            self.facts.remember(data);
        }
        let function = self.asked.take().map(|asked| asked.function).unwrap_or_default();
        let mut is_play = false;
        if let Some(visit) = &self.visit {
            // A player whose token has ended logs in again and goes on.
            let is_signed_out =
                heard.status == INVALID_TOKEN || heard.status == STILL_INSIDE && function == "enter_stage";
            if is_signed_out {
                self.sign_in = None;
            }
            if !matches!(function.as_str(), "" | "get_player_info" | "login_unique")
                && let Some(habit) = archetype.habits.get(visit.habit)
                && let Some(mut turn) = self.turn(archetype, knowledge)
            {
                is_play = habit.plays();
                turn.follow(habit, &heard);
            }
        }
        let fights = matches!(self.visit, Some(Visit { phase: Phase::Fighting { .. }, .. }));
        let (from, to) = if fights { archetype.fight_seconds } else { archetype.pause_seconds };
        AnsweredRequest {
            function,
            refused: heard.is_refused().then_some(heard.status),
            is_play,
            pause_seconds: self.chance.random_range(from..=to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::{Policy, policy};
    use raidkeep_engine::account::AccountId;
    use raidkeep_game::shipped_rules;

    const INFO: &str = r#"{"status":0,"message":"success","data":{"name":"玩家#1","level":30,"energy":{"remain":20},
        "stages":{"general":24,"endless":0,"boss":0,"coin":4002,"exp":0},"hang_up":{"hang_stage":24}}}"#;
    const OK: &str = r#"{"status":0,"message":"success","data":{}}"#;
    const REFUSED: &str = r#"{"status":91,"message":"stage error"}"#;

    fn policy(habits: &str) -> Policy {
        let text = format!(
            r#"(starts_on: "2026-03-01", moment_seconds: 1, joining_days: 1, archetypes: [(
                name: "a", share: 1, leaves_per_day: 0.0, fight_seconds: (60, 60), pause_seconds: (5, 5),
                visits: [(from: "10:00", to: "12:00", chance: 0.5)],
                damage: (base: 100, per_level: 10, spread: 0.0), habits: [{habits}],
            )])"#
        );
        policy::read("p.ron", &text).expect("a valid policy").content
    }

    /// The requests of a player who gets these replies, and the pause after each.
    fn visit(habits: &str, replies: &[&str]) -> Vec<(String, i64)> {
        let policy = policy(habits);
        let knowledge = Knowledge::of_stages(&shipped_rules(), &shipped_rules());
        let mut player = VirtualPlayer::new(0, 0, 1);
        player.sign_in = Some(SignIn { account: AccountId(1), generation: 1 });
        let mut asked = Vec::new();
        for reply in [INFO].iter().chain(replies) {
            let Some(wish) = player.next_wish(&policy.archetypes[0], &knowledge) else {
                break;
            };
            let AnsweredRequest { pause_seconds, .. } = player.hear(reply, None, &policy.archetypes[0], &knowledge);
            asked.push((format!("{} {}", wish.function, wish.data), pause_seconds));
        }
        asked.remove(0);
        asked
    }

    fn wishes(habits: &str, replies: &[&str]) -> Vec<String> {
        visit(habits, replies).into_iter().map(|(wish, _)| wish).collect()
    }

    #[test]
    fn a_fight_goes_for_the_next_stage_and_then_for_the_highest() {
        let fight = "Fight(mode: coin, at_most: 2, win_chance: 1.0)";
        let expected = [
            (r#"enter_stage_coin {"stage":4003}"#.to_owned(), 5),
            (r#"enter_stage_coin {"stage":4002}"#.to_owned(), 60),
            (r#"victory_stage_coin {"stage":4002}"#.to_owned(), 5),
            (r#"enter_stage_coin {"stage":4003}"#.to_owned(), 60),
            (r#"victory_stage_coin {"stage":4003}"#.to_owned(), 5),
        ];
        assert_eq!(visit(fight, &[REFUSED, OK, OK, OK, OK, OK, OK]), expected, "two fights and no more");
        assert_eq!(
            wishes(fight, &[REFUSED, REFUSED, OK]).len(),
            2,
            "a player who is refused everywhere moves on to the next habit"
        );
    }

    #[test]
    fn the_blow_at_a_boss_grows_with_the_level() {
        let asked = wishes("Fight(mode: boss, at_most: 1, win_chance: 1.0)", &[OK, OK, OK]);
        assert_eq!(asked, [r#"enter_stage_boss {"stage":3001}"#, r#"victory_stage_boss {"stage":3001,"damage":400}"#]);
    }

    #[test]
    fn sweeping_uses_the_energy_that_is_not_to_be_kept() {
        assert_eq!(wishes("Sweep(keep_energy: 2)", &[OK, OK]), [r#"mopping_up_stage {"stage":24,"count":3}"#]);
        assert_eq!(wishes("Sweep(keep_energy: 15)", &[OK]), [""; 0], "5 points are no sweep");
        let few = wishes("Sweep(keep_energy: 2, at_most: 1)", &[OK]);
        assert_eq!(few, [r#"mopping_up_stage {"stage":24,"count":1}"#]);
    }

    #[test]
    fn mails_that_have_something_are_claimed_once() {
        let mails = r#"{"status":0,"message":"success","data":{"mail":[
            {"key":"1","claimed":0},{"key":"2","claimed":1},{"key":"3"},{"key":"4","claimed":0}],"count":{}}}"#;
        let expected = ["get_all_mail {}", r#"claim_mail {"key":"4"}"#, r#"claim_mail {"key":"1"}"#];
        assert_eq!(wishes("Mail", &[mails, OK, REFUSED, OK]), expected);
    }

    #[test]
    fn a_habit_may_name_its_player_and_ends_when_it_is_refused() {
        let habit = r#"Ask(function: "status", data: {"role": "{name}"}, at_most: 3, chance: 1.0), HangUp"#;
        let expected = [r#"status {"role":"玩家#1"}"#, r#"status {"role":"玩家#1"}"#, "get_hang_up_reward {}"];
        assert_eq!(wishes(habit, &[OK, REFUSED, OK]), expected);
    }

    #[test]
    fn plans_lie_within_the_hours_and_do_not_depend_on_what_was_done() {
        let policy = policy("HangUp");
        let plans = |draws: usize| -> Vec<Vec<i64>> {
            let mut player = VirtualPlayer::new(3, 0, 9);
            for _ in 0..draws {
                player.hear(OK, None, &policy.archetypes[0], &Knowledge::default());
            }
            (0..40).map(|_| player.plan_day(&policy.archetypes[0], 0)).collect()
        };
        assert_eq!(plans(0), plans(17));
        let moments: Vec<i64> = plans(0).concat();
        assert!((10..30).contains(&moments.len()), "about every other day: {moments:?}");
        assert!(moments.iter().all(|at| (36_000..=43_200).contains(at)));
    }
}
