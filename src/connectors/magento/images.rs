//! Pictures. The shop takes them as Base64 and keeps the name that they come with: so Kontor puts the digest of the content into the name,
//! and knows its own pictures again.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::OfferContent;
use super::super::gallery::{Album, Missed, Shown};
use super::super::pictures::Picture;
use super::super::rest::lacks;
use super::super::rule::Failure;
use super::Magento;
use super::found::Entry;
use crate::domain::message::Arg;
use crate::domain::picture::Kind;

const MARK: &str = "kontor-";
/// Hexadecimal digits of a digest.
const DIGITS: usize = 64;
/// What the first picture is shown as.
const FIRST: [&str; 3] = ["image", "small_image", "thumbnail"];

/// The digest in the name of a picture that Kontor brought.
pub(super) fn digest_of(file: &str) -> Option<&str> {
    let (_, rest) = file.rsplit('/').next()?.split_once(MARK)?;
    let digest = rest.get(..DIGITS)?;
    digest.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(digest)
}

/// The number of a new record: a text, in some versions a number.
#[derive(Deserialize)]
#[serde(untagged)]
enum Id {
    Text(String),
    Number(i64),
}

fn entry_id(json: Value) -> Result<i64, Failure> {
    let id = match serde_json::from_value(json) {
        Ok(Id::Number(id)) => Some(id),
        Ok(Id::Text(id)) => id.parse().ok(),
        Err(_) => None,
    };
    id.ok_or_else(|| lacks("the number of the picture").into())
}

impl Magento {
    /// Brings pictures to a product that has these entries. `None`: the settings say that pictures are the merchant's.
    pub(super) fn show(
        &self,
        sku: &str,
        addresses: &[String],
        content: &OfferContent,
        mut entries: Vec<Entry>,
        album: &mut Album,
    ) -> Result<Option<Shown>, Failure> {
        if !self.settings.pictures {
            return Ok(None);
        }
        entries.sort_by_key(|entry| (entry.position, entry.id));
        let known: Vec<(String, i64)> = entries.iter().filter_map(|entry| Some((digest_of(&entry.file)?.to_owned(), entry.id))).collect();
        let there = |digest: &str| -> Result<Option<String>, Failure> {
            Ok(known.iter().find(|(own, _)| own == digest).map(|(_, id)| id.to_string()))
        };
        // A picture has another number at each product.
        album.known.clear();
        let mut added: Vec<Entry> = Vec::new();
        let last = entries.iter().map(|entry| entry.position).max().unwrap_or_default();
        let is_first = entries.iter().all(|entry| entry.types.is_empty());
        let shown = album.collect(&self.pictures, addresses, &content.own_address, there, |picture| {
            let position = last.saturating_add(i64::try_from(added.len()).unwrap_or_default()).saturating_add(1);
            let types: &[&str] = if is_first && added.is_empty() { &FIRST } else { &[] };
            match self.upload(sku, picture, position, types)? {
                Ok(entry) => {
                    let id = entry.id.to_string();
                    added.push(entry);
                    Ok(Ok(id))
                }
                Err(missed) => Ok(Err(missed)),
            }
        })?;
        entries.extend(added);
        self.arrange(sku, &entries, &shown)?;
        Ok(Some(shown))
    }

    fn upload(&self, sku: &str, picture: &Picture, position: i64, types: &[&str]) -> Result<Result<Entry, Missed>, Failure> {
        if !matches!(picture.kind, Kind::Jpeg | Kind::Png | Kind::Gif) {
            return Ok(Err(Missed::Wrong(Arg::from(format!("the shop takes JPEG, PNG and GIF, not {}", picture.kind.media_type())))));
        }
        let name = format!("{MARK}{}.{}", picture.digest, picture.kind.extension());
        let content = json!({ "base64_encoded_data": STANDARD.encode(&picture.bytes), "type": picture.kind.media_type(), "name": name });
        let entry =
            json!({ "media_type": "image", "label": null, "position": position, "disabled": false, "types": types, "content": content });
        match self.api.post(&["products", sku, "media"], &json!({ "entry": entry })) {
            Ok(reply) => Ok(Ok(Entry {
                id: entry_id(reply.json)?,
                media_type: "image".to_owned(),
                label: None,
                position,
                disabled: false,
                types: types.iter().map(|word| (*word).to_owned()).collect(),
                file: name,
            })),
            Err(Failure::Rule(rule)) if rule.internal => Ok(Err(Missed::Later(format!("error inside the shop: {}", rule.text)))),
            Err(Failure::Rule(rule)) => Ok(Err(Missed::Wrong(Arg::from(rule.text)))),
            Err(failure) => Err(failure),
        }
    }

    /// Kontor's pictures in their order, the merchant's where they are; what is wanted no more goes.
    fn arrange(&self, sku: &str, entries: &[Entry], shown: &Shown) -> Result<(), Failure> {
        let ids: Vec<String> = entries.iter().map(|entry| entry.id.to_string()).collect();
        let now: Vec<(&str, bool)> = entries.iter().zip(&ids).map(|(entry, id)| (id.as_str(), digest_of(&entry.file).is_some())).collect();
        let featured = entries.iter().position(|entry| entry.types.iter().any(|word| word == "image")).and_then(|at| ids.get(at));
        let (wanted, first) = shown.arranged(&now, featured.map(String::as_str));
        for id in ids.iter().filter(|id| !wanted.contains(id)) {
            self.api.delete(&["products", sku, "media", id])?;
        }
        let of = |id: &String| ids.iter().position(|own| own == id).and_then(|at| entries.get(at));
        let kept: Vec<&Entry> = wanted.iter().filter_map(of).collect();
        let in_order = kept.is_sorted_by(|one, next| one.position < next.position);
        for (at, entry) in kept.iter().enumerate() {
            let position = if in_order { entry.position } else { i64::try_from(at).unwrap_or_default().saturating_add(1) };
            let is_first = first.as_deref() == Some(entry.id.to_string().as_str());
            let is_featured = entry.types.iter().any(|word| word == "image");
            if position == entry.position && is_first == is_featured {
                continue;
            }
            let types: Vec<&str> = match (is_first, is_featured) {
                (true, false) => FIRST.to_vec(),
                (false, true) => Vec::new(),
                _ => entry.types.iter().map(String::as_str).collect(),
            };
            let Entry { id, media_type, label, disabled, file, .. } = entry;
            let mut input =
                json!({ "id": id, "media_type": media_type, "label": label, "position": position, "disabled": disabled, "types": types });
            // One that was just brought has another name in the shop.
            if let Some(input) = input.as_object_mut().filter(|_| file.starts_with('/')) {
                input.insert("file".to_owned(), json!(file));
            }
            self.api.put(&["products", sku, "media", &id.to_string()], &json!({ "entry": input }))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::digest_of;

    #[test]
    fn a_picture_of_kontors_is_known_by_its_name() {
        let digest = "0123456789abcdef".repeat(4);
        for file in [format!("/k/o/kontor-{digest}.png"), format!("/k/o/kontor-{digest}_1.png"), format!("kontor-{digest}.jpeg")] {
            assert_eq!(digest_of(&file), Some(digest.as_str()), "{file}");
        }
        for file in ["/v/o/vorn_1.jpg", "/k/o/kontor-logo.png"] {
            assert_eq!(digest_of(file), None, "{file}");
        }
    }
}
