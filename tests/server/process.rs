//! Starts, stops and kills the real program, and talks to it over real sockets on 127.0.0.1.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

pub(crate) use crate::client::{Client, Ended};
pub(crate) use crate::files::{Lcg, copy_folder, edited_assets};
use serde_json::Value;
use tempfile::TempDir;

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_raidkeep");
/// The operator token of every server that [`Host`] starts.
pub(crate) const OPERATOR: &str = "the-operator-of-these-tests";
/// A test fails if it waits longer than this. Generous, because the machine may be busy.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Polls until `look` finds something; panics when [`PATIENCE`] is used up. It looks less often than the shipped limits let one
/// address ask, so that a look may be a request.
pub(crate) fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(started.elapsed() < PATIENCE, "waited too long for: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A folder on which a server can be started, killed and restarted.
pub(crate) struct Host {
    folder: TempDir,
    /// A program to run instead of [`PROGRAM`], which takes configuration keys as arguments.
    example: Option<PathBuf>,
    arguments: Vec<String>,
    operator: Option<&'static str>,
    variables: Vec<(&'static str, String)>,
    listen: String,
    /// In units of 512 bytes, as for `ulimit`.
    file_limit: Option<String>,
    /// The namespace of a network of its own.
    namespace: Option<String>,
}

impl Host {
    /// A new folder; `arguments` are passed to each `raidkeep serve`.
    pub(crate) fn new(arguments: &[&str]) -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder should be possible"),
            example: None,
            arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
            operator: Some(OPERATOR),
            variables: Vec::new(),
            listen: "127.0.0.1:0".to_owned(),
            file_limit: None,
            namespace: None,
        }
    }

    /// The same in a namespace of its own, where it listens on this address.
    pub(crate) fn within(self, namespace: &str, address: &str) -> Self {
        Self { namespace: Some(namespace.to_owned()), ..self }.listening_on(&format!("{address}:0"))
    }

    /// The same without an operator token in the environment.
    pub(crate) fn without_operator_variable(self) -> Self {
        Self { operator: None, ..self }
    }

    /// The same with one more environment variable.
    pub(crate) fn with_variable(mut self, name: &'static str, value: &str) -> Self {
        self.variables.push((name, value.to_owned()));
        self
    }

    /// The same with an example program as the server.
    pub(crate) fn running(self, example: PathBuf) -> Self {
        Self { example: Some(example), ..self }
    }

    /// The same on a given address.
    pub(crate) fn listening_on(self, address: &str) -> Self {
        Self { listen: address.to_owned(), ..self }
    }

    /// The same with more arguments.
    pub(crate) fn with(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        self
    }

    /// The folder of the databases.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A path next to the data folder, for files of a test.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Starts a server and waits until it listens.
    pub(crate) fn start(&self) -> Server {
        self.try_start().unwrap_or_else(|stderr| panic!("the server does not start: {stderr}"))
    }

    /// The same; errs with what a server that does not start wrote to stderr.
    pub(crate) fn try_start(&self) -> Result<Server, String> {
        let mut process = self.spawn();
        let mut addresses = Vec::new();
        for said in ["listening on ", "operators on "] {
            let Ok(line) = process.lines.recv_timeout(PATIENCE) else {
                let _ = process.child.kill();
                return Err(process.stderr());
            };
            let address = line.strip_prefix(said).and_then(|address| address.parse().ok());
            addresses.push(address.unwrap_or_else(|| panic!("a line {said:?} with an address should come: {line}")));
        }
        Ok(Server { process, address: addresses[0], operators: addresses[1] })
    }

    /// The same, with a limit on the size of files in KiB until `prlimit` changes it. A write beyond it
    /// fails, as on a full disk.
    pub(crate) fn on_a_small_disk(self, limit_kib: Option<u64>) -> Self {
        Self { file_limit: Some(limit_kib.map_or("unlimited".to_owned(), |limit| (limit * 2).to_string())), ..self }
    }

    /// The program, or a shell that becomes it if the size of files is limited.
    fn command(&self) -> Command {
        if let Some(namespace) = &self.namespace {
            let mut command = Command::new("ip");
            command.args(["netns", "exec", namespace, PROGRAM]);
            return command;
        }
        let Some(limit) = &self.file_limit else {
            return Command::new(self.example.as_deref().unwrap_or(Path::new(PROGRAM)));
        };
        // A process that does not ignore the signal is killed by the first write beyond the limit. A shell counts in
        // units of 512 bytes.
        let script = format!("trap '' XFSZ; ulimit -S -f {limit}; exec \"$0\" \"$@\"");
        let mut command = Command::new("sh");
        command.args(["-c", &script, PROGRAM]);
        command
    }

    /// Starts a server without waiting for it.
    pub(crate) fn spawn(&self) -> Process {
        let stderr_path = self.folder.path().join("stderr.log");
        let stderr = File::options().create(true).append(true).open(&stderr_path).expect("the log should be writable");
        let log_from = stderr.metadata().map_or(0, |found| found.len());
        let mut command = self.command();
        if self.example.is_some() {
            command.args([format!("listen={}", self.listen), format!("data={}", self.data().display())]);
        } else {
            command.args(["serve", "--listen", &self.listen, "--data"]).arg(self.data());
        }
        command.args(&self.arguments);
        command.env_remove("RAIDKEEP_OPERATOR_TOKEN").env_remove("RAIDKEEP_LOG").env_remove("SSL_CERT_FILE");
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.envs(self.operator.map(|token| ("RAIDKEEP_OPERATOR_TOKEN", token)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(stderr);
        let mut child = command.spawn().expect("the program should be there");
        let stdout = child.stdout.take().expect("stdout should be piped");
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                // The lines are read even if unused, so that the server never blocks.
                let _ = sender.send(line);
            }
        });
        Process { child, lines, stderr_path, log_from }
    }

    /// Starts a server that should refuse to start; returns its exit code and what it wrote to stderr.
    pub(crate) fn start_in_vain(&self) -> (Option<i32>, String) {
        let mut process = self.spawn();
        let status = process.wait();
        (status.code(), process.stderr())
    }
}

