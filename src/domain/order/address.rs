//! The one address, of invoices and deliveries, whoever says it.

use serde::{Deserialize, Serialize};

/// An address in the words of `updateCustomers` (`order-calls.md` 10.1). What nobody said is missing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Address {
    /// 1 Mr, 2 Ms, 3 company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub salutation_id: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub salutation_identifier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firm: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub house_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street_addition: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// ISO 3166 alpha-2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country_code_iso: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mobile_phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fax: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

impl Address {
    /// The address, unless it says nothing.
    pub fn filled(self) -> Option<Address> {
        Some(self).filter(|address| *address != Address::default())
    }
}

macro_rules! fields {
    ($number:ident, $($text:ident),+) => {
        impl Address {
            /// Each field with its value.
            pub fn fields(&self) -> Vec<(&'static str, Option<String>)> {
                vec![
                    (stringify!($number), self.$number.as_ref().map(ToString::to_string)),
                    $( (stringify!($text), self.$text.clone()), )+
                ]
            }

            /// Each text.
            pub fn texts_mut(&mut self) -> impl Iterator<Item = (&'static str, &mut Option<String>)> {
                [$( (stringify!($text), &mut self.$text), )+].into_iter()
            }

            /// Takes over what somebody changed: of fields whose `old` value differs from the `new` one, that of `stored`.
            pub fn follow(&mut self, old: &Address, new: &Address, stored: &Address) {
                if old.$number != new.$number {
                    self.$number = stored.$number;
                }
                $( if old.$text != new.$text { self.$text.clone_from(&stored.$text); } )+
            }
        }

        /// The list names every field.
        const _: fn(&Address) = |address| {
            let Address { $number: _, $( $text: _, )+ } = address;
        };
    };
}

fields!(
    salutation_id,
    salutation_identifier,
    firm,
    title,
    first_name,
    last_name,
    street,
    house_number,
    street_addition,
    postal_code,
    city,
    region,
    country_code_iso,
    phone,
    mobile_phone,
    fax,
    email
);
