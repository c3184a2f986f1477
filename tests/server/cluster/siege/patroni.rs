//! Three databases under Patroni, each on a machine of its own, which may die, hang, be cut off, or have a slow disk.
//!
//! `RAIDKEEP_PATRONI` names the program, of version 4 or later; etcd is Debian's.

use std::fs::File;
use std::net::Ipv4Addr;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::cluster::database::{free_port, give_away, owner, psql_arguments};
use crate::cluster::siege::net::Net;

const PROGRAM: &str = "RAIDKEEP_PATRONI";
const POSTGRES: &str = "/usr/lib/postgresql/15/bin";
const PATIENCE: Duration = Duration::from_secs(90);
/// Which machines of the network they are on.
const FIRST_MACHINE: u8 = 3;
const MEMBERS: u8 = 3;
/// What a slow disk writes, in bytes a second.
const SLOW: u32 = 256 * 1024;
const CGROUP: &str = "/sys/fs/cgroup/blkio/raidkeep-slow-disk";

/// What may happen to the primary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Blow {
    Death,
    Hang,
    Cut,
}

/// The databases, with the etcd that says who is the primary.
pub(crate) struct Patroni {
    folder: TempDir,
    etcd: Child,
    members: Vec<Option<Child>>,
    addresses: Vec<Ipv4Addr>,
    namespaces: Vec<String>,
}

impl Patroni {
    /// Whether a run is to have it.
    pub(crate) fn is_wanted() -> bool {
        std::env::var_os(PROGRAM).is_some()
    }

