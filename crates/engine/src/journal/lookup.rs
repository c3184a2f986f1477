//! Finds what one player asked in a stretch of time, without playing the journal.
//!
//! The entries of that stretch are read in order and the others passed over, so the cost is that of reading files. What a
//! journal does not say without being played is not found: what was answered, and requests with tokens that are not
//! among those looked for.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::Instant;

use jiff::tz::TimeZone;

use crate::clock::{Clock, ClockMode};
use crate::journal::asked::{FoundRequest, FoundRequests, RequestsWanted};
use crate::journal::file::part_path;
use crate::journal::frames::{Frames, Head, JournalError};
use crate::journal::record::{CommandRecord, InputRecord, Record, StartRecord};
use crate::journal::retention::journals;
use crate::request::Request;
use crate::timekeeping::ClockAdvance;

/// Numbers of requests in one millisecond.
const PER_MS: u64 = 1000;

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

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    use crate::account::AccountId;
    use crate::journal::asked::PastAsker;
    use crate::journal::frames::encode_frame;
    use crate::journal::record::{CredentialRecord, RowLayout, StrangerRecord, TickOutcome, TickRecord};
    use crate::numbers::BatchNumber;
    use crate::operators::OperatorIdentity;
    use crate::outside::{Epoch, WorldPlace};

    const ANN: AccountId = AccountId(7);
    const TOKEN: [u8; 32] = [1; 32];
    const FUNCTIONS: [&str; 4] = ["login_unique", "sweep", "player_take", "clock_advance"];

    fn start(wall_ms: i64) -> Record {
        Record::Start(Box::new(StartRecord {
            program: "raidkeep".to_owned(),
            rules: 7,
            config: "{}".to_owned(),
            wall_ms,
            seed: 1,
            last_batch: BatchNumber(1),
            moment_ms: Some(wall_ms),
            functions: FUNCTIONS.map(str::to_owned).to_vec(),
            player_tables: Vec::new(),
            epoch: Epoch::BEFORE,
            place: WorldPlace::ALONE,
            layout: RowLayout::OF_THIS_PROGRAM,
        }))
    }

    fn request(function: u32, arguments: &str, credential: CredentialRecord) -> InputRecord {
        let stranger =
            (credential == CredentialRecord::None).then_some(StrangerRecord { address: None, token_hash: TOKEN });
        let arguments = arguments.to_owned();
        InputRecord::Command(CommandRecord { function, arguments, credential, once: None, stranger, connection: None })
    }

    fn signed_in(account: AccountId) -> CredentialRecord {
        CredentialRecord::SignedIn { account, generation: 1 }
    }

    fn sweep(of: AccountId) -> InputRecord {
        request(1, r#"{"stage":8}"#, signed_in(of))
    }

    fn tick(wall_ms: i64, inputs: Vec<InputRecord>) -> Record {
        let (folded_batch, before) = (BatchNumber::default(), TickOutcome::default());
        Record::Tick(TickRecord { wall_ms, real_ns: 0, folded_batch, before, inputs })
    }

    fn write(folder: &Path, head: Head, records: &[Record]) {
        let mut bytes = head.encode();
        for record in records {
            encode_frame(&postcard::to_stdvec(record).expect("plain data"), &mut bytes);
        }
        std::fs::write(part_path(folder, "world-0", head), bytes).expect("a writable folder");
    }

    /// Of 7 to 8 s, by pages of two.
    fn wanted() -> RequestsWanted {
        RequestsWanted {
            account: ANN,
            tokens: vec![TOKEN],
            looking: vec!["player_view".to_owned()],
            from_ms: 7000,
            to_ms: 8000,
            after: None,
            limit: 2,
            within: Duration::from_secs(60),
        }
    }

    fn find(folder: &Path, wanted: &RequestsWanted, mode: ClockMode) -> FoundRequests {
        requests_of(folder, "world-0", wanted, &|_| mode).expect("readable journals")
    }

    fn find_all(folder: &Path, mode: ClockMode) -> Vec<(i64, String)> {
        let (mut wanted, mut all) = (wanted(), Vec::new());
        loop {
            let page = find(folder, &wanted, mode);
            all.extend(page.requests.into_iter().map(|found| (found.at_ms, found.function)));
            match page.next {
                Some(next) => wanted.after = Some(next),
                None => return all,
            }
        }
    }

    #[test]
    fn requests_are_found_page_by_page_in_parts_and_journals_of_that_time() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let other = AccountId(8);
        let at = |id, part| Head { id, part };
        write(folder.path(), at(1000, 0), &[start(1000), tick(1000, vec![sweep(ANN)])]);
        write(folder.path(), at(5000, 0), &[start(5000), tick(5000, vec![sweep(ANN)])]);
        // Nobody needs this part, so that it cannot be read does not matter.
        std::fs::write(part_path(folder.path(), "world-0", at(5000, 1)), b"damaged").expect("a writable folder");
        let login = request(0, "{}", CredentialRecord::None);
        let three = vec![sweep(ANN), sweep(other), sweep(ANN), request(1, "{}", CredentialRecord::Token(TOKEN))];
        write(folder.path(), at(5000, 2), &[tick(6999, vec![sweep(ANN)]), tick(7000, vec![login]), tick(7500, three)]);
        write(folder.path(), at(7800, 0), &[start(7800), tick(7900, vec![sweep(ANN)]), tick(8000, vec![sweep(ANN)])]);
        let found = find_all(folder.path(), ClockMode::Real);
        let expected = [(7000, "login_unique"), (7500, "sweep"), (7500, "sweep"), (7500, "sweep"), (7900, "sweep")];
        assert_eq!(found, expected.map(|(at_ms, function)| (at_ms, function.to_owned())));
        let hurried = find(folder.path(), &RequestsWanted { within: Duration::ZERO, ..wanted() }, ClockMode::Real);
        assert_eq!((hurried.requests.len(), hurried.next), (0, Some(7_000_000)), "the next page goes on there");
    }

    #[test]
    fn what_operators_did_to_the_player_is_found_and_what_they_looked_at_or_did_to_others_is_not() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let operator = || CredentialRecord::OperatorNamed(Box::new(OperatorIdentity::of_token(None)));
        let by_operator = |arguments: &str| request(2, arguments, operator());
        let inputs = vec![by_operator(r#"{"player":7}"#), by_operator(r#"{"player":8}"#), by_operator("{}")];
        write(folder.path(), Head { id: 7000, part: 0 }, &[start(7000), tick(7000, inputs)]);
        let found = find(folder.path(), &wanted(), ClockMode::Real);
        let [only] = &found.requests[..] else { panic!("one is of the player: {found:?}") };
        assert_eq!(only.by, PastAsker::Operator("token".into()));
        let looking = RequestsWanted { looking: vec!["player_take".to_owned()], ..wanted() };
        assert_eq!(find(folder.path(), &looking, ClockMode::Real), FoundRequests::default());
    }

    #[test]
    fn a_clock_that_is_moved_by_hand_is_followed() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let advance = request(3, r#"{"seconds":1}"#, CredentialRecord::Operator);
        let inputs = vec![sweep(ANN), advance];
        let records = [start(6000), tick(90_000, inputs), tick(91_000, vec![sweep(ANN)])];
        write(folder.path(), Head { id: 6000, part: 0 }, &records);
        assert_eq!(find_all(folder.path(), ClockMode::Manual), [(7000, "sweep".to_owned())]);
    }
}
