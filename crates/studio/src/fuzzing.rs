//! All parsers of untrusted input, as functions that take arbitrary bytes: for the fuzz targets in `fuzz/` and,
//! bounded, for `tests/studio/fuzz_inputs.rs`. None of them may panic on any input.

use std::net::IpAddr;
use std::pin::pin;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Waker};

use bevy_app::App;
use bevy_ecs::world::World;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::language::{ColumnUnit, GivenNames, IdSlots, Known, LanguageSession, Lines, complete, outline, read_frame};
use crate::testing::{NOON_MS, TestSetup};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::exchange::Answered;
use raidkeep_engine::journal::Frames;
use raidkeep_engine::request::RequestTable;
use raidkeep_engine::request::envelope::Envelope;
use raidkeep_engine::request::registry::RequestKind;
use raidkeep_engine::request::route::{Route, RouteBody, RouteHeaders};
use raidkeep_engine::rules::{Catalogue, RuleTables};
use raidkeep_engine::start::Start;
use raidkeep_engine::storage::batch::batches;
use raidkeep_engine::storage::disk::Disks;
use raidkeep_engine::storage::rows::Persistence;
use raidkeep_engine::storage::store::Store;
use raidkeep_engine::storage::{Arrival, Touched};
use raidkeep_game::identity::requests::LogIn;
use raidkeep_game::images::picture::Picture;
use raidkeep_game::images::rules::ImageLimits;
use raidkeep_game::platforms::chat::wire::{self as chat, ChatManner};
use raidkeep_game::platforms::mcrmb::wire::PlatformReply;
use raidkeep_game::platforms::signature::SudAuth;
use raidkeep_game::portability::Document;
use raidkeep_server::config::proxies::TrustedProxies;
use raidkeep_server::net::proxies::{forwarded_client, read_proxy_header};

/// One entry point for bytes.
#[derive(Debug, Clone, Copy)]
pub struct Entrance {
    /// The name of its target.
    pub name: &'static str,
    /// Reads the bytes.
    pub read: fn(&[u8]),
}

/// All entry points.
pub const ENTRANCES: [Entrance; 10] = [
    Entrance { name: "envelope", read: envelope },
    Entrance { name: "requests", read: requests },
    Entrance { name: "rules", read: rules },
    Entrance { name: "editors", read: editors },
    Entrance { name: "http_bodies", read: http_bodies },
    Entrance { name: "proxy_headers", read: proxy_headers },
    Entrance { name: "journals", read: journals },
    Entrance { name: "rows", read: rows },
    Entrance { name: "documents", read: documents },
    Entrance { name: "images", read: images },
];

/// The parts of a game that the functions need.
struct Shipped {
    kinds: Vec<RequestKind>,
    texts: Vec<(String, String)>,
}

static KNOWN: LazyLock<Shipped> = LazyLock::new(|| {
    let kinds = app().world().resource::<RequestTable>().kinds().to_vec();
    let texts = raidkeep_game::shipped_assets().text_files().unwrap_or_default();
    Shipped { kinds, texts: texts.into_iter().collect() }
});

fn app() -> App {
    raidkeep_game::build_app(&TestSetup::default().settings)
}

/// The first byte chooses, the rest is input.
fn choose<'c, 'b, T>(choices: &'c [T], bytes: &'b [u8]) -> Option<(&'c T, &'b [u8])> {
    let (first, rest) = bytes.split_first()?;
    let at = usize::from(*first).checked_rem(choices.len())?;
    Some((choices.get(at)?, rest))
}

/// A frame of a client.
fn envelope(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Err((refusal, id)) = Envelope::read(text) {
        let reply = raidkeep_engine::request::envelope::refusal_text(&refusal, &id);
        assert!(serde_json::from_str::<serde_json::Value>(&reply).is_ok(), "a refusal should be JSON: {reply}");
    }
}

/// The arguments of each function. What a journal records of them must decode to the same request.
fn requests(bytes: &[u8]) {
    let Some((kind, rest)) = choose(&KNOWN.kinds, bytes) else {
        return;
    };
    let data: Option<&serde_json::value::RawValue> = serde_json::from_slice(rest).ok();
    let Ok(decoded) = (kind.decode)(data) else {
        return;
    };
    let written = (kind.record)(decoded.request.as_ref());
    let data = serde_json::from_str(&written).ok();
    let again = kind.decode_recorded(data).unwrap_or_else(|refusal| panic!("{} {written}: {refusal}", kind.function));
    let written_again = (kind.record)(again.request.as_ref());
    assert_eq!(written_again, written, "{} is not serialized as it is read", kind.function);
}

