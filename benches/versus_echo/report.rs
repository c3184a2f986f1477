//! Medians over the rounds, as the Markdown that goes into docs/performance.md.

use crate::{
    Target,
    measure::{Sample, Workload},
};

/// All samples of a session: `[depth][target][round]`.
pub(crate) type Samples = Vec<Vec<Vec<Sample>>>;

/// Prints the table, what changes write to disk, and warnings.
pub(crate) fn print(depths: &[usize], targets: &[Target<'_>], samples: &Samples) {
    print_table(depths, targets, samples);
    println!();
    for (depth, by_target) in depths.iter().zip(samples) {
        for (target, rounds) in targets.iter().zip(by_target) {
            if target.workload == Workload::Write {
                let written = median(rounds, |sample| sample.written);
                println!("- Written to disk per request, {}, D={depth}: {written:.0} bytes", target.name);
            }
        }
    }
    print_warnings(depths, targets, samples);
}

fn print_table(depths: &[usize], targets: &[Target<'_>], samples: &Samples) {
    // The yardsticks come first; every target is compared with each of them.
    let yardsticks = targets.iter().filter(|target| target.is_yardstick);
    let yardsticks: Vec<_> = yardsticks.map(|target| &*target.name).collect();
    print!("| workload | D | req/s | CPU us/req | p50 us | p99 us |");
    for name in &yardsticks {
        print!(" req/s, CPU vs {name} |");
    }
    println!("\n|---|{}", "---:|".repeat(5 + yardsticks.len()));
    for (depth, by_target) in depths.iter().zip(samples) {
        for (target, rounds) in targets.iter().zip(by_target) {
            print_row(&target.name, *depth, rounds, &by_target[..yardsticks.len()]);
        }
    }
}

fn print_row(name: &str, depth: usize, rounds: &[Sample], yardsticks: &[Vec<Sample>]) {
    print!(
        "| {name} | {depth} | {:.0} | {:.2} | {:.0} | {:.0} |",
        median(rounds, |sample| sample.per_second),
        median(rounds, |sample| sample.cpu),
        median(rounds, |sample| sample.p50),
        median(rounds, |sample| sample.p99),
    );
    for yardstick in yardsticks {
        let rate = median_ratio(rounds, yardstick, |sample| sample.per_second);
        let cpu = median_ratio(rounds, yardstick, |sample| sample.cpu);
        print!(" {rate:.2}x, {cpu:.2}x |");
    }
    println!();
}

fn print_warnings(depths: &[usize], targets: &[Target<'_>], samples: &Samples) {
    for (depth, by_target) in depths.iter().zip(samples) {
        for (target, rounds) in targets.iter().zip(by_target) {
            let refused = rounds.iter().map(|sample| sample.refused).fold(0.0, f64::max);
            let percent = 100.0 * refused;
            let refusal = rounds.iter().find_map(|sample| sample.refusal.as_ref());
            if percent > 0.1 {
                let name = &target.name;
                println!(
                    "\n**WARNING: INVALID FIGURES. {name}, D={depth}: {percent:.1} % of the requests were refused.**"
                );
            }
            if let Some(reply) = refusal {
                println!("Refused ({percent:.4} %), for example: `{reply}`");
            }
        }
    }
}

fn median(rounds: &[Sample], figure: impl Fn(&Sample) -> f64) -> f64 {
    middle(rounds.iter().map(figure).collect())
}

/// The median of the ratios within each round, in which both ran under the same neighbours' noise.
fn median_ratio(rounds: &[Sample], yardstick: &[Sample], figure: impl Fn(&Sample) -> f64) -> f64 {
    let pairs = rounds.iter().zip(yardstick);
    middle(pairs.map(|(sample, other)| figure(sample) / figure(other)).collect())
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let (low, high) = (values[(values.len() - 1) / 2], values[values.len() / 2]);
    f64::midpoint(low, high)
}
