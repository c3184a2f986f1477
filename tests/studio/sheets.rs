//! `raidkeep sheet`: tables as sheets and back, with only what was edited changed.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use proptest::prelude::*;
use raidkeep::game::{catalogue, shipped_assets};
use raidkeep::studio::long_run::stories;
use raidkeep::studio::schema::AssetShapes;
use raidkeep::studio::sheet::{AssetSheets, SheetCell, SheetGrid, read_csv, read_xlsx, write_csv, write_xlsx};
use raidkeep::studio::testing::edit_assets;

fn shapes() -> AssetShapes {
    AssetShapes::new(&catalogue(&Default::default()))
}

fn shipped() -> BTreeMap<String, String> {
    shipped_assets().text_files().expect("the shipped assets can be read")
}

/// The column of a sheet with this heading.
fn column(grid: &SheetGrid, heading: &str) -> usize {
    let found = grid.rows[0].iter().position(|cell| cell.shown().starts_with(heading));
    found.unwrap_or_else(|| panic!("a column {heading} in {:?}", grid.rows[0]))
}

/// The row whose cell in a column is this.
fn row(grid: &SheetGrid, heading: &str, value: &str) -> usize {
    let column = column(grid, heading);
    (1..grid.rows.len()).find(|row| grid.cell(*row, column).shown() == value).expect("such a row")
}

fn exported(shapes: &AssetShapes, within: &str, name: &str) -> SheetGrid {
    let sheets = AssetSheets::new(shipped(), within, shapes).export();
    sheets.into_iter().find(|sheet| sheet.name == name).expect("a sheet of that name")
}

/// The changed files after the import of a sheet.
fn imported(shapes: &AssetShapes, grid: SheetGrid) -> Result<BTreeMap<String, String>, Vec<String>> {
    let outcome = AssetSheets::new(shipped(), "", shapes).import(vec![grid]);
    outcome.map(|imported| imported.texts).map_err(|faults| faults.iter().map(ToString::to_string).collect())
}

#[test]
fn an_export_that_nobody_edited_changes_no_byte_of_any_shipped_file() {
    let shapes = shapes();
    let sheets = AssetSheets::new(shipped(), "", &shapes);
    let exported = sheets.export();
    assert!(exported.len() > 20, "every list of structs is a sheet");
    for separator in *b",;\t" {
        let again =
            exported.iter().map(|grid| read_csv(&grid.name, write_csv(grid, separator).as_bytes()).expect("read").0);
        let outcome = sheets.import(again.collect()).expect("no cell is wrong");
        assert_eq!(outcome.texts, BTreeMap::new(), "nothing was edited in the CSV files");
    }
    let workbook = read_xlsx(&write_xlsx(&exported).expect("written")).expect("read");
    let outcome = sheets.import(workbook).expect("no cell is wrong");
    assert_eq!(outcome.texts, BTreeMap::new(), "nothing was edited in the workbook");
}

#[test]
fn near_equal_blocks_become_rows_with_names_beside_ids_and_limits_in_the_header() {
    let grid = exported(&shapes(), "stages/", "general");
    assert_eq!(grid.rows.len(), 2 + 16, "an entry a row");
    let coins = column(&grid, "rewards 3:1");
    assert_eq!(grid.cell(0, coins).shown(), "rewards 3:1 金币");
    let stage_12 = row(&grid, "from", "12");
    assert_eq!(grid.cell(stage_12, coins), &SheetCell::Number("375".to_owned()), "numbers are numbers");
    assert_eq!(grid.cell(stage_12, column(&grid, "(comment)")).shown(), "矿洞 Mine.");
    let note = grid.cell(1, column(&grid, "to")).shown();
    assert!(note.starts_with("The last stage of the run") && note.contains("[may be empty]"), "{note}");
}

#[test]
fn only_the_edited_value_changes_in_the_file() {
    let shapes = shapes();
    let mut grid = exported(&shapes, "", "general");
    let (row, coins) = (row(&grid, "from", "12"), column(&grid, "rewards 3:1"));
    grid.rows[row][coins] = SheetCell::Number("400".to_owned());
    let files = imported(&shapes, grid).expect("no cell is wrong");
    let before = &shipped()["stages/general.ron"];
    let at = before.find("from: 12,").expect("stage 12");
    let expected = format!("{}{}", &before[..at], before[at..].replacen("3:1:375", "3:1:400", 1));
    assert_eq!(files.into_iter().collect::<Vec<_>>(), [("stages/general.ron".to_owned(), expected)]);
}

