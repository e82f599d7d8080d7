//! Takes records over, some in one transaction each time, which also keeps that they were taken over: whatever cuts an import off,
//! the next one goes on exactly there.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::element::Element;
use super::kinds::{DOCUMENTS, DROPPED, How, Kind, STOCK};
use super::report::{Tally, Trouble};
use super::shapes::{self, Step};
use super::spool::written;
use crate::config::{Settings, User};
use crate::domain::failure::Blame;
use crate::domain::{Failure, ItemId, MandatorId, Reader, code};
use crate::operations::attributes;
use crate::operations::within::{self, FormerlyNamed, TakenOver};
use crate::store::moved::{self, MovedRow, Moving};
use crate::store::numbers::Number;
use crate::store::{Conn, Tx, sets};
use crate::xml::Node;

/// Whose records are taken over, and how.
#[derive(Clone)]
pub(super) struct Mover {
    pub(super) settings: Arc<Settings>,
    pub(super) user: User,
    pub(super) source: String,
    pub(super) mandator_id: MandatorId,
    /// Everything is undone in the end.
    pub(super) rehearsal: bool,
}

/// Numbers of the source that have one here, by kind.
type Here = BTreeMap<(&'static str, String), MovedRow>;

impl Mover {
    fn moving(&self) -> Moving<'_> {
        Moving { source: &self.source, mandator_id: self.mandator_id }
    }

    fn reader(&self) -> Reader {
        Reader { language: self.settings.language_of(self.mandator_id), ..Reader::ADMIN }
    }

    /// Takes some records over.
    pub(super) fn take(&self, tx: &mut Tx<'_>, kind: &'static Kind, records: &[String]) -> Result<Tally, Failure> {
        tx.quietly();
        let mut tally = Tally::default();
        for text in records {
            let record = within::read(&self.settings, text, Element::of)?;
            self.take_record(tx, kind, record, &mut tally)?;
        }
        Ok(tally)
    }

    fn take_record(&self, tx: &mut Tx<'_>, kind: &'static Kind, mut record: Element, tally: &mut Tally) -> Result<(), Failure> {
        let Some(key) = record.get(kind.id).map(str::to_owned) else {
            let failure = Failure::missing(kind.id);
            tally.troubles.push(Trouble { key: "?".to_owned(), text: failure.text(self.reader()) });
            return Ok(());
        };
        let digest = record.digest();
        let known = moved::of_keys(&mut tx.conn, self.moving(), kind.name, std::slice::from_ref(&key))?.remove(&key);
        if known.as_ref().is_some_and(|known| known.digest == digest) {
            tally.unchanged += 1;
            return Ok(());
        }
        let fields = record.fields().into_iter().filter(|name| !kind.read_only.contains(name)).collect::<Vec<_>>().join(" ");
        let now = written(tx.stamp);
        let done = tx.savepoint(|tx| {
            shapes::complete(kind, &mut record, self.mandator_id.0, &now);
            let taken = self.bring(tx, kind, &mut record, known.as_ref())?;
            self.keep(tx, kind, &key, (digest, fields), &taken)?;
            Ok(taken)
        });
        match done {
            Ok(taken) => {
                if known.is_some() {
                    tally.changed += 1
                } else {
                    tally.new += 1
                }
                if kind.number.is_some() && key != taken.id.to_string() {
                    tally.renumbered.push((key, taken.id));
                }
            }
            Err(failure) if failure.code.blame == Blame::Server => return Err(failure),
            Err(failure) => tally.troubles.push(Trouble { key: shown(kind, &record, &key), text: failure.text(self.reader()) }),
        }
        Ok(())
    }

    /// Keeps that a record was taken over. Two records of the source cannot be one here.
    fn keep(
        &self,
        tx: &mut Tx<'_>,
        kind: &'static Kind,
        key: &str,
        (digest, fields): (String, String),
        taken: &TakenOver,
    ) -> Result<(), Failure> {
        let moving = self.moving();
        if kind.number.is_some() {
            let others = moved::keys_of(&mut tx.conn, moving, kind.name, taken.id)?;
            if let Some(other) = others.iter().find(|other| *other != key) {
                return Err(Failure::new(code::MOVE_SHARED, [other, &taken.id.to_string()]));
            }
        }
        let row = |kind: &str, key: String, id: i32, digest: String, fields: String| MovedRow {
            source: self.source.clone(),
            mandator_id: self.mandator_id,
            kind: kind.to_owned(),
            source_key: key,
            record_id: Some(id),
            digest,
            fields,
            moved_at: 0,
        };
        for (kind, there, here) in &taken.inside {
            moved::save(tx, row(kind, there.to_string(), *here, String::new(), String::new()))?;
        }
        moved::save(tx, row(kind.name, key.to_owned(), taken.id, digest, fields))
    }

    fn bring(&self, tx: &mut Tx<'_>, kind: &'static Kind, record: &mut Element, known: Option<&MovedRow>) -> Result<TakenOver, Failure> {
        let here = self.here(&mut tx.conn, kind, record)?;
        self.rewrite(kind, record, &here)?;
        let known_id = known.and_then(|known| known.record_id);
        if let How::Own(take) = &kind.how {
            shapes::empty_lists(kind, record, known.map(|known| known.fields.as_str()));
            let text = record.xml();
            let (settings, user) = (&self.settings, &self.user);
            return within::working(tx, settings, user, |work| within::read(settings, &text, |node| take(work, node, known_id)));
        }
        if kind.name == STOCK && self.is_set(tx, record)? {
            // Its stock is what its components allow.
            return Ok(TakenOver { id: record.number("item_id").unwrap_or_default(), ..TakenOver::default() });
        }
        let there = self.values(&mut tx.conn, kind, record)?;
        let mut taken = TakenOver { id: known_id.unwrap_or_default(), ..TakenOver::default() };
        let steps = shapes::steps(kind, record, known.map(|known| known.fields.as_str()));
        for (index, step) in steps.into_iter().enumerate() {
            let here = if index == 0 { known_id } else { Some(taken.id) };
            let answer = self.call(tx, kind, step, here, record.number(kind.id))?;
            taken.id = answer.id.or(here).or(record.number(kind.id)).unwrap_or_default();
            for (name, id) in answer.values {
                if let Some((_, number)) = there.iter().find(|(known, _)| *known == name)
                    && !taken.inside.contains(&(value_kind(kind), *number, id))
                {
                    taken.inside.push((value_kind(kind), *number, id));
                }
            }
        }
        let had = shapes::formerly_named(kind, record);
        if had != FormerlyNamed::default() {
            let (settings, user, id) = (&self.settings, &self.user, taken.id);
            within::working(tx, settings, user, |work| attributes::remember(work, kind.name, self.mandator_id, id, &had))?;
        }
        Ok(taken)
    }

    fn is_set(&self, tx: &mut Tx<'_>, record: &Element) -> Result<bool, Failure> {
        let item_id = ItemId(record.number("item_id").unwrap_or_default());
        Ok(!sets::components_of(&mut tx.conn, &[item_id])?.is_empty())
    }

    /// Makes the call that brings a record, or a part of it.
    fn call(&self, tx: &mut Tx<'_>, kind: &Kind, step: Step, here: Option<i32>, there: Option<i32>) -> Result<Brought, Failure> {
        let How::Call { update, .. } = &kind.how else { return Ok(Brought::default()) };
        let Step { mut record, wishes } = step;
        shapes::name(kind, &mut record, here.filter(|_| kind.number.is_some())).map_err(Failure::missing)?;
        let dry_run = if self.rehearsal { " dry_run=\"true\"" } else { "" };
        let document = format!("<request method=\"{update}\"{dry_run}>{}</request>", record.xml());
        let own = kind.number.filter(|_| here.is_none()).zip(there);
        let wishes: Vec<(Number, i32)> = own.into_iter().chain(wishes).collect();
        let answer =
            wished(tx, &wishes, &mut |tx| within::working(tx, &self.settings, &self.user, |work| within::handle(work, update, &document)))?;
        within::read(&self.settings, &answer, |root| brought(kind, root))
    }

    /// What of the records that a record names was taken over.
    fn here(&self, conn: &mut Conn<'_>, kind: &Kind, record: &Element) -> Result<Here, Failure> {
        let mut asked: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
        record.each(&mut |element| {
            if let Some(named) = kind.names(&element.name) {
                asked.entry(named).or_default().push(element.text.trim().to_owned());
            }
        });
        let mut here = Here::new();
        for (named, keys) in asked {
            let found = moved::of_keys(conn, self.moving(), named, &keys)?;
            here.extend(found.into_iter().map(|(key, row)| ((named, key), row)));
        }
        Ok(here)
    }

    /// Writes the numbers of this installation for those of the source.
    fn rewrite(&self, kind: &Kind, record: &mut Element, here: &Here) -> Result<(), Failure> {
        let own_id = record.get(kind.id).map(str::to_owned).filter(|_| kind.number.is_some());
        let mut missing = None;
        record.retain(&mut |element| {
            let text = element.text.trim().to_owned();
            let Some(named) = kind.names(&element.name).filter(|_| !text.is_empty()) else { return true };
            let row = here.get(&(named, text.clone())).and_then(|row| row.record_id);
            match row {
                Some(id) => element.text = id.to_string(),
                None if kind.needs.contains(&element.name.as_str()) => {
                    missing.get_or_insert((named, text));
                }
                None => return !DROPPED.contains(&element.name.as_str()),
            }
            true
        });
        if let Some(id) = own_id {
            record.set(kind.id, id);
        }
        match missing {
            Some((named, text)) => Err(Failure::new(code::MOVE_MISSING, [named, &text])),
            None => Ok(()),
        }
    }

    /// The names of the values inside a record with their numbers in the source. Those that are here get their number here.
    fn values(&self, conn: &mut Conn<'_>, kind: &Kind, record: &mut Element) -> Result<Vec<(String, i32)>, Failure> {
        let Some((list, _, id, _)) = shapes::values_of(kind) else { return Ok(Vec::new()) };
        let name = shapes::value_name(id);
        let mut there = Vec::new();
        for value in record.child_mut(list).map(|list| list.children.as_mut_slice()).unwrap_or_default() {
            let (Some(number), Some(called)) = (value.number(id), value.get(name).map(str::to_owned)) else { continue };
            there.push((called, number));
            let known = moved::of_keys(conn, self.moving(), value_kind(kind), &[number.to_string()])?;
            if let Some(here) = known.into_values().next().and_then(|row| row.record_id) {
                value.set(id, here.to_string());
                value.set("here", "true");
            }
        }
        Ok(there)
    }
}

