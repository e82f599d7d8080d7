//! The language of error texts: the mandator's.

use serde::Deserialize;

/// Languages in which Kontor speaks to an ERP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    #[default]
    En,
    De,
}

impl Language {
    /// ISO 639-1 code, lower case.
    pub fn iso(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::De => "de",
        }
    }
}
