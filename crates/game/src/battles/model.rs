//! A battle, from its first round to the last payout.

use bevy_ecs::lifecycle::HookContext;
use bevy_ecs::prelude::*;
use bevy_ecs::world::DeferredWorld;
use serde::{Deserialize, Serialize};

use crate::battles::action::Action;
use crate::battles::index::{BattleIndex, TURN_ENDS};
use crate::battles::rules::{BattleRules, Spoils};
use crate::battles::texts::ToldRound;
use crate::battles::verdict::{Move, Pair, Seat, Throw};
use crate::character::Attributes;
use crate::platforms::sud::RoundId;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::due::Agenda;
use raidkeep_engine::storage::WorldEntity;

/// One of the two players, as it was when the battle started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fighter {
    /// The account.
    pub account: AccountId,
    /// The username.
    pub name: String,
    /// Its attributes.
    pub attributes: Attributes,
}

/// One of the two players, with its score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    /// The account.
    pub account: AccountId,
    /// The username.
    pub name: String,
    /// Rounds it has won.
    pub wins: u32,
    attributes: Attributes,
    action: Option<Action>,
}

/// A closed round: what counted in it, and who won it. With the seed it can be judged again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlayedRound {
    /// What each did.
    pub moves: Pair<Move>,
    /// The winner, if any.
    pub winner: Option<Seat>,
}

/// How a battle ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// The winner, if any.
    pub winner: Option<Seat>,
    /// Which players left before the battle was decided.
    pub escaped: Pair<bool>,
    /// The text that players read.
    pub text: String,
    /// The reward of each player.
    pub spoils: Pair<Spoils>,
    /// Who is still to be paid.
    pub unpaid: Pair<bool>,
}

/// The result of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acted {
    /// The opponent has not acted yet.
    First,
    /// Both have acted: the round can be closed.
    Both,
    /// The same action had been taken already.
    Again,
}

/// A player takes a second, different action in a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is another action in this round")]
pub struct ActedAlready;

/// A closed round, as it is reported to the players.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoughtRound {
    /// What each did; `None` for a player who stayed silent.
    pub actions: Pair<Option<Action>>,
    /// The text that players read.
    pub text: String,
}

/// A battle between two players.
#[derive(Debug, Clone, PartialEq, Component, Serialize, Deserialize)]
#[component(on_add = enlist)]
pub struct Battle {
    id: u64,
    /// The seed of all dice of the battle.
    seed: u64,
    sides: Pair<Side>,
    rounds: Vec<PlayedRound>,
    /// When the round closes whether or not both have acted, or when an ended battle is forgotten; unix seconds.
    due_at: i64,
    ending: Option<Ending>,
    /// Its game round at SUD, once that was reported.
    pub report: Option<RoundId>,
}

impl Battle {
    /// A new battle; its first round begins now.
    pub fn begin(id: u64, seed: u64, fighters: Pair<Fighter>, now: i64, rules: &BattleRules) -> Self {
        let side = |fighter: Fighter| Side {
            account: fighter.account,
            name: fighter.name,
            attributes: fighter.attributes,
            wins: 0,
            action: None,
        };
        let sides = Pair { challenger: side(fighters.challenger), challenged: side(fighters.challenged) };
        let due_at = now.saturating_add(rules.round_seconds);
        Self { id, seed, sides, rounds: Vec::new(), due_at, ending: None, report: None }
    }

    /// Its number, the same as that of the challenge.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Its next deadline, unix seconds.
    pub fn due_at(&self) -> i64 {
        self.due_at
    }

    /// How it ended, if it has.
    pub fn ending(&self) -> Option<&Ending> {
        self.ending.as_ref()
    }

    /// One of the two.
    pub fn side(&self, seat: Seat) -> &Side {
        self.sides.get(seat)
    }

    /// The seat of an account, if it is one of the two.
    pub fn seat_of(&self, account: AccountId) -> Option<Seat> {
        Seat::BOTH.into_iter().find(|seat| self.side(*seat).account == account)
    }

    /// How many rounds are over.
    pub fn rounds_played(&self) -> u32 {
        u32::try_from(self.rounds.len()).unwrap_or(u32::MAX)
    }

    /// Whether a player has acted in this battle at all.
    pub fn has_acted(&self, seat: Seat) -> bool {
        let acted_before = self.rounds.iter().any(|round| !round.moves.get(seat).guards);
        acted_before || self.side(seat).action.is_some()
    }