fn value_kind(kind: &Kind) -> &'static str {
    match kind.name {
        "attribute" => super::kinds::ATTRIBUTE_VALUE,
        _ => super::kinds::VARIANT_VALUE,
    }
}

/// How a record is named in the list of what was not taken over.
fn shown(kind: &Kind, record: &Element, key: &str) -> String {
    const NAMES: [&str; 6] =
        ["internal_item_number", "order_number", "customer_number", "external_id", "identifier", "attribute_identifier"];
    let name = NAMES.iter().find_map(|name| record.get(name)).filter(|name| *name != key);
    match name {
        Some(name) if kind.name != DOCUMENTS => format!("{key} ({name})"),
        _ => key.to_owned(),
    }
}

/// What a call says about the record that it brought.
#[derive(Debug, Default, PartialEq, Eq)]
struct Brought {
    id: Option<i32>,
    /// Values inside it: name and number.
    values: Vec<(String, i32)>,
}

fn brought(kind: &Kind, root: Node<'_>) -> Result<Brought, Failure> {
    let Some(report) = root.children().find(|child| child.name() == "report") else { return Ok(Brought::default()) };
    if report.attribute("return_code").is_some_and(|code| code.trim().starts_with('-')) {
        let text = report.child("error_description").map(|node| node.text().trim().to_owned()).unwrap_or_default();
        return Err(Failure::new(code::NOT_MOVED, [&text]));
    }
    let said = Element::of(report)?;
    let keys = said.children.iter().find(|child| child.child(kind.id).is_some());
    let id = keys.and_then(|keys| keys.number(kind.id));
    let mut values = Vec::new();
    if let (Some((list, _, id, _)), Some(keys)) = (shapes::values_of(kind), keys) {
        let name = shapes::value_name(id);
        let entries = keys.child(list).map(|list| list.children.as_slice()).unwrap_or_default();
        values.extend(entries.iter().filter_map(|value| Some((value.get(name)?.to_owned(), value.number(id)?))));
    }
    Ok(Brought { id, values })
}

/// Runs a call with the numbers that its new records are to get.
fn wished<T>(tx: &mut Tx<'_>, wishes: &[(Number, i32)], call: &mut dyn FnMut(&mut Tx<'_>) -> Result<T, Failure>) -> Result<T, Failure> {
    match wishes.split_first() {
        Some(((number, wish), rest)) => number.wished(tx, Some(*wish), |tx| wished(tx, rest, call)),
        None => call(tx),
    }
}
