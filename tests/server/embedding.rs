//! A server embedded in another program: apps with the network plugin, on threads of the test.

use std::net::TcpListener;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use bevy_app::{App, AppExit, Plugin};
use bevy_ecs::prelude::*;
use raidkeep::engine::plugins::EnginePlugins;
use raidkeep::engine::schedule::{Tick, TickSystems};
use raidkeep::game::{GamePlugins, GameSettings, shipped_assets};
use raidkeep::server::config::Config;
use raidkeep::server::net::listener::Listener;
use raidkeep::server::net::plugin::NetworkPlugin;
use raidkeep::studio::testing::edit_assets;
use serde_json::json;

use crate::process::{Client, Ended, wait_for};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

fn config(folder: &Path, settings: &[&str]) -> Config {
    let data = format!("data={}", folder.join("data").display());
    let usual = ["listen=127.0.0.1:0", "admin.listen=127.0.0.1:0", &data, "backups="].into_iter();
    let arguments: Vec<String> = usual.chain(settings.iter().copied()).map(str::to_owned).collect();
    Config::load(None, &arguments).expect("the settings of the test should be valid")
}

fn listen(folder: &Path, settings: &[&str]) -> Listener {
    Listener::bind(config(folder, settings), shipped_assets(), None).expect("a port should be free")
}

/// Runs a world at a listener, on its own thread.
fn run_world(listener: &Listener, number: u32) -> JoinHandle<AppExit> {
    let listener = listener.clone();
    std::thread::spawn(move || {
        App::new().add_plugins((EnginePlugins, GamePlugins, NetworkPlugin::sharing(&listener, number))).run()
    })
}

fn connect(listener: &Listener) -> Client {
    Client::connect(listener.address()).expect("the server should let clients in")
}

fn exit_of(thread: JoinHandle<AppExit>) -> AppExit {
    thread.join().expect("an app should never panic")
}

/// Runs an app on this thread and returns how it ended, with its log.
fn run_logged(app: &mut App) -> (AppExit, String) {
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("no other thread logs here").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .with_max_level(tracing::Level::INFO);
    let exit = tracing::subscriber::with_default(subscriber.finish(), || app.run());
    let text = String::from_utf8(log.0.lock().expect("no other thread logs here").clone()).expect("a log is text");
    (exit, text)
}

#[test]
fn an_app_with_the_network_plugin_is_a_whole_server() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let listener = listen(folder.path(), &[]);
    let world = run_world(&listener, 0);
    listener.wait_until_ready().expect("the world should start");
    let mut client = connect(&listener);
    client.log_in("ann");
    let reply = client.ask("enter_stage_general", json!({"stage": 8}));
    assert_eq!(reply["data"]["energy"]["remain"], 114, "the game is playable: {reply}");
    listener.stop();
    assert_eq!(client.read_to_end(), Ended::Closed(CloseCode::Away), "a stopping server says so");
    assert_eq!(exit_of(world), AppExit::Success, "an orderly stop is a success");
    drop(listener);

    let listener = listen(folder.path(), &[]);
    let world = run_world(&listener, 0);
    listener.wait_until_ready().expect("the world should start again");
    let info = connect(&listener).ask("get_player_info", json!({"token": client.token}));
    assert_eq!(info["status"], 0, "an answered change is on disk: {info}");
    listener.stop();
    assert_eq!(exit_of(world), AppExit::Success);
}

#[test]
fn two_apps_are_two_worlds_on_one_port() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let listener = listen(folder.path(), &["worlds=2"]);
    let worlds = [run_world(&listener, 0), run_world(&listener, 1)];
    listener.wait_until_ready().expect("both worlds should start");
    let mut clients = [connect(&listener), connect(&listener)];
    for client in &mut clients {
        for world in [0, 1] {
            let reply = client.ask_in(world, "login_unique", json!({"unique_id": "ann"}));
            assert!(reply["data"]["token"].is_string(), "a connection may address any world: {reply}");
            let token = reply["data"]["token"].clone();
            let other = client.ask_in(1 - world, "get_player_info", json!({"token": token}));
            assert_ne!(other["status"], 0, "worlds share no players: {other}");
        }
    }
    assert_eq!(clients[0].ask_in(2, "server_time", json!({}))["status"], 14, "there is no third world");
    listener.stop();
    assert_eq!(worlds.map(exit_of), [AppExit::Success, AppExit::Success], "one stop ends all worlds");
    for world in ["world-0", "world-1"] {
        let rows = folder.path().join(format!("data/{world}.rows.redb"));
        assert!(rows.is_file(), "each world has databases of its own: {}", rows.display());
    }
}

