//! Which node should have which world. One node decides, the one that has the realm; the others follow what it has written.

use std::time::Duration;

use raidkeep_engine::cluster::RowVersions;

/// Where a world is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedPlace {
    /// By which node.
    pub node: String,
    /// Whether an operator has said so, and it is to stay there.
    pub is_pinned: bool,
}

/// A node that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeState {
    /// Its name.
    pub name: String,
    /// Whether it gives its worlds away.
    pub drains: bool,
    /// Whether it would write rows that another node, which does not drain, could not read.
    pub is_too_new: bool,
}

impl NodeState {
    /// One that may get worlds.
    pub fn present(name: &str) -> Self {
        Self { name: name.to_owned(), drains: false, is_too_new: false }
    }

    /// Whether it may get worlds.
    pub fn takes(&self) -> bool {
        !self.drains && !self.is_too_new
    }
}

/// Whether a program that writes rows of these versions could read those of the other.
pub fn reads(own: &RowVersions, other: &RowVersions) -> bool {
    other.iter().all(|(table, version)| own.get(table).is_some_and(|own| own >= version))
}

/// A world, and who has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorldState {
    /// Its name.
    pub name: String,
    /// `None` = nobody, at the moment.
    pub node: Option<String>,
    /// Where it is wanted.
    pub wish: Option<WantedPlace>,
    /// How much of a second it works in a second, in microseconds.
    pub load: u64,
}

/// What is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlaceOrder {
    /// The world is to go to this node.
    Go {
        /// Its name.
        world: String,
        /// The node's name.
        node: String,
    },
    /// It is where it should be.
    Stay {
        /// Its name.
        world: String,
    },
}

/// For how long neither the nodes nor the places of worlds have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Calm {
    /// Something has just changed.
    None,
    /// For as long as it takes to notice that a node is gone. What a world costs after a move is hardly known.
    Short,
    /// For long enough to know what worlds cost.
    Long,
}

impl Calm {
    /// In three times of the memory of loads, a move has been forgotten.
    const LONG: Duration = Duration::from_secs(30);

    /// After such a time.
    pub fn after(unchanged: Duration, silence: Duration) -> Self {
        match unchanged {
            unchanged if unchanged < silence => Self::None,
            unchanged if unchanged < Self::LONG => Self::Short,
            _ => Self::Long,
        }
    }
}

/// What a world costs that does nothing, in microseconds of a second: idle worlds are spread by their number.
const IDLE_US: u64 = 20_000;

/// The node that may get a world by a wish, if it is there.
pub fn wanted_by<'w>(nodes: &[NodeState], wish: Option<&'w WantedPlace>) -> Option<&'w str> {
    let wish = wish?;
    nodes.iter().any(|node| node.takes() && node.name == wish.node).then_some(wish.node.as_str())
}

/// For which node a world is kept that `own` could take; `None` = it may take it.
pub fn kept_for(own: &str, nodes: &[NodeState], wish: Option<&WantedPlace>) -> Option<String> {
    if let Some(node) = wanted_by(nodes, wish) {
        return (node != own).then(|| node.to_owned());
    }
    let drains = nodes.iter().any(|node| node.name == own && !node.takes());
    let other = nodes.iter().find(|node| node.takes() && node.name != own);
    other.filter(|_| drains).map(|other| other.name.clone())
}

/// Which node keeps a world from `own`, by what it has last seen; `None` = it may try to take the world. One that is on its way
/// here is tried before it is seen that it was given back.
pub fn withheld(own: &str, holder: Option<&str>, nodes: &[NodeState], wish: Option<&WantedPlace>) -> Option<String> {
    let is_expected = wish.is_some_and(|wish| wish.node == own);
    let holder = holder.filter(|_| !is_expected).map(str::to_owned);
    holder.or_else(|| kept_for(own, nodes, wish))
}

/// The nodes that may get worlds, with the work that each has or is to have.
struct Shares<'n>(Vec<(&'n str, u64)>);

impl<'n> Shares<'n> {
    fn of(nodes: &'n [NodeState], worlds: &[WorldState]) -> Self {
        let takers = nodes.iter().filter(|node| node.takes()).map(|node| (node.name.as_str(), 0));
        let mut shares = Self(takers.collect());
        for world in worlds {
            if let Some(node) = wanted_by(nodes, world.wish.as_ref()).or(world.node.as_deref()) {
                shares.add(node, cost(world));
            }
        }
        shares
    }

    fn add(&mut self, node: &str, cost: u64) {
        if let Some((_, share)) = self.0.iter_mut().find(|(name, _)| *name == node) {
            *share += cost;
        }
    }

    fn lightest(&self) -> Option<(&'n str, u64)> {
        self.0.iter().copied().min_by_key(|(_, share)| *share)
    }

    fn heaviest(&self) -> Option<(&'n str, u64)> {
        self.0.iter().copied().max_by_key(|(_, share)| *share)
    }
}

fn cost(world: &WorldState) -> u64 {
    IDLE_US + world.load
}

