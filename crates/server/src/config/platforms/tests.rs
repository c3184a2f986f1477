use super::*;
use crate::config::Config;

fn resolve(settings: &[&str], environment: Environment<'_>) -> Result<PlatformSettings, String> {
    let settings: Vec<String> = settings.iter().map(|setting| (*setting).to_owned()).collect();
    let config = Config::load(None, &settings).map_err(|error| error.to_string())?;
    let sandbox = SandboxSettings::shipped()?;
    let sandbox = config.platforms.wants_sandbox().then_some(("http://127.0.0.1:1", &sandbox));
    config.platforms.resolve(sandbox, "http://here", environment).map_err(|error| error.to_string())
}

#[test]
fn without_settings_both_platforms_are_the_sandbox() {
    let platforms = resolve(&[], &|_| None).expect("the shipped settings");
    let mcrmb = platforms.mcrmb.expect("payments are sandboxed");
    assert_eq!(mcrmb.gateway, "http://127.0.0.1:1/Api/");
    let sud = platforms.sud.expect("reports are sandboxed");
    assert_eq!((sud.callback.as_str(), sud.public_url.as_str()), ("http://127.0.0.1:1/sud/report", "http://here"));
    assert_eq!(sud.retry_seconds.iter().sum::<i64>(), 55_620, "the contract's schedule");
}

#[test]
fn the_sandbox_is_not_for_the_world_unless_the_operator_says_so() {
    let reach = |settings: &[&str], listen: &str| {
        let settings: Vec<String> = settings.iter().map(|setting| (*setting).to_owned()).collect();
        let config = Config::load(None, &settings).expect("valid settings");
        config.platforms.check_reach(listen).map_err(|error| error.to_string())
    };
    for listen in ["127.0.0.1:7350", "[::1]:7350", "127.0.0.9:0"] {
        assert_eq!(reach(&[], listen), Ok(()), "{listen}");
    }
    for listen in ["0.0.0.0:7350", "[::]:7350", "192.0.2.1:7350"] {
        let told = reach(&["platforms.mcrmb.mode=off"], listen).expect_err(listen);
        assert!(told.contains("(sud)") && told.contains("--sandbox") && told.contains(listen), "{told}");
        assert_eq!(reach(&["platforms.public_sandbox=true"], listen), Ok(()), "{listen}");
        assert_eq!(reach(&["platforms.mcrmb.mode=off", "platforms.sud.mode=off"], listen), Ok(()), "{listen}");
    }
}

#[test]
fn live_needs_a_secret_and_an_address() {
    let live = ["platforms.mcrmb.mode=live", "platforms.mcrmb.sid=7", "platforms.sud.mode=off"];
    let told = resolve(&live, &|_| None).expect_err("no secret");
    assert!(told.contains(MCRMB_KEY_VARIABLE), "{told}");
    let told = resolve(&live, &|_| Some(String::new())).expect_err("an empty secret is none");
    assert!(told.contains(MCRMB_KEY_VARIABLE), "{told}");
    let platforms = resolve(&live, &|_| Some("key".to_owned())).expect("all there is to say");
    assert_eq!(platforms.mcrmb.map(|mcrmb| mcrmb.gateway).as_deref(), Some("http://api.mcrmb.com/Api/"));
    assert!(platforms.sud.is_none());
    let told = resolve(&["platforms.sud.mode=live"], &|_| Some("secret".to_owned())).expect_err("no address");
    assert!(told.contains("platforms.sud.callback"), "{told}");
}

#[test]
fn the_chat_endpoint_is_optional_and_its_key_too() {
    let url = "platforms.narrator.url=http://127.0.0.1:8080/v1/chat/completions";
    assert!(resolve(&[], &|_| None).expect("the shipped settings").chat.is_none(), "none is set up");
    let chat = resolve(&[url], &|_| None).expect("an address is enough").chat.expect("it is set up");
    assert!(chat.key.is_empty(), "local servers need none");
    let key = |name: &str| (name == NARRATOR_KEY_VARIABLE).then(|| "k".to_owned());
    let chat = resolve(&[url], &key).expect("an address is enough").chat.expect("it is set up");
    assert_eq!(chat.key.expose(), "k");
}

#[test]
fn mistakes_name_their_key() {
    for (setting, key) in [
        ("platforms.narrator.url=localhost", "platforms.narrator.url"),
        ("platforms.narrator.in_flight=0", "platforms.narrator.in_flight"),
        ("platforms.narrator.deadline_seconds=13", "platforms.narrator.deadline_seconds"),
        ("platforms.sud.mg_id=x", "platforms.sud.mg_id"),
        ("platforms.sud.retry_seconds=[]", "platforms.sud.retry_seconds"),
        ("platforms.mcrmb.in_flight=0", "platforms.mcrmb.in_flight"),
        ("platforms.mcrmb.mode=maybe", "mode"),
    ] {
        let told = resolve(&[setting], &|_| None).expect_err(setting);
        assert!(told.contains(key) || told.contains("maybe"), "{setting}: {told}");
    }
}