    /// Notes a player's action in this round.
    pub fn act(&mut self, seat: Seat, action: Action) -> Result<Acted, ActedAlready> {
        match &self.side(seat).action {
            Some(known) if *known == action => return Ok(Acted::Again),
            Some(_) => return Err(ActedAlready),
            None => self.sides.get_mut(seat).action = Some(action),
        }
        let is_complete = self.side(seat.other()).action.is_some();
        Ok(if is_complete { Acted::Both } else { Acted::First })
    }

    /// Closes the round: a player who has not acted guards. The next round begins, or the battle ends.
    pub fn close_round(&mut self, now: i64, rules: &BattleRules) -> FoughtRound {
        let actions = Pair::of(|seat| self.sides.get_mut(seat).action.take());
        let moves = Pair::of(|seat| Action::as_move(actions.get(seat).as_ref()));
        let (winner, phrase) = self.judge(self.rounds_played(), &moves, rules);
        if let Some(winner) = winner {
            self.sides.get_mut(winner).wins += 1;
        }
        self.rounds.push(PlayedRound { moves, winner });
        let text = rules.texts.round(self, &ToldRound { actions: &actions, winner, phrase });
        self.due_at = now.saturating_add(rules.round_seconds);
        let champion = Seat::BOTH.into_iter().find(|seat| self.side(*seat).wins >= rules.wins_needed);
        if champion.is_some() || self.rounds_played() >= rules.rounds_max {
            self.end(champion, Pair::default(), now, rules);
        }
        FoughtRound { actions, text }
    }

    fn judge(&self, round: u32, moves: &Pair<Move>, rules: &BattleRules) -> (Option<Seat>, u32) {
        let attributes = Pair::of(|seat| self.side(seat).attributes);
        let throw = Throw::of_round(self.seed, round, rules.verdict.dice);
        (rules.verdict.judge(&attributes, moves, &throw).winner, throw.phrase)
    }

    /// Judges every round again, from the seed and its actions: who won each.
    pub fn replay(&self, rules: &BattleRules) -> Vec<Option<Seat>> {
        (0..).zip(&self.rounds).map(|(number, round)| self.judge(number, &round.moves, rules).0).collect()
    }

    /// The finished rounds.
    pub fn rounds(&self) -> &[PlayedRound] {
        &self.rounds
    }

    /// Ends a battle that a player has left: the other wins. When both have left, nobody does.
    pub fn desert(&mut self, escaped: Pair<bool>, now: i64, rules: &BattleRules) {
        let stays = Seat::BOTH.into_iter().find(|seat| !escaped.get(*seat));
        self.end(stays, escaped, now, rules);
    }

    fn end(&mut self, winner: Option<Seat>, escaped: Pair<bool>, now: i64, rules: &BattleRules) {
        let spoils = Pair::of(|seat| match winner {
            _ if *escaped.get(seat) => Spoils::default(),
            Some(winner) if winner == seat => rules.rewards.winner.clone(),
            Some(_) => rules.rewards.loser.clone(),
            None => rules.rewards.drawn.clone(),
        });
        let unpaid = Pair::of(|seat| !spoils.get(seat).is_empty());
        let text = rules.texts.end(self, winner, &escaped);
        self.ending = Some(Ending { winner, escaped, text, spoils, unpaid });
        self.due_at = now.saturating_add(rules.kept_seconds);
    }

    /// Keeps an ended battle longer.
    pub fn keep_longer(&mut self, now: i64, rules: &BattleRules) {
        self.due_at = now.saturating_add(rules.kept_seconds);
    }

    /// Takes what a player is owed, once.
    pub fn take_spoils(&mut self, seat: Seat) -> Option<Spoils> {
        let ending = self.ending.as_mut()?;
        std::mem::take(ending.unpaid.get_mut(seat)).then(|| ending.spoils.get(seat).clone())
    }

    /// Whether a player is owed something.
    pub fn is_owed(&self, seat: Seat) -> bool {
        self.ending.as_ref().is_some_and(|ending| *ending.unpaid.get(seat))
    }
}

impl WorldEntity for Battle {
    const TABLE: &'static str = "battles";

    fn key(&self) -> u64 {
        self.id
    }
}