    /// Begins an empty cluster.
    pub(crate) fn start(net: &Net) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        give_away(folder.path());
        let (clients, peers) = (free_port(), free_port());
        let (here, etcd_data) = (net.here(), folder.path().join("etcd"));
        let [for_clients, for_peers] = [clients, peers].map(|port| format!("http://{here}:{port}"));
        let etcd = Command::new("etcd")
            .arg("--data-dir")
            .arg(etcd_data)
            .args(["--listen-client-urls", &for_clients, "--advertise-client-urls", &for_clients])
            .args(["--listen-peer-urls", &for_peers, "--initial-advertise-peer-urls", &for_peers])
            .args(["--initial-cluster", &format!("default={for_peers}")])
            .stdout(Stdio::null())
            .stderr(File::create(folder.path().join("etcd.log")).expect("a writable folder"))
            .spawn()
            .expect("etcd is installed");
        let machines = || FIRST_MACHINE..FIRST_MACHINE + MEMBERS;
        let mut patroni = Self {
            folder,
            etcd,
            members: machines().map(|_| None).collect(),
            addresses: machines().map(|machine| net.address(machine)).collect(),
            namespaces: machines().map(|machine| net.namespace(machine)).collect(),
        };
        for member in 0..patroni.members.len() {
            let settings = patroni.settings(member, &format!("{here}:{clients}"));
            std::fs::write(patroni.file(member, "yml"), settings).expect("a writable folder");
            patroni.revive(member);
        }
        patroni.await_health();
        patroni
    }

    fn settings(&self, member: usize, etcd: &str) -> String {
        let (own, data) = (self.addresses[member], self.data(member).display().to_string());
        let hba = "host all all samenet trust, host replication all samenet trust, host all all 127.0.0.1/32 trust";
        let hba: String = hba.split(", ").map(|line| format!("    - {line}\n")).collect();
        format!(
            "scope: raid\nname: m{member}\nrestapi: {{listen: '{own}:8008', connect_address: '{own}:8008'}}\n\
             etcd3: {{host: '{etcd}'}}\n\
             bootstrap:\n  dcs:\n    ttl: 20\n    loop_wait: 3\n    retry_timeout: 5\n    synchronous_mode: quorum\n    \
             synchronous_mode_strict: true\n    primary_start_timeout: 0\n    postgresql:\n      use_pg_rewind: true\n      \
             parameters: {{max_connections: 80, wal_keep_size: 1GB, wal_log_hints: 'on', shared_buffers: 64MB, max_wal_size: 1GB}}\n  \
             initdb: [encoding: UTF8, locale: C]\n\
             postgresql:\n  listen: '{own},127.0.0.1:5432'\n  connect_address: '{own}:5432'\n  data_dir: '{data}'\n  bin_dir: {POSTGRES}\n  \
             parameters: {{unix_socket_directories: ''}}\n  \
             pg_hba:\n{hba}  authentication:\n    superuser: {{username: raid, password: raid}}\n    \
             replication: {{username: copier, password: copier}}\n    rewind: {{username: rewinder, password: rewinder}}\n"
        )
    }

    fn file(&self, member: usize, kind: &str) -> PathBuf {
        self.folder.path().join(format!("m{member}.{kind}"))
    }

    fn data(&self, member: usize) -> PathBuf {
        self.folder.path().join(format!("m{member}"))
    }

    /// The list of the databases.
    pub(crate) fn url(&self) -> String {
        let hosts: Vec<String> = self.addresses.iter().map(|address| format!("{address}:5432")).collect();
        format!("postgresql://raid@{}/postgres", hosts.join(","))
    }

    /// Starts a member that is not running.
    pub(crate) fn revive(&mut self, member: usize) {
        let program = std::env::var_os(PROGRAM).expect("it was asked for");
        let log = File::options().create(true).append(true).open(self.file(member, "log")).expect("a writable folder");
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.namespaces[member]]);
        if let Some((user, group)) = owner() {
            command.args(["setpriv", &format!("--reuid={user}"), &format!("--regid={group}"), "--clear-groups"]);
        }
        command
            .arg(program)
            .arg(self.file(member, "yml"))
            .current_dir("/")
            .env("LC_ALL", "C.UTF-8")
            .env("HOME", self.folder.path());
        let copy = log.try_clone().expect("a file can be shared");
        command.stdin(Stdio::null()).stdout(copy).stderr(log).process_group(0);
        self.members[member] = Some(command.spawn().expect("Patroni starts"));
    }

    /// The primary, if one answers.
    pub(crate) fn primary(&self) -> Option<usize> {
        (0..self.members.len()).find(|member| self.ask(*member, "SELECT pg_is_in_recovery()").as_deref() == Some("f"))
    }

    fn ask(&self, member: usize, statement: &str) -> Option<String> {
        // A database that hangs takes connections, and says nothing.
        let mut command = Command::new("timeout");
        command.arg("4").arg(Path::new(POSTGRES).join("psql"));
        command.args(psql_arguments(&self.addresses[member].to_string(), "5432"));
        command.args(["-c", statement]).env("PGCONNECT_TIMEOUT", "2").stdin(Stdio::null()).stderr(Stdio::null());
        let asked = command.output().ok()?;
        asked.status.success().then(|| String::from_utf8_lossy(&asked.stdout).trim().to_owned())
    }

    /// Waits until there is a primary with two synchronous standbys.
    pub(crate) fn await_health(&self) {
        let began = Instant::now();
        let follow = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'quorum' AND state = 'streaming'";
        let is_healthy = || self.primary().is_some_and(|primary| self.ask(primary, follow).as_deref() == Some("2"));
        while !is_healthy() {
            assert!(began.elapsed() < PATIENCE, "the databases do not heal: {}", self.folder.path().display());
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// Strikes the primary; returns who that was.
    pub(crate) fn strike(&mut self, blow: Blow, net: &Net) -> Option<usize> {
        let primary = self.primary()?;
        match blow {
            Blow::Death => self.kill(primary),
            Blow::Hang => self.signal(primary, "STOP"),
            Blow::Cut => net.cut(FIRST_MACHINE + u8::try_from(primary).ok()?),
        }
        Some(primary)
    }

    /// Lets it go on.
    pub(crate) fn mend(&mut self, member: usize, blow: Blow, net: &Net) {
        match blow {
            Blow::Death => self.revive(member),
            Blow::Hang => self.signal(member, "CONT"),
            Blow::Cut => net.mend(FIRST_MACHINE + u8::try_from(member).unwrap_or_default()),
        }
    }

    /// The processes of a member: Patroni, the server, and the server's own.
    fn processes(&self, member: usize) -> Vec<String> {
        let server = std::fs::read_to_string(self.data(member).join("postmaster.pid")).unwrap_or_default();
        let server = server.lines().next().unwrap_or_default().trim().to_owned();
        let patroni = self.members[member].as_ref().map(|child| child.id().to_string());
        let mut processes: Vec<String> = patroni.into_iter().collect();
        if !server.is_empty() {
            let of_it = Command::new("pgrep").args(["-P", &server]).output().expect("pgrep runs");
            processes.push(server);
            processes.extend(String::from_utf8_lossy(&of_it.stdout).split_whitespace().map(str::to_owned));
        }
        processes
    }

    fn signal(&self, member: usize, signal: &str) {
        for process in self.processes(member) {
            let _ = Command::new("kill").args([&format!("-{signal}"), &process]).stderr(Stdio::null()).status();
        }
    }

    fn kill(&mut self, member: usize) {
        self.signal(member, "KILL");
        if let Some(mut patroni) = self.members[member].take() {
            let _ = patroni.wait();
        }
    }

    /// Makes the primary's disk slow; false where disks cannot be slowed down.
    pub(crate) fn slow_down(&self) -> bool {
        let Some(primary) = self.primary() else { return false };
        let Some(disk) = disk_of(self.folder.path()) else { return false };
        let group = Path::new(CGROUP);
        let limited = std::fs::create_dir_all(group)
            .and_then(|()| std::fs::write(group.join("blkio.throttle.write_bps_device"), format!("{disk} {SLOW}")));
        let joins = |process: &String| {
            // One that has ended meanwhile cannot be slowed down.
            let _ = std::fs::write(group.join("cgroup.procs"), process);
        };
        self.processes(primary).iter().for_each(joins);
        limited.is_ok()
    }

    /// Lets the disk be as fast as it is.
    pub(crate) fn speed_up(&self) {
        if let Some(disk) = disk_of(self.folder.path()) {
            let _ = std::fs::write(Path::new(CGROUP).join("blkio.throttle.write_bps_device"), format!("{disk} 0"));
        }
    }
}

impl Drop for Patroni {
    fn drop(&mut self) {
        for member in 0..self.members.len() {
            self.signal(member, "CONT");
            self.kill(member);
        }
        let _ = self.etcd.kill();
        let _ = self.etcd.wait();
        if std::thread::panicking() {
            let kept = std::env::temp_dir().join("raidkeep-patroni-logs");
            let _ = std::fs::create_dir_all(&kept);
            for member in 0..self.members.len() {
                let _ = std::fs::copy(self.file(member, "log"), kept.join(format!("m{member}.log")));
            }
        }
    }
}

/// The numbers of the whole disk that a folder is on.
fn disk_of(folder: &Path) -> Option<String> {
    let found = Command::new("findmnt").args(["-n", "-o", "MAJ:MIN", "-T"]).arg(folder).output().ok()?;
    let numbers = String::from_utf8_lossy(&found.stdout).trim().to_owned();
    (!numbers.is_empty()).then_some(numbers)
}
