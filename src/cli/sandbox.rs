//! `raidkeep sandbox`: both platforms, simulated.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use crate::cli::serve::{ProcessSignal, Signals};
use crate::cli::{log, print_line};
use raidkeep_game::platforms::signature::signed_query;
use raidkeep_sandbox::server::SandboxServer;
use raidkeep_sandbox::{GATEWAY_PATH, QUERY_PATH, REPORT_PATH, SandboxSettings};

#[derive(Debug, Args)]
pub(super) struct Sandbox {
    /// Address and port; port 0 picks a free one.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:7351")]
    listen: SocketAddr,
    /// Keeps balances, cards and reports in this file across restarts; without it they are lost on exit.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Settings in RON [default: the built-in config/sandbox.ron].
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Allows addresses that other machines can reach. Anyone who can reach the sandbox controls it.
    #[arg(long)]
    any_address: bool,
}

impl Sandbox {
    pub(super) fn run(self) -> Result<(), Box<dyn std::error::Error>> {
        let log = log::Levels::read()?.start_log(false, None, None)?;
        let settings = self.read_settings()?;
        let mut signals = Signals::listen()?;
        let server = SandboxServer::start(settings.clone(), self.listen, self.state.as_deref())
            .map_err(|error| format!("cannot start the sandbox on {}: {error}", self.listen))?;
        for line in self.introduction(server.address, &settings) {
            print_line(&line);
        }
        while let ProcessSignal::Reload = signals.next() {
            log.reopen();
        }
        Ok(())
    }

    fn read_settings(&self) -> Result<SandboxSettings, String> {
        let mut settings = match &self.settings {
            None => SandboxSettings::shipped()?,
            Some(path) => {
                let place = path.display();
                let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read {place}: {error}"))?;
                SandboxSettings::read(&text).map_err(|error| format!("{place}: {error}"))?
            }
        };
        settings.allow_any_address |= self.any_address;
        Ok(settings)
    }

    /// Instructions for pointing a server here, and commands to try. Keys are never shown.
    fn introduction(&self, address: SocketAddr, settings: &SandboxSettings) -> Vec<String> {
        let keys = self.settings.as_ref().map_or("config/sandbox.ron".to_owned(), |path| path.display().to_string());
        let balance = signed_query(&[("sid", &settings.sid), ("wname", "test")], &settings.key);
        vec![
            format!("sandbox listening on {address}"),
            format!("MCRMB gateway:  http://{address}{GATEWAY_PATH}  with sid {}", settings.sid),
            format!("SUD reports to: http://{address}{REPORT_PATH}  with app_id {}", settings.app_id),
            format!("SUD queries to: http://{address}{QUERY_PATH}"),
            format!("the key and the app_secret are in {keys}"),
            format!("try: curl -d '{{\"wname\":\"test\",\"money\":500}}' http://{address}/grant"),
            format!("try: curl -A java 'http://{address}{GATEWAY_PATH}CheckMoney?{balance}'"),
            format!("try: curl http://{address}/state, and http://{address}/ for all routes"),
            "stop with Ctrl-C".to_owned(),
        ]
    }
}
