//! Tests of the settings.

use super::*;

fn load(text: &str, arguments: &[&str]) -> Result<Config, String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("server.ron");
    std::fs::write(&file, text).expect("a writable folder");
    let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
    Config::load(Some(&file), &arguments).map_err(|error| error.to_string())
}

#[test]
fn the_shipped_configuration_is_complete() {
    let config = Config::load(None, &[]).expect("the shipped configuration should be valid");
    assert_eq!((config.worlds, config.zone.as_str()), (1, "Asia/Shanghai"));
    assert_eq!(config.limits.frame_bytes, 65_536);
}

#[test]
fn a_file_changes_only_what_it_names_and_the_command_line_wins() {
    let config = load("(worlds: 2, limits: (connections: 5))", &["worlds=3", "clock=manual", "listen=[::1]:0"]);
    let config = config.expect("valid settings");
    assert_eq!((config.worlds, config.limits.connections, config.limits.idle_seconds), (3, 5, 600));
    assert_eq!((config.clock.as_str(), config.listen.as_str()), ("manual", "[::1]:0"));
}

#[test]
fn settings_from_before_a_key_existed_have_its_default() {
    let mut earlier = Config::load(None, &["worlds=3".to_owned()]).expect("valid settings").effective;
    let platforms = earlier["platforms"].as_object_mut().expect("a section");
    platforms.remove("tls").expect("the shipped configuration has it");
    let config = Config::from_effective(earlier).expect("a journal's settings");
    assert!(config.platforms.tls.public_roots && config.worlds == 3);
    assert_eq!(config.effective["platforms"]["tls"]["ca_file"], "");
}

#[test]
fn a_journal_from_before_a_limit_is_played_without_it() {
    let mut earlier = Config::default().effective;
    let identity = earlier["identity"].as_object_mut().expect("a section");
    for key in ["new_accounts", "forget_guests_days", "password_bytes_min"] {
        identity.remove(key).expect("the shipped configuration has it");
    }
    let lifted = Config::from_effective(earlier).expect("a journal's settings").identity;
    let limits = (lifted.new_accounts.per_address, lifted.forget_guests_days, lifted.password_bytes_min);
    assert_eq!(limits, (0, 0, 1));
    let shipped = Config::default().identity;
    let limits = (shipped.new_accounts.per_address, shipped.forget_guests_days, shipped.password_bytes_min);
    assert_eq!(limits, (100, 7, 6), "who starts a server has them");
}

#[test]
fn limits_on_strangers_are_checked() {
    for (setting, key) in [
        ("identity.password_cost.memory_kib=4000000", "identity.password_cost: memory_kib"),
        ("identity.password_cost.passes=4000000", "identity.password_cost: passes"),
        ("identity.password_bytes_min=0", "identity.password_bytes_min"),
        ("identity.password_jobs_per_address=0", "identity.password_jobs_per_address"),
        ("identity.known_places=1000", "identity.known_places"),
        ("identity.former_tokens=1000", "identity.former_tokens"),
        ("identity.attempts.window_seconds=0", "identity.attempts.window_seconds"),
        ("identity.new_accounts.window_seconds=0", "identity.new_accounts.window_seconds"),
        ("platforms.mcrmb.answer_within_seconds=13", "platforms.mcrmb.answer_within_seconds"),
        ("platforms.mcrmb.orders.waiting_max=0", "platforms.mcrmb.orders.waiting_max"),
    ] {
        let told = load("()", &[setting]).expect_err(setting);
        assert!(told.contains(key), "{setting}: {told}");
    }
}

#[test]
fn every_mistake_in_the_file_is_told_with_its_line() {
    let error =
        load("(\n  wolds: 2,\n  limits: (\n    connections: \"many\",\n  ),\n)", &[]).expect_err("two mistakes");
    assert!(error.contains(":2:") && error.contains("worlds"), "the typo is located and hinted: {error}");
    assert!(error.contains(":4:") && error.contains("whole number"), "the kind is explained: {error}");
    let error = load("(worlds: 2", &[]).expect_err("a missing bracket");
    assert!(error.contains("line 1"), "{error}");
    let error = load("(\n  worlds: 2\n  data: \"d\",\n)", &[]).expect_err("a missing comma");
    assert!(error.contains(":3:3: error"), "a syntax error is reported at its line and column: {error}");
    let error = load("(\n  worlds: 2,\n  worlds: 3,\n)", &[]).expect_err("a duplicate key");
    assert!(error.contains(":3:3: error") && error.contains("twice"), "{error}");
}

#[test]
fn mistakes_on_the_command_line_are_explained() {
    let mistake = |argument: &str| load("()", &[argument]).expect_err("a mistake");
    assert!(mistake("limits.conections=5").contains("did you mean connections?"));
    assert!(mistake("limits.connections=-5").contains("0 or more"));
    assert!(mistake("worlds=0").contains("1 to 64"));
    assert!(mistake("zone=Asia/Nowhere").contains("time zone"));
    assert!(mistake("clock=fast").contains("xN"));
    assert!(mistake("worlds").contains("KEY=VALUE"));
}
