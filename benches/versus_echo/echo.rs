//! The yardstick: the least a typed JSON WebSocket server can do on this machine.

use std::{
    net::Ipv4Addr,
    sync::Arc,
    task::{Context, Poll, ready},
};

use futures_util::{SinkExt, StreamExt};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, accept_async_with_config};

use crate::Result;

/// A request as a game server would type it; the numbers are parsed although nothing uses them.
#[derive(Deserialize)]
#[expect(dead_code, reason = "the echo pays for parsing what a game server needs")]
struct Request<'a> {
    world: u32,
    function: &'a str,
    #[serde(borrow)]
    data: RequestData<'a>,
    #[serde(borrow)]
    id: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "the echo pays for parsing what a game server needs")]
struct RequestData<'a> {
    token: &'a str,
    stage: u32,
}

#[derive(Serialize)]
struct Reply<'a> {
    status: i32,
    message: &'a str,
    data: ReplyData<'a>,
    id: Option<&'a RawValue>,
}

#[derive(Serialize)]
struct ReplyData<'a> {
    stage: u32,
    energy: i64,
    function: &'a str,
    padding: &'a str,
}

/// Serves forever; every reply to a request with an `id` of two digits is `reply_bytes` long.
pub(crate) async fn serve(reply_bytes: usize) -> Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("listening on {}", listener.local_addr()?);
    let padding: Arc<str> = padding(reply_bytes)?.into();
    loop {
        let (stream, _) = listener.accept().await?;
        // An error ends only its own connection.
        tokio::spawn(connection(stream, Arc::clone(&padding)));
    }
}

/// The filler that pads a reply to `reply_bytes`.
fn padding(reply_bytes: usize) -> Result<String> {
    let bare = answer(crate::client::ECHO_REQUEST, "")?.len();
    let missing = reply_bytes.checked_sub(bare).ok_or_else(|| format!("--reply-bytes must be at least {bare}"))?;
    Ok("x".repeat(missing))
}

/// Serves one client until it disconnects.
async fn connection(stream: TcpStream, padding: Arc<str>) -> Result<()> {
    stream.set_nodelay(true)?;
    // 8 KiB hold any batch of small requests; the default of 128 KiB costs 1.7 times the CPU.
    let config = WebSocketConfig::default().read_buffer_size(8 << 10);
    let mut socket = accept_async_with_config(stream, Some(config)).await?;
    std::future::poll_fn(|context| poll_echo(&mut socket, &padding, context)).await
}

/// Answers every frame that is available without waiting, then flushes once. Ready when the client is gone.
fn poll_echo(socket: &mut WebSocketStream<TcpStream>, padding: &str, context: &mut Context<'_>) -> Poll<Result<()>> {
    loop {
        ready!(socket.poll_ready_unpin(context))?;
        match socket.poll_next_unpin(context) {
            Poll::Ready(Some(Ok(Message::Text(text)))) => {
                socket.start_send_unpin(Message::text(answer(&text, padding)?))?;
            }
            Poll::Ready(Some(Ok(_))) => {}
            Poll::Ready(Some(Err(error))) => return Poll::Ready(Err(error.into())),
            Poll::Ready(None) => return Poll::Ready(Ok(())),
            Poll::Pending => break,
        }
    }
    ready!(socket.poll_flush_unpin(context))?;
    // All answered; the read above has left its waker for the next request.
    Poll::Pending
}

/// The typed reply to one typed request.
fn answer(text: &str, padding: &str) -> Result<String> {
    let request: Request<'_> = serde_json::from_str(text)?;
    let reply = Reply {
        status: 0,
        message: "success",
        data: ReplyData { stage: request.data.stage, energy: -6, function: request.function, padding },
        id: request.id,
    };
    Ok(serde_json::to_string(&reply)?)
}
