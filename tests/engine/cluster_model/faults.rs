//! What may happen to machines, the network between them and the database.

use raidkeep::engine::outside::world_name;
use raidkeep::postgres::placement::WantedPlace;
use raidkeep::studio::hostile_stores::Treatment;

use crate::cluster_model::cluster::{Cluster, TROUBLE_MS};
use crate::cluster_model::database::WORLDS;
use crate::cluster_model::events::At;

impl Cluster {
    pub(super) fn fault(&mut self) {
        if self.now_ms >= TROUBLE_MS {
            return self.heal();
        }
        let node = self.chance.between(0, self.nodes.len() as u64) as usize;
        let long = self.now_ms + self.chance.between(200, 4000);
        match self.chance.between(0, 7) {
            0 if self.nodes[node].incarnation != 0 => {
                self.outcome.crashes += 1;
                self.nodes[node].end();
                self.later(long - self.now_ms, At::Restart(node));
            }
            1 => {
                self.outcome.hangs += 1;
                self.nodes[node].hung_until = long;
            }
            2 => {
                self.outcome.cuts += 1;
                self.nodes[node].cut_until = long;
            }
            3 => {
                self.outcome.stalls += 1;
                self.stalled_until = self.now_ms + (long - self.now_ms) / 2;
            }
            4 => {
                let world = world_name(WORLDS[self.chance.between(0, 3) as usize]);
                let fate = [Treatment::UnknownKept, Treatment::UnknownLost, Treatment::Torn];
                let fate = fate[self.chance.between(0, 3) as usize];
                self.database.stores[&world].treat([fate]);
            }
            5 => {
                let name = self.nodes[node].name.clone();
                self.database.drain(&name);
            }
            _ => {
                let world = world_name(WORLDS[self.chance.between(0, 3) as usize]);
                let wish = WantedPlace { node: self.nodes[node].name.clone(), is_pinned: true };
                self.database.wishes.insert(world, wish);
            }
        }
        let pause = self.chance.between(300, 1500);
        self.later(pause, At::Fault);
    }

    /// Everybody is well again.
    fn heal(&mut self) {
        self.stalled_until = 0;
        for node in 0..self.nodes.len() {
            let known = &mut self.nodes[node];
            (known.hung_until, known.cut_until) = (0, 0);
            let name = known.name.clone();
            self.database.introduce(&name);
            if self.nodes[node].incarnation == 0 {
                self.later(1, At::Restart(node));
            }
        }
    }
}
