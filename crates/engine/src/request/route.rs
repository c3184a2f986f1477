//! Functions that are also HTTP routes: the function of each path, and how requests and replies are encoded there.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::mem::discriminant;
use std::ops::Range;

use bevy_app::App;
use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::request::envelope::{Envelope, RequestId, check_once, read_world};
use crate::request::{Access, Caller, Refusal, Request, status};

/// How the body of a request becomes the function's arguments.
#[derive(Debug, Clone, Copy)]
pub enum RouteBody {
    /// The body is the arguments, a JSON object; the token may come in the header `Authorization: Bearer ..`. Sent with
    /// POST, or with GET, as real clients do (docs/contract/envelope.md#http).
    Arguments,
    /// The same with an image among the arguments, so the body may be longer.
    Image,
    /// The arguments are the exact text of the body and of the header `Authorization`, which signs it. Sent with POST.
    /// The body names no world, so all of them are asked.
    Signed(AnswerChoice),
}

/// Selects the answer that counts among those of all worlds, which are in order of world; returns its place.
pub type AnswerChoice = fn(&[HttpReply]) -> usize;

/// One route.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// The function's name.
    pub function: &'static str,
    /// Who may call it.
    pub access: Access,
    /// How the body is read.
    pub body: RouteBody,
    /// The reply with every field empty, `false` or 0.
    blank: fn() -> Map<String, Value>,
}

/// All routes by path.
#[derive(Debug, Default, Clone, Resource)]
pub struct RouteTable(BTreeMap<&'static str, Route>);

impl RouteTable {
    /// The route of that path.
    pub fn find(&self, path: &str) -> Option<Route> {
        self.0.get(path).copied()
    }

    /// All paths with their routes.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, Route)> {
        self.0.iter().map(|(path, route)| (*path, *route))
    }
}

/// How a feature makes a function a route. The default of its reply is the shape that a refusal keeps.
pub trait RouteApp {
    /// Makes the function `R` available at `path` too.
    fn add_route<R: Request<Reply: Default>>(&mut self, path: &'static str) -> &mut Self;
    /// Makes the function `R`, whose arguments may contain an image, available at `path` too.
    fn add_image_route<R: Request<Reply: Default>>(&mut self, path: &'static str) -> &mut Self;
    /// Makes the function `R` available at `path` too, for requests signed as a whole. Every world is asked, and
    /// `choice` says which answer counts.
    fn add_signed_route<R: Request<Reply: Default>>(&mut self, path: &'static str, choice: AnswerChoice) -> &mut Self;
}

impl RouteApp for App {
    fn add_route<R: Request<Reply: Default>>(&mut self, path: &'static str) -> &mut Self {
        add(self, path, Route::of::<R>(RouteBody::Arguments))
    }

    fn add_image_route<R: Request<Reply: Default>>(&mut self, path: &'static str) -> &mut Self {
        add(self, path, Route::of::<R>(RouteBody::Image))
    }

    fn add_signed_route<R: Request<Reply: Default>>(&mut self, path: &'static str, choice: AnswerChoice) -> &mut Self {
        add(self, path, Route::of::<R>(RouteBody::Signed(choice)))
    }
}

fn add<'a>(app: &'a mut App, path: &'static str, route: Route) -> &'a mut App {
    let earlier = app.world_mut().resource_mut::<RouteTable>().0.insert(path, route);
    assert!(earlier.is_none(), "route {path} should be registered once");
    app
}

/// An HTTP reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpReply {
    /// The HTTP status.
    pub status: u16,
    /// The JSON.
    pub body: String,
}

/// The headers of a request that a route reads.
#[derive(Debug, Default, Clone, Copy)]
pub struct RouteHeaders<'a> {
    /// `Authorization`.
    pub authorization: Option<&'a str>,
    /// `Idempotency-Key`, with or without quotes.
    pub idempotency_key: Option<&'a str>,
}

impl<'a> RouteHeaders<'a> {
    fn bearer(self) -> Option<&'a str> {
        let (scheme, token) = self.authorization?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }

    fn once(self) -> Option<&'a str> {
        let key = self.idempotency_key?.trim();
        Some(key.strip_prefix('"').and_then(|key| key.strip_suffix('"')).unwrap_or(key))
    }
}

/// A request received over HTTP.
#[derive(Debug)]
pub struct RouteRequest<'a> {
    function: &'static str,
    /// `None` = all.
    world: Option<u32>,
    arguments: Option<Cow<'a, RawValue>>,
    token: Option<Cow<'a, str>>,
    once: Option<Cow<'a, str>>,
}

