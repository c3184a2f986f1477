//! Where goals are written.

use std::collections::BTreeMap;
use std::path::Path;

use crate::simulate::Troubles;
use crate::simulate::study::load;
use raidkeep_engine::rules::{AssetSource, Problem, Problems, Single, Table};
use raidkeep_game::goals::Goals;

/// Reads goals from a file of their own. They are checked with the assets, in place of the goals that those have.
///
/// # Errors
/// Every mistake in the goals and the assets, at its line.
pub fn open(file: &Path, assets: &AssetSource) -> Result<Single<Goals>, Troubles> {
    let goals = Single::<Goals>::open(file, |_, _, _| {})?;
    let text = BTreeMap::from([(Goals::PATH.to_owned(), goals.text().to_owned())]);
    match load(&AssetSource::Layers(vec![assets.clone(), AssetSource::Texts(text)])) {
        Ok(_) => Ok(goals),
        Err(Troubles::Files(problems)) => Err(in_file(&problems, goals.name()).into()),
        Err(other) => Err(other),
    }
}

/// The problems, with those of the goals in the file that they are really in.
fn in_file(problems: &Problems, name: &str) -> Problems {
    let moved = |problem: &Problem| match problem.file.as_str() {
        Goals::PATH => Problem { file: name.to_owned(), ..problem.clone() },
        _ => problem.clone(),
    };
    Problems::new(problems.iter().map(moved).collect())
}

/// Reads the goals of assets; `None` if they have none.
///
/// # Errors
/// Every mistake in the assets, at its line.
pub fn open_of(assets: &AssetSource) -> Result<Option<Single<Goals>>, Troubles> {
    load(assets)?;
    if let AssetSource::Folder(folder) = assets {
        let file = folder.join(Goals::PATH);
        return Ok(file.exists().then(|| Single::open(&file, |_, _, _| {})).transpose()?);
    }
    let texts = assets.text_files().map_err(Problems::new)?;
    Ok(texts.get(Goals::PATH).map(|text| Single::read(Goals::PATH, text, |_, _, _| {})).transpose()?)
}