/// An asset file: a shipped one with some bytes replaced.
fn rules(bytes: &[u8]) {
    let Some((name, edited, _)) = edited(bytes) else {
        return;
    };
    let texts = KNOWN.texts.iter().map(|(other, text)| {
        let text = if other == name { &edited } else { text };
        (other.clone(), text.clone())
    });
    let source = raidkeep_engine::rules::AssetSource::Texts(texts.collect());
    if let Err(problems) = lock().resource::<RuleTables>().catalogue.load(&source) {
        assert!(!problems.to_string().is_empty(), "refused rules have a reason");
    }
}

/// The name of a shipped file, its text with a part overwritten, and where that is.
fn edited(bytes: &[u8]) -> Option<(&'static str, String, usize)> {
    let ((name, text), rest) = choose(&KNOWN.texts, bytes)?;
    let (at, put) = rest.split_first_chunk::<2>()?;
    let at = usize::from(u16::from_le_bytes(*at)).min(text.len());
    let mut edited = text.clone().into_bytes();
    edited.splice(at..(at + put.len()).min(text.len()), put.iter().copied());
    Some((name, String::from_utf8_lossy(&edited).into_owned(), at))
}

/// What editors send: messages, and texts in the middle of being written.
fn editors(bytes: &[u8]) {
    let mut stream = bytes;
    while let Ok(Some(content)) = read_frame(&mut stream) {
        drop(LanguageSession::new(Catalogue::new(), TimeZone::UTC).receive_bytes(&content));
    }
    drop(LanguageSession::new(Catalogue::new(), TimeZone::UTC).receive_bytes(bytes));
    let Some((name, text, at)) = edited(bytes) else {
        return;
    };
    let world = lock();
    let catalogue = &world.resource::<RuleTables>().catalogue;
    let known = Known { catalogue, slots: &IdSlots::default(), names: &GivenNames::default() };
    drop(outline(&text));
    for offset in (at.saturating_sub(2)..text.len().min(at + 16)).filter(|offset| text.is_char_boundary(*offset)) {
        let span = complete(name, &text, offset, known).span;
        assert!(span.start <= offset && offset <= span.end || span.is_empty(), "what is typed is around the place");
        drop(catalogue.schema_of_file(name).and_then(|schema| schema.sight(&text, offset)));
        let lines = Lines::new(&text, ColumnUnit::Utf16);
        assert!(lines.offset(lines.position(offset)) <= offset, "a place survives the way there and back");
    }
}

/// HTTP input: bodies of routes, a platform's signature, a platform's answer, a chat endpoint's answer.
fn http_bodies(bytes: &[u8]) {
    for body in [RouteBody::Arguments, RouteBody::Signed(|_| 0)] {
        let route = Route::of::<LogIn>(body);
        let text = std::str::from_utf8(bytes).ok();
        let headers = RouteHeaders { authorization: text, idempotency_key: text };
        if let Ok(request) = route.read(headers, bytes, |_| None) {
            let arguments = request.envelope(0).data;
            assert!(arguments.is_none_or(|text| text.get().starts_with('{')), "arguments are an object");
        }
        drop(route.reply(&String::from_utf8_lossy(bytes)));
    }
    drop(SudAuth::from_header(bytes));
    drop(PlatformReply::read(bytes));
    let content = json!({"choices": [{"message": {"content": String::from_utf8_lossy(bytes)}}]});
    for body in [bytes.to_vec(), content.to_string().into_bytes()] {
        let manner = ChatManner { text_max_chars: 100, ..ChatManner::default() };
        if let Ok(text) = chat::answer(Ok(Answered { status: 200, body }), &manner) {
            assert!((1..=100).contains(&text.chars().count()), "of an answer a short text is taken");
        }
    }
}

