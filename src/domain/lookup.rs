//! What is kept of the records of the look-up lists beside their number, name and the ERP's own number.

use super::item::Translation;

crate::document! {
    ($)
    /// A delivery time.
    DeliveryTime, DeliveryTimeUpdate, delivery_time_fields {
        /// Days until delivery, the longest case.
        delivery_time_in_days: Option<i32>,
        translations: Vec<Translation>,
    }
}

crate::document! {
    ($)
    /// A shipping cost category.
    DeliveryCharge, DeliveryChargeUpdate, delivery_charge_fields {}
}

crate::document! {
    ($)
    /// A kind of text. What is not set is not limited.
    TextType, TextTypeUpdate, text_type_fields {
        is_html: Option<bool>,
        /// In characters.
        max_length: Option<i32>,
    }
}

crate::document! {
    ($)
    /// A slot of pictures.
    ImageType, ImageTypeUpdate, image_type_fields {}
}

crate::document! {
    ($)
    /// A template of descriptions.
    Template, TemplateUpdate, template_fields {
        /// HTML with placeholders.
        content: Option<String>,
    }
}

crate::document! {
    ($)
    /// A customer group.
    CustomerGroup, CustomerGroupUpdate, customer_group_fields {
        /// Name for people.
        name: Option<String>,
    }
}

crate::document! {
    ($)
    /// A manufacturer.
    Manufacturer, ManufacturerUpdate, manufacturer_fields {}
}

crate::document! {
    ($)
    /// A branch.
    Branch, BranchUpdate, branch_fields {
        /// Its stock.
        warehouse_code: Option<String>,
        /// Buyers pick up orders there; then it has a warehouse.
        in_store_pickup: Option<bool>,
        street: Option<String>,
        house_number: Option<String>,
        postal_code: Option<String>,
        city: Option<String>,
        country_code_iso: Option<String>,
        phone: Option<String>,
        email: Option<String>,
        opening_hours: Option<String>,
    }
}
