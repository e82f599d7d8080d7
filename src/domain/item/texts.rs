//! Texts by type and language.

use serde::{Deserialize, Serialize};

use crate::domain::document::Part;
use crate::domain::{Bundle, Patch};

/// A text in one language.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Translation {
    /// ISO 639-1, perhaps with a region: de, de-DE.
    pub language_code_iso: String,
    /// Unset in an update: the stored one is removed.
    #[serde(skip_serializing_if = "Patch::is_unset")]
    pub text: Patch<String>,
}

/// A word for people, and what it is known by: the ERP's own word, which stays the same where a name is translated or changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Word {
    pub key: String,
    pub name: String,
}

impl Word {
    /// The same with a unit behind the name.
    pub(crate) fn in_unit(self, unit: Option<&str>) -> Word {
        match unit {
            Some(unit) => Word { name: format!("{} {unit}", self.name), ..self },
            None => self,
        }
    }
}

impl From<&str> for Word {
    fn from(word: &str) -> Word {
        Word { key: word.to_owned(), name: word.to_owned() }
    }
}

/// One text in its languages.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct TextModule {
    pub text_module_type: i32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub translations: Vec<Translation>,
}

/// By type and language; an empty text removes the stored one.
impl Part for Vec<TextModule> {
    type Update = Bundle<TextModule>;

    fn take(&mut self, newer: Bundle<TextModule>) {
        if newer.replace {
            self.clear();
        }
        for module in newer.entries {
            let kept = match self.iter().position(|kept| kept.text_module_type == module.text_module_type) {
                Some(at) => at,
                None => {
                    self.push(TextModule { text_module_type: module.text_module_type, translations: Vec::new() });
                    self.len().saturating_sub(1)
                }
            };
            let Some(kept) = self.get_mut(kept) else { continue };
            for mut translation in module.translations {
                // One with a region is kept as it was given.
                if !translation.language_code_iso.contains('-') {
                    translation.language_code_iso.make_ascii_lowercase();
                }
                kept.translations.retain(|t| !t.language_code_iso.eq_ignore_ascii_case(&translation.language_code_iso));
                if !translation.text.is_unset() {
                    kept.translations.push(translation);
                }
            }
        }
        self.retain(|module| !module.translations.is_empty());
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

/// A list that is sent replaces the stored one.
impl Part for Vec<Translation> {
    type Update = Vec<Translation>;

    fn take(&mut self, newer: Vec<Translation>) {
        if !newer.is_empty() {
            *self = newer;
        }
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

/// The text, if there is more than blanks in it.
pub(crate) fn filled(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.trim().is_empty())
}

impl Translation {
    pub fn filled(&self) -> Option<&str> {
        filled(self.text.as_ref().map(String::as_str))
    }
}

pub(crate) fn in_language<'t>(translations: &'t [Translation], language: &str) -> Option<&'t str> {
    let exact = translations.iter().filter(|translation| translation.language_code_iso.eq_ignore_ascii_case(language));
    let regional = translations.iter().filter(|translation| is_of_language(&translation.language_code_iso, language));
    exact.chain(regional).find_map(Translation::filled)
}

/// Whether a code such as de-DE is of a language such as de.
pub(crate) fn is_of_language(code: &str, language: &str) -> bool {
    code.split(['-', '_']).next().is_some_and(|of| of.eq_ignore_ascii_case(language))
}

pub(crate) fn in_any_language(translations: &[Translation]) -> Option<&str> {
    translations.iter().find_map(Translation::filled)
}

/// The translations of a text module; none where all of them are empty.
pub(crate) fn module(texts: &[TextModule], module: i32) -> Option<&[Translation]> {
    let found = texts.iter().find(|text| text.text_module_type == module)?;
    in_any_language(&found.translations).map(|_| found.translations.as_slice())
}
