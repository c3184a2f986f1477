//! A server as a child process.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::encrypted::Certificate;
use crate::{Options, Outcome};
use raidkeep::studio::load::ServerAddress;

/// A running server, killed on drop.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    /// Where the honest client connects.
    pub(crate) honest: ServerAddress,
    child: Child,
    _data: TempDir,
}

impl Server {
    /// With the shipped settings, except those that the options set.
    pub(crate) fn start(options: &Options, certificate: Option<&Certificate>) -> Outcome<Self> {
        let data = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let mut command = Command::new(&options.server);
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data.path().join("data"));
        let certified = certificate.map(Certificate::settings);
        for setting in options.set.iter().chain(certified.iter().flatten()) {
            command.args(["--set", setting]);
        }
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("stdout is not piped")?).lines();
        let first = lines.next().ok_or("the server did not start")??;
        let address: SocketAddr =
            first.strip_prefix("listening on ").ok_or_else(|| format!("first line: {first:?}"))?.parse()?;
        // The pipe is kept empty for as long as the server lives.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        let honest = match certificate {
            None => ServerAddress::plain(address.to_string()),
            Some(certificate) => ServerAddress::encrypted(address.to_string(), certificate.tls.clone()),
        };
        Ok(Self { address, honest, child, _data: data })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // An error means that it is dead already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
