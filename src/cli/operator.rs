//! `raidkeep operator`: who may operate a running server, and as what.

use std::io::{BufRead, IsTerminal};

use clap::{Args, Subcommand};
use console::Term;
use serde_json::{Value, json};

use crate::cli::call::Failure;
use crate::cli::doors::Doors;
use crate::cli::player::Operator;
use crate::cli::{print_line, tell};

/// Longest line that is read as a password, in bytes.
const PASSWORD_BYTES_MAX: u64 = 4096;

/// Operators are in the realm of a running server. Its own token is the first admin's way in; later an admin's token
/// of operator_login does as well. Passwords are asked for on the terminal, or read as a line from stdin.
#[derive(Debug, Subcommand)]
pub(super) enum OperatorCommand {
    /// Adds an operator; the password is for the first log-in.
    Add(Add),
    /// Lists the operators, and the roles that there are.
    List(List),
    /// Gives an operator another role.
    Role(Role),
    /// Sets a new password for the next log-in, and ends sessions and second factor.
    Reset(Reset),
    /// Removes an operator and ends their sessions; the audit keeps what they did.
    Remove(Remove),
}

impl OperatorCommand {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Add(add) => add.run(),
            Self::List(list) => list.run(),
            Self::Role(role) => role.run(),
            Self::Reset(reset) => reset.run(),
            Self::Remove(remove) => remove.run(),
        }
    }
}

/// The running server, and as whom it is asked.
#[derive(Debug, Args)]
struct Admin {
    #[command(flatten)]
    doors: Doors,
    /// The server's own token, or that of an admin who has logged in.
    #[arg(long, env = "RAIDKEEP_OPERATOR_TOKEN", hide_env_values = true)]
    token: Option<String>,
}

impl Admin {
    /// Connects to the server. The functions are the realm's whichever world is addressed.
    fn connect(&self) -> Result<Operator, Failure> {
        Operator::connect(&self.doors, 0, self.token.clone())
    }
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// 1 to 40 letters, digits, -, _ and .
    name: String,
    /// One of the roles that `raidkeep operator list` names.
    #[arg(long)]
    role: String,
    #[command(flatten)]
    admin: Admin,
}

impl Add {
    fn run(self) -> Result<(), Failure> {
        let mut admin = self.admin.connect()?;
        let asked = json!({"name": self.name, "role": self.role, "password": password()?});
        admin.ask("operator_add", asked, "nobody was added")?;
        print_line(&format!("added {} as {}; the first log-in changes the password", self.name, self.role));
        Ok(())
    }
}

#[derive(Debug, Args)]
pub(super) struct List {
    /// Prints the reply as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    admin: Admin,
}

impl List {
    fn run(self) -> Result<(), Failure> {
        let listed = self.admin.connect()?.ask("operator_list", json!({}), "the operators are not told")?;
        if self.json {
            print_line(&serde_json::to_string_pretty(&listed)?);
            return Ok(());
        }
        let operators = listed["operators"].as_array().map(Vec::as_slice).unwrap_or_default();
        operators.iter().for_each(|operator| print_line(&line(operator)));
        let roles: Vec<_> = listed["roles"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        tell(&format!("{} operators; roles: {}", operators.len(), roles.join(", ")));
        Ok(())
    }
}

/// An operator on one line: name, role, and what there is to say.
fn line(operator: &Value) -> String {
    let mut line = format!(
        "{}\t{}\tsessions: {}",
        operator["name"].as_str().unwrap_or_default(),
        operator["role"].as_str().unwrap_or_default(),
        operator["sessions"],
    );
    if operator["has_totp"] == true {
        line.push_str(", second factor");
    }
    if operator["must_change_password"] == true {
        line.push_str(", must change the password");
    }
    line
}

#[derive(Debug, Args)]
pub(super) struct Role {
    /// The operator.
    name: String,
    /// The new role; it holds from the operator's next request.
    role: String,
    #[command(flatten)]
    admin: Admin,
}

impl Role {
    fn run(self) -> Result<(), Failure> {
        let asked = json!({"name": self.name, "role": self.role});
        self.admin.connect()?.ask("operator_role", asked, "no role was changed")?;
        print_line(&format!("{} is {} now", self.name, self.role));
        Ok(())
    }
}

#[derive(Debug, Args)]
pub(super) struct Reset {
    /// The operator.
    name: String,
    #[command(flatten)]
    admin: Admin,
}

impl Reset {
    fn run(self) -> Result<(), Failure> {
        let mut admin = self.admin.connect()?;
        let asked = json!({"name": self.name, "password": password()?});
        admin.ask("operator_reset", asked, "no password was set")?;
        print_line(&format!("{} has a new password, which the next log-in changes", self.name));
        Ok(())
    }
}

#[derive(Debug, Args)]
pub(super) struct Remove {
    /// The operator.
    name: String,
    /// Confirms it.
    #[arg(long, required = true)]
    yes: bool,
    #[command(flatten)]
    admin: Admin,
}

impl Remove {
    fn run(self) -> Result<(), Failure> {
        self.admin.connect()?.ask("operator_remove", json!({"name": self.name}), "nobody was removed")?;
        print_line(&format!("removed {}", self.name));
        Ok(())
    }
}

/// Asks twice on the terminal without showing what is typed; without a terminal, reads a line from stdin. A password
/// is never an argument, because every process of the machine can read those.
fn password() -> Result<String, Failure> {
    let stdin = std::io::stdin();
    let password = if stdin.is_terminal() { typed_twice()? } else { first_line(stdin.lock())? };
    if password.is_empty() { Err("there is no password: type it, or write it to stdin".into()) } else { Ok(password) }
}

fn typed_twice() -> Result<String, Failure> {
    let terminal = Term::stderr();
    let ask = |prompt: &str| terminal.write_str(prompt).and_then(|()| terminal.read_secure_line());
    let password = ask("Password: ")?;
    if ask("Once more: ")? == password { Ok(password) } else { Err("the two passwords differ".into()) }
}

/// The first line without its end.
fn first_line(input: impl BufRead) -> Result<String, Failure> {
    let mut line = String::new();
    let read = input.take(PASSWORD_BYTES_MAX).read_line(&mut line);
    let bytes = read.map_err(|error| format!("cannot read the password from stdin: {error}"))? as u64;
    if bytes == PASSWORD_BYTES_MAX {
        return Err(format!("a password has less than {PASSWORD_BYTES_MAX} bytes").into());
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_the_first_line_of_stdin_with_its_spaces() {
        for (text, password) in [(" a b \r\nmore\n", " a b "), ("no end", "no end"), ("", "")] {
            assert_eq!(first_line(text.as_bytes()).expect("a text"), password, "{text:?}");
        }
        assert!(first_line(&b"\xff\n"[..]).is_err(), "what is no text is refused");
        assert!(first_line("x".repeat(4096).as_bytes()).is_err(), "no password is cut short");
    }
}