/// What is to change. Nodes that drain give all worlds away at once; loads are evened out by one world at a time, only when
/// nothing else is under way, and after a [short](Calm::Short) calm only where a node has less than half of another's, as one
/// that has just come: players wait for each move, and loads go up and down.
pub fn orders(nodes: &[NodeState], worlds: &[WorldState], calm: Calm) -> Vec<PlaceOrder> {
    let mut shares = Shares::of(nodes, worlds);
    let mut orders = Vec::new();
    let mut is_busy = false;
    for world in worlds {
        let wanted = wanted_by(nodes, world.wish.as_ref());
        let is_there = wanted.is_some() && wanted == world.node.as_deref();
        let is_pinned = world.wish.as_ref().is_some_and(|wish| wish.is_pinned);
        is_busy |= world.node.is_none() || wanted.is_some() && !is_there;
        let drains = world.node.as_ref().is_some_and(|name| nodes.iter().any(|node| node.name == *name && node.drains));
        if wanted.is_none() && drains {
            is_busy = true;
            if let Some((node, _)) = shares.lightest() {
                shares.add(node, cost(world));
                orders.push(PlaceOrder::Go { world: world.name.clone(), node: node.to_owned() });
            }
        } else if world.wish.is_some() && !is_pinned && (is_there || wanted.is_none()) {
            orders.push(PlaceOrder::Stay { world: world.name.clone() });
        }
    }
    if !is_busy {
        orders.extend(evened(&shares, worlds, calm));
    }
    orders
}

