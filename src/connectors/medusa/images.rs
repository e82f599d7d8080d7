//! Pictures. Medusa takes uploads, and gives each file an address with the name that it came with: so Kontor puts the digest of the
//! content into the name, and knows its own pictures again.

use super::super::OfferContent;
use super::super::gallery::{Album, Missed, Shown};
use super::super::pictures::Picture;
use super::super::rest::Upload;
use super::super::rule::Failure;
use super::Medusa;
use super::found::Product;
use crate::domain::message::Arg;

const MARK: &str = "kontor-";
/// Hexadecimal digits of a digest.
const DIGITS: usize = 64;

/// The digest in the address of a picture that Kontor brought.
pub(super) fn digest_of(url: &str) -> Option<&str> {
    let name = url.rsplit('/').next()?;
    let (_, rest) = name.split_once(MARK)?;
    let digest = rest.get(..DIGITS)?;
    digest.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(digest)
}

impl Medusa {
    /// Brings pictures to the shop, as far as the product does not have them. `None`: the settings say that pictures are the merchant's.
    pub(super) fn show(
        &self,
        addresses: &[String],
        content: &OfferContent,
        product: Option<&Product>,
        album: &mut Album,
    ) -> Result<Option<Shown>, Failure> {
        if !self.settings.pictures {
            return Ok(None);
        }
        let there = |digest: &str| {
            let images = product.into_iter().flat_map(|product| &product.images);
            Ok(images.map(|image| image.url.as_str()).find(|url| digest_of(url) == Some(digest)).map(str::to_owned))
        };
        album.collect(&self.pictures, addresses, &content.own_address, there, |picture| self.upload(picture)).map(Some)
    }

    fn upload(&self, picture: &Picture) -> Result<Result<String, Missed>, Failure> {
        let name = format!("{MARK}{}.{}", picture.digest, picture.kind.extension());
        let media_type = picture.kind.media_type();
        let file = Upload { field: "files", name: &name, media_type, content: &picture.bytes, digest: &picture.digest };
        match self.api.upload(&file) {
            Ok(url) => Ok(Ok(url)),
            Err(Failure::Rule(rule)) if rule.internal => Ok(Err(Missed::Later(format!("error inside the shop: {}", rule.text)))),
            Err(Failure::Rule(rule)) => Ok(Err(Missed::Wrong(Arg::from(rule.text)))),
            Err(failure) => Err(failure),
        }
    }
}
