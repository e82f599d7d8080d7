//! `kontor user hash`.

use std::io::{self, BufRead, IsTerminal};

use clap::Args;

use super::{Stop, failed, print, usage};
use crate::config::password;

#[derive(Args)]
pub struct HashPassword {
    /// Read one line from standard input instead of prompting
    #[arg(long)]
    pub(super) password_stdin: bool,
}

pub fn run(arguments: HashPassword) -> Result<(), Stop> {
    let password = if arguments.password_stdin || !io::stdin().is_terminal() {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).map_err(|e| failed(format!("standard input: {e}")))?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    } else {
        let ask = |prompt| rpassword::prompt_password(prompt).map_err(|e| failed(format!("terminal: {e}")));
        let first = ask("Password: ")?;
        if ask("Again: ")? != first {
            return Err(usage("the passwords differ; type the same one twice"));
        }
        first
    };
    if password.is_empty() {
        return Err(usage("the password is empty; type one of at least one character"));
    }
    let hash = password::hash(&password).map_err(failed)?;
    print(&format!("{hash}\n\n[[users]]\nname = \"erp\"\npassword_hash = \"{hash}\"\nrole = \"erp\"\n"));
    Ok(())
}