/// The world whose move makes the heaviest share smaller by the most, if that is worth a move.
fn evened(shares: &Shares<'_>, worlds: &[WorldState], calm: Calm) -> Option<PlaceOrder> {
    let ((heavy, most), (light, least)) = (shares.heaviest()?, shares.lightest()?);
    if calm == Calm::None || calm == Calm::Short && least * 2 >= most {
        return None;
    }
    let is_free = |world: &&WorldState| !world.wish.as_ref().is_some_and(|wish| wish.is_pinned);
    let there = worlds.iter().filter(|world| world.node.as_deref() == Some(heavy)).filter(is_free);
    let after = |world: &WorldState| (most - cost(world).min(most)).max(least + cost(world));
    let best = there.min_by_key(|world| after(world))?;
    let gain = most.saturating_sub(after(best));
    (gain >= (IDLE_US * 9 / 10).max(most / 10))
        .then(|| PlaceOrder::Go { world: best.name.clone(), node: light.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nodes(names: &[&str]) -> Vec<NodeState> {
        names.iter().map(|name| NodeState::present(name)).collect()
    }

    fn on(node: &str, names: &[(&str, u64)]) -> Vec<WorldState> {
        let world = |&(name, load): &(&str, u64)| WorldState {
            name: name.to_owned(),
            node: (!node.is_empty()).then(|| node.to_owned()),
            wish: None,
            load,
        };
        names.iter().map(world).collect()
    }

    fn go(world: &str, node: &str) -> PlaceOrder {
        PlaceOrder::Go { world: world.to_owned(), node: node.to_owned() }
    }

    fn wish(node: &str, is_pinned: bool) -> Option<WantedPlace> {
        Some(WantedPlace { node: node.to_owned(), is_pinned })
    }

    /// Carries orders out until there are none; returns how many worlds went.
    fn settle(nodes: &[NodeState], worlds: &mut [WorldState]) -> usize {
        for moves in 0..100 {
            let orders = orders(nodes, worlds, Calm::Long);
            if orders.is_empty() {
                return moves;
            }
            for order in orders {
                let (PlaceOrder::Go { world: name, .. } | PlaceOrder::Stay { world: name }) = &order;
                let world = worlds.iter_mut().find(|world| world.name == *name).expect("it is one of them");
                world.wish = None;
                if let PlaceOrder::Go { node, .. } = order {
                    world.node = Some(node);
                }
            }
        }
        panic!("worlds go to and fro");
    }

    fn counts(nodes: &[NodeState], worlds: &[WorldState]) -> Vec<usize> {
        let count = |node: &NodeState| worlds.iter().filter(|world| world.node.as_ref() == Some(&node.name)).count();
        nodes.iter().map(count).collect()
    }

    #[test]
    fn a_node_that_comes_gets_its_share_of_idle_worlds() {
        let mut worlds = on("a", &[("0", 0), ("1", 0), ("2", 0), ("3", 0), ("4", 0), ("5", 0)]);
        let two = nodes(&["a", "b"]);
        assert_eq!(settle(&two, &mut worlds), 3);
        assert_eq!(counts(&two, &worlds), [3, 3]);
        let three = nodes(&["a", "b", "c"]);
        assert_eq!(settle(&three, &mut worlds), 2);
        assert_eq!(counts(&three, &worlds), [2, 2, 2]);
    }

    #[test]
    fn a_busy_world_outweighs_many_idle_ones() {
        let mut worlds = on("a", &[("0", 500_000), ("1", 0), ("2", 0), ("3", 0)]);
        let two = nodes(&["a", "b"]);
        settle(&two, &mut worlds);
        assert_eq!(counts(&two, &worlds).iter().min(), Some(&1), "{worlds:?}");
        let mut alone = on("a", &[("0", 500_000)]);
        assert_eq!(settle(&two, &mut alone), 0, "it would be as heavy elsewhere");
    }

    #[test]
    fn small_differences_move_nothing() {
        let mut worlds = on("a", &[("0", 300_000), ("1", 5_000)]);
        worlds.extend(on("b", &[("2", 280_000), ("3", 0)]));
        assert_eq!(orders(&nodes(&["a", "b"]), &worlds, Calm::Long), []);
    }

    #[test]
    fn loads_that_go_up_and_down_move_nothing_but_what_lasts_does() {
        let silence = Duration::from_secs(3);
        let two = nodes(&["a", "b"]);
        let mut worlds = on("a", &[("0", 300_000), ("1", 200_000), ("2", 100_000)]);
        worlds.extend(on("b", &[("3", 350_000)]));
        let after = |seconds| orders(&two, &worlds, Calm::after(Duration::from_secs(seconds), silence));
        assert_eq!(after(2), [], "it has just changed");
        assert_eq!(after(29), [], "it may be a busy moment");
        assert_eq!(after(30), [go("2", "b")]);
        let alone = on("a", &[("0", 200_000), ("1", 200_000)]);
        assert_eq!(
            orders(&two, &alone, Calm::after(silence, silence)),
            [go("0", "b")],
            "a node that has nothing gets some at once"
        );
    }

    #[test]
    fn a_node_that_drains_gives_all_away_at_once() {
        let mut worlds = on("a", &[("0", 0), ("1", 0), ("2", 0), ("3", 0)]);
        worlds[3].wish = wish("a", true);
        let mut three = nodes(&["a", "b", "c"]);
        three[0].drains = true;
        let found = orders(&three, &worlds, Calm::None);
        assert_eq!(found, [go("0", "b"), go("1", "c"), go("2", "b"), go("3", "c")], "whatever was wished");
        let mut alone = nodes(&["a"]);
        alone[0].drains = true;
        assert_eq!(orders(&alone, &worlds, Calm::Long), [], "nobody else is there");
    }

    #[test]
    fn what_an_operator_has_moved_stays() {
        let mut worlds = on("b", &[("0", 0), ("1", 0), ("2", 0)]);
        worlds.iter_mut().for_each(|world| world.wish = wish("b", true));
        assert_eq!(orders(&nodes(&["a", "b"]), &worlds, Calm::Long), []);
        worlds[1].wish = wish("b", false);
        assert_eq!(
            orders(&nodes(&["a", "b"]), &worlds, Calm::Long),
            [PlaceOrder::Stay { world: "1".to_owned() }, go("1", "a")],
            "what was only balanced is forgotten once it is done"
        );
    }

    #[test]
    fn nothing_is_evened_out_while_a_world_is_on_its_way() {
        let mut worlds = on("a", &[("0", 0), ("1", 0), ("2", 0), ("3", 0)]);
        worlds[0].wish = wish("b", false);
        assert_eq!(orders(&nodes(&["a", "b"]), &worlds, Calm::Long), []);
        worlds[0].wish = None;
        worlds[0].node = None;
        assert_eq!(orders(&nodes(&["a", "b"]), &worlds, Calm::Long), []);
        assert_eq!(orders(&nodes(&["a", "b"]), &on("a", &[("0", 0), ("1", 0)]), Calm::None), [], "it has just changed");
    }

    #[test]
    fn a_node_whose_rows_others_cannot_read_takes_worlds_once_those_drain() {
        let rows = |versions: &[(&str, u16)]| {
            versions.iter().map(|(table, version)| ((*table).to_owned(), *version)).collect()
        };
        let (old, new): (RowVersions, RowVersions) = (rows(&[("mail", 1)]), rows(&[("mail", 2), ("letters", 1)]));
        assert!(reads(&new, &old) && !reads(&old, &new) && reads(&old, &old));
        let mut two = nodes(&["a", "b"]);
        two[1].is_too_new = true;
        let worlds = on("a", &[("0", 0), ("1", 0)]);
        assert_eq!(orders(&two, &worlds, Calm::Long), [], "nothing goes to it");
        assert_eq!(kept_for("b", &two, None), Some("a".to_owned()));
        two[0].drains = true;
        two[1].is_too_new = false;
        assert_eq!(orders(&two, &worlds, Calm::Long), [go("0", "b"), go("1", "b")]);
    }

    #[test]
    fn a_world_is_kept_for_the_node_that_wants_it() {
        let two = nodes(&["a", "b"]);
        assert_eq!(kept_for("a", &two, wish("b", false).as_ref()), Some("b".to_owned()));
        assert_eq!(kept_for("b", &two, wish("b", false).as_ref()), None);
        assert_eq!(kept_for("a", &two, wish("gone", true).as_ref()), None, "whoever is not there gets nothing");
        assert_eq!(kept_for("a", &two, None), None);
        let mut draining = two;
        draining[0].drains = true;
        assert_eq!(kept_for("a", &draining, None), Some("b".to_owned()), "a node that drains takes none");
        draining[1].drains = true;
        assert_eq!(kept_for("a", &draining, None), None, "unless nobody else does");
    }
}
