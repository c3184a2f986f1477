//! The JSON protocol as a plugin of a world: an inbox and an outbox, a system that drains the one and one that fills
//! the other, and the runner that connects both to the network.

use std::sync::Arc;

use bevy_app::{App, AppExit, Plugin};
use bevy_ecs::prelude::*;

use crate::config::Config;
use crate::net::inbox::Inbox;
use crate::net::listener::{Listener, Seat};
use crate::net::revival::Rebuild;
use crate::net::runner;
use crate::net::start_error::StartError;
use raidkeep_engine::journal::Recorder;
use raidkeep_engine::open::{RulesPlugin, StorePlugin};
use raidkeep_engine::rules::AssetSource;
use raidkeep_engine::schedule::{Tick, TickSystems};
use raidkeep_engine::tick::{Arrivals, Effects, receive};

/// Makes an app a server of its world:
///
/// ```no_run
/// use bevy_app::App;
/// use raidkeep_engine::plugins::EnginePlugins;
/// use raidkeep_game::GamePlugins;
/// use raidkeep_server::net::plugin::NetworkPlugin;
///
/// App::new().add_plugins((EnginePlugins, GamePlugins, NetworkPlugin::default())).run();
/// ```
///
/// The app runs until it is stopped: by SIGINT or SIGTERM if the listener is its own, by [`Listener::stop`] if it is
/// shared, or by a system that writes an [`AppExit`]. A world that cannot start, or that fails, ends with
/// [`AppExit::Error`], and the cause is logged.
///
/// It opens rules and databases with [`RulesPlugin`] and [`StorePlugin`], unless the program has added those itself.
///
/// A world whose disk has failed stops answering. It goes on by itself once there is space again if the plugin knows how
/// to build its app anew ([`rebuilt_by`](Self::rebuilt_by)); otherwise the program must be started again.
pub struct NetworkPlugin {
    place: Place,
    rebuild: Option<Rebuild>,
}

enum Place {
    Own(Box<Config>, AssetSource),
    Shared(Listener, u32),
}

impl Default for NetworkPlugin {
    /// A listener of its own, with the shipped configuration and the assets in the folder `assets` if there is one,
    /// else the built-in ones.
    fn default() -> Self {
        Self::with(Config::default(), raidkeep_game::usual_assets(None))
    }
}

impl NetworkPlugin {
    /// A listener of its own. It serves this one world, however many the configuration has.
    pub fn with(config: Config, assets: AssetSource) -> Self {
        Self { place: Place::Own(Box::new(Config { worlds: 1, ..config }), assets), rebuild: None }
    }

    /// The world of this number at a listener that apps share.
    pub fn sharing(listener: &Listener, world: u32) -> Self {
        Self { place: Place::Shared(listener.clone(), world), rebuild: None }
    }

    /// The same for a program that can build an app like this one again, with all plugins but this one and those that
    /// open rules and databases. Its databases are those of the configuration.
    #[must_use]
    pub fn rebuilt_by(self, build: impl Fn() -> App + Send + Sync + 'static) -> Self {
        Self { rebuild: Some(Arc::new(build)), ..self }
    }

    fn seat(&self) -> Result<Seat, StartError> {
        match &self.place {
            Place::Own(config, assets) => Listener::bind(Config::clone(config), assets.clone(), None)?.seat(0),
            Place::Shared(listener, world) => listener.seat(*world),
        }
    }
}

impl Plugin for NetworkPlugin {
    fn build(&self, app: &mut App) {
        let is_own = matches!(self.place, Place::Own(..));
        match self.seat() {
            Ok(seat) => {
                app.add_plugins(BridgePlugin { inbox: seat.inbox.clone() });
                if !app.is_plugin_added::<RulesPlugin>() {
                    app.add_plugins(seat.rules());
                }
                if !app.is_plugin_added::<StorePlugin>() && seat.stores().shared().is_none() {
                    app.add_plugins(seat.store());
                }
                let rebuild = self.rebuild.clone();
                app.set_runner(move |app| runner::run(app, seat, is_own, rebuild));
            }
            Err(error) => {
                if let Place::Shared(listener, _) = &self.place {
                    listener.fail(error);
                    app.set_runner(|_| AppExit::error());
                } else {
                    app.set_runner(move |_| runner::give_up(&error));
                }
            }
        }
    }
}

/// The world's inputs, filled by the sockets.
#[derive(Resource)]
pub struct NetworkInbox(pub Arc<Inbox>);

/// The effects of the last tick, for the runner to carry out.
#[derive(Default, Resource)]
pub struct NetworkOutbox(pub Effects);

/// The inbox and the outbox with their systems, for a custom runner.
pub struct BridgePlugin {
    /// Where the world's inputs arrive.
    pub inbox: Arc<Inbox>,
}

impl Plugin for BridgePlugin {
    fn build(&self, app: &mut App) {
        app.insert_resource(NetworkInbox(self.inbox.clone())).init_resource::<NetworkOutbox>();
        app.add_systems(Tick, drain_inbox.before(receive));
        app.add_systems(Tick, fill_outbox.after(TickSystems::Persist));
    }
}

/// Moves all inputs into the tick, and records them if a journal is written.
fn drain_inbox(inbox: Res<NetworkInbox>, mut arrivals: ResMut<Arrivals>, journal: Option<ResMut<Recorder>>) {
    inbox.0.drain(arrivals.inputs());
    if let (Some(mut journal), Some(moment)) = (journal, arrivals.moment()) {
        journal.note_tick(arrivals.inputs(), moment);
    }
}

/// Moves all effects out of the world.
fn fill_outbox(world: &mut World) {
    world.resource_scope(|world, mut outbox: Mut<NetworkOutbox>| outbox.0.collect(world));
}
