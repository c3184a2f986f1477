//! A PostgreSQL server of a test's own, on loopback, which a test may freeze, kill, or give standbys.

use std::io::Write;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use raidkeep::engine::storage::{StorageError, StoredWorld};
use raidkeep::postgres::{DatabaseSettings, LeaseTimes, Node};
use rustls::RootCertStore;
use tempfile::TempDir;

/// Names the folder with `initdb` and `postgres`.
const PROGRAMS: &str = "RAIDKEEP_POSTGRES";
const USUAL_PROGRAMS: &str = "/usr/lib/postgresql/15/bin";
const PATIENCE: Duration = Duration::from_secs(60);

/// Short enough for a test to wait for its end, long enough for a busy machine to renew it in time.
pub(crate) const LEASE: LeaseTimes = LeaseTimes { length: Duration::from_millis(1500) };

/// A server, and the standbys it waits for.
pub(crate) struct Database {
    folder: TempDir,
    servers: Vec<Server>,
    address: Ipv4Addr,
}

struct Server {
    data: PathBuf,
    port: u16,
    /// `None` once it was killed.
    process: Option<Child>,
}

impl Database {
    /// One server without standbys.
    pub(crate) fn start() -> Self {
        Self::start_on(Ipv4Addr::LOCALHOST)
    }

    /// The same where other namespaces reach it.
    pub(crate) fn start_on(address: Ipv4Addr) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        give_away(folder.path());
        let data = folder.path().join("0");
        let made = program("initdb")
            .args(["-A", "trust", "-U", "raid", "-E", "UTF8", "--locale=C", "--no-sync", "-D"])
            .arg(&data)
            .output()
            .expect("initdb runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let settings = format!(
            "listen_addresses = '127.0.0.1,{address}'\nunix_socket_directories = ''\nfsync = off\nshared_buffers = '32MB'\n\
             max_connections = 60\nwal_keep_size = '512MB'\nmax_wal_size = '256MB'\nlog_min_messages = log\n"
        );
        append(&data.join("postgresql.conf"), &settings);
        append(&data.join("pg_hba.conf"), "host all raid samenet trust\n");
        let mut database = Self { folder, servers: Vec::new(), address };
        database.servers.push(Server::start(data));
        database
    }

    /// A server that answers a commit when one of two standbys has it.
    pub(crate) fn with_standbys() -> Self {
        let mut database = Self::start();
        let primary = database.servers[0].port;
        for number in 1..=2 {
            let data = database.folder.path().join(number.to_string());
            let copied = program("pg_basebackup")
                .args(["-h", "127.0.0.1", "-U", "raid", "-X", "stream", "-c", "fast", "-R", "--no-sync", "-p"])
                .arg(primary.to_string())
                .arg("-D")
                .arg(&data)
                .output();
            let copied = copied.expect("pg_basebackup runs");
            assert!(copied.status.success(), "{}", String::from_utf8_lossy(&copied.stderr));
            let source =
                format!("primary_conninfo = 'host=127.0.0.1 port={primary} user=raid application_name=s{number}'\n");
            append(&data.join("postgresql.auto.conf"), &source);
            database.servers.push(Server::start(data));
        }
        database.sql("ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (s1, s2)'");
        database.sql("SELECT pg_reload_conf()");
        wait_for("both standbys follow", || {
            database.sql("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'quorum'") == "2"
        });
        database
    }

    /// The list of its servers.
    pub(crate) fn url(&self) -> String {
        let hosts: Vec<String> =
            self.servers.iter().map(|server| format!("{}:{}", self.address, server.port)).collect();
        format!("postgresql://raid@{}/postgres", hosts.join(","))
    }

    /// A node that looks at its leases often.
    pub(crate) fn node(&self, name: &str) -> Node {
        node_at(&self.url(), name)
    }

    /// What statements return on the first server, as text.
    pub(crate) fn sql(&self, statements: &str) -> String {
        self.sql_on(0, statements)
    }

    /// The same on another server.
    pub(crate) fn sql_on(&self, server: usize, statements: &str) -> String {
        let port = self.servers[server].port.to_string();
        let asked = program("psql")
            .args(psql_arguments("127.0.0.1", &port))
            .args(["-v", "ON_ERROR_STOP=1", "-c", statements])
            .output()
            .expect("psql runs");
        assert!(asked.status.success(), "{statements}: {}", String::from_utf8_lossy(&asked.stderr));
        String::from_utf8_lossy(&asked.stdout).trim().to_owned()
    }

    /// Whether a transaction sleeps that is in somebody's way.
    pub(crate) fn has_sleeper(&self) -> bool {
        self.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") == "1"
    }

    /// Stops a server's processes where they are, as a machine does that hangs.
    pub(crate) fn freeze(&self, server: usize) {
        self.signal(server, "STOP");
    }

    /// Lets them go on.
    pub(crate) fn thaw(&self, server: usize) {
        self.signal(server, "CONT");
    }

    fn signal(&self, server: usize, signal: &str) {
        let first = self.servers[server].process.as_ref().map(Child::id).expect("the server was not killed");
        let of_it = Command::new("pgrep").args(["-P", &first.to_string()]).output().expect("pgrep runs");
        let all = String::from_utf8_lossy(&of_it.stdout).into_owned();
        let all = all.split_whitespace().map(str::to_owned).chain([first.to_string()]);
        for process in all {
            let _ = Command::new("kill").args([&format!("-{signal}"), &process]).stderr(Stdio::null()).status();
        }
    }

    /// Ends a server as a loss of power would.
    pub(crate) fn kill(&mut self, server: usize) {
        self.signal(server, "KILL");
        if let Some(mut process) = self.servers[server].process.take() {
            let _ = process.wait();
        }
    }

    /// Makes a standby the primary, which waits for the other standby from then on.
    pub(crate) fn promote(&self, server: usize) {
        let other = if server == 1 { 2 } else { 1 };
        let port = self.servers[server].port;
        self.sql_on(server, "SELECT pg_promote(true, 30)");
        self.sql_on(server, &format!("ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (s{other})'"));
        self.sql_on(server, "SELECT pg_reload_conf()");
        let source = format!("host=127.0.0.1 port={port} user=raid application_name=s{other}");
        self.sql_on(other, &format!("ALTER SYSTEM SET primary_conninfo = '{source}'"));
        self.sql_on(other, "SELECT pg_reload_conf()");
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        for server in 0..self.servers.len() {
            if self.servers[server].process.is_some() {
                self.kill(server);
            }
        }
    }
}

