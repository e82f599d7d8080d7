//! Files of the merchant: `updateMedia`, `fetchMedia`, `fetchMediaModuleType`. `item-calls.md` 14.4 and 14.5; the forms are
//! inferred.
//!
//! Kontor keeps a file once and serves it under an address that nobody can guess, for channels that load what an article names.

mod address;
mod fetch;
#[cfg(test)]
mod tests;
mod types;
mod update;

pub(crate) use address::{Lead, follow};
pub(crate) use fetch::FetchMedia;
pub(crate) use types::FetchMediaModuleType;
pub(crate) use update::UpdateMedia;

use crate::store::media::MediaRow;

/// The address of a file. Channels look at the ending of the name; the token alone decides.
fn url_of(public_url: &str, row: &MediaRow) -> String {
    let name: String = url::form_urlencoded::byte_serialize(row.file_name.as_bytes()).collect();
    format!("{public_url}/media/{}/{name}", row.token)
}

/// The address of the small picture of a file.
fn thumbnail_url_of(public_url: &str, row: &MediaRow) -> Option<String> {
    row.thumbnail.is_some().then(|| format!("{public_url}/thumbnails/{}", row.token))
}
