//! What products refer to: properties with their values, manufacturers, categories and files of pictures. Looked up for all rows of a call
//! at once; what is missing is made before the products are.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::rule::{Failure, Rule};
use super::super::split::halve;
use super::super::{ChannelError, OfferChange, OfferContent};
use super::Shopware;
use super::api::{MOST, any, one_of};
use super::ids::{self, is_id};
use super::ops::Ops;
use crate::domain::offer::Wanted;

/// What fetching the pictures of one call may take. What is left comes with the next one.
const MOST_TIME: Duration = Duration::from_secs(120);

/// What became of something that was looked for or made.
pub(super) type Made = Result<String, Rule>;

#[derive(Debug, Default)]
pub(super) struct Ground {
    /// By the name of the property and that of the value.
    options: BTreeMap<(String, String), Made>,
    manufacturers: BTreeMap<String, Made>,
    /// By address.
    pictures: BTreeMap<String, Made>,
    categories: BTreeSet<String>,
    /// The properties whose values Kontor keeps.
    kept: BTreeSet<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct Named {
    id: String,
    name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OptionNamed {
    id: String,
    group_id: String,
    name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    id: String,
    has_file: Option<bool>,
}

/// A record that is to be made, and under which key it is asked for.
pub(super) struct Wish<K> {
    pub key: K,
    pub id: String,
    pub ops: Ops,
}

fn wish<K>(key: K, id: String, entity: &'static str, record: Value) -> Wish<K> {
    let mut ops = Ops::default();
    ops.put(entity, record);
    Wish { key, id, ops }
}

/// That of a name: by its very letters, else whatever their case, else the one that Kontor made and somebody renamed.
fn named<'f>(found: &'f [Named], name: &str, made: &str) -> Option<&'f str> {
    let exact = found.iter().find(|record| record.name.as_deref() == Some(name));
    let same = || found.iter().find(|record| record.name.as_ref().is_some_and(|known| known.to_lowercase() == name.to_lowercase()));
    exact.or_else(same).or_else(|| found.iter().find(|record| record.id == made)).map(|record| record.id.as_str())
}

/// The pairs of property and value that an offer needs.
fn pairs(content: &OfferContent, attributes: &[String]) -> Vec<(String, String)> {
    let options = content.variant.iter().flat_map(|variant| &variant.options);
    let mut pairs: Vec<(String, String)> = options.map(|(group, value)| (group.name.clone(), value.name.clone())).collect();
    for attribute in content.attributes.iter().filter(|attribute| attributes.contains(&attribute.name)) {
        pairs.extend(attribute.values.iter().map(|value| (attribute.name.clone(), value.name.clone())));
    }
    pairs
}

/// How a file at an address ends, as far as shops know it.
fn extension(address: &str) -> &str {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    if (2..=5).contains(&end.len()) && end.bytes().all(|byte| byte.is_ascii_alphanumeric()) { end } else { "jpg" }
}

impl Ground {
    pub(super) fn option(&self, group: &str, value: &str) -> Result<&str, Option<Rule>> {
        read(self.options.get(&(group.to_owned(), value.to_owned())))
    }

    pub(super) fn manufacturer(&self, name: &str) -> Result<&str, Option<Rule>> {
        read(self.manufacturers.get(name))
    }

    pub(super) fn picture(&self, address: &str) -> Result<&str, Option<Rule>> {
        read(self.pictures.get(address))
    }

    pub(super) fn has_category(&self, id: &str) -> bool {
        self.categories.contains(id)
    }

    /// Whether a property is one whose values Kontor keeps.
    pub(super) fn keeps(&self, group: &str) -> bool {
        self.kept.contains(group)
    }
}

fn read(made: Option<&Made>) -> Result<&str, Option<Rule>> {
    match made {
        Some(Ok(id)) => Ok(id),
        Some(Err(rule)) => Err(Some(rule.clone())),
        None => Err(None),
    }
}