impl RouteRequest<'_> {
    /// The worlds that are asked, on a server of that many.
    pub fn worlds(&self, worlds: u32) -> Range<u32> {
        self.world.map_or(0..worlds, |world| world..world.saturating_add(1))
    }

    /// The envelope that a WebSocket client would have sent to that world.
    pub fn envelope(&self, world: u32) -> Envelope<'_> {
        Envelope {
            world,
            function: self.function.into(),
            data: self.arguments.as_deref(),
            id: RequestId::Absent,
            once: self.once.as_deref().map(Cow::Borrowed),
            token: self.token.as_deref(),
        }
    }
}

/// The fields of a body that belong to no function, unread. A `null` counts as left out.
#[derive(Debug, Default, Deserialize)]
pub struct Asker<'a> {
    /// The world it is for.
    #[serde(borrow, default)]
    pub world: Option<&'a RawValue>,
    /// The token among the arguments.
    #[serde(borrow, default)]
    pub token: Option<&'a RawValue>,
    /// The acting role.
    #[serde(borrow, default)]
    pub role: Option<&'a RawValue>,
    /// The acting role, in requests that name a second one.
    #[serde(borrow, default)]
    pub role1: Option<&'a RawValue>,
    /// The idempotency key.
    #[serde(borrow, default)]
    pub once: Option<&'a RawValue>,
}

/// The idempotency key of the header, else that of the body.
fn read_once<'a>(headers: RouteHeaders<'a>, asker: &Asker<'a>) -> Result<Option<Cow<'a, str>>, Refusal> {
    /// A string borrowed from the body unless it has escapes.
    #[derive(Deserialize)]
    struct Key<'a>(#[serde(borrow)] Cow<'a, str>);
    let in_body = || {
        let raw = asker.once.map(RawValue::get)?;
        // Anything but a string is refused like an empty one.
        Some(serde_json::from_str(raw).map_or(Cow::Borrowed(""), |Key(key)| key))
    };
    let once = headers.once().map(Cow::Borrowed).or_else(in_body);
    once.as_deref().map_or(Ok(()), check_once)?;
    Ok(once)
}

impl Route {
    /// The route of the function `R`.
    pub fn of<R: Request<Reply: Default>>(body: RouteBody) -> Self {
        Self { function: R::FUNCTION, access: R::Caller::ACCESS, body, blank: blank::<R::Reply> }
    }