/// Indexes a battle that starts or is restored after a restart, and enters its deadline.
fn enlist(mut world: DeferredWorld<'_>, context: HookContext) {
    if let Some(battle) = world.get::<Battle>(context.entity).cloned() {
        world.resource_mut::<BattleIndex>().enlist(context.entity, &battle);
        world.resource_mut::<Agenda>().set(TURN_ENDS, battle.id(), battle.due_at());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shipped_rules;
    use proptest::prelude::*;
    use std::sync::OnceLock;

    fn rules() -> &'static BattleRules {
        static RULES: OnceLock<BattleRules> = OnceLock::new();
        RULES.get_or_init(shipped_rules)
    }

    fn battle(seed: u64) -> Battle {
        let fighter = |number: u64| Fighter {
            account: AccountId(number),
            name: format!("玩家{number}"),
            attributes: Attributes { strength: 11, agility: 11, wits: 11, vigor: 11 },
        };
        Battle::begin(9, seed, Pair { challenger: fighter(1), challenged: fighter(2) }, 1000, rules())
    }

    fn action(text: &str) -> Action {
        Action { text: text.to_owned(), skills: Vec::new(), items: Vec::new() }
    }

    #[test]
    fn the_same_action_twice_is_one_and_another_is_refused() {
        let mut battle = battle(1);
        assert_eq!(battle.act(Seat::Challenger, action("砍")), Ok(Acted::First));
        assert_eq!(battle.act(Seat::Challenger, action("砍")), Ok(Acted::Again));
        assert_eq!(battle.act(Seat::Challenger, action("刺")), Err(ActedAlready));
        assert_eq!(battle.act(Seat::Challenged, action("砍")), Ok(Acted::Both));
        battle.close_round(1010, rules());
        assert_eq!(battle.act(Seat::Challenger, action("刺")), Ok(Acted::First), "the next round is another");
    }

    #[test]
    fn two_who_stay_silent_part_in_a_draw_after_the_last_round() {
        let mut battle = battle(2);
        for round in 1..=rules().rounds_max {
            assert!(battle.ending().is_none(), "round {round} is still to come");
            battle.close_round(battle.due_at(), rules());
        }
        let ending = battle.ending().expect("the last round is over");
        assert_eq!((ending.winner, ending.escaped), (None, Pair::default()));
        assert_eq!(ending.spoils, Pair::of(|_| rules().rewards.drawn.clone()));
    }

    #[test]
    fn who_leaves_gets_nothing_and_the_other_wins() {
        let mut battle = battle(3);
        battle.desert(Pair { challenger: true, challenged: false }, 1500, rules());
        let ending = battle.ending().expect("it is over").clone();
        assert_eq!(ending.winner, Some(Seat::Challenged));
        assert_eq!(battle.take_spoils(Seat::Challenger), None, "a player who left gets nothing");
        assert_eq!(battle.take_spoils(Seat::Challenged), Some(rules().rewards.winner.clone()));
        assert_eq!(battle.take_spoils(Seat::Challenged), None, "once");
        assert_eq!(battle.due_at(), 1500 + rules().kept_seconds);
    }

    #[test]
    fn when_both_leave_nobody_wins_and_nobody_is_paid() {
        let mut battle = battle(4);
        battle.desert(Pair::of(|_| true), 1500, rules());
        let ending = battle.ending().expect("it is over");
        assert_eq!((ending.winner, ending.unpaid), (None, Pair::default()));
        assert!(ending.text.contains("玩家1") && ending.text.contains("玩家2"));
    }

    proptest! {
        #[test]
        fn battles_end_within_their_rounds_and_replay_to_the_same_rounds(
            seed in any::<u64>(), acts in proptest::collection::vec((any::<bool>(), any::<bool>()), 15)
        ) {
            let mut battle = battle(seed);
            for (challenger, challenged) in acts {
                if battle.ending().is_some() {
                    break;
                }
                for (seat, acts) in [(Seat::Challenger, challenger), (Seat::Challenged, challenged)] {
                    if acts {
                        battle.act(seat, action("砍")).expect("nobody has acted in this round");
                    }
                }
                let text = battle.close_round(2000, rules()).text;
                let number = format!("第{}回合", battle.rounds_played());
                prop_assert!(text.contains(&number), "{}", text);
            }
            let ending = battle.ending().expect("15 rounds are the most");
            let wins = Pair::of(|seat| battle.side(seat).wins);
            prop_assert!(wins.challenger <= 3 && wins.challenged <= 3);
            match ending.winner {
                Some(winner) => prop_assert!(*wins.get(winner) == 3 && *wins.get(winner.other()) < 3),
                None => prop_assert!(battle.rounds_played() == 15 && wins.challenger < 3 && wins.challenged < 3),
            }
            let played: Vec<_> = battle.rounds().iter().map(|round| round.winner).collect();
            prop_assert_eq!(battle.replay(rules()), played);
        }
    }
}
