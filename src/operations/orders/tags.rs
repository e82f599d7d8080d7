//! Tags in a request: only those of `fetchOrderTags` can be set. A tag that left the configuration can still be removed.

use super::OrderTag;
use crate::config::Settings;
use crate::domain::{Failure, MandatorId, Place, code};

/// What a request says about an order's tags, in the words of the list.
pub(super) struct Tags {
    pub(super) set: Vec<String>,
    pub(super) lost: Vec<String>,
}

pub(super) fn of(settings: &Settings, mandator_id: MandatorId, sent: &[OrderTag]) -> Result<Tags, Failure> {
    let mut tags = Tags { set: Vec::new(), lost: Vec::new() };
    for (index, tag) in sent.iter().enumerate() {
        let known = settings.order_tag(mandator_id, &tag.tag_identifier).map(|known| known.identifier.clone());
        match (known, tag.delete.unwrap_or_default()) {
            (known, true) => tags.lost.extend(known.into_iter().chain([tag.tag_identifier.clone()])),
            (Some(known), false) => tags.set.push(known),
            (None, false) => {
                let all = settings.order_tags.iter().filter(|tag| tag.is_of(mandator_id)).map(|tag| tag.identifier.as_str());
                let all = all.collect::<Vec<_>>().join(", ");
                let failure = Failure::new(code::NOT_IN_LIST, [&tag.tag_identifier, &all]).within("tag_identifier");
                return Err(failure.within(Place::entry("order_tag", index + 1)));
            }
        }
    }
    Ok(tags)
}
