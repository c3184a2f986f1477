//! What a season brought a player, and why.

use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

use crate::boss::BossRules;
use crate::boss::past::{RewardedRanks, SeasonEnding};
use crate::items::Amount;
use crate::mail::{Broadcasts, MailRules, Mailbox};
use raidkeep_engine::request::Player;
use raidkeep_engine::rules::Rules;

/// The reply of `season_rewards_of`.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RewardsTold {
    /// The number of the season.
    season: u32,
    /// Whether it brought a reward, and if not, why.
    outcome: SeasonOutcome,
    /// The player's rank, from 1; null without one.
    rank: Option<usize>,
    /// The player's best damage; null without a rank.
    damage: Option<u64>,
    /// The ranks that got the same as the player's; null if it got nothing.
    bracket: Option<BracketTold>,
    /// What became of the mail that brought it; null without one.
    mail: Option<RewardMail>,
}

/// What a season brought, or why nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum SeasonOutcome {
    /// A reward.
    Rewarded,
    /// Nothing yet: the season runs. Rank and bracket are those of now.
    Running,
    /// Nothing: the player has struck no boss in it.
    NotRanked,
    /// Nothing: the rank is in no bracket.
    NoBracket,
    /// Nobody knows: the season ended under a program that kept only the best ranks, and not what they got.
    NotKept,
}

/// A range of ranks and what each of them got.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct BracketTold {
    /// The best rank.
    from: usize,
    /// The last rank.
    to: usize,
    /// What each got.
    items: Vec<Amount>,
}

/// A mail that brings a reward.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct RewardMail {
    /// What became of it.
    state: RewardMailState,
    /// The player's key for it, if it is in the box.
    key: Option<String>,
    /// When it was sent, unix seconds.
    at: i64,
}

/// What became of a mail that brings a reward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum RewardMailState {
    /// It waits until the player looks into the box.
    Waiting,
    /// It waits until there is room in the box, which is full.
    BoxFull,
    /// It is in the box, and its items can be claimed.
    Unclaimed,
    /// It is in the box, and its items were claimed.
    Claimed,
    /// It was in the box, and the player has deleted it, which is possible once its items are claimed.
    Deleted,
    /// It is no longer delivered. Either the player has not looked in time, or has claimed and deleted it long ago.
    Expired,
}

impl From<&RewardedRanks> for BracketTold {
    fn from(RewardedRanks { from, to, items }: &RewardedRanks) -> Self {
        Self { from: *from, to: *to, items: items.clone() }
    }
}

type Place = Option<(usize, u64)>;

fn told(season: u32, outcome: SeasonOutcome, place: Place) -> RewardsTold {
    let (rank, damage) = place.unzip();
    RewardsTold { season, outcome, rank, damage, bracket: None, mail: None }
}

/// In the season that runs.
pub(super) fn of_running(world: &World, season: u32, place: Place) -> RewardsTold {
    let rules = world.resource::<Rules<BossRules>>();
    let bracket = place.and_then(|(rank, _)| rules.bracket(rank));
    let bracket =
        bracket.map(|bracket| BracketTold { from: bracket.from, to: bracket.to, items: bracket.items.clone() });
    RewardsTold { bracket, ..told(season, SeasonOutcome::Running, place) }
}

/// In a season of which only the best are known.
pub(super) fn of_former(season: u32, place: Place) -> RewardsTold {
    told(season, SeasonOutcome::NotKept, place)
}

/// In a season that is over.
pub(super) fn of_past(
    world: &World,
    player: Player,
    (season, ending): (u32, &SeasonEnding),
    place: Place,
) -> RewardsTold {
    let Some((rank, _)) = place else {
        return told(season, SeasonOutcome::NotRanked, place);
    };
    let Some(bracket) = ending.reward(rank) else {
        return told(season, SeasonOutcome::NoBracket, place);
    };
    let mail = ending.mail.map(|number| mail_of(world, player, number, ending.ended_at, &bracket.items));
    RewardsTold { bracket: Some(bracket.into()), mail, ..told(season, SeasonOutcome::Rewarded, place) }
}

fn mail_of(world: &World, player: Player, number: u64, ended_at: i64, items: &[Amount]) -> RewardMail {
    let broadcasts = world.resource::<Broadcasts>();
    let letter = broadcasts.letter_of(number, player.account);
    let at = letter.map_or(ended_at, |letter| letter.at);
    let mail = |state, key| RewardMail { state, key, at };
    let Some(mailbox) = world.get::<Mailbox>(player.entity) else {
        return mail(RewardMailState::Waiting, None);
    };
    let kept = mailbox.newest_first().into_iter().find(|kept| kept.letter().at == at && kept.letter().items == items);
    if let Some(kept) = kept {
        let state = if kept.is_claimed() { RewardMailState::Claimed } else { RewardMailState::Unclaimed };
        return mail(state, Some(kept.key()));
    }
    let state = match (mailbox.has_taken(number), broadcasts.contains(number)) {
        (true, _) => RewardMailState::Deleted,
        (false, false) => RewardMailState::Expired,
        (false, true) if mailbox.len() >= world.resource::<Rules<MailRules>>().box_max => RewardMailState::BoxFull,
        (false, true) => RewardMailState::Waiting,
    };
    mail(state, None)
}