#[test]
fn broken_assets_end_an_app_with_every_mistake_and_no_panic() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let assets = edit_assets(&folder.path().join("assets"), "sweep.ron", "energy: 6,", "energy: \"six\",");
    let network = NetworkPlugin::with(config(folder.path(), &[]), assets.clone());
    let (exit, log) = run_logged(App::new().add_plugins((EnginePlugins, GamePlugins, network)));
    assert!(exit.is_error(), "{exit:?}");
    assert!(log.contains("1 mistakes in the assets") && log.contains("sweep.ron"), "the mistake is logged: {log}");
    let rows = folder.path().join("data/world-0.rows.redb");
    assert!(!rows.exists(), "no databases are made for a world that cannot start");

    let config = config(folder.path(), &["worlds=2"]);
    let listener = Listener::bind(config, assets, None).expect("the folder should be free again");
    let worlds = [run_world(&listener, 0), run_world(&listener, 1)];
    let error = listener.wait_until_ready().expect_err("no world can start").to_string();
    assert!(error.contains("mistakes in the assets"), "every user of the listener gets the cause: {error}");
    assert!(worlds.map(exit_of).iter().all(AppExit::is_error), "all worlds end");
}

#[test]
fn a_port_in_use_ends_an_app_with_its_address_and_no_panic() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port should be free");
    let address = taken.local_addr().expect("a listener has an address");
    let config = config(folder.path(), &[&format!("listen={address}")]);
    let network = NetworkPlugin::with(config, shipped_assets());
    let (exit, log) = run_logged(App::new().add_plugins((EnginePlugins, GamePlugins, network)));
    assert!(exit.is_error(), "{exit:?}");
    assert!(log.contains(&format!("cannot listen on {address}")), "it names the address: {log}");
}

#[test]
fn a_world_has_one_app() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let listener = listen(folder.path(), &[]);
    let first = run_world(&listener, 0);
    listener.wait_until_ready().expect("the world should start");
    assert!(exit_of(run_world(&listener, 0)).is_error(), "its seat is taken");
    assert!(exit_of(first).is_error(), "apps that do not fit together stop");
}

/// A third-party plugin.
#[derive(Clone, Default)]
struct Watch {
    ticks: Arc<AtomicU64>,
    must_end: Arc<AtomicBool>,
}

impl Plugin for Watch {
    fn build(&self, app: &mut App) {
        let Self { ticks, must_end } = self.clone();
        let watch = move |mut exits: MessageWriter<AppExit>| {
            ticks.fetch_add(1, Ordering::Relaxed);
            if must_end.load(Ordering::Relaxed) {
                exits.write(AppExit::Success);
            }
        };
        app.add_systems(Tick, watch.in_set(TickSystems::Simulate));
    }
}

#[test]
fn a_third_party_system_runs_in_every_tick_and_may_end_the_app() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let free = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port should be free");
    let config = config(folder.path(), &[&format!("listen={free}")]);
    let watch = Watch::default();
    let world = std::thread::spawn({
        let watch = watch.clone();
        let network = NetworkPlugin::with(config, shipped_assets());
        move || App::new().add_plugins((EnginePlugins, GamePlugins, watch, network)).run()
    });
    let mut client = wait_for("the server to listen", || Client::connect(free).ok());
    let before = watch.ticks.load(Ordering::Relaxed);
    client.log_in("ann");
    assert!(
        watch.ticks.load(Ordering::Relaxed) > before,
        "a request is handled in a tick, and the system is part of it"
    );
    watch.must_end.store(true, Ordering::Relaxed);
    let _ = client.try_ask(r#"{"world":0,"function":"server_time","data":{}}"#);
    assert_eq!(exit_of(world), AppExit::Success, "an app ends when a system wants it to");
}

#[test]
fn the_defaults_of_the_game_are_those_of_the_shipped_configuration() {
    let shipped = Config::default().game().expect("the shipped configuration should be valid");
    assert_eq!(format!("{shipped:?}"), format!("{:?}", GameSettings::default()));
}
