//! What a column of an exported file holds.

use crate::domain::label::Shipment;
use crate::domain::order::Address;

/// The words for what a column may hold.
pub(super) const FIELDS: [&str; 30] = [
    "reference",
    "order_number",
    "name1",
    "name2",
    "firm",
    "title",
    "first_name",
    "last_name",
    "street",
    "house_number",
    "street_addition",
    "postal_code",
    "city",
    "region",
    "country",
    "phone",
    "pickup_point",
    "post_number",
    "weight_kg",
    "weight_g",
    "length_cm",
    "width_cm",
    "height_cm",
    "service",
    "return_label",
    "sender_name",
    "sender_street",
    "sender_postal_code",
    "sender_city",
    "sender_country",
];

/// The columns of a file whose settings name none.
pub(super) const DEFAULT: [&str; 13] = [
    "reference",
    "order_number",
    "name1",
    "name2",
    "street",
    "house_number",
    "street_addition",
    "postal_code",
    "city",
    "country",
    "phone",
    "weight_kg",
    "service",
];

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) holds: Holds,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Holds {
    /// One of `FIELDS`.
    Field(String),
    /// The same text for every parcel.
    Text(String),
}

impl Column {
    /// Named after what it holds.
    pub(super) fn plain(field: &str) -> Column {
        Column { name: field.to_owned(), holds: Holds::Field(field.to_owned()) }
    }

    /// What it holds of a parcel, on one line.
    ///
    /// # Errors
    /// The shipment has something that no column of this kind can say.
    pub(super) fn value(&self, reference: &str, shipment: &Shipment, decimal_mark: char) -> Result<String, String> {
        let field = match &self.holds {
            Holds::Text(text) => return Ok(text.clone()),
            Holds::Field(field) => field.as_str(),
        };
        let (to, from) = (&shipment.to, &shipment.from);
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let side = |pick: fn(&crate::domain::label::Size) -> i32| shipment.size.as_ref().map(|size| (pick(size) / 10).to_string());
        let value = match field {
            "reference" => reference.to_owned(),
            "order_number" => shipment.order_number.clone(),
            "name1" => names(to).0,
            "name2" => names(to).1,
            "firm" => text(&to.firm),
            "title" => text(&to.title),
            "first_name" => text(&to.first_name),
            "last_name" => text(&to.last_name),
            "street" => text(&to.street),
            "house_number" => text(&to.house_number),
            "street_addition" => text(&to.street_addition),
            "postal_code" => text(&to.postal_code),
            "city" => text(&to.city),
            "region" => text(&to.region),
            "country" => text(&to.country_code_iso),
            "phone" => text(&to.phone),
            "pickup_point" => text(&shipment.pickup_point),
            "post_number" => text(&shipment.post_number),
            "weight_kg" => kilograms(shipment.weight_grams, decimal_mark),
            "weight_g" => shipment.weight_grams.to_string(),
            "length_cm" => side(|size| size.length).unwrap_or_default(),
            "width_cm" => side(|size| size.width).unwrap_or_default(),
            "height_cm" => side(|size| size.height).unwrap_or_default(),
            "service" => text(&shipment.service),
            "return_label" => u8::from(shipment.with_return).to_string(),
            "sender_name" => names(from).0,
            "sender_street" => [text(&from.street), text(&from.house_number)].join(" "),
            "sender_postal_code" => text(&from.postal_code),
            "sender_city" => text(&from.city),
            "sender_country" => text(&from.country_code_iso),
            unknown => return Err(format!("{}: there is no \"{unknown}\"", self.name)),
        };
        Ok(value.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

fn kilograms(grams: i32, decimal_mark: char) -> String {
    format!("{}{decimal_mark}{:03}", grams / 1000, grams % 1000)
}

/// The company and the person; without a company the person alone.
fn names(address: &Address) -> (String, String) {
    let parts = [&address.title, &address.first_name, &address.last_name];
    let person = parts.into_iter().flatten().map(|part| part.trim()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    match address.firm.as_deref().map(str::trim).filter(|firm| !firm.is_empty()) {
        Some(firm) => (firm.to_owned(), person),
        None => (person, String::new()),
    }
}
