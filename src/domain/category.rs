//! What is kept of an item group beside its columns: what its articles inherit.

use super::item::{Picture, TextModule};

crate::document! {
    ($)
    /// An item group.
    Category, CategoryUpdate, category_fields {
        text_modules: Vec<TextModule>,
        image_modules: Vec<Picture>,
    }
}
