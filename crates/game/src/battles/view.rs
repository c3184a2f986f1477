//! What operators see of a player's battles.

use bevy_app::App;
use schemars::JsonSchema;
use serde::Serialize;

use crate::battles::model::Battle;
use crate::battles::verdict::Seat;
use raidkeep_engine::request::Refusal;
use raidkeep_engine::storage::FoundRows;
use raidkeep_engine::views::{ViewApp, ViewEntries, ViewPart, Viewed};

pub(super) fn register(app: &mut App) {
    app.add_view_part::<BattlesPart>();
}

struct BattlesPart;

/// A battle, from the side of the player.
#[derive(Debug, Serialize, JsonSchema)]
struct BattleSeen {
    /// Its number.
    battle: String,
    /// The opponent's name.
    opponent: String,
    /// The opponent's account; null for a fighter of the game master.
    opponent_player: Option<u64>,
    /// How many rounds are over.
    rounds: u32,
    /// How it stands.
    state: BattleState,
    /// When the round closes, or the battle is forgotten if it is over; unix seconds.
    due_at: i64,
    /// Whether the player is still to be paid for it.
    is_owed: bool,
}

/// How a battle stands for one of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum BattleState {
    /// It goes on.
    Running,
    /// Won.
    Won,
    /// Lost.
    Lost,
    /// Nobody has won.
    Undecided,
}

impl BattleSeen {
    fn of(battle: &Battle, seat: Seat) -> Self {
        let opponent = battle.side(seat.other());
        let state = match battle.ending().map(|ending| ending.winner) {
            None => BattleState::Running,
            Some(None) => BattleState::Undecided,
            Some(Some(winner)) if winner == seat => BattleState::Won,
            Some(Some(_)) => BattleState::Lost,
        };
        Self {
            battle: battle.number().to_string(),
            opponent: opponent.name.clone(),
            opponent_player: opponent.account().map(|account| account.0),
            rounds: battle.rounds_played(),
            state,
            due_at: battle.due_at(),
            is_owed: battle.is_owed(seat),
        }
    }
}

impl ViewPart for BattlesPart {
    const NAME: &'static str = "battles";
    /// The running one, and those that ended and are not forgotten yet.
    type Shown = ViewEntries<BattleSeen>;

    fn show(viewed: &Viewed<'_>, _: FoundRows) -> Result<ViewEntries<BattleSeen>, Refusal> {
        let mut battles = viewed.world.try_query::<&Battle>().ok_or_else(Refusal::internal)?;
        let own =
            battles.iter(viewed.world).filter_map(|battle| Some((battle, battle.seat_of(viewed.player.account)?)));
        let mut own: Vec<(u64, BattleSeen)> =
            own.map(|(battle, seat)| (battle.id(), BattleSeen::of(battle, seat))).collect();
        own.sort_unstable_by_key(|(id, _)| std::cmp::Reverse(*id));
        Ok(ViewEntries::of(own.into_iter(), viewed.page))
    }
}
