//! Secrets in an environment variable or in a file instead of the configuration.

use std::path::{Path, PathBuf};

/// Where secrets may come from; a value of its own so that tests need not touch the process environment.
pub(super) struct Secrets<'a> {
    pub env: &'a dyn Fn(&str) -> Option<String>,
    /// Relative secret files start here: the folder of the configuration file.
    pub folder: &'a Path,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    Env,
    File,
}

impl Origin {
    /// `password_env` → (`password`, Env).
    pub(crate) fn of(key: &str) -> Option<(&str, Origin)> {
        let split = key.strip_suffix("_env").map(|base| (base, Origin::Env));
        split.or_else(|| key.strip_suffix("_file").map(|base| (base, Origin::File))).filter(|(base, _)| !base.is_empty())
    }
}

impl Secrets<'_> {
    /// The secret, or what is wrong with its source. Never shows the secret itself.
    pub(crate) fn fetch(&self, origin: Origin, name: &str) -> Result<String, String> {
        let value = match origin {
            Origin::Env => (self.env)(name)
                .ok_or_else(|| format!("environment variable \"{name}\" is not set; set it in the environment of the kontor process"))?,
            Origin::File => {
                let path = resolve(self.folder, name);
                let text = std::fs::read_to_string(&path)
                    .map_err(|e| format!("file \"{}\" cannot be read: {e}; create it with the secret as its only line", path.display()))?;
                // Editors and `echo` end a file with a newline that is not part of the secret.
                text.trim_end_matches(['\r', '\n']).to_owned()
            }
        };
        if value.is_empty() {
            let place = if origin == Origin::Env { "environment variable" } else { "file" };
            return Err(format!("{place} \"{name}\" is empty; put the secret there"));
        }
        Ok(value)
    }
}

/// A path in the configuration is relative to the configuration's folder, wherever the process was started.
pub(super) fn resolve(folder: &Path, name: &str) -> PathBuf {
    folder.join(name)
}
