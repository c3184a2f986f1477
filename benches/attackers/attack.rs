//! Clients that send as fast as they can, and read whatever comes.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::net::TcpSocket;
use tokio_tungstenite::tungstenite;

use crate::Outcome;

/// What a kind of attackers sends, again and again.
#[derive(Clone, Copy)]
enum Payload {
    /// A small request over a WebSocket.
    Flood,
    /// A frame of 64 KiB over a WebSocket, which takes long to parse.
    LongFrames,
    /// Requests for a path, pipelined over HTTP.
    Http(&'static str),
    /// TLS handshakes, abandoned when the server has done its part.
    Handshakes,
    /// The first bytes of a TLS handshake, and then nothing.
    HalfHellos,
}

/// A kind of attackers.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    clients: usize,
    payload: Payload,
}

/// All kinds.
pub(crate) const KINDS: [Kind; 8] = [
    Kind { name: "one connection beyond its rate of requests", clients: 1, payload: Payload::Flood },
    Kind { name: "four connections with frames of 64 KiB", clients: 4, payload: Payload::LongFrames },
    Kind { name: "one connection that pipelines /metrics", clients: 1, payload: Payload::Http("/metrics") },
    Kind { name: "four connections that pipeline /metrics", clients: 4, payload: Payload::Http("/metrics") },
    Kind { name: "one connection that pipelines a 404", clients: 1, payload: Payload::Http("/nothing") },
    Kind { name: "four connections that pipeline a 404", clients: 4, payload: Payload::Http("/nothing") },
    Kind { name: "eight clients that begin TLS handshakes and abandon them", clients: 8, payload: Payload::Handshakes },
    Kind {
        name: "eight clients that open TLS connections and say half a hello",
        clients: 8,
        payload: Payload::HalfHellos,
    },
];

impl Kind {
    /// Whether the server is to encrypt.
    pub(crate) fn needs_tls(&self) -> bool {
        matches!(self.payload, Payload::Handshakes | Payload::HalfHellos)
    }
}

/// Requests per write.
const TOGETHER: usize = 16;

impl Payload {
    /// One request as it is on the wire.
    fn bytes(self) -> Vec<u8> {
        match self {
            Self::Flood => frame(br#"{"world":0,"function":"ping"}"#),
            Self::LongFrames => {
                let start = r#"{"world":0,"function":"server_time","data":{"numbers":[0"#;
                let numbers = ",1".repeat((65_536 - start.len() - "]}}".len()) / 2);
                frame(format!("{start}{numbers}]}}}}").as_bytes())
            }
            Self::Http(path) => format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").into_bytes(),
            Self::Handshakes | Self::HalfHellos => Vec::new(),
        }
    }

    fn connect(self, address: SocketAddr) -> Outcome<TcpStream> {
        let stream = dial(address)?;
        if matches!(self, Self::Flood | Self::LongFrames) {
            tungstenite::client(format!("ws://{address}/"), stream.try_clone()?)?;
        }
        Ok(stream)
    }
}

/// Attackers have an address of their own, so that they meet limits by address and the honest client does not.
const FROM: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)), 0);

fn dial(address: SocketAddr) -> Outcome<TcpStream> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let stream = runtime.block_on(async {
        let socket = TcpSocket::new_v4()?;
        socket.bind(FROM)?;
        socket.connect(address).await?.into_std()
    })?;
    stream.set_nonblocking(false)?;
    Ok(stream)
}

