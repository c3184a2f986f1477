//! Where goals are written.

use std::path::Path;

use raidkeep_engine::rules::{AssetSource, Place, Problems, Report, Single, Table, Tables};
use raidkeep_game::goals::Goals;

/// Reads goals from a file of their own.
///
/// # Errors
/// Every mistake in it, at its line.
pub fn open(file: &Path, tables: &Tables) -> Result<Single<Goals>, Problems> {
    Single::open(file, check(tables))
}

/// Reads the goals of a folder of assets; `None` if it has none.
///
/// # Errors
/// Every mistake in them, at its line.
pub fn open_of(assets: &AssetSource, tables: &Tables) -> Result<Option<Single<Goals>>, Problems> {
    if let AssetSource::Folder(folder) = assets {
        let file = folder.join(Goals::PATH);
        return file.exists().then(|| open(&file, tables)).transpose();
    }
    let texts = assets.text_files().map_err(Problems::new)?;
    texts.get(Goals::PATH).map(|text| Single::read(Goals::PATH, text, check(tables))).transpose()
}

fn check(tables: &Tables) -> impl FnOnce(&Goals, &Place, &mut Report) {
    |goals, file, report| goals.check(file, tables, report)
}