/// A child process; it is killed when it is dropped.
pub(crate) struct Process {
    child: Child,
    lines: Receiver<String>,
    stderr_path: PathBuf,
    log_from: u64,
}

impl Process {
    /// What this process has written to stderr.
    pub(crate) fn stderr(&self) -> String {
        let bytes = std::fs::read(&self.stderr_path).unwrap_or_default();
        let from = usize::try_from(self.log_from).unwrap_or_default().min(bytes.len());
        String::from_utf8_lossy(&bytes[from..]).into_owned()
    }

    /// What this process has written to stdout since it printed its address.
    pub(crate) fn stdout(&self) -> String {
        self.lines.try_iter().map(|line| line + "\n").collect()
    }

    /// Kills it as a power cut would: no handler runs, nothing is flushed.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("a child should be killable");
        self.child.wait().expect("a killed child should end");
    }

    /// Waits until it ends by itself.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        wait_for("the end of a process", || self.child.try_wait().expect("a child should be observable"))
    }

    /// Its number in the system.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it is still running.
    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("a child should be observable").is_none()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A listening server.
pub(crate) struct Server {
    /// The process.
    pub(crate) process: Process,
    /// The address it listens on for players.
    pub(crate) address: SocketAddr,
    /// The address it listens on for operators.
    pub(crate) operators: SocketAddr,
}

impl Server {
    /// Connects a client.
    pub(crate) fn connect(&self) -> Client {
        Client::connect(self.address).expect("the server should let clients in")
    }

    /// Connects and logs in as a guest.
    pub(crate) fn guest(&self, name: &str) -> Client {
        let mut client = self.connect();
        client.log_in(name);
        client
    }

    /// A bare TCP connection.
    pub(crate) fn dial(&self) -> TcpStream {
        dial(self.address).expect("the server should accept connections")
    }

