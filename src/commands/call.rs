//! `kontor call`.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use secrecy::SecretString;

use super::source::read;
use super::{Stop, failed, print, usage};
use crate::caller::{Form, Reports, Target, samples};
use crate::config::demo::DEMO_PASSWORD;
use crate::config::{Overrides, Role, Settings, similar};
use crate::domain;
use crate::operations::{Access, CATALOGUE, Operation, find};

/// Where the password, the address and the user are read from, if they are set.
const PASSWORD: &str = "KONTOR_PASSWORD";
const ADDRESS: &str = "KONTOR_URL";
const USER: &str = "KONTOR_USER";
/// The demo as it starts.
const DEMO_ADDRESS: &str = "http://127.0.0.1:8080";
const DEMO_USER: &str = "erp";
/// Bytes of a document; no gateway takes more.
const MOST: u64 = 256 << 20;

#[derive(Args)]
#[command(after_help = "Exit codes: 0 all is well, 1 records were refused, 2 the call as a whole failed, or was wrong.")]
pub struct Call {
    /// The operation, such as fetchOrders; with --sample also updateItems/variants
    #[arg(value_name = "OPERATION", required_unless_present = "list")]
    pub(super) operation: Option<String>,
    /// The document to send: an envelope, what is in its Body, or the request in that; - reads standard input
    #[arg(value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
    /// List the operations, one on each line
    #[arg(long, conflicts_with_all = ["operation", "sample"])]
    pub(super) list: bool,
    /// Print a document of the operation to start from; nothing is called
    #[arg(long, conflicts_with = "file")]
    pub(super) sample: bool,
    /// Address of the gateway; without it KONTOR_URL, the public_url of --config, or that of the demo
    #[arg(long, value_name = "URL")]
    pub(super) url: Option<String>,
    /// User; the password is read from KONTOR_PASSWORD, or asked for. Without it KONTOR_USER, the only user with the role erp in --config,
    /// or that of the demo
    #[arg(long, value_name = "NAME")]
    pub(super) user: Option<String>,
    /// Take the address and the user from this configuration file
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// The face to call; without it the one that the document is for, and compat where there is none
    #[arg(long, value_enum)]
    pub(super) face: Option<Face>,
    /// An Idempotency-Key: a call that is repeated with its key counts once
    #[arg(long, value_name = "KEY")]
    pub(super) key: Option<String>,
    /// Print the answer as XML
    #[arg(long, conflicts_with = "json")]
    pub(super) xml: bool,
    /// Print the answer as JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Face {
    /// XML in a string, as in CONNECT
    Compat,
    /// With every field in the WSDL
    Typed,
}

impl Face {
    pub(super) fn of(self) -> domain::Face {
        match self {
            Face::Compat => domain::Face::Compat,
            Face::Typed => domain::Face::Typed,
        }
    }
}

pub fn run(arguments: Call) -> Result<(), Stop> {
    if arguments.list {
        print(&list());
        return Ok(());
    }
    let face = arguments.face.map(Face::of);
    let (name, case) = split(arguments.operation.as_deref().unwrap_or_default(), arguments.sample);
    let operation = find(name).ok_or_else(|| unknown(name))?;
    if arguments.sample {
        print(&sample(operation, case, face.unwrap_or(domain::Face::Compat))?);
        return Ok(());
    }
    let document = arguments.file.as_deref().map(document).transpose()?;
    let target = target(&arguments)?;
    let form = match (arguments.xml, arguments.json) {
        (true, _) => Form::Xml,
        (_, true) => Form::Json,
        _ => Form::Outline,
    };
    let answer = target.call(operation, document.as_deref(), face, arguments.key.as_deref()).map_err(usage)?;
    let (text, Reports { all, refused }) = answer.shown(form).map_err(usage)?;
    print(&text);
    match refused {
        0 => Ok(()),
        _ => Err(failed(format_args!("{refused} of {all} reports say that something was refused"))),
    }
}

/// Operation and case of a sample.
fn split(named: &str, sample: bool) -> (&str, Option<&str>) {
    named.split_once('/').filter(|_| sample).map_or((named, None), |(name, case)| (name, Some(case)))
}

fn unknown(name: &str) -> Stop {
    let near = similar(name, CATALOGUE.iter().map(|operation| operation.name));
    let meant = near.map(|near| format!("did you mean {near}? ")).unwrap_or_default();
    usage(format_args!("there is no operation \"{name}\"; {meant}`kontor call --list` lists them"))
}

fn list() -> String {
    let widest = CATALOGUE.iter().map(|operation| operation.name.len()).max().unwrap_or_default();
    let line = |operation: &Operation| {
        let access = if operation.access == Access::Write { "writes" } else { "reads " };
        format!("{:widest$}  {access}  {}\n", operation.name, first_sentence(operation.doc))
    };
    CATALOGUE.iter().map(line).collect()
}

