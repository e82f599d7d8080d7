//! OfferExport, field by field (`platform-offer-xml.md` 4). What is empty is an empty element, as in the reference's
//! sample: so every field is a text, and the order of the fields is that of the document.

use yaserde::YaSerialize;

/// The root.
#[derive(Debug, Clone, Default, PartialEq, YaSerialize)]
#[yaserde(rename = "offers")]
pub(crate) struct Offers {
    #[yaserde(rename = "offer")]
    pub offers: Vec<Offer>,
}

/// One offer of the account.
#[derive(Debug, Clone, Default, PartialEq, YaSerialize)]
#[yaserde(rename = "offer")]
pub(crate) struct Offer {
    pub title: String,
    pub item_identifier: String,
    pub item_internal_number: String,
    pub item_match_code: String,
    pub item_ean_code: String,
    pub item_upc_code: String,
    pub item_isbn: String,
    pub account_name: String,
    /// The account's price, as the channel gets it. Kontor knows one per offer, so both elements have the same value.
    pub price: String,
    pub account_price: String,
    pub prices: Prices,
    /// `ACTIVE`, or `INACTIVE` (inferred: only the first word was seen).
    pub offer_state: String,
    /// What Kontor wants next, in the same words.
    pub offer_pending_state: String,
    pub delivery_time_identifier: String,
    pub delivery_time_in_days: String,
    pub variant_parent_identifier: String,
    pub variant_parent_internal_item_number: String,
    pub variant_parent_match_code: String,
    pub variant_parent_ean: String,
    pub variant_parent_upc: String,
    pub variant_parent_isbn: String,
    pub product_group_external_id: String,
    pub product_group_identifier: String,
    pub delivery_charge_category_external_id: String,
    pub delivery_charge_category_identifier: String,
    // Names of our own from here on: the reference does not show how the format calls them. Missing where nobody says them.
    /// Of all prices.
    pub currency_code_iso: Option<String>,
    /// `gross` or `net`.
    pub price_type_identifier: Option<String>,
    /// What buyers may order now.
    pub quantity: Option<String>,
    /// HTML or plain text.
    pub description: Option<String>,
    pub language_code: Option<String>,
    pub manufacturer: Option<String>,
    pub tax_type_id: Option<String>,
    pub tax_class: Option<String>,
    pub weight_in_gram: Option<String>,
    pub images: Option<Images>,
    pub attributes: Option<Attributes>,
    /// What distinguishes the variant from the others of its parent.
    pub variant_attributes: Option<Attributes>,
}

/// Addresses of pictures, the first one first.
#[derive(Debug, Clone, Default, PartialEq, YaSerialize)]
pub(crate) struct Images {
    #[yaserde(rename = "image")]
    pub images: Vec<String>,
}

/// Names with their values.
#[derive(Debug, Clone, Default, PartialEq, YaSerialize)]
pub(crate) struct Attributes {
    #[yaserde(rename = "attribute")]
    pub attributes: Vec<Attribute>,
}

#[derive(Debug, Clone, Default, PartialEq, YaSerialize)]
pub(crate) struct Attribute {
    #[yaserde(attribute = true)]
    pub name: String,
    #[yaserde(rename = "value")]
    pub values: Vec<String>,
}

/// The prices of the item in all lists of the mandator.
#[derive(Debug, Clone, Default, PartialEq, YaSerialize)]
pub(crate) struct Prices {
    #[yaserde(rename = "pricelist")]
    pub pricelists: Vec<Pricelist>,
}

/// The price that counts today in one list.
#[derive(Debug, Clone, Default, PartialEq, YaSerialize)]
pub(crate) struct Pricelist {
    #[yaserde(attribute = true)]
    pub identifier: String,
    #[yaserde(attribute = true)]
    pub external_id: String,
    #[yaserde(attribute = true)]
    pub price: String,
}
