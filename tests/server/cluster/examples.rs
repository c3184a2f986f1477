//! The examples of `packaging/cluster`: what they set is what the program understands.

use std::path::Path;

use raidkeep::server::config::Config;

fn example(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/cluster").join(name)
}

#[test]
fn the_configuration_of_a_node_is_valid() {
    let config = Config::load(Some(&example("node.ron")), &[]).expect("it is valid");
    assert!(config.cluster.is_on() && config.worlds == 8);
}

#[test]
fn the_nodes_of_the_compose_file_differ_only_in_who_they_are() {
    let text = std::fs::read_to_string(example("compose.yml")).expect("it is there");
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let settings = lines.windows(2).filter(|pair| pair[0] == "- --set").filter_map(|pair| pair[1].strip_prefix("- "));
    let settings: Vec<String> = settings.map(str::to_owned).collect();
    let nodes: Vec<&[String]> = settings.chunk_by(|_, next| !next.starts_with("data_must_exist")).collect();
    let configs: Vec<Config> =
        nodes.iter().map(|settings| Config::load(None, settings).expect("the settings are valid")).collect();
    assert_eq!(configs.len(), 3);
    for config in &configs {
        let cluster = &config.cluster;
        assert_eq!(cluster.address, format!("{}:7353", cluster.node), "others reach it by the name of its container");
        assert_eq!((&cluster.database, config.worlds), (&configs[0].cluster.database, configs[0].worlds));
    }
}
