//! Warns of bosses that no world can kill within a season, because a blow is capped too low.

use crate::boss::rules::{BOSS_TICKET, BossRules};
use crate::schedule::Schedule;
use crate::tickets::TicketRules;
use raidkeep_engine::rules::{Place, Report, Tables};

/// A world with more players than this is beyond what the game is made for.
const PLAYERS_MAX: u128 = 1_000_000;

/// Reports the first boss that outlives the season even if a million players strike with every ticket and the most damage
/// that the cap lets pass; those after it follow from it.
pub(super) fn look(rules: &BossRules, tables: &Tables, place: &Place, report: &mut Report) {
    let ticket = tables.get::<TicketRules>().and_then(|tickets| tickets.kind(BOSS_TICKET));
    let daily = ticket.map_or(0, |kind| kind.daily.max(kind.daily_vip.unwrap_or(0)));
    let blow = rules.max_upload_damage.saturating_sub(1);
    let of_player = u128::from(blow) * u128::from(daily) * days_of(&rules.season);
    let mut needed = 0;
    for (index, boss) in rules.bosses.iter().enumerate().filter(|_| daily > 0) {
        needed += u128::from(boss.life_value);
        if needed > of_player * PLAYERS_MAX {
            let message = format!(
                "no world kills \"{}\" within a season: {daily} blows a day of at most {blow} damage each, by a million players",
                boss.name
            );
            let place = place.clone().key("bosses").index(index).key("life_value");
            report.warning(place, message).hint("expected less life, or more max_upload_damage");
            return;
        }
    }
}

/// How long a season is at most, in days. One on certain dates may be as long as it likes, and is taken as ten years.
fn days_of(season: &Schedule) -> u128 {
    match season {
        Schedule::Daily => 1,
        Schedule::Weekly(_) => 7,
        Schedule::Monthly => 31,
        Schedule::Dates(_) => 3660,
    }
}
