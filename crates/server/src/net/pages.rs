//! Pages that are built into the program: the game page under `/play/`, and the operators' console under `/console/`.

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

/// Where the console is, on the operators' listener.
pub const CONSOLE: &str = "/console/";

static GAME_FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../clients/play/built");
static CONSOLE_FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../console/built");

/// A page runs its own scripts only, talks to servers of the game only, and is shown in no other page.
const GAME_SECURITY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
                        connect-src 'self' ws: wss:; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
                        frame-ancestors 'none'";

/// The console has no style of its own in its text either, and talks to the server that it came from only.
const CONSOLE_SECURITY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                                font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
                                frame-ancestors 'none'";

/// Files by their names; `index.html` is the folder itself, and has none. All worlds share them.
type Files = LazyLock<HashMap<String, File>>;

static GAME_PAGE: Files = LazyLock::new(|| GAME_FILES.files().map(named).collect());
static CONSOLE_PAGE: Files = LazyLock::new(|| CONSOLE_FILES.files().map(named).collect());

/// A page, where it is shown.
pub struct Pages {
    /// The folder that it is in.
    folder: &'static str,
    files: &'static Files,
    /// Its content security policy.
    security: &'static str,
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
        let own_names_only = shown == GamePage::Loopback;
        (shown != GamePage::Never).then_some(Self {
            folder: GAME,
            files: &GAME_PAGE,
            security: GAME_SECURITY,
            own_names_only,
        })
    }

    /// The operators' console. Whom it is shown to is decided for all that their listener answers.
    pub(super) fn console() -> Self {
        Self { folder: CONSOLE, files: &CONSOLE_PAGE, security: CONSOLE_SECURITY, own_names_only: false }
    }

    /// Whether whoever asks is shown the page, by the names that are asked for.
    pub(super) fn is_shown(&self, uri: &Uri, headers: &HeaderMap) -> bool {
        !self.own_names_only || own_site::refusal(uri, headers, None, &[]).is_none()
    }

    /// The answer to a request for one of them; `None` for other paths.
    pub(super) fn answer(&self, uri: &Uri, headers: &HeaderMap) -> Option<Answer> {
        let below = uri.path().strip_prefix(self.folder.trim_end_matches('/'))?;
        if !self.is_shown(uri, headers) {
            return None;
        }
        if below.is_empty() {
            let mut reply = text(StatusCode::PERMANENT_REDIRECT, "");
            reply.headers_mut().insert(header::LOCATION, HeaderValue::from_static(self.folder));
            return Some(reply);
        }
        let file = self.files.get(below.strip_prefix('/')?)?;
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
            (header::CONTENT_SECURITY_POLICY, self.security),
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
    fn every_file_of_a_page_has_a_kind_that_browsers_know() {
        for files in [&GAME_PAGE, &CONSOLE_PAGE] {
            assert!(files.contains_key(""), "the folder itself is the page");
            for (name, file) in files.iter() {
                assert_ne!(file.kind, "application/octet-stream", "a kind for {name} is missing");
            }
        }
    }

    #[test]
    fn the_console_allows_no_script_and_no_style_in_its_text() {
        let page = Pages::console().answer(&Uri::from_static("/console/"), &HeaderMap::new()).expect("the page");
        let policy = page.headers().get(header::CONTENT_SECURITY_POLICY).and_then(|policy| policy.to_str().ok());
        assert!(policy.is_some_and(|policy| !policy.contains("unsafe")), "{policy:?}");
        let text = CONSOLE_FILES.get_file("index.html").and_then(|file| file.contents_utf8()).unwrap_or_default();
        let is_inline = text.contains("<style") || text.contains("style=") || text.contains("<script>");
        assert!(!is_inline, "the policy would forbid what the page has: {text}");
    }
}