    /// Calls a function as the operator.
    pub(crate) fn operate(&self, function: &str, data: Value) -> Value {
        self.operate_in(0, function, data)
    }

    /// The same in any world.
    pub(crate) fn operate_in(&self, world: u32, function: &str, mut data: Value) -> Value {
        data["token"] = OPERATOR.into();
        self.connect_operator().ask_again(world, function, &data)
    }

    /// Connects an operator's client.
    pub(crate) fn connect_operator(&self) -> Client {
        Client::connect(self.operators).expect("the server should let operators in")
    }

    /// The page `/metrics`, with its head.
    pub(crate) fn metrics(&self) -> String {
        http_at(self.operators, "GET", "/metrics", &["Host: localhost"], "").1
    }

    /// Sends a signal such as `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let command = format!("kill -{name} {}", self.process.id());
        let status = Command::new("sh").args(["-c", &command]).status().expect("a shell should be there");
        assert!(status.success(), "{command} should work");
    }

    /// Stops it in an orderly way.
    pub(crate) fn stop(&mut self) {
        self.signal("TERM");
        assert!(self.process.wait().success(), "an orderly stop: {}", self.process.stderr());
    }

    /// Resident memory in KiB.
    pub(crate) fn resident_kib(&self) -> u64 {
        let path = format!("/proc/{}/status", self.process.id());
        let status = std::fs::read_to_string(path).expect("the process should be visible");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS should be there");
        line.trim().trim_end_matches("kB").trim().parse().expect("VmRSS should be a number")
    }

    /// The next line the server writes to stdout.
    pub(crate) fn line(&self) -> String {
        self.process.lines.recv_timeout(PATIENCE).expect("the server should write another line")
    }

    /// One HTTP exchange: the reply's status, and the whole reply as text.
    pub(crate) fn http(&self, method: &str, path: &str, headers: &[&str]) -> (u16, String) {
        self.http_with_body(method, path, headers, "")
    }

    /// The same with a body.
    pub(crate) fn http_with_body(&self, method: &str, path: &str, headers: &[&str], body: &str) -> (u16, String) {
        http_at(self.address, method, path, &[&["Host: test"], headers].concat(), body)
    }
}

/// One HTTP exchange with these headers: the reply's status, and the whole reply as text.
pub(crate) fn http_at(address: SocketAddr, method: &str, path: &str, headers: &[&str], body: &str) -> (u16, String) {
    let mut stream = dial(address).expect("the server should accept connections");
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    let length = body.len();
    let request =
        format!("{method} {path} HTTP/1.1\r\nContent-Length: {length}\r\n{headers}Connection: close\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).expect("a request should be sendable");
    let mut reply = Vec::new();
    let _ = stream.read_to_end(&mut reply);
    let reply = String::from_utf8_lossy(&reply).into_owned();
    (status_of(&reply), reply)
}

/// One HTTP exchange, with a token if given; returns status and JSON. Needs no [`Server`], which belongs to one thread.
pub(crate) fn exchange(address: SocketAddr, method: &str, path: &str, token: &str, body: &Value) -> (u16, Value) {
    let mut stream = dial(address).expect("the server should accept connections");
    let bearer = if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
    let (body, close) = (body.to_string(), "Host: localhost\r\nConnection: close\r\n");
    let length = body.len();
    write!(stream, "{method} {path} HTTP/1.1\r\n{close}{bearer}Content-Length: {length}\r\n\r\n{body}")
        .expect("a request should be sendable");
    let mut reply = String::new();
    stream.read_to_string(&mut reply).expect("the server should answer and close");
    let body = reply.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let json = serde_json::from_str(body);
    (status_of(&reply), json.unwrap_or_else(|error| panic!("a reply should be JSON, {error}: {reply}")))
}

/// The status of an HTTP reply; 0 when there is none.
pub(crate) fn status_of(reply: &str) -> u16 {
    reply.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)).and_then(|code| code.parse().ok()).unwrap_or(0)
}

pub(crate) fn dial(address: SocketAddr) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}
