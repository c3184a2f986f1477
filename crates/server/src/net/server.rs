//! A complete server: as many worlds as the configuration says, each an app on its own thread, and the sandbox next to
//! them.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use bevy_app::{App, AppExit};

use crate::config::{Config, ConfigError};
use crate::net::incident_log::Telemetry;
use crate::net::listener::{Listener, RealmPlace};
use crate::net::plugin::NetworkPlugin;
use crate::net::premises;
use crate::net::start_error::{StartError, system};
use raidkeep_engine::open::WorldStores;
use raidkeep_engine::outside::REALM;
use raidkeep_engine::reload::RulesPin;
use raidkeep_engine::rules::AssetSource;
use raidkeep_engine::storage::folder::DataFolder;
use raidkeep_game::GameSettings;
use raidkeep_game::player_view::past::PastPlayers;
use raidkeep_game::trial::requests::Trials;
use raidkeep_realm::operators::OperatorSettings;
use raidkeep_realm::rule_sets::{RuleDiffer, StudyRoom};
use raidkeep_realm::{RealmSettings, realm_app};
use raidkeep_sandbox::SandboxSettings;
use raidkeep_sandbox::server::SandboxServer;

/// A running server.
pub struct Server {
    /// The address it listens on for players.
    pub address: SocketAddr,
    /// The address it listens on for operators.
    pub operators: SocketAddr,
    /// Whether players' connections are encrypted.
    pub is_encrypted: bool,
    /// The sandbox, if a platform uses it.
    pub sandbox: Option<SandboxServer>,
    listener: Listener,
    threads: Vec<JoinHandle<AppExit>>,
}

/// What a program brings to its server beside the settings.
pub struct Fittings {
    /// Where metrics are read, and where the log is heard.
    pub telemetry: Telemetry,
    /// Says how two rule sets differ; `None` = nobody can ask.
    pub differ: Option<RuleDiffer>,
    /// Where rule sets are studied.
    pub studies: StudyRoom,
    /// Looks into the archive and the journal.
    pub past: PastPlayers,
    /// Runs forks of the worlds.
    pub trials: Trials,
    /// Where the worlds are, if not in the data folder.
    pub stores: Option<Arc<dyn WorldStores>>,
}

impl Server {
    /// Starts the worlds in the data folder, and listens.
    ///
    /// # Errors
    /// When a world cannot start, or something the worlds share; nothing is left running then.
    pub fn start(
        folder: DataFolder,
        config: Config,
        assets: &AssetSource,
        Fittings { telemetry, differ, studies, past, trials, stores }: Fittings,
    ) -> Result<Self, StartError> {
        let mut settings = config.game()?;
        let listener =
            Listener::bind_in(folder, config.clone(), assets.clone(), (telemetry, RealmPlace::Apart, stores))?;
        let (address, operators) = (listener.address(), listener.operators_address());
        let is_encrypted = config.tls.is_on();
        let own_url = format!("{}://{address}", if is_encrypted { "https" } else { "http" });
        let sandbox = start_sandbox(&config)?;
        let known = sandbox.as_ref().map(|(sandbox, settings)| (format!("http://{}", sandbox.address), settings));
        let known = known.as_ref().map(|(url, settings)| (url.as_str(), *settings));
        let environment = |name: &str| std::env::var(name).ok();
        settings.platforms = config.platforms.resolve(known, &own_url, &environment)?;
        settings.platforms.session_keys = premises::session_keys(Path::new(&config.data))?;
        let sandbox = sandbox.map(|(sandbox, _)| sandbox);
        if let Some(push) = &mut settings.legacy_push {
            let sandbox_port = sandbox.as_ref().map(|sandbox| sandbox.address.port());
            push.refused_ports = [address.port(), operators.port()].into_iter().chain(sandbox_port).collect();
        }
        let mut server = Self { address, operators, is_encrypted, sandbox, listener, threads: Vec::new() };
        let realm = RealmSettings {
            operators: OperatorSettings {
                roles: config.roles()?,
                password_cost: settings.identity.password_cost,
                keys: settings.platforms.session_keys.clone(),
            },
            message_days: config.realm_message_days(),
            differ,
            studies,
        };
        match server.start_realm(&settings, realm).and_then(|()| server.start_worlds(&settings, &past, &trials)) {
            Ok(()) => Ok(server),
            Err(error) => {
                server.stop();
                Err(error)
            }
        }
    }

    fn start_realm(&mut self, settings: &GameSettings, realm: RealmSettings) -> Result<(), StartError> {
        let (settings, listener) = (settings.clone(), self.listener.clone());
        let builder = std::thread::Builder::new().name("raidkeep-realm".to_owned());
        let thread = builder.spawn(move || {
            let _alarm = Alarm(listener.clone());
            let build = move || realm_app(&settings, realm.clone());
            let mut app = build();
            app.add_plugins(NetworkPlugin::sharing(&listener, REALM).rebuilt_by(build)).run()
        });
        self.threads.push(thread.map_err(system("start a thread"))?);
        Ok(())
    }

    fn start_worlds(&mut self, settings: &GameSettings, past: &PastPlayers, trials: &Trials) -> Result<(), StartError> {
        for number in 0..self.listener.worlds() {
            let (settings, listener) = (settings.clone(), self.listener.clone());
            let (past, trials) = (past.clone(), trials.clone());
            let builder = std::thread::Builder::new().name(format!("raidkeep-world-{number}"));
            let thread = builder.spawn(move || {
                let _alarm = Alarm(listener.clone());
                let build = move || {
                    let mut app = App::new();
                    app.add_plugins((settings.engine_plugins(), settings.game_plugins()));
                    app.insert_resource(past.clone()).insert_resource(trials.clone());
                    app
                };
                let mut app = build();
                app.add_plugins(NetworkPlugin::sharing(&listener, number).rebuilt_by(build)).run()
            });
            self.threads.push(thread.map_err(system("start a thread"))?);
        }
        self.listener.wait_until_ready()
    }

    /// Which rule set was pinned at the start.
    pub fn pinned_rules(&self) -> Option<&RulesPin> {
        self.listener.pinned_rules()
    }

    /// Reads the assets again. Blocks until they are checked.
    pub fn reload(&self) {
        self.listener.reload();
    }

    /// Stops: refuses new requests, finishes those accepted, commits, and closes the sockets.
    pub fn stop(self) {
        self.listener.stop();
        for thread in self.threads {
            if thread.join().is_err() {
                tracing::error!("a world's thread panicked; every change that was answered is on disk");
            }
        }
    }
}

/// Reports a world whose thread panics before it is ready to those waiting for it.
struct Alarm(Listener);

impl Drop for Alarm {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.fail(system("start a world")(std::io::Error::other("its thread ended")));
        }
    }
}

/// Starts the sandbox if a platform uses it. Its payments are stored next to the worlds.
fn start_sandbox(config: &Config) -> Result<Option<(SandboxServer, SandboxSettings)>, StartError> {
    if !config.platforms.wants_sandbox() {
        return Ok(None);
    }
    let platforms = config.platforms.sandboxed().join(", ");
    tracing::warn!(platforms, listen = config.listen, "platforms are SANDBOXED: no real money, no real reports");
    let settings = SandboxSettings::shipped();
    let settings = settings.map_err(|mistake| ConfigError::Value { key: "config/sandbox.ron", mistake })?;
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let state = Path::new(&config.data).join("sandbox.json");
    let sandbox = SandboxServer::start(settings.clone(), listen, Some(&state));
    Ok(Some((sandbox.map_err(system("start the sandbox of the platforms"))?, settings)))
}
