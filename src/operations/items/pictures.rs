//! Pictures that came inline: kept by their digest, given back as an address or as content.

use crate::domain::hex::hex;
use sha2::{Digest, Sha256};

use super::ImageModule;
use crate::domain::Failure;
use crate::domain::item::{Picture, PictureUpdate};
use crate::domain::picture::Kind;
use crate::operations::Room;
use crate::operations::wire::{Bundle, Bytes, Convert, Patch};
use crate::store::Conn;
use crate::store::items::{self as store, ImageContent};

impl Convert<Bundle<PictureUpdate>> for Bundle<ImageModule> {
    fn convert(self) -> Bundle<PictureUpdate> {
        Bundle { entries: self.entries.into_iter().map(update_of_slot).collect(), replace: self.replace }
    }
}

/// An empty address without content empties the slot.
fn update_of_slot(image: ImageModule) -> PictureUpdate {
    // The content was taken out before, and is kept under its digest.
    let ImageModule { image_module_type_id, image_url, image_base64: _, is_local, image_digest } = image;
    let picture = match (&image_url, &image_digest) {
        (Patch::Keep, None) => Patch::Keep,
        (Patch::Clear, None) => Patch::Clear,
        _ => Patch::Set(Picture { image_module_type_id, image_url: image_url.into(), is_local, image_digest }),
    };
    PictureUpdate { slot: image_module_type_id, picture }
}

impl Convert<Bundle<ImageModule>> for Vec<Picture> {
    fn convert(self) -> Bundle<ImageModule> {
        let modules = self.into_iter().map(|picture| ImageModule {
            image_module_type_id: picture.image_module_type_id,
            image_url: picture.image_url.into(),
            image_base64: None,
            is_local: picture.is_local,
            image_digest: picture.image_digest,
        });
        modules.collect::<Vec<_>>().into()
    }
}

/// Moves inline pictures out of the modules; the modules then name them by digest.
pub(crate) fn take_pictures(images: &mut Bundle<ImageModule>) -> Vec<ImageContent> {
    let mut taken = Vec::new();
    for image in &mut images.entries {
        image.image_digest = None;
        if let Some(content) = image.image_base64.take().filter(|content| !content.0.is_empty()) {
            let digest = hex(&Sha256::digest(&content.0));
            let media_type = Kind::of(&content.0).map_or("application/octet-stream", Kind::media_type).to_owned();
            image.image_digest = Some(digest.clone());
            image.image_url = Patch::Keep;
            taken.push(ImageContent { digest, media_type, content: content.0 });
        }
    }
    taken
}

/// Puts the content of kept pictures into the modules, as many as the answer has room for.
pub(crate) fn inline_pictures(conn: &mut Conn<'_>, images: &mut Bundle<ImageModule>, room: &mut Room) -> Result<(), Failure> {
    for image in &mut images.entries {
        if let Some(digest) = &image.image_digest
            && let Some(picture) = store::image(conn, digest)?
        {
            // Base64 makes four characters of three bytes.
            room.take(picture.content.len().div_ceil(3).saturating_mul(4))?;
            image.image_base64 = Some(Bytes(picture.content));
        }
    }
    Ok(())
}

/// Gives kept pictures the address under which Kontor serves them.
pub(crate) fn address_pictures(public_url: &str, images: &mut Bundle<ImageModule>) {
    for image in &mut images.entries {
        if let Some(digest) = &image.image_digest {
            image.image_url = Patch::Set(format!("{public_url}/images/{digest}"));
        }
    }
}
