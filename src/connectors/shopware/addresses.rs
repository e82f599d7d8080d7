//! Addresses of orders.

use serde::Deserialize;

use crate::domain::order::Address;

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Named {
    pub name: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct PostalAddress {
    first_name: Option<String>,
    last_name: Option<String>,
    title: Option<String>,
    company: Option<String>,
    department: Option<String>,
    street: Option<String>,
    additional_address_line1: Option<String>,
    additional_address_line2: Option<String>,
    zipcode: Option<String>,
    city: Option<String>,
    phone_number: Option<String>,
    country: Option<Country>,
    country_state: Option<Named>,
    salutation: Option<Salutation>,
}

#[derive(Debug, Clone, Deserialize)]
struct Country {
    iso: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Salutation {
    salutation_key: Option<String>,
}

pub(super) fn filled(text: Option<&String>) -> Option<String> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}

impl PostalAddress {
    pub(super) fn read(&self, email: Option<&String>) -> Address {
        let additions = [&self.additional_address_line1, &self.additional_address_line2, &self.department];
        let additions: Vec<String> = additions.into_iter().filter_map(|line| filled(line.as_ref())).collect();
        let key = self.salutation.as_ref().and_then(|salutation| salutation.salutation_key.as_deref());
        Address {
            salutation_id: match key {
                Some("mr") => Some(1),
                Some("mrs" | "ms") => Some(2),
                _ => None,
            },
            firm: filled(self.company.as_ref()),
            title: filled(self.title.as_ref()),
            first_name: filled(self.first_name.as_ref()),
            last_name: filled(self.last_name.as_ref()),
            street: filled(self.street.as_ref()),
            street_addition: Some(additions.join(", ")).filter(|text| !text.is_empty()),
            postal_code: filled(self.zipcode.as_ref()),
            city: filled(self.city.as_ref()),
            region: self.country_state.as_ref().and_then(|state| filled(state.name.as_ref())),
            country_code_iso: self.country.as_ref().and_then(|country| filled(country.iso.as_ref())),
            phone: filled(self.phone_number.as_ref()),
            email: email.cloned(),
            ..Address::default()
        }
    }
}
