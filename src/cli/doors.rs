//! Where commands reach a running server: its listener for players and the one for operators.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::Value;

use crate::cli::call::{Client, Failure};
use crate::cli::serve::usual_config;
use raidkeep_engine::request::{Access, RequestTable, status};
use raidkeep_server::config::Config;
use raidkeep_server::net::address_file::Addresses;
use raidkeep_server::net::tls::ClientTls;
use raidkeep_studio::load::address::{ServerAddress, address_of};

const PLAYERS: &str = "127.0.0.1:7350";
const OPERATORS: &str = "127.0.0.1:7352";
/// How far the operators' port is above the players' unless the server says otherwise.
const PORTS_ABOVE: u16 = 2;

/// Where the server listens. Without these, the file addresses.json in its data folder says so; without that, the
/// server is expected at the default addresses.
#[derive(Debug, Clone, Args)]
pub(super) struct Doors {
    /// Where the server listens for players [default: as addresses.json in the data folder says, else
    /// ws://127.0.0.1:7350].
    #[arg(long, value_name = "ws[s]://HOST:PORT")]
    url: Option<String>,
    /// Where it listens for operators [default: as addresses.json says, else two ports above --url].
    #[arg(long, value_name = "ws[s]://HOST:PORT")]
    admin_url: Option<String>,
    /// A PEM file of the roots to trust with wss:// and https:// [default: the file in SSL_CERT_FILE, else Mozilla's].
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
}

/// An address, and what to say if no server answers there.
struct Target {
    server: ServerAddress,
    hint: String,
}

impl Doors {
    /// Those of a server whose operators' listener is known.
    pub(super) fn of_operators(admin_url: String, ca: Option<PathBuf>) -> Self {
        Self { url: None, admin_url: Some(admin_url), ca }
    }

    /// The players' address.
    pub(super) fn players_address(&self) -> Result<ServerAddress, Failure> {
        self.players_target().map(|target| target.server)
    }

    /// The operators' address.
    pub(super) fn operators_address(&self) -> Result<ServerAddress, Failure> {
        self.operators_target().map(|target| target.server)
    }

    /// Connects to the players' listener.
    pub(super) fn players(&self, world: u32) -> Result<Client, Failure> {
        self.players_target()?.connect(world)
    }

    /// Connects to the operators' listener.
    pub(super) fn operators(&self, world: u32) -> Result<Client, Failure> {
        self.operators_target()?.connect(world)
    }

    fn players_target(&self) -> Result<Target, Failure> {
        match &self.url {
            Some(url) => self.named(address_of(url)?),
            None => match Told::read()? {
                Some(told) => self.told(told.addresses.players, told.addresses.players_tls, &told.path),
                None => self.named((PLAYERS.to_owned(), false)),
            },
        }
    }

    fn operators_target(&self) -> Result<Target, Failure> {
        if let Some(url) = &self.admin_url {
            return self.named(address_of(url)?);
        }
        let Some(url) = &self.url else {
            return match Told::read()? {
                Some(told) => self.told(told.addresses.operators, told.addresses.operators_tls, &told.path),
                None => self.named((OPERATORS.to_owned(), false)),
            };
        };
        // The file may be that of another server than the one named.
        let (players, is_encrypted) = address_of(url)?;
        let told = Told::read().ok().flatten();
        match told.filter(|told| reachable(told.addresses.players).to_string() == players) {
            Some(told) => self.told(told.addresses.operators, told.addresses.operators_tls, &told.path),
            // On its own machine, a server encrypts nothing for operators.
            None => self.named((two_ports_above(&players)?, is_encrypted && !is_this_machine(&players))),
        }
    }

    fn named(&self, server: (String, bool)) -> Result<Target, Failure> {
        let hint = "; --url and --admin-url name another server".to_owned();
        Ok(Target { server: self.server(server)?, hint })
    }

    fn server(&self, (address, is_encrypted): (String, bool)) -> Result<ServerAddress, Failure> {
        Ok(match is_encrypted {
            true => ServerAddress::encrypted(address, ClientTls::trusting(self.ca.as_deref())?),
            false => ServerAddress::plain(address),
        })
    }

    fn told(&self, address: SocketAddr, is_encrypted: bool, path: &Path) -> Result<Target, Failure> {
        let hint = format!(
            "; {} names this address, and a server that was killed leaves that file behind: start it again, or name \
             another server with --url and --admin-url",
            path.display()
        );
        Ok(Target { server: self.server((reachable(address).to_string(), is_encrypted))?, hint })
    }
}

impl Target {
    fn connect(&self, world: u32) -> Result<Client, Failure> {
        Client::connect(&self.server, world).map_err(|error| format!("{error}{}", self.hint).into())
    }
}

/// What a server has written into the data folder.
struct Told {
    addresses: Addresses,
    path: PathBuf,
}

