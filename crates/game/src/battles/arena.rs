//! Starting a battle, acting in one, and ending it.

mod draw;
mod lookups;

use std::collections::BTreeMap;

use bevy_ecs::prelude::*;
use bevy_ecs::query::QueryData;
use bevy_ecs::system::SystemParam;
use rand::Rng;

use crate::battles::action::{Action, ActionWish};
use crate::battles::fighters::FighterRule;
use crate::battles::index::{BattleIndex, TURN_ENDS};
use crate::battles::messenger::{Messenger, verdict_for};
use crate::battles::model::{Acted, Battle, Payout};
use crate::battles::paid::PaidBattles;
use crate::battles::reports::{BattleReport, BattleReports};
use crate::battles::rules::BattleRules;
use crate::battles::sides::{Beginning, Contender, Fighter};
use crate::battles::stake::Stake;
use crate::battles::told::Told;
use crate::battles::verdict::{Pair, Seat};
use crate::character::CharacterRules;
use crate::crafting::Possessions;
use crate::drops::DropTables;
use crate::identity::Account;
use crate::items::{Cause, Inventory};
use crate::levels::{Experience, LevelRules};
use crate::platforms::sud::PassedThrough;
use crate::presence::Online;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::due::Agenda;
use raidkeep_engine::events::Event;
use raidkeep_engine::outside::Number;
use raidkeep_engine::players::Players;
use raidkeep_engine::random::Randomness;
use raidkeep_engine::request::{Notice, Player};
use raidkeep_engine::rules::Rules;
use raidkeep_engine::storage::{Discarded, Edit, WorldEntity};

/// Everything a battle needs.
#[derive(SystemParam)]
pub struct Arena<'w, 's> {
    battles: Edit<'w, 's, &'static mut Battle>,
    pub(super) people: Edit<'w, 's, Person>,
    index: ResMut<'w, BattleIndex>,
    /// When turns end, and everything else that is scheduled.
    pub agenda: ResMut<'w, Agenda>,
    pub(super) players: Res<'w, Players>,
    messenger: Messenger<'w>,
    reports: ResMut<'w, BattleReports>,
    randomness: ResMut<'w, Randomness>,
    discarded: ResMut<'w, Discarded>,
    pub(super) clock: Res<'w, Clock>,
    character: Res<'w, Rules<CharacterRules>>,
    levels: Res<'w, Rules<LevelRules>>,
    commands: Commands<'w, 's>,
    drops: DropTables<'w>,
    /// Who is online.
    pub online: Online<'w, 's>,
    /// The rules of battles.
    pub rules: Res<'w, Rules<BattleRules>>,
}

/// The components of a player that a battle reads and changes.
#[derive(QueryData)]
#[query_data(mutable)]
pub struct Person {
    pub(super) account: &'static Account,
    possessions: &'static Possessions,
    pub(super) paid: &'static mut PaidBattles,
    experience: &'static mut Experience,
    pub(super) inventory: &'static mut Inventory,
}

/// The ledger's cause for items won in battle.
const SPOILS: Cause = Cause::new("battle");
/// The ledger's cause for what a player puts in when a battle begins.
const STAKE: Cause = Cause::new("battle stake");
/// The ledger's cause for what comes out of the pot: all of it but the commission for the winner, one's own in a draw.
const POT: Cause = Cause::new("battle pot");

/// The outcome of an action.
#[derive(Debug)]
pub enum Turn {
    /// The round has its verdict, or the battle is over.
    Told(Told),
    /// The opponent has not acted; the notice announces the verdict.
    Waiting(Notice, Told),
}

/// Why an action is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TurnError {
    /// No battle has that number any more.
    #[error("no such battle")]
    NoSuchBattle,
    /// The player is not in it.
    #[error("the battle is not the player's")]
    NotYours,
    /// The player has already taken another action in this round.
    #[error("the player has acted in this round")]
    ActedAlready,
}

impl Arena<'_, '_> {
    /// Tells a player in memory about something around battles.
    pub fn tell<T: Event>(&mut self, account: AccountId, event: &T) {
        if let Some(player) = self.players.entity(account) {
            self.messenger.events.tell(player, event);
        }
    }

    /// Spawns a kept entity.
    pub fn spawn<T: WorldEntity>(&mut self, component: T) {
        self.commands.spawn(component);
    }

    /// Discards a kept entity with its row.
    pub fn discard(&mut self, entity: Entity) {
        self.discarded.push(entity);
    }

    /// Begins the battle with this number between two players. `None` when one of the two cannot fight: not in memory, or in a
    /// battle.
    pub fn begin(
        &mut self,
        number: Number,
        challenger: AccountId,
        challenged: AccountId,
        passed: PassedThrough,
    ) -> Option<()> {
        let fighters = Pair { challenger: self.fighter(challenger)?, challenged: self.fighter(challenged)? };
        self.start(number, fighters, passed);
        Some(())
    }

