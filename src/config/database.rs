//! Where the database is: a path (SQLite) or a `postgres://` address.

use std::path::Path;

use super::secret::resolve;

/// The file beside the configuration that is used when `[database]` names none.
pub(super) const DEFAULT_FILE: &str = "kontor.sqlite";

pub(crate) fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

/// As the client library takes it, or an address without its slashes: as a path it would make a file with the password
/// in its name.
fn is_meant_for_postgres(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let keys = ["host=", "hostaddr=", "dbname=", "user=", "password="];
    text.starts_with("postgres:")
        || text.starts_with("postgresql:")
        || text.split_whitespace().any(|word| keys.iter().any(|key| word.starts_with(key)))
}

fn is_percent_encoded(url: &str) -> bool {
    url.split('%').skip(1).all(|rest| rest.len() >= 2 && rest.bytes().take(2).all(|byte| byte.is_ascii_hexdigit()))
}

/// The checked address; a relative SQLite path becomes one below `folder`.
pub(crate) fn address(folder: &Path, url: &str) -> Result<String, String> {
    if url.trim().is_empty() {
        return Err("is empty; write the path of an SQLite file or postgres://user@host/database".to_owned());
    }
    if is_postgres(url) {
        // The parser's own error may repeat the password; its kind is enough.
        return match url::Url::parse(url) {
            // The client library would quote the whole part.
            Ok(_) if !is_percent_encoded(url) => {
                Err("has a % without two hexadecimal digits behind it; write postgres://user@host/database, with \
                                                      special characters of the password percent-encoded (% itself as %25)"
                    .to_owned())
            }
            Ok(parsed) if parsed.path().len() > 1 => Ok(url.to_owned()),
            Ok(_) => Err("names no database; write postgres://user@host/database".to_owned()),
            Err(e) => Err(format!(
                "is not a valid address ({e}); write postgres://user@host/database, with special \
                                   characters of the password percent-encoded"
            )),
        };
    }
    if let Some((scheme, _)) = url.split_once("://") {
        return Err(format!(
            "\"{scheme}\" is not a known kind of database; write the path of an SQLite file or \
                            postgres://user@host/database"
        ));
    }
    if is_meant_for_postgres(url) {
        return Err("is not the path of a file; write an address of PostgreSQL as postgres://user@host/database".to_owned());
    }
    let path = resolve(folder, url);
    path.to_str().map(str::to_owned).ok_or_else(|| "the path is not valid UTF-8; choose another folder".to_owned())
}

/// Without the password, for logs and the demo's banner.
pub(crate) fn for_display(url: &str) -> String {
    if !is_postgres(url) {
        return url.to_owned();
    }
    match url::Url::parse(url) {
        // The query may hold a password too.
        Ok(parsed) => format!("postgres://{}{}", parsed.host_str().unwrap_or("localhost"), parsed.path()),
        Err(_) => "postgres://…".to_owned(),
    }
}

/// An SQLite file that is copied while it is in use lacks what is in the file beside it.
pub(crate) fn how_to_copy(url: &str) -> Option<String> {
    (!is_postgres(url))
        .then(|| format!("database {url}: to copy it, use kontor backup FILE; only when the gateway was stopped, the file alone is enough"))
}

/// Why an SQLite file cannot be opened or created there, before SQLite says only "unable to open database file".
pub(crate) fn folder_fault(url: &str) -> Option<String> {
    if is_postgres(url) {
        return None;
    }
    let path = Path::new(url);
    if path.is_dir() {
        return Some(format!("database \"{url}\" is a folder, expected a file; add a file name, such as {DEFAULT_FILE}"));
    }
    let folder = path.parent().filter(|f| !f.as_os_str().is_empty())?;
    (!folder.is_dir())
        .then(|| format!("database \"{url}\": folder \"{}\" does not exist; create it for the gateway's user only (install -d -m 700), or choose another path", folder.display()))
}

/// The folder of an SQLite file, if every user of the machine may look into it or even replace what is in it.
pub(crate) fn open_folder(url: &str) -> Option<&Path> {
    let folder = (!is_postgres(url)).then(|| Path::new(url).parent())??;
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    is_open(folder).then_some(folder)
}

#[cfg(unix)]
fn is_open(folder: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(folder).is_ok_and(|folder| folder.permissions().mode() & 0o007 != 0)
}

#[cfg(not(unix))]
fn is_open(_folder: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_meant_for_postgres_does_not_become_a_file_that_names_the_password() {
        for meant in ["postgres:u:S3cretPw@host", "PostgreSQL:/u:S3cretPw@host", "host=db password=S3cretPw", "dbname=kontor user=u"] {
            let fault = address(Path::new("/data"), meant).expect_err(meant);
            assert!(fault.starts_with("is not the path of a file") && !fault.contains("S3cret"), "{fault}");
        }
        assert_eq!(address(Path::new("/data"), "post=1.sqlite").as_deref(), Ok("/data/post=1.sqlite"));
    }
}
