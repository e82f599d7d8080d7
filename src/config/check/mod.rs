//! From `RawFile` to `Settings`. A check never stops at a fault: it notes it and goes on with a harmless value, and
//! `load` throws the settings away when there is any fault.

mod accounts;
mod alarms;
mod documents;
mod exposed;
mod mail;
mod mail_templates;
mod master;
mod order_lists;
mod payments;
mod preparation;
mod process;
mod users;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use secrecy::SecretString;

use super::fault::{Fault, define};
use super::given::{Connectors, Overrides};
use super::raw::RawFile;
use super::read::{Places, Problem};
use super::secret::{Origin, Secrets};
use super::{Alarms, FileFolder, Settings};

/// Ids on the wire fit 31 bits.
const IDS: RangeInclusive<i64> = 1..=i32::MAX as i64;

pub(super) fn check(c: &mut Checker<'_>, raw: RawFile, over: &Overrides, connectors: &Connectors<'_>) -> Settings {
    let server = process::server(c, raw.server, over);
    let patience = process::patience(c, &raw.database);
    let database = process::database(c, raw.database, over);
    let limits = process::limits(c, raw.limits);
    let replay = process::replay(c, &raw.replay);
    let dispatch = process::dispatch(c, raw.dispatch);
    let calls = process::calls(c, &raw.calls);
    let mandators = master::mandators(c, raw.mandators);
    let (of_documents, of_media) = (FileFolder::documents(&database, c.secrets.folder), FileFolder::media(&database, c.secrets.folder));
    let documents = documents::file_folder(c, "documents", raw.documents, of_documents);
    let media = documents::file_folder(c, "media", raw.media, of_media);
    let sellers = documents::sellers(c, raw.sellers, &mandators);
    let warehouses = master::warehouses(c, raw.warehouses, &mandators);
    let pricelists = master::pricelists(c, raw.pricelists, &mandators);
    let sub_channels = master::sub_channels(c, raw.sub_channels);
    let payment_methods = master::payment_methods(c, raw.payment_methods);
    let order_tags = order_lists::order_tags(c, raw.order_tags, &mandators);
    let shipping_carriers = order_lists::shipping_carriers(c, raw.shipping_carriers);
    let dispatch_types = order_lists::dispatch_types(c, raw.dispatch_types);
    let suppliers = master::suppliers(c, raw.suppliers, &mandators);
    let media_types = master::media_types(c, raw.media_module_types, &mandators);
    let payments = payments::payments(c, raw.payments, &mandators, &payment_methods);
    let users = users::users(c, raw.users, &mandators);
    let mut settings = Settings {
        server,
        database: SecretString::from(database),
        patience,
        limits,
        replay,
        dispatch,
        calls,
        users,
        documents,
        media,
        mandators,
        sellers,
        warehouses,
        pricelists,
        sub_channels,
        accounts: Vec::new(),
        payment_methods,
        order_tags,
        shipping_carriers,
        dispatch_types,
        carriers: Vec::new(),
        suppliers,
        media_types,
        mail: None,
        alarms: Alarms::default(),
        payments,
        demo: false,
    };
    settings.accounts = accounts::accounts(c, raw.accounts, &settings, connectors);
    settings.carriers = documents::carriers(c, raw.carriers, &settings.mandators, connectors);
    settings.mail = mail::mail(c, raw.mail, &settings, connectors);
    settings.alarms = alarms::alarms(c, raw.alarms, settings.mail.as_ref());
    exposed::warn(c, &settings, connectors);
    settings
}

/// What every check needs: where things are, where secrets come from, and the faults so far.
pub(super) struct Checker<'a> {
    file: String,
    text: &'a str,
    places: Places,
    secrets: Secrets<'a>,
    pub faults: Vec<Fault>,
    pub warnings: Vec<Fault>,
}

impl<'a> Checker<'a> {
    pub(crate) fn new(file: &str, text: &'a str, secrets: Secrets<'a>) -> Self {
        let places = Places::new();
        Checker { file: file.to_owned(), text, places, secrets, faults: Vec::new(), warnings: Vec::new() }
    }

    pub(crate) fn know_places(&mut self, places: Places) {
        self.places = places;
    }

    pub(crate) fn problem(&mut self, problem: Problem) {
        let fault = self.at(Some(problem.offset), problem.path, problem.text);
        self.faults.push(fault);
    }

    fn at(&self, offset: Option<usize>, path: String, text: String) -> Fault {
        let (line, column) = offset.map_or((0, 0), |o| line_and_column(self.text, o));
        // A quoted value may hold line breaks; a fault is one line.
        let text = text.replace('\n', "\\n").replace('\r', "\\r");
        Fault { file: self.file.clone(), line, column, path, text }
    }

    /// The place of a path; of the table around it where the key itself is missing.
    fn offset(&self, path: &str) -> Option<usize> {
        let mut path = path;
        loop {
            if let Some(offset) = self.places.get(path) {
                return Some(*offset);
            }
            path = path.get(..path.rfind(['.', '['])?)?;
        }
    }

    fn line(&self, path: &str) -> usize {
        self.offset(path).map_or(0, |o| line_and_column(self.text, o).0)
    }

    fn fault(&mut self, path: &str, text: impl Into<String>) {
        self.fault_at(path, path, text);
    }

