//! Kinds of texts and pictures: `fetchTextModuleTypes`, `updateTextModuleTypes`, `fetchImageModuleTypes`,
//! `updateImageModuleTypes`. `item-calls.md` 14.1 to 14.3.

mod images;
mod limits;
mod texts;

pub(crate) use images::{FetchImageModuleTypes, UpdateImageModuleTypes};
pub(crate) use limits::TextLimits;
pub(crate) use texts::{FetchTextModuleTypes, UpdateTextModuleTypes};
