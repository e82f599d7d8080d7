//! What the kinds of texts allow (`item-calls.md` 1, notes: an over-long text is an error of its record).
//!
//! Kinds that nobody defined allow everything, as do limits that are not set: ERPs use numbers of their own.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::item::TextModule;
use crate::domain::lookup::TextType;
use crate::domain::{Failure, FieldName, MandatorId, Place, code};
use crate::operations::wire::{Bundle, Patch};
use crate::store::Conn;
use crate::store::lookups;

/// The limits of some mandators, by mandator and kind.
#[derive(Debug, Default)]
pub(crate) struct TextLimits(BTreeMap<(MandatorId, i32), TextType>);

impl TextLimits {
    pub(crate) fn read(conn: &mut Conn<'_>, mandators: impl Iterator<Item = MandatorId>) -> Result<TextLimits, Failure> {
        let mut limits = TextLimits::default();
        for mandator_id in mandators.collect::<BTreeSet<_>>() {
            for row in lookups::of_mandator(conn, mandator_id)? {
                limits.0.insert((mandator_id, row.id), row.document()?);
            }
        }
        Ok(limits)
    }

    /// Checks the texts of one record.
    pub(crate) fn check(&self, mandator_id: MandatorId, texts: &Bundle<TextModule>) -> Result<(), Failure> {
        for module in &texts.entries {
            let Some(limit) = self.0.get(&(mandator_id, module.text_module_type)) else { continue };
            for translation in &module.translations {
                let Patch::Set(text) = &translation.text else { continue };
                let place = |failure: Failure| {
                    failure
                        .within(Place::Valued(FieldName("language_code_iso"), translation.language_code_iso.clone()))
                        .within(Place::Valued(FieldName("text_module_type"), module.text_module_type.to_string()))
                        .within("text_modules")
                };
                check(limit, text).map_err(place)?;
            }
        }
        Ok(())
    }
}

fn check(limit: &TextType, text: &str) -> Result<(), Failure> {
    let length = text.chars().count();
    if let Some(longest) = limit.max_length.and_then(|longest| usize::try_from(longest).ok()).filter(|longest| length > *longest) {
        return Err(Failure::new(code::TOO_LONG, [&length.to_string(), &longest.to_string()]));
    }
    match first_markup(text) {
        Some(markup) if limit.is_html == Some(false) => Err(Failure::new(code::HTML_NOT_ALLOWED, [markup])),
        _ => Ok(()),
    }
}

/// The first tag or comment. A lone `<`, as in `a < b`, is none.
fn first_markup(text: &str) -> Option<&str> {
    text.match_indices('<').find_map(|(at, _)| {
        let rest = text.get(at..)?;
        let inner = rest.get(1..)?.trim_start_matches('/');
        let opens = inner.starts_with(|c: char| c.is_ascii_alphabetic()) || inner.starts_with("!--");
        let end = rest.find('>')?;
        if opens { rest.get(..=end) } else { None }
    })
}

#[cfg(test)]
mod tests {
    use super::{TextType, check, first_markup};

    #[test]
    fn markup_is_told_from_signs() {
        for (text, markup) in [
            ("a < b > c", None),
            ("1 <2> 3", None),
            ("x<3", None),
            ("a <b>bold</b>", Some("<b>")),
            ("<br/>", Some("<br/>")),
            ("end</p>", Some("</p>")),
            ("<!-- c -->", Some("<!-- c -->")),
        ] {
            assert_eq!(first_markup(text), markup, "{text}");
        }
    }

    #[test]
    fn what_is_not_limited_is_allowed() {
        assert!(check(&TextType::default(), "<b>long</b>").is_ok());
        assert!(check(&TextType { max_length: Some(4), is_html: Some(true), ..TextType::default() }, "äöü€").is_ok());
        let failure = check(&TextType { max_length: Some(3), ..TextType::default() }, "äöü€").unwrap_err();
        assert_eq!(failure.code.name, "TOO_LONG");
        let failure = check(&TextType { is_html: Some(false), ..TextType::default() }, "a <b>b</b>").unwrap_err();
        assert_eq!(
            (failure.code.name, failure.args.first().map(|arg| arg.text(crate::domain::Reader::ADMIN))),
            ("HTML_NOT_ALLOWED", Some("<b>".into()))
        );
    }
}
