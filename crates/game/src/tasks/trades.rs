//! What tasks give.

use crate::drops::rolling;
use crate::tasks::rules::TaskRules;
use crate::tasks::scripts::{PersonalTasks, PublicTasks, Task};
use crate::trade::{Frequency, Good, Trade, TradeKind};
use raidkeep_engine::rules::{Place, Table, Tables};

/// The public tasks, then the personal ones, each with its best ending.
pub fn trades(tables: &Tables) -> Vec<Trade> {
    let Some(rules) = tables.get::<TaskRules>() else {
        return Vec::new();
    };
    let public = tables.get::<PublicTasks>().into_iter().flat_map(|tasks| {
        // Each refill offers some of all tasks.
        let refills = tasks.len().div_ceil(rules.queue_size.max(1)) as f64;
        let seconds = rules.refill_seconds.saturating_mul(refills as i64);
        let all = tasks.placed();
        all.map(move |(file, name, public)| {
            task(rules, name, public, Place::file(file), tables).with_frequency(Frequency::EverySeconds(seconds))
        })
    });
    let personal = tables.get::<PersonalTasks>().into_iter().flat_map(PersonalTasks::all).map(|(id, template)| {
        let file = Place::file(format!("{}{id}.ron", <PersonalTasks as Table>::PATH));
        task(rules, &format!("{id} (personal)"), &template.task, file, tables)
            .with_frequency(Frequency::PerDay(rules.personal_per_day))
    });
    public.chain(personal).collect()
}

fn task(rules: &TaskRules, name: &str, task: &Task, place: Place, tables: &Tables) -> Trade {
    let reward = task.reward;
    let mean = |(least, most): (i64, i64)| (least as f64 + most as f64) / 2.0;
    let ended = Trade::new(TradeKind::Task, format!("task {name}"), place, "task.reward")
        .giving(Good::Item(rules.dragon_eye.item), mean(reward.dragon_eye), "task.reward.dragon_eye")
        .giving(Good::Item(rules.phoenix_feather.item), mean(reward.phoenix_feather), "task.reward.phoenix_feather")
        .giving(Good::Experience, mean(reward.experience), "task.reward.experience");
    rolling(ended, &task.drops, 1.0, "task.drops", tables)
}
