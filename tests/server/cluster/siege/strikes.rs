//! What befalls the field in a round, and how long it takes until everything is answered again.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use raidkeep::engine::outside::world_name;

use crate::cluster::nodes::{command_at, is_well};
use crate::cluster::siege::faults::Fault;
use crate::cluster::siege::field::{Databases, Field, NODES, await_field, within};

/// For how long a disk is slow.
const SLOW_FOR: Duration = Duration::from_secs(4);
/// The nodes must have noticed by then that the primary has gone.
const NOTICED_WITHIN: Duration = Duration::from_secs(10);

impl Field {
    pub(super) fn strike(&mut self, fault: Fault) -> Result<(), String> {
        *self.seen.faults.entry(fault).or_default() += 1;
        let began = Instant::now();
        match fault {
            Fault::Death | Fault::Hang | Fault::Cut => self.strike_node(fault),
            Fault::SlowDisk => {
                if let Databases::Three(patroni) = &self.databases {
                    patroni.slow_down();
                    std::thread::sleep(SLOW_FOR);
                    patroni.speed_up();
                }
                self.await_all(fault, 0, began)
            }
            Fault::Move => self.move_worlds(),
            Fault::Primary(blow) => {
                let (Databases::Three(patroni), Some(net)) = (&mut self.databases, &self.net) else {
                    return Err("there is one database".to_owned());
                };
                let struck = patroni.strike(blow, net).ok_or("there is a primary")?;
                let healed = self.await_trouble(0).and_then(|()| self.await_all(fault, 0, began));
                if let (Databases::Three(patroni), Some(net)) = (&mut self.databases, &self.net) {
                    patroni.mend(struck, blow, net);
                    patroni.await_health();
                }
                healed
            }
        }
    }

    fn strike_node(&mut self, fault: Fault) -> Result<(), String> {
        let (victim, stays) = (self.victim()?, self.lcg.below(2) == 0);
        let other = (victim + 1 + self.pick(NODES.len() - 1)) % NODES.len();
        let machine = u8::try_from(victim).unwrap_or_default();
        let server = self.nodes[victim].as_mut().ok_or("a node")?;
        let began = Instant::now();
        match (fault, &self.net) {
            (Fault::Death, _) => server.process.kill(),
            (Fault::Cut, Some(net)) => net.cut(machine),
            _ => server.signal("STOP"),
        }
        let healed = self.await_all(fault, other, began);
        let server = self.nodes[victim].as_mut().ok_or("a node")?;
        match (fault, &self.net) {
            (Fault::Death, _) => {}
            (Fault::Cut, Some(net)) => net.mend(machine),
            _ => server.signal("CONT"),
        }
        if fault == Fault::Death {
            self.nodes[victim] = None;
        } else {
            std::thread::sleep(Duration::from_millis(self.lcg.below(300)));
            if !stays {
                server.process.kill();
                self.nodes[victim] = None;
            }
        }
        healed
    }

    /// A node that has something to lose.
    fn victim(&mut self) -> Result<usize, String> {
        let worlds = self.checker.status().map_err(|error| error.to_string())?;
        let holders: BTreeSet<&str> = worlds.iter().filter_map(|world| world.node.as_deref()).collect();
        let victims: Vec<usize> = (0..NODES.len()).filter(|node| holders.contains(NODES[*node])).collect();
        victims.get(self.pick(victims.len())).copied().ok_or_else(|| "nobody has worlds".to_owned())
    }

    /// Waits until a node has noticed that the primary has gone; reads are answered until then.
    fn await_trouble(&self, at: usize) -> Result<(), String> {
        let server = self.nodes[at].as_ref().ok_or("a node")?;
        let noticed = within(NOTICED_WITHIN, || !is_well(server));
        noticed.ok_or_else(|| "nobody has noticed that the primary has gone".to_owned())
    }

    /// Waits until whoever asks this node is answered by all worlds and the realm, and notes how long that took since it `began`.
    fn await_all(&mut self, fault: Fault, at: usize, began: Instant) -> Result<(), String> {
        let server = self.nodes[at].as_ref().ok_or("a node")?;
        await_field(server).ok_or_else(|| format!("{fault:?}: it does not heal"))?;
        self.seen.took.entry(fault).or_default().push(began.elapsed());
        Ok(())
    }

    /// Two worlds are wanted somewhere, and one may go anywhere again.
    fn move_worlds(&mut self) -> Result<(), String> {
        let url = self.databases.url();
        for turn in 0..3 {
            let world = world_name(u32::try_from(self.lcg.below(self.worlds.into())).unwrap_or_default());
            let node = if turn == 2 { "any" } else { NODES[self.pick(NODES.len())] };
            let (moved, told) = command_at(&["cluster", "move", &world, node], &url);
            if !moved {
                return Err(told);
            }
        }
        Ok(())
    }
}
