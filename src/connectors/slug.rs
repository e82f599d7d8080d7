//! The product that holds an offer in a shop where variants belong to products: by which text it is found, and its name.

use sha2::{Digest, Sha256};

use super::OfferContent;
use crate::domain::hex::hex;

/// The part of a slug that people read.
const MOST_SLUG: usize = 60;

/// A slug or code that is the same at every attempt, and differs where `text` differs: a shop may silently append
/// `-2` to a taken one, and after an unclear answer the product could not be found again. Only letters that every shop's own
/// normalisation leaves alone; Vendure's depends on the language (it made `l-1ae` of `L 1/ä`).
pub(crate) fn slug(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            'ä' => out.push_str("ae"),
            'ö' => out.push_str("oe"),
            'ü' => out.push_str("ue"),
            'ß' => out.push_str("ss"),
            'a'..='z' | '0'..='9' => out.push(letter),
            _ if out.ends_with('-') || out.is_empty() => {}
            _ => out.push('-'),
        }
        if out.len() >= MOST_SLUG {
            break;
        }
    }
    let digest = hex(&Sha256::digest(text.as_bytes()));
    let tail = digest.get(..8).unwrap_or_default();
    format!("{}-{tail}", out.trim_end_matches('-')).trim_start_matches('-').to_owned()
}

/// Whether [`slug`] made it.
pub(crate) fn is_ours(code: &str) -> bool {
    let tail = code.rsplit_once('-').map_or(code, |(_, tail)| tail);
    tail.len() == 8 && tail.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// The article number whose product holds the offer: its own, or that of its parent.
pub(crate) fn product_key<'a>(content: &'a OfferContent, sku: &'a str) -> &'a str {
    content.variant.as_ref().map_or(sku, |variant| &variant.parent_sku)
}

pub(crate) fn product_name(content: &OfferContent) -> &str {
    content.variant.as_ref().map_or(&content.title, |variant| &variant.parent_title)
}
