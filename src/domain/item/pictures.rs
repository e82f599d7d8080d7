//! Pictures by slot.

use serde::{Deserialize, Serialize};

use super::filled;
use crate::domain::document::Part;
use crate::domain::{Bundle, Patch};

/// The picture of a slot: linked, or kept by Kontor under its digest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Picture {
    pub image_module_type_id: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_local: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_digest: Option<String>,
}

/// What an update says about a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureUpdate {
    pub slot: i32,
    pub picture: Patch<Picture>,
}

impl Part for Vec<Picture> {
    type Update = Bundle<PictureUpdate>;

    fn take(&mut self, newer: Bundle<PictureUpdate>) {
        if newer.replace {
            self.clear();
        }
        for PictureUpdate { slot, picture } in newer.entries {
            let kept = self.iter_mut().find(|kept| kept.image_module_type_id == slot);
            match (kept, picture) {
                (_, Patch::Keep) => {}
                (Some(kept), Patch::Set(picture)) => *kept = picture,
                (None, Patch::Set(picture)) => self.push(picture),
                (_, Patch::Clear) => self.retain(|kept| kept.image_module_type_id != slot),
            }
        }
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

impl Picture {
    /// The address under which a channel can load the picture. Linked ones only where it is absolute: a channel could
    /// not resolve another one.
    pub fn address(&self, public_url: &str) -> Option<String> {
        if let Some(digest) = filled(self.image_digest.as_deref()) {
            return Some(format!("{public_url}/images/{digest}"));
        }
        let url = filled(self.image_url.as_deref())?.trim();
        is_absolute(url).then(|| url.to_owned())
    }
}

fn is_absolute(url: &str) -> bool {
    let scheme = url.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https"))
}

/// Whether a channel can load from an address: absolute, with a host, without blanks.
pub(crate) fn is_address(url: &str) -> bool {
    let url = url.trim();
    let host = url.split_once("://").and_then(|(_, rest)| rest.split(['/', '?', '#']).next());
    is_absolute(url) && host.is_some_and(|host| !host.is_empty()) && !url.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn an_address_from_which_a_channel_can_load_has_scheme_and_host() {
        for good in ["https://img.example/a.jpg", " HTTP://img.example ", "https://img.example?x=%20"] {
            assert!(is_address(good), "{good}");
        }
        for bad in
            ["", "a.jpg", "//img.example/a.jpg", "ftp://img.example/a.jpg", "https:///a.jpg", "https://img.example/a b.jpg", "C:\\a.jpg"]
        {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
