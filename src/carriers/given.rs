//! Reading `[carriers.settings]`.

use super::registry::CarrierFault;
use crate::config::CarrierAccount;

/// The settings that somebody gave an account.
#[derive(Clone, Copy)]
pub(super) struct Given<'a> {
    account: &'a CarrierAccount,
}

impl<'a> Given<'a> {
    /// With no other keys than these.
    pub(super) fn of(account: &'a CarrierAccount, keys: &[&str]) -> Result<Given<'a>, CarrierFault> {
        let given = Given { account };
        match account.settings.keys().find(|key| !keys.contains(&key.as_str())) {
            Some(key) => Err(given.fault(key, format!("is not a setting of this carrier; use one of {}", keys.join(", ")))),
            None => Ok(given),
        }
    }

    pub(super) fn fault(self, key: &str, wrong: impl Into<String>) -> CarrierFault {
        CarrierFault { carrier: self.account.identifier.clone(), key: key.to_owned(), wrong: wrong.into() }
    }

    pub(super) fn value(self, key: &str) -> Option<&'a toml::Value> {
        self.account.settings.get(key)
    }

    pub(super) fn text(self, key: &str) -> Result<Option<String>, CarrierFault> {
        match self.value(key) {
            None => Ok(None),
            Some(toml::Value::String(text)) if !text.trim().is_empty() => Ok(Some(text.trim().to_owned())),
            Some(_) => Err(self.fault(key, "is no text, or empty")),
        }
    }

    pub(super) fn needed(self, key: &str) -> Result<String, CarrierFault> {
        self.text(key)?.ok_or_else(|| self.fault(key, "is missing"))
    }

    pub(super) fn flag(self, key: &str) -> Result<bool, CarrierFault> {
        match self.value(key) {
            None => Ok(false),
            Some(toml::Value::Boolean(flag)) => Ok(*flag),
            Some(_) => Err(self.fault(key, "is neither true nor false")),
        }
    }

    /// Words of a list, in capitals.
    pub(super) fn words(self, key: &str, default: &[&str]) -> Result<Vec<String>, CarrierFault> {
        let Some(value) = self.value(key) else { return Ok(default.iter().map(|&word| word.to_owned()).collect()) };
        let words: Option<Vec<String>> =
            value.as_array().and_then(|list| list.iter().map(|word| Some(word.as_str()?.trim().to_uppercase())).collect());
        words.ok_or_else(|| self.fault(key, "is no list of texts"))
    }
}