    /// A fault of the key `path` that is best shown at another place, such as one entry of its list.
    fn fault_at(&mut self, place: &str, path: &str, text: impl Into<String>) {
        let fault = self.at(self.offset(place), path.to_owned(), text.into());
        self.faults.push(fault);
    }

    fn warn(&mut self, path: &str, text: impl Into<String>) {
        let warning = self.at(self.offset(path), path.to_owned(), text.into());
        self.warnings.push(warning);
    }

    /// A key that reading already took out is not missing.
    fn missing(&mut self, path: &str, expected: &str) {
        if !self.faults.iter().any(|f| f.path == path) {
            self.fault(path, format!("missing; expected {expected}"));
        }
    }

    fn required(&mut self, path: &str, value: Option<String>, expected: &str) -> String {
        match value {
            Some(text) if text.trim().is_empty() => {
                self.fault(path, format!("\"{text}\" is empty; expected {expected}"));
                text
            }
            Some(text) => text,
            None => {
                self.missing(path, expected);
                String::new()
            }
        }
    }

    /// A number that has no default.
    fn count(&mut self, path: &str, value: Option<i64>, range: RangeInclusive<u64>) -> u64 {
        let (least, most) = (*range.start(), *range.end());
        let Some(value) = value else {
            self.missing(path, &format!("a whole number from {least} to {most}"));
            return least;
        };
        u64::try_from(value).ok().filter(|number| range.contains(number)).unwrap_or_else(|| {
            self.fault(path, format!("{value} is out of range; expected {least} to {most}"));
            least
        })
    }

    fn number(&mut self, path: &str, value: Option<i64>, default: u64, range: RangeInclusive<u64>) -> u64 {
        let Some(value) = value else { return default };
        match u64::try_from(value) {
            Ok(number) if range.contains(&number) => number,
            _ => {
                let (least, most) = (range.start(), range.end());
                self.fault(path, format!("{value} is out of range; expected {least} to {most}, default {default}"));
                default
            }
        }
    }

    /// For sizes: `usize` has at least 32 bits on every platform Kontor runs on, and the ranges stay below.
    fn size(&mut self, path: &str, value: Option<i64>, default: usize, range: RangeInclusive<u64>) -> usize {
        let default = u64::try_from(default).unwrap_or(u64::MAX);
        usize::try_from(self.number(path, value, default, range)).unwrap_or(usize::MAX)
    }

    fn required_id(&mut self, path: &str, value: Option<i64>) -> i32 {
        if value.is_none() {
            self.missing(path, "a whole number from 1 to 2147483647");
        }
        self.optional_id(path, value).unwrap_or_default()
    }

    fn optional_id(&mut self, path: &str, value: Option<i64>) -> Option<i32> {
        let value = value?;
        if !IDS.contains(&value) {
            self.fault(path, format!("{value} is out of range; ids are whole numbers from 1 to 2147483647"));
            return None;
        }
        i32::try_from(value).ok()
    }

    /// Notes every key that occurs twice. `keys` are the paths and the words that must differ; an empty word is
    /// one that has its own fault already.
    fn unique(&mut self, keys: impl IntoIterator<Item = (String, String)>) {
        let mut seen: BTreeMap<String, String> = BTreeMap::new();
        for (path, word) in keys {
            if word.is_empty() || word == "0" {
                continue;
            }
            match seen.get(&word) {
                Some(first) => {
                    let line = self.line(first);
                    self.fault(&path, format!("\"{word}\" is already taken in line {line}; choose another one"));
                }
                None => {
                    seen.insert(word, path);
                }
            }
        }
    }

    /// A reference to something defined elsewhere in the file. Id 0 stands for one that has its own fault.
    fn known_id<I: Copy + Default + PartialEq + std::fmt::Display>(&mut self, path: &str, id: I, kind: &str, section: &str, known: &[I]) {
        let none = I::default();
        if id != none && !known.contains(&id) {
            let known: Vec<String> = known.iter().filter(|k| **k != none).map(I::to_string).collect();
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let remedy = define(section, &id.to_string(), &known);
            self.fault(path, format!("{kind} {id} is not defined; {remedy}"));
        }
    }

    /// The one source of a secret out of `key`, `key_env` and `key_file`, and its path.
    fn secret(&mut self, section: &str, key: &str, given: [Option<String>; 3]) -> Option<(String, String)> {
        let paths = [format!("{section}.{key}"), format!("{section}.{key}_env"), format!("{section}.{key}_file")];
        let mut sources = given.into_iter().zip(paths).zip([None, Some(Origin::Env), Some(Origin::File)]);
        let mut sources = sources.by_ref().filter_map(|((value, path), origin)| Some((value?, path, origin)));
        let (value, path, origin) = sources.next()?;
        if let Some((_, second, _)) = sources.next() {
            let first = path.rsplit('.').next().unwrap_or(&path).to_owned();
            self.fault(&second, format!("given beside {first}; keep only one of {key}, {key}_env and {key}_file"));
        }
        let Some(origin) = origin else {
            return Some((value, path));
        };
        match self.secrets.fetch(origin, &value) {
            Ok(value) => Some((value, path)),
            Err(text) => {
                self.fault(&path, text);
                None
            }
        }
    }
}

/// From 1, columns in characters.
fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |i| i + 1);
    let column = before.get(line_start..).unwrap_or_default().chars().count();
    (before.matches('\n').count() + 1, column + 1)
}