    /// Reads a request. The field `world` of the body selects the world; `known_token` may supply the token of a caller
    /// that sends none.
    pub fn read<'a>(
        self,
        headers: RouteHeaders<'a>,
        body: &'a [u8],
        known_token: impl FnOnce(&Asker<'_>) -> Option<String>,
    ) -> Result<RouteRequest<'a>, HttpReply> {
        let read = match self.body {
            RouteBody::Signed(_) => self.read_signed(headers, body),
            RouteBody::Arguments | RouteBody::Image => self.read_arguments(headers, body.trim_ascii(), known_token),
        };
        read.map_err(|refusal| self.refuse(&refusal))
    }

    fn read_signed<'a>(self, headers: RouteHeaders<'a>, body: &'a [u8]) -> Result<RouteRequest<'a>, Refusal> {
        let body = std::str::from_utf8(body).map_err(|_| malformed("the body should be UTF-8"))?;
        let arguments = json!({"authorization": headers.authorization.unwrap_or_default(), "body": body});
        let arguments = serde_json::value::to_raw_value(&arguments).ok().map(Cow::Owned);
        Ok(RouteRequest { function: self.function, world: None, arguments, token: None, once: None })
    }

    fn read_arguments<'a>(
        self,
        headers: RouteHeaders<'a>,
        body: &'a [u8],
        known_token: impl FnOnce(&Asker<'_>) -> Option<String>,
    ) -> Result<RouteRequest<'a>, Refusal> {
        let no_object = |_| malformed("the body should be a JSON object");
        let (asker, arguments) = match body {
            [] => (Asker::default(), None),
            [b'{', ..] => {
                let arguments: &'a RawValue = serde_json::from_slice(body).map_err(no_object)?;
                (serde_json::from_str(arguments.get()).map_err(no_object)?, Some(Cow::Borrowed(arguments)))
            }
            _ => return Err(malformed("the body should be a JSON object")),
        };
        let world = asker.world.map_or(Ok(0), read_world)?;
        let once = read_once(headers, &asker)?;
        let token = headers.bearer().map(Cow::Borrowed).or_else(|| known_token(&asker).map(Cow::Owned));
        Ok(RouteRequest { function: self.function, world: Some(world), arguments, token, once })
    }

    /// The reply that counts among those of the worlds that were asked, at least one.
    pub fn choose(self, mut replies: Vec<HttpReply>) -> HttpReply {
        let at = match self.body {
            RouteBody::Signed(choice) => choice(&replies).min(replies.len().saturating_sub(1)),
            RouteBody::Arguments | RouteBody::Image => 0,
        };
        if replies.is_empty() { self.refuse(&Refusal::internal()) } else { replies.swap_remove(at) }
    }

    /// The reply (docs/contract/envelope.md#http): the bare `data` of a frame, or a refusal in the same shape.
    pub fn reply(self, frame: &str) -> HttpReply {
        #[derive(Deserialize)]
        struct Frame<'a> {
            status: i32,
            message: String,
            #[serde(borrow)]
            data: Option<&'a RawValue>,
        }
        let Ok(Frame { status, message, data }) = serde_json::from_str(frame) else {
            return self.refuse(&Refusal::internal());
        };
        if SUCCESSES.contains(&status) {
            return HttpReply { status: 200, body: data.map_or("{}", RawValue::get).to_owned() };
        }
        let data = data.and_then(|data| serde_json::from_str(data.get()).ok());
        self.refusal(http_status(status), &Refusal::saying(status, message), data)
    }

    /// A refusal with the HTTP status that fits.
    pub fn refuse(self, refusal: &Refusal) -> HttpReply {
        self.refuse_with(http_status(refusal.status), refusal)
    }

    /// A refusal with an HTTP status of its own.
    pub fn refuse_with(self, http_status: u16, refusal: &Refusal) -> HttpReply {
        self.refusal(http_status, refusal, None)
    }

    /// A refusal keeps the shape of the reply: clients read its fields before they look for an error. With a function's
    /// own code, `data` is the reply; with one of every function's, it is about the refusal.
    fn refusal(self, http_status: u16, refusal: &Refusal, data: Option<Value>) -> HttpReply {
        let mut body = (self.blank)();
        let mut tell = |field: &str, value: Value| {
            if let Some(blank) = body.get_mut(field).filter(|blank| discriminant(*blank) == discriminant(&value)) {
                *blank = value;
            }
        };
        // The fields that report errors in the documents' replies.
        tell("status_code", http_status.into());
        tell("ret_code", refusal.status.into());
        tell("text", refusal.message.as_ref().into());
        tell("ret_msg", refusal.message.as_ref().into());
        let about = match data {
            Some(Value::Object(reply)) if !status::is_of_every_function(refusal.status) => {
                body.extend(reply);
                None
            }
            about => about,
        };
        // A platform's own format says everything about a refusal already.
        if !matches!(self.body, RouteBody::Signed(_)) {
            let error = json!({"code": refusal.status, "message": refusal.message, "data": about});
            body.insert("error".to_owned(), error);
        }
        HttpReply { status: http_status, body: Value::Object(body).to_string() }
    }
}

/// The JSON of a reply's default.
fn blank<T: Serialize + Default>() -> Map<String, Value> {
    match serde_json::to_value(T::default()) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

fn malformed(expected: &'static str) -> Refusal {
    Refusal::new(status::MALFORMED, expected)
}

/// A function's various successes, such as the 1 of `login_unique`; higher codes are refusals.
const SUCCESSES: std::ops::RangeInclusive<i32> = 0..=9;

/// The HTTP status for a protocol status.
fn http_status(status: i32) -> u16 {
    match status {
        status::INVALID_TOKEN | status::TOKEN_NOT_PRESENT => 401,
        status::MALFORMED => 400,
        status::UNKNOWN_FUNCTION | status::WORLD_NOT_FOUND => 404,
        status::TOO_MANY_REQUESTS => 429,
        status::BUSY | status::MAINTENANCE => 503,
        status::BANNED | status::NOT_PERMITTED => 403,
        status::CLIENT_TOO_OLD => 426,
        status::INTERNAL_ERROR => 500,
        status::TIMED_OUT => 504,
        status if SUCCESSES.contains(&status) => 200,
        // A function's own code, if HTTP has it too; any other means that the state does not allow the request.
        status => u16::try_from(status).ok().filter(|status| (400..500).contains(status)).unwrap_or(409),
    }
}

#[cfg(test)]
mod tests;
