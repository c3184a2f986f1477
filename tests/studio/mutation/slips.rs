//! A digit too many in an amount: legal, and told as a warning.

use super::{Kind, Mutation};

/// Files with lists whose amounts are like those around them.
const FILES: [&str; 4] = ["stages/general.ron", "stages/coin.ron", "stages/exp.ron", "hang_up.ron"];

/// Each amount of 30 or more in one of these lists and each number of experience, with two digits too many.
pub(crate) fn slips(file: &str, text: &str) -> Vec<Mutation> {
    let mut found = Vec::new();
    if !FILES.contains(&file) {
        return found;
    }
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
        let is_rewards = ["rewards: [", "per_minute: ["].iter().any(|list| line.contains(list));
        let numbers = line.match_indices("\"3:").filter(|_| is_rewards).filter_map(|(start, _)| {
            let amount = line[start + 1..].split('"').next()?;
            let quantity = amount.rsplit(':').next()?;
            quantity.parse::<u64>().ok().filter(|quantity| *quantity >= 30)?;
            Some(start + 1 + amount.len())
        });
        let exp = line.trim_start().strip_prefix("exp: ").and_then(|number| number.find(','));
        let ends = numbers.chain(exp.map(|length| line.find("exp: ").unwrap_or(0) + "exp: ".len() + length));
        found.extend(ends.map(|end| {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines[at].insert_str(end, "00");
            let line = u32::try_from(at + 1).expect("a small file");
            Mutation { file: file.to_owned(), kind: Kind::TooLarge, text: lines.join("\n") + "\n", line }
        }));
    }
    found
}
