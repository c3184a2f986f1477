//! Numbers that leave a world: those of orders, rounds, rooms, matches and challenges.
//!
//! A platform or a client may see the numbers of several worlds, and of a world that was put back to an earlier state
//! and counts the same numbers again. So a number says which world gave it, and in which epoch.
//!
//! Not here: numbers that stay inside, such as the keys of rows. They count on from the last one.

use std::fmt;
use std::str::FromStr;

use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Identifies a world among all that share a platform. It follows from the seed, of which it shows only a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WorldId(pub u32);

impl fmt::Display for WorldId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RK{:08X}", self.0)
    }
}

/// The realm's number among the worlds of a server. No world has it.
pub const REALM: u32 = u32::MAX - 1;

/// What the realm is called: as `world` of a request, in metrics, and in front of its files' names.
pub const REALM_NAME: &str = "realm";

/// The name of a world, which its files begin with. That of the realm is [`REALM_NAME`].
pub fn world_name(number: u32) -> String {
    if number == REALM { REALM_NAME.to_owned() } else { format!("world-{number}") }
}

/// A world as requests, metrics and the log call it: by its number, and the realm by its name.
pub fn world_label(number: u32) -> String {
    if number == REALM { REALM_NAME.to_owned() } else { number.to_string() }
}

/// The number of the world with this name.
pub fn world_number(name: &str) -> Option<u32> {
    if name == REALM_NAME {
        return Some(REALM);
    }
    name.strip_prefix("world-")?.parse().ok().filter(|number| world_name(*number) == name)
}

/// How many of an epoch's bits are random; those above count the generations.
const BITS: u32 = u32::BITS;

/// One run of a world: from a start, a restore or a take-over to the next. Later epochs compare greater. Two copies of
/// a world may begin the same generation; their random bits still tell them apart.
///
/// An epoch is drawn outside the world, is durable before the world gives a number, and is an input of the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Epoch(u64);

impl Epoch {
    /// Of worlds that were never started by a program that counts epochs.
    pub const BEFORE: Self = Self(0);

    /// The epoch stored as this number.
    pub const fn from_u64(stored: u64) -> Self {
        Self(stored)
    }

    /// The number to store. Later epochs have greater ones.
    pub const fn to_u64(self) -> u64 {
        self.0
    }

    /// The epoch after this one, with these random bits.
    pub const fn next(self, bits: u32) -> Self {
        Self(((self.generation() + 1) << BITS) | bits as u64)
    }

    /// How many epochs of the world have begun, this one included.
    pub const fn generation(self) -> u64 {
        self.0 >> BITS
    }
}

/// The generation and the random bits in hexadecimal, behind a letter: what follows a world and a hyphen used to be
/// digits only.
impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "E{:09X}", self.0)
    }
}

/// Where the numbers of a running world come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Resource, Serialize, Deserialize)]
pub struct Numbering {
    /// The world.
    pub world: WorldId,
    /// The epoch in which it runs.
    pub epoch: Epoch,
}

impl Numbering {
    /// The world's own number `count`, as it leaves the world.
    pub fn number(self, count: u64) -> Number {
        Number { numbering: Some(self), count }
    }

    /// The number of something that only players see. Worlds from before epochs gave them the bare count.
    pub fn number_for_players(self, count: u64) -> Number {
        if self.epoch == Epoch::BEFORE { Number::bare(count) } else { self.number(count) }
    }
}

/// A number that leaves its world. Its text is `RK1234ABCD-E19F3A61C2-17`: world, epoch, count. Earlier programs gave
/// numbers without an epoch, or the bare count; they are written and read as they were given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Number {
    numbering: Option<Numbering>,
    count: u64,
}

impl Number {
    /// A number that an earlier program gave without saying of which world.
    pub fn bare(count: u64) -> Self {
        Self { numbering: None, count }
    }

    /// What the world itself calls it.
    pub fn count(self) -> u64 {
        self.count
    }

    /// The world that gave it, if it says so.
    pub fn world(self) -> Option<WorldId> {
        self.numbering.map(|numbering| numbering.world)
    }

    /// The count, if it is a number of this world, or a bare one.
    pub fn count_in(self, world: WorldId) -> Option<u64> {
        self.world().is_none_or(|given_by| given_by == world).then_some(self.count)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.numbering {
            None => write!(f, "{}", self.count),
            Some(Numbering { world, epoch: Epoch::BEFORE }) => write!(f, "{world}-{}", self.count),
            Some(Numbering { world, epoch }) => write!(f, "{world}-{epoch}-{}", self.count),
        }
    }
}

/// A text that is no number of any world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a number such as RK1234ABCD-E19F3A61C2-17")]
pub struct NoNumber;

