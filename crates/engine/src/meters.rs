//! The metrics of a world: each has the label `world`, and is there from the start with 0.

use bevy_ecs::prelude::*;
use metrics::{Counter, Gauge, Histogram, Label};

use crate::outside::world_label;

/// Makes the metrics of one world. A counter on a hot path is made once and kept: looking it up by its labels costs more
/// than a small request.
#[derive(Debug, Clone, Resource)]
pub struct Meters {
    world: String,
}

impl Meters {
    /// Those of the world with this number.
    pub fn of_world(number: u32) -> Self {
        Self { world: world_label(number) }
    }

    /// Those of the world whose files begin with this name.
    pub fn of_name(name: &str) -> Self {
        Self { world: name.trim_start_matches("world-").to_owned() }
    }

    /// A counter with these labels besides the world.
    pub fn counter(&self, name: &'static str, labels: &[(&'static str, &str)]) -> Counter {
        metrics::counter!(name, self.labels(labels))
    }

    /// A gauge.
    pub fn gauge(&self, name: &'static str, labels: &[(&'static str, &str)]) -> Gauge {
        metrics::gauge!(name, self.labels(labels))
    }

    /// A histogram.
    pub fn histogram(&self, name: &'static str) -> Histogram {
        metrics::histogram!(name, self.labels(&[]))
    }

    fn labels(&self, others: &[(&'static str, &str)]) -> Vec<Label> {
        let others = others.iter().map(|(name, value)| Label::new(*name, (*value).to_owned()));
        std::iter::once(Label::new("world", self.world.clone())).chain(others).collect()
    }
}
