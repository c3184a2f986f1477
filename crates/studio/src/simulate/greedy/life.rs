//! A greedy player's life: one player, alone in a world of its own, who plays habits with real requests.

use std::sync::Arc;

use crate::simulate::driver::Driver;
use crate::simulate::greedy::holding::Holding;
use crate::simulate::knowledge::Knowledge;
use crate::simulate::player::VirtualPlayer;
use crate::simulate::policy::Archetype;
use crate::simulate::purchase;
use crate::simulate::run::Troubles;
use raidkeep_engine::request::reply::ReplyPort;
use raidkeep_engine::rules::LoadedRules;
use raidkeep_engine::start::Start;
use raidkeep_game::GameSettings;

/// The only player's number.
const PLAYER: u64 = 0;
const LOOK: &str = "get_player_info";

/// A player's life.
pub(super) struct Life {
    world: Driver,
    pub(super) knowledge: Knowledge,
    player: VirtualPlayer,
    link: Arc<dyn ReplyPort>,
    /// Unix seconds.
    pub(super) now: i64,
}

/// What came of playing the habits of an archetype once.
#[derive(Debug)]
pub(super) struct Played {
    /// What the player had before.
    pub(super) before: Holding,
    /// How long it took.
    pub(super) seconds: i64,
    pub(super) granted: u32,
    pub(super) refused: u32,
}

impl Life {
    /// Begins at a moment, in unix seconds.
    pub(super) fn begin(
        (settings, rules): (&GameSettings, &LoadedRules),
        now: i64,
        seed: u64,
    ) -> Result<Self, Troubles> {
        let start = Start::alone(now * 1000, seed);
        let mut world = Driver::extended(settings, rules, start, purchase::register_gifts)?;
        let knowledge = Knowledge::of(world.simulation().world());
        let link = world.connect(PLAYER);
        Ok(Self { world, knowledge, player: VirtualPlayer::new(0, 0, seed), link, now })
    }

    /// The world, for its rules.
    pub(super) fn world(&mut self) -> &bevy_ecs::world::World {
        self.world.simulation().world()
    }

    /// Plays the habits of an archetype. Where the clock stands still, only what is done changes anything.
    pub(super) fn play(&mut self, archetype: &Archetype, clock_stands: bool) -> Played {
        let mut played = Played { before: Holding::default(), seconds: 0, granted: 0, refused: 0 };
        while let Some(wish) = self.player.next_wish(archetype, &self.knowledge) {
            let sign_in = self.player.sign_in;
            let Some(reply) = self.ask(&wish.function, &wish.data, sign_in) else {
                let refusal = r#"{"status":13}"#;
                self.player.hear(refusal, None, archetype, &self.knowledge);
                played.refused += 1;
                continue;
            };
            let named = reply.names.map(|named| named.sign_in);
            let answered = self.player.hear(&reply.text, named, archetype, &self.knowledge);
            if wish.function == LOOK {
                played.before = Holding::read(&reply.text).unwrap_or_default();
            } else if wish.function != "login_unique" {
                played.granted += u32::from(answered.refused.is_none());
                played.refused += u32::from(answered.refused.is_some());
                played.seconds += answered.pause_seconds.max(1);
                self.now += if clock_stands { 0 } else { answered.pause_seconds.max(1) };
            }
        }
        played
    }

    /// What the player has now.
    pub(super) fn look(&mut self) -> Holding {
        let reply = self.ask(LOOK, "{}", self.player.sign_in);
        reply.and_then(|reply| Holding::read(&reply.text)).unwrap_or_default()
    }

    /// Gives the player so many of each item that lasts, and energy.
    pub(super) fn give(&mut self, each: i64, energy: i64) {
        let data = format!(r#"{{"each":{each},"energy":{energy}}}"#);
        self.ask("simulated_gift", &data, self.player.sign_in);
    }

    fn ask(
        &mut self,
        function: &str,
        data: &str,
        sign_in: Option<raidkeep_engine::request::SignIn>,
    ) -> Option<raidkeep_engine::request::reply::Reply> {
        let function = self.world.function(function)?;
        if !self.world.ask((PLAYER, self.link.clone()), function, data, sign_in) {
            return None;
        }
        self.world.run_moment(self.now * 1000, |_| {});
        self.world.take_replies().pop().map(|(_, reply)| reply)
    }
}
