//! What an article names beside itself.

use crate::domain::numbered::numbered;

numbered! {
    /// A list whose records articles name.
    pub enum ReferenceKind {
        Manufacturer = 0, "manufacturer";
        Attribute = 1, "attribute";
        AttributeSet = 2, "attribute_set";
        VariantProperty = 3, "variant_attribute";
    }
}
