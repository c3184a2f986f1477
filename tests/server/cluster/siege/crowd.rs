//! Accounts of people who are not here, of whom some have struck a boss.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::kill_cycles::tell;
use crate::process::Client;

/// Clients of each world that ask at the same time, so that what they change is committed together.
const AT_ONCE: u64 = 100;
/// One in so many is ranked.
const RANKED_EVERY: u64 = 10;
/// A boss room that everybody may enter.
const BOSS_STAGE: i64 = 3001;

/// Makes so many accounts in each world. They are asked for through these doors, one after the other.
pub(super) fn gather(doors: &[SocketAddr], worlds: u32, accounts: u64) -> Result<(), String> {
    let (began, made) = (Instant::now(), AtomicU64::new(0));
    std::thread::scope(|scope| {
        let part = |(world, door): (u32, &SocketAddr)| {
            let (door, made) = (*door, &made);
            scope.spawn(move || fill(door, world, accounts, made, began))
        };
        let parts: Vec<_> = (0..worlds).zip(doors.iter().cycle()).map(part).collect();
        parts.into_iter().try_for_each(|part| part.join().map_err(|_| "a client panicked".to_owned())?)
    })
}

fn fill(door: SocketAddr, world: u32, accounts: u64, made: &AtomicU64, began: Instant) -> Result<(), String> {
    let connect = |_| Client::connect(door);
    let mut clients = (0..AT_ONCE).map(connect).collect::<Result<Vec<_>, _>>()?;
    let mut number = 0;
    while number < accounts {
        let until = (number + AT_ONCE).min(accounts);
        let login = |account| ("login_unique", json!({"unique_id": format!("crowd-{account}")}));
        let logins = ask_all(&mut clients, world, (number..until).map(login))?;
        let ranked: Vec<(u64, &Value)> =
            (number..until).zip(&logins).filter(|(account, _)| account % RANKED_EVERY == 0).collect();
        let enter = |(_, login): &(u64, &Value)| {
            ("enter_stage_boss", json!({"token": login["data"]["token"], "stage": BOSS_STAGE}))
        };
        ask_all(&mut clients, world, ranked.iter().map(enter))?;
        let win = |(account, login): &(u64, &Value)| {
            let data = json!({"token": login["data"]["token"], "stage": BOSS_STAGE, "damage": 1 + account % 97});
            ("victory_stage_boss", data)
        };
        ask_all(&mut clients, world, ranked.iter().map(win))?;
        let all = made.fetch_add(until - number, Ordering::Relaxed) + until - number;
        number = until;
        if all % 100_000 < AT_ONCE {
            tell(&format!("{all} accounts in {:?}", began.elapsed()));
        }
    }
    Ok(())
}

/// Has each client ask one of these; returns the replies, which are successes.
fn ask_all<'a>(
    clients: &mut [Client],
    world: u32,
    requests: impl Iterator<Item = (&'a str, Value)>,
) -> Result<Vec<Value>, String> {
    let mut asked = Vec::new();
    for ((function, data), client) in requests.zip(&mut *clients) {
        // A player strikes once; who logs in again has the same account.
        let once = data.get("token").map(|_| function);
        let request = json!({"world": world, "function": function, "data": data, "once": once}).to_string();
        client.send(Message::text(request.as_str()))?;
        asked.push(request);
    }
    asked.iter().zip(clients).map(|(request, client)| read_success(client, request)).collect()
}

/// The reply to a request that was sent, and is sent again while its world moves to another node, or when that is not known.
fn read_success(client: &mut Client, request: &str) -> Result<Value, String> {
    loop {
        let frame = client.read_json().map_err(|ended| format!("{ended:?}"))?;
        match frame["status"].as_i64() {
            None => {}
            Some(0 | 1) => return Ok(frame),
            Some(16 | -2) => {
                std::thread::sleep(Duration::from_millis(100));
                client.send(Message::text(request))?;
            }
            Some(_) => return Err(format!("everybody is let in: {request}: {frame}")),
        }
    }
}