#[test]
fn rows_and_columns_may_move_be_added_and_be_taken_away() {
    let shapes = shapes();
    let mut grid = exported(&shapes, "", "general");
    grid.rows.iter_mut().for_each(|row| row.reverse());
    grid.rows[2..].reverse();
    grid.rows.push(vec![SheetCell::Empty, SheetCell::text("  "), SheetCell::Empty]);
    assert_eq!(imported(&shapes, grid).expect("no cell is wrong"), BTreeMap::new(), "an order says nothing");

    let mut grid = exported(&shapes, "", "general");
    let (number, from, layout) = (column(&grid, "#"), column(&grid, "from"), column(&grid, "layout"));
    let mut new = grid.rows.last().expect("stage 24").clone();
    new[number] = SheetCell::Empty;
    new[from] = SheetCell::text("25");
    new[layout] = SheetCell::text("meadow");
    grid.rows.push(new);
    let text = imported(&shapes, grid).expect("no cell is wrong").remove("stages/general.ron").expect("changed");
    let before = shipped().remove("stages/general.ron").expect("shipped");
    let last = "            layout: \"desert_tomb\",\n        ),\n";
    let model = &before[before.rfind("        (\n            from: 24").expect("stage 24")..];
    let added = model[..model.find(last).expect("its end") + last.len()]
        .replace("from: 24", "from: 25")
        .replace("desert_tomb", "meadow");
    assert_eq!(text, before.replace(last, &format!("{last}{added}")), "a new row is laid out as the one above it");

    let mut grid = exported(&shapes, "", "items");
    grid.rows.remove(row(&grid, "id", "3:52"));
    let text = imported(&shapes, grid).expect("no cell is wrong").remove("items.ron").expect("changed");
    let gone = "        (id: \"3:52\", identifier: \"phoenix_feather\", name: \"凤羽\"),\n";
    assert_eq!(text, shipped()["items.ron"].replace(gone, ""), "a row that is gone takes its line with it");
}

#[test]
fn amounts_may_be_added_and_emptied_and_a_new_item_is_a_new_column() {
    let shapes = shapes();
    let mut grid = exported(&shapes, "", "shop");
    let starter = row(&grid, "id", "starter");
    let coins = column(&grid, "items 3:1");
    grid.rows[starter][coins] = SheetCell::Empty;
    let width = grid.rows[0].len();
    grid.rows[0].push(SheetCell::text("items 3:51 龙眼"));
    grid.rows[starter].resize(width, SheetCell::Empty);
    grid.rows[starter].push(SheetCell::text("2"));
    let text = imported(&shapes, grid).expect("no cell is wrong").remove("shop.ron").expect("changed");
    assert!(text.contains("items: [\"3:5:30\", \"3:2:1000\", \"3:10:2\", \"3:51:2\"]"), "{text}");
}

#[test]
fn wrong_cells_are_named_by_sheet_and_cell() {
    let shapes = shapes();
    let mut grid = exported(&shapes, "", "general");
    let stage_12 = row(&grid, "from", "12");
    let energy = column(&grid, "energy");
    grid.rows[stage_12][energy] = SheetCell::text("six");
    let told = imported(&shapes, grid.clone()).expect_err("no number");
    assert_eq!(
        told,
        [format!(
            "Sheet general, cell {}{}: \"six\" is no number, expected digits such as 1500",
            char::from(b'A' + u8::try_from(energy).expect("few columns")),
            stage_12 + 1
        )]
    );
    grid.rows[stage_12][energy] = SheetCell::Empty;
    assert!(imported(&shapes, grid.clone()).expect_err("required")[0].ends_with("must not be empty"));
    grid.rows[0][energy] = SheetCell::text("enrgy");
    let told = imported(&shapes, grid.clone()).expect_err("no such column");
    assert!(told[0].contains("unknown column \"enrgy\"") && told[0].contains("did you mean \"energy\"?"), "{told:?}");
    grid.name = "genral".to_owned();
    assert!(imported(&shapes, grid).expect_err("no such sheet")[0].contains("no table has this sheet"));
}

