//! The configuration file, read again while a gateway runs.

use super::{Account, Fault, Loaded, Overrides, Settings, User};
use secrecy::ExposeSecret;

/// Reads the file, with what is said instead of it.
pub type Reading = Box<dyn Fn(&Overrides) -> Result<Loaded, Vec<Fault>> + Send + Sync>;

/// Where the settings of a gateway are from.
pub struct Source {
    /// Of the command line.
    pub overrides: Overrides,
    pub read: Reading,
}

/// What a look at the file, or a reload, came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reloaded {
    /// False: nothing was changed, and the lines say why.
    pub worked: bool,
    /// One for each change, warning or fault.
    pub lines: Vec<String>,
}

impl Reloaded {
    pub fn refused(lines: Vec<String>) -> Reloaded {
        Reloaded { worked: false, lines }
    }
}

/// Looks at the file of a running gateway, and has it take effect.
pub trait Reload: Send + Sync {
    /// What a reload would come to.
    fn check(&self) -> Reloaded;
    /// `by`: for the log.
    fn reload(&self, by: &str) -> Reloaded;
}

/// Settings that may take effect now, and what there is to say about them.
pub(crate) struct Plan {
    pub(crate) settings: Settings,
    pub(crate) lines: Vec<String>,
}

impl Source {
    /// What the file asks for, compared with what runs. What cannot change without a restart stays as it is, and is named.
    ///
    /// # Errors
    /// Every fault of the file.
    pub(crate) fn plan(&self, running: &Settings) -> Result<Plan, Vec<String>> {
        let lines = |faults: Vec<Fault>| faults.iter().map(ToString::to_string).collect::<Vec<_>>();
        let wanted = (self.read)(&self.overrides).map_err(lines)?.settings;
        // The rest of the file may follow from address and database.
        let database = running.database.expose_secret().to_owned();
        let kept = Overrides { listen: Some(running.server.listen), database: Some(database) };
        let Loaded { mut settings, warnings } = (self.read)(&kept).map_err(lines)?;
        let mut said = changes(running, &settings);
        said.extend(warnings.iter().map(|warning| format!("warning: {warning}")));
        said.extend(
            for_a_restart(running, &wanted).into_iter().map(|key| format!("{key}: stays as it is until the gateway is started again")),
        );
        if wanted.server.listen.port() == 0 {
            // The system chose a port at the start, and the address that clients see has it.
            let port = format!(":{}", running.server.listen.port());
            settings.server.public_url = settings.server.public_url.replace(":0", &port);
        }
        settings.server.workers = running.server.workers;
        settings.patience = running.patience;
        settings.calls = running.calls.clone();
        settings.limits.request_seconds = running.limits.request_seconds;
        Ok(Plan { settings, lines: said })
    }
}

/// The keys with another value that only a start takes over.
fn for_a_restart(running: &Settings, wanted: &Settings) -> Vec<&'static str> {
    let (now, then) = (&running.server, &wanted.server);
    // With port 0 the system chose one.
    let other_port = then.listen.port() != 0 && then.listen.port() != now.listen.port();
    let database = running.database.expose_secret() != wanted.database.expose_secret();
    [
        ("server.listen", other_port || then.listen.ip() != now.listen.ip()),
        ("server.workers", then.workers != now.workers),
        ("database", database),
        ("database.*_seconds", wanted.patience != running.patience),
        ("calls.*", wanted.calls != running.calls),
        ("limits.request_seconds", wanted.limits.request_seconds != running.limits.request_seconds),
    ]
    .into_iter()
    .filter_map(|(key, other)| other.then_some(key))
    .collect()
}

fn changes(running: &Settings, settings: &Settings) -> Vec<String> {
    let users = difference(&running.users, &settings.users, |user| user.name.clone(), same_user);
    let accounts = difference(&running.accounts, &settings.accounts, |account| account.account_id.to_string(), Account::eq);
    [("users", users), ("accounts", accounts)].into_iter().filter_map(|(what, found)| Some(format!("{what}: {}", found?))).collect()
}

fn same_user(one: &User, other: &User) -> bool {
    let password = |user: &User| user.password_hash.expose_secret().to_owned();
    let token = |user: &User| match &user.ws_security {
        Some(super::WsSecurity::Digest(password)) => Some(password.expose_secret().to_owned()),
        Some(super::WsSecurity::Text) => Some(String::new()),
        None => None,
    };
    let rights = |user: &User| (user.role, user.mandators.clone(), user.replay_by_content, user.strict);
    password(one) == password(other) && token(one) == token(other) && rights(one) == rights(other)
}

/// Which entries are new, changed and gone, in words.
fn difference<T>(before: &[T], after: &[T], name: impl Fn(&T) -> String, same: impl Fn(&T, &T) -> bool) -> Option<String> {
    let find = |list: &[T], wanted: &str| list.iter().position(|entry| name(entry) == wanted);
    let (mut new, mut changed) = (Vec::new(), Vec::new());
    for entry in after {
        let own = name(entry);
        match find(before, &own).and_then(|index| before.get(index)) {
            None => new.push(own),
            Some(old) if !same(old, entry) => changed.push(own),
            Some(_) => {}
        }
    }
    let gone: Vec<String> = before.iter().map(&name).filter(|own| find(after, own).is_none()).collect();
    let parts = [("new", new), ("changed", changed), ("gone", gone)].into_iter().filter(|(_, names)| !names.is_empty());
    let words: Vec<String> = parts.map(|(word, names)| format!("{word} {}", names.join(", "))).collect();
    (!words.is_empty()).then(|| words.join("; "))
}
