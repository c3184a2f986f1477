//! Finds what one player asked in a stretch of time, without playing the journal.
//!
//! The entries of that stretch are read in order and the others passed over, so the cost is that of reading files. What a
//! journal does not say without being played is not found: what was answered, and requests with tokens that are not
//! among those looked for.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::account::AccountId;
use crate::clock::{Clock, ClockMode};
use crate::journal::file::part_path;
use crate::journal::frames::{Frames, Head, JournalError};
use crate::journal::record::{CommandRecord, CredentialRecord, InputRecord, Record, StartRecord};
use crate::journal::retention::journals;
use crate::request::Request;
use crate::timekeeping::ClockAdvance;

/// Numbers of requests in one millisecond.
const PER_MS: u64 = 1000;

/// What is looked for.
#[derive(Debug, Clone)]
pub struct RequestsWanted {
    /// Whose requests.
    pub account: AccountId,
    /// The hashes of the tokens that the player is known to have had.
    pub tokens: Vec<[u8; 32]>,
    /// Functions whose requests by operators do not matter, because they only look.
    pub looking: Vec<String>,
    /// Only requests at this moment of the game's clock or later, unix milliseconds.
    pub from_ms: i64,
    /// Only requests before this moment.
    pub to_ms: i64,
    /// Only requests behind the page that ended with this [`FoundRequests::next`].
    pub after: Option<u64>,
    /// The most requests.
    pub limit: usize,
    /// How long to read at most; what was found until then is a page of its own.
    pub within: Duration,
}

/// Who asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PastAsker {
    /// The player.
    Player,
    /// Somebody without a token, who got that of the player: a log-in.
    Stranger,
    /// An operator of this name, whose request names the player.
    Operator(Box<str>),
}

/// One request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FoundRequest {
    /// Rises from request to request.
    pub number: u64,
    /// The tick in which it was answered first, unix milliseconds of the game's clock.
    pub at_ms: i64,
    /// Who asked.
    pub by: PastAsker,
    /// What was called.
    pub function: String,
    /// With which arguments; placeholders stand for secrets.
    pub arguments: Value,
    /// The idempotency key.
    pub once: Option<Box<str>>,
}

/// A page of requests.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FoundRequests {
    /// In order of time.
    pub requests: Vec<FoundRequest>,
    /// The `after` of the next page; `None` when this is the last. A page that took too long to find may have no requests
    /// and still have a next one.
    pub next: Option<u64>,
}

/// Which clock a world had, by the start of its journal.
pub type ClockOf<'a> = &'a dyn Fn(&StartRecord) -> ClockMode;

/// Finds the requests of a player in the journals of a world. There may be none of that time, or none at all.
///
/// # Errors
/// When the folder or a file in it cannot be read, or is of a later program.
pub fn requests_of(
    folder: &Path,
    world: &str,
    wanted: &RequestsWanted,
    clock_of: ClockOf<'_>,
) -> Result<FoundRequests, JournalError> {
    let unreadable = |source| JournalError::Unreadable { path: folder.display().to_string(), source };
    let found = journals(folder, world).map_err(unreadable)?;
    let journals: Vec<(i64, Vec<u32>)> =
        found.into_iter().map(|(id, parts)| (id, parts.into_keys().collect())).collect();
    let mut search = Search { wanted, began: Instant::now(), found: FoundRequests::default(), last: (0, 0) };
    for (at, (id, parts)) in journals.iter().enumerate() {
        let place = Place { folder, world, id: *id };
        let ended_ms = journals.get(at + 1).map(|(id, _)| *id);
        if search.journal(&place, parts, ended_ms, clock_of)? == Going::Done {
            break;
        }
    }
    Ok(search.found)
}

/// Where the parts of one journal are.
struct Place<'a> {
    folder: &'a Path,
    world: &'a str,
    id: i64,
}