impl Shopware {
    pub(super) fn prepare(&self, changes: &[&OfferChange]) -> Result<Ground, Failure> {
        let running = changes.iter().filter(|change| change.wanted == Wanted::Running);
        let contents: Vec<&OfferContent> = running.filter_map(|change| change.content.as_ref()).collect();
        let mut ground = Ground::default();
        let wanted: BTreeSet<(String, String)> = contents.iter().flat_map(|content| pairs(content, &self.settings.attributes)).collect();
        let makers: BTreeSet<&str> =
            contents.iter().filter_map(|content| content.manufacturer.as_deref()).filter(|name| !name.is_empty()).collect();
        let categories: BTreeSet<&str> = contents.iter().filter_map(|content| content.category.as_deref()).filter(|id| is_id(id)).collect();
        if !wanted.is_empty() || (!contents.is_empty() && !self.settings.attributes.is_empty()) {
            let groups = self.groups(&wanted.iter().map(|(group, _)| group.as_str()).collect())?;
            let kept = groups.iter().filter(|(name, _)| self.settings.attributes.contains(name));
            ground.kept = kept.filter_map(|(_, made)| made.as_ref().ok().cloned()).collect();
            ground.options = self.options(&wanted, &groups)?;
        }
        if !makers.is_empty() {
            ground.manufacturers = self.manufacturers(&makers)?;
        }
        for part in categories.iter().copied().collect::<Vec<_>>().chunks(MOST) {
            let criteria = json!({ "limit": MOST, "filter": [one_of("id", part)], "includes": { "category": ["id", "name"] } });
            ground.categories.extend(self.api.search::<Named>("category", &criteria)?.into_iter().map(|category| category.id));
        }
        if self.settings.pictures {
            let own = contents.iter().flat_map(|content| &content.images);
            let of_parents = contents.iter().filter_map(|content| content.variant.as_ref()).flat_map(|variant| &variant.parent_images);
            ground.pictures = self.files(&own.chain(of_parents).map(String::as_str).collect())?;
        }
        Ok(ground)
    }

    /// Makes records; one that the shop refuses does not keep the others back.
    pub(super) fn make<K: Ord + Clone>(&self, wishes: &[Wish<K>]) -> Result<BTreeMap<K, Made>, ChannelError> {
        let mut made = BTreeMap::new();
        if wishes.is_empty() {
            return Ok(made);
        }
        let halved = halve(wishes, &mut |part: &[Wish<K>]| {
            let mut ops = Ops::default();
            part.iter().for_each(|wish| ops.extend(&wish.ops));
            self.api.sync(&ops)?;
            Ok(vec![(); part.len()])
        });
        if let Some(error) = halved.cut {
            return Err(error);
        }
        for (wish, result) in wishes.iter().zip(halved.rows) {
            match result {
                Some(Ok(())) => drop(made.insert(wish.key.clone(), Ok(wish.id.clone()))),
                Some(Err(rule)) => drop(made.insert(wish.key.clone(), Err(rule))),
                None => {}
            }
        }
        Ok(made)
    }

    /// The properties of these names, and those that Kontor keeps as far as they are there.
    fn groups(&self, wanted: &BTreeSet<&str>) -> Result<BTreeMap<String, Made>, Failure> {
        let kept = self.settings.attributes.iter().map(String::as_str);
        let names: Vec<&str> = wanted.iter().copied().chain(kept.filter(|name| !wanted.contains(name))).collect();
        let own: Vec<String> = names.iter().map(|name| ids::group(name)).collect();
        let filter = any(vec![one_of("name", &names), one_of("id", &own)]);
        let criteria = json!({ "limit": MOST, "filter": [filter], "includes": { "property_group": ["id", "name"] } });
        let found: Vec<Named> = self.api.search("property-group", &criteria)?;
        let mut groups = BTreeMap::new();
        let mut wishes = Vec::new();
        for name in names {
            let id = ids::group(name);
            match named(&found, name, &id) {
                Some(known) => drop(groups.insert(name.to_owned(), Ok(known.to_owned()))),
                None if wanted.contains(name) => {
                    let record = json!({ "id": id, "name": name });
                    wishes.push(wish(name.to_owned(), id, "property_group", record));
                }
                None => {}
            }
        }
        groups.extend(self.make(&wishes)?);
        Ok(groups)
    }

    fn options(
        &self,
        wanted: &BTreeSet<(String, String)>,
        groups: &BTreeMap<String, Made>,
    ) -> Result<BTreeMap<(String, String), Made>, Failure> {
        let mut options: BTreeMap<(String, String), Made> = BTreeMap::new();
        let mut pairs: Vec<(&(String, String), &str)> = Vec::new();
        for pair in wanted {
            match groups.get(&pair.0) {
                Some(Ok(group)) => pairs.push((pair, group)),
                Some(Err(rule)) => drop(options.insert(pair.clone(), Err(rule.clone()))),
                None => {}
            }
        }
        let mut wishes = Vec::new();
        // Each pair may find two: by its name, and the one that Kontor made.
        for part in pairs.chunks(MOST / 2) {
            let own: Vec<String> = part.iter().map(|(pair, group)| ids::option(group, &pair.1)).collect();
            let queries = part.iter().map(|(pair, group)| {
                json!({ "type": "multi", "operator": "and", "queries": [
                    { "type": "equals", "field": "groupId", "value": group }, { "type": "equals", "field": "name", "value": pair.1 },
                ] })
            });
            let filter = any(queries.chain([one_of("id", &own)]).collect());
            let criteria = json!({ "limit": MOST, "filter": [filter], "includes": { "property_group_option": ["id", "groupId", "name"] } });
            let found: Vec<OptionNamed> = self.api.search("property-group-option", &criteria)?;
            for (pair, group) in part {
                let id = ids::option(group, &pair.1);
                let of_group = found.iter().filter(|option| option.group_id == **group);
                let of_group: Vec<Named> = of_group.map(|option| Named { id: option.id.clone(), name: option.name.clone() }).collect();
                match named(&of_group, &pair.1, &id) {
                    Some(known) => drop(options.insert((*pair).clone(), Ok(known.to_owned()))),
                    None => {
                        let record = json!({ "id": id, "groupId": group, "name": pair.1 });
                        wishes.push(wish((*pair).clone(), id, "property_group_option", record));
                    }
                }
            }
        }
        options.extend(self.make(&wishes)?);
        Ok(options)
    }