    /// Begins the battle with this number against a fighter of the game master. `None` when the player cannot fight.
    pub fn begin_against(
        &mut self,
        number: Number,
        challenger: AccountId,
        fighter: &FighterRule,
        passed: PassedThrough,
    ) -> Option<()> {
        let fighters = Pair { challenger: self.fighter(challenger)?, challenged: fighter.fighter() };
        self.start(number, fighters, passed);
        Some(())
    }

    fn start(&mut self, number: Number, fighters: Pair<Fighter>, passed: PassedThrough) {
        let stake = self.put_in(&fighters);
        let rewarded = self.count(&fighters);
        let seed = self.randomness.source().next_u64();
        let battle =
            Battle::begin(Beginning { number, seed, fighters, stake, rewarded, passed }, self.clock.now(), &self.rules);
        self.spawn(battle);
        self.reports.push(BattleReport::Began(number.count()));
    }

    /// Takes the stake from both, in the same batch as the battle begins.
    fn put_in(&mut self, fighters: &Pair<Fighter>) -> Option<Stake> {
        let rules = self.rules.stake?;
        let players = Pair::of(|seat| match fighters.get(seat).contender {
            Contender::Player(account) => self.players.entity(account),
            Contender::Robot(_) => None,
        });
        let owned = |player: Option<Entity>| self.people.get(player?).ok();
        let quantity = |player| owned(player).map_or(0, |person| person.inventory.quantity(rules.each.item));
        let stake = rules.of(Pair::of(|seat| quantity(*players.get(seat))));
        if stake.each.quantity > 0 {
            for player in Seat::BOTH.into_iter().filter_map(|seat| *players.get(seat)) {
                if let Ok(mut person) = self.people.get_mut(player) {
                    person.inventory.pay(&[stake.each], STAKE);
                }
            }
        }
        Some(stake)
    }

    fn fighter(&self, account: AccountId) -> Option<Fighter> {
        let person = self.people.get(self.players.entity(account)?).ok()?;
        let level = self.levels.standing(person.experience.total).level;
        let attributes = self.character.attributes(level, person.possessions);
        let name = person.account.name().to_owned();
        let fighter = Fighter { contender: Contender::Player(account), name, attributes };
        (!self.is_fighting(account)).then_some(fighter)
    }

    /// Acts for a player in a battle.
    pub fn act(&mut self, player: Player, id: &str, wish: ActionWish) -> Result<Turn, TurnError> {
        let number: Number = id.parse().map_err(|_| TurnError::NoSuchBattle)?;
        let entity = self.index.find(number.count()).ok_or(TurnError::NoSuchBattle)?;
        let person = self.people.get(player.entity).map_err(|_| TurnError::NoSuchBattle)?;
        let action = wish.into_action(person.possessions);
        let battle = self.battles.get(entity).ok().filter(|battle| battle.number() == number);
        let battle = battle.ok_or(TurnError::NoSuchBattle)?;
        let seat = battle.seat_of(player.account).ok_or(TurnError::NotYours)?;
        if battle.ending().is_some() {
            return Ok(Turn::Told(Told::of_end(battle, seat)));
        }
        match self.note_action(entity, seat, action)? {
            Acted::Both => {
                let told = self.close_round(entity).ok_or(TurnError::NoSuchBattle)?;
                Ok(Turn::Told(told.get(seat).clone()))
            }
            acted => self.wait(entity, seat, acted).ok_or(TurnError::NoSuchBattle),
        }
    }

    fn note_action(&mut self, entity: Entity, seat: Seat, action: Action) -> Result<Acted, TurnError> {
        let mut battle = self.battles.get_mut(entity).map_err(|_| TurnError::NoSuchBattle)?;
        // Only an action that is new changes what is kept.
        let acted = battle.bypass_change_detection().act(seat, action).map_err(|_| TurnError::ActedAlready)?;
        if acted != Acted::Again {
            battle.set_changed();
        }
        Ok(acted)
    }

    /// Lets a player wait for the verdict.
    fn wait(&mut self, entity: Entity, seat: Seat, acted: Acted) -> Option<Turn> {
        let battle = self.battles.get(entity).ok()?;
        let waiting = Told::of_waiting(battle, seat, &self.rules);
        if acted == Acted::Again {
            // At most one request of a player waits; an earlier one gets its interim reply.
            self.messenger.answer(battle.id(), seat, &waiting);
        }
        // A player who waits for the verdict sends nothing meanwhile, but still counts as online.
        let until = battle.due_at().saturating_add(1);
        if let Some(account) = battle.side(seat).account() {
            self.online.presence.stay_until(account, self.clock.now(), until);
        }
        Some(Turn::Waiting(verdict_for(battle.id(), seat), waiting))
    }

    /// Closes the round of a battle and sends both players the result.
    fn close_round(&mut self, entity: Entity) -> Option<Pair<Told>> {
        let closed = self.battles.get_mut(entity).ok()?.close_round(self.clock.now(), &self.rules);
        self.draw(entity);
        let battle = self.battles.get(entity).ok()?;
        let told = Pair::of(|seat| Told::of_round(battle, seat, &closed, &self.rules));
        self.messenger.tell(battle, &told, &self.players);
        self.follow(entity);
        Some(told)
    }

