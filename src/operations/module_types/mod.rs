//! Kinds of texts and pictures: `fetchTextModuleTypes`, `updateTextModuleTypes`, `fetchImageModuleTypes`,
//! `updateImageModuleTypes`. `item-calls.md` 14.1 to 14.3.

mod images;
mod limits;
mod texts;

pub use images::{FetchImageModuleTypes, UpdateImageModuleTypes};
pub use limits::TextLimits;
pub use texts::{FetchTextModuleTypes, UpdateTextModuleTypes};
