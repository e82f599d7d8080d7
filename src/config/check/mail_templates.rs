//! The folder with the merchant's templates of mails: `shipped.de.txt`, in it `mandator-1` and `account-1000` with their own.

use std::path::Path;

use super::Checker;
use crate::config::fault::remedy;
use crate::config::secret::resolve;
use crate::config::{MailTemplate, MailTemplates, Settings, TemplateScope};
use crate::domain::mail::MailEvent;
use crate::domain::{AccountId, MandatorId, template};

const PATH: &str = "mail.templates";
/// Bytes of a template.
const MOST_BYTES: u64 = 200_000;

/// What is in the folder. A file that means nothing is a fault: somebody believes that it is used.
pub(super) fn templates(c: &mut Checker<'_>, folder: &str, settings: &Settings) -> MailTemplates {
    let folder = resolve(c.secrets.folder, folder);
    let mut found = MailTemplates::new();
    let mut pages = Vec::new();
    let Some(entries) = entries(c, &folder) else { return found };
    for (name, path) in entries {
        if !path.is_dir() {
            file(c, TemplateScope::All, &name, &path, &mut found, &mut pages);
            continue;
        }
        let Some(scope) = scope(&name, settings) else {
            c.fault(
                PATH,
                format!("\"{}\" is no folder of templates; expected mandator-ID or account-ID with an id from this file", path.display()),
            );
            continue;
        };
        for (name, path) in self::entries(c, &path).unwrap_or_default() {
            file(c, scope, &name, &path, &mut found, &mut pages);
        }
    }
    for (key, page, path) in pages {
        match found.get_mut(&key) {
            Some(template) => template.html = Some(page),
            None => c.fault(PATH, format!("{path}: its text is missing; write the same mail without HTML beside it, as .txt")),
        }
    }
    found
}

type Key = (TemplateScope, MailEvent, String);

fn entries(c: &mut Checker<'_>, folder: &Path) -> Option<Vec<(String, std::path::PathBuf)>> {
    let read =
        std::fs::read_dir(folder).and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>());
    match read {
        Ok(paths) => {
            let named = paths.into_iter().filter_map(|path| Some((path.file_name()?.to_str()?.to_owned(), path)));
            // Those of editors and version control.
            let mut visible: Vec<_> = named.filter(|(name, _)| !name.starts_with('.') && !name.ends_with('~')).collect();
            visible.sort();
            Some(visible)
        }
        Err(error) => {
            c.fault(PATH, format!("\"{}\" cannot be read: {error}; expected a folder with templates", folder.display()));
            None
        }
    }
}

fn scope(name: &str, settings: &Settings) -> Option<TemplateScope> {
    let (kind, id) = name.split_once('-')?;
    let id: i32 = id.parse().ok()?;
    match kind {
        "account" => settings.account(AccountId(id)).map(|account| TemplateScope::Account(account.account_id)),
        "mandator" => settings.mandator(MandatorId(id)).map(|mandator| TemplateScope::Mandator(mandator.mandator_id)),
        _ => None,
    }
}

fn file(
    c: &mut Checker<'_>,
    scope: TemplateScope,
    name: &str,
    path: &Path,
    found: &mut MailTemplates,
    pages: &mut Vec<(Key, String, String)>,
) {
    let shown = path.display().to_string();
    let [word, language, kind] = *name.split('.').collect::<Vec<_>>() else {
        c.fault(PATH, format!("{shown}: expected a name such as shipped.de.txt or shipped.de.html"));
        return;
    };
    let known = MailEvent::ALL.map(MailEvent::word);
    let Some(event) = MailEvent::ALL.into_iter().find(|event| event.word() == word) else {
        c.fault(PATH, format!("{shown}: \"{word}\" is not known; {}", remedy(word, &known)));
        return;
    };
    if language.len() != 2 || !language.bytes().all(|b| b.is_ascii_lowercase()) || !matches!(kind, "txt" | "html") {
        c.fault(PATH, format!("{shown}: expected a language such as de, then txt or html: {word}.de.txt"));
        return;
    }
    let length = std::fs::metadata(path).map_or(0, |file| file.len());
    let text = match std::fs::read_to_string(path) {
        Ok(text) if length <= MOST_BYTES => text,
        Ok(_) => return c.fault(PATH, format!("{shown}: longer than {MOST_BYTES} bytes; shorten it")),
        Err(error) => return c.fault(PATH, format!("{shown}: cannot be read: {error}; expected a text in UTF-8")),
    };
    let key = (scope, event, language.to_owned());
    if kind == "html" {
        if let Err(fault) = template::check(&text) {
            c.fault(PATH, format!("{shown}: line {}: {}", fault.line, fault.text));
        }
        pages.push((key, text, shown));
        return;
    }
    let Some(template) = MailTemplate::parse(&text) else {
        return c.fault(PATH, format!("{shown}: expected \"Subject: …\" in the first line, and the text below"));
    };
    if let Err(fault) = template::check(&template.subject) {
        c.fault(PATH, format!("{shown}: line 1: {}", fault.text));
    }
    if let Err(fault) = template::check(&template.text) {
        // The text begins below the subject.
        let above = text.lines().count().saturating_sub(template.text.lines().count());
        c.fault(PATH, format!("{shown}: line {}: {}", fault.line.saturating_add(above), fault.text));
    }
    found.insert(key, template);
}
