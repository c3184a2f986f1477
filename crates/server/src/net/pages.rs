//! Pages that are built into the program: the game page under `/play/`.

use std::collections::HashMap;
use std::hash::Hasher;
use std::sync::LazyLock;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::{Response, StatusCode, Uri};
use include_dir::{Dir, include_dir};
use raidkeep_engine::hash::StableHasher;

use crate::config::GamePage;
use crate::net::health::{Answer, text};
use crate::net::own_site;

/// Where the game page is.
pub const GAME: &str = "/play/";

static GAME_FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../clients/play/built");

/// A page runs its own scripts only, talks to servers of the game only, and is shown in no other page.
const SECURITY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
                        connect-src 'self' ws: wss:; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
                        frame-ancestors 'none'";

/// The files by their names; `index.html` is the folder itself, and has none. All worlds share them.
static FILES: LazyLock<HashMap<String, File>> = LazyLock::new(|| GAME_FILES.files().map(named).collect());

/// The game page, where it is shown.
pub struct Pages {
    /// Whether it is shown only where it was asked for by a name of this machine.
    own_names_only: bool,
}

struct File {
    content: &'static [u8],
    kind: HeaderValue,
    /// A hash of the content, by which browsers know that theirs is still right.
    tag: HeaderValue,
}

impl Pages {
    /// The game page, for whom it is shown.
    pub(super) fn game(shown: GamePage) -> Option<Self> {
        (shown != GamePage::Never).then(|| Self { own_names_only: shown == GamePage::Loopback })
    }

    /// Whether whoever asks is shown the page, by the names that are asked for.
    pub(super) fn is_shown(&self, uri: &Uri, headers: &HeaderMap) -> bool {
        !self.own_names_only || own_site::refusal(uri, headers, None, &[]).is_none()
    }

    /// The answer to a request for one of them; `None` for other paths.
    pub(super) fn answer(&self, uri: &Uri, headers: &HeaderMap) -> Option<Answer> {
        let below = uri.path().strip_prefix(GAME.trim_end_matches('/'))?;
        if !self.is_shown(uri, headers) {
            return None;
        }
        if below.is_empty() {
            let mut reply = text(StatusCode::PERMANENT_REDIRECT, "");
            reply.headers_mut().insert(header::LOCATION, HeaderValue::from_static(GAME));
            return Some(reply);
        }
        let file = FILES.get(below.strip_prefix('/')?)?;
        let is_known = headers.get_all(header::IF_NONE_MATCH).iter().any(|known| known == file.tag);
        let mut reply =
            Response::new(Full::from(if is_known { Bytes::new() } else { Bytes::from_static(file.content) }));
        if is_known {
            *reply.status_mut() = StatusCode::NOT_MODIFIED;
        }
        let headers = reply.headers_mut();
        headers.insert(header::CONTENT_TYPE, file.kind.clone());
        headers.insert(header::ETAG, file.tag.clone());
        for (name, value) in [
            // A browser asks each time, so a new program shows its own page at once.
            (header::CACHE_CONTROL, "no-cache"),
            (header::CONTENT_SECURITY_POLICY, SECURITY),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::REFERRER_POLICY, "no-referrer"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        Some(reply)
    }
}

fn named(file: &'static include_dir::File<'static>) -> (String, File) {
    let name = file.path().to_string_lossy();
    let mut hasher = StableHasher::default();
    hasher.write(file.contents());
    let tag = HeaderValue::from_str(&format!("\"{:016x}\"", hasher.finish())).expect("hexadecimal digits are visible");
    let kind = HeaderValue::from_static(kind_of(&name));
    let name = if name == "index.html" { String::new() } else { name.into_owned() };
    (name, File { content: file.contents(), kind, tag })
}

fn kind_of(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json; charset=utf-8",
        "webmanifest" => "application/manifest+json; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webp" => "image/webp",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_game_page_has_a_kind_that_browsers_know() {
        assert!(FILES.contains_key(""), "the folder itself is the page");
        for (name, file) in FILES.iter() {
            assert_ne!(file.kind, "application/octet-stream", "a kind for {name} is missing");
        }
    }
}
