//! Finding battles and the players in them.

use super::Arena;
use crate::battles::fighters::FighterRule;
use crate::battles::verdict::Seat;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::outside::Number;

impl Arena<'_, '_> {
    /// Whether a player is in a running battle.
    pub fn is_fighting(&self, account: AccountId) -> bool {
        self.index.of(account).is_some()
    }

    /// The number of the running battle to which the one has challenged the other.
    pub fn running(&self, challenger: AccountId, challenged: AccountId) -> Option<Number> {
        let battle = self.battles.get(self.index.of(challenger)?).ok()?;
        let is_theirs = [(Seat::Challenger, challenger), (Seat::Challenged, challenged)]
            .into_iter()
            .all(|(seat, account)| battle.side(seat).account() == Some(account));
        is_theirs.then(|| battle.number())
    }

    /// The opponent in the battle with that number, if the player has challenged to it. It may be over.
    pub fn opponent_of(&self, challenger: AccountId, number: Number) -> Option<&str> {
        let battle = self.battles.get(self.index.find(number.count())?).ok()?;
        let is_its = battle.number() == number && battle.side(Seat::Challenger).account() == Some(challenger);
        is_its.then(|| battle.side(Seat::Challenged).name.as_str())
    }

    /// Whether there is a battle that the world calls so. It may be over.
    pub fn is_known(&self, id: u64) -> bool {
        self.index.find(id).is_some()
    }

    /// The name of a player in memory.
    pub fn name_of(&self, account: AccountId) -> Option<&str> {
        let person = self.people.get(self.players.entity(account)?).ok()?;
        Some(person.account.name())
    }

    /// The number of the battle that a player has challenged to and not yet acted in.
    pub fn not_entered(&self, account: AccountId) -> Option<Number> {
        let battle = self.battles.get(self.index.of(account)?).ok()?;
        let waits = battle.seat_of(account) == Some(Seat::Challenger) && !battle.has_acted(Seat::Challenger);
        waits.then(|| battle.number())
    }

    /// Whether the player has challenged this fighter of the game master and not yet acted in the battle.
    pub fn not_entered_against(&self, account: AccountId, fighter: &FighterRule) -> Option<Number> {
        let number = self.not_entered(account)?;
        let battle = self.battles.get(self.index.find(number.count())?).ok()?;
        let opponent = battle.side(Seat::Challenged);
        (opponent.account().is_none() && opponent.name == fighter.name).then_some(number)
    }
}
