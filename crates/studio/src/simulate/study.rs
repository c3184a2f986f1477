//! Several seeds under several asset folders, on all cores.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::simulate::driver;
use crate::simulate::fit::fit;
use crate::simulate::policy::Policy;
use crate::simulate::results::{Run, Study, StudySubject, Words};
use crate::simulate::run::{SimulationPlan, Troubles, simulate};
use raidkeep_engine::rules::{AssetSource, LoadedRules, Single};

/// The parameters of a study.
#[derive(Debug)]
pub struct StudyPlan<'p> {
    /// How many players in each run.
    pub players: u32,
    /// How many days.
    pub days: u32,
    /// The first random seed; the others follow it.
    pub first_seed: u64,
    /// How many seeds.
    pub seeds: u32,
    /// How the players behave.
    pub policy: &'p Single<Policy>,
    /// The policy's name, for the report.
    pub policy_name: &'p str,
}

/// Loads rules as simulations need them.
///
/// # Errors
/// When the assets have mistakes.
pub fn load(assets: &AssetSource) -> Result<LoadedRules, Troubles> {
    Ok(raidkeep_game::load_rules(&driver::settings()?, assets)?)
}

/// Runs all seeds under each asset folder, given with its name; `progress` is called after each day of any run.
///
/// A run uses one core, and as many run at a time as there are cores. The results depend on neither.
///
/// # Errors
/// When the policy does not fit the rules of a folder, or a run is in trouble.
pub fn study(
    plan: &StudyPlan,
    folders: &[(String, LoadedRules)],
    progress: impl Fn() + Sync,
) -> Result<Vec<Study>, Troubles> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    study_on(cores, plan, folders, progress)
}

/// The same on this many cores.
pub fn study_on(
    cores: usize,
    plan: &StudyPlan,
    folders: &[(String, LoadedRules)],
    progress: impl Fn() + Sync,
) -> Result<Vec<Study>, Troubles> {
    let settings = driver::settings()?;
    folders.iter().try_for_each(|(_, rules)| fit(plan.policy, &settings, &rules.tables))?;
    // Seed by seed, so that the runs of a pair are under way together.
    let jobs: Vec<(u64, usize)> =
        (0..u64::from(plan.seeds)).flat_map(|seed| (0..folders.len()).map(move |folder| (seed, folder))).collect();
    let next = AtomicUsize::new(0);
    let outcomes: Mutex<Vec<(usize, Result<Run, Troubles>)>> = Mutex::default();
    let work = || {
        while let Some((job, (seed, folder))) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|job| Some((job, *jobs.get(job)?)))
        {
            let seed = plan.first_seed.wrapping_add(seed);
            let plan = SimulationPlan { players: plan.players, days: plan.days, seed, policy: &plan.policy.content };
            let outcome = simulate(&plan, &folders[folder].1, |_| progress());
            if outcome.is_err() {
                // The others would fail alike, or their results would not be used.
                next.store(jobs.len(), Ordering::Relaxed);
            }
            if let Ok(mut outcomes) = outcomes.lock() {
                outcomes.push((job, outcome));
            }
        }
    };
    std::thread::scope(|scope| {
        (1..cores.min(jobs.len())).for_each(|_| drop(scope.spawn(work)));
        work();
    });
    let mut outcomes = outcomes.into_inner().unwrap_or_default();
    outcomes.sort_by_key(|(job, _)| *job);
    let mut studies: Vec<Study> = folders.iter().map(|(name, rules)| empty(plan, name, rules)).collect();
    for (job, outcome) in outcomes {
        let run = outcome?;
        let (_, folder) = jobs[job];
        studies[folder].words.learn(&run);
        studies[folder].runs.push(run);
    }
    Ok(studies)
}

fn empty(plan: &StudyPlan, name: &str, rules: &LoadedRules) -> Study {
    let about = StudySubject {
        assets: name.to_owned(),
        fingerprint: format!("{:016x}", rules.fingerprint),
        policy: plan.policy_name.to_owned(),
        archetypes: plan.policy.content.archetypes.iter().map(|archetype| archetype.name.clone()).collect(),
        players: plan.players,
        days: plan.days,
    };
    Study { about, runs: Vec::new(), words: Words::new(&rules.tables) }
}