    /// Ends a battle that a player has left, and tells both.
    pub fn desert(&mut self, entity: Entity, escaped: Pair<bool>) {
        let Ok(mut battle) = self.battles.get_mut(entity) else {
            return;
        };
        battle.desert(escaped, self.clock.now(), &self.rules);
        self.draw(entity);
        let Ok(battle) = self.battles.get(entity) else {
            return;
        };
        let told = Pair::of(|seat| Told::of_end(battle, seat));
        self.messenger.tell(battle, &told, &self.players);
        self.follow(entity);
    }

    /// After a change: updates the index, and settles the battle if it is over.
    fn follow(&mut self, entity: Entity) {
        let Ok(battle) = self.battles.get(entity) else {
            return;
        };
        self.index.follow(battle, &mut self.agenda);
        if battle.ending().is_some() {
            self.reports.push(BattleReport::Settled(battle.id()));
            self.pay(entity);
        }
    }

    /// Ends the battle of a player who is being deleted: the opponent wins, and the deleted player is not paid.
    pub fn part(&mut self, account: AccountId) {
        for (battle, escaped) in self.seats_of(&[account]) {
            self.desert(battle, escaped);
        }
        for entity in self.index.unpaid() {
            if let Ok(mut battle) = self.battles.get_mut(entity)
                && let Some(seat) = battle.seat_of(account)
                && battle.take_payout(seat).is_some()
            {
                self.index.follow(&battle, &mut self.agenda);
            }
        }
    }

    /// Pays the players of ended battles who are in memory. Returns the others.
    pub fn pay(&mut self, entity: Entity) -> Vec<AccountId> {
        self.draw(entity);
        let Ok(mut battle) = self.battles.get_mut(entity) else {
            return Vec::new();
        };
        let owed = |battle: &Battle| Seat::BOTH.into_iter().filter(|seat| battle.is_owed(*seat)).collect::<Vec<_>>();
        for seat in owed(&battle) {
            let account = battle.side(seat).account();
            if let Some(player) = account.and_then(|account| self.players.entity(account))
                && let Ok(mut person) = self.people.get_mut(player)
                && let Some(Payout { spoils, returned }) = battle.take_payout(seat)
            {
                person.inventory.grant(returned.as_slice(), POT);
                person.inventory.grant(&spoils.items, SPOILS);
                person.experience.earn(spoils.exp);
            }
        }
        self.index.follow(&battle, &mut self.agenda);
        owed(&battle).into_iter().filter_map(|seat| battle.side(seat).account()).collect()
    }

    /// The players who are still to be paid and are not in memory.
    pub fn pay_all(&mut self) -> Vec<AccountId> {
        let unpaid = self.index.unpaid();
        unpaid.into_iter().flat_map(|entity| self.pay(entity)).collect()
    }

    /// Handles a battle that is due: closes its round, or forgets it once everybody is paid.
    pub fn do_due(&mut self, entity: Entity) {
        let Ok(battle) = self.battles.get(entity) else {
            return;
        };
        if battle.ending().is_none() {
            self.close_round(entity);
        } else if Seat::BOTH.into_iter().any(|seat| battle.is_owed(seat)) {
            self.postpone(entity);
        } else {
            self.index.forget(battle, &mut self.agenda);
            self.discarded.push(entity);
        }
    }

    /// Keeps an ended battle longer, because its players could not be paid.
    fn postpone(&mut self, entity: Entity) {
        if let Ok(mut battle) = self.battles.get_mut(entity) {
            battle.keep_longer(self.clock.now(), &self.rules);
            tracing::error!(
                battle = battle.id(),
                "the rewards of a battle cannot be paid, its players cannot be loaded"
            );
            self.index.follow(&battle, &mut self.agenda);
        }
    }

    /// Takes the next battle that is due.
    pub fn pop_due(&mut self) -> Option<Entity> {
        let now = self.clock.now();
        self.agenda.bring_within(TURN_ENDS, now, self.rules.round_seconds.max(self.rules.kept_seconds));
        let due = self.agenda.pop(TURN_ENDS, now)?;
        self.index.find(due.key)
    }

    /// The running battles of these accounts and the seat each of them has, in order of battle number.
    pub fn seats_of(&self, accounts: &[AccountId]) -> Vec<(Entity, Pair<bool>)> {
        let mut found = BTreeMap::new();
        for account in accounts {
            if let Some(entity) = self.index.of(*account)
                && let Ok(battle) = self.battles.get(entity)
                && let Some(seat) = battle.seat_of(*account)
            {
                let (_, seats): &mut (Entity, Pair<bool>) =
                    found.entry(battle.id()).or_insert((entity, Pair::default()));
                *seats.get_mut(seat) = true;
            }
        }
        found.into_values().collect()
    }

    /// Counts players as online for a while when their battle has started or was restored after a restart.
    pub fn expect_arrived(&mut self, seconds: i64) {
        let now = self.clock.now();
        for account in self.index.take_arrived() {
            self.online.presence.stay_until(account, now, now.saturating_add(seconds));
        }
    }
}
