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

/// Whether a text could be a language of content: `de`, `en-GB`.
pub(crate) fn is_language(text: &str) -> bool {
    let mut parts = text.split(['-', '_']);
    let language = parts.next().unwrap_or_default();
    let is_part = |part: &str| (2..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    matches!(language.len(), 2 | 3) && language.bytes().all(|byte| byte.is_ascii_alphabetic()) && parts.all(is_part)
}

#[cfg(test)]
mod tests {
    use super::is_language;

    #[test]
    fn a_language_is_letters_with_a_region_behind_them() {
        for text in ["de", "EN", "de-DE", "zh_Hans_CN", "gsw"] {
            assert!(is_language(text), "{text}");
        }
        for text in ["", "!!", "d", "german", "de-", "de DE", "de-!", "12"] {
            assert!(!is_language(text), "{text}");
        }
    }
}