#[test]
fn a_run_with_formulas_is_rows_of_values_and_an_edited_value_parts_it_there() {
    let shapes = shapes();
    let mut grid = exported(&shapes, "", "endless");
    assert_eq!(grid.rows.len(), 2 + 8, "a stage a row");
    let (floor_6, iron) = (row(&grid, "from", "1006"), column(&grid, "legacy.cost 3:2"));
    assert_eq!(grid.cell(floor_6, iron), &SheetCell::Number("280".to_owned()));
    assert_eq!(grid.cell(floor_6, column(&grid, "layout")).shown(), "tower_6");
    let note = grid.cell(floor_6, column(&grid, "(formulas)")).shown();
    assert!(note.contains("legacy.cost 3:2 = 210 + 25 * (n - 1004)"), "{note}");
    let values = AssetSheets::new(shipped(), "stages/", &shapes).formula_values();
    let line = values.iter().find(|line| line.contains("3:2 = 210")).expect("a line for each formula");
    assert!(line.ends_with(", from 1004 to 1008: 210, 240, 280, 330, 390"), "{line}");
    assert_eq!(
        imported(&shapes, grid.clone()).expect("no cell is wrong"),
        BTreeMap::new(),
        "values agree with formulas"
    );

    grid.rows[floor_6][iron] = SheetCell::text("300");
    let mut texts = shipped();
    texts.extend(imported(&shapes, grid.clone()).expect("no cell is wrong"));
    let again = AssetSheets::new(texts.clone(), "", &shapes).export().into_iter().find(|sheet| sheet.name == "endless");
    let again = again.expect("the same sheet");
    let values = |grid: &SheetGrid, heading: &str| {
        let column = column(grid, heading);
        grid.rows[2..].iter().map(|row| row[column].shown()).collect::<Vec<_>>()
    };
    for heading in ["from", "legacy.cost 3:2", "legacy.cost 3:1", "layout", "exp"] {
        assert_eq!(values(&again, heading), values(&grid, heading), "only that value is another one: {heading}");
    }
    let text = &texts["stages/endless.ron"];
    let runs =
        ["from: 1004,\n            to: 1005,", "from: 1006,\n            energy", "from: 1007,\n            to: 1008,"];
    assert!(runs.iter().all(|run| text.contains(run)), "{text}");
    grid.rows.remove(floor_6 + 1);
    let text = imported(&shapes, grid).expect("no cell is wrong").remove("stages/endless.ron").expect("changed");
    assert!(
        text.contains("from: 1008,\n            energy") && !text.contains("from: 1007"),
        "a row that is gone leaves a gap"
    );
}

#[test]
fn every_shipped_file_with_numbers_has_a_sheet() {
    let shapes = shapes();
    let mut without = Vec::new();
    for (file, text) in shipped() {
        let code: String = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
        let has_numbers = code.contains(|letter: char| letter.is_ascii_digit());
        if has_numbers && AssetSheets::new(shipped(), &file, &shapes).names().count() == 0 {
            without.push(file);
        }
    }
    assert_eq!(without, Vec::<String>::new());
}

#[test]
fn what_is_in_no_list_is_a_row_each_with_meaning_limits_and_the_comment_of_the_file() {
    let shapes = shapes();
    let mut grid = exported(&shapes, "", "energy");
    let pace = row(&grid, "key", "seconds_per_point");
    assert_eq!(grid.cell(pace, 1), &SheetCell::Number("360".to_owned()));
    assert_eq!(grid.cell(pace, 2).shown(), "Seconds per point. [1 to 1000000000 seconds]");
    assert_eq!(grid.cell(pace, 3).shown(), "Seconds to regenerate one point.");
    grid.rows[pace][1] = SheetCell::text("300");
    grid.rows.reverse();
    grid.rows.rotate_right(1);
    let text = imported(&shapes, grid.clone()).expect("no cell is wrong").remove("energy.ron").expect("changed");
    assert_eq!(text, shipped()["energy.ron"].replace("360", "300"), "comments and layout stay, whatever the order");

    let pace = row(&grid, "key", "seconds_per_point");
    grid.rows[pace][1] = SheetCell::text("soon");
    let maximum = row(&grid, "key", "maximum");
    grid.rows[maximum][0] = SheetCell::text("maximun");
    let mut told = imported(&shapes, grid).expect_err("two wrong cells");
    told.sort();
    assert_eq!(
        told,
        [
            format!(
                "Sheet energy, cell A{}: unknown key \"maximun\", expected one of energy.ron as exported (did you mean \"maximum\"?)",
                maximum + 1
            ),
            format!("Sheet energy, cell B{}: \"soon\" is no number, expected digits such as 1500", pace + 1),
        ]
    );
}