impl Told {
    fn read() -> Result<Option<Self>, Failure> {
        let data = PathBuf::from(Config::load(usual_config(None).as_deref(), &[])?.data);
        let path = Addresses::path(&data);
        let read = Addresses::read(&data);
        let addresses = read.map_err(|error| {
            format!("cannot read {} ({error}); --url and --admin-url name the server", path.display())
        })?;
        Ok(addresses.map(|addresses| Self { addresses, path }))
    }
}

/// Who listens on all addresses is reached at that of this machine.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

fn is_this_machine(address: &str) -> bool {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    host == "localhost" || host.trim_matches(['[', ']']).parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

fn two_ports_above(players: &str) -> Result<String, Failure> {
    let above = players.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse::<u16>().ok()?)));
    let above = above.and_then(|(host, port)| Some(format!("{host}:{}", port.checked_add(PORTS_ABOVE)?)));
    above
        .ok_or_else(|| format!("there is no port two above {players}; --admin-url names the operators' address").into())
}

/// A client that asks the listener that has the function, and connects there when it first needs to.
pub(super) struct Clients {
    doors: Doors,
    world: u32,
    shows_events: bool,
    /// The functions of this program; a server may have more.
    functions: RequestTable,
    players: Option<Client>,
    operators: Option<Client>,
}

impl Clients {
    /// Nothing is connected yet. Events go to stderr if they are to be shown.
    pub(super) fn new(doors: Doors, world: u32, shows_events: bool) -> Result<Self, Failure> {
        // A manual clock has one more function than the others.
        let settings = Config::load(None, &["clock=manual".to_owned()])?.game()?;
        let game = raidkeep_realm::whole_app(&settings);
        let functions = game.world().get_resource::<RequestTable>().cloned().unwrap_or_default();
        Ok(Self { doors, world, shows_events, functions, players: None, operators: None })
    }

    /// Who may call a function; `None` if this program does not know it.
    fn access(&self, function: &str) -> Option<Access> {
        self.functions.find(function).map(|kind| kind.access)
    }

    /// Whether this program knows the function as one for operators.
    pub(super) fn is_for_operators(&self, function: &str) -> bool {
        self.access(function) == Some(Access::Operator)
    }

    /// Sends a request and waits for the reply.
    pub(super) fn ask(&mut self, function: &str, data: Value) -> Result<Value, Failure> {
        match self.access(function) {
            Some(Access::Operator) => self.operators()?.ask(function, data),
            Some(Access::Player | Access::Anyone) => self.players()?.ask(function, data),
            None => self.ask_somewhere(function, data),
        }
    }

    /// Calls a function of another program: where players are refused, it is one for operators.
    fn ask_somewhere(&mut self, function: &str, data: Value) -> Result<Value, Failure> {
        let reply = self.players()?.ask(function, data.clone())?;
        if reply["status"] != status::INVALID_TOKEN {
            return Ok(reply);
        }
        let Ok(operators) = self.operators() else {
            return Ok(reply);
        };
        let second = operators.ask(function, data)?;
        Ok(if second["status"] == status::UNKNOWN_FUNCTION { reply } else { second })
    }

    fn players(&mut self) -> Result<&mut Client, Failure> {
        match &mut self.players {
            Some(client) => Ok(client),
            none => Ok(none.insert(self.doors.players(self.world)?.showing_events(self.shows_events))),
        }
    }

    fn operators(&mut self) -> Result<&mut Client, Failure> {
        match &mut self.operators {
            Some(client) => Ok(client),
            none => Ok(none.insert(self.doors.operators(self.world)?.showing_events(self.shows_events))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_are_expected_two_ports_above_the_players_of_the_server_that_is_named() {
        let doors = |url: Option<&str>, admin_url: Option<&str>| Doors {
            url: url.map(str::to_owned),
            admin_url: admin_url.map(str::to_owned),
            ca: None,
        };
        let address =
            |doors: Doors| doors.operators_address().map(|server| server.url()).map_err(|error| error.to_string());
        let expected = |url: &str| Ok(url.to_owned());
        assert_eq!(address(doors(Some("ws://game.example:80"), None)), expected("ws://game.example:82/"));
        assert_eq!(address(doors(Some("ws://h:80"), Some("ws://h:9"))), expected("ws://h:9/"));
        assert_eq!(address(doors(Some("wss://game.example"), None)), expected("wss://game.example:445/"));
        assert_eq!(address(doors(Some("wss://localhost:7350"), None)), expected("ws://localhost:7352/"));
        let error = address(doors(Some("ws://h:65535"), None)).expect_err("there is no port 65537");
        assert!(error.contains("--admin-url"), "{error}");
    }

    #[test]
    fn a_server_on_all_addresses_is_reached_on_this_machine() {
        for (listening, reached) in [("0.0.0.0:1", "127.0.0.1:1"), ("[::]:1", "[::1]:1"), ("10.0.0.7:1", "10.0.0.7:1")]
        {
            assert_eq!(reachable(listening.parse().expect("an address")).to_string(), reached);
        }
    }
}
