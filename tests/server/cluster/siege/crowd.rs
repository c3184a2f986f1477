//! Accounts of people who have played and are not here, of whom some have struck a boss. They are made on one machine, whose worlds are in files, and
//! brought into the database as an operator would: three databases need an hour for what files take in minutes.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::cluster::nodes::migrate;
use crate::kill_cycles::siege::run;
use crate::kill_cycles::tell;
use crate::process::{Client, Host};

/// Clients of each world that ask at the same time, so that what they change is committed together.
const AT_ONCE: u64 = 100;
/// One in so many is ranked.
const RANKED_EVERY: u64 = 10;
/// A boss room that everybody may enter.
const BOSS_STAGE: i64 = 3001;
/// Names a folder in which the worlds that were made are kept for the next run.
const KEPT: &str = "RAIDKEEP_SIEGE_CROWD";

/// Makes so many accounts in each of the worlds of `alone`, and moves the worlds into the database.
pub(super) fn bring(alone: &Host, worlds: u32, accounts: u64, url: &str) -> Result<(), String> {
    let kept =
        std::env::var_os(KEPT).map(|folder| PathBuf::from(folder).join(format!("{worlds}-worlds-of-{accounts}")));
    match kept {
        Some(kept) if kept.exists() => copy(&kept, &alone.data())?,
        kept => {
            let mut server = alone.start();
            gather(server.address, worlds, accounts)?;
            server.stop();
            kept.map_or(Ok(()), |kept| copy(&alone.data(), &kept))?;
        }
    }
    let began = Instant::now();
    let (moved, told) = migrate("database", &alone.data(), url);
    tell(&format!("{told} in {:?}", began.elapsed()));
    if moved { Ok(()) } else { Err(told) }
}

/// Copies a folder; a copy that was broken off has another name.
fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let (parent, part) = (to.parent().ok_or("a folder in another")?, to.with_extension("part"));
    std::fs::create_dir_all(parent).map_err(|error| error.to_string())?;
    run(Command::new("cp").arg("-rT").arg(from).arg(&part))?;
    std::fs::rename(&part, to).map_err(|error| error.to_string())
}

fn gather(door: SocketAddr, worlds: u32, accounts: u64) -> Result<(), String> {
    let (began, made) = (Instant::now(), AtomicU64::new(0));
    std::thread::scope(|scope| {
        let made = &made;
        let part = |world| scope.spawn(move || fill(door, world, accounts, made, began));
        let parts: Vec<_> = (0..worlds).map(part).collect();
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
        // Who never plays is a guest to be forgotten soon, of whom each start reads.
        let play = |login: &Value| ("start_hang_up", json!({"token": login["data"]["token"], "stage": 1}));
        ask_all(&mut clients, world, logins.iter().map(play))?;
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
        let request = json!({"world": world, "function": function, "data": data}).to_string();
        client.send(Message::text(request.as_str()))?;
        asked.push(request);
    }
    asked.iter().zip(clients).map(|(request, client)| read_success(client, request)).collect()
}

fn read_success(client: &mut Client, request: &str) -> Result<Value, String> {
    let reply = client.read_reply().map_err(|ended| format!("{ended:?}"))?;
    match reply["status"].as_i64() {
        Some(0 | 1) => Ok(reply),
        _ => Err(format!("everybody is let in: {request}: {reply}")),
    }
}
