//! Machines with a network of their own, each in a namespace, which can be cut off from all others.

use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};

/// A bridge with machines on it; it is gone when this is dropped.
pub(crate) struct Net {
    number: u8,
    machines: u8,
}

impl Net {
    /// `None` where this process may not make one.
    pub(crate) fn lay(machines: u8) -> Option<Self> {
        let net = Self { number: u8::try_from(std::process::id() % 200).ok()?, machines };
        net.clear();
        let is_there = net.make();
        is_there.then_some(net)
    }

    fn make(&self) -> bool {
        let bridge = self.bridge();
        ip(&["link", "add", &bridge, "type", "bridge"])
            && ip(&["addr", "add", &format!("{}/24", self.here()), "dev", &bridge])
            && ip(&["link", "set", &bridge, "up"])
            && (0..self.machines).all(|machine| self.add(machine))
    }

    fn add(&self, machine: u8) -> bool {
        let (namespace, cable, address) =
            (self.namespace(machine), self.cable(machine), format!("{}/24", self.address(machine)));
        ip(&["netns", "add", &namespace])
            && ip(&["link", "add", &cable, "type", "veth", "peer", "name", "eth0", "netns", &namespace])
            && ip(&["link", "set", &cable, "master", &self.bridge(), "up"])
            && ip(&["-n", &namespace, "addr", "add", &address, "dev", "eth0"])
            && ip(&["-n", &namespace, "link", "set", "eth0", "up"])
            && ip(&["-n", &namespace, "link", "set", "lo", "up"])
    }

    fn clear(&self) {
        for machine in 0..self.machines {
            ip(&["link", "del", &self.cable(machine)]);
            ip(&["netns", "del", &self.namespace(machine)]);
        }
        ip(&["link", "del", &self.bridge()]);
    }

    fn bridge(&self) -> String {
        format!("raid{}", self.number)
    }

    fn cable(&self, machine: u8) -> String {
        format!("raid{}to{machine}", self.number)
    }

    /// Where a machine's processes run.
    pub(crate) fn namespace(&self, machine: u8) -> String {
        format!("raid{}of{machine}", self.number)
    }

    /// The address of whoever is outside of all namespaces.
    pub(crate) fn here(&self) -> Ipv4Addr {
        Ipv4Addr::new(10, 77, self.number, 1)
    }

    /// The address of a machine.
    pub(crate) fn address(&self, machine: u8) -> Ipv4Addr {
        Ipv4Addr::new(10, 77, self.number, 11 + machine)
    }

    /// Pulls the plug of a machine.
    pub(crate) fn cut(&self, machine: u8) {
        assert!(ip(&["link", "set", &self.cable(machine), "down"]), "a cable can be cut");
    }

    /// Puts it in again.
    pub(crate) fn mend(&self, machine: u8) {
        assert!(ip(&["link", "set", &self.cable(machine), "up"]), "a cable can be mended");
    }
}

/// Lets other machines reach what listens on this one only, for as long as this process runs; returns where.
pub(crate) fn forward(here: Ipv4Addr, to: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind((here, 0)).expect("a free port");
    let address = listener.local_addr().expect("it has an address");
    std::thread::spawn(move || {
        for from in listener.incoming().flatten() {
            let Ok(to) = TcpStream::connect(to) else { continue };
            let (Ok(asked), Ok(answered)) = (from.try_clone(), to.try_clone()) else { continue };
            for (mut from, mut to) in [(asked, to), (answered, from)] {
                std::thread::spawn(move || {
                    let _ = std::io::copy(&mut from, &mut to);
                    let _ = to.shutdown(Shutdown::Write);
                });
            }
        }
    });
    address
}

impl Drop for Net {
    fn drop(&mut self) {
        self.clear();
    }
}

fn ip(arguments: &[&str]) -> bool {
    let ran = Command::new("ip").args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    ran.is_ok_and(|status| status.success())
}