/// What a trusted proxy says about a client: a header of the PROXY protocol, and values of `X-Forwarded-For`.
fn proxy_headers(bytes: &[u8]) {
    const STARTS: [&[u8]; 4] = [b"", b"PROXY ", b"PROXY TCP4 ", b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0"];
    for start in STARTS {
        let header = [start, bytes].concat();
        let mut unread = &header[..];
        let read = pin!(read_proxy_header(&mut unread)).poll(&mut Context::from_waker(Waker::noop()));
        assert!(read.is_ready(), "bytes in memory are not waited for");
        assert!(header.len() - unread.len() <= 4096, "a header is short");
    }
    let proxies = TrustedProxies::parse(&["10.0.0.0/8".to_owned()]).unwrap_or_default();
    let proxy = IpAddr::from([10, 0, 0, 1]);
    let text = String::from_utf8_lossy(bytes);
    forwarded_client(&proxies, proxy, text.lines());
    let stranger = IpAddr::from([203, 0, 113, 9]);
    assert_eq!(forwarded_client(&proxies, stranger, text.lines()), stranger, "only proxies are believed");
}

/// A client's portrait: the file, and its text.
fn images(bytes: &[u8]) {
    const STARTS: [&[u8]; 3] = [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"];
    for start in STARTS {
        if let Ok(picture) = Picture::decode(&[start, bytes].concat(), 4096) {
            assert!(picture.into_png_within(64, 1024).len() <= 1024, "what is kept is small");
        }
    }
    let limits = ImageLimits {
        upload_max_bytes: 4096,
        upload_max_pixels: 4096,
        kept_max_bytes: 1024,
        shipped_max_bytes: 4096,
        side_max: 64,
    };
    drop(limits.receive(&String::from_utf8_lossy(bytes)));
}

/// A journal.
fn journals(bytes: &[u8]) {
    if let Ok((_, frames)) = Frames::open(bytes) {
        assert!(frames.count() <= bytes.len(), "an entry takes at least a byte");
    }
}

/// A record of the log, and a player's rows.
fn rows(bytes: &[u8]) {
    for batch in batches(bytes) {
        assert!(batch.rows().count() <= bytes.len(), "a row takes at least a byte");
    }
    let world = &mut *lock();
    let tables = world.resource::<Persistence>().player_tables().len();
    let table = usize::from(bytes.first().copied().unwrap_or_default()) % tables.max(1);
    let mut rows = vec![Vec::new(); tables];
    rows[table].push((vec![0; 8], bytes.get(1..).unwrap_or_default().to_vec()));
    if let Ok(entity) = raidkeep_engine::storage::rows::spawn_stored(world, AccountId(1), &rows) {
        world.despawn(entity);
    }
    // Changes made by these are never saved.
    world.insert_resource(Touched::default());
}

/// A player document, and each of its parts.
fn documents(bytes: &[u8]) {
    let world = &*lock();
    let parts = world.resource::<Persistence>().player_parts();
    let Some((part, rest)) = choose(&parts, bytes) else {
        return;
    };
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(rest) else {
        return;
    };
    for is_same_world in [true, false] {
        let arrival = Arrival { account: AccountId(1), former: AccountId(1), is_same_world, replaced: None, world };
        if let Err(unfit) = (part.unpack)(&value, arrival) {
            assert!(!unfit.what.is_empty(), "a refused part has a reason");
        }
    }
    drop(Document::read(value));
}

/// A game with the shipped rules that never ticks.
static READER: LazyLock<Mutex<World>> = LazyLock::new(|| {
    let settings = TestSetup::default().settings;
    let rules = raidkeep_game::load_rules(&settings, &raidkeep_game::shipped_assets())
        .expect("the shipped assets should be valid");
    let store = Store::open_disks(&Disks::default()).expect("a simulated disk should open").into();
    let start = Start::alone(NOON_MS, 7);
    let mut world = raidkeep_game::start_world(&settings, &rules, &store, start).expect("an empty world should start");
    Mutex::new(std::mem::take(world.world_mut()))
});

fn lock() -> MutexGuard<'static, World> {
    READER.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs the target of that name on the bytes.
///
/// # Panics
/// If there is no such target, or the input triggers a bug.
pub fn read(name: &str, bytes: &[u8]) {
    let entrance = ENTRANCES.iter().find(|entrance| entrance.name == name).expect("the target should be known");
    (entrance.read)(bytes);
}