#[test]
fn settings_may_be_added_taken_away_and_hold_items() {
    let shapes = shapes();
    let mut grid = exported(&shapes, "", "hang_up.settings");
    let cap = row(&grid, "key", "cap_hours");
    grid.rows[cap][1] = SheetCell::text("12");
    let text = imported(&shapes, grid.clone()).expect("no cell is wrong").remove("hang_up.ron").expect("changed");
    assert!(text.contains("\n    cap_hours: 12,\n"), "{text}");
    let mut texts = shipped();
    texts.insert("hang_up.ron".to_owned(), text);
    grid.rows[cap][1] = SheetCell::Empty;
    let again = AssetSheets::new(texts, "", &shapes).import(vec![grid]).expect("it may be left out").texts;
    assert_eq!(again["hang_up.ron"], shipped()["hang_up.ron"], "and it is as before");

    let mut grid = exported(&shapes, "", "items.settings");
    let coins = row(&grid, "key", "newcomer 3:1 金币");
    grid.rows[coins][1] = SheetCell::text("77");
    let text = imported(&shapes, grid).expect("no cell is wrong").remove("items.ron").expect("changed");
    assert!(text.contains("\"3:1:77\""), "{text}");
}

#[test]
fn the_values_of_level_formulas_are_shown_too() {
    let mut texts = shipped();
    let curve = texts.get_mut("levels.ron").expect("the curve");
    *curve = curve.replace("(to: 118, step: 120)", "(to: 3, step: 120),\n(to: 6, need: \"100 * n\")");
    let values = AssetSheets::new(texts, "levels.ron", &shapes()).formula_values();
    assert_eq!(values, ["levels.ron:8: need = 100 * n, from 4 to 6: 400, 500, 600"]);
}

fn program(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_raidkeep"));
    command.arg("sheet").args(arguments).output().expect("the program should be there")
}

#[test]
fn the_program_exports_a_folder_and_imports_it_with_what_the_checker_says_at_the_cell() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    edit_assets(Path::new(&path("assets")), "energy.ron", "maximum: 120", "maximum: 120");
    let (stages, sheets, book) = (path("assets/stages"), path("sheets"), path("book.xlsx"));
    let output = program(&["export", &stages, "--out", &sheets]);
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        format!(
            "{sheets}: activity, activity.settings, boss, boss.settings, coin, coin.settings, endless, endless.settings, exp, \
             exp.settings, general, general.settings\n"
        )
    );
    assert!(program(&["export", &stages, "--out", &book]).status.success());

    let file = path("sheets/general.csv");
    let before = std::fs::read_to_string(&file).expect("exported");
    std::fs::write(&file, before.replacen(",375,", ",99999999999999999999,", 1)).expect("writable");
    let output = program(&["import", &stages, &file]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.starts_with("Sheet general, cell "), "{told}");
    assert_eq!(output.status.code(), Some(1));

    std::fs::write(&file, before.replacen(",old_road_camp,", ",old_road_camq,", 1)).expect("writable");
    let told = String::from_utf8_lossy(&program(&["import", &stages, &file]).stdout).into_owned();
    assert!(
        told.starts_with("Sheet general, cell ") && told.contains("did you mean \"old_road_camp\"?"),
        "the checker's own words, at the cell: {told}"
    );

    std::fs::write(&file, before.replacen(",old_road_camp,", ",old_road,", 1)).expect("writable");
    let dry = program(&["import", &stages, &file, "--dry-run"]);
    let words = "Stages\n  stage 11: layout \"old_road_camp\" to \"old_road\"\n";
    assert!(String::from_utf8_lossy(&dry.stdout).starts_with(words), "{dry:?}");
    let energy = path("sheets/energy.csv");
    std::fs::write(&energy, "key,value\nnewcomer,90\nseconds_per_point,0\n").expect("writable");
    let told = String::from_utf8_lossy(&program(&["import", &path("assets"), &energy]).stdout).into_owned();
    assert_eq!(told, "Sheet energy, cell B3: 0 is out of range, expected 1 to 1000000000 (seconds)\n", "settings too");
    std::fs::remove_file(energy).expect("written above");
    let unchanged = program(&["import", &stages, &book]);
    assert!(
        String::from_utf8_lossy(&unchanged.stdout).starts_with("Nothing differs"),
        "a dry run changes nothing: {unchanged:?}"
    );
    assert!(program(&["import", &stages, &sheets]).status.success());
    let after = std::fs::read_to_string(path("assets/stages/general.ron")).expect("there");
    assert_eq!(after, shipped()["stages/general.ron"].replace("\"old_road_camp\"", "\"old_road\""));
}

