//! What the program says of itself: completions for shells, and manual pages.

use std::path::PathBuf;

use clap::{Args, Command};
use clap_complete::Shell;

use super::{Stop, failed, print};

#[derive(Args)]
pub struct Completions {
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Args)]
pub struct Man {
    /// Write a page for each command into this folder, instead of that of kontor alone to standard output
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
}

/// Prints the script for a shell.
pub fn completions(arguments: &Completions, mut command: Command) -> Result<(), Stop> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "kontor", &mut script);
    print(&String::from_utf8_lossy(&script));
    Ok(())
}

/// Writes manual pages in the format of man.
pub fn man(arguments: &Man, command: Command) -> Result<(), Stop> {
    if let Some(folder) = &arguments.to {
        return clap_mangen::generate_to(command, folder).map_err(|error| failed(format_args!("{}: {error}", folder.display())));
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page).map_err(failed)?;
    print(&String::from_utf8_lossy(&page));
    Ok(())
}
