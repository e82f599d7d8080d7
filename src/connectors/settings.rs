//! Reads `[accounts.settings]` of one account: every key is known, has the right type, or the error says what to do.

use super::SetupError;
use crate::config::Account;

/// A key of a connector's `[accounts.settings]`; its documentation is generated from these.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    pub key: &'static str,
    pub takes: Takes,
    /// As it would be written. `None`: see `doc`.
    pub default: Option<&'static str>,
    pub required: bool,
    /// As it would be written, quotes included; `check` takes it.
    pub example: &'static str,
    /// One sentence or two, for the administrator.
    pub doc: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    Text,
    /// The path of a file that the account keeps for itself: no folder, and no file of another account.
    File,
    /// The path of a folder that the account has for itself.
    Folder,
    /// Never shown again.
    Secret,
    Whole {
        from: u32,
        to: u32,
    },
    Texts,
    /// `true` or `false`.
    Flag,
}

/// The settings table of an account whose keys are all known.
pub(crate) struct Keys<'a> {
    account: &'a Account,
}

impl<'a> Keys<'a> {
    /// Refuses keys outside `known`: a misspelt key would silently leave its default in force.
    pub(crate) fn new(account: &'a Account, known: &[Setting]) -> Result<Self, SetupError> {
        let keys = Keys { account };
        match account.settings.keys().find(|key| known.iter().all(|setting| setting.key != key.as_str())) {
            Some(key) => {
                let known: Vec<&str> = known.iter().map(|setting| setting.key).collect();
                Err(keys.fault(key, "is not a setting of this connector", &format!("use one of {}, or remove it", known.join(", "))))
            }
            None => Ok(keys),
        }
    }

    /// An error: place, what is wrong, remedy.
    pub(crate) fn fault(&self, key: &str, wrong: &str, remedy: &str) -> SetupError {
        SetupError::Setting {
            account_id: self.account.account_id,
            connector: self.account.connector.clone(),
            key: key.to_owned(),
            wrong: wrong.to_owned(),
            remedy: remedy.to_owned(),
        }
    }

    pub(crate) fn text(&self, key: &str, remedy: &str) -> Result<Option<String>, SetupError> {
        match self.account.settings.get(key) {
            None => Ok(None),
            Some(toml::Value::String(text)) if !text.trim().is_empty() => Ok(Some(text.trim().to_owned())),
            Some(toml::Value::String(_)) => Err(self.fault(key, "is empty", remedy)),
            Some(other) => Err(self.fault(key, &format!("has the type {}, expected a text in quotes", other.type_str()), remedy)),
        }
    }

    pub(crate) fn required_text(&self, key: &str, remedy: &str) -> Result<String, SetupError> {
        self.text(key, remedy)?.ok_or_else(|| self.fault(key, "is missing", remedy))
    }

    pub(crate) fn whole(&self, key: &str, allowed: std::ops::RangeInclusive<u32>, default: u32) -> Result<u32, SetupError> {
        let remedy = format!("give a whole number from {} to {}, or leave it out for {default}", allowed.start(), allowed.end());
        match self.account.settings.get(key) {
            None => Ok(default),
            Some(toml::Value::Integer(number)) => match u32::try_from(*number) {
                Ok(number) if allowed.contains(&number) => Ok(number),
                _ => Err(self.fault(key, &format!("{number} is out of range"), &remedy)),
            },
            Some(other) => Err(self.fault(key, &format!("has the type {}, expected a whole number", other.type_str()), &remedy)),
        }
    }

    pub(crate) fn flag(&self, key: &str, default: bool) -> Result<bool, SetupError> {
        match self.account.settings.get(key) {
            None => Ok(default),
            Some(toml::Value::Boolean(flag)) => Ok(*flag),
            Some(other) => {
                let remedy = format!("give true or false, or leave it out for {default}");
                Err(self.fault(key, &format!("has the type {}, expected true or false", other.type_str()), &remedy))
            }
        }
    }

    /// A list of texts; empty where the key is missing.
    pub(crate) fn texts(&self, key: &str, remedy: &str) -> Result<Vec<String>, SetupError> {
        let Some(value) = self.account.settings.get(key) else { return Ok(Vec::new()) };
        let list = value
            .as_array()
            .ok_or_else(|| self.fault(key, &format!("has the type {}, expected a list of texts", value.type_str()), remedy))?;
        list.iter()
            .map(|entry| match entry.as_str() {
                Some(text) => Ok(text.trim().to_owned()),
                None => Err(self.fault(key, &format!("holds the type {}, expected texts in quotes", entry.type_str()), remedy)),
            })
            .collect()
    }
}
