//! What the bosses have left, compared with the blows that were answered.

use serde_json::json;

use crate::process::Client;

/// Life of each boss; each blow takes one, so the hundredths shown reveal the number of blows.
pub(crate) const BOSS_LIFE: i64 = 100;
const BOSSES: i64 = 11;

/// The life of the bosses as shown to any player, in hundredths.
pub(crate) fn shown_life(mut client: Client, world: u32) -> Result<Vec<i64>, String> {
    client.log_in_to(world, "observer");
    let reply = client.ask_again(world, "stage_refresh_boss", &json!({}));
    let ratio = |number: i64| reply["data"]["ratio"][number.to_string()].as_str()?.replace('.', "").parse().ok();
    let life: Option<Vec<i64>> = (0..BOSSES).map(ratio).collect();
    life.ok_or_else(|| format!("each boss has a ratio: {reply}"))
}

/// `blows` take the life of one boss after the other.
pub(crate) fn check_life(life: &[i64], blows: i64) -> Result<(), String> {
    let expected: Vec<i64> = (0..BOSSES).map(|boss| (BOSS_LIFE * (boss + 1) - blows).clamp(0, BOSS_LIFE)).collect();
    match life == expected {
        true => Ok(()),
        false => Err(format!("{blows} blows were answered, and the bosses have {life:?}, expected {expected:?}")),
    }
}
