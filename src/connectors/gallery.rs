//! The pictures of an offer at a shop that takes uploads only: Kontor's own, which it knows again, among those that the merchant
//! added, which stay where they are.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::pictures::{Fetched, Miss, Picture, Pictures};
use crate::domain::message::{Arg, Message, channel};

/// What the pictures of one call may take. What is left comes with the next one.
const MOST_TIME: Duration = Duration::from_secs(120);

/// What one call has learnt about pictures.
#[derive(Debug)]
pub(crate) struct Album {
    pub started: Instant,
    /// Assets by address.
    pub known: BTreeMap<String, Result<String, Missed>>,
}

impl Default for Album {
    fn default() -> Album {
        Album { started: Instant::now(), known: BTreeMap::new() }
    }
}

/// Why the shop does not have a picture.
#[derive(Debug, Clone)]
pub(crate) enum Missed {
    Wrong(Arg),
    Later(String),
}

/// The pictures of an offer at the shop.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    /// Assets, in their order.
    pub ids: Vec<String>,
    pub messages: Vec<Message>,
    /// Why some have to be tried again.
    pub open: Option<String>,
}

/// The digest of a picture that Kontor itself keeps: it is its name.
pub(crate) fn own_digest<'a>(address: &'a str, own: &str) -> Option<&'a str> {
    let digest = address.strip_prefix(own)?.strip_prefix("/images/")?;
    (digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(digest)
}

impl Album {
    /// The shop's words for the pictures at some addresses. `find` looks in the shop for the picture with a digest, `put` brings one
    /// there. A picture is fetched only if nobody can know its digest without.
    pub(crate) fn collect<E>(
        &mut self,
        pictures: &Pictures,
        addresses: &[String],
        own: &str,
        mut find: impl FnMut(&str) -> Result<Option<String>, E>,
        mut put: impl FnMut(&Picture) -> Result<Result<String, Missed>, E>,
    ) -> Result<Shown, E> {
        let mut shown = Shown::default();
        for address in addresses {
            let known = match self.known.get(address) {
                Some(known) => known.clone(),
                None => {
                    let brought = match self.look(pictures, address, own_digest(address, own), &mut find)? {
                        Looked::There(id) => Ok(id),
                        Looked::Missed(missed) => Err(missed),
                        Looked::Lacks(picture) => put(&picture)?,
                    };
                    self.known.insert(address.clone(), brought.clone());
                    brought
                }
            };
            match known {
                Ok(id) if shown.ids.contains(&id) => {}
                Ok(id) => shown.ids.push(id),
                Err(Missed::Wrong(reason)) => shown.messages.push(channel::picture_left_out(address, reason)),
                Err(Missed::Later(reason)) => shown.open = Some(format!("picture {address}: {reason}")),
            }
        }
        Ok(shown)
    }

    fn look<E>(
        &self,
        pictures: &Pictures,
        address: &str,
        own_digest: Option<&str>,
        find: &mut impl FnMut(&str) -> Result<Option<String>, E>,
    ) -> Result<Looked, E> {
        if let Some(digest) = own_digest
            && let Some(id) = find(digest)?
        {
            return Ok(Looked::There(id));
        }
        if self.started.elapsed() > MOST_TIME {
            return Ok(Looked::Missed(Missed::Later("the pictures of this call took too long".to_owned())));
        }
        let trusted = own_digest.is_some();
        let fetched = match pictures.fetch_if_changed(address, trusted) {
            // The shop may have lost it.
            Ok(Fetched::Same(digest)) => match find(&digest)? {
                Some(id) => return Ok(Looked::There(id)),
                None => pictures.fetch(address, trusted),
            },
            Ok(Fetched::New(picture)) => Ok(picture),
            Err(miss) => Err(miss),
        };
        Ok(match fetched {
            Ok(picture) => match find(&picture.digest)? {
                Some(id) => Looked::There(id),
                None => Looked::Lacks(picture),
            },
            Err(Miss::Wrong(wrong)) => Looked::Missed(Missed::Wrong(wrong.worded())),
            Err(Miss::Later(reason)) => Looked::Missed(Missed::Later(reason)),
        })
    }
}

/// Where a picture is.
enum Looked {
    There(String),
    /// The shop lacks it.
    Lacks(Picture),
    Missed(Missed),
}

impl Shown {
    /// Kontor's pictures in their order, in the places where Kontor's pictures are, and the merchant's own where they are; and the
    /// one that is shown first. As long as a picture is missing nothing is taken away. `now`: what the shop has, and whether it
    /// is Kontor's; `featured`: what it shows first.
    pub(crate) fn arranged(&self, now: &[(&str, bool)], featured: Option<&str>) -> (Vec<String>, Option<String>) {
        let complete = self.messages.is_empty() && self.open.is_none();
        let mut wanted = self.ids.clone();
        if !complete {
            wanted.extend(now.iter().filter(|(id, ours)| *ours && !self.ids.iter().any(|own| own == id)).map(|(id, _)| (*id).to_owned()));
        }
        let is_wanted = |id: &str| wanted.iter().any(|own| own == id);
        let mut left = wanted.iter().cloned();
        let mut ids: Vec<String> = Vec::with_capacity(wanted.len().saturating_add(now.len()));
        for (id, ours) in now {
            if *ours || is_wanted(id) {
                ids.extend(left.next());
            } else {
                ids.push((*id).to_owned());
            }
        }
        ids.extend(left);
        let by_hand = featured.filter(|featured| now.iter().any(|(id, ours)| id == featured && !ours && !is_wanted(id)));
        let first = by_hand.map(str::to_owned).or_else(|| wanted.first().or(ids.first()).cloned());
        (ids, first)
    }
}

#[cfg(test)]
mod tests {
    use super::own_digest;

    #[test]
    fn a_picture_that_kontor_keeps_is_known_by_its_address() {
        let digest = "0123456789abcdef".repeat(4);
        let address = format!("https://k/images/{digest}");
        assert_eq!(own_digest(&address, "https://k"), Some(digest.as_str()));
        for (address, own) in [
            (address.as_str(), ""),
            (address.as_str(), "https://other"),
            ("https://k/images/../console", "https://k"),
            ("https://k/images/abc", "https://k"),
        ] {
            assert_eq!(own_digest(address, own), None, "{address} {own}");
        }
    }
}