/// So much of it as has room beside the name.
fn first_sentence(text: &str) -> String {
    const ROOM: usize = 110;
    let sentence = text.find(". ").and_then(|at| text.get(..=at)).unwrap_or(text);
    match sentence.char_indices().nth(ROOM).and_then(|(at, _)| sentence.get(..at)?.rsplit_once(' ')) {
        Some((shown, _)) => format!("{shown} …"),
        None => sentence.to_owned(),
    }
}

fn sample(operation: &Operation, case: Option<&str>, face: domain::Face) -> Result<String, Stop> {
    let all = samples::of(operation.name, face);
    let found = match case {
        Some(case) => all.iter().find(|sample| sample.case == case),
        None => all.first(),
    };
    let names = || all.iter().map(|sample| format!("{}/{}", sample.operation, sample.case)).collect::<Vec<_>>().join(", ");
    match found {
        Some(sample) => {
            if all.len() > 1 && case.is_none() {
                // Not in what is printed, which goes into a file.
                let _ = writeln!(io::stderr(), "samples: {}", names());
            }
            Ok(format!("{}\n", sample.document))
        }
        None => Err(usage(format_args!("there is no such sample; use one of: {}", names()))),
    }
}

fn document(file: &Path) -> Result<String, Stop> {
    let shown = file.display();
    let wrong = |error: io::Error| usage(format_args!("{shown}: {error}"));
    let mut bytes = Vec::new();
    match file.as_os_str() == "-" {
        true => io::stdin().lock().take(MOST + 1).read_to_end(&mut bytes).map_err(wrong)?,
        false => File::open(file).map_err(wrong)?.take(MOST + 1).read_to_end(&mut bytes).map_err(wrong)?,
    };
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MOST {
        return Err(usage(format_args!("{shown}: more than {MOST} bytes; send less in one call")));
    }
    String::from_utf8(bytes).map_err(|_| usage(format_args!("{shown}: not UTF-8; save it as UTF-8")))
}

/// Where the call goes, and as whom.
fn target(arguments: &Call) -> Result<Target, Stop> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let settings = match &arguments.config {
        Some(config) => Some(read(config, &Overrides::default())?.settings),
        None => None,
    };
    let url = arguments.url.clone().or_else(|| set(ADDRESS));
    let url = url.or_else(|| Some(settings.as_ref()?.server.public_url.clone())).unwrap_or_else(|| DEMO_ADDRESS.to_owned());
    let user = match (arguments.user.clone().or_else(|| set(USER)), &settings) {
        (Some(user), _) => user,
        (None, Some(settings)) => only_erp(settings)?,
        (None, None) => DEMO_USER.to_owned(),
    };
    let is_demo = settings.is_none() && is_here(&url);
    let password = match set(PASSWORD) {
        Some(password) => SecretString::from(password),
        None if is_demo => SecretString::from(DEMO_PASSWORD),
        None if io::stdin().is_terminal() => {
            let asked = rpassword::prompt_password(format!("Password of {user}: "));
            SecretString::from(asked.map_err(|error| failed(format!("terminal: {error}")))?)
        }
        None => return Err(usage(format_args!("the password of {user} is missing; set {PASSWORD}"))),
    };
    Ok(Target { url, user, password })
}

/// The user whom an ERP logs in as, if there is but one.
fn only_erp(settings: &Settings) -> Result<String, Stop> {
    let names: Vec<&str> = settings.users.iter().filter(|user| user.role == Role::Erp).map(|user| user.name.as_str()).collect();
    match names.as_slice() {
        [name] => Ok((*name).to_owned()),
        [] => Err(usage("the configuration has no user with the role erp; name one with --user")),
        names => {
            Err(usage(format_args!("the configuration has several users with the role erp; name one with --user: {}", names.join(", "))))
        }
    }
}

/// The well-known password is sent nowhere but to this machine.
fn is_here(url: &str) -> bool {
    let host = url::Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    host == "localhost" || host.trim_matches(['[', ']']).parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_of_the_demo_stays_on_this_machine() {
        for here in ["http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:8080/ws/v1"] {
            assert!(is_here(here), "{here}");
        }
        for elsewhere in ["http://localhost.example", "http://10.0.0.1", "https://127.0.0.1.example", "nothing"] {
            assert!(!is_here(elsewhere), "{elsewhere}");
        }
    }

    #[test]
    fn every_operation_is_a_line() {
        let list = list();
        assert_eq!(list.lines().count(), CATALOGUE.len());
        assert!(list.lines().all(|line| line.len() < 200), "{list}");
    }
}
