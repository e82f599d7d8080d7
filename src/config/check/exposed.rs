//! Warnings of what everybody may know or use: an open folder, a scripted shop, published passwords, and names that can be
//! found out.

use secrecy::ExposeSecret;

use super::Checker;
use crate::config::database;
use crate::config::demo::DEMO_PASSWORD;
use crate::config::given::Connectors;
use crate::config::password::{cost, fits};
use crate::config::{Settings, User};

/// Passwords that the documentation, the example and the demo show.
const PUBLISHED: [&str; 2] = ["example", DEMO_PASSWORD];

pub(super) fn warn(c: &mut Checker<'_>, settings: &Settings, connectors: &Connectors<'_>) {
    if let Some(folder) = database::open_folder(settings.database.expose_secret()) {
        let folder = folder.display();
        c.warn(
            "database",
            format!(
                "every user of this machine may look into the folder of the database, \"{folder}\", and read copies that lie there; \
                 give it to the gateway's user only (chmod 700 \"{folder}\")"
            ),
        );
    }
    let hash = |user: &User| user.password_hash.expose_secret().to_owned();
    let dearest = settings.users.iter().map(|user| cost(&hash(user))).max().unwrap_or_default();
    for (user, n) in settings.users.iter().zip(1..).filter(|(user, _)| cost(&hash(user)) < dearest) {
        let path = format!("users[{n}].password_hash");
        c.warn(
            &path,
            format!(
                "the hash of \"{}\" is cheaper to check than others: it answers sooner, so that strangers can tell this user exists; \
                 make a new one with `kontor user hash`",
                user.name
            ),
        );
    }
    if settings.server.listen.ip().is_loopback() {
        return;
    }
    let listen = settings.server.listen;
    for (user, n) in settings.users.iter().zip(1..) {
        if let Some(password) = PUBLISHED.iter().find(|password| fits(&hash(user), password)) {
            let path = format!("users[{n}].password_hash");
            c.warn(
                &path,
                format!(
                    "\"{}\" has the published password \"{password}\", and {listen} can be reached from other machines; \
                     choose another with `kontor user hash`",
                    user.name
                ),
            );
        }
    }
    for (account, n) in
        settings.accounts.iter().zip(1..).filter(|(account, _)| account.active && (connectors.invents_orders)(&account.connector))
    {
        c.warn(
            &format!("accounts[{n}].connector"),
            format!(
                "account {} is a sandbox, and {listen} can be reached from other machines: whoever has the role admin can buy there \
                 without paying; use it for trials only",
                account.account_id
            ),
        );
    }
}
