//! Which template a mail takes: the merchant's own, by account, mandator and language, else a built-in one.

use std::sync::LazyLock;

use crate::config::{Mail, MailTemplate, TemplateScope};
use crate::domain::mail::MailEvent;
use crate::domain::{AccountId, MandatorId};

macro_rules! built_in {
    ($($event:ident $language:literal $file:literal),+ $(,)?) => {
        /// The templates of this program.
        const BUILT_IN: &[(MailEvent, &str, &str)] = &[$((MailEvent::$event, $language, include_str!(concat!("builtin/", $file)))),+];
    };
}

built_in! {
    Confirmed "de" "confirmed.de.txt",
    Confirmed "en" "confirmed.en.txt",
    Paid "de" "paid.de.txt",
    Paid "en" "paid.en.txt",
    Shipped "de" "shipped.de.txt",
    Shipped "en" "shipped.en.txt",
    Cancelled "de" "cancelled.de.txt",
    Cancelled "en" "cancelled.en.txt",
    Refunded "de" "refunded.de.txt",
    Refunded "en" "refunded.en.txt",
}

type Parsed = Vec<(MailEvent, &'static str, MailTemplate)>;

static PARSED: LazyLock<Parsed> =
    LazyLock::new(|| BUILT_IN.iter().filter_map(|(event, language, text)| Some((*event, *language, MailTemplate::parse(text)?))).collect());

/// A template, its language, and whose it is, for people.
#[derive(Debug)]
pub(super) struct Chosen<'t> {
    pub(super) template: &'t MailTemplate,
    pub(super) language: &'t str,
    pub(super) whose: String,
}

/// The best language of these in which there is a template; in it, the most special one.
pub(super) fn choose<'t>(
    mail: &'t Mail,
    event: MailEvent,
    mandator_id: MandatorId,
    account_id: Option<AccountId>,
    languages: &'t [String],
) -> Option<Chosen<'t>> {
    let scopes = account_id.map(TemplateScope::Account).into_iter().chain([TemplateScope::Mandator(mandator_id), TemplateScope::All]);
    let scopes: Vec<TemplateScope> = scopes.collect();
    languages.iter().find_map(|language| {
        let own = scopes.iter().find_map(|scope| Some((*scope, mail.templates.get(&(*scope, event, language.clone()))?)));
        if let Some((scope, template)) = own {
            let whose = match scope {
                TemplateScope::Account(id) => format!("of account {id}"),
                TemplateScope::Mandator(id) => format!("of mandator {id}"),
                TemplateScope::All => "of the folder".to_owned(),
            };
            return Some(Chosen { template, language, whose });
        }
        let built_in = PARSED.iter().find(|(of, spoken, _)| *of == event && spoken == language)?;
        Some(Chosen { template: &built_in.2, language, whose: "built in".to_owned() })
    })
}

#[cfg(test)]
mod tests {
    use super::PARSED;
    use crate::domain::mail::MailEvent;
    use crate::domain::template;

    #[test]
    fn there_is_a_sound_template_of_each_mail_in_both_languages() {
        assert_eq!(PARSED.len(), 2 * MailEvent::ALL.len());
        for (event, language, template) in PARSED.iter() {
            for part in [&template.subject, &template.text] {
                assert_eq!(template::check(part), Ok(()), "{} {language}", event.word());
            }
        }
    }
}