impl Place<'_> {
    fn part(&self, part: u32) -> PathBuf {
        part_path(self.folder, self.world, Head { id: self.id, part })
    }

    fn open(&self, part: u32) -> Result<Frames<BufReader<File>>, JournalError> {
        let path = self.part(part);
        let unreadable = |source| JournalError::Unreadable { path: path.display().to_string(), source };
        Ok(Frames::open(BufReader::with_capacity(1 << 16, File::open(&path).map_err(unreadable)?))?.1)
    }

    /// The moment of the first tick of a part after the first, unix milliseconds of the wall clock.
    fn begins_at(&self, part: u32) -> Option<i64> {
        self.open(part).ok()?.find_map(|record| match record {
            Record::Tick(tick) => Some(tick.wall_ms),
            _ => None,
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Going {
    On,
    Done,
}

struct Search<'a> {
    wanted: &'a RequestsWanted,
    began: Instant,
    found: FoundRequests,
    /// The millisecond of the last request, and how many there were in it.
    last: (i64, u64),
}

impl Search<'_> {
    /// The first moment that matters: that of the window, or where the last page ended.
    fn since_ms(&self) -> i64 {
        let after = self.wanted.after.map_or(0, |after| (after / PER_MS).cast_signed());
        self.wanted.from_ms.max(after)
    }

    fn journal(
        &mut self,
        place: &Place<'_>,
        parts: &[u32],
        ended_ms: Option<i64>,
        clock_of: ClockOf<'_>,
    ) -> Result<Going, JournalError> {
        // The first part says what the numbers in all of them mean; without it they mean nothing.
        let Some(Record::Start(start)) = place.open(0).ok().and_then(|mut first| first.next()) else {
            return Ok(Going::On);
        };
        let mode = clock_of(&start);
        let follows_wall = mode == ClockMode::Real;
        if follows_wall && ended_ms.is_some_and(|ended| ended < self.since_ms()) {
            return Ok(Going::On);
        }
        let mut clock = Clock::start(mode, TimeZone::UTC, start.wall_ms, start.moment_ms);
        for (at, part) in parts.iter().enumerate() {
            let next = parts.get(at + 1).filter(|_| follows_wall);
            if next.and_then(|next| place.begins_at(*next)).is_some_and(|begins| begins < self.since_ms()) {
                continue;
            }
            let mut frames = place.open(*part)?;
            let skipped_before = if follows_wall { self.since_ms() } else { i64::MIN };
            while let Some(record) = frames.next_since(skipped_before) {
                if self.record(record, &mut clock, &start) == Going::Done {
                    return Ok(Going::Done);
                }
            }
        }
        Ok(Going::On)
    }

    fn record(&mut self, record: Record, clock: &mut Clock, start: &StartRecord) -> Going {
        let Record::Tick(tick) = record else {
            return Going::On;
        };
        clock.update(tick.wall_ms);
        let at_ms = clock.now_ms();
        if at_ms >= self.wanted.to_ms && clock.mode() != ClockMode::Manual {
            return Going::Done;
        }
        if self.began.elapsed() > self.wanted.within {
            self.found.next = Some(at_ms.max(self.since_ms()).cast_unsigned() * PER_MS);
            return Going::Done;
        }
        for input in tick.inputs {
            let InputRecord::Command(command) = input else {
                continue;
            };
            let function = start.functions.get(command.function as usize).map_or("", String::as_str);
            if self.command(&command, function, at_ms) == Going::Done {
                return Going::Done;
            }
            if function == ClockAdvance::FUNCTION
                && let Ok(ClockAdvance { seconds }) = serde_json::from_str(&command.arguments)
            {
                clock.move_by_hand(seconds);
            }
        }
        Going::On
    }

    fn command(&mut self, command: &CommandRecord, function: &str, at_ms: i64) -> Going {
        if !(self.wanted.from_ms..self.wanted.to_ms).contains(&at_ms) {
            return Going::On;
        }
        let Some((by, arguments)) = self.wanted.asker(command, function) else {
            return Going::On;
        };
        self.last = if self.last.0 == at_ms { (at_ms, self.last.1 + 1) } else { (at_ms, 1) };
        let number = at_ms.cast_unsigned() * PER_MS + self.last.1.min(PER_MS - 1);
        if self.wanted.after.is_some_and(|after| number <= after) {
            return Going::On;
        }
        if self.found.requests.len() == self.wanted.limit {
            self.found.next = self.found.requests.last().map(|last| last.number);
            return Going::Done;
        }
        let once = command.once.as_ref().map(|(key, _)| key.clone());
        let function = function.to_owned();
        self.found.requests.push(FoundRequest { number, at_ms, by, function, arguments, once });
        Going::On
    }
}

impl RequestsWanted {
    /// Who asked, if it was for the player, and the arguments.
    fn asker(&self, command: &CommandRecord, function: &str) -> Option<(PastAsker, Value)> {
        let of_token = |hash: &[u8; 32]| self.tokens.contains(hash);
        let by = match &command.credential {
            CredentialRecord::SignedIn { account, .. } => (*account == self.account).then_some(PastAsker::Player)?,
            CredentialRecord::Token(hash) => of_token(hash).then_some(PastAsker::Player)?,
            CredentialRecord::None => {
                let stranger = command.stranger.as_ref()?;
                of_token(&stranger.token_hash).then_some(PastAsker::Stranger)?
            }
            CredentialRecord::Operator => PastAsker::Operator("operator".into()),
            CredentialRecord::OperatorNamed(identity) => PastAsker::Operator(identity.name.clone()),
        };
        let arguments = serde_json::from_str(&command.arguments).unwrap_or_default();
        let is_wanted = match by {
            PastAsker::Operator(_) => {
                self.is_named(&arguments) && self.looking.iter().all(|looking| looking != function)
            }
            PastAsker::Player | PastAsker::Stranger => true,
        };
        is_wanted.then_some((by, arguments))
    }

    fn is_named(&self, arguments: &Value) -> bool {
        arguments["player"].as_u64() == Some(self.account.0)
    }
}
