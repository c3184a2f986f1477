//! A battle, from its first round to the last payout.

use bevy_ecs::lifecycle::HookContext;
use bevy_ecs::prelude::*;
use bevy_ecs::world::DeferredWorld;
use serde::{Deserialize, Serialize};

use crate::battles::action::Action;
use crate::battles::earlier;
use crate::battles::index::{BattleIndex, TURN_ENDS};
use crate::battles::rules::{BattleRules, Spoils};
use crate::battles::sides::{Beginning, Fighter, Side};
use crate::battles::stake::{Share, Stake};
use crate::battles::texts::ToldRound;
use crate::battles::told::FoughtRound;
use crate::battles::verdict::{Move, Pair, Seat, Throw};
use crate::items::Amount;
use crate::platforms::sud::{PassedThrough, RoundId};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::due::Agenda;
use raidkeep_engine::outside::Number;
use raidkeep_engine::storage::WorldEntity;

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
    /// What each gets out of the pot.
    pub shares: Pair<Share>,
    /// Who is still to be paid.
    pub unpaid: Pair<bool>,
}

/// What a player is paid at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payout {
    /// The reward.
    pub spoils: Spoils,
    /// What comes out of the pot, if anything does.
    pub returned: Option<Amount>,
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

/// A battle between two players, or of one against a fighter of the game master.
#[derive(Debug, Clone, PartialEq, Component, Serialize, Deserialize)]
#[component(on_add = enlist)]
pub struct Battle {
    pub(super) id: u64,
    /// The seed of all dice of the battle.
    pub(super) seed: u64,
    pub(super) sides: Pair<Side>,
    pub(super) rounds: Vec<PlayedRound>,
    /// When the round closes whether or not both have acted, or when an ended battle is forgotten; unix seconds.
    pub(super) due_at: i64,
    pub(super) ending: Option<Ending>,
    /// What both have put in.
    pub(super) stake: Option<Stake>,
    /// Who is rewarded at the end.
    pub(super) rewarded: Pair<bool>,
    /// What the challenger passes through to SUD.
    pub(super) passed: PassedThrough,
    /// Its game round at SUD, once that was reported.
    pub report: Option<RoundId>,
    pub(super) number: Number,
}

impl Battle {
    /// A new battle; its first round begins now.
    pub fn begin(beginning: Beginning, now: i64, rules: &BattleRules) -> Self {
        let Beginning { number, seed, fighters, stake, rewarded, passed } = beginning;
        let side = |fighter: Fighter| Side {
            contender: fighter.contender,
            name: fighter.name,
            attributes: fighter.attributes,
            wins: 0,
            action: None,
        };
        let sides = Pair { challenger: side(fighters.challenger), challenged: side(fighters.challenged) };
        let due_at = now.saturating_add(rules.round_seconds);
        let (id, rounds) = (number.count(), Vec::new());
        Self { id, seed, sides, rounds, due_at, ending: None, stake, rewarded, passed, report: None, number }
    }

    /// What the world calls it, the same as the challenge.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Its number as players know it, the same as that of the challenge.
    pub fn number(&self) -> Number {
        self.number
    }

    /// Its next deadline, unix seconds.
    pub fn due_at(&self) -> i64 {
        self.due_at
    }

    /// How it ended, if it has.
    pub fn ending(&self) -> Option<&Ending> {
        self.ending.as_ref()
    }

    /// What both have put in, if the rules knew a stake when it began.
    pub fn stake(&self) -> Option<&Stake> {
        self.stake.as_ref()
    }

    /// What the challenger passes through to SUD.
    pub fn passed(&self) -> &PassedThrough {
        &self.passed
    }

    /// One of the two.
    pub fn side(&self, seat: Seat) -> &Side {
        self.sides.get(seat)
    }

    /// The seat of an account, if it is one of the two.
    pub fn seat_of(&self, account: AccountId) -> Option<Seat> {
        Seat::BOTH.into_iter().find(|seat| self.side(*seat).account() == Some(account))
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
        let opponent = self.side(seat.other());
        let is_complete = opponent.robot().is_some() || opponent.action.is_some();
        Ok(if is_complete { Acted::Both } else { Acted::First })
    }

    /// What a fighter of the game master does in this round.
    fn choose(&self, seat: Seat) -> Option<Action> {
        let (own, theirs) = (self.side(seat), self.side(seat.other()));
        own.robot()?.choose(self.seed, self.rounds_played(), own.wins, theirs.wins)
    }

    /// Closes the round: a player who has not acted guards. The next round begins, or the battle ends.
    pub fn close_round(&mut self, now: i64, rules: &BattleRules) -> FoughtRound {
        let actions = Pair::of(|seat| self.choose(seat).or_else(|| self.sides.get_mut(seat).action.take()));
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
        let robot = Seat::BOTH.into_iter().find_map(|seat| self.side(seat).robot());
        let rewards = robot.map_or(&rules.rewards, |robot| &robot.rewards);
        let spoils = Pair::of(|seat| match winner {
            _ if *escaped.get(seat) || !self.rewarded.get(seat) => Spoils::default(),
            Some(winner) if winner == seat => rewards.winner.clone(),
            Some(_) => rewards.loser.clone(),
            None => rewards.drawn.clone(),
        });
        let shares = self.stake.as_ref().map(|stake| stake.divide(winner)).unwrap_or_default();
        let unpaid = Pair::of(|seat| !spoils.get(seat).is_empty() || shares.get(seat).returned > 0);
        let mut text = rules.texts.end(self, winner, &escaped);
        if self.rewarded == Pair::default() {
            text.push_str(&rules.texts.unrewarded);
        }
        self.ending = Some(Ending { winner, escaped, text, spoils, shares, unpaid });
        self.due_at = now.saturating_add(rules.kept_seconds);
    }

    /// Keeps an ended battle longer.
    pub fn keep_longer(&mut self, now: i64, rules: &BattleRules) {
        self.due_at = now.saturating_add(rules.kept_seconds);
    }

    /// Takes what a player is owed, once.
    pub fn take_payout(&mut self, seat: Seat) -> Option<Payout> {
        let ending = self.ending.as_mut()?;
        let quantity = ending.shares.get(seat).returned;
        let returned = self.stake.as_ref().map(|stake| Amount { quantity, ..stake.each }).filter(|_| quantity > 0);
        std::mem::take(ending.unpaid.get_mut(seat))
            .then(|| Payout { spoils: ending.spoils.get(seat).clone(), returned })
    }

    /// Whether a player is owed something.
    pub fn is_owed(&self, seat: Seat) -> bool {
        self.ending.as_ref().is_some_and(|ending| *ending.unpaid.get(seat))
    }
}

impl WorldEntity for Battle {
    const TABLE: &'static str = "battles";
    const VERSION: u16 = 5;

    fn key(&self) -> u64 {
        self.id
    }

    fn upgrade(version: u16, bytes: &[u8]) -> Option<Self> {
        earlier::upgrade(version, bytes)
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
        let fighters = Pair { challenger: Fighter::example(1), challenged: Fighter::example(2) };
        let beginning = Beginning {
            number: Number::bare(9),
            seed,
            fighters,
            stake: None,
            rewarded: Pair::of(|_| true),
            passed: PassedThrough::default(),
        };
        Battle::begin(beginning, 1000, rules())
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
        assert_eq!(battle.take_payout(Seat::Challenger), None, "a player who left gets nothing");
        let payout = Payout { spoils: rules().rewards.winner.clone(), returned: None };
        assert_eq!(battle.take_payout(Seat::Challenged), Some(payout));
        assert_eq!(battle.take_payout(Seat::Challenged), None, "once");
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
