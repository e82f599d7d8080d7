//! `[[users]]`: who may call.

use secrecy::SecretString;

use super::Checker;
use crate::config::fault::define;
use crate::config::password;
use crate::config::raw::{RawUser, RawWsSecurity};
use crate::config::{Mandator, Role, User, WsSecurity};
use crate::domain::MandatorId;

pub(super) fn users(c: &mut Checker<'_>, raw: Vec<RawUser>, mandators: &[Mandator]) -> Vec<User> {
    if raw.is_empty() {
        c.missing("users", "at least one [[users]] entry; `kontor user hash` prints one to paste");
    }
    let ids: Vec<MandatorId> = mandators.iter().map(|m| m.mandator_id).collect();
    let users: Vec<User> = raw.into_iter().zip(1..).map(|(raw, n)| user(c, raw, n, &ids)).collect();
    c.unique(users.iter().zip(1..).map(|(u, n)| (format!("users[{n}].name"), u.name.clone())));
    users
}

fn user(c: &mut Checker<'_>, raw: RawUser, n: usize, mandators: &[MandatorId]) -> User {
    let section = format!("users[{n}]");
    let path = format!("{section}.name");
    let name = c.required(&path, raw.name, "the name the ERP logs in with");
    if name.contains(':') {
        // RFC 7617: the first colon of HTTP Basic credentials ends the name.
        c.fault(&path, format!("\"{name}\" contains a colon, which HTTP Basic cannot carry in a name; choose another name"));
    }
    if name.chars().any(char::is_control) || name.trim() != name {
        c.fault(&path, format!("{name:?} has blanks at its ends or control characters; remove them"));
    }
    let hashes = [raw.password_hash, raw.password_hash_env, raw.password_hash_file];
    let passwords = [raw.password_env, raw.password_file];
    let (hash, ws_security) = match raw.ws_security {
        Some(RawWsSecurity::Digest) => {
            let password = clear_password(c, &section, &hashes, passwords);
            // HTTP Basic of this user is checked as that of the others.
            let hash = password::hash(&password).unwrap_or_default();
            (hash, Some(WsSecurity::Digest(password.into())))
        }
        other => {
            for (key, _) in ["password_env", "password_file"].into_iter().zip(passwords).filter(|(_, given)| given.is_some()) {
                c.fault(&format!("{section}.{key}"), "only for ws_security = \"digest\"; use password_hash and leave this out");
            }
            (hash(c, &section, hashes), other.map(|_| WsSecurity::Text))
        }
    };
    User {
        name,
        password_hash: SecretString::from(hash),
        role: raw.role.unwrap_or_else(|| {
            c.missing(&format!("{section}.role"), "one of: read, erp, admin");
            Role::Read
        }),
        mandators: allowed(c, &format!("{section}.mandators"), raw.mandators.unwrap_or_default(), mandators),
        replay_by_content: raw.replay_by_content.unwrap_or(true),
        strict: raw.strict.unwrap_or(false),
        ws_security,
    }
}

/// The password of a user who sends digests. Not taken from the file itself: that is copied and shown around.
fn clear_password(c: &mut Checker<'_>, section: &str, hashes: &[Option<String>; 3], [env, file]: [Option<String>; 2]) -> String {
    let keys = ["password_hash", "password_hash_env", "password_hash_file"];
    for (key, _) in keys.into_iter().zip(hashes).filter(|(_, given)| given.is_some()) {
        c.fault(
            &format!("{section}.{key}"),
            "not for ws_security = \"digest\", which needs the password itself; give password_env or password_file only",
        );
    }
    if env.is_none() && file.is_none() {
        c.missing(
            &format!("{section}.password_env"),
            "the name of an environment variable that holds the password, or password_file; a digest cannot be compared with a hash",
        );
    }
    c.secret(section, "password", [None, env, file]).map(|(password, _)| password).unwrap_or_default()
}

fn hash(c: &mut Checker<'_>, section: &str, given: [Option<String>; 3]) -> String {
    let named = given.iter().any(Option::is_some);
    match c.secret(section, "password_hash", given) {
        Some((hash, path)) => {
            if let Err(fault) = password::check(&hash) {
                c.fault(&path, fault);
            }
            hash
        }
        None => {
            if !named {
                c.missing(
                    &format!("{section}.password_hash"),
                    "an Argon2id hash here, or its source in password_hash_env or password_hash_file; \
                     `kontor user hash` prints one",
                );
            }
            String::new()
        }
    }
}

fn allowed(c: &mut Checker<'_>, path: &str, raw: Vec<i64>, mandators: &[MandatorId]) -> Vec<MandatorId> {
    let mut ids = Vec::new();
    for (value, index) in raw.into_iter().zip(1..) {
        let known = i32::try_from(value).ok().map(MandatorId).filter(|id| mandators.contains(id));
        match known {
            Some(id) => ids.push(id),
            None => {
                let known: Vec<String> = mandators.iter().map(ToString::to_string).collect();
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                let remedy = define("mandators", &value.to_string(), &known);
                c.fault_at(&format!("{path}[{index}]"), path, format!("mandator {value} is not defined; {remedy}"));
            }
        }
    }
    ids
}