    fn manufacturers(&self, names: &BTreeSet<&str>) -> Result<BTreeMap<String, Made>, Failure> {
        let names: Vec<&str> = names.iter().copied().collect();
        let own: Vec<String> = names.iter().map(|name| ids::manufacturer(name)).collect();
        let filter = any(vec![one_of("name", &names), one_of("id", &own)]);
        let criteria = json!({ "limit": MOST, "filter": [filter], "includes": { "product_manufacturer": ["id", "name"] } });
        let found: Vec<Named> = self.api.search("product-manufacturer", &criteria)?;
        let (mut makers, mut wishes) = (BTreeMap::new(), Vec::new());
        for name in names {
            let id = ids::manufacturer(name);
            match named(&found, name, &id) {
                Some(known) => drop(makers.insert(name.to_owned(), Ok(known.to_owned()))),
                None => {
                    let record = json!({ "id": id, "name": name });
                    wishes.push(wish(name.to_owned(), id, "product_manufacturer", record));
                }
            }
        }
        makers.extend(self.make(&wishes)?);
        Ok(makers)
    }

    /// The files of pictures, each under a number that follows from its address. What the shop lacks it fetches.
    fn files(&self, addresses: &BTreeSet<&str>) -> Result<BTreeMap<String, Made>, Failure> {
        let mut files: BTreeMap<String, Made> = BTreeMap::new();
        let all: Vec<(&str, String)> = addresses.iter().map(|address| (*address, ids::media(address))).collect();
        let mut wishes = Vec::new();
        for part in all.chunks(MOST) {
            let own: Vec<&String> = part.iter().map(|(_, id)| id).collect();
            let criteria = json!({ "limit": MOST, "filter": [one_of("id", &own)], "includes": { "media": ["id", "hasFile"] } });
            let found: Vec<File> = self.api.search("media", &criteria)?;
            for (address, id) in part {
                if found.iter().any(|file| file.id == *id && file.has_file == Some(true)) {
                    files.insert((*address).to_owned(), Ok(id.clone()));
                } else {
                    wishes.push(wish((*address).to_owned(), id.clone(), "media", json!({ "id": id })));
                }
            }
        }
        let started = Instant::now();
        for (address, made) in self.make(&wishes)? {
            let fetched = match made {
                Ok(_) if started.elapsed() > MOST_TIME => {
                    Err(Rule { code: "TIME".to_owned(), text: "the pictures of this call took too long".to_owned(), internal: true })
                }
                Ok(id) => self.fetch(&id, &address)?.map(|()| id),
                Err(rule) => Err(rule),
            };
            files.insert(address, fetched);
        }
        Ok(files)
    }

    fn fetch(&self, id: &str, address: &str) -> Result<Result<(), Rule>, Failure> {
        let query = [("extension", extension(address)), ("fileName", &format!("kontor-{id}"))];
        match self.api.post(&["_action", "media", id, "upload"], &query, &json!({ "url": address })) {
            Ok(_) => Ok(Ok(())),
            Err(Failure::Rule(rule)) => Ok(Err(rule)),
            Err(failure) => Err(failure),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Named, extension, named};

    #[test]
    fn the_end_of_a_name_is_read_from_the_address() {
        for (address, end) in [
            ("https://p/red.PNG?size=1.gif", "PNG"),
            ("https://p/a.b/red", "jpg"),
            ("https://p/images/0123456789abcdef", "jpg"),
            ("https://p/x.webp#1", "webp"),
        ] {
            assert_eq!(extension(address), end, "{address}");
        }
    }

    #[test]
    fn a_value_is_found_by_its_letters_then_whatever_their_case_then_by_the_number_that_it_got() {
        let record = |id: &str, name: &str| Named { id: id.to_owned(), name: Some(name.to_owned()) };
        let found = [record("1", "rot"), record("2", "Rot"), record("3", "Blue")];
        assert_eq!(named(&found, "Rot", "9"), Some("2"));
        assert_eq!(named(&found, "ROT", "9"), Some("1"));
        assert_eq!(named(&found, "Blau", "3"), Some("3"), "renamed in the shop");
        assert_eq!(named(&found, "Grün", "9"), None);
    }
}