impl Server {
    fn start(data: PathBuf) -> Self {
        let port = free_port();
        append(&data.join("postgresql.auto.conf"), &format!("port = {port}\n"));
        let log = std::fs::File::create(data.with_extension("log")).expect("a writable folder");
        let mut command = program("postgres");
        command.arg("-D").arg(&data).stdout(Stdio::null()).stderr(log).process_group(0);
        let process = command.spawn().expect("postgres starts");
        wait_for("the server listens", || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok());
        wait_for("the server answers", || {
            let port = port.to_string();
            let asked = program("psql").args(psql_arguments("127.0.0.1", &port)).args(["-c", "SELECT 1"]).output();
            asked.is_ok_and(|asked| asked.status.success())
        });
        Self { data, port, process: Some(process) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = std::fs::read_to_string(self.data.with_extension("log")).unwrap_or_default();
            let last: Vec<&str> = log.lines().rev().take(20).collect();
            let _ = writeln!(std::io::stderr(), "{}: {last:#?}", self.data.display());
        }
    }
}

/// A node that looks at its leases in this database often.
pub(crate) fn node_at(url: &str, name: &str) -> Node {
    Node::start(name, settings_of(url), LEASE).expect("the database can be used")
}

/// How a node gets there.
pub(crate) fn settings_of(url: &str) -> DatabaseSettings {
    let settings = DatabaseSettings::read(url, RootCertStore::empty()).expect("a URL");
    settings.with_patience(Duration::from_secs(3))
}

/// Takes a world as soon as nobody else has it.
pub(crate) fn take(node: &Node, world: &str) -> StoredWorld {
    try_take(node, world).expect("the world can be taken")
}

/// The same with a world that may not be to be had.
pub(crate) fn try_take(node: &Node, world: &str) -> Result<StoredWorld, StorageError> {
    let began = Instant::now();
    loop {
        match node.take(world, None) {
            Err(StorageError::Elsewhere { .. }) => std::thread::sleep(Duration::from_millis(20)),
            taken => return taken,
        }
        assert!(began.elapsed() < PATIENCE, "waited too long for a world");
    }
}

/// Waits until something has come true outside of this process.
pub(crate) fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "waited too long until {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Asks a server as its first user, for bare values.
pub(crate) fn psql_arguments<'a>(address: &'a str, port: &'a str) -> [&'a str; 12] {
    ["-h", address, "-p", port, "-U", "raid", "-d", "postgres", "-X", "-q", "-A", "-t"]
}

pub(crate) fn free_port() -> u16 {
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    socket.local_addr().expect("it has an address").port()
}

/// PostgreSQL does not run as root; where this does, it runs as the user that its package has made.
pub(crate) fn owner() -> Option<(u32, u32)> {
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
    if !is_root {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").expect("a list of users");
    let line = users.lines().find(|line| line.starts_with("postgres:")).expect("the package has made a user");
    let mut numbers = line.split(':').skip(2).map(|number| number.parse().expect("a number"));
    numbers.next().zip(numbers.next())
}

fn program(name: &str) -> Command {
    let programs = std::env::var(PROGRAMS).unwrap_or_else(|_| USUAL_PROGRAMS.to_owned());
    let mut command = Command::new(Path::new(&programs).join(name));
    command.current_dir("/").env("LC_ALL", "C").stdin(Stdio::null());
    if let Some((user, group)) = owner() {
        command.uid(user).gid(group);
    }
    command
}

pub(crate) fn give_away(path: &Path) {
    if let Some((user, group)) = owner() {
        std::os::unix::fs::chown(path, Some(user), Some(group)).expect("root may");
    }
}

fn append(path: &Path, text: &str) {
    let mut file = std::fs::OpenOptions::new().append(true).open(path).expect("the file is there");
    file.write_all(text.as_bytes()).expect("it is writable");
}