/// A text frame of a client. The mask is zero, so that the payload stays as it is.
fn frame(payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x81];
    match payload.len() {
        short @ 0..126 => frame.push(0x80 | short as u8),
        middle @ 126..65_536 => {
            frame.push(0x80 | 126);
            frame.extend((middle as u16).to_be_bytes());
        }
        long => {
            frame.push(0x80 | 127);
            frame.extend((long as u64).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(payload);
    frame
}

/// Attackers at work.
pub(crate) struct Attack {
    began: Instant,
    sent: Arc<AtomicU64>,
    has_ended: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Attack {
    /// `hello` is what a TLS client says first.
    pub(crate) fn begin(kind: &Kind, address: SocketAddr, hello: &[u8]) -> Outcome<Self> {
        let (sent, has_ended) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let mut threads = Vec::new();
        for _ in 0..kind.clients {
            let payload = kind.payload;
            let (sent, has_ended) = (sent.clone(), has_ended.clone());
            if kind.needs_tls() {
                let (hello, payload) = (hello.to_vec(), kind.payload);
                threads.push(std::thread::spawn(move || shake_hands(payload, address, &hello, &sent, &has_ended)));
                continue;
            }
            let mut stream = payload.connect(address)?;
            threads.push(std::thread::spawn(move || {
                let burst = payload.bytes().repeat(TOGETHER);
                while !has_ended.load(Ordering::Relaxed) {
                    // A connection that the server has cut is replaced.
                    if attack(&stream, &burst, &sent, &has_ended).is_err() {
                        std::thread::sleep(Duration::from_millis(10));
                        if let Ok(next) = payload.connect(address) {
                            stream = next;
                        }
                    }
                }
            }));
        }
        Ok(Self { began: Instant::now(), sent, has_ended, threads })
    }

    /// Stops them; returns how many requests they sent in a second, those included that wait in the system's buffers.
    pub(crate) fn end(self) -> f64 {
        let per_second = self.sent.load(Ordering::Relaxed) as f64 / self.began.elapsed().as_secs_f64();
        self.has_ended.store(true, Ordering::Relaxed);
        for thread in self.threads {
            // A thread that has panicked has said so.
            let _ = thread.join();
        }
        per_second
    }
}

/// Half-open connections that one client holds.
const HALF_OPEN: usize = 32;

/// Begins handshakes until the attack ends. What is counted are hellos.
fn shake_hands(payload: Payload, address: SocketAddr, hello: &[u8], sent: &AtomicU64, has_ended: &AtomicBool) {
    let (mut held, mut answer) = (VecDeque::new(), [0; 64]);
    while !has_ended.load(Ordering::Relaxed) {
        let Ok(mut stream) = dial(address) else {
            std::thread::sleep(Duration::from_millis(10));
            continue;
        };
        let is_half = matches!(payload, Payload::HalfHellos);
        let said = if is_half { &hello[..hello.len() / 2] } else { hello };
        let _ = stream.set_read_timeout(Some(Duration::from_millis(200)));
        if stream.write_all(said).is_ok() {
            sent.fetch_add(1, Ordering::Relaxed);
        }
        if is_half {
            held.push_back(stream);
            if held.len() > HALF_OPEN {
                held.pop_front();
            }
        } else {
            // The server has signed when it answers.
            let _ = stream.read(&mut answer);
        }
    }
}

/// Sends bursts until the attack ends, while another thread reads the replies.
fn attack(stream: &TcpStream, burst: &[u8], sent: &AtomicU64, has_ended: &AtomicBool) -> std::io::Result<()> {
    let mut replies = stream.try_clone()?;
    let mut requests = stream.try_clone()?;
    stream.set_write_timeout(Some(Duration::from_millis(100)))?;
    let reader = std::thread::spawn(move || {
        let mut waste = vec![0; 64 << 10];
        while replies.read(&mut waste).is_ok_and(|count| count > 0) {}
    });
    let mut at = 0;
    let outcome = loop {
        if has_ended.load(Ordering::Relaxed) {
            break Ok(());
        }
        match requests.write(&burst[at..]) {
            Ok(count) => {
                at += count;
                if at == burst.len() {
                    at = 0;
                    sent.fetch_add(TOGETHER as u64, Ordering::Relaxed);
                }
            }
            // The server does not read at the moment.
            Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {}
            Err(error) => break Err(error),
        }
    };
    // Otherwise the reader would wait forever.
    let _ = stream.shutdown(Shutdown::Both);
    let _ = reader.join();
    outcome
}