/// The first row of values: settings have no row of limits.
fn first_row(grid: &SheetGrid) -> usize {
    if grid.cell(1, 0).shown() == "//" { 2 } else { 1 }
}

/// The cells whose numbers may be edited: of runs with formulas not the number that the row is for.
fn editable(grid: &SheetGrid) -> Vec<(usize, usize)> {
    let is_run = grid.rows[0].iter().any(|cell| cell.shown() == "(formulas)");
    let is_number = |row: usize, column: usize| {
        let heading = grid.cell(0, column).shown();
        let names_the_row = is_run && ["from", "to"].contains(&heading.as_str());
        matches!(grid.cell(row, column), SheetCell::Number(_)) && !names_the_row
    };
    let cells =
        (first_row(grid)..grid.rows.len()).flat_map(|row| (1..grid.rows[row].len()).map(move |column| (row, column)));
    cells.filter(|(row, column)| is_number(*row, *column)).collect()
}

/// What a sheet says: all but the places in the file, and how a row is computed.
fn said(grid: &SheetGrid) -> Vec<Vec<SheetCell>> {
    let is_said =
        |column: &usize| !["#", "to", "(formulas)", "(comment)"].contains(&grid.cell(0, *column).shown().as_str());
    let columns: Vec<usize> = (0..grid.rows[0].len()).filter(is_said).collect();
    let row = |row: usize| columns.iter().map(|column| grid.cell(row, *column).clone()).collect();
    (first_row(grid)..grid.rows.len()).map(row).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: stories(16), failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is edited: exported again, the sheet shows it; undone, the file is as before, and runs say what they said.
    #[test]
    fn random_edits_are_there_after_the_next_export_and_undone_without_a_trace(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..1_000_000_i64), 1..12),
        sheet in any::<prop::sample::Index>(),
    ) {
        let shapes = shapes();
        let before = AssetSheets::new(shipped(), "", &shapes);
        let sheets: Vec<_> = before.export().into_iter().filter(|sheet| !editable(sheet).is_empty()).collect();
        let original = &sheets[sheet.index(sheets.len())];
        let (mut edited, cells) = (original.clone(), editable(original));
        for (cell, number) in &edits {
            let (row, column) = cells[cell.index(cells.len())];
            edited.rows[row][column] = SheetCell::Number(number.to_string());
        }
        let mut texts = shipped();
        texts.extend(before.import(vec![edited.clone()]).expect("numbers are no fault").texts);
        let after = AssetSheets::new(texts.clone(), "", &shapes);
        let mut again = after.export().into_iter().find(|sheet| sheet.name == edited.name).expect("the same sheets");
        prop_assert_eq!(said(&again), said(&edited));
        for (row, column) in cells {
            let at = again.rows[0].iter().position(|cell| *cell == original.rows[0][column]);
            again.rows[row][at.expect("only the column for the ends of runs may go")] = original.rows[row][column].clone();
        }
        texts.extend(after.import(vec![again]).expect("numbers are no fault").texts);
        let is_run = original.rows[0].iter().any(|cell| cell.shown() == "(formulas)");
        if is_run {
            let undone = AssetSheets::new(texts, "", &shapes).export();
            let undone = undone.iter().find(|sheet| sheet.name == original.name).expect("the same sheets");
            prop_assert_eq!(said(undone), said(original));
        } else {
            prop_assert_eq!(texts, shipped());
        }
    }
}