/// Accepts a text only as [`Number`] writes it: `+17` and `017` are numbers, but none that was given.
impl FromStr for Number {
    type Err = NoNumber;

    fn from_str(text: &str) -> Result<Self, NoNumber> {
        let mut parts = text.rsplit('-');
        let count = parts.next().and_then(|count| count.parse().ok()).ok_or(NoNumber)?;
        let epoch_or_world = parts.next();
        let (world, epoch) = match (parts.next(), epoch_or_world) {
            (world, Some(epoch)) if world.is_some() => (world, read_epoch(epoch).ok_or(NoNumber)?),
            (_, world) => (world, Epoch::BEFORE),
        };
        let world = world.map(|world| read_world(world).ok_or(NoNumber)).transpose()?;
        let number = Self { numbering: world.map(|world| Numbering { world, epoch }), count };
        if number.to_string() == text { Ok(number) } else { Err(NoNumber) }
    }
}

fn read_world(text: &str) -> Option<WorldId> {
    u32::from_str_radix(text.strip_prefix("RK")?, 16).ok().map(WorldId)
}

fn read_epoch(text: &str) -> Option<Epoch> {
    u64::from_str_radix(text.strip_prefix('E')?, 16).ok().map(Epoch)
}

/// Which of a server's worlds this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Resource, Serialize, Deserialize)]
pub struct WorldPlace {
    /// Its number among the worlds of the server, from 0.
    pub number: u32,
    /// How many worlds the server has.
    pub worlds: u32,
}

impl WorldPlace {
    /// The only world of its server.
    pub const ALONE: Self = Self { number: 0, worlds: 1 };

    /// A name or number of this world as others see it, who may see those of all worlds of the server.
    pub fn distinct(self, name: &str) -> String {
        if self.worlds > 1 { format!("{name}@{}", self.number) } else { name.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WORLD: WorldId = WorldId(0x1234_ABCD);

    #[test]
    fn a_number_tells_worlds_and_epochs_apart() {
        let first = Epoch::BEFORE.next(0x9F3A_61C2);
        let number = Numbering { world: WORLD, epoch: first }.number(17);
        assert_eq!(number.to_string(), "RK1234ABCD-E19F3A61C2-17");
        let later = Numbering { world: WORLD, epoch: first.next(0) }.number(17);
        let copy = Numbering { world: WORLD, epoch: Epoch::BEFORE.next(7) }.number(17);
        let other = Numbering { world: WorldId(1), epoch: first }.number(17);
        for same_count in [later, copy, other] {
            assert_ne!(same_count.to_string(), number.to_string());
        }
        assert_eq!((number.count_in(WORLD), number.count_in(WorldId(1))), (Some(17), None));
    }

    #[test]
    fn later_epochs_are_greater_whatever_their_bits() {
        let first = Epoch::BEFORE.next(u32::MAX);
        assert!(Epoch::BEFORE < first && first < first.next(0));
        assert_eq!(first.next(0).generation(), 2);
        assert_eq!(Epoch::from_u64(first.to_u64()), first);
    }

    #[test]
    fn numbers_of_earlier_programs_stay_as_they_are() {
        for given in ["17", "RK1234ABCD-17"] {
            assert_eq!(given.parse().map(|number: Number| number.to_string()).as_deref(), Ok(given));
        }
        assert_eq!("17".parse(), Ok(Number::bare(17)));
        assert_eq!(Number::bare(17).count_in(WORLD), Some(17));
    }

    #[test]
    fn what_was_never_given_is_no_number() {
        for odd in ["", "-", "+17", "017", "RK-17", "rk1234abcd-17", "RK1234ABCD-", "RK1234ABCD-E1-17", "E19F3A61C2-17"]
        {
            assert_eq!(odd.parse::<Number>(), Err(NoNumber), "{odd}");
        }
        assert_eq!("RK1234ABCD-E19F3A61C2-17-1".parse::<Number>(), Err(NoNumber));
    }

    #[test]
    fn names_are_marked_only_where_there_are_several_worlds() {
        assert_eq!(WorldPlace::ALONE.distinct("ann"), "ann");
        assert_eq!(WorldPlace { number: 1, worlds: 2 }.distinct("ann"), "ann@1");
    }

    proptest! {
        #[test]
        fn every_number_is_read_back(world: u32, epoch: u64, count: u64) {
            let number = Numbering { world: WorldId(world), epoch: Epoch(epoch) }.number(count);
            prop_assert_eq!(number.to_string().parse(), Ok(number));
        }

        #[test]
        fn any_text_is_a_number_or_none(text in ".{0,40}") {
            let _ = text.parse::<Number>();
        }
    }
}
